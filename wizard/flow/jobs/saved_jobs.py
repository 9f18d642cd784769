"""Lists, duplicates, renames and deletes the saved jobs of the Plan page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from anyio import to_thread

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.directory.kinds import SOURCES
from wizard.flow.jobs.drafts import parts_of_draft
from wizard.flow.jobs.revoke import delete_secrets
from wizard.flow.jobs.summary import JobSummary, source_to_target
from wizard.flow.runs.facts import facts_of
from wizard.flow.runs.health import Facts, health, whole_runs
from wizard.flow.schedules import schedules
from wizard.flow.services import Services
from wizard.messages.translation import N_, _
from wizard.provisioning.job import Job
from wizard.storage.jobs import BrokenJob, SavedJob
from wizard.storage.recent_sources import TenantNames

EDITED = N_("Edited, not yet reviewed")
_WORST_FIRST = {"bad": 0, "warn": 1, "ok": 3}


async def list_jobs(services: Services) -> tuple[JobSummary, ...]:
    """Return every job file in HOME with its state, worst first; for one that cannot be read, the reason."""

    def read() -> tuple[JobSummary, ...]:
        tenants = TenantNames(services.home).all()
        jobs = [
            _summary_of_broken(saved) if isinstance(saved, BrokenJob) else _summary(services, saved, tenants)
            for saved in services.jobs.all()
        ]
        latest_first = sorted(jobs, key=lambda summary: summary.last_run, reverse=True)
        return tuple(sorted(latest_first, key=lambda summary: _WORST_FIRST.get(summary.tone, 2)))

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
    """Delete the job's schedule, file, journal and secrets. People in AWS are not touched.

    The schedule goes first, otherwise it would start a job that does not exist. Raises JobLocked, or WizardError if the
    schedule cannot be removed; the job stays then. WizardError too if a secret cannot be deleted: the job is gone then.
    """
    job = await to_thread.run_sync(services.jobs.load, Path(path))
    await schedules.remove(services, job.id)
    await to_thread.run_sync(services.jobs.delete, job)
    await delete_secrets(services, job.id)


async def delete_broken(services: Services, path: str) -> None:
    """Delete a job file that cannot be used and everything stored for its job; raises WizardError."""
    job_id = await to_thread.run_sync(services.jobs.broken_id, Path(path))
    if job_id:
        await schedules.remove(services, job_id)
    await to_thread.run_sync(services.jobs.delete_broken, Path(path))
    if job_id:
        await delete_secrets(services, job_id)


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


def _summary(services: Services, saved: SavedJob, tenants: Mapping[str, str]) -> JobSummary:
    """`tenants`: tenant -> name of its organization."""
    job = saved.job
    between = source_to_target(job, tenants.get(job.source.entra.tenant, ""))
    try:
        facts = facts_of(services, job)
    except WizardError as error:
        return JobSummary(str(saved.path), job.name, job.id, between, state=messages.sentence(error), tone="bad")
    first = health(job, facts, datetime.now(UTC)).first
    state, tone = first.title, "" if first.tone == "info" else first.tone
    edited = bool(facts.edited_at) and bool(parts_of_draft(services, job))
    if edited and tone in ("ok", ""):
        state, tone = _(EDITED), "warn"
    icon = next((kind.icon for kind in SOURCES if kind.id == job.source.kind), "table")
    return JobSummary(
        str(saved.path),
        job.name,
        job.id,
        between,
        icon,
        state,
        tone,
        _last_run(job, facts),
        is_edited=edited,
        about_token=first.code in ("token-expired", "token-expires") or first.cause == "entra-credentials-refused",
    )


def _last_run(job: Job, facts: Facts) -> str:
    """Return when the last run began, or when the last cycle of Microsoft's service ended; ISO time, "" = never."""
    if job.engine == "entra":
        return facts.attempts.microsoft.last_cycle if facts.attempts.microsoft is not None else ""
    runs = whole_runs(facts.runs)
    return runs[0].started if runs else ""
