"""A saved job on another day: one thing is edited, reviewed, applied, discarded; nothing is ever lost."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QSpinBox

from tests.journeys.window import Held, Journey
from wizard.flow.jobs import drafts as drafts_of_flow
from wizard.flow.steps.steps import StepId
from wizard.provisioning.job import Job
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.ui.controller import Controller
from wizard.ui.pages.attributes.page import AttributesPage
from wizard.ui.pages.start.page import PlanPage
from wizard.ui.tasks import Slot

pytestmark = pytest.mark.slow


def in_file(journey: Journey) -> Job:
    """The job as a scheduled run reads it."""
    return JobStore(Home(journey.job_file.parent.parent)).load(journey.job_file)


def drafts(journey: Journey) -> list[str]:
    return [path.name for path in journey.job_file.parent.parent.rglob("*.draft")]


def ran_once(journey: Journey) -> None:
    """Run the job, and go to Monitor."""
    journey.press("step.preview")
    journey.until(lambda: journey.session.found.plan is not None, "the plan")
    journey.go_on("run")
    journey.until(lambda: journey.session.found.report is not None, "the run")
    journey.go_on("monitor")


def edit(journey: Journey, count: int) -> None:
    """Set the limit on Settings: two presses from the opened job, then the number."""
    journey.press("step.settings")
    journey.find(QSpinBox, "thresholdCount").setValue(count)
    journey.until(lambda: journey.session.draft.policy.threshold_count == count, "the edit")


def reopened(journey: Journey) -> Journey:
    """Close the window, and open the job in another one."""
    journey.controller.close()
    journey.window.close()
    services = journey.tasks.services()
    talk = Controller(lambda: services)
    again = Journey(talk, journey.job_file)
    talk.begin()
    talk.window.show()
    again.open_job()
    return again


def close(journey: Journey) -> None:
    journey.controller.close()
    journey.window.close()
    journey.window.deleteLater()


def ticks(journey: Journey) -> set[StepId]:
    return set(journey.window.state.done)  # type: ignore[misc]


def test_an_edit_is_kept_beside_the_job_until_it_is_applied(journey: Journey) -> None:
    ran_once(journey)
    edit(journey, 77)
    assert journey.window.state.edited == {"settings"}
    assert {"plan", "aws", "directory", "scope", "attributes", "monitor"} <= ticks(journey)
    assert not {"preview", "run"} & ticks(journey)
    again = reopened(journey)
    try:
        assert in_file(again).policy.threshold_count == 5
        assert again.session.draft.policy.threshold_count == 77
        assert again.session.edited() == {"settings"}
        again.press("reviewEdits")
        assert again.at("preview")
        again.until(lambda: again.session.found.plan is not None, "the plan")
        again.press("applyEdits")
        again.until_done(Slot.JOB_SAVE)
        assert in_file(again).policy.threshold_count == 77
        assert not again.session.edited()
        assert drafts(again) == []
        assert again.session.found.report is None, "it was applied without a run"
    finally:
        close(again)


def test_run_applies_the_edits_and_runs(journey: Journey) -> None:
    ran_once(journey)
    edit(journey, 66)
    journey.until(lambda: drafts(journey) != [], "the draft")
    journey.press("next")
    journey.until(lambda: journey.session.found.plan is not None, "the plan")
    assert in_file(journey).policy.threshold_count == 5
    journey.go_on("run")
    journey.until(lambda: journey.session.found.report is not None, "the run")
    assert in_file(journey).policy.threshold_count == 66
    journey.until_done(Slot.JOB_SAVE)
    assert drafts(journey) == []
    assert {"preview"} <= ticks(journey)


def test_discarded_edits_are_gone(journey: Journey) -> None:
    ran_once(journey)
    edit(journey, 88)
    journey.until(lambda: drafts(journey) != [], "the draft")
    journey.press("step.monitor")
    asked: list[str] = []
    journey.controller.confirm = lambda title, *_more: bool(asked.append(title)) or True  # type: ignore[method-assign]
    journey.press("discardEdits")
    journey.until_done(Slot.JOB_SAVE)
    journey.until(lambda: drafts(journey) == [], "no draft")
    assert len(asked) == 1
    assert not journey.session.edited()
    assert journey.page.findChild(QAbstractButton, "discardEdits") is None


def test_an_edit_of_a_job_that_never_ran_is_the_job(journey: Journey) -> None:
    edit(journey, 55)
    close(journey)
    assert in_file(journey).policy.threshold_count == 55
    assert drafts(journey) == []


def test_opening_another_job_loses_nothing(journey: Journey) -> None:
    store = JobStore(Home(journey.job_file.parent.parent))
    other = store.save(replace(in_file(journey), id="10000000-0000-4000-8000-000000000000", name="Other"))
    edit(journey, 44)
    journey.press("step.plan")
    page = journey.page
    assert isinstance(page, PlanPage)
    page.open_job(str(other.path))
    journey.until(lambda: journey.session.draft.name == "Other" and journey.at("monitor"), "the other job")
    assert in_file(journey).policy.threshold_count == 44
    assert journey.session.draft.policy.threshold_count == 5


def test_a_job_file_changed_meanwhile_is_asked_about(journey: Journey) -> None:
    ran_once(journey)
    edit(journey, 33)
    journey.until(lambda: drafts(journey) != [], "the draft")
    store = JobStore(Home(journey.job_file.parent.parent))
    changed = in_file(journey)
    store.save(replace(changed, scope=replace(changed.scope, groups=False)), journey.job_file)
    journey.press("step.monitor")
    journey.press("next")
    assert journey.at("plan")
    page = journey.page
    assert isinstance(page, PlanPage)
    page.open_job(str(journey.job_file))
    journey.until(lambda: page.findChild(QAbstractButton, "keepEdits") is not None, "the choice")
    journey.press("keepEdits")
    journey.until(lambda: journey.at("monitor"), "Monitor")
    draft = journey.session.draft
    assert (draft.policy.threshold_count, draft.scope.groups) == (33, False)
    assert journey.session.edited() == {"settings"}


def test_every_step_of_the_opened_job_reacts(journey: Journey) -> None:
    ran_once(journey)
    for step in ("attributes", "scope", "directory", "aws", "settings", "plan", "run", "preview", "monitor"):
        assert step in ticks(journey), step
        journey.press(f"step.{step}")
        journey.until(lambda step=step: journey.at(step), step)  # type: ignore[misc]


def test_review_changes_leads_from_directory_to_the_plan(journey: Journey) -> None:
    journey.press("step.directory")
    journey.until(lambda: journey.session.found.snapshot is not None, "the directory")
    journey.press("reviewChanges")
    assert journey.at("preview")
    journey.until(lambda: journey.session.found.plan is not None, "the plan")


def test_a_step_of_the_opened_job_reads_what_it_needs(journey: Journey) -> None:
    journey.press("step.attributes")
    journey.until(lambda: journey.session.found.snapshot is not None, "the directory")
    page = journey.page
    assert isinstance(page, AttributesPage)
    journey.until(lambda: page.picker.person is not None, "a person to show values of")
    assert journey.at("attributes")


def test_a_lost_file_is_said_where_it_is_needed(journey: Journey) -> None:
    Path(journey.session.draft.source.users_file).unlink()
    journey.press("step.scope")
    journey.until(
        lambda: journey.page.findChild(QAbstractButton, "readingGoToDirectory") is not None, "the way out"
    )
    journey.press("readingGoToDirectory")
    assert journey.at("directory")


def test_edits_in_quick_succession_are_all_in_the_file(
    journey: Journey, gate: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A save that waits for the one before it does not take its file for changed outside."""
    journey.press("step.settings")
    monkeypatch.setattr(drafts_of_flow, "_save", gate.before(drafts_of_flow._save))
    for count in (11, 22, 33):
        journey.find(QSpinBox, "thresholdCount").setValue(count)
        journey.until(lambda count=count: journey.session.draft.policy.threshold_count == count, "the edit")  # type: ignore[misc]
        journey.controller.save_job()
    journey.until(lambda: gate.is_reached, "the first save")
    gate.open()
    journey.until_done(Slot.JOB_SAVE)
    assert in_file(journey).policy.threshold_count == 33
    assert drafts(journey) == []
    assert not journey.session.edited()


def test_a_file_of_a_job_that_never_ran_is_not_replaced_when_it_was_changed_outside(journey: Journey) -> None:
    edit(journey, 11)
    journey.until(lambda: in_file(journey).policy.threshold_count == 11, "the save")
    changed = in_file(journey)
    store = JobStore(Home(journey.job_file.parent.parent))
    store.save(replace(changed, scope=replace(changed.scope, groups=False)), journey.job_file)
    journey.find(QSpinBox, "thresholdCount").setValue(22)
    journey.until(lambda: drafts(journey) != [], "the draft")
    assert in_file(journey).scope.groups is False
    journey.until(lambda: journey.session.edited() == {"settings"}, "the mark")
