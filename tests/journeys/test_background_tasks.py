"""Background tasks of one page while another is shown: none is cancelled by mistake, none is waited for in vain."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication

from tests.journeys.conftest import PEOPLE
from tests.journeys.window import Held, Journey
from tests.provisioning.changes import words
from wizard.flow.mapping import schema_files
from wizard.flow.runs import plan
from wizard.ui.pages.attributes.page import AttributesPage
from wizard.ui.pages.preview.page import PreviewPage
from wizard.ui.pages.scope import page as scope_module
from wizard.ui.pages.shared.person_picker import PersonPicker
from wizard.ui.tasks import Slot

pytestmark = pytest.mark.slow


def preview(journey: Journey) -> PreviewPage:
    page = journey.page
    assert isinstance(page, PreviewPage)
    return page


def shows_the_plan(journey: Journey) -> None:
    """The plan comes, and nothing of the wait for it stays."""
    journey.until(lambda: journey.session.found.plan is not None, "the plan")
    page = preview(journey)
    assert page.view.isVisible()
    assert not page.wait.isVisible()
    assert not page.again.is_busy


def test_a_change_of_the_scope_a_moment_before_does_not_cancel_the_plan(
    journey: Journey, gate: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.edit_up_to("preview")
    shows_the_plan(journey)
    journey.press("step.scope")
    journey.until_done(Slot.SCOPE_COUNT)
    monkeypatch.setattr(plan, "prepare", gate.before_async(plan.prepare))
    journey.press("scopeStart.everyone")  # the count follows after 300 ms
    journey.press("step.preview")
    journey.until(lambda: gate.is_reached, "the reading")
    journey.settle(400)
    gate.open()
    shows_the_plan(journey)
    assert journey.session.found.plan is not None
    assert len([one for one in journey.session.found.plan.changes if words(one) == "create user"]) == PEOPLE


def test_a_cancelled_reading_leaves_no_wait_behind(journey: Journey) -> None:
    journey.edit_up_to("preview")
    page = preview(journey)
    assert page.wait.isVisible()
    journey.press("previewWaitCancel")
    assert not page.wait.isVisible()
    assert not page.again.is_busy
    assert not journey.tasks.is_running(Slot.PLAN_READ)
    journey.press("previewReadNow")
    shows_the_plan(journey)


def test_leaving_preview_cancels_its_reading_and_coming_back_reads_again(journey: Journey) -> None:
    journey.edit_up_to("preview")
    page = preview(journey)
    journey.press("step.scope")
    assert not journey.tasks.is_running(Slot.PLAN_READ)
    assert not page.again.is_busy
    journey.press("step.preview")
    shows_the_plan(journey)


def test_the_plan_is_read_although_a_count_still_runs(
    journey: Journey, gate: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.edit_up_to("preview")
    shows_the_plan(journey)
    journey.press("step.scope")
    journey.until_done(Slot.SCOPE_COUNT)
    monkeypatch.setattr(scope_module, "divide", gate.before(scope_module.divide))
    journey.press("scopeStart.everyone")
    journey.until(lambda: gate.is_reached, "the count")
    old = journey.session.found.plan
    assert old is None, "the scope has changed"
    journey.press("step.preview")
    shows_the_plan(journey)


def test_an_import_is_not_lost_when_the_page_is_left(
    journey: Journey, gate: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.edit_up_to("attributes")
    page = journey.page
    assert isinstance(page, AttributesPage)
    draft = journey.session.draft
    fewer = replace(draft.mappings, users=draft.mappings.users[:-1])
    exported = journey.job_file.with_name("schema.json")
    schema_files.export_mappings(replace(draft, mappings=fewer), exported)
    imported = schema_files.import_mappings(draft, exported)[0].mappings
    assert imported != draft.mappings
    monkeypatch.setattr(schema_files, "import_mappings", gate.before(schema_files.import_mappings))
    page.schema.import_from(exported)
    journey.until(lambda: gate.is_reached, "the import")
    journey.go_on("settings")  # saves the job
    journey.until_done(Slot.JOB_SAVE)
    gate.open()
    journey.until(lambda: journey.session.draft.mappings == imported, "the import")


def test_a_run_that_cannot_start_says_so_and_leads_back(journey: Journey, gate: Held) -> None:
    journey.edit_up_to("preview")
    shows_the_plan(journey)
    refused: list[object] = []
    journey.tasks.run(Slot.RUN, gate.work, on_error=refused.append)
    journey.until(lambda: gate.is_reached, "the task that holds the slot")
    journey.go_on("run")
    journey.until(lambda: journey.page.findChild(QAbstractButton, "backToPreview") is not None, "a way back")
    assert not journey.session.running
    gate.open()
    journey.until_done(Slot.RUN)
    journey.press("runTryAgain")
    journey.until(lambda: journey.session.found.report is not None, "the run")
    assert refused == []


def test_provisioning_one_person_keeps_the_page_and_asks_before_closing(journey: Journey) -> None:
    asked: list[bool] = []
    journey.window.ask_before_close = lambda: bool(asked.append(True))
    journey.press("provisionOne")
    people = journey.find(PersonPicker, "")
    journey.until(lambda: people.count > 0, "the people")
    journey.press("showOneChange")
    journey.press("provisionNow")
    assert journey.tasks.is_running(Slot.PROVISION_ONE)
    journey.window.close()
    assert asked == [True]
    assert journey.window.isVisible()
    assert not journey.find(QAbstractButton, "runAgain").isEnabled()
    assert not journey.find(QAbstractButton, "step.scope").isEnabled()
    journey.until_done(Slot.PROVISION_ONE)
    assert journey.find(QAbstractButton, "step.scope").isEnabled()
    journey.window.close()
    assert asked == [True]
    assert not journey.window.isVisible()


def test_a_second_enter_on_settings_does_not_cancel_the_reading(journey: Journey) -> None:
    journey.edit_up_to("settings")
    journey.window.activateWindow()
    journey.find(QAbstractButton, "next").setFocus()
    journey.press_enter()
    assert journey.at("preview")
    assert preview(journey).wait.isVisible()
    journey.press_enter()
    assert journey.tasks.is_running(Slot.PLAN_READ)
    assert QApplication.focusWidget() is not preview(journey).wait.cancel
    shows_the_plan(journey)
