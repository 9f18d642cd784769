"""What keeps a mapping table from being used, row by row."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from wizard.entra_names import ENTRA_NAMES
from wizard.errors import Message
from wizard.mapping.attribute_mapping import DEFAULT_EXPRESSIONS, AttributeMapping, MappingKind
from wizard.mapping.expression.errors import ExpressionError
from wizard.mapping.resources import expression_of, sources_of
from wizard.mapping.source_values import COMPUTED_GROUP_SOURCES, COMPUTED_USER_SOURCES, entra_name

ENTRA_SOURCES = frozenset(ENTRA_NAMES)
"""Names that every Entra directory knows: a file without such a column is not a mistake in the table."""


class TargetAttribute(Protocol):
    """What must be known of a target attribute."""

    @property
    def path(self) -> str:
        """As the mapping table writes it."""

    @property
    def required(self) -> bool:
        """The target refuses objects without it."""

    @property
    def filterable(self) -> bool:
        """Objects can be looked up by it."""


@dataclass(frozen=True, slots=True)
class TableProblem:
    """One thing to correct in a mapping table."""

    target: str
    """Target attribute of the row concerned; "" where the whole table is meant."""
    message: Message


def table_problems(
    rows: Sequence[AttributeMapping], attributes: Sequence[TargetAttribute], known: Collection[str] | None
) -> tuple[TableProblem, ...]:
    """Return everything to correct in one table.

    `attributes` are the target's own; `known` the names of the directory's attributes, None where no directory
    was read yet. A source that Entra knows but this directory lacks is not a problem: nothing flows.
    """
    required = [attribute.path for attribute in attributes if attribute.required]
    filterable = [attribute.path for attribute in attributes if attribute.filterable]
    problems = [
        *_required(rows, required),
        *_mapped_twice(rows),
        *_several_types(rows),
        *_matching(rows, filterable),
        *_unreadable(rows),
    ]
    if known is not None:
        problems += _unknown(rows, {*known, *ENTRA_SOURCES, *COMPUTED_USER_SOURCES, *COMPUTED_GROUP_SOURCES})
    return tuple(problems)


def _has_source(row: AttributeMapping) -> bool:
    return row.kind is not MappingKind.NONE and row.source != ""


def _required(rows: Sequence[AttributeMapping], required: Collection[str]) -> Iterator[TableProblem]:
    mapped = {row.target for row in rows if _has_source(row)}
    for target in required:
        if target not in mapped:
            yield TableProblem(target, Message("required-target-unmapped", target=target))


def _mapped_twice(rows: Sequence[AttributeMapping]) -> Iterator[TableProblem]:
    """Entra's portal prevents this; a table from a file may contain it."""
    for target, times in Counter(row.target for row in rows).items():
        if times > 1:
            yield TableProblem(target, Message("target-mapped-twice", target=target, times=times))


def _several_types(rows: Sequence[AttributeMapping]) -> Iterator[TableProblem]:
    """`phoneNumbers[type eq "work"]` and `phoneNumbers[type eq "mobile"]` are two items of one list."""
    types: dict[str, dict[str, str]] = {}
    for row in rows:
        attribute, bracket, rest = row.target.partition("[")
        if bracket and _has_source(row):
            types.setdefault(attribute, {}).setdefault(rest.partition("]")[0], row.target)
    for attribute, first_of in types.items():
        if len(first_of) > 1:
            targets = tuple(first_of.values())
            message = Message("several-items-of-a-list-mapped", targets=targets, attribute=attribute)
            yield TableProblem(targets[-1], message)


def _matching(rows: Sequence[AttributeMapping], filterable: Collection[str]) -> Iterator[TableProblem]:
    matching = [row for row in rows if row.matching_priority > 0]
    if not matching:
        yield TableProblem("", Message("no-matching-attribute"))
    for row in matching:
        if row.target not in filterable:
            message = Message("matching-attribute-not-filterable", target=row.target, filterable=tuple(filterable))
            yield TableProblem(row.target, message)
        elif not _has_source(row):
            yield TableProblem(row.target, Message("matching-attribute-unmapped", target=row.target))


def _unreadable(rows: Sequence[AttributeMapping]) -> Iterator[TableProblem]:
    for row in rows:
        if row.kind is not MappingKind.FUNCTION or row.source in DEFAULT_EXPRESSIONS:
            continue
        error = expression_of(row.source)
        if isinstance(error, ExpressionError):
            message = Message("mapped-expression-unreadable", target=row.target, error=error.message)
            yield TableProblem(row.target, message)


def _unknown(rows: Sequence[AttributeMapping], known: Collection[str]) -> Iterator[TableProblem]:
    for row in rows:
        if (
            row.source in DEFAULT_EXPRESSIONS
        ):  # they read what everybody has, and the grammar is not needed to know it
            continue
        missing = [name for name in sources_of(row) if name not in known and entra_name(name) not in known]
        if missing:
            message = Message("source-attribute-unknown", target=row.target, missing=tuple(missing))
            yield TableProblem(row.target, message)
