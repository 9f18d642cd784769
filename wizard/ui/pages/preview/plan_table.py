"""The plan to look through: each change, and under it every attribute before and after."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QTreeView

from wizard.provisioning.operations import Operation
from wizard.ui.pages.preview.plan_lines import Audience, NameOf, plain_name
from wizard.ui.pages.preview.plan_model import PlanModel
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.tables.data_table import HEADER, HeaderCorner, RowBehavior, framed
from wizard.ui.widgets.tables.row_delegate import RowDelegate, is_selected, look_of, rect_of
from wizard.ui.widgets.tables.rows_model import Index

MANY = 5_000
"""Above this number of operations every row has one height: measuring each would take too long."""
CHEVRON, CHANGE, WHO = 40, 128, 252


class _PlanDelegate(RowDelegate):
    """Chevron, change, person, why; an attribute below takes the same columns."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """32 for a change, 28 for an attribute."""
        return QSize(0, px(28 if index.parent().isValid() else 32))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        painter.save()
        rect, child, cell = rect_of(option), index.parent().isValid(), look_of(index)
        self.paint_ground(painter, rect, index, is_selected(option), theme().alt if child else "")
        if index.column() == 0:
            if not child:
                self._paint_chevron(painter, rect, index)
            self.paint_content(painter, rect.adjusted(px(CHEVRON), 0, -px(8), 0), index, cell)
        elif child and index.column() == 2:
            self.paint_icon(painter, rect.adjusted(-px(24), 0, 0, 0), "arrow-right", "text2")
            self.paint_text(painter, rect.adjusted(0, 0, -px(8), 0), index, cell)
        else:
            room = rect.adjusted(0, 0, -px(32 if index.column() == 1 else 8), 0)
            self.paint_content(painter, room, index, cell)
        painter.restore()

    def has_line(self, index: Index) -> bool:
        """Below a closed change, and below the last attribute of an open one."""
        parent = index.parent()
        if parent.isValid():
            return index.row() == index.model().rowCount(parent) - 1
        return not self._is_open(index)

    def _is_open(self, index: Index) -> bool:
        view = self._view
        assert isinstance(view, QTreeView)
        return view.isExpanded(index.model().index(index.row(), 0, QModelIndex()))

    def _paint_chevron(self, painter: QPainter, rect: QRect, index: Index) -> None:
        name = "chevron-down" if self._is_open(index) else "chevron-right"
        self.paint_icon(painter, rect.adjusted(px(10), 0, 0, 0), name, "text2")


class PlanTree(QTreeView):
    """Changes in the order they run. Put `frame` into a layout, not the tree."""

    row_chosen = Signal(object)
    """The operation that is chosen now, or None."""

    def __init__(self, name: str = "planTable") -> None:
        super().__init__()
        self.plan = PlanModel(self)
        self.setModel(self.plan)
        self.delegate = _PlanDelegate(self)
        self.behavior = RowBehavior(self, self.delegate, name, "Changes")
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setExpandsOnDoubleClick(False)
        head = self.header()
        head.setFixedHeight(px(HEADER))
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionsMovable(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setStretchLastSection(True)
        head.setAccessibleName("Changes: columns")
        HeaderCorner(self, head, px(HEADER))
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.frame = framed(self)
        """The card around the tree: what a layout takes."""
        self.selectionModel().currentRowChanged.connect(
            lambda now, _before: self.row_chosen.emit(self.plan.operation(now))
        )
        self.behavior.opened.connect(self._toggle)
        self.plan.modelReset.connect(self._show_empty)
        self.behavior.empty.show_text(
            "check-circle", "Nothing to change", "People and groups in AWS are as they should be."
        )

    @property
    def shown(self) -> int:
        """How many changes the filter lets through."""
        return self.plan.shown

    @property
    def total(self) -> int:
        """How many changes there are."""
        return self.plan.total

    def set_operations(self, operations: Sequence[Operation], name_of: NameOf = plain_name) -> None:
        """Show a plan; `name_of` says what a person calls whom a reference means (a manager)."""
        self.setUniformRowHeights(len(operations) > MANY)
        self.plan.set_operations(operations, name_of)

    def set_filter(self, kinds: frozenset[str] = frozenset(), audience: Audience = "all", text: str = "") -> None:
        """Show changes of some kinds (none = all), of people or groups, whose words hold `text`."""
        self.plan.set_filter(kinds, audience, text)

    def current_operation(self) -> Operation | None:
        """The chosen change."""
        return self.plan.operation(self.currentIndex())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the chevron opens or closes the change."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == 0 and event.position().x() < px(CHEVRON):
            self._toggle(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Change and person keep their widths, why takes the rest."""
        super().resizeEvent(event)
        if self.header().count() == 3:
            self.header().resizeSection(0, px(CHEVRON + CHANGE))
            self.header().resizeSection(1, px(WHO) + max(0, event.size().width() - px(824)) // 3)

    def _toggle(self, index: QModelIndex) -> None:
        first = index.siblingAtColumn(0)
        if self.plan.line(first) is None:
            self.setExpanded(first, not self.isExpanded(first))

    def _show_empty(self) -> None:
        empty = self.behavior.empty
        if self.plan.total:
            empty.show_text("search", "No change matches", "Check the spelling, or choose another kind.")
        else:
            empty.show_text("check-circle", "Nothing to change", "People and groups in AWS are as they should be.")
        self.behavior.show_empty(self.plan.shown == 0)
