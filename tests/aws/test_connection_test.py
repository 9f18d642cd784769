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
from wizard.errors import Message, NoAccess, TokenRefused
from wizard.http.client import Timeouts
from wizard.progress import RequestMade

pytestmark = pytest.mark.anyio
TOKEN = "s3cr3t-token-nobody-may-see"
AT_ANSWER = ["failed", "not-tried", "not-tried", "not-tried"]
AT_TOKEN = ["passed", "failed", "not-tried", "not-tried"]
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
    assert result.message == Message(
        "connection-works", service="loopback", people=3, more_people=False, groups=1, more_groups=False
    )
    assert outcomes(result) == ["passed"] * 4
    assert [step.detail for step in result.steps[2:]] == [
        Message("step-rows", count=3, more=False),
        Message("step-rows", count=1, more=False),
    ]
    assert result.steps[0].detail is not None
    assert result.steps[0].detail.code == "step-duration"
    assert [m.operation for m in made] == ["GET /ServiceProviderConfig", "GET /Users", "GET /Groups"]


@pytest.mark.parametrize("bend", [{"nextCursor": "c"}, {"Resources": [{"id": str(i)} for i in range(100)]}])
async def test_a_full_first_page_is_a_hundred_or_more(bend: dict[str, object]) -> None:
    async with small_service() as service:
        assert service.server is not None
        page = {"schemas": [LIST], "Resources": [], **bend}
        service.before = lambda asked: as_json(page) if "/Users" in asked.target else None
        result = await outcome_of(service.server.url)
    assert result.steps[2].detail == Message("step-rows", count=100, more=True)
    assert result.passed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "cause", "expected", "code"),
    [
        (scim_refusal(401), "token", AT_TOKEN, "token-to-be-replaced"),
        (
            as_json({"message": "Unauthorized"}, 401),
            "token",
            AT_TOKEN,
            "token-to-be-replaced",
        ),
        (
            scim_refusal(403, "Denied"),
            "forbidden",
            AT_TOKEN,
            "aws-forbids-provisioning",
        ),
        (
            scim_refusal(404, "TENANT does not exist."),
            "tenant",
            AT_TOKEN,
            "aws-tenant-unknown",
        ),
        (Reply(404), "tenant", AT_TOKEN, "no-tenant-at-address"),
        (scim_refusal(429), "throttled", AT_ANSWER, "aws-throttles"),
        (scim_refusal(500), "server", AT_ANSWER, "aws-has-a-problem"),
        (
            Reply(503, b"<html>", {"Content-Type": "text/html"}),
            "server",
            AT_ANSWER,
            "aws-has-a-problem",
        ),
        (Reply(200, b"<html>Sign in"), "html", AT_ANSWER, "web-page-answered"),
        (Reply(302, b"", {"Location": "/x"}), "redirect", AT_ANSWER, "redirect-refused"),
        (Reply(fault="hang"), "timeout", AT_ANSWER, "answer-timed-out"),
        (Reply(fault="reset"), "refused", AT_ANSWER, "connection-cut"),
        (Reply(200, b"nonsense"), "not-scim", AT_ANSWER, "answer-not-json"),
        (as_json({"hello": "world"}), "not-scim", AT_ANSWER, "answer-not-scim"),
        (as_json({"schemas": 5}), "not-scim", AT_ANSWER, "answer-not-scim"),
        (Reply(204), "not-scim", AT_ANSWER, "answer-not-json"),
    ],
)
async def test_kinds_of_answers_are_distinguished(
    reply: Reply, cause: str, expected: list[str], code: str
) -> None:
    async with serving(lambda _: reply) as server:
        result = await outcome_of(server.url)
    assert (result.cause, outcomes(result)) == (cause, expected)
    assert result.message.code == code


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
    assert result.message.code == "certificate-not-trusted"


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
