"""From a few people to everyone: Scope and Safety settings of a saved job in a whole window."""

import pytest
from PySide6.QtWidgets import QRadioButton, QSpinBox

from tests.journeys.conftest import PEOPLE
from tests.journeys.window import Journey
from tests.provisioning.changes import words
from wizard.provisioning.job import LeaverAction
from wizard.ui.pages.scope.page import ScopePage
from wizard.ui.tasks import Slot
from wizard.ui.widgets.labels import Paragraph

pytestmark = pytest.mark.slow


def created(journey: Journey) -> int:
    plan = journey.session.found.plan
    assert plan is not None
    return len([change for change in plan.changes if words(change) == "create user"])


def test_a_few_first_then_everyone(journey: Journey) -> None:
    journey.press("step.scope")
    page = journey.page
    assert isinstance(page, ScopePage)
    journey.until(
        lambda: page._division is not None and not journey.tasks.is_running(Slot.SCOPE_COUNT), "the count"
    )
    assert journey.find(QRadioButton, "scopeStart.few").isChecked()
    assert len(page.picker.users) == 1
    journey.press("scopeStart.everyone")
    journey.until(lambda: page._division is not None and page._division.counts.people == PEOPLE, "the new count")
    journey.edit_up_to("preview")
    journey.until(lambda: journey.session.found.plan is not None, "the plan")
    assert created(journey) == PEOPLE


def test_the_one_selected_first_is_the_only_one_in_scope(journey: Journey) -> None:
    journey.press("step.scope")
    page = journey.page
    assert isinstance(page, ScopePage)
    first = page.picker.users
    journey.press("scopeStart.chosen")
    assert journey.session.draft.scope.user_ids == tuple(first)
    journey.edit_up_to("preview")
    journey.until(lambda: journey.session.found.plan is not None, "the plan")
    assert created(journey) == 1


def test_safety_settings_say_what_they_do_in_numbers(journey: Journey) -> None:
    journey.press("step.scope")
    journey.press("scopeStart.everyone")
    journey.edit_up_to("settings")
    effect = journey.find(Paragraph, "thresholdEffect")
    journey.until(lambda: str(PEOPLE) in effect.text(), "the number of people")
    assert not journey.find(QSpinBox, "resultsKeptDays").isVisible()
    journey.press("advancedSettings")
    assert journey.find(QSpinBox, "resultsKeptDays").isVisible()
    journey.press("leavers.delete")
    journey.find(QSpinBox, "deleteAfterDays").setValue(12)
    assert "12" in journey.find(QRadioButton, "leavers.delete").accessibleDescription()
    assert journey.session.draft.policy.leavers is LeaverAction.DELETE
