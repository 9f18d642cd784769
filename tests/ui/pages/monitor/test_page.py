"""The Monitor page over a journal that real runs have written."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.company import Company
from tests.sandbox_process import SandboxHandle
from tests.ui.audit import audit
from tests.ui.pages.provisioned import WAIT, company_context, planned
from tests.ui.pages.stand import home_at
from wizard import messages
from wizard.errors import WizardError, recorded
from wizard.flow.runs import history
from wizard.flow.runs.health import Finding
from wizard.flow.runs.journal import open_journal
from wizard.flow.runs.plan import Prepared
from wizard.flow.runs.run import Applied, apply_plan
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.events import RunControl
from wizard.provisioning.retry_later import Quarantine, add_failure
from wizard.storage.health.rotations import Rotations
from wizard.storage.jobs import JobStore
from wizard.storage.log_pages import RunRecord
from wizard.ui.page import PageContext
from wizard.ui.pages.monitor.health_card import bars_of
from wizard.ui.pages.monitor.page import MonitorPage
from wizard.ui.pages.preview.page import PreviewPage
from wizard.ui.pages.shared.log_panel import LISTED_RUNS, LogPanel
from wizard.ui.tasks import Slot


def run_once(context: PageContext, qtbot: QtBot) -> None:
    planned(context, qtbot)
    found = context.session.found
    prepared = Prepared(found.plan, found.planned_from, found.plan_requests)
    done: list[Applied] = []
    job = context.session.draft
    context.tasks.run(
        Slot.RUN,
        lambda services, emit: apply_plan(services, job, prepared, emit, frozenset(), RunControl()),
        on_done=done.append,
        on_error=lambda error: done.append(error),
    )
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT)
    found.report, found.run_id = done[0].report, done[0].run_id


def put_off(context: PageContext, qtbot: QtBot) -> Quarantine:
    """Two scripts were refused."""
    job, now = context.session.draft, datetime.now(UTC)
    why = "AWS does not accept the access token"
    quarantine = add_failure(None, "access-refused", recorded(why), now, "a")
    quarantine = add_failure(quarantine, "access-refused", recorded(why), now, "a")
    done: list[object] = []

    async def put(services: Services, _emit: object) -> None:
        async with open_journal(services, job) as journal:
            journal.set_quarantine(quarantine)

    context.tasks.run(Slot.JOB_SAVE, put, on_done=lambda _nothing: done.append(1), on_error=done.append)
    qtbot.waitUntil(lambda: done == [1], timeout=WAIT)
    return quarantine


def broken_title(made: Company, folder: Path) -> None:
    """Give one person a title that AWS would refuse."""
    made.people[2]["jobTitle"] = "Lead: arrays"
    made.write(folder)


def shown(context: PageContext, qtbot: QtBot) -> MonitorPage:
    page = MonitorPage(context)
    qtbot.addWidget(page)
    page.resize(888, 695)
    page.show()
    page.enter()
    qtbot.waitUntil(
        lambda: bool(page.health.title) and not context.tasks.is_running(Slot.LOG_COUNTS), timeout=WAIT
    )
    qtbot.waitUntil(lambda: page.log.model.is_known, timeout=WAIT)
    return page


def labels(page: MonitorPage, qtbot: QtBot, count: int) -> list[str]:
    model = page.log.view.model()
    qtbot.waitUntil(lambda: model.rowCount() == count, timeout=WAIT)
    qtbot.waitUntil(lambda: all(page.log.model.row(row) is not None for row in range(count)), timeout=WAIT)
    return [model.index(row, 3).data() for row in range(count)]


def test_before_the_first_run_it_says_what_to_do(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    assert page.health.code == "never-run"
    assert page.log.view.behavior.empty.isVisible()
    assert page.log.view.behavior.empty.isVisible()
    assert not page.health.chart.isVisible()
    page.findChild(QPushButton, "remedy").click()
    assert context.navigator.current.id == "preview"


def test_after_a_run_it_tells_health_facts_and_log(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        run_once(context, qtbot)
        page = shown(context, qtbot)
        assert page.health.code == "healthy"
        assert [page.health.fact(fact) for fact in ("people", "groups", "foreign")] == ["8", "2", "0"]
        assert len(labels(page, qtbot, 10)) == 10
        assert "90" not in page.status(), "it is for this session only"
        context.session.saved_at = 1.0
        assert "90" in page.status()
        assert audit(page) == []


def test_a_failure_shows_its_steps_its_cause_and_what_to_do(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        broken_title(made, tmp_path)
        run_once(context, qtbot)
        page = shown(context, qtbot)
        assert page.health.code == "objects-failed"
        page.findChild(QPushButton, "showCauses").click()
        assert labels(page, qtbot, 1) == ["Person 00002"]
        page.log.view.selectRow(0)
        row = page.log.detail.row
        assert row is not None
        assert "colon" in messages.advice(row)
        states = {
            row.objectName(): row.state for row in page.log.detail.findChildren(object) if hasattr(row, "state")
        }
        assert states["logStep.import"] == "ok"
        assert states["logStep.processing"] == "bad"
        assert page.findChild(QPushButton, "provisionAgain") is None, "trying again does not help"
        page.findChild(QPushButton, "fixLogLine").click()
        assert context.shell.fixes[0].is_row("title")
        assert context.shell.fixes[0].source_id == made.people[2]["id"]
        page.findChild(QPushButton, "copyLogLine").click()
        assert "colon" in QGuiApplication.clipboard().text()


@pytest.mark.slow
def test_the_log_is_searched_and_filtered_by_change(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        run_once(context, qtbot)
        made.people[1]["jobTitle"] = "Optical engineer"
        made.write(tmp_path)
        context.session.drop_plan()
        run_once(context, qtbot)
        page = shown(context, qtbot)
        assert labels(page, qtbot, 1) == ["Person 00001"]
        runs = page.findChild(QComboBox, "logRun")
        assert runs.count() == 3
        runs.setCurrentIndex(2)  # all runs
        assert len(labels(page, qtbot, 11)) == 11
        actions = page.findChild(QComboBox, "logActions")
        actions.setCurrentIndex(actions.findText("Update"))
        assert labels(page, qtbot, 1) == ["Person 00001"]
        actions.setCurrentIndex(0)
        page.log.search.setText("person 00003")
        assert labels(page, qtbot, 1) == ["Person 00003"]
        page.log.view.selectRow(0)
        modified = {change.name: change.after for change in page.log.detail.row.modified}
        assert modified["userName"] == "person00003@tidewater.example"


@pytest.mark.slow
def test_a_bar_chooses_its_run_and_a_header_the_order(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        run_once(context, qtbot)
        context.session.drop_plan()
        run_once(context, qtbot)
        page = shown(context, qtbot)
        assert page.log.run_id == 2
        page.health.chart.bars.choose(0)
        assert page.log.run_id == 1
        page.log.view.sort_asked.emit(3, False)
        names = labels(page, qtbot, 10)
        assert names == sorted(names, key=str.casefold)


@pytest.mark.slow
def test_it_exports_the_visible_rows(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        run_once(context, qtbot)
        page = shown(context, qtbot)
        page.log.search.setText("person")
        labels(page, qtbot, 8)
        page.log.export_asked.emit(tmp_path / "log.json")
        qtbot.waitUntil(lambda: bool(context.shell.notices), timeout=WAIT)
        (notice,) = context.shell.notices
        assert "8" in notice
        assert "log.json" in notice
        assert len(json.loads((tmp_path / "log.json").read_text(encoding="utf-8"))) == 8


def test_running_again_shows_the_changes_first(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        run_once(context, qtbot)
        page = shown(context, qtbot)
        page.findChild(QPushButton, "runAgain").click()
        assert context.navigator.current.id == "preview"
        assert context.session.found.plan is None


@pytest.mark.slow
def test_only_those_who_failed_are_tried_again(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        broken_title(made, tmp_path)
        run_once(context, qtbot)
        page = shown(context, qtbot)
        page.findChild(QPushButton, "remedy").click()
        assert [fix.step for fix in context.shell.fixes] == ["attributes"], "only a fix helps"
        page.findChild(QPushButton, "retryFailed").click()
        preview = PreviewPage(context)
        qtbot.addWidget(preview)
        preview.enter()
        qtbot.waitUntil(lambda: preview.view.switch.choice == "refused", timeout=WAIT)
        assert len(context.session.found.plan.rejected) == 1
        made.people[2]["jobTitle"] = "Lead of arrays"
        made.people[3]["jobTitle"] = "Waits for the next run"
        made.write(tmp_path)
        page.findChild(QPushButton, "retryFailed").click()
        assert context.navigator.current.id == "preview"
        preview = PreviewPage(context)
        qtbot.addWidget(preview)
        preview.enter()
        qtbot.waitUntil(lambda: context.session.found.plan is not None, timeout=WAIT)
        plan = context.session.found.plan
        assert plan.purpose == "retry"
        assert {op.label for op in plan.changes} == {"Person 00002", "Team 000"}
        page.findChild(QPushButton, "runAgain").click()
        preview.enter()
        qtbot.waitUntil(lambda: context.session.found.plan is not None, timeout=WAIT)
        assert "Person 00003" in {op.label for op in context.session.found.plan.changes}


def test_a_certificate_that_expires_leads_to_single_sign_on(
    context: PageContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(context, qtbot)
    opened: list[str] = []
    monkeypatch.setattr(PageContext, "open_step", lambda _context, step: opened.append(step))
    page._health = Finding("sign-on-certificate-expires", "warn", "", "", "sign-on", "Open")
    page._apply_remedy(page._health)
    assert opened == ["sign-on"]


@pytest.mark.slow
def test_quarantine_is_shown_and_lifted(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        run_once(context, qtbot)
        quarantine = put_off(context, qtbot)
        page = shown(context, qtbot)
        assert page.health.code == "quarantined"
        assert context.session.standing() == "quarantined"
        assert "{" not in page.health.accessibleDescription()
        assert audit(page) == []
        page.findChild(QPushButton, "remedy").click()
        qtbot.waitUntil(lambda: page.health.code == "healthy", timeout=WAIT)
        assert context.session.standing() == ""
        assert quarantine.is_active


def test_a_second_finding_is_shown_above_the_card(
    context: PageContext, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that never ran, whose token was replaced: the reminder of the first one is not hidden by the other finding."""
    job = JobStore(home_at(tmp_path / "home")).save(replace(new_draft(), name="Staff")).job
    context.session.begin(job, job)
    Rotations(home_at(tmp_path / "home"), job.id).finish("2026-01-02")
    page = MonitorPage(context)
    qtbot.addWidget(page)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: context.tasks.is_idle, timeout=WAIT)
    assert page.health.code == "never-run"
    assert audit(page) == []
    page.findChild(QPushButton, "otherRemedy").click()
    qtbot.waitUntil(lambda: page.findChild(QPushButton, "otherRemedy") is None, timeout=WAIT)
    assert Rotations(home_at(tmp_path / "home"), job.id).read().replaced_on == ""


def test_after_the_first_few_the_run_continues_with_everyone(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        first = (made.people[0]["id"],)
        scope = replace(context.session.draft.scope, start_small=True, first_user_ids=first)
        context.session.answer(replace(context.session.draft, scope=scope))
        run_once(context, qtbot)
        assert len(sandbox.state()["users"]) == 1
        page = shown(context, qtbot)
        page.findChild(QPushButton, "goOnWithEveryone").click()
        assert not context.session.draft.scope.start_small
        assert context.navigator.current.id == "preview"


@pytest.mark.slow
def test_another_job_shows_nothing_of_the_one_before(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, _):
        run_once(context, qtbot)
        page = shown(context, qtbot)
        page.log.search.setText("person 00003")
        labels(page, qtbot, 1)
        context.session.begin()
        page.enter()
        assert not page.health.isVisible()
        qtbot.waitUntil(lambda: page.health.code == "never-run", timeout=WAIT)
        qtbot.waitUntil(lambda: page.log.model.is_known and page.log.model.total == 0, timeout=WAIT)
        assert page.log.search.text() == ""
        assert page.log.detail.row is None


def test_a_log_that_cannot_be_read_says_so_in_its_place(
    context: PageContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(context, qtbot)
    error = WizardError("keyring-locked", secret="aws-token")

    async def broken(*_asked: object) -> None:
        raise error

    monkeypatch.setattr(history, "load_log_page", broken)
    page.log.query_changed.emit()
    empty = page.log.view.behavior.empty
    qtbot.waitUntil(lambda: empty.title == messages.title(error), timeout=WAIT)


def test_failures_are_filtered_by_their_cause(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        made.people[1]["surname"] = ""
        made.people[4]["jobTitle"] = "a" * 1100
        broken_title(made, tmp_path)
        run_once(context, qtbot)
        page = shown(context, qtbot)
        page.findChild(QPushButton, "showCauses").click()
        assert len(labels(page, qtbot, 3)) == 3
        causes = page.findChild(QComboBox, "logCauses")
        qtbot.waitUntil(lambda: causes.count() == 4, timeout=WAIT)
        assert not page.log.changes.isVisible()
        place = next(at for at in range(4) if tuple(causes.itemData(at) or ())[1:2] == ("too-long",))
        causes.setCurrentIndex(place)
        assert labels(page, qtbot, 1) == ["Person 00004"]
        page.log.switch.findChild(object, "logShow.all").click()
        assert not causes.isVisible()
        assert page.log.changes.isVisible()
        assert page.log.cause is None


def test_every_status_that_can_be_shown_is_counted(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.log.show_counts({"failure": 3, "skipped": 2, "warning": 4, "success": 9})
    counts = {choice: segment.count for choice, segment in page.log.switch._segments.items()}
    assert counts == {"all": None, "failed": 3, "skipped": 2, "warnings": 4}


def test_a_new_day_lists_the_newest_runs_only(context: PageContext, qtbot: QtBot) -> None:
    panel = LogPanel(context.tasks)
    qtbot.addWidget(panel)
    began = datetime.now(UTC)
    runs = [
        RunRecord(number, (began - timedelta(minutes=40 * number)).isoformat(), "x", "done", None, {}, {})
        for number in range(3_000)
    ]
    panel.show_runs(runs)
    assert panel.runs.count() == LISTED_RUNS + 1
    assert panel.run_id == 0
    panel.runs.setCurrentIndex(LISTED_RUNS)
    assert panel.run_id is None, "all runs"


def test_two_runs_in_one_minute_are_told_apart(context: PageContext, qtbot: QtBot) -> None:
    panel = LogPanel(context.tasks)
    qtbot.addWidget(panel)
    minute = datetime.now(UTC).replace(second=10)
    times = [minute, minute.replace(second=40), minute - timedelta(hours=2)]
    runs = [RunRecord(at, time.isoformat(), "x", "done", None, {}, {}) for at, time in enumerate(times)]
    panel.show_runs(runs)
    names = [panel.runs.itemText(at) for at in range(3)]
    assert len(set(names)) == 3
    bars = bars_of(runs)
    assert len({bar.label for bar in bars}) == 3
