"""The log on the Run page: newest first, filtered by result and text; follows new lines until scrolled away.

A failed line shows its cause below the table, and after the run the way to its fix.
"""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.runs.texts import matching_statuses
from wizard.messages.translation import _
from wizard.ui.pages.run.tally import Lines, LogLine, Tally
from wizard.ui.pages.shared.failure_card import FailureCard
from wizard.ui.pages.shared.log_panel import STATUSES
from wizard.ui.pages.shared.log_rows import log_columns
from wizard.ui.tasks import Slot, TaskRunner
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.tables.log_table import LogModel, LogView

_OUTCOMES = {"created": "create", "updated": "update", "disabled": "disable", "deleted": "delete"}


class LiveModel(LogModel):
    """Reads lines from memory: no page is ever loaded."""

    def __init__(self, lines: Lines, tasks: TaskRunner) -> None:
        async def page(offset: int, limit: int) -> tuple[Sequence[LogLine], int]:
            found = (lines.at(place) for place in range(offset, offset + limit))
            return tuple(line for line in found if line is not None), len(lines)

        super().__init__(log_columns(lambda line: line), tasks, Slot.RUN_LOG, page)
        self.lines = lines

    def row(self, position: int) -> LogLine | None:
        """Return the line of a table row."""
        return self.lines.at(self.total - 1 - position if self.newest_first else position)


class RunLog(QWidget):
    """Filters, the check box Follow new lines, and the table."""

    def __init__(self, tasks: TaskRunner) -> None:
        super().__init__()
        self.lines = Lines()
        self.switch = SegmentedSwitch(
            "logShow",
            [(each, _(words)) for each, words in STATUSES],
            _("Show"),
        )
        self.search = SearchField("logSearch", _("Find in log"))
        self.model = LiveModel(self.lines, tasks)
        self.view = LogView("log", _("Log of this run"), self.model)
        self.reason = FailureCard("runReason")
        self._outcome = ""
        self._is_over = False
        self._fill()
        self.view.row_chosen.connect(self._show_reason)
        self.view.row_opened.connect(lambda _line: self.reason.ask_fix())
        self.switch.chosen.connect(lambda _choice: self.apply_filter())
        self.search.searched.connect(lambda _text: self.apply_filter())
        self.clear()

    def clear(self) -> None:
        """Reset for another run."""
        self.lines = self.model.lines = Lines()
        self._outcome = ""
        self._is_over = False
        self.switch.choose("all")
        self.search.clear()
        self.view.follow.setChecked(True)
        self.view.follow.show()
        self.model.reset(0)
        self._say_empty()

    def add(self, lines: Sequence[LogLine]) -> None:
        """Add lines; they are shown by the next `show_new` or `show_all`."""
        for line in lines:
            self.lines.add(line)

    def show_new(self, *, flood: bool) -> None:
        """Show added lines; more of them than the table has visible rows only with `flood`."""
        rows = self.view.viewport().height() // self.view.verticalHeader().defaultSectionSize()
        if flood or len(self.lines) - self.model.total <= rows:
            self.show_all()

    def show_all(self) -> None:
        """Show all added lines."""
        self.model.grow(len(self.lines))

    def end(self) -> None:
        """End the run: no more lines are added, and failures can be fixed."""
        self._is_over = True
        self.show_all()
        self.view.follow.hide()
        self._show_reason(self.view.current_row())

    def show_failed(self) -> None:
        """Show the failed lines, and choose the first."""
        self.show_outcome("failed")
        if self.model.total:
            self.view.selectRow(0)
        self.view.setFocus()

    def _show_reason(self, line: LogLine | None) -> None:
        row = line.row if line is not None else None
        self.reason.show_failure(row.label if row is not None else "", row, may_fix=self._is_over)

    def show_counts(self, tally: Tally) -> None:
        """Show the number of lines per status."""
        self.switch.set_count("all", sum(tally.statuses.values()))
        self.switch.set_count("failed", tally.statuses["failure"])
        self.switch.set_count("skipped", tally.statuses["skipped"])
        self.switch.set_count("warnings", tally.statuses["warning"])

    def show_outcome(self, outcome: str) -> None:
        """Show the lines of an outcome; "" = all."""
        self._outcome = outcome if outcome in _OUTCOMES else ""
        self.switch.choose(outcome if outcome in ("failed", "skipped") else "all")
        self.apply_filter()

    def apply_filter(self) -> None:
        """Filter by status, outcome and search text."""
        statuses = matching_statuses(self.switch.choice)
        text = self.search.text().strip().casefold()
        action = _OUTCOMES.get(self._outcome, "")

        def test(line: LogLine) -> bool:
            if statuses and line.status not in statuses:
                return False
            if action and not (line.action == action and line.status in ("success", "warning")):
                return False
            return not text or line.holds(text)

        self.lines.set_filter(test if statuses or action or text else None)
        self._say_empty()
        self.model.reset(len(self.lines))

    def _say_empty(self) -> None:
        if text := self.search.text().strip():
            self.view.set_empty("search", _("No matches for “{text}”").format(text=text))
        elif self.switch.choice == "failed":
            self.view.set_empty("check", _("Nothing failed"))
        elif self.switch.choice == "skipped":
            self.view.set_empty("check", _("Nothing was skipped"))
        elif self.switch.choice == "warnings":
            self.view.set_empty("check", _("No warnings"))
        else:
            self.view.set_empty("clock", _("No results yet"))

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.search.setFixedWidth(px(200))
        row.addWidget(self.switch)
        row.addWidget(self.search)
        row.addStretch(1)
        row.addWidget(self.view.follow)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(row)
        self.view.frame.setMinimumHeight(px(176))
        column.addWidget(self.view.frame, 1)
        column.addWidget(self.reason)
