"""One target attribute over the whole directory: what a row gives for everyone, and what AWS would refuse of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from wizard.aws.interface import Adapted, ObjectKind, Violation
from wizard.directory import DirectoryGroup, DirectoryUser
from wizard.errors import WizardError
from wizard.mapping.feeds import SourceValue
from wizard.mapping.resources import Column, group_value, user_value
from wizard.scim.resource import Resource, Value

if TYPE_CHECKING:
    from wizard.mapping.expression.expression import Context

DUPLICATE = "duplicate-value"


class Rules(Protocol):
    """What the target takes and refuses, value by value."""

    def adapt(self, kind: ObjectKind, resource: Resource) -> Adapted:
        """What it takes of a resource."""

    def value_violations(self, kind: ObjectKind, path: str, value: Value | None) -> tuple[Violation, ...]:
        """The rules one value breaks by itself."""

    def required(self, kind: ObjectKind) -> tuple[str, ...]:
        """Attributes without which it takes nobody."""

    def unique_keys(self, kind: ObjectKind, resource: Resource) -> tuple[tuple[str, str], ...]:
        """(path, folded value) of what must be unique."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person or group in scope, ready to be asked."""

    id: str
    label: str
    source: SourceValue


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that some of the directory break with one attribute."""

    rule: str
    path: str
    sentence: str
    """About the first of them."""
    members: tuple[int, ...]
    """Their places among the members."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A row, run over everyone."""

    values: tuple[Value | None, ...]
    """As the target would take them, one for each member."""
    breaches: tuple[Breach, ...]


def members_of(objects: Sequence[DirectoryUser] | Sequence[DirectoryGroup]) -> tuple[Member, ...]:
    """People or groups, ready to be asked."""
    return tuple(
        Member(one.id, one.label, partial(user_value, one))
        if isinstance(one, DirectoryUser)
        else Member(one.id, one.label, partial(group_value, one))
        for one in objects
    )


def filled(
    kind: ObjectKind, column: Column, members: Iterable[Member], rules: Rules, context: "Context | None"
) -> Filled:
    """Run one row over everyone; values that repeat are judged once."""
    path = column.mapping.target
    judged: dict[Value | None, tuple[Value | None, tuple[Violation, ...]]] = {}
    values: list[Value | None] = []
    found: dict[str, tuple[str, list[int]]] = {}
    labels: list[str] = []
    for place, member in enumerate(members):
        labels.append(member.label)
        try:
            raw = column.value(member.source, context)
        except WizardError as error:
            values.append(None)
            _note(found, "expression", str(error), place)
            continue
        known = judged.get(raw)
        if known is None:
            known = judged[raw] = judge(kind, path, raw, rules)
        values.append(known[0])
        for violation in known[1]:
            _note(found, violation.rule, violation.sentence, place)
    breaches = [Breach(rule, path, sentence, tuple(places)) for rule, (sentence, places) in found.items()]
    return Filled(tuple(values), (*breaches, *_duplicates(kind, path, values, labels, rules)))


def judge(
    kind: ObjectKind, path: str, raw: Value | None, rules: Rules
) -> tuple[Value | None, tuple[Violation, ...]]:
    """One value as the target takes it, and the rules it breaks."""
    value = None if raw is None else rules.adapt(kind, {path: raw}).resource.get(path)
    return value, rules.value_violations(kind, path, value)


def one_item_breaches(filled_columns: Mapping[str, Filled]) -> tuple[Breach, ...]:
    """Whoever would have two items in a list of which AWS takes one, as a phone of type work and one of type mobile."""
    lists: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in filled_columns:
        attribute, bracket, rest = path.partition("[")
        if bracket:
            lists[attribute][rest.partition("]")[0]].append(path)
    breaches = []
    for attribute, types in lists.items():
        if len(types) < 2:
            continue
        per_type = [[filled_columns[path].values for path in paths] for paths in types.values()]
        places = tuple(
            place
            for place in range(len(per_type[0][0]))
            if sum(any(values[place] is not None for values in columns) for columns in per_type) > 1
        )
        if places:
            sentence = f"{attribute} has {len(types)} items, and AWS takes one. Keep one of the rows."
            breaches.append(Breach("more-than-one-value", attribute, sentence, places))
    return tuple(breaches)


def _note(found: dict[str, tuple[str, list[int]]], rule: str, sentence: str, place: int) -> None:
    places = found.setdefault(rule, (sentence, []))[1]
    if not places or places[-1] != place:
        places.append(place)


def _duplicates(
    kind: ObjectKind, path: str, values: Sequence[Value | None], labels: Sequence[str], rules: Rules
) -> tuple[Breach, ...]:
    if not rules.unique_keys(kind, {path: "x"}):
        return ()
    claims: dict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        if isinstance(value, str):
            claims[value.casefold()].append(place)
    shared = [places for places in claims.values() if len(places) > 1]
    if not shared:
        return ()
    first = shared[0]
    sentence = (
        f"{labels[first[0]]} and {labels[first[1]]} would have the same {path} ({values[first[0]]}), and "
        "AWS takes it only once."
    )
    return (Breach(DUPLICATE, path, sentence, tuple(sorted(place for places in shared for place in places))),)
