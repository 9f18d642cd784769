"""What was read from a directory: its columns and their attributes, its first rows, its rows with problems."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStackedWidget, QStyleOptionViewItem, QVBoxLayout, QWidget

from wizard import messages
from wizard.directory import Column as Found
from wizard.directory import RowProblem, StatusColumn, StatusValue
from wizard.entra_names import ENTRA_NAMES
from wizard.sources.columns import GROUPS, is_secret
from wizard.sources.interface import Inspection
from wizard.sources.status import NO_VALUE
from wizard.ui.formats import grouped
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.labels import Paragraph
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.row_delegate import RowDelegate
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Index, Mark, RowsModel

PROBLEM_COLUMNS = (
    Column("Line", lambda row: grouped(row.line) if row.line else "", width=72, sort_key=lambda row: row.line),
    Column("Column", lambda row: row.column or "Whole row", width=152, ink="text2"),
    Column("Who", lambda row: row.label, width=168, mark=lambda row: _kind(row)),
    Column("What", messages.text, mark=lambda row: _mark(row)),
)
_CELL = 148
_TAKEN_FOR = 1
_FRAMELESS = "QComboBox { border: 1px solid transparent; background: transparent; min-height: 25px; }"
"""Rows are 28 high: no room for a frame."""


def _mark(row: RowProblem) -> Mark:
    return Mark("alert-circle", "bad") if row.excluded else Mark("warning", "warn")


class FoundTables(QWidget):
    """Columns, first rows and problems, one table at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        choices = (
            ("columns", "Columns"),
            ("rows", "First rows"),
            ("problems", "Problems"),
            ("status", "Who is enabled"),
        )
        self.switch = SegmentedSwitch("foundSwitch", choices, "What was found")
        self.columns = ColumnTable()
        self.status = StatusTable()
        self.problems = DataTable("rowProblems", "Rows with problems", RowsModel(PROBLEM_COLUMNS), row_height=28)
        self.first_rows = _cells(())
        self.detail = Paragraph(ink="text2")
        """The selected problem in full."""
        self.detail.setObjectName("problemDetail")
        self.detail.hide()
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(px(200))
        for table in (self.columns, self.first_rows, self.problems, self.status):
            self._stack.addWidget(table.frame)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._stack, 1)
        column.addWidget(self.detail)
        self.problems.row_chosen.connect(self._tell)
        self.switch.chosen.connect(self.turn_to)
        self.show_problems(None)

    def turn_to(self, choice: str) -> None:
        """Show "columns", "rows", "problems" or "status"."""
        self.switch.choose(choice)
        self._stack.setCurrentIndex(("columns", "rows", "problems", "status").index(choice))
        self._tell(self.problems.current_row())

    def _tell(self, row: RowProblem | None) -> None:
        shown = row is not None and self.switch.choice == "problems"
        self.detail.setVisible(shown)
        if row is not None:
            who = f"**{row.label}**: " if row.label else ""
            self.detail.setText(f"Line {grouped(row.line)}. {who}{messages.text(row)}")

    def show_inspection(self, found: Inspection | None, by_hand: bool) -> None:
        """Show columns and first rows; None = nothing was read."""
        self.columns.show_columns(found.columns if found else (), by_hand)
        self.status.show_status(found.status if found else (), by_hand)
        unknown = sum(row.value.enabled is None for row in status_rows(found.status)) if found else 0
        self.switch.set_count("status", unknown if found else None)
        self.switch.set_count("columns", len(found.columns) if found else None)
        self.switch.set_count("rows", len(found.first_rows) if found else None)
        old = self.first_rows
        self.first_rows = _cells(tuple(column.heading for column in found.columns) if found else ())
        self.first_rows.rows.set_rows(found.first_rows if found else ())
        place = self._stack.currentIndex()
        self._stack.removeWidget(old.frame)
        old.frame.deleteLater()
        self._stack.insertWidget(1, self.first_rows.frame)
        self._stack.setCurrentIndex(place)

    def show_problems(self, problems: tuple[RowProblem, ...] | None) -> None:
        """Show rows with problems; None = nothing was read."""
        if problems is None:
            self.problems.set_empty("table", "Nothing has been read yet", "Choose a file above.")
        else:
            self.problems.set_empty("check-circle", "Every row can be taken as it is", "")
        self.problems.rows.set_rows(problems or ())
        self.switch.set_count("problems", len(problems) if problems is not None else None)


def _kind(row: RowProblem) -> Mark:
    return Mark("people" if row.of_group else "person", "text2")


def _cells(headings: tuple[str, ...]) -> DataTable:
    """Return a table of text cells that scrolls sideways."""

    def text_at(place: int) -> Callable[[Any], str]:
        return lambda row: row[place] if place < len(row) else ""

    columns = [Column(heading, text_at(place), width=_CELL) for place, heading in enumerate(headings)]
    table = DataTable(
        "firstRows", "First rows", RowsModel(columns or (Column("", str),)), row_height=28, sortable=False
    )
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    table.setStyleSheet("QAbstractScrollArea::corner { background: transparent; border: 0; }")
    table.set_empty("table", "No row has been read yet", "The first ten stand here.")
    return table


def _examples(column: Found) -> str:
    return "Not shown, never read" if is_secret(column.heading) else ", ".join(column.examples)


COLUMNS = (
    Column("Column", lambda row: row.heading, medium=True, share=2),
    Column("Taken for", lambda row: row.attribute or "Left out", width=240, ink="text2"),
    Column("Filled", lambda row: f"{grouped(row.filled)}", width=88, right=True, ink="text2"),
    Column("Examples", _examples, share=3, ink="text2"),
)


class Assignment(QComboBox):
    """Assigns an attribute to a column."""

    def __init__(self, column: Found, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"takenFor.{column.heading}")
        self.setAccessibleName(f"{column.heading} is taken for")
        self.setProperty("fit", "compact")
        self.setStyleSheet(_FRAMELESS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        names = dict.fromkeys((column.attribute, *ENTRA_NAMES, GROUPS))
        self.addItem("Leave out", "")
        self.addItem(f"Keep as “{column.heading}”", column.heading)
        for name in names:
            if name and name != column.heading:
                self.addItem("groups (names of groups)" if name == GROUPS else name, name)
        self.insertSeparator(2)
        self.setCurrentIndex(max(0, self.findData(column.attribute)))
        self.setEnabled(not is_secret(column.heading))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the table instead of changing the choice."""
        event.ignore()


class _UnderList(RowDelegate):
    """Paints no text where an `Assignment` covers the cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint with the hover state of the table's own delegate."""
        self.hovered = self._view.delegate.hovered  # type: ignore[attr-defined]
        super().paint(painter, option, index)

    def paint_text(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint the text unless a combo box covers it."""
        if self._view.indexWidget(index.model().index(index.row(), index.column())) is None:
            super().paint_text(painter, room, index, cell)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A value of a status column."""

    column: StatusColumn
    value: StatusValue


def status_rows(columns: Sequence[StatusColumn]) -> tuple[StatusRow, ...]:
    """The values of all status columns."""
    return tuple(StatusRow(column, value) for column in columns for value in column.values)


_MEANINGS: tuple[tuple[bool | None, str], ...] = ((True, "Enabled"), (False, "Disabled"), (None, "Not known"))
STATUS = (
    Column("Column", lambda row: row.column.heading, share=2),
    Column("Value", lambda row: row.value.text or "(empty)", medium=True, share=2),
    Column("People", lambda row: grouped(row.value.count), width=88, right=True, ink="text2"),
    Column("Means", lambda row: dict(_MEANINGS)[row.value.enabled], width=240, ink="text2"),
)
_MEANS = 3


class Meaning(QComboBox):
    """Says what a value of the status column means."""

    def __init__(self, row: StatusRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"means.{row.value.text}")
        self.setAccessibleName(f"{row.value.text or 'The empty cell'} means")
        self.setProperty("fit", "compact")
        self.setStyleSheet(_FRAMELESS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for meaning, text in _MEANINGS:
            self.addItem(text, meaning)
        self.setCurrentIndex([meaning for meaning, _ in _MEANINGS].index(row.value.enabled))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the table instead of changing the choice."""
        event.ignore()


class StatusTable(DataTable):
    """The values of the columns that say who is enabled, and what each means."""

    chosen = Signal(object, object)
    """(values that mean enabled, values that mean disabled), both tuples of texts."""

    def __init__(self) -> None:
        super().__init__("statusValues", "Who is enabled", RowsModel(STATUS), row_height=28, sortable=False)
        self.setItemDelegateForColumn(_MEANS, _UnderList(self, 28))
        self.set_empty("table", "No column says who is enabled", "Everybody in the file counts as enabled.")
        self._rows: tuple[StatusRow, ...] = ()

    def show_status(self, columns: Sequence[StatusColumn], by_hand: bool) -> None:
        """Show the values; those of the deciding column with a combo box each, if `by_hand`."""
        self._rows = status_rows(columns)
        self.rows.set_rows(self._rows)
        for at, row in enumerate(self._rows if by_hand else ()):
            if row.column.decides:
                box = Meaning(row)
                box.activated.connect(lambda _at, box=box, row=row: self._choose(row, box.currentData()))
                self.setIndexWidget(self.rows.index(at, _MEANS), box)

    def _choose(self, chosen: StatusRow, meaning: bool | None) -> None:
        told = {
            row.value.text: meaning if row.value.text == chosen.value.text else row.value.enabled
            for row in self._rows
            if row.column.decides
        }
        enabled = tuple(text for text, means in told.items() if means is True)
        disabled = tuple(text for text, means in told.items() if means is False)
        # Without a value that means disabled, every value that is not listed would mean it.
        self.chosen.emit(enabled, disabled or (NO_VALUE,))


class ColumnTable(DataTable):
    """The columns of the file and the attribute of each."""

    assigned = Signal(str, str)
    """(heading, chosen attribute); "" = leave out."""

    def __init__(self) -> None:
        super().__init__(
            "foundColumns",
            "Columns of the file",
            RowsModel(COLUMNS, key=lambda row: row.heading),
            row_height=28,
            sortable=False,
        )
        self.setItemDelegateForColumn(_TAKEN_FOR, _UnderList(self, 28))
        self.set_empty("table", "No file has been read yet", "Its columns stand here, and what each is taken for.")

    def show_columns(self, columns: Sequence[Found], by_hand: bool) -> None:
        """Show columns; `by_hand`: with a combo box each (not for the sample company)."""
        self.rows.set_rows(tuple(columns))
        # A tenant's columns have Entra's attribute names: the second column would repeat the first.
        self.setColumnHidden(
            _TAKEN_FOR, bool(columns) and not by_hand and all(c.heading == c.attribute for c in columns)
        )
        for at, column in enumerate(columns if by_hand else ()):
            box = Assignment(column)
            box.activated.connect(lambda _at, box=box, heading=column.heading: self._chosen(heading, box))
            self.setIndexWidget(self.rows.index(at, _TAKEN_FOR), box)

    def assignment(self, heading: str) -> Assignment:
        """Return the combo box of a column."""
        box = self.findChild(Assignment, f"takenFor.{heading}")
        assert isinstance(box, Assignment)
        return box

    def _chosen(self, heading: str, box: Assignment) -> None:
        self.assigned.emit(heading, box.currentData())
