"""People and groups on Scope: the picker, and the list of everyone in or out of scope with the reason."""

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.scope.scope import Candidate, ScopeDivision, short_reason
from wizard.messages import Noun, counted
from wizard.messages.formats import listed
from wizard.messages.translation import _, pgettext
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.cards import OpenedPanel
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import heading, label
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import Column, Mark, RowsModel
from wizard.ui.widgets.tables.tick_table import TickModel, TickTable


class PeoplePicker(QWidget):
    """Selects people and groups: search field, switch, table, number selected."""

    ticked = Signal()
    """`users` or `groups` changed."""

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._shown: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self.search = SearchField(f"{name}Search", _("Search people and groups"))
        self.search.setMinimumWidth(px(112))
        choices = (
            ("all", pgettext("people and groups", "All")),
            ("people", _("People")),
            ("groups", _("Groups")),
            ("ticked", pgettext("people and groups", "Selected")),
        )
        self.switch = SegmentedSwitch(f"{name}Show", choices, _("Show"))
        columns = (
            Column(_("Name"), lambda row: row.label, mark=_face),
            Column(_("User name or members"), lambda row: row.detail, ink="text2"),
        )
        ticks = TickModel(columns, lambda row: row.key, lambda row: row.search)
        self.table = TickTable(f"{name}Table", words, ticks)
        self.words = label("", "small", "text2")
        self.shown_button = flat(_("Select all shown"), f"{name}TickShown", size="small")
        self.clear_button = flat(_("Clear selection"), f"{name}Untick", size="small")
        self._listen()
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self.search, 1)
        head.addWidget(self.switch)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.shown_button)
        foot.addWidget(self.clear_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(self.table.frame, 1)
        column.addLayout(foot)
        self.table.frame.setMinimumHeight(px(32 * 5 + 34))
        self.table.set_empty(
            "people", _("Nothing to select yet"), _("People and groups appear here after counting.")
        )
        self.table.set_none_found(_("No matches"), "", _("Clear search"), self.clear_search)

    @property
    def users(self) -> frozenset[str]:
        """Source ids of the ticked people."""
        return self._ticked("user")

    @property
    def groups(self) -> frozenset[str]:
        """Source ids of the ticked groups."""
        return self._ticked("group")

    def _ticked(self, kind: str) -> frozenset[str]:
        return frozenset(each for one, each in self.table.ticks.ticked if one == kind)

    def show_candidates(self, rows: tuple[Candidate, ...]) -> None:
        """Offer these candidates."""
        if self.table.rows.rows is rows:
            return
        self.table.rows.set_rows(rows)
        groups = sum(row.group for row in rows)
        for choice, count in (("people", len(rows) - groups), ("groups", groups)):
            self.switch.set_count(choice, count)
        self._tell()

    def show_ticked(self, users: tuple[str, ...], groups: tuple[str, ...]) -> None:
        """Tick exactly these source ids."""
        if self._shown[0] is users and self._shown[1] is groups:
            return
        self._shown = (users, groups)
        self.table.ticks.set_ticked(
            frozenset((*(("user", each) for each in users), *(("group", each) for each in groups)))
        )
        self._tell()

    def toggle(self, rows: Iterable[Candidate]) -> None:
        """Tick these rows; untick them if all of them are ticked."""
        self.table.ticks.toggle(rows)
        self._tell_ticked()

    def tick_shown(self) -> None:
        """Tick all rows that match search and switch."""
        self.table.ticks.tick(self.table.rows.shown_rows())
        self._tell_ticked()

    def clear_search(self) -> None:
        """Clear the search."""
        self.search.clear()
        self.switch.choose("all")
        self._filter()

    def _untick_all(self) -> None:
        self.table.ticks.set_ticked(frozenset())
        self._tell_ticked()

    def _tell_ticked(self) -> None:
        self._tell()
        self.ticked.emit()

    def _filter(self) -> None:
        holds: dict[str, Callable[[Candidate], bool]] = {
            "people": lambda row: not row.group,
            "groups": lambda row: row.group,
            "ticked": self.table.ticks.is_ticked,
        }
        self.table.rows.set_filter(self.search.text().strip(), holds.get(self.switch.choice))

    def _tell(self) -> None:
        selection = selected_words(len(self.users), len(self.groups))
        self.words.setText(
            _("{selection} selected").format(selection=selection) if selection else _("None selected")
        )
        self.switch.set_count("ticked", len(self.users) + len(self.groups))
        self.clear_button.setEnabled(bool(self.users or self.groups))

    def _listen(self) -> None:
        self.search.searched.connect(self._filter)
        self.switch.chosen.connect(self._filter)
        self.table.toggled.connect(self.toggle)
        self.clear_button.clicked.connect(self._untick_all)
        self.shown_button.clicked.connect(self.tick_shown)


def selected_words(people: int, groups: int) -> str:
    """Return "3 people and 1 group", or ""."""
    parts = [counted(people, Noun.PERSON)] if people else []
    parts += [counted(groups, Noun.GROUP)] if groups else []
    return listed(parts)


class ScopeList(OpenedPanel):
    """Everyone in the directory with the reason why they are in or out; replaces the builder."""

    asked = Signal(object)
    """The selected person or group."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("scopeList")
        self._division: ScopeDivision | None = None
        self._reason = ""
        self._everybody: tuple[Candidate, ...] = ()
        self.title = heading(_("People and groups"))
        self.back = flat(_("Back to filter"), "scopeListBack", icon="chevron-left", size="small")
        self.search = SearchField("scopeListSearch", _("Search people and groups"))
        self.search.setMinimumWidth(px(112))
        choices = (("in", _("In scope")), ("out", _("Not in scope")), ("all", pgettext("people", "All")))
        self.switch = SegmentedSwitch("scopeListShow", choices, _("Show"))
        self.reason_words = label("", "small", "text2")
        self.all_reasons = flat(_("Show all reasons"), "scopeListAllReasons", size="small")
        model = RowsModel(self._columns(), haystack=lambda row: row.search, key=lambda row: row.key)
        self.table = DataTable("scopeListTable", _("People and groups, in scope or not"), model)
        self._lay_out()
        self._listen()

    def show_everybody(self, rows: tuple[Candidate, ...]) -> None:
        """Set the candidates; shown only while the list is open."""
        self._everybody = rows
        if self.isVisible():
            self._take_rows()

    def show_division(self, division: ScopeDivision) -> None:
        """Set the result of a count."""
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

    def forget(self) -> None:
        """Reset search and reason for another job."""
        self.search.clear()
        self.switch.choose("in")
        self._reason = ""

    def _take_rows(self) -> None:
        if self.table.rows.rows is not self._everybody:
            self.table.rows.set_rows(self._everybody)

    def _reason_of(self, row: Candidate) -> str:
        return self._division.out.get(row.key, "") if self._division else ""

    def _columns(self) -> tuple[Column, ...]:
        in_scope = _("In scope")

        def words(row: Candidate) -> str:
            reason = self._reason_of(row)
            return short_reason(reason) if reason else in_scope

        def mark(row: Candidate) -> Mark:
            return Mark("minus", "warn") if self._reason_of(row) else Mark("check", "ok")

        return (
            Column(_("Name"), lambda row: row.label, mark=_face, share=5),
            Column(_("User name or members"), lambda row: row.detail, ink="text2", share=5),
            Column(_("Scope"), words, mark=mark, width=156),
        )

    def _filter(self) -> None:
        choice, reason = self.switch.choice, self._reason
        holds: Callable[[Any], bool] | None = None
        if reason:
            # The number on the card counts people only.
            holds = lambda row: not row.group and self._reason_of(row) == reason  # noqa: E731
        elif choice != "all":
            out = choice == "out"
            holds = lambda row: bool(self._reason_of(row)) is out  # noqa: E731
        self.table.rows.set_filter(self.search.text().strip(), holds)
        text = _("Only: {reason}").format(reason=short_reason(reason)) if reason else ""
        self.reason_words.setText(text)
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
        self.table.set_none_found(_("No matches"), "", _("Show all"), self._clear)

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
