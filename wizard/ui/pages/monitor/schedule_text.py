"""What a schedule would write and run, to the letter: a read-only view with a switch between its parts, and Copy."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from wizard import messages
from wizard.flow.schedules.texts import Offer
from wizard.ui.theme.fonts import px, set_type
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.labels import LineLabel

_COMMANDS, _MISSING = "Commands", "Missing"


class ScheduleText(QWidget):
    """One part at a time: each file, the commands that follow, what is missing before."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scheduleText")
        self._parts: dict[str, tuple[str, str]] = {}
        self._switch: SegmentedSwitch | None = None
        self._about = LineLabel("small", "text2", elide=True)
        self._about.setObjectName("scheduleTextAbout")
        self.text = QPlainTextEdit()
        self.text.setObjectName("scheduleTextView")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        set_type(self.text, "code")
        self.copy = secondary("Copy", "copySchedule", icon="copy", size="compact")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self._row = QHBoxLayout()
        self._row.setSpacing(px(8))
        self._row.addStretch(1)
        self._row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(self._row)
        column.addWidget(self._about)
        column.addWidget(self.text, 1)

    @property
    def part(self) -> str:
        """Which part is shown, "" = none yet."""
        return self._switch.choice if self._switch is not None else ""

    def clear(self) -> None:
        """Nothing is known yet."""
        self.text.setPlainText("")
        self.copy.setEnabled(False)

    def show_offer(self, offer: Offer) -> None:
        """Show these parts, what is missing first."""
        before, self._parts = tuple(self._parts), _parts_of(offer)
        part = self.part
        if before != tuple(self._parts):
            self._make_switch()
            if _MISSING in self._parts or part not in self._parts:
                part = _MISSING if _MISSING in self._parts else next(iter(self._parts))
        self.copy.setEnabled(True)
        self.choose(part)

    def choose(self, part: str) -> None:
        """Show one part."""
        if self._switch is not None:
            self._switch.choose(part)
        about, text = self._parts[part]
        self._about.setText(about)
        self._about.setToolTip(about)
        wraps = QPlainTextEdit.LineWrapMode.WidgetWidth  # a command is long, a file's lines are what they are
        self.text.setLineWrapMode(wraps if part in (_MISSING, _COMMANDS) else QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlainText(text)
        self.text.setAccessibleName(f"{part}: {about}")

    def _make_switch(self) -> None:
        if self._switch is not None:
            self._row.removeWidget(self._switch)
            self._switch.setObjectName("")  # until it is gone nobody shall find it in its successor's place
            self._switch.hide()
            self._switch.deleteLater()
        choices = [(part, part) for part in self._parts]
        self._switch = SegmentedSwitch("scheduleParts", choices, "What is written")
        self._switch.chosen.connect(self.choose)
        self._row.insertWidget(0, self._switch)
        QWidget.setTabOrder(self._switch, self.copy)


def _parts_of(offer: Offer) -> dict[str, tuple[str, str]]:
    """Part -> what stands above it, its text."""
    parts = {}
    if offer.obstacle is not None:
        parts[_MISSING] = (
            "To be run by you, in a terminal, before the schedule is installed",
            offer.obstacle.command,
        )
    parts |= {messages.title(file.kind): (str(file.path), file.text) for file in offer.files}
    parts[_COMMANDS] = ("Run once the files are written", "\n".join(offer.commands))
    return parts
