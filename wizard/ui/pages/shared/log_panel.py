"""The provisioning log on Monitor: filters by run, result, change and text; the table; the details of one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.runs.health import whole_runs
from wizard.flow.runs.texts import cause_words, matching_statuses, purpose_of
from wizard.messages.translation import N_, Np_, _
from wizard.ui.formats import moments
from wizard.ui.pages.shared.log_rows import CHANGES, WIDTH, LogDetail, log_columns
from wizard.ui.tasks import Slot, TaskRunner
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.widgets import files
from wizard.ui.widgets.buttons import icon_button
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import ChoiceField, SearchField
from wizard.ui.widgets.tables.log_table import Fetch, LogModel, LogView

if TYPE_CHECKING:
    from wizard.flow.runs.history import Cause, CauseKey, LogOrder, LogQuery, RunRecord

_ORDERS = ("time", "status", "action", "label")


@dataclass(frozen=True, slots=True)
class LogTexts:
    """The words of a log, marked with `N_`."""

    statuses: tuple[tuple[str, str], ...]
    which_run: str
    all_runs: str
    no_run: str
    empty: tuple[str, str]
    """Title and text of a log without entries."""
    nothing_done: tuple[str, str]
    """Of a run without entries."""
    follows: bool = True
    """A new run becomes the chosen one."""
    by_microsoft: bool = False
    """It is the log of Microsoft's service, not of a run of this program."""


STATUSES = (
    ("all", Np_("count", "All")),
    ("failed", Np_("count", "Failed")),
    ("skipped", Np_("count", "Skipped")),
    ("warnings", Np_("count", "Warnings")),
)
"""What the log of a run can show -> its word."""
RUNS = LogTexts(
    STATUSES,
    Np_("noun", "Run"),
    N_("All runs"),
    N_("No runs yet"),
    (N_("No runs yet"), N_("Results of the first run appear here.")),
    (N_("No changes in this run"), N_("Everything was up to date.")),
)

LISTED_RUNS = 100
"""Of 3,000 runs, one every 40 minutes, the rest are among all runs: a menu of them takes a tenth of a second."""


class LogPanel(QWidget):
    """Emits `query_changed`; the page answers with `use`."""

    query_changed = Signal()
    """Another run, result, change, text or sort order was chosen."""
    causes_asked = Signal()
    """Other statuses or another run is shown: the page answers with `show_causes`."""
    run_chosen = Signal()
    export_asked = Signal(object)
    """The chosen path."""

    def __init__(self, tasks: TaskRunner, texts: LogTexts = RUNS) -> None:
        super().__init__()
        self._texts = texts
        self._order, self._descending = "time", True
        self._newest: int | None = None
        self._is_narrow = False
        self.switch = SegmentedSwitch("logShow", [(each, _(words)) for each, words in texts.statuses], _("Show"))
        self.changes = ChoiceField("logActions", compact=True)
        self.causes = ChoiceField("logCauses", compact=True)
        """Shown in place of `changes` where only failed, skipped or warned rows are."""
        self.search = SearchField("logSearch", _("Find in log"))
        self.runs = ChoiceField("logRun", compact=True)
        self.export = icon_button("download", _("Export log"), "exportLog")

        async def nothing(_offset: int, _limit: int) -> tuple[Sequence[Any], int]:
            return (), 0

        self.model = LogModel(log_columns(lambda held: held.row, detail=False), tasks, Slot.LOG_PAGE, nothing)
        self.view = LogView("log", _("Provisioning log"), self.model, row_height=32, sortable=True)
        self.detail = LogDetail(by_microsoft=texts.by_microsoft)
        self._fill()
        self._connect()

    def set_narrow(self, narrow: bool) -> None:
        """Use less width in a narrow window."""
        self._is_narrow = narrow
        self._fit()
        self.detail.setFixedWidth(px(264 if narrow else WIDTH))

    def _fit(self) -> None:
        """Let the choices be as wide as their entries."""
        most = 176 if self._is_narrow else 216
        for choice in (self.changes, self.causes, self.runs):
            choice.fit(124, most)

    @property
    def run_id(self) -> int | None:
        """The chosen run; None = all."""
        return cast("int | None", self.runs.currentData())

    def show_runs(self, runs: "Sequence[RunRecord]") -> None:
        """Offer the newest runs, newest first. A new run becomes the chosen one; else the choice stays."""
        newest = next((run.id for run in (*whole_runs(runs), *runs)), None)
        kept = self.run_id
        if self._texts.follows and not (self.runs.count() and newest == self._newest):
            kept = newest
        self._newest = newest
        self.runs.blockSignals(True)
        self.runs.clear()
        runs = runs[:LISTED_RUNS]
        for run, when in zip(runs, moments([run.started for run in runs]), strict=True):
            if purpose_of(run.planned) == "on-demand":
                when = _("{time}, on demand").format(time=when)
            self.runs.addItem(when, run.id)
        self.runs.addItem(_(self._texts.all_runs if runs else self._texts.no_run), None)
        self.runs.setEnabled(bool(runs))
        self.runs.setCurrentIndex(max(0, self.runs.findData(kept)))
        self.runs.blockSignals(False)
        self._fit()

    def clear(self) -> None:
        """Reset filters and rows for another job."""
        self._newest = None
        for part in (self.changes, self.search):
            part.blockSignals(True)
        self.switch.choose("all")
        self.changes.setCurrentIndex(0)
        self.search.clear()
        for part in (self.changes, self.search):
            part.blockSignals(False)
        self.show_causes(())
        self._order, self._descending = "time", True
        self.view.horizontalHeader().blockSignals(True)
        self.view.horizontalHeader().setSortIndicator(0, Qt.SortOrder.DescendingOrder)
        self.view.horizontalHeader().blockSignals(False)
        self.detail.show_row(None)
        self.model.reset(0)

    def choose_run(self, run_id: int) -> None:
        """Show the rows of a run."""
        self.runs.setCurrentIndex(self.runs.findData(run_id))

    def show_failed(self) -> None:
        """Show the failed rows."""
        self.show_status("failed")

    def show_status(self, choice: str) -> None:
        """Show the rows of one choice of the switch, and move the focus there."""
        self.switch.choose(choice)
        self.search.clear()
        self._switched()
        self.view.setFocus()

    def show_counts(self, counts: dict[str, int]) -> None:
        """Show the number of rows per status."""
        for choice, _words in self._texts.statuses:
            for status in matching_statuses(choice):
                self.switch.set_count(choice, counts.get(status, 0))

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that are shown; none = all."""
        return tuple(matching_statuses(self.switch.choice))

    def show_causes(self, causes: "Sequence[Cause]") -> None:
        """Offer these causes to filter by; the chosen one stays if it is among them."""
        kept = self.cause
        self.causes.blockSignals(True)
        self.causes.clear()
        self.causes.addItem(_("All causes"), None)
        for cause in causes:
            self.causes.addItem(cause_words(cause), cause.key)
            self.causes.setItemData(
                self.causes.count() - 1, wrapped_tip(cause_words(cause)), Qt.ItemDataRole.ToolTipRole
            )
        keys = [None, *(cause.key for cause in causes)]
        self.causes.setCurrentIndex(keys.index(kept) if kept in keys else 0)
        self.causes.blockSignals(False)
        self._fit()
        self.causes.setVisible(bool(self.statuses) and bool(causes))
        self.changes.setVisible(not self.statuses)
        if kept is not None and self.cause is None:
            self.query_changed.emit()

    @property
    def cause(self) -> "CauseKey | None":
        """The chosen cause; None = all."""
        key = self.causes.currentData()
        return tuple(key) if key else None

    def query(self) -> "LogQuery":
        """Return the query, ascending; the model reverses the display."""
        from wizard.flow.runs.history import LogQuery

        return LogQuery(
            self.run_id,
            self.search.text().strip(),
            self.statuses,
            tuple(self.changes.currentData() or ()),
            cast("LogOrder", self._order),
            descending=False,
            cause=self.cause,
        )

    def use(self, fetch: Fetch) -> None:
        """Fetch rows with this function from now on."""
        self._say_empty()
        self.model.use(fetch)
        self.model.reset(newest_first=self._descending)

    def _say_empty(self) -> None:
        text = self.search.text().strip()
        if not self.runs.isEnabled():
            self.view.set_empty("clock", *map(_, self._texts.empty))
        elif text:
            self.view.set_empty("search", _("No matches for “{text}”").format(text=text))
        elif self.switch.choice == "failed":
            self.view.set_empty("check", _("Nothing failed"))
        elif self.switch.choice != "all" or self.changes.currentIndex() > 0:
            self.view.set_empty("filter", _("No entries of this kind"))
        else:
            self.view.set_empty("check", *map(_, self._texts.nothing_done))

    def _show_error(self, error: WizardError) -> None:
        self.view.set_empty("alert-circle", messages.title(error), messages.advice(error))

    def _sorted(self, column: int, descending: bool) -> None:
        self._order, self._descending = (_ORDERS[column], descending) if column >= 0 else ("time", True)
        self.query_changed.emit()

    def _choose_export(self) -> None:
        path = files.save_file(self, _("Export log"), "provisioning-log.csv", files.TABLES)
        if path:
            self.export_asked.emit(path)

    def _switched(self) -> None:
        """Show other statuses, and reset the filters by change and by cause."""
        for part in (self.changes, self.causes):
            part.blockSignals(True)
            part.setCurrentIndex(0)
            part.blockSignals(False)
        self.causes.hide()
        self.changes.setVisible(not self.statuses)
        self.causes_asked.emit()
        self.query_changed.emit()

    def _run_chosen(self) -> None:
        self.run_chosen.emit()
        self.query_changed.emit()

    def _connect(self) -> None:
        self.switch.chosen.connect(lambda _choice: self._switched())
        self.search.searched.connect(lambda _text: self.query_changed.emit())
        self.changes.currentIndexChanged.connect(lambda _index: self.query_changed.emit())
        self.causes.currentIndexChanged.connect(lambda _index: self.query_changed.emit())
        self.runs.currentIndexChanged.connect(lambda _index: self._run_chosen())
        self.view.sort_asked.connect(self._sorted)
        self.view.row_chosen.connect(lambda held: self.detail.show_row(held.row if held else None))
        self.view.row_opened.connect(lambda held: self.detail.show_row(held.row if held else None))
        self.view.behavior.exportable = True
        self.view.behavior.export_asked.connect(self._choose_export)
        self.export.clicked.connect(self._choose_export)
        self.model.failed.connect(self._show_error)

    def _fill(self) -> None:
        self.changes.setAccessibleName(_("Changes"))
        self.changes.addItem(_("All changes"), ())
        for action, (word, _icon) in CHANGES.items():
            self.changes.addItem(_("No change") if action == "other" else _(word), (action,))
        self.runs.setAccessibleName(_(self._texts.which_run))
        self.causes.setAccessibleName(_("Cause"))
        self.causes.hide()
        hint = self.search.fontMetrics().horizontalAdvance(self.search.placeholderText())
        self.search.setMinimumWidth(min(max(px(80), hint + px(48)), px(200)))
        self.set_narrow(False)
        what, where, row = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()  # two lines where the page is narrow
        for line_of in (what, where, row):
            line_of.setSpacing(px(8))
        for control in (self.switch, self.changes, self.causes):
            what.addWidget(control)
        what.addStretch(0)
        where.addWidget(self.search, 1)
        where.addWidget(self.runs)
        where.addWidget(self.export)
        row.addLayout(what)
        row.addLayout(where, 1)
        both = QHBoxLayout()
        both.setSpacing(px(12))
        both.addWidget(self.view.frame, 1)
        both.addWidget(self.detail)
        self.view.frame.setMinimumHeight(px(208))
        # Their content must not make the page higher: both scroll.
        for part in (self.view.frame, self.detail):
            part.setSizePolicy(part.sizePolicy().horizontalPolicy(), QSizePolicy.Policy.Ignored)
        self.view.follow.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(row)
        column.addLayout(both, 1)
