"""The delegate of all tables and lists: background, line, icon, text and tail of a cell."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from wizard.ui.theme.colors import Ink
from wizard.ui.theme.current import colour, theme
from wizard.ui.theme.fonts import TypeKind, fitted, font_of, metrics_of, px
from wizard.ui.theme.icons import pixmap
from wizard.ui.widgets.tables.rows_model import LOOK_ROLE, CellLook, Index, Tail

LEFT, BETWEEN, MARK = 12, 8, 22
"""Padding at the left edge of a cell, and between its parts; width of a mark with the space after it."""
_NOWHERE = QModelIndex()
Place = tuple[int, int]
"""Left edge and width of a column, in pixels of the viewport."""
_SELECTED = QStyle.StateFlag.State_Selected.value


class RowState(NamedTuple):
    """Interaction state of a row: selected, hovered, focused."""

    selected: bool = False
    hovered: bool = False
    focused: bool = False


class RowDelegate(QStyledItemDelegate):
    """Paints each cell as part of its row: hover, selection and focus apply to the whole row."""

    def __init__(self, view: QAbstractItemView, height: int = 32, *, lines: bool = True) -> None:
        """`height` is a measure of the design (see `fonts.px`); `lines`: draw a line below each row."""
        super().__init__(view)
        self._view = view
        self._height = height
        self._lines = lines
        self.hovered = QPersistentModelIndex()
        """The first cell of the row under the pointer."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the row height; the header sets the widths."""
        return QSize(0, px(self._height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        painter.save()
        room, cell = rect_of(option), look_of(index)
        self.paint_ground(painter, room, index, is_selected(option))
        _shrink(painter, room, px(self.left_of(index)), px(BETWEEN))
        if cell.tail is not None:
            self._paint_tail(painter, room, cell, cell.tail)
        self.paint_content(painter, room, index, cell)
        painter.restore()

    def paint_row(
        self, painter: QPainter, top: int, places: Sequence[Place], looks: Iterable[CellLook], state: RowState
    ) -> None:
        """Paint all cells of a row in one call, for views that paint rows themselves."""
        height = px(self._height)
        left, width = min(places)[0], sum(width for _left, width in places)
        self._paint_band(painter, left, top, width, height, state)
        room = QRect()
        for (cell_left, cell_width), cell in zip(places, looks, strict=True):
            room.setRect(cell_left, top, cell_width, height)
            _shrink(painter, room, px(LEFT), px(BETWEEN))
            if cell.tail is not None:
                self._paint_tail(painter, room, cell, cell.tail)
            self.paint_content(painter, room, _NOWHERE, cell)

    def left_of(self, index: Index) -> int:
        """Return the padding before the content of a cell."""
        return LEFT

    def has_line(self, index: Index) -> bool:
        """Return whether to draw a line below the row."""
        return self._lines

    def paint_content(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint mark and text into the room left by the tail."""
        if cell.mark is not None:
            self.paint_icon(painter, room, cell.mark.icon, cell.mark.ink)
            _shrink(painter, room, px(MARK), 0)
        self.paint_text(painter, room, index, cell)

    def paint_icon(self, painter: QPainter, room: QRect, name: str, ink: Ink) -> None:
        """Paint an icon where `room` begins."""
        side = px(16)
        top = room.top() + (room.height() - side) // 2
        left = room.right() - side + 1 if is_mirrored(painter) else room.left()
        painter.drawPixmap(left, top, pixmap(name, theme().ink(ink), side, self._view.devicePixelRatioF()))

    def paint_text(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint the cell's text, elided."""
        kind: TypeKind = "medium" if cell.medium else "body"
        painter.setPen(colour(theme().ink(cell.ink)))
        paint_line(painter, room, cell.text, kind, right=cell.right, middle=cell.elide_middle)

    def paint_ground(self, painter: QPainter, rect: QRect, index: Index, selected: bool, plain: str = "") -> None:
        """Paint a cell's part of the row's background, line and focus frame; `plain` is the background at rest."""
        t = theme()
        hovered = (
            self.hovered.isValid()
            and self.hovered.row() == index.row()
            and self.hovered.parent() == index.parent()
        )
        ground = t.sel if selected else t.hover if hovered else plain or t.base
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

    def _paint_band(
        self, painter: QPainter, left: int, top: int, width: int, height: int, state: RowState
    ) -> None:
        """Paint background, line and focus frame of a whole row."""
        t = theme()
        painter.fillRect(
            left, top, width, height, colour(t.sel if state.selected else t.hover if state.hovered else t.base)
        )
        painter.fillRect(left, top + height - 1, width, 1, colour(t.line))
        if state.focused:
            ring = colour(t.ring)
            for x, y, across, down in (
                (left, top, width, 1),
                (left, top + height - 1, width, 1),
                (left, top, 1, height),
                (left + width - 1, top, 1, height),
            ):
                painter.fillRect(x, y, across, down, ring)

    def _paint_tail(self, painter: QPainter, room: QRect, cell: CellLook, tail: Tail) -> None:
        """Paint the tail where `room` ends, and shrink `room` by it. A cell's own text has its room before it."""
        if tail.text:
            kind: TypeKind = "small-medium" if tail.ink != "text2" else "small"
            painter.setPen(colour(theme().ink(tail.ink)))
            place = inside(painter, room, self._own_width(cell, room.width()), 0)
            _shrink(painter, room, 0, paint_line(painter, place, tail.text, kind, right=True) + px(BETWEEN))
        if tail.icon:
            side = px(14)
            left = room.left() if is_mirrored(painter) else room.right() - side
            self.paint_icon(painter, QRect(left, room.top(), side, room.height()), tail.icon, tail.ink)
            _shrink(painter, room, 0, side + px(BETWEEN))

    def _own_width(self, cell: CellLook, room: int) -> int:
        """What a cell's text takes of its room: all it needs, and at most 60% beside a tail."""
        needed = metrics_of("medium" if cell.medium else "body").horizontalAdvance(cell.text) + px(BETWEEN)
        return min(needed + (px(MARK) if cell.mark is not None else 0), room * 6 // 10)


def is_mirrored(painter: QPainter) -> bool:
    """Return whether lines begin at the right, as in Arabic and Hebrew."""
    return painter.layoutDirection() == Qt.LayoutDirection.RightToLeft


def inside(painter: QPainter, room: QRect, begin: int, end: int) -> QRect:
    """Return `room` without so many pixels where a line begins and where it ends."""
    if is_mirrored(painter):
        begin, end = end, begin
    return room.adjusted(begin, 0, -end, 0)


def _shrink(painter: QPainter, room: QRect, begin: int, end: int) -> None:
    """Take pixels from `room` where a line begins and where it ends."""
    if is_mirrored(painter):
        begin, end = end, begin
    room.adjust(begin, 0, -end, 0)


def paint_line(
    painter: QPainter, room: QRect, text: str, kind: TypeKind, *, right: bool = False, middle: bool = False
) -> int:
    """Paint one line of text, elided and vertically centred in `room`; returns its width in pixels.

    `right`: at the end of a line, which is the left edge where layouts are mirrored. Alignment does not depend on the
    script of the text: a name in Arabic starts at the same edge of its column as the others.
    """
    if not text:
        return 0
    shown, width = fitted(text, kind, room.width(), middle)
    metrics = metrics_of(kind)
    painter.setFont(font_of(kind))
    left = room.left() + (room.width() - width if right != is_mirrored(painter) else 0)
    painter.drawText(left, room.top() + (room.height() - metrics.height()) // 2 + metrics.ascent(), shown)
    return width


_PLAIN = CellLook("")


def look_of(index: Index) -> CellLook:
    """Return the look of a cell, from the Python model directly: through Qt each value would be converted twice."""
    model = index.model()
    found: CellLook | None = model.data(index, LOOK_ROLE)
    return found or _PLAIN._replace(text=str(model.data(index, Qt.ItemDataRole.DisplayRole) or ""))


def rect_of(option: QStyleOptionViewItem) -> QRect:
    """Return a copy of the rectangle of a cell."""
    rect: Any = option.rect
    return QRect(rect)


def is_selected(option: QStyleOptionViewItem) -> bool:
    """Return whether the row of a cell is selected."""
    state: Any = option.state
    return bool(state.value & _SELECTED)
