"""Background tasks: the `Slot` of each purpose, and the one background thread that runs its coroutines."""

import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, QObject, QTimer, Signal

from wizard.errors import WizardError

if TYPE_CHECKING:
    import asyncio

    import anyio
    import anyio.abc

    from wizard.flow.services import Services

T = TypeVar("T")
Event = Any
"""Progress, RunEvent, RequestMade, … : whatever the coroutine and its `on_event` agree on."""
Emit = Callable[[Event], None]
"""Posts an event from a coroutine; may be called from any thread."""
Work = Callable[["Services", Emit], Awaitable[T]]
"""What runs in a slot: a coroutine function."""

BATCH_MILLISECONDS: Final = 33
BATCH_LIMIT: Final = 4000
"""Deliveries in one batch at most: more would block the GUI thread."""

_log = logging.getLogger(__name__)


class Policy(Enum):
    """What happens to a task that is started while another runs in its slot."""

    REPLACE = "replace"
    """The running task is cancelled; nothing of it is delivered any more."""
    REFUSE = "refuse"
    """The new task is not started: its `on_error` gets `SlotBusy`."""
    QUEUE = "queue"
    """The new task starts when the running one has ended."""


class Leaving(Enum):
    """What happens to the running task when the owner's page is left."""

    CANCELS = "cancels"
    """For reads and counts: the page starts them again when it is shown."""
    KEEPS = "keeps"
    """For saves, imports, exports and runs: they go on, and their result is delivered."""


_REPLACE, _REFUSE, _QUEUE = Policy.REPLACE, Policy.REFUSE, Policy.QUEUE
_CANCELS, _KEEPS = Leaving.CANCELS, Leaving.KEEPS


class Slot(Enum):
    """One member per purpose of a background task: (name, owner, policy, on leaving).

    The owner is the id of the page's step, or "window".
    """

    DIRECTORY_AHEAD = ("directory-ahead", "window", _REPLACE, _KEEPS)
    """The directory of an opened job, for a page that shows values of people."""
    APPEARANCE_SAVE = ("appearance-save", "window", _QUEUE, _KEEPS)
    JOB_SAVE = ("job-save", "window", _QUEUE, _KEEPS)
    TRIAL_START = ("trial-start", "window", _REFUSE, _KEEPS)
    ABOUT = ("about", "window", _REPLACE, _KEEPS)
    ALERTS = ("alerts", "window", _QUEUE, _KEEPS)
    BACKGROUND = ("background", "window", _QUEUE, _KEEPS)
    """The state of all jobs for the icon in the notification area, and its choices."""
    UNKNOWNS = ("unknowns", "window", _REPLACE, _KEEPS)
    """What was seen of AWS and Microsoft on this computer."""

    JOB_LIST = ("job-list", "plan", _REPLACE, _CANCELS)
    JOB_OPEN = ("job-open", "plan", _REPLACE, _CANCELS)
    JOB_CHANGE = ("job-change", "plan", _QUEUE, _KEEPS)
    """Duplicate, rename, delete."""
    SAMPLE_START = ("sample-start", "plan", _REPLACE, _CANCELS)

    TOKEN_LOOKUP = ("token-lookup", "aws", _REPLACE, _CANCELS)
    TOKEN_SAVE = ("token-save", "aws", _REPLACE, _KEEPS)
    HOST_CONFIRMATION = ("host-confirmation", "aws", _QUEUE, _KEEPS)
    CONNECTION_TEST = ("connection-test", "aws", _REPLACE, _KEEPS)
    """Saves the token before it tests."""
    SANDBOX_START = ("sandbox-start", "aws", _REPLACE, _CANCELS)

    RECENT_FILES = ("recent-files", "directory", _QUEUE, _KEEPS)
    DIRECTORY_READ = ("directory-read", "directory", _REPLACE, _CANCELS)
    BROWSER_LOOKUP = ("browser-lookup", "directory", _REPLACE, _CANCELS)
    ENTRA_READ = ("entra-read", "directory", _REPLACE, _CANCELS)
    """Who is signed in, the applications, who is assigned; also the sign-in: unfinished, it changes nothing."""
    ENTRA_CHANGE = ("entra-change", "directory", _REFUSE, _KEEPS)
    """Signs out, adds the application or its role, assigns and unassigns."""
    ENTRA_SEARCH = ("entra-search", "directory", _REPLACE, _CANCELS)

    SIGN_ON_READ = ("sign-on-read", "sign-on", _REPLACE, _CANCELS)
    """AWS's metadata file, and the configuration at Microsoft."""
    SIGN_ON_CHECK = ("sign-on-check", "sign-on", _REPLACE, _CANCELS)
    SIGN_ON_SAVE = ("sign-on-save", "sign-on", _REFUSE, _KEEPS)
    SIGN_ON_WRITE = ("sign-on-write", "sign-on", _REFUSE, _KEEPS)

    SCOPE_COUNT = ("scope-count", "scope", _REPLACE, _CANCELS)
    SCOPE_VALUES = ("scope-values", "scope", _REPLACE, _CANCELS)

    MAPPING_PEOPLE = ("mapping-people", "attributes", _REPLACE, _CANCELS)
    MAPPING_VALUES = ("mapping-values", "attributes", _REPLACE, _CANCELS)
    """The values of the person shown, and the expression that is edited."""
    MAPPING_FUNCTIONS = ("mapping-functions", "attributes", _REPLACE, _CANCELS)
    MAPPING_PROBLEMS = ("mapping-problems", "attributes", _REPLACE, _CANCELS)
    """The values of everyone in scope."""
    SCHEMA_IMPORT = ("schema-import", "attributes", _REPLACE, _KEEPS)
    SCHEMA_EXPORT = ("schema-export", "attributes", _QUEUE, _KEEPS)

    PEOPLE_COUNT = ("people-count", "settings", _REPLACE, _CANCELS)

    PLAN_READ = ("plan-read", "preview", _REPLACE, _CANCELS)
    PLAN_ROWS = ("plan-rows", "preview", _REPLACE, _CANCELS)
    """The rows of a large plan."""
    ACCEPTANCE_SAVE = ("acceptance-save", "preview", _QUEUE, _KEEPS)
    """Take-overs that the person accepted, or no longer accepts; the plan is read again afterwards."""
    PLAN_EXPORT = ("plan-export", "preview", _QUEUE, _KEEPS)

    MICROSOFT_TEST = ("microsoft-test", "aws", _REPLACE, _CANCELS)
    MICROSOFT_EXISTING = ("microsoft-existing", "directory", _REPLACE, _CANCELS)
    """What Microsoft's service does already in the tenant."""
    SERVICE_READ = ("service-read", "monitor", _REPLACE, _CANCELS)
    """The state of Microsoft's service."""
    SERVICE_LOG = ("service-log", "monitor", _REPLACE, _CANCELS)
    """New entries of Microsoft's log."""
    SERVICE_CYCLES = ("service-cycles", "monitor", _REPLACE, _CANCELS)
    SERVICE_CHANGE = ("service-change", "window", _REFUSE, _KEEPS)
    """Starts, pauses and restarts it, allows held deletions, replaces its token."""

    RUN = ("run", "run", _REFUSE, _KEEPS)
    RUN_LOG = ("run-log", "run", _REPLACE, _CANCELS)

    HISTORY = ("history", "monitor", _REPLACE, _CANCELS)
    LOG_COUNTS = ("log-counts", "monitor", _REPLACE, _CANCELS)
    LOG_PAGE = ("log-page", "monitor", _REPLACE, _CANCELS)
    LOG_EXPORT = ("log-export", "monitor", _QUEUE, _KEEPS)
    QUARANTINE_LIFT = ("quarantine-lift", "monitor", _REFUSE, _KEEPS)
    PEOPLE_READ = ("people-read", "monitor", _REPLACE, _CANCELS)
    """Who can be provisioned on demand."""
    ONE_CHANGE = ("one-change", "monitor", _REPLACE, _CANCELS)
    """What provisioning one person or group would do."""
    PROVISION_ONE = ("provision-one", "monitor", _REFUSE, _KEEPS)
    TOKEN_ROTATION = ("token-rotation", "monitor", _REFUSE, _KEEPS)
    """Tests a second access token and stores it; ends the reminder of the first."""
    CALENDAR_SAVE = ("calendar-save", "monitor", _QUEUE, _KEEPS)
    SCHEDULE_READ = ("schedule-read", "monitor", _REPLACE, _CANCELS)
    SCHEDULE_OFFER = ("schedule-offer", "monitor", _REPLACE, _CANCELS)
    SCHEDULE_TOKEN = ("schedule-token", "monitor", _REPLACE, _CANCELS)
    SCHEDULE_CHANGE = ("schedule-change", "monitor", _REFUSE, _KEEPS)
    """Installs and removes."""

    owner: str
    policy: Policy
    leaving: Leaving

    def __new__(cls, name: str, owner: str, policy: Policy, leaving: Leaving) -> "Slot":
        """Make the name the member's value."""
        slot = object.__new__(cls)
        slot._value_ = name
        slot.owner, slot.policy, slot.leaving = owner, policy, leaving
        return slot


class SlotBusy(WizardError):
    """A task was refused because another runs in its slot."""

    def __init__(self, slot: Slot) -> None:
        super().__init__("slot-busy")
        self.slot = slot


def _ignore(_value: object) -> None:
    """Do nothing with a result or with events."""


def _nothing() -> None:
    """Do nothing when a task is cancelled."""


@dataclass(eq=False, slots=True)
class _Task:
    """A started, queued or refused task. `stale` is only set on the GUI thread: nothing is delivered any more."""

    slot: Slot
    work: Work[Any]
    on_done: Callable[[Any], object]
    on_error: Callable[[WizardError], object]
    on_event: Callable[[tuple[Any, ...]], object]
    on_cancel: Callable[[], object]
    stale: bool = False
    scope: "anyio.CancelScope | None" = field(default=None)


@dataclass(frozen=True, slots=True)
class _Delivery:
    task: _Task
    kind: Literal["event", "done", "error", "cancelled"]
    value: Any = None


class TaskRunner(QObject):
    """Runs coroutines on one background thread, each in a slot.

    Callbacks are called on the thread that made the runner, the GUI thread: events in batches, thirty times a second,
    then exactly one of `on_done`, `on_error` and `on_cancel`. Nothing is called for a task that another one replaced.
    Every method is called from the GUI thread, except `services`.
    """

    idle = Signal()
    """The last task has ended."""

    def __init__(self, make_services: "Callable[[], Services]", parent: QObject | None = None) -> None:
        """`make_services` is called once, on the background thread, with the first task."""
        super().__init__(parent)
        self._make_services = make_services
        self._services: Services | None = None
        self._running: dict[Slot, _Task] = {}
        self._queued: dict[Slot, deque[_Task]] = {}
        self._unended: set[_Task] = set()
        self._prepared: deque[_Delivery] = deque()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_lock = threading.Lock()
        self._before_loop: list[Callable[[], object]] = []
        """Calls for the loop before it exists; the lock keeps their order."""
        self._stop: asyncio.Event | None = None
        self._group: anyio.abc.TaskGroup | None = None
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(BATCH_MILLISECONDS)
        self._timer.timeout.connect(self._deliver)

    def run(
        self,
        slot: Slot,
        work: Work[T],
        *,
        on_error: Callable[[WizardError], object],
        on_done: Callable[[T], object] = _ignore,
        on_event: Callable[[tuple[Any, ...]], object] = _ignore,
        on_cancel: Callable[[], object] = _nothing,
    ) -> None:
        """Run `work(services, emit)` in a slot, by the slot's policy.

        A refused start is delivered as `on_error(SlotBusy)`, like every failure. After `close` nothing starts:
        `on_cancel` is called at once.
        """
        task = _Task(slot, work, on_done, on_error, on_event, on_cancel)
        if self._closed:
            on_cancel()
            return
        self._unended.add(task)
        self._timer.start()
        if slot in self._running:
            if slot.policy is Policy.REFUSE:
                self._prepared.append(_Delivery(task, "error", SlotBusy(slot)))
                return
            if slot.policy is Policy.QUEUE:
                self._queued.setdefault(slot, deque()).append(task)
                return
            self._drop(self._running.pop(slot))
        self._start(task)

    def cancel(self, slot: Slot) -> None:
        """Cancel what runs or waits in a slot; nothing of it is delivered any more."""
        tasks = [*self._queued.pop(slot, ())]
        self._unended.difference_update(tasks)
        running = self._running.pop(slot, None)
        if running is not None:
            self._drop(running)
            tasks.append(running)
        for task in tasks:
            task.stale = True
        for task in tasks:  # last: a callback may start another task in this slot
            task.on_cancel()

    def cancel_reads_of(self, owner: str) -> None:
        """Cancel the reads and counts of a page that is no longer shown."""
        for slot in tuple(self._running):
            if slot.owner == owner and slot.leaving is Leaving.CANCELS:
                self.cancel(slot)

    def is_running(self, slot: Slot) -> bool:
        """Whether a task of this slot runs; its result is still to come."""
        return slot in self._running

    def wait_for(self, slots: Collection[Slot], milliseconds: int) -> bool:
        """Let tasks of these slots end, while no one can press anything; False = some take longer."""
        deadline = QDeadlineTimer(milliseconds)
        while any(map(self.is_running, slots)) and not deadline.hasExpired():
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 20)
        return not any(map(self.is_running, slots))

    @property
    def is_idle(self) -> bool:
        """Whether every task has ended, cancelled ones too."""
        return not self._unended

    def services(self) -> "Services":
        """The services of this program, built on the first call. For the background thread only."""
        if self._services is None:
            self._services = self._make_services()
        return self._services

    def close(self, timeout: float = 12.0) -> bool:
        """Cancel everything and wait for the thread, `timeout` seconds at most; False if it did not end."""
        self._closed = True
        for task in self._running.values():
            self._drop(task)
        for queue in self._queued.values():
            self._unended.difference_update(queue)
        self._running.clear()
        self._queued.clear()
        self._timer.stop()
        self._prepared.clear()
        thread = self._thread
        if thread is None:
            return True
        self._on_loop(lambda: self._stop.set() if self._stop is not None else None)
        thread.join(timeout)
        return not thread.is_alive()

    # On the GUI thread.

    def _start(self, task: _Task) -> None:
        self._running[task.slot] = task
        self._on_loop(lambda: self._begin(task))

    def _drop(self, task: _Task) -> None:
        task.stale = True
        self._on_loop(lambda: self._cancel(task))

    def _on_loop(self, function: Callable[[], object]) -> None:
        if self._thread is None:
            if self._closed:
                return
            self._thread = threading.Thread(target=self._live, name="wizard-worker", daemon=True)
            self._thread.start()
        with self._loop_lock:
            loop = self._loop
            if loop is None:
                self._before_loop.append(function)
                return
        try:
            loop.call_soon_threadsafe(function)
        except RuntimeError:
            _log.debug("The background loop has ended already")

    def _deliver(self) -> None:
        for _turn in range(BATCH_LIMIT):
            if not self._prepared:
                break
            self._hand_over(self._prepared.popleft())
        if not self._unended and not self._prepared:
            self._timer.stop()
            self.idle.emit()

    def _hand_over(self, delivery: _Delivery) -> None:
        task = delivery.task
        if delivery.kind == "event":
            batch = self._batch_of(delivery)
            if not task.stale:
                task.on_event(batch)
            return
        self._unended.discard(task)
        if task.stale:
            return
        task.stale = True
        if self._running.get(task.slot) is task:  # a refused task never ran
            del self._running[task.slot]
            self._start_queued(task.slot)
        if delivery.kind == "done":
            task.on_done(delivery.value)
        elif delivery.kind == "error":
            task.on_error(delivery.value)
        else:
            task.on_cancel()

    def _start_queued(self, slot: Slot) -> None:
        queue = self._queued.get(slot)
        if queue:
            self._start(queue.popleft())

    def _batch_of(self, first: _Delivery) -> tuple[Any, ...]:
        batch = [first.value]
        while self._prepared and len(batch) < BATCH_LIMIT:
            following = self._prepared[0]
            if following.task is not first.task or following.kind != "event":
                break
            batch.append(self._prepared.popleft().value)
        return tuple(batch)

    # On the background thread. Nothing below touches a Qt object.

    def _live(self) -> None:
        import anyio  # the first window opens without it: 40 ms

        anyio.run(self._main, backend="asyncio")

    async def _main(self) -> None:
        import asyncio

        import anyio

        self._stop = asyncio.Event()
        async with anyio.create_task_group() as group:
            self._group = group
            with self._loop_lock:
                self._loop = asyncio.get_running_loop()
                for function in self._before_loop:
                    self._loop.call_soon(function)
                self._before_loop.clear()
            await self._stop.wait()
            group.cancel_scope.cancel()

    def _begin(self, task: _Task) -> None:
        if self._group is not None:
            self._group.start_soon(self._carry_out, task)

    def _cancel(self, task: _Task) -> None:
        if task.scope is not None:
            task.scope.cancel()

    async def _carry_out(self, task: _Task) -> None:
        import anyio

        arrived = self._prepared.append
        last = _Delivery(task, "cancelled")
        try:
            with anyio.CancelScope() as scope:
                task.scope = scope
                if task.stale:
                    return
                value = await task.work(self.services(), lambda event: arrived(_Delivery(task, "event", event)))
                last = _Delivery(task, "done", value)
        except Exception as error:
            last = _Delivery(task, "error", _as_wizard_error(error, task.slot))
        finally:
            arrived(last)


def _as_wizard_error(error: Exception, slot: Slot) -> WizardError:
    """Return the WizardError inside an exception; log any other and return a general one."""
    for leaf in _leaves(error):
        if isinstance(leaf, WizardError):
            return leaf
    _log.error("Unexpected failure in the slot %s", slot.value, exc_info=error)
    return WizardError("unexpected-failure")


def _leaves(error: Exception) -> Sequence[Exception]:
    if isinstance(error, ExceptionGroup):
        return [leaf for part in error.exceptions for leaf in _leaves(part)]
    return [error]
