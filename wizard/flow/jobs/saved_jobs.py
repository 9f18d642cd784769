"""The saved jobs of the Plan page: listed with their state, opened, saved, duplicated, renamed, deleted."""

from contextlib import closing
from pathlib import Path

from anyio import to_thread

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.jobs.summary import JobSummary, source_in_words, target_in_words
from wizard.flow.runs.health import token_life, whole_runs
from wizard.flow.runs.texts import outcome_of
from wizard.flow.schedules import schedules
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.sources.catalogue import SOURCES
from wizard.storage.jobs import BrokenJob, SavedJob
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home
from wizard.storage.redaction import REDACTION_KEY
from wizard.storage.secret_store import AWS_TOKEN


async def list_jobs(services: Services) -> tuple[JobSummary, ...]:
    """Return every job file in HOME with its state; one that cannot be read is listed with the reason."""

    def read() -> tuple[JobSummary, ...]:
        jobs = [
            _summary_of_broken(saved) if isinstance(saved, BrokenJob) else _summary(services.home, saved)
            for saved in services.jobs.all()
        ]
        return tuple(sorted(jobs, key=lambda summary: summary.last_run, reverse=True))

    return await to_thread.run_sync(read, abandon_on_cancel=True)


async def duplicate_job(services: Services, path: str) -> SavedJob:
    """Save a copy with an id and a name of its own; raises JobFileError."""
    job = await to_thread.run_sync(services.jobs.load, Path(path))
    return await to_thread.run_sync(services.jobs.duplicate, job)


async def rename_job(services: Services, path: str, name: str) -> SavedJob:
    """Give the job another name; raises JobFileError if the name is taken."""
    job = await to_thread.run_sync(services.jobs.load, Path(path))
    return await to_thread.run_sync(services.jobs.rename, job, name)


async def delete_job(services: Services, path: str) -> None:
    """Delete the job's schedule, file, journal and keyring entries. People in AWS are not touched.

    The schedule goes first, otherwise it would start a job that does not exist. Raises JobLocked, or WizardError if the
    schedule cannot be removed; the job stays then.
    """
    job = await to_thread.run_sync(services.jobs.load, Path(path))
    await schedules.remove(services, job.id)
    await to_thread.run_sync(services.jobs.delete, job)
    for kind in (AWS_TOKEN, REDACTION_KEY):
        await to_thread.run_sync(services.secrets.delete, job.id, kind, abandon_on_cancel=True)
    await to_thread.run_sync(services.entra.forget, job.id, abandon_on_cancel=True)


def _summary_of_broken(saved: BrokenJob) -> JobSummary:
    return JobSummary(
        str(saved.path),
        saved.path.name,
        summary=messages.advice(saved) or messages.title(saved),
        state=messages.text(saved),
        tone="bad",
        icon="alert",
        broken=True,
    )


def _summary(home: Home, saved: SavedJob) -> JobSummary:
    job = saved.job
    try:
        with closing(LogReader(home, job.id)) as reader:
            runs, quarantine = whole_runs(reader.runs()), reader.quarantine()
    except WizardError as error:
        return JobSummary(
            str(saved.path), job.name, job.id, _between(job), state=f"{messages.title(error)}.", tone="bad"
        )
    last = runs[0] if runs else None
    state, tone, about_token = _state(job, last.ending if last else None, last.counts if last else None)
    if quarantine is not None and quarantine.stands:
        state, tone, about_token = "In quarantine", "bad", False
    icon = next((kind.icon for kind in SOURCES if kind.id == job.source.kind), "table")
    return JobSummary(
        str(saved.path),
        job.name,
        job.id,
        _between(job),
        icon,
        state,
        tone,
        last.started if last else "",
        about_token=about_token,
    )


def _between(job: Job) -> str:
    return f"{source_in_words(job)} to {target_in_words(job)}"


def _state(job: Job, ending: str | None, counts: object) -> tuple[str, str, bool]:
    """Return the state in words, its tone, and whether it is about the token.

    `ending` and `counts` are those of the last run, None = never ran.
    """
    life = token_life(job)
    if life.is_expired:
        return "The token has expired", "bad", True
    _, _, failed = outcome_of(counts)
    if ending is None:
        return "Not run yet", "", False
    if ending in ("stopped", "killed"):
        return "The last run did not end", "bad", False
    if failed:
        return ("1 needs a look" if failed == 1 else f"{failed:,} need a look"), "warn", False
    if life.expires_soon:
        return f"Token expires in {life.days_left} days", "warn", True
    return ("Stopped by hand", "warn", False) if ending == "cancelled" else ("All in order", "ok", False)
