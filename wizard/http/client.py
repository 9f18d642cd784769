"""JSON over HTTP/1.1: kept-alive connections, the OS's certificates, no redirects, pacing and retries."""

import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import httpx
import msgspec

from wizard import __version__
from wizard.errors import Message, NoAccess
from wizard.http.body import (
    ACCEPTED_CODING,
    LARGEST_BYTES,
    BodyDamaged,
    BodyReader,
    BodyTooLarge,
    CodingRefused,
    parse_json,
)
from wizard.http.failures import (
    CHECK_TENANT_URL,
    AnswerLost,
    Place,
    Unreachable,
    answered_html,
    coding_refused,
    damaged,
    proxy_failed,
    proxy_malformed,
    redirected,
    too_large,
    unreachable,
)
from wizard.http.loopback import is_loopback
from wizard.http.network import os_certificates, parts_of_proxy, proxy_for
from wizard.http.observation import OBSERVER, observation
from wizard.http.pacing import Pacer, Pacing
from wizard.http.retry import TRANSIENT, Decision, RetryPolicy, limit_used_of, retry_after_seconds
from wizard.http.scrubbing import Scrubber
from wizard.progress import ReportRequest, RequestMade
from wizard.secret import Secret

LONGEST_REASON = 1000
"""Characters kept of a reason in plain text."""
USER_AGENT = f"identity-center-wizard/{__version__}"
_DEFAULT_HEADERS = {
    "Accept": "application/scim+json, application/json",
    "Accept-Encoding": ACCEPTED_CODING,
    "Connection": "keep-alive",
    "User-Agent": USER_AGENT,
}

# The libraries log request URLs, and a filter in a URL holds a person's name.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits for one request, in seconds."""

    connect: float = 10.0
    read: float = 30.0
    """Between two chunks of an answer."""
    total: float = 120.0
    """For the whole exchange, headers included."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to send."""

    method: str
    path: str
    """Relative to the base URL, percent-encoded, with its query: "/Users?cursor"."""
    operation: str
    """Key for pacing and reports: "GET /Users"."""
    body: object = None
    repeatable: bool = True
    """Sending it twice has the same effect as sending it once."""
    headers: tuple[tuple[str, str], ...] = ()
    """Extra headers; they override the defaults of a SCIM request."""
    is_page: bool = False
    """One of a list's pages, each of which names the next."""

    @property
    def write(self) -> bool:
        """Whether the service's quotas count it as a write."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Answer:
    """A service's answer; any status except a redirect."""

    status: int
    body: object
    """Parsed JSON, or None."""
    request_id: str = ""
    """The x-amzn-RequestId or request-id header, or ""."""
    retry_after: float | None = None
    """Seconds."""
    limit_used: float = 0.0
    """Share of its limit that the service reports as used, 1 = all; 0 = not reported."""
    may_have_landed: bool = False
    """It is a write, and this or an earlier try got no answer that says whether it was carried out."""
    reason: str = ""
    """The text of a refusal that is not JSON, on one line; "" for a web page."""
    tries: int = 1
    """How often the call was sent."""


class Connections:
    """A set of kept-alive connections: each request in flight has one of its own, idle ones are reused.

    httpx's own pool scans all of its connections twice per request and counts the idle ones in each scan: with 24
    requests in flight that costs more than the request. Here each transport holds one connection and idle transports
    wait on a stack, so nothing is scanned. Can go once httpcore's pool no longer scans.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        """`make` returns a transport that needs only one connection; what it raises is raised here."""
        self._make = make
        self._all = [make()]
        self._idle = list(self._all)

    @asynccontextmanager
    async def stream(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """Send a request; the response's body is not read yet. Redirects are not followed, cookies are not stored."""
        transport = self._idle.pop() if self._idle else self._add()
        try:
            response = await transport.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()
        finally:
            self._idle.append(transport)

    def _add(self) -> httpx.AsyncBaseTransport:
        transport = self._make()
        self._all.append(transport)
        return transport

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in self._all:
            await transport.aclose()


class JsonClient:
    """Sends calls to one service. Calls may run concurrently."""

    def __init__(
        self,
        connections: Connections,
        base_url: str,
        token: Secret | Callable[[], Secret],
        place: Place,
        pacer: Pacer,
        retry: RetryPolicy,
        timeouts: Timeouts,
    ) -> None:
        self._connections, self._base_url = connections, base_url.rstrip("/")
        self._token, self._place = token, place
        self._pacer, self._retry, self._total_seconds = pacer, retry, timeouts.total
        timeout = httpx.Timeout(timeouts.read, connect=timeouts.connect, pool=None)
        self._extensions = {"timeout": timeout.as_dict()}
        self._silent_seconds = {False: timeouts.connect, True: timeouts.read}
        """Was it sent -> seconds that a try without an answer takes."""
        self._report: ReportRequest = lambda _: None
        self._observer = OBSERVER.get()
        self._scrubber = (Secret(""), Scrubber(()))
        """The token that it removes, and it."""

    def report_to(self, report: ReportRequest) -> None:
        """Set the callback that is called after every request."""
        self._report = report

    async def send(self, call: Call) -> Answer:
        """Send a call, paced, and repeat it where that is safe, until there is an answer.

        Raises `Unreachable` if no answer came, `AnswerLost` if a call that must not be repeated may have been carried
        out. `may_have_landed` of the answer or the error covers all tries.
        """
        failed = throttled = 0
        landed = False
        patience_ends = anyio.current_time() + self._retry.patience_seconds
        while True:
            outcome, seconds, pause = await self._attempt(call)
            decision = self._decide(call, outcome, failed, throttled)
            if decision == "throttled" and anyio.current_time() >= patience_ends:
                decision = "accept"
            landed = landed or (call.write and _may_have_landed(outcome))
            status = outcome.status if isinstance(outcome, Answer) else 0
            wait = 0.0
            if decision == "retry":
                retry_after = outcome.retry_after if isinstance(outcome, Answer) else None
                wait = max(self._retry.wait(failed + 1), min(retry_after or 0.0, self._retry.longest_ask_seconds))
            rate = self._pacer.rate(call.operation, call.write)
            tries = failed + throttled
            left = self._longest_left(outcome, failed + 1) if decision == "retry" else 0.0
            self._report(
                RequestMade(
                    call.operation,
                    status,
                    seconds,
                    status == 429,
                    tries,
                    wait or pause,
                    left_seconds=left,
                    rate=rate,
                )
            )
            match decision:
                case "accept":
                    if isinstance(outcome, Unreachable):
                        outcome.may_have_landed = landed
                        raise outcome
                    return (
                        replace(outcome, may_have_landed=landed, tries=tries + 1) if landed or tries else outcome
                    )
                case "lost":
                    raise AnswerLost(call.operation, status)
                case "throttled":
                    throttled += 1
                case "retry":
                    failed += 1
                    await anyio.sleep(wait)

    def _longest_left(self, outcome: Answer | Unreachable, failed: int) -> float:
        """Seconds until a call without an answer is given up at the latest; 0 where there was an answer."""
        if isinstance(outcome, Answer):
            return 0.0
        silent = self._silent_seconds[outcome.sent] if outcome.cause == "timeout" else 0.0
        return self._retry.longest_left(failed, self._retry.tries_after(outcome.cause, outcome.sent), silent)

    def _decide(self, call: Call, outcome: Answer | Unreachable, failed: int, throttled: int) -> Decision:
        if isinstance(outcome, Unreachable):
            return self._retry.on_failure(outcome.cause, outcome.sent, call.repeatable, failed)
        if outcome.status == 429 and (outcome.retry_after or 0.0) > self._retry.longest_ask_seconds:
            return "accept"
        return self._retry.on_status(outcome.status, call.repeatable, failed, throttled)

    async def _attempt(self, call: Call) -> tuple[Answer | Unreachable, float, float]:
        """One try: (outcome, seconds it took, seconds that its rate limit pauses now)."""
        async with self._pacer.turn(call.operation, call.write, call.is_page) as turn:
            outcome = await self._exchange(call)
            seconds, pause = anyio.current_time() - turn.sent_at, 0.0
            if isinstance(outcome, Answer):
                if outcome.status == 429:
                    seconds_asked = outcome.retry_after
                    limit = self._retry.longest_ask_seconds
                    pause = turn.throttled(None if seconds_asked is None else min(seconds_asked, limit))
                else:
                    turn.answered(outcome.limit_used)
        return outcome, seconds, pause

    async def _exchange(self, call: Call) -> Answer | Unreachable:
        failure: Unreachable
        try:
            with anyio.fail_after(self._total_seconds):
                return self._scrubbed(await self._request(call))
        except Unreachable as error:
            failure = error
        except TimeoutError:
            failure = unreachable(httpx.ReadTimeout(""), self._place)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            failure = unreachable(error, self._place)
        # Returned, and raised outside this handler: no traceback may refer to a request with its headers.
        return failure.with_traceback(None)

    def _scrubbed(self, answer: Answer) -> Answer:
        """The answer without the token: some servers repeat the headers of a request."""
        token = self._current_token()
        if token != self._scrubber[0]:
            self._scrubber = token, Scrubber((token,))
        scrubber = self._scrubber[1]
        request_id = scrubber.text(answer.request_id) if answer.request_id else ""
        if answer.status < 300:
            return replace(answer, body=scrubber.answer(answer.body), request_id=request_id)
        body, reason = scrubber.refusal(answer.body), scrubber.text(answer.reason)
        return replace(answer, body=body, reason=reason, request_id=request_id)

    def _current_token(self) -> Secret:
        return self._token if isinstance(self._token, Secret) else self._token()

    async def _request(self, call: Call) -> Answer:
        token = self._current_token()
        headers = {**_DEFAULT_HEADERS, "Authorization": f"Bearer {token.reveal()}"}
        content = None
        if call.body is not None:
            headers["Content-Type"] = "application/scim+json"
            content = msgspec.json.encode(call.body)
        headers.update(call.headers)
        url, began = self._base_url + call.path, anyio.current_time()
        request = httpx.Request(call.method, url, headers=headers, content=content, extensions=self._extensions)
        async with self._connections.stream(request) as response:
            body = await read_body(response, self._place)
            answer = self._read(call, response.status_code, response.headers, body)
        if self._observer is not None and self._observer.wants(call.operation, answer.status):
            seconds = anyio.current_time() - began
            seen = observation(call.operation, answer.status, seconds, response.headers, answer.body, call.body)
            self._observer.add(seen)
        return answer

    def _read(self, call: Call, status: int, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Parse a response; raises `Unreachable` for what cannot be the service's answer."""
        if 300 <= status < 400:
            raise redirected(self._place, status)
        if status == 407:
            raise proxy_failed(self._place, "407")
        html = "html" in headers.get("content-type", "") or (body or b"").lstrip()[:1] == b"<"
        if html and (status < 429 or status == 511):
            raise answered_html(self._place, status)
        parsed, reason = None, ""
        if body is not None and body.strip() and not html:
            try:
                parsed = parse_json(body)
            except BodyDamaged:
                reason = _plain_text(body)
                body = None
        if status < 300 and (body is None or (call.method == "GET" and parsed is None)):
            raise damaged(self._place)
        return Answer(
            status,
            parsed,
            headers.get("x-amzn-requestid", "") or headers.get("request-id", ""),
            retry_after_seconds(headers.get("retry-after", "")),
            limit_used_of(headers.get("x-ms-throttle-limit-percentage", "")),
            reason=reason if status >= 400 else "",
        )


async def read_body(response: httpx.Response, place: Place, largest: int = LARGEST_BYTES) -> bytes | None:
    """The unpacked body; None if it is damaged. Raises `Unreachable` if it goes beyond a limit."""
    failure: Unreachable
    try:
        reader = BodyReader(response.headers.get("content-encoding", ""), largest)
        async for chunk in response.aiter_raw():
            reader.add(chunk)
        return reader.end()
    except BodyDamaged:
        return None
    except CodingRefused:
        failure = coding_refused(place)
    except BodyTooLarge:
        failure = too_large(place, largest)
    raise failure


def _plain_text(body: bytes) -> str:
    """A body as one line of text; "" if it is binary."""
    text = body[: 4 * LONGEST_REASON].decode("utf-8", "replace")
    return "" if "\0" in text else " ".join(text.split())[:LONGEST_REASON]


def _may_have_landed(outcome: Answer | Unreachable) -> bool:
    return outcome.sent if isinstance(outcome, Unreachable) else outcome.status in TRANSIENT


def way_to(
    host: str, proxy_url: str, certificates: ssl.SSLContext, hint: Message | None
) -> tuple[httpx.Proxy | None, Place]:
    """The proxy on the way to a host (None = none), and what messages say of both; raises `Unreachable`.

    A proxy that is reached over TLS is verified with the same certificates.
    """
    if not proxy_url:
        return None, Place(host, hint=hint)
    parts = parts_of_proxy(proxy_url)
    made: httpx.Proxy | None = None
    if parts.well_formed:
        with suppress(ValueError, httpx.InvalidURL):  # the text of neither is kept: it may hold a password
            secure = proxy_url.lower().startswith("https:")
            made = httpx.Proxy(proxy_url, ssl_context=certificates if secure else None)
    if made is None:
        raise proxy_malformed()
    return made, Place(host, parts.host, parts.signs_in, hint)


def transport(certificates: ssl.SSLContext, proxy: httpx.Proxy | None) -> httpx.AsyncHTTPTransport:
    """One connection over HTTP/1.1."""
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=20)
    return httpx.AsyncHTTPTransport(verify=certificates, trust_env=False, http2=False, proxy=proxy, limits=limits)


@asynccontextmanager
async def connected(
    base_url: str,
    token: Secret | Callable[[], Secret],
    pacing: Pacing,
    retry: RetryPolicy | None = None,
    timeouts: Timeouts | None = None,
    hint: Message | None = CHECK_TENANT_URL,
) -> AsyncGenerator[JsonClient, None]:
    """Open a client for one service until the block ends; plain http is only allowed to loopback.

    Pass a token that may expire before the block ends as a function: it is called before every request and must not
    block. `hint` says what a person can check in the base URL, for errors where something other than the service
    answers.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise NoAccess("tenant-url-not-https")
    limits = timeouts or Timeouts()
    certificates = await anyio.to_thread.run_sync(os_certificates, abandon_on_cancel=True)
    proxy_url = await anyio.to_thread.run_sync(proxy_for, base_url, abandon_on_cancel=True)
    through, place = way_to(host, proxy_url, certificates, hint)
    failure: NoAccess | None = None
    try:
        connections = Connections(lambda: transport(certificates, through))
    except (ImportError, ValueError, httpx.InvalidURL):
        failure = proxy_failed(place)
    if failure is not None:
        raise failure
    async with aclosing(connections):
        yield JsonClient(connections, base_url, token, place, Pacer(pacing), retry or RetryPolicy(), limits)
