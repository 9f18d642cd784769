"""Alerts by e-mail: SMTP with STARTTLS or TLS, verified with the system's certificates."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import BinaryIO

from wizard.alerts.interface import Alert, Channel, Unconfirmed, check_mail, mail_server
from wizard.errors import Message, WizardError
from wizard.http.loopback import is_loopback
from wizard.http.network import os_certificates
from wizard.secret import Secret

_SECONDS = 20.0
"""Longest wait for one answer."""
_GOODBYE_SECONDS = 2.0
"""Longest wait for the answer to QUIT."""
_TOTAL_SECONDS = 50.0
"""Limit of a session: a server that sends one character now and then never lets the socket time out."""
_LARGEST_REPLIES = 100_000
"""Bytes between two handshakes; smtplib reads continuation lines without end."""
_GO_ON = 354
"""The answer to DATA: the message may follow."""
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def send(channel: Channel, password: Secret | None, alert: Alert) -> Message:
    """Send the alert to all recipients; returns the server's answer. Raises WizardError. Blocks."""
    check_mail(channel)
    host, port = mail_server(channel)
    if channel.security == "none" and not is_loopback(host):
        raise WizardError("mail-not-encrypted", host=channel.host)
    failure: WizardError
    server: _Bounded | None = None
    try:
        server = _connected(channel, host, port or _PORTS[channel.security])
        if channel.user and password is not None:
            server.login(_Utf8(channel.user), _Utf8(password.reveal()))
        refused = server.send_message(message_of(channel, alert))
        if not refused:
            return Message("mail-accepted", host=channel.host)
        failure = WizardError("mail-partly-refused", host=channel.host, recipients=tuple(refused))
    except smtplib.SMTPException as error:
        failure = _refused(error, channel)
        if isinstance(error, smtplib.SMTPServerDisconnected) and server is not None and server.takes_data:
            failure = Unconfirmed(failure.message)
    except ssl.SSLCertVerificationError as error:
        failure = WizardError("mail-certificate-refused", host=channel.host, reason=error.verify_message)
    except OSError as error:
        reason = "timed out" if isinstance(error, TimeoutError) else error.strerror or type(error).__name__
        failure = WizardError("mail-server-unreachable", host=channel.host, reason=reason)
    except ValueError as error:  # a name of a host that cannot be one, or a challenge that is no base64
        failure = WizardError("mail-server-unreachable", host=channel.host, reason=type(error).__name__)
    finally:
        if server is not None:
            server.leave()
    raise failure  # outside the handlers: no traceback refers to the password


def message_of(channel: Channel, alert: Alert) -> EmailMessage:
    """Return the e-mail; its Message-ID holds the alert's id."""
    message = EmailMessage()
    message["Subject"] = subject_of(alert)
    message["From"] = channel.sender
    message["To"] = ", ".join(channel.recipients)
    message["Date"] = format_datetime(datetime.fromisoformat(alert.at))
    message["Message-ID"] = f"<{alert.id}@identity-center-wizard.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    if alert.severity == "error":
        message["Importance"] = "high"
    message.set_content(text_of(alert))
    return message


def subject_of(alert: Alert) -> str:
    """Return the subject: the job and what happened, on one line."""
    return " ".join(f"{alert.job}: {alert.title}".split())


def text_of(alert: Alert) -> str:
    """Return the body; what happened comes first, because a phone previews the first lines."""
    parts = (alert.title, alert.text, "\n".join(alert.footer))
    return "\n\n".join(part for part in parts if part) + "\n"


class _Utf8(str):
    """A name or password that is sent in UTF-8 (RFC 4616); smtplib encodes in ASCII only."""

    def encode(self, _encoding: str = "", _errors: str = "") -> bytes:
        return super().encode("utf-8")


class _Replies:
    """Lines of replies; raises OSError where there are too many, which smtplib takes as a lost connection."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, _LARGEST_REPLIES

    def readline(self, limit: int) -> bytes:
        line = self._file.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("the replies are too long")
        return line

    def close(self) -> None:
        self._file.close()


class _Bounded(smtplib.SMTP):
    """SMTP with limits of time and size."""

    _timer: threading.Timer | None = None

    takes_data = False
    """The server has begun to take a message."""

    def leave(self) -> None:
        """Say goodbye and close. The answer does not matter: the message was taken or refused before."""
        with suppress(OSError, smtplib.SMTPException):
            if self.sock is not None:
                self.sock.settimeout(_GOODBYE_SECONDS)
                self.quit()
        with suppress(OSError, smtplib.SMTPException):
            self.close()

    def getreply(self) -> tuple[int, bytes]:
        if self._timer is None:
            self._timer = threading.Timer(_TOTAL_SECONDS, self._cut)
            self._timer.daemon = True
            self._timer.start()
        if self.file is None and self.sock is not None:
            self.file = _Replies(self.sock.makefile("rb"))
        code, text = super().getreply()
        self.takes_data = self.takes_data or code == _GO_ON
        return code, text

    def auth(
        self, mechanism: str, authobject: Callable[..., str | None], *, initial_response_ok: bool = True
    ) -> tuple[int, bytes]:
        def in_utf8(*challenge: bytes) -> str | None:
            answer = authobject(*challenge)
            return None if answer is None else _Utf8(answer)

        return super().auth(mechanism, in_utf8, initial_response_ok=initial_response_ok)  # type: ignore[arg-type]

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().close()

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):  # closed meanwhile
                self.sock.shutdown(socket.SHUT_RDWR)


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """The same over TLS from the beginning."""


def _connected(channel: Channel, host: str, port: int) -> _Bounded:
    context = os_certificates()
    if channel.security == "tls":
        return _BoundedTls(host, port, timeout=_SECONDS, context=context)
    server = _Bounded(host, port, timeout=_SECONDS)
    try:
        if channel.security == "starttls":
            server.starttls(context=context)
    except BaseException:
        with suppress(OSError, smtplib.SMTPException):
            server.close()
        raise
    return server


def _refused(error: smtplib.SMTPException, channel: Channel) -> WizardError:
    """The error without the server's text, which may repeat what was sent."""
    host = channel.host
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return WizardError("mail-sign-in-refused", host=host, status=error.smtp_code)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return WizardError("mail-server-lacks", host=host, security=channel.security)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return WizardError("mail-partly-refused", host=host, recipients=tuple(error.recipients))
    if isinstance(error, smtplib.SMTPResponseException):
        return WizardError("mail-refused", host=host, status=error.smtp_code)
    return WizardError("mail-server-unreachable", host=host, reason=type(error).__name__)
