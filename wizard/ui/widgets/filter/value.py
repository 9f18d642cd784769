"""The value of a condition: a field that offers what the directory really has, most frequent first."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, Qt
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
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import px, set_type
from wizard.ui.widgets.fields import EnterStays
from wizard.ui.widgets.tables.columns import LOOK_ROLE, CellLook, Tail
from wizard.ui.widgets.tables.row_delegate import RowDelegate

Index = QModelIndex | QPersistentModelIndex
Offer = tuple[str, int]
"""A value, and how many have it."""
_SEEN = 8
_ROW = 28


class _Offers(QAbstractListModel):
    """Values with their numbers."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.offers: tuple[Offer, ...] = ()
        self.known: frozenset[str] = frozenset()

    def set_offers(self, offers: tuple[Offer, ...]) -> None:
        """Offer other values."""
        self.beginResetModel()
        self.offers = offers
        self.known = frozenset(value for value, _count in offers)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many values there are."""
        return 0 if parent.isValid() else len(self.offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The value, and its number at the right."""
        value, count = self.offers[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return value
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{value}, {count:,}"
        return CellLook(value, tail=Tail(text=f"{count:,}")) if role == LOOK_ROLE else None


class _Rows(RowDelegate):
    """Values without lines between them."""

    def has_line(self, index: Index) -> bool:
        """No line: the list is looked at for a moment."""
        return False


class OfferView(QListView):
    """The list that opens below a field."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        set_type(self, "body")
        current_theme().changed.connect(self._draw)
        self._draw()

    def take_delegate(self) -> None:
        """Paint rows as the house does; after the completer took the list, for it puts in a delegate of its own."""
        self.setItemDelegate(_Rows(self, _ROW))

    def _draw(self) -> None:
        t = theme()
        self.setStyleSheet(f"QListView {{ border: 1px solid {t.line}; background: {t.base}; }}")


class _ListCompleter(QCompleter):
    """Completes the whole text, or the last part of a list with commas."""

    def __init__(self, offers: _Offers, field: "ValueField") -> None:
        super().__init__(offers, field)
        self._offers = offers
        self._field = field
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(_SEEN)

    def splitPath(self, path: str) -> list[str]:
        """What is sought among the values."""
        return [self._parts(path)[1]]

    def pathFromIndex(self, index: Index) -> str:
        """The whole text with the chosen value in its place."""
        value = str(index.data() or "")
        if not self._field.several:
            return value
        before = self._parts(self._field.typed)[0]
        if value in separated(before):
            return self._field.typed
        return f"{before}{quoted(value)}"

    def _parts(self, text: str) -> tuple[str, str]:
        """(what stays, what is sought); a list whose last value is whole is continued."""
        if not self._field.several:
            return "", text
        whole = separated(text)
        if whole and whole[-1] in self._offers.known and not text.rstrip().endswith(","):
            return f"{text.rstrip()}, ", ""
        head, comma, last = text.rpartition(",")
        return (f"{head}, " if comma else ""), last.strip()


class ElidingLine(QLineEdit):
    """A line of text that ends in … where it is too long and nobody writes in it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame, and what there is room for."""
        frame = QStyleOptionFrame()
        self.initStyleOption(frame)
        room = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, frame, self)
        room = room.adjusted(2, 0, -2, 0)
        fits = self.fontMetrics().horizontalAdvance(self.text()) <= room.width()
        if self.hasFocus() or fits:
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, frame)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class ValueField(ElidingLine):
    """A line of text with a list of real values: it opens while one types, on Down, and on a click into it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("fit", "compact")
        self.several = False
        """Whether it holds a list with commas."""
        self.typed = ""
        """The text as the person typed it, without what is only proposed."""
        self._offers = _Offers(self)
        self._completer = _ListCompleter(self._offers, self)
        self._view = OfferView(f"{name}Offers", "Values of the directory")
        self._completer.setPopup(self._view)
        self._view.take_delegate()
        self.setCompleter(self._completer)
        self._stays = EnterStays(self)
        self.installEventFilter(self._stays)
        self.textEdited.connect(self._note)
        self.textChanged.connect(self._tell_length)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What it offers."""
        return self._offers.offers

    def set_offers(self, offers: tuple[Offer, ...]) -> None:
        """Offer these values."""
        if offers != self._offers.offers:
            self._offers.set_offers(offers)

    def show_text(self, text: str) -> None:
        """Put a text into it, without a signal of editing."""
        self.typed = text
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)

    def show_offers(self) -> None:
        """Open the list of real values: all of them, or those that fit what stands here."""
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
        """Down opens the list."""
        if event.key() == Qt.Key.Key_Down and not self._view.isVisible():
            self.show_offers()
            event.accept()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click into an empty field, or into a list, opens the list."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and (self.several or not self.text()):
            self.show_offers()

    def _note(self, text: str) -> None:
        self.typed = text

    def _tell_length(self, text: str) -> None:
        wide = self.fontMetrics().horizontalAdvance(text) > self.width() - px(24)
        self.setToolTip(text if wide else "")
