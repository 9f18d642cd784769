"""Questions over the window."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.ui.widgets.sheet import Sheet, ask_text, confirm

LONG = "a-name-without-any-place-to-break-" * 12


def answer(act: Callable[[Sheet], object]) -> None:
    """Do something with the sheet that is about to be shown."""

    def shown() -> None:
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, Sheet)
        try:
            act(sheet)
        finally:
            if sheet.isVisible():
                sheet.reject()

    QTimer.singleShot(0, shown)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_enter_and_escape_keep_what_a_dangerous_verb_would_end(sheet: QWidget, key: Qt.Key) -> None:
    answer(lambda shown: QTest.keyClick(shown.focusWidget() or shown, key))
    assert not confirm(sheet, "Delete the job “Staff”?", "Its history is deleted too.", "Delete")


def test_the_verb_is_chosen_with_its_button(sheet: QWidget) -> None:
    answer(lambda shown: shown.verb.click())
    assert confirm(sheet, "Delete the job “Staff”?", "", "Delete")
    answer(lambda shown: QTest.keyClick(shown.focusWidget() or shown, Qt.Key.Key_Return))
    assert confirm(sheet, "Open the job?", "", "Open", dangerous=False)


def test_a_dangerous_verb_is_red_and_a_name_bold_and_plain(sheet: QWidget) -> None:
    seen = []

    def look(shown: Sheet) -> None:
        seen.append((shown.verb.property("kind"), "<b>&lt;i&gt; **x**</b>" in QLabel.text(shown.title)))

    answer(look)
    confirm(sheet, "Delete the job “<i> **x**”?", "", "Delete")
    assert seen == [("danger", True)]


def test_long_names_and_texts_stay_within_sheet_and_screen(sheet: QWidget, qtbot: QtBot) -> None:
    complaints, sizes = [], []

    def look(shown: Sheet) -> None:
        QTest.qWait(20)
        complaints.extend(audit(shown))
        space = shown.screen().availableGeometry()
        sizes.append(shown.height() <= space.height() and shown.width() <= space.width())
        sizes.append(shown.geometry().width() >= shown.minimumSizeHint().width())

    for text in ("", "One line.", "A line of a long text.\n" * 90):
        answer(look)
        confirm(sheet, f"Delete the job “{LONG}”?", text, "Delete")
    assert complaints == []
    assert sizes == [True] * 6


def test_a_text_is_asked_for_and_never_empty(sheet: QWidget) -> None:
    ons = []

    def type_in(shown: Sheet) -> None:
        edit = shown.findChild(QLineEdit, "textQuestionField")
        assert edit is shown.focusWidget()
        assert edit.selectedText() == "Staff"
        QTest.keyClick(edit, Qt.Key.Key_Delete)
        ons.append(shown.verb.isEnabled())
        QTest.keyClick(edit, Qt.Key.Key_Return)
        assert shown.isVisible()
        QTest.keyClicks(edit, " Pilot ")
        ons.append(shown.verb.isEnabled())
        QTest.keyClick(edit, Qt.Key.Key_Return)

    answer(type_in)
    assert ask_text(sheet, "Rename “Staff”", "New name", "Staff", "Rename") == "Pilot"
    assert ons == [False, True]
    answer(lambda shown: shown.cancel.click())
    assert ask_text(sheet, "Rename “Staff”", "New name", "Staff", "Rename") == ""


def held_down(widget: QWidget) -> None:
    """Send what the keyboard sends again and again while Enter stays pressed."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
        QApplication.sendEvent(widget, event)


def test_enter_that_was_pressed_before_the_question_does_not_answer_it(sheet: QWidget) -> None:
    answer(lambda shown: held_down(shown.focusWidget() or shown))
    assert not confirm(sheet, "Start the service?", "", "Start", dangerous=False)
    answer(lambda shown: held_down(shown.focusWidget() or shown))
    assert ask_text(sheet, "Rename “Staff”", "New name", "Staff", "Rename") == ""
