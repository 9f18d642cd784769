"""The plan on Preview: counts, and the tables of changes, of accounts to accept and of people out of scope."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from wizard import messages
from wizard.messages.translation import N_, Np_, _, ngettext
from wizard.provisioning.effects import Effect
from wizard.provisioning.plan import Plan, Rejected, Skipped
from wizard.ui.formats import grouped
from wizard.ui.pages.preview.held_back import HeldBackPanel
from wizard.ui.pages.preview.plan_model import PlanModel
from wizard.ui.pages.preview.plan_rows import (
    COLUMNS,
    KINDS,
    Audience,
    Kind,
    PlanRows,
    PlanThing,
    fix_for,
    waiting,
)
from wizard.ui.pages.shared.failure_card import FailureCard
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import small
from wizard.ui.widgets.charts.count_strip import Count, CountStrip
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import label
from wizard.ui.widgets.tables.data_table import DataTable, RowTable
from wizard.ui.widgets.tables.row_delegate import LEFT, RowDelegate, inside, is_selected, look_of, rect_of
from wizard.ui.widgets.tables.rows_model import Column, Index, Mark, RowsModel

UNCHANGED = "unchanged"
_OF_PEOPLE: tuple[Kind, ...] = ("create", "update", "take-over", "disable", "delete", "refused")
_OF_GROUPS: tuple[Kind, ...] = ("create", "update", "take-over", "members", "delete", "refused")
_ALWAYS: Mapping[Audience, frozenset[str]] = {
    "people": frozenset({"create", "update", "take-over", "disable", "refused"}),
    "groups": frozenset({"create", "members", UNCHANGED}),
}
"""Counts shown also when they are 0."""
_REJECTED = {"people": Np_("count of people", "Rejected"), "groups": Np_("count of groups", "Rejected")}
_UNCHANGED = {"people": Np_("count of people", "Unchanged"), "groups": Np_("count of groups", "Unchanged")}
"""Words of counts: participles differ by what is counted in several languages."""
_SEGMENTS = (
    ("all", Np_("count", "All")),
    ("people", N_("People")),
    ("groups", N_("Groups")),
    ("held", N_("To accept")),
    ("refused", Np_("count", "Rejected")),
    ("skipped", N_("Out of scope")),
)
_AUDIENCES: Mapping[str, Audience] = {"all": "all", "people": "people", "groups": "groups", "refused": "all"}


class PlanView(QWidget):
    """Shows a plan. Count, segment and search filter together; two segments show tables of their own."""

    def __init__(self) -> None:
        super().__init__()
        self._kind: tuple[Audience, str] = ("all", "")
        """The count that filters; "" = none."""
        self._effects: frozenset[Effect] = frozenset()
        """Shown for a warning, until another count, segment or warning is chosen."""
        self.strips: Mapping[Audience, CountStrip] = {
            "people": CountStrip("planPeople", _counts("people", _OF_PEOPLE), _("People by change"), titled=True),
            "groups": CountStrip("planGroups", _counts("groups", _OF_GROUPS), _("Groups by change"), titled=True),
        }
        self.switch = SegmentedSwitch("planShow", [(each, _(words)) for each, words in _SEGMENTS], _("Show"))
        self.search = SearchField("planSearch", _("Find a person or group"))
        self.table = PlanTable("planTable")
        self.held = HeldBackPanel()
        self.skipped = DataTable("skippedTable", _("Out of scope"), RowsModel(_skipped_columns()))
        self.above = QVBoxLayout()
        """Concerns and folded notes, between the counts and the tables."""
        self._beside = QVBoxLayout()
        self._total = label("", ink="text2")
        self.reason = FailureCard("rejectedWhole")
        """Why the selected person or group is refused, and its fix."""
        self._stack = QStackedWidget()
        self._strips = _StripRow(tuple(self.strips.values()))
        self._fill()
        self._connect()

    def show_plan(self, plan: Plan, rows: PlanRows, names: Callable[[], Mapping[str, str]]) -> None:
        """Show a plan; the filter stays.

        `names` returns source or AWS id -> name; it is called when a change with a reference is opened.
        """
        members = rows.counts.get(("groups", "members"), 0)
        unchanged = {"people": plan.unchanged.users, "groups": max(0, plan.unchanged.groups - members)}
        for audience, strip in self.strips.items():
            total = unchanged[audience]
            strip.set_number(UNCHANGED, total)
            for kind in _OF_PEOPLE if audience == "people" else _OF_GROUPS:
                number = rows.counts.get((audience, kind), 0)
                strip.set_number(kind, number)
                total += number
            for count in (*_OF_PEOPLE, *_OF_GROUPS, UNCHANGED):
                strip.set_shown(count, count in _ALWAYS[audience] or strip.number(count) > 0)
            strip.set_title(_total_words(audience, total))
            strip.setVisible(total > 0 or audience == "people")
        held = waiting(plan)
        refused = len(plan.rejected)
        self.held.show_held(held)
        self.skipped.rows.set_rows(plan.skipped)
        for segment, number in (("held", len(held)), ("refused", refused), ("skipped", len(plan.skipped))):
            self.switch.set_count(segment, number)
            self.switch.set_shown(segment, number > 0)
            if not number and self.switch.choice == segment:
                self.switch.choose("all")
        for segment in ("all", "people", "groups"):
            self.switch.set_count(segment, rows.number(_AUDIENCES[segment]))
        self.table.plan.set_rows(rows, lambda reference: _name(reference, names()))
        self._strips.arrange()
        self._show()

    def show_segment(self, choice: str) -> None:
        """Show one of the segments: "refused", or "held" = those to accept."""
        self.switch.choose(choice)
        self.search.clear()
        self._chose_segment(choice)

    def show_effects(self, effects: frozenset[Effect]) -> None:
        """Show the changes with one of these effects, people and groups; none = all changes."""
        self._kind, self._effects = ("all", ""), effects
        self.switch.choose("all")
        self._choose_counts()
        self.search.clear()
        self._show()
        self.table.setFocus()

    def forget(self) -> None:
        """Show everything: another job's plan comes."""
        self._kind, self._effects = ("all", ""), frozenset()
        self.switch.choose("all")
        self._choose_counts()

    def place_notes(self, notes: QWidget, *, beside: bool) -> None:
        """Put the notes right of the table, or above it."""
        layout = self._beside if beside else self.above
        if layout.indexOf(notes) < 0:
            (self.above if beside else self._beside).removeWidget(notes)
            layout.addWidget(notes)

    def set_narrow(self, narrow: bool) -> None:
        """Use less room in a narrow window."""
        self.search.setFixedWidth(px(160 if narrow else 184))

    def _chose_count(self, audience: Audience, count: str) -> None:
        self._kind, self._effects = (audience, count) if count else ("all", ""), frozenset()
        self._choose_counts()
        if count and self.switch.choice not in ("all", audience):
            self.switch.choose("all")
        self._show()

    def _choose_counts(self) -> None:
        for audience, strip in self.strips.items():
            strip.choose(self._kind[1] if self._kind[0] == audience else "")

    def _chose_segment(self, choice: str) -> None:
        self._effects = frozenset()
        if self._kind[0] != choice:
            self._kind = ("all", "")
            self._choose_counts()
        self._show()

    def _show(self) -> None:
        choice, text = self.switch.choice, self.search.text().strip()
        if choice == "held":
            self.held.table.rows.set_filter(text)
            self._stack.setCurrentWidget(self.held)
        elif choice == "skipped":
            self.skipped.rows.set_filter(text)
            self._stack.setCurrentWidget(self.skipped.frame)
        else:
            self._show_changes(choice, text)
        self._total.setVisible(choice in _AUDIENCES and self.table.plan.shown < self.table.plan.total)
        self._show_whole(self.table.current_thing())

    def _show_changes(self, choice: str, text: str) -> None:
        audience, kind = self._kind
        kinds: frozenset[Kind] = frozenset({"refused"}) if choice == "refused" else frozenset()
        if kind:
            # A count of unchanged people filters to an empty table, which says so.
            kinds = frozenset({kind}) if kind in KINDS else frozenset()  # type: ignore[arg-type]
        plan = self.table.plan
        shown: Audience = audience if kind else _AUDIENCES[choice]
        plan.set_filter(shown, kinds, text, self._effects)
        if kind == UNCHANGED:
            plan.set_filter(shown, kinds, "\0")
        self._stack.setCurrentWidget(self.table.frame)
        self._total.setText(_("{n} of {total}").format(n=grouped(plan.shown), total=grouped(plan.total)))
        self._say_empty(audience, kind, text)

    def _say_empty(self, audience: Audience, kind: str, text: str) -> None:
        empty = self.table.behavior.empty
        if self.table.plan.shown:
            return
        if kind == UNCHANGED:
            title = _unchanged_words(audience, self.strips[audience].number(UNCHANGED))
            empty.show_text("check", title, "", _("Show all changes"), self._show_all)
        elif text:
            title = _("No matches for “{text}”").format(text=text)
            empty.show_text("search", title, "", _("Clear search"), self.search.clear)
        elif self.table.plan.total:
            empty.show_text("filter", _("No changes of this kind"), "", _("Show all changes"), self._show_all)

    def _show_all(self) -> None:
        self.show_effects(frozenset())

    def _show_whole(self, thing: PlanThing | None) -> None:
        # The advice is too long for a row.
        row = thing if isinstance(thing, Rejected) and self.switch.choice in _AUDIENCES else None
        self.reason.show_failure(row.label if row else "", row)

    def _connect(self) -> None:
        for audience, strip in self.strips.items():
            strip.chosen.connect(lambda count, audience=audience: self._chose_count(audience, count))
        self.switch.chosen.connect(self._chose_segment)
        self.search.searched.connect(lambda _text: self._show())
        self.table.row_chosen.connect(self._show_whole)
        self.table.fix_asked.connect(self.reason.fix_asked)

    def _fill(self) -> None:
        self.skipped.set_empty("check", _("Everyone is in scope"))
        for table in (self.table.frame, self.held, self.skipped.frame):
            self._stack.addWidget(table)
        self._stack.setMinimumHeight(px(224))
        self.above.setSpacing(px(8))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.search.setFixedWidth(px(184))
        row.addWidget(self.switch)
        row.addWidget(self.search)
        row.addWidget(self._total)
        row.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(px(16))
        below.addWidget(self._stack, 1)
        below.addLayout(self._beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(self._strips)
        column.addLayout(self.above)
        column.addLayout(row)
        column.addLayout(below, 1)
        column.addWidget(self.reason)


class _StripRow(QWidget):
    """Strips side by side, or below each other where they do not fit."""

    def __init__(self, strips: tuple[CountStrip, ...]) -> None:
        super().__init__()
        self._strips = strips
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(px(16))
        for strip in strips:
            self._row.addWidget(strip)

    def arrange(self) -> None:
        """Choose the direction by the width, and share it by the number of counts."""
        shown = [strip for strip in self._strips if not strip.isHidden()]
        needed = sum(strip.row_width() for strip in shown) + self._row.spacing()
        across = needed + px(16) <= self.width() or len(shown) < 2
        direction = QBoxLayout.Direction.LeftToRight if across else QBoxLayout.Direction.TopToBottom
        self._row.setSpacing(px(16 if across else 8))
        if direction != self._row.direction():
            self._row.setDirection(direction)
        for at, strip in enumerate(self._strips):
            self._row.setStretch(at, strip.row_width() if across else 0)

    def minimumSizeHint(self) -> QSize:
        """Return the width of the widest strip: they may stand below each other."""
        widest = max(
            (strip.minimumSizeHint().width() for strip in self._strips if not strip.isHidden()), default=0
        )
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the strips in the new width."""
        super().resizeEvent(event)
        self.arrange()


def _counts(audience: Audience, kinds: tuple[Kind, ...]) -> tuple[Count, ...]:
    made = []
    for kind in kinds:
        word, icon, ink = KINDS[kind]
        word = _REJECTED[audience] if kind == "refused" else word
        made.append(Count(kind, _(word), icon, ink))
    return (*made, Count(UNCHANGED, _(_UNCHANGED[audience]), "minus"))


def _total_words(audience: Audience, number: int) -> str:
    words = (
        ngettext("{n} group", "{n} groups", number)
        if audience == "groups"
        else ngettext("{n} person", "{n} people", number)
    )
    return words.format(n=grouped(number))


def _unchanged_words(audience: Audience, number: int) -> str:
    words = (
        ngettext("{n} group is up to date", "{n} groups are up to date", number)
        if audience == "groups"
        else ngettext("{n} person is up to date", "{n} people are up to date", number)
    )
    return words.format(n=grouped(number))


def _name(reference: object, names: Mapping[str, str]) -> str:
    key = str(getattr(reference, "id", "") or getattr(reference, "source_id", ""))
    return names.get(key, key)


def _skipped_columns() -> tuple[Column, ...]:
    def mark(row: Skipped) -> Mark:
        return Mark("people" if row.kind == "group" else "person", "text2")

    return (
        Column(_("Person or group"), lambda row: row.label, 320, mark=mark),
        Column(_("Reason"), messages.title, ink="text2"),
    )


CHEVRON, CHANGE, WHO = 40, 104, 144
ROW, LINE = 32, 28
"""Height of a change, and of one of its lines."""


class _PlanDelegate(RowDelegate):
    """Paints chevron, change, person and reason; lines use the same columns."""

    def __init__(self, table: "PlanTable") -> None:
        super().__init__(table, ROW)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        painter.save()
        plan, row, column = self._table.plan, index.row(), index.column()
        rect, cell = rect_of(option), look_of(index)
        is_line = plan.line(row) is not None
        self.paint_ground(painter, rect, index, is_selected(option), theme().alt if is_line else "")
        if column == 0:
            if not is_line:
                self._paint_chevron(painter, rect, row)
            self.paint_content(painter, inside(painter, rect, px(CHEVRON), px(8)), index, cell)
        elif is_line and column == 2:
            self.paint_icon(painter, inside(painter, rect, -px(12), 0), "arrow-right", "text2")
            self.paint_text(painter, inside(painter, rect, px(LEFT), px(8)), index, cell)
        else:
            right = px(20 if is_line and column == 1 else 8)
            if column == 2 and fix_for(plan.thing(row)) is not None:
                right = self._table.fix_width + px(16)
            self.paint_content(painter, inside(painter, rect, px(LEFT), right), index, cell)
        painter.restore()

    def has_line(self, index: Index) -> bool:
        """Return True for a closed change and for the last line of an open one."""
        plan = self._table.plan
        if plan.line(index.row()) is not None:
            return plan.is_last_line(index.row())
        return not plan.is_open(index.row())

    def _paint_chevron(self, painter: QPainter, rect: QRect, row: int) -> None:
        name = "chevron-down" if self._table.plan.is_open(row) else "chevron-right"
        self.paint_icon(painter, inside(painter, rect, px(10), 0), name, "text2")


class PlanTable(RowTable):
    """The changes in the order they run; Enter, Right or the chevron shows before and after. Add `frame` to a layout."""

    row_chosen = Signal(object)
    """The selected change, refused or held-back object, or None."""
    fix_asked = Signal(object)
    """The Fix of a refused row."""

    def __init__(self, name: str) -> None:
        self.plan = PlanModel()
        self._low: list[int] = []
        """Rows with the height of a line."""
        self._fixes: list[QPushButton] = []
        self._fix_rows: list[int] = []
        super().__init__(name, _("Changes"), self.plan, (), ROW)
        self.plan.setParent(self)
        self.delegate = _PlanDelegate(self)
        self.setItemDelegate(self.delegate)
        self.behavior.use(self.delegate)
        head = self.horizontalHeader()
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self._place_later = single_shot(self, 0, self._place_fixes)
        self.selectionModel().currentRowChanged.connect(
            lambda now, _before: self.row_chosen.emit(self.plan.thing(now.row()))
        )
        self.behavior.opened.connect(lambda index: self.toggle(index.row()))
        self.plan.modelReset.connect(self._reset)
        self.plan.rowsInserted.connect(lambda _parent, first, last: self._lower(range(first, last + 1)))
        for signal in (self.plan.rowsInserted, self.plan.rowsRemoved, self.verticalScrollBar().valueChanged):
            signal.connect(lambda *_args: self._place_later.start())
        self._show_empty()

    def current_thing(self) -> PlanThing | None:
        """Return the selected change, refused or held-back person or group; None = none."""
        index = self.currentIndex()
        return self.plan.thing(index.row()) if index.isValid() else None

    def toggle(self, row: int) -> None:
        """Open or close a change; a line leaves its change open."""
        if self.plan.line(row) is None:
            self.plan.set_open(row, not self.plan.is_open(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Right; close on Left, from a line as well."""
        row = self.currentIndex().row()
        if row >= 0 and event.key() == Qt.Key.Key_Right:
            self.plan.set_open(row, True)
        elif row >= 0 and event.key() == Qt.Key.Key_Left:
            head = self.plan.head(row)
            self.setCurrentIndex(self.plan.index(head, 0))
            self.plan.set_open(head, False)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open or close the change whose chevron was clicked."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == 0 and event.position().x() < px(CHEVRON):
            self.toggle(index.row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Move the buttons along."""
        super().resizeEvent(event)
        self._place_later.start()

    def share_width(self) -> None:
        """Give two thirds of the remaining width to the column Reason."""
        self._sharing = True
        spare = max(0, self.viewport().width() - px(584))
        self.setColumnWidth(0, px(CHEVRON + CHANGE))
        self.setColumnWidth(1, px(WHO) + spare // 3)
        self._sharing = False

    def _resized(self, section: int, _old: int, _new: int) -> None:
        if not self._sharing and self.isVisible() and section < COLUMNS - 1:
            self._by_hand = True

    def _reset(self) -> None:
        rows = self.verticalHeader()
        for row in self._low:  # Qt keeps the height although the row shows another change
            if row < rows.count():
                rows.resizeSection(row, px(ROW))
        self._low = []
        for lines in self.plan.line_rows():
            self._lower(lines)
        self._show_empty()
        self._place_later.start()

    def _lower(self, rows: range) -> None:
        for row in rows:
            self.verticalHeader().resizeSection(row, px(LINE))
        self._low = [row for lines in self.plan.line_rows() for row in lines]

    def _place_fixes(self) -> None:
        """Put a button at the end of each row with a fix that is seen whole; the buttons are reused."""
        height = self.viewport().height()
        first, last = self.rowAt(0), self.rowAt(height - 1)
        last = last if last >= 0 else self.plan.rowCount() - 1
        if last > first and self.rowViewportPosition(last) + self.rowHeight(last) > height:
            last -= 1
        rows = [
            row
            for row in range(max(0, first), last + 1)
            if self.plan.line(row) is None and fix_for(self.plan.thing(row)) is not None
        ]
        while len(self._fixes) < len(rows):
            button = small(_("Fix"), "fix")
            button.setParent(self.viewport())
            button.clicked.connect(partial(self._fix, len(self._fixes)))
            self._fixes.append(button)
        self._fix_rows = rows
        for at, made in enumerate(self._fixes):
            made.setVisible(at < len(rows))
            if at < len(rows):
                thing = self.plan.thing(rows[at])
                assert isinstance(thing, Rejected)
                made.setObjectName(f"fix.{thing.source_id}")
                made.setAccessibleName(_("Fix {name}").format(name=thing.label))
                size = made.sizeHint()
                room = self.visualRect(self.plan.index(rows[at], 2))
                top = room.top() + (room.height() - size.height()) // 2
                place = QRect(QPoint(room.right() - size.width() - px(8), top), size)
                made.setGeometry(QStyle.visualRect(self.layoutDirection(), room, place))

    @property
    def fix_width(self) -> int:
        """How wide a Fix button is; 0 until there is one."""
        return self._fixes[0].sizeHint().width() if self._fixes else 0

    def _fix(self, at: int, _on: bool = False) -> None:
        fix = fix_for(self.plan.thing(self._fix_rows[at]))
        if fix is not None:
            self.fix_asked.emit(fix)

    def _show_empty(self) -> None:
        empty = self.behavior.empty
        if self.plan.total:
            empty.show_text("search", _("No changes match"))
        else:
            empty.show_text("check-circle", _("Nothing to change"), _("People and groups in AWS are up to date."))
        self.behavior.show_empty(self.plan.shown == 0)
