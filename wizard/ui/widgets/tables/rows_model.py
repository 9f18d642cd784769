"""The model of a table: columns that say what they show of a row, and rows that are filtered and sorted by index."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from wizard.ui.formats import sort_keys
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import wrapped_tip

Index = QModelIndex | QPersistentModelIndex


LOOK_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""Role of a `CellLook`: everything a delegate paints of a cell, in one call."""


class Mark(NamedTuple):
    """An icon before a cell's text."""

    icon: str
    ink: Ink = "text"


class Tail(NamedTuple):
    """An icon, a word, or both at the right end of a cell."""

    icon: str = ""
    text: str = ""
    ink: Ink = "text2"


class CellLook(NamedTuple):
    """Everything a delegate paints of a cell."""

    text: str
    ink: Ink = "text"
    mark: Mark | None = None
    """Before the text."""
    tail: Tail | None = None
    """At the right end of the cell."""
    medium: bool = False
    right: bool = False
    elide_middle: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; every function takes a row."""

    title: str
    text: Callable[[Any], str]
    """Text to show, copy, search and read out."""
    width: int = 0
    """A measure of the design (see `fonts.px`), the least; 0 = a share of the remaining width."""
    words: tuple[str, ...] = ()
    """Words that the column shows; it is as wide as the longest, in any language."""
    share: int = 1
    """Weight among the columns without a width."""
    ink: "Ink | Callable[[Any], Ink]" = "text"
    mark: Callable[[Any], Mark | None] | None = None
    """An icon before the text."""
    tail: Callable[[Any], Tail | None] | None = None
    """An icon or word at the right end of the cell."""
    sort_key: Callable[[Any], Any] | None = None
    """Sort key; the text as the language sorts it if None."""
    right: bool = False
    """Right-aligned, for numbers."""
    medium: bool = False
    elide_middle: bool = False
    """Elide the middle instead of the end, for paths."""
    tip: Callable[[Any], str] | None = None
    """Tool tip; the text if None."""

    def data(self, row: Any, role: int) -> Any:
        """Return the data of a row for an item role."""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row)
            case Qt.ItemDataRole.ToolTipRole:
                return wrapped_tip((self.tip or self.text)(row))
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case _:
                return self.look(row) if role == LOOK_ROLE else None

    def look(self, row: Any) -> CellLook:
        """Return the look of a row's cell."""
        return CellLook(
            self.text(row),
            self.ink(row) if callable(self.ink) else self.ink,
            self.mark(row) if self.mark else None,
            self.tail(row) if self.tail else None,
            self.medium,
            self.right,
            self.elide_middle,
        )

    def heading(self, role: int) -> Any:
        """Return the data of this column's header for an item role."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped_tip(self.title)  # the column may be narrower than its title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class RowsModel(QAbstractTableModel):
    """Rows of any type under columns.

    Filtering and sorting work on a list of positions; a QSortFilterProxyModel over Python rows takes seconds for
    100,000 rows. Search texts are built once, at the first search; a sort calls the key of each row once.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        haystack: Callable[[Any], str] | None = None,
        key: Callable[[Any], Hashable] | None = None,
    ) -> None:
        """`haystack` returns the text to search in (default: all cells), `key` identifies a row after `set_rows`."""
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
        """Replace the rows; filter and sort order are kept."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self._generation += 1
        self._hay = None
        self._sorted = self._order()
        self._shown = self._matching()
        self.endResetModel()

    def set_filter(self, text: str = "", predicate: Callable[[Any], bool] | None = None) -> None:
        """Show only rows that contain `text` (ignoring case) and for which `predicate` is true."""
        self.beginResetModel()
        self._text = text.casefold()
        self._predicate = predicate
        self._shown = self._matching()
        self.endResetModel()

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set."""
        return bool(self._text) or self._predicate is not None

    def row(self, position: int) -> Any:
        """Return the row at a visible position."""
        return self.rows[self._shown[position]]

    def shown_rows(self) -> tuple[Any, ...]:
        """Return all visible rows in their order."""
        return tuple(self.rows[index] for index in self._shown)

    def key_at(self, position: int) -> Hashable:
        """Return the identity of the row at a position; it stays valid after filtering and sorting."""
        index = self._shown[position]
        return self._key(self.rows[index]) if self._key else (self._generation, index)

    def position_of(self, key: Hashable) -> int:
        """Return the visible position of a row, or -1."""
        if self._key is None:
            wanted = key[1] if isinstance(key, tuple) and key[0] == self._generation else -1
            return self._shown.index(wanted) if wanted in self._shown else -1
        return next((at for at, index in enumerate(self._shown) if self._key(self.rows[index]) == key), -1)

    def touch(self, row: Any) -> None:
        """Repaint a row whose texts depend on something that changed: its key, or None for all rows."""
        if row is None:
            if self._shown:
                last = self.index(len(self._shown) - 1, len(self.columns) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        at = self.position_of(row)
        if at >= 0:
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(self.columns) - 1))

    # --- QAbstractTableModel ---

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of visible rows."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the data of a cell."""
        if not index.isValid():
            return None
        return self.columns[index.column()].data(self.rows[self._shown[index.row()]], role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the data of a column's header."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            return self.columns[section].heading(role)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 restores the original order."""
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
        if column.sort_key is None:
            keys: list[Any] = sort_keys(map(column.text, self.rows))
        else:
            keys = [column.sort_key(row) for row in self.rows]
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
