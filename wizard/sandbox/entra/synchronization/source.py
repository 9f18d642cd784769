"""People and groups as the service reads them: the directory at one moment, and attributes by their old names.

Sources: source attributes have the names of Azure AD Graph (Microsoft's page on customizing attributes);
`userPrincipalName` of a guest comes without `#EXT#`, the raw one is `originalUserPrincipalName`; `IsSoftDeleted` is
true for who is unassigned, fails a scoping filter, is softly deleted or blocked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.entra.synchronization.functions import Value
from wizard.sandbox.entra.synchronization.job import Key
from wizard.sandbox.entra.tenant import DEFAULT_ACCESS, Tenant

_OLD_NAMES = {"objectId": "id", "mobile": "mobilePhone", "facsimileTelephoneNumber": "faxNumber",
              "physicalDeliveryOfficeName": "officeLocation"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Directory:
    """The tenant at the beginning of a cycle."""

    objects: Mapping[Key, Mapping[str, Any]]
    """All living people and groups, and the softly deleted ones."""
    soft_deleted: frozenset[Key]
    gone: frozenset[str]
    members: Mapping[str, tuple[str, ...]]
    """Group -> direct members, those softly deleted too."""
    managers: Mapping[str, str]
    assigned: Mapping[str, frozenset[str]]
    """Person or group -> names of the application's roles it is assigned with."""
    position: int
    """How long the tenant's log is."""
    default_domain: str


def read(tenant: Tenant, principal_id: str, late: frozenset[str] = frozenset()) -> Directory:
    """Read the tenant as it is now, but for these assignments."""
    soft: dict[Key, Mapping[str, Any]] = {("User", key): one for key, one in tenant.deleted.items()}
    soft |= {("Group", key): one for key, one in tenant.deleted_groups.items()}
    living: dict[Key, Mapping[str, Any]] = {("User", key): dict(one) for key, one in tenant.users.items()}
    living |= {("Group", key): dict(one) for key, one in tenant.groups.items()}
    roles = {one["id"]: str(one["displayName"]) for one in tenant.principals[principal_id]["appRoles"]}
    roles[DEFAULT_ACCESS] = "Default Access"
    assigned: dict[str, frozenset[str]] = {}
    for key, one in tenant.assignments.items():
        if one["resourceId"] == principal_id and key not in late:
            role = roles.get(one["appRoleId"], "")
            assigned[one["principalId"]] = assigned.get(one["principalId"], frozenset()) | {role}
    names = [str(one.get("userPrincipalName") or "") for one in tenant.users.values()]
    return Directory(
        objects=living | soft,
        soft_deleted=frozenset(soft),
        gone=frozenset(tenant.gone),
        members={key: tuple(ids) for key, ids in tenant.members.items()},
        managers=dict(tenant.managers),
        assigned=assigned,
        position=len(tenant.log),
        default_domain=names[0].rpartition("@")[2] if names else "",
    )


def attributes(directory: Directory, key: Key, soft_deleted: bool) -> dict[str, Value]:
    """The attributes of a person or a group by their old names; references (manager, members) are not among them."""
    thing = directory.objects[key]
    found: dict[str, Value] = {name: _value(value) for name, value in thing.items()}
    found |= {old: _value(thing.get(new)) for old, new in _OLD_NAMES.items()}
    phones = thing.get("businessPhones") or []
    found["telephoneNumber"] = _value(phones[0] if phones else None)
    extensions = thing.get("onPremisesExtensionAttributes") or {}
    found |= {name: _value(value) for name, value in extensions.items()}
    found["IsSoftDeleted"] = str(soft_deleted)
    found["defaultDomain"] = directory.default_domain
    found["appRoleAssignments"] = sorted(directory.assigned.get(key[1], ()))
    name = thing.get("userPrincipalName")
    if name:
        found["originalUserPrincipalName"], found["userPrincipalName"] = str(name), _without_guest_mark(str(name))
    return found


def _value(value: Any) -> Value:
    if value is None or value == "" or isinstance(value, dict):
        return None
    return [str(one) for one in value] if isinstance(value, list) else str(value)


def _without_guest_mark(name: str) -> str:
    """`alias_partner.example#EXT#@tenant` is `alias@partner.example`."""
    if "#EXT#" not in name:
        return name
    alias, _, domain = name.partition("#EXT#")[0].rpartition("_")
    return f"{alias}@{domain}"
