"""What keeps a mapping table from being used, row by row, as sentences."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.entra_names import ENTRA_NAMES
from wizard.mapping.attribute_mapping import DEFAULT_EXPRESSIONS, AttributeMapping, MappingKind
from wizard.mapping.expression.errors import ExpressionError
from wizard.mapping.resources import expression_of, sources_of
from wizard.mapping.source_values import COMPUTED_GROUP_SOURCES, COMPUTED_USER_SOURCES, entra_name

_ONE_ITEM = "list attributes only allow single item"
"""AWS's own words (CreateUser, ValidationException)."""

Code = Literal[
    "required-unmapped",
    "twice",
    "no-matching",
    "matching-unmapped",
    "not-filterable",
    "unknown-source",
    "expression",
]

ENTRA_SOURCES = frozenset(ENTRA_NAMES)
"""Names every Entra directory knows: a file without such a column is no mistake in the table."""


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
    """One thing to put right in a mapping table."""

    code: Code
    target: str
    """Target attribute of the row concerned; "" where the whole table is meant."""
    sentence: str
    position: int = -1
    """Offset into the expression where it cannot be read, -1 = none."""
    expected: str = ""
    """What would have been right there, a phrase."""
    nearest: str = ""
    """The function whose name is nearest to the one written, or ""."""


def table_problems(
    rows: Sequence[AttributeMapping], attributes: Sequence[TargetAttribute], known: Collection[str] | None
) -> tuple[TableProblem, ...]:
    """Everything to put right in one table.

    `attributes` are the target's own; `known` the names of the directory's attributes, None where no directory
    was read yet. A source that Entra knows but this directory lacks is no problem: nothing flows.
    """
    required = [attribute.path for attribute in attributes if attribute.required]
    filterable = [attribute.path for attribute in attributes if attribute.filterable]
    problems = [
        *_required(rows, required),
        *_twice(rows),
        *_several_types(rows),
        *_matching(rows, filterable),
        *_unreadable(rows),
    ]
    if known is not None:
        problems += _unknown(rows, {*known, *ENTRA_SOURCES, *COMPUTED_USER_SOURCES, *COMPUTED_GROUP_SOURCES})
    return tuple(problems)


def _fed(row: AttributeMapping) -> bool:
    return row.kind is not MappingKind.NONE and row.source != ""


def _required(rows: Sequence[AttributeMapping], required: Collection[str]) -> Iterator[TableProblem]:
    fed = {row.target for row in rows if _fed(row)}
    for target in required:
        if target not in fed:
            yield TableProblem("required-unmapped", target, f"AWS requires {target}: choose a source for it.")


def _twice(rows: Sequence[AttributeMapping]) -> Iterator[TableProblem]:
    """Entra keeps a person from this; a table that comes from a file may hold it."""
    for target, times in Counter(row.target for row in rows).items():
        if times > 1:
            sentence = (
                f"{target} is mapped {times} times, and AWS takes one value for it: two would be answered with 400 "
                f"({_ONE_ITEM}). Keep one of the rows."
            )
            yield TableProblem("twice", target, sentence)


def _several_types(rows: Sequence[AttributeMapping]) -> Iterator[TableProblem]:
    """`phoneNumbers[type eq "work"]` and `phoneNumbers[type eq "mobile"]` are two items of one list."""
    types: dict[str, dict[str, str]] = {}
    for row in rows:
        attribute, bracket, rest = row.target.partition("[")
        if bracket and _fed(row):
            types.setdefault(attribute, {}).setdefault(rest.partition("]")[0], row.target)
    for attribute, first_of in types.items():
        if len(first_of) > 1:
            sentence = (
                f"{' and '.join(first_of.values())} are {len(first_of)} items of {attribute}, and AWS takes one: it "
                f"would answer with 400 ({_ONE_ITEM}). Keep one of them."
            )
            yield TableProblem("twice", tuple(first_of.values())[-1], sentence)


def _matching(rows: Sequence[AttributeMapping], filterable: Collection[str]) -> Iterator[TableProblem]:
    matching = [row for row in rows if row.matching_priority > 0]
    if not matching:
        sentence = "No attribute finds who is already in AWS: make one of them a matching attribute."
        yield TableProblem("no-matching", "", sentence)
    for row in matching:
        if row.target not in filterable:
            sentence = f"AWS cannot search by {row.target}: match by one of {', '.join(filterable)}."
            yield TableProblem("not-filterable", row.target, sentence)
        elif not _fed(row):
            sentence = f"{row.target} is a matching attribute without a source: choose one, or match by another."
            yield TableProblem("matching-unmapped", row.target, sentence)


def _unreadable(rows: Sequence[AttributeMapping]) -> Iterator[TableProblem]:
    for row in rows:
        if row.kind is not MappingKind.FUNCTION or row.source in DEFAULT_EXPRESSIONS:
            continue
        error = expression_of(row.source)
        if isinstance(error, ExpressionError):
            yield TableProblem(
                "expression", row.target, f"{row.target}: {error}", error.position, error.expected, error.nearest
            )


def _unknown(rows: Sequence[AttributeMapping], known: Collection[str]) -> Iterator[TableProblem]:
    for row in rows:
        if row.source in DEFAULT_EXPRESSIONS:  # they read what everybody has, and need no grammar to say so
            continue
        missing = [name for name in sources_of(row) if name not in known and entra_name(name) not in known]
        if not missing:
            continue
        named = (
            f"no attribute {' and no attribute '.join(missing)}" if all(missing) else "no attribute without a name"
        )
        it = "it" if len(missing) == 1 else "them"
        yield TableProblem(
            "unknown-source",
            row.target,
            f"The directory has {named}: choose another for {row.target}, or give the file a column for {it}.",
        )
