"""What a plan can consist of: one type for each thing that can happen to an object in the target."""

from dataclasses import dataclass

from wizard.errors import Message
from wizard.scim.resource import Reference, Resource
from wizard.scim.resource import short_name as short_name  # ui imports these names from here
from wizard.scim.resource import value_text as value_text


@dataclass(frozen=True, slots=True)
class CreateUser:
    """A person who is not in the target yet."""

    source_id: str
    label: str
    after: Resource
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """A person whose attributes differ (also one who is enabled again)."""

    source_id: str
    label: str
    id: str
    """"" = made by this same plan: a second step after the person's `CreateUser`."""
    before: Resource
    """Only the attributes that change, as they stand in the target."""
    after: Resource
    """The same attributes as they shall be; a path that is only in `before` is cleared."""
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class DisableUser:
    """A leaver, or someone blocked in the directory, whose `active` becomes false."""

    source_id: str
    label: str
    id: str
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class DeleteUser:
    """A leaver who is deleted; AWS assignments go with them and do not come back."""

    source_id: str
    label: str
    id: str
    before: Resource
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """A group that is not in the target yet, with its first members (up to 100)."""

    source_id: str
    label: str
    after: Resource
    members: tuple[Reference, ...] = ()
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class UpdateGroup:
    """A group whose name or external id differs."""

    source_id: str
    label: str
    id: str
    before: Resource
    after: Resource
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class DeleteGroup:
    """A group this job made that is gone from the directory."""

    source_id: str
    label: str
    id: str
    before: Resource
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class AddMembers:
    """People who join a group, up to 100 in one request."""

    source_id: str
    """Of the group."""
    label: str
    group: Reference
    members: tuple[Reference, ...]
    names: tuple[str, ...] = ()
    """What a person calls each of `members`."""
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class RemoveMembers:
    """People who leave a group, up to 100 in one request."""

    source_id: str
    label: str
    group: Reference
    members: tuple[Reference, ...]
    names: tuple[str, ...] = ()
    why: Message | None = None


def differing(before: Resource, after: Resource) -> tuple[str, ...]:
    """Paths whose value changes; an update also carries unchanged parts of a list item, which is written whole."""
    return tuple(path for path in dict.fromkeys((*after, *before)) if before.get(path) != after.get(path))


UserOperation = CreateUser | UpdateUser | DisableUser | DeleteUser
GroupOperation = CreateGroup | UpdateGroup | DeleteGroup
MembershipOperation = AddMembers | RemoveMembers
Operation = UserOperation | GroupOperation | MembershipOperation
