"""Tables in a card: fixed row heights, no grid, column widths by share; and what all lists of rows have in common."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QScrollArea, QTableView, QWidget
from shiboken6 import isValid

from wizard.flow.support.spreadsheet import disarmed
from wizard.messages.translation import _
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import metrics_of, px
from wizard.ui.theme.stylesheet import set_property
from wizard.ui.widgets.cards import Card, EmptyState
from wizard.ui.widgets.tables.row_delegate import BETWEEN, LEFT, MARK, RowDelegate
from wizard.ui.widgets.tables.rows_model import Column, RowsModel

HEADER = 32
"""Height of a table's header (see `fonts.px`)."""
_SHARED = 120
"""Least width of a column without one of its own (see `fonts.px`)."""
_EmptyTexts = tuple[str, str, str, str, Callable[[], object] | None]
"""icon, title, text, button, action of the button."""


class RowTable(QTableView):
    """Base class of DataTable and LogView. Put `frame` into a layout, not the table."""

    def __init__(
        self, name: str, words: str, model: QAbstractTableModel, columns: Sequence[Column], row_height: int
    ) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._by_hand = False
        self._sharing = False
        self.setModel(model)
        self.delegate = RowDelegate(self, row_height)
        self.behavior = RowBehavior(self, self.delegate, name, words)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(px(row_height))
        head = self.horizontalHeader()
        head.setFixedHeight(px(HEADER))
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.setMinimumSectionSize(px(40))
        head.setStretchLastSection(True)
        head.setAccessibleName(_("{table}: columns").format(table=words))
        HeaderCorner(self, head, px(HEADER))
        head.sectionResized.connect(self._resized)
        self.frame = framed(self)
        """The card around the table, for a layout."""

    @property
    def export_asked(self) -> object:
        """The signal of Export… in the context menu; set `behavior.exportable` to offer it."""
        return self.behavior.export_asked

    def selectRow(self, row: int) -> None:
        """Select a row; from right to left Qt looks for its first column beside the table, and selects nothing."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), flags)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Distribute the width again, unless the user has resized a column."""
        super().resizeEvent(event)
        if not self._by_hand:
            self.share_width()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Scroll the page to the whole table; Qt would scroll to its current row."""
        super().focusInEvent(event)
        around = self.frame.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if isinstance(around, QScrollArea) and event.reason() != Qt.FocusReason.MouseFocusReason:
            around.ensureWidgetVisible(self.frame, 0, px(8))

    def sizeHint(self) -> QSize:
        """Return the size of the header and six rows."""
        return QSize(px(480), px(HEADER) + 6 * self.verticalHeader().defaultSectionSize() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the size of the header and three rows."""
        return QSize(px(240), px(HEADER) + 3 * self.verticalHeader().defaultSectionSize() + 2)

    def share_width(self) -> None:
        """Set the width of each column, and share the rest among the columns without one."""
        fixed = [self._width_of(column) for column in self._columns]
        shared = [at for at, width in enumerate(fixed) if not width and not self.isColumnHidden(at)]
        if self.viewport().width() - sum(fixed) < px(_SHARED) * len(
            shared
        ):  # long words in a narrow table are elided
            fixed = [px(column.width) for column in self._columns]
        rest = self.viewport().width() - sum(fixed)
        least = {at: max(px(80), self._title_width(self._columns[at])) for at in shared}
        if sum(least.values()) > rest:
            least = dict.fromkeys(shared, px(80))
        self._sharing = True
        for at, width in enumerate(fixed):
            if width:
                self.setColumnWidth(at, width)
        for at, width in _shares(rest, {at: self._columns[at].share for at in shared}, least).items():
            self.setColumnWidth(at, width)
        self._sharing = False

    def _title_width(self, column: Column) -> int:
        arrow = px(MARK) if column.title and self.isSortingEnabled() else 0
        title = self.horizontalHeader().fontMetrics().horizontalAdvance(column.title)
        return title + arrow + px(LEFT + BETWEEN)

    def _width_of(self, column: Column) -> int:
        """Return the width that a column needs for its words and its title, in pixels; 0 where it has a share."""
        if not column.width:
            return 0
        metrics = metrics_of("medium" if column.medium else "body")
        icon = px(MARK + LEFT + BETWEEN) if column.mark is not None else px(LEFT + BETWEEN)
        words = [icon + metrics.horizontalAdvance(word) for word in column.words]
        return max(px(column.width), self._title_width(column), *words)

    def _resized(self, section: int, _old: int, _new: int) -> None:
        if not self._sharing and self.isVisible() and section != len(self._columns) - 1:
            self._by_hand = True


def _shares(rest: int, weights: Mapping[int, int], least: Mapping[int, int]) -> dict[int, int]:
    """Divide a width among columns by their weights, but none below its least width."""
    widths: dict[int, int] = {}
    open_weights = dict(weights)
    while open_weights:
        total = sum(open_weights.values())
        shares = {at: max(0, rest) * weight // total for at, weight in open_weights.items()}
        short = [at for at, share in shares.items() if share < least[at]]
        if not short:
            return widths | shares
        for at in short:
            widths[at] = least[at]
            rest -= least[at]
            del open_weights[at]
    return widths


class DataTable(RowTable):
    """A table over a RowsModel, sorted by its header. The selection survives filtering, sorting and new rows with a key."""

    row_chosen = Signal(object)
    """The selected row, or None."""
    row_opened = Signal(object)
    """The row that was opened by Enter or a double click."""

    def __init__(
        self, name: str, words: str, model: RowsModel, *, row_height: int = 32, sortable: bool = True
    ) -> None:
        """`words` is the accessible name; the table owns the model."""
        super().__init__(name, words, model, model.columns, row_height)
        self.rows = model
        model.setParent(self)
        self._selected_key: Hashable = None
        self._restoring = False
        self._empty: _EmptyTexts = ("search", _("Nothing here yet"), "", "", None)
        self._no_match: _EmptyTexts = (
            "search",
            _("No matches"),
            _("Check the spelling or clear the search."),
            "",
            None,
        )
        head = self.horizontalHeader()
        head.setSectionsClickable(sortable)
        if sortable:
            head.setSortIndicatorClearable(True)
            head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.setSortingEnabled(True)
        model.modelAboutToBeReset.connect(self._remember_selection)
        model.modelReset.connect(self._restore_selection)
        self.selectionModel().currentRowChanged.connect(self._changed)
        self.behavior.opened.connect(self._opened)
        self._show_empty()

    def set_empty(
        self, icon: str, title: str, text: str = "", button: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Set icon and texts for a table without rows."""
        self._empty = (icon, title, text, button, act)
        self._show_empty()

    def set_none_found(
        self, title: str, text: str = "", button: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Set icon and texts for a filter without a match."""
        self._no_match = ("search", title, text, button, act)
        self._show_empty()

    def current_row(self) -> Any:
        """Return the selected row, or None."""
        index = self.currentIndex()
        return self.rows.row(index.row()) if index.isValid() and index.row() < self.rows.rowCount() else None

    def select_key(self, key: Hashable) -> bool:
        """Select the row with a key; False if it is not visible."""
        at = self.rows.position_of(key)
        if at < 0:
            return False
        self.selectRow(at)
        self.scrollTo(self.rows.index(at, 0))
        return True

    def _remember_selection(self) -> None:
        index = self.currentIndex()
        self._selected_key = self.rows.key_at(index.row()) if index.isValid() else None

    def _restore_selection(self) -> None:
        self._show_empty()
        key, self._selected_key = self._selected_key, None
        if key is None:
            return
        self._restoring = True
        found = self.select_key(key)
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
            self.behavior.empty.show_text(
                *(self._no_match if self.rows.rows and self.rows.is_filtered else self._empty)
            )
        self.behavior.show_empty(none)


class RowBehavior(QObject):
    """Hover, copy, Enter, Tab, context menu and empty state of a view of rows; the view owns it."""

    opened = Signal(QModelIndex)
    """The index of a row that was opened by Enter or a double click."""
    export_asked = Signal()

    def __init__(self, view: QAbstractItemView, delegate: RowDelegate, name: str, words: str) -> None:
        super().__init__(view)
        self._view, self._delegate = view, delegate
        view.setObjectName(name)
        view.setAccessibleName(words)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTabKeyNavigation(False)
        view.setMouseTracking(True)
        view.setItemDelegate(delegate)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        view.doubleClicked.connect(self.opened.emit)
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)
        self.exportable = False
        """Whether the context menu offers Export…"""
        self.empty = EmptyState(f"{name}Empty", view.viewport())
        self.empty.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle keys, pointer and resize events of the view before it does."""
        kind = event.type()
        if isinstance(event, QKeyEvent) and watched is self._view and kind == QEvent.Type.KeyPress:
            return self._pressed(event)
        if isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseMove:
            self._hover(event.position().toPoint())
        elif kind == QEvent.Type.Leave:
            self._hover(QPoint(-1, -1))
        elif kind == QEvent.Type.Resize and watched is self._view.viewport():
            self.empty.resize(self._view.viewport().size())
        elif kind == QEvent.Type.Resize:
            self._view.setMask(_rounded(self._view.rect()))
        elif kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._view.viewport().update()
        return False

    def use(self, delegate: RowDelegate) -> None:
        """Tell another delegate which row is hovered."""
        self._delegate = delegate

    def show_empty(self, shown: bool) -> None:
        """Show or hide the empty state."""
        self.empty.resize(self._view.viewport().size())
        self.empty.setVisible(shown)

    def copied_text(self) -> str:
        """Return the selected rows as lines of tab-separated cells, for a spreadsheet program or as text."""
        model, chosen = self._view.model(), self._view.selectionModel()
        lines = []
        for first in sorted(chosen.selectedRows(0), key=lambda index: (index.parent().row(), index.row())):
            cells = [
                first.sibling(first.row(), column).data() for column in range(model.columnCount(first.parent()))
            ]
            lines.append("\t".join(disarmed(" ".join(str(cell or "").split())) for cell in cells))
        return "\n".join(lines)

    def copy(self) -> None:
        """Copy the selected rows to the clipboard."""
        QGuiApplication.clipboard().setText(self.copied_text())

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._view.currentIndex().isValid():
                self.opened.emit(self._view.currentIndex())
            return True
        return False

    def _hover(self, place: QPoint) -> None:
        index = self._view.indexAt(place)
        first = index.siblingAtColumn(0) if index.isValid() else index
        if self._delegate.hovered != first:
            self._delegate.hovered = QPersistentModelIndex(first)
            self._view.viewport().update()

    def _show_menu(self, place: QPoint) -> None:
        menu = self.menu()
        menu.exec(self._view.viewport().mapToGlobal(place))
        menu.deleteLater()

    def menu(self) -> QMenu:
        """Return the context menu."""
        menu = QMenu(self._view)
        copy = QAction(_("Copy"), menu)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setEnabled(self._view.selectionModel().hasSelection())
        copy.triggered.connect(self.copy)
        menu.addAction(copy)
        if self.exportable:
            export = QAction(_("Export…"), menu)
            export.triggered.connect(self.export_asked)
            menu.addAction(export)
        head = self._view.horizontalHeader() if isinstance(self._view, QTableView) else None
        if head is not None and head.sectionsClickable():
            self._offer_sorting(menu.addMenu(_("Sort by")), head)
        return menu

    def _offer_sorting(self, menu: QMenu, head: QHeaderView) -> None:
        """Offer each column with a title, as the header does for the mouse; the one in use again turns the order round."""
        menu.setObjectName("sortBy")
        for column in range(self._view.model().columnCount()):
            title = str(self._view.model().headerData(column, Qt.Orientation.Horizontal) or "")
            if title:
                action = QAction(title.replace("&", "&&"), menu)
                action.setCheckable(True)
                action.setChecked(head.isSortIndicatorShown() and head.sortIndicatorSection() == column)
                action.triggered.connect(partial(_sort, head, column))
                menu.addAction(action)


def _sort(head: QHeaderView, column: int, _on: bool = True) -> None:
    ascending, descending = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
    turns = head.sortIndicatorSection() == column and head.sortIndicatorOrder() == ascending
    head.setSortIndicator(column, descending if turns else ascending)


def _rounded(rect: QRect) -> QRegion:
    """Return the region inside the card's round corners, which a selected row would paint over."""
    path = QPainterPath()
    radius = px(8) - 0.5
    path.addRoundedRect(rect, radius, radius)
    return QRegion(path.toFillPolygon().toPolygon())


def framed(view: QAbstractItemView) -> Card:
    """Return a card around a view; without it the square header would stick out of round corners."""
    frame = Card(padded=False)
    frame.column.addWidget(view)
    return frame


class HeaderCorner(QWidget):
    """Continues the header above the vertical scroll bar of a view; Qt would start the bar beside the header."""

    def __init__(self, view: QAbstractItemView, header: QHeaderView, height: int) -> None:
        super().__init__(view)
        self.setFixedHeight(height)
        self._header = header
        view.addScrollBarWidget(self, Qt.AlignmentFlag.AlignTop)
        view.verticalScrollBar().rangeChanged.connect(self._mark_barred)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the header's background, its line, and the round corner of the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = px(8) - 1
        path = QPainterPath()
        path.addRoundedRect(-radius, 0, self.width() + radius, self.height() + radius, radius, radius)
        painter.setClipRect(self.rect())
        painter.fillPath(path, QColor(theme().head))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme().line))
        painter.end()

    def _mark_barred(self, _low: int, high: int) -> None:
        if isValid(self._header):  # the range may still change while the view is destroyed
            set_property(self._header, "barred", high > 0)
