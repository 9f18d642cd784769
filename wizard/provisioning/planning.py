"""Plans a run: reads both comparison, compares them, and works out the changes. Nothing is written to AWS."""

import gc
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from anyio import to_thread

from wizard.aws.interface import ObjectKind, Target, TargetSession
from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.mapping.resources import maps_members, matching_paths, run_context, sources_of
from wizard.provisioning.change import Action, Change
from wizard.provisioning.comparison import (
    Comparison,
    compare,
    deleted_now,
    groups_leaving,
    leavers,
    leavers_held,
    people_blocked,
    people_leaving,
)
from wizard.provisioning.diff import (
    GroupChanges,
    Managers,
    Membership,
    diff_group,
    diff_person,
    existing_group,
    new_group,
)
from wizard.provisioning.events import PhaseBegan, RunEvent
from wizard.provisioning.guard import Numbers, concerns
from wizard.provisioning.in_doubt import settle_by_lookup, settle_by_reading
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import Ledger, Link
from wizard.provisioning.match import HELD_CODES, NO_DECISIONS, Decisions
from wizard.provisioning.notes import notes
from wizard.provisioning.only_some import Key, Only, narrowed, some_of
from wizard.provisioning.order import ordered
from wizard.provisioning.plan import LeftOut, Plan, Skipped, Unchanged, checksum
from wizard.provisioning.read_aws import (
    AnyExisting,
    Members,
    Reading,
    end_on_refusal,
    members_of_ledger,
    read_ledger,
    read_members,
    read_target,
    run_together,
)
from wizard.scim.resource import Known, Planned, Reference, Resource, Sealed, Value

_NAMED = 3
"""Members that a warning names."""
_LOOKED_UP_BY = {"user": ("externalId", "userName"), "group": ("externalId", "displayName")}
"""What AWS filters by (aws-scim: ListUsers, ListGroups)."""


async def make_plan(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    session: TargetSession | None,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    *,
    full: bool,
    last_people: int = 0,
    now: datetime | None = None,
    only: Only | None = None,
    decisions: Decisions = NO_DECISIONS,
) -> Plan:
    """What a run would do.

    `full` False, or no session: plan against the ledger's last confirmed state (the caller knows whether it is
    reliable). `last_people` is how many people the last whole snapshot had, 0 = none yet. With `only` the plan is about
    these objects. Raises WizardError if AWS cannot be read.
    """
    emit(PhaseBegan("read"))
    # People looked up only for their groups have no link: they must be read.
    full = full or not job.scope.people
    likely = _likely(job, snapshot, ledger) if full and session is not None else frozenset()
    readings: list[tuple[Reading, Members]] = []

    async def read() -> None:
        readings.append(await _read(session, ledger, emit, likely, full=full))

    both: list[Callable[[], Awaitable[None]]] = [read, partial(_parse_expressions, job)]
    await run_together(both)
    reading, early = readings[0]
    emit(PhaseBegan("compare"))
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    with without_gc():
        comparison = compare(job, snapshot, target, reading, ledger.links(), run_context(moment), decisions)
    wanted = [group.id for group in comparison.group_pairs.values()] if maps_members(job.mappings.groups) else []
    members: Members
    if session is not None and reading.read_from == "target":
        rest = [group_id for group_id in wanted if group_id not in early]
        members = {**early, **await read_members(session, rest, emit)}
    else:
        members = members_of_ledger(ledger.links(), wanted)
    made_at = moment.isoformat(timespec="seconds")
    with without_gc():
        return plan_of(comparison, members, last_people=last_people, made_at=made_at, only=only)


async def _parse_expressions(job: Job) -> None:
    """Parse the mappings' expressions while AWS is read: building their grammar takes as long as two answers."""
    rows = (*job.mappings.users, *job.mappings.groups)
    await to_thread.run_sync(lambda: [sources_of(row) for row in rows], abandon_on_cancel=True)


def _likely(job: Job, snapshot: DirectorySnapshot, ledger: Ledger) -> frozenset[str]:
    """AWS ids of the groups whose members will probably be read, before anything is read."""
    if not job.scope.groups or not maps_members(job.mappings.groups):
        return frozenset()
    present = {group.id for group in snapshot.groups}
    links = ledger.links().values()
    return frozenset(link.target_id for link in links if link.kind == "group" and link.source_id in present)


async def _read(
    session: TargetSession | None,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    likely: frozenset[str],
    *,
    full: bool,
) -> tuple[Reading, Members]:
    if session is None:
        return read_ledger(ledger.links()), {}
    # Without links the ledger knows nothing: a first run must see who exists.
    if not full and ledger.links() and await settle_by_lookup(session, ledger):
        return read_ledger(ledger.links()), {}
    reading, members = await read_target(session, emit, likely)
    await settle_by_reading(session, ledger, reading)
    return reading, members


@contextmanager
def without_gc() -> Iterator[None]:
    """Pause the garbage collector: planning 100,000 people allocates millions of objects and no cycle.

    It saves a tenth of the time (`tests/benchmarks/engine.py`).
    """
    if not gc.isenabled():  # paused by a caller, which resumes it
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


# One object on demand


async def make_plan_for_one(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    session: TargetSession,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    key: Key,
    *,
    now: datetime | None = None,
    decisions: Decisions = NO_DECISIONS,
) -> Plan:
    """What a run would do with one person or group; a few requests, whatever the size of the tenant.

    Plans against the ledger and looks this one object up. Everybody in AWS is read only if a look-up cannot tell: with
    another matching attribute, or if what was linked is not found under its names. Raises WizardError if AWS cannot be
    read.
    """
    emit(PhaseBegan("read"))
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    context = run_context(moment)
    settled = await settle_by_lookup(session, ledger)
    reading = read_ledger(ledger.links())
    comparison = compare(job, snapshot, target, reading, ledger.links(), context)
    found = await end_on_refusal(_looked_up(comparison, session, key)) if settled else None
    if found is None:
        reading, _ = await read_target(session, emit)
        await settle_by_reading(session, ledger, reading)
    else:
        reading = _with(reading, key, found)
    emit(PhaseBegan("compare"))
    comparison = compare(job, snapshot, target, reading, ledger.links(), context, decisions)
    paired = {one.id for one in comparison.group_pairs.values()}
    members = dict(members_of_ledger(ledger.links(), paired)) if maps_members(job.mappings.groups) else {}
    own = comparison.group_pairs.get(key[1]) if key[0] == "group" else None
    if own is not None and maps_members(job.mappings.groups):
        members |= await read_members(session, [own.id], emit)
    made_at = moment.isoformat(timespec="seconds")
    return plan_of(comparison, members, last_people=0, made_at=made_at, only=Only("on-demand", frozenset({key})))


async def _looked_up(comparison: Comparison, session: TargetSession, key: Key) -> Mapping[str, AnyExisting] | None:
    """Accounts in AWS with this object's names, by id; None = only the whole list can tell."""
    kind = key[0]
    link = comparison.links.get(key)
    wished: Resource = next(
        (one.resource for one in (*comparison.people, *comparison.groups) if (one.kind, one.source_id) == key), {}
    )
    rows = comparison.job.mappings.users if kind == "user" else comparison.job.mappings.groups
    if link is None and wished and not set(matching_paths(rows)) <= set(_LOOKED_UP_BY[kind]):
        return None
    find = session.find_user if kind == "user" else session.find_group
    found: dict[str, AnyExisting] = {}
    for path in _LOOKED_UP_BY[kind]:
        values = [wished.get(path), link.confirmed.get(path) if link else None]
        for value in dict.fromkeys(value for value in values if isinstance(value, str)):
            one: AnyExisting | None = await find(path, value)
            if one is not None:
                found[one.id] = one
    return None if link is not None and link.target_id not in found else found


def _with(reading: Reading, key: Key, found: Mapping[str, AnyExisting]) -> Reading:
    if key[0] == "user":
        return replace(reading, users={**reading.users, **found})
    return replace(reading, groups={**reading.groups, **found})


# From the comparison to the plan


def plan_of(
    comparison: Comparison, members: Members, *, last_people: int, made_at: str, only: Only | None = None
) -> Plan:
    """The whole plan, or its part about `only` these objects; pure."""
    lookup = _lookup(comparison)
    going, gone = _leaving(comparison)
    of_people, person_warnings = _people(comparison, lookup)
    groups = _groups(comparison, lookup, members, deleted_now(comparison, going))
    disabling = comparison.job.scope.people and comparison.job.mappings.users_flow.update
    blocked = people_blocked(comparison) if disabling else ()
    of_groups = [change for group in groups.values() for change in group.changes]
    changes = ordered(
        _with_match(
            comparison,
            (
                *(change for change in of_groups if change.action is Action.REMOVE_MEMBERS),
                *blocked,
                *people_leaving(comparison, going),
                *of_people,
                *_group_updates(comparison),
                *(change for change in of_groups if change.action is not Action.REMOVE_MEMBERS),
                *groups_leaving(comparison, gone),
            ),
        )
    )
    if only is not None:
        changes = some_of(changes, only, {target: source for source, target in lookup.standing.items()})
    links, lost = _links(comparison, members, lookup, {(link.kind, link.source_id) for link in (*going, *gone)})
    numbers = _numbers(comparison, groups, last_people)
    plan = Plan(
        changes=changes,
        skipped=_skipped(comparison, changes),
        rejected=comparison.rejected,
        unchanged=_unchanged(comparison, changes, groups, only),
        notes=notes(comparison, groups, going, gone),
        concerns=concerns(changes, numbers, comparison.job.policy),
        links=links,
        linked=numbers.people_linked,
        made_at=made_at,
        read_from=comparison.reading.read_from,
        warnings=(*person_warnings, *_left_out(comparison, groups), *leavers_held(comparison)),
        gone=lost,
        held_back=comparison.held_back,
        matched=_matched(comparison),
    )
    plan = plan if only is None else narrowed(plan, only, comparison.links.keys(), lookup.names)
    return replace(plan, checksum=checksum(plan))


def _with_match(comparison: Comparison, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes, each with how its account was matched where it has no link."""
    how = {key: match for key, match in comparison.how.items() if match}
    if not how:
        return changes
    return tuple(replace(one, match=how[one.key]) if one.key in how else one for one in changes)


@dataclass(frozen=True, slots=True)
class _Lookup:
    """People that changes can refer to."""

    standing: Mapping[str, str]
    """Source id -> AWS id of everyone linked or matched who is in AWS."""
    references: Mapping[str, Reference]
    names: Mapping[str, str]


def _lookup(comparison: Comparison) -> _Lookup:
    standing = {k.source_id: k.target_id for k in comparison.links.values() if k.kind == "user"}
    # An account continued under a new source id has only that one.
    taken = {found.id for found in comparison.pairs.values()}
    standing = {
        s: target for s, target in standing.items() if target in comparison.reading.users and target not in taken
    }
    standing |= {source: found.id for source, found in {**comparison.blocked_pairs, **comparison.pairs}.items()}
    references: dict[str, Reference] = {source: Known(found.id) for source, found in comparison.pairs.items()}
    if comparison.job.scope.people:
        new = (one.source_id for one in comparison.people if one.source_id not in comparison.pairs)
        references |= {source_id: Planned(source_id) for source_id in new}
    names = {link.source_id: link.label for link in comparison.links.values() if link.kind == "user"}
    names |= {row.source_id: row.label for row in comparison.snapshot.problems if row.source_id and row.label}
    return _Lookup(standing, references, names | {user.id: user.label for user in comparison.snapshot.users})


def _leaving(comparison: Comparison) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    links = comparison.links.values()
    people_taken = {found.id for found in comparison.pairs.values()}
    groups_taken = {found.id for found in comparison.group_pairs.values()}
    job, snapshot, reading = comparison.job, comparison.snapshot, comparison.reading
    going = leavers("user", job, snapshot, links, comparison.reserved, reading, comparison.untouchable)
    gone = leavers("group", job, snapshot, links, comparison.reserved, reading, comparison.untouchable)
    return (
        tuple(link for link in going if link.target_id not in people_taken),
        tuple(link for link in gone if link.target_id not in groups_taken),
    )


def _people(comparison: Comparison, lookup: _Lookup) -> tuple[list[Change], list[LeftOut]]:
    if not comparison.job.scope.people:
        return [], []
    blocked: dict[str, Reference] = {
        user.id: Known(lookup.standing[user.id]) for user in comparison.scope.blocked if user.id in lookup.standing
    }
    managers = Managers({**blocked, **lookup.references}, lookup.standing, lookup.names)
    changes: list[Change] = []
    warnings: list[LeftOut] = []
    for one in comparison.people:
        link = comparison.links.get(("user", one.source_id))
        existing = comparison.pairs.get(one.source_id)
        if existing is not None and not comparison.job.mappings.users_flow.update:
            continue
        again = link is not None and not link.active
        change, missing = diff_person(one, existing, comparison.governed, managers, again=again)
        if change is not None:
            changes.append(change)
        if missing is not None:
            warnings.append(LeftOut(one.label, missing))
    return changes, warnings


def _groups(
    comparison: Comparison, lookup: _Lookup, members: Members, deleted_people: frozenset[str]
) -> Mapping[str, GroupChanges]:
    flows = maps_members(comparison.job.mappings.groups)
    groups = {group.id: group for group in comparison.scope.groups}
    sources = {target: source for source, target in lookup.standing.items()}
    staying = {source_id for kind, source_id in comparison.held if kind == "user"}
    staying |= {
        sources[target_id] for target_id in deleted_people | comparison.untouchable if target_id in sources
    }
    around = Membership(
        lookup.references,
        lookup.standing,
        sources,
        staying,
        lookup.names,
        not comparison.job.scope.start_small,
        comparison.limit,
    )
    changes = {}
    for one in comparison.groups:
        group, found = groups[one.source_id], comparison.group_pairs.get(one.source_id)
        if found is None:
            changes[one.source_id] = new_group(one, group, around, members=flows)
        elif flows and found.id in members and comparison.job.mappings.groups_flow.update:
            calm = replace(around, removals=around.removals and ("group", one.source_id) not in comparison.held)
            changes[one.source_id] = existing_group(one, group, found.id, members[found.id], calm)
    return changes


def _group_updates(comparison: Comparison) -> list[Change]:
    if not comparison.job.mappings.groups_flow.update:
        return []
    pairs = ((one, comparison.group_pairs.get(one.source_id)) for one in comparison.groups)
    found = (
        diff_group(one, existing, comparison.governed_groups) for one, existing in pairs if existing is not None
    )
    return [change for change in found if change is not None]


def _links(
    comparison: Comparison, members: Members, lookup: _Lookup, leaving: Collection[tuple[ObjectKind, str]]
) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    sources = {target: source for source, target in lookup.standing.items()}
    people = {**comparison.blocked_pairs, **comparison.pairs}
    taken = {found.id for found in (*people.values(), *comparison.group_pairs.values())}
    paired = {("user", source) for source in people} | {("group", source) for source in comparison.group_pairs}
    links, lost = [], []
    for key, link in comparison.links.items():
        stands = comparison.reading.of(link.kind).get(link.target_id)
        if key in paired:
            continue
        if stands is None or link.target_id in taken:
            lost.append(link)
        else:
            active = stands.resource.get("active") is not False
            inside = _carried_on(link.members, comparison, sources)
            left = _left_at(link, comparison, leaving)
            links.append(replace(link, confirmed=stands.resource, members=inside, active=active, left_at=left))
    for one in (*comparison.people, *comparison.groups):
        pairs = comparison.pairs if one.kind == "user" else comparison.group_pairs
        found = pairs.get(one.source_id)
        if found is None or (one.kind == "user" and not comparison.job.scope.people):
            continue
        inside = frozenset(sources[target] for target in members.get(found.id, ()) if target in sources)
        active = found.resource.get("active") is not False
        links.append(Link(one.kind, one.source_id, found.id, one.label, found.resource, inside, active))
    for user in comparison.scope.blocked:
        if (found := comparison.blocked_pairs.get(user.id)) is not None:
            active = found.resource.get("active") is not False
            links.append(Link("user", user.id, found.id, user.label, found.resource, active=active))
    return tuple(links), tuple(lost)


def _matched(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    """(AWS id, code) of what is taken over or inherited."""
    pairs: Mapping[ObjectKind, Mapping[str, AnyExisting]] = {
        "user": {**comparison.blocked_pairs, **comparison.pairs} if comparison.job.scope.people else {},
        "group": comparison.group_pairs,
    }
    found = ((pairs[kind].get(source_id), how) for (kind, source_id), how in comparison.how.items() if how)
    return tuple((account.id, HELD_CODES[how]) for account, how in found if account is not None)


def _left_at(link: Link, comparison: Comparison, leaving: Collection[tuple[ObjectKind, str]]) -> str:
    """Since when the object is gone; "" if it is in scope again, unchanged if nobody can leave."""
    key = (link.kind, link.source_id)
    if key in leaving:
        return link.left_at or comparison.moment.isoformat(timespec="seconds")
    return "" if key in comparison.reserved and key not in comparison.held else link.left_at


def _carried_on(members: frozenset[str], comparison: Comparison, sources: Mapping[str, str]) -> frozenset[str]:
    """Members of a group that was not read, by the identity their accounts have now."""
    targets = (
        comparison.links["user", source].target_id for source in members if ("user", source) in comparison.links
    )
    return frozenset(sources[target] for target in targets if target in sources)


def _numbers(comparison: Comparison, changes: Mapping[str, GroupChanges], last_people: int) -> Numbers:
    standing = [link for link in comparison.links.values() if link.target_id in comparison.reading.of(link.kind)]
    users = [link for link in standing if link.kind == "user"]
    now = {link.source_id: comparison.reading.users[link.target_id].resource for link in users}
    return Numbers(
        people_linked=sum(now[link.source_id].get("active") is not False for link in users),
        groups_linked=len(standing) - len(users),
        memberships=sum(change.known for change in changes.values()),
        source_people=len(comparison.snapshot.users),
        last_source_people=last_people,
        changed_elsewhere=sum(_external_id(link.confirmed) != _external_id(now[link.source_id]) for link in users),
        edited_elsewhere=_edited(comparison, users, now) if comparison.reading.read_from == "target" else 0,
    )


def _edited(comparison: Comparison, users: Sequence[Link], now: Mapping[str, Resource]) -> int:
    """In how many people something that follows the directory is no longer as it was last confirmed."""
    return sum(
        any(
            path in comparison.governed and _is_known(value) and now[link.source_id].get(path) != value
            for path, value in link.confirmed.items()
        )
        for link in users
        if link.confirmed != now[link.source_id]
    )


def _is_known(value: Value) -> bool:
    """Whether it can be compared: not a redacted value whose key was lost."""
    values = value if isinstance(value, tuple) else (value,)
    return all(one.is_known for one in values if isinstance(one, Sealed))


def _external_id(resource: Mapping[str, Value]) -> Value | None:
    return resource.get("externalId")


def _skipped(comparison: Comparison, changes: tuple[Change, ...]) -> tuple[Skipped, ...]:
    wanted = {"user": comparison.job.scope.people, "group": comparison.job.scope.groups}
    touched = {change.key for change in changes}
    return tuple(
        one
        for one in (*comparison.scope.skipped, *comparison.left_alone)
        if wanted[one.kind] and (one.kind, one.source_id) not in touched
    )


def _unchanged(
    comparison: Comparison,
    changes: tuple[Change, ...],
    groups: Mapping[str, GroupChanges],
    only: Only | None,
) -> Unchanged:
    # A group whose members change is itself unchanged: memberships are counted apart.
    touched = {change.key for change in changes if not change.is_membership}
    asked = [
        (one.kind, one.source_id)
        for one in ((*comparison.people, *comparison.groups) if comparison.job.scope.people else comparison.groups)
        if only is None or only.wants(one.kind, one.source_id, one.label)
    ]
    alike = Counter(kind for kind, source_id in asked if (kind, source_id) not in touched)
    memberships = 0 if only is not None else sum(group.unchanged for group in groups.values())
    return Unchanged(alike["user"], alike["group"], memberships)


def _left_out(comparison: Comparison, changes: Mapping[str, GroupChanges]) -> list[LeftOut]:
    if comparison.job.scope.start_small:  # the others come later, which the scope says already
        return []
    labels = {one.source_id: one.label for one in comparison.groups}
    blocked = {user.label for user in comparison.scope.blocked}
    warnings = []
    for source_id, change in changes.items():
        names = [name for name in change.left_out if name not in blocked]
        if names:
            message = Message("members-not-provisioned", count=len(names), names=tuple(names[:_NAMED]))
            warnings.append(LeftOut(labels[source_id], message))
    return warnings
