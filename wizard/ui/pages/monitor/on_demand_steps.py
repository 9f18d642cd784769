"""The five steps of provision on demand: a line each to choose, and what is known of the chosen one."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout

from wizard.ui.pages.shared.wrap import breakable
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import CheckRow, CheckState, DetailPane, content_column
from wizard.ui.widgets.labels import Paragraph, label

if TYPE_CHECKING:
    from wizard.flow.runs.on_demand import StepResult

STEP_WORDS = {
    "test": "Test the connection",
    "import": "Import from the directory",
    "scope": "Check the scope",
    "match": "Match in AWS",
    "act": "Provision",
}
_STATES: dict[str, CheckState] = {"success": "ok", "failure": "bad", "warning": "warn", "skipped": "untried"}


class StepLine(QAbstractButton):
    """36 high: mark, step, how it ended; the chosen one on `sel`."""

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
        """How it went."""
        return self.row.state

    @property
    def detail(self) -> str:
        """How it ended, in words."""
        return self.row.detail

    def show_state(self, state: CheckState, detail: str = "") -> None:
        """Say how it went."""
        self.row.show_state(state, detail)
        self.setAccessibleName(self.row.accessibleName())

    def sizeHint(self) -> QSize:
        """As high as a line and its padding."""
        return QSize(px(240), px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground of a chosen, a hovered and a focused line."""
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
    """What one step read, found or changed; the pane beside the lines."""

    def __init__(self) -> None:
        text = "Choose a person or a group; one press does what a run would do."
        super().__init__("onDemandDetail", "person", "Nothing was done yet", text)
        self.result: StepResult | None = None
        """The step that is shown."""

    def show_result(self, result: "StepResult | None") -> None:
        """Show one step; None = nothing was done yet."""
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
    """The mark of a step."""
    return _STATES[result.outcome]
