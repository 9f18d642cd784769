"""Receivers that misbehave: silent, endless, dropping, redirecting, busy. Each is given up, with a reason in words."""

import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from wizard.alerts import command, mail, webhook
from wizard.alerts.interface import Alert, Channel, Unconfirmed
from wizard.errors import WizardError
from wizard.http import post
from wizard.secret import Secret

ALERT = Alert("7f", "failed", "Staff", "error", "The last run failed", "Run again.", "2026-11-30T12:00:00Z", "pc")
Behaviour = Callable[[socket.socket], None]


class Listener:
    """A server on loopback that treats every connection alike."""

    def __init__(self, behave: Behaviour) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        self._behave = behave
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._treat, args=(connection,), daemon=True).start()

    def _treat(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            self._behave(connection)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listen() -> Iterator[Callable[[Behaviour], Listener]]:
    made: list[Listener] = []

    def start(behave: Behaviour) -> Listener:
        made.append(Listener(behave))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "_SECONDS", 0.5)
    monkeypatch.setattr(mail, "_TOTAL_SECONDS", 1.0)
    monkeypatch.setattr(post, "_SECONDS", 0.5)
    monkeypatch.setattr(post, "_TOTAL_SECONDS", 1.0)


OVER = threading.Event()
"""Never set: a wait for it ends with the test's process."""


def silent(connection: socket.socket) -> None:
    while connection.recv(1000):
        pass


def greets_and_drops(connection: socket.socket) -> None:
    connection.sendall(b"220 here\r\n")


def greets_and_is_silent(connection: socket.socket) -> None:
    connection.sendall(b"220 here\r\n")
    silent(connection)


def drips(connection: socket.socket) -> None:
    """One character now and then: no single wait is long."""
    while True:
        connection.sendall(b"2")
        OVER.wait(0.1)


def never_ends(connection: socket.socket) -> None:
    """Continuation lines without end."""
    while True:
        connection.sendall(b"220-" + b"x" * 996 + b"\r\n")


def one_long_line(connection: socket.socket) -> None:
    connection.sendall(b"220 " + b"x" * 10_000_000)


def code_of(listener: Listener, security: str = "none") -> str:
    channel = Channel(
        "mail",
        "mail",
        f"127.0.0.1:{listener.port}",
        security,
        sender="a@x.test",
        recipients=("b@x.test",),  # type: ignore[arg-type]
    )
    with pytest.raises(WizardError) as error:
        mail.send(channel, None, ALERT)
    return error.value.message.code


@pytest.mark.parametrize(
    "behave", [silent, greets_and_drops, greets_and_is_silent, drips, never_ends, one_long_line]
)
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_server_that_misbehaves_is_given_up(
    listen: Callable[[Behaviour], Listener], behave: Behaviour, security: str
) -> None:
    listener = listen(behave)
    assert code_of(listener, security) in ("mail-server-unreachable", "mail-refused")
    assert listener.connections == 1


def test_a_self_signed_certificate_is_refused(listen: Callable[[Behaviour], Listener]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(b"220 here\r\n")

    assert code_of(listen(behave), "tls") == "mail-certificate-refused"


def session(after_quit: bytes | None, accepts: bool = True) -> Behaviour:
    """A server that takes the e-mail, and then answers QUIT with this; None = it closes after its 250."""

    def behave(connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        connection.sendall(b"220 here\r\n")
        for line in lines:
            match line.split()[0].upper():
                case b"DATA":
                    connection.sendall(b"354 go\r\n")
                    while lines.readline() not in (b".\r\n", b""):
                        pass
                    if not accepts:
                        OVER.wait(5)
                        return
                    connection.sendall(b"250 taken\r\n")
                    if after_quit is None:
                        return
                case b"QUIT":
                    connection.sendall(after_quit or b"")
                    return
                case _:
                    connection.sendall(b"250 ok\r\n")

    return behave


def mail_to(listener: Listener) -> Channel:
    host = f"127.0.0.1:{listener.port}"
    return Channel("mail", "mail", host, "none", sender="a@x.test", recipients=("b@x.test",))


@pytest.mark.parametrize(
    "after_quit", [None, b"221 bye\r\n", b"421 busy\r\n", b"500 what\r\n", b"x" * 100_000, b""]
)
def test_what_was_taken_was_sent_however_the_server_says_goodbye(
    listen: Callable[[Behaviour], Listener], after_quit: bytes | None
) -> None:
    assert mail.send(mail_to(listen(session(after_quit))), None, ALERT).code == "mail-accepted"


def test_a_mail_server_without_an_answer_may_have_taken_it(listen: Callable[[Behaviour], Listener]) -> None:
    with pytest.raises(Unconfirmed):
        mail.send(mail_to(listen(session(b"", accepts=False))), None, ALERT)
    with pytest.raises(WizardError) as error:
        mail.send(mail_to(listen(silent)), None, ALERT)
    assert not isinstance(error.value, Unconfirmed), "nothing was sent"


def test_a_server_that_lost_starttls_gets_nothing(listen: Callable[[Behaviour], Listener]) -> None:
    assert code_of(listen(session(b"221 bye\r\n")), "starttls") == "mail-server-lacks"


def test_the_certificate_of_another_host_is_refused(
    listen: Callable[[Behaviour], Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.other.example").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(mail, "os_certificates", lambda: trusting)

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(b"220 here\r\n")

    assert code_of(listen(behave), "tls") == "mail-certificate-refused"


# --- webhooks ----------------------------------------------------------------------------------------------------------


def answering(head: bytes, body: bytes = b"", often: int = 1) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.recv(100_000)
        connection.sendall(b"HTTP/1.1 " + head + b"\r\n\r\n")
        for _ in range(often):
            connection.sendall(body)

    return behave


def post_code(listener: Listener) -> WizardError:
    channel = Channel("webhook", "webhook", f"127.0.0.1:{listener.port}")
    with pytest.raises(WizardError) as error:
        webhook.send(channel, Secret(f"http://127.0.0.1:{listener.port}/T0/s3cr3t"), ALERT)
    assert "s3cr3t" not in str(error.value)
    return error.value


def test_a_webhook_that_redirects_gets_nothing_elsewhere(listen: Callable[[Behaviour], Listener]) -> None:
    elsewhere = listen(silent)
    head = f"307 Temporary Redirect\r\nLocation: http://127.0.0.1:{elsewhere.port}/".encode()
    post_code(listen(answering(head + b"\r\nContent-Length: 0")))
    assert elsewhere.connections == 0


def test_a_busy_webhook_says_how_long(listen: Callable[[Behaviour], Listener]) -> None:
    error = post_code(listen(answering(b"429 Too Many\r\nRetry-After: 7\r\nContent-Length: 0")))
    assert (error.message.code, error.message.args["wait"]) == ("alert-busy", 7.0)
    assert post_code(listen(answering(b"503 Busy\r\nContent-Length: 0"))).message.args["wait"] is None


def streams(connection: socket.socket) -> None:
    connection.recv(100_000)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 100_000)


@pytest.mark.parametrize(
    "behave",
    [
        answering(b"200 OK\r\nContent-Length: 10000000", b"x" * 1_000_000, 10),
        answering(b"200 OK\r\nContent-Length: 9"),
        streams,
    ],
)
def test_what_was_taken_was_sent_whatever_the_answer_holds(
    listen: Callable[[Behaviour], Listener], behave: Behaviour
) -> None:
    listener = listen(behave)
    channel = Channel("webhook", "webhook", f"127.0.0.1:{listener.port}")
    sent = webhook.send(channel, Secret(f"http://127.0.0.1:{listener.port}/T0"), ALERT)
    assert sent.code == "alert-answered"


@pytest.mark.parametrize("behave", [silent, greets_and_drops, drips])
def test_a_webhook_that_misbehaves_is_given_up(listen: Callable[[Behaviour], Listener], behave: Behaviour) -> None:
    post_code(listen(behave))


# --- commands ----------------------------------------------------------------------------------------------------------


def run(script: str, *words: str) -> str:
    try:
        return command.send(
            Channel("", "command", arguments=(sys.executable, "-c", script, *words)), None, ALERT
        ).code
    except WizardError as error:
        return error.message.code


def test_a_command_that_floods_or_fails_is_reported() -> None:
    assert run("print('x' * 10_000_000)") == "alert-command-done"
    assert run("import sys; sys.exit(3)") == "alert-command-failed"


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_what_a_command_that_hangs_has_started_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_SECONDS", 3.0)
    pid = tmp_path / "pid"
    child = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[2], sys.argv[1]])"
    assert run(script, str(pid), child) == "alert-command-timeout"
    for _ in range(100):
        try:
            os.kill(int(pid.read_text()), 0)
        except ProcessLookupError:
            return
        OVER.wait(0.1)
    pytest.fail("its child continues")
