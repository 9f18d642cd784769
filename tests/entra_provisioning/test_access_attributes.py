"""Attributes for access control, written to the stand-in over real requests and judged by the contract."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.aws.test_saml_metadata import ACS, ISSUER, aws_file
from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.entra_provisioning.kills import killed_after
from wizard.aws.saml_metadata import read_service_provider
from wizard.aws.session_tags import CLAIM, AccessAttribute
from wizard.entra_provisioning import access_attributes
from wizard.entra_provisioning.access_attributes import (
    ClaimsState,
    Step,
    attributes_of,
    check_attributes,
    next_step,
    read_claims,
)
from wizard.entra_provisioning.sign_on import SignOnPlan, WantedSignOn, carry_out, read_plan
from wizard.errors import NotAccepted, WizardError
from wizard.graph.claims_policies import ClaimsPolicy
from wizard.graph.client import GraphClient, open_graph
from wizard.http.failures import AnswerLost
from wizard.secret import Secret

DEPARTMENT = AccessAttribute("Department", "department")
TITLE = AccessAttribute("JobTitle", "jobTitle")
WANTED = WantedSignOn(read_service_provider(aws_file()), attributes=(DEPARTMENT, TITLE))
NONE = replace(WANTED, attributes=())
ACCEPTED = frozenset({"portal-claims-overridden"})
POLICIES = "/policies/claimsMappingPolicies"
OTHERS = {
    "ClaimsMappingPolicy": {
        "Version": 1,
        "IncludeBasicClaimSet": "true",
        "ClaimsSchema": [
            {"Source": "user", "ID": "mail", "SamlClaimType": "https://example.com/mail"},
            {"Source": "user", "ID": "city", "SamlClaimType": f"{CLAIM}City"},
        ],
    }
}


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    with judged_entra() as handle:
        yield handle


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_attributes, "APPEARS_SECONDS", 0.0)


@asynccontextmanager
async def _graph(entra: EntraHandle) -> AsyncIterator[GraphClient]:
    async with open_graph(entra.graph_url, lambda _: Secret(entra.client_secret)) as client:
        yield client


async def _plan(client: GraphClient, wanted: WantedSignOn = WANTED) -> SignOnPlan:
    return await read_plan(client, PRINCIPAL, wanted, datetime.now(UTC))


async def _write(client: GraphClient, wanted: WantedSignOn = WANTED, accepted: frozenset[str] = ACCEPTED) -> None:
    await carry_out(client, await _plan(client, wanted), accepted, lambda _: None)


def _assigned(entra: EntraHandle) -> list[Any]:
    return list(entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/claimsMappingPolicies")["value"])


def _all(entra: EntraHandle) -> list[Any]:
    entra.ask("GET", POLICIES)  # a new policy is not in the first list
    return list(entra.ask("GET", POLICIES)["value"])


def _policy_of_others(entra: EntraHandle, definition: Any = OTHERS) -> str:
    made = entra.ask("POST", POLICIES, {"displayName": "Ours", "definition": [json.dumps(definition)]})["id"]
    _all(entra)
    link = {"@odata.id": f"{entra.graph_url}{POLICIES}/{made}"}
    entra.ask("POST", f"/servicePrincipals/{PRINCIPAL}/claimsMappingPolicies/$ref", link)
    return str(made)


def _claims(entra: EntraHandle, **person: Any) -> dict[str, list[str]]:
    """What a service provider reads in a sign-in of the first person."""
    import base64
    import xml.etree.ElementTree as ElementTree

    who = entra.ask("GET", "/users?$top=1")["value"][0]["id"]
    if person:
        entra.ask("PATCH", f"/users/{who}", person)
    told = entra.look("POST", "saml-response", {"application": PRINCIPAL, "person": who})["SAMLResponse"]
    space = "{urn:oasis:names:tc:SAML:2.0:assertion}"
    found: dict[str, list[str]] = {}
    for attribute in ElementTree.fromstring(base64.b64decode(told)).iter(f"{space}Attribute"):
        found.setdefault(attribute.attrib["Name"], []).extend(
            value.text or "" for value in attribute.iter(f"{space}AttributeValue")
        )
    return found


# --- Written ------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_it_is_shown_written_once_sent_with_the_sign_in_and_removed(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        plan = await _plan(client)
        difference = plan.differences[-1]
        assert (difference.setting, difference.before) == ("attributes", ())
        assert difference.after == ("Department=department", "JobTitle=jobTitle")
        await carry_out(client, plan, ACCEPTED, lambda _: None)
        again = await _plan(client)
        assert (again.changes, again.concerns) == ((), ())
        await _write(client)
        assert len(_all(entra)) == 1
        claims = _claims(entra, department="Optics & <Light>", jobTitle="Engineer")
        assert claims[f"{CLAIM}Department"] == ["Optics & <Light>"]
        assert claims[f"{CLAIM}JobTitle"] == ["Engineer"]
        removal = await _plan(client, NONE)
        assert removal.differences[-1].after == ()
        assert removal.concerns == ()
        await carry_out(client, removal, frozenset(), lambda _: None)
    assert _all(entra) == []
    assert not any(name.startswith(CLAIM) for name in _claims(entra))


@pytest.mark.anyio
async def test_another_choice_changes_the_same_policy(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        await _write(client)
        (before,) = _assigned(entra)
        await _write(client, replace(WANTED, attributes=(TITLE,)), frozenset())
        (after,) = _assigned(entra)
        assert before["id"] == after["id"]
        assert attributes_of((await read_claims(client, PRINCIPAL)).own) == (TITLE,)


@pytest.mark.anyio
async def test_without_a_choice_policies_are_neither_read_nor_changed(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        plan = await _plan(client, replace(WANTED, attributes=None))
        await carry_out(client, plan, frozenset(), lambda _: None)
    assert not any("claimsMappingPolicies" in call["path"] for call in entra.traffic())


@pytest.mark.anyio
async def test_a_policy_without_a_certificate_of_its_own_stops_the_sign_in_so_it_comes_last(
    entra: EntraHandle,
) -> None:
    async with _graph(entra) as client:
        plan = await _plan(client)
        assert [each.setting for each in plan.changes][-2:] == ["certificate", "attributes"]
        await carry_out(client, await _plan(client, replace(WANTED, attributes=None)), frozenset(), lambda _: None)
        await _write(client)
    paths = [f"{call['method']} {call['path']}" for call in entra.traffic()]
    assert paths.index(f"POST /servicePrincipals/{PRINCIPAL}/addTokenSigningCertificate") < paths.index(
        f"POST {POLICIES}"
    )
    assert entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["preferredTokenSigningKeyThumbprint"]


def test_a_policy_stops_sign_ins_that_are_signed_with_the_tenants_key(entra: EntraHandle) -> None:
    registration = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}?$select=appId")["appId"]
    application = entra.ask("GET", f"/applications?$filter=appId eq '{registration}'")["value"][0]["id"]
    entra.ask("PATCH", f"/servicePrincipals/{PRINCIPAL}", {"preferredSingleSignOnMode": "saml"})
    addresses = {"identifierUris": [ISSUER], "web": {"redirectUris": [ACS]}}
    entra.ask("PATCH", f"/applications/{application}", addresses)
    assert _claims(entra)
    _policy_of_others(entra)
    with pytest.raises(httpx.HTTPStatusError) as error:
        _claims(entra)
    assert "AADSTS50146" in error.value.response.text


@pytest.mark.anyio
async def test_claims_of_others_are_copied_after_a_yes_and_their_policy_comes_back(entra: EntraHandle) -> None:
    other = _policy_of_others(entra)
    async with _graph(entra) as client:
        plan = await _plan(client)
        assert [each.code for each in plan.concerns] == ["claims-policy-of-others"]
        assert plan.differences[-1].before == ("City=city",)
        with pytest.raises(NotAccepted):
            await carry_out(client, plan, ACCEPTED, lambda _: None)
        assert [each["id"] for each in _assigned(entra)] == [other]
        await carry_out(client, plan, frozenset({"claims-policy-of-others"}), lambda _: None)
        (assigned,) = _assigned(entra)
        assert assigned["id"] != other
        claims = _claims(entra, mail="a@tidewater.example", department="Optics", city="Kiel")
        assert claims["https://example.com/mail"] == ["a@tidewater.example"]
        assert claims[f"{CLAIM}Department"] == ["Optics"]
        assert f"{CLAIM}City" not in claims
        assert (await _plan(client)).changes == ()
        await _write(client, NONE, frozenset())
    assert [each["id"] for each in _assigned(entra)] == [other]
    assert [json.loads(each["definition"][0]) for each in _all(entra)] == [OTHERS]


@pytest.mark.anyio
async def test_a_policy_that_another_assigned_after_the_approval_is_shown_first(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        plan = await _plan(client)
        other = _policy_of_others(entra)
        accepted = ACCEPTED | {"claims-policy-of-others"}
        with pytest.raises(NotAccepted) as error:
            await carry_out(client, plan, accepted, lambda _: None)
    assert error.value.message.args["codes"] == ("sign-on-changed-since-approval",)
    assert [each["id"] for each in _assigned(entra)] == [other]


@pytest.mark.anyio
async def test_claims_added_by_others_stay_without_the_attributes(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        await _write(client)
        (own,) = _assigned(entra)
        definition = json.loads(own["definition"][0])
        mail = OTHERS["ClaimsMappingPolicy"]["ClaimsSchema"][0]  # type: ignore[index]
        definition["ClaimsMappingPolicy"]["ClaimsSchema"].append(mail)
        entra.ask("PATCH", f"{POLICIES}/{own['id']}", {"definition": [json.dumps(definition)]})
        assert (await _plan(client)).changes == (), "it is nobody's business here"
        await _write(client, NONE, frozenset())
        assert (await _plan(client, NONE)).changes == ()
    (left,) = _assigned(entra)
    assert json.loads(left["definition"][0])["ClaimsMappingPolicy"]["ClaimsSchema"] == [mail]


def test_a_policy_that_cannot_be_read_is_not_replaced() -> None:
    own = ClaimsPolicy("p", "Old", "{")
    with pytest.raises(WizardError) as error:
        next_step(ClaimsState(PRINCIPAL, other=own), (DEPARTMENT,))
    assert error.value.message.code == "claims-policy-unreadable"
    assert next_step(ClaimsState(PRINCIPAL, other=own), ()) is None


@pytest.mark.anyio
@pytest.mark.parametrize("wanted", [WANTED, NONE], ids=["chosen", "removed"])
@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("calls", range(5, 23, 4))
async def test_killed_after_any_call_and_run_again_it_ends_in_the_same_state(
    entra: EntraHandle, calls: int, others: bool, wanted: WantedSignOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _policy_of_others(entra) if others else ""
    accepted = ACCEPTED | {"claims-policy-of-others"}
    async with _graph(entra) as client:
        first = replace(WANTED, attributes=None)
        await carry_out(client, await _plan(client, first), frozenset(), lambda _: None)
        if wanted is NONE:
            await _write(client, WANTED, accepted)
        plan = await _plan(client, wanted)
        with killed_after(calls, client, monkeypatch):
            await carry_out(client, plan, accepted, lambda _: None)
        # The same approved plan continues, and a new one finds nothing left.
        await carry_out(client, plan, accepted, lambda _: None)
        state = await read_claims(client, PRINCIPAL)
        assert (await _plan(client, wanted)).changes == ()
    names = [each["displayName"] for each in _all(entra)]
    if wanted is NONE:
        assert state == ClaimsState(PRINCIPAL, other=state.other)
        assert (state.other.id if state.other else "") == other
        assert names == (["Ours"] if others else [])
    else:
        assert (state.own_is_assigned, state.other) == (True, None)
        assert attributes_of(state.own) == (DEPARTMENT, TITLE)
        assert len(names) == 1 + others


@pytest.mark.anyio
async def test_a_lost_answer_to_a_new_policy_creates_no_second_one(
    entra: EntraHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _graph(entra) as client:
        post = client.post

        async def lost(path: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = await post(path, body)
            if path == POLICIES:
                raise AnswerLost(f"POST {path}")
            return answer

        monkeypatch.setattr(client, "post", lost)
        await _write(client)
    assert len(_all(entra)) == len(_assigned(entra)) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("status", [403, 409, 429])
async def test_refused_at_any_call_it_continues_from_there(entra: EntraHandle, status: int) -> None:
    own = f"{POLICIES}/{{id}}"
    reference = "/servicePrincipals/{id}/claimsMappingPolicies"
    other = _policy_of_others(entra)
    accepted, refused = ACCEPTED | {"claims-policy-of-others"}, 0
    async with _graph(entra) as client:
        for wanted, calls in (
            (WANTED, (f"POST {POLICIES}", f"DELETE {reference}/{{id}}/$ref", f"POST {reference}/$ref")),
            (NONE, (f"DELETE {reference}/{{id}}/$ref", f"POST {reference}/$ref", f"DELETE {own}")),
        ):
            for call in calls:
                entra.set(fail={call: [status]})
                try:
                    await _write(client, wanted, accepted)
                except WizardError:
                    refused += 1
            entra.set(fail={})
            await _write(client, wanted, accepted)
            assert (await _plan(client, wanted)).changes == ()
    assert [each["id"] for each in _assigned(entra)] == [other]
    assert [each["displayName"] for each in _all(entra)] == ["Ours"]
    assert refused == (0 if status == 429 else 6)


# --- Every state --------------------------------------------------------------------------------------------------


def _after(state: ClaimsState, step: Step, policies: dict[str, ClaimsPolicy]) -> ClaimsState:
    """The state after a step, as `read_claims` would read it."""
    assigned = state.own if state.own_is_assigned else state.other
    at = assigned.id if assigned is not None else ""
    match step.action:
        case "create" | "change":
            policy_id = step.policy_id or "own"
            policies[policy_id] = ClaimsPolicy(policy_id, step.name, step.definition)
        case "assign":
            assert not at, "Graph accepts one"
            at = step.policy_id
        case "unassign":
            assert at == step.policy_id
            at = ""
        case "delete":
            assert at != step.policy_id, "one that is assigned is not deleted"
            assert policies[step.policy_id].name.startswith("AWS "), "nothing of others is deleted"
            del policies[step.policy_id]
    return _state(policies, at)


def _state(policies: dict[str, ClaimsPolicy], at: str) -> ClaimsState:
    ours = [each for each in policies.values() if access_attributes._belongs(each, PRINCIPAL)]
    ours.sort(key=lambda each: (each.id != at, each.id))
    own = ours[0] if ours else None
    return ClaimsState(
        PRINCIPAL,
        own,
        own is not None and own.id == at,
        policies[at] if at and (own is None or own.id != at) else None,
        tuple(ours[1:]),
        policies.get(access_attributes._replaced(own)) if own is not None else None,
    )


@pytest.mark.parametrize("wanted", [(), (DEPARTMENT,), (TITLE, DEPARTMENT)])
@pytest.mark.parametrize("at", ["", "own", "other", "third"])
@pytest.mark.parametrize("replaced", ["", "other", "gone"])
@pytest.mark.parametrize("owned", ["", "own", "own own2"])
def test_from_every_state_the_steps_end(
    wanted: Sequence[AccessAttribute], at: str, replaced: str, owned: str
) -> None:
    text = json.dumps(OTHERS)
    policies = {each: ClaimsPolicy(each, each, text) for each in ("other", "third")}
    for each in owned.split():
        policies[each] = ClaimsPolicy(each, access_attributes._name(PRINCIPAL, replaced), text)
    state = _state(policies, at if at in policies else "")
    for _ in range(12):
        step = next_step(state, wanted)
        if step is None:
            break
        state = _after(state, step, policies)
    else:
        pytest.fail("it does not end")
    if wanted:
        assert state.own_is_assigned
        assert attributes_of(state.own) == tuple(wanted)
    else:
        assert attributes_of(state.own) == ()


# --- What AWS or Microsoft would refuse ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ((AccessAttribute("a", "costCenter"),), "attribute-not-a-claim"),
        ((DEPARTMENT, AccessAttribute("DEPARTMENT", "city")), "attribute-key-twice"),
        (tuple(AccessAttribute(f"k{n}", "city") for n in range(51)), "too-many-attributes"),
    ],
)
def test_what_would_be_refused_is_said_before(attributes: Sequence[AccessAttribute], code: str) -> None:
    with pytest.raises(WizardError) as error:
        check_attributes(attributes)
    assert error.value.message.code == code


@pytest.mark.anyio
async def test_a_service_provider_reads_the_attribute_in_an_accepted_sign_in(entra: EntraHandle) -> None:
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
    from onelogin.saml2.response import OneLogin_Saml2_Response
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    from wizard.graph.clouds import sandbox_cloud
    from wizard.graph.single_sign_on import metadata_url, read_metadata, read_sign_on

    async with _graph(entra) as client:
        await _write(client)
        app_id = (await read_sign_on(client, PRINCIPAL)).app_id
    cloud = sandbox_cloud(entra.authority, entra.graph_url)
    metadata = await read_metadata(metadata_url(cloud, entra.authority.rpartition("/")[2], app_id))
    who = entra.ask("GET", "/users?$top=1")["value"][0]["id"]
    entra.ask("PATCH", f"/users/{who}", {"department": "Optics"})
    response = entra.look("POST", "saml-response", {"application": PRINCIPAL, "person": who})["SAMLResponse"]
    own = {
        "strict": True,
        "sp": {"entityId": ISSUER, "assertionConsumerService": {"url": ACS}},
        "security": {"wantAssertionsSigned": True, "wantNameId": True},
    }
    parsed = OneLogin_Saml2_IdPMetadataParser.parse(metadata)
    answer = OneLogin_Saml2_Response(
        OneLogin_Saml2_Settings({**own, **parsed}, sp_validation_only=False), response
    )
    request = {
        "https": "on",
        "http_host": "eu-central-1.sso.signin.aws",
        "script_name": "/platform/saml/acs/7c1e52d0",
    }
    assert answer.is_valid(request), answer.get_error()
    assert answer.get_attributes()[f"{CLAIM}Department"] == ["Optics"]
