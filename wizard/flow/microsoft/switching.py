"""Switching a job between the engines: checked, never both at once, and with a full reading on the way back."""

import re
from dataclasses import dataclass, replace

from anyio import to_thread

from wizard.directory import DirectorySnapshot
from wizard.entra_provisioning.differences import Difference, engine_differences
from wizard.errors import Message, NotAccepted, OtherEngine, WizardError
from wizard.flow.directory.reading import read_directory
from wizard.flow.microsoft.from_job import facts_of
from wizard.flow.runs.connection import identity_center
from wizard.flow.runs.journal import open_journal
from wizard.flow.schedules.schedules import installed
from wizard.flow.services import Services
from wizard.graph import synchronization
from wizard.graph.client import ApplicationGone, GraphClient, ProvisioningJobGone
from wizard.graph.synchronization import TEMPLATE, SynchronizationJob
from wizard.mapping.resources import Table
from wizard.names import name_key
from wizard.progress import ignore_event
from wizard.provisioning.job import Job
from wizard.provisioning.read_aws import AnyExisting
from wizard.scim.resource import Resource
from wizard.storage.acceptances import OwnAccounts, ProtectedNames
from wizard.storage.mirrors import Mirrors


@dataclass(frozen=True, slots=True)
class Switched:
    """The job after a switch; it is saved."""

    job: Job
    has_schedule: bool = False
    """Runs of this program are scheduled: they end with exit code 3 from now on."""
    recognised: int = 0
    """Accounts and groups that the service made and this program knows as the job's own now."""


def require_microsoft(job: Job) -> None:
    """Raise OtherEngine where this program provisions the job: Microsoft's service must not write beside it."""
    if job.engine != "entra":
        raise OtherEngine("own-engine-provisions-this-job", job=job.name)


async def switch_to_microsoft(services: Services, job: Job, accepted: frozenset[str] = frozenset()) -> Switched:
    """Make the job one of Microsoft's service: no run of this program is under way, and none begins after it.

    Raises JobLocked during a run, NotAccepted for differences between the engines ("engine-differences"), WizardError
    for what blocks the switch. Nothing is changed in Entra ID.
    """
    protected = len(await to_thread.run_sync(ProtectedNames(services.home).all))
    differences = engine_differences(facts_of(job, protected))
    blocking = next((each.message for each in differences if each.blocking), None)
    if blocking is not None:
        raise WizardError(blocking)
    if "engine-differences" not in accepted and differences:
        raise NotAccepted((_concern(differences),))
    async with open_journal(services, job):  # no run is under way, and none begins before the job is saved
        switched = replace(job, engine="entra")
        await to_thread.run_sync(services.jobs.save, switched)
    return Switched(switched, await _has_schedule(services, job))


async def _has_schedule(services: Services, job: Job) -> bool:
    try:
        return await installed(services, job.id) is not None
    except WizardError:
        return False  # no scheduler on this computer


def _concern(differences: tuple[Difference, ...]) -> Message:
    return Message("engine-differences", differences=tuple(each.message for each in differences))


async def switch_to_own(services: Services, job: Job, *, pause: bool = False) -> Switched:
    """Make the job one of this program again, and read both sides whole to recognise what Microsoft's service made.

    Microsoft's job must be stopped, and its last cycle ended; `pause` stops it. Raises NotAccepted
    ("entra-provisions-too") where it runs, WizardError; the job stays Microsoft's then.
    """
    await _require_stopped(services, job, pause)
    # Everything is read again: the last reading of the directory is from before Microsoft's time.
    snapshot = await read_directory(services, job)
    ours = await _recognised(services, job, _mapped(job, snapshot))
    async with open_journal(services, job):
        await to_thread.run_sync(lambda: OwnAccounts(services.home, job.id).change(ours, ()))
        await to_thread.run_sync(Mirrors(services.home, job.id).delete)
        switched = replace(job, engine="own")
        await to_thread.run_sync(services.jobs.save, switched)
    return Switched(switched, recognised=len(ours))


async def _require_stopped(services: Services, job: Job, pause: bool) -> None:
    application = job.source.entra.application_id
    if job.source.kind != "entra" or not application:
        return
    async with services.entra.graph(job, need="provisioning" if pause else "monitor") as client:
        found = await _job_at_microsoft(client, application)
        if found is None:
            return
        if found.is_active and pause:
            await synchronization.pause(client, application, found.id)
            found = await synchronization.job(client, application, found.id)
    if found.is_active:
        name, state = job.source.entra.application_name, found.code
        raise NotAccepted((Message("entra-provisions-too", application=name, state=state),))
    if found.progress and not found.steady_since:
        raise WizardError("entra-cycle-still-runs")


async def _job_at_microsoft(client: GraphClient, application: str) -> SynchronizationJob | None:
    try:
        jobs = await synchronization.jobs(client, application)
    except (ProvisioningJobGone, ApplicationGone):
        return None
    return next((each for each in jobs if each.template == TEMPLATE), None)


# --- What Microsoft's service made ----------------------------------------------------------------------------------

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAMES = {"user": "userName", "group": "displayName"}


def _mapped(job: Job, snapshot: DirectorySnapshot) -> dict[str, list[Resource]]:
    """Return what the job's mapping gives for everybody in the directory, by kind."""
    mappings = job.mappings
    users = Table([row for row in mappings.users if row.target in ("userName", "externalId")], snapshot.attributes)
    groups = Table([row for row in mappings.groups if row.target in ("displayName", "externalId")])
    return {
        "user": [users.user(each).resource for each in snapshot.users],
        "group": [groups.group(each).resource for each in snapshot.groups],
    }


async def _recognised(services: Services, job: Job, mapped: dict[str, list[Resource]]) -> tuple[str, ...]:
    """AWS ids of accounts and groups that are those of the mapping: by an external id of Entra ID, else also by name."""
    by_id, by_both = set(), set()
    for kind, resources in mapped.items():
        for each in resources:
            external, name = name_key(each.get("externalId")), name_key(each.get(_NAMES[kind]))
            if _UUID.fullmatch(external):
                by_id.add((kind, external))
            if external and name:
                by_both.add((kind, external, name))
    target = await identity_center(services, job)
    found: list[str] = []

    def look(kind: str, one: AnyExisting) -> None:
        external, name = name_key(one.resource.get("externalId")), name_key(one.resource.get(_NAMES[kind]))
        if (kind, external) in by_id or (kind, external, name) in by_both:
            found.append(one.id)

    async with target.connect(ignore_event) as session:
        async for user in session.users(ignore_event):
            look("user", user)
        async for group in session.groups(ignore_event):
            look("group", group)
    return tuple(sorted(found))
