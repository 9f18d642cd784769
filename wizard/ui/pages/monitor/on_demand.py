"""Provision one person, in the log's place on Monitor: whom, the five steps as they end, details of one step."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from wizard.ui.pages.shared.log_rows import WIDTH, LogDetail, breakable
from wizard.ui.pages.shared.person_picker import PersonPicker
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import icon_button, secondary
from wizard.ui.widgets.cards import Card, CheckRow, CheckState, DetailPane, content_column
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.labels import Paragraph, label

if TYPE_CHECKING:
    from wizard.directory import DirectorySnapshot
    from wizard.flow.runs.on_demand import StepResult

STEP_WORDS = {
    "test": "Test the connection",
    "import": "Import from the directory",
    "scope": "Check the scope",
    "match": "Match in AWS",
    "act": "Provision",
}
_STATES: dict[str, CheckState] = {"success": "ok", "failure": "bad", "warning": "warn", "skipped": "untried"}


@dataclass(frozen=True, slots=True)
class Choices:
    """The people and groups that can be chosen."""

    snapshot: "DirectorySnapshot"
    people: tuple[str, ...]
    """Their labels, computed on the background thread: there may be 100,000."""
    groups: tuple[str, ...]

    @classmethod
    def of(cls, snapshot: "DirectorySnapshot") -> "Choices":
        """Return all people and groups of a directory."""
        people, groups = (tuple(one.label for one in things) for things in (snapshot.users, snapshot.groups))
        return cls(snapshot, people, groups)


class OnDemandPanel(QWidget):
    """Emits `provision_asked` with (kind, source id); the page runs it and passes the steps to `show_step`."""

    provision_asked = Signal(str, str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("onDemand")
        self._choices: Choices | None = None
        self._results: dict[str, StepResult] = {}
        self.switch = SegmentedSwitch(
            "onDemandKind", (("user", "People"), ("group", "Groups")), "Whom to provision"
        )
        self.picker = PersonPicker("&Provision")
        self.start = secondary("Provision now", "provisionNow", icon="play", busy="Provisioning…")
        self.back = icon_button("cross", "Back to the log", "closeOnDemand")
        self.lines: dict[str, StepLine] = {step: StepLine(step) for step in STEP_WORDS}
        """Step -> its row."""
        self.detail = StepDetail()
        self.log_line = LogDetail()
        """The log row that the last step wrote."""
        self._fill()
        self.begin()

    @property
    def kind(self) -> Literal["user", "group"]:
        """The chosen kind."""
        return "group" if self.switch.choice == "group" else "user"

    def set_narrow(self, narrow: bool) -> None:
        """Use less width in a narrow window."""
        for pane in (self.detail, self.log_line):
            pane.setFixedWidth(px(264 if narrow else WIDTH))

    def show_directory(self, found: "Choices") -> None:
        """Offer the people and groups of a directory."""
        self._choices = found
        self.switch.set_count("user", len(found.snapshot.users))
        self.switch.set_count("group", len(found.snapshot.groups))
        self._offer()
        self.picker.box.setFocus()

    def begin(self) -> None:
        """Reset the steps."""
        self._results = {}
        for line in self.lines.values():
            line.show_state("untried")
            line.setChecked(False)
            line.setEnabled(False)
        self.detail.show_result(None)
        self._show_pane(self.detail)

    def show_running(self, running: bool) -> None:
        """Disable the choice while the steps run."""
        self.start.set_busy(running)
        for part in (self.switch, self.picker, self.back):
            part.setEnabled(not running)
        if running:
            self.lines["test"].show_state("now")

    def show_step(self, result: "StepResult") -> None:
        """Show a finished step; select it, unless an earlier one has failed."""
        line = self.lines[result.step]
        line.show_state(state_of(result), result.title)
        self._results[result.step] = result
        line.setEnabled(True)
        steps = list(self.lines)
        following = steps[steps.index(result.step) + 1 :]
        if following and result.outcome in ("success", "warning"):
            self.lines[following[0]].show_state("now")
        if result.outcome != "skipped" or not any(one.outcome == "failure" for one in self._results.values()):
            self._choose(result.step)

    def _choose(self, step: str, _on: bool = True) -> None:
        for name, line in self.lines.items():
            line.setChecked(name == step)
        result = self._results[step]
        if result.rows:
            worst = next((row for row in result.rows if row.status == "failure"), result.rows[0])
            self.log_line.show_row(worst)
            self._show_pane(self.log_line)
        else:
            self.detail.show_result(result)
            self._show_pane(self.detail)

    def _show_pane(self, pane: QWidget) -> None:
        self.detail.setVisible(pane is self.detail)
        self.log_line.setVisible(pane is self.log_line)

    def _offer(self) -> None:
        found = self._choices
        if found is None:
            self.picker.show_people(())
        elif self.kind == "user":
            self.picker.show_people(found.snapshot.users, found.people)
        else:
            self.picker.show_people(found.snapshot.groups, found.groups)
        self.start.setEnabled(self.picker.person is not None)
        self.begin()

    def _ask(self) -> None:
        person = self.picker.person
        if person is not None:
            self.begin()
            self.provision_asked.emit(self.kind, person.id)

    def _fill(self) -> None:
        self.picker.next_problem.hide()
        self.switch.chosen.connect(lambda _choice: self._offer())
        self.picker.moved.connect(self.begin)
        self.start.clicked.connect(self._ask)
        self.back.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        for part in (self.switch, self.picker, self.start):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.back)
        card = Card(padded=False)
        card.column.setContentsMargins(1, px(8), 1, px(8))
        card.column.setSpacing(0)
        for step, line in self.lines.items():
            line.clicked.connect(partial(self._choose, step))
            card.column.addWidget(line)
        card.column.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(px(12))
        both.addWidget(card, 1)
        for pane in (self.detail, self.log_line):
            # Its content must not make the page higher: it scrolls.
            pane.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
            both.addWidget(pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(row)
        column.addLayout(both, 1)
        self.set_narrow(False)


class StepLine(QAbstractButton):
    """One step, 36 high: mark, name, result."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self.setObjectName(f"onDemandStep.{step}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.row = CheckRow(f"onDemandRow.{step}", STEP_WORDS[step])
        self.row.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(4), 0, px(4))
        column.addWidget(self.row)
        self.show_state("untried")

    @property
    def state(self) -> CheckState:
        """State of the step."""
        return self.row.state

    @property
    def detail(self) -> str:
        """Result of the step."""
        return self.row.detail

    def show_state(self, state: CheckState, detail: str = "") -> None:
        """Show state and result."""
        self.row.show_state(state, detail)
        self.setAccessibleName(self.row.accessibleName())

    def sizeHint(self) -> QSize:
        """36 high."""
        return QSize(px(240), px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the background of a selected, hovered or focused step."""
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.fillRect(self.rect(), QColor(t.sel if self.isChecked() else t.hover))
        if self.hasFocus():
            painter.setPen(QPen(QColor(t.ring), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 1, -3, -1), px(6), px(6))
        painter.end()


class StepDetail(DetailPane):
    """What one step read, found or changed; beside the steps."""

    def __init__(self) -> None:
        text = "Choose a person or a group; one press does what a run would do."
        super().__init__("onDemandDetail", "person", "Nothing was done yet", text)
        self.result: StepResult | None = None
        """The result shown."""

    def show_result(self, result: "StepResult | None") -> None:
        """Show the result of a step; None = nothing has run."""
        self.result = result
        if result is None:
            self.show_content(None)
            return
        content, column = content_column(16)
        column.addWidget(label(STEP_WORDS[result.step], "small-medium", "text2"))
        column.addWidget(Paragraph(breakable(result.title), "section"))
        if result.advice:
            column.addWidget(Paragraph(breakable(result.advice), ink="text2"))
        for name, value in result.details:
            column.addWidget(Paragraph(breakable(f"{name}: **{value or 'no value'}**"), "small"))
        column.addStretch(1)
        self.show_content(content)
        self.setAccessibleName(f"{STEP_WORDS[result.step]}: {result.title}")


def state_of(result: "StepResult") -> CheckState:
    """Return the state of the mark of a step."""
    return _STATES[result.outcome]
