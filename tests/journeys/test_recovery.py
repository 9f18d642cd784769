"""Each failure and its way out: the fix of a refusal, a lost file, a refused token, a lost connection, one person first."""

import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget

from tests.company import Company, company
from tests.journeys.conftest import PEOPLE
from tests.journeys.window import Journey
from tests.sandbox_process import SandboxHandle
from wizard.flow.steps.fix import fix_of
from wizard.progress import RequestMade
from wizard.provisioning.plan import Rejected
from wizard.ui.pages.attributes.page import AttributesPage
from wizard.ui.pages.monitor.page import MonitorPage
from wizard.ui.pages.preview.page import PreviewPage
from wizard.ui.pages.run.page import RunPage
from wizard.ui.tasks import Slot
from wizard.ui.widgets.fields import SearchField

pytestmark = pytest.mark.slow


@pytest.fixture
def staff(journey: Journey) -> Company:
    """The job's people and groups: all of them are in scope."""
    journey.press("step.scope")
    journey.until(lambda: journey.session.found.snapshot is not None, "the directory")
    scope = replace(journey.session.draft.scope, start_small=False)
    journey.page.answer(replace(journey.session.draft, scope=scope))
    journey.until_done(Slot.SCOPE_COUNT)
    return company(PEOPLE, 2, PEOPLE)


def folder(journey: Journey) -> Path:
    return journey.job_file.parents[2]


def reviewed(journey: Journey) -> PreviewPage:
    """Go to Preview and wait for the plan."""
    journey.press("step.preview")
    journey.until(lambda: journey.session.found.plan is not None, "the plan")
    journey.until(lambda: preview(journey).view.isVisible(), "the plan to be shown")
    return preview(journey)


def preview(journey: Journey) -> PreviewPage:
    page = journey.page
    assert isinstance(page, PreviewPage)
    return page


def ran(journey: Journey) -> RunPage:
    """Run what Preview shows."""
    reviewed(journey)
    journey.go_on("run")
    journey.until(lambda: journey.session.found.report is not None, "the run")
    page = journey.page
    assert isinstance(page, RunPage)
    return page


def attributes(journey: Journey) -> AttributesPage:
    page = journey.page
    assert isinstance(page, AttributesPage)
    return page


def rejected(journey: Journey) -> tuple[Rejected, ...]:
    plan = journey.session.found.plan
    assert plan is not None
    return plan.rejected


def fix_buttons(place: QWidget) -> list[QAbstractButton]:
    buttons = place.findChildren(QAbstractButton)
    return [button for button in buttons if button.objectName().startswith("fixTrouble.title")]


def monitor(journey: Journey) -> MonitorPage:
    page = journey.page
    assert isinstance(page, MonitorPage)
    journey.until(lambda: bool(page.health.title) and page.log.model.is_known, "the history")
    journey.until_done(Slot.HISTORY, Slot.LOG_COUNTS)
    return page


def one_refused(journey: Journey, staff: Company) -> str:
    """A person whose title AWS would refuse; returns the source id."""
    staff.person(3)["jobTitle"] = "Lead: arrays"
    staff.write(folder(journey))
    return staff.person(3)["id"]


def test_a_refused_person_leads_to_the_mapping_and_back(journey: Journey, staff: Company) -> None:
    source_id = one_refused(journey, staff)
    reviewed(journey)
    journey.until(lambda: journey.page.findChild(QAbstractButton, f"fix.{source_id}") is not None, "the fix")
    journey.press(f"fix.{source_id}")
    page = attributes(journey)
    journey.until(lambda: page.picker.person is not None and page.picker.person.id == source_id, "the person")
    assert page.editor.mapping is not None
    assert page.editor.mapping.target == "title"
    journey.press("back")
    assert journey.at("preview")
    assert journey.session.found.plan is not None, "nothing was read again"


def test_a_fix_with_one_click_lets_the_person_through(journey: Journey, staff: Company) -> None:
    source_id = one_refused(journey, staff)
    page = reviewed(journey)
    assert [one.source_id for one in rejected(journey)] == [source_id]
    journey.until(lambda: journey.page.findChild(QAbstractButton, f"fix.{source_id}") is not None, "the fix")
    journey.press(f"fix.{source_id}")
    problems = attributes(journey).problems
    journey.until(lambda: bool(fix_buttons(problems)), "the one-click fix")
    journey.until(lambda: fix_buttons(problems)[0].isVisible(), "it to be shown")
    journey.press(fix_buttons(problems)[0].objectName())
    journey.until_done(Slot.MAPPING_PROBLEMS)
    page = reviewed(journey)
    assert page.view.isVisible()
    assert rejected(journey) == ()


def test_a_failed_line_of_the_run_leads_to_the_mapping_and_back(journey: Journey, staff: Company) -> None:
    one_refused(journey, staff)
    page = ran(journey)
    journey.press("showFailed")
    assert page.log.reason.isVisible()
    journey.press("runReasonFix")
    assert journey.at("attributes")
    journey.press("back")
    assert journey.at("run")
    assert journey.window.footer.primary.isEnabled(), "the report is still there"
    journey.go_on("monitor")


def test_monitor_offers_the_fix_first_where_trying_again_does_not_help(journey: Journey, staff: Company) -> None:
    source_id = one_refused(journey, staff)
    ran(journey)
    journey.go_on("monitor")
    page = monitor(journey)
    journey.press("remedy")
    assert journey.at("attributes")
    journey.press("back")
    assert journey.at("monitor")
    page = monitor(journey)
    journey.press("showCauses")
    journey.until(lambda: page.log.model.total == 1 and page.log.model.row(0) is not None, "the failed line")
    page.log.view.selectRow(0)
    row = page.log.detail.row
    assert row is not None
    fix = fix_of(row)
    assert fix is not None
    assert (fix.step, fix.source_id) == ("attributes", source_id)
    journey.press("fixLogLine")
    assert journey.at("attributes")


def test_a_row_that_cannot_be_read_leads_to_the_file(journey: Journey, staff: Company) -> None:
    staff.person(5)["accountEnabled"] = "perhaps"
    staff.write(folder(journey))
    ran(journey)
    journey.press("showFailed")
    journey.press("runReasonFix")
    assert journey.at("directory")
    journey.press("back")
    assert journey.at("run")


def test_a_lost_file_is_chosen_where_it_is_missed(
    journey: Journey, staff: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = folder(journey) / "people.csv"
    found = lost.rename(folder(journey) / "staff.csv")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(found), ""))
    journey.press("step.preview")
    journey.until(lambda: journey.page.findChild(QAbstractButton, "chooseFile") is not None, "the way out")
    journey.press("chooseFile")
    journey.until(lambda: journey.session.found.plan is not None, "the plan")
    assert journey.session.draft.source.users_file == str(found)
    assert journey.session.draft.source.members_file, "the other file stays"
    assert journey.at("preview")


def test_a_refused_token_leads_to_the_page_of_aws_and_back(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = journey.tasks.services().secrets
    monkeypatch.setattr(secrets, "find", lambda *_args: "a-token-that-nobody-knows")
    journey.press("step.preview")
    journey.until(lambda: journey.page.findChild(QAbstractButton, "previewFix") is not None, "the way out")
    journey.press("previewFix")
    assert journey.at("aws")
    journey.press("back")
    assert journey.at("preview")


def test_one_person_is_disabled_only_after_it_was_shown(
    journey: Journey, staff: Company, sandbox: SandboxHandle
) -> None:
    ran(journey)
    journey.go_on("monitor")
    monitor(journey)
    scope = replace(journey.session.draft.scope, everyone=False, user_ids=(staff.person(1)["id"],))
    journey.session.answer(replace(journey.session.draft, scope=scope))
    page = monitor(journey)
    journey.press("provisionOne")
    journey.until(lambda: page.on_demand.picker.count == PEOPLE, "the people")
    assert page.on_demand.draft_note.isVisible(), "the edits are not reviewed"
    journey.press("showOneChange")
    journey.until(page.on_demand.effect.isVisible, "the change")
    assert page.on_demand.effect.change is not None
    assert page.on_demand.effect.change.takes_access
    assert all(user["active"] for user in sandbox.state()["users"])
    journey.press("step.scope")
    journey.press("step.monitor")
    assert not page.on_demand.effect.isVisible(), "it may have been edited meanwhile"
    journey.press("closeOnDemand")
    assert all(user["active"] for user in sandbox.state()["users"])
    journey.press("provisionOne")
    journey.until(lambda: page.on_demand.picker.count == PEOPLE, "the people")
    journey.press("showOneChange")
    journey.until(page.on_demand.effect.isVisible, "the change")
    journey.press("provisionNow")
    journey.until(lambda: not journey.session.running, "the end")
    assert [user["active"] for user in sandbox.state()["users"]].count(False) == 1


def test_a_lost_connection_is_shown_and_the_run_can_be_stopped(
    journey: Journey, staff: Company, sandbox: SandboxHandle
) -> None:
    reviewed(journey)
    journey.go_on("run")
    page = journey.page
    assert isinstance(page, RunPage)
    journey.until(lambda: len(page.log.lines) >= 1, "the first result")
    sandbox.process.kill()
    page._events((RequestMade("POST /Users", 0, 0.1, left_seconds=20.0),))
    journey.until(
        lambda: (
            page.findChild(object, "connectionMessage") is not None or journey.session.found.report is not None
        ),
        "the lost connection",
    )
    if journey.session.running:
        journey.press("cancel")
    journey.until(lambda: journey.session.found.report is not None, "the end")
    assert page.findChild(object, "connectionMessage") is None
    journey.go_on("monitor")
    assert monitor(journey).health.remedy.isVisible()


def test_nothing_that_was_searched_in_one_job_is_in_the_next(journey: Journey, staff: Company) -> None:
    ran(journey)
    journey.go_on("monitor")
    page = monitor(journey)
    page.log.search.setText("person 00003")
    journey.until(lambda: page.log.model.total == 1, "the line")
    reviewed(journey).view.search.setText("person 00004")
    journey.press("step.scope")
    journey.until_done(Slot.SCOPE_COUNT)
    journey.page.findChildren(SearchField)[0].setText("Person 00005")
    other = replace(journey.session.draft, id=str(uuid.uuid4()), name="Another job")
    journey.press("step.monitor")
    journey.press("next")
    assert journey.at("plan")
    services = journey.tasks.services()
    journey.job_file = services.jobs.save(other).path
    journey.open_job()
    monitor(journey)
    reviewed(journey)
    journey.press("step.scope")
    for built in journey.controller._pages.values():
        if built.step_id in ("monitor", "preview", "scope"):
            assert [field.text() for field in built.findChildren(SearchField)].count("") == len(
                built.findChildren(SearchField)
            )
