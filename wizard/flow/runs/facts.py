"""Gathers what a job's health is judged by: its journal, its last attempts, its schedule."""

from contextlib import closing, suppress
from pathlib import Path

from anyio import to_thread

from wizard.errors import Message, WizardError, message_from_json
from wizard.flow.runs.health import Facts, whole_runs
from wizard.flow.schedules.schedules import installed_now, watcher_now
from wizard.flow.schedules.texts import Installed, NoScheduler
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.sources.loading import load
from wizard.storage.drafts import Drafts
from wizard.storage.health.alert_settings import AlertSettings, AlertStateStore, JobAlerts
from wizard.storage.health.attempts import AttemptStore, this_computer
from wizard.storage.health.rotations import Rotations
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home


async def gather(services: Services, job: Job) -> Facts:
    """Return the facts about a job; raises WizardError where its journal cannot be read."""
    return await to_thread.run_sync(facts_of, services, job, abandon_on_cancel=True)


def facts_of(services: Services, job: Job) -> Facts:
    """As `gather`, for a thread: it reads files and asks the system's scheduler."""
    home = services.home
    with closing(LogReader(home, job.id)) as reader:
        runs, quarantine = reader.runs(), reader.quarantine()
        last = next(iter(whole_runs(runs)), None)
        causes = reader.causes(last.id) if last is not None else ()
        reading, linked = reader.last_reading(job.target.tenant_url)
    groups = reading.memberships if reading is not None else {}
    times = [read.at for group, read in groups.items() if group in linked]
    schedule, watcher_is_off = _schedule(services, job.id)
    alerts = AlertSettings(home).of_job(job.id)
    return Facts(
        runs=runs,
        quarantine=quarantine,
        causes=causes,
        attempts=AttemptStore(home, job.id).read(),
        schedule=schedule,
        watcher_is_off=watcher_is_off,
        lingers=_lingers() if schedule is not None else None,
        computer=this_computer(),
        certificate_ends=_certificate_ends(job),
        silent_channels=_silent_channels(home, job.id, alerts),
        silent_hours=alerts.silent_hours,
        silent_since=alerts.silent_since,
        first_token_since=Rotations(home, job.id).read().replaced_on,
        edited_at=Drafts(home).edited_at(job.id),
        unread_since=min(filter(None, times), default=""),
    )


def _schedule(services: Services, job_id: str) -> tuple[Installed | None, bool]:
    """(the job's schedule, whether the watcher is installed and switched off)."""
    with suppress(NoScheduler):
        schedule = installed_now(services, job_id)
        is_on = schedule is not None and schedule.schedule.is_active
        watcher = (
            watcher_now(services) if is_on else None
        )  # else the system may not answer: each question takes 30 s
        return schedule, watcher is not None and not watcher.is_active
    return None, False


def _certificate_ends(job: Job) -> str:
    """When the certificate expires that the job's application signs in with; "" = none, or it cannot be read."""
    entra = job.source.entra
    if job.source.kind != "entra" or entra.sign_in != "certificate" or not entra.certificate_file:
        return ""
    from wizard.graph.sign_in import certificate_end  # not at the top: few jobs have a certificate

    try:
        return certificate_end(load(Path(entra.certificate_file)))
    except WizardError:
        return ""  # the next run reports the error


def _silent_channels(home: Home, job_id: str, alerts: JobAlerts) -> tuple[tuple[str, Message], ...]:
    results = AlertStateStore(home, job_id).read().results
    return tuple(
        (channel.host or channel.id, message_from_json(results[channel.id].message))
        for channel in alerts.channels
        if channel.on and channel.id in results and not results[channel.id].worked
    )


def _lingers() -> bool | None:
    """Whether this user's services continue after the last session; None where systemd does not say so."""
    try:
        from wizard.storage.schedules.systemd import LINGER, lingers  # not on Windows
    except ImportError:
        return None
    return lingers() if LINGER.parent.is_dir() else None
