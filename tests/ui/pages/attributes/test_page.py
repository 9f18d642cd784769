"""The Attributes page: the tutorial's two tables, edited, with a real person's values beside them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.graph_schema import SCHEMA
from tests.ui.audit import audit
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.steps.steps import attributes_problems
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind, default_mappings
from wizard.ui.page import PageContext
from wizard.ui.pages.attributes.page import AttributesPage
from wizard.ui.pages.attributes.table import SOURCE_COLUMN, VALUE_COLUMN
from wizard.ui.tasks import Slot
from wizard.ui.theme.colors import LIGHT
from wizard.ui.widgets.cards import MessageCard
from wizard.ui.widgets.search_combo import SearchCombo


def person(number: int, **more: str) -> DirectoryUser:
    attributes = {
        "userPrincipalName": f"p{number}@tidewater.example",
        "displayName": f"Person {number}",
        "givenName": "Person",
        "surname": f"No. {number}",
        "jobTitle": "Engineer",
        "department": "Optics",
    }
    return DirectoryUser(str(number), True, attributes | more)


SNAPSHOT = DirectorySnapshot(
    (person(1), person(2, jobTitle="Lead: arrays"), person(3, givenName="Zoë", manager="1")),
    (DirectoryGroup("g1", {"displayName": "Optics"}, ("1", "2")),),
    attributes=("userPrincipalName", "displayName", "givenName", "surname", "jobTitle", "department", "manager"),
)


def shown(
    context: PageContext, qtbot: QtBot, snapshot: DirectorySnapshot | None = SNAPSHOT, view: str = "all"
) -> AttributesPage:
    context.session.found.snapshot = snapshot
    context.views["attributes"] = view
    page = AttributesPage(context)
    qtbot.addWidget(page)
    page.resize(888, 695)
    page.show()
    page.enter()
    settled(page, qtbot)
    return page


def settled(page: AttributesPage, qtbot: QtBot) -> None:
    """Values of the one shown have come from the background."""
    worker = page.context.tasks
    qtbot.waitUntil(
        lambda: not any(map(worker.is_running, (Slot.MAPPING_PEOPLE, Slot.MAPPING_VALUES, Slot.MAPPING_FUNCTIONS)))
    )


def take(field: SearchCombo, text: str) -> None:
    """Type a text and take the first match, as a person does."""
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def value(page: AttributesPage, target: str) -> str:
    model = page.table.rows
    return str(model.index(model.position_of(target), VALUE_COLUMN).data())


def mapping(context: PageContext, target: str) -> AttributeMapping:
    tables = context.session.draft.mappings
    return next(row for row in (*tables.users, *tables.groups) if row.target == target)


def test_it_lists_the_tutorials_25_and_3(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    assert page.table.rows.rowCount() == 25
    page.switch.findChild(object, "mappingShow.groups").click()
    settled(page, qtbot)
    assert [shown.target for shown in page.table.rows.shown_rows()] == ["displayName", "externalId", "members"]
    assert value(page, "members") == "2 people"


def test_the_most_urgent_mark_of_a_row_is_shown(context: PageContext, qtbot: QtBot) -> None:
    job = context.session.draft
    context.session.reviewed = job
    page = shown(context, qtbot)
    qtbot.waitUntil(page.problems.isVisible)

    def mark(target: str) -> tuple[str, str]:
        row = next(row for row in page.table.rows.shown_rows() if row.target == target)
        tail = page.table.rows.columns[0].tail(row)
        return (tail.icon, tail.text) if tail else ("", "")

    assert mark("userName") == ("", "Match")
    assert mark("displayName") == ("", "Required")
    assert mark("title") == ("warning", "1 person")
    assert mark("timezone") == ("", "")
    page.table.select_key("displayName")
    take(page.editor.source.attribute, "surname")
    page.table.select_key("timezone")
    page.findChild(QComboBox, "mappingFlow").setCurrentIndex(1)
    settled(page, qtbot)
    assert mark("displayName") == ("pencil", "Edited")
    assert mark("timezone")[1] in ("Edited", "")
    context.session.reviewed = context.session.draft
    page.refresh()
    assert mark("displayName") == ("", "Required")
    assert page.status() == ""


def test_people_are_paged_through_and_found(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    assert value(page, "userName") == "p1@tidewater.example"
    page.findChild(QPushButton, "nextPerson").click()
    settled(page, qtbot)
    assert value(page, "userName") == "p2@tidewater.example"
    assert page.table.rows.headerData(VALUE_COLUMN, page.table.horizontalHeader().orientation()) == "Person 2"
    box = page.findChild(SearchCombo, "person")
    take(box, "son 3")
    settled(page, qtbot)
    assert value(page, "name.givenName") == "Zoë"
    assert not page.findChild(QPushButton, "nextPerson").isEnabled()
    page.findChild(QPushButton, "previousPerson").click()
    assert box.text() == "Person 2"


def test_a_manager_is_shown_by_name(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.picker.step(2)
    settled(page, qtbot)
    manager = next(row.target for row in page.table.rows.shown_rows() if row.target.endswith(":manager"))
    assert value(page, manager) == "Person 1"


def test_what_aws_would_refuse_is_marked_in_the_row_with_a_sentence(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.picker.step(1)
    settled(page, qtbot)
    page.table.select_key("title")
    row = page.table.current_row()
    assert page.table.rows.columns[0].tail(row).icon == "warning"
    assert "colon" in page.editor.findChild(object, "mappingProblem").text()


def test_a_constant_takes_the_place_of_an_attribute(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("locale")
    kind = page.findChild(QComboBox, "mappingKind")
    kind.setCurrentIndex(kind.findText("Constant"))
    page.findChild(QLineEdit, "mappingConstant").setText("de-DE")
    assert mapping(context, "locale") == AttributeMapping("locale", MappingKind.CONSTANT, "de-DE")
    settled(page, qtbot)
    assert value(page, "locale") == "de-DE"
    assert page.table.current_row().target == "locale"
    kind.setCurrentIndex(kind.findText("Not provisioned"))
    assert mapping(context, "locale").kind is MappingKind.NONE
    settled(page, qtbot)
    assert value(page, "locale") == ""


def test_source_default_flow_and_matching_are_edited(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("title")
    take(page.editor.source.attribute, "department")
    page.findChild(QLineEdit, "mappingDefault").setText("n/a")
    page.findChild(QComboBox, "mappingFlow").setCurrentIndex(1)
    expected = AttributeMapping("title", MappingKind.ATTRIBUTE, "department", "n/a", FlowType.OBJECT_ADD_ONLY)
    assert mapping(context, "title") == expected
    settled(page, qtbot)
    assert value(page, "title") == "Optics"
    assert not page.findChild(QComboBox, "mappingMatching").isEnabled()
    page.table.select_key("externalId")
    page.findChild(QComboBox, "mappingMatching").setCurrentIndex(0)
    assert mapping(context, "externalId").matching_priority == 0


def test_looking_changes_nothing(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    for row in range(page.table.rows.rowCount()):
        page.table.selectRow(row)
    page.picker.step(1)
    page.switch.findChild(object, "mappingShow.groups").click()
    page.refresh()
    assert context.session.draft.mappings == default_mappings()


def test_attributes_are_added_removed_and_brought_back(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.add_attribute("nickName")
    assert page.table.current_row().target == "nickName"
    assert page.table.rows.rowCount() == 26
    page.findChild(QPushButton, "removeAttribute").click()
    assert page.table.rows.rowCount() == 25
    page.findChild(QPushButton, "undoMapping").click()
    assert page.table.rows.rowCount() == 26
    page.findChild(QAction, "restoreDefaults").trigger()
    assert context.session.draft.mappings == default_mappings()


def test_an_attribute_to_add_is_found_by_its_friendly_name(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.tools.add.click()
    search = page.findChild(QLineEdit, "addAttributeFind")
    QTest.keyClicks(search, "nickn")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert page.table.current_row().target == "nickName"


def test_required_rows_cannot_be_removed(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("displayName")
    assert not page.findChild(QPushButton, "removeAttribute").isEnabled()


def test_everyone_is_looked_at_and_those_concerned_can_be_paged_through(
    context: PageContext, qtbot: QtBot
) -> None:
    page = shown(context, qtbot)
    qtbot.waitUntil(page.problems.isVisible)
    page.problems.findChild(QPushButton, "showTrouble.title.forbidden-character").click()
    assert page.picker.count == 1
    assert page.picker.person.label == "Person 2"
    assert page.table.current_row().target == "title"
    page.findChild(QPushButton, "showEveryone").click()
    assert page.picker.count == 3


def test_a_search_finds_targets_sources_and_values(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.search.setText("surname")
    qtbot.waitUntil(lambda: page.table.rows.rowCount() == 2)
    assert [row.target for row in page.table.rows.shown_rows()] == ["name.familyName", "name.formatted"]
    page.search.setText("nothing of this kind")
    qtbot.waitUntil(lambda: page.table.rows.rowCount() == 0)
    assert page.table.behavior.empty.isVisible()


def test_without_a_directory_the_tables_can_be_edited(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot, None)
    assert page.table.rows.rowCount() == 25
    assert not page.findChild(SearchCombo, "person").isEnabled()
    assert audit(page) == []


def test_it_is_as_good_without_eyes_or_mouse(context: PageContext, qtbot: QtBot) -> None:
    job = context.session.draft
    context.session.draft = replace(job, name="Audit")
    assert audit(shown(context, qtbot)) == []


def write(page: AttributesPage, text: str) -> None:
    """Replace the text of the editor by typing an expression."""
    page.editor.source.expression.edit.selectAll()
    QTest.keyClicks(page.editor.source.expression.edit, text)


def choose_kind(page: AttributesPage, words: str) -> None:
    kind = page.findChild(QComboBox, "mappingKind")
    kind.setCurrentIndex(kind.findText(words))


def test_an_expression_takes_the_place_of_an_attribute(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("title")
    choose_kind(page, "Expression")
    settled(page, qtbot)
    assert mapping(context, "title") == AttributeMapping("title", MappingKind.FUNCTION, "Coalesce([jobTitle])")
    assert value(page, "title") == "Engineer"
    write(page, "ToUpper([jobTitle])")
    qtbot.waitUntil(lambda: mapping(context, "title").source == "ToUpper([jobTitle])")
    assert value(page, "title") == "ENGINEER"
    assert page.editor.source.expression.status == "Valid"
    assert page.editor.result == "ENGINEER"
    choose_kind(page, "Attribute")
    assert mapping(context, "title") == AttributeMapping("title", MappingKind.ATTRIBUTE, "jobTitle")


def test_an_unreadable_expression_is_saved_and_blocks_next(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("title")
    choose_kind(page, "Expression")
    settled(page, qtbot)
    write(page, "ToUper([jobTitle])")
    qtbot.waitUntil(lambda: mapping(context, "title").source == "ToUper([jobTitle])")
    expression = page.editor.source.expression
    assert expression.use_nearest.text() == "Use ToUpper"
    assert expression.edit.error_range == (0, 6)
    assert page.table.rows.columns[0].tail(page.table.current_row()).icon == "alert-circle"
    assert any(found.field == "title" for found in attributes_problems(context.session))


def test_an_expression_that_gives_nothing_for_the_one_shown_says_why(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("title")
    choose_kind(page, "Expression")
    settled(page, qtbot)
    write(page, "DefaultDomain()")
    qtbot.waitUntil(lambda: mapping(context, "title").source == "DefaultDomain()")
    assert value(page, "title") == "no value"
    assert page.editor.findChild(object, "mappingProblem").text()


def test_the_source_attributes_of_an_expression_are_shown(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("name.formatted")
    settled(page, qtbot)
    names = [label.text() for label in page.editor.person.findChildren(QLabel) if label.isVisible()]
    assert "givenName" in names
    assert "surname" in names
    assert "Person No. 1" in page.editor.result


def test_what_was_typed_a_moment_ago_is_not_lost(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("name.formatted")
    write(page, "ToUpper([surname])")
    page.table.select_key("title")
    assert mapping(context, "name.formatted").source == "ToUpper([surname])"
    page.table.select_key("name.formatted")
    write(page, "ToLower([surname])")
    page.switch.findChild(object, "mappingShow.groups").click()
    assert mapping(context, "name.formatted").source == "ToLower([surname])"
    page.switch.findChild(object, "mappingShow.users").click()
    page.table.select_key("name.formatted")
    write(page, "ToUpper([mail])")
    refreshed = context.shell.refreshed
    page.leave()
    assert mapping(context, "name.formatted").source == "ToUpper([mail])"
    qtbot.waitUntil(lambda: context.shell.refreshed > refreshed)


def test_next_waits_for_what_was_typed(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    context.navigator.visit("attributes")
    page.table.select_key("name.formatted")
    write(page, "ToUpper(")
    page.advance()
    assert mapping(context, "name.formatted").source == "ToUpper("


def test_typing_continues_while_values_arrive(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("name.formatted")
    write(page, "ToUpper([sur")
    page.refresh()
    QTest.keyClicks(page.editor.source.expression.edit, "name")
    assert page.editor.source.expression.text == "ToUpper([surname"


def test_the_tables_are_undone_and_redone(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    assert not page.findChild(QPushButton, "undo").isEnabled()
    page.table.select_key("title")
    page.findChild(QLineEdit, "mappingDefault").setText("n")
    page.findChild(QLineEdit, "mappingDefault").setText("none")
    page.table.select_key("locale")
    choose_kind(page, "Constant")
    undo, redo = page.findChild(QPushButton, "undo"), page.findChild(QPushButton, "redo")
    assert undo.accessibleName().endswith("locale")
    undo.click()
    assert page.table.current_row().target == "locale"
    undo.click()
    assert context.session.draft.mappings == default_mappings()
    assert page.table.current_row().target == "title"
    redo.click()
    assert mapping(context, "title").default == "none"
    page.switch.findChild(object, "mappingShow.groups").click()
    undo.click()
    assert page.kind == "users"


def test_control_z_undoes_the_table(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.activateWindow()
    page.table.select_key("title")
    page.findChild(QComboBox, "mappingFlow").setCurrentIndex(1)
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert mapping(context, "title").flow is FlowType.ALWAYS
    QTest.keyClick(
        page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert mapping(context, "title").flow is FlowType.OBJECT_ADD_ONLY


def test_f2_and_enter_open_the_editor(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.activateWindow()
    page.table.setFocus()
    page.table.select_key("name.formatted")
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    assert page.editor.source.expression.edit.hasFocus()
    page.table.setFocus()
    page.table.select_key("title")
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert page.editor.source.attribute.hasFocus()


def test_what_allowed_actions_is_switched(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.findChild(QPushButton, "mappingActionsButton").click()
    popup = page.tools.allowed_actions
    assert audit(popup) == []
    popup.findChild(QCheckBox, "users.delete").click()
    popup.findChild(QCheckBox, "clearEmptied").click()
    mappings = context.session.draft.mappings
    assert not mappings.users_flow.delete
    assert mappings.groups_flow.delete
    assert not mappings.clear_emptied
    popup.hide()
    page.table.select_key("title")
    page.findChild(QLineEdit, "mappingDefault").setText("none")
    assert not context.session.draft.mappings.users_flow.delete
    for _step in range(3):
        page.undo()
    assert context.session.draft.mappings == default_mappings()


def test_the_next_one_with_a_problem_is_shown_with_the_row(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    button = page.findChild(QPushButton, "nextProblem")
    assert not button.isEnabled()
    qtbot.waitUntil(button.isEnabled)
    button.click()
    qtbot.waitUntil(lambda: page.table.current_row().target == "title")
    assert page.picker.person.label == "Person 2"
    button.click()
    assert page.picker.person.label == "Person 2"


@pytest.mark.slow
def test_a_fix_is_one_click_and_can_be_undone(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    qtbot.waitUntil(page.problems.isVisible)
    fix = page.problems.findChild(QPushButton, "fixTrouble.title.forbidden-character")
    assert "Person 2: Lead: arrays → Lead arrays" in fix.toolTip()
    assert fix.accessibleDescription() == fix.toolTip()
    page.activateWindow()
    fix.click()
    assert mapping(context, "title").kind is MappingKind.FUNCTION
    assert page.table.current_row().target == "title"
    made = page.problems.findChild(QLabel, "fixMade")
    assert "Person 2: Lead: arrays → Lead arrays" in made.text()
    qtbot.waitUntil(lambda: page.problems.findChild(QPushButton, "showTrouble.title.forbidden-character") is None)
    undo = page.problems.findChild(QPushButton, "undoFix")
    assert undo.isVisible()
    assert undo.hasFocus()
    undo.click()
    assert mapping(context, "title").source == "jobTitle"
    qtbot.waitUntil(
        lambda: page.problems.findChild(QPushButton, "showTrouble.title.forbidden-character") is not None
    )
    assert page.problems.findChild(QPushButton, "undoFix") is None


def test_a_problem_of_groups_opens_their_table(context: PageContext, qtbot: QtBot) -> None:
    unnamed = replace(SNAPSHOT, groups=(*SNAPSHOT.groups, DirectoryGroup("g2", {"displayName": "A: B"}, ())))
    context.session.answer(replace(context.session.draft, scope=replace(context.session.draft.scope, groups=True)))
    page = shown(context, qtbot, unnamed)
    qtbot.waitUntil(page.problems.isVisible)
    page.findChild(QPushButton, "moreTroubles") and page.findChild(QPushButton, "moreTroubles").click()
    page.problems.findChild(QPushButton, "showTrouble.displayName.forbidden-character").click()
    settled(page, qtbot)
    assert page.kind == "groups"
    assert page.picker.person.label == "A: B"
    assert page.table.current_row().target == "displayName"


def test_a_schema_comes_in_and_goes_out_and_can_be_undone(
    context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    page = shown(context, qtbot)
    before = context.session.draft
    file, out = tmp_path / "entra.json", tmp_path / "out.json"
    file.write_text(json.dumps(SCHEMA), encoding="utf-8")
    page.schema.import_from(file)
    qtbot.waitUntil(lambda: len(context.session.draft.mappings.users) == 2)
    settled(page, qtbot)
    message = page.findChild(MessageCard, "undoMessage")
    assert "entra.json" in message.title
    assert "Scope" in message.text
    row = next(row for row in page.table.rows.shown_rows() if row.target == "nickName")
    assert page.table.rows.columns[0].tail(row).icon in ("warning", "alert-circle")
    page.schema.export_to(out)
    qtbot.waitUntil(lambda: len(context.shell.notices) == 1)
    assert out.read_bytes() == file.read_bytes()
    page.findChild(QPushButton, "undoMapping").click()
    assert context.session.draft == before
    page.redo()
    assert context.session.draft.scope.user_filter != before.scope.user_filter


def test_an_invalid_schema_changes_nothing(context: PageContext, qtbot: QtBot, tmp_path: Path) -> None:
    page = shown(context, qtbot)
    page.schema.import_from(tmp_path / "nothing.json")
    qtbot.waitUntil(lambda: page.findChild(MessageCard, "schemaMessage") is not None)
    assert page.findChild(MessageCard, "schemaMessage").title == "nothing.json cannot be read"
    assert context.session.draft.mappings == default_mappings()


@pytest.mark.slow
def test_an_expression_is_as_good_without_eyes_or_mouse(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    qtbot.waitUntil(page.problems.isVisible)
    page.table.select_key("name.formatted")
    write(page, "ToUper([surname])")
    qtbot.waitUntil(lambda: mapping(context, "name.formatted").source == "ToUper([surname])")
    assert audit(page) == []
    page.set_narrow(True)
    page.resize(768, 576)
    assert audit(page) == []


def test_what_opens_over_the_page_is_as_good(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("name.formatted")
    expression = page.editor.source.expression
    page.table.select_key("timezone")
    page.findChild(QPushButton, "removeAttribute").click()
    page.table.select_key("name.formatted")
    for button, name in (
        (page.tools.add, "addAttributeFindPopup"),
        (expression.insert_attribute, "mappingExpressionFindAttributePopup"),
        (expression.insert_function, "mappingExpressionFindFunctionPopup"),
    ):
        button.click()
        popup = page.findChild(QWidget, name)
        assert popup.isVisible()
        assert audit(popup) == []
        QTest.keyClick(popup, Qt.Key.Key_Escape)
        assert not popup.isVisible()


def test_of_two_rows_with_one_target_each_is_its_own(context: PageContext, qtbot: QtBot) -> None:
    tables = default_mappings()
    twice = AttributeMapping("title", MappingKind.FUNCTION, "ToUpper([jobTitle])")
    context.session.answer(replace(context.session.draft, mappings=replace(tables, users=(*tables.users, twice))))
    page = shown(context, qtbot)
    assert page.table.select_key("title (2)")
    assert page.editor.source.expression.text == "ToUpper([jobTitle])"
    write(page, "ToLower([jobTitle])")
    qtbot.waitUntil(lambda: context.session.draft.mappings.users[-1].source == "ToLower([jobTitle])")
    page.findChild(QPushButton, "removeAttribute").click()
    assert context.session.draft.mappings == tables


def test_memberships_flow_or_not(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.switch.findChild(object, "mappingShow.groups").click()
    page.table.select_key("members")
    settled(page, qtbot)
    kind = page.findChild(QComboBox, "mappingKind")
    enabled = [kind.itemText(at) for at in range(kind.count()) if kind.model().item(at).isEnabled()]
    assert enabled == ["Attribute", "Not provisioned"]
    choose_kind(page, "Not provisioned")
    choose_kind(page, "Attribute")
    assert mapping(context, "members") == AttributeMapping("members", MappingKind.ATTRIBUTE, "members")


def test_paging_on_while_an_expression_is_read_loses_nothing(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("name.formatted")
    settled(page, qtbot)
    write(page, "ToUpper([surname])")
    page.editor.source.changed.emit("ToUpper([surname])")  # typing has rested: it is being read
    page.picker.step(1)
    qtbot.waitUntil(lambda: mapping(context, "name.formatted").source == "ToUpper([surname])")
    settled(page, qtbot)
    assert value(page, "name.formatted") == "NO. 2"


def test_the_list_of_attributes_tells_the_value_of_the_one_shown(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    page.table.select_key("name.formatted")
    page.editor.source.expression.insert_attribute.click()
    popup = page.findChild(QWidget, "mappingExpressionFindAttributePopup")
    QTest.keyClicks(popup.findChild(QLineEdit), "jobT")
    assert "Person 1: Engineer" in [label.text() for label in popup.findChildren(QLabel)]
    popup.hide()


def test_expressions_stand_in_the_table_in_their_colours(
    app: QApplication, context: PageContext, qtbot: QtBot
) -> None:
    page = shown(context, qtbot)
    page.table.select_key("title")
    row = page.table.rows.position_of("active")
    picture = (
        page.table.viewport().grab(page.table.visualRect(page.table.rows.index(row, SOURCE_COLUMN))).toImage()
    )
    seen = {
        picture.pixelColor(x, y).name().upper() for x in range(picture.width()) for y in range(picture.height())
    }
    assert {LIGHT.function, LIGHT.attribute} <= seen
    plain = page.table.rows.position_of("displayName")
    picture = (
        page.table.viewport().grab(page.table.visualRect(page.table.rows.index(plain, SOURCE_COLUMN))).toImage()
    )
    seen = {
        picture.pixelColor(x, y).name().upper() for x in range(picture.width()) for y in range(picture.height())
    }
    assert LIGHT.function not in seen


@pytest.mark.parametrize(
    "target", ["userName", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"]
)
def test_the_editor_names_its_attribute_and_says_what_it_is(
    context: PageContext, qtbot: QtBot, target: str
) -> None:
    page = shown(context, qtbot)
    page.resize(1100, 760)
    page.table.selectRow(page.table.rows.position_of(target))
    QApplication.processEvents()
    title, about = (page.editor.findChild(QLabel, name) for name in ("mappingTitle", "mappingAbout"))
    assert title.width() >= min(title.sizeHint().width(), 120)
    assert about.width() >= about.sizeHint().width()
