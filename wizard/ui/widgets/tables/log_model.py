"""The provisioning log as a table that is never whole in memory: pages of 256 rows, asked for as they are seen."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from wizard.errors import WizardError
from wizard.ui.timers import single_shot
from wizard.ui.widgets.tables.columns import CellLook, Column

Index = QModelIndex | QPersistentModelIndex
PAGE = 256
PAGES_KEPT = 64
PAGES_WANTED = 4
"""Pages that wait to be asked for, the last seen first; older wishes are dropped."""
PLACEHOLDER = "…"

Fetch = Callable[[int, int], Awaitable[tuple[Sequence[Any], int]]]
"""(offset, limit) -> (rows, how many there are in all). The offset counts from the oldest row."""


class Errands(Protocol):
    """What the model needs of the worker."""

    def start(
        self, slot: str, work: Any, *, done: Callable[[Any], None], failed: Callable[[WizardError], None]
    ) -> bool:
        """Run a coroutine in a slot."""

    def cancel(self, slot: str) -> None:
        """Cancel what runs in a slot."""


class LogModel(QAbstractTableModel):
    """Rows of a log that may grow while it is looked at.

    Pages are kept by their place from the oldest row, so lines that are appended spoil none of them; with
    `newest_first` they are only shown in reverse. One page is asked for at a time.
    """

    failed = Signal(object)
    """A page could not be read: the WizardError."""
    counted = Signal(int)
    """How many rows there are in all."""

    def __init__(self, columns: Sequence[Column], worker: Errands, fetch: Fetch, *, slot: str = "log") -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.newest_first = True
        self._worker, self._fetch, self._slot = worker, fetch, slot
        self._pages: OrderedDict[int, tuple[Any, ...]] = OrderedDict()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._asking: int | None = None
        self._total = 0
        self._known = False
        self._soon = single_shot(self, 0, self._ask)

    @property
    def total(self) -> int:
        """How many rows there are in all, as far as it was told."""
        return self._total

    @property
    def is_known(self) -> bool:
        """Whether the number of rows was told since the last reset."""
        return self._known

    @property
    def pages_kept(self) -> int:
        """How many pages are in memory."""
        return len(self._pages)

    def reset(self, total: int | None = None, *, newest_first: bool = True) -> None:
        """Another query: forget everything and ask anew; without `total` the first answer tells it."""
        self._worker.cancel(self._slot)
        self._asking = None
        self.beginResetModel()
        self.newest_first = newest_first
        self._pages.clear()
        self._wanted.clear()
        self._total, self._known = total or 0, total is not None
        self.endResetModel()
        if total is None:
            self._want(0)
        else:
            self.counted.emit(self._total)

    def use(self, fetch: Fetch) -> None:
        """Ask another query from now on; `reset` afterwards."""
        self._fetch = fetch

    def grow(self, total: int) -> None:
        """Rows were appended; what is in memory stays right."""
        more = total - self._total
        if more <= 0:
            return
        first = 0 if self.newest_first else self._total
        self.beginInsertRows(QModelIndex(), first, first + more - 1)
        self._total, self._known = total, True
        self.endInsertRows()
        self.counted.emit(total)

    def row(self, position: int) -> Any:
        """The row at a position, or None while its page is on its way."""
        place = self._total - 1 - position if self.newest_first else position
        page, within = divmod(place, PAGE)
        rows = self._pages.get(page)
        if rows is not None:
            self._pages.move_to_end(page)
            if within < len(rows):
                return rows[within]
        self._want(page)
        return None

    def looks(self, position: int) -> tuple[CellLook, ...]:
        """What is painted of a row, cell by cell; placeholders while its page is on its way."""
        row = self.row(position)
        if row is not None:
            return tuple(column.look(row) for column in self.columns)
        return (CellLook(PLACEHOLDER, "text3"), *(CellLook("") for _ in self.columns[1:]))

    # What Qt asks.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many rows there are."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows; a placeholder while its page is on its way."""
        if not index.isValid():
            return None
        row = self.row(index.row())
        if row is not None:
            return self.columns[index.column()].data(row, role)
        if role == Qt.ItemDataRole.DisplayRole:
            return PLACEHOLDER if index.column() == 0 else ""
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What a column's header shows."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            return self.columns[section].heading(role)
        return None

    # Pages.

    def _want(self, page: int) -> None:
        if page == self._asking:
            return
        self._wanted[page] = None
        self._wanted.move_to_end(page)
        while len(self._wanted) > PAGES_WANTED:
            self._wanted.popitem(last=False)
        if self._asking is None and not self._soon.isActive():
            self._soon.start()

    def _ask(self) -> None:
        if not self._wanted or self._asking is not None:
            return
        page, _ = self._wanted.popitem(last=True)
        self._asking = page
        fetch = self._fetch

        async def read(_emit: object) -> tuple[Sequence[Any], int]:
            return await fetch(page * PAGE, PAGE)

        if not self._worker.start(
            self._slot, read, done=lambda found: self._take(page, *found), failed=self._fail
        ):
            self._asking = None

    def _take(self, page: int, rows: Sequence[Any], total: int) -> None:
        self._asking = None
        self._pages[page] = tuple(rows)
        self._pages.move_to_end(page)
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        if not self._known and total == 0:
            self._known = True
            self.counted.emit(0)
        self.grow(total)
        self._show_page(page, len(rows))
        self._ask()

    def _show_page(self, page: int, count: int) -> None:
        first, last = page * PAGE, min(page * PAGE + count, self._total) - 1
        if last < first:
            return
        top, bottom = (self._total - 1 - last, self._total - 1 - first) if self.newest_first else (first, last)
        self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(self.columns) - 1))

    def _fail(self, error: WizardError) -> None:
        self._asking = None
        self._wanted.clear()
        self.failed.emit(error)
