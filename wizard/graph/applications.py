"""The enterprise application in a tenant: found by its template, added from the gallery, and its assignments."""

from dataclasses import dataclass
from typing import Any

import anyio

from wizard.errors import NoAccess
from wizard.graph.client import GraphClient
from wizard.graph.clouds import TEMPLATE_ID
from wizard.graph.failures import ApplicationGone, Contradiction
from wizard.progress import Progress, ReportProgress
from wizard.wire.failures import AnswerLost

_SELECT = "id,appId,displayName,accountEnabled,applicationTemplateId,appRoles"
APPEARS_SECONDS = 5.0
"""Microsoft: a new application appears after a while; ask every five to ten seconds."""
APPEARS_LOOKS = 36


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


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person or group assigned to an application."""

    id: str
    principal_id: str
    name: str
    kind: str
    """"User" or "Group"; "ServicePrincipal" is neither."""
    role_id: str


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


async def assignments(client: GraphClient, application_id: str) -> tuple[Assignment, ...]:
    """Who is assigned, by name; raises `WizardError`."""
    found = [
        Assignment(
            str(row["id"]),
            str(row.get("principalId") or ""),
            str(row.get("principalDisplayName") or ""),
            str(row.get("principalType") or ""),
            str(row.get("appRoleId") or ""),
        )
        async for page in client.pages(f"/servicePrincipals/{application_id}/appRoleAssignedTo?$top=999")
        for row in page.value
    ]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))


def _application(row: dict[str, Any]) -> Application:
    roles = [
        Role(str(role["id"]), str(role.get("displayName") or ""))
        for role in row.get("appRoles") or ()
        if role.get("isEnabled") and "User" in role.get("allowedMemberTypes", ())
    ]
    return Application(
        str(row["id"]),
        str(row.get("appId") or ""),
        str(row.get("displayName") or ""),
        row.get("accountEnabled") is not False,
        tuple(roles),
    )
