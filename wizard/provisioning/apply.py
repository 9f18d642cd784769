"""Applies an approved plan: many changes at once, each ends exactly once, and the report is always complete."""

import heapq
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from graphlib import TopologicalSorter

import anyio
import anyio.lowlevel

from wizard.aws.interface import TargetSession
from wizard.errors import AccessRefused, Message, NotAccepted, WizardError
from wizard.provisioning.change import Action, Change
from wizard.provisioning.events import CONCURRENCY, ObjectReported, PhaseBegan, RunControl, RunEnded, RunEvent
from wizard.provisioning.ledger import Ledger, Link
from wizard.provisioning.order import Schedule, schedule
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import in_thread
from wizard.provisioning.report import (
    Ending,
    ReportFold,
    RunReport,
    elsewhere_row,
    held_row,
    left_out_row,
    plan_counts,
    rejected_row,
    skipped_row,
)
from wizard.provisioning.run_change import ChangeRunner

GRACE_SECONDS = 10.0
"""How long changes under way may take to finish after a cancel."""
_SETTLING = -1
"""Placeholder among the running steps for exchanges that are undone at the end."""
POLL_SECONDS = 0.05
"""How often the run checks its control, which another thread sets without waking the loop."""


class ConcernOpen(NotAccepted):
    """The plan has a concern that was not accepted (exit code 3). Nothing was changed."""

    def __init__(self, plan: Plan, codes: tuple[str, ...]) -> None:
        found = tuple(concern.message for concern in plan.concerns if concern.code in codes)
        super().__init__(found)
        self.plan = plan
        self.codes = codes
        """Codes of the open concerns."""
        self.counts = plan_counts(plan)
        """What the plan would have done, in the shape of the report."""


async def apply(
    plan: Plan,
    session: TargetSession,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    *,
    accepted: frozenset[str] = frozenset(),
    concurrency: int = CONCURRENCY,
    control: RunControl | None = None,
    grace_seconds: float = GRACE_SECONDS,
) -> RunReport:
    """Apply the plan; the report says how it ended, also after lost access or a cancel.

    Raises ConcernOpen before anything is done. Requests are reported by the session: the report counts them only if
    `emit` passes them to the caller's `ReportFold`. If the surrounding task is cancelled, the run ends as after
    `control.cancel()`, then the cancellation continues.
    """
    open_codes = tuple(concern.code for concern in plan.concerns if concern.code not in accepted)
    if open_codes:
        raise ConcernOpen(plan, open_codes)
    run = _Run(plan, session, ledger, emit, control or RunControl(), concurrency, grace_seconds)
    async with anyio.create_task_group() as around:
        around.start_soon(run.watch)
        with anyio.CancelScope(shield=True):
            await run.whole()
        around.cancel_scope.cancel()
    await anyio.lowlevel.checkpoint_if_cancelled()
    if run.broken is not None:
        raise run.broken
    return run.fold.report(plan)


class _Run:
    """One run: starts changes as they become ready, and ends those that could not be started."""

    def __init__(
        self,
        plan: Plan,
        session: TargetSession,
        ledger: Ledger,
        emit: Callable[[RunEvent], None],
        control: RunControl,
        concurrency: int,
        grace_seconds: float,
    ) -> None:
        self.plan, self.ledger, self.control = plan, ledger, control
        self.concurrency, self.grace_seconds = concurrency, grace_seconds
        self.fold = ReportFold()
        self.broken: Exception | None = None
        """An unexpected exception, or what the listener raised: it reaches the caller as it is."""
        self._listener = emit
        self._runner = ChangeRunner(plan, session, ledger, self._emit)
        self._running: set[int] = set()
        self._progress = anyio.Event()
        self._stop: WizardError | None = None
        self._over = False

    def _emit(self, event: RunEvent) -> None:
        self.fold.add(event)
        try:
            self._listener(event)
        except Exception as error:
            self.broken = self.broken or error

    async def watch(self) -> None:
        """Turn a cancellation of the surrounding task into a cancel of the run."""
        try:
            await anyio.sleep_forever()
        finally:
            if not self._over:
                self.control.cancel()

    async def whole(self) -> None:
        """From the first row to the last event."""
        began = time.monotonic()
        self._emit(PhaseBegan("write", len(self.plan.changes)))
        self._report_objects()
        try:
            if self.broken is None:
                await self._store_links()
                steps, sorter = await in_thread(lambda: _ordered(self.plan.changes))
                self._runner.follow(steps)
                await self._run_changes(sorter)
        except WizardError as error:
            self._stop = self._stop or error
        except anyio.get_cancelled_exc_class():  # asyncio's own cancel knows no shield
            self._close(began)
            raise
        finally:
            self._over = True
        self._close(began)

    def _close(self, began: float) -> None:
        self._emit(PhaseBegan("report"))
        ending, message = self._ending()
        self._runner.skip_rest(
            Message("not-done-run-cancelled") if message is None else Message("not-done-run-stopped", why=message)
        )
        refused = isinstance(self._stop, AccessRefused)
        self._emit(RunEnded(ending, message, time.monotonic() - began, refused))

    async def _store_links(self) -> None:
        if self.plan.gone:
            self.ledger.forget(self.plan.gone)
        self.ledger.adopt(await in_thread(self._new_links))

    def _new_links(self) -> list[Link]:
        known = self.ledger.links()
        return [link for link in self.plan.links if known.get((link.kind, link.source_id)) != link]

    def _report_objects(self) -> None:
        for rejected in self.plan.rejected:
            self._emit(ObjectReported(rejected_row(rejected)))
        for skipped in self.plan.skipped:
            self._emit(ObjectReported(skipped_row(skipped)))
        for held in self.plan.held_back:
            self._emit(ObjectReported(held_row(held)))
        for elsewhere in self.plan.changed_elsewhere:
            self._emit(ObjectReported(elsewhere_row(elsewhere, self._runner.names)))
        for left_out in self.plan.warnings:
            self._emit(ObjectReported(left_out_row(left_out)))

    def _ending(self) -> tuple[Ending, Message | None]:
        if self._stop is not None:
            return "stopped", Message("run-stopped", why=self._stop.message, partly=bool(self._runner.reported))
        if self.broken is not None:
            return "stopped", Message("run-broke-off")
        if len(self._runner.reported) < len(self.plan.changes) or self._runner.cut_off:
            return "cancelled", None
        return "done", None

    async def _run_changes(self, sorter: "TopologicalSorter[int]") -> None:
        ready: tuple[list[int], list[int]] = ([], [])
        async with anyio.create_task_group() as tasks:
            while self._continues():
                for index in sorter.get_ready():
                    heapq.heappush(ready[self._beside(index)], index)
                while any(ready) and len(self._running) < self.concurrency and not self.control.paused:
                    index = heapq.heappop(ready[self._next(*ready)])
                    self._running.add(index)
                    tasks.start_soon(self._one, index, sorter)
                if not any(ready) and not self._running:
                    return
                await self._wait_for_progress()
            until = time.monotonic() + self.grace_seconds
            if not await self._wait_for_running(until) and self._stop is None:
                self._running.add(_SETTLING)
                tasks.start_soon(self._end_with, _SETTLING, self._runner.settle_started)
            if await self._wait_for_running(until):
                tasks.cancel_scope.cancel()

    def _beside(self, index: int) -> bool:
        """Whether it need not wait behind people: groups have their own requests and rate limits.

        Leavers and removed memberships keep the plan's order, before everybody else.
        """
        change = self._runner.schedule.steps[index].change
        return change.kind == "group" and change.action not in (Action.DELETE, Action.REMOVE_MEMBERS)

    def _next(self, people: list[int], groups: list[int]) -> bool:
        """Which list to take the next one from: whichever of people and groups has fewer under way."""
        beside = sum(map(self._beside, self._running))
        return not people or (bool(groups) and beside < len(self._running) - beside)

    def _continues(self) -> bool:
        return not self.control.cancelled and self._stop is None and self.broken is None

    async def _wait_for_progress(self) -> None:
        with anyio.move_on_after(POLL_SECONDS):
            await self._progress.wait()
        self._progress = anyio.Event()

    async def _wait_for_running(self, until: float) -> bool:
        """Wait for changes under way; True = some did not finish in time."""
        while self._running and time.monotonic() < until and not self.control.at_once:
            await self._wait_for_progress()
        return bool(self._running)

    async def _one(self, index: int, sorter: "TopologicalSorter[int]") -> None:
        await self._end_with(index, partial(self._runner.run, index))
        with suppress(ValueError):
            sorter.done(index)

    async def _end_with(self, index: int, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            if isinstance(error, WizardError) and error is not self._runner.broken:
                self._stop = self._stop or error  # no access, or the ledger failed: sent requests must be recorded
            else:
                self.broken = self.broken or error
        finally:
            self._running.discard(index)
            self._progress.set()


def _ordered(changes: Sequence[Change]) -> tuple[Schedule, "TopologicalSorter[int]"]:
    """The steps of these changes, and what hands them out as they become ready."""
    steps = schedule(changes)
    sorter = TopologicalSorter({index: {w.on for w in found} for index, found in enumerate(steps.waits)})
    sorter.prepare()
    return steps, sorter
