"""The plan on Preview: counts, filters, the tree of changes, and the tables of skipped and rejected people."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from wizard import messages
from wizard.messages import Noun, counted
from wizard.provisioning.change import Change, short_name
from wizard.provisioning.effects import Effect, outcome
from wizard.provisioning.plan import Plan, Rejected, Skipped
from wizard.ui.formats import grouped
from wizard.ui.pages.preview.held_back import HeldBackPanel, waiting
from wizard.ui.pages.preview.plan_model import Audience, NameOf, PlanModel, plain_name
from wizard.ui.pages.shared.failure_card import FailureCard
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.charts.count_strip import Count, CountStrip
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import label
from wizard.ui.widgets.tables.data_table import HEADER, DataTable, HeaderCorner, RowBehavior, framed
from wizard.ui.widgets.tables.row_delegate import RowDelegate, is_selected, look_of, rect_of
from wizard.ui.widgets.tables.rows_model import Column, Index, Mark, RowsModel

COUNTS = (
    Count("create", "Create", "plus", "ok"),
    Count("update", "Update", "pencil", "info"),
    Count("disable", "Disable", "minus-circle", "warn"),
    Count("delete", "Delete", "trash", "text2"),
    Count("members", "Memberships", "people"),
    Count("unchanged", "Unchanged", "minus"),
)
_SEGMENTS = (
    ("all", "All"),
    ("people", "People"),
    ("groups", "Groups"),
    ("held", "Held back"),
    ("rejected", "Cannot be provisioned"),
    ("skipped", "Out of scope"),
)
_AUDIENCES: Mapping[str, Audience] = {"all": "all", "people": "people", "groups": "groups"}
MANY = 5_000
"""Above this number of changes all rows have one height: measuring each takes too long."""


class PlanView(QWidget):
    """Shows a plan. Count and segment filter together; the last two segments show tables of their own."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: frozenset[str] = frozenset()
        self._effects: frozenset[Effect] = frozenset()
        """Shown for a warning, until another count, segment or warning is chosen."""
        self._plan: Plan | None = None
        self.strip = CountStrip("planCounts", COUNTS, "Changes by kind")
        self.switch = SegmentedSwitch("planShow", _SEGMENTS, "What to show")
        self.search = SearchField("planSearch", "Find a person or group")
        self.tree = PlanTree("planTable")
        self.rejected = DataTable("rejectedTable", "Cannot be provisioned", RowsModel(_rejected_columns()))
        self.held = HeldBackPanel()
        self.skipped = DataTable("skippedTable", "Out of scope", RowsModel(_skipped_columns()))
        self.above = QVBoxLayout()
        """Concerns and remarks, between the counts and the tables."""
        self._total = label("", ink="text2")
        self.reason = FailureCard("rejectedWhole")
        """Why the chosen one cannot be provisioned, and its fix."""
        self._stack = QStackedWidget()
        self._fill()
        self.strip.chosen.connect(self._chose_count)
        self.switch.chosen.connect(self._chose_segment)
        self.search.searched.connect(lambda _text: self._show())
        self.rejected.row_chosen.connect(self._show_whole)
        self.rejected.row_opened.connect(lambda _row: self.reason.ask_fix())

    def show_plan(self, plan: Plan, names: Callable[[], Mapping[str, str]]) -> None:
        """Show a plan; the filter stays.

        `names` returns source or AWS id -> name; it is called when a change with a reference is opened.
        """
        self._plan = plan
        counts = dict.fromkeys((count.id for count in COUNTS), 0)
        for change in plan.changes:
            counted = outcome(change)
            counts[counted] += counted != "members"
            counts["members"] += len(change.members)
        counts["unchanged"] = plan.unchanged.users + plan.unchanged.groups
        for kind, number in counts.items():
            self.strip.set_number(kind, number)
        held = waiting(plan)
        self.switch.set_shown("held", bool(held))
        self.switch.set_count("held", len(held))
        self.switch.set_count("rejected", len(plan.rejected))
        if not held and self.switch.choice == "held":
            self.switch.choose("all")
        self.held.show_held(held)
        self.switch.set_count("skipped", len(plan.skipped))
        self.tree.set_changes(plan.changes, lambda reference: _name(reference, names()))
        self.rejected.rows.set_rows(plan.rejected)
        self.skipped.rows.set_rows(plan.skipped)
        self._show()

    def show_segment(self, choice: str) -> None:
        """Show one of the segments: "rejected" = those who cannot be provisioned, "held" = those to accept."""
        self.switch.choose(choice)
        self.search.clear()
        self._chose_segment(choice)

    def show_effects(self, effects: frozenset[Effect]) -> None:
        """Show the changes with one of these effects, people and groups; none = all changes."""
        self._kinds, self._effects = frozenset(), effects
        self.switch.choose("all")
        self.strip.choose("")
        self.search.clear()
        self._show()
        self.tree.setFocus()

    def set_narrow(self, narrow: bool) -> None:
        """Hide the number of changes in a narrow window."""
        self._total.setVisible(not narrow)
        self.search.setFixedWidth(px(160 if narrow else 184))

    def _chose_count(self, count: str) -> None:
        self._kinds, self._effects = frozenset({count} if count else ()), frozenset()
        if count and self.switch.choice not in _AUDIENCES:
            self.switch.choose("all")
        self._show()

    def _chose_segment(self, choice: str) -> None:
        self._effects = frozenset()
        if choice not in _AUDIENCES:
            self._kinds = frozenset()
            self.strip.choose("")
        self._show()

    def _show(self) -> None:
        choice, text = self.switch.choice, self.search.text().strip()
        self._show_whole(self.rejected.current_row())
        if choice == "rejected":
            self.rejected.rows.set_filter(text)
            self._stack.setCurrentWidget(self.rejected.frame)
            self._say(self.rejected.rows.rowCount(), "cannot be provisioned")
        elif choice == "held":
            self.held.table.rows.set_filter(text)
            self._stack.setCurrentWidget(self.held)
            self._say(self.held.table.rows.rowCount(), "held back")
        elif choice == "skipped":
            self.skipped.rows.set_filter(text)
            self._stack.setCurrentWidget(self.skipped.frame)
            self._say(self.skipped.rows.rowCount(), "out of scope")
        else:
            self.tree.set_filter(self._kinds, _AUDIENCES[choice], text, self._effects)
            self._stack.setCurrentWidget(self.tree.frame)
            self._say_changes(text)

    def _say_changes(self, text: str) -> None:
        shown, total = self.tree.shown, self.tree.total
        changes = counted(shown, Noun.CHANGE)
        self._total.setText(changes if shown == total else f"{grouped(shown)} of {grouped(total)} changes")
        empty = self.tree.behavior.empty
        if shown:
            return
        if self._kinds == {"unchanged"}:
            title = f"{grouped(self.strip.number('unchanged'))} are already as they should be"
            empty.show_text("check", title, "Nothing is written for them.", "Show the changes", self._show_all)
        elif text:
            why = "Check the spelling or clear the search."
            empty.show_text("search", f"Nobody matches “{text}”", why, "Clear the search", self.search.clear)
        elif total:
            empty.show_text("filter", "No changes of this kind", "", "Show all changes", self._show_all)

    def _show_all(self) -> None:
        self.show_effects(frozenset())

    def _show_whole(self, row: Rejected | None) -> None:
        # The advice is too long for a row.
        self.reason.show_failure(row.label if row else "", row if self.switch.choice == "rejected" else None)

    def _say(self, number: int, words: str) -> None:
        self._total.setText(f"{grouped(number)} {words}")

    def _fill(self) -> None:
        self.rejected.set_empty(
            "check", "Everyone in scope can be provisioned", "AWS's rules were checked for each of them."
        )
        self.skipped.set_empty("check", "Nobody is out of scope", "Everyone in the directory is provisioned.")
        for table in (self.tree.frame, self.held, self.rejected.frame, self.skipped.frame):
            self._stack.addWidget(table)
        self._stack.setMinimumHeight(px(224))
        self.above.setSpacing(px(8))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.search.setFixedWidth(px(184))
        row.addWidget(self.switch)
        row.addWidget(self.search)
        row.addStretch(1)
        row.addWidget(self._total)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(self.strip)
        column.addLayout(self.above)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        column.addWidget(self.reason)


def _name(reference: object, names: Mapping[str, str]) -> str:
    key = str(getattr(reference, "id", "") or getattr(reference, "source_id", ""))
    return names.get(key, key)


def _rejected_columns() -> tuple[Column, ...]:
    def where(row: Rejected) -> str:
        return f"Line {row.line}" if row.line else short_name(row.path)

    return (
        Column("Person or group", lambda row: row.label, 200, mark=lambda row: Mark("alert-circle", "bad")),
        Column("Where", where, 128, ink="text2"),
        Column("What AWS would refuse, and what to do", messages.text),
    )


def _skipped_columns() -> tuple[Column, ...]:
    def mark(row: Skipped) -> Mark:
        return Mark("people" if row.kind == "group" else "person", "text2")

    return (
        Column("Person or group", lambda row: row.label, 320, mark=mark),
        Column("Why", messages.title, ink="text2"),
    )


CHEVRON, CHANGE, WHO = 40, 128, 252


class _PlanDelegate(RowDelegate):
    """Paints chevron, change, person and why; attributes use the same columns."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return height 32 for a change, 28 for an attribute."""
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
        """Return True for a closed change and for the last attribute of an open one."""
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
    """The changes in the order they run. Add `frame` to a layout, not the tree."""

    row_chosen = Signal(object)
    """The selected change, or None."""

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
        """The card around the tree."""
        self.selectionModel().currentRowChanged.connect(
            lambda now, _before: self.row_chosen.emit(self.plan.change(now))
        )
        self.behavior.opened.connect(self._toggle)
        self.plan.modelReset.connect(self._show_empty)
        self.behavior.empty.show_text(
            "check-circle", "Nothing to change", "People and groups in AWS are as they should be."
        )

    @property
    def shown(self) -> int:
        """The number of changes that match the filter."""
        return self.plan.shown

    @property
    def total(self) -> int:
        """The number of changes."""
        return self.plan.total

    def set_changes(self, changes: Sequence[Change], name_of: NameOf = plain_name) -> None:
        """Show the changes of a plan; `name_of` names referenced people (managers)."""
        self.setUniformRowHeights(len(changes) > MANY)
        self.plan.set_changes(changes, name_of)

    def set_filter(
        self,
        kinds: frozenset[str] = frozenset(),
        audience: Audience = "all",
        text: str = "",
        wanted: frozenset[Effect] = frozenset(),
    ) -> None:
        """As `PlanModel.set_filter`."""
        self.plan.set_filter(kinds, audience, text, wanted)

    def current_change(self) -> Change | None:
        """The selected change, or None."""
        return self.plan.change(self.currentIndex())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open or close the change whose chevron was clicked."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == 0 and event.position().x() < px(CHEVRON):
            self._toggle(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the remaining width to the column Why."""
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
