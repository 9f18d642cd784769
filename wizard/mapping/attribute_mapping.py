"""The mapping tables in Entra's terms: which source value flows into which target attribute; and their defaults."""

from dataclasses import dataclass
from enum import StrEnum

from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER

MEMBERS = "members"
"""Target of the group table's row for memberships; it is not an attribute of the group's resource."""


class MappingKind(StrEnum):
    """Where the value comes from; names of Graph's `attributeMappingSourceType`."""

    ATTRIBUTE = "Attribute"
    CONSTANT = "Constant"
    FUNCTION = "Function"
    """An expression of Entra's language; `source` holds its text."""
    NONE = "None"
    """The target attribute is listed, but nothing flows (the portal's "None"): the target's value is left as it is."""


class FlowType(StrEnum):
    """When the value is written; Graph's `attributeFlowType`."""

    ALWAYS = "Always"
    OBJECT_ADD_ONLY = "ObjectAddOnly"


@dataclass(frozen=True, slots=True)
class AttributeMapping:
    """One row."""

    target: str
    """Target attribute path, as `emails[type eq "work"].value`."""
    kind: MappingKind = MappingKind.NONE
    source: str = ""
    """Attribute: the source attribute's name. Constant: the value itself. Function: the expression's text."""
    default: str = ""
    """Written when the source has no value; "" = nothing. (Entra's `defaultValue`, which Entra uses only when it
    creates an object; so does this program where `Mappings.clear_emptied` is false.)"""
    flow: FlowType = FlowType.ALWAYS
    matching_priority: int = 0
    """Greater than 0: a matching attribute, lowest first."""


@dataclass(frozen=True, slots=True)
class ObjectFlow:
    """What may happen to objects of one kind; Graph's `flowTypes` of an object mapping."""

    create: bool = True
    update: bool = True
    """Also disabling, as in Entra."""
    delete: bool = True


@dataclass(frozen=True, slots=True)
class Mappings:
    """The two tables."""

    users: tuple[AttributeMapping, ...]
    groups: tuple[AttributeMapping, ...]
    users_flow: ObjectFlow = ObjectFlow()
    groups_flow: ObjectFlow = ObjectFlow()
    clear_emptied: bool = True
    """An attribute cleared in the directory is cleared in AWS. Entra's own service leaves the old value."""
    imported: str = ""
    """The text of the Graph schema these tables were imported from, "" = none. Export writes the changes into it."""


# --- defaults: the tutorial's targets in its order, with Entra's sources --------------------------------------------

ACTIVE = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'
FULL_NAME = 'Join(" ", [givenName], [surname])'
DEFAULT_EXPRESSIONS = frozenset({ACTIVE, FULL_NAME})
"""Known to be correct: a job with the default tables needs the grammar only when the first person is mapped."""
WORK_ADDRESS = 'addresses[type eq "work"]'


def default_mappings() -> Mappings:
    """Return 25 targets for people and 3 for groups; those without a usual source have none."""
    return Mappings(users=_users(), groups=_groups())


def _users() -> tuple[AttributeMapping, ...]:
    return (
        _attribute("userName", "userPrincipalName", priority=1),
        _expression("active", ACTIVE),
        _attribute("displayName", "displayName"),
        _attribute("title", "jobTitle"),
        _attribute('emails[type eq "work"].value', "mail"),
        _attribute("preferredLanguage", "preferredLanguage"),
        _attribute("name.givenName", "givenName"),
        _attribute("name.familyName", "surname"),
        _expression("name.formatted", FULL_NAME),
        _attribute(f"{WORK_ADDRESS}.formatted", "physicalDeliveryOfficeName"),
        _attribute(f"{WORK_ADDRESS}.streetAddress", "streetAddress"),
        _attribute(f"{WORK_ADDRESS}.locality", "city"),
        _attribute(f"{WORK_ADDRESS}.region", "state"),
        _attribute(f"{WORK_ADDRESS}.postalCode", "postalCode"),
        _attribute(f"{WORK_ADDRESS}.country", "country"),
        _attribute('phoneNumbers[type eq "work"].value', "telephoneNumber"),
        # Entra matches by userName alone. This external id finds the accounts of this job again after its journal was
        # lost; as it comes from the directory, it is no proof about accounts that others made.
        _attribute("externalId", "objectId", priority=2),
        _no_source("locale"),
        _no_source("timezone"),
        _attribute(f"{ENTERPRISE_SCHEMA}:employeeNumber", "employeeId"),
        _attribute(f"{ENTERPRISE_SCHEMA}:department", "department"),
        _no_source(f"{ENTERPRISE_SCHEMA}:division"),
        _no_source(f"{ENTERPRISE_SCHEMA}:costCenter"),
        _no_source(f"{ENTERPRISE_SCHEMA}:organization"),
        _attribute(MANAGER, "manager"),
    )


def _groups() -> tuple[AttributeMapping, ...]:
    return (
        _attribute("displayName", "displayName", priority=1),
        _attribute("externalId", "objectId"),
        _attribute(MEMBERS, "members"),
    )


def _attribute(target: str, source: str, priority: int = 0) -> AttributeMapping:
    return AttributeMapping(target, MappingKind.ATTRIBUTE, source, matching_priority=priority)


def _expression(target: str, text: str) -> AttributeMapping:
    return AttributeMapping(target, MappingKind.FUNCTION, text)


def _no_source(target: str) -> AttributeMapping:
    return AttributeMapping(target, MappingKind.NONE)
