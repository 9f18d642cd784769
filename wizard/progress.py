"""What any room may report upwards while it works."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a wait has come."""

    doing: str
    """What is waited for, in a person's words: "Reading people from AWS"."""
    done: int = 0
    total: int | None = None
    """None where nobody can know it yet."""


@dataclass(frozen=True, slots=True)
class RequestMade:
    """One HTTP request that ended, one way or the other. Never holds a header or a body."""

    operation: str
    """The API operation that pacing counts by, such as "POST /Users"."""
    status: int
    """HTTP status; 0 where no answer came."""
    seconds: float
    throttled: bool = False
    """It was answered 429."""
    retry: int = 0
    """0 for the first try."""
    wait_seconds: float = 0.0
    """How long we wait before the next try, where there is one."""
    rate: float = 0.0
    """Requests a second that pacing allows this operation from now on; 0 = not known."""


ReportProgress = Callable[[Progress], None]
ReportRequest = Callable[[RequestMade], None]


def ignore_event(_event: object) -> None:
    """An `emit` for callers that want no events."""
