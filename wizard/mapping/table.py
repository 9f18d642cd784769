"""What keeps a mapping table from being used, row by row, as sentences."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.mapping.resources import COMPUTED_GROUP_SOURCES, COMPUTED_USER_SOURCES

Code = Literal[
    "required-unmapped", "twice", "no-matching", "matching-unmapped", "not-filterable", "unknown-source"
]

ENTRA_SOURCES = frozenset(
    {
        "userPrincipalName",
        "displayName",
        "givenName",
        "surname",
        "mail",
        "jobTitle",
        "department",
        "employeeId",
        "companyName",
        "division",
        "costCenter",
        "city",
        "state",
        "postalCode",
        "country",
        "streetAddress",
        "physicalDeliveryOfficeName",
        "telephoneNumber",
        "mobile",
        "facsimileTelephoneNumber",
        "preferredLanguage",
        "usageLocation",
        "manager",
        "proxyAddresses",
        "otherMails",
        "originalUserPrincipalName",
    }
)
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


def table_problems(
    rows: Sequence[AttributeMapping], attributes: Sequence[TargetAttribute], known: Collection[str] | None
) -> tuple[TableProblem, ...]:
    """Everything to put right in one table.

    `attributes` are the target's own; `known` the names of the directory's attributes, None where no directory
    was read yet. A source that Entra knows but this directory lacks is no problem: nothing flows.
    """
    required = [attribute.path for attribute in attributes if attribute.required]
    filterable = [attribute.path for attribute in attributes if attribute.filterable]
    problems = [*_required(rows, required), *_twice(rows), *_matching(rows, filterable)]
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
    for target, times in Counter(row.target for row in rows).items():
        if times > 1:
            yield TableProblem("twice", target, f"{target} is mapped {times} times: keep one of the rows.")


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


def _unknown(rows: Sequence[AttributeMapping], known: Collection[str]) -> Iterator[TableProblem]:
    for row in rows:
        if row.kind is MappingKind.ATTRIBUTE and row.source not in known:
            named = f"no attribute {row.source}" if row.source else "no attribute without a name"
            yield TableProblem(
                "unknown-source", row.target, f"The directory has {named}: choose another for {row.target}."
            )
