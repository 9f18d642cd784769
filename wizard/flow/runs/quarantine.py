"""Whether a repeated run may go, and what its ending means for the next one: quarantine between journal and engine."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.errors import InQuarantine
from wizard.flow.values import Prepared

if TYPE_CHECKING:
    from wizard.provisioning.job import Job
    from wizard.provisioning.quarantine import Quarantine, Reason
    from wizard.provisioning.report import RunReport
    from wizard.storage.journal import Journal
    from wizard.storage.paths import Home


async def standing(home: "Home", job_id: str) -> "Quarantine | None":
    """The failures in a row that are remembered, whoever holds the job; None = the last run was a good one."""
    return await to_thread.run_sync(_standing, home, job_id, abandon_on_cancel=True)


def _standing(home: "Home", job_id: str) -> "Quarantine | None":
    from contextlib import closing

    from wizard.storage.log_pages import LogReader

    with closing(LogReader(home, job_id)) as reader:
        return reader.quarantine()


def admitted(before: "Quarantine | None", job: "Job", token: str) -> bool:
    """Whether this attempt comes out of quarantine, and must prove itself; raises InQuarantine before it is due."""
    from wizard.provisioning.quarantine import state

    like = before.rests_on if before is not None else ""
    found = state(before, datetime.now(UTC), fingerprint(job, token, like))
    if before is not None and found in ("waiting", "disabled"):
        raise refusal(before, disabled=found == "disabled")
    return found == "due"


def refusal(quarantine: "Quarantine", *, disabled: bool) -> InQuarantine:
    """Why a run without a window does not begin."""
    if disabled:
        title = "This job is disabled: it was in quarantine for four weeks"
    else:
        title = f"This job is in quarantine until {_moment(quarantine.next_attempt)}"
    return InQuarantine(
        title,
        f"{quarantine.failures} runs in a row failed since {_moment(quarantine.since)}: {quarantine.why}. Nothing was "
        "changed. Once the cause is gone, a run from the window lifts it, and so does another token or another answer; "
        "where access was refused, `check` lifts it once it passes.",
    )


def judged(before: "Quarantine | None", report: "RunReport", job: "Job", token: str) -> "Quarantine | None":
    """What is remembered after a run without a window; an unreachable or cancelled one tells nothing."""
    from wizard.provisioning.quarantine import most_failed

    if report.access_refused:
        return failed(before, "access-refused", report.title, job, token)
    if report.ending != "done":
        return before
    most = most_failed(report)
    return failed(before, "most-failed", most, job, token) if most else None


def failed(before: "Quarantine | None", reason: "Reason", why: str, job: "Job", token: str) -> "Quarantine":
    """One more failure in a row."""
    from wizard.provisioning.quarantine import after_failure

    like = before.rests_on if before is not None else ""
    return after_failure(before, reason, why, datetime.now(UTC), fingerprint(job, token, like))


def is_good(report: "RunReport") -> bool:
    """The run ended by itself, and most of it landed."""
    from wizard.provisioning.quarantine import most_failed

    return report.ending == "done" and not most_failed(report)


def without_escrow(journal: "Journal", prepared: Prepared) -> Prepared:
    """A run without a window leaves out what AWS refused again and again and what is not due yet."""
    from wizard.provisioning.escrow import held_back

    return replace(prepared, plan=held_back(prepared.plan, journal.escrows(), datetime.now(UTC)))


async def keep(journal: "Journal", before: "Quarantine | None", now: "Quarantine | None") -> None:
    """Remember it, where it changed."""
    if now != before:
        await to_thread.run_sync(journal.set_quarantine, now)


def fingerprint(job: "Job", token: str, like: str = "") -> str:
    """Tells whether token and answers are the ones `like` was made of; salted and short, so it gives nothing away."""
    import msgspec

    salt = like.partition(":")[0] or os.urandom(8).hex()
    answers = msgspec.json.encode((job.source, job.scope, job.target, job.mappings, job.policy))
    whole = blake2b(token.encode() + b"\0" + answers, key=salt.encode(), digest_size=8)
    return f"{salt}:{whole.hexdigest()}"


def _moment(iso: str) -> str:
    return f"{datetime.fromisoformat(iso).astimezone():%Y-%m-%d %H:%M}"
