"""Retry policy: which requests are repeated, after which delay, and when to give up."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

TRANSIENT = frozenset({408, 425, 500, 502, 503, 504})
"""Status codes that say nothing about the request itself."""

Decision = Literal["accept", "throttled", "retry", "lost"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Limits for retries. Counts include the first try, times are in seconds."""

    tries: int = 7
    """For idempotent requests: reads, deletions, changes to absolute values."""
    connect_tries: int = 4
    """For failed connections: nothing was sent, so every request may be repeated."""
    silent_tries: int = 3
    """For read timeouts: each try takes half a minute."""
    throttled_tries: int = 60
    """For 429: nothing was done, and pacing waits in between."""
    base_seconds: float = 0.3
    cap_seconds: float = 10.0
    longest_ask_seconds: float = 300.0
    """A longer Retry-After is not waited for: the 429 is the result."""
    patience_seconds: float = 900.0
    """After this, no further 429 of the same call is waited for."""

    def wait(self, failed: int, jitter: Callable[[], float] = random.random) -> float:
        """Seconds to wait after `failed` failures (1 or more): exponential backoff with full jitter."""
        return float(min(self.cap_seconds, self.base_seconds * 2 ** (failed - 1)) * jitter())

    def on_status(self, status: int, repeatable: bool, failed: int, throttled: int) -> Decision:
        """Decide about an answer; `failed` and `throttled` count the tries before it."""
        if status == 429:
            return "throttled" if throttled + 1 < self.throttled_tries else "accept"
        if status not in TRANSIENT:
            return "accept"
        if not repeatable:
            return "lost"
        return "retry" if failed + 1 < self.tries else "accept"

    def on_failure(self, cause: str, sent: bool, repeatable: bool, failed: int) -> Decision:
        """Decide about a try without an answer; "accept" = raise the failure."""
        if cause in ("tls", "redirect", "html"):
            return "accept"
        if cause in ("too-large", "coding"):
            return "accept" if repeatable else "lost"
        if sent and not repeatable:
            return "lost"
        return "retry" if failed + 1 < self.tries_after(cause, sent) else "accept"

    def tries_after(self, cause: str, sent: bool) -> int:
        """Tries at most of a request that got no answer; `sent`: it may have reached the service."""
        if not sent:
            return self.connect_tries
        return self.silent_tries if cause == "timeout" else self.tries

    def longest_left(self, failed: int, tries: int, try_seconds: float) -> float:
        """Seconds until the last of `tries` has failed, at most, after `failed` of them; each takes `try_seconds`."""
        waits = sum(min(self.cap_seconds, self.base_seconds * 2.0 ** (at - 1)) for at in range(failed, tries))
        return waits + (tries - failed) * try_seconds


IMPATIENT = RetryPolicy(
    tries=2,
    connect_tries=2,
    silent_tries=2,
    throttled_tries=3,
    base_seconds=0.2,
    longest_ask_seconds=5.0,
    patience_seconds=20.0,
)
"""For Test connection: a person is waiting."""


LONGEST_RETRY_AFTER = 86_400.0
"""Seconds; whatever is later counts as this."""


def retry_after_seconds(text: str, now: datetime | None = None) -> float | None:
    """Parse a Retry-After header (RFC 9110 10.2.3): seconds from now, 0 to `LONGEST_RETRY_AFTER`; None = unreadable."""
    text = text.strip()
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return min(float(text), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):  # no date, or one beyond the calendar
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def limit_used_of(text: str) -> float:
    """Parse an x-ms-throttle-limit-percentage header ("0.9" = 90 %): the share of the limit in use, or 0."""
    try:
        share = float(text)
    except ValueError:
        return 0.0
    return share if 0 < share < 100 else 0.0
