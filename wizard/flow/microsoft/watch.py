"""Watching and steering Microsoft's provisioning service: state, log, pause, restart, held deletions, one person."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from anyio import to_thread

from wizard.entra_provisioning.carry_out import start_once
from wizard.entra_provisioning.desired import rule_id
from wizard.entra_provisioning.log_rows import MicrosoftRow, held_deletions
from wizard.entra_provisioning.on_demand import MOST_MEMBERS, OnDemandResult, read_answer
from wizard.entra_provisioning.status import JobStatus, cycles, job_status
from wizard.errors import Message, WizardError
from wizard.flow.directory.client_secret import note_client_secret
from wizard.flow.directory.reading import read_directory
from wizard.flow.microsoft.administrator import right_of
from wizard.flow.microsoft.forecast import caveats_of_one, make_forecast
from wizard.flow.microsoft.models import (
    EngineStatus,
    HeldDeletion,
    MissingRight,
    OnDemandPreview,
    RestartPart,
)
from wizard.flow.microsoft.setup import open_to_look
from wizard.flow.runs.journal import open_journal
from wizard.flow.services import Services
from wizard.graph import provisioning_log, synchronization
from wizard.graph.applications import application_of
from wizard.graph.client import GraphClient, PermissionMissing, ProvisioningJobGone
from wizard.graph.provisioning_log import LogNeedsLicence
from wizard.graph.synchronization import TEMPLATE, Subject, SynchronizationJob
from wizard.http.failures import AnswerLost
from wizard.progress import ignore_event
from wizard.provisioning.events import LogRow, ModifiedProperty
from wizard.provisioning.job import Job
from wizard.provisioning.only_some import Only
from wizard.provisioning.report import now
from wizard.storage.health.attempts import AttemptStore, MicrosoftState
from wizard.storage.journal_rows import stamp
from wizard.storage.microsoft.log import KeptExecution, MicrosoftLog, moment_of
from wizard.storage.microsoft.setups import MicrosoftSetups

_PORTAL = (
    "https://entra.microsoft.com/#view/Microsoft_AAD_Connect_Provisioning/ProvisioningMenuBlade/objectId/{id}"
)
MOST_HELD = 2_000
"""Log entries that are read for the names of held deletions."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Graph, and Microsoft's job of this job."""

    client: GraphClient
    application: str
    job: SynchronizationJob


@asynccontextmanager
async def _its_job(services: Services, job: Job) -> AsyncIterator[_Found]:
    """Microsoft's provisioning job, to steer; raises ProvisioningJobGone where there is none, MorePermission."""
    application = application_of_job(job)
    async with services.entra.graph(job, need="provisioning") as client:
        yield _Found(client, application, await read_job(client, application))


async def read_job(client: GraphClient, application: str) -> SynchronizationJob:
    """Return Microsoft's provisioning job of an application; raises ProvisioningJobGone, WizardError."""
    for each in await synchronization.jobs(client, application):
        if each.template == TEMPLATE:
            return each
    raise ProvisioningJobGone("provisioning-job-gone", answer="")


def application_of_job(job: Job) -> str:
    """Return the id of the enterprise application; raises WizardError where none is chosen, or the source is a file."""
    if job.source.kind != "entra":
        raise WizardError("engine-needs-entra-source")
    if not job.source.entra.application_id:
        raise WizardError("engine-without-application")
    return job.source.entra.application_id


# --- State ----------------------------------------------------------------------------------------------------------


async def read_status(services: Services, job: Job) -> EngineStatus:
    """Return how Microsoft's service does; what may not be seen is named in `missing`. Raises WizardError."""
    application = application_of_job(job)
    missing: list[MissingRight] = []
    found: SynchronizationJob | None = None
    held: tuple[HeldDeletion, ...] = ()
    async with open_to_look(services, job) as opened:
        name = (await application_of(opened.client, application)).name
        await note_client_secret(services, job, opened.client)
        try:
            found = await read_job(opened.client, application)
        except ProvisioningJobGone:
            pass
        except PermissionMissing as error:
            missing += right_of(error)
        # A job that may not be seen is not one that does not exist.
        status = JobStatus("warn", Message("entra-state-hidden"))
        if not missing:
            status = job_status(found, datetime.now(UTC), await to_thread.run_sync(_began, services, job))
        if found is not None and status.remedy == "allow-deletes":
            try:
                held = await _held(opened.client, found)
            except (PermissionMissing, LogNeedsLicence) as error:
                missing += right_of(error)
    if held:
        status = replace(status, message=Message("entra-deletions-held", held=len(held)))
    setups = MicrosoftSetups(services.home, job.id)
    if found is not None or not missing:
        await to_thread.run_sync(_note, services, job, status, found)
    return EngineStatus(
        status=status,
        job_id=found.id if found else "",
        application_name=name,
        portal_url=_PORTAL.format(id=application) if job.source.entra.cloud == "global" else "",
        held=held,
        missing=tuple(missing),
        rotation_pending=await to_thread.run_sync(setups.token_pending),
    )


def _began(services: Services, job: Job) -> str:
    """Return when Microsoft's service was last seen stopped, or was started from here; "" = never."""
    seen = AttemptStore(services.home, job.id).read().microsoft
    return seen.began if seen is not None else ""


def _note(services: Services, job: Job, status: JobStatus, found: SynchronizationJob | None) -> None:
    """Keep the state for the job's health, which is judged without asking Microsoft, and its cycles."""
    with suppress(WizardError):
        runs = found is not None and found.is_active and found.quarantine is None
        began_at = _began(services, job) if runs else now()
        ended = moment_of(found.last.ended) if found is not None and found.last is not None else None
        last_cycle = stamp(ended) if ended else ""
        state = MicrosoftState(now(), status.tone, status.message.as_json(), last_cycle, began_at)
        AttemptStore(services.home, job.id).saw_microsoft(state)
    newest = cycles(found) if found is not None else ()
    executions = [
        KeptExecution(found.id, stamp(began), stamp(ended) if (ended := moment_of(each.ended)) else "",
                      each.activity, each.state, each.error, each.exported, each.failed)
        for each in newest
        if found is not None and (began := moment_of(each.began)) is not None
    ]  # fmt: skip
    if executions:
        with suppress(WizardError), MicrosoftLog.open(services.home, job.id) as log:
            for execution in executions:
                log.saw(execution)


async def _held(client: GraphClient, found: SynchronizationJob) -> tuple[HeldDeletion, ...]:
    since = found.quarantine.began if found.quarantine else ""
    entries: list[provisioning_log.LogEntry] = []
    # The deletions were logged in the cycle before the quarantine began.
    async for page in provisioning_log.log_pages(client, found.id, since=since[:10]):
        entries += page
        if len(entries) >= MOST_HELD:
            break
    return tuple(HeldDeletion(row.source_id, row.label, row.kind, row.time) for row in held_deletions(entries))


def as_log_row(row: MicrosoftRow) -> LogRow:
    """Return a row of Microsoft's log as a row of this program's."""
    return LogRow(
        time=row.time,
        kind=row.kind,
        source_id=row.source_id,
        label=row.label,
        action=row.action,
        status=row.status,
        message=row.message,
        steps=row.steps,
        modified=tuple(ModifiedProperty(*each) for each in row.modified),
        target_id=row.target_id,
        request_id=row.id,
        detail=row.detail,
        milliseconds=row.milliseconds,
    )


# --- Steering -------------------------------------------------------------------------------------------------------


async def start(services: Services, job: Job) -> EngineStatus:
    """Start a job that is set up or paused, with one request at most; the job is Microsoft's from then on.

    Raises OtherEngine where the job is not Microsoft's yet (`switch_to_microsoft`), StartUnknown, WizardError.
    """
    from wizard.flow.microsoft.switching import require_microsoft

    require_microsoft(job)
    # The job's lock: no run of this program that began before is still under way.
    async with open_journal(services, job), _its_job(services, job) as found:
        await start_once(found.client, found.application, found.job.id, healthy_seconds=HEALTHY_SECONDS)
    await to_thread.run_sync(_note_start, services, job)
    return await read_status(services, job)


HEALTHY_SECONDS = 2.0
"""Between a start and reading how it went."""


def _note_start(services: Services, job: Job) -> None:
    """Keep the time of a start: no cycle is overdue at once."""
    with suppress(WizardError):
        AttemptStore(services.home, job.id).microsoft_began(now())


async def pause(services: Services, job: Job) -> EngineStatus:
    """Stop Microsoft's service once the cycle under way has ended; raises MorePermission, WizardError."""
    async with _its_job(services, job) as found:
        await synchronization.pause(found.client, found.application, found.job.id)
    return await read_status(services, job)


_RESET: dict[RestartPart, synchronization.ResetPart] = {
    "watermark": "Watermark", "escrows": "Escrows", "quarantine": "QuarantineState",
}  # fmt: skip


async def restart(services: Services, job: Job, parts: frozenset[RestartPart] = frozenset()) -> EngineStatus:
    """Restart a job, and start a paused one; no parts: as the portal's *Restart provisioning*.

    Raises OtherEngine where this program provisions the job, JobLocked during a run, MorePermission, WizardError.
    """
    if "full" in parts:
        return await _restarted(services, job, "Full")
    return await _restarted(services, job, *(name for part, name in _RESET.items() if part in parts))


async def allow_deletes(services: Services, job: Job, number: int) -> EngineStatus:
    """Let held deletions through; `number` is how many the person saw and typed.

    Raises WizardError where others are held now, MorePermission.
    """
    now = await read_status(services, job)
    if now.status.remedy != "allow-deletes":
        raise WizardError("no-deletions-held")
    if number != len(now.held):
        raise WizardError("other-deletions-held", held=len(now.held), number=number)
    return await _restarted(services, job, "ForceDeletes")


async def _restarted(services: Services, job: Job, *parts: synchronization.ResetPart) -> EngineStatus:
    from wizard.flow.microsoft.switching import require_microsoft

    require_microsoft(job)  # a restart also starts a paused job
    async with open_journal(services, job), _its_job(services, job) as found:
        try:
            await synchronization.restart(found.client, found.application, found.job.id, *parts)
        except AnswerLost:
            raise WizardError("entra-restart-unknown") from None
    await to_thread.run_sync(_note_start, services, job)
    return await read_status(services, job)


# --- One person or group --------------------------------------------------------------------------------------------


async def preview_one(services: Services, job: Job, source_id: str) -> OnDemandPreview:
    """Return what provisioning one person or group will do; changes nothing. Raises WizardError."""
    snapshot = await read_directory(services, job, ignore_event)
    person = next((each for each in snapshot.users if each.id == source_id), None)
    group = next((each for each in snapshot.groups if each.id == source_id), None)
    thing = person or group
    if thing is None:
        raise WizardError("not-in-directory", id=source_id)
    kind = "group" if person is None else "user"
    only = Only("retry", frozenset({("group" if person is None else "user", source_id)}), frozenset())
    made = await make_forecast(services, job, snapshot, ignore_event, only)
    members = group.members[:MOST_MEMBERS] if group is not None else ()
    notes = caveats_of_one(made, thing)
    if group is not None and len(group.members) > MOST_MEMBERS:
        notes = (*notes, Message("on-demand-some-members", most=MOST_MEMBERS, count=len(group.members)))
    return OnDemandPreview(source_id, thing.label, kind == "group", members, made.plan, notes)


async def provision_one(services: Services, job: Job, preview: OnDemandPreview) -> OnDemandResult:
    """Let Microsoft provision what was previewed, now; raises JobNotOwned, MorePermission, WizardError."""
    from wizard.flow.microsoft.switching import require_microsoft

    require_microsoft(job)
    subject = Subject(preview.source_id, "Group" if preview.is_group else "User", preview.members)
    async with open_journal(services, job), _its_job(services, job) as found:
        schema = await synchronization.schema(found.client, found.application, found.job.id)
        try:
            answer = await synchronization.provision_on_demand(
                found.client, found.application, found.job.id, rule_id(schema), subject
            )
        except AnswerLost:
            raise WizardError("on-demand-unknown") from None
    return read_answer(*answer)
