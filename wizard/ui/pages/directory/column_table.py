"""The columns of a file: what each is taken for, assigned by hand where the program is wrong."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyleOptionViewItem, QWidget

from wizard.entra_names import ENTRA_NAMES
from wizard.sources.columns import GROUPS, is_secret
from wizard.sources.interface import Column as Found
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.row_delegate import RowDelegate
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Index, RowsModel

_TAKEN_FOR = 1
_FRAMELESS = "QComboBox { border: 1px solid transparent; background: transparent; min-height: 25px; }"
"""Inside a row of 28 the row is the frame."""


def _examples(column: Found) -> str:
    return "Not shown, never read" if is_secret(column.heading) else ", ".join(column.examples)


COLUMNS = (
    Column("Column", lambda row: row.heading, medium=True, share=2),
    Column("Taken for", lambda row: row.attribute or "Left out", width=240, ink="text2"),
    Column("Filled", lambda row: f"{row.filled:,}", width=88, right=True, ink="text2"),
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
