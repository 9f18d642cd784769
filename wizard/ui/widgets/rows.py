"""Lists of rows: how a row is painted, and the table and the tree that show rows in a frame."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QTreeView,
    QWidget,
)

from wizard.ui.icons import pixmap
from wizard.ui.look import px, theme
from wizard.ui.tokens import Ink
from wizard.ui.typography import font_of
from wizard.ui.widgets.card import Card
from wizard.ui.widgets.empty_state import EmptyState

AnyIndex = QModelIndex | QPersistentModelIndex


class Role(IntEnum):
    """What a model says of a cell besides its text."""

    INK = Qt.ItemDataRole.UserRole + 1
    """An `Ink`; text where the model says nothing."""
    ICON = Qt.ItemDataRole.UserRole + 2
    """(icon, ink) before the text."""
    TYPE = Qt.ItemDataRole.UserRole + 3
    """A `TypeKind`."""
    MARK = Qt.ItemDataRole.UserRole + 4
    """(icon or "", word or "", ink) at the cell's end."""
    MIDDLE = Qt.ItemDataRole.UserRole + 5
    """True: what does not fit is left out in the middle."""
    GROUND = Qt.ItemDataRole.UserRole + 6
    """True: the row stands on the second ground (a row inside another)."""
    NO_LINE = Qt.ItemDataRole.UserRole + 7
    """True: no line below the row."""


class RowDelegate(QStyledItemDelegate):
    """Paints a cell: ground, bottom line, icon, text, mark."""

    def __init__(self, view: QAbstractItemView, height: int = 32) -> None:
        super().__init__(view)
        self._view = view
        self._height = height
        self.hovered = QPersistentModelIndex()
        """The row under the mouse."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Every row as high as the look says; a row inside another 28."""
        height = min(self._height, 28) if index.data(Role.GROUND) else self._height
        return QSize(px(40), px(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one cell."""
        painter.save()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        self._paint_ground(painter, rect, option, index)
        left = rect.left() + px(12)
        right = rect.right() - px(8)
        right = self._paint_mark(painter, rect, right, index)
        left = self._paint_icon(painter, rect, left, index)
        font = font_of(index.data(Role.TYPE) or "body")
        metrics = QFontMetrics(font)
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        elide = Qt.TextElideMode.ElideMiddle if index.data(Role.MIDDLE) else Qt.TextElideMode.ElideRight
        align = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole) or Qt.AlignmentFlag.AlignLeft)
        painter.setFont(font)
        painter.setPen(QColor(theme().ink(index.data(Role.INK) or "text")))
        room = QRect(left, rect.top(), max(0, right - left), rect.height())
        shown = metrics.elidedText(text.replace("\n", " "), elide, room.width())
        painter.drawText(room, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, option: Any, index: AnyIndex) -> None:
        t = theme()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(t.sel))
        elif self.hovered.isValid() and _same_row(self.hovered, index):
            painter.fillRect(rect, QColor(t.hover))
        elif index.data(Role.GROUND):
            painter.fillRect(rect, QColor(t.alt))
        if not index.data(Role.NO_LINE):
            painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(t.line))
        if self._view.hasFocus() and _same_row(self._view.currentIndex(), index):
            self._paint_ring(painter, rect, index)

    def _paint_ring(self, painter: QPainter, rect: QRect, index: AnyIndex) -> None:
        painter.setPen(QPen(QColor(theme().ring), 1))
        painter.drawLine(rect.topLeft(), rect.topRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if index.column() == 0:
            painter.drawLine(rect.topLeft(), rect.bottomLeft())
        if index.column() == index.model().columnCount(index.parent()) - 1:
            painter.drawLine(rect.topRight(), rect.bottomRight())

    def _paint_icon(self, painter: QPainter, rect: QRect, left: int, index: AnyIndex) -> int:
        given: tuple[str, Ink] | None = index.data(Role.ICON)
        if not given or not given[0]:
            return left
        side = px(16)
        picture = pixmap(given[0], theme().ink(given[1]), side, self._view.devicePixelRatioF())
        painter.drawPixmap(left, rect.top() + (rect.height() - side) // 2, picture)
        return left + side + px(8)

    def _paint_mark(self, painter: QPainter, rect: QRect, right: int, index: AnyIndex) -> int:
        given: tuple[str, str, Ink] | None = index.data(Role.MARK)
        if not given:
            return right
        icon, word, ink = given
        right -= px(4)
        if word:
            font = font_of("small-medium" if ink == "link" else "small")
            width = QFontMetrics(font).horizontalAdvance(word)
            painter.setFont(font)
            painter.setPen(QColor(theme().ink(ink)))
            room = QRect(right - width, rect.top(), width, rect.height())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), word)
            right -= width + px(8)
        if icon:
            side = px(14)
            picture = pixmap(icon, theme().ink(ink), side, self._view.devicePixelRatioF())
            painter.drawPixmap(right - side, rect.top() + (rect.height() - side) // 2, picture)
            right -= side + px(8)
        return right


def _same_row(one: AnyIndex, other: AnyIndex) -> bool:
    return one.isValid() and one.row() == other.row() and one.parent() == other.parent()


class RowTable(QTableView):
    """A table of rows with shares for widths; Ctrl+C copies the chosen rows."""

    row_chosen = Signal(int)
    """The row that is current now; -1 = none."""

    def __init__(
        self, name: str, words: str, shares: Sequence[int], *, height: int = 32, sortable: bool = False
    ) -> None:
        """`words` is the accessible name; `shares` are the widths of the columns in the drawings."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._shares = tuple(shares)
        self._delegate = RowDelegate(self, height)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setSortingEnabled(sortable)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(px(20))
        rows.setDefaultSectionSize(px(height))
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        _dress_header(self.horizontalHeader())
        self.entered.connect(self._hover)

    def show_shares(self, shares: Sequence[int]) -> None:
        """Other widths."""
        self._shares = tuple(shares)
        self._spread()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a model, and say when another row is current."""
        super().setModel(model)
        chosen = self.selectionModel()
        if chosen is not None:
            chosen.currentRowChanged.connect(lambda now, _before: self.row_chosen.emit(now.row()))
        self._spread()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the columns over the width."""
        super().resizeEvent(event)
        self._spread()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the chosen rows; Enter stays here and does not press the primary button."""
        if not _handled(self, event):
            super().keyPressEvent(event)
            _keep_enter(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        self._hover(QModelIndex())
        super().leaveEvent(event)

    def _hover(self, index: AnyIndex) -> None:
        self._delegate.hovered = QPersistentModelIndex(index)
        self.viewport().update()

    def _spread(self) -> None:
        _spread(self.horizontalHeader(), self._shares, self.viewport().width())


class RowTree(QTreeView):
    """A tree of rows of two kinds: each row may be opened to the rows inside it."""

    def __init__(self, name: str, words: str, shares: Sequence[int]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._shares = tuple(shares)
        self._delegate = RowDelegate(self, 32)
        self.setItemDelegate(self._delegate)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setExpandsOnDoubleClick(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAllColumnsShowFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        _dress_header(self.header())
        self.entered.connect(self._hover)
        self.clicked.connect(self._toggle)

    def drawBranches(self, painter: QPainter, rect: QRect, index: AnyIndex) -> None:
        """No branches: the model gives the chevron."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the columns over the width."""
        super().resizeEvent(event)
        _spread(self.header(), self._shares, self.viewport().width())

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show a model."""
        super().setModel(model)
        _spread(self.header(), self._shares, self.viewport().width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the chosen rows; Enter opens a row and does not press the primary button."""
        if _handled(self, event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            index = self.currentIndex().siblingAtColumn(0)
            self.setExpanded(index, not self.isExpanded(index))
            event.accept()
            return
        super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        self._hover(QModelIndex())
        super().leaveEvent(event)

    def _toggle(self, index: AnyIndex) -> None:
        if index.column() == 0:
            self.setExpanded(index, not self.isExpanded(index))

    def _hover(self, index: AnyIndex) -> None:
        self._delegate.hovered = QPersistentModelIndex(index)
        self.viewport().update()


class RowFrame(Card):
    """The frame around a table: the rows, or what stands there where there are none."""

    def __init__(self, view: QAbstractItemView, empty: str) -> None:
        """`empty` is the object name of the empty state."""
        super().__init__(padded=False)
        self.view = view
        self.empty = EmptyState(empty)
        self._stack = QStackedLayout()
        self._stack.addWidget(view)
        self._stack.addWidget(self.empty)
        holder = QWidget()
        holder.setLayout(self._stack)
        self.column.addWidget(holder, 1)

    def show_rows(self, there_are: bool) -> None:
        """Show the rows, or the empty state."""
        self._stack.setCurrentWidget(self.view if there_are else self.empty)

    @property
    def is_empty(self) -> bool:
        """Whether the empty state is shown."""
        return self._stack.currentWidget() is self.empty


def copied(view: QAbstractItemView) -> str:
    """The chosen rows as text, cells parted by tabs."""
    model = view.model()
    chosen = sorted({(i.parent().row(), i.row()) for i in view.selectedIndexes()})
    lines = []
    for parent_row, row in chosen:
        parent = model.index(parent_row, 0) if parent_row >= 0 else QModelIndex()
        cells = (model.index(row, column, parent).data() for column in range(model.columnCount(parent)))
        lines.append("\t".join(str(cell or "").replace("\t", " ").replace("\n", " ") for cell in cells))
    return "\n".join(lines)


def _handled(view: QAbstractItemView, event: QKeyEvent) -> bool:
    if not event.matches(QKeySequence.StandardKey.Copy):
        return False
    QGuiApplication.clipboard().setText(copied(view))
    event.accept()
    return True


def _keep_enter(event: QKeyEvent) -> None:
    if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        event.accept()


def _dress_header(header: QHeaderView) -> None:
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setFixedHeight(px(32))
    header.setMinimumSectionSize(px(20))
    header.setHighlightSections(False)
    header.setSectionsMovable(False)


def _spread(header: QHeaderView, shares: Sequence[int], width: int) -> None:
    if header.count() != len(shares) or width <= 0:
        return
    whole, taken = sum(shares), 0
    for column, share in enumerate(shares):
        size = width - taken if column == len(shares) - 1 else width * share // whole
        header.resizeSection(column, max(size, px(20)))
        taken += size
