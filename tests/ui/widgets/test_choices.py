"""Switches and cards to choose from."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QButtonGroup, QWidget

from tests.ui.audit import audit
from tests.ui.widgets.layout import put
from wizard.ui.widgets.choices import CheckBox, ChoiceCard, RadioGroup, RadioOption, SegmentedSwitch


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


def test_an_assistive_tool_chooses_as_a_mouse_does(sheet: QWidget) -> None:
    """Qt's Toggle, the only action it offers for one of several, emits no `clicked`."""
    switch = SegmentedSwitch("audience", (("all", "All"), ("people", "People")), "What to show")
    cards = [ChoiceCard(name, "person", name, "") for name in ("first", "second")]
    group = RadioGroup("when", "When", (RadioOption("now", "Now"), RadioOption("later", "Later")))
    box = CheckBox("On")
    put(sheet, switch, *cards, group, box)
    said: list[object] = []
    switch.chosen.connect(said.append)
    group.chosen.connect(said.append)
    box.clicked.connect(lambda on: said.append(on))
    for card in cards:
        card.clicked.connect(lambda _on, card=card: said.append(card.objectName()))
    switch._segments["people"].toggle()
    group._buttons["later"].toggle()
    cards[0].toggle()
    cards[1].toggle()
    box.toggle()
    box.toggle()
    assert said == ["people", "later", "first", "second", True, False]
    said.clear()
    switch.choose("all")
    group.choose("now")
    cards[0].setChecked(True)
    box.setChecked(True)
    assert said == [], "the program chooses without a signal"
    QTest.mouseClick(cards[1], Qt.MouseButton.LeftButton)
    QTest.mouseClick(switch._segments["people"], Qt.MouseButton.LeftButton)
    box.click()
    assert said == ["second", "people", False], "a click counts once"
