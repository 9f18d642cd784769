"""Provision on demand on Monitor: choice of the person, five steps, the line of the log."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.company import Company
from tests.sandbox_process import SandboxHandle
from tests.ui.audit import audit
from tests.ui.pages.provisioned import WAIT, company_context
from wizard.ui.page import PageContext
from wizard.ui.pages.monitor.page import MonitorPage
from wizard.ui.tasks import Slot

ALL_WELL = ["ok", "ok", "ok", "ok", "ok"]


def opened(context: PageContext, qtbot: QtBot) -> MonitorPage:
    page = MonitorPage(context)
    qtbot.addWidget(page)
    page.resize(888, 695)
    page.show()
    page.enter()
    page.findChild(QPushButton, "provisionOne").click()
    qtbot.waitUntil(lambda: page.on_demand.picker.count > 0, timeout=WAIT)
    return page


def provision(page: MonitorPage, qtbot: QtBot) -> list[str]:
    page.on_demand.start.click()
    qtbot.waitUntil(lambda: not page.context.tasks.is_running(Slot.ONE_CHANGE), timeout=WAIT)
    if page.on_demand.effect.isVisible():
        page.findChild(QPushButton, "provisionNow").click()
    last = page.on_demand.lines["act"]
    qtbot.waitUntil(
        lambda: bool(last.detail) and not page.context.tasks.is_running(Slot.PROVISION_ONE), timeout=WAIT
    )
    return [row.state for row in page.on_demand.lines.values()]


def nobody_above(made: Company, folder: Path) -> None:
    for row in made.people:
        row["manager"] = ""
    made.write(folder)


def test_one_person_and_then_nothing_more(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        nobody_above(made, tmp_path)
        page = opened(context, qtbot)
        assert not page.log.isVisible()
        page.on_demand.picker.step(2)
        assert provision(page, qtbot) == ALL_WELL
        assert page.on_demand.lines["act"].detail == "Created in AWS"
        assert page.on_demand.log_line.row.label == "Person 00002"
        assert [user["displayName"] for user in sandbox.state()["users"]] == ["Person 00002"]
        assert audit(page) == []
        assert provision(page, qtbot) == [*ALL_WELL[:4], "untried"]
        assert page.on_demand.lines["act"].detail == "Already up to date"
        page.on_demand.picker.step(1)
        assert {row.state for row in page.on_demand.lines.values()} == {"untried"}
        page.on_demand.back.click()
        assert page.log.isVisible()
        qtbot.waitUntil(lambda: page.log.model.is_known and page.log.model.total == 1, timeout=WAIT)
        assert page.health.code == "never-run"


def test_a_group_and_a_refusal(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        made.people[0]["surname"] = ""
        nobody_above(made, tmp_path)
        page = opened(context, qtbot)
        assert provision(page, qtbot) == [*ALL_WELL[:4], "bad"]
        assert page.on_demand.log_line.row.status == "failure"
        page.on_demand.switch.choose("group")
        page.on_demand.switch.chosen.emit("group")
        assert page.on_demand.kind == "group"
        assert provision(page, qtbot)[4] in ("ok", "warn")
        assert len(sandbox.state()["groups"]) == 1


def test_each_step_tells_what_it_found(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        nobody_above(made, tmp_path)
        page = opened(context, qtbot)
        provision(page, qtbot)
        assert page.on_demand.log_line.isVisible()
        page.on_demand.lines["import"].click()
        assert page.on_demand.detail.isVisible()
        result = page.on_demand.detail.result
        assert ("displayName", "Person 00000") in result.details
        page.on_demand.lines["scope"].click()
        assert "everyone in the directory" in page.on_demand.detail.result.details[0][1]


def test_what_it_would_take_away_is_shown_first(tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        nobody_above(made, tmp_path)
        page = opened(context, qtbot)
        provision(page, qtbot)
        assert [user["active"] for user in sandbox.state()["users"]] == [True]
        scope = replace(context.session.draft.scope, everyone=False, user_ids=("another",))
        context.session.answer(replace(context.session.draft, scope=scope))
        page.on_demand.start.click()
        act = page.findChild(QPushButton, "provisionNow")
        qtbot.waitUntil(act.isVisible, timeout=WAIT)
        assert [user["active"] for user in sandbox.state()["users"]] == [True], "nothing is written before"
        assert page.on_demand.effect.change.takes_access
        assert act.property("kind") == "danger"
        assert "Person 00000" in act.text()
        assert audit(page) == []
        act.click()
        assert context.session.running
        qtbot.waitUntil(lambda: not context.session.running, timeout=WAIT)
        assert [user["active"] for user in sandbox.state()["users"]] == [False]
        assert not act.isVisible()


def test_another_person_drops_the_change_that_was_shown(
    tmp_path: Path, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    with company_context(tmp_path, sandbox, qtbot) as (context, made):
        nobody_above(made, tmp_path)
        page = opened(context, qtbot)
        page.on_demand.start.click()
        page.on_demand.picker.step(1)
        assert not context.tasks.is_running(Slot.ONE_CHANGE)
        page.on_demand.start.click()
        qtbot.waitUntil(page.on_demand.effect.isVisible, timeout=WAIT)
        page.on_demand.picker.step(1)
        assert not page.on_demand.effect.isVisible()
        assert sandbox.state()["users"] == []
