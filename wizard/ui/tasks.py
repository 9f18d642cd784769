"""The one background thread: coroutines in named slots, their events brought to the screen's thread in batches."""

import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from wizard.errors import WizardError

if TYPE_CHECKING:
    import asyncio

    import anyio
    import anyio.abc

Emit = Callable[[Any], None]
Work = Callable[[Emit], Awaitable[Any]]
"""What runs in a slot: a coroutine function that is handed `emit`, which may be called from any thread."""

BATCH_MILLISECONDS: Final = 33
BATCH_LIMIT: Final = 4000
"""Deliveries in one batch at most, so that a flood of events cannot hold the screen up."""
UNEXPECTED_TITLE: Final = "Something unexpected happened"
UNEXPECTED_ADVICE: Final = (
    "This step was ended and nothing else was touched. The log file tells more; try again, or report it."
)

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Errand:
    """One coroutine on its way; `stale` is written on the screen's thread only."""

    slot: str
    work: Work
    done: Callable[[Any], None]
    failed: Callable[[WizardError], None]
    events: Callable[[tuple[Any, ...]], None]
    stale: bool = False
    scope: "anyio.CancelScope | None" = field(default=None)


@dataclass(frozen=True, slots=True)
class _Delivery:
    errand: _Errand
    kind: Literal["event", "done", "failed", "gone"]
    value: Any = None


def _ignore(_value: object) -> None:
    """What nobody asked for."""


class Worker(QObject):
    """Runs coroutines away from the screen, each in a named slot.

    A new coroutine in a slot cancels the old one, and nothing of the old one is delivered any more; the slot `run` is
    never pre-empted. Callbacks are called on the thread that made the worker: events in batches, thirty times a
    second, then the result or the failure, once. Everything here is called from that thread.
    """

    idle = Signal()
    """Nothing runs any more."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slots: dict[str, _Errand] = {}
        self._unended: set[_Errand] = set()
        self._arrived: deque[_Delivery] = deque()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gate = threading.Lock()
        self._early: list[Callable[[], object]] = []
        """What was asked of the loop before there was one; the lock keeps its order."""
        self._stop: asyncio.Event | None = None
        self._tasks: anyio.abc.TaskGroup | None = None
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(BATCH_MILLISECONDS)
        self._timer.timeout.connect(self._deliver)

    def start(
        self,
        slot: str,
        work: Work,
        *,
        done: Callable[[Any], None] = _ignore,
        failed: Callable[[WizardError], None] = _ignore,
        events: Callable[[tuple[Any, ...]], None] = _ignore,
    ) -> bool:
        """Run `work(emit)` in a slot; False where it may not start: `run` is running, or the worker is closed."""
        if self._closed or (slot == "run" and self.is_running(slot)):
            return False
        self.cancel(slot)
        errand = _Errand(slot, work, done, failed, events)
        self._slots[slot] = errand
        self._unended.add(errand)
        self._timer.start()
        self._on_loop(lambda: self._begin(errand))
        return True

    def cancel(self, slot: str) -> None:
        """Cancel what runs in a slot; nothing of it is delivered any more."""
        errand = self._slots.pop(slot, None)
        if errand is not None:
            errand.stale = True
            self._on_loop(lambda: errand.scope.cancel() if errand.scope is not None else None)

    def call(self, function: Callable[[], object]) -> None:
        """Run a plain, quick function on the background thread: how a run is paused or asked to stop."""
        self._on_loop(function)

    def is_running(self, slot: str) -> bool:
        """Whether a slot's result is still to come."""
        return slot in self._slots

    @property
    def is_idle(self) -> bool:
        """Whether no coroutine is left, not even one that tidies up after it was cancelled."""
        return not self._unended

    def close(self, timeout: float = 12.0) -> bool:
        """Cancel everything and wait for the thread, `timeout` seconds at most; False where it did not end."""
        self._closed = True
        for slot in tuple(self._slots):
            self.cancel(slot)
        self._timer.stop()
        self._arrived.clear()
        thread = self._thread
        if thread is None:
            return True
        self._on_loop(lambda: self._stop.set() if self._stop is not None else None)
        thread.join(timeout)
        return not thread.is_alive()

    # On the screen's thread.

    def _on_loop(self, function: Callable[[], object]) -> None:
        if self._thread is None:
            if self._closed:
                return
            self._thread = threading.Thread(target=self._live, name="wizard-worker", daemon=True)
            self._thread.start()
        with self._gate:
            loop = self._loop
            if loop is None:
                self._early.append(function)
                return
        try:
            loop.call_soon_threadsafe(function)
        except RuntimeError:
            _log.debug("The background loop has ended already")

    def _deliver(self) -> None:
        for _turn in range(BATCH_LIMIT):
            if not self._arrived:
                break
            self._hand_over(self._arrived.popleft())
        if not self._unended and not self._arrived:
            self._timer.stop()
            self.idle.emit()

    def _hand_over(self, delivery: _Delivery) -> None:
        errand = delivery.errand
        if delivery.kind == "event":
            batch = self._batch_of(delivery)
            if not errand.stale:
                errand.events(batch)
            return
        self._unended.discard(errand)
        if errand.stale:
            return
        del self._slots[errand.slot]
        errand.stale = True
        if delivery.kind == "done":
            errand.done(delivery.value)
        elif delivery.kind == "failed":
            errand.failed(delivery.value)

    def _batch_of(self, first: _Delivery) -> tuple[Any, ...]:
        batch = [first.value]
        while self._arrived and len(batch) < BATCH_LIMIT:
            following = self._arrived[0]
            if following.errand is not first.errand or following.kind != "event":
                break
            batch.append(self._arrived.popleft().value)
        return tuple(batch)

    # On the background thread. Nothing below touches a Qt object.

    def _live(self) -> None:
        import anyio  # here, not above: the first window opens without it

        anyio.run(self._main, backend="asyncio")

    async def _main(self) -> None:
        import asyncio

        import anyio

        self._stop = asyncio.Event()
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            with self._gate:
                self._loop = asyncio.get_running_loop()
                for function in self._early:
                    self._loop.call_soon(function)
                self._early.clear()
            await self._stop.wait()
            tasks.cancel_scope.cancel()

    def _begin(self, errand: _Errand) -> None:
        if self._tasks is not None:
            self._tasks.start_soon(self._carry_out, errand)

    async def _carry_out(self, errand: _Errand) -> None:
        import anyio

        arrived = self._arrived.append
        last = _Delivery(errand, "gone")
        try:
            with anyio.CancelScope() as scope:
                errand.scope = scope
                if errand.stale:
                    return
                value = await errand.work(lambda event: arrived(_Delivery(errand, "event", event)))
                last = _Delivery(errand, "done", value)
        except Exception as error:
            last = _Delivery(errand, "failed", _for_a_person(error, errand.slot))
        finally:
            arrived(last)


def _for_a_person(error: Exception, slot: str) -> WizardError:
    """The failure in words for a person; what nobody expected goes to the log with its trace."""
    leaves: Sequence[Exception] = tuple(_leaves(error))
    for leaf in leaves:
        if isinstance(leaf, WizardError):
            return leaf
    _log.error("Unexpected failure in the slot %s", slot, exc_info=error)
    return WizardError(UNEXPECTED_TITLE, UNEXPECTED_ADVICE)


def _leaves(error: Exception) -> list[Exception]:
    if isinstance(error, ExceptionGroup):
        return [leaf for part in error.exceptions for leaf in _leaves(part)]
    return [error]
