"""Takes a job to another computer or to the person's own tenant. Secrets, confirmed hosts and history stay behind."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.errors import JobFileError
from wizard.flow.jobs.first_opening import described
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Job
from wizard.storage.jobs import encoded
from wizard.storage.paths import write_private

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.storage.jobs import SavedJob


async def export_job(services: "Services", path: str, target: Path, *, replaces: bool = False) -> None:
    """Write a saved job as it was last reviewed to a file for another computer; raises WizardError.

    replaces: the person was asked about a file that is there already.
    """

    def export() -> None:
        content = encoded(services.jobs.load(Path(path)))
        if target.exists() and not replaces:
            raise JobFileError("job-file-exists", path=str(target))
        write_private(target.absolute(), content)

    await to_thread.run_sync(export)


async def read_exported(services: "Services", file: Path) -> Job:
    """Return the job of a file as a new one, with an id and a name of its own; raises JobFileError."""
    return await to_thread.run_sync(services.jobs.copy_of, file)


async def import_job(services: "Services", job: Job) -> "SavedJob":
    """Save a job of `read_exported`, after a person has seen what it does; raises WizardError."""
    return await to_thread.run_sync(services.jobs.save, job)


def seen_before_import(job: Job) -> tuple[str, ...]:
    """Return what the job would do and where, one sentence each: shown before it is imported."""
    return described(job)


async def to_enter(job: Job) -> tuple[str, ...]:
    """Return what has to be entered on this computer before the job can run, one sentence each."""
    return await to_thread.run_sync(_to_enter, job)


def _to_enter(job: Job) -> tuple[str, ...]:
    place = endpoint(job.target.tenant_url)
    sentences = []
    if not isinstance(place, Endpoint):
        sentences.append("The SCIM endpoint and the access token.")
    elif place.kind == "other":
        sentences.append(f"The access token, and the confirmation that it may be sent to {place.host}.")
    else:
        sentences.append(f"The access token for {place.host}.")
    source = job.source
    files = [("people", source.users_file), ("group members", source.members_file)]
    if source.kind == "entra":
        sentences.append(_MICROSOFT[source.entra.sign_in].format(tenant=source.entra.tenant or "your tenant"))
        files = [("the certificate", source.entra.certificate_file)]
    for what, file in files:
        if file and not Path(file).is_file():
            sentences.append(f"The file with {what}: {file} is not on this computer.")
    sentences.append("A schedule, if the job shall run by itself.")
    return tuple(sentences)


_MICROSOFT = {
    "browser": "The Microsoft sign-in for {tenant}.",
    "device-code": "The Microsoft sign-in for {tenant}.",
    "secret": "The client secret for {tenant}.",
    "certificate": "The passphrase of the certificate for {tenant}, if it has one.",
}


def for_own_tenant(job: Job) -> Job:
    """Return a new job with the set-up of a tried one: mapping, filters and settings. Directory and target are open.

    Ticked people and groups are those of the sample company: they are left out.
    """
    policy = replace(job.policy, pacing="")
    made = replace(new_draft(), mappings=job.mappings, policy=policy, engine=job.engine)
    if job.source.kind != "sample":
        return replace(made, scope=job.scope, source=job.source)
    scope = replace(job.scope, everyone=True, user_ids=(), group_ids=(), first_user_ids=(), first_group_ids=())
    return replace(made, scope=scope)
