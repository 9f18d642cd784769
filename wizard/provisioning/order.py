"""Order of changes: which waits for which, as a graph without cycles."""

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Literal

from wizard.aws.interface import ObjectKind
from wizard.errors import Message
from wizard.names import name_key
from wizard.provisioning.change import Action, Change
from wizard.scim.resource import MANAGER, Planned, Resource, Value

TEMPORARY = "moving-"
"""Prefix of a value that two objects exchange, until the other one has taken it."""

Key = tuple[ObjectKind, str, str]


@dataclass(frozen=True, slots=True)
class Wait:
    """One change waits for another."""

    on: int
    """Index of the other in the plan."""
    why: Literal["reference", "value", "object"]
    """reference: it names what the other creates (soft: it goes without). value: the other frees a name, an e-mail
    address or an external id that this one takes. object: the other is an earlier step of the same object."""


def waits(changes: Sequence[Change]) -> tuple[tuple[Wait, ...], ...]:
    """For each change, what it waits for."""
    creations = {change.key: index for index, change in enumerate(changes) if change.action is Action.CREATE}
    freed = {key: index for index, change in enumerate(changes) for key in _frees(change)}
    latest: dict[tuple[ObjectKind, str], int] = {}
    graph = []
    for index, change in enumerate(changes):
        found = [Wait(creations[ref], "reference") for ref in _references(change) if ref in creations]
        if freed:
            found += [Wait(freed[key], "value") for key in _takes(change) if freed.get(key, index) != index]
        if change.action in (Action.CREATE, Action.UPDATE):
            if change.key in latest:
                found.append(Wait(latest[change.key], "object"))
            latest[change.key] = index
        graph.append(tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found))
    return tuple(graph)


def ordered(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes, each after those it waits for; cycles are broken by an additional step."""
    changes = list(changes)
    while True:
        graph = waits(changes)
        order = _order(graph)
        if len(order) == len(changes):
            return tuple(changes[index] for index in order)
        index, steps = _break_cycle(changes, graph, _cycle(graph))
        changes = [*changes[:index], *steps, *changes[index + 1 :]]


def _order(graph: Sequence[Collection[Wait]]) -> list[int]:
    """Indexes, each after those it waits for, otherwise in their order; without those in or after a cycle."""
    followers: dict[int, list[int]] = {}
    missing = []
    for index, found in enumerate(graph):
        on = {wait.on for wait in found} if found else ()
        missing.append(len(on))
        for other in on:
            followers.setdefault(other, []).append(index)
    ready = [index for index, count in enumerate(missing) if not count]  # in order, so a heap already
    order = []
    while ready:
        index = heapq.heappop(ready)
        order.append(index)
        for follower in followers.get(index, ()):
            missing[follower] -= 1
            if not missing[follower]:
                heapq.heappush(ready, follower)
    return order


def _cycle(graph: Sequence[Collection[Wait]]) -> list[int]:
    """A cycle: the next one waits for each; the first is also the last."""
    try:
        TopologicalSorter({index: {wait.on for wait in found} for index, found in enumerate(graph)}).prepare()
    except CycleError as error:
        return list(error.args[1])
    raise AssertionError("what cannot be ordered has a cycle")


def _break_cycle(
    changes: Sequence[Change], graph: Sequence[Collection[Wait]], cycle: Sequence[int]
) -> tuple[int, tuple[Change, Change]]:
    """The index to break a cycle at, and the two steps its change becomes.

    A person is created or changed without the manager, who is written later; where names are exchanged, one object
    takes a temporary name first.
    """
    for before, after in pairwise(cycle):
        change = changes[after]
        if change.kind == "user" and Wait(before, "reference") in graph[after]:
            return after, _manager_later(change)
    for before, after in pairwise(cycle):
        change = changes[before]
        if change.action is Action.UPDATE and Wait(before, "value") in graph[after]:
            return before, _through_temporary_name(change)
    raise AssertionError("a cycle has an edge that can be broken")


def _manager_later(change: Change) -> tuple[Change, Change]:
    reference = {MANAGER: change.after[MANAGER]}
    rest = {path: value for path, value in change.after.items() if path != MANAGER}
    stands = {path: value for path, value in change.before.items() if path == MANAGER}
    before = {path: value for path, value in change.before.items() if path != MANAGER}
    reason = Message("manager-written-later")
    later = replace(change, action=Action.UPDATE, before=stands, after=reference, match="", reason=reason)
    return replace(change, before=before, after=rest), later


def _through_temporary_name(change: Change) -> tuple[Change, Change]:
    paths = [path for _, path, _ in _frees(change)]
    before = {path: change.before[path] for path in paths}
    between = {path: TEMPORARY + str(change.before[path])[:100] for path in paths}
    first = replace(change, before=before, after=between, reason=Message("makes-room"))
    return first, replace(change, before={**change.before, **between})


def _references(change: Change) -> Iterator[tuple[ObjectKind, str]]:
    if isinstance(manager := change.after.get(MANAGER), Planned):
        yield "user", manager.source_id
    for member in change.members:
        if isinstance(member, Planned):
            yield "user", member.source_id
    if change.is_membership and not change.target_id:
        yield change.key


def _frees(change: Change) -> Iterator[Key]:
    return _given_up(change.kind, change.before, change.after)


def _takes(change: Change) -> Iterator[Key]:
    return _given_up(change.kind, change.after, change.before)


def _given_up(kind: ObjectKind, one: Resource, other: Resource) -> Iterator[Key]:
    for path, value in one.items():
        if _binding(kind, path, value) and name_key(value) != name_key(other.get(path)):
            yield kind, path, name_key(value)


def _binding(kind: ObjectKind, path: str, value: Value) -> bool:
    # Conservative: an unnecessary wait costs a moment, a taken name fails a person. Temporary values belong to the same
    # object and are never waited for.
    unique = path == "externalId" or (
        path == "displayName" if kind == "group" else path == "userName" or "emails" in path
    )
    return unique and isinstance(value, str) and not value.startswith(TEMPORARY)
