"""Forms as a sign-in sends them, on real sockets."""

import traceback

import anyio.to_thread
import pytest

from tests.http.loopback_server import Reply, as_json, serving
from wizard.http.failures import Unreachable
from wizard.http.form_client import FormClient

pytestmark = pytest.mark.anyio
SECRET = "a-secret-in-a-form"


async def test_a_form_goes_out_and_text_comes_back() -> None:
    async with serving(lambda _: as_json({"access_token": "x"}, 400, Retry_After="3")) as server:
        address = f"https://127.0.0.1:{server.port}/token"  # this computer itself is spoken to without TLS
        form = {"grant_type": "client_credentials", "client_secret": SECRET, "scope": None}
        answer = await anyio.to_thread.run_sync(
            lambda: FormClient().post(address, data=form, headers={"X-A": "b"})
        )
        assert (answer.status_code, answer.text) == (400, '{"access_token": "x"}')
        assert {name.lower(): value for name, value in answer.headers.items()}["retry-after"] == "3"
        (asked,) = server.asked
        assert asked.body == f"grant_type=client_credentials&client_secret={SECRET}".encode()
        assert asked.headers["x-a"] == "b"
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        await anyio.to_thread.run_sync(lambda: FormClient().get(address, params={"a": "b c"}, timeout=3))
        assert server.asked[1].target == "/token?a=b+c"
        await anyio.to_thread.run_sync(lambda: FormClient().post(address, data="a=b"))
        assert server.asked[2].body == b"a=b"


async def test_a_refusal_that_repeats_the_form_loses_its_secrets() -> None:
    said = {
        "error": SECRET,
        "error_description": f"AADSTS7000215 client_secret={SECRET}&x",
        "error_codes": [7000215],
    }
    async with serving(lambda _: as_json(said, 401)) as server:
        address = f"http://127.0.0.1:{server.port}/token"
        answer = await anyio.to_thread.run_sync(
            lambda: FormClient().post(address, data={"client_secret": SECRET, "client_id": "an-application"})
        )
    assert SECRET not in answer.text
    assert "7000215" in answer.text


async def test_an_assertion_of_bytes_is_sent_as_its_characters() -> None:
    async with serving(lambda _: as_json({})) as server:
        address = f"http://127.0.0.1:{server.port}/token"
        await anyio.to_thread.run_sync(lambda: FormClient().post(address, data={"client_assertion": b"a.b.c"}))  # type: ignore[dict-item]
    assert server.asked[0].body == b"client_assertion=a.b.c"


async def test_a_redirect_is_not_followed() -> None:
    async with serving(lambda _: Reply(302, headers={"Location": "http://elsewhere.example/"})) as server:
        with pytest.raises(Unreachable, match="redirect-refused"):
            await anyio.to_thread.run_sync(lambda: FormClient().get(f"http://127.0.0.1:{server.port}/"))
        assert len(server.asked) == 1


async def test_a_missing_answer_is_reported_without_the_form(unused_port: int) -> None:
    client = FormClient()
    with pytest.raises(Unreachable, match="connection-refused") as failed:
        await anyio.to_thread.run_sync(
            lambda: client.post(f"http://127.0.0.1:{unused_port}/token", data={"client_secret": SECRET})
        )
    assert failed.value.__context__ is None
    assert SECRET not in "".join(traceback.format_exception(failed.value))


async def test_a_server_error_is_reported() -> None:
    async with serving(lambda _: Reply(503, b"<html>")) as server:
        with pytest.raises(Unreachable, match=r"microsoft-sign-in-failed \(status=503\)"):
            await anyio.to_thread.run_sync(lambda: FormClient().get(f"http://127.0.0.1:{server.port}/"))
