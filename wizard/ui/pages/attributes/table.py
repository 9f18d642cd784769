"""The mapping table: its rows, its columns, and the delegate that colours expressions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from wizard.flow.mapping.attributes import LiveValue, MappingRow, TableKind, source_text
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind
from wizard.ui.theme.colors import Ink
from wizard.ui.widgets.expression.tokens import paint_expression
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.row_delegate import RowDelegate
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Index, Mark, Tail

FLOWS: dict[FlowType, str] = {FlowType.ALWAYS: "Always", FlowType.OBJECT_ADD_ONLY: "Only during creation"}
SHORT_FLOWS: dict[FlowType, str] = {FlowType.ALWAYS: "Always", FlowType.OBJECT_ADD_ONLY: "At creation"}


SOURCE_COLUMN = 2
ROW_HEIGHT = 28


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row, with its value for the person or group shown."""

    row: MappingRow
    live: LiveValue
    nth: int = 0
    """Index among the rows with this target; an imported table may have several."""
    remark: str = ""
    """What of an imported schema does not work here and is kept unchanged, or ""."""

    @property
    def mapping(self) -> AttributeMapping:
        """The mapping in the job."""
        return self.row.mapping

    @property
    def target(self) -> str:
        """The target attribute."""
        return self.row.mapping.target

    @property
    def key(self) -> str:
        """Unique key: the target, and its index if there are several."""
        return self.target if not self.nth else f"{self.target} ({self.nth + 1})"

    @property
    def problem(self) -> str:
        """What is wrong with the row, or with its value for the person shown; ""."""
        return self.row.problem or self.live.problem


def shown_rows(
    rows: Sequence[MappingRow],
    kind: TableKind,
    live: Mapping[str, LiveValue],
    remarks: Mapping[tuple[TableKind, str], str],
) -> tuple[ShownRow, ...]:
    """Return the rows of a table with values and remarks."""
    times: Counter[str] = Counter()
    made = []
    for row in rows:
        target = row.mapping.target
        made.append(ShownRow(row, live.get(target, LiveValue("")), times[target], remarks.get((kind, target), "")))
        times[target] += 1
    return tuple(made)


def mapping_columns(whom: str) -> tuple[Column, ...]:
    """Return the columns; `whom` is the heading of the last one, the values."""
    return (
        Column("AWS attribute", lambda shown: shown.target, share=250, tail=_tail, elide_middle=True, tip=_about),
        Column("Type", lambda shown: shown.row.attribute.type, 96, ink="text2", tail=_filtering, tip=_type_tip),
        Column("Comes from", _comes_from, share=200, ink=_source_ink),
        Column("Written", _written, 92, ink="text2", tip=lambda shown: FLOWS[shown.mapping.flow]),
        Column(whom, _value, share=224, ink=_value_ink, mark=_value_mark, tip=_value_tip),
    )


def searched(shown: ShownRow) -> str:
    """Return the text to search a row by."""
    return f"{shown.target}\n{_comes_from(shown)}\n{shown.live.text}"


def _tail(shown: ShownRow) -> Tail | None:
    if shown.problem:
        return Tail("alert-circle", "", "bad")
    if shown.remark:
        return Tail("warning", "", "warn")
    if shown.mapping.matching_priority:
        return Tail("", "match", "link")
    return Tail("", "required") if shown.row.attribute.required else None


def _about(shown: ShownRow) -> str:
    about = shown.row.attribute.description
    return "\n".join(part for part in (shown.target, about, shown.problem or shown.remark) if part)


def _filtering(shown: ShownRow) -> Tail | None:
    return Tail("filter", "", "text2") if shown.row.attribute.filterable else None


def _type_tip(shown: ShownRow) -> str:
    supported = ", supported for filtering" if shown.row.attribute.filterable else ""
    return f"{shown.row.attribute.type}{supported}"


def _comes_from(shown: ShownRow) -> str:
    source = source_text(shown.mapping) or "Nothing"
    return f"{source}, else “{shown.mapping.default}”" if shown.mapping.default else source


def _source_ink(shown: ShownRow) -> Ink:
    if shown.mapping.kind is MappingKind.CONSTANT:
        return "string"
    return "text2" if shown.mapping.kind is MappingKind.NONE else "text"


def _written(shown: ShownRow) -> str:
    return "" if shown.mapping.kind is MappingKind.NONE else SHORT_FLOWS[shown.mapping.flow]


def _value(shown: ShownRow) -> str:
    return shown.live.text or ("no value" if shown.live.problem else "")


def _value_ink(shown: ShownRow) -> Ink:
    return "bad" if shown.live.problem else "text"


def _value_mark(shown: ShownRow) -> Mark | None:
    return Mark("alert-circle", "bad") if shown.live.problem else None


def _value_tip(shown: ShownRow) -> str:
    return shown.live.problem or shown.live.text


class SourceDelegate(RowDelegate):
    """Paints expressions in the editor's colours, and other sources as plain text."""

    def __init__(self, table: DataTable) -> None:
        super().__init__(table, ROW_HEIGHT)
        self._table = table

    def paint_content(self, painter: QPainter, room: QRect, index: Index, cell: CellLook) -> None:
        """Paint the expression, or the cell's text."""
        shown: ShownRow = self._table.rows.row(index.row())
        mapping = shown.mapping
        if mapping.kind is not MappingKind.FUNCTION:
            super().paint_content(painter, room, index, cell)
            return
        paint_expression(painter, room, mapping.source, f", else “{mapping.default}”" if mapping.default else "")

    def paint_ground(self, painter: QPainter, rect: QRect, index: Index, selected: bool, plain: str = "") -> None:
        """Leave it to the table's delegate, which knows the hovered row."""
        self._table.delegate.paint_ground(painter, rect, index, selected, plain)
