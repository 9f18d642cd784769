"""Test connection against everything that can stand at the other end; it never raises."""

import ssl
from collections.abc import Callable

import pytest
import trustme

from tests.aws.small_service import SmallService, scim_refusal, small_service
from tests.http.loopback_server import Asked, Reply, as_json, serving
from wizard import messages
from wizard.aws.interface import ConnectionTest
from wizard.aws.session import IdentityCenter
from wizard.errors import NoAccess, TokenRefused
from wizard.http.client import Timeouts
from wizard.progress import RequestMade

pytestmark = pytest.mark.anyio
TOKEN = "s3cr3t-token-nobody-may-see"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


async def outcome_of(url: str, made: list[RequestMade] | None = None) -> ConnectionTest:
    result = await IdentityCenter(url, TOKEN, timeouts=Timeouts(0.5, 0.3, 1.0)).test(
        (made if made is not None else []).append
    )
    assert [step.name for step in result.steps] == ["answer", "token", "people", "groups"]
    assert TOKEN not in repr(result)
    assert not messages.title(result).endswith(".")
    assert messages.advice(result).endswith(".")
    assert result.passed == (result.cause == "")
    return result


def outcomes(result: ConnectionTest) -> list[str]:
    return [step.outcome for step in result.steps]


async def test_everything_is_well() -> None:
    made: list[RequestMade] = []
    async with small_service() as service:
        assert service.server is not None
        service.users = {str(i): {"id": str(i)} for i in range(3)}
        service.groups = {"g": {"id": "g"}}
        result = await outcome_of(service.server.url, made)
        assert all(asked.startswith("GET ") for asked in service.asked)
    assert result.passed
    assert messages.title(result) == "Connected"
    assert "nothing was changed" in messages.advice(result)
    assert "3 people and 1 group" in messages.advice(result)
    assert outcomes(result) == ["passed"] * 4
    assert [messages.title(step.detail) for step in result.steps[2:]] == ["3", "1"]
    assert messages.title(result.steps[0].detail).endswith("ms")
    assert [m.operation for m in made] == ["GET /ServiceProviderConfig", "GET /Users", "GET /Groups"]


@pytest.mark.parametrize("bend", [{"nextCursor": "c"}, {"Resources": [{"id": str(i)} for i in range(100)]}])
async def test_a_full_first_page_is_a_hundred_or_more(bend: dict[str, object]) -> None:
    async with small_service() as service:
        assert service.server is not None
        page = {"schemas": [LIST], "Resources": [], **bend}
        service.before = lambda asked: as_json(page) if "/Users" in asked.target else None
        result = await outcome_of(service.server.url)
    assert messages.title(result.steps[2].detail) == "100 or more"
    assert result.passed


@pytest.mark.parametrize(
    ("reply", "cause", "expected", "part"),
    [
        (scim_refusal(401), "token", ["passed", "failed", "not-tried", "not-tried"], "Generate token"),
        (
            as_json({"message": "Unauthorized"}, 401),
            "token",
            ["passed", "failed", "not-tried", "not-tried"],
            "401",
        ),
        (scim_refusal(403, "Denied"), "forbidden", ["passed", "failed", "not-tried", "not-tried"], "Denied"),
        (
            scim_refusal(404, "TENANT does not exist."),
            "tenant",
            ["passed", "failed", "not-tried", "not-tried"],
            "404",
        ),
        (Reply(404), "tenant", ["passed", "failed", "not-tried", "not-tried"], "404"),
        (scim_refusal(429), "throttled", ["failed", *["not-tried"] * 3], "429"),
        (scim_refusal(500), "server", ["failed", *["not-tried"] * 3], "500"),
        (Reply(503, b"<html>", {"Content-Type": "text/html"}), "server", ["failed", *["not-tried"] * 3], "503"),
        (Reply(200, b"<html>Sign in"), "html", ["failed", *["not-tried"] * 3], "web browser"),
        (Reply(302, b"", {"Location": "/x"}), "redirect", ["failed", *["not-tried"] * 3], "302"),
        (Reply(fault="hang"), "timeout", ["failed", *["not-tried"] * 3], "in time"),
        (Reply(fault="reset"), "refused", ["failed", *["not-tried"] * 3], "no answer"),
        (Reply(200, b"nonsense"), "not-scim", ["failed", *["not-tried"] * 3], "tenant URL"),
        (as_json({"hello": "world"}), "not-scim", ["failed", *["not-tried"] * 3], "tenant URL"),
        (as_json({"schemas": 5}), "not-scim", ["failed", *["not-tried"] * 3], "tenant URL"),
        (Reply(204), "not-scim", ["failed", *["not-tried"] * 3], "tenant URL"),
    ],
)
async def test_what_answers_is_told_apart(reply: Reply, cause: str, expected: list[str], part: str) -> None:
    async with serving(lambda _: reply) as server:
        result = await outcome_of(server.url)
    assert (result.cause, outcomes(result)) == (cause, expected)
    assert part in messages.advice(result)


@pytest.mark.parametrize(("collection", "place"), [("/Users", 2), ("/Groups", 3)])
async def test_a_list_that_cannot_be_read_fails_its_own_step(collection: str, place: int) -> None:
    def answer(service: SmallService) -> Callable[[Asked], Reply | None]:
        return lambda asked: scim_refusal(403) if collection in asked.target else None

    async with small_service() as service:
        assert service.server is not None
        service.before = answer(service)
        result = await outcome_of(service.server.url)
    assert outcomes(result) == [*["passed"] * place, "failed", *["not-tried"] * (3 - place)]
    assert result.cause == "forbidden"


async def test_nobody_listens(unused_port: int) -> None:
    result = await outcome_of(f"http://127.0.0.1:{unused_port}/t/scim/v2")
    assert (result.cause, outcomes(result)[0]) == ("refused", "failed")


async def test_a_certificate_nobody_knows() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    async with serving(lambda _: as_json({}), tls) as server:
        result = await outcome_of(server.url)
    assert result.cause == "tls"
    assert "certificate store" in messages.advice(result)


async def test_a_name_nobody_has() -> None:
    result = await IdentityCenter(
        "https://scim.identity-center.invalid/t/scim/v2", TOKEN, allowed_host="scim.identity-center.invalid"
    ).test(lambda _: None)
    assert result.cause == "dns"


async def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{unused_port}")
    result = await outcome_of("https://scim.eu-central-1.amazonaws.com/t/scim/v2")
    assert result.cause == "proxy"
    monkeypatch.setenv("https_proxy", f"socks5://127.0.0.1:{unused_port}")
    assert (await outcome_of("https://scim.eu-central-1.amazonaws.com/t/scim/v2")).cause == "proxy"


@pytest.mark.parametrize(
    "url", ["", "https://scim.eu-central-1.amazonaws.com/scim/v2", "https://idp.example.com/t/scim/v2"]
)
def test_a_url_that_cannot_be_used_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(NoAccess):
        IdentityCenter(url, TOKEN)


@pytest.mark.parametrize("token", ["", " ", "tökén-tökén", "two-lines\nX-Header: evil", "with space", "nul\x00"])
def test_a_token_no_header_can_carry_is_refused_and_never_repeated(token: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        IdentityCenter("http://127.0.0.1:1/t/scim/v2", token)
    assert not token.strip() or token not in f"{caught.value} {vars(caught.value)}"


def test_a_confirmed_host_is_taken() -> None:
    target = IdentityCenter("https://idp.example.com/t", TOKEN, allowed_host="IDP.example.com")
    assert target.endpoint.url == "https://idp.example.com/t/scim/v2"
    assert TOKEN not in repr(target)
    assert TOKEN not in repr(vars(target))
