"""The calls of Microsoft Graph below `/servicePrincipals/{id}/synchronization`.

Sources: Microsoft's pages of Graph v1.0 on synchronization; `GET …/secrets` and `PUT …/schema` are documented and not
in the metadata. Which permission each call needs: `permissions.py`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from wizard.sandbox.entra.asking import Act, Ask, Reply, listed
from wizard.sandbox.entra.pages import page_size
from wizard.sandbox.entra.refusals import GraphRefusal, bad_request, not_allowed, unknown_object
from wizard.sandbox.entra.synchronization import clock, logs, permissions, schema
from wizard.sandbox.entra.synchronization.expressions import NotParsed, described, evaluated, parsed
from wizard.sandbox.entra.synchronization.functions import EvaluationFailed, Value, function_schemas
from wizard.sandbox.entra.synchronization.job import RESTART_SCOPES, Job, restart
from wizard.sandbox.entra.synchronization.on_demand import provision_on_demand
from wizard.sandbox.entra.synchronization.scoping import operator_schemas

Permit = Callable[[Ask, str], None]
OnJob = Callable[[Ask, Job], Reply | Awaitable[Reply]]


def _on_principal(permit: Permit, act: Act) -> Act:
    """A call on an application: the application, the permission, then whether it is too fresh to be used."""

    def call(ask: Ask, ids: tuple[str, ...]) -> Reply | Awaitable[Reply]:
        ask.tenant.application(ids[0])
        permit(ask, ids[0])
        _refuse_fresh(ask, ids[0])
        return act(ask, ids)

    return call


def _on_template(permit: Permit, act: Callable[[Ask], Reply]) -> Act:
    """A call on a template of the application, before it has a job."""

    def call(ask: Ask, ids: tuple[str, ...]) -> Reply:
        _known_template(ids[1])
        return act(ask)

    return _on_principal(permit, call)


def _on_job(permit: Permit, act: OnJob) -> Act:
    """A call on a job."""
    return _on_principal(permit, lambda ask, ids: act(ask, ask.service.job(ids[0], ids[1])))


def _refuse_fresh(ask: Ask, principal_id: str) -> None:
    """403 and 409 of a fresh application: to be tried again (statuses are known, codes derived)."""
    left = ask.service.fresh.get(principal_id)
    if not left:
        return
    status = left.pop(0)
    if status == 403:
        raise not_allowed()
    if status == 404:
        raise unknown_object(principal_id)
    raise GraphRefusal(status, "Conflict", "The request conflicts with another one that is under way.")


# Templates


def _templates(ask: Ask, ids: tuple[str, ...]) -> Reply:
    return 200, listed(ask, [schema.template()], f"servicePrincipals('{ids[0]}')/synchronization/templates", 100)


def _template(ask: Ask, ids: tuple[str, ...]) -> Reply:
    _known_template(ids[1])
    return 200, schema.template()


def _template_schema(ask: Ask, ids: tuple[str, ...]) -> Reply:
    _known_template(ids[1])
    return 200, schema.template()["schema"]


def _known_template(template_id: str) -> None:
    if template_id != schema.TEMPLATE:
        raise unknown_object(template_id)


# Secrets and the connection test


def _get_secrets(ask: Ask, ids: tuple[str, ...]) -> Reply:
    context = f"{ask.base}/$metadata#servicePrincipals('{ids[0]}')/synchronization/secrets"
    return 200, {"@odata.context": context, "value": ask.service.shown_secrets(ids[0])}


def _put_secrets(ask: Ask, ids: tuple[str, ...]) -> Reply:
    ask.service.keep_secrets(ids[0], ask.body)
    logs.audit(ask.service, ids[0], logs.CREDENTIALS, ask.caller.id)
    return 204, None


async def _validate(ask: Ask, ids: tuple[str, ...]) -> Reply:
    found = ask.service.jobs_of(ids[0])
    tested = found[0].schema if found else schema.default_schema(schema.TEMPLATE)
    await ask.service.validate(ids[0], ask.body, tested, need_template=True)
    return 204, None


async def _validate_job(ask: Ask, job: Job) -> Reply:
    await ask.service.validate(job.principal_id, ask.body, job.schema, need_template=False)
    return 204, None


# Jobs


def _jobs(ask: Ask, ids: tuple[str, ...]) -> Reply:
    found = [_document(ask, job) for job in ask.service.jobs_of(ids[0])]
    for one in found:
        one.pop("@odata.context")
    context = f"servicePrincipals('{ids[0]}')/synchronization/jobs"
    return 200, listed(ask, found, context, page_size(ask.query.get("$top", "")))


async def _new_job(ask: Ask, ids: tuple[str, ...]) -> Reply:
    body = ask.body if isinstance(ask.body, dict) else {}
    if not body.get("templateId"):
        raise bad_request("The property 'templateId' is required.")
    _known_template(str(body["templateId"]))
    job = await ask.service.new_job(ids[0])
    logs.audit(ask.service, ids[0], "Add provisioning configuration", ask.caller.id)
    return 201, _document(ask, job)


def _job(ask: Ask, job: Job) -> Reply:
    return 200, _document(ask, job)


def _change_job(ask: Ask, job: Job) -> Reply:
    """What may be patched is not documented: the settings are kept, anything else is refused."""
    settings = (ask.body or {}).get("synchronizationJobSettings")
    if not isinstance(settings, list) or set(ask.body) != {"synchronizationJobSettings"}:
        raise bad_request("Only synchronizationJobSettings can be changed here.")
    job.settings = settings
    return 204, None


def _delete_job(ask: Ask, job: Job) -> Reply:
    """Accounts in the target are left as they are."""
    del ask.service.jobs[job.id]
    return 204, None


def _document(ask: Ask, job: Job) -> dict[str, Any]:
    return job.document(ask.base, ask.service.configured(job.principal_id))


def _start(ask: Ask, job: Job) -> Reply:
    if not ask.service.configured(job.principal_id):
        raise GraphRefusal(400, "BadRequest", "The credentials of the job are not configured.")
    ask.service.begin(job)
    clock.tick(ask.service)
    logs.audit(ask.service, job.principal_id, logs.STARTED, ask.caller.id)
    return 204, None


def _pause(ask: Ask, job: Job) -> Reply:
    """The running cycle ends first."""
    if job.schedule == "Active":
        job.schedule = "Paused"
    logs.audit(ask.service, job.principal_id, logs.PAUSED, ask.caller.id)
    return 204, None


def _restart(ask: Ask, job: Job) -> Reply:
    criteria = (ask.body or {}).get("criteria")
    if not isinstance(criteria, dict) or set(criteria) - {"resetScope"}:
        raise GraphRefusal(
            400, "BadRequest", "The property does not exist on type 'synchronizationJobRestartCriteria'."
        )
    text = str(criteria.get("resetScope") or "")
    scopes = frozenset(one.strip() for one in text.split(",") if one.strip())
    if scopes - RESTART_SCOPES:
        raise GraphRefusal(400, "BadRequest", f"Cannot convert the literal '{text}' to the expected type.")
    restart(job, scopes, ask.service.sync_all(job.principal_id))
    if job.schedule == "Active":
        job.next_cycle = ask.service.now()
        clock.tick(ask.service)
    logs.audit(ask.service, job.principal_id, logs.RESTARTED, ask.caller.id)
    return 204, None


# Schema


def _schema(ask: Ask, job: Job) -> Reply:
    place = f"servicePrincipals('{job.principal_id}')/synchronization/jobs('{job.id}')/schema/$entity"
    return 200, {"@odata.context": f"{ask.base}/$metadata#{place}", **job.schema}


def _change_schema(change: Callable[[dict[str, Any], Any], dict[str, Any]]) -> OnJob:
    """Another schema means an initial cycle; the links are kept."""

    def act(ask: Ask, job: Job) -> Reply:
        changed = change(job.schema, ask.body)
        moment = ask.service.now().strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        job.schema = {**changed, "version": f"Date:{moment}, Version:6.0"}
        job.watermark = None
        logs.audit(ask.service, job.principal_id, logs.MAPPINGS, ask.caller.id)
        return 204, None

    return act


def _default_schema(current: dict[str, Any], _: Any) -> dict[str, Any]:
    return schema.default_schema(str(current["id"]))


def _functions(ask: Ask, _: object = None) -> Reply:
    return 200, {"@odata.context": f"{ask.base}/$metadata#functions", "value": function_schemas()}


def _operators(ask: Ask, _: object = None) -> Reply:
    return 200, {"@odata.context": f"{ask.base}/$metadata#filterOperators", "value": operator_schemas()}


def _parse(ask: Ask, _: object = None) -> Reply:
    """parseExpression: how it is read, and what it yields for the object sent along."""
    body = ask.body if isinstance(ask.body, dict) else {}
    found: dict[str, Any] = {
        "@odata.context": f"{ask.base}/$metadata#microsoft.graph.parseExpressionResponse",
        "error": None,
        "evaluationResult": [],
        "evaluationSucceeded": False,
        "parsedExpression": None,
        "parsingSucceeded": False,
    }
    try:
        node = parsed(str(body.get("expression") or ""))
    except NotParsed as error:
        return 200, {
            **found,
            "error": {"code": "ParsingFailed", "message": str(error), "innerErrors": [], "target": None},
        }
    found |= {"parsingSucceeded": True, "parsedExpression": described(node)}
    given = (body.get("testInputObject") or {}).get("properties") or []
    attributes = {str(pair["key"]): _attribute_value(pair.get("value")) for pair in given}
    attributes.setdefault("defaultDomain", _default_domain(ask))
    try:
        value = evaluated(node, attributes)
    except EvaluationFailed as error:
        return 200, {
            **found,
            "error": {"code": "EvaluationFailed", "message": str(error), "innerErrors": [], "target": None},
        }
    several = value if isinstance(value, list) else [] if value is None else [value]
    return 200, {**found, "evaluationSucceeded": True, "evaluationResult": several}


def _attribute_value(value: Any) -> Value:
    if isinstance(value, list):
        return [str(one) for one in value]
    return None if value is None else str(value)


def _default_domain(ask: Ask) -> str:
    names = [str(one.get("userPrincipalName") or "") for one in ask.tenant.users.values()]
    return names[0].rpartition("@")[2] if names else ""


_SP = "/servicePrincipals/([0-9a-fA-F-]{36})"
_SYNC = f"{_SP}/synchronization"
_JOBS = f"{_SYNC}/jobs"
_JOB = _JOBS + r"(?:/|\(')(aWSSingleSignon\.[0-9A-Za-z.-]+)(?:'\))?"
_TEMPLATE = f"{_SYNC}/templates/([^/]+)"
_read, _write = permissions.may_read, permissions.may_write

CALLS: tuple[tuple[str, str, Act], ...] = (
    ("GET", f"{_SYNC}/templates", _on_principal(_read, _templates)),
    ("GET", _TEMPLATE, _on_principal(_read, _template)),
    ("GET", f"{_TEMPLATE}/schema", _on_principal(_read, _template_schema)),
    ("GET", f"{_TEMPLATE}/schema/functions", _on_template(_write, _functions)),
    ("GET", f"{_TEMPLATE}/schema/filterOperators", _on_template(_write, _operators)),
    ("POST", f"{_TEMPLATE}/schema/parseExpression", _on_template(_write, _parse)),
    ("GET", f"{_SYNC}/secrets", _on_principal(_write, _get_secrets)),
    ("PUT", f"{_SYNC}/secrets", _on_principal(_write, _put_secrets)),
    ("POST", f"{_JOBS}/validateCredentials", _on_principal(_write, _validate)),
    ("GET", _JOBS, _on_principal(_read, _jobs)),
    ("POST", _JOBS, _on_principal(_write, _new_job)),
    ("GET", _JOB, _on_job(_read, _job)),
    ("PATCH", _JOB, _on_job(permissions.may_patch_job, _change_job)),
    ("DELETE", _JOB, _on_job(_write, _delete_job)),
    ("POST", f"{_JOB}/validateCredentials", _on_job(_write, _validate_job)),
    ("POST", f"{_JOB}/start", _on_job(_write, _start)),
    ("POST", f"{_JOB}/pause", _on_job(_write, _pause)),
    ("POST", f"{_JOB}/restart", _on_job(_write, _restart)),
    ("POST", f"{_JOB}/provisionOnDemand", _on_job(permissions.may_run_on_demand, provision_on_demand)),
    ("GET", f"{_JOB}/schema", _on_job(_read, _schema)),
    ("PUT", f"{_JOB}/schema", _on_job(_write, _change_schema(schema.put))),
    ("PATCH", f"{_JOB}/schema", _on_job(_write, _change_schema(schema.patched))),
    ("DELETE", f"{_JOB}/schema", _on_job(_write, _change_schema(_default_schema))),
    ("GET", f"{_JOB}/schema/functions", _on_job(_write, _functions)),
    ("GET", f"{_JOB}/schema/filterOperators", _on_job(_write, _operators)),
    ("POST", f"{_JOB}/schema/parseExpression", _on_job(_write, _parse)),
    ("GET", "/auditLogs/provisioning", logs.provisioning),
    ("GET", "/auditLogs/directoryAudits", logs.directory_audits),
)
"""Method, path, act. Each act checks the caller's permissions."""
