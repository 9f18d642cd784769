"""What an operation says on the screen: its kind, its reason, each attribute before and after."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, assert_never

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
    differing,
    short_name,
    value_text,
)
from wizard.ui.theme.colors import Ink

ChangeKind = Literal["create", "update", "disable", "delete", "members"]
Audience = Literal["all", "people", "groups"]

KINDS: Mapping[ChangeKind, tuple[str, str, Ink]] = {
    "create": ("Create", "plus", "ok"),
    "update": ("Update", "pencil", "info"),
    "disable": ("Disable", "minus-circle", "warn"),
    "delete": ("Delete", "trash", "bad"),
    "members": ("Members", "people", "text2"),
}
"""Kind -> its word, its icon, its ink."""

NameOf = Callable[[Any], str]
"""What a person calls whom a reference of the operations means."""


class PlanLine(NamedTuple):
    """One attribute of an operation."""

    attribute: str
    before: str
    after: str


def kind_of(operation: Operation) -> ChangeKind:
    """Which count of the strip an operation belongs to."""
    match operation:
        case CreateUser() | CreateGroup():
            return "create"
        case UpdateUser() | UpdateGroup():
            return "update"
        case DisableUser():
            return "disable"
        case DeleteUser() | DeleteGroup():
            return "delete"
        case AddMembers() | RemoveMembers():
            return "members"
        case _:
            assert_never(operation)


def kinds_of(operation: Operation) -> frozenset[ChangeKind]:
    """Every count that shows an operation: a new group brings its first members along."""
    return frozenset({kind_of(operation), "members"} if memberships(operation) else {kind_of(operation)})


def memberships(operation: Operation) -> int:
    """How many people join or leave a group by an operation."""
    return len(operation.members) if isinstance(operation, CreateGroup | AddMembers | RemoveMembers) else 0


def is_person(operation: Operation) -> bool:
    """Whether an operation is about a person, not a group or its members."""
    return isinstance(operation, CreateUser | UpdateUser | DisableUser | DeleteUser)


def plain_name(reference: Any) -> str:
    """A reference where nobody knows the name behind it: its id."""
    return value_text(reference)


def lines_of(operation: Operation, name_of: NameOf = plain_name) -> tuple[PlanLine, ...]:
    """Each attribute of an operation, before and after; "" = no value."""
    match operation:
        case CreateUser():
            return _resource_lines({}, operation.after, name_of)
        case CreateGroup():
            joined = _member_lines(operation.members, (), name_of, joins=True)
            return (*_resource_lines({}, operation.after, name_of), *joined)
        case UpdateUser() | UpdateGroup():
            return _resource_lines(operation.before, operation.after, name_of)
        case DisableUser():
            return (PlanLine("active", "true", "false"),)
        case DeleteUser() | DeleteGroup():
            return _resource_lines(operation.before, {}, name_of)
        case AddMembers():
            return _member_lines(operation.members, operation.names, name_of, joins=True)
        case RemoveMembers():
            return _member_lines(operation.members, operation.names, name_of, joins=False)
        case _:
            assert_never(operation)


def _resource_lines(before: Mapping[str, Any], after: Mapping[str, Any], name_of: NameOf) -> tuple[PlanLine, ...]:
    return tuple(
        PlanLine(short_name(path), _words(before.get(path), name_of), _words(after.get(path), name_of))
        for path in differing(before, after)
    )


def _member_lines(
    members: tuple[Any, ...], names: tuple[str, ...], name_of: NameOf, *, joins: bool
) -> tuple[PlanLine, ...]:
    called = names if len(names) == len(members) else tuple(name_of(member) for member in members)
    return tuple(PlanLine("joins", "", name) if joins else PlanLine("leaves", name, "") for name in called)


def _words(value: Any, name_of: NameOf) -> str:
    plain = value is None or isinstance(value, str | bool | tuple)
    return value_text(value) if plain else name_of(value)
