"""Carries out an approved plan: many operations at once, each ended exactly once, the report whole whatever happens."""

import heapq
import time
from collections.abc import Callable
from contextlib import suppress
from graphlib import TopologicalSorter

import anyio
import anyio.lowlevel

from wizard.aws.interface import TargetSession
from wizard.errors import AccessRefused, Message, WizardError
from wizard.provisioning.control import CONCURRENCY, RunControl
from wizard.provisioning.events import ObjectReported, PhaseBegan, RunEnded, RunEvent
from wizard.provisioning.ledger import Ledger
from wizard.provisioning.operations import AddMembers, CreateGroup, UpdateGroup
from wizard.provisioning.order import waits
from wizard.provisioning.plan import Plan
from wizard.provisioning.report import Ending, ReportFold, RunReport, plan_counts
from wizard.provisioning.rows import held_row, left_out_row, rejected_row, skipped_row
from wizard.provisioning.run_operation import Carrying

GRACE_SECONDS = 10.0
"""How long what is in flight may take to finish after a cancel (design 4)."""
POLL_SECONDS = 0.05
"""How often the run looks at its control: it is asked from another thread, which cannot wake our loop."""


class ConcernOpen(WizardError):
    """The plan has a concern that nobody accepted (exit code 3). Nothing was changed."""

    def __init__(self, plan: Plan, codes: tuple[str, ...]) -> None:
        found = tuple(concern.message for concern in plan.concerns if concern.code in codes)
        super().__init__("concerns-not-accepted", concerns=found, codes=codes)
        self.plan = plan
        self.codes = codes
        """Of the concerns that are open."""
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
    """Carry out the plan; the report says how it ended, also where access was lost or the person cancelled.

    Raises ConcernOpen before anything is done. The report counts requests only if `emit` hands them to a
    `ReportFold` of the caller's: they are told by the session. When the surrounding task is cancelled, the run
    ends as after `control.cancel()` and the cancellation goes on.
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
    """One run: hands operations out as they become ready, and ends what could not be handed out."""

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
        """What is neither an outcome nor for a person's eyes: a defect, a full disk."""
        self._emit_on = emit
        self._graph = waits(plan.operations)
        self._carrying = Carrying(plan, session, ledger, self._emit, self._graph)
        self._in_flight: set[int] = set()
        self._progress = anyio.Event()
        self._stop: WizardError | None = None
        self._over = False

    def _emit(self, event: RunEvent) -> None:
        self.fold.add(event)
        self._emit_on(event)

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
        self._emit(PhaseBegan("write", len(self.plan.operations)))
        self._tell_objects()
        try:
            self._keep_links()
            await self._hand_out()
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
        self._carrying.skip_rest(
            Message("not-done-run-cancelled") if message is None else Message("not-done-run-stopped", why=message)
        )
        refused = isinstance(self._stop, AccessRefused)
        self._emit(RunEnded(ending, message, time.monotonic() - began, refused))

    def _keep_links(self) -> None:
        if self.plan.gone:
            self.ledger.forget(self.plan.gone)
        known = self.ledger.links()
        self.ledger.adopt([link for link in self.plan.links if known.get((link.kind, link.source_id)) != link])

    def _tell_objects(self) -> None:
        for rejected in self.plan.rejected:
            self._emit(ObjectReported(rejected_row(rejected)))
        for skipped in self.plan.skipped:
            self._emit(ObjectReported(skipped_row(skipped)))
        for held in self.plan.held_back:
            self._emit(ObjectReported(held_row(held)))
        for left_out in self.plan.warnings:
            self._emit(ObjectReported(left_out_row(left_out)))

    def _ending(self) -> tuple[Ending, Message | None]:
        if self._stop is not None:
            return "stopped", Message("run-stopped", why=self._stop.message, partly=bool(self._carrying.ended))
        if self.broken is not None:
            return "stopped", Message("run-broke-off")
        if len(self._carrying.ended) < len(self.plan.operations) or self._carrying.cut_off:
            return "cancelled", None
        return "done", None

    async def _hand_out(self) -> None:
        sorter = TopologicalSorter({place: {w.on for w in found} for place, found in enumerate(self._graph)})
        sorter.prepare()
        ready: tuple[list[int], list[int]] = ([], [])
        async with anyio.create_task_group() as tasks:
            while self._goes_on():
                for place in sorter.get_ready():
                    heapq.heappush(ready[self._beside(place)], place)
                while any(ready) and len(self._in_flight) < self.concurrency and not self.control.paused:
                    place = heapq.heappop(ready[self._next(*ready)])
                    self._in_flight.add(place)
                    tasks.start_soon(self._one, place, sorter)
                if not any(ready) and not self._in_flight:
                    return
                await self._news()
            if await self._unfinished():
                tasks.cancel_scope.cancel()

    def _beside(self, place: int) -> bool:
        """Whether it need not wait behind people: groups have requests, and limits, of their own.

        Who leaves, or loses a membership, stands in the plan's order, before everybody else.
        """
        return isinstance(self.plan.operations[place], CreateGroup | UpdateGroup | AddMembers)

    def _next(self, people: list[int], groups: list[int]) -> bool:
        """Where to take the next one from: of people and groups, whichever has fewer under way."""
        beside = sum(map(self._beside, self._in_flight))
        return not people or (bool(groups) and beside < len(self._in_flight) - beside)

    def _goes_on(self) -> bool:
        return not self.control.cancelled and self._stop is None and self.broken is None

    async def _news(self) -> None:
        with anyio.move_on_after(POLL_SECONDS):
            await self._progress.wait()
        self._progress = anyio.Event()

    async def _unfinished(self) -> bool:
        """Phase one of the end: wait for what is in flight; True = some of it did not finish in time."""
        until = time.monotonic() + self.grace_seconds
        while self._in_flight and time.monotonic() < until and not self.control.at_once:
            await self._news()
        return bool(self._in_flight)

    async def _one(self, place: int, sorter: "TopologicalSorter[int]") -> None:
        try:
            await self._carrying.carry(place)
        except WizardError as error:  # no access; or the ledger's: nothing may be sent that is not noted first
            self._stop = self._stop or error
        except Exception as error:
            self.broken = self.broken or error
        finally:
            self._in_flight.discard(place)
            with suppress(ValueError):
                sorter.done(place)
            self._progress.set()
