"""The mapping table's rows and columns: attribute, type, source, when it is written, the value of the one shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wizard.flow.mapping.attributes import LiveValue, MappingRow, TableKind, source_in_words
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind
from wizard.ui.theme.colors import Ink
from wizard.ui.widgets.tables.rows_model import Column, Mark, Tail

FLOWS: dict[FlowType, str] = {FlowType.ALWAYS: "Always", FlowType.OBJECT_ADD_ONLY: "Only during creation"}
SHORT_FLOWS: dict[FlowType, str] = {FlowType.ALWAYS: "Always", FlowType.OBJECT_ADD_ONLY: "At creation"}


SOURCE_COLUMN = 2
"""Where a row's source stands."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row with the value it gives for the person or group shown."""

    row: MappingRow
    live: LiveValue
    nth: int = 0
    """Of the rows with this target, 0 = the first; an imported table may hold several."""
    remark: str = ""
    """What of an imported schema does not work here and is kept as it was, or ""."""

    @property
    def mapping(self) -> AttributeMapping:
        """The row of the job."""
        return self.row.mapping

    @property
    def target(self) -> str:
        """The target attribute."""
        return self.row.mapping.target

    @property
    def key(self) -> str:
        """Tells the row from all others: its target, and which of them."""
        return self.target if not self.nth else f"{self.target} ({self.nth + 1})"

    @property
    def problem(self) -> str:
        """Why it cannot stand, for the table or for the one shown; ""."""
        return self.row.problem or self.live.problem


def shown_rows(
    rows: Sequence[MappingRow],
    kind: TableKind,
    live: Mapping[str, LiveValue],
    remarks: Mapping[tuple[TableKind, str], str],
) -> tuple[Shown, ...]:
    """The rows of a table with values and remarks."""
    times: Counter[str] = Counter()
    made = []
    for row in rows:
        target = row.mapping.target
        made.append(Shown(row, live.get(target, LiveValue("")), times[target], remarks.get((kind, target), "")))
        times[target] += 1
    return tuple(made)


def mapping_columns(whom: str) -> tuple[Column, ...]:
    """`whom` is the heading of the last column: whose values it shows."""
    return (
        Column("AWS attribute", lambda shown: shown.target, share=250, tail=_tail, elide_middle=True, tip=_about),
        Column("Type", lambda shown: shown.row.attribute.type, 96, ink="text2", tail=_filtering, tip=_type_tip),
        Column("Comes from", _comes_from, share=200, ink=_source_ink),
        Column("Written", _written, 92, ink="text2", tip=lambda shown: FLOWS[shown.mapping.flow]),
        Column(whom, _value, share=224, ink=_value_ink, mark=_value_mark, tip=_value_tip),
    )


def searched(shown: Shown) -> str:
    """What a row is found by."""
    return f"{shown.target}\n{_comes_from(shown)}\n{shown.live.text}"


def _tail(shown: Shown) -> Tail | None:
    if shown.problem:
        return Tail("alert-circle", "", "bad")
    if shown.remark:
        return Tail("warning", "", "warn")
    if shown.mapping.matching_priority:
        return Tail("", "match", "link")
    return Tail("", "required") if shown.row.attribute.required else None


def _about(shown: Shown) -> str:
    about = shown.row.attribute.description
    return "\n".join(part for part in (shown.target, about, shown.problem or shown.remark) if part)


def _filtering(shown: Shown) -> Tail | None:
    return Tail("filter", "", "text2") if shown.row.attribute.filterable else None


def _type_tip(shown: Shown) -> str:
    supported = ", supported for filtering" if shown.row.attribute.filterable else ""
    return f"{shown.row.attribute.type}{supported}"


def _comes_from(shown: Shown) -> str:
    source = source_in_words(shown.mapping) or "Nothing"
    return f"{source}, else “{shown.mapping.default}”" if shown.mapping.default else source


def expression_in(shown: object) -> tuple[str, str] | None:
    """The expression of a row and the words behind it; None where it is fed otherwise."""
    if not isinstance(shown, Shown) or shown.mapping.kind is not MappingKind.FUNCTION:
        return None
    return shown.mapping.source, f", else “{shown.mapping.default}”" if shown.mapping.default else ""


def _source_ink(shown: Shown) -> Ink:
    if shown.mapping.kind is MappingKind.CONSTANT:
        return "string"
    return "text2" if shown.mapping.kind is MappingKind.NONE else "text"


def _written(shown: Shown) -> str:
    return "" if shown.mapping.kind is MappingKind.NONE else SHORT_FLOWS[shown.mapping.flow]


def _value(shown: Shown) -> str:
    return shown.live.text or ("no value" if shown.live.problem else "")


def _value_ink(shown: Shown) -> Ink:
    return "bad" if shown.live.problem else "text"


def _value_mark(shown: Shown) -> Mark | None:
    return Mark("alert-circle", "bad") if shown.live.problem else None


def _value_tip(shown: Shown) -> str:
    return shown.live.problem or shown.live.text
