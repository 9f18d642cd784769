"""Running text: wrapped, with the line height of the drawings."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from wizard.ui.theme.apply import px, set_ink, set_type
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import TypeKind

_LINE_HEIGHTS: dict[TypeKind, int] = {
    "title": 28,
    "health": 24,
    "big": 32,
    "strip": 24,
    "small": 16,
    "small-medium": 16,
}


class Paragraph(QLabel):
    """Wrapped text. `text()` is what was set, without the markup that spaces its lines.

    Words between `**` are drawn bold; nothing else in the text is markup.
    """

    def __init__(
        self, text: str = "", kind: TypeKind = "body", ink: Ink = "text", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._plain = ""
        self._line = px(_LINE_HEIGHTS.get(kind, 20))
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTextFormat(Qt.TextFormat.RichText)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        set_type(self, kind)
        set_ink(self, ink)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Set the text, plain but for `**bold**` words."""
        self._plain = text
        self.setAccessibleName(text.replace("**", ""))
        parts = text.split("**")
        words = "".join(f"<b>{escape(part)}</b>" if turn % 2 else escape(part) for turn, part in enumerate(parts))
        lines = words.replace("\n", "<br>")
        super().setText(f'<p style="line-height:{self._line}px;margin:0">{lines}</p>' if text else "")

    def text(self) -> str:
        """What was set."""
        return self._plain
