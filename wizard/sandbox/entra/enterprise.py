"""The calls about enterprise applications: the gallery, roles, assignments."""

import re
import uuid
from typing import Any

from wizard.sandbox.entra.asking import Ask, Reply, listed
from wizard.sandbox.entra.gallery import TEMPLATE_ID, instantiate, template
from wizard.sandbox.entra.pages import page_size
from wizard.sandbox.entra.refusals import bad_request, no_licence, unknown_object
from wizard.sandbox.entra.saml import change_addresses
from wizard.sandbox.entra.tenant import DEFAULT_ACCESS, Tenant

_ROLE_NAMES = frozenset({"allowedMemberTypes", "description", "displayName", "id", "isEnabled", "value"})
"""What a role may be sent with; `origin` is read-only (Microsoft Graph, appRole)."""
ROLE_LOOKS = 2
"""How many looks at an enterprise application do not show roles that its registration was just given."""


def principals(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /servicePrincipals."""
    there = [one for key, one in ask.tenant.principals.items() if not ask.tenant.hidden.get(key)]
    body = listed(ask, there, "servicePrincipals", page_size(ask.query.get("$top", "")))
    return 200, {**body, "value": [_chosen(ask, one) for one in body["value"]]}


def principal(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """GET /servicePrincipals/{id}."""
    return 200, _chosen(ask, ask.tenant.application(ids[0]))


def registrations(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /applications, by the filter on appId alone."""
    wanted = re.fullmatch(r"appId eq '([^']+)'", ask.query.get("$filter", ""))
    if not wanted:
        raise bad_request("Invalid filter clause: only appId eq '...' is known here.")
    found = [one for one in ask.tenant.registrations.values() if one["appId"] == wanted[1]]
    body = listed(ask, found, "applications", page_size(ask.query.get("$top", "")))
    return 200, {**body, "value": [_chosen(ask, one) for one in body["value"]]}


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


def add(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """POST /applicationTemplates/{id}/instantiate."""
    return 201, instantiate(ask.tenant, ids[0], ask.body)


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
    return 201, ask.tenant.assignments[ask.tenant.assign(person, ids[0], role)]


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
