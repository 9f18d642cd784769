"""Progress and requests, as reported by long operations."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from wizard.errors import Message


@dataclass(frozen=True, slots=True)
class Progress:
    """State of a long operation."""

    doing: Message
    """The operation: "Reading people from AWS". Create it once, not for every step."""
    done: int = 0
    total: int | None = None
    """None = not known."""


@dataclass(frozen=True, slots=True)
class RequestMade:
    """One finished HTTP request. Never holds a header or a body."""

    operation: str
    """Key for pacing: "POST /Users"."""
    status: int
    """HTTP status; 0 = no answer."""
    seconds: float
    throttled: bool = False
    """It was answered 429."""
    retry: int = 0
    """0 for the first try."""
    wait_seconds: float = 0.0
    """Delay before the next try, if there is one."""
    left_seconds: float = 0.0
    """No answer: how long it is still tried at most; 0 = this was the last try."""
    rate: float = 0.0
    """Requests a second that pacing now allows for this operation; 0 = not known."""


ReportProgress = Callable[[Progress], None]
ReportRequest = Callable[[RequestMade], None]


def ignore_event(_event: object) -> None:
    """An `emit` for callers that want no events."""


_INTERVAL_SECONDS = 0.05


class RowProgress:
    """Reports how many rows were read, at most 20 times a second; the start and the end are always reported."""

    def __init__(self, report: ReportProgress, doing: Message, total: int) -> None:
        self._report, self._doing, self._total = report, doing, total
        self._reported_at = time.monotonic()
        report(Progress(self._doing, 0, total))

    def at(self, done: int) -> None:
        """Report that `done` rows were read, if it is time to."""
        if time.monotonic() - self._reported_at >= _INTERVAL_SECONDS:
            self._reported_at = time.monotonic()
            self._report(Progress(self._doing, min(done, self._total), self._total))

    def end(self) -> None:
        """Report that all rows were read."""
        self._report(Progress(self._doing, self._total, self._total))
