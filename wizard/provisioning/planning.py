"""Plans a run: reads both comparison, compares them, and works out the changes. Nothing is written to AWS."""

import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from anyio import to_thread

from wizard.aws.interface import ObjectKind, Target, TargetSession
from wizard.directory import DirectorySnapshot
from wizard.errors import Message, WizardError
from wizard.mapping.resources import maps_members, run_context, sources_of
from wizard.mapping.source_values import entra_name
from wizard.provisioning.change import Action, Change, known_differing
from wizard.provisioning.comparison import (
    Comparison,
    compare,
    deleted_now,
    groups_leaving,
    leavers,
    leavers_held,
    leavers_unknown,
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
from wizard.provisioning.guard import Facts, concerns
from wizard.provisioning.in_doubt import settle
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import GroupRead, GuardMemory, LastReading, Ledger, Link, SourceFacts
from wizard.provisioning.match import HELD_CODES, NO_DECISIONS, Decisions, marked_paths
from wizard.provisioning.notes import notes
from wizard.provisioning.only_some import ObjectKey, Only, narrowed, some_of
from wizard.provisioning.plan import ChangedElsewhere, LeftOut, Plan, Skipped, Unchanged, checksum
from wizard.provisioning.read_aws import (
    AnyExisting,
    Choice,
    Links,
    LookUps,
    Members,
    Memberships,
    Reading,
    as_read,
    choose_some,
    end_on_refusal,
    groups_of_each,
    members_as_confirmed,
    pages,
    read_lists,
    with_late_ones,
)
from wizard.scim.resource import MANAGER, Known, Planned, Reference, Resource, is_active, short_name

T = TypeVar("T")

_NAMED = 3
"""Members that a warning names."""
_ROUNDS = 5
"""A plan for one object that must change others first is made again when they were looked up, so many times."""
_JOINS_LOOKED_UP = 5
_REFUSED_TWICE = ('emails[type eq "work"].value',)
"""Unique in AWS: what cannot be looked up is refused there."""
_LOOKED_UP_BY = {"user": ("externalId", "userName"), "group": ("externalId", "displayName")}
"""What AWS filters by (aws-scim: ListUsers, ListGroups)."""


async def make_plan(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    session: TargetSession,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    *,
    memory: GuardMemory | None = None,
    now: datetime | None = None,
    only: Only | None = None,
    decisions: Decisions = NO_DECISIONS,
) -> Plan:
    """What a run would do.

    `memory` is what earlier runs left for the guard. With `only` the plan is about these objects. Raises WizardError if
    AWS cannot be read.
    """
    emit(PhaseBegan("read"))
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    links = await in_thread(ledger.links)
    last = await in_thread(ledger.last_reading)
    memberships = Memberships(session, emit)
    beside = memberships.calls(*await in_thread(lambda: _likely(job, snapshot, links, last)))
    reading = await read_lists(session, emit, [partial(_parse_expressions, job), *beside])
    if await in_thread(ledger.in_doubt):
        reading = await end_on_refusal(settle(session, ledger, reading, moment))
        links = await in_thread(ledger.links)
    reading = await with_late_ones(session, reading, links, moment)
    emit(PhaseBegan("compare"))

    async def compared(by: Decisions) -> Comparison:
        context = run_context(moment)
        return await in_thread(lambda: compare(job, snapshot, target, reading, links, context, by))

    comparison = await compared(decisions)
    if automatic := await _automatic(comparison, session, emit, only):
        comparison = await compared(replace(decisions, automatic=automatic))
    lookup = await in_thread(lambda: _lookup(comparison))
    members, unread = await _members(comparison, lookup, memberships, last)
    made_at = moment.isoformat(timespec="seconds")
    plan = await in_thread(
        lambda: plan_of(comparison, lookup, members, memory=memory or GuardMemory(), made_at=made_at, only=only)
    )
    if unread:
        note = Message("memberships-not-read", groups=unread)
        plan = replace(plan, unread_groups=unread, notes=(*plan.notes, note))
    return await in_thread(
        lambda: replace(plan, reading=_in_numbers(reading, members, memberships, last, made_at))
    )


async def _automatic(
    comparison: Comparison, session: TargetSession, emit: Callable[[RunEvent], None], only: Only | None
) -> frozenset[str]:
    """AWS ids of accounts of others that the policy takes over without asking; raises WizardError.

    The groups of each candidate are looked up. One in a group that this job does not provision, or whose look-up
    fails, stays held back.
    """
    if not comparison.job.policy.match_existing:
        return frozenset()
    candidates = [
        held.target_id
        for held in comparison.held_back
        if held.kind == "user"
        and held.message.code == HELD_CODES["taken-over"]
        and (only is None or only.wants(held.kind, held.source_id, held.label))
    ]
    inside = await groups_of_each(session, candidates, emit)
    provisioned = {group.id for group in comparison.group_pairs.values()}
    return frozenset(target_id for target_id, groups in inside.items() if groups <= provisioned)


async def _parse_expressions(job: Job) -> None:
    """Parse the mappings' expressions while AWS is read: building their grammar takes as long as two answers."""
    rows = (*job.mappings.users, *job.mappings.groups)
    await to_thread.run_sync(lambda: [sources_of(row) for row in rows], abandon_on_cancel=True)


async def in_thread(work: Callable[[], T]) -> T:
    """Run a read-only function in a thread, without blocking the event loop; a cancel does not wait for it."""

    def without_pauses() -> T:
        with without_gc():
            return work()

    return await to_thread.run_sync(without_pauses, abandon_on_cancel=True)


def _likely(
    job: Job, snapshot: DirectorySnapshot, links: Links, last: LastReading | None
) -> tuple[Collection[str], Collection[str]]:
    """AWS ids of the groups and of the people whose memberships will be needed, before anything is read.

    One of them is empty: memberships are read per group or per person. Both are, if there are too many to read all.
    """
    if not _memberships_flow(job):
        return (), ()
    present = {group.id for group in snapshot.groups}
    groups = [link for link in links.values() if link.kind == "group" and link.source_id in present]
    people = [link.target_id for link in links.values() if link.kind == "user"]
    known = members_as_confirmed(links, {link.target_id for link in groups})
    return _all_by_group_or_person(job, known, people, last) or ((), ())


def _all_by_group_or_person(
    job: Job, known: Members, people: Collection[str], last: LastReading | None
) -> tuple[Collection[str], Collection[str]] | None:
    """The groups to read, or the people: whichever takes fewer requests, as far as is known. None = too many."""
    sizes = as_read({group: len(members) for group, members in known.items()}, last)
    inside = Counter(member for members in known.values() for member in members)
    of_groups, of_people = sum(map(pages, sizes.values())), sum(pages(inside[one]) for one in people)
    if min(of_groups, of_people) > job.policy.membership_requests:
        return None
    return ((), people) if of_people < of_groups else (known.keys(), ())


def _memberships_flow(job: Job) -> bool:
    """Whether members of groups that exist may be changed."""
    return job.scope.groups and maps_members(job.mappings.groups) and job.mappings.groups_flow.update


async def _members(
    comparison: Comparison, lookup: "_Lookup", memberships: Memberships, last: LastReading | None
) -> tuple[Members, int]:
    """Members of the groups that this job provisions and AWS has, and how many of these groups were not read whole.

    Where people are read in place of groups, members who are not this job's people may be missing.
    """
    if not _memberships_flow(comparison.job):
        return {}, 0
    groups = {group.id for group in comparison.group_pairs.values()}
    known = await in_thread(lambda: members_as_confirmed(comparison.links, groups))
    late = comparison.reading.late
    people: Collection[str] = dict.fromkeys(lookup.standing.values())
    if memberships.people:
        await memberships.read(people=people)
    elif memberships.groups:
        await memberships.read(groups=known)
    elif (everything := _all_by_group_or_person(comparison.job, known, people, last)) is not None:
        await memberships.read(*everything)
    else:
        wanted = await in_thread(lambda: _wanted(comparison, lookup, known))
        choice = await in_thread(lambda: _some(comparison, known, wanted, last))
        await memberships.read(choice.groups, choice.people)
        covered = {group for group, moving in wanted.items() if moving.issubset(choice.people)}
        covered |= set(choice.groups)
        part = {group: members for group, members in known.items() if group in covered}
        return await in_thread(lambda: memberships.of(part, late)), len(known) - len(choice.groups)
    return await in_thread(lambda: memberships.of(known, late)), 0


def _wanted(comparison: Comparison, lookup: "_Lookup", known: Members) -> Mapping[str, frozenset[str]]:
    """AWS id of each group that would change if it were as `known` -> AWS ids of people in AWS who would join or leave."""
    going, _ = _leaving(comparison)
    found: dict[str, set[str]] = {}
    for group in _groups(comparison, lookup, known, deleted_now(comparison, going)).values():
        for change in group.changes:
            if change.target_id:
                members = (one.id for one in change.members if isinstance(one, Known))
                found.setdefault(change.target_id, set()).update(members)
    return {group: frozenset(people) for group, people in found.items()}


def _some(
    comparison: Comparison, known: Members, wanted: Mapping[str, frozenset[str]], last: LastReading | None
) -> Choice:
    """Whose memberships are read where they are too many to read all."""
    listed = {group.id: len(group.members) for group in comparison.scope.groups}
    of = {found.id: listed.get(source_id, 0) for source_id, found in comparison.group_pairs.items()}
    sizes = as_read({group: max(len(members), of.get(group, 0)) for group, members in known.items()}, last)
    inside = Counter(member for members in known.values() for member in members)
    limit = comparison.job.policy.membership_requests
    return choose_some(sizes, wanted, inside, last, comparison.moment, limit)


def _in_numbers(
    reading: Reading, members: Members, memberships: Memberships, last: LastReading | None, made_at: str
) -> LastReading:
    """The reading as it is kept for the next run."""
    before = last.memberships if last is not None else {}
    read = {group: found for group, found in before.items() if group in reading.groups}
    for group, inside in members.items():
        if group in memberships.groups:
            read[group] = GroupRead(len(inside), made_at)
        elif not memberships.groups:  # everybody was read instead: strangers in it are not counted
            size = max(len(inside), read[group].members if group in read else 0)
            read[group] = GroupRead(size, made_at)
    return LastReading(made_at, read)


@contextmanager
def without_gc() -> Iterator[None]:
    """Pause the garbage collector: planning 100,000 people allocates millions of objects and no cycle.

    It saves a tenth of the time (`tests/benchmarks/engine.py`). The new objects go to the oldest generation: otherwise
    the next collection examines all of them at once, and stops every thread for 150 ms.
    """
    if not gc.isenabled():  # paused by a caller, which resumes it
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        gc.enable()


# One object on demand


async def make_plan_for_one(
    job: Job,
    snapshot: DirectorySnapshot,
    target: Target,
    session: TargetSession,
    ledger: Ledger,
    emit: Callable[[RunEvent], None],
    key: ObjectKey,
    *,
    memory: GuardMemory | None = None,
    now: datetime | None = None,
    decisions: Decisions = NO_DECISIONS,
) -> Plan:
    """What a run would do with one person or group; a few requests, whatever the size of the tenant.

    `memory` is what earlier runs left for the guard: their losses count, what they knew of the source does not.
    Reads this object, its memberships, and who holds its names; of others it knows what was last confirmed, and changes
    none that was not read. Raises WizardError if AWS cannot be read.
    """
    emit(PhaseBegan("read"))
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    made_at, only = moment.isoformat(timespec="seconds"), Only("on-demand", frozenset({key}))
    if await in_thread(ledger.in_doubt):
        await end_on_refusal(settle(session, ledger, Reading({}, {}), moment))
    links = await in_thread(ledger.links)
    found = LookUps(session, links)

    async def compared(by: Decisions) -> Comparison:
        reading, context = found.reading(), run_context(moment)
        return await in_thread(lambda: compare(job, snapshot, target, reading, links, context, by))

    await end_on_refusal(_look_up_names(await compared(decisions), found, key))
    if job.policy.match_existing:
        automatic = await _automatic(await compared(decisions), session, emit, only)
        decisions = replace(decisions, automatic=automatic)
    emit(PhaseBegan("compare"))
    memberships = Memberships(session, emit)
    for _ in range(_ROUNDS):
        comparison = await compared(decisions)
        members = await end_on_refusal(_members_for_one(comparison, memberships, key))
        lookup = await in_thread(partial(_lookup, comparison))
        plan = await in_thread(
            partial(plan_of, comparison, lookup, members, memory=_of_losses(memory), made_at=made_at, only=only)
        )
        unread = _unread(plan, found, memberships)
        if not unread:
            return plan
        await end_on_refusal(found.read(unread))
    raise WizardError("only-a-whole-run-can-do-it")


def _of_losses(memory: GuardMemory | None) -> GuardMemory:
    """What of the guard's memory concerns one object: a whole run asks about the source."""
    return replace(memory, source=None, people=0) if memory is not None else GuardMemory()


async def _look_up_names(comparison: Comparison, found: LookUps, key: ObjectKey) -> None:
    """Look up the object by its id, the holders of its names, and its manager; raises WizardError."""
    kind = key[0]
    link = comparison.links.get(key)
    rows = comparison.job.mappings.users if kind == "user" else comparison.job.mappings.groups
    wished: Resource = next(
        (
            one.resource
            for one in (*comparison.people, *comparison.groups, *comparison.blocked)
            if (one.kind, one.source_id) == key
        ),
        {},
    )
    others = [path for path in marked_paths(kind, rows) if path not in (*_LOOKED_UP_BY[kind], *_REFUSED_TWICE)]
    if link is None and wished and others:
        raise WizardError("matching-cannot-be-looked-up", attribute=short_name(others[0]))
    manager = wished.get(MANAGER)
    ids = [(kind, link.target_id)] if link is not None else []
    if isinstance(manager, Planned) and (boss := comparison.links.get(("user", manager.source_id))) is not None:
        ids.append(("user", boss.target_id))
    await found.read(ids)
    names = [(path, value) for path in _LOOKED_UP_BY[kind] if isinstance(value := wished.get(path), str)]
    await found.find(kind, names)


async def _members_for_one(comparison: Comparison, memberships: Memberships, key: ObjectKey) -> Members:
    """The members of this group, or this person's place in each group; of all others as last confirmed."""
    if not maps_members(comparison.job.mappings.groups):
        return {}
    kind, source_id = key
    pair = comparison.pairs.get(source_id) if kind == "user" else comparison.group_pairs.get(source_id)
    link = comparison.links.get(key)
    target_id = pair.id if pair is not None else link.target_id if link is not None else ""
    ids = [target_id] if target_id in comparison.reading.of(kind) else []
    await memberships.read(groups=ids if kind == "group" else (), people=ids if kind == "user" else ())
    return memberships.of(
        members_as_confirmed(comparison.links, {group.id for group in comparison.group_pairs.values()})
    )


def _unread(plan: Plan, found: LookUps, memberships: Memberships) -> list[tuple[ObjectKind, str]]:
    """Objects the plan would change that have not been looked up yet; groups with new members only if they are few.

    A group that is gone refuses its new member, which harms nobody: a hundred look-ups would be the price to know it.
    """
    seen: set[tuple[ObjectKind, str]] = {
        ("group", group) for groups in memberships.people.values() for group in groups
    }
    ids: list[tuple[ObjectKind, str]] = []
    joined: list[tuple[ObjectKind, str]] = []
    for change in plan.changes:
        place = (change.kind, change.target_id)
        if change.target_id and place not in seen and not found.was_read(*place):
            (joined if change.action is Action.ADD_MEMBERS else ids).append(place)
    return [*ids, *(joined if len(joined) <= _JOINS_LOOKED_UP else ())]


# From the comparison to the plan


def plan_of(
    comparison: Comparison,
    lookup: "_Lookup",
    members: Members,
    *,
    memory: GuardMemory,
    made_at: str,
    only: Only | None = None,
) -> Plan:
    """The whole plan, or its part about `only` these objects; pure."""
    going, gone = _leaving(comparison)
    of_people, person_warnings = _people(comparison, lookup)
    groups = _groups(comparison, lookup, members, deleted_now(comparison, going))
    disabling = comparison.job.scope.people and comparison.job.mappings.users_flow.update
    blocked = people_blocked(comparison) if disabling else ()
    of_groups = [change for group in groups.values() for change in group.changes]
    changes = _with_match(
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
    if only is not None:
        changes = some_of(changes, only, {target: source for source, target in lookup.standing.items()})
    links, lost = _links(comparison, members, lookup, {(link.kind, link.source_id) for link in (*going, *gone)})
    facts = _facts(comparison, groups, members, links, memory)
    plan = Plan(
        changes=changes,
        skipped=_skipped(comparison, changes),
        rejected=comparison.rejected,
        unchanged=_unchanged(comparison, changes, groups, only),
        notes=notes(comparison, groups, going, gone),
        concerns=concerns(changes, facts, comparison.job.policy),
        links=links,
        linked=_active(comparison),
        made_at=made_at,
        warnings=(
            *person_warnings,
            *_left_out(comparison, groups),
            *leavers_held(comparison),
            *leavers_unknown(comparison),
        ),
        gone=lost,
        changed_elsewhere=tuple(_changed_elsewhere(comparison, members)),
        held_back=comparison.held_back,
        matched=_matched(comparison),
        automatic=comparison.automatic,
        not_kept=_not_kept(comparison),
    )
    plan = plan if only is None else narrowed(plan, only, comparison.links.keys(), lookup.names)
    return replace(plan, checksum=checksum(plan))


def _not_kept(comparison: Comparison) -> tuple[tuple[str, int], ...]:
    found = Counter(path for resource in comparison.not_kept.values() for path in resource)
    return tuple((short_name(path), count) for path, count in found.most_common())


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
        inherited = comparison.how.get(("user", one.source_id)) == "inherited"
        again = inherited or (link is not None and not link.active)
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
        existing = comparison.reading.of(link.kind).get(link.target_id)
        if key in paired:
            continue
        if existing is None or link.target_id in taken:
            lost.append(link)
        else:
            inside = _carried_on(link.members, comparison, sources)
            left = _left_at(link, comparison, leaving)
            links.append(replace(link, confirmed=existing.resource, members=inside, left_at=left))
    for one in (*comparison.people, *comparison.groups):
        pairs = comparison.pairs if one.kind == "user" else comparison.group_pairs
        found = pairs.get(one.source_id)
        if found is None or (one.kind == "user" and not comparison.job.scope.people):
            continue
        before = comparison.links.get((one.kind, one.source_id))
        if found.id in members:
            inside = frozenset(sources[target] for target in members[found.id] if target in sources)
        else:
            inside = _carried_on(before.members, comparison, sources) if before is not None else frozenset()
        at = before.confirmed_at if before is not None else ""
        not_kept = comparison.not_kept.get((one.kind, one.source_id), {})
        links.append(Link(one.kind, one.source_id, found.id, one.label, found.resource, inside, "", at, not_kept))
    links += [
        Link("user", user.id, found.id, user.label, found.resource)
        for user in comparison.scope.blocked
        if (found := comparison.blocked_pairs.get(user.id)) is not None
    ]
    return tuple(links), tuple(lost)


def _matched(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    """(AWS id, code) of objects taken over or inherited."""
    pairs: Mapping[ObjectKind, Mapping[str, AnyExisting]] = {
        "user": {**comparison.blocked_pairs, **comparison.pairs} if comparison.job.scope.people else {},
        "group": comparison.group_pairs,
    }
    found = ((pairs[kind].get(source_id), how) for (kind, source_id), how in comparison.how.items() if how)
    return tuple((account.id, HELD_CODES[how]) for account, how in found if account is not None)


def _left_at(link: Link, comparison: Comparison, leaving: Collection[tuple[ObjectKind, str]]) -> str:
    """Since when the object is gone; "" = it is in scope again. As before where this run lets no one leave.

    A time in the future was kept before the clock was set back: the days until it is deleted begin now.
    """
    key = (link.kind, link.source_id)
    if key in leaving:
        known = link.left_at and datetime.fromisoformat(link.left_at) <= comparison.moment
        return link.left_at if known else comparison.moment.isoformat(timespec="seconds")
    return "" if key in comparison.reserved and key not in comparison.held else link.left_at


def _changed_elsewhere(comparison: Comparison, members: Members) -> Iterator[ChangedElsewhere]:
    """Linked objects that differ from their last confirmed state; of a group also the members who joined and left."""
    labels = {link.target_id: link.label for link in comparison.links.values() if link.kind == "user"}
    confirmed = members_as_confirmed(comparison.links, members.keys())
    for link in comparison.links.values():
        found = comparison.reading.of(link.kind).get(link.target_id)
        if found is None:
            yield ChangedElsewhere(link, None)
            continue
        joined, left = [], []
        if link.kind == "group" and link.target_id in members:
            inside, before = members[link.target_id] & labels.keys(), confirmed[link.target_id]
            joined = sorted(labels[one] for one in inside - before)
            left = sorted(labels[one] for one in before - inside if one in comparison.reading.users)
        changed = link.confirmed != found.resource and known_differing(link.confirmed, found.resource)
        if changed or joined or left:
            yield ChangedElsewhere(link, found.resource, tuple(joined), tuple(left))


def _carried_on(members: frozenset[str], comparison: Comparison, sources: Mapping[str, str]) -> frozenset[str]:
    """Members of a group that was not read, by the identity their accounts have now."""
    targets = (
        comparison.links["user", source].target_id for source in members if ("user", source) in comparison.links
    )
    return frozenset(sources[target] for target in targets if target in sources)


def _facts(
    comparison: Comparison,
    groups: Mapping[str, GroupChanges],
    members: Members,
    links: Sequence[Link],
    memory: GuardMemory,
) -> Facts:
    return Facts(
        linked=links,
        confirmed=comparison.links,
        reading=comparison.reading,
        members=members,
        memberships={source_id: group.known for source_id, group in groups.items()},
        source=SourceFacts.of(comparison.snapshot),
        present={user.id for user in comparison.snapshot.users},
        unusable=sum(row.excluded and not row.of_group for row in comparison.snapshot.problems),
        used=_used(comparison.job),
        governed=comparison.governed,
        renumbered=_renumbered(comparison),
        accepted={target_id for target_id, _ in _matched(comparison)},
        memory=memory,
    )


def _renumbered(comparison: Comparison) -> Mapping[str, str]:
    """People who would inherit an account that is active now: its owner has another id than at the last run."""
    held = (one for one in comparison.held_back if one.kind == "user" and one.message.code == "inherited")
    accounts = comparison.reading.users
    return {one.source_id: one.label for one in held if is_active(accounts[one.target_id].resource)}


def _used(job: Job) -> frozenset[str]:
    """Attributes of people that the mappings and the scope read, under either of their names."""
    names = {name for row in job.mappings.users for name in sources_of(row)}
    names |= {clause.attribute for group in job.scope.user_filter.groups for clause in group.clauses}
    if job.scope.groups and maps_members(job.mappings.groups):
        names.add("groups")
    return frozenset({*names, *map(entra_name, names)})


def _active(comparison: Comparison) -> int:
    """People of this job who are in AWS and active."""
    users = comparison.reading.users
    return sum(
        link.kind == "user" and link.target_id in users and is_active(users[link.target_id].resource)
        for link in comparison.links.values()
    )


def _skipped(comparison: Comparison, changes: tuple[Change, ...]) -> tuple[Skipped, ...]:
    wanted = {"user": comparison.job.scope.people, "group": comparison.job.scope.groups}
    found = [one for one in (*comparison.scope.skipped, *comparison.left_alone) if wanted[one.kind]]
    touched = {change.key for change in changes} if found else ()
    return tuple(one for one in found if (one.kind, one.source_id) not in touched)


def _unchanged(
    comparison: Comparison,
    changes: tuple[Change, ...],
    groups: Mapping[str, GroupChanges],
    only: Only | None,
) -> Unchanged:
    # A group whose members change is itself unchanged: memberships are counted apart.
    touched = {change.key for change in changes if not change.is_membership}
    alike = Counter(
        one.kind
        for one in ((*comparison.people, *comparison.groups) if comparison.job.scope.people else comparison.groups)
        if (only is None or only.wants(one.kind, one.source_id, one.label))
        and (one.kind, one.source_id) not in touched
    )
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
