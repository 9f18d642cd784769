"""Tables of the Directory page: columns and their attributes, first rows, problems, account status."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QStackedWidget, QStyleOptionViewItem, QVBoxLayout, QWidget

from wizard import messages
from wizard.directory import AttributeValue, DirectoryUser, RowProblem, StatusColumn, StatusValue
from wizard.directory import Column as Found
from wizard.entra_names import ENTRA_NAMES
from wizard.messages.attribute_names import friendly_name
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _, current_language
from wizard.sources.columns import GROUPS, is_secret
from wizard.sources.interface import Inspection
from wizard.sources.status import NO_VALUE
from wizard.ui.formats import grouped
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import ChoiceField
from wizard.ui.widgets.labels import Paragraph
from wizard.ui.widgets.search_combo import Choice, Choices, SearchCombo, attribute_choices
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.row_delegate import RowDelegate
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Index, Mark, RowsModel

_CELL = 148
_TAKEN_FOR = 1
_WITH_CONTROLS = 32
"""Height of rows with a control."""
_MOST_VISIBLE = 60
"""Rows that fit into the highest window."""


def _problem_columns() -> tuple[Column, ...]:
    whole_row = _("Whole row")
    return (
        Column(
            _("Line"), lambda row: grouped(row.line) if row.line else "", width=72, sort_key=lambda row: row.line
        ),
        Column(_("Column"), lambda row: row.column or whole_row, width=152, ink="text2"),
        Column(_("Person or group"), lambda row: row.label, width=168, mark=lambda row: _kind(row)),
        Column(_("Problem"), messages.text, mark=lambda row: _mark(row)),
    )


def _mark(row: RowProblem) -> Mark:
    return Mark("alert-circle", "bad") if row.excluded else Mark("warning", "warn")


class FoundTables(QWidget):
    """Columns, first rows, problems and account status, one table at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        choices = (
            ("columns", _("Columns")),
            ("rows", _("First rows")),
            ("problems", _("Problems")),
            ("status", _("Account status")),
        )
        self.switch = SegmentedSwitch("foundSwitch", choices, _("Contents of the directory"))
        self.columns = ColumnTable()
        self.status = StatusTable()
        self.problems = DataTable(
            "rowProblems", _("Rows with problems"), RowsModel(_problem_columns()), row_height=28
        )
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
            text = _("Line {line}, **{name}**: {problem}") if row.label else _("Line {line}: {problem}")
            self.detail.setText(text.format(line=grouped(row.line), name=row.label, problem=messages.text(row)))

    def show_column(self, heading: str) -> bool:
        """Show a column and its attribute; False = there is no such column."""
        self.turn_to("columns")
        return self.columns.show_column(heading)

    def show_line(self, line: int, column: str = "") -> bool:
        """Select the problem of a line of the file; False = the line has none."""
        rows = [row for row in self.problems.rows.shown_rows() if row.line == line]
        found = next((row for row in rows if row.column == column), rows[0] if rows else None)
        if found is None:
            return False
        self.turn_to("problems")
        place = self.problems.rows.shown_rows().index(found)
        self.problems.selectRow(place)
        self.problems.scrollTo(self.problems.model().index(place, 0))
        self.problems.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell(found)
        return True

    def show_person(self, user: DirectoryUser) -> None:
        """Show the values of a person whose line has no problem."""
        self.turn_to("rows")
        pairs = (
            _("{attribute}: {value}").format(attribute=friendly_name(name), value=_text(value))
            for name, value in user.attributes.items()
        )
        head = _("Line {line}, **{name}**").format(line=grouped(user.line), name=user.label)
        self.detail.setText("\n".join((head, *pairs)))
        self.detail.show()

    def show_inspection(self, found: Inspection | None, by_hand: bool) -> None:
        """Show columns and first rows; None = nothing was read."""
        self.columns.show_columns(found.columns if found else (), by_hand)
        self.status.show_status(found.status if found else (), by_hand)
        unknown = sum(row.value.enabled is None for row in status_rows(found.status)) if found else 0
        self.switch.set_count("status", unknown or None)
        self.switch.reword("columns", _("Columns") if by_hand or found is None else _("Attributes"))
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
            self.problems.set_empty("table", _("Problems appear here after reading"), "")
        else:
            self.problems.set_empty("check-circle", _("No problems"), _("Every row can be used."))
        self.problems.rows.set_rows(problems or ())
        self.switch.set_count("problems", len(problems) if problems is not None else None)


def _text(value: AttributeValue) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _kind(row: RowProblem) -> Mark:
    return Mark("people" if row.of_group else "person", "text2")


def _cells(headings: tuple[str, ...]) -> DataTable:
    """Return a table of text cells that scrolls sideways."""

    def text_at(place: int) -> Callable[[Any], str]:
        return lambda row: row[place] if place < len(row) else ""

    columns = [Column(heading, text_at(place), width=_CELL) for place, heading in enumerate(headings)]
    table = DataTable(
        "firstRows", _("First rows"), RowsModel(columns or (Column("", str),)), row_height=28, sortable=False
    )
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    table.setStyleSheet("QAbstractScrollArea::corner { background: transparent; border: 0; }")
    table.set_empty("table", _("Rows appear here after reading"), "")
    return table


def _examples(column: Found) -> str:
    return _("Never read (secret)") if is_secret(column.heading) else comma_list(column.examples)


def _attribute(column: Found) -> str:
    return friendly_name(column.attribute) or _("Ignored")


def _column_columns() -> tuple[Column, ...]:
    return (
        Column(_("Column"), lambda row: row.heading, medium=True, share=2),
        Column(_("Attribute"), _attribute, width=280, ink="text2"),
        Column(_("Filled"), lambda row: grouped(row.filled), width=88, right=True, ink="text2"),
        Column(_("Examples"), _examples, share=3, ink="text2"),
    )


@cache
def _attributes(_language: str) -> tuple[Choice, ...]:
    """Attributes that a column may be assigned, by friendly name."""
    known = attribute_choices(ENTRA_NAMES).all
    return (Choice("", _("Ignore")), *known, Choice(GROUPS, _("Groups"), _("group names")))


class Assignment(SearchCombo):
    """Assigns an attribute to a column."""

    def __init__(self, column: Found, parent: QWidget | None = None) -> None:
        name = _("Attribute of {column}").format(column=column.heading)
        super().__init__(f"takenFor.{column.heading}", name, parent=parent)
        self.setProperty("inRow", True)
        offered = _attributes(current_language())
        custom = column.heading not in {choice.value for choice in offered}
        same_name = Choice(column.heading, column.heading, _("custom attribute"))
        self.set_choices(Choices((*offered, *((same_name,) if custom else ()))))
        self.show_value(column.attribute)
        self.setEnabled(not is_secret(column.heading))


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


_MEANINGS: dict[bool | None, str] = {True: N_("Enabled"), False: N_("Disabled"), None: N_("Unknown")}
_MEANS = 3


def _status_columns() -> tuple[Column, ...]:
    empty = _("(empty)")
    return (
        Column(_("Column"), lambda row: row.column.heading, share=2),
        Column(_("Value"), lambda row: row.value.text or empty, medium=True, share=2),
        Column(_("People"), lambda row: grouped(row.value.count), width=88, right=True, ink="text2"),
        Column(
            _("Meaning"),
            lambda row: _(_MEANINGS[row.value.enabled]),
            width=240,
            words=tuple(map(_, _MEANINGS.values())),
            ink="text2",
        ),
    )


class Meaning(ChoiceField):
    """Chooses the meaning of a value of the status column."""

    def __init__(self, row: StatusRow, parent: QWidget | None = None) -> None:
        super().__init__(f"means.{row.value.text}", compact=True, parent=parent)
        name = _("Meaning of “{value}”").format(value=row.value.text) if row.value.text else _("Meaning if empty")
        self.setAccessibleName(name)
        self.setProperty("inRow", True)
        for meaning, text in _MEANINGS.items():
            self.addItem(_(text), meaning)
        self.setCurrentIndex(tuple(_MEANINGS).index(row.value.enabled))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the table instead of changing the choice."""
        event.ignore()


class StatusTable(DataTable):
    """The values of the status columns, and the meaning of each."""

    chosen = Signal(object, object)
    """(values that mean enabled, values that mean disabled), both tuples of texts."""

    def __init__(self) -> None:
        super().__init__(
            "statusValues",
            _("Account status"),
            RowsModel(_status_columns()),
            row_height=_WITH_CONTROLS,
            sortable=False,
        )
        self.setItemDelegateForColumn(_MEANS, _UnderList(self, _WITH_CONTROLS))
        self.set_empty("table", _("No status column"), _("Everyone in the directory counts as enabled."))
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
        meanings = {
            row.value.text: meaning if row.value.text == chosen.value.text else row.value.enabled
            for row in self._rows
            if row.column.decides
        }
        enabled = tuple(text for text, means in meanings.items() if means is True)
        disabled = tuple(text for text, means in meanings.items() if means is False)
        # Without a value that means disabled, every value that is not listed would mean it.
        self.chosen.emit(enabled, disabled or (NO_VALUE,))


class ColumnTable(DataTable):
    """The columns and the attribute of each."""

    assigned = Signal(str, str)
    """(heading, chosen attribute); "" = leave out."""

    def __init__(self) -> None:
        super().__init__(
            "foundColumns",
            _("Columns"),
            RowsModel(_column_columns(), key=lambda row: row.heading),
            row_height=_WITH_CONTROLS,
            sortable=False,
        )
        self._boxes: dict[int, Assignment] = {}
        """Row -> its control. Made when the row comes into view: a file may have thousands of columns."""
        self._by_hand = False
        self.setItemDelegateForColumn(_TAKEN_FOR, _UnderList(self, _WITH_CONTROLS))
        self.set_empty("table", _("Columns appear here after reading"), "")
        self.verticalScrollBar().valueChanged.connect(self._make_visible)

    def show_columns(self, columns: Sequence[Found], by_hand: bool) -> None:
        """Show columns; `by_hand`: with a control each (not for the sample company)."""
        self.rows.set_rows(tuple(columns))
        self._boxes, self._by_hand = {}, by_hand
        self._make_visible()

    def assignment(self, heading: str) -> Assignment:
        """Return the control of a column; raises KeyError."""
        places = {row.heading: at for at, row in enumerate(self.rows.rows)}
        return self._box(places[heading])

    def show_column(self, heading: str) -> bool:
        """Select a column and focus its control; False = there is no such column."""
        place = next((at for at, row in enumerate(self.rows.rows) if row.heading == heading), -1)
        if place < 0:
            return False
        self.selectRow(place)
        self.scrollTo(self.rows.index(place, 0))
        if self._by_hand:
            self._box(place).setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the controls of rows that come into view."""
        super().resizeEvent(event)
        self._make_visible()

    def _make_visible(self) -> None:
        if not self._by_hand:
            return
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        for place in range(first, len(self.rows.rows) if last < 0 else last + 1):
            if place > first + _MOST_VISIBLE:
                break
            self._box(place)

    def _box(self, place: int) -> Assignment:
        if place not in self._boxes:
            column: Found = self.rows.rows[place]
            box = self._boxes[place] = Assignment(column)
            box.chosen.connect(lambda attribute, heading=column.heading: self.assigned.emit(heading, attribute))
            self.setIndexWidget(self.rows.index(place, _TAKEN_FOR), box)
        return self._boxes[place]
