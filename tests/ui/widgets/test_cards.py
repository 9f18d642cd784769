"""Cards: messages, warnings, checks, waiting."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget

from tests.ui.audit import audit
from tests.ui.widgets.layout import put
from wizard.errors import recorded
from wizard.progress import Progress
from wizard.ui.widgets.cards import CheckRow, MessageAction, MessageCard, WaitCard
from wizard.ui.widgets.labels import Paragraph


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
    assert message.accessibleName().endswith("The access token has expired")
    for button in message.buttons:
        button.click()
    assert acted == ["open", "copy"]
    assert audit(sheet) == []
    message.show_text("ok", "Connected")
    QApplication.processEvents()
    assert (message.title, message.text, message.buttons) == ("Connected", "", ())
    assert message.property("tone") == "ok"
    assert message.accessibleName().endswith("Connected")


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


def test_a_check_box_begins_where_the_text_does(sheet: QWidget) -> None:
    show = MessageAction("Show the 37", "show", lambda: None)
    message = MessageCard("warn", "37 people would lose access", "Why.", (show,))
    box = QCheckBox("Accept all 37")
    message.add_extra(box)
    put(sheet, message)
    QApplication.processEvents()
    text = message.findChildren(Paragraph)[-1]
    assert box.mapTo(message, QPoint(0, 0)).x() == text.mapTo(message, QPoint(0, 0)).x()


def test_a_flat_action_is_placed_under_the_text(sheet: QWidget) -> None:
    message = MessageCard(
        "bad", "AWS did not answer", "Nothing was changed.", (MessageAction("Test again", "again", lambda: None),)
    )
    put(sheet, message)
    button = message.buttons[0]
    words = message.findChildren(Paragraph)[1]
    assert button.mapTo(message, QPoint(6, 0)).x() == words.mapTo(message, QPoint(0, 0)).x()
    assert button.width() == button.sizeHint().width()


@pytest.mark.parametrize(
    ("state", "detail", "said"),
    [
        ("ok", "214 ms", "People can be read, passed, 214 ms"),
        ("bad", "401", "People can be read, failed, 401"),
        ("untried", "", "People can be read, not tested"),
    ],
)
def test_a_check_tells_how_it_went(sheet: QWidget, state: Any, detail: str, said: str) -> None:
    row = CheckRow("peopleCheck", "People can be read")
    put(sheet, row)
    row.show_state(state, detail)
    assert row.accessibleName() == said
    assert row.detail == (detail or "not tested")
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


def test_what_a_page_says_is_announced(sheet: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an announcement: over AT-SPI Qt sends no alerts."""
    said: list[str] = []
    monkeypatch.setattr("wizard.ui.widgets.cards.announce", lambda _widget, words, **_how: said.append(words))
    message, wait = MessageCard("bad", "The token has expired", "Make a new one."), WaitCard("wait")
    wait.show_progress(Progress(recorded("Reading people")))
    put(sheet, message, wait)
    message.announce()
    assert said[0] == wait.doing
    assert said[1].endswith("The token has expired. Make a new one.")
    wait.show_progress(Progress(recorded("Reading people"), 5))
    wait.show_progress(Progress(recorded("Reading groups")))
    assert said[2:] == [wait.doing]
