"""Microsoft's documented examples: the sandbox accepts valid requests, refuses others, and answers in their shapes."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract import CONTRACTS, judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.sandbox.entra.synchronization.provisioned import (
    BY_HAND,
    RULE,
    SYNC,
    ask,
    credentials,
    cycle,
    new_job,
    secrets,
    status,
    until,
)

EXAMPLES = CONTRACTS / "graph-examples"
INDEX: list[dict[str, Any]] = json.loads((CONTRACTS / "examples-index.json").read_text(encoding="utf-8"))
SENT = [
    one for one in INDEX if "status" not in one and ("/synchronization" in one["path"] or "/owners" in one["path"])
]
ANSWERED = {
    one["file"].removesuffix(".json"): one
    for one in INDEX
    if "status" in one
    and one["valid"]
    and ("/synchronization" in one["path"] or "/auditLogs" in one["path"] or "/owners" in one["path"])
}
"""By file; each of them is produced by `_produced` below."""


def _example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra(*BY_HAND) as handle:
        yield handle


# Requests


def _own_ids(entra: EntraHandle, one: dict[str, Any], job: str) -> tuple[str, Any]:
    """Path and body of an example with ids and secrets of this tenant instead of Microsoft's."""
    app_id = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["appId"]
    (registration,) = entra.ask("GET", f"/applications?$filter=appId eq '{app_id}'")["value"]
    parts = one["path"].split("/")
    parts[2] = PRINCIPAL if parts[1] == "servicePrincipals" else registration["id"]
    path = "/".join(parts)
    if "/jobs/aWS" in path:
        path = job + path.partition("/jobs/")[2].partition("598c6")[2]
    body = _example(one["file"].removesuffix(".json"))
    person = entra.ask("GET", "/users?$top=1")["value"][0]["id"]
    pairs = {pair["key"]: pair["value"] for pair in credentials(entra)}
    for pair in body.get("credentials", body.get("value", ())) if isinstance(body, dict) else ():
        pair["value"] = pairs.get(pair["key"], pair["value"])
    if one["file"] == "on-demand-group.json":
        (subject,) = body["parameters"][0]["subjects"]
        subject["objectId"] = entra.ask("GET", "/groups?$top=1")["value"][0]["id"]
        subject["links"]["members"][0]["objectId"] = person
    text = json.dumps(body).replace("9bb0f679-a883-4a6f-8260-35b491b8b8c8", person)
    return path, json.loads(text)


@pytest.mark.parametrize("one", SENT, ids=[f"{one['method']} {one['file']}" for one in SENT])
def test_valid_requests_are_accepted_and_others_refused(entra: EntraHandle, one: dict[str, Any]) -> None:
    job = new_job(entra)
    path, body = _own_ids(entra, one, job)
    answer = ask(entra, one["method"], path, body)
    assert (answer.status_code < 400) is one["valid"], answer.text
    if one["file"] == "secrets-put-wrong-key.json":
        assert answer.status_code == 500
    entra.ask("DELETE", job)


# Answers


@pytest.fixture(scope="module")
def produced() -> Iterator[dict[str, httpx.Response]]:
    with judged_entra(*BY_HAND) as handle:
        yield _produced(handle)


def _on_demand(entra: EntraHandle, job: str) -> httpx.Response:
    user = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"][-1]["principalId"]
    subject = {"objectId": user, "objectTypeName": "User"}
    return ask(
        entra, "POST", f"{job}/provisionOnDemand", {"parameters": [{"ruleId": RULE, "subjects": [subject]}]}
    )


def _produced(entra: EntraHandle) -> dict[str, httpx.Response]:
    """An answer for every documented one, by the name of its example."""
    return {
        **_of_credentials(entra), **_of_fresh_objects(entra), **_of_jobs(entra), **_of_on_demand(entra),
        **_of_logs(entra),
    }  # fmt: skip


def _of_credentials(entra: EntraHandle) -> dict[str, httpx.Response]:
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
    wrong = {"templateId": "aWSSingleSignon", "credentials": credentials(entra, SecretToken="T")}
    validate = f"{SYNC}/jobs/validateCredentials"
    return {
        "secrets-get": ask(entra, "GET", f"{SYNC}/secrets"),
        "secrets-500": ask(entra, "PUT", f"{SYNC}/secrets", {"value": [{"key": "baseAddress", "value": "x"}]}),
        "validate-credentials-400": ask(entra, "POST", validate, wrong),
        "validate-credentials-400-missing": ask(entra, "POST", validate, {}),
    }


def _of_fresh_objects(entra: EntraHandle) -> dict[str, httpx.Response]:
    entra.set(provisioning={"fresh": "403+409", "hidden_job": 1})
    template = "/applicationTemplates/21ed01d2-ec13-4e9e-86c1-cd546719ebc4"
    made = entra.ask("POST", f"{template}/instantiate", {"displayName": "Fresh"})["servicePrincipal"]["id"]
    until(lambda: ask(entra, "GET", f"/servicePrincipals/{made}").status_code == 200)
    jobs, body = f"/servicePrincipals/{made}/synchronization/jobs", {"templateId": "aWSSingleSignon"}
    answers = [ask(entra, "POST", jobs, body) for _ in range(3)]
    gone = ask(entra, "GET", f"{jobs}/{answers[2].json()['id']}")
    entra.set(provisioning={"fresh": "", "hidden_job": 0})
    app_id = entra.ask("GET", f"/servicePrincipals/{made}")["appId"]
    (registration,) = entra.ask("GET", f"/applications?$filter=appId eq '{app_id}'")["value"]
    link = {"@odata.id": f"{entra.graph_url}/directoryObjects/{PRINCIPAL}"}
    owners = f"/applications/{registration['id']}/owners"
    until(lambda: ask(entra, "POST", f"{owners}/$ref", link).status_code == 204)
    return {
        "job-post-403": answers[0], "job-post-409": answers[1], "job-get-404": gone,
        "owners": ask(entra, "GET", owners),
    }  # fmt: skip


def _of_jobs(entra: EntraHandle) -> dict[str, httpx.Response]:
    made = ask(entra, "POST", f"{SYNC}/jobs", {"templateId": "aWSSingleSignon"})
    job = f"{SYNC}/jobs/{made.json()['id']}"
    found = {
        "job-201": made,
        "schema-get": ask(entra, "GET", f"{job}/schema"),
        "templates-beta": ask(entra, "GET", f"{SYNC}/templates"),
    }
    entra.ask("POST", f"{job}/start")
    found["job-not-run"] = ask(entra, "GET", job)
    entra.set(provisioning={"cycle": 60, "page_pause": 3600})
    entra.ask("POST", f"{job}/restart", {"criteria": {}})
    until(lambda: status(entra, job)["progress"])
    found["job-initial-cycle"] = ask(entra, "GET", job)
    entra.set(provisioning={"cycle": 0, "page_pause": 0})
    until(lambda: status(entra, job)["lastExecution"]["activityIdentifier"])
    found["job-entry-errors"] = ask(entra, "GET", job)
    for row in entra.ask("GET", "/auditLogs/provisioning?$filter=provisioningStatusInfo/status eq 'failure'")[
        "value"
    ]:
        entra.ask("DELETE", f"/users/{row['sourceIdentity']['id']}")
    assigned = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"]
    person = next(one["principalId"] for one in assigned if one["principalType"] == "User")
    entra.ask("PATCH", f"/users/{person}", {"department": "Tides"})
    cycle(entra)
    found["job-steady"] = ask(entra, "GET", job)
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, {"DeleteThresholdValue": 1}))
    for one in entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"]:
        entra.ask("DELETE", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo/{one['id']}")
    cycle(entra)
    found["job-too-many-deletes"] = ask(entra, "GET", job)
    found["provisioning-staged-delete"] = ask(
        entra, "GET", "/auditLogs/provisioning?$filter=provisioningAction eq 'stagedDelete'"
    )
    found["on-demand-401"] = ask(
        entra, "POST", f"{job}/provisionOnDemand",
        {"parameters": [{"ruleId": RULE, "subjects": [{"objectId": PRINCIPAL, "objectTypeName": "User"}]}]},
    )  # fmt: skip
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, BaseAddress=entra.identity_center.tenant_url + "/x"))
    entra.ask("POST", f"{job}/restart", {"criteria": {}})
    cycle(entra)
    found["job-quarantine"] = ask(entra, "GET", job)
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
    entra.ask("DELETE", job)
    return found


def _of_on_demand(entra: EntraHandle) -> dict[str, httpx.Response]:
    entra.look("POST", "advance", {"seconds": 11})
    user = entra.ask("GET", "/users?$top=2")["value"][1]["id"]
    entra.assign(user)
    job = new_job(entra)
    _on_demand(entra, job)
    found = {"on-demand-200-skipped": _on_demand(entra, job)}
    entra.set(provisioning={"shape": "array"})
    found["on-demand-200-array"] = _on_demand(entra, job)
    entra.set(provisioning={"on_demand": 3})
    found["on-demand-429"] = _on_demand(entra, job)
    entra.ask("DELETE", job)
    return found


def _of_logs(entra: EntraHandle) -> dict[str, httpx.Response]:
    found = {
        "directory-audits": ask(
            entra, "GET", "/auditLogs/directoryAudits?$filter=activityDisplayName eq 'Quarantine'"
        )
    }
    token = entra.application_token("User.Read.All")
    found["provisioning-403-permission"] = ask(entra, "GET", "/auditLogs/provisioning", token=token)
    entra.set(provisioning={"licence": False})
    found["provisioning-403-licence"] = ask(entra, "GET", "/auditLogs/provisioning")
    return found


FIXED = frozenset({"code", "state", "reason", "escrowsPruned", "interval", "templateId", "provisioningAction"})
"""Properties whose values are Microsoft's, not of one tenant."""


def _differences(example: Any, answer: Any, place: str = "") -> list[str]:
    """Where an answer lacks what its example has, or has another type or another fixed value there."""
    if isinstance(example, dict) and isinstance(answer, dict):
        found = []
        for key, value in example.items():
            if key in ("details", "innerError"):
                continue
            if key not in answer:
                found.append(f"{place}/{key} is missing")
            elif key in FIXED and isinstance(value, str | bool) and answer[key] != value:
                found.append(f"{place}/{key} is {answer[key]}, not {value}")
            else:
                found += _differences(value, answer[key], f"{place}/{key}")
        return found
    if isinstance(example, list) and isinstance(answer, list):
        return _differences(example[0], answer[0], f"{place}/0") if example and answer else []
    same = example is None or answer is None or type(example) is type(answer)
    return [] if same else [f"{place} is {answer!r}, not as {example!r}"]


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_an_answer_has_the_shape_of_its_example(produced: dict[str, httpx.Response], name: str) -> None:
    answer, example = produced[name], _example(name)
    assert answer.status_code == ANSWERED[name]["status"], answer.text
    assert _differences(example, answer.json()) == []
