"""One line of a test: a mark, what was tried, what came of it."""

from typing import Literal

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from wizard.ui.theme.apply import label, px, set_icon, set_ink
from wizard.ui.theme.colors import Ink

CheckState = Literal["ok", "bad", "warn", "untried", "now"]

_MARKS: dict[CheckState, tuple[str, Ink, str]] = {
    "ok": ("check", "ok", "passed"),
    "bad": ("cross", "bad", "failed"),
    "warn": ("warning", "warn", "warning"),
    "untried": ("minus", "text3", "not tried"),
    "now": ("clock", "info", "being tried"),
}


class CheckRow(QWidget):
    """28 high: icon, words, and a detail at the right."""

    def __init__(
        self, name: str, text: str, state: CheckState = "untried", detail: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFixedHeight(px(28))
        self._mark = QLabel()
        self._words = label(text)
        self._detail = label("", ink="text2")
        self.state: CheckState = state
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), 0, px(16), 0)
        row.setSpacing(px(8))
        row.addWidget(self._mark)
        row.addWidget(self._words, 1)
        row.addWidget(self._detail)
        self.show_state(state, detail)

    @property
    def detail(self) -> str:
        """What stands at the right."""
        return self._detail.text()

    def show_state(self, state: CheckState, detail: str = "") -> None:
        """Say how it went; `detail` such as "214 ms" or "401"."""
        self.state = state
        icon, ink, words = _MARKS[state]
        set_icon(self._mark, icon, ink)
        set_ink(self._words, "text2" if state == "untried" else "text")
        self._detail.setText(detail or ("not tried" if state == "untried" else ""))
        self.setAccessibleName(", ".join(part for part in (self._words.text(), words, detail) if part))
