"""One row of a mapping table over the whole directory: its value for everyone, and what the target would refuse.

What the target takes and refuses is passed in as `Rules`: this package does not know the target.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from wizard.directory import DirectoryGroup, DirectoryUser, ObjectKind
from wizard.errors import Message, WizardError
from wizard.mapping.resources import Column
from wizard.mapping.source_values import SourceValue, group_value, user_value
from wizard.names import name_key
from wizard.scim.resource import Resource, Value

if TYPE_CHECKING:
    from wizard.mapping.expression.expression import Context

DUPLICATE = "duplicate-value"


class Adapted(Protocol):
    """A resource as the target takes it."""

    @property
    def resource(self) -> Resource:
        """Its values, path by path."""


class Violation(Protocol):
    """One rule of the target that a value breaks."""

    @property
    def rule(self) -> str:
        """Its code."""

    @property
    def message(self) -> Message:
        """What the target would refuse, and what to do."""


class Rules(Protocol):
    """What the target takes and refuses, value by value."""

    def adapt(self, kind: ObjectKind, resource: Resource) -> Adapted:
        """Return the resource as the target takes it."""

    def value_violations(self, kind: ObjectKind, path: str, value: Value | None) -> Sequence[Violation]:
        """Return the rules that one value breaks, without other values."""

    def required(self, kind: ObjectKind) -> Sequence[str]:
        """Return the attributes without which the target refuses an object."""

    def unique_keys(self, kind: ObjectKind, resource: Resource) -> Sequence[tuple[str, str]]:
        """Return (path, folded value) of each value that must be unique."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person or group in scope, with its source values."""

    id: str
    label: str
    source: SourceValue


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that some people or groups break with one attribute."""

    rule: str
    path: str
    message: Message
    """About the first of them."""
    members: tuple[int, ...]
    """Their indexes among the members."""


@dataclass(frozen=True, slots=True)
class RowValues:
    """What one row gives for everyone."""

    values: tuple[Value | None, ...]
    """As the target would take them, one for each member."""
    breaches: tuple[Breach, ...]


def members_of(objects: Sequence[DirectoryUser] | Sequence[DirectoryGroup]) -> tuple[Member, ...]:
    """Return people or groups with their source values."""
    return tuple(
        Member(one.id, one.label, partial(user_value, one))
        if isinstance(one, DirectoryUser)
        else Member(one.id, one.label, partial(group_value, one))
        for one in objects
    )


def row_values(
    kind: ObjectKind, column: Column, members: Iterable[Member], rules: Rules, context: "Context | None"
) -> RowValues:
    """Evaluate one row for everyone and check the values; equal values are checked once."""
    path = column.mapping.target
    checked: dict[Value | None, tuple[Value | None, Sequence[Violation]]] = {}
    values: list[Value | None] = []
    broken: dict[str, tuple[Message, list[int]]] = {}
    labels: list[str] = []
    for index, member in enumerate(members):
        labels.append(member.label)
        try:
            raw = column.value(member.source, context)
        except WizardError as error:
            values.append(None)
            _add(broken, "expression", error.message, index)
            continue
        result = checked.get(raw)
        if result is None:
            result = checked[raw] = check_value(kind, path, raw, rules)
        values.append(result[0])
        for violation in result[1]:
            _add(broken, violation.rule, violation.message, index)
    breaches = [Breach(rule, path, message, tuple(indexes)) for rule, (message, indexes) in broken.items()]
    return RowValues(tuple(values), (*breaches, *_duplicates(kind, path, values, labels, rules)))


def check_value(
    kind: ObjectKind, path: str, raw: Value | None, rules: Rules
) -> tuple[Value | None, Sequence[Violation]]:
    """Return one value as the target takes it, and the rules it breaks."""
    value = None if raw is None else rules.adapt(kind, {path: raw}).resource.get(path)
    return value, rules.value_violations(kind, path, value)


def several_item_breaches(rows: Mapping[str, RowValues]) -> tuple[Breach, ...]:
    """Return who would have two items in one list, as a work and a mobile phone: the target takes one.

    `rows` maps each target path to its values.
    """
    lists: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in rows:
        attribute, bracket, rest = path.partition("[")
        if bracket:
            lists[attribute][rest.partition("]")[0]].append(path)
    breaches = []
    for attribute, types in lists.items():
        if len(types) < 2:
            continue
        per_type = [[rows[path].values for path in paths] for paths in types.values()]
        indexes = tuple(
            index
            for index in range(len(per_type[0][0]))
            if sum(any(values[index] is not None for values in columns) for columns in per_type) > 1
        )
        if indexes:
            message = Message("several-list-items", attribute=attribute, count=len(types))
            breaches.append(Breach("more-than-one-value", attribute, message, indexes))
    return tuple(breaches)


def _add(broken: dict[str, tuple[Message, list[int]]], rule: str, message: Message, index: int) -> None:
    indexes = broken.setdefault(rule, (message, []))[1]
    if not indexes or indexes[-1] != index:
        indexes.append(index)


def _duplicates(
    kind: ObjectKind, path: str, values: Sequence[Value | None], labels: Sequence[str], rules: Rules
) -> tuple[Breach, ...]:
    if not rules.unique_keys(kind, {path: "x"}):
        return ()
    owners: dict[str, list[int]] = defaultdict(list)
    for index, value in enumerate(values):
        if isinstance(value, str):
            owners[name_key(value)].append(index)
    shared = [indexes for indexes in owners.values() if len(indexes) > 1]
    if not shared:
        return ()
    first, second = shared[0][:2]
    message = Message(
        "values-equal-in-directory",
        names=(labels[first], labels[second]),
        path=path,
        value=str(values[first]),  # str(): a redacted value stays redacted
    )
    return (Breach(DUPLICATE, path, message, tuple(sorted(index for indexes in shared for index in indexes))),)
