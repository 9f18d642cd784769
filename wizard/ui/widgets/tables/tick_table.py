"""A table whose rows have a check box each."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem

from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import pixmap
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.row_delegate import RowDelegate, inside, is_mirrored
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Index, RowsModel

_MARK = 16
Key = tuple[str, str]


class TickModel(RowsModel):
    """Rows with a check box in the first cell; a row is ticked by its key."""

    def __init__(
        self,
        columns: Sequence[Column],
        key: Callable[[Any], Key],
        haystack: Callable[[Any], str] | None = None,
    ) -> None:
        """As `RowsModel`."""
        super().__init__(columns, haystack=haystack, key=key)
        self._key_of = key
        self.ticked: frozenset[Key] = frozenset()
        """Keys of the ticked rows."""

    def set_ticked(self, keys: frozenset[Key]) -> None:
        """Tick exactly the rows with these keys."""
        if keys != self.ticked:
            self.ticked = keys
            self.touch(None)

    def tick(self, rows: Iterable[Any]) -> None:
        """Tick these rows too."""
        self.set_ticked(self.ticked | self._keys_of(rows))

    def toggle(self, rows: Iterable[Any]) -> None:
        """Tick these rows; untick them if all of them are ticked."""
        keys = self._keys_of(rows)
        self.set_ticked(self.ticked - keys if keys <= self.ticked else self.ticked | keys)

    def _keys_of(self, rows: Iterable[Any]) -> frozenset[Key]:
        return frozenset(map(self._key_of, rows))

    def is_ticked(self, row: Any) -> bool:
        """Whether a row is ticked."""
        return self._key_of(row) in self.ticked

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows; the first one has a check state."""
        if role == Qt.ItemDataRole.CheckStateRole:
            if index.column() != 0:
                return None
            ticked = self.is_ticked(self.row(index.row()))
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        return super().data(index, role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Make the first cell checkable."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags


class _TickDelegate(RowDelegate):
    """Paints the check box before the first cell's content."""

    def paint_content(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint check box, icon and text."""
        if index.column() == 0:
            self._paint_box(painter, room, index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked)
            room = inside(painter, room, px(_MARK + 10), 0)
        super().paint_content(painter, room, index, cell)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Ignore clicks: the table handles them, over the whole width before the text."""
        return False

    def _paint_box(self, painter: QPainter, room: QRect, ticked: bool) -> None:
        t, side = theme(), px(_MARK)
        left = room.right() - side + 1 if is_mirrored(painter) else room.left()
        box = QRectF(left, room.top() + (room.height() - side) // 2, side, side).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.accent if ticked else t.ctl), 1))
        painter.setBrush(QColor(t.accent if ticked else t.base))
        painter.drawRoundedRect(box, px(4), px(4))
        if ticked:
            ratio = self._view.devicePixelRatioF()
            picture = pixmap("check", t.onaccent, px(12), ratio)
            painter.drawPixmap(int(box.left()) + px(2), int(box.top()) + px(2), picture)


class TickTable(DataTable):
    """A table of a TickModel; a click on a check box, Space or Enter emits what to tick."""

    toggled = Signal(object)
    """Rows to tick, or to untick if all of them are ticked."""

    def __init__(self, name: str, words: str, model: TickModel) -> None:
        """`words` is the accessible name; the table owns the model."""
        self.ticks = model
        super().__init__(name, words, model, row_height=32)
        self.setItemDelegate(_TickDelegate(self))
        self.delegate = self.itemDelegate()  # type: ignore[assignment]
        self.clicked.connect(self._clicked)
        self.row_opened.connect(lambda row: self.toggled.emit((row,)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick the selected rows on Space."""
        if event.key() == Qt.Key.Key_Space:
            rows = {index.row() for index in self.selectionModel().selectedRows()}
            if rows:
                self.toggled.emit(tuple(self.ticks.row(row) for row in sorted(rows)))
            return
        super().keyPressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        place = self.viewport().mapFromGlobal(self.cursor().pos())
        self.tick_at(index, place.x() - self.visualRect(index).left())

    def tick_at(self, index: QModelIndex, x: int) -> None:
        """Handle a click at `x` pixels from the left of a cell: left of the text it ticks."""
        if index.column() == 0 and x <= px(12 + _MARK + 8):
            self.toggled.emit((self.ticks.row(index.row()),))
