"""One line of the provisioning log in full: its steps, the cause and an advice in our words, AWS's own text."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard import messages
from wizard.flow.runs.texts import heading
from wizard.ui.formats import day
from wizard.ui.pages.shared.log_columns import change_of, clock_of
from wizard.ui.pages.shared.wrap import breakable
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import icon_button, small
from wizard.ui.widgets.cards import CheckRow, CheckState, DetailPane, content_column, line
from wizard.ui.widgets.labels import Paragraph, label

if TYPE_CHECKING:
    from wizard.provisioning.events import LogRow

WIDTH = 304
_STEPS = {
    "import": "Import",
    "scoping": "Scope",
    "matching": "Match",
    "processing": "Prepare",
    "referenceResolution": "Managers and members",
    "export": "Write to AWS",
}
_STATES: dict[str, CheckState] = {"success": "ok", "failure": "bad", "warning": "warn", "skipped": "untried"}


class LogDetail(DetailPane):
    """The pane beside the log, 304 wide."""

    def __init__(self) -> None:
        text = "Choose one to see its steps, its cause and what to do."
        super().__init__("logDetail", "info", "No line is chosen", text)
        self.setFixedWidth(px(WIDTH))
        self.row: LogRow | None = None
        """The line that is shown."""

    def show_row(self, row: "LogRow | None") -> None:
        """Show a line of the log; None = the sentence that none is chosen."""
        self.row = row
        if row is None:
            self.show_content(None)
            return
        content, column = content_column(0)
        column.addWidget(self._head(row))
        column.addLayout(_steps(row))
        column.addWidget(line())
        for part in (_cause(row), _modified(row), self._aws(row)):
            if part is not None:
                column.addWidget(part)
        column.addStretch(1)
        self.show_content(content)
        self.setAccessibleName(f"{row.label}, {change_of(row)}: {messages.title(row)}")

    def text(self) -> str:
        """Everything about the line, to be pasted somewhere."""
        row = self.row
        if row is None:
            return ""
        parts = [
            f"{row.label}: {change_of(row)}, {row.time}",
            f"{messages.title(row)}. {messages.advice(row)}".strip(),
        ]
        parts += [f"{_STEPS.get(step, step)}: {result}" for step, result in row.steps]
        parts += [f"{change.name}: {change.before} → {change.after}" for change in row.modified]
        parts += [f"AWS ({row.http_status}): {row.detail}"] if row.detail else []
        parts += [f"AWS request id: {row.request_id}"] if row.request_id else []
        parts += [f"AWS id: {row.target_id}"] if row.target_id else []
        return "\n".join(parts)

    def _head(self, row: "LogRow") -> QWidget:
        copy = icon_button("copy", "Copy everything about this line", "copyLogLine")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(Paragraph(row.label or "The whole run", "section"))
        change = "Nothing written" if row.action == "other" else change_of(row)
        when = f"{day(row.time, within=True)} at {clock_of(row.time)}"
        words.addWidget(label(f"{change}, {when}", "small", "text2"))
        return _padded(words, copy)

    def _aws(self, row: "LogRow") -> QWidget | None:
        if not (row.detail or row.request_id or row.target_id):
            return None
        column = QVBoxLayout()
        column.setSpacing(px(4))
        if row.detail:
            column.addWidget(label("AWS said", "small-medium", "text2"))
            column.addWidget(_code(row.detail))
        for title, value, name in (
            ("AWS request id", row.request_id, "copyRequestId"),
            ("AWS id", row.target_id, "copyTargetId"),
        ):
            if value:
                column.addLayout(_copyable(title, value, name))
        return _padded(column)


def _steps(row: "LogRow") -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    for step, result in row.steps:
        status = str(row.http_status) if step == "export" and row.http_status else ""
        words = {"success": "", "skipped": "skipped"}.get(result, status)
        column.addWidget(
            CheckRow(f"logStep.{step}", _STEPS.get(step, step), _STATES.get(result, "untried"), words)
        )
    return column


def _cause(row: "LogRow") -> QWidget:
    column = QVBoxLayout()
    column.setSpacing(px(4))
    column.addWidget(Paragraph(heading(row.message), "section"))
    if advice := messages.advice(row):
        column.addWidget(Paragraph(breakable(advice), ink="text2"))
    return _padded(column)


def _modified(row: "LogRow") -> QWidget | None:
    if not row.modified:
        return None
    column = QVBoxLayout()
    column.setSpacing(px(2))
    column.addWidget(label("Modified properties", "small-medium", "text2"))
    for change in row.modified:
        before = f"{change.before} → " if change.before else ""
        column.addWidget(Paragraph(breakable(f"{change.name}: {before}**{change.after or 'no value'}**"), "small"))
    return _padded(column)


def _copyable(title: str, value: str, name: str) -> QHBoxLayout:
    copy = small("Copy", name)
    copy.setAccessibleName(f"Copy {title}")
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(value))
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(label(title, "small-medium", "text2"))
    words.addWidget(_code(value))
    row = QHBoxLayout()
    row.addLayout(words, 1)
    row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
    return row


def _code(text: str) -> QLabel:
    made = label(breakable(text), "code")
    made.setWordWrap(True)
    return made


def _padded(inside: QVBoxLayout, beside: QWidget | None = None) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(px(16), 0, px(16), 0)
    row.addLayout(inside, 1)
    if beside is not None:
        row.addWidget(beside, 0, Qt.AlignmentFlag.AlignTop)
    return made
