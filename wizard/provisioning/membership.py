"""Who joins and who leaves one group, in requests the target can carry."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from wizard.directory import DirectoryGroup
from wizard.errors import Message
from wizard.provisioning.diff import NOT_IN_AWS
from wizard.provisioning.operations import AddMembers, CreateGroup, MembershipOperation, RemoveMembers
from wizard.provisioning.preflight import Desired
from wizard.scim.resource import Known, Planned, Reference

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Membership:
    """What is known of the people who may be in a group."""

    references: Mapping[str, Reference]
    """Source id -> who may join."""
    standing: Mapping[str, str]
    """Source id -> target id of everyone linked or matched."""
    sources: Mapping[str, str]
    """The way back: target id -> source id."""
    staying: Collection[str]
    """Source ids never taken out of a group: held by a row that cannot be read, or deleted by this plan anyway."""
    names: Mapping[str, str]
    removals: bool
    """False: nobody is taken out of a group (start small)."""
    limit: int
    """Members one request may carry."""


@dataclass(frozen=True, slots=True)
class GroupChanges:
    """The memberships of one group, compared."""

    operations: tuple[CreateGroup | MembershipOperation, ...] = ()
    unchanged: int = 0
    known: int = 0
    """Memberships in the target that this job looks after."""
    foreign: int = 0
    """Members in the target whom the directory does not know: left alone."""
    left_out: tuple[str, ...] = ()
    """Names of members in the directory who cannot join."""


def new_group(one: Desired, group: DirectoryGroup, world: Membership, *, members: bool) -> GroupChanges:
    """A group with its first members inside its creation, the others in requests of their own."""
    joining = [source for source in group.members if source in world.references] if members else []
    first, rest = joining[: world.limit], joining[world.limit :]
    references = tuple(world.references[source] for source in first)
    why = Message("not-in-aws-yet", members=len(joining)) if joining else NOT_IN_AWS
    create = CreateGroup(one.source_id, one.label, one.resource, references, why)
    adds = _adds(one, Planned(one.source_id), rest, world)
    return GroupChanges((create, *adds), left_out=_left_out(group, world) if members else ())


def existing_group(
    one: Desired, group: DirectoryGroup, target_id: str, current: frozenset[str], world: Membership
) -> GroupChanges:
    """Who joins and leaves a group that stands in the target."""
    listed = {world.standing[source] for source in group.members if source in world.standing}
    joining = [
        source
        for source in group.members
        if source in world.references and world.standing.get(source) not in current
    ]
    leaving = sorted(
        (world.sources[member], member)
        for member in current
        if world.removals
        and member in world.sources
        and member not in listed
        and world.sources[member] not in world.staying
    )
    adds = _adds(one, Known(target_id), joining, world)
    removes = _removes(one, target_id, leaving, world)
    known = sum(member in world.sources for member in current)
    return GroupChanges(
        (*removes, *adds), len(current & listed), known, len(current) - known, _left_out(group, world)
    )


def _left_out(group: DirectoryGroup, world: Membership) -> tuple[str, ...]:
    return tuple(
        world.names.get(source, source)
        for source in group.members
        if source not in world.references and source not in world.standing
    )


def _adds(one: Desired, group: Reference, joining: Sequence[str], world: Membership) -> Iterator[AddMembers]:
    for chunk in _chunks(joining, world.limit):
        names = tuple(world.names.get(source, source) for source in chunk)
        why = Message("people-join", count=len(chunk))
        yield AddMembers(
            one.source_id, one.label, group, tuple(world.references[source] for source in chunk), names, why
        )


def _removes(
    one: Desired, target_id: str, leaving: Sequence[tuple[str, str]], world: Membership
) -> Iterator[RemoveMembers]:
    for chunk in _chunks(leaving, world.limit):
        names = tuple(world.names.get(source, source) for source, _ in chunk)
        members = tuple(Known(member) for _, member in chunk)
        why = Message("people-leave", count=len(chunk))
        yield RemoveMembers(one.source_id, one.label, Known(target_id), members, names, why)


def _chunks(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
