"""The guard: warnings that a person must accept before a plan may run.

Pure functions of three things: the changes, judged by their effects only; the linked objects read from AWS; and the
source, in this reading and in the last one. People and groups are counted apart, each once.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from wizard.directory import Column, FileEnd
from wizard.errors import Message
from wizard.names import name_key
from wizard.provisioning.change import Action, Change, is_known
from wizard.provisioning.effects import Effect, cleared, effects
from wizard.provisioning.job import Policy
from wizard.provisioning.ledger import GuardMemory, Link, Loss, SourceFacts
from wizard.provisioning.plan import Concern, Plan
from wizard.scim.resource import Known, Resource, is_active, short_names, value_text

if TYPE_CHECKING:  # the first window imports this module, and needs no anyio
    from wizard.provisioning.read_aws import Links, Members, Reading

_NAMED = 3
"""People or groups that a concern names."""
_MOVED = 3
"""So many user names that move to other people's accounts are never chance; two people may exchange theirs."""
_SMALLEST = 3
"""From so many linked on, half of them are always asked about."""
_STATUS = "accountEnabled"
"""The column that decides who may sign in: its loss is asked about whatever number of people it is about."""


# What the guard knows


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the guard compares the changes with."""

    linked: Sequence[Link]
    """People and groups of this job that are in AWS, as they were read; with those that this plan matches."""
    confirmed: "Links"
    """All links as they were last confirmed."""
    reading: "Reading"
    members: "Members"
    """Members of the groups that were read, by AWS's ids."""
    memberships: Mapping[str, int]
    """Source id of a group -> its memberships in AWS that this job provisions."""
    source: SourceFacts
    present: Collection[str]
    """Source ids of the people in this reading of the source."""
    unusable: int = 0
    """Rows of people that gave none."""
    used: Collection[str] = ()
    """Attributes of the source that the mappings and the scope read."""
    governed: Collection[str] = ()
    """Paths of people that follow the directory."""
    renumbered: Mapping[str, str] = field(default_factory=dict)
    """Source id -> label of people held back because their user name is that of an active account of this job whose
    own id is gone."""
    accepted: Collection[str] = ()
    """AWS ids of the accounts that a person accepted for this plan: new to this job, as people who are created."""
    memory: GuardMemory = field(default_factory=GuardMemory)


# Concerns


def concerns(changes: Sequence[Change], facts: Facts, policy: Policy) -> tuple[Concern, ...]:
    """The concerns of these changes, in the order of `CONCERN_CODES`."""
    tally = _tally(changes, facts)
    found = (
        _empty_source(facts),
        _truncated_source(facts),
        _columns_lost(facts),
        _short_source(tally, facts),
        _ids_moved(changes, facts),
        _too_many_deletions(tally, facts, policy),
        _too_many_enables(tally, facts, policy),
        _too_many_removals(tally, facts, policy),
        _too_many_additions(tally, facts, policy),
        _too_many_renames(tally, facts, policy),
        _values_cleared(changes, facts),
        _other_provisioner(facts),
        _misread(changes, facts),
    )
    return tuple(Concern(message) for message in found if message is not None)


def changed_since_approval(approved: Plan, fresh: Plan) -> Plan:
    """The fresh plan, with a concern if it differs from the approved one."""
    if approved.checksum == fresh.checksum:
        return fresh
    message = Message("changed-since-approval", changes=len(fresh.changes), approved=len(approved.changes))
    return replace(fresh, concerns=(*fresh.concerns, Concern(message)))


def _large(count: int, linked: int, policy: Policy) -> bool:
    return _over_limit(count, linked, policy) or (linked >= _SMALLEST and count >= linked / 2)


def _over_limit(count: int, linked: int, policy: Policy) -> bool:
    return count > max(policy.threshold_count, linked * policy.threshold_percent / 100)


def _named(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(labels, _NAMED))


# Effects of the changes


@dataclass(slots=True)
class _Tally:
    """Who has which effect, in the order of the plan; each person and group once."""

    people: dict[Effect, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Effect -> source id -> label."""
    groups: dict[Effect, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    removed: Counter[str] = field(default_factory=Counter)
    """Source id of a group -> how many lose its access. Who loses all access counts there alone."""
    added: Counter[str] = field(default_factory=Counter)
    """Source id of a group -> how many existing accounts join it, without those the last run was to add already."""
    labels: dict[str, str] = field(default_factory=dict)
    """Source id of a group -> label."""
    ids: set[tuple[str, str]] = field(default_factory=set)
    """(kind, AWS's id) of who loses access or is deleted."""
    ended: set[tuple[str, str]] = field(default_factory=set)
    """(AWS's id of the group, of the person) of each membership in `removed`."""
    deleted: dict[str, int] = field(default_factory=dict)
    """Source id of a group that is deleted -> its memberships."""

    def lost(self, kind: str) -> dict[str, str]:
        """Who loses access or an account, of one kind: source id -> label."""
        found = self.people if kind == "user" else self.groups
        return found[Effect.LOSES_ACCESS] | found[Effect.DELETED]


def _tally(changes: Sequence[Change], facts: Facts) -> _Tally:
    tally = _Tally()
    memberships = []
    going = _members_of_deleted(changes, facts.linked)
    for change in changes:
        done = effects(change)
        if Effect.LOSES_MEMBERSHIP in done or Effect.GAINS_MEMBERSHIP in done:
            members = _members(change, going)
            memberships.append((change, members, Effect.LOSES_MEMBERSHIP in done))
            tally.labels[change.source_id] = change.label
            if Effect.DELETED in done:
                tally.deleted[change.source_id] = len(members)
        found = tally.people if change.kind == "user" else tally.groups
        for effect in done:
            found[effect][change.source_id] = change.label
        if Effect.LOSES_ACCESS in done or Effect.DELETED in done:
            tally.ids.add((change.kind, change.target_id))
    for change, members, leaves in memberships:
        for member in members:
            if not leaves:
                tally.added[change.source_id] += member not in facts.accepted
            elif ("user", member) not in tally.ids and _is_active(facts.reading, member):
                tally.removed[change.source_id] += 1
                tally.ended.add((change.target_id, member))
    for group in list(tally.added):
        tally.added[group] -= facts.memory.additions.get(group, 0)
    tally.added = +tally.added  # only those above 0
    return tally


def _members(change: Change, of_deleted: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """AWS ids of those who join or leave a group."""
    named = tuple(member.id for member in change.members if isinstance(member, Known))
    return named if change.is_membership else of_deleted.get(change.target_id, ())


def _members_of_deleted(changes: Iterable[Change], linked: Iterable[Link]) -> Mapping[str, tuple[str, ...]]:
    """AWS's id of each group that is deleted -> AWS ids of its members: they lose it as if they were removed."""
    gone = {change.target_id for change in changes if change.kind == "group" and change.action is Action.DELETE}
    if not gone:
        return {}
    links = tuple(linked)
    people = {link.source_id: link.target_id for link in links if link.kind == "user"}
    return {
        link.target_id: tuple(sorted(people[one] for one in link.members if one in people))
        for link in links
        if link.kind == "group" and link.target_id in gone
    }


def _is_active(reading: "Reading", target_id: str) -> bool:
    user = reading.users.get(target_id)
    return user is not None and is_active(user.resource)


def losses(changes: Sequence[Change], linked: Iterable[Link]) -> tuple[Loss, ...]:
    """What these changes take away, for the sum of the next 24 hours; `linked` as the plan's links."""
    lost = {
        (change.kind, change.target_id): None
        for change in changes
        if effects(change) & {Effect.LOSES_ACCESS, Effect.DELETED}
    }
    links = tuple(linked)
    going = {target_id for kind, target_id in lost if kind == "user"}
    going |= {link.target_id for link in links if link.kind == "user" and not link.active}
    of_deleted = _members_of_deleted(changes, links)
    ended = {
        (change.target_id, member): None
        for change in changes
        if Effect.LOSES_MEMBERSHIP in effects(change)
        for member in _members(change, of_deleted)
        if member not in going
    }
    return (
        *(Loss(kind, target_id) for kind, target_id in lost),
        *(Loss("membership", group, member) for group, member in ended),
    )


def settled_by(accepted: Collection[str]) -> frozenset[str]:
    """Kinds of losses, `Loss.kind`, accepted with these codes of concerns."""
    kinds = {"too-many-deletions": ("user", "group"), "too-many-removals": ("membership",)}
    return frozenset(kind for code in accepted for kind in kinds.get(code, ()))


def members_to_add(change: Change) -> int:
    """How many members this change puts into its group."""
    return len(change.members) if change.action in (Action.CREATE, Action.ADD_MEMBERS) else 0


def _still_lost(facts: Facts) -> tuple[Loss, ...]:
    """Losses of earlier runs that nobody has given back."""

    def is_accepted(loss: Loss) -> bool:
        match loss.kind:
            case "user":
                return _is_active(facts.reading, loss.target_id)
            case "group":
                return loss.target_id in facts.reading.groups
            case "membership":
                inside = loss.member in facts.members.get(loss.target_id, frozenset())
                return inside or not _is_active(facts.reading, loss.member)

    return tuple(loss for loss in facts.memory.losses if not is_accepted(loss))


def _count(facts: Facts, kind: str, *, active: bool = False) -> int:
    return sum(link.kind == kind and (link.active or not active) for link in facts.linked)


def _too_many_deletions(tally: _Tally, facts: Facts, policy: Policy) -> Message | None:
    people, groups = tally.lost("user"), tally.lost("group")
    if not people and not groups:
        return None
    earlier = Counter(loss.kind for loss in _still_lost(facts) if (loss.kind, loss.target_id) not in tally.ids)
    disabled_before = people.keys() - tally.people[Effect.LOSES_ACCESS].keys()
    linked = _count(facts, "user", active=True) + len(disabled_before) + earlier["user"]
    linked_groups = _count(facts, "group") + earlier["group"]
    lost, gone = len(people) + earlier["user"], len(groups) + earlier["group"]
    # Each kind is held against its own number too: many groups must not hide that all people would go.
    tests = (
        (bool(people), lost, linked),
        (bool(groups), gone, linked_groups),
        (True, lost + gone, linked + linked_groups),
    )
    if not any(new and _large(count, of, policy) for new, count, of in tests):
        return None
    deleted = len(tally.people[Effect.DELETED])
    return Message(
        "too-many-deletions",
        disabled=len(people) - deleted,
        deleted=deleted,
        groups=len(groups),
        people_linked=linked,
        groups_linked=linked_groups,
        threshold_count=policy.threshold_count,
        threshold_percent=policy.threshold_percent,
        earlier=earlier["user"] + earlier["group"],
        names=_named((*people.values(), *groups.values())),
        count=len(people) + len(groups),
    )


def _too_many_enables(tally: _Tally, facts: Facts, policy: Policy) -> Message | None:
    return _too_many("too-many-enables", tally.people[Effect.GAINS_ACCESS], facts, policy)


def _too_many_renames(tally: _Tally, facts: Facts, policy: Policy) -> Message | None:
    return _too_many("too-many-renames", tally.people[Effect.RENAMED], facts, policy)


def _too_many(code: str, people: Mapping[str, str], facts: Facts, policy: Policy) -> Message | None:
    linked = _count(facts, "user")
    if not people or not _large(len(people), linked, policy):
        return None
    return Message(
        code,
        count=len(people),
        people_linked=linked,
        names=_named(people.values()),
        threshold_count=policy.threshold_count,
        threshold_percent=policy.threshold_percent,
    )


def _ids_moved(changes: Sequence[Change], facts: Facts) -> Message | None:
    """User names that move from account to account: a column of ids that was not sorted along with the others."""
    if not (facts.confirmed or facts.linked or facts.renumbered):
        return None
    named = [
        (change, name)
        for change in changes
        if change.kind == "user"
        and (name := name_key(change.after.get("userName")))
        and name != name_key(change.before.get("userName"))
    ]
    if len(named) + len(facts.renumbered) < _MOVED:
        return None
    holders: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for link in (*facts.confirmed.values(), *facts.linked):
        if link.kind == "user":
            holders[name_key(link.confirmed.get("userName"))].add((link.source_id, link.target_id))
    moved = {
        change.source_id: change.label
        for change, name in named
        # Who is created again after a deletion in AWS has the name of their own former account.
        if any(source != change.source_id and target != change.target_id for source, target in holders[name])
    }
    moved |= facts.renumbered
    if len(moved) < _MOVED:
        return None
    return Message("ids-moved", count=len(moved), names=_named(moved.values()))


def _too_many_removals(tally: _Tally, facts: Facts, policy: Policy) -> Message | None:
    if not tally.removed:
        return None
    earlier: Counter[str] = Counter(
        loss.target_id
        for loss in _still_lost(facts)
        if loss.kind == "membership" and (loss.target_id, loss.member) not in tally.ended
    )
    targets = {link.source_id: link.target_id for link in facts.linked if link.kind == "group"}

    memberships = {**facts.memberships, **tally.deleted}

    def share(group: str) -> tuple[int, int]:
        before = earlier[targets.get(group, "")]
        return tally.removed[group] + before, memberships.get(group, 0) + before

    removed = sum(tally.removed.values())
    before, whole = sum(earlier.values()), sum(memberships.values())
    emptied = [
        group
        for group in tally.removed
        if (lost := share(group))[0] > policy.threshold_count and lost[0] > lost[1] / 2
    ]
    if not emptied and not _large(removed + before, whole + before, policy):
        return None
    ranked = sorted(tally.removed, key=lambda group: (group not in emptied, -tally.removed[group]))
    return Message(
        "too-many-removals",
        removed=removed,
        memberships=whole,
        earlier=before,
        group=tally.labels[ranked[0]],
        group_removed=tally.removed[ranked[0]],
        group_members=memberships.get(ranked[0], 0),
        names=_named(tally.labels[group] for group in ranked),
        count=len(ranked),
    )


def _too_many_additions(tally: _Tally, facts: Facts, policy: Policy) -> Message | None:
    if not tally.added:
        return None
    added, whole = sum(tally.added.values()), sum(facts.memberships.values())
    doubled = [
        group
        for group, count in tally.added.items()
        if count > policy.threshold_count and count > facts.memberships.get(group, 0)
    ]
    if not doubled and not _over_limit(added, whole, policy):
        return None
    ranked = sorted(tally.added, key=lambda group: (group not in doubled, -tally.added[group]))
    return Message(
        "too-many-additions",
        added=added,
        memberships=whole,
        group=tally.labels[ranked[0]],
        group_added=tally.added[ranked[0]],
        group_members=facts.memberships.get(ranked[0], 0),
        names=_named(tally.labels[group] for group in ranked),
        count=len(ranked),
    )


def _values_cleared(changes: Sequence[Change], facts: Facts) -> Message | None:
    """Attributes that more than half of those who have a value would lose."""
    emptied: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for change in changes:
        for path in cleared(change):
            emptied[change.kind, path][change.source_id] = change.label
    found: dict[str, dict[str, str]] = {}
    most = 0
    for (kind, path), objects in emptied.items():
        having = sum(link.kind == kind and bool(link.confirmed.get(path)) for link in facts.linked)
        if having >= _SMALLEST and len(objects) > having / 2:
            found[path] = objects
            most = max(most, having)
    if not found:
        return None
    whole = {(path, source_id): label for path, objects in found.items() for source_id, label in objects.items()}
    objects = {source_id: label for (_, source_id), label in whole.items()}
    return Message(
        "values-cleared",
        attributes=short_names(found),
        having=most,
        names=_named(objects.values()),
        count=len(objects),
    )


# The source


def _empty_source(facts: Facts) -> Message | None:
    people = [link.label for link in facts.linked if link.kind == "user" and link.active]
    if facts.source.people or not people:
        return None
    named = _named(people)
    return Message(
        "empty-source", people_linked=len(people), names=named, count=len(people), unusable=facts.unusable
    )


def _truncated_source(facts: Facts) -> Message | None:
    """A file that ends in the midst of its last row, or without the line break that it had before."""
    last = {end.file: end for end in facts.memory.source.ends} if facts.memory.source else {}
    files = tuple(end.file for end in facts.source.ends if _is_cut(end, last.get(end.file)))
    if not files:
        return None
    absent = _absent(facts)
    return Message("truncated-source", files=files, names=_named(absent), count=len(absent))


def _is_cut(end: FileEnd, before: FileEnd | None) -> bool:
    if before is None:
        return end.short_row
    return (before.line_break and not end.line_break) or (end.short_row and not before.short_row)


def _absent(facts: Facts) -> list[str]:
    """Labels of linked people who are not in the source."""
    return [
        link.label
        for link in facts.linked
        if link.kind == "user" and link.active and link.source_id not in facts.present
    ]


def _columns_lost(facts: Facts) -> Message | None:
    """Columns that the job reads, that had values in the last reading, and that are missing or empty now."""
    last = facts.memory.source
    if last is None or not facts.source.people or not facts.source.columns:
        return None
    before, now = _filled(last.columns), _filled(facts.source.columns)
    headings = {column.attribute: column.heading for column in last.columns}
    used = {*facts.used, _STATUS}
    missing = [name for name, count in before.items() if count and name in used and name not in now]
    empty = [
        name
        for name, count in before.items()
        if name in used and now.get(name) == 0 and (count >= _SMALLEST or (count and name == _STATUS))
    ]
    if not missing and not empty:
        return None
    lost = [*missing, *empty]
    return Message(
        "columns-lost",
        columns=tuple(headings[name] for name in lost),
        empty=not missing,
        status=_STATUS in lost,
        names=_named(headings[name] for name in lost),
        count=max(before[name] for name in lost),
    )


def _filled(columns: Iterable[Column]) -> dict[str, int]:
    """Attribute -> values; two columns may give one attribute."""
    found: dict[str, int] = {}
    for column in columns:
        if column.attribute:
            found[column.attribute] = found.get(column.attribute, 0) + column.filled
    return found


def _short_source(tally: _Tally, facts: Facts) -> Message | None:
    now, last = facts.source, facts.memory.source
    if not now.people:
        return None  # empty-source
    before = facts.memory.people
    if now.people < before / 2:
        absent = _absent(facts)
        return Message(
            "short-source",
            what="people",
            people=now.people,
            people_before=before,
            names=_named(absent),
            count=len(absent),
        )
    if last is None or not (now.has_groups and last.has_groups) or last.memberships < _SMALLEST:
        return None
    if now.memberships >= last.memberships / 2:
        return None
    groups = [tally.labels[group] for group in tally.removed]
    return Message(
        "short-source",
        what="memberships",
        people=now.memberships,
        people_before=last.memberships,
        names=_named(groups),
        count=len(groups),
    )


_PERSONS_NAMES = ("displayName", "name.givenName", "name.familyName")


def _misread(changes: Iterable[Change], facts: Facts) -> Message | None:
    """Names whose letters beyond ASCII alone would change: a text file is read in another encoding than before."""
    if not facts.source.ends:
        return None
    found: dict[str, tuple[str, str]] = {}
    for change in changes if facts.linked else ():
        for path in _PERSONS_NAMES if change.kind == "user" and change.action is Action.UPDATE else ():
            before, after = change.before.get(path), change.after.get(path)
            if isinstance(before, str) and isinstance(after, str) and _only_letters_differ(before, after):
                found.setdefault(change.source_id, (value_text(before), value_text(after)))
    if len(found) < _SMALLEST:
        return None
    names = [[link.confirmed.get(path) for path in _PERSONS_NAMES] for link in facts.linked if link.kind == "user"]
    having = sum(any(isinstance(name, str) and not name.isascii() for name in one) for one in names)
    if len(found) <= having / 2:
        return None
    before, after = next(iter(found.values()))
    return Message("encoding-unsure", count=len(found), before=before, after=after)


def _only_letters_differ(before: str, after: str) -> bool:
    """Whether only letters beyond ASCII differ, with "?" for one that was lost, and with a letter that it swallowed."""
    if before.isascii() or (after.isascii() and "?" not in after) or _is_repaired(before, after):
        return False
    letters = sum(not character.isascii() for character in before)
    plain, now = ("".join(one for one in text if one.isascii() and one != "?") for text in (before, after))
    if not plain.strip():  # halves of its letters may be ASCII
        return len(now) <= letters
    rest = iter(plain)
    return 0 <= len(plain) - len(now) <= letters and all(character in rest for character in now)


def _is_repaired(before: str, after: str) -> bool:
    """Whether the text was UTF-8 that had been read as Windows-1252, and now is right."""
    try:
        return before.encode("cp1252").decode("utf-8") == after
    except ValueError:
        return False


# Other programs


def _other_provisioner(facts: Facts) -> Message | None:
    users = [link for link in facts.confirmed.values() if link.kind == "user"]
    people = facts.reading.users
    standing = [(link, people[link.target_id].resource) for link in users if link.target_id in people]
    linked = sum(is_active(now) for _, now in standing)
    marked = [link.label for link, now in standing if link.confirmed.get("externalId") != now.get("externalId")]
    edited = [link.label for link, now in standing if _is_edited(link.confirmed, now, facts.governed)]
    # An external id is changed by a program alone; other attributes also by hand, and a few of those are just repaired.
    if len(marked) >= 3 and len(marked) >= linked / 10:
        changed, by = marked, "external-id"
    elif len(edited) >= 10 and len(edited) >= linked / 4:
        changed, by = edited, "attributes"
    else:
        return None
    return Message(
        "other-provisioner",
        changed=len(changed),
        people_linked=linked,
        by=by,
        names=_named(changed),
        count=len(changed),
    )


def _is_edited(confirmed: Resource, now: Resource, governed: Collection[str]) -> bool:
    """Whether something that follows the directory is no longer as it was last confirmed."""
    return confirmed != now and any(
        path in governed and is_known(value) and now.get(path) != value for path, value in confirmed.items()
    )
