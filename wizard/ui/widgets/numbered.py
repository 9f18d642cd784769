"""A number in a ring, before the text of a step."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from wizard.ui.theme.apply import font_of, px, theme


class Numbered(QWidget):
    """20 wide; the ring stands in the middle of the text's first line."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = str(number)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """20 by a line of text."""
        return QSize(px(20), px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ring and number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().ctl), 1))
        ring = QRectF(0, px(4), px(20), px(20)).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawEllipse(ring)
        painter.setFont(font_of("small-medium"))
        painter.setPen(QColor(theme().text2))
        painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, self._number)
        painter.end()
