"""The worker: slots, batches, failures, the end."""

import logging
import threading
import time
from typing import Any

import anyio
import pytest
from pytestqt.qtbot import QtBot

from wizard import messages
from wizard.errors import NoAccess, WizardError
from wizard.ui.tasks import UNEXPECTED_TITLE, Emit, Worker


def wait(qtbot: QtBot, worker: Worker) -> None:
    qtbot.waitUntil(lambda: worker.is_idle, timeout=5000)


def test_a_result_comes_once_on_the_screens_thread(qtbot: QtBot, worker: Worker) -> None:
    came: list[tuple[Any, int]] = []
    where: list[int] = []

    async def work(_emit: Emit) -> str:
        where.append(threading.get_ident())
        return "done"

    assert worker.start("check", work, done=lambda value: came.append((value, threading.get_ident())))
    assert worker.is_running("check")
    wait(qtbot, worker)
    assert came == [("done", threading.get_ident())]
    assert where != [threading.get_ident()]
    assert not worker.is_running("check")


def test_events_come_in_batches_in_order_and_before_the_result(qtbot: QtBot, worker: Worker) -> None:
    batches: list[tuple[Any, ...]] = []
    order: list[str] = []

    async def work(emit: Emit) -> None:
        for number in range(10_000):
            emit(number)

    def took(batch: tuple[Any, ...]) -> None:
        batches.append(batch)
        order.append("events")

    worker.start("run", work, done=lambda _value: order.append("done"), events=took)
    wait(qtbot, worker)
    assert [number for batch in batches for number in batch] == list(range(10_000))
    assert len(batches) < 20, "events must not come one by one"
    assert order[-1] == "done"


def test_the_newer_one_in_a_slot_cancels_the_older(qtbot: QtBot, worker: Worker) -> None:
    heard: list[str] = []
    began, cancelled = threading.Event(), threading.Event()

    async def older(emit: Emit) -> str:
        emit("old event")
        began.set()
        try:
            await anyio.sleep(30)
        finally:
            cancelled.set()
        return "old"

    async def newer(_emit: Emit) -> str:
        return "new"

    worker.start(
        "preview", older, done=heard.append, failed=lambda e: heard.append(messages.title(e)), events=heard.extend
    )
    assert began.wait(5)
    worker.start("preview", newer, done=heard.append)
    wait(qtbot, worker)
    assert cancelled.is_set()
    assert heard == ["new"]


def test_a_result_that_is_ready_is_not_delivered_once_its_slot_was_taken(qtbot: QtBot, worker: Worker) -> None:
    heard: list[str] = []
    ready = threading.Event()

    async def quick(_emit: Emit) -> str:
        ready.set()
        return "old"

    async def newer(_emit: Emit) -> str:
        return "new"

    worker.start("preview", quick, done=heard.append)
    assert ready.wait(5)
    time.sleep(0.02)
    worker.start("preview", newer, done=heard.append)
    wait(qtbot, worker)
    assert heard == ["new"]


def test_slots_do_not_know_each_other(qtbot: QtBot, worker: Worker) -> None:
    heard: list[str] = []

    def named(name: str) -> Any:
        async def work(_emit: Emit) -> str:
            await anyio.sleep(0.01)
            return name

        return work

    for name in ("preview", "log", "check"):
        worker.start(name, named(name), done=heard.append)
    wait(qtbot, worker)
    assert sorted(heard) == ["check", "log", "preview"]


def test_a_run_is_never_pre_empted_but_may_be_cancelled(qtbot: QtBot, worker: Worker) -> None:
    heard: list[Any] = []
    gate = threading.Event()

    async def first(_emit: Emit) -> str:
        await anyio.to_thread.run_sync(gate.wait)
        return "first"

    async def second(_emit: Emit) -> str:
        return "second"

    assert worker.start("run", first, done=heard.append)
    assert not worker.start("run", second, done=heard.append)
    gate.set()
    wait(qtbot, worker)
    assert heard == ["first"]
    assert worker.start("run", second, done=heard.append)
    worker.cancel("run")
    wait(qtbot, worker)
    assert heard == ["first"]


def test_a_wizard_error_arrives_as_it_is(qtbot: QtBot, worker: Worker) -> None:
    came: list[WizardError] = []
    error = NoAccess("AWS did not answer within 30 seconds", "Nothing was changed.")

    async def alone(_emit: Emit) -> None:
        raise error

    async def in_a_group(_emit: Emit) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep, 30)
            raise error

    worker.start("check", alone, failed=came.append)
    worker.start("read", in_a_group, failed=came.append)
    wait(qtbot, worker)
    assert came == [error, error]


def test_what_nobody_expected_is_logged_and_told_without_a_trace(
    qtbot: QtBot, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    came: list[WizardError] = []

    async def broken(_emit: Emit) -> None:
        raise KeyError("inner detail")

    with caplog.at_level(logging.ERROR):
        worker.start("check", broken, failed=came.append)
        wait(qtbot, worker)
    assert [messages.title(error) for error in came] == [UNEXPECTED_TITLE]
    assert "inner detail" not in str(came[0])
    assert "inner detail" in caplog.text


def test_the_screen_stays_alive_while_a_blocking_thing_runs(qtbot: QtBot, worker: Worker) -> None:
    """A keyring may wait for a person: the loop goes on, and so does the screen."""
    release = threading.Event()
    heard: list[str] = []

    async def blocking(_emit: Emit) -> str:
        await anyio.to_thread.run_sync(release.wait, abandon_on_cancel=True)
        return "unlocked"

    async def other(_emit: Emit) -> str:
        return "other"

    worker.start("keyring", blocking, done=heard.append)
    worker.start("check", other, done=heard.append)
    qtbot.waitUntil(lambda: heard == ["other"], timeout=5000)
    release.set()
    wait(qtbot, worker)
    assert heard == ["other", "unlocked"]


def test_cancelled_work_may_tidy_up_and_idle_waits_for_it(qtbot: QtBot, worker: Worker) -> None:
    began, tidied = threading.Event(), threading.Event()

    async def work(_emit: Emit) -> None:
        began.set()
        try:
            await anyio.sleep(30)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.05)
                tidied.set()

    worker.start("run", work)
    assert began.wait(5)
    worker.cancel("run")
    assert not worker.is_running("run")
    with qtbot.waitSignal(worker.idle, timeout=5000):
        assert not worker.is_idle
    assert tidied.is_set()


def test_call_runs_on_the_background_thread(qtbot: QtBot, worker: Worker) -> None:
    where: list[int] = []
    worker.call(lambda: where.append(threading.get_ident()))
    qtbot.waitUntil(lambda: bool(where), timeout=5000)
    assert where != [threading.get_ident()]


def test_asking_does_not_wait_until_the_thread_has_begun_and_keeps_the_order(qtbot: QtBot) -> None:
    """The thread imports its loop, tens of milliseconds that the first window does not have."""
    release, order = threading.Event(), []

    class Late(Worker):
        waited_in_vain = False

        def _live(self) -> None:
            self.waited_in_vain = not release.wait(5)
            super()._live()

    worker = Late()
    worker.call(lambda: order.append("first"))
    worker.call(lambda: order.append("second"))
    assert not worker.waited_in_vain
    release.set()
    qtbot.waitUntil(lambda: order == ["first", "second"], timeout=5000)
    assert worker.close(5.0)


def test_close_before_the_thread_has_begun_ends_it(qtbot: QtBot) -> None:
    release = threading.Event()

    class Late(Worker):
        def _live(self) -> None:
            release.wait(5)
            super()._live()

    async def work(_emit: Emit) -> str:
        return "done"

    heard: list[Any] = []
    worker = Late()
    worker.start("check", work, done=heard.append)
    assert not worker.close(0)
    release.set()
    assert worker.close(5.0)
    qtbot.wait(80)
    assert heard == []


def test_close_cancels_everything_and_delivers_nothing(qtbot: QtBot, app: object) -> None:
    worker = Worker()
    heard: list[Any] = []
    ended, began = threading.Event(), threading.Semaphore(0)

    async def work(emit: Emit) -> None:
        emit("event")
        began.release()
        try:
            await anyio.sleep(30)
        finally:
            ended.set()

    for slot in ("run", "log"):
        worker.start(slot, work, done=heard.append, failed=heard.append, events=heard.append)
    assert began.acquire(timeout=5)
    assert began.acquire(timeout=5)
    assert worker.close(5.0)
    assert ended.is_set()
    qtbot.wait(80)
    assert heard == []
    assert not worker.start("check", work)


def test_close_is_bounded(app: object) -> None:
    worker = Worker()
    release = threading.Event()
    began = threading.Event()

    async def stubborn(_emit: Emit) -> None:
        began.set()
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(release.wait)

    worker.start("run", stubborn)
    assert began.wait(5)
    assert not worker.close(0.05)
    release.set()
    assert worker.close(5.0)


def test_a_broken_callback_does_not_lose_the_others(qtbot: QtBot, worker: Worker) -> None:
    heard: list[str] = []

    async def work(_emit: Emit) -> str:
        return "value"

    def broken(_value: Any) -> None:
        raise RuntimeError("a page is broken")

    with qtbot.captureExceptions() as caught:
        worker.start("check", work, done=broken)
        worker.start("log", work, done=heard.append)
        wait(qtbot, worker)
    assert len(caught) == 1
    assert heard == ["value"]
