"""Expressions in a table's column: one line in the editor's colours; everything else as in every row."""

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from wizard.ui.widgets.expression.tokens import paint_expression
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.row_delegate import RowDelegate
from wizard.ui.widgets.tables.rows_model import CellLook, Index

Parts = tuple[str, str]
"""The expression, and plain words behind it."""


class ExpressionDelegate(RowDelegate):
    """`expression_of` gives a row's expression, or None where its cell holds plain text."""

    def __init__(
        self, table: DataTable, expression_of: Callable[[object], Parts | None], height: int = 28
    ) -> None:
        super().__init__(table, height)
        self._table = table
        self._expression_of = expression_of

    def paint_content(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint the expression in colours, or the cell's text."""
        found = self._expression_of(self._table.rows.row(index.row()))
        if found is None:
            super().paint_content(painter, room, index, cell)
        else:
            paint_expression(painter, room, *found)

    def paint_ground(self, painter: QPainter, rect: QRect, index: Index, chosen: bool, plain: str = "") -> None:
        """The row's ground is the table's business: it knows which row the pointer is on."""
        self._table.delegate.paint_ground(painter, rect, index, chosen, plain)
