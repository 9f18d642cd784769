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
        "userName", filterable=True, required=True, description="Sign-in name. Unique, without spaces."
    ),
    TargetAttribute("active", "Boolean", description="Whether the person can sign in."),
    TargetAttribute("displayName", required=True, description="Name shown in AWS."),
    TargetAttribute("title", description="Job title."),
    TargetAttribute('emails[type eq "work"].value', description="Email address. Unique in AWS."),
    TargetAttribute("preferredLanguage", description="Preferred language, such as en-US."),
    TargetAttribute("name.givenName", required=True, description="First name."),
    TargetAttribute("name.familyName", required=True, description="Last name."),
    TargetAttribute("name.formatted", description="Full name, formatted for display."),
    TargetAttribute(f"{_ADDRESS}.formatted", description="Complete work address."),
    TargetAttribute(f"{_ADDRESS}.streetAddress", description="Street of the work address."),
    TargetAttribute(f"{_ADDRESS}.locality", description="City of the work address."),
    TargetAttribute(f"{_ADDRESS}.region", description="State or region of the work address."),
    TargetAttribute(f"{_ADDRESS}.postalCode", description="Postal code of the work address."),
    TargetAttribute(f"{_ADDRESS}.country", description="Country of the work address."),
    TargetAttribute('phoneNumbers[type eq "work"].value', description="Work phone number. AWS stores one."),
    TargetAttribute(
        "externalId", filterable=True, description="Links the person to the directory. Must not change."
    ),
    TargetAttribute("locale", description="Language and region for dates and numbers, such as en-US."),
    TargetAttribute("timezone", description="Time zone, such as Europe/Berlin."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:employeeNumber", description="Employee number."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:department", description="Department."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:division", description="Division."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:costCenter", description="Cost center."),
    TargetAttribute(f"{ENTERPRISE_SCHEMA}:organization", description="Organization."),
    TargetAttribute(MANAGER, "Reference", description="Manager. Must also be provisioned."),
)
"""The tutorial's 25, in its order. Filtering: userName as the tutorial marks it; externalId by AWS's ListUsers."""

MORE_USER_ATTRIBUTES: tuple[TargetAttribute, ...] = (
    TargetAttribute("nickName", description="Nickname."),
    TargetAttribute("userType", description="Type of employment, such as Employee."),
    TargetAttribute("name.middleName", description="Middle name."),
    TargetAttribute("name.honorificPrefix", description="Title before the name, such as Dr."),
    TargetAttribute("name.honorificSuffix", description="Suffix after the name, such as III."),
    TargetAttribute("profileUrl", description="URL of the person's profile page."),
)
"""Further attributes that AWS accepts (SCIM developer guide, limitations)."""

GROUP_ATTRIBUTES: tuple[TargetAttribute, ...] = (
    TargetAttribute("displayName", filterable=True, required=True, description="Group name. Unique in AWS."),
    TargetAttribute(
        "externalId", filterable=True, description="Links the group to the directory. Must not change."
    ),
    TargetAttribute(
        "members", "Reference", description="People in the group. AWS does not support nested groups."
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
