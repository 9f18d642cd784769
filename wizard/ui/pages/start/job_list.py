"""The list of saved jobs: name over summary, state, last run; a menu with shortcuts for each job."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QMenu, QStyleOptionViewItem

from wizard.flow.jobs.summary import JobSummary
from wizard.ui.formats import day_and_time
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import font_of, px
from wizard.ui.theme.icons import TONE_ICONS
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.row_delegate import RowDelegate
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Index, Mark, RowsModel

ROW = 48
ROWS_SEEN = 4
_MENU, _CHEVRON = 3, 4
_TONES: dict[str, Ink] = {"ok": "ok", "warn": "warn", "bad": "bad"}


def _state(row: JobSummary) -> str:
    return "Cannot be read" if row.broken else row.state


def _state_mark(row: JobSummary) -> Mark | None:
    ink = _TONES.get(row.tone)
    if ink is None:
        return Mark("clock", "text2")
    return Mark("key" if row.about_token else TONE_ICONS[row.tone], ink)  # type: ignore[index]


COLUMNS = (
    Column(
        "Job",
        lambda row: f"{row.name}, {row.summary}",
        mark=lambda row: Mark(_icon(row), "text2"),
        tip=lambda row: row.summary,
    ),
    Column("State", _state, width=212, mark=_state_mark, tip=lambda row: row.state),
    Column("Last run", lambda row: day_and_time(row.last_run), width=164, ink="text2"),
    Column("", lambda _row: "", width=40, mark=lambda _row: Mark("more", "text2"), tip=lambda _row: "More"),
    Column(
        "", lambda _row: "", width=40, mark=lambda _row: Mark("chevron-right", "text2"), tip=lambda _row: "Open"
    ),
)


def _icon(row: JobSummary) -> str:
    return "file" if row.broken else row.icon


class _TwoLines(RowDelegate):
    """Paints the first column: name over summary."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint with the hover state of the table's own delegate."""
        self.hovered = self._view.delegate.hovered  # type: ignore[attr-defined]
        super().paint(painter, option, index)

    def left_of(self, index: Index) -> int:
        """Return the padding of a card."""
        return 16

    def paint_text(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint both lines, each elided."""
        row = self._view.rows.row(index.row())  # type: ignore[attr-defined]
        room = room.adjusted(px(10), px(6), 0, -px(6))
        half = room.height() // 2
        for text, kind, ink, top in ((row.name, "medium", "text", 0), (row.summary, "small", "text2", half)):
            font = font_of(kind)  # type: ignore[arg-type]
            painter.setFont(font)
            painter.setPen(QColor(theme().ink(ink)))  # type: ignore[arg-type]
            place = QRect(room.left(), room.top() + top, room.width(), half)
            words = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, align, words)


class JobList(DataTable):
    """The saved jobs. Every signal carries a `JobSummary`."""

    opened = Signal(object)
    duplicate_asked = Signal(object)
    rename_asked = Signal(object)
    delete_asked = Signal(object)
    revoke_asked = Signal(object)
    reason_asked = Signal(object)
    """Show why this job file cannot be read."""

    def __init__(self, empty_height: int) -> None:
        """`empty_height`: height of the frame without jobs, in physical pixels."""
        self._empty_height = empty_height
        super().__init__(
            "savedJobs", "Saved jobs", RowsModel(COLUMNS, key=lambda row: row.path), row_height=ROW, sortable=False
        )
        self.horizontalHeader().hide()
        self.setItemDelegateForColumn(0, _TwoLines(self, ROW))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.row_opened.connect(self.open_row)
        self.clicked.connect(self._clicked)
        self.customContextMenuRequested.disconnect()
        self.customContextMenuRequested.connect(self._show_menu_at)
        for key, act in (("F2", self.rename_asked), ("Del", self.delete_asked)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda act=act: self._ask(act))
        self.set_empty(
            "file",
            "No saved jobs yet",
            "A job is saved as you go on, and stands here with its state and last run.",
        )
        self.show_jobs(())

    def show_jobs(self, jobs: tuple[JobSummary, ...]) -> None:
        """Show jobs; the selection stays."""
        self.rows.set_rows(jobs)
        height = min(len(jobs), ROWS_SEEN) * px(ROW) + 2
        self.frame.setFixedHeight(height if jobs else self._empty_height)
        fits = len(jobs) <= ROWS_SEEN
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(policy)

    def open_row(self, row: JobSummary) -> None:
        """Open a job, or show why its file cannot be read."""
        (self.reason_asked if row.broken else self.opened).emit(row)

    def row_menu(self, row: JobSummary) -> QMenu:
        """Return the menu of a job."""
        menu = QMenu(self)
        if row.broken:
            self._offer(menu, "Show why it cannot be read", "", self.reason_asked, row)
            return menu
        self._offer(menu, "Open", "Return", self.opened, row)
        self._offer(menu, "Duplicate", "", self.duplicate_asked, row)
        self._offer(menu, "Rename…", "F2", self.rename_asked, row)
        menu.addSeparator()
        self._offer(menu, "Revoke and forget everything…", "", self.revoke_asked, row)
        self._offer(menu, "Delete…", "Del", self.delete_asked, row)
        return menu

    def _offer(self, menu: QMenu, text: str, key: str, signal: object, row: JobSummary) -> None:
        action = QAction(text, menu)
        action.setObjectName(f"jobMenu.{text.rstrip('…').split()[0].lower()}")
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(
                Qt.ShortcutContext.WidgetShortcut
            )  # for display; the list has shortcuts of its own
        emit: Callable[[object], None] = signal.emit  # type: ignore[attr-defined]
        action.triggered.connect(lambda _on=False: emit(row))
        menu.addAction(action)

    def _ask(self, signal: object) -> None:
        row = self.current_row()
        if row is not None and not row.broken:
            signal.emit(row)  # type: ignore[attr-defined]

    def _clicked(self, index: QModelIndex) -> None:
        row = self.rows.row(index.row())
        if index.column() == _CHEVRON:
            self.open_row(row)
        elif index.column() == _MENU:
            self._show_menu(row, self.visualRect(index).bottomLeft())

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
