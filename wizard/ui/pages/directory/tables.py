"""What was read from a directory: its columns and their attributes, its first rows, its rows with problems."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStackedWidget, QStyleOptionViewItem, QVBoxLayout, QWidget

from wizard import messages
from wizard.directory import RowProblem
from wizard.entra_names import ENTRA_NAMES
from wizard.sources.columns import GROUPS, is_secret
from wizard.sources.interface import Column as Found
from wizard.sources.interface import Inspection
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
"""Inside a row of 28 the row is the frame."""


def _mark(row: RowProblem) -> Mark:
    return Mark("alert-circle", "bad") if row.excluded else Mark("warning", "warn")


class FoundTables(QWidget):
    """Three tables, one at a time: columns, first rows, problems."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        choices = (("columns", "Columns"), ("rows", "First rows"), ("problems", "Problems"))
        self.switch = SegmentedSwitch("foundSwitch", choices, "What was found")
        self.columns = ColumnTable()
        self.problems = DataTable("rowProblems", "Rows with problems", RowsModel(PROBLEM_COLUMNS), row_height=28)
        self.first_rows = _cells(())
        self.detail = Paragraph(ink="text2")
        """The whole sentence of the chosen problem."""
        self.detail.setObjectName("problemDetail")
        self.detail.hide()
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(px(200))
        for table in (self.columns, self.first_rows, self.problems):
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
        """Show one of the three."""
        self.switch.choose(choice)
        self._stack.setCurrentIndex(("columns", "rows", "problems").index(choice))
        self._tell(self.problems.current_row())

    def _tell(self, row: RowProblem | None) -> None:
        shown = row is not None and self.switch.choice == "problems"
        self.detail.setVisible(shown)
        if row is not None:
            who = f"**{row.label}**: " if row.label else ""
            self.detail.setText(f"Line {grouped(row.line)}. {who}{messages.text(row)}")

    def show_inspection(self, found: Inspection | None, by_hand: bool) -> None:
        """Columns and first rows; None while nothing was read."""
        self.columns.show_columns(found.columns if found else (), by_hand)
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
        """Rows that cannot be taken as they are; None while nothing was read."""
        if problems is None:
            self.problems.set_empty("table", "Nothing has been read yet", "Choose a file above.")
        else:
            self.problems.set_empty("check-circle", "Every row can be taken as it is", "")
        self.problems.rows.set_rows(problems or ())
        self.switch.set_count("problems", len(problems) if problems is not None else None)


def _kind(row: RowProblem) -> Mark:
    return Mark("people" if row.of_group else "person", "text2")


def _cells(headings: tuple[str, ...]) -> DataTable:
    """A table of text cells, as wide as it needs to be."""

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
    """What one column is taken for."""

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
        """Scrolling the table past a closed list changes nothing."""
        event.ignore()


class _UnderList(RowDelegate):
    """A cell whose words the list over it shows."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint with the hover that the table's own delegate keeps."""
        self.hovered = self._view.delegate.hovered  # type: ignore[attr-defined]
        super().paint(painter, option, index)

    def paint_text(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint the words only where no list stands."""
        if self._view.indexWidget(index.model().index(index.row(), index.column())) is None:
            super().paint_text(painter, room, index, cell)


class ColumnTable(DataTable):
    """One row for each column of the file, 28 high."""

    assigned = Signal(str, str)
    """Heading, and the attribute a person chose for it ("" = leave out)."""

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
        """Show these columns; `by_hand` False where nothing can be assigned (the sample company)."""
        self.rows.set_rows(tuple(columns))
        # A tenant's attributes bear Entra's names: what they are taken for would say every name twice.
        self.setColumnHidden(
            _TAKEN_FOR, bool(columns) and not by_hand and all(c.heading == c.attribute for c in columns)
        )
        for at, column in enumerate(columns if by_hand else ()):
            box = Assignment(column)
            box.activated.connect(lambda _at, box=box, heading=column.heading: self._chosen(heading, box))
            self.setIndexWidget(self.rows.index(at, _TAKEN_FOR), box)

    def assignment(self, heading: str) -> Assignment:
        """The list of one column."""
        box = self.findChild(Assignment, f"takenFor.{heading}")
        assert isinstance(box, Assignment)
        return box

    def _chosen(self, heading: str, box: Assignment) -> None:
        self.assigned.emit(heading, box.currentData())
