"""The enterprise application in a tenant: found by its template, added from the gallery, and its roles."""

import uuid
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import anyio

from wizard.errors import NoAccess, WizardError, recorded
from wizard.graph.client import ApplicationGone, Contradiction, GraphClient, Inner, NoTemplate, failure
from wizard.graph.clouds import TEMPLATE_ID
from wizard.http.failures import AnswerLost
from wizard.progress import Progress, ReportProgress

REPLICATED_SECONDS = 3.0
"""Between two tries while what was just made is not known everywhere yet."""
REPLICATED_TRIES = 12
_LICENCE_WORDS = ("premium", "plan level", "licen")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person or group assigned to an application."""

    id: str
    principal_id: str
    name: str
    kind: str
    """"User" or "Group"; "ServicePrincipal" is neither."""
    role_id: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a group that can be assigned."""

    id: str
    name: str
    kind: Literal["User", "Group"]
    detail: str
    """What tells two of the same name apart: a user principal name, or a group's description or address."""


class GroupsNeedLicence(WizardError):
    """This tenant's licence does not let groups be assigned."""

    def __init__(self, told: str = "") -> None:
        super().__init__(
            "This tenant's licence does not let groups be assigned to an application",
            "Microsoft asks for Entra ID P1 or P2 for that; people can be assigned one by one. Without the licence, "
            "choose All users and groups as the scope and tick the groups to provision, or narrow it by filters: the "
            f"wizard then needs no assignment at all. {told}".rstrip(),
        )


async def assignments(client: GraphClient, application_id: str) -> tuple[Assignment, ...]:
    """Who is assigned, by name; raises `WizardError`."""
    found = [
        _assignment(row) async for page in client.pages(_path(application_id, "?$top=999")) for row in page.value
    ]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))


async def assign(
    client: GraphClient, application_id: str, principal_id: str, role_id: str, seconds: float = REPLICATED_SECONDS
) -> Assignment:
    """Assign a person or a group; who is assigned with this role already is so. Raises `WizardError`.

    Something made a moment ago is not known everywhere at once: then it is asked again, for about half a minute.
    """
    path = _path(application_id)
    body = {"principalId": principal_id, "resourceId": application_id, "appRoleId": role_id}
    for tries_left in reversed(range(REPLICATED_TRIES)):
        answer = await client.change("POST", path, body)
        if answer.status in (200, 201) and answer.body.get("id"):
            return _assignment(answer.body)
        if answer.status in (400, 403) and answer.says(*_LICENCE_WORDS):
            raise GroupsNeedLicence(f"Microsoft answered {answer.status} {answer.code}.")
        if answer.status in (400, 409) and answer.says("already exists"):
            return await _existing(client, application_id, principal_id, role_id)
        if not _unknown(answer):
            break
        if tries_left:
            await anyio.sleep(seconds)
    await client.one(
        f"/servicePrincipals/{application_id}?$select=id"
    )  # raises where the application itself is gone
    if _unknown(answer):
        raise WizardError(
            "This person or group cannot be assigned just now",
            "Microsoft does not know the person, the group or the role. It was deleted meanwhile, or was made a moment "
            f"ago: look for it again in a few minutes. Microsoft answered {answer.status} {answer.code}.",
        )
    raise failure(answer.status, answer.code, path, answer.request_id, "POST")


async def unassign(client: GraphClient, application_id: str, assignment_id: str) -> None:
    """Take an assignment away; one that is gone already is so. Raises `WizardError`."""
    path = _path(application_id, f"/{assignment_id}")
    answer = await client.change("DELETE", path)
    if answer.status == 404:
        await client.one(f"/servicePrincipals/{application_id}?$select=id")
    elif answer.status != 204:
        raise failure(answer.status, answer.code, path, answer.request_id, "DELETE")


async def search_principals(client: GraphClient, text: str, most: int = 20) -> tuple[Principal, ...]:
    """People and security groups whose name has words that begin so, or whose address begins so; by name.

    At most so many of each kind; () for a text without a letter. Raises `WizardError`.
    """
    words = " ".join(text.split())
    if not any(letter.isalnum() for letter in words):
        return ()
    # Microsoft Graph, $search: in a clause a backslash goes before a double quote and a backslash.
    sought = words.replace("\\", "\\\\").replace('"', '\\"')
    people = quote(" OR ".join(f'"{name}:{sought}"' for name in ("displayName", "userPrincipalName", "mail")))
    groups = quote(" OR ".join(f'"{name}:{sought}"' for name in ("displayName", "mail")))
    paths = (
        f"/users?$search={people}&$select=id,displayName,userPrincipalName&$top={most}",
        f"/groups?$search={groups}&$filter=securityEnabled%20eq%20true&$select=id,displayName,description,mail"
        f"&$top={most}",
    )
    found: list[Principal] = []
    for path, answer in zip(paths, await client.batch(paths, eventual=True), strict=True):
        if answer.status != 200:
            raise failure(answer.status, answer.code, path)
        rows = answer.body.get("value")
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
            raise Contradiction("A list had no rows, or a row without an id.")
        found += [_principal(row, "User" if path.startswith("/users") else "Group") for row in rows]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.detail.casefold(), one.id)))


async def _existing(client: GraphClient, application_id: str, principal_id: str, role_id: str) -> Assignment:
    for one in await assignments(client, application_id):
        if one.principal_id == principal_id and one.role_id == role_id:
            return one
    raise Contradiction("It refused an assignment as existing and does not list it.")


def _unknown(answer: Inner) -> bool:
    """Whether something the request names is not known (yet): Microsoft says it in three ways."""
    return answer.status == 404 or (
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


_SELECT = "id,appId,displayName,accountEnabled,applicationTemplateId,appRoles"
APPEARS_SECONDS = 5.0
"""Microsoft: a new application appears after a while; ask every five to ten seconds."""
APPEARS_LOOKS = 36
USER_ROLE = "8774f594-1d59-4279-b9d9-59ef09a23530"
"""The gallery application's role User (Microsoft Graph, configure SAML single sign-on)."""
_SINGLE_SIGN_ON_ROLE = "msiam_access"


@dataclass(frozen=True, slots=True)
class Role:
    """One role that people and groups can be assigned with."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Application:
    """One enterprise application made from the gallery's template."""

    id: str
    """Object id of the service principal."""
    app_id: str
    name: str
    enabled: bool
    roles: tuple[Role, ...]
    """Roles people can have; () = only Default Access."""


async def find_applications(client: GraphClient) -> tuple[Application, ...]:
    """Every application made from the template, however it is named, by name; raises `WizardError`.

    All are listed and compared here: whether Graph filters by a template's id is not documented.
    """
    found = [
        _application(row)
        async for page in client.pages(f"/servicePrincipals?$select={_SELECT}&$top=999")
        for row in page.value
        if row.get("applicationTemplateId") == TEMPLATE_ID
    ]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))


async def add_application(
    client: GraphClient, name: str, report: ReportProgress, seconds: float = APPEARS_SECONDS
) -> Application:
    """Add the gallery's application under a name and wait until it appears; raises `WizardError`."""
    try:
        made = await client.post(f"/applicationTemplates/{TEMPLATE_ID}/instantiate", {"displayName": name})
    except AnswerLost:
        raise NoAccess(
            f"Microsoft did not say whether it added the application {name}",
            "The connection was cut before the answer came. Look for it in a minute; add it again only if it is "
            "not there.",
        ) from None
    principal = made.get("servicePrincipal")
    if not isinstance(principal, dict) or not principal.get("id"):
        raise Contradiction("It added an application without telling which.")
    for look in range(APPEARS_LOOKS):
        report(Progress(recorded("Waiting for the new application to appear in Entra ID"), look))
        try:
            return _application(await client.one(f"/servicePrincipals/{principal['id']}?$select={_SELECT}"))
        except ApplicationGone:
            await anyio.sleep(seconds)
    raise ApplicationGone(
        f"The new application {name} has not appeared yet",
        "Microsoft made it and says that this can take some minutes. Look for it again a little later; "
        "do not add it a second time.",
    )


async def find_template(client: GraphClient) -> bool:
    """Whether this cloud's gallery offers the application; `NoTemplate` has the sentence where not."""
    try:
        await client.one(f"/applicationTemplates/{TEMPLATE_ID}")
    except NoTemplate:
        return False
    return True


def user_role(application: Application) -> Role | None:
    """The role to assign people and groups with; None where there is only Default Access.

    Microsoft's tutorial names the role User; `msiam_access` belongs to the single sign-on and comes last.
    """

    def rank(role: Role) -> int:
        if role.id == USER_ROLE:
            return 0
        return 1 if role.name.casefold() == "user" else 3 if role.name == _SINGLE_SIGN_ON_ROLE else 2

    return min(application.roles, key=rank, default=None)


async def add_user_role(
    client: GraphClient, application: Application, seconds: float = APPEARS_SECONDS
) -> Application:
    """Give an application that has only Default Access the role User, as the tutorial does in the manifest.

    Its other roles stay as they are. Returns the application as it is once Entra ID shows the role; one that has the
    role already is left alone. Raises `WizardError`.
    """
    query = f"/applications?$filter=appId eq '{application.app_id}'&$select=id,appId,appRoles"
    rows = (await client.one(query.replace(" ", "%20"))).get("value")
    if not isinstance(rows, list) or len(rows) != 1:
        raise ApplicationGone(
            f"The registration of {application.name} is not in this tenant",
            "Its roles are kept where it was registered. Add AWS IAM Identity Center from the gallery instead.",
        )
    roles = rows[0].get("appRoles") or []
    if not any(_for_people(role) and role.get("displayName") == "User" for role in roles):
        # `origin` is told and must not be sent back (Microsoft Graph, appRole).
        kept = [{name: value for name, value in role.items() if name != "origin"} for role in roles]
        path = f"/applications/{rows[0]['id']}"
        answer = await client.change("PATCH", path, {"appRoles": [*kept, _new_role()]})
        if answer.status != 204:
            raise failure(answer.status, answer.code, path, answer.request_id, "PATCH")
    for _ in range(APPEARS_LOOKS):
        seen = _application(await client.one(f"/servicePrincipals/{application.id}?$select={_SELECT}"))
        if any(role.name == "User" for role in seen.roles):
            return seen
        await anyio.sleep(seconds)
    raise NoAccess(
        f"The new role of {application.name} has not appeared yet",
        "Microsoft took it and says that such changes can take some minutes. Look again a little later.",
    )


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
