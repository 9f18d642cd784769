"""The stand-in as an ASGI application: the sign-in, Graph with its batches and limits, and a look inside."""

import json
import secrets
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wizard.sandbox.entra import enterprise, saml, web
from wizard.sandbox.entra.asking import Ask
from wizard.sandbox.entra.calls import answer
from wizard.sandbox.entra.gallery import arrange
from wizard.sandbox.entra.pages import LARGEST_PAGE, Manner
from wizard.sandbox.entra.refusals import (
    GraphRefusal,
    SignInRefusal,
    bad_request,
    graph_body,
    not_authenticated,
    sign_in_body,
    throttled,
)
from wizard.sandbox.entra.synchronization.clock import run_cycle
from wizard.sandbox.entra.synchronization.service import Service
from wizard.sandbox.entra.tenant import Tenant
from wizard.sandbox.entra.tokens import CLIENT_ID, EVERYBODY, Caller, SignIn
from wizard.sandbox.faults import cut

MOST_IN_BATCH = 20
EVERYTHING = frozenset(
    {
        "Directory.ReadWrite.All",
        "User.Read.All",
        "GroupMember.Read.All",
        "Application.Read.All",
        "Synchronization.ReadWrite.All",
        "ProvisioningLog.Read.All",
        "AuditLog.Read.All",
        "Policy.Read.All",
        "Policy.ReadWrite.ApplicationConfiguration",
        "Mail.Send",
    }
)


@dataclass(slots=True)
class Circumstances:
    """What goes wrong, as tests set it: `POST /_entra/circumstances`."""

    throttle: int = 0
    """So many of the next requests are answered 429."""
    inner_throttle: int = 0
    """So many of the next requests inside batches are answered 429."""
    retry_after: int = 1
    """Seconds that a 429 asks for."""
    short: bool = False
    """Pages of people hold one too few."""
    manner: Manner = field(default_factory=Manner)
    """How feeds tell of changes."""
    record: bool = False
    """Keep every call with its answer, for `GET /_entra/traffic`."""
    fail: dict[str, list[int]] = field(default_factory=dict)
    """Call, such as `POST /servicePrincipals/{id}/synchronization/jobs` -> statuses that answer its next requests."""
    lose: dict[str, int] = field(default_factory=dict)
    """Call -> so many of its next requests are carried out, and the connection is cut instead of an answer."""


@dataclass(slots=True)
class StandIn:
    """One tenant, its sign-in, its Graph."""

    tenant: Tenant
    sign_in: SignIn
    circumstances: Circumstances = field(default_factory=Circumstances)
    asked: Counter[str] = field(default_factory=Counter)
    """How often which path of Graph was asked, ids as `{id}`; inner requests of a batch by themselves."""
    exchanges: int = 0
    """Requests to Graph over the wire: a batch counts once."""
    traffic: list[dict[str, Any]] = field(default_factory=list)
    """What was asked and answered, where that is recorded; the calls inside a batch by themselves."""
    service: Service = field(init=False)
    """Microsoft's provisioning service in this tenant."""

    def __post_init__(self) -> None:
        self.service = Service(self.tenant)
        self.tenant.own_passwords = [enterprise.password(self.sign_in.secret)]

    def owns(self, path: str) -> bool:
        """Whether a path is one of ours and not of the Identity Center beside us."""
        own = ("/v1.0/", "/_entra/", "/common/", "/organizations/", f"/{self.tenant.id}/")
        return (
            path.startswith(own)
            or "/oauth2/v2.0/" in path
            or "/.well-known/" in path
            or "/federationmetadata/" in path
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        path = request.scope["path"]
        if path.startswith("/v1.0/"):
            response = await self._graph(request, body)
            if self._loses(f"{request.method} {_template(path.removeprefix('/v1.0'))}"):
                await cut(scope, receive)
                return
        elif path.startswith("/_entra/"):
            response = await self._look(request, body)
        else:
            response = self._signed(request, body)
        await response(scope, receive, send)

    # Graph

    def _loses(self, call: str) -> bool:
        """Whether the answer to this call is lost on its way."""
        left = self.circumstances.lose.get(call, 0)
        self.circumstances.lose[call] = max(0, left - 1)
        return left > 0

    async def _graph(self, request: Request, body: bytes) -> Response:
        self.exchanges += 1
        try:
            permissions, caller = self._caller(request)
            if self.circumstances.throttle:
                self.circumstances.throttle -= 1
                raise throttled(self.circumstances.retry_after)
            path = _without_call(request.scope["path"].removeprefix("/v1.0"))
            parsed = _json(body)
            base = f"http://{request.headers.get('host', '')}/v1.0"
            headers = dict(request.headers)
            if path == "/$batch":
                return _response(200, {"responses": await self._batch(parsed, base, permissions, caller)})
            query = dict(request.query_params)
            status, told = await self._call(
                request.method, path, query, headers, parsed, base, permissions, caller
            )
        except GraphRefusal as refusal:
            return _response(refusal.status, graph_body(refusal), refusal.headers)
        return _response(status, told)

    async def _recorded(self, method: str, ask: Ask) -> tuple[int, Any]:
        """Answer a call, and keep both where that is asked for."""
        refusal: GraphRefusal | None = None
        try:
            self._fail(f"{method} {_template(ask.path)}")
            reply = answer(method, ask)
            status, told = await reply if isinstance(reply, Awaitable) else reply
        except GraphRefusal as refused:
            refusal, status, told = refused, refused.status, graph_body(refused)
        if self.circumstances.record:
            asked = {"method": method, "path": ask.path, "query": dict(ask.query), "sent": ask.body}
            self.traffic.append({**asked, "status": status, "body": told})
        if refusal:
            raise refusal
        return status, told

    def _fail(self, call: str) -> None:
        """Answer a call as `fail` says, before anything is done."""
        left = self.circumstances.fail.get(call)
        if left:
            status = left.pop(0)
            raise GraphRefusal(status, "Refused", "The request was refused for a test.")

    def _caller(self, request: Request) -> tuple[frozenset[str], Caller]:
        """Return the permissions of the request's token, and its owner; raises a 401 refusal."""
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        if not token:
            raise not_authenticated()
        if secrets.compare_digest(token.encode(), self.sign_in.secret.encode()):
            return EVERYTHING, EVERYBODY
        grant = self.sign_in.grant(token)
        if grant is None:
            raise not_authenticated("Lifetime validation failed, the token is expired.")
        return grant.permissions, grant.caller

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: Any, base: str,
        permissions: frozenset[str], caller: Caller,
    ) -> tuple[int, Any]:  # fmt: skip
        self.asked[f"{method} {_template(path)}"] += 1
        prefer = headers.get("prefer", "").partition("odata.maxpagesize=")[2]
        ask = Ask(
            tenant=self.tenant,
            base=base,
            path=path,
            query=query,
            eventual=headers.get("consistencylevel") == "eventual",
            body=body,
            permissions=permissions,
            caller=caller,
            service=self.service,
            largest=int(prefer) if prefer.isdecimal() and int(prefer) else LARGEST_PAGE,
            manner=self.circumstances.manner,
            short=self.circumstances.short,
        )
        return await self._recorded(method, ask)

    async def _batch(
        self, body: Any, base: str, permissions: frozenset[str], caller: Caller
    ) -> list[dict[str, Any]]:
        requests = body.get("requests") if isinstance(body, dict) else None
        if not isinstance(requests, list) or not 0 < len(requests) <= MOST_IN_BATCH:
            raise bad_request("Number of batch request steps exceeds the maximum value of 20.")
        return [await self._inner(one, base, permissions, caller) for one in requests]

    async def _inner(
        self, one: Mapping[str, Any], base: str, permissions: frozenset[str], caller: Caller
    ) -> dict[str, Any]:
        headers = {str(key).lower(): str(value) for key, value in (one.get("headers") or {}).items()}
        parts = urlsplit(str(one.get("url", "")))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        told: dict[str, str] = {"Content-Type": "application/json"}
        try:
            if self.circumstances.inner_throttle:
                self.circumstances.inner_throttle -= 1
                raise throttled(self.circumstances.retry_after)
            path = _without_call(unquote(parts.path if parts.path.startswith("/") else f"/{parts.path}"))
            status, found = await self._call(
                str(one["method"]), path, query, headers, one.get("body"), base, permissions, caller
            )
        except GraphRefusal as refusal:
            status, found = refusal.status, graph_body(refusal)
            told |= refusal.headers
        return {"id": str(one.get("id")), "status": status, "headers": told, "body": found}

    # Sign-in

    def _signed(self, request: Request, body: bytes) -> Response:
        tenant, _, rest = request.scope["path"].strip("/").partition("/")
        host = request.headers.get("host", "")
        form = dict(parse_qsl(body.decode("utf-8", "replace"))) or dict(request.query_params)
        if request.method == "GET":
            form.pop("answer", None)  # a link or a picture of a web page must not consent to anything
        try:
            if tenant not in (self.tenant.id, "organizations", "common", "tidewater.example"):
                raise SignInRefusal("AADSTS90002", tenant)
            match f"{request.method} {rest}":
                case "GET v2.0/.well-known/openid-configuration":
                    return _response(200, _discovery(host, self.tenant.id))
                case "GET federationmetadata/2007-06/federationmetadata.xml":
                    content = saml.metadata(self.tenant, form.get("appid", ""), host)
                    return Response(content, media_type="application/samlmetadata+xml")
                case "POST oauth2/v2.0/token":
                    return _response(200, self.sign_in.token(form))
                case "POST oauth2/v2.0/devicecode":
                    return _response(
                        200, self.sign_in.begin_device(form, f"http://{host}/common/oauth2/deviceauth")
                    )
                case "GET oauth2/v2.0/authorize":
                    return web.authorize(self.sign_in, form)
                case "GET oauth2/deviceauth" | "POST oauth2/deviceauth":
                    return web.device(self.sign_in, form, request.scope["path"])
                case "GET adminconsent" | "POST adminconsent":
                    return web.admin_consent(self.sign_in, form, request.scope["path"])
        except SignInRefusal as refusal:
            return _response(400 if refusal.code != "AADSTS7000215" else 401, sign_in_body(refusal))
        return web.page("We couldn't find this page", "", 404)

    # A look inside

    def _sign_in(self, wanted: Mapping[str, Any]) -> Response:
        try:
            told = saml.sign_in_response(self.tenant, wanted["application"], wanted["person"])
        except GraphRefusal as refusal:
            return _response(refusal.status, graph_body(refusal))
        return _response(200, {"SAMLResponse": told})

    async def _look(self, request: Request, body: bytes) -> Response:
        try:
            if not self._caller(request)[1].all_powerful:
                raise not_authenticated()
            wanted = _json(body) or {}
        except GraphRefusal as refusal:
            return _response(refusal.status, graph_body(refusal))
        match f"{request.method} {request.scope['path']}":
            case "POST /_entra/circumstances":
                try:
                    self._set(wanted)
                except ValueError as error:
                    return _response(400, {"error": {"code": "BadRequest", "message": str(error)}})
                return _response(204, None)
            case "POST /_entra/saml-response":
                return self._sign_in(wanted)
            case "POST /_entra/advance":
                self.service.ahead += float(wanted["seconds"])
                return _response(204, None)
            case "GET /_entra/mails" | "GET /_entra/sent-mails" as look:
                return _response(200, self.tenant.sent_mails if "sent" in look else self.service.mails)
            case "POST /_entra/cycle":
                return _response(200, await self._cycle(str(wanted.get("job", ""))))
            case "POST /_entra/reset-counters":
                self.asked.clear()
                self.exchanges = 0
                return _response(204, None)
            case "GET /_entra/traffic":
                return _response(200, self.traffic)
            case "GET /_entra/requests":
                return _response(200, {"exchanges": self.exchanges, "asked": dict(self.asked)})
        return _response(404, None)

    async def _cycle(self, job_id: str) -> dict[str, Any]:
        """Run one cycle of every started job, or of one."""
        jobs = [job for job in list(self.service.jobs.values()) if job_id in ("", job.id)]
        for job in jobs:
            await run_cycle(self.service, job, by_hand=True)
        codes = {job.id: job.code(self.service.configured(job.principal_id)) for job in jobs}
        return {"jobs": codes}

    def _set(self, wanted: Mapping[str, Any]) -> None:
        for name, value in wanted.items():
            match name:
                case "approve" | "refuse":
                    waiting = self.sign_in.devices[value]
                    waiting.approved, waiting.refused = name == "approve", name == "refuse"
                case "granted" | "consented":
                    setattr(self.sign_in, name, frozenset(value))
                case "admin" | "refusal":
                    setattr(self.sign_in, name, value)
                case "expireTokens":
                    self.sign_in.grants.clear()
                case "expireRefresh":
                    self.sign_in.refresh.clear()
                case "throttle" | "inner_throttle" | "retry_after" | "short" | "record" | "fail" | "lose":
                    setattr(self.circumstances, name, value)
                case "provisioning":
                    self.service.set(value)
                case _:
                    self._set_tenant(name, value)

    def _set_tenant(self, name: str, value: Any) -> None:
        match name:
            case "feeds":
                self.circumstances.manner = Manner(**value)
            case "expireDelta":
                self.tenant.epoch += 1
            case "applications":
                arrange(self.tenant, value)
            case "passwords":
                self.tenant.own_passwords = value
            case "premium" | "gallery" | "saml_exempt":
                setattr(self.tenant, name, value)


def _template(path: str) -> str:
    """A path with its ids as `{id}`: those of objects, of assignments, of provisioning jobs."""
    parts = path.split("/")
    names = ["{id}" if len(part) in (36, 43) and "." not in part else part for part in parts]
    return "/".join("{id}" if part.startswith("aWSSingleSignon.") else part for part in names)


def _discovery(host: str, tenant_id: str) -> dict[str, Any]:
    """Microsoft's names are secure ones; who signs in here takes the s away for loopback."""
    root = f"https://{host}/{tenant_id}"
    return {
        "issuer": f"{root}/v2.0",
        "authorization_endpoint": f"http://{host}/{tenant_id}/oauth2/v2.0/authorize",
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
    }


def _without_call(path: str) -> str:
    """A path without the brackets of a function, as Microsoft's SDK sends them: /users/delta()."""
    return path.removesuffix("()")


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request("Unable to read JSON request payload.") from None


def _response(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    return Response(content, status, {"request-id": secrets.token_hex(16), **(headers or {})}, "application/json")


__all__ = ["CLIENT_ID", "StandIn"]
