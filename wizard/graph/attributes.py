"""Entra's attribute names as its mappings write them, and where Microsoft Graph keeps each."""

from collections.abc import Iterable, Mapping
from typing import Any

ALWAYS = ("id", "accountEnabled", "displayName", "userPrincipalName", "userType")
"""What a person is recognised by, whatever is mapped."""
LEGACY: Mapping[str, str] = {
    "objectId": "id",
    "telephoneNumber": "businessPhones",
    "mobile": "mobilePhone",
    "facsimileTelephoneNumber": "faxNumber",
    "physicalDeliveryOfficeName": "officeLocation",
    "originalUserPrincipalName": "userPrincipalName",
    "costCenter": "employeeOrgData",
    "division": "employeeOrgData",
    **{f"extensionAttribute{n}": "onPremisesExtensionAttributes" for n in range(1, 16)},
}
"""Name in a mapping -> Graph's property; every other name is the same in both."""
STANDARD = (
    "userPrincipalName", "originalUserPrincipalName", "objectId", "displayName", "givenName", "surname", "mail",
    "mailNickname", "userType", "jobTitle", "department", "companyName", "employeeId", "employeeType",
    "telephoneNumber", "mobile", "facsimileTelephoneNumber", "physicalDeliveryOfficeName", "streetAddress", "city",
    "state", "postalCode", "country", "usageLocation", "preferredLanguage", "otherMails", "proxyAddresses",
    "costCenter", "division", *(f"extensionAttribute{n}" for n in range(1, 16)), "manager",
)  # fmt: skip
"""What a mapping may ask for without a directory extension."""
COMPUTED = ("manager", "accountEnabled", "IsSoftDeleted", "id")
_GUEST = "#EXT#"


def selected(attributes: Iterable[str]) -> tuple[str, ...]:
    """Graph's properties behind attributes of a mapping, and those that are always read; sorted."""
    asked = {LEGACY.get(name, name) for name in attributes if name not in COMPUTED}
    return tuple(sorted({*asked, *ALWAYS}))


def attributes_of(person: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, str | bool | tuple[str, ...]]:
    """A person's attributes under the names of mappings, from Graph's properties; empty ones are left out."""
    found: dict[str, str | bool | tuple[str, ...]] = {}
    for name in wanted:
        kept = person.get(LEGACY.get(name, name))
        if kept is None:
            continue  # most of what can be asked for: nobody has everything
        value = _value(name, kept)
        if value not in (None, "", ()):
            found[name] = value if isinstance(value, str | bool | tuple) else str(value)
    return found


def member_name(user_principal_name: str) -> str:
    """A guest's own address out of the name Entra gives a guest; any other name as it stands.

    `nora_partner.example#EXT#@tidewater.example` is `nora@partner.example` (Entra, how provisioning works).
    """
    alias, mark, _ = user_principal_name.partition(_GUEST)
    if not mark or "_" not in alias:
        return user_principal_name
    name, _, domain = alias.rpartition("_")
    return f"{name}@{domain}"


def _value(name: str, kept: Any) -> Any:
    """What a mapping reads of a property that has a value."""
    if name == "userPrincipalName":
        return member_name(str(kept))
    if name in ("costCenter", "division") or name.startswith("extensionAttribute"):
        return kept.get(name) if isinstance(kept, Mapping) else None
    if name == "telephoneNumber":
        return kept[0] if isinstance(kept, list) and kept else None
    if isinstance(kept, list):
        return tuple(str(one) for one in kept)
    return kept
