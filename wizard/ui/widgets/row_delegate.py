"""How rows are painted: ground, line, text; an icon before a word; a mark at a cell's end."""

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from wizard.ui.icons import pixmap
from wizard.ui.style import font_of, px, theme
from wizard.ui.tokens import Ink
from wizard.ui.widgets.columns import ELIDE_ROLE, INK_ROLE, MARK_ROLE, MEDIUM_ROLE, TAIL_ROLE, Tail

Index = QModelIndex | QPersistentModelIndex
LEFT, BETWEEN = 12, 8
"""Padding at a cell's left edge, and before what follows."""


class RowDelegate(QStyledItemDelegate):
    """Paints a cell as part of a whole row: hover, choice and focus belong to the row."""

    def __init__(self, view: QAbstractItemView, height: int = 32, parent: QObject | None = None) -> None:
        super().__init__(parent or view)
        self._view = view
        self._height = height
        self.hovered = QPersistentModelIndex()
        """The first cell of the row the pointer is on."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows of one height; widths are the header's business."""
        return QSize(0, px(self._height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        painter.save()
        rect = rect_of(option)
        self.paint_ground(painter, rect, index, is_chosen(option))
        room = rect.adjusted(px(self.left_of(index)), 0, -px(BETWEEN), 0)
        room = self._paint_tail(painter, room, index.model().data(index, TAIL_ROLE))
        self.paint_content(painter, room, index)
        painter.restore()

    def left_of(self, index: Index) -> int:
        """Padding before a cell's content."""
        return LEFT

    def has_line(self, index: Index) -> bool:
        """Whether a line stands below the row."""
        return True

    def paint_content(self, painter: QPainter, room: QRect, index: Index) -> None:
        """Paint mark and text into what is left of the cell."""
        mark = index.model().data(index, MARK_ROLE)
        if mark is not None:
            room = self.paint_icon(painter, room, mark.icon, mark.ink)
        self.paint_text(painter, room, index)

    def paint_icon(self, painter: QPainter, room: QRect, name: str, ink: Ink) -> QRect:
        """Paint an icon at the left of a room; what is left of the room."""
        side = px(16)
        top = room.top() + (room.height() - side) // 2
        painter.drawPixmap(room.left(), top, pixmap(name, theme().ink(ink), side, self._view.devicePixelRatioF()))
        return room.adjusted(side + px(6), 0, 0, 0)

    def paint_text(self, painter: QPainter, room: QRect, index: Index) -> None:
        """Paint the cell's text, elided."""
        asked = index.model().data  # the model itself: by way of Qt each answer is turned over twice
        font = font_of("medium" if asked(index, MEDIUM_ROLE) else "body")
        painter.setFont(font)
        painter.setPen(QColor(theme().ink(asked(index, INK_ROLE) or "text")))
        elide = asked(index, ELIDE_ROLE)
        mode = elide if isinstance(elide, Qt.TextElideMode) else Qt.TextElideMode.ElideRight
        shown = str(asked(index, Qt.ItemDataRole.DisplayRole) or "").replace("\n", " ")
        text = QFontMetrics(font).elidedText(shown, mode, room.width())
        align = asked(index, Qt.ItemDataRole.TextAlignmentRole)
        right = align is not None and bool(Qt.AlignmentFlag(align) & Qt.AlignmentFlag.AlignRight)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        # Absolute: a name in a script written from the right still begins at the column's edge.
        painter.drawText(room, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, text)

    def paint_ground(self, painter: QPainter, rect: QRect, index: Index, chosen: bool, plain: str = "") -> None:
        """Paint a cell's share of the row's ground, its line below, and the ring of a row in focus."""
        t = theme()
        hovered = (
            self.hovered.isValid()
            and self.hovered.row() == index.row()
            and self.hovered.parent() == index.parent()
        )
        ground = t.sel if chosen else t.hover if hovered else plain or t.base
        painter.fillRect(rect, QColor(ground))
        if self.has_line(index):
            painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(t.line))
        current = self._view.currentIndex()
        if not (self._view.hasFocus() and current.row() == index.row() and current.parent() == index.parent()):
            return
        ring = QColor(t.ring)
        painter.fillRect(rect.left(), rect.top(), rect.width(), 1, ring)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, ring)
        if index.column() == 0:
            painter.fillRect(rect.left(), rect.top(), 1, rect.height(), ring)
        if index.column() == index.model().columnCount(index.parent()) - 1:
            painter.fillRect(rect.right(), rect.top(), 1, rect.height(), ring)

    def _paint_tail(self, painter: QPainter, room: QRect, tail: Tail | None) -> QRect:
        if tail is None:
            return room
        if tail.text:
            font = font_of("small-medium" if tail.ink != "text2" else "small")
            painter.setFont(font)
            painter.setPen(QColor(theme().ink(tail.ink)))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tail.text)
            room = room.adjusted(0, 0, -QFontMetrics(font).horizontalAdvance(tail.text) - px(BETWEEN), 0)
        if tail.icon:
            side = px(14)
            place = QRect(room.right() - side, room.top(), side, room.height())
            self.paint_icon(painter, place, tail.icon, tail.ink)
            room = room.adjusted(0, 0, -side - px(BETWEEN), 0)
        return room


def rect_of(option: QStyleOptionViewItem) -> QRect:
    """Where a cell is painted."""
    rect: Any = option.rect
    assert isinstance(rect, QRect)
    return rect


def is_chosen(option: QStyleOptionViewItem) -> bool:
    """Whether a cell belongs to a chosen row."""
    state: Any = option.state
    return bool(QStyle.StateFlag(state) & QStyle.StateFlag.State_Selected)
