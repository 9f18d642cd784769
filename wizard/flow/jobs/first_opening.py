"""What a job file from elsewhere would do and where: shown when it is opened on this computer for the first time."""

from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.graph.clouds import CLOUDS
from wizard.provisioning.job import LeaverAction

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.provisioning.job import Job, SourceChoice

_WAYS = {
    "browser": "a person, in the browser",
    "device-code": "a person, with a code",
    "secret": "an application, with a client secret",
    "certificate": "an application, with a certificate",
}


async def first_opening(services: "Services", job: "Job") -> tuple[str, ...]:
    """Return what the job would do and where, one sentence each; () = it was seen on this computer before.

    A job file that names another directory, another address or another treatment of leavers than when it was last seen
    counts as new.
    """
    known = await to_thread.run_sync(services.jobs.knows, job)
    return () if known else described(job)


async def remember(services: "Services", job: "Job") -> None:
    """Count the job as seen on this computer; raises WizardError."""
    await to_thread.run_sync(services.jobs.remember, job)


def described(job: "Job") -> tuple[str, ...]:
    """Return what a job does and where, one sentence each."""
    matching = (
        ("Matching accounts of others in AWS are taken over automatically.",) if job.policy.match_existing else ()
    )
    engine = ("Microsoft's provisioning service provisions, not this program.",) if job.engine == "entra" else ()
    return (*_directory(job.source), _target(job), *engine, _leavers(job), *matching)


def _directory(source: "SourceChoice") -> tuple[str, ...]:
    if source.kind == "sample":
        return ("People come from the sample company.",)
    if source.kind != "entra":
        files = " and ".join(f"“{file}”" for file in (source.users_file, source.members_file) if file)
        return (f"People come from {files}.",) if files else ("No directory is chosen.",)
    entra = source.entra
    cloud = next((each for each in CLOUDS if each.id == entra.cloud), None)
    login, graph = (cloud.login, cloud.graph) if cloud else (entra.authority, entra.graph_url)
    return (
        f"People come from Entra ID, tenant {entra.tenant or '(none)'}; {_WAYS[entra.sign_in]} signs in.",
        f"Sign-in at {login}, directory at {graph}.",
    )


def _target(job: "Job") -> str:
    url = job.target.tenant_url
    place = endpoint(url)
    if not url or not isinstance(place, Endpoint):
        return "No usable address of AWS is named."
    where = {
        "aws": f"AWS, {place.region_name}",
        "loopback": "a service on this computer",
        "other": "this is not a host of AWS",
    }[place.kind]
    return f"People and the access token go to {place.url} ({where})."


def _leavers(job: "Job") -> str:
    policy = job.policy
    if policy.leavers == LeaverAction.LEAVE:
        return "People who leave stay as they are in AWS."
    if policy.leavers == LeaverAction.DISABLE:
        return "People who leave are disabled in AWS."
    if not policy.delete_after_days:
        return "People who leave are deleted in AWS at once."
    return f"People who leave are disabled in AWS, and deleted {policy.delete_after_days} days later."
