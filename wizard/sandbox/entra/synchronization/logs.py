"""The provisioning log and the directory's audit log.

Sources: Microsoft's pages on `provisioningObjectSummary` and `directoryAudit`, and its onboarding tests: entries can
be read some minutes late (switch `log_delay`). Names of activities are those of Microsoft's page on watching
progress; of an audit entry only category, service and activity are documented.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from wizard.sandbox.entra.asking import Ask, Reply, listed
from wizard.sandbox.entra.refusals import bad_request, throttled
from wizard.sandbox.entra.synchronization import permissions
from wizard.sandbox.entra.synchronization.job import stamp
from wizard.sandbox.entra.synchronization.odata import filtered, ordered
from wizard.sandbox.entra.synchronization.schema import SOURCE_DIRECTORY
from wizard.sandbox.entra.synchronization.service import Service

LARGEST_PAGE = 1000
REPORTS = 5
"""Requests to the reports that an application may make in ten seconds."""
WINDOW = timedelta(seconds=10)

STARTED = "Enable/start provisioning configuration"
PAUSED = "Disable/pause provisioning configuration"
RESTARTED = "Enable/restart provisioning configuration"
CREDENTIALS = "Update provisioning setting or credentials"
MAPPINGS = "Update attribute mappings or scope"
QUARANTINE = "Quarantine"


def provisioning(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /auditLogs/provisioning."""
    permissions.may_read_provisioning_log(ask)
    delay = timedelta(seconds=ask.service.switches.log_delay)
    newest = stamp(ask.service.now() - delay)
    rows = [row for row in ask.service.log if row["activityDateTime"] <= newest]
    return _answered(ask, rows, "auditLogs/provisioning")


def directory_audits(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /auditLogs/directoryAudits."""
    permissions.may_read_audits(ask)
    return _answered(ask, ask.service.audits, "auditLogs/directoryAudits")


def _answered(ask: Ask, rows: list[dict[str, Any]], context: str) -> Reply:
    service = ask.service
    if service.switches.report_limit:
        service.reports = [one for one in service.reports if service.now() - one < WINDOW]
        if len(service.reports) >= REPORTS:
            raise throttled(int(WINDOW.total_seconds()))
        service.reports.append(service.now())
    top = ask.query.get("$top", "100")
    if not top.isdecimal() or not 1 <= int(top) <= LARGEST_PAGE:
        raise bad_request(f"Invalid page size specified: '{top}'. Must be between 1 and {LARGEST_PAGE} inclusive.")
    if "$filter" in ask.query:
        test = filtered(ask.query["$filter"])
        rows = [row for row in rows if test(row)]
    rows = ordered(rows, ask.query.get("$orderby", "activityDateTime desc"))
    return 200, listed(ask, rows, context, int(top))


def audit(
    service: Service, principal_id: str, activity: str, caller: str, details: Mapping[str, str] | None = None
) -> None:
    """Note a change of the configuration, or a quarantine, in the directory's audit log."""
    principal = service.tenant.principals.get(principal_id, {})
    by_service = activity == QUARANTINE
    app = {
        "appId": None,
        "displayName": "Azure AD Cloud Sync" if by_service else caller,
        "servicePrincipalId": None,
        "servicePrincipalName": None,
    }
    service.audits.append(
        {
            "id": f"Sync_{uuid.uuid4()}",
            "category": "ProvisioningManagement",
            "correlationId": str(uuid.uuid4()),
            "result": "success",
            "resultReason": "",
            "activityDisplayName": activity,
            "activityDateTime": stamp(service.now()),
            "loggedByService": "Account Provisioning",
            "operationType": "",
            "initiatedBy": {"user": None, "app": app},
            "targetResources": [
                {
                    "id": principal_id,
                    "displayName": principal.get("displayName"),
                    "type": "ServicePrincipal",
                    "userPrincipalName": None,
                    "groupType": None,
                    "modifiedProperties": [],
                }
            ],
            "additionalDetails": [{"key": key, "value": value} for key, value in (details or {}).items()],
        }
    )


def entry(
    service: Service, principal_id: str, job_id: str, cycle_id: str, summary: Mapping[str, Any], began: datetime
) -> dict[str, Any]:
    """A row of the provisioning log from what happened to one object; it is kept."""
    principal = service.tenant.principals.get(principal_id, {})
    name = principal.get("displayName")
    now = service.now()
    row = {
        "id": str(uuid.uuid4()),
        "activityDateTime": stamp(now),
        "tenantId": service.tenant.id,
        "jobId": job_id,
        "cycleId": cycle_id,
        "changeId": str(uuid.uuid4()),
        "durationInMilliseconds": max(1, int((now - began).total_seconds() * 1000)),
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        "servicePrincipal": {"id": principal_id, "displayName": name},
        "sourceSystem": {"id": service.tenant.id, "displayName": SOURCE_DIRECTORY, "details": {}},
        "targetSystem": {
            "id": principal_id,
            "displayName": name,
            "details": {
                "ApplicationId": principal.get("appId"),
                "ServicePrincipalId": principal_id,
                "ServicePrincipalDisplayName": name,
            },
        },
        **summary,
    }
    service.log.append(row)
    return row
