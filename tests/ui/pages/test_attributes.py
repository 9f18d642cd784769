"""The Attributes page: the tutorial's two tables, edited, with a real person's values beside them."""

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind
from wizard.mapping.defaults import default_mappings
from wizard.ui.desk import Desk
from wizard.ui.pages.attributes import AttributesPage


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


def shown(desk: Desk, qtbot: QtBot, snapshot: DirectorySnapshot | None = SNAPSHOT) -> AttributesPage:
    desk.session.found.snapshot = snapshot
    page = AttributesPage(desk)
    qtbot.addWidget(page)
    page.resize(888, 695)
    page.show()
    page.enter()
    return page


def value(page: AttributesPage, target: str) -> str:
    model = page.table.rows
    return str(model.index(model.position_of(target), 4).data())


def mapping(desk: Desk, target: str) -> AttributeMapping:
    tables = desk.session.draft.mappings
    return next(row for row in (*tables.users, *tables.groups) if row.target == target)


def test_it_lists_the_tutorials_25_and_3(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    assert page.table.rows.rowCount() == 25
    page.switch.findChild(object, "mappingShow.groups").click()
    assert [shown.target for shown in page.table.rows.shown_rows()] == ["displayName", "externalId", "members"]
    assert value(page, "members") == "2 people"


def test_required_matching_and_filtering_are_marked(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    columns, rows = page.table.rows.columns, {row.target: row for row in page.table.rows.shown_rows()}
    assert columns[0].tail(rows["userName"]).text == "match"
    assert columns[0].tail(rows["displayName"]).text == "required"
    assert columns[0].tail(rows["title"]) is None
    assert columns[1].tail(rows["userName"]).icon == "filter"
    assert columns[1].text(rows["active"]) == "Boolean"


def test_people_are_paged_through_and_found(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    assert value(page, "userName") == "p1@tidewater.example"
    page.findChild(QPushButton, "nextPerson").click()
    assert value(page, "userName") == "p2@tidewater.example"
    assert page.table.rows.headerData(4, page.table.horizontalHeader().orientation()) == "Person 2"
    box = page.findChild(QComboBox, "person")
    box.lineEdit().setText("son 3")
    box.lineEdit().editingFinished.emit()
    assert value(page, "name.givenName") == "Zoë"
    assert not page.findChild(QPushButton, "nextPerson").isEnabled()
    page.findChild(QPushButton, "previousPerson").click()
    assert box.currentText() == "Person 2"


def test_a_manager_is_shown_by_name(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    page.picker.step(2)
    manager = next(row.target for row in page.table.rows.shown_rows() if row.target.endswith(":manager"))
    assert value(page, manager) == "Person 1"


def test_what_aws_would_refuse_is_marked_in_the_row_with_a_sentence(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    page.picker.step(1)
    page.table.select_key("title")
    row = page.table.current_row()
    assert page.table.rows.columns[0].tail(row).icon == "alert-circle"
    assert "colon" in page.editor.findChild(object, "mappingProblem").text()


def test_a_constant_takes_the_place_of_an_attribute(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    page.table.select_key("locale")
    kind = page.findChild(QComboBox, "mappingKind")
    kind.setCurrentIndex(kind.findText("Constant"))
    page.findChild(QLineEdit, "mappingConstant").setText("de-DE")
    assert mapping(desk, "locale") == AttributeMapping("locale", MappingKind.CONSTANT, "de-DE")
    assert value(page, "locale") == "de-DE"
    assert page.table.current_row().target == "locale"
    kind.setCurrentIndex(kind.findText("Nothing"))
    assert mapping(desk, "locale").kind is MappingKind.NONE
    assert value(page, "locale") == ""


def test_source_default_flow_and_matching_are_edited(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    page.table.select_key("title")
    page.findChild(QComboBox, "mappingSource").setCurrentText("department")
    page.findChild(QLineEdit, "mappingDefault").setText("n/a")
    page.findChild(QComboBox, "mappingFlow").setCurrentIndex(1)
    expected = AttributeMapping("title", MappingKind.ATTRIBUTE, "department", "n/a", FlowType.OBJECT_ADD_ONLY)
    assert mapping(desk, "title") == expected
    assert value(page, "title") == "Optics"
    assert not page.findChild(QComboBox, "mappingMatching").isEnabled()
    page.table.select_key("externalId")
    page.findChild(QComboBox, "mappingMatching").setCurrentIndex(0)
    assert mapping(desk, "externalId").matching_priority == 0


def test_looking_changes_nothing(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    for row in range(page.table.rows.rowCount()):
        page.table.selectRow(row)
    page.picker.step(1)
    page.switch.findChild(object, "mappingShow.groups").click()
    page.refresh()
    assert desk.session.draft.mappings == default_mappings()


def test_attributes_are_added_removed_and_brought_back(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    page.add_attribute("nickName")
    assert page.table.current_row().target == "nickName"
    assert page.table.rows.rowCount() == 26
    page.findChild(QPushButton, "removeAttribute").click()
    assert page.table.rows.rowCount() == 25
    page.findChild(QPushButton, "undoMapping").click()
    assert page.table.rows.rowCount() == 26
    page.findChild(QPushButton, "restoreDefaults").click()
    assert desk.session.draft.mappings == default_mappings()


def test_what_is_required_cannot_be_removed(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    page.table.select_key("displayName")
    assert not page.findChild(QPushButton, "removeAttribute").isEnabled()


def test_everyone_is_looked_at_and_those_concerned_can_be_paged_through(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    qtbot.waitUntil(page.troubles.isVisible)
    page.troubles.findChild(QPushButton, "showTrouble.title.forbidden-character").click()
    assert page.picker.count == 1
    assert page.picker.person.label == "Person 2"
    assert page.table.current_row().target == "title"
    page.findChild(QPushButton, "showEveryone").click()
    assert page.picker.count == 3


def test_a_search_finds_targets_sources_and_values(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot)
    page.search.setText("surname")
    qtbot.waitUntil(lambda: page.table.rows.rowCount() == 1)
    assert page.table.current_row().target == "name.familyName"
    page.search.setText("nothing of this kind")
    qtbot.waitUntil(lambda: page.table.rows.rowCount() == 0)
    assert page.table.manners.empty.isVisible()


def test_without_a_directory_the_tables_can_be_edited(desk: Desk, qtbot: QtBot) -> None:
    page = shown(desk, qtbot, None)
    assert page.table.rows.rowCount() == 25
    assert not page.findChild(QComboBox, "person").isEnabled()
    assert audit(page) == []


def test_it_is_as_good_without_eyes_or_mouse(desk: Desk, qtbot: QtBot) -> None:
    job = desk.session.draft
    desk.session.draft = replace(job, name="Audit")
    assert audit(shown(desk, qtbot)) == []
