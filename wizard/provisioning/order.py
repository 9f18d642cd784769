"""Order of changes: which waits for which, and the steps that carry a plan out.

Most changes are one step. Where changes wait for each other in a circle, some of them become several: objects that
exchange names go through a temporary one, and a manager is written once both people exist.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from wizard.aws.interface import ObjectKind
from wizard.aws.schema import may_be_unique
from wizard.names import name_key
from wizard.provisioning.change import Action, Change
from wizard.scim.resource import MANAGER, Planned, Resource

TEMPORARY = "moving-"
"""Prefix of a value that objects exchange, until the other one has taken it."""

UniqueValue = tuple[ObjectKind, str, str]
"""(kind, attribute path, value as `name_key`)."""
Part = Literal["whole", "room", "names", "manager", "settle"]


@dataclass(frozen=True, slots=True)
class Wait:
    """One change or step waits for another."""

    on: int
    """Index of the other."""
    why: Literal["reference", "value", "object", "exchange"]
    """reference: it names what the other creates (soft: it goes without). value: the other frees a name, an e-mail
    address or an external id that this one takes. object: the other is an earlier step of the same change. exchange: a
    step that settles an exchange waits for those who take part (soft)."""


@dataclass(frozen=True, slots=True)
class Step:
    """The part of a change that is sent first: all of it, or less."""

    place: int
    """Of its change in the plan."""
    change: Change
    """The change, with before and after of this step only."""
    part: Part = "whole"
    """room: names are given up for temporary ones, everything else is written. names: the new names are taken.
    manager: the manager is written. settle: nothing is sent, unless an exchange was refused in part and is undone."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The steps of a plan, and for each what it waits for: a graph without cycles."""

    steps: tuple[Step, ...]
    waits: tuple[tuple[Wait, ...], ...]
    parts: Mapping[int, tuple[int, ...]]
    """Place of a change that has several steps, or takes part in an exchange -> its steps."""
    exchanges: Mapping[int, tuple[int, ...]]
    """Step that settles an exchange -> places of the changes that take part."""


# What waits for what


def waits(changes: Sequence[Change]) -> tuple[tuple[Wait, ...], ...]:
    """For each change, which others it waits for; may have circles."""
    creations = {change.key: place for place, change in enumerate(changes) if change.action is Action.CREATE}
    freed = _freed(changes)
    graph = []
    for place, change in enumerate(changes):
        found = [Wait(creations[ref], "reference") for ref in _references(change) if ref in creations]
        if freed:
            found += [Wait(freed[key], "value") for key in _takes(change) if freed.get(key, place) != place]
        graph.append(tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found))
    return tuple(graph)


def _freed(changes: Sequence[Change]) -> Mapping[UniqueValue, int]:
    return {key: place for place, change in enumerate(changes) for key in _frees(change)}


def _references(change: Change) -> Iterator[tuple[ObjectKind, str]]:
    if isinstance(manager := change.after.get(MANAGER), Planned):
        yield "user", manager.source_id
    for member in change.members:
        if isinstance(member, Planned):
            yield "user", member.source_id
    if change.is_membership and not change.target_id:
        yield change.key


def _frees(change: Change) -> Iterator[UniqueValue]:
    return _only_in(change.kind, change.before, change.after)


def _takes(change: Change) -> Iterator[UniqueValue]:
    return _only_in(change.kind, change.after, change.before)


def _only_in(kind: ObjectKind, one: Resource, other: Resource) -> Iterator[UniqueValue]:
    for path, value in one.items():
        if may_be_unique(kind, path) and isinstance(value, str) and name_key(value) != name_key(other.get(path)):
            yield kind, path, name_key(value)


# Steps


def schedule(changes: Sequence[Change]) -> Schedule:
    """The steps of these changes; circles are broken in time linear in the number of changes."""
    graph = waits(changes)
    tangled = _tangled(graph)
    if not tangled:
        steps = tuple(Step(place, change) for place, change in enumerate(changes))
        return Schedule(steps, graph, {}, {})
    return _Untangled(changes, graph, tangled).schedule()


def undoing(change: Change) -> Change:
    """The change that gives back the names which this step gave up or took."""
    bound = {path for _, path, _ in (*_frees(change), *_takes(change))}
    paths = _with_items(bound, (*change.before, *change.after))
    return replace(
        change,
        action=Action.UPDATE,
        before={path: change.after[path] for path in paths if path in change.after},
        after={path: change.before[path] for path in paths if path in change.before},
    )


class _Untangled:
    """Changes of which some wait for each other in a circle."""

    def __init__(
        self, changes: Sequence[Change], graph: Sequence[tuple[Wait, ...]], tangled: Sequence[int]
    ) -> None:
        self._changes, self._graph, self._tangled = changes, graph, frozenset(tangled)
        self._freed = _freed(changes)
        exchanges = [c for c in _components(tangled, lambda place: self._on(place, "value")) if len(c) > 1]
        self._exchange = {place: exchange for exchange in exchanges for place in exchange}
        """Place -> places of those who exchange names, itself among them."""
        self._through_room = {place for exchange in exchanges for place in self._breakers(exchange)}
        self._later = self._managers_later()
        self._steps: list[Step] = []
        self._parts: dict[int, dict[Part, int]] = {}
        self._settled_by: dict[int, int] = {}
        """Place -> the step that settles its exchange."""

    def schedule(self) -> Schedule:
        for place in range(len(self._changes)):
            if place not in self._parts:
                self._add(place)
        waiting: list[list[Wait]] = [[] for _ in self._steps]
        for place in range(len(self._changes)):
            self._connect(place, waiting)
        for place, step in self._settled_by.items():
            taking_part = (index for part, index in self._parts[place].items() if part != "manager")
            waiting[step] += [Wait(index, "exchange") for index in taking_part]
        parts = {
            place: tuple(found.values())
            for place, found in self._parts.items()
            if len(found) > 1 or place in self._exchange
        }
        exchanges = {step: self._exchange[place] for place, step in self._settled_by.items()}
        return Schedule(
            tuple(self._steps), tuple(tuple(dict.fromkeys(found)) for found in waiting), parts, exchanges
        )

    def _on(self, place: int, why: str = "") -> Iterator[int]:
        for wait in self._graph[place]:
            if wait.on in self._tangled and why in ("", wait.why):
                yield wait.on

    def _breakers(self, exchange: Sequence[int]) -> set[int]:
        """Who goes through a temporary name, so that no circle of names is left: where a search closes a circle."""
        inside, path, done, breakers = frozenset(exchange), {exchange[0]}, set[int](), set[int]()
        search = [(exchange[0], self._on(exchange[0], "value"))]  # from one of them, all are reached
        while search:
            place, others = search[-1]
            following = next((one for one in others if one in inside and one not in done), None)
            if following is None:
                search.pop()
                path.discard(place)
                done.add(place)
            elif following in path:
                breakers.add(following)
            else:
                path.add(following)
                search.append((following, self._on(following, "value")))
        return breakers

    def _managers_later(self) -> set[int]:
        """Whose manager is written in a step of its own. Those who exchange names count as one: they end together."""
        heads = {place: self._exchange.get(place, (place,))[0] for place in self._tangled}
        references: dict[int, set[int]] = {head: set() for head in heads.values()}
        values: dict[int, set[int]] = {head: set() for head in heads.values()}
        for place, head in heads.items():
            references[head] |= {heads[other] for other in self._on(place, "reference")}
            values[head] |= {heads[other] for other in self._on(place, "value")} - {head}
        later: set[int] = set()
        for circle in _components(sorted(references), lambda head: references[head] | values[head]):
            inside = frozenset(circle)
            cut = _cut(
                {head: values[head] & inside for head in circle}, {h: references[h] & inside for h in circle}
            )
            members = (place for head in cut for place in self._exchange.get(head, (head,)))
            later |= {p for p in members if any(heads[other] in inside for other in self._on(p, "reference"))}
        return later

    def _add(self, place: int) -> None:
        """Add the steps of a change; those who exchange names stand together, so that no temporary one stays long."""
        exchange = self._exchange.get(place, (place,))
        for one in exchange:
            self._parts[one] = {}
            for part, change in self._divided(one):
                self._parts[one][part] = len(self._steps)
                self._steps.append(Step(one, change, part))
        if place in self._exchange:
            self._settled_by |= dict.fromkeys(exchange, len(self._steps))
            self._steps.append(Step(place, self._changes[place], "settle"))

    def _divided(self, place: int) -> Iterator[tuple[Part, Change]]:
        change = self._changes[place]
        manager: Change | None = None
        if place in self._later:
            change, manager = _manager_later(change)
        if place in self._through_room:
            exchange = frozenset(self._exchange[place])
            taken = [
                path for kind, path, name in _takes(change) if self._freed.get((kind, path, name)) in exchange
            ]
            room, names = _through_temporary_name(change, taken)
            yield "room", room
            yield "names", names
        else:
            yield "whole", change
        if manager is not None:
            yield "manager", manager

    def _first(self, place: int) -> int:
        return next(iter(self._parts[place].values()))

    def _connect(self, place: int, waiting: Sequence[list[Wait]]) -> None:
        parts, exchange = self._parts[place], self._exchange.get(place)
        first = self._first(place)
        for wait in self._graph[place]:
            on = Wait(self._first(wait.on), wait.why)
            if wait.why == "reference":
                waiting[parts.get("manager", first)].append(on)
            elif exchange is not None and wait.on in self._exchange and self._exchange[wait.on] is exchange:
                waiting[parts.get("names", first)].append(on)
            else:
                waiting[first].append(on)
                if wait.on in self._settled_by:  # as long as it is not settled, the name may have to be given back
                    waiting[first].append(Wait(self._settled_by[wait.on], "value"))
        for part in ("names", "manager"):
            if part in parts:
                waiting[parts[part]].append(Wait(first, "object"))


def _manager_later(change: Change) -> tuple[Change, Change]:
    manager = {path: value for path, value in change.before.items() if path == MANAGER}
    first = replace(
        change,
        before={path: value for path, value in change.before.items() if path != MANAGER},
        after={path: value for path, value in change.after.items() if path != MANAGER},
    )
    reference = {MANAGER: change.after[MANAGER]}
    return first, replace(change, action=Action.UPDATE, before=manager, after=reference, match="")


def _through_temporary_name(change: Change, taken: Collection[str]) -> tuple[Change, Change]:
    """Everything but the names that are taken from others in the exchange, and then these names."""
    paths = _with_items(taken, (*change.before, *change.after))
    between = {path: change.before[path] for path in paths if path in change.before}
    between |= {path: TEMPORARY + str(between[path])[:100] for path in taken if path in between}
    rest = {path: value for path, value in change.after.items() if path not in paths}
    room = replace(change, after=rest | {p: between[p] for p in paths if p in between})
    wanted = {path: change.after[path] for path in paths if path in change.after}
    return room, replace(change, before=between, after=wanted, match="")


def _with_items(paths: Collection[str], among: Iterable[str]) -> tuple[str, ...]:
    """These paths, and the other parts of their list items: an item is written whole."""
    items = {path.partition("]")[0] for path in paths if "[" in path}
    return tuple(dict.fromkeys(path for path in among if path in paths or path.partition("]")[0] in items))


# Graphs


def _tangled(graph: Sequence[Collection[Wait]]) -> tuple[int, ...]:
    """Places of changes in a circle or after one; ascending."""
    followers: dict[int, list[int]] = {}
    missing = []
    for place, found in enumerate(graph):
        on = {wait.on for wait in found} if found else ()
        missing.append(len(on))
        for other in on:
            followers.setdefault(other, []).append(place)
    ready = [place for place, count in enumerate(missing) if not count]
    while ready:
        for follower in followers.get(ready.pop(), ()):
            missing[follower] -= 1
            if not missing[follower]:
                ready.append(follower)
    return tuple(place for place, count in enumerate(missing) if count)


def _components(nodes: Sequence[int], on: Callable[[int], Iterable[int]]) -> list[tuple[int, ...]]:
    """Strongly connected components, each ascending (Tarjan 1972, without recursion)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: dict[int, None] = {}
    found = []
    for root in nodes:
        search = [] if root in number else [(root, iter(on(root)))]
        while search:
            node, others = search[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                stack[node] = None
            following = next((one for one in others if one not in number or one in stack), None)
            if following is None:
                search.pop()
                if search:
                    before = search[-1][0]
                    low[before] = min(low[before], low[node])
                if low[node] == number[node]:
                    found.append(_popped(stack, node))
            elif following in number:
                low[node] = min(low[node], number[following])
            else:
                search.append((following, iter(on(following))))
    return found


def _popped(stack: dict[int, None], until: int) -> tuple[int, ...]:
    component = []
    while until in stack:
        component.append(stack.popitem()[0])
    return tuple(sorted(component))


def _cut(values: Mapping[int, Set[int]], references: Mapping[int, Set[int]]) -> set[int]:
    """Nodes whose references must be cut so that no circle is left; `values` alone have none."""
    open_values = {node: set(on) for node, on in values.items()}
    open_references = {node: set(on) for node, on in references.items()}
    followers: dict[int, list[int]] = {node: [] for node in values}
    for graph in (values, references):
        for node, on in graph.items():
            for other in on:
                followers[other].append(node)
    free = sorted(node for node, on in open_values.items() if not on)
    ready = [node for node in free if not open_references[node]]
    cut: set[int] = set()
    done: set[int] = set()
    while ready or free:
        node = heapq.heappop(ready or free)
        if node in done:
            continue
        done.add(node)
        if open_references[node]:
            cut.add(node)
        for follower in followers[node]:
            open_values[follower].discard(node)
            open_references[follower].discard(node)
            if follower not in done and not open_values[follower]:
                heapq.heappush(free if open_references[follower] else ready, follower)
    return cut
