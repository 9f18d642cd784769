"""A line of text that changes while it is looked at: numbers of a run, a time that goes on."""

from math import ceil

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QStaticText, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy

from wizard.ui.theme.apply import set_ink, set_type
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import TypeKind

_ONE_LINE = QTextOption()
_ONE_LINE.setWrapMode(QTextOption.WrapMode.NoWrap)


class LiveLabel(QLabel):
    """One line, as wide as its text; `text()` is what was set.

    Qt's own label has its whole page laid out anew for each new text. Figures are of one width: mostly nothing beside
    a number has to move, and this one asks for it only where something has.
    """

    def __init__(
        self, kind: TypeKind = "body", ink: Ink = "text", form: Qt.TextFormat = Qt.TextFormat.PlainText
    ) -> None:
        super().__init__()
        self._line = QStaticText()
        self._line.setTextFormat(form)
        self._line.setTextOption(_ONE_LINE)
        self._room = QSize()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        set_type(self, kind)
        set_ink(self, ink)
        self._fit()

    def setText(self, text: str) -> None:
        """Show a text."""
        if text == self._line.text():
            return
        self._line.setText(text)
        if self._line.textFormat() == Qt.TextFormat.PlainText:
            self.setAccessibleName(text)
        self._fit()

    def text(self) -> str:
        """What was set."""
        return self._line.text()

    def sizeHint(self) -> QSize:
        """Its text's width, a line's height."""
        return self._room

    def minimumSizeHint(self) -> QSize:
        """Never clipped."""
        return self._room

    def changeEvent(self, event: QEvent) -> None:
        """Take the room that another font asks for."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line in the middle of its height."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawStaticText(QPointF(0, (self.height() - self._line.size().height()) / 2), self._line)
        painter.end()

    def _fit(self) -> None:
        self._line.prepare(font=self.font())
        size = self._line.size()
        room = QSize(ceil(size.width()), max(ceil(size.height()), self.fontMetrics().height()))
        if room != self._room:
            self._room = room
            self.updateGeometry()
        self.update()
