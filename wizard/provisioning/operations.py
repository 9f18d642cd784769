"""Operations of a plan: one type for each thing that can happen to an object in AWS."""

from dataclasses import dataclass

from wizard.errors import Message
from wizard.scim.resource import Reference, Resource
from wizard.scim.resource import short_name as short_name  # ui imports these names from here
from wizard.scim.resource import value_text as value_text


@dataclass(frozen=True, slots=True)
class CreateUser:
    """Create a person."""

    source_id: str
    label: str
    after: Resource
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """Change a person's attributes, or enable them again."""

    source_id: str
    label: str
    id: str
    """"" = made by this same plan: a second step after the person's `CreateUser`."""
    before: Resource
    """Only the attributes that change, as they are in AWS."""
    after: Resource
    """The same attributes after the change; a path only in `before` is cleared."""
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class DisableUser:
    """Set `active` to false, for a leaver or a person blocked in the directory."""

    source_id: str
    label: str
    id: str
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class DeleteUser:
    """Delete a leaver; their AWS assignments are lost."""

    source_id: str
    label: str
    id: str
    before: Resource
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """Create a group with its first members (up to 100)."""

    source_id: str
    label: str
    after: Resource
    members: tuple[Reference, ...] = ()
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class UpdateGroup:
    """Change a group's name or external id."""

    source_id: str
    label: str
    id: str
    before: Resource
    after: Resource
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class DeleteGroup:
    """Delete a group that this job created and the directory no longer has."""

    source_id: str
    label: str
    id: str
    before: Resource
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class AddMembers:
    """Add people to a group, up to 100 in one request."""

    source_id: str
    """Of the group."""
    label: str
    group: Reference
    members: tuple[Reference, ...]
    names: tuple[str, ...] = ()
    """Labels of `members`."""
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class RemoveMembers:
    """Remove people from a group, up to 100 in one request."""

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
