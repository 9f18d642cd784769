"""The mapping tables a new job begins with: the tutorial's targets in its order, fed as Entra feeds them."""

from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings
from wizard.mapping.resources import MEMBERS
from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER

ACTIVE = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'
FULL_NAME = 'Join(" ", [givenName], [surname])'
DEFAULT_EXPRESSIONS = frozenset({ACTIVE, FULL_NAME})
"""Known to be readable: a job with the default tables needs the grammar for the first person only."""
WORK_ADDRESS = 'addresses[type eq "work"]'


def default_mappings() -> Mappings:
    """25 targets for people and 3 for groups; those without a usual source are listed with none."""
    return Mappings(users=_users(), groups=_groups())


def _from(target: str, source: str, priority: int = 0) -> AttributeMapping:
    return AttributeMapping(target, MappingKind.ATTRIBUTE, source, matching_priority=priority)


def _by(target: str, expression: str) -> AttributeMapping:
    return AttributeMapping(target, MappingKind.FUNCTION, expression)


def _unfed(target: str) -> AttributeMapping:
    return AttributeMapping(target, MappingKind.NONE)


def _users() -> tuple[AttributeMapping, ...]:
    return (
        _from("userName", "userPrincipalName", priority=1),
        _by("active", ACTIVE),
        _from("displayName", "displayName"),
        _from("title", "jobTitle"),
        _from('emails[type eq "work"].value', "mail"),
        _from("preferredLanguage", "preferredLanguage"),
        _from("name.givenName", "givenName"),
        _from("name.familyName", "surname"),
        _by("name.formatted", FULL_NAME),
        _from(f"{WORK_ADDRESS}.formatted", "physicalDeliveryOfficeName"),
        _from(f"{WORK_ADDRESS}.streetAddress", "streetAddress"),
        _from(f"{WORK_ADDRESS}.locality", "city"),
        _from(f"{WORK_ADDRESS}.region", "state"),
        _from(f"{WORK_ADDRESS}.postalCode", "postalCode"),
        _from(f"{WORK_ADDRESS}.country", "country"),
        _from('phoneNumbers[type eq "work"].value', "telephoneNumber"),
        # Entra matches by userName alone. AWS filters by externalId too, and it holds our own identity: somebody
        # renamed while no link was kept is still found, instead of being made a second time.
        _from("externalId", "objectId", priority=2),
        _unfed("locale"),
        _unfed("timezone"),
        _from(f"{ENTERPRISE_SCHEMA}:employeeNumber", "employeeId"),
        _from(f"{ENTERPRISE_SCHEMA}:department", "department"),
        _unfed(f"{ENTERPRISE_SCHEMA}:division"),
        _unfed(f"{ENTERPRISE_SCHEMA}:costCenter"),
        _unfed(f"{ENTERPRISE_SCHEMA}:organization"),
        _from(MANAGER, "manager"),
    )


def _groups() -> tuple[AttributeMapping, ...]:
    return (
        _from("displayName", "displayName", priority=1),
        _from("externalId", "objectId"),
        _from(MEMBERS, "members"),
    )
