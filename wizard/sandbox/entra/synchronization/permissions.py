"""Who may call what: permissions of the token, the role of the person, ownership by the application.

Source: Microsoft's permission tables of 2026-08. Everything needs an administrator's consent. A delegated call also
needs the role Application Administrator or Cloud Application Administrator, or ownership of the application; Global
Reader cannot read the configuration. `GET …/secrets` and the collection's validateCredentials are in no table: they
are taken to need what writing needs.
"""

from wizard.sandbox.entra.asking import Ask
from wizard.sandbox.entra.refusals import GraphRefusal, not_allowed

_WRITE = frozenset({"Synchronization.ReadWrite.All"})
_READ = _WRITE | {"Synchronization.Read.All"}
_OWNED = "Application.ReadWrite.OwnedBy"
_PROVISIONING_LOG = frozenset({"ProvisioningLog.Read.All", "AuditLog.Read.All", "Directory.Read.All"})
_AUDITS = frozenset({"AuditLog.Read.All", "Directory.Read.All"})


def may_read(ask: Ask, principal_id: str) -> None:
    """Refuse (403) who may not read jobs, templates and schemas of an application."""
    _may(ask, principal_id, _READ)


def may_write(ask: Ask, principal_id: str) -> None:
    """Refuse (403) who may not configure or run the provisioning of an application."""
    _may(ask, principal_id, _WRITE)


def may_patch_job(ask: Ask, principal_id: str) -> None:
    """Refuse (403) who may not PATCH a job: ownership alone is not enough for an application."""
    if not ask.permissions & _WRITE:
        raise not_allowed()
    may_write(ask, principal_id)


def _may(ask: Ask, principal_id: str, needed: frozenset[str]) -> None:
    caller = ask.caller
    owner = caller.id in ask.tenant.owners.get(principal_id, {})
    if caller.application:
        if not (ask.permissions & needed or (_OWNED in ask.permissions and owner)):
            raise not_allowed()
        return
    if not ask.permissions & needed:
        raise not_allowed()
    if not caller.all_powerful and ask.service.switches.role != "application-administrator" and not owner:
        raise not_allowed()


def may_run_on_demand(ask: Ask, principal_id: str) -> None:
    """Refuse (401, empty message) an application that is not owner of both objects, or whose token is older.

    Seen by Microsoft's own onboarding tests: `UnknownError` until the signing-in principal is owner of the
    application and of its service principal, and has a token issued after that.
    """
    may_write(ask, principal_id)
    if not ask.caller.application or not ask.service.switches.owners:
        return
    app_id = ask.tenant.principals[principal_id]["appId"]
    registration = next(key for key, one in ask.tenant.registrations.items() if one["appId"] == app_id)
    for owned in (principal_id, registration):
        since = ask.tenant.owners.get(owned, {}).get(ask.caller.id)
        if since is None or ask.caller.issued < since:
            raise unknown_error()


def may_read_provisioning_log(ask: Ask) -> None:
    """Refuse (403) without the permission, the role or the licence, with the codes of the reports."""
    _may_read_reports(ask, _PROVISIONING_LOG, "ProvisioningLog.Read.All")


def may_read_audits(ask: Ask) -> None:
    """As the provisioning log, for `/auditLogs/directoryAudits`."""
    _may_read_reports(ask, _AUDITS, "AuditLog.Read.All")


def _may_read_reports(ask: Ask, needed: frozenset[str], least: str) -> None:
    reader = ask.caller.application or ask.caller.all_powerful or ask.service.switches.role != "none"
    if not ask.permissions & needed or not reader:
        raise GraphRefusal(
            403,
            "Authentication_MSGraphPermissionMissing",
            f"The principal does not have required Microsoft Graph permission(s): {least} to call this API.",
        )
    if not ask.tenant.premium:
        raise GraphRefusal(
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
        )


def unknown_error() -> GraphRefusal:
    """401 as provision on demand answers it: not owner, or in quarantine."""
    return GraphRefusal(401, "UnknownError", "")
