"""Single sign-on written to the stand-in over real requests, judged by the contract and by a SAML service provider."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.aws.test_saml_metadata import ACS, ACS_4, ISSUER, aws_file
from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.entra_provisioning.kills import killed_after
from tests.http.loopback_server import Reply, in_turn, serving
from wizard.aws.saml_metadata import read_identity_provider, read_service_provider
from wizard.entra_provisioning.sign_on import (
    SignOnPlan,
    WantedSignOn,
    carry_out,
    plan_sign_on,
    usable,
)
from wizard.errors import NotAccepted, WizardError
from wizard.graph import single_sign_on
from wizard.graph.client import GraphClient, open_graph
from wizard.graph.clouds import sandbox_cloud
from wizard.graph.single_sign_on import (
    SigningCertificate,
    SignOn,
    metadata_url,
    read_metadata,
    read_sign_on,
)
from wizard.http.failures import AnswerLost
from wizard.secret import Secret

pytestmark = pytest.mark.anyio

PORTAL = "https://d-99672f7aa0.awsapps.com/start"
WANTED = WantedSignOn(read_service_provider(aws_file()), PORTAL, ("cloud-team@tidewater.example",))
ISSUER_FIRST = ("mode", "issuer", "acs-url", "sign-on-url", "reminders", "certificate")


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    with judged_entra() as handle:
        yield handle


@asynccontextmanager
async def _graph(entra: EntraHandle) -> AsyncIterator[GraphClient]:
    async with open_graph(entra.graph_url, lambda _: Secret(entra.client_secret)) as client:
        yield client


def _now() -> datetime:
    return datetime.now(UTC)


async def _plan(client: GraphClient, wanted: WantedSignOn = WANTED) -> SignOnPlan:
    return plan_sign_on(wanted, await read_sign_on(client, PRINCIPAL), _now())


async def _written(client: GraphClient, wanted: WantedSignOn = WANTED) -> SignOn:
    return await carry_out(client, await _plan(client, wanted), frozenset(), lambda _: None)


def _accepts(metadata: bytes, response: str) -> list[str]:
    """What a SAML service provider that has read our metadata file says of a sign-in; [] = accepted."""
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
    from onelogin.saml2.response import OneLogin_Saml2_Response
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    parsed = OneLogin_Saml2_IdPMetadataParser.parse(metadata)
    acs = {"url": ACS, "binding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"}
    own = {
        "strict": True,
        "sp": {"entityId": ISSUER, "assertionConsumerService": acs},
        "security": {"wantAssertionsSigned": True, "wantNameId": True},
    }
    settings = OneLogin_Saml2_Settings({**own, **parsed}, sp_validation_only=False)
    answer = OneLogin_Saml2_Response(settings, response)
    host, path = "eu-central-1.sso.signin.aws", "/platform/saml/acs/7c1e52d0"
    request = {"https": "on", "http_host": host, "script_name": path}
    return [] if answer.is_valid(request) else [str(answer.get_error())]


async def _metadata(entra: EntraHandle, configured: SignOn) -> bytes:
    cloud = sandbox_cloud(entra.authority, entra.graph_url)
    return await read_metadata(metadata_url(cloud, entra.authority.rpartition("/")[2], configured.app_id))


def _sign_in(entra: EntraHandle) -> str:
    person = entra.ask("GET", "/users?$top=1")["value"][0]["id"]
    return str(entra.look("POST", "saml-response", {"application": PRINCIPAL, "person": person})["SAMLResponse"])


async def test_writing_it_twice_is_writing_it_once_and_nothing_that_exists_is_lost(entra: EntraHandle) -> None:
    registration = entra.ask("GET", "/applications?$filter=appId eq '2fbc8259-0f56-4f56-9870-93a228020936'")
    old = "https://eu-west-1.signin.aws.amazon.com/platform/saml/acs/old"
    entra.ask("PATCH", f"/applications/{registration['value'][0]['id']}", {"web": {"redirectUris": [old]}})
    async with _graph(entra) as client:
        plan = await _plan(client)
        assert [each.setting for each in plan.changes] == list(ISSUER_FIRST)
        assert plan.concerns == ()
        configured = await carry_out(client, plan, frozenset(), lambda _: None)
        assert configured.mode == "saml"
        assert configured.identifiers == (ISSUER,)
        assert configured.reply_urls == (ACS, ACS_4, old)
        assert configured.sign_on_url == PORTAL
        assert configured.reminders == ("cloud-team@tidewater.example",)
        assert configured.active_thumbprint == configured.certificates[0].thumbprint
        assert len(configured.certificates) == 1
        again = await _plan(client)
        assert again.changes == ()
        assert await carry_out(client, again, frozenset(), lambda _: None) == configured


async def test_a_service_provider_accepts_a_sign_in_through_the_saved_metadata(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        configured = await _written(client)
    content = await _metadata(entra, configured)
    assert configured.active_thumbprint in read_identity_provider(content).thumbprints
    response = _sign_in(entra)
    assert _accepts(content, response) == []
    with judged_entra() as other:
        async with _graph(other) as client:
            stranger = await _metadata(other, await _written(client))
        assert _accepts(stranger, response) != [], "another certificate's sign-in is refused"
    name = base64.b64decode(response).replace(b"</NameID>", b"x</NameID>")
    assert _accepts(content, base64.b64encode(name).decode()) != [], "another name is refused"


@pytest.mark.parametrize("calls", range(1, 14))
async def test_killed_after_any_call_and_run_again_it_ends_in_the_same_state(
    entra: EntraHandle, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _graph(entra) as client:
        plan = await _plan(client)
        with killed_after(calls, client, monkeypatch):
            await carry_out(client, plan, frozenset(), lambda _: None)
        # The same approved plan continues, and a new one finds the rest.
        configured = await carry_out(client, plan, frozenset(), lambda _: None)
        assert (configured.mode, configured.reply_urls) == ("saml", (ACS, ACS_4))
        assert len(configured.certificates) == 1
        assert (await _plan(client)).changes == ()


async def test_a_lost_answer_to_a_new_certificate_is_looked_up(
    entra: EntraHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _graph(entra) as client:
        post = client.post

        async def lost(path: str, body: dict[str, Any]) -> dict[str, Any]:
            await post(path, body)
            raise AnswerLost(f"POST {path}")

        monkeypatch.setattr(client, "post", lost)
        configured = await _written(client)
    assert len(configured.certificates) == 1
    assert configured.active_thumbprint == configured.certificates[0].thumbprint


async def test_a_change_made_meanwhile_is_shown_first(entra: EntraHandle) -> None:
    async with _graph(entra) as client:
        plan = await _plan(client)
        entra.ask("PATCH", f"/servicePrincipals/{PRINCIPAL}", {"loginUrl": "https://other.awsapps.com/start"})
        with pytest.raises(NotAccepted) as error:
            await carry_out(client, plan, frozenset(), lambda _: None)
        assert error.value.message.args["codes"] == ("sign-on-changed-since-approval",)
        assert (await read_sign_on(client, PRINCIPAL)).mode == ""


async def test_a_policy_that_refuses_the_issuer_is_named(entra: EntraHandle) -> None:
    entra.set(saml_exempt=False)
    async with _graph(entra) as client:
        with pytest.raises(WizardError) as error:
            await _written(client)
    assert error.value.message.code == "identifier-refused-by-policy"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (replace(WANTED, sign_on_url="http://d-1.awsapps.com/start"), "sign-on-url-not-https"),
        (replace(WANTED, reminders=("a",)), "reminder-not-an-address"),
        (replace(WANTED, reminders=tuple(f"a{n}@b.example" for n in range(6))), "too-many-reminders"),
    ],
)
def test_what_microsoft_would_refuse_is_said_before(wanted: WantedSignOn, code: str) -> None:
    with pytest.raises(WizardError) as error:
        plan_sign_on(wanted, _configured(), _now())
    assert error.value.message.code == code


def _configured(**changes: Any) -> SignOn:
    empty = SignOn(PRINCIPAL, "r", "a", "AWS IAM Identity Center", "", "", (), (), (), (), "")
    return replace(empty, **changes)


def test_hosts_that_are_not_awss_and_another_method_must_be_accepted() -> None:
    provider = read_service_provider(aws_file(acs=("https://sign-in.example.net/acs",)))
    plan = plan_sign_on(WantedSignOn(provider, PORTAL), _configured(mode="password"), _now())
    assert [each.code for each in plan.concerns] == ["sign-on-host-unknown", "sign-on-mode-replaced"]


def test_a_valid_certificate_is_kept_and_an_expired_one_replaced() -> None:
    now = _now()
    valid = SigningCertificate("AA", now + timedelta(days=9))
    later = SigningCertificate("BB", now + timedelta(days=900))
    expired = SigningCertificate("CC", now - timedelta(days=1))
    assert usable(_configured(certificates=(later, valid), active_thumbprint="AA"), now) == valid
    assert usable(_configured(certificates=(later, valid, expired), active_thumbprint="CC"), now) == later
    assert usable(_configured(certificates=(expired,), active_thumbprint="CC"), now) is None
    kept = plan_sign_on(WANTED, _configured(certificates=(later, valid), active_thumbprint="AA"), now)
    assert "certificate" not in [each.setting for each in kept.changes]
    assert [each.code for each in kept.notes] == ["sign-on-certificate-waiting"]


async def test_a_redirected_metadata_file_is_not_followed() -> None:
    moved = Reply(302, b"", {"Location": "https://example.com/"})
    async with serving(in_turn(moved)) as server:
        with pytest.raises(WizardError):
            await read_metadata(f"http://127.0.0.1:{server.port}/m")
    with pytest.raises(WizardError) as error:
        await read_metadata("http://example.com/m")
    assert error.value.message.code == "document-address-not-https"


@pytest.mark.parametrize(
    ("principal", "registration"),
    [
        ({}, {"id": "r"}),
        (
            {
                "preferredSingleSignOnMode": "unknownFutureValue",
                "loginUrl": None,
                "notificationEmailAddresses": None,
                "preferredTokenSigningKeyThumbprint": None,
                "keyCredentials": [
                    None,
                    {"usage": "Verify"},
                    {"usage": "Verify", "endDateTime": "never", "customKeyIdentifier": "AA"},
                    {"usage": "unknownFutureValue", "endDateTime": "2030-01-01T00:00:00Z"},
                    {"usage": "Verify", "endDateTime": "2030-01-01T00:00:00Z", "customKeyIdentifier": "x"},
                ],
            },
            {"id": "r", "identifierUris": None, "web": None},
        ),
        ({"keyCredentials": {}, "notificationEmailAddresses": "a"}, {"id": "r", "identifierUris": {}, "web": []}),
    ],
)
async def test_what_microsoft_may_answer_some_day_is_read(principal: Any, registration: Any) -> None:
    rows = json.dumps({"value": [registration]}).encode()
    answers = in_turn(
        Reply(200, json.dumps({"id": PRINCIPAL, "appId": "a", **principal}).encode()), Reply(200, rows)
    )
    async with (
        serving(answers) as server,
        open_graph(f"http://127.0.0.1:{server.port}/v1.0", lambda _: Secret("x")) as client,
    ):
        configured = await read_sign_on(client, PRINCIPAL)
    assert (configured.identifiers, configured.reply_urls, configured.certificates) == ((), (), ())
    plan = plan_sign_on(WANTED, configured, _now())
    assert [each.setting for each in plan.changes] == list(ISSUER_FIRST)
    assert bool(plan.concerns) is bool(configured.mode), "another method is not replaced without a word"


def test_a_thumbprint_is_read_in_both_spellings() -> None:
    digits = "DA20FCA6" * 5
    encoded = base64.b64encode(bytes.fromhex(digits)).decode()
    for text in (digits, digits.lower(), encoded):
        assert single_sign_on._thumbprint(text) == digits
    assert single_sign_on._thumbprint("no!") == ""
