"""The enterprise application in a tenant: finding and adding it, its roles, and its assignments."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

import anyio

from wizard.errors import Message, NoAccess, WizardError
from wizard.graph.client import (
    ApplicationGone,
    GraphClient,
    InconsistentAnswer,
    Inner,
    NoTemplate,
    PermissionMissing,
    failure,
    microsoft_answered,
    time_in_answer,
)
from wizard.graph.clouds import TEMPLATE_ID
from wizard.http.failures import AnswerLost
from wizard.progress import Progress, ReportProgress

_SELECT = "id,appId,displayName,accountEnabled,applicationTemplateId,appRoles"
APPEARS_SECONDS = 5.0
"""Microsoft: a new application appears with a delay; ask every five to ten seconds."""
APPEARS_LOOKS = 36
USER_ROLE = "8774f594-1d59-4279-b9d9-59ef09a23530"
"""The role User of the gallery application (Microsoft Graph, configure SAML single sign-on)."""
_SINGLE_SIGN_ON_ROLE = "msiam_access"
_WAITING = Message("waiting-for-new-application")


@dataclass(frozen=True, slots=True)
class Role:
    """A role that people and groups can be assigned."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Application:
    """An enterprise application created from the gallery's template."""

    id: str
    """Object id of the service principal."""
    app_id: str
    name: str
    enabled: bool
    roles: tuple[Role, ...]
    """Roles that people can have; () = only Default Access."""


async def find_applications(client: GraphClient) -> tuple[Application, ...]:
    """All applications created from the template, sorted by name; raises `WizardError`.

    All service principals are listed: whether Graph can filter by a template's id is not documented.
    """
    applications = [
        _application(row)
        async for page in client.pages(f"/servicePrincipals?$select={_SELECT}&$top=999")
        for row in page.value
        if row.get("applicationTemplateId") == TEMPLATE_ID
    ]
    return tuple(sorted(applications, key=lambda each: (each.name.casefold(), each.id)))


async def tenant_name(client: GraphClient) -> str:
    """The display name of the organization; "" where the sign-in may not read it. Raises NoAccess without a connection.

    The permission User.Read suffices, which Microsoft's registrations have from the beginning; it is not asked for.
    """
    try:
        found = await client.one("/organization?$select=id,displayName")
    except PermissionMissing:
        return ""
    except NoAccess:
        raise
    except WizardError:
        return ""  # it is only shown
    rows = found.get("value")
    name = rows[0].get("displayName") if isinstance(rows, list) and rows and isinstance(rows[0], dict) else ""
    return name.strip() if isinstance(name, str) else ""


async def add_application(
    client: GraphClient, name: str, report: ReportProgress, seconds: float = APPEARS_SECONDS
) -> Application:
    """Add the gallery's application and wait until it appears; raises `WizardError`."""
    try:
        added = await instantiate(client, name)
    except AnswerLost:
        raise NoAccess("application-maybe-added", name=name) from None
    return await wait_for_application(client, added, name, report, seconds)


async def instantiate(client: GraphClient, name: str) -> str:
    """Add the gallery's application; returns its object id. It appears in readings some seconds later.

    Raises AnswerLost where it may have been added, `WizardError`.
    """
    made = await client.post(f"/applicationTemplates/{TEMPLATE_ID}/instantiate", {"displayName": name})
    principal = made.get("servicePrincipal")
    if not isinstance(principal, dict) or not principal.get("id"):
        raise InconsistentAnswer("graph-application-without-id")
    return str(principal["id"])


async def wait_for_application(
    client: GraphClient, application_id: str, name: str, report: ReportProgress, seconds: float = APPEARS_SECONDS
) -> Application:
    """Wait until a new application appears; raises ApplicationGone where it takes minutes, `WizardError`."""
    for look in range(APPEARS_LOOKS):
        report(Progress(_WAITING, look))
        try:
            return await application_of(client, application_id)
        except ApplicationGone:
            await anyio.sleep(seconds)
    raise ApplicationGone("application-not-visible-yet", name=name)


async def application_of(client: GraphClient, application_id: str) -> Application:
    """Return one application by the object id of its service principal; raises ApplicationGone, WizardError."""
    return _application(await client.one(f"/servicePrincipals/{application_id}?$select={_SELECT}"))


async def registration_of(client: GraphClient, app_id: str) -> str:
    """Return the object id of an application's registration; "" = it is registered in another tenant.

    Raises WizardError.
    """
    rows = (await client.one(f"/applications?$filter=appId%20eq%20'{app_id}'&$select=id,appId,appRoles")).get(
        "value"
    )
    return str(rows[0]["id"]) if isinstance(rows, list) and len(rows) == 1 else ""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client secret of an application, as Graph shows it: never the secret itself."""

    hint: str
    """Its first three characters; "" = not shown."""
    ends: datetime
    """In UTC."""


async def client_secrets_of(client: GraphClient, client_id: str) -> tuple[ClientSecret, ...]:
    """Return the client secrets of the registration with this client id (Graph, application, passwordCredentials).

    Raises PermissionMissing, ApplicationGone where it is registered in another tenant, WizardError.
    """
    query = f"/applications?$filter=appId%20eq%20'{client_id}'&$select=id,appId,passwordCredentials"
    rows = (await client.one(query)).get("value")
    first = rows[0] if isinstance(rows, list) and len(rows) == 1 else None
    if not isinstance(first, dict) or str(first.get("appId")).lower() != client_id.lower():
        raise ApplicationGone("application-registered-elsewhere", name=client_id)
    found = first.get("passwordCredentials")
    return tuple(
        ClientSecret(str(row.get("hint") or ""), ends)
        for row in (found if isinstance(found, list) else ())
        if isinstance(row, dict) and (ends := time_in_answer(row.get("endDateTime"))) is not None
    )


async def principal_of_client(client: GraphClient, client_id: str) -> str:
    """Return the object id of the service principal that signs in with this client id; "" = none. Raises WizardError."""
    rows = (await client.one(f"/servicePrincipals?$filter=appId%20eq%20'{client_id}'&$select=id,appId")).get(
        "value"
    )
    return str(rows[0]["id"]) if isinstance(rows, list) and len(rows) == 1 else ""


async def owners_of(client: GraphClient, path: str) -> frozenset[str]:
    """Return the ids of the owners of an application or service principal; raises WizardError."""
    return frozenset(
        [str(row["id"]) async for page in client.pages(f"{path}/owners?$select=id") for row in page.value]
    )


async def add_owner(client: GraphClient, path: str, principal: str, seconds: float = APPEARS_SECONDS) -> None:
    """Make a principal an owner of an application or service principal; one that is already is no error.

    A new application appears in readings first and can be changed some seconds later. Raises `WizardError`.
    """
    body = {"@odata.id": f"{client.root}/directoryObjects/{principal}"}
    for looks_left in reversed(range(APPEARS_LOOKS)):
        answer = await client.change("POST", f"{path}/owners/$ref", body)
        if not _unknown(answer) or not looks_left:
            break
        await anyio.sleep(seconds)
    if answer.status not in (200, 204) and not (answer.status == 400 and answer.says("already exist")):
        raise failure(answer.status, answer.code, path, answer.request_id, "POST")


async def find_template(client: GraphClient) -> bool:
    """Whether this cloud's gallery offers the application."""
    try:
        await client.one(f"/applicationTemplates/{TEMPLATE_ID}")
    except NoTemplate:
        return False
    return True


def user_role(application: Application) -> Role | None:
    """The role to assign to people and groups; None = only Default Access.

    Microsoft's tutorial uses the role User; `msiam_access` belongs to single sign-on and is the last choice.
    """

    def rank(role: Role) -> int:
        if role.id == USER_ROLE:
            return 0
        return 1 if role.name.casefold() == "user" else 3 if role.name == _SINGLE_SIGN_ON_ROLE else 2

    return min(application.roles, key=rank, default=None)


async def add_user_role(
    client: GraphClient, application: Application, seconds: float = APPEARS_SECONDS
) -> Application:
    """Add the role User to an application without it, as the tutorial does in the manifest.

    Other roles are not changed. Returns the application once Entra ID shows the role. Raises `WizardError`.
    """
    query = f"/applications?$filter=appId eq '{application.app_id}'&$select=id,appId,appRoles"
    rows = (await client.one(query.replace(" ", "%20"))).get("value")
    if not isinstance(rows, list) or len(rows) != 1:
        raise ApplicationGone("application-registered-elsewhere", name=application.name)
    roles = rows[0].get("appRoles") or []
    if not any(_for_people(role) and role.get("displayName") == "User" for role in roles):
        # `origin` is read-only and must not be sent (Microsoft Graph, appRole).
        existing = [{name: value for name, value in role.items() if name != "origin"} for role in roles]
        path = f"/applications/{rows[0]['id']}"
        answer = await client.change("PATCH", path, {"appRoles": [*existing, _new_role()]})
        if answer.status != 204:
            raise failure(answer.status, answer.code, path, answer.request_id, "PATCH")
    for _ in range(APPEARS_LOOKS):
        current = _application(await client.one(f"/servicePrincipals/{application.id}?$select={_SELECT}"))
        if any(role.name == "User" for role in current.roles):
            return current
        await anyio.sleep(seconds)
    raise NoAccess("role-not-visible-yet", name=application.name)


def _new_role() -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "displayName": "User",
        "description": "User",
        "value": None,
        "isEnabled": True,
        "allowedMemberTypes": ["User"],
    }


def _for_people(role: dict[str, Any]) -> bool:
    return bool(role.get("isEnabled")) and "User" in role.get("allowedMemberTypes", ())


def _application(row: dict[str, Any]) -> Application:
    roles = [
        Role(str(role["id"]), str(role.get("displayName") or ""))
        for role in row.get("appRoles") or ()
        if _for_people(role)
    ]
    return Application(
        str(row["id"]),
        str(row.get("appId") or ""),
        str(row.get("displayName") or ""),
        row.get("accountEnabled") is not False,
        tuple(roles),
    )


# Assignments

REPLICATED_SECONDS = 3.0
"""Delay between tries while a new object is not yet known everywhere."""
REPLICATED_TRIES = 12
_LICENCE_WORDS = ("premium", "plan level", "licen")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person or group assigned to an application."""

    id: str
    principal_id: str
    name: str
    kind: str
    """"User", "Group" or "ServicePrincipal"."""
    role_id: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a group that can be assigned."""

    id: str
    name: str
    kind: Literal["User", "Group"]
    detail: str
    """Distinguishes two of the same name: a user principal name, or a group's description or address."""


class GroupsNeedLicence(WizardError):
    """The tenant's licence does not allow groups to be assigned."""

    def __init__(self, answer: Message) -> None:
        super().__init__("groups-need-licence", answer=answer)


async def assignments(client: GraphClient, application_id: str) -> tuple[Assignment, ...]:
    """All assignments of an application, sorted by name; raises `WizardError`."""
    rows = [row async for page in client.pages(_path(application_id, "?$top=999")) for row in page.value]
    return tuple(sorted(map(_assignment, rows), key=lambda each: (each.name.casefold(), each.id)))


async def assign(
    client: GraphClient, application_id: str, principal_id: str, role_id: str, seconds: float = REPLICATED_SECONDS
) -> Assignment:
    """Assign a person or a group; returns the existing assignment if there is one. Raises `WizardError`.

    A new object is not known everywhere at once, so the request is repeated for about half a minute.
    """
    path = _path(application_id)
    body = {"principalId": principal_id, "resourceId": application_id, "appRoleId": role_id}
    for tries_left in reversed(range(REPLICATED_TRIES)):
        answer = await client.change("POST", path, body)
        if answer.status in (200, 201) and answer.body.get("id"):
            return _assignment(answer.body)
        if answer.status in (400, 403) and answer.says(*_LICENCE_WORDS):
            raise GroupsNeedLicence(microsoft_answered(answer.status, answer.code))
        if answer.status in (400, 409) and answer.says("already exists"):
            return await _existing(client, application_id, principal_id, role_id)
        if not _unknown(answer):
            break
        if tries_left:
            await anyio.sleep(seconds)
    await client.one(f"/servicePrincipals/{application_id}?$select=id")  # raises if the application is gone
    if _unknown(answer):
        raise WizardError("principal-not-assignable", answer=microsoft_answered(answer.status, answer.code))
    raise failure(answer.status, answer.code, path, answer.request_id, "POST")


async def unassign(client: GraphClient, application_id: str, assignment_id: str) -> None:
    """Remove an assignment; one that is already gone counts as removed. Raises `WizardError`."""
    path = _path(application_id, f"/{assignment_id}")
    answer = await client.change("DELETE", path)
    if answer.status == 404 and answer.code:
        await client.one(f"/servicePrincipals/{application_id}?$select=id")
    elif answer.status != 204:
        raise failure(answer.status, answer.code, path, answer.request_id, "DELETE")


async def search_principals(client: GraphClient, text: str, most: int = 20) -> tuple[Principal, ...]:
    """People and security groups with a word of the name, or an address, that begins with the text; sorted by name.

    At most `most` of each kind; () for a text without letters and digits. Raises `WizardError`.
    """
    words = " ".join(text.split())
    if not any(letter.isalnum() for letter in words):
        return ()
    # Microsoft Graph, $search: double quotes and backslashes are escaped with a backslash.
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    people = quote(" OR ".join(f'"{name}:{escaped}"' for name in ("displayName", "userPrincipalName", "mail")))
    groups = quote(" OR ".join(f'"{name}:{escaped}"' for name in ("displayName", "mail")))
    paths = (
        f"/users?$search={people}&$select=id,displayName,userPrincipalName&$top={most}",
        f"/groups?$search={groups}&$filter=securityEnabled%20eq%20true&$select=id,displayName,description,mail"
        f"&$top={most}",
    )
    principals: list[Principal] = []
    for path, answer in zip(paths, await client.batch(paths, eventual=True), strict=True):
        if answer.status != 200:
            raise failure(answer.status, answer.code, path)
        rows = answer.body.get("value")
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
            raise InconsistentAnswer("graph-search-without-rows")
        principals += [_principal(row, "User" if path.startswith("/users") else "Group") for row in rows]
    return tuple(sorted(principals, key=lambda each: (each.name.casefold(), each.detail.casefold(), each.id)))


async def _existing(client: GraphClient, application_id: str, principal_id: str, role_id: str) -> Assignment:
    for assignment in await assignments(client, application_id):
        if assignment.principal_id == principal_id and assignment.role_id == role_id:
            return assignment
    raise InconsistentAnswer("graph-assignment-exists-and-is-missing")


def _unknown(answer: Inner) -> bool:
    """Whether Microsoft does not know (yet) what the request names; it answers this in three ways."""
    return (answer.status == 404 and bool(answer.code)) or (
        answer.status == 400 and answer.says("does not exist", "not a valid reference update", "was not found on")
    )


def _path(application_id: str, rest: str = "") -> str:
    return f"/servicePrincipals/{application_id}/appRoleAssignedTo{rest}"


def _assignment(row: dict[str, Any]) -> Assignment:
    return Assignment(
        str(row["id"]),
        str(row.get("principalId") or ""),
        str(row.get("principalDisplayName") or ""),
        str(row.get("principalType") or ""),
        str(row.get("appRoleId") or ""),
    )


def _principal(row: dict[str, Any], kind: Literal["User", "Group"]) -> Principal:
    detail = row.get("userPrincipalName") or row.get("description") or row.get("mail") or ""
    return Principal(str(row["id"]), str(row.get("displayName") or row["id"]), kind, str(detail))
