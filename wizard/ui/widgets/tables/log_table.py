"""The log table: a model that loads pages of rows as they are scrolled to, and a view that follows new lines."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox

from wizard.errors import WizardError
from wizard.messages.translation import _
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.timers import single_shot
from wizard.ui.widgets.tables.data_table import RowTable
from wizard.ui.widgets.tables.row_delegate import RowState
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Index

if TYPE_CHECKING:
    from wizard.flow.services import Services

PAGE = 256
"""Rows of a page."""
CACHED_PAGES = 64
_MOST_PENDING = 4
"""Pages waiting to be fetched, the last seen first; older ones are dropped."""
PLACEHOLDER = "…"

Fetch = Callable[[int, int], Awaitable[tuple[Sequence[Any], int]]]
"""(offset, limit) -> (rows, total number of rows). The offset counts from the oldest row."""


class LogModel(QAbstractTableModel):
    """Rows of a log that may grow while it is shown; never whole in memory.

    Pages are cached by their offset from the oldest row, so appended rows invalidate none of them; `newest_first` only
    reverses the display. One page is fetched at a time.
    """

    failed = Signal(object)
    """A page could not be fetched: the WizardError."""
    counted = Signal(int)
    """The total number of rows."""

    def __init__(self, columns: Sequence[Column], tasks: TaskRunner, slot: Slot, fetch: Fetch) -> None:
        """Pages are fetched in `slot`."""
        super().__init__()
        self.columns = tuple(columns)
        self.newest_first = True
        self._tasks, self._slot, self._fetch = tasks, slot, fetch
        self._pages: OrderedDict[int, tuple[Any, ...]] = OrderedDict()
        self._pending: OrderedDict[int, None] = OrderedDict()
        self._fetching: int | None = None
        self._total = 0
        self._known = False
        self._next_fetch = single_shot(self, 0, self.fetch_next)

    @property
    def total(self) -> int:
        """The total number of rows, as far as known."""
        return self._total

    @property
    def is_known(self) -> bool:
        """Whether the total is known since the last reset."""
        return self._known

    @property
    def is_loading(self) -> bool:
        """Whether a page is being fetched or about to be."""
        return self._fetching is not None or self._next_fetch.isActive()

    @property
    def cached_pages(self) -> int:
        """The number of pages in memory."""
        return len(self._pages)

    def reset(self, total: int | None = None, *, newest_first: bool = True) -> None:
        """Drop all pages and start again; without `total` the first page brings it."""
        self._tasks.cancel(self._slot)
        self._fetching = None
        self.beginResetModel()
        self.newest_first = newest_first
        self._pages.clear()
        self._pending.clear()
        self._total, self._known = total or 0, total is not None
        self.endResetModel()
        if total is None:
            self._request(0)
        else:
            self.counted.emit(self._total)

    def use(self, fetch: Fetch) -> None:
        """Set another query; call `reset` afterwards."""
        self._fetch = fetch

    def grow(self, total: int) -> None:
        """Take over that rows were appended; cached pages stay valid."""
        more = total - self._total
        if more <= 0:
            return
        first = 0 if self.newest_first else self._total
        self.beginInsertRows(QModelIndex(), first, first + more - 1)
        self._total, self._known = total, True
        self.endInsertRows()
        self.counted.emit(total)

    def row(self, position: int) -> Any:
        """Return the row at a position, or None while its page is being fetched."""
        place = self._total - 1 - position if self.newest_first else position
        page, within = divmod(place, PAGE)
        rows = self._pages.get(page)
        if rows is not None:
            self._pages.move_to_end(page)
            if within < len(rows):
                return rows[within]
        self._request(page)
        return None

    def looks(self, position: int) -> tuple[CellLook, ...]:
        """Return the look of each cell of a row; placeholders while its page is being fetched."""
        row = self.row(position)
        if row is not None:
            return tuple(column.look(row) for column in self.columns)
        return (CellLook(PLACEHOLDER, "text3"), *(CellLook("") for _ in self.columns[1:]))

    # --- QAbstractTableModel ---

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the total number of rows."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the data of a cell; a placeholder while its page is being fetched."""
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
        """Return the data of a column's header."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            return self.columns[section].heading(role)
        return None

    # --- pages ---

    def _request(self, page: int) -> None:
        if page == self._fetching:
            return
        self._pending[page] = None
        self._pending.move_to_end(page)
        while len(self._pending) > _MOST_PENDING:
            self._pending.popitem(last=False)
        if self._fetching is None and not self._next_fetch.isActive():
            self._next_fetch.start()

    def fetch_next(self) -> None:
        """Fetch the page that was requested last."""
        if not self._pending or self._fetching is not None:
            return
        page, _ = self._pending.popitem(last=True)
        self._fetching = page
        fetch = self._fetch

        async def read(_services: "Services", _emit: Emit) -> tuple[Sequence[Any], int]:
            return await fetch(page * PAGE, PAGE)

        self._tasks.run(
            self._slot,
            read,
            on_done=lambda result: self._add_page(page, *result),
            on_error=self._fail,
            on_cancel=self._forget_pending,
        )

    def _add_page(self, page: int, rows: Sequence[Any], total: int) -> None:
        self._fetching = None
        self._pages[page] = tuple(rows)
        self._pages.move_to_end(page)
        while len(self._pages) > CACHED_PAGES:
            self._pages.popitem(last=False)
        if not self._known and total == 0:
            self._known = True
            self.counted.emit(0)
        self.grow(total)
        self._show_page(page, len(rows))
        self.fetch_next()

    def _show_page(self, page: int, count: int) -> None:
        first, last = page * PAGE, min(page * PAGE + count, self._total) - 1
        if last < first:
            return
        top, bottom = (self._total - 1 - last, self._total - 1 - first) if self.newest_first else (first, last)
        self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(self.columns) - 1))

    def _fail(self, error: WizardError) -> None:
        self._forget_pending()
        self.failed.emit(error)

    def _forget_pending(self) -> None:
        self._fetching = None
        self._pending.clear()


class LogView(RowTable):
    """Newest first; follows new lines until the user scrolls away.

    `follow` is the check box for the caller's layout; `frame` is the widget to put into a layout.
    """

    row_chosen = Signal(object)
    """The selected row, or None."""
    row_opened = Signal(object)
    sort_asked = Signal(int, bool)
    """Column and whether descending; the caller sets another query and resets the model."""

    def __init__(
        self, name: str, words: str, model: LogModel, *, row_height: int = 28, sortable: bool = False
    ) -> None:
        super().__init__(name, words, model, model.columns, row_height)
        self.log = model
        model.setParent(self)
        self._moving = False
        self._repaint = single_shot(self, 0, lambda: self.viewport().setUpdatesEnabled(True))
        self.follow = QCheckBox(_("&Follow new entries"))
        self.follow.setObjectName(f"{name}Follow")
        self.follow.setAccessibleName(_("Follow new entries"))
        self.follow.setChecked(True)
        self.follow.toggled.connect(self._followed)
        head = self.horizontalHeader()
        head.setSectionsClickable(sortable)
        if sortable:
            head.setSortIndicatorShown(True)
            head.setSortIndicatorClearable(True)
            head.setSortIndicator(0, Qt.SortOrder.DescendingOrder)
            head.sortIndicatorChanged.connect(
                lambda column, order: self.sort_asked.emit(column, order == Qt.SortOrder.DescendingOrder)
            )
        model.rowsInserted.connect(self._rows_inserted)
        model.modelReset.connect(self._reset)
        model.counted.connect(lambda _total: self._show_empty())
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.selectionModel().currentRowChanged.connect(self._changed)
        self.behavior.opened.connect(lambda index: self.row_opened.emit(self.log.row(index.row())))
        self._show_empty()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all rows in one call.

        Qt would call into Python for each cell, and each call waits for the interpreter while a run is using it: 80
        cells then take a fifth of a second.
        """
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        if first < 0:
            return
        last = last if last >= 0 else self.log.total - 1
        places = [(self.columnViewportPosition(at), self.columnWidth(at)) for at in range(len(self.log.columns))]
        top, height = self.rowViewportPosition(first), self.rowHeight(first)
        selected = [(part.top(), part.bottom()) for part in self.selectionModel().selection().toList()]
        hovered, focused = self.delegate.hovered.row(), self.currentIndex().row() if self.hasFocus() else -1
        painter = QPainter(self.viewport())
        for row in range(first, last + 1):
            state = RowState(any(a <= row <= z for a, z in selected), row == hovered, row == focused)
            self.delegate.paint_row(painter, top + (row - first) * height, places, self.log.looks(row), state)
        painter.end()

    def set_empty(self, icon: str, title: str, text: str = "") -> None:
        """Set icon and texts for an empty log."""
        self.behavior.empty.show_text(icon, title, text)

    def current_row(self) -> Any:
        """Return the selected row, or None; also None while its page is being fetched."""
        index = self.currentIndex()
        return self.log.row(index.row()) if index.isValid() else None

    def _rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._show_empty()
        if last - first + 1 == self.log.total:
            self._paint_once()
        bar = self.verticalScrollBar()
        self._moving = True
        if self.follow.isChecked():
            self.scrollToTop()
        elif self.log.newest_first:
            # Lines were inserted above: keep the visible lines in place.
            self.updateGeometries()
            bar.setValue(bar.value() + last - first + 1)
        self._moving = False

    def _paint_once(self) -> None:
        """Paint the first rows once, after scroll bar and column widths have settled, instead of three times."""
        self.viewport().setUpdatesEnabled(False)
        self.executeDelayedItemsLayout()
        self._repaint.start()  # after the layout timers of Qt

    def _reset(self) -> None:
        self._moving = True
        self.scrollToTop()
        self._moving = False
        self._show_empty()
        self.row_chosen.emit(None)

    def _scrolled(self, value: int) -> None:
        if value > 0 and not self._moving and self.follow.isChecked():
            self.follow.setChecked(False)

    def _followed(self, on: bool) -> None:
        if on:
            self.scrollToTop()

    def _changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.row_chosen.emit(self.log.row(current.row()) if current.isValid() else None)

    def _show_empty(self) -> None:
        self.behavior.show_empty(self.log.is_known and self.log.total == 0)
