"""Attributes of people and groups in IAM Identity Center, in the order of Microsoft's tutorial."""

from dataclasses import dataclass
from typing import Literal

from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER


@dataclass(frozen=True, slots=True)
class TargetAttribute:
    """An attribute that a mapping can set."""

    path: str
    type: Literal["String", "Boolean", "Reference"] = "String"
    filterable: bool = False
    """AWS can filter by it, so it can be a matching property."""
    required: bool = False
    description: str = ""
    """One sentence for the mapping page."""


_ADDRESS = 'addresses[type eq "work"]'

USER_ATTRIBUTES: tuple[TargetAttribute, ...] = (
    TargetAttribute(
        "userName", filterable=True, required=True, description="The sign-in name; unique, without white space."
    ),
    TargetAttribute("active", "Boolean", description="Whether the person may sign in."),
    TargetAttribute("displayName", required=True, description="The name that is shown."),
    TargetAttribute("title", description="The job title."),
    TargetAttribute('emails[type eq "work"].value', description="The e-mail address; unique in AWS."),
    TargetAttribute("preferredLanguage", description="The language the person prefers, such as en-US."),
    TargetAttribute("name.givenName", required=True, description="The first name."),
    TargetAttribute("name.familyName", required=True, description="The last name."),
    TargetAttribute("name.formatted", description="The full name as it is written."),
    TargetAttribute(f"{_ADDRESS}.formatted", description="The whole work address in one text."),
    TargetAttribute(f"{_ADDRESS}.streetAddress", description="Street and number of the work address."),
    TargetAttribute(f"{_ADDRESS}.locality", description="The city of the work address."),
    TargetAttribute(f"{_ADDRESS}.region", description="The state or region of the work address."),
    TargetAttribute(f"{_ADDRESS}.postalCode", description="The postal code of the work address."),
    TargetAttribute(f"{_ADDRESS}.country", description="The country of the work address."),
    TargetAttribute('phoneNumbers[type eq "work"].value', description="The work phone; AWS keeps one number."),
    TargetAttribute(
        "externalId", filterable=True, description="What ties the person to the directory; it should never change."
    ),
    TargetAttribute("locale", description="Language and country for dates and numbers, such as en-US."),
    TargetAttribute("timezone", description="The time zone, such as Europe/Berlin."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:employeeNumber", description="The number of the employee."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:department", description="The department."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:division", description="The division."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:costCenter", description="The cost center."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:organization", description="The organization."),
    TargetAttribute(MANAGER, "Reference", description="The person's manager, who has to be provisioned too."),
)
"""The tutorial's 25, in its order. Filtering: userName as the tutorial marks it; externalId by AWS's ListUsers."""

MORE_USER_ATTRIBUTES: tuple[TargetAttribute, ...] = (
    TargetAttribute("nickName", description="What the person is called."),
    TargetAttribute("userType", description="The kind of employment, such as Employee."),
    TargetAttribute("name.middleName", description="The middle name."),
    TargetAttribute("name.honorificPrefix", description="Title before the name, such as Dr."),
    TargetAttribute("name.honorificSuffix", description="Suffix after the name, such as III."),
    TargetAttribute("profileUrl", description="The address of a page about the person."),
)
"""Further attributes that AWS accepts (SCIM developer guide, limitations)."""

GROUP_ATTRIBUTES: tuple[TargetAttribute, ...] = (
    TargetAttribute("displayName", filterable=True, required=True, description="The group's name; unique in AWS."),
    TargetAttribute(
        "externalId", filterable=True, description="What ties the group to the directory; it should never change."
    ),
    TargetAttribute(
        "members", "Reference", description="The people in the group; groups in groups are not taken."
    ),
)
"""The tutorial's three, in its order."""


def may_be_unique(kind: Literal["user", "group"], path: str) -> bool:
    """Whether AWS may refuse a value of this attribute because another object has it.

    Wider than `rules.unique_keys`: an e-mail address of any type may be a person's primary one. A change that waits for
    nothing costs a moment; one that takes a name which is not free fails.
    """
    if path == "externalId":
        return True
    return path == "displayName" if kind == "group" else path == "userName" or "emails" in path
