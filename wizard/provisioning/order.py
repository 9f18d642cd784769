"""Which operation waits for which: a graph without cycles, and the order it is shown in."""

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Literal

from wizard.aws.interface import ObjectKind
from wizard.errors import Message
from wizard.provisioning.operations import (
    AddMembers,
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    Operation,
    RemoveMembers,
    UpdateGroup,
    UpdateUser,
)
from wizard.scim.resource import MANAGER, Planned, Resource, Value, folded

TEMPORARY = "moving-"
"""Put before a value that two objects exchange, while the other one takes it over."""

Key = tuple[ObjectKind, str, str]


@dataclass(frozen=True, slots=True)
class Wait:
    """One operation waits for another."""

    on: int
    """Place of the other in the plan."""
    why: Literal["reference", "value", "object"]
    """reference: it names what the other creates (soft: it goes without). value: the other frees a name, an e-mail
    address or an external id that this one takes. object: the other is an earlier step of the same object."""


def waits(operations: Sequence[Operation]) -> tuple[tuple[Wait, ...], ...]:
    """For each operation, what it waits for."""
    creations = {
        subject(op): place for place, op in enumerate(operations) if isinstance(op, CreateUser | CreateGroup)
    }
    freed = {key: place for place, op in enumerate(operations) for key in _frees(op)}
    latest: dict[tuple[ObjectKind, str], int] = {}
    graph = []
    for place, op in enumerate(operations):
        found = [Wait(creations[ref], "reference") for ref in _references(op) if ref in creations]
        if freed:
            found += [Wait(freed[key], "value") for key in _takes(op) if freed.get(key, place) != place]
        if isinstance(op, CreateUser | UpdateUser | CreateGroup | UpdateGroup):
            if subject(op) in latest:
                found.append(Wait(latest[subject(op)], "object"))
            latest[subject(op)] = place
        graph.append(tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found))
    return tuple(graph)


def ordered(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations so that each stands behind what it waits for; cycles are broken by a step of their own."""
    operations = list(operations)
    while True:
        graph = waits(operations)
        order = _order(graph)
        if len(order) == len(operations):
            return tuple(operations[place] for place in order)
        place, steps = _broken(operations, graph, _cycle(graph))
        operations = [*operations[:place], *steps, *operations[place + 1 :]]


def _order(graph: Sequence[Collection[Wait]]) -> list[int]:
    """Places, each behind what it waits for and else as they come; without those in a cycle or behind one."""
    followers: dict[int, list[int]] = {}
    missing = []
    for place, found in enumerate(graph):
        on = {wait.on for wait in found} if found else ()
        missing.append(len(on))
        for other in on:
            followers.setdefault(other, []).append(place)
    ready = [place for place, count in enumerate(missing) if not count]  # in order, so a heap already
    order = []
    while ready:
        place = heapq.heappop(ready)
        order.append(place)
        for follower in followers.get(place, ()):
            missing[follower] -= 1
            if not missing[follower]:
                heapq.heappush(ready, follower)
    return order


def _cycle(graph: Sequence[Collection[Wait]]) -> list[int]:
    """One that there is: each is waited for by the next; the first is the last again."""
    try:
        TopologicalSorter({place: {wait.on for wait in found} for place, found in enumerate(graph)}).prepare()
    except CycleError as error:
        return list(error.args[1])
    raise AssertionError("what cannot be ordered has a cycle")


def _broken(
    operations: Sequence[Operation], graph: Sequence[Collection[Wait]], cycle: Sequence[int]
) -> tuple[int, tuple[Operation, Operation]]:
    """The place to break a cycle at, and the two steps its operation becomes.

    Somebody is made (or changed) without the manager first, who follows; where names are exchanged, one of them
    takes a temporary value first.
    """
    for before, after in pairwise(cycle):
        op = operations[after]
        if isinstance(op, CreateUser | UpdateUser) and Wait(before, "reference") in graph[after]:
            return after, _manager_later(op)
    for before, after in pairwise(cycle):
        op = operations[before]
        if isinstance(op, UpdateUser | UpdateGroup) and Wait(before, "value") in graph[after]:
            return before, _by_way_of(op)
    raise AssertionError("a cycle has an edge that can be broken")


def _manager_later(op: CreateUser | UpdateUser) -> tuple[Operation, Operation]:
    reference = {MANAGER: op.after[MANAGER]}
    rest = {path: value for path, value in op.after.items() if path != MANAGER}
    why = Message("manager-written-later")
    if isinstance(op, CreateUser):
        return replace(op, after=rest), UpdateUser(op.source_id, op.label, "", {}, reference, why)
    stands = {path: value for path, value in op.before.items() if path == MANAGER}
    before = {path: value for path, value in op.before.items() if path != MANAGER}
    later = UpdateUser(op.source_id, op.label, op.id, stands, reference, why)
    return replace(op, before=before, after=rest), later


def _by_way_of(op: UpdateUser | UpdateGroup) -> tuple[Operation, Operation]:
    paths = [path for _, path, _ in _frees(op)]
    before = {path: op.before[path] for path in paths}
    between = {path: TEMPORARY + str(op.before[path])[:100] for path in paths}
    first = replace(op, before=before, after=between, why=Message("makes-room"))
    return first, replace(op, before={**op.before, **between})


def subject(op: Operation) -> tuple[ObjectKind, str]:
    """Kind and source id of the person or group an operation is about."""
    return (
        "user" if isinstance(op, CreateUser | UpdateUser | DisableUser | DeleteUser) else "group"
    ), op.source_id


def _references(op: Operation) -> Iterator[tuple[ObjectKind, str]]:
    if isinstance(op, CreateUser | UpdateUser):
        manager = op.after.get(MANAGER)
        if isinstance(manager, Planned):
            yield "user", manager.source_id
    elif isinstance(op, CreateGroup | AddMembers | RemoveMembers):
        for member in op.members:
            if isinstance(member, Planned):
                yield "user", member.source_id
        if not isinstance(op, CreateGroup) and isinstance(op.group, Planned):
            yield "group", op.group.source_id


def _frees(op: Operation) -> Iterator[Key]:
    if isinstance(op, UpdateUser | UpdateGroup | DeleteUser | DeleteGroup):
        after: Resource = op.after if isinstance(op, UpdateUser | UpdateGroup) else {}
        kind, _ = subject(op)
        for path, value in op.before.items():
            if _binding(kind, path, value) and folded(value) != folded(after.get(path)):
                yield kind, path, folded(value)


def _takes(op: Operation) -> Iterator[Key]:
    if isinstance(op, CreateUser | UpdateUser | CreateGroup | UpdateGroup):
        before: Resource = op.before if isinstance(op, UpdateUser | UpdateGroup) else {}
        kind, _ = subject(op)
        for path, value in op.after.items():
            if _binding(kind, path, value) and folded(value) != folded(before.get(path)):
                yield kind, path, folded(value)


def _binding(kind: ObjectKind, path: str, value: Value) -> bool:
    # Generous on purpose: waiting where it was not needed costs a moment, a taken name costs a person. Nobody waits
    # for a temporary value: it is the same object's own.
    unique = path == "externalId" or (
        path == "displayName" if kind == "group" else path == "userName" or "emails" in path
    )
    return unique and isinstance(value, str) and not value.startswith(TEMPORARY)
