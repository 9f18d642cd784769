"""How every list of rows behaves: hover, copy, Enter, Tab, the menu, and what stands where no row is."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainterPath, QRegion
from PySide6.QtWidgets import QAbstractItemView, QMenu

from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import Card, EmptyState
from wizard.ui.widgets.tables.row_delegate import RowDelegate


class RowManners(QObject):
    """Watches a view and its viewport; the view keeps it."""

    opened = Signal(QModelIndex)
    """A row was opened by Enter or a double click: its index."""
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
        """Whether the menu offers Export…"""
        self.empty = EmptyState(f"{name}Empty", view.viewport())
        self.empty.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See keys and the pointer before the view does."""
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

    def show_empty(self, shown: bool) -> None:
        """Show or hide what stands where no row is."""
        self.empty.resize(self._view.viewport().size())
        self.empty.setVisible(shown)

    def copied_text(self) -> str:
        """The chosen rows, a line each, their cells between tabs."""
        model, chosen = self._view.model(), self._view.selectionModel()
        lines = []
        for first in sorted(chosen.selectedRows(0), key=lambda index: (index.parent().row(), index.row())):
            cells = [
                first.sibling(first.row(), column).data() for column in range(model.columnCount(first.parent()))
            ]
            lines.append("\t".join(" ".join(str(cell or "").split()) for cell in cells))
        return "\n".join(lines)

    def copy(self) -> None:
        """Put the chosen rows on the clipboard."""
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
        """What a right click offers."""
        menu = QMenu(self._view)
        copy = QAction("Copy", menu)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setEnabled(self._view.selectionModel().hasSelection())
        copy.triggered.connect(self.copy)
        menu.addAction(copy)
        if self.exportable:
            export = QAction("Export…", menu)
            export.triggered.connect(self.export_asked)
            menu.addAction(export)
        return menu


def _rounded(rect: QRect) -> QRegion:
    """What of a view lies inside its card's round corners, which a chosen row would paint over."""
    path = QPainterPath()
    radius = px(8) - 0.5
    path.addRoundedRect(rect, radius, radius)
    return QRegion(path.toFillPolygon().toPolygon())


def framed(view: QAbstractItemView) -> Card:
    """A card around a view, so that its square header does not stick out of round corners."""
    frame = Card(padded=False)
    frame.column.addWidget(view)
    return frame


EmptyWords = tuple[str, str, str, str, Callable[[], object] | None]
"""icon, title, text, button, what the button does."""
