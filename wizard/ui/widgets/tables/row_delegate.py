"""How rows are painted: ground, line, text; an icon before a word; a mark at a cell's end."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from wizard.ui.theme.colors import Ink
from wizard.ui.theme.current import colour, theme
from wizard.ui.theme.fonts import TypeKind, fitted, font_of, metrics_of, px
from wizard.ui.theme.icons import pixmap
from wizard.ui.widgets.tables.columns import LOOK_ROLE, CellLook, Tail

Index = QModelIndex | QPersistentModelIndex
LEFT, BETWEEN = 12, 8
"""Padding at a cell's left edge, and before what follows."""
_NOWHERE = QModelIndex()
Place = tuple[int, int]
"""Left edge and width of a column, in pixels of the viewport."""
_SELECTED = QStyle.StateFlag.State_Selected.value


class Mood(NamedTuple):
    """What becomes of a row under a person's hands."""

    chosen: bool = False
    hovered: bool = False
    focused: bool = False


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
        room, cell = rect_of(option), look_of(index)
        self.paint_ground(painter, room, index, is_chosen(option))
        room.adjust(px(self.left_of(index)), 0, -px(BETWEEN), 0)
        if cell.tail is not None:
            self._paint_tail(painter, room, cell.tail)
        self.paint_content(painter, room, index, cell)
        painter.restore()

    def paint_row(
        self, painter: QPainter, top: int, places: Sequence[Place], looks: Iterable[CellLook], mood: Mood
    ) -> None:
        """Paint all cells of a row at once, for a view that does not leave it to Qt to ask for each."""
        height = px(self._height)
        left, width = min(places)[0], sum(width for _left, width in places)
        self._paint_band(painter, left, top, width, height, mood)
        room = QRect()
        for (cell_left, cell_width), cell in zip(places, looks, strict=True):
            room.setRect(cell_left + px(LEFT), top, cell_width - px(LEFT) - px(BETWEEN), height)
            if cell.tail is not None:
                self._paint_tail(painter, room, cell.tail)
            self.paint_content(painter, room, _NOWHERE, cell)

    def left_of(self, index: Index) -> int:
        """Padding before a cell's content."""
        return LEFT

    def has_line(self, index: Index) -> bool:
        """Whether a line stands below the row."""
        return True

    def paint_content(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint mark and text into what is left of the cell."""
        if cell.mark is not None:
            self.paint_icon(painter, room, cell.mark.icon, cell.mark.ink)
            room.adjust(px(16) + px(6), 0, 0, 0)
        self.paint_text(painter, room, index, cell)

    def paint_icon(self, painter: QPainter, room: QRect, name: str, ink: Ink) -> None:
        """Paint an icon at the left of a room."""
        side = px(16)
        top = room.top() + (room.height() - side) // 2
        painter.drawPixmap(room.left(), top, pixmap(name, theme().ink(ink), side, self._view.devicePixelRatioF()))

    def paint_text(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint the cell's text, elided."""
        kind: TypeKind = "medium" if cell.medium else "body"
        painter.setPen(colour(theme().ink(cell.ink)))
        paint_line(painter, room, cell.text, kind, right=cell.right, middle=cell.elide_middle)

    def paint_ground(self, painter: QPainter, rect: QRect, index: Index, chosen: bool, plain: str = "") -> None:
        """Paint a cell's share of the row's ground, its line below, and the ring of a row in focus."""
        t = theme()
        hovered = (
            self.hovered.isValid()
            and self.hovered.row() == index.row()
            and self.hovered.parent() == index.parent()
        )
        ground = t.sel if chosen else t.hover if hovered else plain or t.base
        left, top, width, height = rect.left(), rect.top(), rect.width(), rect.height()
        painter.fillRect(left, top, width, height, colour(ground))
        if self.has_line(index):
            painter.fillRect(left, top + height - 1, width, 1, colour(t.line))
        if not self._view.hasFocus():
            return
        current = self._view.currentIndex()
        if current.row() != index.row() or current.parent() != index.parent():
            return
        ring = colour(t.ring)
        painter.fillRect(left, top, width, 1, ring)
        painter.fillRect(left, top + height - 1, width, 1, ring)
        if index.column() == 0:
            painter.fillRect(left, top, 1, height, ring)
        if index.column() == index.model().columnCount(index.parent()) - 1:
            painter.fillRect(left + width - 1, top, 1, height, ring)

    def _paint_band(self, painter: QPainter, left: int, top: int, width: int, height: int, mood: Mood) -> None:
        """Ground, line and ring of a whole row."""
        t = theme()
        painter.fillRect(
            left, top, width, height, colour(t.sel if mood.chosen else t.hover if mood.hovered else t.base)
        )
        painter.fillRect(left, top + height - 1, width, 1, colour(t.line))
        if mood.focused:
            ring = colour(t.ring)
            for x, y, across, down in (
                (left, top, width, 1),
                (left, top + height - 1, width, 1),
                (left, top, 1, height),
                (left + width - 1, top, 1, height),
            ):
                painter.fillRect(x, y, across, down, ring)

    def _paint_tail(self, painter: QPainter, room: QRect, tail: Tail) -> None:
        """Paint what stands at a room's right end, and take it from the room."""
        if tail.text:
            kind: TypeKind = "small-medium" if tail.ink != "text2" else "small"
            painter.setPen(colour(theme().ink(tail.ink)))
            room.adjust(0, 0, -paint_line(painter, room, tail.text, kind, right=True) - px(BETWEEN), 0)
        if tail.icon:
            side = px(14)
            self.paint_icon(
                painter, QRect(room.right() - side, room.top(), side, room.height()), tail.icon, tail.ink
            )
            room.adjust(0, 0, -side - px(BETWEEN), 0)


def paint_line(
    painter: QPainter, room: QRect, text: str, kind: TypeKind, *, right: bool = False, middle: bool = False
) -> int:
    """Paint one line of text, elided, in the middle of a room's height; returns the pixels it takes.

    Left and right are the room's own: a name in a script written from the right still begins at the column's edge.
    """
    if not text:
        return 0
    shown, width = fitted(text, kind, room.width(), middle)
    metrics = metrics_of(kind)
    painter.setFont(font_of(kind))
    left = room.left() + (room.width() - width if right else 0)
    painter.drawText(left, room.top() + (room.height() - metrics.height()) // 2 + metrics.ascent(), shown)
    return width


_PLAIN = CellLook("")


def look_of(index: Index) -> CellLook:
    """What a cell looks like, asked of the model itself: by way of Qt each answer would be turned over twice."""
    model = index.model()
    found: CellLook | None = model.data(index, LOOK_ROLE)
    return found or _PLAIN._replace(text=str(model.data(index, Qt.ItemDataRole.DisplayRole) or ""))


def rect_of(option: QStyleOptionViewItem) -> QRect:
    """Where a cell is painted; the caller's own, to change."""
    rect: Any = option.rect
    return QRect(rect)


def is_chosen(option: QStyleOptionViewItem) -> bool:
    """Whether a cell belongs to a chosen row."""
    state: Any = option.state
    return bool(state.value & _SELECTED)
