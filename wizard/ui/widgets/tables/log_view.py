"""The log: a table over pages that follows new lines until someone scrolls away."""

from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox

from wizard.ui.timers import single_shot
from wizard.ui.widgets.tables.log_model import LogModel
from wizard.ui.widgets.tables.row_delegate import Mood
from wizard.ui.widgets.tables.row_table import RowTable


class LogView(RowTable):
    """Newest first. `follow` is the check box for the caller's layout; `frame` is what a layout takes."""

    row_chosen = Signal(object)
    """The row that is chosen now, or None."""
    row_opened = Signal(object)
    sort_asked = Signal(int, bool)
    """A header was pressed: column and whether descending; the caller asks another query and resets the model."""

    def __init__(
        self, name: str, words: str, model: LogModel, *, row_height: int = 28, sortable: bool = False
    ) -> None:
        super().__init__(name, words, model, model.columns, row_height)
        self.log = model
        model.setParent(self)
        self._moving = False
        self._laid_out = single_shot(self, 0, lambda: self.viewport().setUpdatesEnabled(True))
        self.follow = QCheckBox("&Follow new lines")
        self.follow.setObjectName(f"{name}Follow")
        self.follow.setAccessibleName("Follow new lines")
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
        model.rowsInserted.connect(self._grown)
        model.modelReset.connect(self._reset)
        model.counted.connect(lambda _total: self._show_empty())
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.selectionModel().currentRowChanged.connect(self._changed)
        self.manners.opened.connect(lambda index: self.row_opened.emit(self.log.row(index.row())))
        self._show_empty()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint every row in one go.

        Left to Qt, each cell would be a call of its own into Python, and each call waits for its turn while a run has
        the interpreter: a table of 80 cells then stands still for a fifth of a second.
        """
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        if first < 0:
            return
        last = last if last >= 0 else self.log.total - 1
        places = [(self.columnViewportPosition(at), self.columnWidth(at)) for at in range(len(self.log.columns))]
        top, height = self.rowViewportPosition(first), self.rowHeight(first)
        chosen = [(part.top(), part.bottom()) for part in self.selectionModel().selection().toList()]
        hovered, focused = self.delegate.hovered.row(), self.currentIndex().row() if self.hasFocus() else -1
        painter = QPainter(self.viewport())
        for row in range(first, last + 1):
            mood = Mood(any(a <= row <= z for a, z in chosen), row == hovered, row == focused)
            self.delegate.paint_row(painter, top + (row - first) * height, places, self.log.looks(row), mood)
        painter.end()

    def set_empty(self, icon: str, title: str, text: str = "") -> None:
        """What stands here while the log has no row."""
        self.manners.empty.show_text(icon, title, text)

    def current_row(self) -> Any:
        """The chosen row, or None; also None while its page is on its way."""
        index = self.currentIndex()
        return self.log.row(index.row()) if index.isValid() else None

    def _grown(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._show_empty()
        if last - first + 1 == self.log.total:
            self._paint_once()
        bar = self.verticalScrollBar()
        self._moving = True
        if self.follow.isChecked():
            self.scrollToTop()
        elif self.log.newest_first:
            # Lines came in above: what a person reads stays where it is.
            self.updateGeometries()
            bar.setValue(bar.value() + last - first + 1)
        self._moving = False

    def _paint_once(self) -> None:
        """Paint first rows when the scroll bar has come and the columns are as wide as they stay, not three times."""
        self.viewport().setUpdatesEnabled(False)
        self.executeDelayedItemsLayout()
        self._laid_out.start()  # after what Qt began with timers of its own

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
        self.manners.show_empty(self.log.is_known and self.log.total == 0)
