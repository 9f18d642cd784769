"""Provision on demand: both answers, steps, limits."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract import CONTRACTS, judged_entra
from tests.entra_process import EntraHandle
from tests.sandbox.entra.synchronization.provisioned import (
    BY_HAND,
    RULE,
    ask,
    code,
    groups,
    log,
    new_job,
    people,
    started,
)


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra(*BY_HAND) as handle:
        yield handle


@pytest.fixture(scope="module")
def job(entra: EntraHandle) -> str:
    return new_job(entra)


@pytest.fixture(autouse=True)
def fresh_window(entra: EntraHandle) -> None:
    """Let the limit of the last test pass."""
    entra.look("POST", "advance", {"seconds": 11})


def _run(
    entra: EntraHandle, job: str, kind: str, object_id: str, *members: str, rule: str = RULE
) -> httpx.Response:
    subject: dict[str, Any] = {"objectId": object_id, "objectTypeName": kind}
    if members:
        subject["links"] = {"members": [{"objectId": one, "objectTypeName": "User"} for one in members]}
    return ask(
        entra, "POST", f"{job}/provisionOnDemand", {"parameters": [{"ruleId": rule, "subjects": [subject]}]}
    )


def _person(entra: EntraHandle, name: str, assigned: bool = True, **properties: Any) -> str:
    address = f"{name}@tidewater.example"
    body = {
        "userPrincipalName": address, "mail": address, "displayName": name.title(), "givenName": name.title(),
        "surname": "Sample", **properties,
    }  # fmt: skip
    user = str(entra.ask("POST", "/users", body)["id"])
    if assigned:
        entra.assign(user)
    return user


def test_both_answers_tell_the_same_steps(entra: EntraHandle, job: str) -> None:
    ada = _person(entra, "ada")
    answer = _run(entra, job, "User", ada).json()
    told, result = json.loads(answer["value"]), json.loads(answer["key"])
    assert (result["result"], told["action"]) == ("Success", "Create")
    assert [step["type"] for step in told["provisioningSteps"]] == ["Import", "Scoping", "Matching", "Export"]
    assert told["targetIdentity"]["id"] == people(entra)["ada@tidewater.example"]["id"]
    assert log(entra, f"&$filter=sourceIdentity/id eq '{ada}'")[0]["provisioningAction"] == "create"
    same = json.loads(_run(entra, job, "User", ada).json()["key"])
    assert (same["result"], same["details"]["errorCode"]) == ("Skipped", "RedundantExport")
    entra.set(provisioning={"shape": "array"})
    answer = _run(entra, job, "User", ada).json()
    example = json.loads((CONTRACTS / "graph-examples" / "on-demand-200-array.json").read_text(encoding="utf-8"))
    assert answer["key"] == example["key"]
    (told,) = json.loads(answer["value"])
    printed = json.loads(example["value"])[0]["provisioningSteps"][0]
    assert set(printed) == set(told["provisioningSteps"][0])
    scoping = next(step for step in told["provisioningSteps"] if step["type"] == "Scoping")
    assert scoping["details"]["Assigned to the application"] == "True"
    entra.set(provisioning={"shape": "object"})


def test_a_person_out_of_scope_or_refused_is_reported_as_such(entra: EntraHandle, job: str) -> None:
    apart = json.loads(_run(entra, job, "User", _person(entra, "bob", assigned=False)).json()["key"])
    assert (apart["result"], apart["details"]["errorCode"]) == ("Skipped", "NotEffectivelyEntitled")
    failed = json.loads(_run(entra, job, "User", _person(entra, "carl", surname=None)).json()["key"])
    assert failed["result"] == "Failure"
    assert "name.familyName" in failed["details"]["errorMessage"]


def test_a_group_comes_with_the_members_named(entra: EntraHandle, job: str) -> None:
    users = [_person(entra, f"member{number}", assigned=False) for number in range(6)]
    group = str(entra.ask("POST", "/groups", {"displayName": "Pilots"})["id"])
    for user in users:
        entra.ask(
            "POST", f"/groups/{group}/members/$ref", {"@odata.id": f"{entra.graph_url}/directoryObjects/{user}"}
        )
    entra.assign(group)
    assert _run(entra, job, "User", users[2]).status_code == 200
    assert _run(entra, job, "Group", group, *users[:2]).status_code == 200
    assert groups(entra)["Pilots"] == {"member0@tidewater.example", "member1@tidewater.example"}
    assert code(_run(entra, job, "Group", group, *users)) == (400, "BadRequest")
    entra.ask("PATCH", f"/users/{users[3]}", {"surname": None})
    failed = json.loads(_run(entra, job, "Group", group, users[3]).json()["key"])
    assert failed["result"] == "Failure", "the group itself has not changed"


def test_wrong_requests_are_refused(entra: EntraHandle, job: str) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    assert _run(entra, job, "User", nobody).status_code == 404
    assert _run(entra, job, "User", nobody, rule="other").status_code == 400
    assert _run(entra, job, "Role", nobody).status_code == 400
    assert ask(entra, "POST", f"{job}/provisionOnDemand", {}).status_code == 400


def test_the_sixth_call_in_ten_seconds_is_too_much(entra: EntraHandle, job: str) -> None:
    dora = _person(entra, "dora")
    assert [_run(entra, job, "User", dora).status_code for _ in range(6)] == [200] * 5 + [429]
    entra.look("POST", "advance", {"seconds": 11})
    assert _run(entra, job, "User", dora).status_code == 200
    entra.set(provisioning={"on_demand": 1})
    assert _run(entra, job, "User", dora).status_code == 429
    entra.set(provisioning={"on_demand": 5})


def test_who_is_blocked_is_not_disabled_by_it(entra: EntraHandle, job: str) -> None:
    erin = _person(entra, "erin")
    _run(entra, job, "User", erin)
    entra.ask("PATCH", f"/users/{erin}", {"accountEnabled": False})
    told = json.loads(_run(entra, job, "User", erin).json()["key"])
    assert told["details"]["errorCode"] == "NotEffectivelyEntitled"
    assert people(entra)["erin@tidewater.example"]["active"] is True


def test_what_was_provisioned_on_demand_is_known_to_the_first_cycle() -> None:
    with judged_entra(*BY_HAND) as entra:
        job = new_job(entra)
        user = _person(entra, "ada")
        _run(entra, job, "User", user)
        entra.ask("DELETE", job)
        assert started(entra)
        assert "ada@tidewater.example" in people(entra)
