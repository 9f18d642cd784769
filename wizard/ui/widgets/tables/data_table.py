"""A table over a RowsModel: sorted by its header, one row chosen, empty states of its own."""

from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal

from wizard.ui.widgets.tables.row_behavior import EmptyWords
from wizard.ui.widgets.tables.row_table import RowTable
from wizard.ui.widgets.tables.rows_model import RowsModel


class DataTable(RowTable):
    """Rows to look at, choose, copy. The choice survives another filter, another order, and new rows with a key."""

    row_chosen = Signal(object)
    """The row that is chosen now, or None."""
    row_opened = Signal(object)
    """The row that Enter or a double click opened."""

    def __init__(
        self, name: str, words: str, model: RowsModel, *, row_height: int = 32, sortable: bool = True
    ) -> None:
        """`words` is the accessible name; the table keeps the model."""
        super().__init__(name, words, model, model.columns, row_height)
        self.rows = model
        model.setParent(self)
        self._kept: Hashable = None
        self._restoring = False
        self._empty: EmptyWords = ("search", "Nothing is here yet", "", "", None)
        self._none_found: EmptyWords = (
            "search",
            "Nothing matches",
            "Check the spelling or clear the search.",
            "",
            None,
        )
        head = self.horizontalHeader()
        head.setSectionsClickable(sortable)
        if sortable:
            head.setSortIndicatorClearable(True)
            head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.setSortingEnabled(True)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._changed)
        self.manners.opened.connect(self._opened)
        self._show_empty()

    def set_empty(
        self, icon: str, title: str, text: str = "", button: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """What stands here while there are no rows at all."""
        self._empty = (icon, title, text, button, act)
        self._show_empty()

    def set_none_found(
        self, title: str, text: str = "", button: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """What stands here while the filter leaves every row out."""
        self._none_found = ("search", title, text, button, act)
        self._show_empty()

    def current_row(self) -> Any:
        """The chosen row, or None."""
        index = self.currentIndex()
        return self.rows.row(index.row()) if index.isValid() and index.row() < self.rows.rowCount() else None

    def select_key(self, key: Hashable) -> bool:
        """Choose the row with a key; False where it is not shown."""
        at = self.rows.position_of(key)
        if at < 0:
            return False
        self.selectRow(at)
        self.scrollTo(self.rows.index(at, 0))
        return True

    def _keep(self) -> None:
        index = self.currentIndex()
        self._kept = self.rows.key_at(index.row()) if index.isValid() else None

    def _restore(self) -> None:
        self._show_empty()
        kept, self._kept = self._kept, None
        if kept is None:
            return
        self._restoring = True
        found = self.select_key(kept)
        self._restoring = False
        if not found:
            self.row_chosen.emit(None)

    def _changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._restoring:
            self.row_chosen.emit(self.rows.row(current.row()) if current.isValid() else None)

    def _opened(self, index: QModelIndex) -> None:
        self.row_opened.emit(self.rows.row(index.row()))

    def _show_empty(self) -> None:
        none = self.rows.rowCount() == 0
        if none:
            self.manners.empty.show_text(
                *(self._none_found if self.rows.rows and self.rows.is_filtered else self._empty)
            )
        self.manners.show_empty(none)
