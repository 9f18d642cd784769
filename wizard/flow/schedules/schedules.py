"""Scheduled runs: what would be written, installing, checking and removing it, and what an administrator sets up."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from wizard.errors import JobFileError, Message, NoSecret, WizardError
from wizard.flow.directory.entra_session import BY_A_PERSON
from wizard.flow.runs.connection import store_token, token_for, token_place
from wizard.flow.runs.engines import require_own_engine
from wizard.flow.schedules.texts import Installed, NoScheduler, Offer, SystemSetup, TokenPlace
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.provisioning.report import now
from wizard.storage.health.alert_settings import AlertSettings, channel_secret
from wizard.storage.health.attempts import AttemptStore
from wizard.storage.paths import delete_file
from wizard.storage.schedules import installer
from wizard.storage.schedules.scheduler import InstalledSchedule, Schedule, Scheduler, SecretName, watcher_of
from wizard.storage.secret_store import SecretPlace


async def offer(services: Services, job: Job, minutes: int, token: TokenPlace, watch: bool | None = None) -> Offer:
    """What installing would write and run; changes nothing. Raises WizardError.

    watch: whether a watcher checks the schedules; None = as it is, and one with the first schedule.
    """
    return await to_thread.run_sync(_offer, services, job, minutes, token, watch, abandon_on_cancel=True)


async def system_setup(
    services: Services, job: Job, minutes: int, token: TokenPlace, folder: Path | None
) -> SystemSetup:
    """Return how an administrator has the job run while no user is signed in; raises WizardError.

    folder: the files are written there, readable by everyone as units are; None = nothing is written.
    """

    def work() -> SystemSetup:
        schedule = _schedule(services, job, minutes, token)
        found = installer.find_system_scheduler().setup(schedule, (folder or Path()).absolute())
        if folder is not None:
            installer.write_for_administrator(found.files)
        return found

    return await to_thread.run_sync(work)


async def token_note(services: Services, job: Job, token: TokenPlace) -> Message | None:
    """Why a run on schedule would find no token; None = it will find one. The keyring may ask a person."""
    entra = job.source.entra if job.source.kind == "entra" else None
    if token == "credential":
        by_person = entra is not None and entra.sign_in in BY_A_PERSON
        return Message("schedule-needs-application") if by_person else None
    try:
        place = await token_place(services, job)
    except NoSecret as error:
        return Message("schedule-without-keyring", problem=error.message)
    return None if place == "keyring" else Message("schedule-without-token", place=place)


async def install(
    services: Services, job: Job, minutes: int, token: TokenPlace, watch: bool | None = None
) -> Installed | None:
    """Install the schedule and its watcher (see `offer`) in place of the installed ones.

    Raises WizardError and changes nothing then.
    """

    def work() -> Installed | None:
        scheduler = installer.find_scheduler(services.home)
        schedule, watcher = _schedule(services, job, minutes, token), watcher_of(services.home.root)
        wanted = _watches(services, scheduler, job.id, watch)
        had_watcher = has_files(scheduler, watcher.job_id)
        if wanted:
            installer.install(scheduler, watcher)
        try:
            installer.install(scheduler, schedule)
        except WizardError:
            if wanted and not had_watcher:
                installer.remove(scheduler, watcher.job_id)
            raise
        AttemptStore(services.home, job.id).scheduled(minutes, now())
        if not wanted:
            installer.remove(scheduler, watcher.job_id)
        return _installed(services, scheduler, job.id)

    return await to_thread.run_sync(work)


async def remove(services: Services, job_id: str) -> bool:
    """Remove the job's schedule, and the watcher with the last one; False = it had none. Raises WizardError."""

    def work() -> bool:
        try:
            scheduler = installer.find_scheduler(services.home)
        except NoScheduler:
            return False  # a system without a scheduler has no schedules
        removed = installer.remove(scheduler, job_id)
        AttemptStore(services.home, job_id).unscheduled()
        if not _others(services, scheduler, job_id):
            installer.remove(scheduler, watcher_of(services.home.root).job_id)
        return removed

    return await to_thread.run_sync(work)


async def remove_watcher(services: Services) -> None:
    """Remove the watcher of this HOME; raises WizardError."""

    def work() -> None:
        with suppress(NoScheduler):
            installer.remove(installer.find_scheduler(services.home), watcher_of(services.home.root).job_id)

    await to_thread.run_sync(work)


async def of_administrator() -> Message | None:
    """What an administrator installed for runs on this computer, and only an administrator can remove; None = nothing."""

    def work() -> Message | None:
        with suppress(NoScheduler):
            paths = installer.find_system_scheduler().installed_files()
            return Message("schedule-of-administrator-left", paths=tuple(map(str, paths))) if paths else None
        return None

    return await to_thread.run_sync(work, abandon_on_cancel=True)


async def remove_credentials(services: Services, job_id: str) -> None:
    """Delete the secrets that a person put into credential files for the runs; raises WizardError."""

    def work() -> None:
        try:
            paths = installer.find_scheduler(services.home).credential_files(job_id)
        except NoScheduler:
            return
        for path in paths:
            delete_file(path)

    await to_thread.run_sync(work)


async def credentials_of(services: Services, job_id: str) -> tuple[tuple[str, str], ...]:
    """Return (file, command that renews it) of the systemd credential with the job's access token; () = none."""

    def work() -> tuple[tuple[str, str], ...]:
        try:
            return installer.find_scheduler(services.home).token_credentials(job_id)
        except NoScheduler:
            return ()

    return await to_thread.run_sync(work, abandon_on_cancel=True)


async def left_behind(services: Services, job_id: str) -> Message | None:
    """What a person made for the runs and stays when the schedule is gone; None = nothing."""

    def work() -> Message | None:
        paths = installer.find_scheduler(services.home).credential_files(job_id)
        return Message("schedule-credentials-left", paths=tuple(map(str, paths))) if paths else None

    return await to_thread.run_sync(work, abandon_on_cancel=True)


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A job that was for this session only and is saved now."""

    job: Job
    token: SecretPlace
    """"session": there is no safe keyring, so a scheduled run finds the token elsewhere."""


async def keep_session_job(services: Services, job: Job) -> KeptJob:
    """Save a job that was for this session only, and its token in the keyring; raises WizardError."""
    saved = await to_thread.run_sync(services.jobs.save, job)
    place: SecretPlace = "session"
    with suppress(NoSecret):
        place = await token_place(services, saved.job)
        if place == "session":
            place = await store_token(services, saved.job, await token_for(services, saved.job))
    return KeptJob(saved.job, place)


async def installed(services: Services, job_id: str) -> Installed | None:
    """Return the installed schedule; None = there is none. Raises NoScheduler."""

    return await to_thread.run_sync(installed_now, services, job_id, abandon_on_cancel=True)


def installed_now(services: Services, job_id: str) -> Installed | None:
    """As `installed`, for a thread. Asks the system only about a job that has a schedule."""
    return _installed(services, installer.find_scheduler(services.home), job_id)


async def all_installed(services: Services) -> tuple[tuple[str, Installed], ...]:
    """(job id, schedule) of every schedule on this computer, those of jobs that are gone as well."""

    def work() -> tuple[tuple[str, Installed], ...]:
        scheduler = installer.find_scheduler(services.home)
        found = ((job_id, _installed(services, scheduler, job_id)) for job_id in scheduler.job_ids())
        return tuple((job_id, one) for job_id, one in found if one is not None)

    return await to_thread.run_sync(work, abandon_on_cancel=True)


async def is_watched(services: Services) -> bool:
    """Whether a watcher is installed and active; raises NoScheduler."""
    watcher = await to_thread.run_sync(watcher_now, services, abandon_on_cancel=True)
    return watcher is not None and watcher.is_active


def watcher_now(services: Services) -> InstalledSchedule | None:
    """Return the watcher of this HOME, for a thread; None = there is none. Raises NoScheduler."""
    scheduler = installer.find_scheduler(services.home)
    return scheduler.installed(watcher_of(services.home.root).job_id, installer.run_command)


def _watches(services: Services, scheduler: Scheduler, job_id: str, watch: bool | None) -> bool:
    if watch is not None:
        return watch
    return has_files(scheduler, watcher_of(services.home.root).job_id) or not _others(services, scheduler, job_id)


def _others(services: Services, scheduler: Scheduler, job_id: str) -> bool:
    """Whether another job of this HOME has a schedule; the person's scheduler may hold those of another HOME."""
    return any(
        services.jobs.path_of(other) is not None or AttemptStore(services.home, other).read().schedule is not None
        for other in scheduler.job_ids()
        if other != job_id
    )


def has_files(scheduler: Scheduler, job_id: str) -> bool:
    """Whether every file of a schedule exists."""
    return all(path.exists() for path in scheduler.paths(job_id))


def _offer(services: Services, job: Job, minutes: int, token: TokenPlace, watch: bool | None) -> Offer:
    scheduler = installer.find_scheduler(services.home)
    schedule = _schedule(services, job, minutes, token)
    watcher = watcher_of(services.home.root)
    wanted = _watches(services, scheduler, job.id, watch)
    commands = scheduler.install_commands(job.id)
    if wanted:
        commands = (*scheduler.install_commands(watcher.job_id), *commands)
    elif has_files(scheduler, watcher.job_id):
        commands = (*commands, *scheduler.remove_commands(watcher.job_id), *scheduler.cleanup_commands())
    notes = scheduler.notes(schedule, installer.run_command)
    left_out = installer.proxies_left_out()
    if left_out:
        notes += (Message("schedule-proxy-left-out", variables=tuple(left_out)),)
    return Offer(
        scheduler.token_places,
        scheduler.files(schedule),
        tuple(command.line for command in commands),
        scheduler.files(watcher) if wanted else (),
        scheduler.obstacle(schedule),
        notes,
    )


def _schedule(services: Services, job: Job, minutes: int, token: TokenPlace) -> Schedule:
    require_own_engine(job)
    place = services.jobs.path_of(job.id)
    if place is None:
        raise JobFileError("job-not-saved", job=job.name)
    secret = job.source.kind == "entra" and job.source.entra.sign_in not in BY_A_PERSON
    secrets: tuple[SecretName, ...] = ("aws-token", "entra-secret") if secret else ("aws-token",)
    addresses: tuple[tuple[SecretName, str], ...] = (("aws-token", job.target.tenant_url),)
    if secret:
        addresses += (("entra-secret", services.entra.address(job)),)
    source = job.source
    entra = source.kind == "entra"
    files = (source.entra.certificate_file,) if entra else (source.users_file, source.members_file)
    reads = tuple(Path(file) for file in files if file)
    channels = AlertSettings(services.home).of_job(job.id).channels
    alert_secrets = tuple(channel_secret(channel.id).name for channel in channels if channel.has_secret)
    return Schedule(
        job.id,
        job.name,
        place,
        services.home.root,
        minutes,
        token,
        secrets,
        addresses,
        alert_secrets=alert_secrets,
        reads=reads,
    )


def _installed(services: Services, scheduler: Scheduler, job_id: str) -> Installed | None:
    schedule = scheduler.installed(job_id, installer.run_command)
    if schedule is None:
        return None
    return Installed(schedule, services.jobs.path_of(job_id))
