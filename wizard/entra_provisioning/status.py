"""How Microsoft's provisioning job does, in words, and the one thing to do about it: pure, from the job as it was read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from wizard.errors import Message
from wizard.graph.client import time_in_answer
from wizard.graph.synchronization import QuarantineInfo, SynchronizationJob

Tone = Literal["info", "ok", "warn", "bad"]
Remedy = Literal["", "setup", "start", "restart", "token", "allow-deletes"]
"""What its button does: set up, start, restart, replace the access token, let held deletions through."""

FIRST_CYCLE_SECONDS = 60.0
STEADY_SECONDS = 300.0
"""How often to read the job while its first cycle runs, and afterwards; a cycle begins every 40 minutes."""
OVERDUE_INTERVALS = 3
"""A cycle is overdue when none has ended for so long: Microsoft promises no time, and a long cycle delays the next."""
_USUAL_INTERVAL = timedelta(minutes=40)
_INTERVAL = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_DELETIONS = "TooManyDeletes"
_CREDENTIALS = ("InvalidCredentials", "CredentialValidationUnavailable", "CredentialValidationFailure")
_FAILURES = frozenset(
    {"EncounteredBaseEscrowThreshold", "EncounteredTotalEscrowThreshold", "EncounteredEscrowProportionThreshold"}
)


@dataclass(frozen=True, slots=True)
class JobStatus:
    """The state of Microsoft's job."""

    tone: Tone
    message: Message
    """Title and advice; the code is stable, for scripts."""
    remedy: Remedy = ""
    done: int = 0
    total: int = 0
    """Progress of the cycle under way in pages, 0 of 0 = none is known."""
    people: int = 0
    """How many are provisioned."""
    groups: int = 0
    failed: int = 0
    """Objects that failed in the last cycle and are tried again."""
    last_ended: str = ""
    """ISO time, UTC, of the last cycle; "" = none has ended."""
    next_attempt: str = ""
    """ISO time, UTC: in quarantine Microsoft's, else an interval after the last cycle; "" = none, or not known."""
    quarantined_since: str = ""
    """ISO time, UTC; "" = not in quarantine, or not known."""
    poll_seconds: float = STEADY_SECONDS

    @property
    def code(self) -> str:
        """The message's code."""
        return self.message.code


def job_status(job: SynchronizationJob | None, now: datetime, began: str = "") -> JobStatus:
    """Return what to say about a job; None = there is none.

    `began`: ISO time at which it was last seen stopped, or was started from here: no cycle can have ended before.
    """
    if job is None:
        return JobStatus("info", Message("entra-not-set-up"), "setup")
    tone, message, remedy = _said(job, now, began)
    counts = tuple((name.partition(" ")[0].casefold(), count) for name, count in job.counts)
    return JobStatus(
        tone,
        message,
        remedy,
        done=sum(done for done, _ in job.progress),
        total=sum(total for _, total in job.progress),
        people=sum(count for kind, count in counts if kind == "user"),
        groups=sum(count for kind, count in counts if kind == "group"),
        failed=job.last.failed if job.last else 0,
        last_ended=job.last.ended if job.last else "",
        next_attempt=job.quarantine.next_attempt if job.quarantine else _next_cycle(job, now),
        quarantined_since=job.quarantine.began if job.quarantine else "",
        poll_seconds=STEADY_SECONDS if job.steady_since or not job.is_active else FIRST_CYCLE_SECONDS,
    )


def _said(job: SynchronizationJob, now: datetime, began: str) -> tuple[Tone, Message, Remedy]:
    if job.quarantine is not None or job.code == "Quarantine":
        return _quarantined(job.quarantine)
    if job.code == "NotConfigured":
        return "warn", Message("entra-without-credentials"), "setup"
    if job.escrows_pruned and not job.is_active:
        return "bad", Message("entra-first-cycle-failed", failed=job.last.failed if job.last else 0), "restart"
    if job.schedule == "Disabled" and not _ever_ran(job):
        return "info", Message("entra-not-started"), "start"
    if not job.is_active:
        return "warn", Message("entra-paused"), "start"
    return _running(job, now, began)


def _running(job: SynchronizationJob, now: datetime, began: str) -> tuple[Tone, Message, Remedy]:
    if not job.steady_since:
        return "info", Message("entra-first-cycle"), ""
    hours = _overdue_hours(job, now, began)
    if hours:
        return "warn", Message("entra-cycle-overdue", hours=hours), "restart"
    if job.last is not None and job.last.state == "EntryLevelErrors":
        return "warn", Message("entra-some-failed", failed=job.last.failed), ""
    if job.last is not None and job.last.state == "Failed":
        return "warn", Message("entra-cycle-failed", error=job.last.error), ""
    if job.code not in ("Active", "NotRun"):  # Microsoft names codes that its documentation does not
        return "info", Message("entra-other-state", code=job.code), ""
    return "ok", Message("entra-running"), ""


def _quarantined(quarantine: QuarantineInfo | None) -> tuple[Tone, Message, Remedy]:
    if quarantine is None:
        return "bad", Message("entra-quarantine", reason="Unknown", error=""), "restart"
    if quarantine.reason == _DELETIONS:
        return "warn", Message("entra-deletions-held", held=0), "allow-deletes"
    if quarantine.error.endswith(_CREDENTIALS):
        return "bad", Message("entra-credentials-refused", error=quarantine.error), "token"
    if quarantine.reason in _FAILURES:
        return "bad", Message("entra-too-many-failures", reason=quarantine.reason), "restart"
    return "bad", Message("entra-quarantine", reason=quarantine.reason, error=quarantine.error), "restart"


def _overdue_hours(job: SynchronizationJob, now: datetime, began: str) -> int:
    """Return for how many hours no cycle has ended; 0 = none is overdue, or one is under way."""
    ended = time_in_answer(job.last.ended if job.last else "")
    if ended is None or job.progress:  # while a cycle is under way, Microsoft counts its pages
        return 0
    seen = time_in_answer(began)
    if seen is None or seen > now:  # later than now: kept before this computer's clock was set back
        seen = ended
    if now - max(ended, seen) <= OVERDUE_INTERVALS * _interval(job):
        return 0
    return max(1, int((now - ended).total_seconds() // 3600))


def _interval(job: SynchronizationJob) -> timedelta:
    """Return the time from one cycle to the next; what Microsoft writes in another form counts as 40 minutes."""
    found = _INTERVAL.fullmatch(job.interval)
    parts = {name: int(text) for name, text in found.groupdict().items() if text} if found else {}
    return timedelta(**parts) or _USUAL_INTERVAL


def _next_cycle(job: SynchronizationJob, now: datetime) -> str:
    """Return about when the next cycle begins; "" = none is due, or it is late."""
    ended = time_in_answer(job.last.ended if job.last else "")
    if ended is None or not job.is_active or not job.steady_since or job.progress:
        return ""
    begins = ended + _interval(job)
    return begins.isoformat(timespec="seconds") if begins > now else ""


def _ever_ran(job: SynchronizationJob) -> bool:
    return any(each is not None and each.ended for each in (job.last, job.last_success))


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle of Microsoft's job, for the bars of Monitor."""

    began: str
    ended: str
    state: str
    """As `Execution.state`."""
    error: str
    exported: int
    failed: int
    activity: str
    """Microsoft's id of the cycle; "" = none."""


def cycles(job: SynchronizationJob) -> Iterator[Cycle]:
    """Yield the cycles of a job's state: the last one, and the last good one if it is another."""
    for each in dict.fromkeys((job.last, job.last_success)):
        if each is not None and each.began:
            yield Cycle(each.began, each.ended, each.state, each.error, each.exported, each.failed, each.activity)
