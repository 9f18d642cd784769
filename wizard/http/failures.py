"""Why no answer came, in words: every way a request can fail before a service has spoken."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import httpx

from wizard.errors import NoAccess

FailureCause = Literal[
    "dns", "refused", "proxy", "tls", "timeout", "lost", "html", "redirect", "too-large", "not-json"
]


class Unreachable(NoAccess):
    """The service did not answer, or what answered was not the service."""

    def __init__(self, cause: FailureCause, title: str, advice: str, sent: bool = False) -> None:
        super().__init__(title, advice)
        self.cause: FailureCause = cause
        self.sent = sent
        """The request may have reached the service: a write may have landed."""


class AnswerLost(Exception):
    """A request that must not simply be repeated was sent and no usable answer came: look before you try again."""

    def __init__(self, operation: str, status: int = 0) -> None:
        super().__init__(f"{operation}: no usable answer came ({status or 'connection lost'})")
        self.operation = operation
        self.status = status
        """HTTP status of an answer that does not say whether it landed; 0 where none came."""


TENANT_URL = "Check also that the tenant URL is the SCIM endpoint that AWS shows."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request went, as the sentences name it."""

    host: str
    proxy: str = ""
    """Host of the proxy between us and the service; "" = none."""
    address: str = TENANT_URL
    """What a person can check about the address itself; "" = it is none that a person enters."""


NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""What httpx raises before the first byte of a request has left."""


def unreachable(error: Exception, place: Place) -> Unreachable:
    """The failure behind an exception of the HTTP library; nothing of the exception's own text is kept."""
    chain = tuple(_causes(error))
    sent = not isinstance(error, NOT_SENT)
    if isinstance(error, httpx.ProxyError) or (
        place.proxy and isinstance(error, httpx.ConnectError) and not _is(chain, ssl.SSLError)
    ):
        return proxy_failed(place, str(error))
    if _is(chain, ssl.SSLError) and not sent:
        return _tls_failed(chain, place, sent)
    if isinstance(error, httpx.TimeoutException):
        return _timed_out(error, place, sent)
    if _is(chain, socket.gaierror):
        return Unreachable(
            "dns",
            f"No computer named {place.host} was found",
            f"Check whether this computer is connected to the internet. {place.address}",
        )
    if isinstance(error, httpx.ConnectError):
        return Unreachable(
            "refused",
            f"{place.host} does not take connections",
            "The computer was found, but the connection was refused or cut. A firewall may stand between, or the "
            "service is not running.",
        )
    return Unreachable(
        "lost",
        f"The connection to {place.host} was cut",
        "The request was sent and no answer came, several times. Check the network and try again.",
        sent,
    )


def proxy_failed(place: Place, said: str = "") -> Unreachable:
    """The proxy named by this computer's settings could not be used, or wants a sign-in (407)."""
    name = place.proxy or "set on this computer"
    if "407" in said:
        return Unreachable(
            "proxy",
            f"The proxy {name} asks for a sign-in",
            "It refused to pass the request on (407). Ask your network team for a proxy without a sign-in for "
            f"{place.host}, or add that host to the exceptions in this computer's proxy settings.",
        )
    return Unreachable(
        "proxy",
        f"The proxy {name} could not be used",
        f"This computer's settings send requests for {place.host} through a proxy, and the proxy did not pass the "
        "request on. Check the proxy settings of this computer, or ask your network team.",
    )


def _tls_failed(chain: tuple[BaseException, ...], place: Place, sent: bool) -> Unreachable:
    reason = next((e.verify_message for e in chain if isinstance(e, ssl.SSLCertVerificationError)), "")
    why = f" ({reason})" if reason else ""
    return Unreachable(
        "tls",
        f"The certificate of {place.host} is not trusted by this computer",
        f"The secure connection was not made{why}, and the token was not sent. Where a company proxy opens secure "
        "connections, its certificate has to be in this computer's certificate store: ask your network team. "
        "Check also the date and time of this computer.",
        sent,
    )


def _timed_out(error: httpx.TimeoutException, place: Place, sent: bool) -> Unreachable:
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        advice = "No connection came about in time. A firewall may drop requests unheard, or the network is slow."
    else:
        advice = "The connection stood, but no answer came in time. Try again in a few minutes."
    return Unreachable("timeout", f"{place.host} did not answer in time", advice, sent)


def answered_html(place: Place, status: int) -> Unreachable:
    """A web page where JSON was due: a captive portal, the page of a proxy, or a wrong address."""
    return Unreachable(
        "html",
        f"A web page answered instead of {place.host}",
        f"It came with status {status}. A network sign-in page or a company proxy may stand between: open a web "
        f"browser, sign in to the network, and try again. {place.address}".rstrip(),
        sent=True,
    )


def redirected(place: Place, status: int) -> Unreachable:
    """A 3xx answer: never followed, because the token would go to whoever it names."""
    return Unreachable(
        "redirect",
        f"{place.host} sent us on to another address",
        f"It answered {status}, and a token is never carried on to another address. A network sign-in page does the "
        f"same: open a web browser and sign in first. {place.address}".rstrip(),
        sent=True,
    )


def too_large(place: Place, limit_bytes: int) -> Unreachable:
    """An answer beyond the size any page of people can have."""
    return Unreachable(
        "too-large",
        f"The answer of {place.host} is too large",
        f"It is longer than {limit_bytes // 1_000_000} MB, which no page of people is. {place.address}".rstrip(),
        sent=True,
    )


def not_json(place: Place) -> Unreachable:
    """A successful answer that cannot be read as JSON."""
    return Unreachable(
        "not-json",
        f"The answer of {place.host} could not be read",
        f"It is not JSON, so something else answered. Try again in a few minutes. {place.address}".rstrip(),
        sent=True,
    )


def _is(chain: tuple[BaseException, ...], kind: type[BaseException]) -> bool:
    return any(isinstance(e, kind) for e in chain)


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """An exception and everything it came from; several addresses of a host give a group."""
    yield error
    if depth > 8:
        return
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one, depth + 1)
    for source in (error.__cause__, error.__context__):
        if source is not None:
            yield from _causes(source, depth + 1)
