"""Everyone of the directory with the reason they are in or out: searched, narrowed to one reason."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.scope.scope import Candidate, ScopeDivision, short_reason
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import heading, label
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import Column, Mark, RowsModel

_IN = "In scope"


class ScopeList(QWidget):
    """A table in the builder's place; `closed` brings the builder back."""

    closed = Signal()
    asked = Signal(object)
    """The person or group that was chosen: the card says why."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scopeList")
        self._division: ScopeDivision | None = None
        self._reason = ""
        self._everybody: tuple[Candidate, ...] = ()
        self.title = heading("Who is in scope")
        self.back = flat("Back to the conditions", "scopeListBack", icon="chevron-left", size="small")
        self.search = SearchField("scopeListSearch", "Search people and groups")
        self.search.setMinimumWidth(px(112))
        choices = (("in", _IN), ("out", "Out"), ("all", "All"))
        self.switch = SegmentedSwitch("scopeListShow", choices, "What to show")
        self.reason_words = label("", "small", "text2")
        self.all_reasons = flat("Show every reason", "scopeListAllReasons", size="small")
        model = RowsModel(self._columns(), haystack=lambda row: row.search, key=lambda row: row.key)
        self.table = DataTable("scopeListTable", "People and groups with their reason", model)
        self._lay_out()
        self._listen()

    def show_everybody(self, rows: tuple[Candidate, ...]) -> None:
        """The directory; looked at only while the list is open."""
        self._everybody = rows
        if self.isVisible():
            self._take_rows()

    def show_division(self, division: ScopeDivision) -> None:
        """Who is in and who is out, counted anew."""
        self._division = division
        counts = division.counts
        inside = counts.people + counts.groups
        self.switch.set_count("in", inside)
        self.switch.set_count("out", counts.people_total + counts.groups_total - inside)
        if self.isVisible():
            self._filter()

    def open(self, reason: str = "") -> None:
        """Show who is in scope, or who is out for one reason."""
        self._reason = reason
        self.switch.choose("out" if reason else "in")
        self.search.clear()
        self.show()
        self._take_rows()
        self._filter()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_rows(self) -> None:
        if self.table.rows.rows is not self._everybody:
            self.table.rows.set_rows(self._everybody)

    def _reason_of(self, row: Candidate) -> str:
        return self._division.out.get(row.key, "") if self._division else ""

    def _columns(self) -> tuple[Column, ...]:
        def words(row: Candidate) -> str:
            reason = self._reason_of(row)
            return short_reason(reason) if reason else _IN

        def mark(row: Candidate) -> Mark:
            return Mark("minus", "warn") if self._reason_of(row) else Mark("check", "ok")

        return (
            Column("Name", lambda row: row.label, mark=_face, share=5),
            Column("User name or members", lambda row: row.detail, ink="text2", share=5),
            Column("Scope", words, mark=mark, width=156),
        )

    def _filter(self) -> None:
        choice, reason = self.switch.choice, self._reason
        holds: Callable[[Any], bool] | None = None
        if reason:
            # The number that was pressed counts people.
            holds = lambda row: not row.group and self._reason_of(row) == reason  # noqa: E731
        elif choice != "all":
            out = choice == "out"
            holds = lambda row: bool(self._reason_of(row)) is out  # noqa: E731
        self.table.rows.set_filter(self.search.text().strip(), holds)
        self.reason_words.setText(f"Only: {short_reason(reason)}" if reason else "")
        self.reason_words.setVisible(bool(reason))
        self.all_reasons.setVisible(bool(reason))

    def _turn(self, _choice: str = "") -> None:
        self._reason = ""
        self._filter()

    def _clear(self) -> None:
        self.search.clear()
        self.switch.choose("all")
        self._turn()

    def _listen(self) -> None:
        self.back.clicked.connect(self.closed)
        self.search.searched.connect(lambda _text: self._filter())
        self.switch.chosen.connect(self._turn)
        self.all_reasons.clicked.connect(self._turn)
        self.table.row_chosen.connect(lambda row: self.asked.emit(row) if row is not None else None)
        self.table.set_none_found(
            "Nobody is here", "Look among all, or clear the search.", "Show all", self._clear
        )

    def _lay_out(self) -> None:
        head, tools, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self.title, 1)
        head.addWidget(self.back)
        tools.setSpacing(px(8))
        tools.addWidget(self.search, 1)
        tools.addWidget(self.switch)
        foot.addWidget(self.reason_words)
        foot.addWidget(self.all_reasons)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addLayout(tools)
        column.addLayout(foot)
        column.addWidget(self.table.frame, 1)
        self.table.frame.setMinimumHeight(px(32 * 6 + 34))


def _face(row: Candidate) -> Mark:
    return Mark("people" if row.group else "person", "text2")
