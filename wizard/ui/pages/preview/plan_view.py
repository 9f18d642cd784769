"""What a plan would do and whom it leaves out: counts that filter, a switch, a search, three tables in one place."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from wizard import messages
from wizard.messages import Noun, counted
from wizard.provisioning.operations import short_name
from wizard.provisioning.plan import Plan, Rejected, Skipped
from wizard.ui.pages.preview.plan_lines import Audience, kind_of, memberships
from wizard.ui.pages.preview.plan_table import PlanTree
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.charts.count_strip import Count, CountStrip
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import Paragraph, label
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import Column, Mark, RowsModel

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
    ("rejected", "Cannot be provisioned"),
    ("skipped", "Out of scope"),
)
_AUDIENCES: Mapping[str, Audience] = {"all": "all", "people": "people", "groups": "groups"}
GONE = frozenset({"disable", "delete"})


class PlanView(QWidget):
    """Shows one plan. A count and a segment filter together; the last two segments have tables of their own."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: frozenset[str] = frozenset()
        self._plan: Plan | None = None
        self.strip = CountStrip("planCounts", COUNTS, "Changes by kind")
        self.switch = SegmentedSwitch("planShow", _SEGMENTS, "What to show")
        self.search = SearchField("planSearch", "Find a person or group")
        self.tree = PlanTree("planTable")
        self.rejected = DataTable("rejectedTable", "Cannot be provisioned", RowsModel(_rejected_columns()))
        self.skipped = DataTable("skippedTable", "Out of scope", RowsModel(_skipped_columns()))
        self.above = QVBoxLayout()
        """Between the counts and the tables: concerns, remarks."""
        self._total = label("", ink="text2")
        self._whole = Paragraph()
        self._whole.setObjectName("rejectedWhole")
        self._reason = Card()
        self._reason.column.addWidget(self._whole)
        self._stack = QStackedWidget()
        self._fill()
        self.strip.chosen.connect(self._chose_count)
        self.switch.chosen.connect(self._chose_segment)
        self.search.searched.connect(lambda _text: self._show())
        self.rejected.row_chosen.connect(self._show_whole)

    def show_plan(self, plan: Plan, names: Callable[[], Mapping[str, str]]) -> None:
        """Show a plan; the filter stays. `names` gives id, the source's or AWS's -> what a person calls it; it is asked
        when a change is opened that refers to somebody."""
        self._plan = plan
        counts = dict.fromkeys((count.id for count in COUNTS), 0)
        for operation in plan.operations:
            changed = kind_of(operation)
            counts[changed] += changed != "members"
            counts["members"] += memberships(operation)
        counts["unchanged"] = plan.unchanged.users + plan.unchanged.groups
        for kind, number in counts.items():
            self.strip.set_number(kind, number)
        self.switch.set_count("rejected", len(plan.rejected))
        self.switch.set_count("skipped", len(plan.skipped))
        self.tree.set_operations(plan.operations, lambda reference: _name(reference, names()))
        self.rejected.rows.set_rows(plan.rejected)
        self.skipped.rows.set_rows(plan.skipped)
        self._show()

    def show_rejected(self) -> None:
        """Show who cannot be provisioned."""
        self.switch.choose("rejected")
        self._chose_segment("rejected")

    def show_kinds(self, kinds: frozenset[str]) -> None:
        """Show the changes of some kinds, of everyone; none = all."""
        self._kinds = kinds
        self.switch.choose("all")
        self.strip.choose(next(iter(kinds)) if len(kinds) == 1 else "")
        self.search.clear()
        self._show()
        self.tree.setFocus()

    def set_narrow(self, narrow: bool) -> None:
        """A narrow window has no room for how many there are."""
        self._total.setVisible(not narrow)
        self.search.setFixedWidth(px(160 if narrow else 184))

    def _chose_count(self, count: str) -> None:
        self._kinds = frozenset({count} if count else ())
        if count and self.switch.choice not in _AUDIENCES:
            self.switch.choose("all")
        self._show()

    def _chose_segment(self, choice: str) -> None:
        if choice not in _AUDIENCES or len(self._kinds) > 1:
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
        elif choice == "skipped":
            self.skipped.rows.set_filter(text)
            self._stack.setCurrentWidget(self.skipped.frame)
            self._say(self.skipped.rows.rowCount(), "out of scope")
        else:
            self.tree.set_filter(self._kinds, _AUDIENCES[choice], text)
            self._stack.setCurrentWidget(self.tree.frame)
            self._say_changes(text)

    def _say_changes(self, text: str) -> None:
        shown, total = self.tree.shown, self.tree.total
        changes = counted(shown, Noun.CHANGE)
        self._total.setText(changes if shown == total else f"{shown:,} of {total:,} changes")
        empty = self.tree.behavior.empty
        if shown:
            return
        if self._kinds == {"unchanged"}:
            title = f"{self.strip.number('unchanged'):,} are already as they should be"
            empty.show_text("check", title, "Nothing is written for them.", "Show the changes", self._show_all)
        elif text:
            why = "Check the spelling or clear the search."
            empty.show_text("search", f"Nobody matches “{text}”", why, "Clear the search", self.search.clear)
        elif total:
            empty.show_text("filter", "No changes of this kind", "", "Show all changes", self._show_all)

    def _show_all(self) -> None:
        self.show_kinds(frozenset())

    def _show_whole(self, row: Rejected | None) -> None:
        # What to do is a sentence too long for a row.
        self._reason.setVisible(row is not None and self.switch.choice == "rejected")
        self._whole.setText(f"**{row.label}** {messages.text(row)}" if row else "")

    def _say(self, number: int, words: str) -> None:
        self._total.setText(f"{number:,} {words}")

    def _fill(self) -> None:
        self.rejected.set_empty(
            "check", "Everyone in scope can be provisioned", "AWS's rules were checked for each of them."
        )
        self.skipped.set_empty("check", "Nobody is out of scope", "Everyone in the directory is provisioned.")
        for table in (self.tree, self.rejected, self.skipped):
            self._stack.addWidget(table.frame)
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
        column.addWidget(self._reason)
        self._reason.hide()


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
