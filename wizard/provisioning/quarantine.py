"""Quarantine, in Entra's sense: repeated runs that fail as a whole are tried more and more rarely, then no more.

Entra puts a job in at once for refused credentials, and where more than 40 % fail of at least 5,000. Ours are smaller,
and nobody may be at the screen: 40 % of at least 20 that were sent, and in both cases two runs in a row, because one
refusal may be the moment in which a token is replaced.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from wizard.errors import Message
from wizard.provisioning.report import Counts, RunReport

IN_A_ROW = 2
"""So many runs must fail as a whole."""
WAITS_HOURS = (6, 12, 24)
"""After the failure that put it in, the next one, and every later one (Entra: 6, 12, then every 24 hours)."""
DISABLED_AFTER_DAYS = 28
"""Entra disables a job that stood in quarantine for four weeks."""
MOST_SHARE = 0.4
FEWEST = 20

Reason = Literal["access-refused", "most-failed"]
State = Literal["free", "due", "waiting", "disabled"]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Repeated runs that failed as a whole, without a good one in between."""

    reason: Reason
    why: Message
    """What happened last."""
    since: str
    """ISO time, UTC, of the first failure."""
    next_attempt: str
    """ISO time, UTC."""
    failures: int = 1
    """In a row."""
    rests_on: str = ""
    """Tells whether token, tenant URL and answers are still those that failed; never holds any of them."""

    @property
    def stands(self) -> bool:
        """One failure alone is only remembered."""
        return self.failures >= IN_A_ROW


def after_failure(
    before: Quarantine | None, reason: Reason, why: Message, now: datetime, rests_on: str
) -> Quarantine:
    """One more run failed as a whole; what failed with other answers before is another story."""
    same = before is not None and before.rests_on == rests_on
    failures = before.failures + 1 if before is not None and same else 1
    since = before.since if before is not None and same else now.isoformat(timespec="seconds")
    wait = WAITS_HOURS[min(failures - IN_A_ROW, len(WAITS_HOURS) - 1)] if failures >= IN_A_ROW else 0
    then = (now + timedelta(hours=wait)).isoformat(timespec="seconds")
    return Quarantine(reason, why, since, then, failures, rests_on)


def state(quarantine: Quarantine | None, now: datetime, rests_on: str = "") -> State:
    """Whether a repeated run may go. It may at once where what it rests on changed: somebody saw to it."""
    if quarantine is None or not quarantine.stands:
        return "free"
    if rests_on and quarantine.rests_on != rests_on:
        return "due"
    if now - datetime.fromisoformat(quarantine.since) > timedelta(days=DISABLED_AFTER_DAYS):
        return "disabled"
    return "due" if now >= datetime.fromisoformat(quarantine.next_attempt) else "waiting"


def most_failed(report: RunReport) -> Message | None:
    """Why this run failed as a whole although it ended: "31 of 40 people and groups failed"; None = it did not.

    Of what was sent: whoever was rejected before costs AWS nothing, and memberships fail with the people in them.
    """
    failed = sum(row.kind != "membership" and row.action != "other" for row in report.failures)
    sent = _done(report.users) + _done(report.groups) + failed
    if sent < FEWEST or failed <= MOST_SHARE * sent:
        return None
    return Message("most-failed", failed=failed, total=sent)


def _done(counts: Counts) -> int:
    return counts.created + counts.updated + counts.disabled + counts.deleted
