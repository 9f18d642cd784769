"""The log: pages as they are seen, a memory that does not grow, following new lines."""

from collections.abc import Sequence
from typing import Any

import anyio
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from wizard import messages
from wizard.errors import NoAccess
from wizard.ui.tasks import Slot, TaskRunner
from wizard.ui.theme.colors import LIGHT
from wizard.ui.widgets.tables.data_table import RowTable
from wizard.ui.widgets.tables.log_table import CACHED_PAGES, PAGE, PLACEHOLDER, LogModel, LogView
from wizard.ui.widgets.tables.rows_model import CellLook, Column

COLUMNS = (Column("Line", str, 120), Column("Double", lambda row: str(2 * row)))


class Journal:
    """A log of numbers, oldest first, that counts its requests."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.asked: list[tuple[int, int]] = []

    async def page(self, offset: int, limit: int) -> tuple[Sequence[Any], int]:
        self.asked.append((offset, limit))
        return tuple(range(offset, min(offset + limit, self.total))), self.total


def settled(qtbot: QtBot, tasks: TaskRunner, model: LogModel) -> None:
    qtbot.wait(1)
    qtbot.waitUntil(lambda: tasks.is_idle and not model.is_loading, timeout=5000)


def shown(model: LogModel, row: int) -> str:
    return str(model.index(row, 0).data())


def test_a_placeholder_is_shown_until_the_page_is_read(qtbot: QtBot, tasks: TaskRunner) -> None:
    journal = Journal(1000)
    model = LogModel(COLUMNS, tasks, Slot.LOG_PAGE, journal.page)
    model.reset(1000)
    assert shown(model, 0) == PLACEHOLDER
    assert model.index(0, 1).data() == ""
    assert model.looks(0) == (CellLook(PLACEHOLDER, "text3"), CellLook(""))
    settled(qtbot, tasks, model)
    assert shown(model, 0) == "999"
    assert model.index(1, 1).data() == str(2 * 998)
    assert journal.asked == [(768, PAGE)]


def test_oldest_first_shows_them_as_they_are_kept(qtbot: QtBot, tasks: TaskRunner) -> None:
    journal = Journal(1000)
    model = LogModel(COLUMNS, tasks, Slot.LOG_PAGE, journal.page)
    model.reset(1000, newest_first=False)
    shown(model, 5)
    settled(qtbot, tasks, model)
    assert shown(model, 5) == "5"


def test_without_a_number_the_first_answer_tells_it(qtbot: QtBot, tasks: TaskRunner) -> None:
    model = LogModel(COLUMNS, tasks, Slot.LOG_PAGE, Journal(300).page)
    counted: list[int] = []
    model.counted.connect(counted.append)
    model.reset()
    assert not model.is_known
    settled(qtbot, tasks, model)
    assert model.rowCount() == 300
    assert counted == [300]


def test_lines_that_come_in_spoil_no_page(qtbot: QtBot, tasks: TaskRunner) -> None:
    journal = Journal(600)
    model = LogModel(COLUMNS, tasks, Slot.LOG_PAGE, journal.page)
    model.reset(600)
    for row in (0, 599):
        shown(model, row)
        settled(qtbot, tasks, model)
    journal.asked.clear()
    journal.total = 610
    model.grow(610)
    assert shown(model, 10) == "599"
    assert shown(model, 609) == "0"
    assert journal.asked == []
    assert shown(model, 0) == PLACEHOLDER
    settled(qtbot, tasks, model)
    assert shown(model, 0) == "609"
    assert journal.asked == [(512, PAGE)]


class AtOnce:
    """A task runner that carries out each task at once."""

    def run(self, _slot: Slot, work: Any, *, on_done: Any, **_others: Any) -> None:
        on_done(anyio.run(work, None, None))

    def cancel(self, _slot: Slot) -> None:
        """Nothing is ever running."""


def test_the_memory_keeps_sixty_four_pages(app: QApplication) -> None:
    journal = Journal(100 * PAGE)
    model = LogModel(COLUMNS, AtOnce(), Slot.LOG_PAGE, journal.page)
    model.reset(journal.total)
    for page in range(80):
        shown(model, page * PAGE)
        model.fetch_next()
    assert len(journal.asked) == 80
    assert model.cached_pages == CACHED_PAGES
    assert shown(model, 79 * PAGE) != PLACEHOLDER
    assert shown(model, 0) == PLACEHOLDER, "the page that was seen longest ago is forgotten"


def test_a_flight_over_the_log_asks_only_for_where_it_lands(qtbot: QtBot, tasks: TaskRunner) -> None:
    journal = Journal(1000 * PAGE)
    model = LogModel(COLUMNS, tasks, Slot.LOG_PAGE, journal.page)
    model.reset(journal.total)
    for page in range(500):
        shown(model, page * PAGE)
    settled(qtbot, tasks, model)
    assert len(journal.asked) <= 5
    assert shown(model, 499 * PAGE) != PLACEHOLDER


def test_another_query_forgets_the_first(qtbot: QtBot, tasks: TaskRunner) -> None:
    model = LogModel(COLUMNS, tasks, Slot.LOG_PAGE, Journal(600).page)
    model.reset(600)
    shown(model, 0)
    model.use(Journal(3).page)
    model.reset()
    settled(qtbot, tasks, model)
    assert model.rowCount() == 3
    assert shown(model, 0) == "2"


def test_an_unreadable_page_is_reported(qtbot: QtBot, tasks: TaskRunner) -> None:
    async def broken(_offset: int, _limit: int) -> tuple[Sequence[Any], int]:
        raise NoAccess("journal-unreadable")

    model = LogModel(COLUMNS, tasks, Slot.LOG_PAGE, broken)
    told: list[str] = []
    model.failed.connect(lambda error: told.append(messages.title(error)))
    model.reset()
    settled(qtbot, tasks, model)
    assert told == ["journal-unreadable"]


@pytest.fixture
def view(app: QApplication, qtbot: QtBot, tasks: TaskRunner) -> LogView:
    journal = Journal(2000)
    model = LogModel(COLUMNS, tasks, Slot.LOG_PAGE, journal.page)
    made = LogView("log", "Provisioning log", model)
    made.journal = journal  # type: ignore[attr-defined]
    qtbot.addWidget(made.frame)
    made.frame.resize(600, 320)
    made.frame.show()
    model.reset(2000)
    settled(qtbot, tasks, model)
    return made


def test_it_follows_until_someone_scrolls_away(view: LogView, qtbot: QtBot, tasks: TaskRunner) -> None:
    assert view.follow.isChecked()
    view.log.grow(2010)
    assert view.verticalScrollBar().value() == 0
    assert view.follow.isChecked()
    view.verticalScrollBar().setValue(40)
    assert not view.follow.isChecked()
    settled(qtbot, tasks, view.log)


def test_rows_being_read_stay_in_place(view: LogView, qtbot: QtBot, tasks: TaskRunner) -> None:
    view.verticalScrollBar().setValue(100)
    settled(qtbot, tasks, view.log)
    top = view.indexAt(view.viewport().rect().topLeft())
    before = top.data()
    view.log.grow(2025)
    settled(qtbot, tasks, view.log)
    assert view.indexAt(view.viewport().rect().topLeft()).data() == before
    view.follow.setChecked(True)
    assert view.verticalScrollBar().value() == 0


def test_the_choice_stays_with_its_row_while_lines_come_in(view: LogView, qtbot: QtBot, tasks: TaskRunner) -> None:
    view.selectRow(3)
    chosen = view.current_row()
    view.log.grow(2007)
    settled(qtbot, tasks, view.log)
    assert view.currentIndex().row() == 10
    assert view.current_row() == chosen == 1996


def test_an_empty_log_says_so_once_it_is_known(view: LogView, qtbot: QtBot, tasks: TaskRunner) -> None:
    view.set_empty("clock", "Nothing was logged yet")
    view.log.use(Journal(0).page)
    view.log.reset()
    assert not view.behavior.empty.isVisible()
    settled(qtbot, tasks, view.log)
    assert view.behavior.empty.isVisible()
    assert view.behavior.empty.title == "Nothing was logged yet"


def test_a_header_asks_for_another_order(app: QApplication, qtbot: QtBot, tasks: TaskRunner) -> None:
    view = LogView("log", "Log", LogModel(COLUMNS, tasks, Slot.LOG_PAGE, Journal(5).page), sortable=True)
    qtbot.addWidget(view.frame)
    asked: list[tuple[int, bool]] = []
    view.sort_asked.connect(lambda column, descending: asked.append((column, descending)))
    view.horizontalHeader().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    assert asked == [(1, False)]


def test_rows_are_painted_at_once_as_qt_would_paint_them(view: LogView, qtbot: QtBot) -> None:
    plain = RowTable("plain", "The same, cell by cell", view.log, COLUMNS, 28)
    qtbot.addWidget(plain.frame)
    plain.frame.resize(view.frame.size())
    plain.frame.show()
    pictures = []
    for table in (view, plain):
        table.selectRow(2)
        table.delegate.hovered = QPersistentModelIndex(view.log.index(1, 0))
        table.clearFocus()
        pictures.append(table.viewport().grab().toImage())
    at_once, by_cell = pictures
    seen = {at_once.pixelColor(3, view.rowViewportPosition(row) + 3).name().upper() for row in range(4)}
    assert seen == {LIGHT.base, LIGHT.hover, LIGHT.sel}
    assert at_once == by_cell


class CountingView(LogView):
    """Tells which part of it was painted each time."""

    def paintEvent(self, event: QPaintEvent) -> None:
        self.__dict__.setdefault("painted", []).append(event.rect())
        super().paintEvent(event)


def test_the_first_rows_are_painted_once(app: QApplication, qtbot: QtBot, tasks: TaskRunner) -> None:
    model = LogModel(COLUMNS, AtOnce(), Slot.LOG_PAGE, Journal(0).page)
    view = CountingView("log", "Log", model)
    qtbot.addWidget(view.frame)
    view.frame.resize(600, 320)
    view.frame.show()
    model.reset(0)
    qtbot.wait(50)
    view.painted.clear()
    model.grow(40)
    qtbot.wait(50)
    whole = [rect for rect in view.painted if rect.height() >= view.viewport().height() - 1]
    assert len(whole) == 1, "not again when the scroll bar comes, nor when the columns become narrower"
    assert view.verticalScrollBar().isVisible()
    view.painted.clear()
    model.grow(60)
    qtbot.wait(50)
    assert len(view.painted) == 1
