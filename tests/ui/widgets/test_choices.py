"""Switches and cards to choose from."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QButtonGroup, QWidget

from tests.ui.audit import audit
from tests.ui.widgets.layout import put
from wizard.ui.widgets.choices import ChoiceCard, SegmentedSwitch


def test_a_switch_moves_by_mouse_and_arrows(sheet: QWidget) -> None:
    switch = SegmentedSwitch(
        "audience", (("all", "All"), ("people", "People"), ("groups", "Groups")), "What to show"
    )
    put(sheet, switch)
    said: list[str] = []
    switch.chosen.connect(said.append)
    assert switch.choice == "all"
    switch.set_count("people", 2846)
    QTest.mouseClick(switch._segments["people"], Qt.MouseButton.LeftButton)
    assert switch.choice == "people"
    switch._segments["people"].setFocus()
    QTest.keyClick(switch._segments["people"], Qt.Key.Key_Right)
    assert switch.choice == "groups"
    switch.choose("all")
    assert said == ["people", "groups"]
    assert switch._segments["people"].accessibleName() == "What to show: People, 2,846"
    assert switch.height() == 28
    assert audit(sheet) == []
    for segment in switch._segments.values():
        segment.resize(segment.sizeHint())
        assert segment.shown_text() == segment.text(), "its own size has room for all of it"
    segment.resize(segment.width() - 10, segment.height())
    assert segment.shown_text() not in ("", segment.text())


def test_of_several_cards_one_is_chosen(sheet: QWidget) -> None:
    entra = ChoiceCard("sourceEntra", "cloud", "Microsoft Entra ID", "Sign in and read people.", "Needs a consent")
    file = ChoiceCard(
        "sourceFile", "table", "CSV or Excel file", "One row for each person.", ".csv, .tsv or .xlsx"
    )
    group = QButtonGroup(sheet)
    for card in (entra, file):
        group.addButton(card)
    put(sheet, entra, file)
    entra.click()
    assert entra.isChecked()
    file.click()
    assert (entra.isChecked(), file.isChecked()) == (False, True)
    assert file.sizeHint().height() >= 120
    assert entra.accessibleDescription() == "Sign in and read people. Needs a consent"


def test_a_narrow_card_is_as_high_as_its_text(sheet: QWidget) -> None:
    text = "Benutzer, Gruppen und Anwendungszuweisungen aus Ihrem Mandanten, mit Microsoft-Anmeldung oder ohne"
    card = ChoiceCard("entra", "cloud", "Microsoft Entra ID", f"{text}. {text}.", "Note")
    put(sheet, card)
    wide = card.sizeHint().height()
    card.setFixedWidth(200)
    QApplication.processEvents()
    QApplication.processEvents()
    assert card.height() >= card.layout().totalHeightForWidth(200) > wide
