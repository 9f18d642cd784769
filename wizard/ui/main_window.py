"""The main window: step list, page stack and footer, shown from one `ShellState`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QBoxLayout,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from wizard.messages.translation import _
from wizard.ui.screen import ScreenFit
from wizard.ui.step_list import PRODUCT, ListedStep, StepList, window_title
from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import TONE_ICONS, pixmap, set_icon
from wizard.ui.widgets import sheet
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.buttons import Button, flat, primary, secondary
from wizard.ui.widgets.cards import line
from wizard.ui.widgets.labels import Paragraph
from wizard.ui.widgets.tab_order import step_to, tab_stops

if TYPE_CHECKING:
    from wizard.ui.page import WizardPage


SIZE = (1120, 760)
SMALLEST = (1000, 640)
NARROW_BELOW = 1080
_SENTENCE_AT_LEAST = 200
"""Room for the footer's sentence beside the buttons."""
FOLDED_BELOW = 1000
"""Width below which the step list shows no words."""


@dataclass(frozen=True, slots=True)
class ShellState:
    """Everything that the window shows around a page."""

    step: str
    """Id of the current step."""
    done: frozenset[str] = frozenset()
    reachable: frozenset[str] = frozenset()
    """Steps that can be clicked in the step list."""
    hidden: frozenset[str] = frozenset()
    """Steps that this job does not have."""
    job_name: str = ""
    job_state: str = ""
    """"Saved 14:31", "Edited, not yet reviewed", "Quarantined" or "Running, 66 %"."""
    job_icon: str = ""
    """Before the state; "" = none."""
    job_tone: Tone | None = None
    edited: frozenset[str] = frozenset()
    """Steps whose answers were edited and not reviewed."""
    sentence: str = ""
    """Shown in the footer: why the primary button is off, or what was just done."""
    icon: str = ""
    """Before the sentence; "" = the icon of the tone, or none."""
    tone: Tone | None = None
    primary: str = ""
    """Text of the primary button; "" = no button."""
    primary_on: bool = True
    back: bool | None = True
    """Whether Back is enabled; None = no button (run, monitor)."""
    skip: str = ""
    """Text of the flat button before Back, such as "Skip the test"; "" = no button."""
    review: bool | None = None
    """Whether Review changes is enabled; None = no button."""
    running: bool = False
    """Closing the window asks first."""


class Window(QWidget):
    """Shows what `show_state` is given and emits what the user asks for; decides nothing itself."""

    next_asked = Signal()
    back_asked = Signal()
    skip_asked = Signal()
    review_asked = Signal()
    """Review changes: straight to Preview."""
    step_asked = Signal(str)
    """Id of a reachable step: clicked in the step list, or Ctrl and its number."""
    help_asked = Signal()
    """F1, or the button in the step list."""
    closing = Signal()
    """The window closes for good; running tasks are to be cancelled."""
    hidden_on_close = Signal()
    """The window was closed, and the program continues in the notification area."""

    def __init__(
        self, steps: Sequence[ListedStep], pages: "Sequence[WizardPage]" = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("wizard")
        self.setWindowTitle(PRODUCT)
        self.setWindowIcon(pixmap("mark", theme().accent, 64))
        self._fit = ScreenFit(self, SIZE, SMALLEST)
        self.ask_before_close: Callable[[], bool] = self._ask_before_close
        """Asks whether to stop the run and close."""
        self.hides_on_close: Callable[[], bool] = lambda: False
        """Whether closing only hides the window: the program continues in the notification area."""
        self.may_close: Callable[[], bool] = lambda: True
        """Asks whether to close where something would be lost."""
        self.state = ShellState("")
        self._turned = QDeadlineTimer()
        """Expires when no double click can have begun on the page before."""
        self._lettered = ("", "")
        """Step and primary text for which the footer's letters were chosen."""
        self._steps = tuple(steps)
        self.step_list = StepList(steps)
        self.stack = QStackedWidget()
        self._pages: dict[str, WizardPage] = {}
        for page in pages:
            self.add_page(page)
        self.footer = Footer()
        self._lay_out()
        self._connect()

    @property
    def page(self) -> "WizardPage | None":
        """The current page."""
        return self._pages.get(self.state.step)

    def add_page(self, page: "WizardPage") -> None:
        """Add the page of a step; at the latest before the step is shown."""
        self.stack.addWidget(page)
        page.edges_changed.connect(self._align_footer)
        self.use_page(page)

    def use_page(self, page: "WizardPage") -> None:
        """Show this page for its step from now on: some steps have one page for each engine."""
        if self._pages.get(page.step_id) is page:
            return
        self._pages[page.step_id] = page
        narrow = self.width() < px(NARROW_BELOW)
        if page.is_narrow != narrow:
            page.set_narrow(narrow)

    def page_of(self, step_id: str) -> "WizardPage":
        """The page of a step."""
        return self._pages[step_id]

    def show_state(self, state: ShellState) -> None:
        """Show the page of the step and everything around it."""
        before, self.state = self.state, state
        if state.step != before.step:
            self._turn(before.step, state.step)
        if self.state is state:  # else the page that was entered has already caused a newer state to be shown
            self.show_frame(state)

    def show_frame(self, state: ShellState) -> None:
        """Show step list and footer only, while the page is still being built."""
        self.step_list.hide_steps(state.hidden)
        self.step_list.show_steps(state.step, state.done, state.reachable, state.edited)
        self.step_list.show_job(state.job_name, state.job_state, state.job_icon, state.job_tone)
        self.footer.show_sentence(state.sentence, state.tone, state.icon)
        pressed = next((button for button in self.footer.buttons if button.hasFocus()), None)
        if (state.step, state.primary) != self._lettered:
            self._lettered = (state.step, state.primary)
            self.footer.taken = mnemonics(self.page) if self.page is not None else frozenset()
        self.footer.show_buttons(state.primary, state.primary_on, state.back, state.skip, state.review)
        if pressed is not None and not (pressed.isEnabled() and pressed.isVisible()):
            self._focus_page()  # Qt would move the focus to the step list

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first while something is written to AWS, or where something would be lost; or only hide."""
        if self.hides_on_close():
            event.ignore()
            for dialog in filter(QDialog.isVisible, self.findChildren(QDialog)):
                dialog.close()  # else it stays on the screen without the window
            self.hide()
            self.hidden_on_close.emit()
            return
        if not (self.ask_before_close() if self.state.running else self.may_close()):
            event.ignore()
            return
        event.accept()
        self.hide()
        self.closing.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the focused button, else the primary one; held down, it does so once."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        event.accept()
        if event.isAutoRepeat():
            return
        focused = QApplication.focusWidget()
        target: QAbstractButton = self.footer.primary
        if isinstance(focused, QAbstractButton) and not focused.isCheckable():
            target = focused
        if target is self.footer.primary and not target.isEnabled():
            announce(self.footer, self.footer.sentence)  # it says why
        target.click()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Drop the second click of a double click whose first one has shown another page: it is not meant for that."""
        return event.type() == QEvent.Type.MouseButtonDblClick and not self._turned.hasExpired()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the pages when the window becomes narrow or wide."""
        super().resizeEvent(event)
        self.step_list.set_folded(self.width() < px(FOLDED_BELOW))
        narrow = self.width() < px(NARROW_BELOW)
        for page in self._pages.values():
            if page.is_narrow != narrow:
                page.set_narrow(narrow)

    def showEvent(self, event: QShowEvent) -> None:
        """Focus the page's first control, not the step list."""
        super().showEvent(event)
        self._fit.watch()
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)  # Qt installs it once, however often it is asked to
        if not (self.page is not None and self.page.isAncestorOf(self.focusWidget() or self)):
            self._focus_page()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through step list, page and footer, each in the order of its layouts."""
        stops = [
            stop
            for region in (self.step_list, self.page, self.footer)
            if region is not None
            for stop in tab_stops(region)
        ]
        if not stops:
            return False
        focused = self.focusWidget()
        of_page = tab_stops(self.page) if self.page is not None else []
        if (
            focused in (None, self) and of_page
        ):  # what had the focus is gone; the page is nearer than the step list
            step_to(of_page, None, forward)
            return True
        if focused not in (None, self) and not (focused.isVisible() and focused.isEnabled()):
            self._focus_page()  # it was hidden or disabled; the page is nearer than the step list
            return True
        step_to(stops, focused, forward)
        return True

    def _turn(self, old: str, new: str) -> None:
        self._turned = QDeadlineTimer(QApplication.doubleClickInterval())
        leaving, entering = self._pages.get(old), self._pages[new]
        if leaving is not None:
            leaving.leave()
            # Else Qt searches all pages for the next focus widget, once for each step in the list.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.stack.setUpdatesEnabled(False)  # paint once, at the end
        self.stack.setCurrentWidget(entering)
        title = entering.translated_title
        self.setWindowTitle(window_title(title))
        entering.enter()
        self._align_footer()
        self.stack.setUpdatesEnabled(True)
        self._focus_page()
        if leaving is not None:
            announce(self, title)

    def _align_footer(self) -> None:
        """Let the footer begin and end where the page's content does."""
        if self.page is not None:
            self.footer.set_edges(*self.page.edges)

    def _focus_page(self) -> None:
        """Focus the page's first control that Enter does not press; without any the window, so that Enter still works."""
        page = self.page
        stops = [stop for stop in tab_stops(page) if not self._is_never_first(stop)] if page is not None else []
        stops.sort(key=lambda stop: isinstance(stop, QPushButton))
        if self.isVisible():
            (stops[0] if stops else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _is_never_first(self, stop: QWidget) -> bool:
        """Whether a second Enter on this control would undo what the first one has started."""
        return bool(stop.property("neverFirst")) or (self.page is not None and stop in self.page.never_first)

    def _jump(self, number: str) -> None:
        for step in self._steps:
            if step.number == number and step.id in self.state.reachable:
                self.step_asked.emit(step.id)
                return

    def _ask_before_close(self) -> bool:
        return sheet.confirm(
            self,
            _("Stop the run and close?"),
            _("Completed changes are kept. The next run continues with the rest."),
            _("Stop and close"),
            cancel=_("Keep running"),
            name="askBeforeClose",
        )

    def _connect(self) -> None:
        self.step_list.asked.connect(self._asked)
        self.step_list.help.clicked.connect(self.help_asked)
        QShortcut(QKeySequence(Qt.Key.Key_F1), self).activated.connect(self.help_asked)
        self.footer.primary.clicked.connect(self.next_asked)
        self.footer.back.clicked.connect(self.back_asked)
        self.footer.skip.clicked.connect(self.skip_asked)
        self.footer.review.clicked.connect(self.review_asked)
        for number in dict.fromkeys(step.number for step in self._steps):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda number=number: self._jump(number))

    def _asked(self, step_id: str) -> None:
        if step_id in self.state.reachable and step_id != self.state.step:
            self.step_asked.emit(step_id)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        right.addWidget(line())
        right.addWidget(self.footer)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.step_list)
        row.addLayout(right, 1)


class Footer(QWidget):
    """A sentence, flat buttons, Back and the primary button; always visible.

    64 high. Where the window is too narrow for one row the sentence moves above the buttons, then the flat buttons above
    the others.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self._icon = QLabel()
        self._sentence = Paragraph(ink="text2")
        self._sentence.setObjectName("footerSentence")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.skip = flat("", "skip", size="normal")
        self.review = flat(_("Review changes"), "reviewChanges", size="normal")
        self.back = secondary(_("Back"), "back")
        self.primary = primary("", "next")
        self.taken: frozenset[str] = frozenset()
        """Letters that Alt presses something else with."""
        self._arranged: tuple[object, ...] = ()
        """What the arrangement was made for."""
        self._lay_out()
        self.set_edges(px(32), px(32))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Its buttons from the left."""
        return (self.skip, self.review, self.back, self.primary)

    @property
    def sentence(self) -> str:
        """The sentence shown."""
        return self._sentence.text()

    def show_sentence(self, sentence: str, tone: Tone | None, icon: str = "") -> None:
        """Show one sentence with an icon."""
        name = icon or (TONE_ICONS[tone] if tone else "")
        ink: Ink = tone if tone in ("warn", "bad", "ok") else "text2"
        set_icon(self._icon, name, ink)
        self._icon.setVisible(bool(name))
        self._sentence.setText(sentence)
        self._arrange()

    def show_buttons(
        self, primary_text: str, primary_on: bool, back: bool | None, skip: str, review: bool | None = None
    ) -> None:
        """Show the buttons: texts ("" = hidden), and whether primary, Back and Review are enabled (None = hidden)."""
        self.primary.setVisible(bool(primary_text))
        self.primary.change_text(with_mnemonic(primary_text, self.taken))
        self.back.change_text(with_mnemonic(_("Back"), self.taken | letter_of(self.primary.text())))
        self.primary.setAccessibleName(primary_text)
        self.primary.setEnabled(primary_on)
        self.back.setVisible(back is not None)
        self.back.setEnabled(bool(back))
        self.skip.setVisible(bool(skip))
        self.skip.change_text(skip)
        self.review.setVisible(review is not None)
        self.review.setEnabled(bool(review))
        self._arrange()

    def set_edges(self, left: int, right: int) -> None:
        """Set the margins in pixels."""
        self._all.setContentsMargins(left, 0, right, 0)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange again for another width."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Choose between one row and several."""
        margins = self._all.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        flats = [button.sizeHint().width() for button in (self.skip, self.review) if not button.isHidden()]
        mains = [button.sizeHint().width() for button in (self.back, self.primary) if not button.isHidden()]
        shown = (room, tuple(flats), tuple(mains), self.sentence)
        if shown == self._arranged or room <= 0:
            return  # called with each percent of a run
        self._arranged = shown
        gap = px(8)
        buttons = sum(flats) + sum(mains) + gap * (len(flats) + len(mains))
        beside = room - buttons - (0 if self._icon.isHidden() else self._icon.sizeHint().width() + gap)
        needed = self._sentence.heightForWidth(max(1, beside)) if self.sentence else 0
        one_row = not self.sentence or (beside >= px(_SENTENCE_AT_LEAST) and needed <= px(60))
        row, column = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._all.setDirection(row if one_row else column)
        wide = buttons <= room
        self._buttons.setDirection(row if wide else column)
        above, below = (0, 0) if one_row and wide else (px(12), px(12))
        self._all.setContentsMargins(margins.left(), above, margins.right(), below)
        self._all.invalidate()  # a change of the layout within leaves its cached height as it was
        self.setFixedHeight(
            px(63) if one_row and wide else max(px(63), self._all.totalHeightForWidth(self.width()))
        )

    def _lay_out(self) -> None:
        words, flats, mains = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        words.setSpacing(px(8))
        words.addWidget(self._icon)
        words.addWidget(self._sentence, 1)
        for row, buttons in ((flats, (self.skip, self.review)), (mains, (self.back, self.primary))):
            row.setSpacing(px(8))
            row.addStretch(1)
            for button in buttons:
                row.addWidget(button)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(px(8))
        self._buttons.addLayout(flats, 1)
        self._buttons.addLayout(mains)
        self._all = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._all.setSpacing(px(8))
        self._all.addLayout(words, 1)
        self._all.addLayout(self._buttons)


def with_mnemonic(text: str, taken: frozenset[str] = frozenset()) -> str:
    """Let Alt and a letter press a button: its first, or the next that is free, those of words before others.

    Scripts that no keyboard types at once get no mnemonic. `taken` are upper-case letters.
    """
    starts = [at for at, letter in enumerate(text) if at == 0 or text[at - 1] == " "]
    for at in (*starts, *range(len(text))):
        if text[at].isascii() and text[at].isalpha() and text[at].upper() not in taken:
            return f"{text[:at]}&{text[at:]}"
    return text


def letter_of(text: str) -> frozenset[str]:
    """Return the letter that Alt presses a text with, in upper case; none = an empty set."""
    return frozenset(QKeySequence.mnemonic(text).toString().removeprefix("Alt+")) - {""}


def mnemonics(region: QWidget) -> frozenset[str]:
    """Return the letters that Alt presses something in a region with; also what is hidden now."""
    texts = [label.text() for label in region.findChildren(QLabel) if label.buddy() is not None]
    texts += [button.text() for button in region.findChildren(QAbstractButton)]
    return frozenset[str]().union(*map(letter_of, texts))
