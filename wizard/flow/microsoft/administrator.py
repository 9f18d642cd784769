"""What to ask an administrator for where rights are missing: the permissions, the roles, and the exact calls."""

from collections.abc import Iterable

from wizard.entra_provisioning.configured import Configured
from wizard.errors import Message, WizardError
from wizard.flow.directory.entra_models import MorePermission
from wizard.flow.microsoft.models import MissingRight
from wizard.graph.clouds import PROVISIONING_PERMISSIONS, READ_PERMISSIONS
from wizard.messages.translation import _
from wizard.provisioning.job import Job

_CALLS: dict[str, tuple[str, ...]] = {
    "synchronization": (
        "GET  /servicePrincipals/{application}/synchronization/jobs",
        "GET  /servicePrincipals/{application}/synchronization/secrets",
        "POST /servicePrincipals/{application}/synchronization/jobs/validateCredentials",
        "PUT  /servicePrincipals/{application}/synchronization/secrets",
        "POST /servicePrincipals/{application}/synchronization/jobs",
        "PUT  /servicePrincipals/{application}/synchronization/jobs/{job}/schema",
        "POST /servicePrincipals/{application}/synchronization/jobs/{job}/provisionOnDemand",
        "POST /servicePrincipals/{application}/synchronization/jobs/{job}/start",
    ),
    "provisioning-log": ("GET  /auditLogs/provisioning?$filter=jobId eq '{job}'",),
    "assignments": ("POST /servicePrincipals/{application}/appRoleAssignedTo",),
    "applications": ("PATCH /applications/{application}",),
    "owners": (
        "POST /servicePrincipals/{application}/owners/$ref",
        "POST /applications/{application}/owners/$ref",
    ),
    "gallery": ("POST /applicationTemplates/21ed01d2-ec13-4e9e-86c1-cd546719ebc4/instantiate",),
}
"""Area -> the calls that this program makes there."""
_AREAS = {
    "Synchronization.Read.All": "synchronization",
    "Synchronization.ReadWrite.All": "synchronization",
    "ProvisioningLog.Read.All": "provisioning-log",
    "AppRoleAssignment.ReadWrite.All": "assignments",
    "Application.ReadWrite.All": "applications",
    "Application.Read.All": "applications",
}


def missing_rights(configured: Configured, error: MorePermission | None = None) -> tuple[MissingRight, ...]:
    """Return the permissions that readings lacked, and those that a person has not allowed yet."""
    found = [_of_refusal(message) for message in configured.hidden]
    if error is not None:
        more = (each for each in PROVISIONING_PERMISSIONS if each not in READ_PERMISSIONS)
        found += (MissingRight(each, _AREAS.get(each, ""), each == "ProvisioningLog.Read.All") for each in more)
    return tuple(dict.fromkeys(found))


def right_of(error: WizardError) -> tuple[MissingRight, ...]:
    """Return the permission that a refused call lacks; () where the error says something else."""
    return (_of_refusal(error.message),) if error.message.code == "graph-permission-missing" else ()


def _of_refusal(message: Message) -> MissingRight:
    permission, area = str(message.args.get("permission") or ""), str(message.args.get("area") or "")
    return MissingRight(permission, area, area == "provisioning-log")


def request_for_administrator(job: Job, missing: Iterable[MissingRight]) -> str:
    """Return a text to send to an administrator: the missing rights, who can grant them, and every call; no secret."""
    rights = tuple(missing)
    entra = job.source.entra
    application = entra.application_id or "{application}"
    calls = dict.fromkeys(call for right in rights for call in _CALLS.get(right.area, ()))
    permissions = ", ".join(dict.fromkeys(right.permission for right in rights if right.permission))
    lines = [
        _(
            "Identity Center Wizard needs permissions in the tenant {tenant} to configure Microsoft Entra's provisioning "
            "service for AWS IAM Identity Center."
        ).format(tenant=entra.tenant),
        "",
        _("Application that signs in: {id}").format(id=entra.client_id),
        _("Enterprise application: {name} {id}")
        .format(name=entra.application_name or _("(new)"), id=entra.application_id)
        .rstrip(),
        _("Permissions with admin consent: {permissions}").format(permissions=permissions or _("(none missing)")),
        _(
            "Role of the person who signs in: Application Administrator, Cloud Application Administrator, or owner of the "
            "enterprise application."
        ),
        _("Who can consent: Privileged Role Administrator or Cloud Application Administrator."),
    ]
    if calls:
        lines += ["", _("Calls to Microsoft Graph (v1.0):")]
        lines += (f"  {call.replace('{application}', application)}" for call in calls)
    return "\n".join(lines) + "\n"
