"""The task runner: slots and their policies, batches, failures, the end."""

import logging
import threading
import time
from typing import Any

import anyio
import pytest
from pytestqt.qtbot import QtBot

from wizard.errors import NoAccess, WizardError
from wizard.flow.steps.steps import STEPS
from wizard.ui.tasks import Emit, Leaving, Policy, Slot, SlotBusy, TaskRunner


def unexpected(error: WizardError) -> None:
    raise AssertionError(error)


def no_services() -> Any:
    """No work of these tests asks for any."""


def wait(qtbot: QtBot, tasks: TaskRunner) -> None:
    qtbot.waitUntil(lambda: tasks.is_idle, timeout=5000)


def test_a_result_comes_once_on_the_screens_thread(qtbot: QtBot, tasks: TaskRunner) -> None:
    came: list[tuple[Any, int]] = []
    where: list[int] = []

    async def work(_services: object, _emit: Emit) -> str:
        where.append(threading.get_ident())
        return "done"

    tasks.run(
        Slot.CONNECTION_TEST,
        work,
        on_done=lambda value: came.append((value, threading.get_ident())),
        on_error=unexpected,
    )
    assert tasks.is_running(Slot.CONNECTION_TEST)
    wait(qtbot, tasks)
    assert came == [("done", threading.get_ident())]
    assert where != [threading.get_ident()]
    assert not tasks.is_running(Slot.CONNECTION_TEST)


def test_events_come_in_batches_in_order_and_before_the_result(qtbot: QtBot, tasks: TaskRunner) -> None:
    batches: list[tuple[Any, ...]] = []
    order: list[str] = []

    async def work(_services: object, emit: Emit) -> None:
        for number in range(10_000):
            emit(number)

    def took(batch: tuple[Any, ...]) -> None:
        batches.append(batch)
        order.append("events")

    tasks.run(Slot.RUN, work, on_done=lambda _value: order.append("done"), on_event=took, on_error=unexpected)
    wait(qtbot, tasks)
    assert [number for batch in batches for number in batch] == list(range(10_000))
    assert len(batches) < 20, "events must not come one by one"
    assert order[-1] == "done"


def test_the_newer_one_in_a_slot_cancels_the_older(qtbot: QtBot, tasks: TaskRunner) -> None:
    heard: list[str] = []
    began, cancelled = threading.Event(), threading.Event()

    async def older(_services: object, emit: Emit) -> str:
        emit("old event")
        began.set()
        try:
            await anyio.sleep(30)
        finally:
            cancelled.set()
        return "old"

    async def newer(_services: object, _emit: Emit) -> str:
        return "new"

    tasks.run(
        Slot.PLAN_READ,
        older,
        on_done=heard.append,
        on_error=lambda e: heard.append(e.message.code),
        on_event=heard.extend,
    )
    assert began.wait(5)
    tasks.run(Slot.PLAN_READ, newer, on_done=heard.append, on_error=unexpected)
    wait(qtbot, tasks)
    assert cancelled.is_set()
    assert heard == ["new"]


def test_a_result_that_is_ready_is_not_delivered_once_its_slot_was_taken(qtbot: QtBot, tasks: TaskRunner) -> None:
    heard: list[str] = []
    ready = threading.Event()

    async def quick(_services: object, _emit: Emit) -> str:
        ready.set()
        return "old"

    async def newer(_services: object, _emit: Emit) -> str:
        return "new"

    tasks.run(Slot.PLAN_READ, quick, on_done=heard.append, on_error=unexpected)
    assert ready.wait(5)
    time.sleep(0.02)
    tasks.run(Slot.PLAN_READ, newer, on_done=heard.append, on_error=unexpected)
    wait(qtbot, tasks)
    assert heard == ["new"]


def test_slots_do_not_know_each_other(qtbot: QtBot, tasks: TaskRunner) -> None:
    heard: list[str] = []

    def named(name: str) -> Any:
        async def work(_services: object, _emit: Emit) -> str:
            await anyio.sleep(0.01)
            return name

        return work

    slots = {"preview": Slot.PLAN_READ, "log": Slot.LOG_PAGE, "check": Slot.CONNECTION_TEST}
    for name, slot in slots.items():
        tasks.run(slot, named(name), on_done=heard.append, on_error=unexpected)
    wait(qtbot, tasks)
    assert sorted(heard) == ["check", "log", "preview"]


def test_a_refused_start_is_an_error_and_the_first_task_continues(qtbot: QtBot, tasks: TaskRunner) -> None:
    heard: list[Any] = []
    refused: list[WizardError] = []
    gate = threading.Event()

    async def first(_services: object, _emit: Emit) -> str:
        await anyio.to_thread.run_sync(gate.wait)
        return "first"

    async def second(_services: object, _emit: Emit) -> str:
        return "second"

    assert Slot.RUN.policy is Policy.REFUSE
    tasks.run(Slot.RUN, first, on_done=heard.append, on_error=unexpected)
    tasks.run(Slot.RUN, second, on_done=heard.append, on_error=refused.append)
    assert refused == [], "like every failure it comes later, when the caller has shown that it waits"
    qtbot.waitUntil(lambda: bool(refused), timeout=5000)
    assert [type(error) for error in refused] == [SlotBusy]
    assert tasks.is_running(Slot.RUN)
    gate.set()
    wait(qtbot, tasks)
    assert heard == ["first"]
    tasks.run(Slot.RUN, second, on_done=heard.append, on_error=unexpected)
    tasks.cancel(Slot.RUN)
    wait(qtbot, tasks)
    assert heard == ["first"]


def test_a_wizard_error_arrives_as_it_is(qtbot: QtBot, tasks: TaskRunner) -> None:
    came: list[WizardError] = []
    error = NoAccess("no-answer")

    async def alone(_services: object, _emit: Emit) -> None:
        raise error

    async def in_a_group(_services: object, _emit: Emit) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep, 30)
            raise error

    tasks.run(Slot.CONNECTION_TEST, alone, on_error=came.append)
    tasks.run(Slot.DIRECTORY_READ, in_a_group, on_error=came.append)
    wait(qtbot, tasks)
    assert came == [error, error]


def test_what_nobody_expected_is_logged_and_told_without_a_trace(
    qtbot: QtBot, tasks: TaskRunner, caplog: pytest.LogCaptureFixture
) -> None:
    came: list[WizardError] = []

    async def broken(_services: object, _emit: Emit) -> None:
        raise KeyError("inner detail")

    with caplog.at_level(logging.ERROR):
        tasks.run(Slot.CONNECTION_TEST, broken, on_error=came.append)
        wait(qtbot, tasks)
    assert [error.message.code for error in came] == ["unexpected-failure"]
    assert "inner detail" not in str(came[0])
    assert "inner detail" in caplog.text


def test_the_screen_stays_alive_while_a_blocking_thing_runs(qtbot: QtBot, tasks: TaskRunner) -> None:
    """A keyring may wait for a person: the event loop and the GUI thread continue."""
    release = threading.Event()
    heard: list[str] = []

    async def blocking(_services: object, _emit: Emit) -> str:
        await anyio.to_thread.run_sync(release.wait, abandon_on_cancel=True)
        return "unlocked"

    async def other(_services: object, _emit: Emit) -> str:
        return "other"

    tasks.run(Slot.TOKEN_LOOKUP, blocking, on_done=heard.append, on_error=unexpected)
    tasks.run(Slot.CONNECTION_TEST, other, on_done=heard.append, on_error=unexpected)
    qtbot.waitUntil(lambda: heard == ["other"], timeout=5000)
    release.set()
    wait(qtbot, tasks)
    assert heard == ["other", "unlocked"]


def test_cancelled_work_may_tidy_up_and_idle_waits_for_it(qtbot: QtBot, tasks: TaskRunner) -> None:
    began, tidied = threading.Event(), threading.Event()

    async def work(_services: object, _emit: Emit) -> None:
        began.set()
        try:
            await anyio.sleep(30)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.05)
                tidied.set()

    tasks.run(Slot.RUN, work, on_error=unexpected)
    assert began.wait(5)
    tasks.cancel(Slot.RUN)
    assert not tasks.is_running(Slot.RUN)
    with qtbot.waitSignal(tasks.idle, timeout=5000):
        assert not tasks.is_idle
    assert tidied.is_set()


def test_asking_does_not_wait_until_the_thread_has_begun_and_keeps_the_order(qtbot: QtBot) -> None:
    """The thread imports its loop, tens of milliseconds that the first window does not have."""
    release, order = threading.Event(), []

    class Late(TaskRunner):
        waited_in_vain = False

        def _live(self) -> None:
            self.waited_in_vain = not release.wait(5)
            super()._live()

    def named(name: str) -> Any:
        async def work(_services: object, _emit: Emit) -> None:
            order.append(name)

        return work

    tasks = Late(no_services)
    tasks.run(Slot.CONNECTION_TEST, named("first"), on_error=unexpected)
    tasks.run(Slot.PLAN_READ, named("second"), on_error=unexpected)
    assert not tasks.waited_in_vain
    release.set()
    qtbot.waitUntil(lambda: order == ["first", "second"], timeout=5000)
    assert tasks.close(5.0)


def test_close_before_the_thread_has_begun_ends_it(qtbot: QtBot) -> None:
    release = threading.Event()

    class Late(TaskRunner):
        def _live(self) -> None:
            release.wait(5)
            super()._live()

    async def work(_services: object, _emit: Emit) -> str:
        return "done"

    heard: list[Any] = []
    tasks = Late(no_services)
    tasks.run(Slot.CONNECTION_TEST, work, on_done=heard.append, on_error=unexpected)
    assert not tasks.close(0)
    release.set()
    assert tasks.close(5.0)
    qtbot.wait(80)
    assert heard == []


def test_close_cancels_everything_and_delivers_nothing(qtbot: QtBot, app: object) -> None:
    tasks = TaskRunner(no_services)
    heard: list[Any] = []
    ended, began = threading.Event(), threading.Semaphore(0)

    async def work(_services: object, emit: Emit) -> None:
        emit("event")
        began.release()
        try:
            await anyio.sleep(30)
        finally:
            ended.set()

    for slot in (Slot.RUN, Slot.LOG_PAGE):
        tasks.run(slot, work, on_done=heard.append, on_error=heard.append, on_event=heard.append)
    assert began.acquire(timeout=5)
    assert began.acquire(timeout=5)
    assert tasks.close(5.0)
    assert ended.is_set()
    qtbot.wait(80)
    assert heard == []
    tasks.run(Slot.CONNECTION_TEST, work, on_error=unexpected, on_cancel=lambda: heard.append("cancelled"))
    assert heard == ["cancelled"]
    assert not tasks.is_running(Slot.CONNECTION_TEST)


def test_close_is_bounded(app: object) -> None:
    tasks = TaskRunner(no_services)
    release = threading.Event()
    began = threading.Event()

    async def stubborn(_services: object, _emit: Emit) -> None:
        began.set()
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(release.wait)

    tasks.run(Slot.RUN, stubborn, on_error=unexpected)
    assert began.wait(5)
    assert not tasks.close(0.05)
    release.set()
    assert tasks.close(5.0)


def test_a_broken_callback_does_not_lose_the_others(qtbot: QtBot, tasks: TaskRunner) -> None:
    heard: list[str] = []

    async def work(_services: object, _emit: Emit) -> str:
        return "value"

    def broken(_value: Any) -> None:
        raise RuntimeError("a page is broken")

    with qtbot.captureExceptions() as caught:
        tasks.run(Slot.CONNECTION_TEST, work, on_done=broken, on_error=unexpected)
        tasks.run(Slot.LOG_PAGE, work, on_done=heard.append, on_error=unexpected)
        wait(qtbot, tasks)
    assert len(caught) == 1
    assert heard == ["value"]


def waiting(gate: threading.Event, name: str = "") -> Any:
    async def work(_services: object, _emit: Emit) -> str:
        await anyio.to_thread.run_sync(gate.wait)
        return name

    return work


def test_queued_tasks_run_one_after_the_other(qtbot: QtBot, tasks: TaskRunner) -> None:
    assert Slot.JOB_SAVE.policy is Policy.QUEUE
    gate, heard = threading.Event(), []
    for name in ("first", "second", "third"):
        tasks.run(Slot.JOB_SAVE, waiting(gate, name), on_done=heard.append, on_error=unexpected)
    qtbot.wait(80)
    assert heard == []
    gate.set()
    wait(qtbot, tasks)
    assert heard == ["first", "second", "third"]


def test_cancelling_a_slot_ends_what_waits_in_it_too(qtbot: QtBot, tasks: TaskRunner) -> None:
    gate, heard = threading.Event(), []
    for name in ("first", "second"):
        tasks.run(
            Slot.JOB_SAVE,
            waiting(gate),
            on_done=heard.append,
            on_error=unexpected,
            on_cancel=lambda name=name: heard.append(name),
        )
    tasks.cancel(Slot.JOB_SAVE)
    assert sorted(heard) == ["first", "second"]
    gate.set()
    wait(qtbot, tasks)
    assert len(heard) == 2


def test_a_task_that_is_replaced_is_not_told_but_one_that_is_cancelled_is(qtbot: QtBot, tasks: TaskRunner) -> None:
    gate, heard = threading.Event(), []
    for name in ("older", "newer"):
        tasks.run(
            Slot.PLAN_READ, waiting(gate), on_error=unexpected, on_cancel=lambda name=name: heard.append(name)
        )
    assert heard == []
    tasks.cancel(Slot.PLAN_READ)
    assert heard == ["newer"]
    gate.set()
    wait(qtbot, tasks)


def test_leaving_a_page_cancels_its_reads_and_keeps_its_saves(qtbot: QtBot, tasks: TaskRunner) -> None:
    gate, done, cancelled = threading.Event(), [], []
    for slot in Slot:
        tasks.run(
            slot,
            waiting(gate, slot.name),
            on_done=done.append,
            on_error=unexpected,
            on_cancel=lambda slot=slot: cancelled.append(slot.name),
        )
    tasks.cancel_reads_of("attributes")
    assert set(cancelled) == {"MAPPING_PEOPLE", "MAPPING_VALUES", "MAPPING_FUNCTIONS", "MAPPING_PROBLEMS"}
    gate.set()
    wait(qtbot, tasks)
    assert set(done) == {slot.name for slot in Slot} - set(cancelled)
    assert {"SCHEMA_IMPORT", "SCHEMA_EXPORT"} <= set(done)


def test_only_pages_own_tasks_that_leaving_cancels() -> None:
    steps = {step.id for step in STEPS}
    assert {slot.owner for slot in Slot} <= steps | {"window"}
    assert all(slot.owner in steps for slot in Slot if slot.leaving is Leaving.CANCELS)
