"""Buttons: sizes, waiting, names."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.widgets.layout import put
from wizard.ui.widgets.buttons import Button, danger, flat, icon_button, primary, secondary, small


@pytest.mark.parametrize(
    ("made", "height"),
    [(primary, 32), (secondary, 32), (danger, 32), (small, 24), (flat, 28)],
    ids=["primary", "secondary", "danger", "small", "flat"],
)
def test_buttons_have_the_heights_of_the_look(sheet: QWidget, made: Any, height: int) -> None:
    button = made("Test connection", "testConnection")
    put(sheet, button)
    assert button.height() == height
    button.setFocus()
    QApplication.processEvents()
    assert button.height() == button.sizeHint().height() == height, "focus makes nothing jump"


def test_a_waiting_button_keeps_its_width_and_gives_the_focus_back(sheet: QWidget, qtbot: QtBot) -> None:
    button = Button("Test", "testConnection", icon="bolt", busy="Testing…")
    after = QLineEdit()
    put(sheet, button, after)
    button.setFocus()
    width = button.width()
    button.set_busy(True)
    QApplication.processEvents()
    assert (button.text(), button.isEnabled(), button.width()) == ("Testing…", False, width)
    first = button.grab().toImage()
    qtbot.waitUntil(lambda: button.grab().toImage() != first, timeout=2000)
    button.change_text("Test again")
    assert button.text() == "Testing…"
    button.set_busy(False)
    assert (button.text(), button.isEnabled()) == ("Test again", True)
    assert button.hasFocus()
    assert not button.is_busy


def test_a_waiting_button_does_not_take_the_focus_from_where_a_person_went(sheet: QWidget) -> None:
    button, first, second = Button("Test", "t", busy="Testing…"), QLineEdit(), QLineEdit()
    put(sheet, button, first, second)
    button.setFocus()
    button.set_busy(True)
    second.setFocus()
    button.set_busy(False)
    assert second.hasFocus()


def test_a_waiting_button_cannot_be_pressed(sheet: QWidget) -> None:
    pressed: list[bool] = []
    button = Button("Test", "t", busy="Testing…")
    button.clicked.connect(lambda: pressed.append(True))
    put(sheet, button)
    button.set_busy(True)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    button.click()
    assert pressed == []


def test_an_icon_button_says_what_it_does(sheet: QWidget) -> None:
    button = icon_button("copy", "Copy details", "copyDetails")
    put(sheet, button)
    assert (button.accessibleName(), button.toolTip()) == ("Copy details", "Copy details")
    assert button.size().toTuple() == (28, 28)


def test_a_double_click_on_a_word_is_one_click(sheet: QWidget) -> None:
    word, arrow = secondary("Sign out", "signOut"), icon_button("chevron-right", "Next person", "next")
    put(sheet, word, arrow)
    pressed: list[str] = []
    word.clicked.connect(lambda: pressed.append("word"))
    arrow.clicked.connect(lambda: pressed.append("arrow"))
    for button in (word, arrow):
        place = button.mapTo(sheet, button.rect().center())
        QTest.mouseDClick(sheet.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    assert pressed == ["word", "arrow", "arrow"]
