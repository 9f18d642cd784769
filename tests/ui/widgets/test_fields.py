"""Fields: hints, secrets, files, search, numbers, days."""

from datetime import date

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from tests.ui.widgets.layout import put
from wizard.ui.widgets import fields
from wizard.ui.widgets.fields import (
    ChoiceField,
    DateField,
    LabelledField,
    NumberField,
    PasswordField,
    SearchField,
    TextField,
    TimeField,
)


def test_a_field_says_its_hint_and_its_problem(sheet: QWidget) -> None:
    edit = TextField("tenantUrl")
    field = LabelledField("&Tenant URL", edit, "AWS calls it the SCIM endpoint.")
    put(sheet, field)
    assert edit.accessibleName() == "Tenant URL"
    assert edit.accessibleDescription() == "AWS calls it the SCIM endpoint."
    assert field.label.buddy() is edit
    field.set_wrong("The part between the host and /scim/v2 is missing.")
    assert field.is_wrong
    assert edit.property("wrong") is True
    assert field.hint == edit.accessibleDescription() == "The part between the host and /scim/v2 is missing."
    field.set_wrong("")
    assert not field.is_wrong
    assert field.hint == "AWS calls it the SCIM endpoint."
    assert edit.height() == 32
    assert audit(sheet) == []


def test_a_secret_is_shown_only_while_the_eye_is_open(sheet: QWidget) -> None:
    edit = PasswordField("accessToken")
    edit.setText("not-a-real-token")
    put(sheet, LabelledField("&Access token", edit))
    assert edit.echoMode() == QLineEdit.EchoMode.Password
    accessible = QAccessible.queryAccessibleInterface(edit)
    assert "not-a-real-token" not in accessible.text(QAccessible.Text.Value)
    edit.eye.trigger()
    assert edit.echoMode() == QLineEdit.EchoMode.Normal
    assert edit.eye.text() == "Hide"
    edit.eye.trigger()
    assert edit.echoMode() == QLineEdit.EchoMode.Password


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (Qt.FocusReason.TabFocusReason, False),
        (Qt.FocusReason.ActiveWindowFocusReason, False),
        (Qt.FocusReason.PopupFocusReason, True),
    ],
)
def test_a_secret_hides_again_without_the_focus(sheet: QWidget, reason: Qt.FocusReason, shown: bool) -> None:
    edit = PasswordField("accessToken")
    put(sheet, LabelledField("&Access token", edit))
    edit.eye.trigger()
    QApplication.sendEvent(edit, QFocusEvent(QEvent.Type.FocusOut, reason))
    assert (edit.echoMode() == QLineEdit.EchoMode.Normal) is shown
    assert edit.eye.isChecked() is shown


def test_a_cleared_secret_does_not_come_back(sheet: QWidget) -> None:
    edit = PasswordField("accessToken")
    put(sheet, LabelledField("&Access token", edit))
    QTest.keyClicks(edit, "not-a-real-token")
    edit.clear()
    edit.eye.trigger()
    edit.undo()
    assert edit.text() == ""


def test_a_search_waits_for_the_hand_to_rest(sheet: QWidget, qtbot: QtBot) -> None:
    search = SearchField("find", "Find a person or group")
    put(sheet, search)
    said: list[str] = []
    search.searched.connect(said.append)
    search.setFocus()
    QTest.keyClicks(search, "hin ")
    assert said == []
    qtbot.waitUntil(lambda: said == ["hin"], timeout=2000)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: said == ["hin", ""], timeout=2000)
    QTest.keyClicks(search, "x")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert said == ["hin", "", "x"]
    qtbot.wait(150)
    assert said == ["hin", "", "x"], "Enter has looked already"
    assert search.height() == 28


def test_a_choice_loses_the_end_of_a_long_text_and_says_it_whole(sheet: QWidget) -> None:
    long = "Todas as alterações desta execução"
    choice = ChoiceField("changes", compact=True)
    choice.setAccessibleName("Changes")
    choice.addItems(["Alle", long])
    put(sheet, choice)
    choice.fit(80, 120)
    assert choice.width() == 120
    assert choice.shown_text() == "Alle"
    choice.setCurrentIndex(1)
    assert choice.currentText() == long
    assert choice.shown_text() != long
    assert long.startswith(choice.shown_text()[:5])
    choice.fit(80, 600)
    assert 120 < choice.width() < 600
    assert choice.shown_text() == long
    before = choice.width()
    choice.addItem(f"{long}, {long}")
    choice.fit(80, 600)
    assert choice.width() > before


def test_a_number_has_room_at_its_left(sheet: QWidget) -> None:
    number = NumberField("limit", 1, 500, " %", compact=True)
    number.setAccessibleName("Limit")
    put(sheet, number)
    assert number.lineEdit().textMargins().left() == 8
    assert number.suffix() == " %"
    assert number.height() == 28
    number.setFocus()
    QApplication.processEvents()
    assert number.height() == 28


def test_a_day_is_picked_in_the_look_of_the_house(sheet: QWidget) -> None:
    field = DateField("tokenMadeOn")
    put(sheet, LabelledField("Token &made on", field))
    field.set_day(date(2026, 10, 12))
    assert field.day == date(2026, 10, 12)
    assert field.text() == "Oct 12, 2026"
    arrows = [field.calendarWidget().findChild(QToolButton, f"qt_calendar_{way}month") for way in ("prev", "next")]
    assert [arrow.accessibleName() for arrow in arrows] == ["Previous month", "Next month"]
    assert field.height() == 32
    assert audit(sheet) == []


@pytest.mark.parametrize(
    ("patterns", "heading"),
    [
        (("MMM d, yyyy", "yyyy"), ["month", "year"]),
        (("d. MMM yyyy", "yyyy"), ["month", "year"]),
        (("yyyy年M月d日", "yyyy年"), ["year", "month"]),
    ],
)
def test_the_calendars_heading_has_the_order_of_the_language(
    sheet: QWidget, monkeypatch: pytest.MonkeyPatch, patterns: tuple[str, str], heading: list[str]
) -> None:
    texts = dict(zip(("MMM d, yyyy", "yyyy"), patterns, strict=True))
    monkeypatch.setattr(fields, "pgettext", lambda context, text: texts[text])
    field = DateField("tokenMadeOn")
    put(sheet, field)
    calendar = field.calendarWidget()
    buttons = {part: calendar.findChild(QToolButton, f"qt_calendar_{part}button") for part in heading}
    bar = calendar.findChild(QWidget, "qt_calendar_navigationbar").layout()
    assert bar.indexOf(buttons[heading[0]]) + 1 <= bar.indexOf(buttons[heading[1]])
    calendar.setCurrentPage(2027, 2)
    assert buttons["year"].text() == patterns[1].replace("yyyy", "2027")


def test_the_wheel_scrolls_the_page_and_changes_no_field_without_the_focus(sheet: QWidget) -> None:
    """A limit must not change because the page was scrolled over it."""
    number, day, time = NumberField("limit", 0, 9), DateField("day"), TimeField("at", "At", "22:00")
    choice, other = ChoiceField("choice"), TextField("other")
    choice.addItems(["one", "two", "three"])
    choice.setCurrentIndex(1)
    number.setValue(5)
    day.set_day(date(2026, 3, 4))
    put(sheet, number, day, time, choice, other)
    fields = (number, day, time, choice)

    def turned(field: QWidget) -> bool:
        """Turn the wheel over a field; returns whether its value is another one."""
        shown = [number.value(), day.day, time.text_of_time, choice.currentIndex()]
        middle = field.mapTo(sheet, field.rect().center())
        QTest.wheelEvent(sheet.windowHandle(), middle, QPoint(0, -120))
        QApplication.processEvents()
        return shown != [number.value(), day.day, time.text_of_time, choice.currentIndex()]

    other.setFocus()
    assert [turned(field) for field in fields] == [False] * 4
    assert other.hasFocus()
    for field in fields:
        field.setFocus()
        assert turned(field), field.objectName()


def test_an_error_below_a_field_is_announced_once(sheet: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("wizard.ui.widgets.fields.announce", lambda _widget, words: said.append(words))
    field = LabelledField("&Tenant URL", TextField("tenantUrl"))
    put(sheet, field)
    for words in ("No host.", "No host.", "No path."):
        field.set_wrong(words)
    assert said == ["No host.", "No path."]
