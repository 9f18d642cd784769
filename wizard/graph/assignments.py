"""Who is assigned to the enterprise application: listed, searched for, assigned, unassigned."""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import anyio

from wizard.errors import WizardError
from wizard.graph.client import GraphClient, Inner
from wizard.graph.failures import Contradiction, failure

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
