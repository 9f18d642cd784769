"""The mapping table: its rows, its columns, and the delegate that colours expressions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from wizard.flow.mapping.attributes import LiveValue, MappingRow, TableKind, source_text
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind
from wizard.messages import Noun, counted
from wizard.messages.attribute_names import friendly_name
from wizard.messages.descriptions import about_attribute
from wizard.messages.translation import N_, _, pgettext
from wizard.ui.theme.colors import Ink
from wizard.ui.widgets.expression.tokens import paint_expression
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.row_delegate import RowDelegate
from wizard.ui.widgets.tables.rows_model import CellLook, Column, Index, Mark, Tail

FLOWS: dict[FlowType, str] = {FlowType.ALWAYS: N_("Always"), FlowType.OBJECT_ADD_ONLY: N_("On create")}
"""Translated where they are shown."""

SOURCE_COLUMN, VALUE_COLUMN = 1, 2
ROW_HEIGHT = 28


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row, with its value for the person or group shown."""

    row: MappingRow
    live: LiveValue
    nth: int = 0
    """Index among the rows with this target; an imported table may have several."""
    remark: str = ""
    """Why the row of an imported schema is not supported; it is kept unchanged. "" = it is."""
    edited: bool = False
    """Whether the row differs from the one that was last reviewed."""
    concerned: int = 0
    """Number of people or groups that AWS would reject because of it."""
    before: LiveValue | None = None
    """The value of the row as it was last reviewed, if that row differs."""

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
        """The problem of the row, or of its value for the person shown; "" = none."""
        return self.row.problem or self.live.problem

    def mark(self, kind: TableKind) -> Tail | None:
        """Return the most urgent mark: problem, edited, match, required or on create."""
        if self.row.problem:
            return Tail("alert-circle", _("Not valid"), "bad")
        if self.concerned:
            return Tail("warning", counted(self.concerned, Noun.PERSON if kind == "users" else Noun.GROUP), "warn")
        if self.live.problem:
            return Tail("warning", _("Rejected"), "warn")
        if self.remark:
            return Tail("warning", _("Not supported"), "warn")
        if self.edited:
            return Tail("pencil", pgettext("attribute", "Edited"), "warn")
        if self.mapping.matching_priority:
            return Tail("", _("Match"), "link")
        if self.row.attribute.required:
            return Tail("", _("Required"))
        on_create = self.mapping.flow is FlowType.OBJECT_ADD_ONLY and self.mapping.kind is not MappingKind.NONE
        return Tail("", _("On create")) if on_create else None


@dataclass(frozen=True, slots=True)
class RowFacts:
    """Facts about the rows of a table that are not in the job."""

    live: Mapping[str, LiveValue]
    """Target path -> value of the person or group shown."""
    remarks: Mapping[tuple[TableKind, str], str]
    reviewed: Sequence[AttributeMapping] | None = None
    """The table as it was last reviewed; None: never."""
    before: Mapping[str, LiveValue] | None = None
    """Target path -> value of the reviewed table."""
    concerned: Mapping[str, int] | None = None
    """Target path -> number of people or groups that AWS would reject."""


def shown_rows(rows: Sequence[MappingRow], kind: TableKind, facts: RowFacts) -> tuple[ShownRow, ...]:
    """Return the rows of a table with values, remarks and marks."""
    times: Counter[str] = Counter()
    known = set(facts.reviewed) if facts.reviewed is not None else None
    concerned, before = facts.concerned or {}, facts.before or {}
    made = []
    for row in rows:
        target = row.mapping.target
        edited = known is not None and row.mapping not in known
        made.append(
            ShownRow(
                row,
                facts.live.get(target, LiveValue("")),
                times[target],
                facts.remarks.get((kind, target), ""),
                edited,
                concerned.get(target, 0),
                before.get(target, LiveValue("")) if edited and facts.before is not None else None,
            )
        )
        times[target] += 1
    return tuple(made)


def mapping_columns(number: int, kind: TableKind, heading: str) -> tuple[Column, ...]:
    """Return the columns of so many rows; `heading` is that of the values, a person's name."""
    return (
        Column(
            _("AWS attribute ({n:,})").format(n=number),
            lambda shown: shown.target,
            width=220,
            tail=lambda shown: shown.mark(kind),
            elide_middle=True,
            tip=_about,
        ),
        Column(_("Source"), _comes_from, share=452, ink=_source_ink),
        Column(heading, _value, share=184, ink=_value_ink, mark=_value_mark, tip=_value_tip),
    )


def searched(shown: ShownRow) -> str:
    """Return the text to search a row by."""
    return f"{friendly_name(shown.target)}\n{shown.target}\n{_comes_from(shown)}\n{shown.live.text}"


def _about(shown: ShownRow) -> str:
    about = about_attribute(shown.row.attribute.description)
    name = friendly_name(shown.target)
    return "\n".join(
        part
        for part in (name, shown.target if shown.target != name else "", about, shown.problem or shown.remark)
        if part
    )


def _comes_from(shown: ShownRow) -> str:
    source = source_text(shown.mapping) or _("Not provisioned")
    return f"{source}{_default(shown.mapping)}"


def _default(mapping: AttributeMapping) -> str:
    """Return the text after a source that has a default value."""
    return _(", or “{value}” if empty").format(value=mapping.default) if mapping.default else ""


def _source_ink(shown: ShownRow) -> Ink:
    if shown.mapping.kind is MappingKind.CONSTANT:
        return "string"
    return "text2" if shown.mapping.kind is MappingKind.NONE else "text"


def _value(shown: ShownRow) -> str:
    return shown.live.text or (_("no value") if shown.live.problem else "")


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
        paint_expression(painter, room, mapping.source, _default(mapping))

    def paint_ground(self, painter: QPainter, rect: QRect, index: Index, selected: bool, plain: str = "") -> None:
        """Leave it to the table's delegate, which knows the hovered row."""
        self._table.delegate.paint_ground(painter, rect, index, selected, plain)
