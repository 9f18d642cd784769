"""Quarantine of a job: whether a run without the window may start, and what its outcome means for the next one."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec
from anyio import to_thread

from wizard.errors import InQuarantine, Message
from wizard.flow.runs.journal import open_journal, read_log
from wizard.flow.runs.plan import Prepared
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.provisioning.report import RunReport
from wizard.provisioning.retry_later import Quarantine, Reason, add_failure, held_back, most_failed, state_of
from wizard.storage.journal import Journal
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home


async def load_quarantine(home: Home, job_id: str) -> Quarantine | None:
    """Return the job's recorded failures in a row, without its lock; None = the last run was good."""
    return await read_log(home, job_id, LogReader.quarantine)


async def save_quarantine(journal: Journal, before: Quarantine | None, now: Quarantine | None) -> None:
    """Store the new state if it changed."""
    if now != before:
        await to_thread.run_sync(journal.set_quarantine, now)


async def lift_quarantine(services: Services, job: Job) -> None:
    """Forget the failures, so that runs without the window may start again; raises JobLocked during a run."""
    async with open_journal(services, job) as journal:
        await to_thread.run_sync(journal.set_quarantine, None)


async def lift_after_test(services: Services, job: Job) -> bool:
    """Lift a quarantine for refused access after a passed connection test; returns whether the job was in quarantine."""
    before = await load_quarantine(services.home, job.id)
    if before is None or before.reason != "access-refused":
        return False
    await lift_quarantine(services, job)
    return before.is_active


def admit(before: Quarantine | None, job: Job, token: str) -> bool:
    """Return whether this run is the attempt that ends the quarantine; raises InQuarantine before it is due."""
    like = before.rests_on if before is not None else ""
    state = state_of(before, datetime.now(UTC), fingerprint(job, token, like))
    if before is not None and state in ("waiting", "disabled"):
        raise InQuarantine(
            "job-disabled-by-quarantine" if state == "disabled" else "job-in-quarantine",
            failures=before.failures,
            since=before.since,
            next_attempt=before.next_attempt,
            why=before.why,
        )
    return state == "due"


def after_run(before: Quarantine | None, report: RunReport, job: Job, token: str) -> Quarantine | None:
    """Return the state after a run without the window; an unreachable AWS or a cancelled run changes nothing."""
    if report.access_refused:
        return after_failure(before, "access-refused", report.message or Message("access-refused"), job, token)
    if report.ending != "done":
        return before
    why = most_failed(report)
    return after_failure(before, "most-failed", why, job, token) if why else None


def after_failure(before: Quarantine | None, reason: Reason, why: Message, job: Job, token: str) -> Quarantine:
    """Return the state after one more failure in a row."""
    like = before.rests_on if before is not None else ""
    return add_failure(before, reason, why, datetime.now(UTC), fingerprint(job, token, like))


def succeeded(report: RunReport) -> bool:
    """Return whether the run ended normally and most of it succeeded."""
    return report.ending == "done" and not most_failed(report)


def without_retry_later(journal: Journal, prepared: Prepared) -> Prepared:
    """Remove the changes that AWS refused repeatedly and whose next attempt is not due (runs without the window)."""
    return replace(prepared, plan=held_back(prepared.plan, journal.delayed(), datetime.now(UTC)))


def fingerprint(job: Job, token: str, like: str = "") -> str:
    """Return a short salted hash of the token and the job's settings; `like`: a fingerprint whose salt is reused.

    Equal fingerprints mean that neither changed. They reveal neither.
    """
    salt = like.partition(":")[0] or os.urandom(8).hex()
    settings = msgspec.json.encode((job.source, job.scope, job.target, job.mappings, job.policy))
    whole = blake2b(token.encode() + b"\0" + settings, key=salt.encode(), digest_size=8)
    return f"{salt}:{whole.hexdigest()}"
