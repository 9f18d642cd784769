"""The ways a request can fail before the service has answered."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import httpx

from wizard.errors import Argument, Message, NoAccess

FailureCause = Literal[
    "dns", "refused", "proxy", "tls", "timeout", "lost", "html", "redirect", "too-large", "not-json", "coding"
]


class Unreachable(NoAccess):
    """The service did not answer, or something else answered."""

    def __init__(self, cause: FailureCause, code: str, /, *, was_sent: bool = False, **args: Argument) -> None:
        super().__init__(code, **args)
        self.cause: FailureCause = cause
        self.sent = was_sent
        """The request may have reached the service: a write may have been carried out."""


class AnswerLost(Exception):
    """A request that must not be repeated was sent and got no usable answer: look up its effect before retrying."""

    def __init__(self, operation: str, status: int = 0) -> None:
        super().__init__(operation, status)
        self.operation = operation
        self.status = status
        """HTTP status of the answer that leaves open whether it was carried out; 0 = no answer."""


CHECK_TENANT_URL = Message("check-tenant-url")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request went, for messages."""

    host: str
    proxy: str = ""
    """Host of the proxy on the way; "" = none."""
    proxy_signs_in: bool = False
    """The proxy's address holds a user."""
    hint: Message | None = CHECK_TENANT_URL
    """What a person can check in the address; None where it is not entered by a person."""


NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""What httpx raises before the first byte of a request is sent."""


_LONGEST_LABEL = 63
"""Characters of a part of a host's name, RFC 1035 2.3.4."""
_TLS_TOO_OLD = frozenset(
    {
        "UNSUPPORTED_PROTOCOL",
        "NO_PROTOCOLS_AVAILABLE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
        "VERSION_TOO_LOW",
        "DH_KEY_TOO_SMALL",
    }
)
"""OpenSSL's reasons where the two sides have no version of TLS in common, or the other's keys are too short."""


def unreachable(error: Exception, place: Place) -> Unreachable:
    """The failure for an exception of httpx; nothing of the exception's text is kept."""
    malformed = any(not 0 < len(label) <= _LONGEST_LABEL for label in place.host.rstrip(".").split("."))
    if isinstance(error, httpx.InvalidURL | UnicodeError) or malformed:
        return Unreachable("dns", "host-name-malformed", host=place.host)
    chain = tuple(_causes(error))
    sent = not isinstance(error, NOT_SENT)
    if isinstance(error, httpx.ProxyError) or (
        place.proxy and isinstance(error, httpx.ConnectError) and not _is(chain, ssl.SSLError)
    ):
        return proxy_failed(place, str(error))
    if _is(chain, ssl.SSLError) and not sent:
        return _tls_failed(chain, place)
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return Unreachable("timeout", "connection-timed-out", host=place.host)
    if isinstance(error, httpx.TimeoutException):
        return Unreachable("timeout", "answer-timed-out", was_sent=sent, host=place.host)
    if _is(chain, socket.gaierror):
        return Unreachable("dns", "host-not-found", host=place.host, hint=place.hint)
    if isinstance(error, httpx.ConnectError):
        return Unreachable("refused", "connection-refused", host=place.host)
    return Unreachable("lost", "connection-cut", was_sent=sent, host=place.host)


def proxy_failed(place: Place, said: str = "") -> Unreachable:
    """The proxy of this computer's settings cannot be used, or requires authentication (407)."""
    if "407" not in said:
        return Unreachable("proxy", "proxy-failed", proxy=place.proxy, host=place.host)
    code = "proxy-refuses-sign-in" if place.proxy_signs_in else "proxy-asks-for-sign-in"
    return Unreachable("proxy", code, proxy=place.proxy, host=place.host)


def proxy_malformed() -> Unreachable:
    """The proxy's address in this computer's settings is none. It is not named: it may hold a password."""
    return Unreachable("proxy", "proxy-malformed")


def _tls_failed(chain: tuple[BaseException, ...], place: Place) -> Unreachable:
    for error in chain:
        if isinstance(error, ssl.SSLCertVerificationError):
            return Unreachable("tls", "certificate-not-trusted", host=place.host, reason=error.verify_message)
    reason = next((e.reason for e in chain if isinstance(e, ssl.SSLError) and e.reason), "")
    if reason in _TLS_TOO_OLD:
        return Unreachable("tls", "tls-too-old", host=place.host, reason=reason)
    return Unreachable("tls", "tls-not-agreed", host=place.host, reason=reason)


def answered_html(place: Place, status: int) -> Unreachable:
    """A web page in place of JSON: a captive portal, a proxy's page, or a wrong address."""
    return Unreachable("html", "web-page-answered", was_sent=True, host=place.host, status=status, hint=place.hint)


def redirected(place: Place, status: int) -> Unreachable:
    """A 3xx answer: not followed, because the token would be sent to another host."""
    return Unreachable(
        "redirect", "redirect-refused", was_sent=True, host=place.host, status=status, hint=place.hint
    )


def too_large(place: Place, limit_bytes: int) -> Unreachable:
    """An answer larger than any page of people can be."""
    return Unreachable(
        "too-large", "answer-too-large", was_sent=True, host=place.host, limit_bytes=limit_bytes, hint=place.hint
    )


def damaged(place: Place) -> Unreachable:
    """A successful answer that was cut off, cannot be unpacked, or is not JSON."""
    return Unreachable("not-json", "answer-not-json", was_sent=True, host=place.host, hint=place.hint)


def coding_refused(place: Place) -> Unreachable:
    """An answer that is packed in another way than was asked for."""
    return Unreachable("coding", "answer-packed-otherwise", was_sent=True, host=place.host, hint=place.hint)


def _is(chain: tuple[BaseException, ...], kind: type[BaseException]) -> bool:
    return any(isinstance(e, kind) for e in chain)


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """An exception and all it was caused by; connecting to several addresses of a host raises a group."""
    yield error
    if depth > 8:
        return
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _causes(each, depth + 1)
    for source in (error.__cause__, error.__context__):
        if source is not None:
            yield from _causes(source, depth + 1)
