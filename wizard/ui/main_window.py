"""The shell: the step rail, the page stack, Back and the primary button, one `show_state`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from wizard.ui.footer import Footer
from wizard.ui.step_list import PRODUCT, Rail, RailStep
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import pixmap
from wizard.ui.widgets.cards import line

if TYPE_CHECKING:
    from wizard.ui.page import WizardPage

SIZE = (1120, 760)
SMALLEST = (1000, 640)
NARROW_BELOW = 1080


@dataclass(frozen=True, slots=True)
class ShellState:
    """Everything the shell shows around a page, as one value."""

    step: str
    """Id of the step that is shown."""
    done: frozenset[str] = frozenset()
    reachable: frozenset[str] = frozenset()
    """Steps whose entry in the rail may be pressed."""
    job_name: str = ""
    job_state: str = ""
    """"Draft, saved 14:31" or "Running, 66 %"."""
    sentence: str = ""
    """Left in the footer: why the primary button is off, or what was last done."""
    icon: str = ""
    """Before the sentence; "" = the tone's own, or none."""
    tone: Tone | None = None
    primary: str = "Continue"
    """What the primary button says, a verb; "" = there is none."""
    primary_on: bool = True
    back: bool | None = True
    """Off where it is False; None = there is no way back (run, monitor)."""
    way_round: str = ""
    """"Go on without a test"; "" = there is none."""
    running: bool = False
    """A run is under way: closing asks first."""


class Window(QWidget):
    """The one window. It shows what `show_state` tells and says what a person asks for; it decides nothing."""

    next_asked = Signal()
    back_asked = Signal()
    way_round_asked = Signal()
    step_asked = Signal(str)
    """Id of a done step, pressed in the rail or by Ctrl and its number."""
    help_asked = Signal()
    """F1, or the button in the rail."""
    closing = Signal()
    """The window is closing for good; whatever runs is to be ended."""

    def __init__(
        self, steps: Sequence[RailStep], pages: "Sequence[WizardPage]" = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("wizard")
        self.setWindowTitle(PRODUCT)
        self.setWindowIcon(pixmap("mark", theme().accent, 64))
        self.resize(px(SIZE[0]), px(SIZE[1]))
        self.setMinimumSize(px(SMALLEST[0]), px(SMALLEST[1]))
        self.ask_before_close: Callable[[], bool] = self._ask_before_close
        """Asks whether a run shall be stopped; True = stop it and close."""
        self.state = ShellState("")
        self._steps = tuple(steps)
        self.rail = Rail(steps)
        self.stack = QStackedWidget()
        self._pages: dict[str, WizardPage] = {}
        for page in pages:
            self.add_page(page)
        self.footer = Footer()
        self._lay_out()
        self._connect()

    @property
    def page(self) -> "WizardPage | None":
        """The page that is shown."""
        return self._pages.get(self.state.step)

    def add_page(self, page: "WizardPage") -> None:
        """Take in one more page; it may come as late as the step it belongs to."""
        self._pages[page.step_id] = page
        self.stack.addWidget(page)
        narrow = self.width() < px(NARROW_BELOW)
        if page.is_narrow != narrow:
            page.set_narrow(narrow)

    def page_of(self, step_id: str) -> "WizardPage":
        """The page of a step."""
        return self._pages[step_id]

    def show_state(self, state: ShellState) -> None:
        """Show everything around the page, and the page of the step; a page that changes is told so."""
        before, self.state = self.state, state
        if state.step != before.step:
            self._turn(before.step, state.step)
        if self.state is state:  # else the page that came has told something newer, and it is shown already
            self.show_frame(state)

    def show_frame(self, state: ShellState) -> None:
        """Show rail and footer alone: what stands around a page that is still being made."""
        self.rail.show_steps(state.step, state.done, state.reachable)
        self.rail.show_job(state.job_name, state.job_state)
        self.footer.show_sentence(state.sentence, state.tone, state.icon)
        pressed = next((button for button in self.footer.buttons if button.hasFocus()), None)
        self.footer.show_buttons(state.primary, state.primary_on, state.back, state.way_round)
        if pressed is not None and not (pressed.isEnabled() and pressed.isVisible()):
            self._focus_page()  # Qt would take the focus round to the rail

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first while a run is under way: what it has done stays done."""
        if self.state.running and not self.ask_before_close():
            event.ignore()
            return
        event.accept()
        self.hide()
        self.closing.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button in focus, else the primary one."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        focused = QApplication.focusWidget()
        target: QAbstractButton = self.footer.primary
        if isinstance(focused, QAbstractButton) and not focused.isCheckable():
            target = focused
        target.click()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the pages when the window becomes narrow or wide."""
        super().resizeEvent(event)
        narrow = self.width() < px(NARROW_BELOW)
        self.footer.set_narrow(narrow)
        for page in self._pages.values():
            if page.is_narrow != narrow:
                page.set_narrow(narrow)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the page's first control, not at the rail."""
        super().showEvent(event)
        if not (self.page is not None and self.page.isAncestorOf(self.focusWidget() or self)):
            self._focus_page()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks rail, page, footer, whatever order their controls were made in."""
        stops = [
            stop for region in (self.rail, self.page, self.footer) if region is not None for stop in _stops(region)
        ]
        if not stops:
            return False
        focused = self.focusWidget()
        if focused not in (None, self) and not (focused.isVisible() and focused.isEnabled()):
            self._focus_page()  # it went away or was switched off; the page is nearer than the rail
            return True
        position = 0 if forward else len(stops) - 1
        if focused in stops:
            position = stops.index(focused) + (1 if forward else -1)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[position % len(stops)].setFocus(reason)
        return True

    def _turn(self, old: str, new: str) -> None:
        leaving, entering = self._pages.get(old), self._pages[new]
        if leaving is not None:
            leaving.leave()
            # Else Qt looks all pages through for another place, again for each step of the rail that it meets there.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.stack.setUpdatesEnabled(False)  # painted once, when everything is said
        self.stack.setCurrentWidget(entering)
        self.setWindowTitle(f"{entering.title} - {PRODUCT}" if entering.title else PRODUCT)
        entering.enter()
        self.stack.setUpdatesEnabled(True)
        self._focus_page()

    def _focus_page(self) -> None:
        """Begin at the page's first control; where it has none, at the window itself, so that Enter still answers."""
        page = self.page
        stops = [stop for stop in _stops(page) if stop not in page.never_first] if page is not None else []
        if self.isVisible():
            (stops[0] if stops else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _jump(self, number: str) -> None:
        for step in self._steps:
            if step.number == number and step.id in self.state.reachable:
                self.step_asked.emit(step.id)
                return

    def _ask_before_close(self) -> bool:
        box = QMessageBox(self)
        box.setObjectName("askBeforeClose")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(PRODUCT)
        box.setText("A run is under way")
        box.setInformativeText(
            "What is done stays done; the rest is left for the next run. Requests already sent may finish first."
        )
        stop = box.addButton("Stop the run and close", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep running", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.exec()
        return box.clickedButton() is stop

    def _connect(self) -> None:
        self.rail.asked.connect(self._asked)
        self.rail.help.clicked.connect(self.help_asked)
        QShortcut(QKeySequence(Qt.Key.Key_F1), self).activated.connect(self.help_asked)
        self.footer.primary.clicked.connect(self.next_asked)
        self.footer.back.clicked.connect(self.back_asked)
        self.footer.way_round.clicked.connect(self.way_round_asked)
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
        row.addWidget(self.rail)
        row.addLayout(right, 1)


def _stops(region: QWidget) -> list[QWidget]:
    """The controls of a region that Tab stops at, in the order they were made or set."""
    stops: list[QWidget] = []
    control = region.nextInFocusChain()
    while control is not None and control is not region:
        usable = (
            control.isEnabled() and control.isVisible() and bool(control.focusPolicy() & Qt.FocusPolicy.TabFocus)
        )
        # The line inside an editable combo box hands its focus on to the box: Tab would never come past it.
        usable = usable and control.focusProxy() is None
        if usable and region.isAncestorOf(control) and not _answers_for_another(control):
            stops.append(control)
        control = control.nextInFocusChain()
    return stops


def _answers_for_another(control: QWidget) -> bool:
    """Whether another of the same kind is chosen: Tab stops at that one, arrow keys do the rest."""
    if not isinstance(control, QAbstractButton) or not control.isCheckable() or control.isChecked():
        return False
    group, parent = control.group(), control.parentWidget()
    if group:
        return group.exclusive() and bool(group.checkedButton())
    if not control.autoExclusive() or parent is None:
        return False
    others = parent.findChildren(QAbstractButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return any(other.isChecked() and other.autoExclusive() for other in others)
