"""The list of saved jobs, worst health first: name, summary, health, last run, and a menu for each job."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QMenu

from wizard.flow.jobs.summary import JobSummary
from wizard.messages.translation import _, pgettext
from wizard.ui.formats import day_and_time, sample_moments
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import TONE_ICONS
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import Column, Mark, RowsModel

ROW = 40
_SUMMARY, _MENU = 1, 4
_TONES: dict[str, Ink] = {"ok": "ok", "warn": "warn", "bad": "bad"}


def _state(row: JobSummary) -> str:
    return _("Cannot be read") if row.broken else row.state


def _state_mark(row: JobSummary) -> Mark | None:
    ink = _TONES.get(row.tone)
    if ink is None:
        return Mark("clock", "text2")
    if row.is_edited and row.tone == "warn":
        return Mark("pencil", ink)
    return Mark("key" if row.about_token else TONE_ICONS[row.tone], ink)  # type: ignore[index]


def _summary(row: JobSummary) -> str:
    return "" if row.summary == row.name else row.summary  # a job that was not named is called so


def _columns() -> tuple[Column, ...]:
    more, open_job = _("More actions"), _("Open")
    return (
        Column(
            _("Job"),
            lambda row: row.name,
            mark=lambda row: Mark("file" if row.broken else row.icon, "text2"),
            share=4,
            medium=True,
            elide_middle=True,
        ),
        Column(_("Summary"), _summary, share=3, ink="text2", elide_middle=True),
        Column(_("Health"), _state, share=5, mark=_state_mark, tip=lambda row: row.state),
        Column(
            pgettext("column", "Last run"),
            lambda row: day_and_time(row.last_run),
            width=128,
            words=sample_moments(),
            ink="text2",
        ),
        Column("", lambda _row: "", width=40, mark=lambda _row: Mark("more", "text2"), tip=lambda _row: more),
        Column(
            "",
            lambda _row: "",
            width=40,
            mark=lambda _row: Mark("chevron-right", "text2"),
            tip=lambda _row: open_job,
        ),
    )


class JobList(DataTable):
    """The saved jobs. One click opens a job. Every signal carries a `JobSummary`."""

    opened = Signal(object)
    duplicate_asked = Signal(object)
    rename_asked = Signal(object)
    export_job_asked = Signal(object)
    reveal_asked = Signal(object)
    """Show the file in the file manager."""
    delete_asked = Signal(object)
    revoke_asked = Signal(object)
    reason_asked = Signal(object)
    """Show why this job file cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "savedJobs",
            _("Your jobs"),
            RowsModel(_columns(), key=lambda row: row.path),
            row_height=ROW,
            sortable=False,
        )
        self.horizontalHeader().hide()
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.row_opened.connect(self.open_row)
        self.clicked.connect(self._clicked)
        self.customContextMenuRequested.disconnect()
        self.customContextMenuRequested.connect(self._show_menu_at)
        for key, act, of_broken in (("F2", self.rename_asked, False), ("Del", self.delete_asked, True)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda act=act, of_broken=of_broken: self._ask(act, of_broken))
        self.show_jobs(())

    def show_jobs(self, jobs: tuple[JobSummary, ...]) -> None:
        """Show all jobs and keep the selection. The list does not scroll, the page does."""
        self.rows.set_rows(jobs)
        self.setColumnHidden(_SUMMARY, not any(map(_summary, jobs)))
        self.share_width()
        self.frame.setFixedHeight(max(1, len(jobs)) * px(ROW) + 2)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the first job if none is selected, so that the keyboard focus is visible."""
        super().focusInEvent(event)
        if (
            event.reason() != Qt.FocusReason.MouseFocusReason
            and self.current_row() is None
            and self.rows.rowCount()
        ):
            self.selectRow(0)

    def open_row(self, row: JobSummary) -> None:
        """Open a job; of a broken one, show why its file cannot be read."""
        (self.reason_asked if row.broken else self.opened).emit(row)

    def row_menu(self, row: JobSummary) -> QMenu:
        """Return the menu of a job."""
        menu = QMenu(self)
        if row.broken:
            self._offer(menu, _("Show the error"), "why", "", self.reason_asked, row)
        else:
            self._offer(menu, _("Open"), "open", "Return", self.opened, row)
            self._offer(menu, _("Duplicate"), "duplicate", "", self.duplicate_asked, row)
            self._offer(menu, _("Rename…"), "rename", "F2", self.rename_asked, row)
            self._offer(menu, _("Export…"), "export", "", self.export_job_asked, row)
        self._offer(menu, _("Show in file manager"), "reveal", "", self.reveal_asked, row)
        menu.addSeparator()
        if not row.broken:
            self._offer(menu, _("Remove secrets and history…"), "revoke", "", self.revoke_asked, row)
        self._offer(menu, _("Delete…"), "delete", "Del", self.delete_asked, row)
        return menu

    def _offer(self, menu: QMenu, text: str, name: str, key: str, signal: object, row: JobSummary) -> None:
        action = QAction(text, menu)
        action.setObjectName(f"jobMenu.{name}")
        if key:
            action.setShortcut(QKeySequence(key))
            # For display; the list has shortcuts of its own.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        emit: Callable[[object], None] = signal.emit  # type: ignore[attr-defined]
        action.triggered.connect(lambda _on=False: emit(row))
        menu.addAction(action)

    def _ask(self, signal: object, of_broken: bool) -> None:
        row = self.current_row()
        if row is not None and (of_broken or not row.broken):
            signal.emit(row)  # type: ignore[attr-defined]

    def _clicked(self, index: QModelIndex) -> None:
        row = self.rows.row(index.row())
        if index.column() == _MENU:
            self._show_menu(row, self.visualRect(index).bottomLeft())
        else:
            self.open_row(row)

    def _show_menu_at(self, place: QPoint) -> None:
        row = self.current_row()
        if row is None:
            return
        current = self.visualRect(self.currentIndex())
        inside = current.top() <= place.y() <= current.bottom()  # else the menu key was pressed
        self._show_menu(row, place if inside else current.center())

    def _show_menu(self, row: JobSummary, place: QPoint) -> None:
        menu = self.row_menu(row)
        menu.exec(self.viewport().mapToGlobal(place))
        menu.deleteLater()
