"""A job from the first call to a steady state: what the Identity Center then holds, and that all traffic is Graph's."""

from typing import Any

import pytest

from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.sandbox.entra.synchronization.provisioned import (
    BY_HAND,
    SYNC,
    ask,
    credentials,
    cycle,
    groups,
    log,
    people,
    secrets,
    started,
    status,
)

pytestmark = pytest.mark.slow


def test_a_job_from_the_test_of_the_credentials_to_a_steady_state() -> None:
    with judged_entra(*BY_HAND) as entra:
        (template,) = entra.ask("GET", f"{SYNC}/templates")["value"]
        test = {"templateId": template["id"], "credentials": credentials(entra)}
        assert ask(entra, "POST", f"{SYNC}/jobs/validateCredentials", test).status_code == 204
        entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
        saved = {"templateId": template["id"], "useSavedCredentials": True}
        assert ask(entra, "POST", f"{SYNC}/jobs/validateCredentials", saved).status_code == 204
        made = entra.ask("POST", f"{SYNC}/jobs", {"templateId": template["id"]})
        assert (made["status"]["code"], made["schedule"]["state"]) == ("Paused", "Disabled")
        job = f"{SYNC}/jobs/{made['id']}"
        entra.ask("POST", f"{job}/start")
        before = status(entra, job)
        last = before["lastExecution"]
        assert (before["code"], last["state"], last["error"]["code"]) == ("NotRun", "Failed", "None")
        assert last["timeEnded"].startswith("0001")
        assert cycle(entra) == {made["id"]: "Active"}
        after = status(entra, job)
        counts = {one["key"]: one["value"] for one in after["synchronizedEntryCountByType"]}
        assert counts == {"User to User": len(people(entra)), "Group to Group": 3}
        assert not after["steadyStateFirstAchievedTime"].startswith("0001")
        failed = [one for one in log(entra) if one["provisioningStatusInfo"]["status"] == "failure"]
        assert after["lastExecution"]["countEscrowed"] == len(failed) > 0
        assert set(groups(entra)) == {"Engineering", "Engineering / Optics", "Field Service"}
        cycle(entra)
        assert entra.identity_center.requests()["byOperation"]["POST /Groups"] == 3


ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _walk(entra: EntraHandle, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while path:
        page = entra.ask("GET", path)
        rows, path = rows + page["value"], page.get("@odata.nextLink", "")
    return rows


def test_a_full_cycle_leaves_what_the_assignments_say() -> None:
    """People and members as read through Graph, without what AWS refused, are what the Identity Center holds."""
    with judged_entra(*BY_HAND) as entra:
        job = started(entra)
        assigned = _walk(entra, f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")
        wanted = {one["principalId"] for one in assigned if one["principalType"] == "User"}
        members: dict[str, set[str]] = {}
        for one in assigned:
            if one["principalType"] == "Group":
                path = f"/groups/{one['principalId']}/members/microsoft.graph.user?$top=999"
                members[one["principalDisplayName"]] = {user["id"] for user in _walk(entra, path)}
                wanted |= members[one["principalDisplayName"]]
        select = "$select=id,userPrincipalName,mail,accountEnabled&$expand=manager($select=id)&$top=999"
        users = {one["id"]: one for one in _walk(entra, f"/users?{select}")}
        refused = {
            one["sourceIdentity"]["id"]
            for one in log(entra)
            if one["provisioningStatusInfo"]["status"] == "failure"
        }
        there = {one for one in wanted if users[one]["accountEnabled"]} - refused
        names = {one: users[one]["userPrincipalName"] for one in there}
        names |= {one: users[one]["mail"] for one, name in names.items() if "#EXT#" in name}
        found = people(entra)
        assert found.keys() == set(names.values())
        assert all(one["active"] for one in found.values())
        assert groups(entra) == {group: {names[one] for one in ids & there} for group, ids in members.items()}
        for one, name in names.items():
            manager = (users[one].get("manager") or {}).get("id")
            written = found[name].get(ENTERPRISE, {}).get("manager", {}).get("value")
            assert written == (found[names[manager]]["id"] if manager in there else None)
        assert status(entra, job)["lastExecution"]["countEscrowed"] == len(refused)
