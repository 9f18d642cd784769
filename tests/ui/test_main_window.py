"""The shell: rail, footer, keys, narrow windows, closing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QCloseEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.screens import grid
from tests.ui.audit import audit, clipped
from wizard.flow.steps.steps import STEPS
from wizard.ui.main_window import ShellState, Window, mnemonics, with_mnemonic
from wizard.ui.page import READABLE, WIDEST, PageContext, WizardPage
from wizard.ui.theme.colors import DARK, LIGHT
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.cards import MessageAction, WaitCard
from wizard.ui.widgets.fields import LabelledField, SearchField, TextField
from wizard.ui.widgets.sheet import Sheet

ALL = tuple(step.id for step in STEPS if not step.only_with)


class Specimen(WizardPage):
    """A page with one of each: it writes down what the shell tells it."""

    title = "Connect to AWS"
    sentence = "Two values from the AWS console tell the wizard where people go."

    def __init__(self, step_id: str) -> None:
        type(self).step_id = step_id
        super().__init__(cast(PageContext, None))
        self.told: list[str] = []
        self.url = TextField("tenantUrl")
        self.test = secondary("Test connection", "testConnection")
        self.body.addWidget(LabelledField("&Tenant URL", self.url, "AWS calls this value the SCIM endpoint."))
        self.body.addWidget(self.test)
        self.body.addStretch(1)

    def enter(self) -> None:
        self.told.append("enter")

    def leave(self) -> None:
        self.told.append("leave")


def specimen(step_id: str) -> Specimen:
    return type(f"Specimen_{step_id}", (Specimen,), {})(step_id)  # type: ignore[no-any-return]


@pytest.fixture
def window(app: QApplication, qtbot: QtBot) -> Iterator[Window]:
    made = Window(STEPS, [specimen(step_id) for step_id in ALL])
    made.show_state(state())
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    yield made
    made.state = ShellState("aws")
    made.close()
    made.deleteLater()


def state(step: str = "aws", **more: Any) -> ShellState:
    told: dict[str, Any] = {
        "done": frozenset({"plan"}),
        "reachable": frozenset({"plan"}),
        "job_name": "Tidewater",
        "primary": "Continue",
    }
    return ShellState(step, **(told | more))


def test_it_begins_at_its_size_and_keeps_the_smallest(window: Window) -> None:
    assert (window.width(), window.height()) == (1120, 760)
    assert window.minimumSize() == QSize(1000, 640)
    assert window.step_list.width() == 232
    assert window.stack.width() == 888


def test_a_page_is_notified_on_enter_and_leave(window: Window) -> None:
    aws, directory = window.page_of("aws"), window.page_of("directory")
    assert isinstance(aws, Specimen)
    assert isinstance(directory, Specimen)
    window.show_state(state(primary_on=False))
    assert aws.told == ["enter"]
    window.show_state(state("directory"))
    assert aws.told == ["enter", "leave"]
    assert directory.told == ["enter"]
    assert window.page is directory
    assert window.windowTitle().startswith("Connect to AWS")


def test_the_frame_is_visible_before_its_first_page(app: QApplication, qtbot: QtBot) -> None:
    window = Window(STEPS)
    qtbot.addWidget(window)
    opening = state("plan", done=frozenset(), reachable=frozenset(), primary_on=False, back=False)
    window.show_frame(opening)
    window.show()
    asked: list[object] = []
    for signal in (window.next_asked, window.back_asked, window.skip_asked, window.step_asked):
        signal.connect(lambda *told: asked.append(told))
    assert window.page is None
    assert window.step_list.button("plan").state == "now"
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Space):
        QTest.keyClick(window, key)
    window.step_list.button("plan").click()
    assert asked == []
    page = specimen("plan")
    window.add_page(page)
    window.show_state(opening)
    assert page.told == ["enter"]
    assert window.focusWidget() is page.url


def test_the_rail_says_where_we_are(window: Window) -> None:
    window.show_state(state("preview", done=frozenset(ALL[:6]), reachable=frozenset(ALL[:6])))
    names = {step_id: window.step_list.button(step_id).accessibleName() for step_id in ALL}
    for step in STEPS:
        if step.id in names:
            assert step.number in names[step.id]
            assert step.label in names[step.id]
    assert len({name.rpartition(", ")[2] for name in names.values()}) == 3, "done, current, not done yet"
    assert [window.step_list.button(step_id).isEnabled() for step_id in ALL] == [True] * 7 + [False] * 2
    assert window.step_list.button("preview").state == "now"


def test_a_step_with_parts_has_a_head_of_its_own(window: Window) -> None:
    head = window.step_list._heads["5"]
    window.show_state(state("preview", done=frozenset(ALL[:6]), reachable=frozenset(ALL[:6])))
    assert head.state == "within"
    assert head.text() in head.accessibleName()
    window.show_state(state("monitor", done=frozenset(ALL[:8])))
    assert head.state == "done"
    window.show_state(state("aws"))
    assert head.state == "ahead"


def test_pressing_a_done_step_asks_for_it(window: Window) -> None:
    asked: list[str] = []
    window.step_asked.connect(asked.append)
    window.step_list.button("plan").click()
    window.step_list.button("aws").click()
    window.step_list.button("scope").click()
    assert asked == ["plan"]
    assert window.step_list.button("aws").state == "now", "only the controller changes the step"


def test_control_and_a_number_jump_to_done_steps(window: Window) -> None:
    asked: list[str] = []
    window.step_asked.connect(asked.append)
    window.show_state(state("run", reachable=frozenset(ALL[:5])))
    for key in (Qt.Key.Key_1, Qt.Key.Key_5, Qt.Key.Key_6):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    assert asked == ["plan", "attributes"]


def test_the_footer_shows_the_given_text(window: Window) -> None:
    footer = window.footer
    window.show_state(
        state(
            sentence="The connection has to pass its test first.",
            primary_on=False,
            skip="Skip the test",
        )
    )
    assert footer.sentence == "The connection has to pass its test first."
    assert not footer.primary.isEnabled()
    assert footer.skip.isVisible()
    assert footer.back.isEnabled()
    window.show_state(state("run", back=None, primary="See the report"))
    assert not footer.back.isVisible()
    assert not footer.skip.isVisible()
    assert footer.primary.text() == "&See the report"
    assert (footer.primary.objectName(), footer.back.objectName()) == ("next", "back")


def test_a_long_sentence_wraps_inside_the_footer(window: Window) -> None:
    sentence = "scim.intranet.example is not a host of AWS. Confirm it below, or copy the address from AWS again. "
    window.resize(1000, 640)
    window.show_state(state(sentence=sentence * 2, tone="warn", skip="Skip the test", primary="Run 1,133 changes"))
    QApplication.processEvents()
    words = window.footer.findChild(QLabel, "footerSentence")
    assert words is not None
    assert words.heightForWidth(words.width()) <= words.height() <= window.footer.height()
    window.show_state(state(sentence=sentence, tone="warn"))
    QApplication.processEvents()
    assert words.heightForWidth(words.width()) <= words.height() <= window.footer.height() == 63
    assert audit(window) == []


def test_buttons_ask(window: Window, qtbot: QtBot) -> None:
    asked: list[str] = []
    window.next_asked.connect(lambda: asked.append("next"))
    window.back_asked.connect(lambda: asked.append("back"))
    window.skip_asked.connect(lambda: asked.append("round"))
    window.show_state(state(skip="Skip the test"))
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: asked == ["back"], timeout=2000)
    QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: asked == ["back", "next"], timeout=2000)
    window.footer.skip.click()
    assert asked == ["back", "next", "round"]


def test_enter_presses_the_focused_button_else_the_primary_one(window: Window) -> None:
    pressed: list[str] = []
    page = window.page
    assert isinstance(page, Specimen)
    window.next_asked.connect(lambda: pressed.append("next"))
    page.test.clicked.connect(lambda: pressed.append("test"))
    page.url.setFocus()
    QTest.keyClick(page.url, Qt.Key.Key_Return)
    page.test.setFocus()
    QTest.keyClick(page.test, Qt.Key.Key_Return)
    window.show_state(state(primary_on=False))
    page.url.setFocus()
    QTest.keyClick(page.url, Qt.Key.Key_Return)
    assert pressed == ["next", "test"]


def test_enter_stays_in_a_search_and_in_text_of_many_lines(window: Window) -> None:
    pressed: list[bool] = []
    window.next_asked.connect(lambda: pressed.append(True))
    page = window.page
    assert page is not None
    search, text = SearchField("find", "Find an attribute"), QPlainTextEdit()
    for control in (search, text):
        page.body.addWidget(control)
        control.setFocus()
        QTest.keyClick(control, Qt.Key.Key_Return)
    assert pressed == []


def test_tab_walks_rail_page_footer_in_this_order(window: Window) -> None:
    late = QLineEdit()
    late.setObjectName("late")
    page = window.page
    assert isinstance(page, Specimen)
    page.body.addWidget(late)
    late.show()
    window.step_list.button("plan").setFocus()
    walked = []
    for _step in range(9):
        walked.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert walked[:4] == ["step.plan", "step.aws", "helpAndAbout", "appearance"]
    assert set(walked[4:7]) == {"testConnection", "tenantUrl", "late"}
    assert walked[7:] == ["back", "next"]
    assert QApplication.focusWidget().objectName() == "step.plan"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget().objectName() == "next"


def test_of_several_answers_tab_stops_at_the_chosen_one(window: Window) -> None:
    page = window.page
    assert page is not None
    answers = [QRadioButton(name) for name in ("Assigned", "Everyone", "Nobody")]
    for answer in answers:
        answer.setObjectName(answer.text())
        page.body.addWidget(answer)
    answers[1].setChecked(True)
    QApplication.processEvents()
    window.step_list.button("plan").setFocus()
    walked = set()
    for _step in range(10):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        walked.add(QApplication.focusWidget().objectName())
    assert walked & {"Assigned", "Everyone", "Nobody"} == {"Everyone"}


def test_a_new_page_takes_the_focus(window: Window) -> None:
    window.show_state(state("directory"))
    page = window.page
    assert isinstance(page, Specimen)
    assert QApplication.focusWidget() in (page.test, page.url)


def test_a_page_without_controls_leaves_the_focus_to_the_window(window: Window) -> None:
    page = window.page_of("run")
    assert isinstance(page, Specimen)
    page.url.setEnabled(False)
    page.test.setEnabled(False)
    window.footer.primary.setFocus()
    window.show_state(state("run", primary_on=False, back=None))
    assert QApplication.focusWidget() is window


def test_what_goes_away_on_the_page_leaves_the_focus_there(window: Window) -> None:
    page = window.page
    assert isinstance(page, Specimen)
    page.test.setFocus()
    page.test.hide()
    assert QApplication.focusWidget() is page.url
    page.test.show()
    page.url.setEnabled(False)
    assert QApplication.focusWidget() is page.test


def test_a_button_that_goes_off_gives_its_focus_to_the_page(window: Window) -> None:
    window.footer.primary.setFocus()
    window.show_state(state(primary_on=False))
    page = window.page
    assert isinstance(page, Specimen)
    assert QApplication.focusWidget() in (page.test, page.url)
    page.url.setFocus()
    window.show_state(state())
    window.show_state(state(primary_on=False))
    assert QApplication.focusWidget() is page.url, "a person's own place is left alone"


def test_the_look_is_switched_in_the_rail(window: Window, app: QApplication) -> None:
    button = window.step_list.appearance
    chosen: list[str] = []
    button.chosen.connect(chosen.append)
    menu = button.menu()
    actions = {action.objectName(): action for action in menu.actions()}
    actions["appearance.dark"].trigger()
    assert (chosen, theme()) == (["dark"], DARK)
    assert current_theme().choice == "dark"
    assert actions["appearance.dark"].isChecked()
    assert window.step_list.palette().color(window.step_list.backgroundRole()).name().upper() == DARK.rail
    actions["appearance.system"].trigger()
    assert (chosen[-1], theme()) == ("system", LIGHT)
    assert actions["appearance.system"].isChecked()


def test_a_narrow_window_loses_the_sentence_and_some_margin(window: Window) -> None:
    page = window.page
    assert page is not None
    sentence = page.findChild(QLabel, "pageSentence")
    assert sentence is not None
    assert sentence.isVisible()
    window.resize(1000, 640)
    QApplication.processEvents()
    assert page.is_narrow
    assert not sentence.isVisible()
    window.resize(1120, 760)
    QApplication.processEvents()
    assert not page.is_narrow
    assert sentence.isVisible()


def test_a_high_page_scrolls_and_the_footer_stays(window: Window, qtbot: QtBot) -> None:
    page = window.page
    assert isinstance(page, Specimen)
    for number in range(40):
        box = QCheckBox(f"Choice {number}")
        box.setObjectName(f"choice{number}")
        page.body.addWidget(box)
    scroll = page.findChild(QScrollArea, "pageScroll")
    last = page.findChild(QCheckBox, "choice39")
    assert scroll is not None
    assert last is not None
    bar = scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0, timeout=2000)
    assert window.footer.geometry().bottom() == window.height() - 1
    assert bar.value() == 0
    right = page.url.mapTo(page, page.url.rect().topRight()).x()
    assert right == page.width() - 32 - 1, "the scroll bar takes its room from the margin"
    last.setFocus()
    QTest.keyClick(last, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert bar.value() > 0, "Tab brings what it comes to into sight"


@pytest.mark.parametrize("widest", [READABLE, WIDEST])
def test_in_a_wide_window_the_content_is_centred_and_the_footer_ends_where_it_does(
    window: Window, widest: int
) -> None:
    page = window.page
    assert isinstance(page, Specimen)
    type(page).widest = widest
    window.resize(2900, 1000)
    QApplication.processEvents()
    assert page.url.width() == widest
    left = page.url.mapTo(page, page.url.rect().topLeft()).x()
    assert abs(2 * left + widest - page.width()) <= 1
    button = window.footer.primary
    right = button.mapTo(window.footer, button.rect().topRight()).x()
    assert abs(right - (left + widest - 1)) <= 1


def test_a_page_shows_one_message_for_each_cause(window: Window) -> None:
    page = window.page
    assert page is not None
    acted: list[str] = []
    first = page.show_message("warn", "The token expires in 12 days", cause="token")
    page.show_message(
        "bad",
        "AWS did not answer",
        "Try again.",
        (MessageAction("Test again", "again", lambda: acted.append("again")),),
    )
    second = page.show_message("bad", "The access token has expired", cause="token")
    QApplication.processEvents()
    assert not first.isVisible()
    assert page.messages.count() == 2
    assert second.title == "The access token has expired"
    again = page.findChild(type(window.footer.back), "again")
    assert again is not None
    again.click()
    assert acted == ["again"]
    page.clear_message("token")
    page.clear_message("token")
    assert page.messages.count() == 1
    assert audit(window) == []


def closed(window: Window) -> bool:
    event = QCloseEvent()
    window.closeEvent(event)
    return event.isAccepted()


def test_closing_asks_only_while_a_run_is_under_way(window: Window) -> None:
    asked: list[bool] = []
    gone: list[bool] = []
    window.closing.connect(lambda: gone.append(True))
    answers = iter([False, True])

    def ask() -> bool:
        asked.append(True)
        return next(answers)

    window.ask_before_close = ask
    window.show_state(state("run", running=True))
    assert not closed(window)
    assert gone == []
    assert closed(window)
    assert (asked, gone) == ([True, True], [True])


def test_without_a_run_closing_asks_nothing(window: Window) -> None:
    window.ask_before_close = lambda: pytest.fail("asked")
    assert closed(window)


@pytest.mark.parametrize(("press", "stops"), [("askBeforeCloseVerb", True), ("askBeforeCloseCancel", False)])
def test_closing_during_a_run_is_asked_about(window: Window, qtbot: QtBot, press: str, stops: bool) -> None:
    window.show_state(state("run", running=True))

    def answer() -> None:
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, Sheet)
        sheet.findChild(QAbstractButton, press).click()

    QTimer.singleShot(0, answer)
    assert closed(window) is stops


@pytest.mark.parametrize("step", ["plan", "aws", "monitor"])
def test_the_shell_passes_the_audit(window: Window, step: str) -> None:
    window.show_state(state(step, done=frozenset(ALL), reachable=frozenset(ALL), skip="Skip the test"))
    QApplication.processEvents()
    assert audit(window) == []


def test_the_audit_finds_faults(window: Window) -> None:
    page = window.page
    assert page is not None
    nameless, twin, narrow = QLineEdit(), QCheckBox("&Back up"), secondary("Test connection", "narrow")
    twin.setObjectName("twin")
    narrow.setMinimumSize(1, 1)
    narrow.setMaximumWidth(20)
    wide = QCheckBox("Too wide")
    wide.setObjectName("wide")
    wide.setMinimumWidth(1500)
    deaf = QCheckBox("Deaf")
    deaf.setObjectName("deaf")
    for control in (nameless, twin, narrow, wide, deaf):
        page.body.addWidget(control)
    QApplication.processEvents()
    complaints = "\n".join(audit(window))
    assert "has no accessible name" in complaints
    assert "has no object name" in complaints
    assert "Alt+B is both" in complaints
    assert "narrow 'Test connection' is clipped" in complaints
    assert "needs 15" in complaints


def test_a_footer_text_set_on_enter_is_not_overwritten(window: Window) -> None:
    page = window.page_of("run")
    newer = state("run", sentence="Failed ones can be tried again when the run has ended.", running=True)
    page.enter = lambda: window.show_state(newer)  # type: ignore[method-assign]
    window.show_state(state("run", sentence="Nothing has run yet."))
    assert window.state is newer
    assert window.footer.findChild(QLabel, "footerSentence").text() == newer.sentence


def on_screen(window: Window, name: str) -> None:
    """Move the window to a screen and show it as at its start."""
    screen = next(screen for screen in QApplication.screens() if screen.name() == name)
    window.hide()
    window.setScreen(screen)
    window.move(screen.availableGeometry().topLeft())
    window.show()
    QApplication.processEvents()
    assert window.screen() is screen


@pytest.mark.parametrize("name", grid())
def test_the_window_fits_every_screen_and_its_buttons_are_seen(window: Window, name: str) -> None:
    on_screen(window, name)
    space = window.screen().availableGeometry().size()
    sentence = "scim.intranet.example is not a host of AWS. Confirm it below, or copy the address from AWS again."
    window.show_state(
        state(sentence=sentence, tone="warn", skip="Skip the test", review=True, primary="Run 1,133 changes")
    )
    QApplication.processEvents()
    for size in (window.frameGeometry().size(), window.minimumSize()):
        assert size.width() <= space.width()
        assert size.height() <= space.height()
    for button in window.footer.buttons:
        corner = button.mapTo(window, button.rect().bottomRight())
        assert window.rect().contains(corner), button.objectName()
        assert window.rect().contains(button.mapTo(window, QPoint(0, 0))), button.objectName()
    assert clipped(window) == []


def test_the_footer_is_as_high_as_its_rows_after_each_change_of_width(window: Window) -> None:
    window.setMinimumSize(1, 1)
    window.show_state(state(sentence="Read at 14:31: 63 people, 8 groups", skip="Skip the test", review=True))
    footer = window.footer
    rows = []
    for width in (1200, 560, 380, 560, 380, 1200):
        window.resize(width, 600)
        QTest.qWait(20)
        rows.append(footer.height())
        for button in footer.buttons:
            assert footer.rect().contains(button.geometry()), (width, button.objectName())
    assert rows[0] == rows[-1] == 63
    assert rows[1] == rows[3] < rows[2] == rows[4]


def test_the_window_shrinks_when_it_comes_to_a_smaller_screen(window: Window) -> None:
    window.resize(1600, 1000)
    small = next(screen for screen in QApplication.screens() if screen.name() == "1280x720@150")
    window.move(small.availableGeometry().topLeft())
    QApplication.processEvents()
    assert window.width() <= 853
    assert window.minimumHeight() <= 480


def test_a_small_window_shows_the_steps_without_words_and_tab_scrolls_to_them(
    window: Window, qtbot: QtBot
) -> None:
    on_screen(window, "1280x720@200")
    steps = window.step_list
    window.show_state(state("preview", done=frozenset(ALL), reachable=frozenset(ALL)))
    QApplication.processEvents()
    assert steps.width() < 100
    assert steps.button("aws").toolTip() == steps.button("aws").text()
    scroll = steps.findChild(QScrollArea, "stepScroll")
    assert scroll is not None
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0, timeout=2000)
    steps.button("settings").setFocus()
    for _stop in range(4):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert window.focusWidget() is steps.help
    assert not steps.help.visibleRegion().isEmpty()


def test_steps_are_announced_as_steps(window: Window) -> None:
    window.show_state(state("preview", done=frozenset(ALL), reachable=frozenset(ALL)))
    for step_id in ALL:
        accessible = QAccessible.queryAccessibleInterface(window.step_list.button(step_id))
        assert accessible.role() == QAccessible.Role.Button
        assert accessible.text(QAccessible.Text.Name).startswith("Step ")


def test_the_focus_never_lands_on_the_cancel_of_a_reading(window: Window) -> None:
    window.show_state(ShellState("aws"))
    page = window.page
    assert isinstance(page, Specimen)
    wait = WaitCard("readWait")
    page.actions_row.insertWidget(0, wait)
    wait.show()
    page.url.setEnabled(False)
    page.test.setFocus()
    page.test.setEnabled(False)
    window.setFocus()
    window._focus_page()
    assert QApplication.focusWidget() is not wait.cancel
    cancelled: list[None] = []
    wait.cancelled.connect(lambda: cancelled.append(None))
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert not cancelled
    wait.cancel.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(wait.cancel, Qt.Key.Key_Return)
    assert len(cancelled) == 1, "a person who goes there may press it"


def test_edited_steps_and_the_job_below_say_so(window: Window) -> None:
    plain = window.step_list.button("settings").accessibleName()
    window.show_state(
        replace(state(), edited=frozenset({"settings"}), job_state="Edited", job_icon="pencil", job_tone="warn")
    )
    edited = window.step_list.button("settings")
    assert edited.edited
    assert edited.accessibleName() != plain
    assert not window.step_list.button("scope").edited
    assert (
        window.step_list.button("settings").grab().toImage() != window.step_list.button("scope").grab().toImage()
    )
    foot = window.findChild(QLabel, "jobState")
    assert foot is not None
    assert foot.property("ink") == "warn"
    window.show_state(state())
    assert window.step_list.button("settings").accessibleName() == plain
    assert foot.property("ink") == "text2"


def test_review_changes_is_shown_where_it_is_offered(window: Window, qtbot: QtBot) -> None:
    review = window.footer.review
    assert review.isHidden()
    window.show_state(replace(state(), review=False))
    assert review.isVisible()
    assert not review.isEnabled()
    window.show_state(replace(state(), review=True))
    with qtbot.waitSignal(window.review_asked):
        review.click()


def test_closing_asks_where_something_would_be_lost(window: Window) -> None:
    window.may_close = lambda: False
    window.close()
    assert window.isVisible()
    window.may_close = lambda: True
    window.close()
    assert not window.isVisible()


@pytest.mark.parametrize(
    ("text", "taken", "shown"),
    [
        ("Next", "", "&Next"),
        ("Zurück", "Z", "Z&urück"),
        ("Apply 2 changes", "A", "Apply 2 &changes"),
        ("Apply", "APPLY", "Apply"),
        ("次へ", "", "次へ"),
    ],
)
def test_a_button_of_the_footer_takes_a_letter_that_is_free(text: str, taken: str, shown: str) -> None:
    assert with_mnemonic(text, frozenset(taken)) == shown


def test_letters_of_hidden_fields_are_taken_too(app: QApplication, qtbot: QtBot) -> None:
    page, field = QWidget(), LabelledField("&Name", TextField("name"))
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.addWidget(field)
    column.addWidget(QPushButton("Read && check &again"))
    column.addWidget(QLabel("&Data, not a label"))
    field.hide()
    assert mnemonics(page) == {"N", "A"}


def test_enter_that_is_held_down_continues_once(window: Window, qtbot: QtBot) -> None:
    """Else one long press leads past Preview and starts its run."""
    asked: list[object] = []
    window.next_asked.connect(lambda: asked.append(None))
    page = window.page
    assert isinstance(page, Specimen)
    for focused in (page.url, window.footer.primary):
        focused.setFocus()
        for again in (False, True, True):
            event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", again)
            QApplication.sendEvent(focused, event)
        assert len(asked) == 1, focused.objectName()
        asked.clear()


def test_a_double_click_on_continue_continues_once(window: Window, qtbot: QtBot) -> None:
    shown: list[str] = []

    def next_page() -> None:
        shown.append(ALL[ALL.index(window.state.step) + 1])
        window.show_state(state(shown[-1]))

    window.next_asked.connect(next_page)
    button = window.footer.primary
    place = button.mapTo(window, button.rect().center())
    QTest.mouseDClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    assert len(shown) == 1
    QTest.qWait(QApplication.doubleClickInterval() + 20)
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    assert len(shown) == 2


def test_tab_comes_to_the_buttons_of_a_message_where_they_are_seen(window: Window) -> None:
    page = window.page
    assert isinstance(page, Specimen)
    action = MessageAction("Try again", "tryAgain", lambda: None)
    again = page.show_message("bad", "No connection", actions=(action,)).buttons[0]
    QApplication.processEvents()
    page.url.setFocus()
    QTest.keyClick(page.url, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is again
    window._focus_page()
    assert QApplication.focusWidget() is page.url, "Enter on a new page presses nothing in a message"


def test_the_window_comes_back_when_its_screen_becomes_smaller(window: Window) -> None:
    """What is left of a screen may end above the window's footer."""
    space = window.screen().availableGeometry()
    window.move(space.right() - 300, space.bottom() - 200)
    QApplication.processEvents()
    assert not space.contains(window.frameGeometry())
    window.screen().availableGeometryChanged.emit(space)
    assert space.contains(window.frameGeometry())


def test_without_its_window_no_dialog_stays_on_the_screen(window: Window) -> None:
    beside = QDialog(window)
    beside.show()
    window.hides_on_close = lambda: True
    window.close()
    assert not beside.isVisible()
    window.hides_on_close = lambda: False


def test_a_new_page_and_why_it_cannot_be_left_are_announced(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("wizard.ui.main_window.announce", lambda _widget, words: said.append(words))
    window.show_state(state("directory", sentence="Choose a file.", primary_on=False))
    assert said == [window.page_of("directory").translated_title]
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert said[1:] == ["Choose a file."]


def test_the_focus_begins_at_no_button(window: Window) -> None:
    page = window.page
    assert isinstance(page, Specimen)
    export, change = secondary("Export…", "export"), secondary("Change…", "change")
    page.actions_row.addWidget(export)
    page.body.insertWidget(0, change)
    QApplication.processEvents()
    window._focus_page()
    assert QApplication.focusWidget() is page.url, "Enter on a new page must go on, and press nothing"
    page.url.setEnabled(False)
    page.test.setEnabled(False)
    window._focus_page()
    assert QApplication.focusWidget() is export


def test_what_a_page_said_of_one_job_is_not_shown_for_the_next(window: Window) -> None:
    page = window.page
    assert isinstance(page, Specimen)
    for cause in ("export", "accept"):
        page.show_message("bad", "The file cannot be written", cause=cause)
    page.forget()
    assert page._messages == {}


def test_tab_goes_on_in_the_page_where_the_focused_button_is_gone(window: Window) -> None:
    page = window.page
    assert isinstance(page, Specimen)
    window.setFocus()
    assert window.focusNextPrevChild(True)
    assert QApplication.focusWidget() is page.url
    window.setFocus()
    assert window.focusNextPrevChild(False)
    assert QApplication.focusWidget() is page.test
