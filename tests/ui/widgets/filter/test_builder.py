"""The builder of scoping filters: cards, rows, real values, the text beside them, and undo."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.flow.scope.filters import RealValues
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter, parse_filter, print_filter
from wizard.ui.widgets.filter.builder import MOST_ROWS, FilterBuilder
from wizard.ui.widgets.filter.row import FilterRow

pytestmark = pytest.mark.usefixtures("app")
TWO = 'department EQUALS Optics AND city EQUALS "Bergen" OR department EQUALS Sales'
VALUES = {
    "department": RealValues((("Optics", 9), ("Sales", 7), ("Field Service", 2))),
    "mail": RealValues((("a@x.example", 1),), (("@x.example", 1),)),
}


@pytest.fixture
def builder(qtbot: QtBot) -> FilterBuilder:
    made = FilterBuilder()
    qtbot.addWidget(made)
    made.set_attributes("people", ("department", "city", "mail"))
    made.set_attributes("groups", ("displayName",))
    made.resize(560, 640)
    made.show()
    return made


def button(builder: FilterBuilder, name: str) -> None:
    from PySide6.QtWidgets import QAbstractButton

    builder.findChild(QAbstractButton, name).click()


def compare(row: FilterRow, id_: str) -> None:
    box: QComboBox = row.compare
    box.setCurrentIndex(box.findData(id_))
    box.activated.emit(box.currentIndex())


def text_of(builder: FilterBuilder) -> str:
    return print_filter(builder.filter)


def test_a_filter_is_shown_as_cards(builder: FilterBuilder) -> None:
    builder.show_filter("people", parse_filter(TWO))
    assert [len(card.rows) for card in builder.cards] == [2, 1]
    assert [row.lead.text() for row in builder.cards[0].rows] == ["Where", "and"]
    assert builder.filter == parse_filter(TWO)
    assert audit(builder) == []
    builder.show_filter("people", ScopingFilter())
    assert builder.cards == []
    assert audit(builder) == []


def test_conditions_and_alternatives_are_built_by_hand(builder: FilterBuilder, qtbot: QtBot) -> None:
    seen: list[ScopingFilter] = []
    builder.changed.connect(lambda _kind, found: seen.append(found))
    button(builder, "filterFirst")
    assert builder.filter == ScopingFilter((FilterGroup((Clause("department", Operator.EQUALS),)),))
    row = builder.cards[0].rows[0]
    assert row.problem.isHidden(), "no problem is shown before anything was typed"
    qtbot.keyClicks(row.value, "Optics")
    button(builder, "filter.1.add")
    second = builder.cards[0].rows[1]
    second.attribute.setFocus()
    second.attribute.selectAll()
    qtbot.keyClicks(second.attribute, "MAIL")
    qtbot.keyClick(second.attribute, Qt.Key.Key_Return)
    assert second.attribute.value == "mail"
    builder.activateWindow()  # without a window system the closed list stays the active window
    qtbot.waitUntil(builder.isActiveWindow)
    compare(second, "ends")
    qtbot.keyClicks(second.value, "@x.example")
    button(builder, "filterAdd")
    compare(builder.cards[1].rows[0], "empty")
    assert not builder.cards[1].rows[0].value.isEnabled()
    third = builder.cards[0].rows[1]
    compare(third, "filled")
    compare(third, "ends")
    assert third.value.text() == "@x.example", "what was typed comes back"
    assert text_of(builder) == "department EQUALS Optics AND mail ENDS_WITH @x.example OR department IS NULL"
    assert seen[-1] == builder.filter
    assert audit(builder) == []


def test_a_problem_of_a_row_is_shown_in_the_row(builder: FilterBuilder, qtbot: QtBot) -> None:
    builder.show_filter("people", parse_filter("city Greater_Than 7 OR gone EQUALS x"))
    row = builder.cards[0].rows[0]
    qtbot.keyClicks(row.value, "x")
    assert "“x7”" in row.problem.text()
    assert row.value.property("wrong") is True
    assert row.value.accessibleDescription() == row.problem.text()
    compare(row, "pattern")
    row.value.setText("(")
    assert "regular expression" in row.problem.text()
    row.value.setText("[0-9]+")
    assert row.problem.isHidden()
    assert "“gone”" in builder.cards[1].rows[0].problem.text()


def test_values_are_offered_and_a_misspelt_one_is_reported(builder: FilterBuilder, qtbot: QtBot) -> None:
    builder.show_filter("people", parse_filter('department EQUALS sales OR mail ENDS_WITH "@"'))
    builder.set_values("people", VALUES)
    row = builder.cards[0].rows[0]
    assert [value for value, _count in row.value.offers] == ["Optics", "Sales", "Field Service"]
    assert "“sales”" in row.problem.text()
    assert "“Sales”" in row.problem.text()
    assert builder.cards[1].rows[0].value.offers == (("@x.example", 1),)
    row.value.setText("")
    row.value.setFocus()
    qtbot.keyClick(row.value, Qt.Key.Key_Down)
    popup = row.value.completer().popup()
    assert popup.isVisible()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert row.clause == Clause("department", Operator.EQUALS, "Optics")
    compare(row, "one_of")
    qtbot.keyClick(row.value, Qt.Key.Key_End)
    qtbot.keyClicks(row.value, ", SER")
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert row.value.text() == "Optics, Field Service"
    assert row.clause == Clause("department", Operator.REGEX_MATCH, "^(Optics|Field Service)$")


def test_a_first_condition_is_made_of_a_real_value(builder: FilterBuilder) -> None:
    assert builder.start.examples == ()
    builder.set_values("people", VALUES)
    assert [example.text() for example in builder.start.examples] == ["Optics", "Sales", "Field Service"]
    assert audit(builder) == []
    button(builder, "filterExample2")
    assert text_of(builder) == "department EQUALS Sales"
    assert builder.start.isHidden()


def test_what_was_removed_comes_back(builder: FilterBuilder) -> None:
    builder.show_filter("people", parse_filter(TWO))
    button(builder, "filter.2.1.remove")
    assert text_of(builder) == "department EQUALS Optics AND city EQUALS Bergen"
    button(builder, "filter.1.1.remove")
    assert text_of(builder) == "city EQUALS Bergen"
    assert builder.undo.isVisible()
    assert audit(builder) == []
    button(builder, "filterUndo")
    assert text_of(builder) == "department EQUALS Optics AND city EQUALS Bergen"
    assert builder.undo.isHidden()
    button(builder, "filter.1.2.remove")
    button(builder, "filter.1.1.remove")
    assert builder.filter == ScopingFilter()
    button(builder, "filterUndo")
    assert text_of(builder) == "department EQUALS Optics"


def test_people_and_groups_have_a_filter_each(builder: FilterBuilder) -> None:
    builder.show_filter("people", parse_filter(TWO))
    builder.show_filter("groups", parse_filter("displayName EQUALS Lab"))
    button(builder, "filterKind.groups")
    assert text_of(builder) == "displayName EQUALS Lab"
    button(builder, "filterKind.people")
    assert text_of(builder) == print_filter(parse_filter(TWO))
    builder.set_kinds(False, True)
    assert builder.kind == "groups"
    assert builder.switch.isHidden()


def test_text_and_cards_follow_each_other(builder: FilterBuilder, qtbot: QtBot) -> None:
    button(builder, "filterAsText")
    text = builder.texts["people"]
    assert text.isVisible()
    qtbot.keyClicks(text.edit, "(department   equals Optics) OR city is null")
    qtbot.waitUntil(lambda: len(builder.cards) == 2)
    assert text.text == "(department   equals Optics) OR city is null", (
        "what means the same is left as it was written"
    )
    builder.cards[0].rows[0].value.setText("Sales")
    assert text.text == "department EQUALS Sales OR city IS NULL"
    text.edit.undo()
    assert text.text == "(department   equals Optics) OR city is null"
    assert audit(builder) == []


def test_a_very_long_filter_is_text_alone(builder: FilterBuilder) -> None:
    long = parse_filter(" OR ".join(f"city EQUALS v{number}" for number in range(MOST_ROWS + 1)))
    builder.show_filter("people", parse_filter(TWO))
    builder.show_filter("people", long)
    assert builder.cards == []
    assert builder.filter == long
    builder.texts["people"].edit.setPlainText(TWO)
    assert builder.texts["people"].read()
    assert len(builder.cards) == 2


def test_a_text_that_cannot_be_read_stays_and_says_where(builder: FilterBuilder, qtbot: QtBot) -> None:
    builder.show_filter("people", parse_filter(TWO))
    button(builder, "filterAsText")
    text = builder.texts["people"]
    text.edit.setPlainText("department EQUALS 😀 AND city IS NOTHING")
    assert not text.read()
    assert text.words.text().startswith("Character 30: expected an operator")
    marks = text.edit.extraSelections()
    assert [mark.cursor.selectedText() for mark in marks] == ["IS"]
    assert builder.broken_text is text
    assert not builder.cards[0].isEnabled(), "only one of the two can be changed at a time"
    builder.show_filter("people", parse_filter(TWO))
    button(builder, "filterKind.groups")
    button(builder, "filterAsText")
    button(builder, "filterKind.people")
    assert text.text == "department EQUALS 😀 AND city IS NOTHING"
    builder.show_broken()
    assert text.isVisible()
    assert audit(builder) == []
    text.discard.click()
    assert text.text == print_filter(parse_filter(TWO))
    assert builder.broken_text is None
    assert builder.cards[0].isEnabled()


def test_an_imported_condition_that_is_not_known_is_kept_until_it_is_removed(builder: FilterBuilder) -> None:
    kept = ScopingFilter(parse_filter("city IS NULL").groups, ("department Odd 3",))
    builder.show_filter("people", kept)
    builder.cards[0].rows[0].attribute.show_value("mail")
    builder.cards[0].rows[0].attribute.chosen.emit("mail")
    assert builder.filter.unknown == ("department Odd 3",)
    builder.texts["people"].edit.setPlainText("mail IS NOT NULL")
    assert builder.texts["people"].read()
    assert builder.filter == ScopingFilter(parse_filter("mail IS NOT NULL").groups, ("department Odd 3",))
    button(builder, "filterForget")
    assert builder.filter == parse_filter("mail IS NOT NULL")
    button(builder, "filterUndo")
    assert builder.filter.unknown == ("department Odd 3",)
