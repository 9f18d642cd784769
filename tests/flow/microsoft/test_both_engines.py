"""After any edits of a tenant both engines leave the same Identity Center, except for the documented differences.

These are: a manager who leaves the scope stays written by Microsoft's service, which sends no empty value
(`engine-keeps-emptied`), and deletions, where it keeps memberships.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.entra_process import PRINCIPAL, USER_ROLE
from tests.flow.microsoft.conftest import Tenant, set_up
from tests.flow.microsoft.test_watch import shape
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.run import run_job
from wizard.progress import ignore_event
from wizard.provisioning.events import RunControl

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

EDITS = (
    "title",
    "block",
    "unblock",
    "join",
    "leave",
    "assign",
    "unassign",
    "new",
    "rename",
    "manager",
    "user name",
)
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ASSIGNED = f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo"
ROUNDS, EDITS_A_ROUND = 4, 5


class Edits:
    """Edits drawn by chance, each carried out in both tenants alike."""

    def __init__(self, seed: int, tenants: tuple[Tenant, Tenant]) -> None:
        self._random, self._tenants = random.Random(seed), tenants
        first = tenants[0]
        everybody = set(first.people())
        self._users = sorted(everybody & first.in_scope())
        self._groups = sorted(first.assigned("Group"))
        self._count = 0

    def one(self) -> str:
        """Carry one out, and return its name."""
        self._count += 1
        name = self._random.choice(EDITS)
        user, other = self._random.choice(self._users), self._random.choice(self._users)
        group = self._random.choice(self._groups)
        new = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        for tenant in self._tenants:
            for method, path, body in self._calls(name, tenant, user, other, group, new):
                with tenant.entra.client() as client:
                    client.request(method, path, json=body)  # what changes nothing is refused, in both alike
        if name == "new":
            self._users.append(new)
        return name

    def _calls(
        self, name: str, tenant: Tenant, user: str, other: str, group: str, new: str
    ) -> list[tuple[str, str, Any]]:
        def link(object_id: str) -> dict[str, str]:
            return {"@odata.id": f"{tenant.entra.graph_url}/directoryObjects/{object_id}"}

        number = self._count
        address = f"new{number}@tidewater.example"
        person = {"id": new, "userPrincipalName": address, "mail": address, "displayName": f"New {number}",
                  "givenName": "New", "surname": str(number)}  # fmt: skip
        assignment = {"principalId": user, "resourceId": PRINCIPAL, "appRoleId": USER_ROLE}
        rows = tenant.entra.ask("GET", f"{ASSIGNED}?$top=999")["value"] if name == "unassign" else []
        members = f"/groups/{group}/members"
        calls: dict[str, list[tuple[str, str, Any]]] = {
            "title": [("PATCH", f"/users/{user}", {"jobTitle": f"Title {number}"})],
            "block": [("PATCH", f"/users/{user}", {"accountEnabled": False})],
            "unblock": [("PATCH", f"/users/{user}", {"accountEnabled": True})],
            "join": [("POST", f"{members}/$ref", link(user))],
            "leave": [("DELETE", f"{members}/{user}/$ref", None)],
            "assign": [("POST", ASSIGNED, assignment)],
            "unassign": [
                ("DELETE", f"{ASSIGNED}/{row['id']}", None) for row in rows if row["principalId"] == user
            ],
            "new": [("POST", "/users", person), ("POST", f"{members}/$ref", link(new))],
            "rename": [("PATCH", f"/groups/{group}", {"displayName": f"Group {number}"})],
            "manager": [("PUT", f"/users/{user}/manager/$ref", link(other))],
            "user name": [("PATCH", f"/users/{user}", {"userPrincipalName": f"name{number}@tidewater.example"})],
        }
        return calls[name]


def without_emptied_managers(here: Any, there: Any) -> None:
    """Take the manager out of Microsoft's people where our engine has emptied it."""
    ours = {person["userName"]: person for person in here[0]}
    for person in there[0]:
        own = ours.get(person["userName"], {}).get(ENTERPRISE, {})
        if "manager" not in own:
            person.get(ENTERPRISE, {}).pop("manager", None)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_both_engines_leave_the_same_after_any_edits(seed: int, make_tenant: Callable[..., Tenant]) -> None:
    tenants = ours, microsofts = make_tenant(), make_tenant()
    for tenant in tenants:
        tenant.save(replace(tenant.job, policy=replace(tenant.job.policy, threshold_count=999)))
    await set_up(microsofts)
    edits, done = Edits(seed, tenants), []
    for _ in range(ROUNDS):
        concerns = (await prepare(ours.services, ours.saved())).plan.concerns
        accepted = frozenset(concern.code for concern in concerns)
        await run_job(ours.services, ours.saved(), ignore_event, accepted, RunControl())
        microsofts.cycle()
        microsofts.cycle()
        here, there = shape(ours.aws()), shape(microsofts.aws())
        without_emptied_managers(here, there)
        assert there == here, done
        assert len(here[0]) > 20
        done = [edits.one() for _ in range(EDITS_A_ROUND)]
