"""A table of many rows: an index list over a tuple, filtered and sorted without moving a row."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from wizard.ui.widgets.tables.columns import Column

Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Rows of any type under columns.

    Filtering and sorting work on a list of positions (a proxy over Python rows takes seconds for 100,000). What a row
    is searched by is put together once, when the first search comes; a sort asks each row for its key once.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        haystack: Callable[[Any], str] | None = None,
        key: Callable[[Any], Hashable] | None = None,
    ) -> None:
        """`haystack` is what a row is searched by (all its texts where there is none), `key` tells a row among new ones."""
        super().__init__()
        self.columns = tuple(columns)
        self.rows: tuple[Any, ...] = ()
        self._haystack = haystack or self._all_texts
        self._key = key
        self._hay: list[str] | None = None
        self._sorted: list[int] = []
        self._shown: list[int] = []
        self._text = ""
        self._predicate: Callable[[Any], bool] | None = None
        self._sort_column = -1
        self._descending = False
        self._generation = 0

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows; filter and sort stay."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self._generation += 1
        self._hay = None
        self._sorted = self._order()
        self._shown = self._matching()
        self.endResetModel()

    def set_filter(self, text: str = "", predicate: Callable[[Any], bool] | None = None) -> None:
        """Show the rows whose texts hold `text`, whatever its case, and for which `predicate` is true."""
        self.beginResetModel()
        self._text = text.casefold()
        self._predicate = predicate
        self._shown = self._matching()
        self.endResetModel()

    @property
    def is_filtered(self) -> bool:
        """Whether some rows may be left out."""
        return bool(self._text) or self._predicate is not None

    def row(self, position: int) -> Any:
        """The row that is shown at a position."""
        return self.rows[self._shown[position]]

    def shown_rows(self) -> tuple[Any, ...]:
        """Every row that is shown, in the order it is shown in."""
        return tuple(self.rows[index] for index in self._shown)

    def key_at(self, position: int) -> Hashable:
        """What tells the row at a position from all others, also after another filter or sort."""
        index = self._shown[position]
        return self._key(self.rows[index]) if self._key else (self._generation, index)

    def position_of(self, key: Hashable) -> int:
        """Where a row is shown; -1 where it is not."""
        if self._key is None:
            wanted = key[1] if isinstance(key, tuple) and key[0] == self._generation else -1
            return self._shown.index(wanted) if wanted in self._shown else -1
        return next((at for at, index in enumerate(self._shown) if self._key(self.rows[index]) == key), -1)

    def touch(self, row: Any) -> None:
        """Show rows anew whose texts changed by something outside of them; pass the row's key or None for all."""
        if row is None:
            if self._shown:
                last = self.index(len(self._shown) - 1, len(self.columns) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        at = self.position_of(row)
        if at >= 0:
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(self.columns) - 1))

    # What Qt asks.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many rows are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid():
            return None
        return self.columns[index.column()].data(self.rows[self._shown[index.row()]], role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What a column's header shows."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            return self.columns[section].heading(role)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 brings the rows' own order back."""
        self.beginResetModel()
        self._sort_column = column if column < len(self.columns) else -1
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._sorted = self._order()
        self._shown = self._matching()
        self.endResetModel()

    def _order(self) -> list[int]:
        positions = list(range(len(self.rows)))
        if self._sort_column < 0:
            return positions
        column = self.columns[self._sort_column]
        key = column.sort_key or (lambda row: column.text(row).casefold())
        keys = [key(row) for row in self.rows]
        positions.sort(key=keys.__getitem__, reverse=self._descending)
        return positions

    def _matching(self) -> list[int]:
        shown = self._sorted
        if self._text:
            if self._hay is None:
                self._hay = [self._haystack(row).casefold() for row in self.rows]
            hay, text = self._hay, self._text
            shown = [index for index in shown if text in hay[index]]
        if self._predicate is not None:
            rows, holds = self.rows, self._predicate
            shown = [index for index in shown if holds(rows[index])]
        return list(shown) if shown is self._sorted else shown

    def _all_texts(self, row: Any) -> str:
        return "\n".join(column.text(row) for column in self.columns)
