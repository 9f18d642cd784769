"""When a request is sent again, how long we wait before it, and when we give up."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

TRANSIENT = frozenset({408, 425, 500, 502, 503, 504})
"""Answers that say nothing about the request itself."""

Decision = Literal["take", "throttled", "again", "lost"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient we are. Counts are tries in all, times are seconds."""

    tries: int = 7
    """For what may be repeated: reads, deletions, changes to absolute values."""
    connect_tries: int = 4
    """Where no connection came about; nothing was sent, so everything may be repeated."""
    silent_tries: int = 3
    """Where no answer came in time: each of these tries is half a minute of silence."""
    throttled_tries: int = 60
    """429 did nothing; pacing makes us wait in between."""
    base_seconds: float = 0.3
    cap_seconds: float = 10.0
    longest_ask_seconds: float = 300.0
    """A Retry-After beyond this is not waited for."""

    def wait(self, failed: int, jitter: Callable[[], float] = random.random) -> float:
        """Seconds before the next try, with full jitter, after so many failures (1 or more)."""
        return float(min(self.cap_seconds, self.base_seconds * 2 ** (failed - 1)) * jitter())

    def on_status(self, status: int, repeatable: bool, failed: int, throttled: int) -> Decision:
        """What to do with an answer, after so many failures and 429s before it."""
        if status == 429:
            return "throttled" if throttled + 1 < self.throttled_tries else "take"
        if status not in TRANSIENT:
            return "take"
        if not repeatable:
            return "lost"
        return "again" if failed + 1 < self.tries else "take"

    def on_failure(self, cause: str, sent: bool, repeatable: bool, failed: int) -> Decision:
        """What to do when no answer came; "take" = hand the failure on."""
        if cause in ("tls", "redirect", "html", "too-large", "not-json"):
            return "take"
        if not sent:
            return "again" if failed + 1 < self.connect_tries else "take"
        if not repeatable:
            return "lost"
        return "again" if failed + 1 < (self.silent_tries if cause == "timeout" else self.tries) else "take"


IMPATIENT = RetryPolicy(
    tries=2, connect_tries=2, silent_tries=2, throttled_tries=3, base_seconds=0.2, longest_ask_seconds=5.0
)
"""For Test connection: a person waits for it."""


def retry_after_seconds(text: str, now: datetime | None = None) -> float | None:
    """A Retry-After header as seconds from now; None where it is absent or cannot be read (RFC 9110 10.2.3)."""
    text = text.strip()
    if not text:
        return None
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def strain_of(text: str) -> float:
    """The share of its limit that an x-ms-throttle-limit-percentage header tells ("0.9"); 0 where it tells none."""
    try:
        told = float(text)
    except ValueError:
        return 0.0
    return told if 0 < told < 100 else 0.0
