"""Friendly names of attributes: "Job title" for `jobTitle` of Entra ID and for `title` of AWS."""

import re
from collections.abc import Mapping

from wizard.entra_names import canonical_name, spelling_key
from wizard.messages.translation import N_, _

_ENTRA: Mapping[str, str] = {
    "userPrincipalName": N_("User principal name"),
    "originalUserPrincipalName": N_("User principal name, as in Entra ID"),
    "objectId": N_("Object ID"),
    "displayName": N_("Display name"),
    "givenName": N_("First name"),
    "surname": N_("Last name"),
    "mail": N_("Email"),
    "mailNickname": N_("Mail nickname"),
    "userType": N_("User type"),
    "accountEnabled": N_("Account enabled"),
    "jobTitle": N_("Job title"),
    "department": N_("Department"),
    "companyName": N_("Company name"),
    "employeeId": N_("Employee ID"),
    "employeeType": N_("Employee type"),
    "telephoneNumber": N_("Phone number"),
    "mobile": N_("Mobile phone"),
    "facsimileTelephoneNumber": N_("Fax number"),
    "physicalDeliveryOfficeName": N_("Office"),
    "streetAddress": N_("Street address"),
    "city": N_("City"),
    "state": N_("State or region"),
    "postalCode": N_("Postal code"),
    "country": N_("Country"),
    "usageLocation": N_("Usage location"),
    "preferredLanguage": N_("Preferred language"),
    "otherMails": N_("Other emails"),
    "proxyAddresses": N_("Proxy addresses"),
    "costCenter": N_("Cost center"),
    "division": N_("Division"),
    "manager": N_("Manager"),
    "members": N_("Members"),
}
_AWS: Mapping[str, str] = {
    "userName": N_("User name"),
    "active": N_("Active"),
    "title": N_("Job title"),
    'emails[type eq "work"].value': N_("Email"),
    "name.givenName": N_("First name"),
    "name.familyName": N_("Last name"),
    "name.formatted": N_("Full name"),
    "name.middleName": N_("Middle name"),
    "name.honorificPrefix": N_("Name prefix"),
    "name.honorificSuffix": N_("Name suffix"),
    "nickName": N_("Nickname"),
    "externalId": N_("External ID"),
    "locale": N_("Locale"),
    "timezone": N_("Time zone"),
    "profileUrl": N_("Profile page"),
    'phoneNumbers[type eq "work"].value': N_("Phone number"),
    'addresses[type eq "work"].formatted': N_("Full address"),
    'addresses[type eq "work"].streetAddress': N_("Street address"),
    'addresses[type eq "work"].locality': N_("City"),
    'addresses[type eq "work"].region': N_("State or region"),
    'addresses[type eq "work"].postalCode': N_("Postal code"),
    'addresses[type eq "work"].country': N_("Country"),
    "employeeNumber": N_("Employee number"),
    "organization": N_("Organization"),
}
_SHORTENED = {spelling_key(path.replace('[type eq "work"]', "").removesuffix(".value")): path for path in _AWS}
"""AWS's attributes as `short_name` writes them: `emails`, `addresses.locality`."""
_EXTENSION = re.compile(r"extension_[0-9a-fA-F]{32}_(?P<name>.+)")
_NUMBERED = re.compile(r"extensionAttribute(?P<number>[1-9]|1[0-5])", re.IGNORECASE)
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])")


def friendly_name(attribute: str) -> str:
    """Return the name of an attribute for a person: "Job title".

    `attribute` is any spelling of a name of Entra ID or Graph, a path of AWS, or a column heading. A heading that is not
    a known attribute keeps its spelling; camel case becomes words.
    """
    name = attribute.rpartition(":")[2] if attribute.startswith("urn:") else attribute
    known = _AWS.get(name) or _ENTRA.get(name) or _ENTRA.get(canonical_name(name))
    known = known or _AWS.get(_SHORTENED.get(spelling_key(name), ""))
    if known:
        return _(known)
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        return _("Extension attribute {n}").format(n=numbered["number"])
    extension = _EXTENSION.fullmatch(name)
    return _as_words(extension["name"] if extension else name)


def _as_words(name: str) -> str:
    """Return a camel-case name as words ("costCenter" is "Cost center"); any other text as it is."""
    if not re.fullmatch(r"[a-z]+(?:[A-Z0-9]+[a-z0-9]*)*", name):
        return name
    first, *others = _WORD_STARTS.split(name)
    return " ".join(
        (first[:1].upper() + first[1:], *(word if word.isupper() else word.lower() for word in others))
    )
