"""The calls of the provisioning service: secrets, schema, commands, refusals, permissions."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest

from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.sandbox.entra.synchronization.provisioned import (
    BY_HAND,
    RULE,
    SYNC,
    ask,
    code,
    credentials,
    new_job,
    secrets,
    status,
    until,
)

OWN_PRINCIPAL_FILTER = "/servicePrincipals?$filter=appId eq '{}'"


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra(*BY_HAND) as handle:
        yield handle


def _validate(entra: EntraHandle, body: Any, job: str = f"{SYNC}/jobs") -> httpx.Response:
    return ask(entra, "POST", f"{job}/validateCredentials", body)


# Secrets and the connection test


def test_secrets_are_replaced_as_a_whole_and_never_shown(entra: EntraHandle) -> None:
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, SkipOutOfScopeDeletions="True"))
    shown = {one["key"]: one["value"] for one in entra.ask("GET", f"{SYNC}/secrets")["value"]}
    assert (shown["SecretToken"], shown["BaseAddress"]) == ("*", entra.identity_center.tenant_url)
    assert shown["SkipOutOfScopeDeletions"] == "True"
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra))
    assert "SkipOutOfScopeDeletions" not in {one["key"] for one in entra.ask("GET", f"{SYNC}/secrets")["value"]}
    masked = secrets(entra, SecretToken="*")
    entra.ask("PUT", f"{SYNC}/secrets", masked)
    saved = {"templateId": "aWSSingleSignon", "useSavedCredentials": True}
    assert code(_validate(entra, saved)) == (400, "CredentialValidationUnavailable")


def test_fewer_than_four_secrets_are_dropped_silently_unless_the_switch_says_otherwise(entra: EntraHandle) -> None:
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, SyncAll="true"))
    two = {"value": credentials(entra)}
    entra.ask("PUT", f"{SYNC}/secrets", two)
    assert len(entra.ask("GET", f"{SYNC}/secrets")["value"]) == 4
    entra.set(provisioning={"four_secrets": False, "clear_address": False})
    entra.ask("PUT", f"{SYNC}/secrets", two)
    assert [one["value"] for one in entra.ask("GET", f"{SYNC}/secrets")["value"]] == ["*", "*"]
    entra.set(provisioning={"four_secrets": True, "clear_address": True})


def test_wrong_keys_and_settings_are_refused(entra: EntraHandle) -> None:
    wrong = {"value": [{"key": "baseAddress", "value": "x"}]}
    assert code(ask(entra, "PUT", f"{SYNC}/secrets", wrong)) == (500, "InternalError")
    assert ask(entra, "PUT", f"{SYNC}/secrets", secrets(entra, SyncNotificationSettings="{")).status_code == 400
    assert ask(entra, "PUT", f"{SYNC}/secrets", {}).status_code == 400
    mixed = secrets(entra, Oauth2AccessToken="x")
    assert ask(entra, "PUT", f"{SYNC}/secrets", mixed).status_code == 500


@pytest.mark.parametrize(
    ("changed", "inner"),
    [
        ({"SecretToken": "wrong"}, "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"),
        ({"BaseAddress": "http://127.0.0.1:9"}, "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"),
        ({"BaseAddress": "https://scim.eu-central-1.amazonaws.com/T/scim/v2"},
         "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"),
        ({"BaseAddress": "TENANT/elsewhere"}, "SystemForCrossDomainIdentityManagementInvalidCredentials"),
    ],
)  # fmt: skip
def test_wrong_credentials_say_what_the_target_said(
    entra: EntraHandle, changed: dict[str, str], inner: str
) -> None:
    told = {name: value.replace("TENANT", entra.identity_center.tenant_url) for name, value in changed.items()}
    refused = _validate(entra, {"templateId": "aWSSingleSignon", "credentials": credentials(entra, **told)})
    assert code(refused) == (400, "CredentialValidationUnavailable")
    assert refused.json()["error"]["innerError"]["code"] == inner


def test_the_connection_test_needs_a_template_and_credentials(entra: EntraHandle) -> None:
    for body in (
        {"templateId": "aWSSingleSignon"},
        {"credentials": credentials(entra)},
        {"templateId": "aWSSingleSignon", "credentials": []},
        None,
    ):
        assert code(_validate(entra, body)) == (400, "RequestMissingRequiredParameter")
    other = {"templateId": "other", "credentials": credentials(entra)}
    assert _validate(entra, other).status_code == 404


def test_the_connection_test_looks_up_every_matching_attribute(entra: EntraHandle) -> None:
    job = new_job(entra)
    body = {"credentials": credentials(entra)}
    assert _validate(entra, body, job).status_code == 204
    schema = entra.ask("GET", f"{job}/schema")
    rows = {one["targetAttributeName"]: one for one in _users(schema)["attributeMappings"]}
    rows["externalId"]["matchingPriority"] = 2
    entra.ask("PUT", f"{job}/schema", schema)
    entra.identity_center.reset_counters()
    assert _validate(entra, body, job).status_code == 204
    assert entra.identity_center.requests()["byOperation"] == {"GET /Users": 2}
    assert _validate(entra, {"templateId": "aWSSingleSignon", **body}).status_code == 204
    assert entra.identity_center.requests()["byOperation"] == {"GET /Users": 4}
    rows["title"]["matchingPriority"] = 3
    entra.ask("PUT", f"{job}/schema", schema)
    assert _validate(entra, body, job).status_code == 400
    entra.ask("DELETE", job)


# Schema


def _users(schema: dict[str, Any]) -> dict[str, Any]:
    (rule,) = schema["synchronizationRules"]
    found: dict[str, Any] = next(one for one in rule["objectMappings"] if one["sourceObjectName"] == "User")
    return found


def test_a_schema_is_put_patched_and_brought_back(entra: EntraHandle) -> None:
    job = new_job(entra)
    before = entra.ask("GET", f"{job}/schema")
    template = entra.ask("GET", f"{SYNC}/templates/aWSSingleSignon/schema")
    assert template["synchronizationRules"] == before["synchronizationRules"]
    changed = deepcopy(before)
    _users(changed)["attributeMappings"].pop()
    assert ask(entra, "PUT", f"{job}/schema", changed).status_code == 204
    after = entra.ask("GET", f"{job}/schema")
    assert _users(after)["attributeMappings"] == _users(changed)["attributeMappings"]
    assert after["directories"] == before["directories"]
    assert after["version"] != before["version"]
    rules = {"synchronizationRules": before["synchronizationRules"]}
    assert ask(entra, "PATCH", f"{job}/schema", rules).status_code == 204
    assert _users(entra.ask("GET", f"{job}/schema")) == _users(before)
    entra.ask("PUT", f"{job}/schema", changed)
    assert ask(entra, "DELETE", f"{job}/schema").status_code == 204
    assert _users(entra.ask("GET", f"{job}/schema")) == _users(before)
    entra.ask("DELETE", job)


def test_a_schema_that_cannot_stand_is_refused(entra: EntraHandle) -> None:
    job = new_job(entra)
    schema = entra.ask("GET", f"{job}/schema")
    twice, broken = deepcopy(schema), deepcopy(schema)
    _users(twice)["attributeMappings"] *= 2
    _users(broken)["attributeMappings"][0]["source"] = {"type": "Function", "expression": "Nonsense("}
    rules = {"synchronizationRules": schema["synchronizationRules"]}
    for body in (twice, broken, rules, {"directories": schema["directories"]}, None):
        assert ask(entra, "PUT", f"{job}/schema", body).status_code == 400
    assert ask(entra, "PATCH", f"{job}/schema", schema).status_code == 400
    assert entra.ask("GET", f"{job}/schema") == schema
    entra.ask("DELETE", job)


def test_expressions_are_parsed_and_carried_out(entra: EntraHandle) -> None:
    job = new_job(entra)

    def parse(expression: str, *properties: dict[str, Any]) -> dict[str, Any]:
        body = {
            "expression": expression,
            "testInputObject": {"definition": None, "properties": list(properties)},
            "targetAttributeDefinition": None,
        }
        found: dict[str, Any] = entra.ask("POST", f"{job}/schema/parseExpression", body)
        return found

    told = parse('Join("@", [mailNickname], DefaultDomain())', {"key": "mailNickname", "value": "ada"})
    assert told["evaluationResult"] == ["ada@tidewater.example"]
    assert told["parsedExpression"]["name"] == "Join"
    assert parse("[mail]", {"key": "mail", "value": None})["evaluationResult"] == []
    wrong = parse("Join(")
    assert (wrong["parsingSucceeded"], wrong["error"]["code"]) == (False, "ParsingFailed")
    failed = parse('Left([mail], "x")', {"key": "mail", "value": "a"})
    assert (failed["parsingSucceeded"], failed["evaluationSucceeded"]) == (True, False)
    names = {one["name"] for one in entra.ask("GET", f"{job}/schema/functions")["value"]}
    assert {"Switch", "Join", "Replace"} <= names
    operators = {one["id"] for one in entra.ask("GET", f"{job}/schema/filterOperators")["value"]}
    assert {"EQUALS", "NOT EQUALS", "REGEX MATCH", "IS NULL"} <= operators
    entra.ask("DELETE", job)


# Jobs


def test_jobs_are_listed_changed_and_deleted(entra: EntraHandle) -> None:
    first, second = new_job(entra), new_job(entra)
    assert first != second
    listed = entra.ask("GET", f"{SYNC}/jobs")["value"]
    assert [f"{SYNC}/jobs/{one['id']}" for one in listed] == [first, second]
    settings = {"synchronizationJobSettings": [{"name": "QuarantineTooManyDeletesThreshold", "value": "9"}]}
    assert ask(entra, "PATCH", first, settings).status_code == 204
    assert entra.ask("GET", first)["synchronizationJobSettings"] == settings["synchronizationJobSettings"]
    assert ask(entra, "PATCH", first, {"templateId": "x"}).status_code == 400
    entra.ask("POST", f"{first}/pause")
    assert entra.ask("GET", first)["schedule"]["state"] == "Disabled", "it was never started"
    for job in (first, second):
        assert ask(entra, "DELETE", job).status_code == 204
        assert ask(entra, "GET", job).status_code == 404
    assert ask(entra, "POST", f"{SYNC}/jobs", {"templateId": "other"}).status_code == 404
    assert ask(entra, "POST", f"{SYNC}/jobs", {}).status_code == 400


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ({"criteria": {}}, 204),
        ({"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}, 204),
        ({"criteria": {"resetScope": "Full"}}, 204),
        ({"criteria": {"quarantineState": True}}, 400),
        ({"criteria": {"resetScope": "Everything"}}, 400),
        ({}, 400),
    ],
)
def test_a_restart_takes_one_property(entra: EntraHandle, body: dict[str, Any], answered: int) -> None:
    job = new_job(entra)
    assert ask(entra, "POST", f"{job}/restart", body).status_code == answered
    entra.ask("DELETE", job)


def test_a_job_without_credentials_is_not_configured_and_not_started(entra: EntraHandle) -> None:
    template = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["applicationTemplateId"]
    made = entra.ask("POST", f"/applicationTemplates/{template}/instantiate", {"displayName": "Empty"})
    sync = f"/servicePrincipals/{made['servicePrincipal']['id']}/synchronization"
    until(lambda: ask(entra, "GET", f"{sync}/templates").status_code == 200)
    job = entra.ask("POST", f"{sync}/jobs", {"templateId": "aWSSingleSignon"})
    assert job["status"]["code"] == "NotConfigured"
    assert ask(entra, "POST", f"{sync}/jobs/{job['id']}/start").status_code == 400
    entra.ask("PUT", f"{sync}/secrets", secrets(entra))
    assert status(entra, f"{sync}/jobs/{job['id']}")["code"] == "Paused"


def test_a_fresh_application_and_a_new_job_refuse_for_a_while(entra: EntraHandle) -> None:
    entra.set(provisioning={"fresh": "403+409+404", "hidden_job": 2})
    template = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["applicationTemplateId"]
    made = entra.ask("POST", f"/applicationTemplates/{template}/instantiate", {"displayName": "Fresh"})
    sync = f"/servicePrincipals/{made['servicePrincipal']['id']}/synchronization"
    application = f"/applications/{made['application']['id']}"
    assert [ask(entra, "GET", application).status_code for _ in range(3)] == [404, 404, 200]
    statuses = [ask(entra, "GET", f"{sync}/templates").status_code for _ in range(6)]
    assert statuses == [404, 404, 403, 409, 404, 200]
    job = entra.ask("POST", f"{sync}/jobs", {"templateId": "aWSSingleSignon"})["id"]
    assert [ask(entra, "GET", f"{sync}/jobs/{job}").status_code for _ in range(3)] == [404, 404, 200]
    entra.set(provisioning={"fresh": "", "hidden_job": 0})


def test_a_call_is_refused_or_its_answer_lost_where_a_test_says_so(entra: EntraHandle) -> None:
    call = "POST /servicePrincipals/{id}/synchronization/jobs"
    before = len(entra.ask("GET", f"{SYNC}/jobs")["value"])
    entra.set(fail={call: [503]})
    assert ask(entra, "POST", f"{SYNC}/jobs", {"templateId": "aWSSingleSignon"}).status_code == 503
    entra.set(lose={call: 1})
    with pytest.raises(httpx.TransportError):
        ask(entra, "POST", f"{SYNC}/jobs", {"templateId": "aWSSingleSignon"})
    jobs = entra.ask("GET", f"{SYNC}/jobs")["value"]
    assert len(jobs) == before + 1
    entra.ask("DELETE", f"{SYNC}/jobs/{jobs[-1]['id']}")


# Who may call


READS = ("GET", f"{SYNC}/jobs")
WRITES = ("PUT", f"{SYNC}/secrets")
LOG = ("GET", "/auditLogs/provisioning")
AUDITS = ("GET", "/auditLogs/directoryAudits")


@pytest.mark.parametrize(
    ("granted", "call", "allowed"),
    [
        ("Synchronization.Read.All", READS, True),
        ("Synchronization.ReadWrite.All", READS, True),
        ("Synchronization.Read.All", WRITES, False),
        ("Synchronization.Read.All", ("GET", f"{SYNC}/secrets"), False),
        ("Synchronization.ReadWrite.All", WRITES, True),
        ("Application.ReadWrite.All", READS, False),
        ("Application.ReadWrite.All", WRITES, False),
        ("Application.ReadWrite.OwnedBy", READS, False),
        ("Synchronization.ReadWrite.All", LOG, False),
        ("ProvisioningLog.Read.All", LOG, True),
        ("AuditLog.Read.All", LOG, True),
        ("ProvisioningLog.Read.All", AUDITS, False),
        ("AuditLog.Read.All", AUDITS, True),
    ],
)
def test_an_application_needs_the_permission_of_the_call(
    entra: EntraHandle, granted: str, call: tuple[str, str], allowed: bool
) -> None:
    token = entra.application_token(granted)
    answer = ask(entra, *call, secrets(entra) if call is WRITES else None, token)
    if allowed:
        assert answer.status_code < 300
    else:
        reports = "Authentication_MSGraphPermissionMissing"
        expected = reports if call in (LOG, AUDITS) else "Authorization_RequestDenied"
        assert code(answer) == (403, expected)


def _person(entra: EntraHandle, *scopes: str) -> str:
    """A token of the person who signs in by device code."""
    form = {"client_id": entra.client_id, "scope": " ".join(scopes)}
    begun = httpx.post(f"{entra.authority}/oauth2/v2.0/devicecode", data=form, trust_env=False).json()
    entra.set(approve=begun["user_code"])
    grant = {
        "client_id": entra.client_id,
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": begun["device_code"],
    }
    answer = httpx.post(f"{entra.authority}/oauth2/v2.0/token", data=grant, trust_env=False)
    return str(answer.json()["access_token"])


def test_a_person_needs_a_role_too(entra: EntraHandle) -> None:
    token = _person(entra, "Synchronization.ReadWrite.All", "ProvisioningLog.Read.All")
    assert ask(entra, *READS, token=token).status_code == 200
    entra.set(provisioning={"role": "global-reader"})
    assert code(ask(entra, *READS, token=token)) == (403, "Authorization_RequestDenied")
    assert ask(entra, *LOG, token=token).status_code == 200
    entra.set(provisioning={"role": "none"})
    assert ask(entra, *READS, token=token).status_code == 403
    person = "e60bad5e-83b3-5c3c-98da-37c17aecc031"
    entra.ask("POST", f"/servicePrincipals/{PRINCIPAL}/owners/$ref", _link(entra, person))
    assert ask(entra, *READS, token=token).status_code == 200
    entra.ask("DELETE", f"/servicePrincipals/{PRINCIPAL}/owners/{person}/$ref")
    assert code(ask(entra, *LOG, token=token)) == (403, "Authentication_MSGraphPermissionMissing")
    entra.set(provisioning={"role": "application-administrator"})


def _own_principal(entra: EntraHandle) -> str:
    (own,) = entra.ask("GET", OWN_PRINCIPAL_FILTER.format(entra.client_id))["value"]
    return str(own["id"])


def _link(entra: EntraHandle, object_id: str) -> dict[str, str]:
    return {"@odata.id": f"{entra.graph_url}/directoryObjects/{object_id}"}


def test_on_demand_needs_an_owner_of_both_objects_with_a_new_token(entra: EntraHandle) -> None:
    job = new_job(entra)
    user = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"][-1]["principalId"]
    body = {"parameters": [{"ruleId": RULE, "subjects": [{"objectId": user, "objectTypeName": "User"}]}]}
    granted = "Synchronization.ReadWrite.All"
    old = entra.application_token(granted)
    refused = ask(entra, "POST", f"{job}/provisionOnDemand", body, old)
    assert (code(refused), refused.json()["error"]["message"]) == ((401, "UnknownError"), "")
    own = _own_principal(entra)
    app_id = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["appId"]
    (registration,) = entra.ask("GET", f"/applications?$filter=appId eq '{app_id}'")["value"]
    entra.ask("POST", f"/servicePrincipals/{PRINCIPAL}/owners/$ref", _link(entra, own))
    new = entra.application_token(granted)
    assert ask(entra, "POST", f"{job}/provisionOnDemand", body, new).status_code == 401
    owners = f"/applications/{registration['id']}/owners"
    entra.ask("POST", f"{owners}/$ref", _link(entra, own))
    assert ask(entra, "POST", f"{job}/provisionOnDemand", body, old).status_code == 401
    new = entra.application_token(granted)
    assert ask(entra, "POST", f"{job}/provisionOnDemand", body, new).status_code == 200
    assert [one["id"] for one in entra.ask("GET", owners)["value"]] == [own]
    assert ask(entra, "POST", f"{owners}/$ref", _link(entra, own)).status_code == 400
    owned = entra.application_token("Application.ReadWrite.OwnedBy")
    assert ask(entra, *READS, token=owned).status_code == 200
    entra.ask("DELETE", f"{owners}/{own}/$ref")
    entra.ask("DELETE", f"/servicePrincipals/{PRINCIPAL}/owners/{own}/$ref")
    assert ask(entra, "DELETE", f"{owners}/{own}/$ref").status_code == 404
    assert ask(entra, "POST", f"{owners}/$ref", {"id": own}).status_code == 400
    entra.set(provisioning={"owners": False})
    assert ask(entra, "POST", f"{job}/provisionOnDemand", body, old).status_code == 200
    entra.set(provisioning={"owners": True})
    entra.ask("DELETE", job)


def test_an_application_that_makes_its_own_owns_it(entra: EntraHandle) -> None:
    token = entra.application_token("Application.ReadWrite.OwnedBy")
    template = "21ed01d2-ec13-4e9e-86c1-cd546719ebc4"
    (found,) = entra.ask("GET", "/applicationTemplates?$filter=contains(displayName, 'IAM Identity Center')")[
        "value"
    ]
    assert found["id"] == template
    made = ask(
        entra, "POST", f"/applicationTemplates/{template}/instantiate", {"displayName": "Own"}, token
    ).json()
    path = f"/servicePrincipals/{made['servicePrincipal']['id']}"
    until(lambda: ask(entra, "GET", path).status_code == 200)
    assert ask(entra, "GET", f"{path}/synchronization/jobs", token=token).status_code == 200
    assert entra.ask("GET", f"{path}/owners")["value"][0]["id"] == _own_principal(entra)


def test_the_body_of_notifications_is_kept_as_it_was_sent(entra: EntraHandle) -> None:
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, {"DeleteThresholdValue": 7}))
    shown = {one["key"]: one["value"] for one in entra.ask("GET", f"{SYNC}/secrets")["value"]}
    assert json.loads(shown["SyncNotificationSettings"])["DeleteThresholdValue"] == 7
