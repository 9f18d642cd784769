"""Whatever shape a server gives a token in its answer, nobody sees it."""

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.http.loopback_server import Reply, serving
from wizard.http.client import Call, connected
from wizard.http.pacing import Pacing
from wizard.http.scrubbing import Scrubber
from wizard.secret import Secret

TOKEN = 'TopSecret/0123456789+"abcdefghijkl'
BASE64 = base64.b64encode(f"Authorization: Bearer {TOKEN}".encode()).decode()
SHAPES = {
    "whole": TOKEN,
    "lower case": TOKEN.lower(),
    "first half": TOKEN[: len(TOKEN) // 2],
    "second half": TOKEN[len(TOKEN) // 2 :],
    "a part": TOKEN[5:20],
    "percent-encoded": "TopSecret%2F0123456789%2B%22abcdefghijkl",
    "base64": BASE64,
    "base64, one place further": base64.urlsafe_b64encode(f" {TOKEN}".encode()).decode(),
    "hexadecimal": TOKEN.encode().hex(),
}


def leaks(text: str) -> bool:
    """Whether a text holds 12 characters in a row of the token in one of its shapes."""
    forms = (TOKEN.lower(), SHAPES["percent-encoded"].lower(), SHAPES["hexadecimal"])
    parts = {form[at : at + 12] for form in forms for at in range(len(form) - 11)}
    return any(part in text.lower() for part in parts) or base64.b64encode(TOKEN.encode())[:12].decode() in text


@pytest.mark.parametrize("shape", SHAPES)
def test_a_refusal_loses_every_shape_of_the_token(shape: str) -> None:
    said = f"Request failed for {SHAPES[shape]} !"
    scrubber = Scrubber((Secret(TOKEN),))
    cleaned: Any = scrubber.refusal({"detail": said, SHAPES[shape]: [said, 4]})
    assert cleaned["detail"].startswith(("Request failed for [secret]", "Request failed for "))
    assert cleaned["detail"] != said
    assert not leaks(json.dumps(cleaned))


def test_other_text_than_secrets_stays() -> None:
    scrubber = Scrubber((Secret(TOKEN),))
    said = {"detail": "Duplicate userName: ann.secretary@corp.example", "status": "409", "more": [1, None, True]}
    assert scrubber.refusal(said) == said
    page = {"Resources": [{"displayName": "Ann Ó Briain"}]}
    assert scrubber.answer(page) is page


@given(st.text(max_size=40), st.text(max_size=40))
@example("İ", "ß")
def test_the_rest_of_a_text_stays(before: str, after: str) -> None:
    cleaned = Scrubber((Secret(TOKEN),)).text(f"{before}|{TOKEN}|{after}")
    assert cleaned == f"{before}|[secret]|{after}"


def test_a_short_secret_is_removed_as_a_whole() -> None:
    assert (
        Scrubber((Secret("sh0rt-one"),)).text("a sh0rt-one, SH0RT-ONE; a sh0rt-on")
        == "a [secret], [secret]; a sh0rt-on"
    )


@pytest.mark.anyio
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409])
async def test_no_answer_of_a_service_holds_the_token(status: int) -> None:
    body = (
        json.dumps({"detail": f"for {TOKEN}", "Resources": [{"id": TOKEN}]})
        .replace("/", "\\/")
        .replace("+", "\\u002b")
    )
    reply = Reply(status, body.encode(), {"Content-Type": "application/json", "x-amzn-RequestId": f"rid-{TOKEN}"})
    async with serving(lambda _: reply) as server:
        base = f"http://127.0.0.1:{server.port}/t"
        async with connected(base, Secret(TOKEN), Pacing()) as http:
            answer = await http.send(Call("POST", "/Users", "POST /Users", repeatable=False))
    assert not leaks(repr(answer))
    assert "[secret]" in repr(answer)
