"""provisionOnDemand: one person, or one group with at most five of its members, at once.

Sources: Microsoft's page on the action and its cross-tenant guide, which print different answers: `key` with the
result as JSON and `value` with one object, or `key` with a type's name and `value` with a list (switch `shape`).
Five calls in ten seconds; 401 in quarantine; who is blocked or deleted in the directory is not disabled by it.
"""

import json
from datetime import timedelta
from typing import Any

from wizard.sandbox.entra.asking import Ask, Reply
from wizard.sandbox.entra.refusals import GraphRefusal, throttled, unknown_object
from wizard.sandbox.entra.synchronization import logs
from wizard.sandbox.entra.synchronization.job import Job, Key, stamp
from wizard.sandbox.entra.synchronization.permissions import unknown_error
from wizard.sandbox.entra.synchronization.provisioning import CredentialsLost, Outcome, Provisioner

MOST_MEMBERS = 5
WINDOW = timedelta(seconds=10)
ARRAY_KEY = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"


async def provision_on_demand(ask: Ask, job: Job) -> Reply:
    """POST …/provisionOnDemand; raises 400, 401, 404 and 429 refusals."""
    service = ask.service
    service.on_demand = [one for one in service.on_demand if service.now() - one < WINDOW]
    if len(service.on_demand) >= service.switches.on_demand:
        raise throttled(int(WINDOW.total_seconds()))
    service.on_demand.append(service.now())
    if job.quarantine:
        raise unknown_error()
    key, members = _subject(ask.body, job)
    if key[1] not in (ask.tenant.users if key[0] == "User" else ask.tenant.groups):
        raise unknown_object(key[1])
    if not service.configured(job.principal_id):
        raise GraphRefusal(400, "BadRequest", "The credentials of the job are not configured.")
    async with job.running:
        outcomes = await _carried(ask, job, key, members)
    for outcome in outcomes:
        if not outcome.silent:
            logs.entry(service, job.principal_id, job.id, "", outcome.summary(), outcome.began)
    told = _merged(outcomes)
    return 200, {
        "@odata.context": f"{ask.base}/$metadata#microsoft.graph.stringKeyStringValuePair",
        **_answer(service.switches.shape, told, stamp(service.now())),
    }


def _subject(body: Any, job: Job) -> tuple[Key, frozenset[str]]:
    """The one object asked for, and the members to go with it."""
    try:
        (parameter,) = body["parameters"]
        (subject,) = parameter["subjects"]
        kind, object_id = subject["objectTypeName"], str(subject["objectId"])
        members = (subject.get("links") or {}).get("members") or []
        ids = frozenset(str(one["objectId"]) for one in members)
    except (KeyError, TypeError, ValueError):
        raise _wrong("The request needs one rule with one subject.") from None
    rules = [rule.get("id") for rule in job.schema.get("synchronizationRules", ())]
    if parameter.get("ruleId") not in rules:
        raise _wrong(f"The rule '{parameter.get('ruleId')}' is not one of the job's schema.")
    if len(ids) > MOST_MEMBERS:
        raise _wrong("At most five members can be provisioned on demand.")
    if kind == "User":
        return ("User", object_id), frozenset()
    if kind == "Group":
        return ("Group", object_id), ids
    raise _wrong(f"The object type '{kind}' is not one of the rule.")


def _wrong(message: str) -> GraphRefusal:
    return GraphRefusal(400, "BadRequest", message)


async def _carried(ask: Ask, job: Job, key: Key, members: frozenset[str]) -> list[Outcome]:
    """The object, then its members or its manager."""
    if job.schedule == "Disabled":
        job.sync_all = ask.service.sync_all(job.principal_id)
    provisioner = Provisioner(ask.service, job, ask.service.read(job.principal_id))
    standing = provisioner.scope.standing(key)
    try:
        if not standing.active and key in job.links:
            outcome = provisioner.begin(key)
            return [outcome.skip("NotEffectivelyEntitled", "The user is not active in the source system.")]
        outcomes = [await provisioner.carry(key)]
        if outcomes[0].status == "failure":
            return outcomes
        outcomes += [await provisioner.carry(("User", member)) for member in sorted(members)]
        outcomes.append(await provisioner.refer(key, members if key[0] == "Group" else None))
    except CredentialsLost as error:
        outcome = provisioner.begin(key)
        return [outcome.fail("EntryExportUpdate", *error.args)]
    return outcomes


def _merged(outcomes: list[Outcome]) -> Outcome:
    """All steps as one: the first failure, else the first change, else the object's own end."""
    first = outcomes[0]
    failed = [one for one in outcomes if one.status == "failure"]
    changed = [one for one in outcomes if one.exported]
    chosen = (failed or changed or [first])[0]
    steps = [step for one in outcomes if not one.silent for step in one.steps]
    modified = [change for one in outcomes for change in one.modified]
    return Outcome(
        first.key, first.name, first.began, chosen.action, chosen.status, chosen.code, chosen.reason,
        first.target_id, steps=steps, modified=modified, details=first.details,
    )  # fmt: skip


def _answer(shape: str, told: Outcome, moment: str) -> dict[str, str]:
    steps = [
        {
            "name": step["name"],
            "type": str(step["provisioningStepType"])[:1].upper() + str(step["provisioningStepType"])[1:],
            "status": str(step["status"]).capitalize(),
            "description": step["description"],
            "timestamp": moment,
            "details": step["details"],
        }
        for step in told.steps
    ]
    kind, object_id = told.key
    found: dict[str, Any] = {
        "action": told.action.capitalize() if told.action != "stagedDelete" else "StagedDelete",
        "startTime": stamp(told.began),
        "endTime": moment,
        "modifiedProperties": told.modified,
        "provisioningSteps": steps,
        "reportableIdentifier": told.name,
        "statusInfo": {
            "status": told.status.capitalize(),
            "errorCode": told.code or None,
            "reason": told.reason or None,
        },
        "sourceIdentity": {
            "id": object_id,
            "displayName": told.name,
            "identityType": kind,
            "details": told.details,
        },
        "targetIdentity": {"id": told.target_id, "displayName": told.name, "identityType": kind, "details": {}},
    }
    if shape == "array":
        return {"key": ARRAY_KEY, "value": json.dumps([found])}
    result = {"success": "Success", "skipped": "Skipped"}.get(told.status, "Failure")
    details = {"errorCode": told.code, "errorMessage": told.reason}
    return {"key": json.dumps({"result": result, "details": details}), "value": json.dumps(found)}
