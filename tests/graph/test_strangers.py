"""A sign-in among strangers: requests of others at the return address, and answers of odd shapes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from anyio import to_thread

from tests.http.loopback_server import Asked, Reply, as_json, serving
from wizard.errors import NoAccess, WizardError
from wizard.graph.clouds import sandbox_cloud
from wizard.graph.sign_in import (
    ApplicationSignIn,
    BrowserListener,
    DeviceCode,
    PersonSignIn,
    Registration,
    needs_passphrase,
    refusal,
)
from wizard.secret import Secret

STATE = "the-state-of-this-sign-in"
ANSWER = {"code": "made-up-code", "state": STATE}


@pytest.fixture
def listening() -> Iterator[tuple[BrowserListener, list[dict[str, str]]]]:
    """A listener that waits, and the answer it got."""
    answers: list[dict[str, str]] = []
    stop = threading.Event()
    with BrowserListener() as listener:
        listener.state = STATE
        thread = threading.Thread(target=lambda: answers.append(listener.answer(20, stop.is_set)))
        thread.start()
        try:
            yield listener, answers
        finally:
            stop.set()
            thread.join(10)
            assert not thread.is_alive()


def post(listener: BrowserListener, form: dict[str, str], **headers: str) -> int:
    content = urlencode(form).encode()
    named = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return httpx.post(
        listener.redirect_uri, content=content, headers=named, trust_env=False, timeout=5
    ).status_code


def raw(listener: BrowserListener, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", urlsplit(listener.redirect_uri).port or 0), 5) as link:
        link.sendall(request)
        link.settimeout(5)
        try:
            return link.recv(1000)
        except OSError:
            return b""


def waits(answers: list[dict[str, str]]) -> bool:
    time.sleep(0.3)
    return not answers


def test_only_the_answer_with_the_state_ends_the_waiting(listening: Any) -> None:
    listener, answers = listening
    base = listener.redirect_uri
    assert httpx.get(f"{base}/?error=access_denied&state=guessed", trust_env=False).status_code == 404
    assert httpx.get(f"{base}/?error=access_denied", trust_env=False).status_code == 404
    assert httpx.get(f"{base}/favicon.ico", trust_env=False).status_code == 404
    assert post(listener, {"code": "x", "state": "guessed"}) == 400
    assert post(listener, {"code": "x"}) == 400
    assert post(listener, ANSWER, Host="rebound.attacker.example") == 400
    assert waits(answers)
    assert post(listener, ANSWER) == 200
    assert post_until(answers) == ANSWER


def post_until(answers: list[dict[str, str]]) -> dict[str, str]:
    end = time.monotonic() + 5
    while not answers and time.monotonic() < end:
        time.sleep(0.02)
    return answers[0]


@pytest.mark.parametrize("length", [b"-1", b"abc", b"", b"99999999999999999999", b"100001", "٣".encode()])
def test_a_malformed_length_is_refused_in_silence(
    listening: Any, capfd: pytest.CaptureFixture[str], length: bytes
) -> None:
    listener, answers = listening
    port = str(urlsplit(listener.redirect_uri).port).encode()
    said = raw(
        listener, b"POST / HTTP/1.1\r\nHost: localhost:" + port + b"\r\nContent-Length: " + length + b"\r\n\r\nx"
    )
    assert b" 400 " in said.split(b"\r\n")[0]
    raw(listener, b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    assert waits(answers)
    assert post(listener, ANSWER) == 200
    assert post_until(answers) == ANSWER
    assert capfd.readouterr().err == ""


def test_slow_connections_hold_nobody_up(listening: Any) -> None:
    listener, answers = listening
    port = urlsplit(listener.redirect_uri).port or 0
    slow = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(10)]
    for link in slow:
        link.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n1")
    assert post(listener, ANSWER) == 200
    assert post_until(answers) == ANSWER
    for link in slow:
        link.close()


def test_cancel_ends_the_waiting_among_slow_connections() -> None:
    stop = threading.Event()
    with BrowserListener() as listener:
        listener.state = STATE
        port = urlsplit(listener.redirect_uri).port or 0
        with socket.create_connection(("127.0.0.1", port), 5) as link:
            link.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n")
            threading.Timer(0.5, stop.set).start()
            assert listener.answer(3600, stop.is_set) == {}  # else this test would not end


def test_before_the_sign_in_has_begun_every_answer_is_a_strangers() -> None:
    with BrowserListener() as listener:
        assert not listener.is_answer(
            listener.redirect_uri.partition("://")[2], {"code": "x", "state": ""}, ("code",)
        )


# --- answers of odd shapes ---------------------------------------------------------------------------------------------


def discovery(asked: Asked, **changed: object) -> Reply:
    root = f"https://{asked.headers['host']}/tenant"
    names = {
        "issuer": f"{root}/v2.0",
        "authorization_endpoint": f"{root}/a",
        "token_endpoint": f"{root}/t",
        "device_authorization_endpoint": f"{root}/d",
    }
    return as_json({**names, **changed})


def answers_of(devicecode: object = None, token: object = None, **changed: object) -> Callable[[Asked], Reply]:
    def answer(asked: Asked) -> Reply:
        if "openid-configuration" in asked.target:
            return discovery(asked, **changed)
        return as_json(devicecode if asked.target.endswith("/d") else token)

    return answer


async def told(answer: Callable[[Asked], Reply], sign_in: Callable[[Registration], Any]) -> str:
    async with serving(answer) as server:
        authority = f"http://127.0.0.1:{server.port}/tenant"
        registration = Registration(sandbox_cloud(authority, f"{authority}/v1.0"), "tenant", "client")
        with pytest.raises(WizardError) as error:
            await to_thread.run_sync(sign_in, registration)
    assert isinstance(error.value, NoAccess)
    assert error.value.__context__ is None
    return error.value.message.code


def by_device(registration: Registration) -> Any:
    return PersonSignIn(registration, lambda: "", lambda _: None).by_device_code(lambda _: None)


def by_secret(registration: Registration) -> Any:
    return ApplicationSignIn(registration, Secret("made-up-secret")).tokens(False)


CODE = {
    "user_code": "ABCD",
    "device_code": "made-up-device-code",
    "verification_uri": "https://microsoft.com/devicelogin",
    "expires_in": 900,
    "interval": 1,
}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"user_code": 7}, "sign-in-answer-malformed"),
        ({"device_code": None}, "sign-in-answer-malformed"),
        ({"expires_in": "soon"}, "sign-in-answer-malformed"),
        ({"expires_in": -1}, "sign-in-answer-malformed"),
        ({"interval": "often"}, "sign-in-answer-malformed"),
        ({"interval": []}, "sign-in-answer-malformed"),
        ({"verification_uri": "file:///etc/passwd"}, "sign-in-page-refused"),
        ({"verification_uri": "calculator:run"}, "sign-in-page-refused"),
        ({"verification_uri": "http://evil.example/"}, "sign-in-page-refused"),
        ({"verification_uri": 5}, "sign-in-page-refused"),
    ],
)
async def test_a_device_code_of_an_odd_shape_is_a_sentence(changed: dict[str, object], code: str) -> None:
    assert await told(answers_of({**CODE, **changed}), by_device) == code


@pytest.mark.anyio
@pytest.mark.parametrize("devicecode", [[1], "x", None, 5])
async def test_a_device_code_that_is_no_object_is_a_sentence(devicecode: object) -> None:
    assert await told(answers_of(devicecode), by_device) == "answer-not-json"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "token",
    [
        {"access_token": 5, "expires_in": 3600, "token_type": "Bearer"},
        {"access_token": "", "expires_in": 3600},
        {"access_token": "two words", "expires_in": 3600},
        {"access_token": "line\nbreak", "expires_in": 3600},
        {"access_token": "x", "expires_in": "soon", "token_type": "Bearer"},
        {"access_token": "x", "expires_in": {}, "token_type": "Bearer"},
        {"access_token": ["x"], "expires_in": 3600},
    ],
)
async def test_a_token_of_an_odd_shape_is_a_sentence(token: object) -> None:
    assert await told(answers_of(token=token), by_secret) == "sign-in-answer-malformed"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "changed",
    [
        {"token_endpoint": 5},
        {"token_endpoint": "https://evil.example/t"},
        {"token_endpoint": "http://[::1"},
        {"issuer": None},
    ],
)
async def test_an_odd_discovery_sends_the_secret_nowhere(changed: dict[str, object]) -> None:
    code = await told(answers_of(token={"error": "x"}, **changed), by_secret)
    assert code in (
        "sign-in-answer-malformed",
        "sign-in-elsewhere",
        "tenant-unknown-to-microsoft",
        "microsoft-refused-sign-in",
    )


@pytest.mark.anyio
@pytest.mark.parametrize("page", ["file:///etc/passwd", "http://evil.example/a", "javascript:alert(1)"])
async def test_only_secure_pages_are_opened(page: str) -> None:
    opened: list[str] = []

    def by_browser(registration: Registration) -> Any:
        return PersonSignIn(registration, lambda: "", lambda _: None).by_browser(opened.append, seconds=5)

    code = await told(answers_of(authorization_endpoint=page), by_browser)
    assert code in ("sign-in-page-refused", "sign-in-answer-malformed")
    assert opened == []


@pytest.mark.anyio
async def test_a_code_that_expires_while_pending_says_so() -> None:
    pending = {
        "error": "authorization_pending",
        "error_description": "AADSTS70016: pending",
        "error_codes": [70016],
    }
    code = {**CODE, "expires_in": 1}
    assert await told(answers_of(code, pending), by_device) == "device-code-expired"


@pytest.mark.anyio
async def test_cancel_ends_the_polling_at_once() -> None:
    pending = {"error": "authorization_pending", "error_codes": [70016]}
    stop = threading.Event()

    def by_device_stopped(registration: Registration) -> Any:
        def show(_: DeviceCode) -> None:
            threading.Timer(0.3, stop.set).start()

        return PersonSignIn(registration, lambda: "", lambda _: None).by_device_code(show, stop.is_set)

    await told(
        answers_of({**CODE, "interval": 3600}, pending), by_device_stopped
    )  # else this test would take minutes


@pytest.mark.parametrize(
    ("code", "told_as"),
    [
        (50097, "device-not-known-to-tenant"),
        (50020, "person-of-another-tenant"),
        (50034, "person-unknown-to-tenant"),
        (50055, "password-expired"),
        (50057, "person-disabled-in-tenant"),
        (50059, "tenant-name-malformed"),
        (500113, "redirect-address-not-registered"),
        (7000112, "application-disabled-in-tenant"),
        (7000229, "application-without-service-principal"),
        (53003, "conditional-access-refuses"),
    ],
)
def test_codes_of_microsoft_have_advice(code: int, told_as: str) -> None:
    error = refusal({"error": "invalid_grant", "error_codes": [code]})
    assert error.message.code == told_as
    described = refusal({"error": "invalid_grant", "error_description": f"AADSTS{code}: made up"})
    assert described.message == error.message


def test_the_words_of_a_refusal_are_words_of_oauth() -> None:
    assert refusal({"error": "temporarily_unavailable"}).message.args["reason"] == "temporarily_unavailable"
    for odd in ("client secret S3CRET", "\x1b[2J", "x" * 200, ["a"], 5):
        assert refusal({"error": odd, "error_codes": "nonsense"}).message.args["reason"] == ""


def test_which_keys_need_a_passphrase() -> None:
    assert needs_passphrase("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----")
    assert needs_passphrase("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA==")
    assert not needs_passphrase("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----")
