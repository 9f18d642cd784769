"""The calls about enterprise applications: the gallery, roles, assignments."""

import re
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from wizard.sandbox.entra.asking import Ask, Reply, listed
from wizard.sandbox.entra.gallery import NAME, TEMPLATE_ID, instantiate, template
from wizard.sandbox.entra.pages import page_size
from wizard.sandbox.entra.refusals import bad_request, no_licence, unknown_object
from wizard.sandbox.entra.saml import change_addresses
from wizard.sandbox.entra.tenant import DEFAULT_ACCESS, Tenant
from wizard.sandbox.entra.tokens import CLIENT_ID, OWN_PRINCIPAL

_ROLE_NAMES = frozenset({"allowedMemberTypes", "description", "displayName", "id", "isEnabled", "value"})
"""What a role may be sent with; `origin` is read-only (Microsoft Graph, appRole)."""
ROLE_LOOKS = 2
"""How many looks at an enterprise application do not show roles that its registration was just given."""


def principals(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /servicePrincipals, all but the caller's own, or one by the filter on appId, the caller's own too."""
    there = [one for key, one in ask.tenant.principals.items() if ask.tenant.appears(key)]
    if "$filter" in ask.query:
        wanted = _wanted_app_id(ask)
        there = [one for one in (*there, _OWN) if one["appId"] == wanted]
    body = listed(ask, there, "servicePrincipals", page_size(ask.query.get("$top", "")))
    return 200, {**body, "value": [_chosen(ask, one) for one in body["value"]]}


def principal(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """GET /servicePrincipals/{id}."""
    if ids[0] == OWN_PRINCIPAL:
        return 200, _chosen(ask, _OWN)
    return 200, _chosen(ask, ask.tenant.application(ids[0]))


def registrations(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /applications, by the filter on appId alone, the caller's own too."""
    wanted = _wanted_app_id(ask)
    own = _OWN_REGISTRATION | {"passwordCredentials": ask.tenant.own_passwords}
    found = [one for one in (*ask.tenant.registrations.values(), own) if one["appId"] == wanted]
    body = listed(ask, found, "applications", page_size(ask.query.get("$top", "")))
    return 200, {**body, "value": [_chosen(ask, one) for one in body["value"]]}


def _wanted_app_id(ask: Ask) -> str:
    wanted = re.fullmatch(r"appId eq '([^']+)'", ask.query.get("$filter", ""))
    if not wanted:
        raise bad_request("Invalid filter clause: only appId eq '...' is known here.")
    return wanted[1]


def registration(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """GET /applications/{id}; a new one appears a little later."""
    return 200, _chosen(ask, ask.tenant.registration(ids[0]))


def owners(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """GET /servicePrincipals/{id}/owners and /applications/{id}/owners."""
    found = [_owner(ask, one) for one in ask.tenant.owners.get(_owned(ask, ids), {})]
    return 200, listed(ask, found, "directoryObjects", page_size(ask.query.get("$top", "")))


def add_owner(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """POST …/owners/$ref: a person or an application's own service principal; the sentences are derived."""
    link = str((ask.body or {}).get("@odata.id") or "")
    match = re.fullmatch(r"https?://.+/(?:directoryObjects|users|servicePrincipals)/([0-9a-fA-F-]{36})", link)
    if not match:
        raise bad_request("A resource reference is expected in '@odata.id'.")
    _owner(ask, match[1])
    kept = ask.tenant.owners.setdefault(_owned(ask, ids), {})
    if match[1] in kept:
        raise bad_request(
            "One or more added object references already exist for the following modified properties: 'owners'."
        )
    kept[match[1]] = time.time()
    return 204, None


def remove_owner(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """DELETE …/owners/{id}/$ref."""
    if ask.tenant.owners.get(_owned(ask, ids), {}).pop(ids[2], None) is None:
        raise unknown_object(ids[2])
    return 204, None


def _owned(ask: Ask, ids: tuple[str, ...]) -> str:
    (ask.tenant.application if ids[0] == "servicePrincipals" else ask.tenant.registration)(ids[1])
    return ids[1]


def _owner(ask: Ask, object_id: str) -> dict[str, Any]:
    """An owner as lists show it; raises a 404 refusal."""
    if object_id in ask.tenant.users:
        thing, kind = ask.tenant.users[object_id], "user"
    elif object_id == OWN_PRINCIPAL or object_id in ask.tenant.principals:
        thing, kind = (
            (_OWN if object_id == OWN_PRINCIPAL else ask.tenant.principals[object_id]),
            "servicePrincipal",
        )
    else:
        raise unknown_object(object_id)
    told = {"@odata.type": f"#microsoft.graph.{kind}", "id": object_id, "displayName": thing.get("displayName")}
    return told | ({"appId": thing["appId"]} if kind == "servicePrincipal" else {})


_OWN: dict[str, Any] = {
    "id": OWN_PRINCIPAL,
    "appId": CLIENT_ID,
    "displayName": "Identity Center Wizard",
    "accountEnabled": True,
    "applicationTemplateId": None,
    "appRoles": [],
    "servicePrincipalType": "Application",
}
"""The service principal of the application that signs in."""


_OWN_REGISTRATION: dict[str, Any] = {
    "id": "6c1f3e52-8a47-4b0e-9d35-1f7a2b6c9e04",
    "appId": CLIENT_ID,
    "displayName": "Identity Center Wizard",
    "signInAudience": "AzureADMyOrg",
    "identifierUris": [],
    "web": {"redirectUris": []},
    "appRoles": [],
    "keyCredentials": [],
    "passwordCredentials": [],
}
"""What that application is registered as."""


def password(secret: str) -> dict[str, Any]:
    """A client secret as Graph shows it: its first three letters, never the whole; it is valid for two years."""
    now = datetime.now(UTC).replace(microsecond=0)
    return {
        "customKeyIdentifier": None,
        "displayName": "Identity Center Wizard",
        "endDateTime": f"{(now + timedelta(days=730)).replace(tzinfo=None).isoformat()}Z",
        "hint": secret[:3],
        "keyId": str(uuid.uuid4()),
        "secretText": None,
        "startDateTime": f"{now.replace(tzinfo=None).isoformat()}Z",
    }


def change_registration(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """PATCH /applications/{id}: its addresses, or its roles, which the enterprise application shows a little later."""
    kept = ask.tenant.registrations.get(ids[0])
    if kept is None:
        raise unknown_object(ids[0])
    if isinstance(ask.body, dict) and ask.body and set(ask.body) <= {"identifierUris", "web"}:
        change_addresses(ask, kept)
        return 204, None
    roles = (ask.body or {}).get("appRoles")
    if not isinstance(roles, list) or set(ask.body) != {"appRoles"}:
        raise bad_request("Only appRoles, or identifierUris and web, can be changed here.")
    for role in roles:
        if set(role) - _ROLE_NAMES:
            raise bad_request("Property origin in payload has a value that does not match schema.")
    left = {role["id"] for role in roles}
    if any(role["isEnabled"] and role["id"] not in left for role in kept["appRoles"]):
        raise bad_request("Permission (scope or role) cannot be deleted or updated unless disabled first.")
    kept["appRoles"] = [{**role, "origin": "Application"} for role in roles]
    own = next(key for key, one in ask.tenant.principals.items() if one["appId"] == kept["appId"])
    ask.tenant.late_roles[own] = (ROLE_LOOKS, kept["appRoles"])
    return 204, None


def gallery_template(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """GET /applicationTemplates/{id}."""
    if ids[0] != TEMPLATE_ID or not ask.tenant.gallery:
        raise unknown_object(ids[0])
    return 200, template()


def gallery_templates(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /applicationTemplates, by `displayName eq` or `contains(displayName, …)`."""
    chosen = ask.query.get("$filter", "")
    match = re.fullmatch(r"displayName eq '(.+)'|contains\(displayName, ?'(.+)'\)", chosen)
    if chosen and not match:
        raise bad_request(f"Invalid filter clause: {chosen}")
    fits = not match or match[1] == NAME or (match[2] or "\0") in NAME
    found = [template()] if ask.tenant.gallery and fits else []
    return 200, listed(ask, found, "applicationTemplates", page_size(ask.query.get("$top", "")))


def add(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """POST /applicationTemplates/{id}/instantiate."""
    made = instantiate(ask.tenant, ids[0], ask.body)
    registration_id, principal_id = str(made["application"]["id"]), str(made["servicePrincipal"]["id"])
    ask.service.fresh[principal_id] = list(ask.service.switches.fresh)
    if not ask.permissions & {"Application.ReadWrite.All", "Directory.ReadWrite.All"}:
        # An application that may change its own applications alone becomes the owner of what it makes.
        for made_id in (registration_id, principal_id):
            ask.tenant.owners[made_id] = {ask.caller.id: 0.0}
    return 201, made


def assigned(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """GET /servicePrincipals/{id}/appRoleAssignedTo."""
    ask.tenant.application(ids[0])
    return 200, listed(
        ask, ask.tenant.assigned(ids[0]), "appRoleAssignments", page_size(ask.query.get("$top", ""))
    )


def assign(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """POST /servicePrincipals/{id}/appRoleAssignedTo; Microsoft asks for two permissions at once."""
    ask.need("Application.Read.All", "Application.ReadWrite.All", "Directory.ReadWrite.All")
    application = ask.tenant.application(ids[0])
    body: dict[str, Any] = ask.body or {}
    person, role = str(body.get("principalId", "")), str(body.get("appRoleId", ""))
    if body.get("resourceId") != ids[0] or not _is_uuid(person) or not _is_uuid(role):
        raise bad_request("Not a valid reference update.")
    if person not in ask.tenant.users and person not in ask.tenant.groups:
        raise unknown_object(person)
    _check_role(application, role)
    if person in ask.tenant.groups and not ask.tenant.premium:
        raise no_licence()
    if ask.tenant.is_assigned(person, ids[0], role):
        raise bad_request("Permission being assigned already exists on the object")
    made = ask.tenant.assign(person, ids[0], role)
    ask.service.assigned[made] = ask.service.now()
    return 201, ask.tenant.assignments[made]


def unassign(tenant: Tenant, ids: tuple[str, ...]) -> None:
    """DELETE /servicePrincipals/{id}/appRoleAssignedTo/{id}."""
    tenant.application(ids[0])
    tenant.unassign(ids[1])


def _check_role(application: dict[str, Any], role: str) -> None:
    roles = [
        one["id"] for one in application["appRoles"] if one["isEnabled"] and "User" in one["allowedMemberTypes"]
    ]
    if role not in (roles or [DEFAULT_ACCESS]):
        raise bad_request(f"Permission being assigned was not found on application '{application['appId']}'.")


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _chosen(ask: Ask, thing: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in ask.query.get("$select", "").split(",") if name]
    return {name: thing.get(name) for name in names} if names else thing
