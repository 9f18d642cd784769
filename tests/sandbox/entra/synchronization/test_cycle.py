"""Cycles: what the Identity Center holds after the directory changed."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.sandbox.entra.synchronization.provisioned import (
    BY_HAND,
    SYNC,
    ask,
    cycle,
    groups,
    log,
    new_job,
    people,
    secrets,
    started,
    status,
    until,
)

pytestmark = pytest.mark.slow

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    with judged_entra(*BY_HAND) as handle:
        yield handle


def _user(entra: EntraHandle, **properties: Any) -> str:
    """A new person, assigned to the application."""
    name = properties["displayName"].lower().replace(" ", ".") + "@tidewater.example"
    body = {"userPrincipalName": name, "mail": name, "givenName": "Ada", "surname": "New", **properties}
    user = str(entra.ask("POST", "/users", body)["id"])
    entra.assign(user)
    return user


def _mapping(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    (rule,) = schema["synchronizationRules"]
    found: dict[str, Any] = next(one for one in rule["objectMappings"] if one["sourceObjectName"] == kind)
    return found


def _actions(entra: EntraHandle, object_id: str) -> list[tuple[str, str]]:
    """What the log says of an object: action and status, newest first."""
    rows = log(entra, f"&$filter=sourceIdentity/id eq '{object_id}'")
    return [(one["provisioningAction"], one["provisioningStatusInfo"]["status"]) for one in rows]


def test_a_person_is_created_changed_blocked_restored_and_deleted(entra: EntraHandle) -> None:
    started(entra)
    boss = _user(entra, displayName="Boss One")
    ada = _user(entra, displayName="Ada New", jobTitle="Pilot", department="Tides")
    entra.ask("PUT", f"/users/{ada}/manager/$ref", {"@odata.id": f"{entra.graph_url}/users/{boss}"})
    cycle(entra)
    name = "ada.new@tidewater.example"
    made = people(entra)[name]
    assert (made["title"], made["active"], made["emails"][0]["primary"]) == ("Pilot", True, True)
    assert made[ENTERPRISE]["manager"]["value"] == people(entra)["boss.one@tidewater.example"]["id"]
    entra.ask("PATCH", f"/users/{ada}", {"jobTitle": "Captain", "department": None})
    cycle(entra)
    changed = people(entra)[name]
    assert (changed["title"], changed[ENTERPRISE]["department"]) == ("Captain", "Tides")
    entra.ask("PATCH", f"/users/{ada}", {"accountEnabled": False})
    cycle(entra)
    assert people(entra)[name]["active"] is False
    entra.ask("PATCH", f"/users/{ada}", {"accountEnabled": True})
    cycle(entra)
    assert people(entra)[name]["active"] is True
    entra.ask("DELETE", f"/users/{ada}")
    cycle(entra)
    assert people(entra)[name]["active"] is False
    entra.ask("POST", f"/directory/deletedItems/{ada}/restore", {})
    cycle(entra)
    assert people(entra)[name]["active"] is True
    entra.ask("DELETE", f"/users/{ada}")
    entra.ask("DELETE", f"/directory/deletedItems/{ada}")
    cycle(entra)
    assert name not in people(entra)
    assert [action for action, _ in _actions(entra, ada)][:3] == ["delete", "update", "disable"]


def test_who_is_blocked_or_unassigned_is_not_created(entra: EntraHandle) -> None:
    started(entra)
    blocked = _user(entra, displayName="Out One", accountEnabled=False)
    name = "out.two@tidewater.example"
    apart = entra.ask("POST", "/users", {"userPrincipalName": name, "displayName": "Out Two"})["id"]
    short = entra.ask("POST", "/users", {"userPrincipalName": "out.3@tidewater.example", "displayName": "Out 3"})[
        "id"
    ]
    entra.ask("DELETE", f"/users/{short}")
    cycle(entra)
    assert _actions(entra, short) == [], "nobody knew them"
    assert not {"out.one@tidewater.example", "out.two@tidewater.example"} & people(entra).keys()
    assert _actions(entra, blocked) == _actions(entra, apart) == [("other", "skipped")]
    row = log(entra, f"&$filter=sourceIdentity/id eq '{apart}'")[0]
    assert row["provisioningStatusInfo"]["errorInformation"]["errorCode"] == "NotEffectivelyEntitled"
    details = next(step for step in row["provisioningSteps"] if step["provisioningStepType"] == "scoping")[
        "details"
    ]
    assert details["Assigned"] == "False"


def test_who_was_deleted_before_a_restart_is_deleted_by_it(entra: EntraHandle) -> None:
    job = started(entra)
    ada = _user(entra, displayName="Ada New")
    cycle(entra)
    entra.ask("DELETE", f"/users/{ada}")
    entra.ask("DELETE", f"/directory/deletedItems/{ada}")
    entra.ask("POST", f"{job}/restart", {"criteria": {}})
    cycle(entra)
    assert "ada.new@tidewater.example" not in people(entra)


def test_a_new_assignment_is_honoured_later(entra: EntraHandle) -> None:
    started(entra)
    entra.set(provisioning={"assignment_delay": 120})
    _user(entra, displayName="Ada New")
    cycle(entra)
    assert "ada.new@tidewater.example" not in people(entra)
    entra.look("POST", "advance", {"seconds": 121})
    cycle(entra)
    assert "ada.new@tidewater.example" in people(entra)


def test_who_left_the_scope_before_they_were_deleted_stays_and_who_was_blocked_goes(entra: EntraHandle) -> None:
    started(entra)
    apart, blocked, back = (_user(entra, displayName=f"{name} New") for name in ("Ada", "Bob", "Carl"))
    cycle(entra)
    _unassign(entra, apart)
    _unassign(entra, back)
    entra.ask("PATCH", f"/users/{blocked}", {"accountEnabled": False})
    cycle(entra)
    assert not any(people(entra)[f"{name}.new@tidewater.example"]["active"] for name in ("ada", "bob", "carl"))
    entra.assign(back)
    cycle(entra)
    assert people(entra)["carl.new@tidewater.example"]["active"]
    for user in (apart, blocked, back):
        entra.ask("DELETE", f"/users/{user}")
        entra.ask("DELETE", f"/directory/deletedItems/{user}")
    cycle(entra)
    assert "ada.new@tidewater.example" in people(entra)
    assert not {"bob.new@tidewater.example", "carl.new@tidewater.example"} & people(entra).keys()


def test_two_people_do_not_get_one_account(entra: EntraHandle) -> None:
    job = new_job(entra)
    schema = entra.ask("GET", f"{job}/schema")
    rows = {one["targetAttributeName"]: one for one in _mapping(schema, "User")["attributeMappings"]}
    rows["userName"]["source"] = {"type": "Attribute", "name": "mail", "expression": "[mail]", "parameters": []}
    entra.ask("PUT", f"{job}/schema", schema)
    users = [
        str(entra.ask("POST", "/users", _named(name, mail="same@x.example"))["id"]) for name in ("ada", "bob")
    ]
    for user in users:
        entra.assign(user)
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    assert people(entra)["same@x.example"]["displayName"] == "Ada"
    row = log(entra, f"&$filter=sourceIdentity/id eq '{users[1]}'")[0]
    assert row["provisioningStatusInfo"]["errorInformation"]["errorCode"] == "DuplicateTargetEntries"


def test_an_account_that_vanished_in_aws_is_an_error_until_it_is_deleted(entra: EntraHandle) -> None:
    started(entra)
    ada = _user(entra, displayName="Ada New")
    cycle(entra)
    with entra.identity_center.client() as client:
        assert client.delete(f"/Users/{people(entra)['ada.new@tidewater.example']['id']}").status_code == 204
    entra.ask("PATCH", f"/users/{ada}", {"jobTitle": "Captain"})
    cycle(entra)
    row = log(entra, f"&$filter=sourceIdentity/id eq '{ada}'")[0]
    assert row["provisioningStatusInfo"]["errorInformation"]["errorCode"] == "InvalidAnchor"
    entra.ask("DELETE", f"/users/{ada}")
    entra.ask("DELETE", f"/directory/deletedItems/{ada}")
    cycle(entra)
    assert _actions(entra, ada)[0] == ("delete", "success")


def test_only_roles_that_provision_and_groups_for_security_count(entra: EntraHandle) -> None:
    started(entra)
    apart, member = (str(entra.ask("POST", "/users", _named(name))["id"]) for name in ("ada", "bob"))
    role = "e7f1a7f3-9eda-48e0-9963-bd67bf531afd"
    wanted = {"principalId": apart, "resourceId": PRINCIPAL, "appRoleId": role}
    entra.ask("POST", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo", wanted)
    group = entra.ask("POST", "/groups", {"displayName": "Letters", "securityEnabled": False})["id"]
    entra.ask(
        "POST", f"/groups/{group}/members/$ref", {"@odata.id": f"{entra.graph_url}/directoryObjects/{member}"}
    )
    entra.assign(group)
    cycle(entra)
    assert not {"ada@tidewater.example", "bob@tidewater.example"} & people(entra).keys()
    assert "Letters" not in groups(entra)


def test_another_mapping_is_written_to_everybody(entra: EntraHandle) -> None:
    job = started(entra)
    schema = entra.ask("GET", f"{job}/schema")
    rows = {one["targetAttributeName"]: one for one in _mapping(schema, "User")["attributeMappings"]}
    rows["title"]["source"] = {"type": "Constant", "name": "Sailor", "expression": '"Sailor"', "parameters": []}
    entra.ask("PUT", f"{job}/schema", schema)
    cycle(entra)
    assert {one["title"] for one in people(entra).values()} == {"Sailor"}


def test_nothing_is_written_twice_and_people_in_aws_are_matched(entra: EntraHandle) -> None:
    job = started(entra)
    before = people(entra), groups(entra)
    entra.identity_center.reset_counters()
    entra.ask("POST", f"{job}/restart", {"criteria": {"resetScope": "Full"}})
    cycle(entra)
    asked = entra.identity_center.requests()["byOperation"]
    assert {key: count for key, count in asked.items() if key.startswith(("PATCH /Users", "POST /Groups"))} == {}
    assert (people(entra), groups(entra)) == before


def test_an_unassigned_person_is_disabled_and_left_alone_with_the_switch(entra: EntraHandle) -> None:
    started(entra)
    ada = _user(entra, displayName="Ada New")
    cycle(entra)
    _unassign(entra, ada)
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, SkipOutOfScopeDeletions="True"))
    cycle(entra)
    assert people(entra)["ada.new@tidewater.example"]["active"] is True
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
    entra.ask("PATCH", f"/users/{ada}", {"jobTitle": "Captain"})
    cycle(entra)
    assert people(entra)["ada.new@tidewater.example"]["active"] is False
    entra.ask("DELETE", f"/users/{ada}")
    entra.ask("DELETE", f"/directory/deletedItems/{ada}")
    cycle(entra)
    assert "ada.new@tidewater.example" in people(entra)


def _unassign(entra: EntraHandle, principal: str) -> None:
    path = f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo"
    (found,) = [
        one["id"] for one in entra.ask("GET", f"{path}?$top=999")["value"] if one["principalId"] == principal
    ]
    entra.ask("DELETE", f"{path}/{found}")


def test_members_come_and_go_in_a_second_pass(entra: EntraHandle) -> None:
    started(entra)
    ada, grace = (str(entra.ask("POST", "/users", _named(name))["id"]) for name in ("ada", "grace"))
    group = entra.ask("POST", "/groups", {"displayName": "Tides"})["id"]
    for user in (ada, grace):
        link = {"@odata.id": f"{entra.graph_url}/directoryObjects/{user}"}
        entra.ask("POST", f"/groups/{group}/members/$ref", link)
    entra.assign(group)
    cycle(entra)
    assert groups(entra)["Tides"] == {"ada@tidewater.example", "grace@tidewater.example"}
    entra.ask("DELETE", f"/groups/{group}/members/{grace}/$ref")
    entra.ask("PATCH", f"/groups/{group}", {"displayName": "High Tides"})
    cycle(entra)
    assert groups(entra)["High Tides"] == {"ada@tidewater.example"}
    assert people(entra)["grace@tidewater.example"]["active"] is False
    entra.ask("DELETE", f"/groups/{group}")
    cycle(entra)
    assert "High Tides" not in groups(entra)


def _named(name: str, **properties: Any) -> dict[str, Any]:
    address = f"{name}@tidewater.example"
    return {
        "userPrincipalName": address, "mail": address, "displayName": name.title(), "givenName": name.title(),
        "surname": "Sample", **properties,
    }  # fmt: skip


def test_a_member_who_failed_is_added_once_they_are_there(entra: EntraHandle) -> None:
    started(entra)
    ada = str(entra.ask("POST", "/users", _named("ada", surname=None))["id"])
    group = entra.ask("POST", "/groups", {"displayName": "Tides"})["id"]
    entra.ask("POST", f"/groups/{group}/members/$ref", {"@odata.id": f"{entra.graph_url}/directoryObjects/{ada}"})
    entra.assign(group)
    cycle(entra)
    assert groups(entra)["Tides"] == set()
    assert _actions(entra, ada)[0] == ("create", "failure")
    entra.ask("PATCH", f"/users/{ada}", {"surname": "Sample"})
    cycle(entra)
    assert groups(entra)["Tides"] == {"ada@tidewater.example"}


def test_failures_are_tried_again_more_and_more_seldom(entra: EntraHandle) -> None:
    job = started(entra)
    ada = str(entra.ask("POST", "/users", _named("ada", surname=None))["id"])
    entra.assign(ada)
    tries = []
    for _ in range(8):
        cycle(entra)
        tries.append(len(_actions(entra, ada)))
    assert tries == [1, 2, 2, 3, 3, 3, 3, 4]
    assert status(entra, job)["lastExecution"]["countEscrowed"] > 0


def test_a_scoping_filter_and_a_mapping_decide(entra: EntraHandle) -> None:
    job = new_job(entra)
    schema = entra.ask("GET", f"{job}/schema")
    clauses = [_clause("department", "EQUALS", "Tides"), _clause("jobTitle", "IS NOT NULL")]
    other = [_clause("userPrincipalName", "REGEX MATCH", r"eve@.*")]
    users = _mapping(schema, "User")
    users["scope"] = {
        "categoryFilterGroups": [], "inputFilterGroups": [],
        "groups": [{"name": "Tides", "clauses": clauses}, {"name": "Eve", "clauses": other}],
    }  # fmt: skip
    rows = {one["targetAttributeName"]: one for one in users["attributeMappings"]}
    rows["title"]["source"] = {"type": "Constant", "name": "Sailor", "expression": '"Sailor"', "parameters": []}
    rows["preferredLanguage"].update(defaultValue="en-IE", flowType="ObjectAddOnly")
    rows["displayName"]["source"] = {
        "type": "Function", "name": "Join", "expression": 'Join(" ", [givenName], ToUpper([surname], ))',
        "parameters": [],
    }  # fmt: skip
    entra.ask("PUT", f"{job}/schema", schema)
    for name, more in (
        ("ada", {"department": "Tides", "jobTitle": "Pilot"}), ("bob", {"department": "Tides"}), ("eve", {}),
    ):  # fmt: skip
        entra.assign(str(entra.ask("POST", "/users", _named(name, **more))["id"]))
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    assert people(entra).keys() == {"ada@tidewater.example", "eve@tidewater.example"}
    ada = people(entra)["ada@tidewater.example"]
    assert (ada["title"], ada["displayName"], ada["preferredLanguage"]) == ("Sailor", "Ada SAMPLE", "en-IE")
    (user,) = [one["id"] for one in entra.ask("GET", "/users?$top=999")["value"] if one["displayName"] == "Ada"]
    entra.ask("PATCH", f"/users/{user}", {"preferredLanguage": "de-DE", "surname": "Other"})
    cycle(entra)
    ada = people(entra)["ada@tidewater.example"]
    assert (ada["displayName"], ada["preferredLanguage"]) == ("Ada OTHER", "en-IE")


def _clause(name: str, operator: str, *values: str) -> dict[str, Any]:
    return {"sourceOperandName": name, "operatorName": operator, "targetOperand": {"values": list(values)}}


def test_all_people_come_at_once_and_go_with_a_restart(entra: EntraHandle) -> None:
    job = started(entra)
    assigned = len(people(entra))
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, SyncAll="true"))
    cycle(entra)
    everybody = people(entra)
    assert len(everybody) > assigned
    assert "nora.lind@partner.example" in everybody
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
    cycle(entra)
    assert people(entra)["nora.lind@partner.example"]["active"] is True
    entra.ask("POST", f"{job}/restart", {"criteria": {}})
    cycle(entra)
    assert people(entra)["nora.lind@partner.example"]["active"] is False


def test_a_job_pauses_resumes_and_stops_where_it_is_started_twice(entra: EntraHandle) -> None:
    job = started(entra)
    entra.ask("POST", f"{job}/pause")
    found = entra.ask("GET", job)
    assert (found["schedule"]["state"], found["status"]["code"]) == ("Paused", "Paused")
    ended = found["status"]["lastExecution"]["timeEnded"]
    cycle(entra)
    assert status(entra, job)["lastExecution"]["timeEnded"] == ended
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    resumed = status(entra, job)["lastExecution"]["timeEnded"]
    assert resumed > ended
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    assert status(entra, job)["lastExecution"]["timeEnded"] == resumed
    entra.ask("POST", f"{job}/restart", {"criteria": {}})
    cycle(entra)
    again = status(entra, job)["lastExecution"]["timeEnded"]
    assert again > resumed
    entra.set(provisioning={"second_start": "harmless"})
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    assert status(entra, job)["lastExecution"]["timeEnded"] > again


def test_a_group_that_leaves_the_scope_is_deleted_or_left(entra: EntraHandle) -> None:
    started(entra)
    assert "Field Service" in groups(entra)
    found = {one["displayName"]: one["id"] for one in entra.ask("GET", "/groups?$top=999")["value"]}
    entra.set(provisioning={"leaving_groups": "leave"})
    _unassign(entra, found["Field Service"])
    cycle(entra)
    assert "Field Service" in groups(entra)
    entra.set(provisioning={"leaving_groups": "delete"})
    _unassign(entra, found["Engineering / Optics"])
    cycle(entra)
    assert "Engineering / Optics" not in groups(entra)


def test_cycles_run_by_the_clock_and_show_their_progress(entra: EntraHandle) -> None:
    entra.set(provisioning={"cycle": 0.05, "page_pause": 3600})
    job = new_job(entra)
    entra.ask("POST", f"{job}/start")
    (seen,) = until(lambda: status(entra, job)["progress"])
    assert (seen["completedUnits"], seen["units"]) == (0, "pages")
    assert seen["totalUnits"] > 3
    assert status(entra, job)["code"] == "Active"
    entra.set(provisioning={"page_pause": 0})
    until(lambda: status(entra, job)["lastSuccessfulExecution"])
    ended = status(entra, job)["lastExecution"]["timeEnded"]
    assert status(entra, job)["progress"] == []
    until(lambda: status(entra, job)["lastExecution"]["timeEnded"] != ended)


def test_lost_answers_of_the_target_are_found_again() -> None:
    faults = ("--faults", "20", "--fault-kinds", "reset-after", "--seed", "3")
    with judged_entra(*BY_HAND, *faults) as entra:
        job = new_job(entra)
        entra.ask("POST", f"{job}/start")
        for _ in range(12):
            cycle(entra)
            if status(entra, job)["quarantine"]:
                entra.ask("POST", f"{job}/start")
        names = [one["userName"] for one in entra.identity_center.state()["users"]]
        assert len(names) == len(set(names)) > 20


def test_an_unused_call_is_unknown(entra: EntraHandle) -> None:
    assert ask(entra, "GET", f"{SYNC}/jobs/aWSSingleSignon.x.y").status_code == 404
