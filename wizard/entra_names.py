"""Attribute names of Entra ID and of Microsoft Graph, and the user names of guests."""

import re
import unicodedata
from collections.abc import Mapping

ENTRA_NAMES = (
    "userPrincipalName", "originalUserPrincipalName", "objectId", "displayName", "givenName", "surname", "mail",
    "mailNickname", "userType", "accountEnabled", "jobTitle", "department", "companyName", "employeeId", "employeeType",
    "telephoneNumber", "mobile", "facsimileTelephoneNumber", "physicalDeliveryOfficeName", "streetAddress", "city",
    "state", "postalCode", "country", "usageLocation", "preferredLanguage", "otherMails", "proxyAddresses",
    "costCenter", "division", *(f"extensionAttribute{n}" for n in range(1, 16)), "manager",
)  # fmt: skip
"""Attributes of people as Entra's attribute mappings write them (the names of the older Azure AD Graph)."""

MAPPABLE_NAMES = tuple(name for name in ENTRA_NAMES if name != "accountEnabled")
"""What a mapping may ask a tenant for without a directory extension; `accountEnabled` is always read."""

_RENAMED: Mapping[str, str] = {
    "objectId": "id",
    "telephoneNumber": "businessPhones",
    "mobile": "mobilePhone",
    "facsimileTelephoneNumber": "faxNumber",
    "physicalDeliveryOfficeName": "officeLocation",
}

GRAPH_PROPERTIES: Mapping[str, str] = {
    **_RENAMED,
    "originalUserPrincipalName": "userPrincipalName",
    "costCenter": "employeeOrgData",
    "division": "employeeOrgData",
    **{f"extensionAttribute{n}": "onPremisesExtensionAttributes" for n in range(1, 16)},
}
"""Entra's name -> the property of Microsoft Graph that holds it; all other names are the same in both."""


_CLAIMS = (
    "userPrincipalName", "displayName", "givenName", "surname", "mail", "mailNickname", "objectId", "department",
    "jobTitle", "companyName", "employeeId", "streetAddress", "city", "state", "postalCode", "country",
    "preferredLanguage", "facsimileTelephoneNumber", *(f"extensionAttribute{n}" for n in range(1, 16)),
)  # fmt: skip
CLAIM_IDS: Mapping[str, str] = {name: name.lower() for name in _CLAIMS}
"""Attributes with one value that Entra sends with a sign-in -> their ID in a claims schema (Microsoft, claims mapping
policy type)."""


def spelling_key(name: str) -> str:
    """Letters and digits of a name, without case, accents and punctuation: equal for spellings of the same name."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


_BY_SPELLING = {spelling_key(name): name for name in ENTRA_NAMES} | {
    spelling_key(graph_name): name for name, graph_name in _RENAMED.items()
}


def canonical_name(name: str) -> str:
    """Entra's name of an attribute, from any spelling of it or of Graph's name; other names are returned unchanged."""
    return _BY_SPELLING.get(spelling_key(name), name)


def is_entra_name(name: str) -> bool:
    """Whether this is a spelling of an Entra attribute name or of Graph's name for it."""
    return spelling_key(name) in _BY_SPELLING


_GUEST = re.compile(r"(?P<alias>.+)_(?P<domain>[^_]+)#EXT#@.*", re.IGNORECASE | re.DOTALL)


def guest_user_name(user_principal_name: str) -> str:
    """The own address of a guest; other user principal names are returned unchanged.

    `nora_partner.example#EXT#@tidewater.example` -> `nora@partner.example` (Entra, how provisioning works).
    """
    guest = _GUEST.fullmatch(user_principal_name)
    return f"{guest['alias']}@{guest['domain']}" if guest else user_principal_name
