"""A card to choose from: an icon, a name, a few words, a radio mark."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from wizard.ui.theme.apply import label, px, set_icon, theme
from wizard.ui.widgets.paragraph import Paragraph


class ChoiceCard(QAbstractButton):
    """One of several cards, 264 x 120; put them into one QButtonGroup (or `auto_exclusive`).

    `add_foot` puts a control at its lower edge. With `choosable` False it is a card without a mark.
    """

    def __init__(
        self,
        name: str,
        icon: str,
        title: str,
        text: str,
        note: str = "",
        *,
        choosable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setAccessibleDescription(" ".join(part for part in (text, note) if part))
        self.setCheckable(choosable)
        self.setAutoExclusive(choosable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if choosable else Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._choosable = choosable
        self._foot = QVBoxLayout()
        self._lay_out(icon, title, text, note)

    def add_foot(self, control: QWidget) -> None:
        """Put a control at the lower edge."""
        self._foot.addWidget(control, 0, Qt.AlignmentFlag.AlignLeft)

    def sizeHint(self) -> QSize:
        """264 x 120, more where the words need it."""
        layout = self.layout()
        needed = layout.totalHeightForWidth(px(264)) if layout is not None else 0
        return QSize(px(264), max(px(120), needed))

    def minimumSizeHint(self) -> QSize:
        """A third of the narrowest page."""
        return QSize(px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card and its radio mark."""
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self.isChecked() or self.hasFocus()
        width = 2 if strong else 1
        painter.setPen(QPen(QColor(t.ring if strong else t.line), width))
        hovered = self.underMouse() and self.isEnabled() and self._choosable
        painter.setBrush(QColor(t.hover if hovered and not self.isChecked() else t.base))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), px(8), px(8))
        if self._choosable:
            self._paint_mark(painter)
        painter.end()

    def _paint_mark(self, painter: QPainter) -> None:
        t = theme()
        side = px(16)
        place = QRectF(self.width() - px(14) - side, px(14), side, side).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.accent))
            painter.drawEllipse(place)
            painter.setBrush(QColor(t.onaccent))
            painter.drawEllipse(place.center(), px(6) / 2, px(6) / 2)
        else:
            painter.setPen(QPen(QColor(t.ctl), 1))
            painter.setBrush(QColor(t.base))
            painter.drawEllipse(place)

    def _lay_out(self, icon: str, title: str, text: str, note: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(8))
        picture = QLabel()
        set_icon(picture, icon, "text2")
        head.addWidget(picture)
        head.addWidget(label(title, "section"))
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(14), px(16), px(12))
        column.setSpacing(px(6))
        column.addLayout(head)
        column.addWidget(Paragraph(text, "small", "text2"))
        column.addStretch(1)
        if note:
            column.addWidget(label(note, "small", "text2"))
        column.addLayout(self._foot)
        for child in self.findChildren(QLabel):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
