"""What each row of a mapping table gives for one person or group: a resource, path by path."""

from collections.abc import Callable, Collection, Sequence

from wizard.directory import AttributeValue, DirectoryGroup, DirectoryUser
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind
from wizard.scim.resource import MANAGER, Planned, Resource, Value

MEMBERS = "members"
"""Target of the group table's row for memberships; it is no attribute of the group's resource."""
BOOLEAN_TARGETS = frozenset({"active"})
REFERENCE_TARGETS = frozenset({MANAGER})
COMPUTED_USER_SOURCES = ("objectId", "accountEnabled", "IsSoftDeleted", "mailNickname")
"""Source attributes that every person has, whether or not the directory has a column for them."""
COMPUTED_GROUP_SOURCES = ("objectId", "displayName", "members")
COMPUTED = frozenset({*COMPUTED_USER_SOURCES, *COMPUTED_GROUP_SOURCES})

SourceValue = Callable[[str], AttributeValue | None]


def map_user(user: DirectoryUser, rows: Sequence[AttributeMapping], *, creating: bool = True) -> Resource:
    """The resource these rows give for one person; a manager is `Planned(source id)`.

    `creating` False leaves out what flows only when an object is made.
    """
    return _resource(lambda name: user_value(user, name), rows, creating=creating)


def map_group(group: DirectoryGroup, rows: Sequence[AttributeMapping], *, creating: bool = True) -> Resource:
    """The resource these rows give for one group, without its members."""
    return _resource(lambda name: group_value(group, name), rows, creating=creating)


def user_value(user: DirectoryUser, name: str) -> AttributeValue | None:
    """A source attribute of a person, computed where the directory has none; None = no value."""
    if name == "accountEnabled":
        return user.enabled
    if (
        name == "IsSoftDeleted"
    ):  # of someone in scope only one of Entra's four cases is left: the account is blocked
        return not user.enabled
    value = user.attributes.get(name)
    if value is None and name == "objectId":
        return user.id
    if value is None and name == "mailNickname":
        return user.text("userPrincipalName").partition("@")[0] or None
    return value


def group_value(group: DirectoryGroup, name: str) -> AttributeValue | None:
    """A source attribute of a group; None = no value.

    A group known only by its name has no `objectId`: AWS takes no space in an external id, and a name may change.
    """
    value = group.attributes.get(name)
    if value is None and name == "objectId" and group.id != group.label:
        return group.id
    return value


def governed_paths(rows: Sequence[AttributeMapping], known: Collection[str]) -> frozenset[str]:
    """Target paths that follow the directory for good: mapped, and not only when an object is made.

    `known` are the directory's attributes (empty = not told). A directory that has no such attribute at all says
    nothing about it, so the target's value is left alone; one that has it, without a value, clears it.
    """
    return frozenset(
        row.target
        for row in rows
        if row.kind is not MappingKind.NONE
        and row.flow is FlowType.ALWAYS
        and row.target != MEMBERS
        and (row.kind is MappingKind.CONSTANT or row.default or not known or row.source in {*known, *COMPUTED})
    )


def matching_paths(rows: Sequence[AttributeMapping]) -> tuple[str, ...]:
    """Target paths by which an existing object is found, the first to be tried first."""
    matching = [row for row in rows if row.matching_priority > 0 and row.kind is not MappingKind.NONE]
    return tuple(row.target for row in sorted(matching, key=lambda row: row.matching_priority))


def maps_members(rows: Sequence[AttributeMapping]) -> bool:
    """Whether memberships flow."""
    return any(row.target == MEMBERS and row.kind is not MappingKind.NONE for row in rows)


def _resource(source: SourceValue, rows: Sequence[AttributeMapping], *, creating: bool) -> Resource:
    resource: dict[str, Value] = {}
    for row in rows:
        if row.target == MEMBERS or not _flows(row, creating=creating):
            continue
        raw = _raw(source, row)
        value = None if raw is None else _for_target(row.target, raw)
        if value is not None:
            resource[row.target] = value
    return resource


def _flows(row: AttributeMapping, *, creating: bool) -> bool:
    # A row of kind None leaves the target alone, but its default is written when the object is made.
    return creating or (row.kind is not MappingKind.NONE and row.flow is FlowType.ALWAYS)


def _raw(source: SourceValue, row: AttributeMapping) -> AttributeValue | None:
    value: AttributeValue | None = None
    if row.kind is MappingKind.ATTRIBUTE:
        value = source(row.source)
    elif row.kind is MappingKind.CONSTANT:
        value = row.source
    if value is None or value in ("", ()):
        value = row.default or None
    return value


def _for_target(target: str, value: AttributeValue) -> Value | None:
    if isinstance(value, tuple):
        value = tuple(part for part in value if part)
        if len(value) < 2:
            return _for_target(target, value[0]) if value else None
        return value
    if target in REFERENCE_TARGETS:
        return Planned(str(value))
    if target in BOOLEAN_TARGETS:
        return _boolean(value)
    return str(value) if isinstance(value, bool) else value


def _boolean(value: str | bool) -> str | bool:
    # What is neither stays as it is, so that preflight can name it.
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().casefold(), value)
