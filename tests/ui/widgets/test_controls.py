"""Buttons, fields, messages, switches, strips, cards: what they say, what they keep."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDropEvent, QFontInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QButtonGroup, QCheckBox, QLineEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.errors import recorded
from wizard.progress import Progress
from wizard.ui.theme.current import apply_theme
from wizard.ui.widgets.buttons import Button, danger, flat, icon_button, primary, secondary, small
from wizard.ui.widgets.cards import CheckRow, MessageAction, MessageCard, WaitCard
from wizard.ui.widgets.charts.count_strip import Count, CountStrip
from wizard.ui.widgets.charts.progress_panel import ProgressPanel, RunView
from wizard.ui.widgets.charts.run_chart import RunBar, RunChart
from wizard.ui.widgets.choices import ChoiceCard, SegmentedSwitch
from wizard.ui.widgets.fields import (
    DateField,
    FileField,
    LabelledField,
    NumberField,
    PasswordField,
    SearchField,
    TextField,
)
from wizard.ui.widgets.labels import Paragraph


@pytest.fixture
def sheet(app: QApplication) -> Iterator[QWidget]:
    """A window to lay controls out in."""
    outer = QWidget()
    QVBoxLayout(outer)
    outer.resize(700, 500)
    yield outer
    outer.close()


def put(sheet: QWidget, *controls: QWidget) -> None:
    for control in controls:
        layout = sheet.layout()
        assert layout is not None
        layout.addWidget(control)
    sheet.show()
    sheet.activateWindow()
    QApplication.processEvents()


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


def test_a_paragraph_wraps_and_gives_back_what_was_set(sheet: QWidget) -> None:
    words = Paragraph("Choose **Settings**, then <Identity source> & go on. " * 6)
    words.setFixedWidth(300)
    put(sheet, words)
    assert words.text().startswith("Choose **Settings**, then <Identity source>")
    assert words.accessibleName().startswith("Choose Settings, then <Identity source> & go")
    lines = words.heightForWidth(300) / 20
    assert lines == int(lines)
    assert lines > 3
    assert words.height() >= words.heightForWidth(300)


def test_a_field_says_its_hint_and_what_is_wrong(sheet: QWidget) -> None:
    edit = TextField("tenantUrl")
    field = LabelledField("&Tenant URL", edit, "AWS calls it the SCIM endpoint.", hint_icon="check")
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


def test_a_file_can_be_typed_or_dropped(sheet: QWidget, tmp_path: Path) -> None:
    field = FileField("usersFile", "People (*.csv *.xlsx)")
    put(sheet, LabelledField("&People file", field))
    said: list[str] = []
    field.changed.connect(said.append)
    assert field.edit.objectName() == "usersFile"
    assert field.edit.accessibleName() == "People file"
    field.set_path(" people.csv ")
    assert field.path == "people.csv"
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "people.xlsx"))])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(4, 4), Qt.DropAction.CopyAction, mime, left, none)
    field.dragEnterEvent(enter)
    assert enter.isAccepted()
    field.dropEvent(QDropEvent(QPointF(4, 4), Qt.DropAction.CopyAction, mime, left, none))
    assert Path(field.path) == tmp_path / "people.xlsx"
    assert len(said) == 2
    assert audit(sheet) == []


def test_only_files_of_this_computer_can_be_dropped(sheet: QWidget) -> None:
    field = FileField("usersFile")
    for text, urls in (("words", []), ("", [QUrl("https://people.example/list.csv")])):
        mime = QMimeData()
        mime.setText(text)
        if urls:
            mime.setUrls(urls)
        none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        enter = QDragEnterEvent(QPoint(4, 4), Qt.DropAction.CopyAction, mime, left, none)
        enter.ignore()
        field.dragEnterEvent(enter)
        assert not enter.isAccepted()


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


def test_a_message_is_announced_and_acts(sheet: QWidget) -> None:
    acted: list[str] = []
    message = MessageCard(
        "bad",
        "The access token has expired",
        "AWS refused it (401). Make a new one in the AWS console.",
        (
            MessageAction(
                "Open the AWS console", "openConsole", lambda: acted.append("open"), flat=False, icon="external"
            ),
            MessageAction("Copy details", "copyDetails", lambda: acted.append("copy")),
        ),
    )
    put(sheet, message)
    message.announce()
    assert message.accessibleName() == "Problem: The access token has expired"
    for button in message.buttons:
        button.click()
    assert acted == ["open", "copy"]
    assert audit(sheet) == []
    message.show_text("ok", "Connected")
    QApplication.processEvents()
    assert (message.title, message.text, message.buttons) == ("Connected", "", ())
    assert message.property("tone") == "ok"
    assert message.accessibleName() == "In order: Connected"


def test_a_concern_has_its_check_box_in_the_card(sheet: QWidget) -> None:
    message = MessageCard("warn", "This would disable 37 people")
    box = QCheckBox("I have checked these 37 people and accept this")
    box.setObjectName("acceptConcern")
    message.add_extra(box)
    put(sheet, message)
    assert box.isVisible()
    assert message.isAncestorOf(box)
    message.show_text(
        "warn", "This would disable 37 people", "Why.", (MessageAction("Show the 37", "show", lambda: None),)
    )
    QApplication.processEvents()
    show = message.buttons[0]
    assert show.mapTo(message, show.rect().topRight()).x() > message.width() - 30
    assert audit(sheet) == []


def test_a_flat_action_stands_under_the_text(sheet: QWidget) -> None:
    message = MessageCard(
        "bad", "AWS did not answer", "Nothing was changed.", (MessageAction("Test again", "again", lambda: None),)
    )
    put(sheet, message)
    button = message.buttons[0]
    words = message.findChildren(Paragraph)[1]
    assert button.mapTo(message, QPoint(6, 0)).x() == words.mapTo(message, QPoint(0, 0)).x()
    assert button.width() == button.sizeHint().width()


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


def test_a_strip_filters_and_stops_filtering(sheet: QWidget) -> None:
    counts = [Count("create", "Create", "plus", "ok"), Count("delete", "Delete", "trash")]
    strip = CountStrip("changes", counts, "Changes by kind")
    put(sheet, strip)
    said: list[str] = []
    strip.chosen.connect(said.append)
    strip.set_number("create", 1204)
    create = strip._buttons["create"]
    assert create.accessibleName() == "1,204 Create"
    assert strip.number("delete") == 0
    create.click()
    assert strip.choice == "create"
    strip._buttons["delete"].click()
    assert strip.choice == "delete"
    strip._buttons["delete"].click()
    assert said == ["create", "delete", ""]
    assert strip.choice == ""
    strip.choose("create")
    assert said == ["create", "delete", ""]
    assert create.height() == 64
    assert audit(sheet) == []


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


def test_a_card_without_a_choice_holds_a_button(sheet: QWidget) -> None:
    card = ChoiceCard("tryCard", "bolt", "Just looking?", "A made-up company of 60 people.", choosable=False)
    button = small("Try with sample company", "trySample")
    card.add_foot(button)
    put(sheet, card)
    card.click()
    assert not card.isChecked()
    assert card.isAncestorOf(button)


@pytest.mark.parametrize(
    ("state", "detail", "said"),
    [
        ("ok", "214 ms", "People can be read, passed, 214 ms"),
        ("bad", "401", "People can be read, failed, 401"),
        ("untried", "", "People can be read, not tried"),
    ],
)
def test_a_check_tells_how_it_went(sheet: QWidget, state: Any, detail: str, said: str) -> None:
    row = CheckRow("peopleCheck", "People can be read")
    put(sheet, row)
    row.show_state(state, detail)
    assert row.accessibleName() == said
    assert row.detail == (detail or "not tried")
    assert row.height() == 28


def test_a_wait_says_what_it_waits_for(sheet: QWidget) -> None:
    card = WaitCard("reading")
    put(sheet, card)
    stopped: list[bool] = []
    card.cancelled.connect(lambda: stopped.append(True))
    card.show_progress(Progress(recorded("Reading people from AWS"), 1280), "Page 13.")
    assert (card.bar.minimum(), card.bar.maximum()) == (0, 0)
    assert card.doing == "Reading people from AWS"
    card.show_progress(Progress(recorded("Reading people from AWS"), 1280, 4000))
    assert (card.bar.value(), card.bar.maximum()) == (1280, 4000)
    assert card.bar.accessibleDescription() == "1,280 of 4,000"
    card.cancel.click()
    assert stopped == [True]
    assert audit(sheet) == []


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
    assert field.text() == "12 Oct 2026"
    arrows = [field.calendarWidget().findChild(QToolButton, f"qt_calendar_{way}month") for way in ("prev", "next")]
    assert [arrow.accessibleName() for arrow in arrows] == ["The month before", "The month after"]
    assert field.height() == 32
    assert audit(sheet) == []


PANEL = (Count("created", "Created", "plus", "ok"), Count("failed", "Failed", "alert-circle", "bad", "bad"))


def test_the_panel_tells_how_a_run_goes(sheet: QWidget) -> None:
    panel = ProgressPanel("runProgress", PANEL, "Outcomes")
    put(sheet, panel)
    panel.phases.show_phase("write", ("read", "compare"))
    panel.show_run(
        RunView(2846, 4318, "changes", "About 1 min 20 s left", (("People", 2702, 4012),), "18 per second")
    )
    assert panel.bar.objectName() == "runProgress"
    assert (panel.bar.value(), panel.bar.maximum()) == (2846, 4318)
    assert panel.bar.accessibleName() == "Progress 65 %"
    assert panel.bar.accessibleDescription() == "2,846 of 4,318 changes. About 1 min 20 s left"
    assert panel.phases.accessibleName() == (
        "Read: done; Compare: done; Write to AWS: under way; Report: still to come"
    )
    assert audit(sheet) == []


def test_the_panel_before_anything_is_known(sheet: QWidget) -> None:
    panel = ProgressPanel("runProgress", PANEL, "Outcomes")
    put(sheet, panel)
    panel.set_waiting(True)
    assert (panel.bar.minimum(), panel.bar.maximum()) == (0, 0)
    panel.show_run(RunView(0, 0))
    assert panel.bar.maximum() == 1
    assert panel.bar.value() == 0


def test_the_chart_is_told_in_words_and_moves_by_keys(sheet: QWidget) -> None:
    chart = RunChart("runs")
    put(sheet, chart)
    chart.show_runs([RunBar(f"{day} Nov", 1000 + day, day % 3, 0) for day in range(1, 21)])
    said: list[int] = []
    chart.chosen.connect(said.append)
    assert len(chart.bars.runs) == 14
    assert chart.bars.accessibleName() == "Last 14 runs, 20 Nov: 1,020 done, 2 skipped, 0 failed"
    assert chart.bars.accessibleDescription().startswith("7 Nov: 1,007 done, 1 skipped, 0 failed; 8 Nov")
    chart.bars.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_End):
        QTest.keyClick(chart.bars, key)
    assert said == [12, 0, 13]
    QTest.mouseClick(chart.bars, Qt.MouseButton.LeftButton, pos=QPoint(chart.bars._left(3) + 5, 40))
    assert said[-1] == 3


def test_a_chart_without_runs_and_with_runs_of_nothing(sheet: QWidget) -> None:
    chart = RunChart("runs")
    put(sheet, chart)
    chart.grab()
    chart.show_runs([RunBar("Today", 0, 0, 0)])
    chart.grab()
    assert chart.bars.accessibleName() == "Last 1 runs, Today: 0 done, 0 skipped, 0 failed"


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_everything_can_be_painted_in_both_themes(sheet: QWidget, choice: Any) -> None:
    apply_theme(QApplication.instance(), choice)  # type: ignore[arg-type]
    switch = SegmentedSwitch("s", (("all", "All"), ("people", "People")), "What to show")
    strip = CountStrip("c", PANEL, "Outcomes")
    card = ChoiceCard("card", "cloud", "Microsoft Entra ID", "Words")
    card.setChecked(True)
    chart = RunChart("runs")
    chart.show_runs([RunBar("Today", 4, 2, 1)])
    put(sheet, switch, strip, card, chart)
    for control in (switch._segments["all"], strip._buttons["failed"], card, chart.bars):
        control.setFocus()
        assert not control.grab().toImage().isNull()
    assert QFontInfo(sheet.font()).family() == "Inter"
