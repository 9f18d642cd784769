"""Moves a job to another computer or another tenant, without secrets, confirmed hosts and history."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.errors import JobFileError
from wizard.flow.steps.session import new_draft
from wizard.messages.translation import N_, _
from wizard.provisioning.job import Job
from wizard.storage.jobs import encoded
from wizard.storage.paths import write_private

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.storage.jobs import SavedJob


async def export_job(services: "Services", path: str, target: Path, *, replaces: bool = False) -> None:
    """Write a saved job as it was last reviewed to a file for another computer; raises WizardError.

    replaces: the person has agreed to replace an existing file.
    """

    def export() -> None:
        content = encoded(services.jobs.load(Path(path)))
        if target.exists() and not replaces:
            raise JobFileError("job-file-exists", path=str(target))
        write_private(target.absolute(), content)

    await to_thread.run_sync(export)


async def read_exported(services: "Services", file: Path) -> Job:
    """Return the job of a file as a new one with its own id and name; raises JobFileError."""
    return await to_thread.run_sync(services.jobs.copy_of, file)


async def import_job(services: "Services", job: Job) -> "SavedJob":
    """Save a job of `read_exported`, after a person has seen what it does; raises WizardError."""
    return await to_thread.run_sync(services.jobs.save, job)


async def to_enter(job: Job) -> tuple[str, ...]:
    """Return the items that the job still needs on this computer, without a full stop."""
    return await to_thread.run_sync(_to_enter, job)


def _to_enter(job: Job) -> tuple[str, ...]:
    items = [_target(job)]
    source = job.source
    files = [
        (_("The file with people ({file} was not found)"), source.users_file),
        (_("The file with group members ({file} was not found)"), source.members_file),
    ]
    if source.kind == "entra":
        entra = source.entra
        sign_in = _SIGN_IN[entra.sign_in] if entra.tenant else _TENANT_AND_SIGN_IN
        items.append(_(sign_in).format(tenant=entra.tenant))
        files = [(_("The certificate file ({file} was not found)"), entra.certificate_file)]
    items += (text.format(file=file) for text, file in files if file and not Path(file).is_file())
    return (*items, _("A schedule, to run automatically"))


def _target(job: Job) -> str:
    place = endpoint(job.target.tenant_url)
    if not isinstance(place, Endpoint):
        return _("SCIM endpoint and access token")
    if place.kind == "other":
        return _("Access token, and your confirmation that it may be sent to {host}").format(host=place.host)
    return _("Access token for {host}").format(host=place.host)


_TENANT_AND_SIGN_IN = N_("Tenant and Microsoft sign-in")
_SIGN_IN = {
    "browser": N_("Microsoft sign-in for {tenant}"),
    "device-code": N_("Microsoft sign-in for {tenant}"),
    "secret": N_("Client secret for {tenant}"),
    "certificate": N_("Passphrase of the certificate for {tenant}, if it has one"),
}


def for_own_tenant(job: Job) -> Job:
    """Return a new job with mappings, filters and settings of a tried one, without source and target.

    Selected people and groups are those of the sample company: they are left out.
    """
    policy = replace(job.policy, pacing="")
    made = replace(new_draft(), mappings=job.mappings, policy=policy, engine=job.engine)
    if job.source.kind != "sample":
        return replace(made, scope=job.scope, source=job.source)
    scope = replace(job.scope, everyone=True, user_ids=(), group_ids=(), first_user_ids=(), first_group_ids=())
    return replace(made, scope=scope)
