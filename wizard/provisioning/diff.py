"""What must be written for one object: creations, changed attributes, and memberships."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from wizard.aws.interface import ObjectKind
from wizard.aws.rules import NEVER_CLEARED, complete_items
from wizard.directory import DirectoryGroup
from wizard.errors import Message
from wizard.mapping.resources import Failure
from wizard.provisioning.change import Action, Change, differing
from wizard.provisioning.read_aws import AnyExisting
from wizard.scim.resource import MANAGER, Known, Planned, Reference, Resource, Sealed, Value, short_names

T = TypeVar("T")
_NOT_IN_AWS = Message("not-in-aws-yet", members=0)


@dataclass(frozen=True, slots=True)
class Desired:
    """One object in scope as it should be in AWS."""

    kind: ObjectKind
    source_id: str
    label: str
    resource: Resource
    """Mapped and adapted to AWS; includes what flows only when the object is created."""
    notes: tuple[Message, ...] = ()
    """What AWS's rules changed in it."""
    untouched: frozenset[str] = frozenset()
    """Paths that stay as they are if it exists."""
    failures: tuple[Failure, ...] = ()
    """Expressions that give no value for it."""


# Attributes


def changed(existing: Resource, desired: Resource, paths: Collection[str]) -> tuple[Resource, Resource]:
    """Before and after, only the attributes among `paths` that differ; a path only in `before` is cleared."""
    written = [path for path, value in desired.items() if existing.get(path) != value and path in paths]
    cleared = [p for p in existing if p not in desired and p in paths and p not in NEVER_CLEARED]
    if not written and not cleared:  # nearly everybody, nearly always
        return {}, {}
    before = {path: existing[path] for path in (*written, *cleared) if path in existing}
    after = {path: desired[path] for path in written}
    complete_items(before, after, existing)
    _unseal(after, desired)
    return before, after


def _unseal(after: dict[str, Value], desired: Resource) -> None:
    """Replace or drop values known by their keyed hash only: they cannot be sent."""
    for path in [path for path, value in after.items() if isinstance(value, Sealed)]:
        if path in desired:
            after[path] = desired[path]
        else:
            del after[path]


def merged(existing: Resource, desired: Resource, paths: Collection[str]) -> Resource:
    """The existing resource after it follows `desired` in `paths`."""
    before, after = changed(existing, desired, paths)
    if not before and not after:
        return existing
    return {path: value for path, value in existing.items() if path not in before} | dict(after)


def _without(paths: frozenset[str], untouched: frozenset[str]) -> frozenset[str]:
    return paths - untouched if untouched else paths


@dataclass(frozen=True, slots=True)
class Managers:
    """People who may be a manager."""

    references: Mapping[str, Reference]
    """Source id -> reference that can be written as a manager."""
    standing: Mapping[str, str]
    """Source id -> AWS id of everyone linked, in scope or not."""
    names: Mapping[str, str]
    """Source id -> label."""


def diff_person(
    one: Desired, existing: AnyExisting | None, governed: frozenset[str], managers: Managers, *, again: bool
) -> tuple[Change | None, Message | None]:
    """The change of one person in scope (None = already as it should be), and what reference it goes without.

    `again` True: this job disabled the person, so they are enabled even where no row maps `active`.
    """
    resource, left_alone, warning = _manager_resolved(one, existing, managers)
    if existing is None:
        create = Change("user", Action.CREATE, one.source_id, one.label, after=resource, reason=_NOT_IN_AWS)
        return create, warning
    paths = _without(governed, left_alone | one.untouched)
    if again and "active" not in paths:
        paths, resource = paths | {"active"}, {**resource, "active": True}
    return _update(one, existing, changed(existing.resource, resource, paths)), warning


def diff_group(one: Desired, existing: AnyExisting, governed: frozenset[str]) -> Change | None:
    """The change of one group's attributes; None = already as they should be."""
    return _update(one, existing, changed(existing.resource, one.resource, _without(governed, one.untouched)))


def _update(one: Desired, existing: AnyExisting, differences: tuple[Resource, Resource]) -> Change | None:
    before, after = differences
    if not before and not after:
        return None
    return Change(
        one.kind,
        Action.UPDATE,
        one.source_id,
        one.label,
        existing.id,
        before,
        after,
        reason=_why(before, after),
    )


def _manager_resolved(
    one: Desired, existing: AnyExisting | None, managers: Managers
) -> tuple[Resource, frozenset[str], Message | None]:
    """The resource with its manager resolved, paths to leave alone, and why the manager is not written.

    A manager who cannot be written never clears the one in AWS.
    """
    wished = one.resource.get(MANAGER)
    if not isinstance(wished, Planned):
        return one.resource, frozenset(), None
    reference = managers.references.get(wished.source_id)
    if reference is not None:
        resource = one.resource if isinstance(reference, Planned) else {**one.resource, MANAGER: reference}
        return resource, frozenset(), None
    resource = {path: value for path, value in one.resource.items() if path != MANAGER}
    present = existing.resource.get(MANAGER) if existing else None
    if isinstance(present, Known) and present.id == managers.standing.get(wished.source_id):
        return resource, frozenset({MANAGER}), None
    name = managers.names.get(wished.source_id, wished.source_id)
    return resource, frozenset({MANAGER}), Message("manager-not-provisioned", manager=name, kept=bool(present))


def _why(before: Resource, after: Resource) -> Message:
    again = after.get("active") is True and before.get("active") is False
    return _differing(differing(before, after), again)


@lru_cache(maxsize=1024)
def _differing(paths: tuple[str, ...], again: bool) -> Message:
    if again:
        return Message("enabled-again", attributes=short_names(path for path in paths if path != "active"))
    return Message("attributes-differ", count=len(paths), attributes=short_names(paths))


# Memberships


@dataclass(frozen=True, slots=True)
class Membership:
    """People who may be in a group."""

    references: Mapping[str, Reference]
    """Source id -> reference of who may join."""
    standing: Mapping[str, str]
    """Source id -> AWS id of everyone linked or matched."""
    sources: Mapping[str, str]
    """AWS id -> source id."""
    staying: Collection[str]
    """Source ids never removed from a group: held by an unreadable row, or deleted by this plan anyway."""
    names: Mapping[str, str]
    removals: bool
    """False: nobody is removed from a group (start small)."""
    limit: int
    """Members that one request may carry."""


@dataclass(frozen=True, slots=True)
class GroupChanges:
    """The memberships of one group, compared."""

    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    known: int = 0
    """Memberships in AWS that this job provisions."""
    foreign: int = 0
    """Members in AWS that the directory does not know: they stay."""
    left_out: tuple[str, ...] = ()
    """Names of members in the directory who cannot join."""


def new_group(one: Desired, group: DirectoryGroup, people: Membership, *, members: bool) -> GroupChanges:
    """Create a group with its first members; the others follow in further requests."""
    joining = [source for source in group.members if source in people.references] if members else []
    first, rest = joining[: people.limit], joining[people.limit :]
    references = tuple(people.references[source] for source in first)
    why = Message("not-in-aws-yet", members=len(joining)) if joining else _NOT_IN_AWS
    create = Change(
        "group", Action.CREATE, one.source_id, one.label, after=one.resource, members=references, reason=why
    )
    adds = _adds(one, "", rest, people)
    return GroupChanges((create, *adds), left_out=_left_out(group, people) if members else ())


def existing_group(
    one: Desired, group: DirectoryGroup, target_id: str, current: frozenset[str], people: Membership
) -> GroupChanges:
    """Who joins and leaves a group that exists in AWS."""
    listed = {people.standing[source] for source in group.members if source in people.standing}
    joining = [
        source
        for source in group.members
        if source in people.references and people.standing.get(source) not in current
    ]
    leaving = sorted(
        (people.sources[member], member)
        for member in current
        if people.removals
        and member in people.sources
        and member not in listed
        and people.sources[member] not in people.staying
    )
    adds = _adds(one, target_id, joining, people)
    removes = _removes(one, target_id, leaving, people)
    known = sum(member in people.sources for member in current)
    return GroupChanges(
        (*removes, *adds), len(current & listed), known, len(current) - known, _left_out(group, people)
    )


def _left_out(group: DirectoryGroup, people: Membership) -> tuple[str, ...]:
    return tuple(
        people.names.get(source, source)
        for source in group.members
        if source not in people.references and source not in people.standing
    )


def _adds(one: Desired, target_id: str, joining: Sequence[str], people: Membership) -> Iterator[Change]:
    for chunk in _chunks(joining, people.limit):
        names = tuple(people.names.get(source, source) for source in chunk)
        why = Message("people-join", count=len(chunk))
        members = tuple(people.references[source] for source in chunk)
        yield _members_change(Action.ADD_MEMBERS, one, target_id, members, names, why)


def _removes(
    one: Desired, target_id: str, leaving: Sequence[tuple[str, str]], people: Membership
) -> Iterator[Change]:
    for chunk in _chunks(leaving, people.limit):
        names = tuple(people.names.get(source, source) for source, _ in chunk)
        members = tuple(Known(member) for _, member in chunk)
        why = Message("people-leave", count=len(chunk))
        yield _members_change(Action.REMOVE_MEMBERS, one, target_id, members, names, why)


def _members_change(
    action: Action,
    one: Desired,
    target_id: str,
    members: tuple[Reference, ...],
    names: tuple[str, ...],
    reason: Message,
) -> Change:
    return Change(
        "group", action, one.source_id, one.label, target_id, members=members, names=names, reason=reason
    )


def _chunks(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
