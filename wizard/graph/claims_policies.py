"""Claims mapping policies: what Microsoft Graph shows of those of an application, and how it changes them.

A policy is an object of the tenant; it has an effect where it is assigned to an application's service principal. Graph
accepts one at most there (a second one is answered with `Request_MultipleObjectsWithSameKeyValue`).
"""

from dataclasses import dataclass
from typing import Any

from wizard.graph.client import GraphClient, Inner, failure

_POLICIES = "/policies/claimsMappingPolicies"
_SELECT = "$select=id,displayName,definition"


@dataclass(frozen=True, slots=True)
class ClaimsPolicy:
    """A claims mapping policy."""

    id: str
    name: str
    definition: str
    """JSON; "" = it has none, or several."""


async def assigned_policies(client: GraphClient, application_id: str) -> tuple[ClaimsPolicy, ...]:
    """The policies of an application; raises `WizardError`."""
    path = f"/servicePrincipals/{application_id}/claimsMappingPolicies"
    return tuple([_policy(row) async for page in client.pages(path) for row in page.value])


async def all_policies(client: GraphClient) -> tuple[ClaimsPolicy, ...]:
    """All claims mapping policies of the tenant; raises `WizardError`."""
    pages = client.pages(f"{_POLICIES}?{_SELECT}")
    return tuple([_policy(row) async for page in pages for row in page.value])


async def create_policy(client: GraphClient, name: str, definition: str) -> str:
    """Create a policy that has no effect yet and return its id; never repeated automatically.

    Raises `WizardError`, or `AnswerLost` where it may have been created.
    """
    body = {"displayName": name, "definition": [definition], "isOrganizationDefault": False}
    return str((await client.post(_POLICIES, body)).get("id") or "")


async def change_policy(client: GraphClient, policy_id: str, name: str, definition: str) -> None:
    """Set name and definition of a policy; raises `WizardError`."""
    path = f"{_POLICIES}/{policy_id}"
    answer = await client.change("PATCH", path, {"displayName": name, "definition": [definition]})
    _expect(answer, (204,), path, "PATCH")


async def delete_policy(client: GraphClient, policy_id: str) -> None:
    """Delete a policy; one that is gone already is no error. Raises `WizardError`."""
    path = f"{_POLICIES}/{policy_id}"
    _expect(await client.change("DELETE", path), (204, 404), path, "DELETE")


async def assign_policy(client: GraphClient, application_id: str, policy_id: str) -> bool:
    """Assign a policy to an application; False = Graph does not find the policy, which may be too new.

    Raises `WizardError`.
    """
    path = f"/servicePrincipals/{application_id}/claimsMappingPolicies/$ref"
    body = {"@odata.id": f"{client.root}{_POLICIES}/{policy_id}"}
    answer = await client.change("POST", path, body)
    if answer.status == 404 and answer.code:
        return False
    if answer.status != 400:  # 400 is also the answer where it is assigned already; the next reading decides
        _expect(answer, (204,), path, "POST")
    elif all(each.id != policy_id for each in await assigned_policies(client, application_id)):
        raise failure(answer.status, answer.code, path, answer.request_id, "POST")
    return True


async def unassign_policy(client: GraphClient, application_id: str, policy_id: str) -> None:
    """Remove a policy from an application; one that is not assigned is no error. Raises `WizardError`."""
    path = f"/servicePrincipals/{application_id}/claimsMappingPolicies/{policy_id}/$ref"
    _expect(await client.change("DELETE", path), (204, 404), path, "DELETE")


def _policy(row: dict[str, Any]) -> ClaimsPolicy:
    definitions = row.get("definition")
    whole = definitions if isinstance(definitions, list) and len(definitions) == 1 else [""]
    return ClaimsPolicy(str(row["id"]), str(row.get("displayName") or ""), str(whole[0]))


def _expect(answer: Inner, statuses: tuple[int, ...], path: str, method: str) -> None:
    if answer.status not in statuses:
        raise failure(answer.status, answer.code, path, answer.request_id, method)
