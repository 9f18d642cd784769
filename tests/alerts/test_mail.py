"""E-mail to a real SMTP server on loopback: STARTTLS, TLS, sign-in, and everything it refuses."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from wizard.alerts import mail
from wizard.alerts.interface import Alert, Channel, mail_server
from wizard.errors import WizardError
from wizard.secret import Secret

ALERT = Alert(
    "7f",
    "failed",
    "Staff",
    "error",
    "The last run failed",
    "No connection. Run again.",
    "2026-11-30T12:00:00Z",
    "pc",
)
PASSWORD = "only-of-this-test"


@dataclass
class Inbox:
    """Messages that the server accepted, and recipients that it refuses."""

    messages: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    refused: frozenset[str] = frozenset()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message: Any = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append(message)
        self.senders.append(str(envelope.mail_from))
        return "250 OK"


def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ann", PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class Server:
    """A mail server and a client's trust in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.inbox = Inbox()
        self._authority = trustme.CA()
        self._running: list[Controller] = []
        trusting = ssl.create_default_context()
        self._authority.configure_trust(trusting)
        monkeypatch.setattr(mail, "os_certificates", lambda: trusting)

    def start(self, security: str, name: str = "127.0.0.1", **options: Any) -> Channel:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name).configure_cert(context)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        if security == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        if security == "tls":
            options["ssl_context"] = context
        controller = Controller(self.inbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        self._running.append(controller)
        return Channel(
            "mail",
            "mail",
            host=f"127.0.0.1:{port}",
            security=security,  # type: ignore[arg-type]
            user="ann" if "authenticator" in options else "",
            sender="icw@example.test",
            recipients=("ops@example.test",),
        )

    def stop(self) -> None:
        for controller in self._running:
            controller.stop()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(monkeypatch)
    yield server
    server.stop()


def code_of(channel: Channel, password: str = PASSWORD) -> str:
    try:
        return mail.send(channel, Secret(password), ALERT).code
    except WizardError as error:
        return error.message.code if PASSWORD not in str(error) else "password in a message"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_over_tls_with_a_sign_in(server: Server, security: str) -> None:
    options = (
        {"auth_required": True} if security == "starttls" else {"auth_require_tls": False}
    )  # it is TLS already
    channel = server.start(security, authenticator=authenticate, **options)
    assert code_of(channel) == "mail-accepted"
    (message,) = server.inbox.messages
    assert server.inbox.senders == ["icw@example.test"]
    assert message["Subject"] == "Staff: The last run failed"
    assert message["To"] == "ops@example.test"
    assert message["Message-ID"].startswith("<7f@")
    assert message["Auto-Submitted"] == "auto-generated"
    assert "No connection. Run again." in message.get_content()
    assert code_of(channel, "wrong") == "mail-sign-in-refused"
    assert len(server.inbox.messages) == 1


def test_a_certificate_of_another_name_is_refused_before_anything_is_sent(server: Server) -> None:
    for security in ("starttls", "tls"):
        assert code_of(server.start(security, name="other.example.test")) == "mail-certificate-refused"
    assert server.inbox.messages == []


def test_a_server_without_starttls_gets_nothing(server: Server) -> None:
    plain = server.start("none")
    assert code_of(replace(plain, security="starttls")) == "mail-server-lacks"
    assert code_of(replace(plain, host="mail.example.test")) == "mail-not-encrypted"
    assert server.inbox.messages == []
    assert code_of(plain) == "mail-accepted"


def test_recipients_that_are_refused_are_named(server: Server) -> None:
    channel = server.start("none")
    server.inbox.refused = frozenset({"gone@example.test"})
    several = replace(channel, recipients=("ops@example.test", "gone@example.test"))
    with pytest.raises(WizardError) as error:
        mail.send(several, None, ALERT)
    assert error.value.message.args["recipients"] == ("gone@example.test",)
    assert len(server.inbox.messages) == 1
    assert code_of(replace(channel, recipients=("gone@example.test",))) == "mail-partly-refused"


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    channel = Channel("mail", "mail", f"127.0.0.1:{port}", "none", sender="a@x.test", recipients=("b@x.test",))
    assert code_of(channel) == "mail-server-unreachable"


@pytest.mark.parametrize("password", ["pässwort", "日本語の秘密", "100%{s}\"'\\", "line\nline"])
@pytest.mark.parametrize("method", ["PLAIN", "LOGIN"])
def test_any_password_signs_in(server: Server, password: str, method: str) -> None:
    def accept(_server: SMTP, _session: Session, _envelope: Envelope, _method: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == ("änn".encode(), password.encode())
        return AuthResult(success=right, handled=False)

    others = [other for other in ("PLAIN", "LOGIN") if other != method]
    options = {"authenticator": accept, "auth_required": True, "auth_exclude_mechanism": others}
    channel = replace(server.start("starttls", command_call_limit=None, **options), user="änn")
    assert code_of(channel, password) == "mail-accepted"


def test_half_a_character_in_a_password_is_an_error_without_it(server: Server) -> None:
    channel = server.start("starttls", authenticator=authenticate, auth_required=True)
    with pytest.raises(WizardError) as error:
        mail.send(channel, Secret("\udcff-only-of-this-test"), ALERT)
    assert error.value.message.code == "mail-server-unreachable"
    assert error.value.__context__ is None


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("mail-address-malformed", {"sender": ""}),
        ("mail-address-malformed", {"sender": "a\nBcc: b@x.test"}),
        ("mail-address-malformed", {"recipients": ("a@x.test", "b\r\nBcc: c@x.test")}),
        ("mail-address-malformed", {"recipients": ("\udcff@x.test",)}),
        ("mail-server-malformed", {"host": ""}),
        ("mail-server-malformed", {"host": "127.0.0.1:²"}),
        ("mail-server-malformed", {"host": "127.0.0.1:65536"}),
        ("mail-server-malformed", {"host": "127.0.0.1:" + "9" * 5000}),
        ("mail-server-malformed", {"host": "x" * 300}),
        ("mail-server-malformed", {"host": "a\0b:25"}),
        ("mail-server-unreachable", {"host": "a..test:25"}),
        ("mail-server-unreachable", {"host": "x" * 70 + ".test:25"}),
    ],
)
def test_what_cannot_be_an_address_or_a_server(code: str, change: dict[str, Any]) -> None:
    channel = Channel("mail", "mail", "127.0.0.1:1", sender="a@x.test", recipients=("b@x.test",))
    assert code_of(replace(channel, **change)) == code


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("mail.test", ("mail.test", 0)),
        ("mail.test:26", ("mail.test", 26)),
        ("[::1]", ("::1", 0)),
        ("[::1]:26", ("::1", 26)),
    ],
)
def test_the_server_of_a_channel(host: str, place: tuple[str, int]) -> None:
    assert mail_server(Channel("mail", "mail", host)) == place


def test_names_from_outside_cannot_add_headers() -> None:
    channel = Channel("mail", "mail", sender="a@x.test", recipients=("b@x.test",))
    odd = replace(ALERT, job="Staff\r\nBcc: all@example.test", title="A\nB")
    message = mail.message_of(channel, odd)
    assert message["Bcc"] is None
    assert message["Subject"] == "Staff Bcc: all@example.test: A B"
