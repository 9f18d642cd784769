"""The Run page over a real sandbox: it starts, pauses, stops, counts, and tells what came of it."""

import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from tests.sandbox_process import SandboxHandle, running_sandbox
from tests.ui.audit import audit
from tests.ui.pages.provisioned import WAIT, company_context, plan_with, planned
from tests.work import counted_calls
from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.run import PlanOutdated
from wizard.flow.services import Services
from wizard.flow.steps.fix import Fix
from wizard.progress import RequestMade
from wizard.provisioning.change import Change
from wizard.provisioning.plan import Rejected
from wizard.provisioning.report import rejected_row
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home
from wizard.ui.page import PageContext
from wizard.ui.pages.run import page as run
from wizard.ui.pages.run.log import RunLog
from wizard.ui.pages.run.page import RunPage
from wizard.ui.pages.run.tally import LogLine, count_kinds
from wizard.ui.tasks import Slot
from wizard.ui.widgets.tables.log_table import LogView


def begun(context: PageContext, qtbot: QtBot) -> RunPage:
    planned(context, qtbot)
    context.navigator.go_to_preview()
    assert context.navigator.next()
    page = RunPage(context)
    qtbot.addWidget(page)
    page.resize(888, 695)
    page.show()
    page.enter()
    return page


def ended(context: PageContext, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: context.session.found.report is not None, timeout=WAIT)


@pytest.mark.slow
def test_a_run_from_beginning_to_end(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = begun(context, qtbot)
        assert context.session.running
        ended(context, qtbot)
        assert not context.session.running
        assert context.session.found.run_id == 1
        assert len(sandbox.state()["users"]) == 8
        bar = page.findChild(QProgressBar, "runProgress")
        assert (bar.value(), bar.maximum()) == (10, 10)
        assert page.panel.strip.number("created") == 10
        assert page.panel.strip.number("failed") == 0
        message = page.findChild(object, "runMessage")
        assert re.findall(r"\d+", message.text) == ["8", "2", "8"]  # people, groups, memberships
        assert not page.log.view.follow.isVisible()
        assert not page.pause.isVisible()
        assert not page.stop.isVisible()
        assert audit(page) == []


def test_the_page_is_visible_before_the_run_begins(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = begun(context, qtbot)
        assert context.session.running
        assert not context.tasks.is_running(Slot.RUN), "first the page is painted"
        assert page.panel.bar.maximum() == 10, "and says how much there is to do"
        qtbot.waitUntil(lambda: context.tasks.is_running(Slot.RUN), timeout=WAIT)
        ended(context, qtbot)


def test_stopped_before_it_began_it_changes_nothing(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = begun(context, qtbot)
        page.stop.click()
        ended(context, qtbot)
        assert context.session.found.report.ending == "cancelled"
        assert sandbox.state()["users"] == []


def test_a_window_that_closes_at_once_begins_no_run(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        begun(context, qtbot)
        assert context.tasks.close()
        qtbot.waitUntil(lambda: not context.session.running, timeout=WAIT)
        assert sandbox.state()["users"] == []


def test_a_large_plan_is_counted_away_from_the_screen(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def heard(changes: Iterable[Change]) -> Counter[str]:
        threads.append(threading.current_thread().name)
        return count_kinds(changes)

    monkeypatch.setattr(run, "count_kinds", heard)
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = begun(context, qtbot)
        ended(context, qtbot)
        assert threads == ["wizard-worker"]
        assert page._tally.kinds == (("People", 8, 8), ("Groups", 2, 2))


def test_numbers_and_log_are_never_shown_at_once(
    context: PageContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, shown = RunPage(context), []
    qtbot.addWidget(page)
    monkeypatch.setattr(page, "_show_numbers", lambda: shown.append("numbers"))
    monkeypatch.setattr(page, "_show_share", lambda: shown.append("rail"))
    monkeypatch.setattr(page.log, "show_new", lambda *, flood: shown.append(f"log {flood}"))
    turns = []
    for _ in range(4):
        page._show_in_turn()
        turns.append(tuple(shown))
        shown.clear()
    assert turns == [("numbers",), ("log True",), ("numbers",), ("log False", "rail")]


def test_a_flood_of_lines_is_shown_once_a_second_a_few_at_once(context: PageContext, qtbot: QtBot) -> None:
    log = RunLog(context.tasks)
    qtbot.addWidget(log)
    log.resize(800, 500)
    log.show()
    line = LogLine("2026-11-23T14:33:45.000+00:00", "user", "Ana", "update", "success", "title", 140)
    log.add([line] * 3)
    log.show_new(flood=False)
    assert log.model.total == 3
    log.add([line] * 100)
    log.show_new(flood=False)
    assert log.model.total == 3, "more than the table has rows"
    log.show_new(flood=True)
    assert log.model.total == 103


@pytest.mark.slow
def test_the_log_has_a_line_for_each_result_the_newest_first(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = begun(context, qtbot)
        ended(context, qtbot)
        log = page.findChild(LogView, "log")
        model = log.model()
        assert model.rowCount() == 10
        times = [page.log.model.row(row).time for row in range(10)]
        assert times == sorted(times, reverse=True)
        assert {model.index(row, 1).data() for row in range(10)} == {"Done"}
        page.log.search.setText("person 00004")
        qtbot.waitUntil(lambda: model.rowCount() == 1)
        page.log.search.clear()
        page.log.switch.findChild(object, "logShow.failed").click()
        assert model.rowCount() == 0
        assert log.behavior.empty.isVisible()


def test_it_does_not_run_the_same_plan_twice(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        page = begun(context, qtbot)
        page.enter()
        ended(context, qtbot)
        page.enter()
        assert not context.tasks.is_running(Slot.RUN)
        assert context.session.found.run_id == 1


@pytest.mark.slow
def test_pause_holds_everything_and_going_on_finishes_it(
    tmp_path: Path, slow_sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, slow_sandbox, qtbot, people=40) as (context, _):
        page = begun(context, qtbot)
        pause = page.findChild(QPushButton, "pause")
        qtbot.waitUntil(lambda: len(page.log.lines) >= 5, timeout=WAIT)
        pause.click()
        assert page.findChild(object, "pausedMessage") is not None
        qtbot.wait(1800)  # what was handed out finishes, at its pace
        held = len(page.log.lines)
        qtbot.wait(600)
        assert len(page.log.lines) == held < 42
        pause.click()
        assert (
            page.findChild(object, "pausedMessage") is None
            or not page.findChild(object, "pausedMessage").isVisible()
        )
        ended(context, qtbot)
        assert context.session.found.report.users.created == 40


@pytest.mark.slow
def test_stop_ends_at_once_and_the_report_is_whole(
    tmp_path: Path, slow_sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, slow_sandbox, qtbot, people=60) as (context, _):
        page = begun(context, qtbot)
        qtbot.waitUntil(lambda: len(page.log.lines) >= 5, timeout=WAIT)
        page.findChild(QPushButton, "cancel").click()
        ended(context, qtbot)
        report = context.session.found.report
        assert report.ending == "cancelled"
        assert report.users.created + report.users.skipped == 60
        assert report.users.created == len(slow_sandbox.state()["users"])
        assert page.findChild(QProgressBar, "runProgress").value() == report.users.created
        assert page.panel.strip.number("skipped") == report.users.skipped + report.groups.skipped


@pytest.mark.slow
def test_a_window_closed_in_the_middle_leaves_the_whole_run_in_the_history(
    tmp_path: Path, slow_sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, slow_sandbox, qtbot, people=60, saved=True) as (context, _):
        page = begun(context, qtbot)
        qtbot.waitUntil(lambda: len(page.log.lines) >= 5, timeout=WAIT)
        assert context.tasks.close()
        job_id = context.session.draft.id
    with closing(LogReader(Home(tmp_path / "home"), job_id)) as reader:
        (run,) = reader.runs()
        assert (run.ending, reader.open_count()) == ("cancelled", 0)
        assert run.counts["users"]["created"] == len(slow_sandbox.state()["users"]) > 0
        assert run.counts["users"]["created"] + run.counts["users"]["skipped"] == 60
    with company_context(tmp_path, slow_sandbox, qtbot, people=60) as (context, _):
        job, kept = replace(context.session.draft, id=job_id), []

        async def keep(services: Services, _emit: object) -> None:
            await store_token(services, job, slow_sandbox.token, session_only=True)

        context.tasks.run(Slot.TOKEN_SAVE, keep, on_done=lambda _: kept.append(1), on_error=kept.append)
        qtbot.waitUntil(lambda: kept == [1], timeout=WAIT)
        context.session.begin(job)
        begun(context, qtbot)
        ended(context, qtbot)
        assert context.session.found.report.users.created == 60 - run.counts["users"]["created"]
    names = [user["userName"] for user in slow_sandbox.state()["users"]]
    assert len(names) == len(set(names)) == 60


@pytest.mark.slow
def test_the_target_dies_in_the_middle_and_the_window_lives(tmp_path: Path, qtbot: QtBot) -> None:
    with (
        running_sandbox("--latency-ms", "80") as mortal,
        company_context(tmp_path, mortal, qtbot, people=60) as (context, _),
    ):
        page = begun(context, qtbot)
        qtbot.waitUntil(lambda: len(page.log.lines) >= 5, timeout=WAIT)
        mortal.process.kill()
        qtbot.waitUntil(lambda: context.session.found.report is not None, timeout=60_000)
        report = context.session.found.report
        assert report.users.created + report.users.skipped + report.users.failed == 60
        assert report.users.created >= 4
        message = page.findChild(object, "runMessage")
        assert message.title
        assert message.text
        assert not context.session.running


def test_what_keeps_a_run_from_beginning_leads_back(context: PageContext, qtbot: QtBot) -> None:
    context.session.take_plan(plan_with(), DirectorySnapshot(()))
    page = RunPage(context)
    qtbot.addWidget(page)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: not context.session.running, timeout=WAIT)
    message = page.findChild(object, "runMessage")
    assert message.title
    assert message.text
    page.findChild(QPushButton, "backToPreview").click()
    assert context.navigator.current.id == "preview"


def test_a_plan_outdated_by_another_run_is_made_again(context: PageContext, qtbot: QtBot) -> None:
    context.session.take_plan(plan_with(), DirectorySnapshot(()))
    page = RunPage(context)
    qtbot.addWidget(page)
    page.show()
    assert not context.session.plan_is_stale()
    page._failed(PlanOutdated())
    assert context.session.plan_is_stale()
    assert page.findChild(QPushButton, "runTryAgain") is None
    page.findChild(QPushButton, "backToPreview").click()
    assert context.navigator.current.id == "preview"


def test_a_hundred_thousand_lines_hold_nobody_up(context: PageContext, qtbot: QtBot) -> None:
    log = RunLog(context.tasks)
    qtbot.addWidget(log)
    log.resize(800, 500)
    log.show()
    lines = [
        LogLine("2026-11-23T14:33:45.000+00:00", "user", f"Person {number}", "update", "success", "title", 140)
        for number in range(100_000)
    ]
    with counted_calls() as adding:
        for start in range(0, 100_000, 4_000):
            log.add(lines[start : start + 4_000])
        log.view.viewport().repaint()
    assert adding.calls < 3 * 100_000
    with counted_calls() as searching:
        log.search.setText("person 99999")
        log.apply_filter()
    assert searching.calls < 6 * 100_000
    assert log.model.rowCount() == 1


@pytest.mark.slow
def test_a_lost_connection_is_shown_while_it_is_retried_and_stop_ends_the_run(
    tmp_path: Path, qtbot: QtBot
) -> None:
    with (
        running_sandbox("--latency-ms", "80") as mortal,
        company_context(tmp_path, mortal, qtbot, people=60) as (context, _),
    ):
        page = begun(context, qtbot)
        qtbot.waitUntil(lambda: len(page.log.lines) >= 5, timeout=WAIT)
        mortal.process.send_signal(signal.SIGSTOP)  # it accepts connections and answers nothing
        try:
            page._events((RequestMade("POST /Users", 0, 0.1, left_seconds=30.0),))
            qtbot.waitUntil(lambda: page.findChild(object, "connectionMessage") is not None, timeout=WAIT)
            assert context.session.found.report is None, "the run continues"
            assert audit(page) == []
            page.findChild(QPushButton, "cancel").click()
            ended(context, qtbot)
        finally:
            mortal.process.send_signal(signal.SIGCONT)
        assert page.findChild(object, "connectionMessage") is None
        assert context.session.found.report.ending == "cancelled"


def test_an_answer_takes_the_lost_connection_away(context: PageContext, qtbot: QtBot) -> None:
    page = RunPage(context)
    qtbot.addWidget(page)
    page.show()
    page._events((RequestMade("GET /Users", 0, 0.1, left_seconds=30.0),))
    qtbot.waitUntil(lambda: page._contact.is_lost(time.monotonic()), timeout=WAIT)
    page._show_in_turn()
    assert page.findChild(object, "connectionMessage") is not None
    page._events((RequestMade("GET /Users", 200, 0.1),))
    page._show_in_turn()
    assert page.findChild(object, "connectionMessage") is None


def test_a_failed_line_leads_to_its_fix_once_the_run_is_over(context: PageContext, qtbot: QtBot) -> None:
    log = RunLog(context.tasks)
    qtbot.addWidget(log)
    log.resize(800, 500)
    log.show()
    fixes: list[Fix] = []
    log.reason.fix_asked.connect(fixes.append)
    rejected = Rejected(
        "user", "7", "Ana", "too-long", "title", Message("too-long", path="title", length=9, limit=8)
    )
    log.add([LogLine.of(rejected_row(rejected))])
    log.show_all()
    log.view.selectRow(0)
    assert log.reason.isVisible()
    assert not log.reason.fix.isVisible(), "while it runs the page stays"
    log.end()
    log.reason.fix.click()
    log.view.row_opened.emit(log.lines.at(0))
    assert fixes == [Fix("attributes", attribute="title", source_id="7")] * 2
    log.clear()
    assert not log.reason.isVisible()


def test_a_run_without_changes_does_not_claim_to_have_written(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        for person in made.people:
            person["surname"] = ""
        made.write(tmp_path)
        scope = replace(context.session.draft.scope, groups=False)
        context.session.answer(replace(context.session.draft, scope=scope))
        page = begun(context, qtbot)
        ended(context, qtbot)
        assert context.session.found.report.users.failed == 8
        assert page.panel.phases.states["write"] == "skipped"
        assert page.findChild(QPushButton, "showFailed") is not None
        page.findChild(QPushButton, "showFailed").click()
        assert page.log.reason.isVisible()
