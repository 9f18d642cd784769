"""Odd proxies, host names and versions of TLS are sentences, on both clients."""

import ssl

import anyio
import httpx
import pytest

from tests.http.loopback_server import Reply, serving
from wizard.http.client import Call, connected
from wizard.http.failures import Place, Unreachable, unreachable
from wizard.http.form_client import FormClient
from wizard.http.pacing import Pacing
from wizard.http.retry import RetryPolicy
from wizard.secret import Secret

pytestmark = pytest.mark.anyio
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
AWS = "https://scim.eu-central-1.amazonaws.com/t/scim/v2"
MICROSOFT = "https://login.microsoftonline.com/t/oauth2/v2.0/token"
ONCE = RetryPolicy(tries=1, connect_tries=1, silent_tries=1)


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (*PROXIES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


async def of_json(url: str) -> Unreachable:
    with pytest.raises(Unreachable) as failed:
        async with connected(url, Secret("made-up-token"), Pacing(), ONCE) as http:
            await http.send(Call("GET", "/Users", "GET /Users"))
    return failed.value


async def of_form(url: str) -> Unreachable:
    client = FormClient(["login.microsoftonline.com", httpx.URL(url).host])
    with pytest.raises(Unreachable) as failed:
        await anyio.to_thread.run_sync(lambda: client.post(url, data={"client_secret": "made-up-secret"}))
    return failed.value


@pytest.mark.parametrize("address", ["http://u:p%40ss@[::1", "http://proxy:port", "http://", "::::"])
async def test_a_malformed_proxy_is_reported_without_its_password(
    proxies: pytest.MonkeyPatch, address: str
) -> None:
    proxies.setenv("HTTPS_PROXY", address)
    for failed in (await of_json(AWS), await of_form(MICROSOFT)):
        assert (failed.cause, failed.message.code) == ("proxy", "proxy-malformed")
        assert "p%40ss" not in str(failed)


@pytest.mark.parametrize(("user", "code"), [("", "proxy-asks-for-sign-in"), ("u:p@", "proxy-refuses-sign-in")])
async def test_a_proxy_that_wants_another_user_is_reported(
    proxies: pytest.MonkeyPatch, user: str, code: str
) -> None:
    async with serving(lambda _: Reply(407, b"", {"Proxy-Authenticate": "Negotiate"})) as proxy:
        proxies.setenv("HTTPS_PROXY", f"http://{user}127.0.0.1:{proxy.port}")
        assert (await of_json(AWS)).message.code == code
        assert (await of_form(MICROSOFT)).message.code == code


@pytest.mark.parametrize("host", ["a" * 70 + ".example.com", "xn--a.example.com", "a..example.com"])
async def test_a_malformed_host_name_is_reported(proxies: pytest.MonkeyPatch, host: str) -> None:
    assert (await of_json(f"https://{host}/t/scim/v2")).message.code == "host-name-malformed"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("UNSUPPORTED_PROTOCOL", "tls-too-old"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "tls-too-old"),
        ("WRONG_VERSION_NUMBER", "tls-not-agreed"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "tls-not-agreed"),
    ],
)
def test_a_failed_tls_connection_is_reported_by_its_reason(reason: str, code: str) -> None:
    inner = ssl.SSLError(1, f"[SSL: {reason}] made up")
    inner.reason = reason
    error = httpx.ConnectError("made up")
    error.__cause__ = inner
    assert unreachable(error, Place("scim.example.com")).message.code == code


async def test_a_service_without_tls_is_not_called_untrusted(proxies: pytest.MonkeyPatch) -> None:
    async with serving(lambda _: Reply(200)) as server:
        failed = await of_json(f"https://127.0.0.1:{server.port}/t/scim/v2")
    assert (failed.cause, failed.message.code) == ("tls", "tls-not-agreed")


async def test_an_endless_answer_of_a_sign_in_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = Reply(200, b" " * 1_000_001, {"Content-Type": "application/json"})
    async with serving(lambda _: reply) as server:
        url = f"http://127.0.0.1:{server.port}/token"
        with pytest.raises(Unreachable) as failed:
            await anyio.to_thread.run_sync(lambda: FormClient().post(url, data={}))
    assert failed.value.message.code == "answer-too-large"


async def test_a_sign_in_that_never_answers_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.http.form_client._TOTAL_SECONDS", 0.3)
    async with serving(lambda _: Reply(fault="hang")) as server:
        url = f"http://127.0.0.1:{server.port}/token"
        with pytest.raises(Unreachable) as failed:
            await anyio.to_thread.run_sync(lambda: FormClient().post(url, data={}))
    assert failed.value.message.code == "answer-timed-out"


async def test_a_form_goes_only_to_the_hosts_it_is_for() -> None:
    async with serving(lambda _: Reply(200, b"{}", {"Content-Type": "application/json"})) as server:
        here = f"http://127.0.0.1:{server.port}/token"
        for client, url in (
            (FormClient(), "https://evil.example/token"),
            (FormClient(["login.microsoftonline.com"]), here),
            (FormClient(["login.microsoftonline.com"]), "https://login.microsoftonline.com.evil.example/token"),
        ):
            with pytest.raises(Unreachable) as failed:
                await anyio.to_thread.run_sync(lambda c=client, u=url: c.post(u, data={"client_secret": "x"}))
            assert failed.value.message.code == "sign-in-elsewhere"
        assert server.asked == []
