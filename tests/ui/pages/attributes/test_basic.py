"""The Basic view of the mapping, and the way from a refused person to the fix."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from tests.ui.pages.attributes.test_page import SNAPSHOT, mapping, settled, shown, take, write
from wizard.flow.mapping.expressions import expression_words
from wizard.flow.steps.fix import Fix
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.ui.page import PageContext
from wizard.ui.pages.attributes.basic import BASIC_TARGETS
from wizard.ui.pages.attributes.page import AttributesPage
from wizard.ui.theme.fonts import px

TITLE, DEPARTMENT = "title", BASIC_TARGETS[6]


def basic(context: PageContext, qtbot: QtBot) -> AttributesPage:
    return shown(context, qtbot, view="basic")


def type_into(page: AttributesPage, target: str, text: str) -> None:
    row = page.basic.row(target)
    assert row is not None
    row.source.setFocus()
    row.source.selectAll()
    QTest.keyClicks(row.source, text)


def test_eight_rows_with_a_source_each(context: PageContext, qtbot: QtBot) -> None:
    page = basic(context, qtbot)
    assert page.basic.isVisible()
    assert not page.table.isVisible()
    assert [part.isVisible() for part in page.findChildren(QWidget, "mappingTable")].count(True) == 1
    rows = [page.basic.row(target) for target in BASIC_TARGETS]
    assert [row.source.text() for row in rows if row][:3] == ["User principal name", "Email", "First name"]
    assert page.basic.row("timezone") is None
    assert audit(page) == []
    page.switch.findChild(object, "mappingShow.groups").click()
    settled(page, qtbot)
    assert all(page.basic.row(target) for target in ("displayName", "externalId", "members"))
    assert audit(page) == []


def test_a_typed_name_becomes_the_mapping_on_enter_and_escape_restores(context: PageContext, qtbot: QtBot) -> None:
    page = basic(context, qtbot)
    before = context.session.draft
    type_into(page, TITLE, "depart")
    page.refresh()  # values that arrive disturb nothing
    assert context.session.draft is before
    row = page.basic.row(TITLE)
    assert row is not None
    assert row.source.text() == "depart"
    QTest.keyClick(row.source, Qt.Key.Key_Escape)
    assert (row.source.text(), context.session.draft) == ("Job title", before)
    take(row.source, "depart")
    assert mapping(context, TITLE).source == "department"
    settled(page, qtbot)
    assert row.value.text() == "Optics"
    page.undo()
    assert context.session.draft.mappings == before.mappings


def test_a_row_can_be_left_out(context: PageContext, qtbot: QtBot) -> None:
    page = basic(context, qtbot)
    row = page.basic.row(DEPARTMENT)
    assert row is not None
    take(row.source, "not prov")
    assert mapping(context, DEPARTMENT) == AttributeMapping(DEPARTMENT, MappingKind.NONE)
    assert row.source.text() == "Not provisioned"
    required = page.basic.row("displayName")
    assert required is not None
    take(required.source, "not prov")
    assert mapping(context, "displayName").kind is MappingKind.ATTRIBUTE


def test_an_expression_shows_words_and_opens_all_attributes(context: PageContext, qtbot: QtBot) -> None:
    job = context.session.draft
    fall_back = AttributeMapping(
        "name.familyName", MappingKind.FUNCTION, 'Switch([surname], [surname], "", [displayName])'
    )
    users = tuple(fall_back if row.target == fall_back.target else row for row in job.mappings.users)
    context.session.answer(replace(job, mappings=replace(job.mappings, users=users)))
    page = basic(context, qtbot)
    row = page.basic.row(fall_back.target)
    assert row is not None
    assert row.source.text() == expression_words(fall_back.source)
    take(row.source, "constant or")
    assert mapping(context, fall_back.target) == fall_back
    assert (page.view.choice, page.table.isVisible()) == ("all", True)
    assert page.table.current_row().target == fall_back.target
    assert page.editor.isVisible()


def test_the_view_is_remembered(context: PageContext, qtbot: QtBot) -> None:
    page = basic(context, qtbot)
    page.view.findChild(object, "mappingView.all").click()
    assert context.views == {"attributes": "all"}
    assert page.editor.isVisible()
    assert [part.isVisible() for part in page.findChildren(QWidget, "mappingTable")] == [True]
    assert audit(page) == []


def test_an_edit_shows_what_the_value_was(context: PageContext, qtbot: QtBot) -> None:
    context.session.reviewed = context.session.draft
    page = basic(context, qtbot)
    title, department = page.basic.row(TITLE), page.basic.row(DEPARTMENT)
    assert title is not None
    assert department is not None
    take(title.source, "department")
    settled(page, qtbot)
    assert (title.value.text(), title.was.text().split(maxsplit=1)[1]) == ("Optics", "Engineer")
    assert not department.was.isVisible()


def test_a_fix_shows_the_row_the_person_and_the_one_click_fix(context: PageContext, qtbot: QtBot) -> None:
    page = shown(context, qtbot, view="basic")
    page.activateWindow()
    page.show_fix(Fix("attributes", attribute=TITLE, source_id="2"))
    settled(page, qtbot)
    name = "fixTrouble.title.forbidden-character"
    qtbot.waitUntil(lambda: page.problems.findChild(QPushButton, name) is not None)
    assert page.picker.person is not None
    assert page.picker.person.id == "2"
    assert page.table.current_row().target == TITLE
    qtbot.waitUntil(page.problems.findChild(QPushButton, name).hasFocus)
    assert page.view.choice == "basic"


def test_a_fix_of_another_attribute_opens_all_of_them(context: PageContext, qtbot: QtBot) -> None:
    page = basic(context, qtbot)
    page.show_fix(Fix("attributes", attribute="phoneNumbers", source_id="3"))
    settled(page, qtbot)
    assert page.view.choice == "all"
    assert page.table.current_row().target.startswith("phoneNumbers")
    assert page.picker.person is not None
    assert page.picker.person.id == "3"
    page.show_fix(Fix("attributes", attribute="displayName", source_id="g1", kind="group"))
    settled(page, qtbot)
    assert (page.kind, page.picker.person.id) == ("groups", "g1")


@pytest.mark.parametrize("text", ["ToUper([surname])", "Join(", "DefaultDomain()"])
def test_nothing_moves_while_one_types(context: PageContext, qtbot: QtBot, text: str) -> None:
    page = shown(context, qtbot)
    page.activateWindow()
    qtbot.waitUntil(page.problems.isVisible)
    page.table.select_key("name.formatted")
    page.editor.edit()
    settled(page, qtbot)
    before = page.editor.geometry(), page.table.frame.geometry()
    write(page, text)
    qtbot.waitUntil(lambda: mapping(context, "name.formatted").source == text)
    settled(page, qtbot)
    assert (page.editor.geometry(), page.table.frame.geometry()) == before
    qtbot.waitUntil(lambda: any(group.path == "name.formatted" for group in page._problem_groups))
    assert (page.editor.geometry(), page.table.frame.geometry()) == before
    name = "showTrouble.name.formatted.expression"
    assert page.problems.findChild(QPushButton, name) is None
    page.table.setFocus()
    more = page.problems.findChild(QPushButton, "moreTroubles")
    if more is not None:
        more.click()
    assert page.problems.findChild(QPushButton, name) is not None


@pytest.mark.parametrize(
    ("text", "has_words"),
    [
        ('IIF([surname] = "", [displayName], [surname])', False),  # an empty attribute equals nothing
        ("Coalesce([surname], [displayName])", True),
        ('Switch([mail], [mail], "", [userPrincipalName])', True),
        ("ToUpper([jobTitle])", True),
        ('IIF([surname] = "", [surname], [displayName])', False),
        ('IIF([a] = "", [b], [c])', False),
        ('Join(" ", [givenName], [surname])', False),
        ('Coalesce([a b], "x")', False),
    ],
)
def test_only_an_expression_that_is_understood_is_put_into_words(text: str, has_words: bool) -> None:
    assert bool(expression_words(text)) is has_words


def test_people_of_one_name_are_told_apart_by_their_user_name(context: PageContext, qtbot: QtBot) -> None:
    twin = replace(
        SNAPSHOT.users[2], id="4", attributes={**SNAPSHOT.users[2].attributes, "displayName": "Person 1"}
    )
    page = shown(context, qtbot, replace(SNAPSHOT, users=(*SNAPSHOT.users, twin)))
    take(page.picker.box, "p3@tidewater.example")
    assert page.picker.person is not None
    assert page.picker.person.id == "3"


def test_a_narrow_window_gives_sources_half_of_what_the_names_leave(context: PageContext, qtbot: QtBot) -> None:
    page = basic(context, qtbot)
    row = page.basic.row("displayName")
    assert row is not None
    page.basic.resize(px(704), page.basic.height())
    assert row.source.maximumWidth() > (px(704) - row.names.maximumWidth()) / 2 - px(24)


def test_values_are_beside_their_sources_at_once_whatever_the_width(context: PageContext, qtbot: QtBot) -> None:
    """Also before the next request for a layout: a window that is painted in between shows no value over a source."""
    page = basic(context, qtbot)
    rows = [row for target in BASIC_TARGETS if (row := page.basic.row(target))]
    for width in (1000, 720, 480, 720, 1000):
        page.basic.resize(width, page.basic.height())
        assert all(row.value.x() > row.source.geometry().right() for row in rows), width
