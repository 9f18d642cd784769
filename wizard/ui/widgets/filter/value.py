"""The value of a condition: a field that offers the values of the directory, most frequent first."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QLineEdit,
    QListView,
    QStyle,
    QStyleOptionFrame,
    QStylePainter,
    QWidget,
)

from wizard.flow.scope.filter_text import quoted, separated
from wizard.messages.translation import _
from wizard.ui.formats import grouped
from wizard.ui.theme.fonts import fitted, px, set_type, wrapped_tip
from wizard.ui.widgets.fields import EnterStays
from wizard.ui.widgets.tables.row_delegate import RowDelegate
from wizard.ui.widgets.tables.rows_model import LOOK_ROLE, CellLook, Index, Tail

Offer = tuple[str, int]
"""A value, and the number of objects that have it."""
_VISIBLE_ROWS, _ROW = 8, 28


class _Offers(QAbstractListModel):
    """Values with their counts."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.offers: tuple[Offer, ...] = ()
        self.known: frozenset[str] = frozenset()

    def set_offers(self, offers: tuple[Offer, ...]) -> None:
        """Replace the values."""
        self.beginResetModel()
        self.offers = offers
        self.known = frozenset(value for value, _count in offers)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of values."""
        return 0 if parent.isValid() else len(self.offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the value, with its count at the right."""
        value, count = self.offers[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return value
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped_tip(value)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{value}, {grouped(count)}"
        return CellLook(value, tail=Tail(text=grouped(count))) if role == LOOK_ROLE else None


class OfferView(QListView):
    """The list of a completer, below its field."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        set_type(self, "body")

    def take_delegate(self) -> None:
        """Set the delegate; call it after `setPopup`, because the completer sets its own."""
        self.setItemDelegate(RowDelegate(self, _ROW, lines=False))


class _ListCompleter(QCompleter):
    """Completes the whole text, or the last item of a comma-separated list."""

    def __init__(self, offers: _Offers, field: "ValueField") -> None:
        super().__init__(offers, field)
        self._offers = offers
        self._field = field
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(_VISIBLE_ROWS)

    def splitPath(self, path: str) -> list[str]:
        """Return the text to search for among the values."""
        return [self._parts(path)[1]]

    def pathFromIndex(self, index: Index) -> str:
        """Return the whole text with the chosen value inserted."""
        value = str(index.data() or "")
        if not self._field.several:
            return value
        before = self._parts(self._field.typed)[0]
        if value in separated(before):
            return self._field.typed
        return f"{before}{quoted(value)}"

    def _parts(self, text: str) -> tuple[str, str]:
        """Return (text to keep, text to search for); after a complete last item the list is continued."""
        if not self._field.several:
            return "", text
        whole = separated(text)
        if whole and whole[-1] in self._offers.known and not text.rstrip().endswith(","):
            return f"{text.rstrip()}, ", ""
        head, comma, last = text.rpartition(",")
        return (f"{head}, " if comma else ""), last.strip()


class ElidingLine(QLineEdit):
    """A line edit that elides its text while it does not have the focus."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame and the elided text."""
        frame = QStyleOptionFrame()
        self.initStyleOption(frame)
        room = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, frame, self)
        room = room.adjusted(2, 0, -2, 0)
        text, _width = fitted(self.text(), "body", room.width())
        if self.hasFocus() or text == self.text():
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, frame)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class ValueField(ElidingLine):
    """A line edit with a list of values: opens while typing, on Down, and on a click into it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("fit", "compact")
        self.several = False
        """Whether it contains a comma-separated list."""
        self.typed = ""
        """The text as typed, without a proposed completion."""
        self._offers = _Offers(self)
        self._completer = _ListCompleter(self._offers, self)
        self._view = OfferView(f"{name}Offers", _("Values in the directory"))
        self._completer.setPopup(self._view)
        self._view.take_delegate()
        self.setCompleter(self._completer)
        self._stays = EnterStays(self)
        self.installEventFilter(self._stays)
        self.textEdited.connect(self._note)
        self.textChanged.connect(self._tell_length)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The offered values."""
        return self._offers.offers

    def set_offers(self, offers: tuple[Offer, ...]) -> None:
        """Set the offered values."""
        if offers != self._offers.offers:
            self._offers.set_offers(offers)

    def show_text(self, text: str) -> None:
        """Set the text, without the signal textEdited."""
        self.typed = text
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)

    def show_offers(self) -> None:
        """Open the list of values: all of them, or those that match the text."""
        if not self._offers.offers or self.isReadOnly():
            return
        self.typed = self.text()
        whole = not self.several and self.text() in self._offers.known
        self._completer.setCompletionPrefix("" if whole else self.text())
        if self._completer.completionCount() == 0:
            self._completer.setCompletionPrefix("")
        width = max(self.width(), px(200))
        self._completer.complete(
            QRect(QPoint(0, 0), self.rect().size()).adjusted(0, 0, width - self.width(), px(2))
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the list on Down."""
        if event.key() == Qt.Key.Key_Down and not self._view.isVisible():
            self.show_offers()
            event.accept()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the list on a click into an empty field or a comma-separated list."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and (self.several or not self.text()):
            self.show_offers()

    def _note(self, text: str) -> None:
        self.typed = text

    def _tell_length(self, text: str) -> None:
        wide = self.fontMetrics().horizontalAdvance(text) > self.width() - px(24)
        self.setToolTip(wrapped_tip(text if wide else ""))
