"""Order of operations: which waits for which, as a graph without cycles."""

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Literal

from wizard.aws.interface import ObjectKind
from wizard.errors import Message
from wizard.names import name_key
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
from wizard.scim.resource import MANAGER, Planned, Resource, Value

TEMPORARY = "moving-"
"""Prefix of a value that two objects exchange, until the other one has taken it."""

Key = tuple[ObjectKind, str, str]


@dataclass(frozen=True, slots=True)
class Wait:
    """One operation waits for another."""

    on: int
    """Index of the other in the plan."""
    why: Literal["reference", "value", "object"]
    """reference: it names what the other creates (soft: it goes without). value: the other frees a name, an e-mail
    address or an external id that this one takes. object: the other is an earlier step of the same object."""


def waits(operations: Sequence[Operation]) -> tuple[tuple[Wait, ...], ...]:
    """For each operation, what it waits for."""
    creations = {
        subject(op): index for index, op in enumerate(operations) if isinstance(op, CreateUser | CreateGroup)
    }
    freed = {key: index for index, op in enumerate(operations) for key in _frees(op)}
    latest: dict[tuple[ObjectKind, str], int] = {}
    graph = []
    for index, op in enumerate(operations):
        found = [Wait(creations[ref], "reference") for ref in _references(op) if ref in creations]
        if freed:
            found += [Wait(freed[key], "value") for key in _takes(op) if freed.get(key, index) != index]
        if isinstance(op, CreateUser | UpdateUser | CreateGroup | UpdateGroup):
            if subject(op) in latest:
                found.append(Wait(latest[subject(op)], "object"))
            latest[subject(op)] = index
        graph.append(tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found))
    return tuple(graph)


def ordered(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations, each after those it waits for; cycles are broken by an additional step."""
    operations = list(operations)
    while True:
        graph = waits(operations)
        order = _order(graph)
        if len(order) == len(operations):
            return tuple(operations[index] for index in order)
        index, steps = _break_cycle(operations, graph, _cycle(graph))
        operations = [*operations[:index], *steps, *operations[index + 1 :]]


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
    operations: Sequence[Operation], graph: Sequence[Collection[Wait]], cycle: Sequence[int]
) -> tuple[int, tuple[Operation, Operation]]:
    """The index to break a cycle at, and the two steps its operation becomes.

    A person is created or changed without the manager, who is written later; where names are exchanged, one object
    takes a temporary name first.
    """
    for before, after in pairwise(cycle):
        op = operations[after]
        if isinstance(op, CreateUser | UpdateUser) and Wait(before, "reference") in graph[after]:
            return after, _manager_later(op)
    for before, after in pairwise(cycle):
        op = operations[before]
        if isinstance(op, UpdateUser | UpdateGroup) and Wait(before, "value") in graph[after]:
            return before, _through_temporary_name(op)
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


def _through_temporary_name(op: UpdateUser | UpdateGroup) -> tuple[Operation, Operation]:
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
            if _binding(kind, path, value) and name_key(value) != name_key(after.get(path)):
                yield kind, path, name_key(value)


def _takes(op: Operation) -> Iterator[Key]:
    if isinstance(op, CreateUser | UpdateUser | CreateGroup | UpdateGroup):
        before: Resource = op.before if isinstance(op, UpdateUser | UpdateGroup) else {}
        kind, _ = subject(op)
        for path, value in op.after.items():
            if _binding(kind, path, value) and name_key(value) != name_key(before.get(path)):
                yield kind, path, name_key(value)


def _binding(kind: ObjectKind, path: str, value: Value) -> bool:
    # Conservative: an unnecessary wait costs a moment, a taken name fails a person. Temporary values belong to the same
    # object and are never waited for.
    unique = path == "externalId" or (
        path == "displayName" if kind == "group" else path == "userName" or "emails" in path
    )
    return unique and isinstance(value, str) and not value.startswith(TEMPORARY)
