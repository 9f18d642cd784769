"""Values of source attributes: as the directory has them, computed, or under Entra's other name for them."""

from collections.abc import Callable, Collection

from wizard.directory import AttributeValue, DirectoryGroup, DirectoryUser
from wizard.entra_names import canonical_name

SourceValue = Callable[[str], AttributeValue | None]
"""Name of a source attribute -> its value for one person or group, None = NULL."""

COMPUTED_USER_SOURCES = ("objectId", "accountEnabled", "IsSoftDeleted", "mailNickname")
"""Source attributes that every person has, whether or not the directory has a column for them."""
COMPUTED_GROUP_SOURCES = ("objectId", "displayName", "members")
COMPUTED = frozenset({*COMPUTED_USER_SOURCES, *COMPUTED_GROUP_SOURCES})
_COMPUTED_OF_USERS = frozenset(COMPUTED_USER_SOURCES)


def entra_name(name: str) -> str:
    """Return Entra's own name of an attribute; `name` may be Graph's, as `officeLocation`."""
    return canonical_name(name.removeprefix("onPremisesExtensionAttributes."))


def other_name(name: str) -> str:
    """Return Entra's own name where it differs from `name`, else ""."""
    entra = entra_name(name)
    return "" if entra == name else entra


def attribute_reader(name: str) -> Callable[[SourceValue, object], AttributeValue | None]:
    """Return a function of (source, context) that reads an attribute by this name, else by Entra's own name for it."""
    other = other_name(name)
    if not other:
        return lambda source, context: source(name)

    def by_either_name(source: SourceValue, context: object) -> AttributeValue | None:
        value = source(name)
        return source(other) if value is None else value

    return by_either_name


def user_value(user: DirectoryUser, name: str) -> AttributeValue | None:
    """Return a source attribute of a person, computed where the directory has none; None = no value."""
    value = user.attributes.get(name)
    if name not in _COMPUTED_OF_USERS:
        return value
    if name == "accountEnabled":
        return user.enabled
    if name == "IsSoftDeleted":
        return not user.enabled  # of Entra's four cases only one can occur in scope: a blocked account
    if value is None and name == "objectId":
        return user.id
    if value is None and name == "mailNickname":
        return user.text("userPrincipalName").partition("@")[0] or None
    return value


def group_value(group: DirectoryGroup, name: str) -> AttributeValue | None:
    """Return a source attribute of a group; None = no value.

    A group known only by its name has no `objectId`: AWS allows no spaces in an external id, and a name may change.
    """
    value = group.attributes.get(name)
    if value is None and name == "objectId" and group.id != group.label:
        return group.id
    return value


def is_known(name: str, known: Collection[str]) -> bool:
    """Return whether a source has an attribute; `known` are the names of the directory's own."""
    return any(one in known or one in COMPUTED for one in (name, entra_name(name)))
