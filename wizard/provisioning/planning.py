"""From both sides to the plan: operations in order, notes, concerns, and the checksum that binds them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from wizard.aws.interface import ObjectKind
from wizard.errors import Message
from wizard.mapping.resources import maps_members
from wizard.provisioning.comparison import Sides
from wizard.provisioning.diff import Managers, diff_group, diff_person
from wizard.provisioning.guard import Numbers, concerns
from wizard.provisioning.leavers import deleted, groups_leaving, leavers, people_blocked, people_leaving
from wizard.provisioning.ledger import Link
from wizard.provisioning.membership import GroupChanges, Membership, existing_group, new_group
from wizard.provisioning.notes import notes
from wizard.provisioning.only_some import Only, narrowed, some_of
from wizard.provisioning.operations import AddMembers, Operation, RemoveMembers
from wizard.provisioning.order import ordered, subject
from wizard.provisioning.plan import LeftOut, Plan, Skipped, Unchanged
from wizard.provisioning.read_aws import Members
from wizard.scim.resource import Known, Planned, Reference, Resource, Value


@dataclass(frozen=True, slots=True)
class _World:
    """Who can be referred to."""

    standing: Mapping[str, str]
    """Source id -> target id of everyone linked or matched who stands in the target."""
    references: Mapping[str, Reference]
    names: Mapping[str, str]


def plan_of(sides: Sides, members: Members, *, last_people: int, made_at: str, only: Only | None = None) -> Plan:
    """Everything a run would do, or what of it is about `only` these objects; pure."""
    world = _world(sides)
    going, gone = _leaving(sides)
    person_operations, person_warnings = _people(sides, world)
    changes = _groups(sides, world, members, deleted("user", sides.job, going, sides.moment))
    disabling = sides.job.scope.people and sides.job.mappings.users_flow.update
    blocked = people_blocked(sides.scope.blocked, sides.links.values(), sides.reading) if disabling else ()
    of_groups = [op for change in changes.values() for op in change.operations]
    operations = ordered(
        (
            *(op for op in of_groups if isinstance(op, RemoveMembers)),
            *blocked,
            *people_leaving(sides.job, sides.snapshot, going, sides.reading, sides.moment),
            *person_operations,
            *_group_updates(sides),
            *(op for op in of_groups if not isinstance(op, RemoveMembers)),
            *groups_leaving(sides.job, sides.snapshot, gone, sides.reading),
        )
    )
    if only is not None:
        operations = some_of(operations, only, {target: source for source, target in world.standing.items()})
    links, lost = _links(sides, members, world, {(link.kind, link.source_id) for link in (*going, *gone)})
    numbers = _numbers(sides, changes, last_people)
    plan = Plan(
        operations=operations,
        skipped=_skipped(sides, operations),
        rejected=sides.rejected,
        unchanged=_unchanged(sides, operations, changes, only),
        notes=notes(sides, changes, going, gone),
        concerns=concerns(operations, numbers, sides.job.policy),
        links=links,
        linked=numbers.people_linked,
        made_at=made_at,
        read_from=sides.reading.read_from,
        warnings=(*person_warnings, *_left_out(sides, changes)),
        gone=lost,
    )
    plan = plan if only is None else narrowed(plan, only, sides.links.keys(), world.names)
    return replace(plan, checksum=checksum(plan))


def checksum(plan: Plan) -> str:
    """SHA-256 over what the plan does to whom, not over how it is told."""
    told = ("label", "names", "why")
    digest = sha256()
    for place, op in enumerate(plan.operations):
        done = [type(op).__name__, [getattr(op, n) for n in op.__slots__ if n not in told]]
        digest.update(f"{', ' if place else '['}{_JSON.encode(done)}".encode())
    digest.update(b"]" if plan.operations else b"[]")
    return digest.hexdigest()


def _plain(value: object) -> object:
    match value:
        case Known():
            return {"known": value.id}
        case Planned():
            return {"planned": value.source_id}
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"a plan holds no {type(value).__name__}")


_JSON = json.JSONEncoder(sort_keys=True, default=_plain)


def _world(sides: Sides) -> _World:
    standing = {k.source_id: k.target_id for k in sides.links.values() if k.kind == "user"}
    # Who continues under a new identity stands there under that one alone.
    taken = {found.id for found in sides.pairs.values()}
    standing = {
        s: target for s, target in standing.items() if target in sides.reading.users and target not in taken
    }
    standing |= {source: found.id for source, found in sides.pairs.items()}
    references: dict[str, Reference] = {source: Known(found.id) for source, found in sides.pairs.items()}
    if sides.job.scope.people:
        new = (one.source_id for one in sides.people if one.source_id not in sides.pairs)
        references |= {source_id: Planned(source_id) for source_id in new}
    names = {link.source_id: link.label for link in sides.links.values() if link.kind == "user"}
    names |= {row.source_id: row.label for row in sides.snapshot.problems if row.source_id and row.label}
    return _World(standing, references, names | {user.id: user.label for user in sides.snapshot.users})


def _leaving(sides: Sides) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    links = sides.links.values()
    people_taken = {found.id for found in sides.pairs.values()}
    groups_taken = {found.id for found in sides.group_pairs.values()}
    job, snapshot, reading = sides.job, sides.snapshot, sides.reading
    going = leavers("user", job, snapshot, links, sides.reserved, reading)
    gone = leavers("group", job, snapshot, links, sides.reserved, reading)
    return (
        tuple(link for link in going if link.target_id not in people_taken),
        tuple(link for link in gone if link.target_id not in groups_taken),
    )


def _people(sides: Sides, world: _World) -> tuple[list[Operation], list[LeftOut]]:
    if not sides.job.scope.people:
        return [], []
    blocked: dict[str, Reference] = {
        user.id: Known(world.standing[user.id]) for user in sides.scope.blocked if user.id in world.standing
    }
    managers = Managers({**blocked, **world.references}, world.standing, world.names)
    operations: list[Operation] = []
    warnings: list[LeftOut] = []
    for one in sides.people:
        link = sides.links.get(("user", one.source_id))
        existing = sides.pairs.get(one.source_id)
        if existing is not None and not sides.job.mappings.users_flow.update:
            continue
        again = link is not None and not link.active
        operation, missing = diff_person(one, existing, sides.governed, managers, again=again)
        if operation is not None:
            operations.append(operation)
        if missing is not None:
            warnings.append(LeftOut(one.label, missing))
    return operations, warnings


def _groups(
    sides: Sides, world: _World, members: Members, deleted_people: frozenset[str]
) -> Mapping[str, GroupChanges]:
    flows = maps_members(sides.job.mappings.groups)
    groups = {group.id: group for group in sides.scope.groups}
    sources = {target: source for source, target in world.standing.items()}
    staying = {source_id for kind, source_id in sides.held if kind == "user"}
    staying |= {sources[target_id] for target_id in deleted_people if target_id in sources}
    around = Membership(
        world.references,
        world.standing,
        sources,
        staying,
        world.names,
        not sides.job.scope.start_small,
        sides.limit,
    )
    changes = {}
    for one in sides.groups:
        group, found = groups[one.source_id], sides.group_pairs.get(one.source_id)
        if found is None:
            changes[one.source_id] = new_group(one, group, around, members=flows)
        elif flows and found.id in members and sides.job.mappings.groups_flow.update:
            calm = replace(around, removals=around.removals and ("group", one.source_id) not in sides.held)
            changes[one.source_id] = existing_group(one, group, found.id, members[found.id], calm)
    return changes


def _group_updates(sides: Sides) -> list[Operation]:
    if not sides.job.mappings.groups_flow.update:
        return []
    pairs = ((one, sides.group_pairs.get(one.source_id)) for one in sides.groups)
    found = (diff_group(one, existing, sides.governed_groups) for one, existing in pairs if existing is not None)
    return [operation for operation in found if operation is not None]


def _links(
    sides: Sides, members: Members, world: _World, leaving: Collection[tuple[ObjectKind, str]]
) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    sources = {target: source for source, target in world.standing.items()}
    taken = {found.id for found in sides.pairs.values()} | {found.id for found in sides.group_pairs.values()}
    paired = {("user", source) for source in sides.pairs} | {("group", source) for source in sides.group_pairs}
    links, lost = [], []
    for key, link in sides.links.items():
        stands = sides.reading.of(link.kind).get(link.target_id)
        if key in paired:
            continue
        if stands is None or link.target_id in taken:
            lost.append(link)
        else:
            active = stands.resource.get("active") is not False
            inside = _carried_on(link.members, sides, sources)
            left = _left_at(link, sides, leaving)
            links.append(replace(link, confirmed=stands.resource, members=inside, active=active, left_at=left))
    for one in (*sides.people, *sides.groups):
        pairs = sides.pairs if one.kind == "user" else sides.group_pairs
        found = pairs.get(one.source_id)
        if found is None or (one.kind == "user" and not sides.job.scope.people):
            continue
        inside = frozenset(sources[target] for target in members.get(found.id, ()) if target in sources)
        active = found.resource.get("active") is not False
        links.append(Link(one.kind, one.source_id, found.id, one.label, found.resource, inside, active))
    return tuple(links), tuple(lost)


def _left_at(link: Link, sides: Sides, leaving: Collection[tuple[ObjectKind, str]]) -> str:
    """Since when they are gone. Whoever is in scope again is not; where nobody can leave it stays as it was."""
    key = (link.kind, link.source_id)
    if key in leaving:
        return link.left_at or sides.moment.isoformat(timespec="seconds")
    return "" if key in sides.reserved and key not in sides.held else link.left_at


def _carried_on(members: frozenset[str], sides: Sides, sources: Mapping[str, str]) -> frozenset[str]:
    """Members of a group that was not read, by the identity their accounts have now."""
    targets = (sides.links["user", source].target_id for source in members if ("user", source) in sides.links)
    return frozenset(sources[target] for target in targets if target in sources)


def _numbers(sides: Sides, changes: Mapping[str, GroupChanges], last_people: int) -> Numbers:
    standing = [link for link in sides.links.values() if link.target_id in sides.reading.of(link.kind)]
    users = [link for link in standing if link.kind == "user"]
    now = {link.source_id: sides.reading.users[link.target_id].resource for link in users}
    return Numbers(
        people_linked=sum(now[link.source_id].get("active") is not False for link in users),
        groups_linked=len(standing) - len(users),
        memberships=sum(change.known for change in changes.values()),
        source_people=len(sides.snapshot.users),
        last_source_people=last_people,
        changed_elsewhere=sum(_external_id(link.confirmed) != _external_id(now[link.source_id]) for link in users),
        edited_elsewhere=_edited(sides, users, now) if sides.reading.read_from == "target" else 0,
    )


def _edited(sides: Sides, users: Sequence[Link], now: Mapping[str, Resource]) -> int:
    """In how many people something that follows the directory is no longer as it was last confirmed."""
    return sum(
        any(
            path in sides.governed and now[link.source_id].get(path) != value
            for path, value in link.confirmed.items()
        )
        for link in users
        if link.confirmed != now[link.source_id]
    )


def _external_id(resource: Mapping[str, Value]) -> Value | None:
    return resource.get("externalId")


def _skipped(sides: Sides, operations: tuple[Operation, ...]) -> tuple[Skipped, ...]:
    wanted = {"user": sides.job.scope.people, "group": sides.job.scope.groups}
    touched = {subject(op) for op in operations}
    return tuple(
        one
        for one in (*sides.scope.skipped, *sides.uncreated)
        if wanted[one.kind] and (one.kind, one.source_id) not in touched
    )


def _unchanged(
    sides: Sides, operations: tuple[Operation, ...], changes: Mapping[str, GroupChanges], only: Only | None
) -> Unchanged:
    # A group whose members change is itself unchanged: memberships are counted apart.
    touched = {subject(op) for op in operations if not isinstance(op, AddMembers | RemoveMembers)}
    asked = [
        (one.kind, one.source_id)
        for one in ((*sides.people, *sides.groups) if sides.job.scope.people else sides.groups)
        if only is None or only.wants(one.kind, one.source_id, one.label)
    ]
    users = sum(key[0] == "user" and key not in touched for key in asked)
    groups = sum(key[0] == "group" and key not in touched for key in asked)
    if only is not None:
        return Unchanged(users, groups)
    return Unchanged(users, groups, sum(change.unchanged for change in changes.values()))


def _left_out(sides: Sides, changes: Mapping[str, GroupChanges]) -> list[LeftOut]:
    if sides.job.scope.start_small:  # the others come later, which the scope says already
        return []
    labels = {one.source_id: one.label for one in sides.groups}
    blocked = {user.label for user in sides.scope.blocked}
    warnings = []
    for source_id, change in changes.items():
        names = [name for name in change.left_out if name not in blocked]
        if names:
            message = Message("members-not-provisioned", count=len(names), names=tuple(names[:3]))
            warnings.append(LeftOut(labels[source_id], message))
    return warnings
