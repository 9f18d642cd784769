"""Mapping and plan through the window: a changed source, a fix, undo, counts that filter, an account that is taken over."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox

from tests.journeys.window import Journey
from tests.sandbox_process import SandboxHandle
from wizard.mapping.attribute_mapping import MappingKind
from wizard.provisioning.job import Scope
from wizard.ui.pages.attributes.page import AttributesPage
from wizard.ui.pages.preview.page import PreviewPage
from wizard.ui.tasks import Slot
from wizard.ui.widgets.search_combo import SearchCombo

pytestmark = pytest.mark.slow


def everyone(journey: Journey) -> None:
    """Let the job provision all people and groups."""
    journey.window.activateWindow()
    assert QTest.qWaitForWindowActive(journey.window)
    journey.session.answer(replace(journey.session.draft, scope=Scope()))


def attributes(journey: Journey) -> AttributesPage:
    """Go to Attributes, and wait for a person's values."""
    journey.press("step.attributes")
    journey.until(lambda: journey.at("attributes"), "the page")
    page = journey.page
    assert isinstance(page, AttributesPage)
    journey.until(lambda: page.picker.person is not None and bool(page.loader.values), "a person's values")
    return page


def preview(journey: Journey) -> PreviewPage:
    """Go to Preview, and wait for the plan; an edited job reads its directory first."""
    if journey.session.found.snapshot is None:
        attributes(journey)
    journey.press("step.preview")
    journey.until(lambda: journey.at("preview"), "the page")
    page = journey.page
    assert isinstance(page, PreviewPage)
    until_planned(journey)
    return page


def until_planned(journey: Journey) -> None:
    journey.until(lambda: journey.session.found.plan is not None, "the plan")
    journey.until_done(Slot.PLAN_READ)


def ran(journey: Journey) -> None:
    """Provision everyone, and go to Monitor."""
    everyone(journey)
    preview(journey)
    journey.go_on("run")
    journey.until(lambda: journey.session.found.report is not None, "the run")
    journey.go_on("monitor")


def take(journey: Journey, name: str, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type into a searchable choice, and press a key."""
    field = journey.find(SearchCombo, name)
    field.setFocus()
    field.selectAll()
    for letter in text:
        QTest.keyClicks(field.list if field.list.isVisible() else field, letter)
    QTest.keyClick(field.list if field.list.isVisible() else field, key)
    QApplication.processEvents()


def source_of(journey: Journey, target: str) -> str:
    return next(row.source for row in journey.session.draft.mappings.users if row.target == target)


def change_file(journey: Journey, row: int, column: str, value: str) -> None:
    """Change one cell of the file with people."""
    path = Path(journey.session.draft.source.users_file)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_one_mapping_is_changed_and_the_plan_shows_it(journey: Journey) -> None:
    ran(journey)
    page = attributes(journey)
    assert page.view.choice == "basic"
    take(journey, "source.title", "depart", Qt.Key.Key_Escape)
    assert not journey.session.edited()
    take(journey, "source.title", "depart")
    assert source_of(journey, "title") == "department"
    journey.until(lambda: journey.window.state.edited == {"attributes"}, "the mark of the edit")
    row = page.basic.row("title")
    assert row is not None
    journey.until(lambda: row.was.isVisible(), "the value before")
    shown = preview(journey)
    assert shown.view.strips["people"].number("update") == 8
    model = shown.view.table.plan
    model.set_open(0, True)
    lines = [model.line(at) for at in model.line_rows()[0]]
    assert [line.attribute for line in lines if line] == ["title"]


def test_a_refused_person_is_fixed_with_one_click(journey: Journey) -> None:
    everyone(journey)
    change_file(journey, 3, "jobTitle", "Lead: arrays")
    page = preview(journey)
    assert page.view.strips["people"].number("refused") == 1
    plan = journey.session.found.plan
    assert plan is not None
    refused = plan.rejected[0]
    assert journey.window.footer.primary.isEnabled(), "the others can run"
    journey.press(f"fix.{refused.source_id}")
    journey.until(lambda: journey.at("attributes"), "the way to the row")
    mapping = journey.page
    assert isinstance(mapping, AttributesPage)
    fix = "fixTrouble.title.forbidden-character"
    journey.until(lambda: mapping.problems.findChild(QAbstractButton, fix) is not None, "the fix")
    journey.window.activateWindow()
    journey.until(mapping.problems.findChild(QAbstractButton, fix).hasFocus, "the focus on it")
    assert mapping.picker.person is not None
    assert mapping.picker.person.id == refused.source_id
    assert mapping.table.current_row().target == "title"
    journey.press(fix)
    assert (
        next(row for row in journey.session.draft.mappings.users if row.target == "title").kind
        is MappingKind.FUNCTION
    )
    journey.press("back")
    assert journey.at("preview")
    until_planned(journey)
    assert page.view.strips["people"].number("refused") == 0


def test_edits_are_undone_step_by_step_until_nothing_is_edited(journey: Journey) -> None:
    ran(journey)
    attributes(journey)
    take(journey, "source.title", "depart")
    take(journey, "source.displayName", "mail", Qt.Key.Key_Tab)
    assert (source_of(journey, "title"), source_of(journey, "displayName")) == ("department", "mail")
    journey.press("undo")
    assert (source_of(journey, "title"), source_of(journey, "displayName")) == ("department", "displayName")
    assert journey.session.edited() == {"attributes"}
    journey.press("undo")
    assert not journey.session.edited()
    assert source_of(journey, "title") == "jobTitle"
    journey.press("redo")
    assert journey.session.edited() == {"attributes"}


def test_an_invalid_expression_holds_continue_and_a_refused_person_does_not(journey: Journey) -> None:
    everyone(journey)
    change_file(journey, 2, "jobTitle", "Lead: arrays")
    page = attributes(journey)
    journey.until(page.problems.isVisible, "the problem")
    assert journey.window.footer.primary.isEnabled()
    take(journey, "source.title", "constant or")
    assert page.view.choice == "all"
    kind = page.editor.kind
    kind.setCurrentIndex(kind.findText("Expression"))
    journey.until_done(Slot.MAPPING_VALUES)
    field = page.editor.source.expression.edit
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "ToUper([jobTitle])")
    journey.until(lambda: not journey.window.footer.primary.isEnabled(), "Continue to be off")
    journey.press("mappingExpressionUseNearest")
    journey.until(journey.window.footer.primary.isEnabled, "Continue to be on")
    assert source_of(journey, "title") == "ToUpper([jobTitle])"


def test_counts_filter_people_and_groups_apart(journey: Journey) -> None:
    everyone(journey)
    page = preview(journey)
    plan = page.view.table.plan
    assert plan.shown == plan.total == 10
    journey.press("planPeople.create")
    assert {change.kind for change in map(plan.thing, range(plan.shown)) if change} == {"user"}
    assert plan.shown == page.view.strips["people"].number("create") == 8
    journey.press("planGroups.create")
    assert plan.shown == page.view.strips["groups"].number("create") == 2
    assert page.view.strips["people"].choice == ""
    journey.press("planGroups.create")
    assert plan.shown == 10
    journey.press("planPeople.disable")
    assert plan.shown == 0
    journey.press("planTableEmptyButton")
    assert plan.shown == 10


def test_an_account_is_taken_over_by_its_box_and_given_back(journey: Journey, sandbox: SandboxHandle) -> None:
    everyone(journey)
    name = "person00004@tidewater.example"
    body = {
        "userName": name,
        "displayName": "By hand",
        "name": {"givenName": "By", "familyName": "Hand"},
        "emails": [{"value": name, "type": "work", "primary": True}],
        "active": True,
    }
    with sandbox.client() as client:
        target_id = client.post("Users", json=body).raise_for_status().json()["id"]
    preview(journey)
    assert "9" in journey.window.footer.primary.text()
    box = f"accept.{target_id}"
    journey.press(box)
    journey.until(
        lambda: bool(journey.session.found.plan and not journey.session.found.plan.held_back), "the plan"
    )
    until_planned(journey)
    assert journey.page.findChild(QCheckBox, box).isChecked()
    assert "10" in journey.window.footer.primary.text()
    assert QApplication.focusWidget() is journey.page.findChild(QCheckBox, box), "the focus stays on the box"
    journey.press(box)
    journey.until(
        lambda: bool(journey.session.found.plan and journey.session.found.plan.held_back), "the plan without it"
    )
    assert not journey.page.findChild(QCheckBox, box).isChecked()
