"""HTTP as we use it: JSON over kept-alive HTTP/1.1, the OS's certificates, no redirects, paced and retried."""

import logging
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import httpx
import msgspec

from wizard import __version__
from wizard.errors import NoAccess
from wizard.http.failures import (
    TENANT_URL,
    AnswerLost,
    Place,
    Unreachable,
    answered_html,
    not_json,
    proxy_failed,
    redirected,
    too_large,
    unreachable,
)
from wizard.http.lanes import Lanes
from wizard.http.loopback import is_loopback
from wizard.http.network import os_certificates, proxy_for
from wizard.http.pacing import Pacer, Pacing
from wizard.http.retry import TRANSIENT, Decision, RetryPolicy, retry_after_seconds, strain_of
from wizard.progress import ReportRequest, RequestMade
from wizard.secret import Secret

LARGEST_ANSWER_BYTES = 20_000_000
USER_AGENT = f"identity-center-wizard/{__version__}"
_USUAL = {
    "Accept": "application/scim+json, application/json",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "User-Agent": USER_AGENT,
}

# The library's own lines name request addresses, and a filter in an address holds a person's name.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one request may take, in seconds."""

    connect: float = 10.0
    read: float = 30.0
    """Between two pieces of an answer."""
    whole: float = 120.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request to make."""

    method: str
    path: str
    """Below the base URL, percent-encoded, with its query: "/Users?cursor"."""
    operation: str
    """What pacing and reports count by: "GET /Users"."""
    body: object = None
    repeatable: bool = True
    """Sending it twice ends where sending it once does."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers; they win over the usual ones of a SCIM request."""

    @property
    def write(self) -> bool:
        """Whether it counts as a write in the service's quotas."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said; every status but a redirect comes this way."""

    status: int
    body: object
    """Parsed JSON; None where there was none."""
    request_id: str = ""
    """The x-amzn-RequestId or request-id header, or ""."""
    retry_after: float | None = None
    """Seconds."""
    strain: float = 0.0
    """How much of its limit the service says is used up, 1 = all; 0 where it says nothing."""
    may_have_landed: bool = False
    """A write of which this or an earlier try got no answer that says whether it took place."""


class JsonClient:
    """Sends calls to one service. All calls may run side by side."""

    def __init__(
        self,
        lanes: Lanes,
        base_url: str,
        token: Secret | Callable[[], Secret],
        place: Place,
        pacer: Pacer,
        retry: RetryPolicy,
        timeouts: Timeouts,
    ) -> None:
        self._lanes, self._base_url, self._token, self._place = lanes, base_url.rstrip("/"), token, place
        self._pacer, self._retry, self._whole = pacer, retry, timeouts.whole
        patience = httpx.Timeout(timeouts.read, connect=timeouts.connect, pool=None)
        self._extensions = {"timeout": patience.as_dict()}
        self._report: ReportRequest = lambda _: None

    def report_to(self, report: ReportRequest) -> None:
        """Name who hears of every request that ended."""
        self._report = report

    async def send(self, call: Call) -> Answer:
        """Send a call, in its turn and again where that is safe, until there is an answer.

        Raises `Unreachable` where none came, `AnswerLost` where a call that must not be repeated may have landed.
        Of a write that was repeated, the last failure says as well whether an earlier try may have landed.
        """
        failed = throttled = 0
        landed = False
        while True:
            outcome, seconds, pause = await self._attempt(call)
            decision = self._decide(call, outcome, failed, throttled)
            landed = landed or (call.write and _may_have_landed(outcome))
            status = outcome.status if isinstance(outcome, Answer) else 0
            wait = 0.0
            if decision == "again":
                asked = outcome.retry_after if isinstance(outcome, Answer) else None
                wait = max(self._retry.wait(failed + 1), min(asked or 0.0, self._retry.longest_ask_seconds))
            rate = self._pacer.rate(call.operation, call.write)
            tries = failed + throttled
            self._report(RequestMade(call.operation, status, seconds, status == 429, tries, wait or pause, rate))
            match decision:
                case "take":
                    if isinstance(outcome, Unreachable):
                        outcome.may_have_landed = landed
                        raise outcome
                    return replace(outcome, may_have_landed=True) if landed else outcome
                case "lost":
                    raise AnswerLost(call.operation, status)
                case "throttled":
                    throttled += 1
                case "again":
                    failed += 1
                    await anyio.sleep(wait)

    def _decide(self, call: Call, outcome: Answer | Unreachable, failed: int, throttled: int) -> Decision:
        if isinstance(outcome, Unreachable):
            return self._retry.on_failure(outcome.cause, outcome.sent, call.repeatable, failed)
        if outcome.status == 429 and (outcome.retry_after or 0.0) > self._retry.longest_ask_seconds:
            return "take"
        return self._retry.on_status(outcome.status, call.repeatable, failed, throttled)

    async def _attempt(self, call: Call) -> tuple[Answer | Unreachable, float, float]:
        """One try: its outcome, the seconds it took, and the seconds the bucket waits after it."""
        async with self._pacer.turn(call.operation, call.write) as turn:
            outcome = await self._exchange(call)
            seconds, pause = anyio.current_time() - turn.sent_at, 0.0
            if isinstance(outcome, Answer):
                if outcome.status == 429:
                    asked = outcome.retry_after
                    pause = turn.throttled(None if asked is None else min(asked, self._retry.longest_ask_seconds))
                else:
                    turn.answered(outcome.strain)
        return outcome, seconds, pause

    async def _exchange(self, call: Call) -> Answer | Unreachable:
        failure: Unreachable
        try:
            with anyio.fail_after(self._whole):
                return await self._ask(call)
        except Unreachable as known:
            failure = known
        except TimeoutError:
            failure = unreachable(httpx.ReadTimeout(""), self._place)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            failure = unreachable(error, self._place)
        # Returned, and raised later outside any handler: no traceback leads back to a request with its headers.
        return failure.with_traceback(None)

    async def _ask(self, call: Call) -> Answer:
        token = self._token if isinstance(self._token, Secret) else self._token()
        headers = {**_USUAL, "Authorization": f"Bearer {token.reveal()}"}
        content = None
        if call.body is not None:
            headers["Content-Type"] = "application/scim+json"
            content = msgspec.json.encode(call.body)
        headers.update(call.headers)
        url = self._base_url + call.path
        request = httpx.Request(call.method, url, headers=headers, content=content, extensions=self._extensions)
        async with self._lanes.stream(request) as response:
            return self._read(response.status_code, response.headers, await self._whole_body(response))

    async def _whole_body(self, response: httpx.Response) -> bytes:
        pieces = bytearray()
        async for piece in response.aiter_bytes():
            pieces += piece
            if len(pieces) > LARGEST_ANSWER_BYTES:
                raise too_large(self._place, LARGEST_ANSWER_BYTES)
        return bytes(pieces)

    def _read(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer in a response, or the failure it is instead."""
        if 300 <= status < 400:
            raise redirected(self._place, status)
        if status == 407:
            raise proxy_failed(self._place, "407")
        html = "html" in headers.get("content-type", "") or body.lstrip()[:1] == b"<"
        if html and (status < 429 or status == 511):
            raise answered_html(self._place, status)
        parsed: object = None
        if body.strip() and not html:
            try:
                parsed = msgspec.json.decode(body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                if status < 300:
                    raise not_json(self._place) from None
        return Answer(
            status,
            parsed,
            headers.get("x-amzn-requestid", "") or headers.get("request-id", ""),
            retry_after_seconds(headers.get("retry-after", "")),
            strain_of(headers.get("x-ms-throttle-limit-percentage", "")),
        )


def _may_have_landed(outcome: Answer | Unreachable) -> bool:
    return outcome.sent if isinstance(outcome, Unreachable) else outcome.status in TRANSIENT


def _proxy(url: str, certificates: ssl.SSLContext) -> httpx.Proxy:
    """A proxy that is reached over TLS itself is verified like everybody else."""
    return httpx.Proxy(url, ssl_context=certificates if url.lower().startswith("https:") else None)


def _lane(certificates: ssl.SSLContext, proxy: httpx.Proxy | None) -> httpx.AsyncHTTPTransport:
    one = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=20)
    return httpx.AsyncHTTPTransport(verify=certificates, trust_env=False, http2=False, proxy=proxy, limits=one)


@asynccontextmanager
async def connected(
    base_url: str,
    token: Secret | Callable[[], Secret],
    pacing: Pacing,
    retry: RetryPolicy | None = None,
    timeouts: Timeouts | None = None,
    address: str = TENANT_URL,
) -> AsyncGenerator[JsonClient, None]:
    """A client for one service, open as long as the block lasts; plain http only to this computer itself.

    A token that lives shorter than the block comes as a function, asked before every request without waiting.
    `address` is the sentence on what a person can check about the base URL, where something else answers there.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise NoAccess(
            "The tenant URL does not begin with https", "A token is sent over a secure connection only."
        )
    limits = timeouts or Timeouts()
    certificates = await anyio.to_thread.run_sync(os_certificates, abandon_on_cancel=True)
    proxy = await anyio.to_thread.run_sync(proxy_for, base_url, abandon_on_cancel=True)
    place = Place(host, urlsplit(proxy).hostname or "" if proxy else "", address)
    failure: NoAccess | None = None
    try:
        through = _proxy(proxy, certificates) if proxy else None
        lanes = Lanes(lambda: _lane(certificates, through))
    except (ImportError, ValueError, httpx.InvalidURL):
        failure = proxy_failed(place)
    if failure is not None:
        raise failure
    async with aclosing(lanes):
        yield JsonClient(lanes, base_url, token, place, Pacer(pacing), retry or RetryPolicy(), limits)
