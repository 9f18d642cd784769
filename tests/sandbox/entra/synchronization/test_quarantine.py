"""Quarantine: by a wrong token, by too many deletions, by failures; how each is left."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.sandbox.entra.synchronization.provisioned import (
    BY_HAND,
    RULE,
    SYNC,
    ask,
    code,
    cycle,
    log,
    new_job,
    people,
    secrets,
    started,
    status,
    until,
)

pytestmark = pytest.mark.slow

INVALID = "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    with judged_entra(*BY_HAND) as handle:
        yield handle


def _on_demand(entra: EntraHandle, job: str, user: str) -> Any:
    subject = {"objectId": user, "objectTypeName": "User"}
    return ask(
        entra, "POST", f"{job}/provisionOnDemand", {"parameters": [{"ruleId": RULE, "subjects": [subject]}]}
    )


def test_a_wrong_token_quarantines_at_once_and_start_recovers(entra: EntraHandle) -> None:
    job = started(entra)
    good = status(entra, job)["lastSuccessfulExecution"]
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, SecretToken="expired"))
    cycle(entra)
    found = status(entra, job)
    quarantine = found["quarantine"]
    assert (found["code"], quarantine["reason"]) == ("Quarantine", "EncounteredQuarantineException")
    assert (quarantine["error"]["code"], quarantine["error"]["tenantActionable"]) == (INVALID, True)
    assert (found["lastExecution"]["state"], found["lastExecution"]["error"]["code"]) == ("Failed", INVALID)
    assert (found["countSuccessiveCompleteFailures"], quarantine["seriesCount"]) == (1, 1)
    assert found["lastSuccessfulExecution"] == good
    audits = entra.ask("GET", "/auditLogs/directoryAudits?$filter=activityDisplayName eq 'Quarantine'")["value"]
    assert len(audits) == 1
    user = next(iter(entra.ask("GET", "/users?$top=1")["value"]))["id"]
    assert code(_on_demand(entra, job, user)) == (401, "UnknownError")
    cycle(entra)
    again = status(entra, job)["quarantine"]
    assert (again["seriesCount"], again["seriesBegan"]) == (2, quarantine["seriesBegan"])
    assert again["currentBegan"] == quarantine["currentBegan"]
    assert again["nextAttempt"] > quarantine["nextAttempt"]
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    found = status(entra, job)
    assert (found["code"], found["quarantine"], found["countSuccessiveCompleteFailures"]) == ("Active", None, 0)


def test_a_wrong_address_says_so(entra: EntraHandle) -> None:
    job = started(entra)
    elsewhere = entra.identity_center.tenant_url + "/elsewhere"
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, BaseAddress=elsewhere))
    cycle(entra)
    error = status(entra, job)["quarantine"]["error"]
    assert error["code"] == "SystemForCrossDomainIdentityManagementInvalidCredentials"


def test_a_job_made_with_wrong_credentials_needs_a_full_restart(entra: EntraHandle) -> None:
    job = new_job(entra, SecretToken="wrong")
    assert status(entra, job)["code"] == "Quarantine"
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
    entra.ask("POST", f"{job}/start")
    assert status(entra, job)["code"] == "Quarantine"
    cycle(entra)
    assert status(entra, job)["code"] == "Quarantine"
    entra.ask("POST", f"{job}/restart", {"criteria": {"resetScope": "Full"}})
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    assert status(entra, job)["code"] == "Active"


def _unassign_all(entra: EntraHandle) -> None:
    path = f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo"
    for one in entra.ask("GET", f"{path}?$top=999")["value"]:
        entra.ask("DELETE", f"{path}/{one['id']}")


def _staged(entra: EntraHandle) -> list[dict[str, Any]]:
    return [one for one in log(entra) if one["provisioningAction"] == "stagedDelete"]


def test_too_many_deletions_are_held_until_they_are_allowed(entra: EntraHandle) -> None:
    settings = json.dumps({"Enabled": True, "DeleteThresholdEnabled": True, "DeleteThresholdValue": 5})
    job = started(entra, SyncNotificationSettings=settings)
    active = sum(one["active"] for one in people(entra).values())
    _unassign_all(entra)
    cycle(entra)
    found = status(entra, job)
    assert (found["code"], found["quarantine"]["reason"]) == ("Quarantine", "TooManyDeletes")
    assert found["quarantine"]["error"] is None
    assert sum(one["active"] for one in people(entra).values()) == active
    held = _staged(entra)
    assert len(held) == active + 3
    assert {one["provisioningStatusInfo"]["status"] for one in held} == {"skipped"}
    entra.ask("POST", f"{job}/restart", {"criteria": {}})
    cycle(entra)
    assert status(entra, job)["quarantine"]["reason"] == "TooManyDeletes"
    entra.ask("POST", f"{job}/restart", {"criteria": {"resetScope": "ForceDeletes"}})
    assert status(entra, job)["quarantine"] is None
    cycle(entra)
    assert status(entra, job)["quarantine"] is None
    assert not any(one["active"] for one in people(entra).values())
    assert entra.identity_center.state()["groups"] == []


def test_the_threshold_itself_is_too_many_and_is_allowed_once(entra: EntraHandle) -> None:
    settings = json.dumps({"DeleteThresholdEnabled": True, "DeleteThresholdValue": 2})
    job = started(entra, SyncNotificationSettings=settings)
    active = [one["userName"] for one in people(entra).values()]
    ids = {one["userPrincipalName"]: one["id"] for one in entra.ask("GET", "/users?$top=999")["value"]}
    gone = [ids[name] for name in active if name in ids][:5]

    def leave(*users: str) -> int:
        for user in users:
            entra.ask("PATCH", f"/users/{user}", {"accountEnabled": False})
        cycle(entra)
        return sum(not one["active"] for one in people(entra).values())

    assert leave(gone[0]) == 1
    assert leave(*gone[1:3]) == 1
    assert status(entra, job)["quarantine"]["reason"] == "TooManyDeletes"
    entra.ask("POST", f"{job}/restart", {"criteria": {"resetScope": "ForceDeletes"}})
    cycle(entra)
    assert leave() == 3
    assert leave(*gone[3:]) == 3


def test_the_threshold_may_hold_only_the_excess_or_nothing(entra: EntraHandle) -> None:
    entra.set(provisioning={"held": "beyond"})
    settings = json.dumps({"DeleteThresholdEnabled": True, "DeleteThresholdValue": 5})
    job = started(entra, SyncNotificationSettings=settings)
    total = len(people(entra)) + 3
    _unassign_all(entra)
    cycle(entra)
    assert len(_staged(entra)) == total - 4
    assert sum(not one["active"] for one in people(entra).values()) == 4
    none = json.dumps({"DeleteThresholdEnabled": False, "DeleteThresholdValue": 1})
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, SyncNotificationSettings=none))
    cycle(entra)
    assert status(entra, job)["quarantine"] is None
    assert not any(one["active"] for one in people(entra).values())


def test_failures_quarantine_a_steady_job_and_pause_an_initial_one(entra: EntraHandle) -> None:
    entra.set(provisioning={"failures": 2})
    body = {"givenName": "Ada", "surname": "New"}
    schema_job = new_job(entra)
    schema = entra.ask("GET", f"{schema_job}/schema")
    users = next(
        one for one in schema["synchronizationRules"][0]["objectMappings"] if one["sourceObjectName"] == "User"
    )
    users["attributeMappings"] = [
        one for one in users["attributeMappings"] if one["targetAttributeName"] != "name.familyName"
    ]
    entra.ask("PUT", f"{schema_job}/schema", schema)
    entra.ask("POST", f"{schema_job}/start")
    cycle(entra)
    found = entra.ask("GET", schema_job)
    assert (found["status"]["code"], found["schedule"]["state"]) == ("Paused", "Paused")
    assert found["status"]["escrowsPruned"] is True
    entra.ask("DELETE", f"{schema_job}/schema")
    entra.ask("POST", f"{schema_job}/restart", {"criteria": {}})
    cycle(entra)
    assert entra.ask("GET", schema_job)["status"]["code"] == "Active"
    assert entra.ask("GET", schema_job)["status"]["escrowsPruned"] is False
    for number in range(3):
        name = f"new{number}@tidewater.example"
        new = entra.ask(
            "POST", "/users", {**body, "surname": None, "userPrincipalName": name, "displayName": name}
        )
        entra.assign(new["id"])
    cycle(entra)
    found = status(entra, schema_job)
    assert (found["code"], found["quarantine"]["reason"]) == ("Quarantine", "EncounteredEscrowProportionThreshold")


def test_four_weeks_of_quarantine_disable_a_job(entra: EntraHandle) -> None:
    job = started(entra)
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, SecretToken="expired"))
    cycle(entra)
    entra.look("POST", "advance", {"seconds": 29 * 86400})
    cycle(entra)
    found = entra.ask("GET", job)
    assert (found["schedule"]["state"], found["status"]["code"]) == ("Disabled", "Quarantine")


def test_the_clock_waits_for_the_next_attempt() -> None:
    with judged_entra("--provisioning", "cycle=0.05") as entra:
        job = new_job(entra)
        entra.ask("POST", f"{job}/start")
        until(lambda: status(entra, job)["lastSuccessfulExecution"])
        entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, SecretToken="expired"))
        found = until(lambda: status(entra, job)["quarantine"])
        for _ in range(50):
            assert status(entra, job)["quarantine"] == found
        entra.look("POST", "advance", {"seconds": 301})
        until(lambda: status(entra, job)["quarantine"]["seriesCount"] > 1)


def test_one_mail_tells_of_a_quarantine_and_another_of_another_reason(entra: EntraHandle) -> None:
    job = started(entra)
    entra.set(provisioning={"quarantine": "token"})
    cycle(entra)
    cycle(entra)
    (mail,) = entra.look("GET", "mails")
    assert (mail["to"], mail["reason"]) == ("ops@tidewater.example", "EncounteredQuarantineException")
    entra.set(provisioning={"quarantine": "deletions"})
    cycle(entra)
    assert [one["reason"] for one in entra.look("GET", "mails")][1:] == ["TooManyDeletes"]
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, {"Enabled": False}))
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    assert len(entra.look("GET", "mails")) == 2


@pytest.mark.parametrize(
    ("switch", "reason"),
    [
        ("token", "EncounteredQuarantineException"),
        ("deletions", "TooManyDeletes"),
        ("failures", "EncounteredEscrowProportionThreshold"),
    ],
)
def test_a_switch_quarantines_a_job_in_every_cycle(entra: EntraHandle, switch: str, reason: str) -> None:
    job = started(entra)
    entra.set(provisioning={"quarantine": switch})
    cycle(entra)
    assert status(entra, job)["quarantine"]["reason"] == reason
    entra.set(provisioning={"quarantine": "none"})
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    assert status(entra, job)["quarantine"] is None


def test_a_token_that_ends_within_a_cycle_stops_it() -> None:
    faults = ("--faults", "3", "--fault-kinds", "token-expiry", "--seed", "1")
    with judged_entra(*BY_HAND, *faults) as entra:
        job = new_job(entra)
        entra.ask("POST", f"{job}/start")
        cycle(entra)
        found = status(entra, job)
        assert found["quarantine"]["error"]["code"] == INVALID
        assert 0 < len(people(entra)) < 30
        for _ in range(20):
            entra.identity_center.renew_token()
            entra.ask("POST", f"{job}/start")
            cycle(entra)
            if not status(entra, job)["quarantine"]:
                break
        assert len(people(entra)) > 20
