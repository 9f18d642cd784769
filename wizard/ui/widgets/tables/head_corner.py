"""The head of a table goes on above its scroll bar."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget
from shiboken6 import isValid

from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.theme.stylesheet import set_property


class HeadCorner(QWidget):
    """Stands above the vertical scroll bar of a view, where Qt would begin the bar beside the header."""

    def __init__(self, view: QAbstractItemView, header: QHeaderView, height: int) -> None:
        super().__init__(view)
        self.setFixedHeight(height)
        self._header = header
        view.addScrollBarWidget(self, Qt.AlignmentFlag.AlignTop)
        view.verticalScrollBar().rangeChanged.connect(self._bar_came)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the header's ground, its line below, and the card's round corner."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = px(8) - 1
        path = QPainterPath()
        path.addRoundedRect(-radius, 0, self.width() + radius, self.height() + radius, radius, radius)
        painter.setClipRect(self.rect())
        painter.fillPath(path, QColor(theme().head))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme().line))
        painter.end()

    def _bar_came(self, _low: int, high: int) -> None:
        if isValid(self._header):  # a bar may still move while its view is taken down
            set_property(self._header, "barred", high > 0)
