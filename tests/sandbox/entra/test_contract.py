"""Every answer of the stand-in has the shape that Microsoft's own description of Graph gives it."""

from collections.abc import Iterator

import pytest

from tests.contract import Contract, contract
from tests.entra_process import PRINCIPAL, EntraHandle, running_entra


@pytest.fixture(scope="module")
def judge() -> Contract:
    return contract()


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        handle.set(record=True)
        yield handle


def _walk(entra: EntraHandle, path: str) -> list[dict[str, object]]:
    """All objects of a list or feed."""
    found: list[dict[str, object]] = []
    while path:
        page = entra.ask("GET", path)
        found += page["value"]
        path = page.get("@odata.nextLink", "")
    return found


def test_all_traffic_is_as_microsoft_describes_it(judge: Contract, entra: EntraHandle) -> None:
    people = _walk(
        entra, "/users?$select=id,accountEnabled,faxNumber,department&$expand=manager($select=id)&$top=40"
    )
    _walk(entra, "/users?$top=999")
    groups = _walk(entra, "/groups?$select=id,displayName,securityEnabled&$top=3")
    for group in groups:
        _walk(entra, f"/groups/{group['id']}/members?$select=id&$top=999")
        _walk(entra, f"/groups/{group['id']}/members/microsoft.graph.user?$top=5")
    principal = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")
    _walk(entra, "/servicePrincipals")
    entra.ask("GET", f"/applicationTemplates/{principal['applicationTemplateId']}")
    made = entra.ask(
        "POST", f"/applicationTemplates/{principal['applicationTemplateId']}/instantiate", {"displayName": "AWS"}
    )["servicePrincipal"]
    with entra.client() as client:
        looks = [client.get(f"/servicePrincipals/{made['id']}").status_code for _ in range(3)]
    assert looks == [404, 404, 200]
    _walk(entra, f"/servicePrincipals/{principal['id']}/appRoleAssignedTo?$top=2")
    _walk(entra, "/users/delta?$select=displayName,manager")
    _walk(entra, "/groups/delta?$select=displayName,members")
    links = [
        entra.ask("GET", "/users/delta?$select=displayName,manager&$deltatoken=latest")["@odata.deltaLink"],
        entra.ask("GET", "/groups/delta?$select=displayName,members&$deltatoken=latest")["@odata.deltaLink"],
    ]
    first, second = (str(person["id"]) for person in people[3:5])
    entra.ask("PATCH", f"/users/{first}", {"department": "Tides"})
    entra.ask("DELETE", f"/users/{second}")
    entra.ask("DELETE", f"/groups/{groups[0]['id']}")
    changed = _walk(entra, links[0])
    assert {"id": second, "@removed": {"reason": "changed"}} in changed
    assert first in [one["id"] for one in changed]
    assert {"id": groups[0]["id"], "@removed": {"reason": "deleted"}} in _walk(entra, links[1])
    with entra.client() as client:
        assert client.get(f"/users/{second}").status_code == 404
        assert client.get("/users?$select=shoeSize").status_code == 400
        assert client.get("/users/delta?$top=5").status_code == 400
        assert client.get("/users?$top=1000").status_code == 400
    judged = [one for one in entra.traffic() if "shoeSize" not in str(one["query"])]
    assert judge.judge(judged) > 40


def test_the_judge_would_catch_a_wrong_field(judge: Contract) -> None:
    import jsonschema

    good = {"value": [{"id": "1", "displayName": "A"}]}
    judge.judge_answer("GET", "/users", 200, good)
    for wrong in (
        {"value": [{"id": "1", "objectId": "1"}]},
        {"value": [{"accountEnabled": "yes"}]},
        {"people": []},
    ):
        with pytest.raises(jsonschema.ValidationError):
            judge.judge_answer("GET", "/users", 200, wrong)
    with pytest.raises(jsonschema.ValidationError):
        judge.judge_request("GET", "/users", {"$select": "id,telephoneNumber"})
    with pytest.raises(AssertionError):
        judge.judge_request("GET", "/people", {})
    with pytest.raises(AssertionError):
        judge.judge_request("DELETE", "/users/1", {}, {"why": "gone"})
    path, asked = "/servicePrincipals/1/appRoleAssignedTo", {"principalId": PRINCIPAL, "resourceId": PRINCIPAL}
    judge.judge_request("POST", path, {}, asked)
    with pytest.raises(jsonschema.ValidationError):
        judge.judge_request("POST", path, {}, {**asked, "roleId": PRINCIPAL})
    role = {"id": PRINCIPAL, "displayName": "User", "isEnabled": True, "allowedMemberTypes": ["User"]}
    call = {"method": "PATCH", "path": "/applications/1", "query": {}, "status": 204, "body": None}
    judge.judge([{**call, "sent": {"appRoles": [role]}}])
    with pytest.raises(jsonschema.ValidationError):
        judge.judge([{**call, "sent": {"appRoles": [{**role, "name": "User"}]}}])
    with pytest.raises(AssertionError, match="read-only"):
        judge.judge([{**call, "sent": {"appRoles": [{**role, "origin": "Application"}]}}])
