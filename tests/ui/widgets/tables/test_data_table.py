"""A table: choice, copy, keys, empty states."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from wizard.ui.theme.fonts import metrics_of
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Mark, RowsModel

ROWS = (("1", "Łukasz\nWójcik", "new"), ("2", "Priya\tRaman", "taken"), ("3", "يوسف المصري", ""))


class Outer(QWidget):
    """A window around the table, with one field after it."""

    def __init__(self, table: DataTable) -> None:
        super().__init__()
        self.keys: list[int] = []
        column = QVBoxLayout(self)
        column.addWidget(table.frame)
        self.after = QLineEdit()
        column.addWidget(self.after)

    def keyPressEvent(self, event: Any) -> None:
        self.keys.append(event.key())


@pytest.fixture
def table(app: QApplication, qtbot: QtBot) -> Iterator[DataTable]:
    columns = (
        Column("Id", lambda row: row[0], 88),
        Column("Person", lambda row: row[1]),
        Column("Detail", lambda row: row[2], share=2),
    )
    made = DataTable("log", "Provisioning log", RowsModel(columns, key=lambda row: row[0]), row_height=28)
    made.rows.set_rows(ROWS)
    outer = Outer(made)
    qtbot.addWidget(outer)
    outer.resize(800, 340)
    outer.show()
    outer.activateWindow()
    yield made
    outer.close()


def test_the_table_is_in_a_card_with_fixed_rows(table: DataTable) -> None:
    assert table.frame.property("card") is True
    assert table.parentWidget() is table.frame
    assert {table.rowHeight(row) for row in range(3)} == {28}
    assert table.horizontalHeader().height() == 32
    assert not table.showGrid()
    assert table.accessibleName() == "Provisioning log"
    assert table.objectName() == "log"


def test_columns_share_the_remaining_width(table: DataTable) -> None:
    widths = [table.columnWidth(at) for at in range(3)]
    assert widths[0] == 88
    assert sum(widths) == table.viewport().width()
    assert abs(widths[2] - 2 * widths[1]) <= 3


def _widths(qtbot: QtBot, width: int, title: str, *words: str) -> tuple[int, int]:
    """The width of a column with these words in a table so wide, and what both columns leave empty."""
    columns = (Column(title, lambda row: row[0], 60, words=words), Column("Rest", lambda row: row[1]))
    table = DataTable("t", "Table", RowsModel(columns), sortable=False)
    qtbot.addWidget(table.frame)
    table.frame.resize(width, 200)
    table.frame.show()
    table.share_width()
    return table.columnWidth(0), table.viewport().width() - table.columnWidth(0) - table.columnWidth(1)


def test_a_column_is_as_wide_as_its_words_and_its_title(app: QApplication, qtbot: QtBot) -> None:
    long = "Mitgliedschaften hinzugefügt"
    assert _widths(qtbot, 600, "Id") == (60, 0)
    for width, rest in (_widths(qtbot, 600, "Id", "Neu", long), _widths(qtbot, 600, long)):
        assert 120 < width < 400
        assert rest == 0
    assert _widths(qtbot, 240, "Id", long)[0] == 60, "in a narrow table the words are elided, not the rest lost"


def test_choosing_a_row_is_signalled_once(table: DataTable) -> None:
    chosen: list[Any] = []
    table.row_chosen.connect(chosen.append)
    table.selectRow(1)
    assert chosen == [ROWS[1]]
    assert table.current_row() == ROWS[1]


def test_the_choice_survives_a_sort_and_a_filter(table: DataTable) -> None:
    table.selectRow(1)
    chosen: list[Any] = []
    table.row_chosen.connect(chosen.append)
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert table.current_row() == ROWS[1]
    table.rows.set_filter("priya")
    assert table.current_row() == ROWS[1]
    assert chosen == []
    table.rows.set_filter("wójcik")
    assert table.current_row() is None
    assert chosen == [None]


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_a_row_is_selected_in_both_directions(table: DataTable, direction: Qt.LayoutDirection) -> None:
    table.setLayoutDirection(direction)
    QApplication.processEvents()
    table.selectRow(1)
    assert table.current_row() == ROWS[1]
    assert [index.row() for index in table.selectionModel().selectedRows()] == [1]


def test_new_rows_keep_the_choice_by_key(table: DataTable) -> None:
    table.selectRow(2)
    table.rows.set_rows((("3", "Yusuf", "renamed"), ("4", "Anna", "")))
    assert table.current_row() == ("3", "Yusuf", "renamed")


def test_copy_takes_whole_rows_and_keeps_its_cells_apart(table: DataTable) -> None:
    table.selectAll()
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert text.split("\n") == ["1\tŁukasz Wójcik\tnew", "2\tPriya Raman\ttaken", "3\tيوسف المصري\t"]


def test_enter_opens_a_row_and_goes_no_further(table: DataTable) -> None:
    opened: list[Any] = []
    table.row_opened.connect(opened.append)
    table.selectRow(0)
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    QTest.keyClick(table, Qt.Key.Key_F9)
    outer = table.window()
    assert isinstance(outer, Outer)
    assert opened == [ROWS[0]]
    assert outer.keys == [Qt.Key.Key_F9], "other keys go on to the window"


def test_tab_leaves_the_table(table: DataTable) -> None:
    outer = table.window()
    assert isinstance(outer, Outer)
    table.setFocus()
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is outer.after


def test_hovering_marks_the_whole_row(table: DataTable) -> None:
    place = table.visualRect(table.model().index(1, 2)).center()
    QTest.mouseMove(table.viewport(), place)
    QApplication.processEvents()
    assert table.delegate.hovered.row() == 1
    QTest.mouseMove(table.viewport(), QPoint(5, table.viewport().height() - 3))
    QApplication.processEvents()
    assert not table.delegate.hovered.isValid()


def test_nothing_there_and_nothing_found_are_two_things(table: DataTable) -> None:
    pressed: list[str] = []
    table.set_empty(
        "table", "No one was read yet", "Choose a file.", "Choose a file…", lambda: pressed.append("choose")
    )
    table.set_none_found(
        "Nobody matches", "Clear the search.", "Clear the search", lambda: pressed.append("clear")
    )
    empty = table.behavior.empty
    assert not empty.isVisible()
    table.rows.set_filter("nobody")
    assert empty.isVisible()
    assert empty.title == "Nobody matches"
    empty.button.click()
    table.rows.set_filter()
    assert not empty.isVisible()
    table.rows.set_rows(())
    assert empty.title == "No one was read yet"
    empty.button.click()
    assert pressed == ["clear", "choose"]
    assert empty.size() == table.viewport().size()


def test_the_menu_copies_and_exports(table: DataTable) -> None:
    assert "Export…" not in [action.text() for action in table.behavior.menu().actions()]
    asked: list[bool] = []
    table.behavior.exportable = True
    table.behavior.export_asked.connect(lambda: asked.append(True))
    actions = {action.text(): action for action in table.behavior.menu().actions()}
    assert not actions["Copy"].isEnabled()
    actions["Export…"].trigger()
    assert asked == [True]


def test_a_third_press_on_a_header_brings_the_own_order_back(table: DataTable) -> None:
    head = table.horizontalHeader()
    place = QPoint(head.sectionPosition(0) + 20, 10)
    seen = []
    for _press in range(3):
        QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
        seen.append([row[0] for row in table.rows.shown_rows()])
    assert ["3", "2", "1"] in seen
    assert seen[-1] == ["1", "2", "3"]
    assert table.rows._sort_column == -1


def test_a_name_has_its_room_before_what_is_at_the_end_of_its_cell(table: DataTable) -> None:
    delegate = table.delegate
    name, address = CellLook("Ingrid Halvorsen"), "ingrid.halvorsen@tidewater.example"
    needed = metrics_of("body").horizontalAdvance(name.text)
    assert needed <= delegate._own_width(name, 260) <= needed + 20
    assert delegate._own_width(CellLook(address * 3), 260) == 156, "a long text leaves room for the rest"
    assert delegate._own_width(name._replace(mark=Mark("person")), 400) > delegate._own_width(name, 400)


def test_the_menu_sorts_as_the_header_does_for_the_mouse(table: DataTable) -> None:
    orders = []
    for column in ("Detail", "Detail", "Id"):
        by = table.behavior.menu().findChild(QMenu, "sortBy")
        assert by is not None
        action = next(each for each in by.actions() if each.text() == column)
        action.trigger()
        orders.append([row[0] for row in table.rows.shown_rows()])
    assert orders[0] == orders[1][::-1]
    assert orders[0] != orders[2] == ["1", "2", "3"]
