"""What a run reports and how it is controlled: one value for each event, and pause and cancel."""

from dataclasses import dataclass
from threading import Lock
from typing import Literal

from wizard.aws.interface import ObjectKind
from wizard.errors import Message
from wizard.progress import Progress, RequestMade
from wizard.provisioning.change import Change

CONCURRENCY = 24
"""Changes under way at once. Pacing decides how many are sent: enough must wait for it to use a fast service, and
no more than a cancel can let finish."""

Phase = Literal["read", "compare", "write", "report"]
Action = Literal["create", "update", "disable", "delete", "other"]
Status = Literal["success", "failure", "skipped", "warning", "held"]
"""held: only in Microsoft's log, a deletion that waits to be allowed."""


@dataclass(frozen=True, slots=True)
class PhaseBegan:
    """A phase of the run began."""

    phase: Phase
    total: int = 0
    """Changes, in the phase write."""


@dataclass(frozen=True, slots=True)
class ModifiedProperty:
    """One attribute before and after, as Entra's provisioning log shows it."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the provisioning log, in Entra's columns."""

    time: str
    """ISO time with milliseconds, UTC."""
    kind: ObjectKind | Literal["membership"]
    source_id: str
    label: str
    action: Action
    status: Status
    message: Message
    """What happened: "new in AWS", "title, department", "The e-mail address is taken"."""
    steps: tuple[tuple[str, str], ...] = ()
    """(step, result) of Entra's steps: import, scoping, matching, processing, referenceResolution, export."""
    modified: tuple[ModifiedProperty, ...] = ()
    target_id: str = ""
    request_id: str = ""
    """AWS's."""
    detail: str = ""
    """AWS's own sentence."""
    http_status: int = 0
    milliseconds: int = 0
    count: int = 1
    """Memberships: how many joined or left."""


@dataclass(frozen=True, slots=True)
class ChangeEnded:
    """One change ended, whatever its outcome. Every change of a plan ends exactly once."""

    change: Change
    row: LogRow
    unknown: bool = False
    """It was sent and no answer came: the next run looks it up first."""


@dataclass(frozen=True, slots=True)
class ObjectReported:
    """A row about an object without a change: rejected, skipped, a warning."""

    row: LogRow


@dataclass(frozen=True, slots=True)
class RunEnded:
    """Always the last."""

    ending: Literal["done", "cancelled", "stopped"]
    """stopped: no access; the message says why."""
    message: Message | None = None
    seconds: float = 0.0
    access_refused: bool = False
    """stopped: AWS refuses us as such, so that trying again alone does not help."""


RunEvent = PhaseBegan | Progress | RequestMade | ChangeEnded | ObjectReported | RunEnded


class RunControl:
    """Pause, resume and cancel a run; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._paused = False
        self._cancels = 0

    def pause(self) -> None:
        """Start no more operations; those under way finish."""
        with self._lock:
            self._paused = True

    def resume(self) -> None:
        """Continue after a pause."""
        with self._lock:
            self._paused = False

    def cancel(self) -> None:
        """Start no more operations and end; the second time, do not wait for those under way."""
        with self._lock:
            self._cancels += 1

    @property
    def paused(self) -> bool:
        """A pause was requested."""
        return self._paused

    @property
    def cancelled(self) -> bool:
        """A cancel was requested."""
        return self._cancels > 0

    @property
    def at_once(self) -> bool:
        """A second cancel was requested: do not wait."""
        return self._cancels > 1
