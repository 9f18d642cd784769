"""The enterprise application in a tenant: found by its template, added from the gallery, and its roles."""

import uuid
from dataclasses import dataclass
from typing import Any

import anyio

from wizard.errors import NoAccess
from wizard.graph.client import GraphClient
from wizard.graph.clouds import TEMPLATE_ID
from wizard.graph.failures import ApplicationGone, Contradiction, NoTemplate, failure
from wizard.http.failures import AnswerLost
from wizard.progress import Progress, ReportProgress

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
        report(Progress("Waiting for the new application to appear in Entra ID", look))
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
