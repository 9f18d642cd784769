"""What can go wrong on the way to Microsoft, on real sockets: each is a sentence with an advice, never a traceback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anyio import to_thread

from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle, enter_code
from tests.http.loopback_server import Asked, Reply, as_json, serving
from wizard.errors import AccessRefused, NoAccess, WizardError
from wizard.graph.applications import find_applications
from wizard.graph.client import ApplicationGone, open_graph
from wizard.graph.clouds import CLOUDS, sandbox_cloud
from wizard.graph.sign_in import ApplicationSignIn, PersonSignIn, Registration
from wizard.progress import ignore_event
from wizard.secret import Secret
from wizard.sources.entra import EntraSource, Tenant

SECRET = "client-secret-of-this-test"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra() as handle:
        yield handle


def _registration(entra: EntraHandle) -> Registration:
    tenant = entra.authority.rpartition("/")[2]
    return Registration(sandbox_cloud(entra.authority, entra.graph_url), tenant, entra.client_id)


async def _signed_in_at(answer: Callable[[Asked], Reply]) -> WizardError:
    """Sign in where everything is answered so; returns what was told."""
    async with serving(answer) as server:
        authority = f"http://127.0.0.1:{server.port}/tenant"
        sign_in = ApplicationSignIn(
            Registration(sandbox_cloud(authority, f"{authority}/v1.0"), "tenant", "id"), Secret(SECRET)
        )
        with pytest.raises(WizardError) as told:
            await to_thread.run_sync(sign_in.tokens, False)
    assert SECRET not in str(told.value)
    assert told.value.__cause__ is None
    return told.value


def _page(status: int) -> Reply:
    return Reply(status, b"<html><body>Welcome to the hotel</body></html>", {"Content-Type": "text/html"})


def _discovered(then: Reply) -> Callable[[Asked], Reply]:
    """The sign-in is found; its token endpoint answers so."""

    def answer(asked: Asked) -> Reply:
        if "openid-configuration" not in asked.target:
            return then
        root = f"https://{asked.headers['host']}/tenant"
        return as_json(
            {
                "issuer": f"{root}/v2.0",
                "authorization_endpoint": f"{root}/a",
                "token_endpoint": f"{root}/t",
                "device_authorization_endpoint": f"{root}/d",
            }
        )

    return answer


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (_page(200), "web-page-answered"),
        (_page(403), "web-page-answered"),
        (Reply(302, b"", {"Location": "https://elsewhere.example"}), "redirect-refused"),
        (Reply(200, b"not json"), "answer-not-json"),
        (Reply(500, b"{}", {"Content-Type": "application/json"}), "microsoft-sign-in-failed"),
        (Reply(fault="reset"), "connection-cut"),
    ],
    ids=["captive portal", "filter", "redirect", "rubbish", "broken", "cut"],
)
async def test_another_server_in_place_of_the_sign_in_is_reported(reply: Reply, code: str) -> None:
    for answer in (_discovered(reply), lambda _: reply):
        error = await _signed_in_at(answer)
        assert error.message.code == code
        assert error.message.args.get("hint") is None


@pytest.mark.parametrize("reply", [_page(200), Reply(302, b""), Reply(200, b"not json")])
async def test_another_server_in_place_of_graph_is_reported_without_mentioning_aws(reply: Reply) -> None:
    async with (
        serving(lambda _: reply) as server,
        open_graph(f"http://127.0.0.1:{server.port}/v1.0", lambda _: Secret(SECRET)) as client,
    ):
        with pytest.raises(NoAccess) as told:
            await find_applications(client)
    assert told.value.message.args["host"] == "127.0.0.1"
    assert told.value.message.args["hint"] is None
    assert SECRET not in str(told.value)


async def test_a_proxy_in_between_is_named_and_never_used_for_this_computer(
    entra: EntraHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(lambda _: Reply(407, b"", {"Proxy-Authenticate": "Basic"})) as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        here = ApplicationSignIn(_registration(entra), Secret(entra.client_secret))
        assert await to_thread.run_sync(here.tokens, False)
        assert proxy.asked == []
        there = ApplicationSignIn(Registration(CLOUDS[0], "contoso.example", "id"), Secret(SECRET))
        with pytest.raises(NoAccess, match="proxy-asks-for-sign-in") as told:
            await to_thread.run_sync(there.tokens, False)
        assert {one.method for one in proxy.asked} == {"CONNECT"}
        assert all(SECRET not in str(one) for one in proxy.asked)
    assert told.value.message.args["proxy"] == "127.0.0.1"


async def test_an_unreachable_proxy_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(lambda _: Reply()) as gone:
        port = gone.port
    for name in PROXIES:
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    sign_in = PersonSignIn(Registration(CLOUDS[0], "contoso.example", "id"), lambda: "", lambda _: None)
    with pytest.raises(NoAccess, match=r"proxy-failed \(proxy='127\.0\.0\.1'"):
        await to_thread.run_sync(lambda: sign_in.by_device_code(lambda _: None))


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("there", [False, True], ids=["no such file", "rubbish inside"])
async def test_certificates_of_other_programs_change_nothing(
    entra: EntraHandle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, there: bool
) -> None:
    rubbish = tmp_path / "bundle.pem"
    if there:
        rubbish.write_text("this is no certificate", encoding="utf-8")
    monkeypatch.setenv(variable, str(rubbish))
    sign_in = ApplicationSignIn(_registration(entra), Secret(entra.client_secret))
    token = await to_thread.run_sync(sign_in.tokens, False)
    async with open_graph(entra.graph_url, lambda _: token) as client:
        assert await find_applications(client)


async def test_a_tenant_that_asks_to_wait_for_long_is_not_waited_for(entra: EntraHandle) -> None:
    for throttled in ({"throttle": 1}, {"inner_throttle": 1}):
        entra.set(**throttled, retry_after=3600)
        async with open_graph(entra.graph_url, lambda _: Secret(entra.client_secret)) as client:
            with pytest.raises(NoAccess, match="graph-throttles"):
                await (client.one("/users?$top=1") if "throttle" in throttled else client.batch(["/users?$top=1"]))
        entra.set(throttle=0, inner_throttle=0, retry_after=1)


@pytest.mark.slow
async def test_a_device_code_refused_by_policy_is_reported_with_the_alternative(entra: EntraHandle) -> None:
    sign_in = PersonSignIn(_registration(entra), lambda: "", lambda _: None)
    entra.set(refusal="AADSTS53003")
    with pytest.raises(AccessRefused, match=r"conditional-access-refuses \(reason='AADSTS53003'\)"):
        await to_thread.run_sync(
            lambda: sign_in.by_device_code(lambda code: enter_code(code.address, code.code) and None)
        )
    entra.set(refusal="")


@pytest.mark.slow
async def test_a_deleted_application_is_reported_and_nobody_counts_as_a_leaver() -> None:
    kept: dict[str, bytes] = {}
    with judged_entra() as entra:
        tenant = Tenant(entra.graph_url, "assigned", PRINCIPAL)
        source = EntraSource(tenant, lambda _: Secret(entra.client_secret), kept.get, kept.__setitem__)
        source.cursor = (await source.read(ignore_event)).cursor
        before = dict(kept)
        entra.set(applications="none")
        with pytest.raises(ApplicationGone) as told:
            await source.read(ignore_event)
    assert kept == before
    assert told.value.message.code == "enterprise-application-gone"
