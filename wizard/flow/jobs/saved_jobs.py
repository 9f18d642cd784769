"""The saved jobs of the Plan page: listed with their state, opened, duplicated, renamed, deleted."""

from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard import messages
from wizard.flow.jobs.summary import source_in_words, target_in_words
from wizard.flow.runs.health import whole_runs
from wizard.flow.runs.history import outcome_of, token_life
from wizard.flow.schedules import schedules
from wizard.flow.values import UNNAMED, JobSummary
from wizard.sources.catalogue import SOURCES
from wizard.storage.secret_store import AWS_TOKEN

if TYPE_CHECKING:
    from wizard.flow.actions import Actions
    from wizard.provisioning.job import Job
    from wizard.storage.jobs import SavedJob
    from wizard.storage.paths import Home

_TOKEN_WARNING_DAYS = 30


async def summaries(actions: "Actions") -> tuple[JobSummary, ...]:
    """Every job file in HOME with its state; one that cannot be read is listed with the reason."""
    return await to_thread.run_sync(_summaries, actions, abandon_on_cancel=True)


async def open_job(actions: "Actions", path: str) -> "Job":
    """The job of a file; raises JobFileError that says what is wrong with it."""
    return await to_thread.run_sync(actions.jobs.load, Path(path))


async def open_saved(actions: "Actions", path: str) -> "tuple[Job, float]":
    """The job of a file, and when it was last saved (wall clock, seconds); raises JobFileError."""

    def read() -> "tuple[Job, float]":
        job = actions.jobs.load(Path(path))
        return job, Path(path).stat().st_mtime

    return await to_thread.run_sync(read)


async def save(actions: "Actions", job: "Job") -> "SavedJob":
    """Save the job; one without a name of its own gets one from its directory and its target."""
    return await to_thread.run_sync(_save, actions, job)


async def duplicate(actions: "Actions", path: str) -> "SavedJob":
    """A copy under a new id; it needs a token of its own."""
    job = await open_job(actions, path)
    return await to_thread.run_sync(actions.jobs.duplicate, job)


async def rename(actions: "Actions", path: str, name: str) -> "SavedJob":
    """The same job under another name; raises JobFileError where the name is taken."""
    job = await open_job(actions, path)
    return await to_thread.run_sync(actions.jobs.rename, job, name)


async def delete(actions: "Actions", path: str) -> None:
    """Remove the job's schedule, file, journal and keyring entries. People in AWS are not touched.

    The schedule goes first, or it would start a job that is gone. Raises JobLocked, or WizardError where the
    schedule cannot be removed; the job stands then.
    """
    job = await open_job(actions, path)
    await schedules.remove(actions, job.id)
    await to_thread.run_sync(actions.jobs.delete, job)
    await to_thread.run_sync(actions.secrets.delete, job.id, AWS_TOKEN, abandon_on_cancel=True)
    await to_thread.run_sync(actions.entra.forget, job.id, abandon_on_cancel=True)


def _save(actions: "Actions", job: "Job") -> "SavedJob":
    from dataclasses import replace

    if job.name == UNNAMED:
        job = replace(job, name=actions.jobs.free_name(f"{source_in_words(job)} to {target_in_words(job)}"))
    return actions.jobs.save(job)


def _summaries(actions: "Actions") -> tuple[JobSummary, ...]:
    from wizard.storage.jobs import BrokenJob

    listed = []
    for saved in actions.jobs.all():
        if isinstance(saved, BrokenJob):
            listed.append(
                JobSummary(
                    str(saved.path), saved.path.name, state=saved.sentence, tone="bad", icon="alert", broken=True
                )
            )
        else:
            listed.append(_summary(actions.home, saved))
    return tuple(sorted(listed, key=lambda summary: summary.last_run, reverse=True))


def _summary(home: "Home", saved: "SavedJob") -> JobSummary:
    from contextlib import closing

    from wizard.errors import WizardError
    from wizard.storage.log_pages import LogReader

    job = saved.job
    try:
        with closing(LogReader(home, job.id)) as reader:
            runs, quarantine = whole_runs(reader.runs()), reader.quarantine()
    except WizardError as error:
        return JobSummary(
            str(saved.path), job.name, job.id, _between(job), state=f"{messages.title(error)}.", tone="bad"
        )
    last = runs[0] if runs else None
    state, tone = _state(job, last.ending if last else None, last.counts if last else None)
    if quarantine is not None and quarantine.stands:
        state, tone = "In quarantine", "bad"
    icon = next((kind.icon for kind in SOURCES if kind.id == job.source.kind), "table")
    return JobSummary(
        str(saved.path), job.name, job.id, _between(job), icon, state, tone, last.started if last else ""
    )


def _between(job: "Job") -> str:
    return f"{source_in_words(job)} to {target_in_words(job)}"


def _state(job: "Job", ending: str | None, counts: object) -> tuple[str, str]:
    life = token_life(job)
    if life.expires_on and life.days_left < 0:
        return "The token has expired", "bad"
    _, _, failed = outcome_of(counts)
    if ending is None:
        return "Not run yet", ""
    if ending in ("stopped", "killed"):
        return "The last run did not end", "bad"
    if failed:
        return ("1 needs a look" if failed == 1 else f"{failed:,} need a look"), "warn"
    if life.expires_on and life.days_left <= _TOKEN_WARNING_DAYS:
        return f"Token expires in {life.days_left} days", "warn"
    return ("Stopped by hand", "warn") if ending == "cancelled" else ("All in order", "ok")
