"""A line of text that gives up its middle where it has no room."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from wizard.ui.theme.apply import set_ink, set_type
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import TypeKind


class ElidedLabel(QLabel):
    """`text()` is what is seen; the whole is the accessible name."""

    def __init__(self, kind: TypeKind = "body", ink: Ink = "text") -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_type(self, kind)
        set_ink(self, ink)

    @property
    def whole(self) -> str:
        """All of the text."""
        return self._whole

    def setText(self, text: str) -> None:
        """Show a text."""
        self._whole = text
        self.setAccessibleName(text)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        """A few letters and the dots."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        super().setText(
            self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, max(0, self.width()))
        )
