"""The client against real sockets that answer, throttle, lie, cut and hang."""

import gzip
import logging
import ssl
import sys
import traceback
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import anyio
import httpx
import pytest
import trustme

from tests.http.loopback_server import Asked, LoopbackServer, Reply, as_json, in_turn, serving
from wizard.errors import NoAccess
from wizard.http.body import LARGEST_BYTES
from wizard.http.client import Answer, Call, Connections, JsonClient, Timeouts, connected
from wizard.http.failures import AnswerLost, Unreachable
from wizard.http.pacing import MOST_IN_FLIGHT, Pacing
from wizard.http.retry import RetryPolicy
from wizard.progress import RequestMade
from wizard.secret import Secret

pytestmark = pytest.mark.anyio

TOKEN = "s3cr3t-token-nobody-may-see"
QUICK = RetryPolicy(tries=4, connect_tries=3, throttled_tries=6, base_seconds=0.001, cap_seconds=0.002)
FAST = Pacing(2000, 2000, adaptive=False)
READ = Call("GET", "/Users?cursor", "GET /Users")
CREATE = Call("POST", "/Users", "POST /Users", {"userName": "a"}, repeatable=False)
CHANGE = Call("PATCH", "/Users/1", "PATCH /Users/{id}", {"Operations": []})


async def sent(
    url: str, call: Call, report: Callable[[RequestMade], None] | None = None, retry: RetryPolicy = QUICK
) -> Answer:
    async with connected(url, Secret(TOKEN), FAST, retry, Timeouts(1.0, 0.4, 2.0)) as client:
        if report:
            client.report_to(report)
        return await client.send(call)


async def failure(url: str, call: Call = READ) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        await sent(url, call)
    assert TOKEN not in everything_told(caught.value)
    return caught.value


def everything_told(error: BaseException) -> str:
    """An exception with all it came from, every frame's variables included."""
    told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return "\n".join(
        [told, repr(error), str(error), repr(error.__cause__), repr(error.__context__), repr(error.__dict__)]
    )


async def test_a_request_is_json_with_the_token_and_our_name() -> None:
    made: list[RequestMade] = []
    async with serving(lambda _: as_json({"id": "7"}, 201, x_amzn_RequestId="req-1")) as server:
        answer = await sent(server.url, CREATE, made.append)
    asked = server.asked[0]
    assert (asked.method, asked.target) == ("POST", "/tenant/scim/v2/Users")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["content-type"] == "application/scim+json"
    assert asked.headers["user-agent"].startswith("identity-center-wizard/")
    assert asked.json == {"userName": "a"}
    assert answer == Answer(201, {"id": "7"}, "req-1")
    assert [(m.operation, m.status, m.throttled, m.retry) for m in made] == [("POST /Users", 201, False, 0)]
    assert made[0].seconds > 0


async def test_the_bare_cursor_and_percent_encoding_arrive_as_written() -> None:
    path = "/Users?cursor&filter=userName%20eq%20%22a%2Bb%25%22"
    async with serving(lambda _: as_json({})) as server:
        await sent(server.url, Call("GET", path, "GET /Users"))
    assert server.asked[0].target == f"/tenant/scim/v2{path}"


async def test_many_requests_share_a_few_connections() -> None:
    async with (
        serving(lambda _: as_json({})) as server,
        connected(server.url, Secret(TOKEN), FAST) as client,
        anyio.create_task_group() as group,
    ):
        for _ in range(60):
            group.start_soon(client.send, READ)
    assert len(server.asked) == 60
    assert server.connections <= MOST_IN_FLIGHT


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("call", [READ, CHANGE], ids=["read", "change"])
async def test_what_may_be_repeated_is_repeated(status: int, call: Call) -> None:
    made: list[RequestMade] = []
    html = Reply(status, b"<html>Bad gateway</html>", {"Content-Type": "text/html"})
    async with serving(in_turn(html, Reply(fault="reset"), Reply(fault="half"), as_json({"ok": True}))) as server:
        answer = await sent(server.url, call, made.append)
    assert (answer.body, answer.tries) == ({"ok": True}, 4)
    assert [(m.status, m.retry) for m in made] == [(status, 0), (0, 1), (0, 2), (200, 3)]


DAMAGED = (
    Reply(200, b'{"id": "7", "userName": "a'),
    Reply(200, b"OK", {"Content-Type": "text/plain"}),
    Reply(200, gzip.compress(b'{"id": "7"}')[:-4], {"Content-Encoding": "gzip"}),
    Reply(201, b'{"id": ' + b"7" * 5000 + b"}"),
)


@pytest.mark.parametrize("reply", [*DAMAGED, Reply(200, b""), Reply(204)])
async def test_a_damaged_answer_to_a_read_is_asked_for_again(reply: Reply) -> None:
    async with serving(in_turn(reply, reply, as_json({"ok": True}))) as server:
        assert (await sent(server.url, READ)).body == {"ok": True}
        assert len(server.asked) == 3
        server.answer = lambda _: reply
        assert (await failure(server.url)).cause == "not-json"
        assert len(server.asked) == 3 + QUICK.tries


@pytest.mark.parametrize("reply", DAMAGED)
async def test_a_damaged_answer_to_a_creation_leaves_in_doubt_whether_it_landed(reply: Reply) -> None:
    async with serving(lambda _: reply) as server:
        with pytest.raises(AnswerLost):
            await sent(server.url, CREATE)
        assert len(server.asked) == 1
        server.answer = in_turn(reply, as_json({"id": "7"}))
        assert (await sent(server.url, CHANGE)).may_have_landed


@pytest.mark.parametrize("coding", ["gzip, gzip", "br"])
async def test_only_the_coding_that_was_asked_for_is_unpacked(coding: str) -> None:
    reply = Reply(200, gzip.compress(gzip.compress(b"{}")), {"Content-Encoding": coding})
    async with serving(lambda _: reply) as server:
        assert (await failure(server.url)).cause == "coding"
        assert len(server.asked) == 1
        assert server.asked[0].headers["accept-encoding"] == "gzip"
        with pytest.raises(AnswerLost):
            await sent(server.url, CREATE)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["drip", "continue"])
async def test_an_answer_whose_headers_do_not_end_is_a_timeout(fault: str) -> None:
    async with serving(lambda _: Reply(fault=fault)) as server:
        with pytest.raises(Unreachable) as caught:
            await sent(server.url, READ, retry=RetryPolicy(tries=1, silent_tries=1))
    assert caught.value.cause == "timeout"


async def test_a_body_without_end_is_too_large() -> None:
    async with serving(lambda _: Reply(fault="endless")) as server:
        assert (await failure(server.url)).cause == "too-large"
        assert len(server.asked) == 1


async def test_a_failure_that_stays_is_handed_on_after_some_tries() -> None:
    async with serving(lambda _: as_json({"detail": "down"}, 503)) as server:
        assert (await sent(server.url, READ)).status == 503
        assert len(server.asked) == QUICK.tries
        server.answer = lambda _: Reply(fault="reset")
        found = await failure(server.url)
    assert (found.cause, found.sent) == ("lost", True)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(fault="reset"),
        Reply(200, b"{", fault="half"),
        as_json({}, 500),
        as_json({}, 503),
        Reply(fault="hang"),
    ],
)
async def test_a_creation_whose_answer_is_lost_is_sent_once(reply: Reply) -> None:
    async with serving(lambda _: reply) as server:
        with pytest.raises(AnswerLost) as caught:
            await sent(server.url, CREATE)
        assert len(server.asked) == 1
    assert caught.value.operation == "POST /Users"
    assert TOKEN not in everything_told(caught.value)


@pytest.mark.parametrize("last", [as_json({}, 401), as_json({}, 400), as_json({}, 503), Reply(fault="reset")])
@pytest.mark.parametrize("first", [Reply(fault="reset"), as_json({}, 502)])
async def test_a_write_that_was_repeated_tells_that_an_earlier_try_may_have_landed(
    first: Reply, last: Reply
) -> None:
    assert await may_have_landed(CHANGE, first, last)
    assert not await may_have_landed(READ, first, last)


@pytest.mark.slow
@pytest.mark.parametrize("last", [as_json({}, 400), as_json({}, 401), as_json({}, 429)])
async def test_a_refusal_alone_leaves_no_doubt(last: Reply) -> None:
    assert not await may_have_landed(CHANGE, last)


async def test_where_nobody_listens_nothing_landed_unless_it_was_sent_before(unused_port: int) -> None:
    assert not (await failure(f"http://127.0.0.1:{unused_port}/t/scim/v2", CHANGE)).may_have_landed

    def answer(_: Asked) -> Reply:
        server.stop_listening()
        return Reply(fault="reset")

    async with serving(answer) as server:
        found = await failure(server.url, CHANGE)
    assert (found.cause, found.sent, found.may_have_landed) == ("refused", False, True)


async def may_have_landed(call: Call, *replies: Reply) -> bool:
    async with serving(in_turn(*replies)) as server:
        try:
            return (await sent(server.url, call)).may_have_landed
        except Unreachable as lost:
            return lost.may_have_landed


@pytest.mark.slow
@pytest.mark.parametrize("call", [READ, CREATE, CHANGE], ids=["read", "create", "change"])
async def test_429_did_nothing_so_everything_is_sent_again(call: Call) -> None:
    made: list[RequestMade] = []
    async with serving(
        in_turn(as_json({}, 429), as_json({}, 429, Retry_After="0.05"), as_json({"id": "1"}))
    ) as server:
        answer = await sent(server.url, call, made.append)
    assert answer.status == 200
    assert [(m.status, m.throttled, m.retry) for m in made] == [(429, True, 0), (429, True, 1), (200, False, 2)]
    assert made[0].wait_seconds > 0
    assert made[1].wait_seconds >= 0.05


@pytest.mark.slow
async def test_a_throttled_operation_waits_as_a_whole_and_others_go_on() -> None:
    def answer(asked: Asked) -> Reply:
        first = asked.method == "POST" and sum(one.method == "POST" for one in server.asked) == 1
        return as_json({}, 429, Retry_After="0.6") if first else as_json({"id": "1"})

    times: dict[str, float] = {}

    async def timed(name: str, call: Call, client: JsonClient) -> None:
        await client.send(call)
        times[name] = anyio.current_time() - begun

    async with serving(answer) as server, connected(server.url, Secret(TOKEN), FAST) as client:
        begun = anyio.current_time()
        async with anyio.create_task_group() as group:
            group.start_soon(timed, "throttled", CREATE, client)
            await anyio.sleep(0.1)
            for place in range(15):
                group.start_soon(timed, f"behind {place}", CREATE, client)
            await anyio.sleep(0.05)
            group.start_soon(timed, "other", READ, client)
    assert next(iter(times)) == "other"
    assert all(seconds >= 0.6 for name, seconds in times.items() if name != "other")


async def test_a_retry_after_beyond_all_patience_is_not_waited_for() -> None:
    async with serving(lambda _: as_json({}, 429, Retry_After="86400")) as server:
        with anyio.fail_after(2):
            assert (await sent(server.url, READ)).status == 429


@pytest.mark.parametrize("asked", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "-3", "1e9", "soon", ""])
async def test_a_retry_after_that_cannot_be_read_is_none(asked: str) -> None:
    async with serving(in_turn(as_json({}, 429, Retry_After=asked), as_json({"ok": True}))) as server:
        assert (await sent(server.url, READ)).status == 200


async def test_the_waits_of_one_call_end_together() -> None:
    patient = RetryPolicy(throttled_tries=1000, patience_seconds=0.2)
    async with serving(lambda _: as_json({}, 429, Retry_After="0.05")) as server:
        assert (await sent(server.url, READ, retry=patient)).status == 429
        assert len(server.asked) < 20  # of a thousand


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    async with serving(lambda _: as_json({"stolen": True})) as elsewhere:
        moved = Reply(status, b"", {"Location": elsewhere.url})
        async with serving(lambda _: moved) as server:
            found = await failure(server.url)
        assert found.cause == "redirect"
        assert elsewhere.asked == []


@pytest.mark.parametrize("status", [200, 401, 403, 404, 511])
async def test_a_web_page_is_not_taken_for_the_service(status: int) -> None:
    page = Reply(status, b"<!DOCTYPE html><title>Sign in to the network</title>", {"Content-Type": "text/html"})
    async with serving(lambda _: page) as server:
        found = await failure(server.url)
    assert found.cause == "html"
    assert len(server.asked) == 1


async def test_an_answer_that_is_not_json_is_reported() -> None:
    async with serving(
        lambda _: Reply(200, b"{'single': quotes}", {"Content-Type": "application/json"})
    ) as server:
        assert (await failure(server.url)).cause == "not-json"


async def test_an_error_without_a_body_is_an_answer() -> None:
    async with serving(lambda _: Reply(404)) as server:
        assert (await sent(server.url, READ)) == Answer(404, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"Value at 'phoneNumbers'\r\n is too long", "Value at 'phoneNumbers' is too long"),
        ("Größe".encode("latin-1"), "Gr\ufffd\ufffde"),
        (b"x" * 9000, "x" * 1000),
        (b"\x00\x01\x02", ""),
        (b"<html>no</html>", ""),
        (b'{"detail": "no"}', ""),
    ],
)
async def test_a_refusal_in_plain_text_keeps_its_reason(body: bytes, reason: str) -> None:
    async with serving(lambda _: Reply(500, body)) as server:
        assert (await sent(server.url, READ)).reason == reason


async def test_an_answer_without_end_is_cut_off_even_when_it_is_packed() -> None:
    packed = gzip.compress(b" " * (LARGEST_BYTES + 1000))
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with serving(lambda _: Reply(200, packed, headers)) as server:
        assert (await failure(server.url)).cause == "too-large"


@pytest.mark.slow
async def test_silence_is_a_timeout() -> None:
    async with serving(lambda _: Reply(fault="hang")) as server:
        with pytest.raises(Unreachable) as caught:
            await sent(server.url, READ, retry=RetryPolicy(tries=1))
    assert caught.value.cause == "timeout"


async def test_nobody_listens(unused_port: int) -> None:
    found = await failure(f"http://127.0.0.1:{unused_port}/tenant/scim/v2", CREATE)
    assert (found.cause, found.sent) == ("refused", False)


async def test_a_name_nobody_has() -> None:
    found = await failure("https://scim.identity-center.invalid/tenant/scim/v2")
    assert found.cause == "dns"
    assert found.message.code == "host-not-found"
    assert found.message.args["host"] == "scim.identity-center.invalid"


async def test_a_certificate_nobody_signed_is_refused_before_the_token_leaves() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    async with serving(lambda _: as_json({}), tls) as server:
        found = await failure(server.url)
    assert (found.cause, found.sent) == ("tls", False)
    assert server.asked == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own store is asked")
@pytest.mark.parametrize(
    ("trusted", "outcome"), [("authority", "200"), ("missing file", "tls"), ("requests", "tls")]
)
async def test_only_the_computers_certificates_count(trusted: str, outcome: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    environment = {
        "authority": {"SSL_CERT_FILE": str(tmp_path / "authority.pem")},
        "missing file": {"SSL_CERT_FILE": str(tmp_path / "nowhere.pem")},
        "requests": {
            "REQUESTS_CA_BUNDLE": str(tmp_path / "authority.pem"),
            "CURL_CA_BUNDLE": str(tmp_path / "authority.pem"),
        },
    }[trusted]
    code = (
        "import sys, anyio\n"
        "from wizard.http.client import Call, connected\n"
        "from wizard.http.failures import Unreachable\n"
        "from wizard.http.pacing import ADAPTIVE_PACING\n"
        "from wizard.secret import Secret\n"
        "async def main():\n"
        "    try:\n"
        "        async with connected(sys.argv[1], Secret('t'), ADAPTIVE_PACING) as client:\n"
        "            print((await client.send(Call('GET', '/Users', 'GET /Users'))).status)\n"
        "    except Unreachable as error:\n"
        "        print(error.cause)\n"
        "anyio.run(main)\n"
    )
    async with serving(lambda _: as_json({}), tls) as server:
        done = await anyio.run_process(
            [sys.executable, "-c", code, server.url], env=environment, cwd=Path(__file__).parents[2]
        )
    assert done.stdout.decode().strip() == outcome


@pytest.mark.parametrize(
    "url", ["http://scim.example.com/t/scim/v2", "ftp://127.0.0.1/t", "http://127.0.0.1.example.com/t"]
)
async def test_a_token_never_goes_out_unencrypted(url: str) -> None:
    with pytest.raises(NoAccess):
        await sent(url, READ)


async def test_a_proxy_is_used_for_others_and_never_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Reply(407, b"<html>Sign in</html>", {"Content-Type": "text/html"})
    async with serving(lambda _: as_json({})) as server, serving(lambda _: refusal) as proxy:
        address = f"http://user:proxy-password@127.0.0.1:{proxy.port}"
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, address)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert (await sent(server.url, READ)).status == 200
        assert proxy.asked == []
        found = await failure("https://scim.eu-central-1.amazonaws.com/tenant/scim/v2")
    assert found.cause == "proxy"
    assert found.message.code == "proxy-refuses-sign-in"
    assert [one.method for one in proxy.asked] == ["CONNECT"] * len(proxy.asked)
    assert all(TOKEN not in str(one) for one in proxy.asked)
    assert "proxy-password" not in everything_told(found)


async def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
    monkeypatch.setenv("https_proxy", f"127.0.0.1:{unused_port}")
    assert (await failure("https://scim.eu-central-1.amazonaws.com/t/scim/v2")).cause == "proxy"
    monkeypatch.setenv("https_proxy", f"socks5://127.0.0.1:{unused_port}")
    assert (await failure("https://scim.eu-central-1.amazonaws.com/t/scim/v2")).cause == "proxy"


async def test_no_log_line_tells_the_token_or_a_person(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    replies = in_turn(as_json({}, 429), as_json({}, 500), Reply(fault="reset"), as_json({}, 401))
    async with serving(replies) as server:
        await sent(server.url, Call("GET", "/Users?filter=userName%20eq%20%22ada%22", "GET /Users"))
    assert TOKEN not in caplog.text
    assert "ada" not in caplog.text


async def test_a_cancelled_wait_gives_its_place_back() -> None:
    async with (
        serving(lambda _: Reply(fault="hang")) as server,
        connected(server.url, Secret(TOKEN), FAST) as client,
    ):
        for _ in range(3):
            with anyio.move_on_after(0.1):
                async with anyio.create_task_group() as group:
                    for _ in range(30):
                        group.start_soon(client.send, READ)
        server.answer = lambda _: as_json({"id": "1"})
        with anyio.fail_after(2):
            assert (await client.send(READ)).status == 200


def connections() -> Connections:
    limits = httpx.Limits(max_connections=1)
    return Connections(lambda: httpx.AsyncHTTPTransport(trust_env=False, limits=limits))


async def body_of(pool: Connections, server: LoopbackServer) -> bytes:
    async with pool.stream(httpx.Request("GET", f"{server.url}/Users")) as response:
        return b"".join([piece async for piece in response.aiter_bytes()])


async def test_consecutive_requests_share_a_connection() -> None:
    async with serving(lambda _: as_json({"a": 1})) as server, aclosing(connections()) as pool:
        assert [await body_of(pool, server) for _ in range(5)] == [b'{"a": 1}'] * 5
    assert server.connections == 1


async def test_concurrent_requests_have_a_connection_each_and_later_ones_reuse_them() -> None:
    async with serving(lambda _: as_json({})) as server, aclosing(connections()) as pool:
        for _ in range(3):
            async with anyio.create_task_group() as group:
                for _ in range(4):
                    group.start_soon(body_of, pool, server)
    assert (len(server.asked), server.connections) == (12, 4)


async def test_a_connection_that_was_cut_or_abandoned_is_used_again() -> None:
    async with (
        serving(in_turn(Reply(fault="reset"), Reply(fault="hang"), as_json({"a": 1}))) as server,
        aclosing(connections()) as pool,
    ):
        with pytest.raises(httpx.TransportError):
            await body_of(pool, server)
        with anyio.move_on_after(0.1) as timed_out:
            await body_of(pool, server)
        assert timed_out.cancelled_caught
        assert await body_of(pool, server) == b'{"a": 1}'
    assert server.connections == 3


async def test_a_try_without_an_answer_says_how_long_it_is_repeated(unused_port: int) -> None:
    made: list[RequestMade] = []
    with pytest.raises(Unreachable):
        await sent(f"http://127.0.0.1:{unused_port}/t/scim/v2", READ, made.append)
    left = [request.left_seconds for request in made]
    assert all(request.status == 0 for request in made)
    assert left == sorted(left, reverse=True)
    assert left[0] > 0
    assert left[-1] == 0
