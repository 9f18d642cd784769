"""The searchable choice: nothing typed becomes the choice before it is taken."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from wizard.ui.widgets.search_combo import (
    MOST_LISTED,
    VISIBLE_ROWS,
    Choice,
    Choices,
    SearchCombo,
    attribute_choices,
)

NAMES = ("userPrincipalName", "mail", "jobTitle", "department", "mailNickname", "Personalnummer")


class Field:
    """A combo in a window, between two fields, and what it emitted."""

    def __init__(self, sheet: QWidget, *, free: bool = False) -> None:
        self.before, self.after = QLineEdit(), QLineEdit()
        self.combo = SearchCombo("source", "Comes from", free=free)
        self.taken: list[str] = []
        for part in (self.before, self.combo, self.after):
            sheet.layout().addWidget(part)
        self.combo.set_choices(attribute_choices(NAMES))
        self.combo.show_value("mail")
        self.combo.chosen.connect(self.taken.append)
        sheet.show()
        sheet.activateWindow()
        assert QTest.qWaitForWindowActive(sheet)
        self.before.setFocus()
        QTest.keyClick(self.before, Qt.Key.Key_Tab)
        assert self.combo.hasFocus()

    def press(self, key: Qt.Key) -> None:
        """Press a key where a person's key goes: to the list while it is open."""
        QTest.keyClick(self.combo.list if self.combo.list.isVisible() else self.combo, key)

    def type_text(self, text: str) -> None:
        """Type letter by letter."""
        for letter in text:
            QTest.keyClicks(self.combo.list if self.combo.list.isVisible() else self.combo, letter)

    @property
    def listed(self) -> list[str]:
        """The texts of the list."""
        model = self.combo.list.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


@pytest.fixture
def field(sheet: QWidget) -> Field:
    return Field(sheet)


def test_typing_changes_nothing_until_enter_takes_the_first_match(field: Field) -> None:
    field.type_text("job")
    assert (field.taken, field.combo.value, field.listed) == ([], "mail", ["Job title"])
    field.press(Qt.Key.Key_Return)
    assert (field.taken, field.combo.value, field.combo.text()) == (["jobTitle"], "jobTitle", "Job title")
    assert not field.combo.list.isVisible()


def test_the_text_is_selected_on_entry_so_typing_replaces_it(field: Field) -> None:
    assert field.combo.selectedText() == "Email"
    field.type_text("d")
    assert field.combo.text() == "d"


def test_escape_restores_and_a_second_one_is_left_to_the_page(field: Field) -> None:
    field.type_text("job")
    field.press(Qt.Key.Key_Escape)
    assert (field.combo.text(), field.combo.value, field.taken) == ("Email", "mail", [])
    assert not field.combo.list.isVisible()


def test_tab_takes_the_suggestion_and_moves_on(field: Field) -> None:
    field.type_text("depart")
    field.press(Qt.Key.Key_Tab)
    assert field.taken == ["department"]
    assert field.after.hasFocus()


def test_tab_without_typing_takes_nothing(field: Field) -> None:
    field.press(Qt.Key.Key_Tab)
    assert (field.taken, field.combo.value, field.after.hasFocus()) == ([], "mail", True)


def test_leaving_takes_a_whole_name_and_drops_half_a_one(field: Field) -> None:
    field.type_text("jobtitle")
    field.after.setFocus()
    assert field.taken == ["jobTitle"]
    field.combo.setFocus()
    field.type_text("dep")
    field.after.setFocus()
    assert (field.taken, field.combo.text()) == (["jobTitle"], "Job title")


def test_a_whole_name_wins_over_the_first_match(field: Field) -> None:
    field.type_text("mailNickname")
    field.press(Qt.Key.Key_Return)
    assert field.taken == ["mailNickname"]


def test_the_list_is_found_by_friendly_and_by_raw_name(field: Field) -> None:
    field.type_text("email")
    assert field.listed == ["Email"]
    field.press(Qt.Key.Key_Escape)
    field.type_text("principalname")
    assert field.listed == ["User principal name"]


def test_arrows_choose_and_only_enter_takes(field: Field) -> None:
    field.press(Qt.Key.Key_Down)
    assert len(field.listed) == len(NAMES)
    field.press(Qt.Key.Key_Down)
    assert field.taken == []
    field.press(Qt.Key.Key_Return)
    assert field.taken == ["jobTitle"]


def test_a_click_takes_an_entry(field: Field) -> None:
    QTest.mouseClick(field.combo, Qt.MouseButton.LeftButton)
    at = field.listed.index("Department")
    rect = field.combo.list.visualRect(field.combo.list.model().index(at, 0))
    QTest.mouseClick(field.combo.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert field.taken == ["department"]


@pytest.mark.parametrize(("free", "taken", "shown"), [(False, [], "Email"), (True, ["badge"], "badge")])
def test_a_text_that_is_no_entry_is_only_taken_where_that_is_allowed(
    sheet: QWidget, free: bool, taken: list[str], shown: str
) -> None:
    field = Field(sheet, free=free)
    field.type_text("badge")
    field.press(Qt.Key.Key_Return)
    assert (field.taken, field.combo.text()) == (taken, shown)


def test_new_entries_do_not_disturb_typing(field: Field) -> None:
    field.type_text("job")
    field.combo.set_choices(attribute_choices((*NAMES, "jobCode")))
    field.combo.show_value("mail")
    assert (field.combo.text(), field.listed) == ("job", ["Job code", "Job title"])


def test_twelve_rows_are_seen_and_a_long_result_is_counted(sheet: QWidget) -> None:
    field = Field(sheet)
    field.combo.set_choices(Choices(Choice(str(n), f"Person {n}") for n in range(2_000)))
    field.type_text("person")
    assert len(field.listed) == MOST_LISTED + 1
    seen = field.combo.list.viewport().height() // field.combo.list.sizeHintForRow(0)
    assert seen <= VISIBLE_ROWS
    field.press(Qt.Key.Key_Escape)
    field.type_text("person 1999")
    field.press(Qt.Key.Key_Return)
    assert field.taken == ["1999"]
