"""The sandbox as an ASGI application: who may ask, what it costs, what goes wrong, what comes back."""

import asyncio
import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wizard.sandbox.errors import Refusal, bad_request, error_body, missing, refused
from wizard.sandbox.faults import RETRY_AFTER_SECONDS, SLOW_SECONDS, Faults, Throttle, cut
from wizard.sandbox.inspection import Counters, inspect
from wizard.sandbox.listing import half, whole
from wizard.sandbox.operations import Call, Reply, perform
from wizard.sandbox.store import Store

MOST_BYTES = 1048576
"""The greatest request body, as ServiceProviderConfig states it."""

GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n"


@dataclass(frozen=True, slots=True)
class Address:
    """What a request's path means."""

    tenant_id: str
    operation: str
    """Method and path below the tenant URL, `{id}` for an id: the name by which it is counted and limited."""
    resource_id: str


def address(method: str, path: str) -> Address | None:
    """Read a path `/TENANT/scim/v2/…`; None when it has another form. A slash at the end is forgiven."""
    parts = path.rstrip("/").split("/")
    if len(parts) not in (5, 6) or parts[0] or parts[2:4] != ["scim", "v2"]:
        return None
    resource_id = parts[5] if len(parts) == 6 else ""
    below = f"/{parts[4]}/{{id}}" if resource_id else f"/{parts[4]}"
    return Address(parts[1], f"{method} {below}", resource_id)


@dataclass(slots=True)
class Sandbox:
    """The application: one tenant, one token."""

    store: Store
    token: str
    throttle: Throttle
    faults: Faults
    latency: float
    """Seconds that every answer takes, before anything is done."""
    refused_characters: re.Pattern[str] | None
    changed: Callable[[], None]
    """Called after the store changed."""
    counters: Counters = field(default_factory=Counters)
    second_token: str = ""
    """Accepted like the first, as AWS accepts two; "" = there is none."""
    token_expired: bool = False
    held_answer: float = 0.0
    """Seconds between a change and its answer; meanwhile the client does not know that the change took effect."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            if scope["path"].startswith("/_sandbox/"):
                response: Response | None = self._inspect(request)
            else:
                response = await self._answer(request)
        except ClientDisconnect:
            return
        if response is None:
            await cut(scope, receive)
        else:
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """The answer to a SCIM request, counted; None when the connection is to be cut instead."""
        where = address(request.method, request.scope["path"])
        self.counters.begin(where.operation if where else f"{request.method} elsewhere")
        status = 0
        try:
            self._authorise(request, expired=self.token_expired)  # before the body: anybody could send a large one
            body = await _body(request)
            response = await self._disturbed(request, where, body)
            status = response.status_code if response else 0
        except Refusal as refusal:
            status = refusal.status
            response = _refusal_response(refusal)
        finally:
            self.counters.end(status)
        return response

    async def _disturbed(self, request: Request, where: Address | None, body: bytes) -> Response | None:
        """Check who asks and how often, let a fault happen, and otherwise carry the operation out."""
        self._authorise(request, expired=self.token_expired)
        if where is None:
            raise missing("ENDPOINT")
        if where.tenant_id != self.store.tenant_id:
            raise missing("TENANT")
        self.throttle.admit(where.operation)
        fault = self.faults.draw(pages=request.method == "GET" and "cursor" in request.query_params)
        if self.latency:
            await asyncio.sleep(self.latency)
        match fault:
            case "429":
                raise refused(429)
            case "429-retry-after":
                return _refusal_response(refused(429), {"Retry-After": str(RETRY_AFTER_SECONDS)})
            case "500":
                raise refused(500)
            case "502-html":
                return Response(GATEWAY_PAGE, 502, media_type="text/html")
            case "reset-before":
                return None
            case "token-expiry":
                self.token_expired = True
                raise refused(401)
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
        response = self._perform(request, where, body, half if fault == "short-page" else whole)
        if self.held_answer:
            await asyncio.sleep(self.held_answer)
        return None if fault == "reset-after" else response

    def _perform(self, request: Request, where: Address, body: bytes, shorten: Callable[[int], int]) -> Response:
        call = Call(
            store=self.store,
            refused_characters=self.refused_characters,
            base_url=f"http://{request.headers.get('host', '')}/{self.store.tenant_id}/scim/v2",
            resource_id=where.resource_id,
            query=request.query_params,
            body=body,
            admit_members=self.throttle.admit_members,
            shorten=shorten,
        )
        revision = self.store.revision
        reply = perform(where.operation, call)
        if self.store.revision != revision:
            self.changed()
        return _response(reply.status, reply)

    def _inspect(self, request: Request) -> Response:
        """Answer on a path that AWS does not have; an expired token still serves here."""
        try:
            self._authorise(request, expired=False)
            operation = f"{request.method} {request.scope['path']}"
            if operation == "POST /_sandbox/renew-token":
                self.token_expired = False
                return _response(204, Reply(204))
            if operation == "POST /_sandbox/second-token":
                self.second_token = secrets.token_urlsafe(48)
                return _response(200, Reply(200, {"token": self.second_token}))
            if operation == "POST /_sandbox/delete-first-token":
                self.token, self.second_token = self.second_token, ""
                return _response(204, Reply(204))
            if operation == "POST /_sandbox/reset-counters":
                self.faults.met.clear()
            body = inspect(operation, self.store, self.counters, self.faults)
            return _response(200, Reply(200, body)) if body else _response(204, Reply(204))
        except Refusal as refusal:
            return _refusal_response(refusal)

    def _authorise(self, request: Request, *, expired: bool) -> None:
        """Only the bearer token opens anything, discovery included; raises a 401 refusal."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        tokens = (self.token, self.second_token)
        known = any(each and secrets.compare_digest(token.strip().encode(), each.encode()) for each in tokens)
        if expired or not known or scheme.lower() != "bearer":
            raise refused(401)


async def _body(request: Request) -> bytes:
    """The whole body; raises a 400 refusal when it is longer than ServiceProviderConfig allows."""
    if request.method in ("GET", "DELETE"):
        return b""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise bad_request()
    return bytes(body)


def _response(status: int, reply: Reply) -> Response:
    content = b"" if reply.body is None else msgspec.json.encode(reply.body)
    headers = {"x-amzn-RequestId": str(uuid.uuid4())}
    return Response(content, status, headers, media_type="application/json")


def _refusal_response(refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    request_id = str(uuid.uuid4())
    content: dict[str, Any] = error_body(refusal, request_id)
    return Response(
        msgspec.json.encode(content),
        refusal.status,
        {"x-amzn-RequestId": request_id, **(headers or {})},
        media_type="application/json",
    )
