"""Microsoft's provisioning service through Graph: jobs, credentials, schemas, and their commands; one function a call.

An object of a fresh service principal answers 403, 404 or 409 for some minutes (terraform-provider-azuread): functions
that take `fresh` wait for it. A command that must not be sent twice raises `AnswerLost` where its answer is lost; the
caller looks up what became of it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

import anyio

from wizard.errors import AccessRefused, Message, WizardError
from wizard.graph.client import (
    GraphClient,
    InconsistentAnswer,
    Inner,
    failure,
    microsoft_answered,
)
from wizard.secret import Secret

TEMPLATE = "aWSSingleSignon"
"""Id of the synchronization template of the gallery's application for AWS."""
NEVER = "0001-01-01T00:00:00Z"
"""How Microsoft writes a time that has not come."""
FRESH_SECONDS = 5.0
FRESH_TRIES = 36
"""A new object is asked for every five seconds, for three minutes."""
_NOT_READY = (403, 404, 409)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an object that was just made; tests make it short."""

    seconds: float = FRESH_SECONDS
    """Between two tries."""
    tries: int = FRESH_TRIES


FRESH = Patience()
AT_ONCE = Patience(0.0, 1)
"""The object exists for long: an error is one."""


class JobNotOwned(AccessRefused):
    """Microsoft lets only an owner of the application provision on demand, or the job is in quarantine."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One cycle of a job."""

    state: str
    """"Succeeded", "Failed", "EntryLevelErrors"."""
    began: str
    """ISO time; "" = never."""
    ended: str
    error: str
    """Microsoft's code; "" = none."""
    exported: int
    failed: int
    """Objects that are retried later (`countEscrowed`)."""
    activity: str = ""
    """Microsoft's id of the cycle; "" = none."""


@dataclass(frozen=True, slots=True)
class QuarantineInfo:
    """Why a job is in quarantine."""

    reason: str
    """A member of Microsoft's enum, as "TooManyDeletes"."""
    error: str
    """Microsoft's code; "" = none."""
    began: str
    next_attempt: str


@dataclass(frozen=True, slots=True)
class SynchronizationJob:
    """A provisioning job as Microsoft shows it. Codes that are not documented are kept as they are."""

    id: str
    template: str
    schedule: str
    """"Active", "Disabled", "Paused"."""
    interval: str
    """ISO duration, PT40M."""
    code: str
    """"NotConfigured", "NotRun", "Active", "Paused", "Quarantine"."""
    last: Execution | None
    last_success: Execution | None
    quarantine: QuarantineInfo | None
    escrows_pruned: bool
    """The first cycle ended with too many errors: the job waits for a person."""
    steady_since: str
    """ISO time at which the first cycle had ended; "" = not yet."""
    progress: tuple[tuple[int, int], ...]
    """(done, total) in pages, of each part of the cycle under way."""
    counts: tuple[tuple[str, int], ...]
    """(what, how many) are provisioned: ("User to User", 58)."""

    @property
    def is_active(self) -> bool:
        """Whether Microsoft runs its cycles."""
        return self.schedule == "Active"

    @property
    def was_started(self) -> bool:
        """Whether it ran, or waits for its first cycle."""
        return self.is_active or self.last is not None


@dataclass(frozen=True, slots=True)
class Notifications:
    """The secret `SyncNotificationSettings`: mail, and the threshold for accidental deletions."""

    mail: str = ""
    mail_on: bool = False
    threshold_on: bool = True
    threshold: int = 500
    """So many deletions in one cycle are held; one less passes. 500 is Microsoft's default."""
    more: tuple[tuple[str, object], ...] = ()
    """Other settings, sent as they were read."""

    def as_text(self) -> str:
        """The secret's value."""
        return json.dumps(
            {
                **dict(self.more),
                "Enabled": self.mail_on,
                "Recipients": self.mail,
                "DeleteThresholdEnabled": self.threshold_on,
                "DeleteThresholdValue": self.threshold,
            },
            separators=(",", ":"),
            ensure_ascii=False,
        )


@dataclass(frozen=True, slots=True)
class SavedSecrets:
    """What Microsoft shows of the saved credentials; it masks values with a star."""

    address: str
    """SCIM endpoint; "" = none is saved; "*" = Microsoft does not show it."""
    has_token: bool
    sync_all: bool
    """Everybody in the tenant, not only those assigned."""
    notifications: Notifications
    keep_out_of_scope: bool
    """People who leave the scope are left as they are."""
    others: tuple[str, ...] = ()
    """Keys that this program does not send: the next save would remove them."""


@dataclass(frozen=True, slots=True)
class NewSecrets:
    """All that is saved at once: a PUT removes what it does not name."""

    address: str
    token: Secret = field(repr=False)
    sync_all: bool
    notifications: Notifications
    keep_out_of_scope: bool = False


@dataclass(frozen=True, slots=True)
class CredentialsTest:
    """What Microsoft says to credentials."""

    passed: bool
    answer: Literal["", "refused", "unreachable", "other"] = ""
    """What the SCIM endpoint answered Microsoft: it refused the token, did not answer, or something else."""
    said: Message | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What Microsoft makes of an expression for one person."""

    parsed: bool
    evaluated: bool
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """The person or group to provision on demand."""

    id: str
    kind: Literal["User", "Group"]
    members: tuple[str, ...] = ()
    """Of a group: ids of at most five people."""


# --- Jobs -----------------------------------------------------------------------------------------------------------


async def jobs(client: GraphClient, application: str, fresh: Patience = AT_ONCE) -> tuple[SynchronizationJob, ...]:
    """Return the provisioning jobs of an application; raises WizardError."""
    body = await _answered(client, "GET", f"{_root(application)}/jobs", fresh=fresh)
    rows = body.get("value")
    if not isinstance(rows, list):
        raise InconsistentAnswer("graph-page-without-rows")
    return tuple(read_job(row) for row in rows)


async def job(client: GraphClient, application: str, job_id: str, fresh: Patience = AT_ONCE) -> SynchronizationJob:
    """Return one provisioning job; raises ProvisioningJobGone, WizardError."""
    return read_job(await _answered(client, "GET", _job_path(application, job_id), fresh=fresh))


async def create_job(client: GraphClient, application: str, fresh: Patience = FRESH) -> SynchronizationJob:
    """Create the job for AWS, stopped; raises AnswerLost where it may have been created, WizardError."""
    body = {"templateId": TEMPLATE}
    return read_job(
        await _answered(client, "POST", f"{_root(application)}/jobs", body, fresh=fresh, repeatable=False)
    )


async def start(client: GraphClient, application: str, job_id: str, fresh: Patience = AT_ONCE) -> None:
    """Start a job that is stopped or in quarantine, once; raises AnswerLost, WizardError.

    Microsoft: repeated while it runs, the call can stop the service.
    """
    path = _job_path(application, job_id, "/start")
    await _answered(client, "POST", path, fresh=fresh, repeatable=False)


async def pause(client: GraphClient, application: str, job_id: str) -> None:
    """Stop a job once the cycle under way has ended; raises WizardError."""
    await _answered(client, "POST", _job_path(application, job_id, "/pause"))


ResetPart = Literal["Watermark", "Escrows", "QuarantineState", "Full", "ForceDeletes"]
"""What a restart resets. Full: these three, and the links between people and accounts. ForceDeletes cannot be combined."""


async def restart(client: GraphClient, application: str, job_id: str, *parts: ResetPart) -> None:
    """Begin a new first cycle, or let held deletions through (ForceDeletes alone); raises AnswerLost, WizardError.

    No parts: as the portal's *Restart provisioning*.
    """
    criteria = {"resetScope": ", ".join(parts)} if parts else {}
    path = _job_path(application, job_id, "/restart")
    await _answered(client, "POST", path, {"criteria": criteria}, repeatable=False)


# --- Credentials ----------------------------------------------------------------------------------------------------


async def try_credentials(
    client: GraphClient, application: str, address: str, token: Secret, fresh: Patience = AT_ONCE
) -> CredentialsTest:
    """Let Microsoft try an address and a token, before any job exists; raises WizardError."""
    body = {
        "templateId": TEMPLATE,
        "useSavedCredentials": False,
        "credentials": [
            {"key": "BaseAddress", "value": address},
            {"key": "SecretToken", "value": token.reveal()},
        ],
    }
    return await _tested(client, application, body, fresh)


async def try_saved_credentials(
    client: GraphClient, application: str, fresh: Patience = AT_ONCE
) -> CredentialsTest:
    """Let Microsoft test the saved credentials; raises WizardError."""
    return await _tested(client, application, {"templateId": TEMPLATE, "useSavedCredentials": True}, fresh)


async def _tested(client: GraphClient, application: str, body: dict[str, Any], fresh: Patience) -> CredentialsTest:
    path = f"{_root(application)}/jobs/validateCredentials"
    answer = await _ready(client, "POST", path, body, fresh)
    if answer.status in (200, 204):
        return CredentialsTest(True)
    # Only a refusal of the credentials has a status of 400; 401 and 403 are refusals of the call.
    if answer.status != 400 and not (answer.status == 500 and answer.code):
        raise failure(answer.status, answer.code, path, answer.request_id, "POST")
    said = microsoft_answered(answer.status, answer.code, answer.request_id)
    return CredentialsTest(False, _endpoint_answer(answer), said)


_STATUS = re.compile(r"Response Status Code: (\w+)")
_REFUSED = ("Unauthorized", "Forbidden")


def _endpoint_answer(answer: Inner) -> Literal["refused", "unreachable", "other"]:
    """What the SCIM endpoint answered Microsoft, from the status that Microsoft quotes; its text is not kept."""
    error = answer.body.get("error")
    inner = error.get("innerError") if isinstance(error, dict) else None
    parts = [part for part in (error, inner) if isinstance(part, dict)]
    statuses = [found[1] for part in parts for found in _STATUS.finditer(str(part.get("message") or ""))]
    codes = [str(part.get("code") or "") for part in parts]
    if any(status in _REFUSED for status in statuses) or any(c.endswith("InvalidCredentials") for c in codes):
        return "refused"
    return "unreachable" if not statuses and any(c.endswith("Unavailable") for c in codes) else "other"


async def saved_secrets(client: GraphClient, application: str, fresh: Patience = AT_ONCE) -> SavedSecrets:
    """Return what Microsoft shows of the saved credentials; raises WizardError."""
    body = await _answered(client, "GET", f"{_root(application)}/secrets", fresh=fresh)
    rows = body.get("value")
    if not isinstance(rows, list):
        raise InconsistentAnswer("graph-page-without-rows")
    values = {str(row.get("key")): str(row.get("value") or "") for row in rows if isinstance(row, Mapping)}
    known = ("BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings", "SkipOutOfScopeDeletions")
    return SavedSecrets(
        address=values.get("BaseAddress", ""),
        has_token=bool(values.get("SecretToken")),
        sync_all=values.get("SyncAll", "").casefold() == "true",
        notifications=_notifications(values.get("SyncNotificationSettings", "")),
        keep_out_of_scope=values.get("SkipOutOfScopeDeletions", "").casefold() in ("true", "1"),
        others=tuple(sorted(key for key, value in values.items() if key not in known and value)),
    )


async def save_secrets(
    client: GraphClient, application: str, secrets: NewSecrets, fresh: Patience = AT_ONCE
) -> None:
    """Replace all saved credentials and settings; raises WizardError, and sends nothing without a real token."""
    token = secrets.token.reveal()
    if not token.strip() or set(token) == {"*"} or not secrets.address or "*" in secrets.address:
        raise WizardError("credentials-not-sent-masked")
    value = [
        {"key": "BaseAddress", "value": secrets.address},
        {"key": "SecretToken", "value": token},
        {"key": "SyncAll", "value": "true" if secrets.sync_all else "false"},
        {"key": "SyncNotificationSettings", "value": secrets.notifications.as_text()},
    ]
    if secrets.keep_out_of_scope:
        value.append({"key": "SkipOutOfScopeDeletions", "value": "True"})
    await _answered(client, "PUT", f"{_root(application)}/secrets", {"value": value}, fresh=fresh)


def _notifications(text: str) -> Notifications:
    """The settings in the secret's text; Microsoft's defaults where it has none."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = {}
    if not isinstance(found, dict):
        found = {}
    threshold = found.get("DeleteThresholdValue")
    known = ("Enabled", "Recipients", "DeleteThresholdEnabled", "DeleteThresholdValue")
    return Notifications(
        mail=str(found.get("Recipients") or ""),
        mail_on=found.get("Enabled") is True,
        threshold_on=found.get("DeleteThresholdEnabled") is not False,
        threshold=threshold if isinstance(threshold, int) and not isinstance(threshold, bool) else 500,
        more=tuple((str(key), value) for key, value in found.items() if key not in known),
    )


# --- Schema ---------------------------------------------------------------------------------------------------------


async def schema(client: GraphClient, application: str, job_id: str, fresh: Patience = AT_ONCE) -> dict[str, Any]:
    """Return a job's schema, whole: mappings, filters, directories. Raises WizardError."""
    return await _answered(client, "GET", _job_path(application, job_id, "/schema"), fresh=fresh)


async def template_schema(client: GraphClient, application: str) -> dict[str, Any]:
    """Return the template's schema, Microsoft's default for a new job; raises WizardError."""
    return await _answered(client, "GET", f"{_template_path(application)}/schema")


async def replace_schema(
    client: GraphClient, application: str, job_id: str, body: Mapping[str, Any], fresh: Patience = AT_ONCE
) -> None:
    """Replace a job's schema; raises WizardError.

    The body is what `schema` returned, with changes: a schema without directories is refused here, as the call removes
    what its body does not have.
    """
    if not body.get("directories") or not body.get("synchronizationRules"):
        raise WizardError("schema-without-directories")
    plain = {name: value for name, value in body.items() if not name.startswith("@")}
    await _answered(client, "PUT", _job_path(application, job_id, "/schema"), plain, fresh=fresh)


async def parse_expression(
    client: GraphClient,
    application: str,
    job_id: str,
    expression: str,
    values: Mapping[str, str | bool | Sequence[str]],
) -> Parsed:
    """Let Microsoft evaluate an expression for the attributes of one person; raises WizardError.

    job_id: "" = the template's schema, before there is a job.
    """
    root = _job_path(application, job_id) if job_id else _template_path(application)
    properties = [_input(name, value) for name, value in values.items()]
    body = {
        "expression": expression,
        "testInputObject": {"definition": None, "properties": properties},
        "targetAttributeDefinition": None,
    }
    answer = await _answered(client, "POST", f"{root}/schema/parseExpression", body)
    results = answer.get("evaluationResult")
    return Parsed(
        answer.get("parsingSucceeded") is True,
        answer.get("evaluationSucceeded") is True,
        tuple("" if each is None else str(each) for each in results) if isinstance(results, list) else (),
    )


def _input(name: str, value: str | bool | Sequence[str]) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"key": name, "value": "True" if value else "False"}
    if isinstance(value, str):
        return {"key": name, "value": value}
    return {"key": name, "value@odata.type": "#Collection(String)", "value": list(value)}


# --- On demand ------------------------------------------------------------------------------------------------------


async def provision_on_demand(
    client: GraphClient, application: str, job_id: str, rule: str, subject: Subject
) -> tuple[str, str]:
    """Provision one person, or one group with some of its members; returns the answer's key and value as they are.

    Raises JobNotOwned, AnswerLost, WizardError. Five requests in ten seconds are allowed; a refusal for that is waited
    for.
    """
    target: dict[str, Any] = {"objectId": subject.id, "objectTypeName": subject.kind}
    if subject.kind == "Group":
        target["links"] = {"members": [{"objectId": each, "objectTypeName": "User"} for each in subject.members]}
    path = _job_path(application, job_id, "/provisionOnDemand")
    body = {"parameters": [{"ruleId": rule, "subjects": [target]}]}
    answer = await client.change("POST", path, body, repeatable=False)
    if answer.status == 401 and answer.code in ("UnknownError", ""):
        said = microsoft_answered(answer.status, answer.code, answer.request_id)
        raise JobNotOwned("on-demand-not-allowed", answer=said)
    if answer.status != 200:
        raise failure(answer.status, answer.code, path, answer.request_id, "POST")
    return str(answer.body.get("key") or ""), str(answer.body.get("value") or "")


# --- How ------------------------------------------------------------------------------------------------------------


async def _ready(
    client: GraphClient,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    fresh: Patience,
    repeatable: bool = True,
) -> Inner:
    """Send a call, again while Microsoft does not know a new object yet."""
    for tries_left in reversed(range(fresh.tries)):
        answer = await client.change(method, path, body, repeatable=repeatable)
        if answer.status not in _NOT_READY or not tries_left:
            break
        await anyio.sleep(fresh.seconds)
    return answer


async def _answered(
    client: GraphClient,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    fresh: Patience = AT_ONCE,
    repeatable: bool = True,
) -> dict[str, Any]:
    answer = await _ready(client, method, path, body, fresh, repeatable)
    if answer.status in (200, 201, 202, 204):
        return answer.body
    raise failure(answer.status, answer.code, path, answer.request_id, method)


def _root(application: str) -> str:
    return f"/servicePrincipals/{application}/synchronization"


def _job_path(application: str, job_id: str, rest: str = "") -> str:
    return f"{_root(application)}/jobs/{quote(job_id, safe='.-_')}{rest}"


def _template_path(application: str) -> str:
    return f"{_root(application)}/templates/{TEMPLATE}"


def read_job(row: Mapping[str, Any]) -> SynchronizationJob:
    """Return a job as Graph answers it; raises InconsistentAnswer."""
    if not row.get("id"):
        raise InconsistentAnswer("graph-page-without-rows")
    schedule, status = _mapping(row.get("schedule")), _mapping(row.get("status"))
    return SynchronizationJob(
        id=str(row["id"]),
        template=str(row.get("templateId") or ""),
        schedule=str(schedule.get("state") or ""),
        interval=str(schedule.get("interval") or ""),
        code=str(status.get("code") or ""),
        last=_execution(status.get("lastExecution")),
        last_success=_execution(status.get("lastSuccessfulExecution")),
        quarantine=_quarantine(status.get("quarantine")),
        escrows_pruned=status.get("escrowsPruned") is True,
        steady_since=_time(status.get("steadyStateFirstAchievedTime")),
        progress=tuple(
            (_number(part.get("completedUnits")), _number(part.get("totalUnits")))
            for part in map(_mapping, status.get("progress") or ())
        ),
        counts=tuple(
            (str(part.get("key") or ""), _number(part.get("value")))
            for part in map(_mapping, status.get("synchronizedEntryCountByType") or ())
        ),
    )


def _execution(value: object) -> Execution | None:
    if not isinstance(value, Mapping):
        return None
    error = str(_mapping(value.get("error")).get("code") or "")
    return Execution(
        state=str(value.get("state") or ""),
        began=_time(value.get("timeBegan")),
        ended=_time(value.get("timeEnded")),
        error="" if error == "None" else error,
        exported=_number(value.get("countExported")),
        failed=_number(value.get("countEscrowed")),
        activity=str(value.get("activityIdentifier") or ""),
    )


def _quarantine(value: object) -> QuarantineInfo | None:
    if not isinstance(value, Mapping):
        return None
    error = str(_mapping(value.get("error")).get("code") or "")
    return QuarantineInfo(
        reason=str(value.get("reason") or "Unknown"),
        error="" if error == "None" else error,
        began=_time(value.get("currentBegan")),
        next_attempt=_time(value.get("nextAttempt")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _time(value: object) -> str:
    """ISO time; "" where it never came."""
    text = str(value or "")
    return "" if text.startswith("0001-01-01") else text
