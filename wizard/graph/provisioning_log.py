"""Microsoft's provisioning log, read through Graph."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from wizard.errors import DirectoryRefused
from wizard.graph.client import GraphClient, PermissionMissing

PAGE = 500
"""Entries a page; Microsoft allows five requests in ten seconds."""
_NO_PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


class LogNeedsLicence(DirectoryRefused):
    """The tenant has no Entra ID P1 or P2, so Microsoft does not show its provisioning log."""


@dataclass(frozen=True, slots=True)
class LogStep:
    """One step of what Microsoft did for one object."""

    kind: str
    """"import", "scoping", "matching", "processing", "referenceResolution", "export"."""
    status: str
    """"success", "warning", "failure", "skipped"."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One row of Microsoft's provisioning log. Names of enums are in small letters."""

    id: str
    time: str
    """ISO time, UTC."""
    action: str
    """"create", "update", "delete", "disable", "stageddelete", "other"."""
    status: str
    """"success", "failure", "skipped", "warning"."""
    kind: str
    """"user", "group", or what else Microsoft names."""
    source_id: str
    target_id: str
    name: str
    """Of the person or group."""
    error: str
    """Microsoft's code; "" = none."""
    reason: str
    """Microsoft's sentence for it."""
    steps: tuple[LogStep, ...]
    modified: tuple[tuple[str, str, str], ...]
    """(attribute, before, after)."""
    cycle: str
    milliseconds: int


async def log_pages(
    client: GraphClient, job_id: str, since: str = "", before: str = ""
) -> AsyncIterator[tuple[LogEntry, ...]]:
    """The log of a job, the newest first, in pages; raises LogNeedsLicence, PermissionMissing, WizardError.

    since, before: ISO time or date; entries come minutes late.
    """
    clauses = [f"jobId eq '{job_id}'"]
    if since:
        clauses.append(f"activityDateTime gt {since}")
    if before:
        clauses.append(f"activityDateTime lt {before}")
    wanted = quote(" and ".join(clauses), safe="'/")
    path = f"/auditLogs/provisioning?$filter={wanted}&$orderby=activityDateTime%20desc&$top={PAGE}"
    try:
        async for rows in client.pages(path):
            yield tuple(log_entry(row) for row in rows.value)
    except PermissionMissing as error:
        raise _licence(error) from None


def log_entry(row: Mapping[str, Any]) -> LogEntry:
    """Read one row of the log; enums are compared in small letters, because Microsoft mixes both."""
    source, target = _mapping(row.get("sourceIdentity")), _mapping(row.get("targetIdentity"))
    info = _mapping(row.get("provisioningStatusInfo"))
    error = _mapping(info.get("errorInformation"))
    duration = row.get("durationInMilliseconds")
    return LogEntry(
        id=str(row.get("id") or ""),
        time=str(row.get("activityDateTime") or ""),
        action=str(row.get("provisioningAction") or "other").casefold(),
        status=str(info.get("status") or "").casefold(),
        kind=str(source.get("identityType") or target.get("identityType") or "").casefold(),
        source_id=str(source.get("id") or ""),
        target_id=str(target.get("id") or ""),
        name=str(source.get("displayName") or target.get("displayName") or ""),
        error=str(error.get("errorCode") or ""),
        reason=str(error.get("reason") or ""),
        steps=tuple(_step(each) for each in map(_mapping, row.get("provisioningSteps") or ())),
        modified=tuple(
            (str(each.get("displayName") or ""), str(each.get("oldValue") or ""), str(each.get("newValue") or ""))
            for each in map(_mapping, row.get("modifiedProperties") or ())
        ),
        cycle=str(row.get("cycleId") or ""),
        milliseconds=duration if isinstance(duration, int) else 0,
    )


def _step(row: Mapping[str, Any]) -> LogStep:
    return LogStep(
        kind=str(row.get("provisioningStepType") or row.get("type") or ""),
        status=str(row.get("status") or "").casefold(),
    )


def _licence(error: PermissionMissing) -> DirectoryRefused:
    answer = error.message.args.get("answer")
    code = getattr(answer, "args", {}).get("error", "")
    if code == _NO_PREMIUM:
        return LogNeedsLicence("provisioning-log-needs-licence", answer=answer)
    return error


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
