"""Microsoft Graph client: objects, pages, delta queries, batches, changes, and what its errors mean."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import anyio
import anyio.to_thread

from wizard.errors import Argument, DirectoryRefused, Message, NoAccess, SignInNeeded, WizardError
from wizard.http.client import Answer, Call, JsonClient, connected
from wizard.http.pacing import Pacing
from wizard.http.retry import RetryPolicy, retry_after_seconds
from wizard.progress import ReportRequest
from wizard.secret import Secret

MOST_IN_BATCH = 20
"""Microsoft Graph, JSON batching: at most 20 requests in one batch."""
BATCHES_AT_ONCE = 4
LONGEST_WAIT = 300.0
"""Seconds; a Retry-After beyond this is not waited for."""
ROUNDS = 8
"""How often the throttled part of a batch is sent."""
_ACCEPT = (("Accept", "application/json"), ("Content-Type", "application/json"))
_EVENTUAL = (("ConsistencyLevel", "eventual"),)
_TRANSIENT = (429, 500, 502, 503, 504)

Priority = Literal["Low", "Normal"]
"""Microsoft Graph, throttling: requests with priority Low are throttled first near a tenant's limit."""
Tokens = Callable[[bool], Secret]
"""Returns an access token; True = the last one was refused, return a newer one. Blocks; raises `SignInNeeded`."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list or of a delta query."""

    value: list[dict[str, Any]]
    delta_link: str
    """Link to the next changes, without Graph's address; only the last page of a delta query has one."""


@dataclass(frozen=True, slots=True)
class Inner:
    """The answer to one request in a batch, or to one change."""

    status: int
    body: dict[str, Any]
    request_id: str = ""

    @property
    def code(self) -> str:
        """Microsoft's error code, or ""."""
        return error_code(self.body)

    def says(self, *words: str) -> bool:
        """Whether the error's text contains one of these words. The text may name people, so it is not returned."""
        error = self.body.get("error")
        message = str(error.get("message", "")).lower() if isinstance(error, dict) else ""
        return any(word in message for word in words)


def error_code(body: object) -> str:
    """The error code in a body, or ""."""
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else ""


def time_in_answer(text: object) -> datetime | None:
    """A time as Graph writes it, in UTC; None = it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or one beyond the calendar
        return None


class GraphClient:
    """Reads and changes one tenant. Calls may run concurrently."""

    def __init__(
        self, http: JsonClient, root: str, renew: Callable[[], None], priority: Priority = "Normal"
    ) -> None:
        self._http, self.root, self._renew = http, root.rstrip("/"), renew
        self._headers = (*_ACCEPT, ("x-ms-throttle-priority", priority))
        self._batches = anyio.CapacityLimiter(BATCHES_AT_ONCE)

    def report_to(self, report: ReportRequest) -> None:
        """Set the callback that is called after every request."""
        self._http.report_to(report)

    async def renew(self) -> None:
        """Get a newer token: the permissions of the last one may have changed. Raises `WizardError`."""
        await anyio.to_thread.run_sync(self._renew, abandon_on_cancel=True)

    async def one(self, path: str, eventual: bool = False) -> dict[str, Any]:
        """The object at a path; raises `WizardError`, or `DeltaExpired` for an expired delta link."""
        headers = (*self._headers, *(_EVENTUAL if eventual else ()))
        answer = await self._sent(Call("GET", path, _operation("GET", path), headers=headers))
        if answer.status == 200 and isinstance(answer.body, dict):
            return answer.body
        code = error_code(answer.body)
        if answer.status == 410 or (
            answer.status < 500 and code.lower() in ("syncstatenotfound", "resyncrequired")
        ):
            raise DeltaExpired(code)
        if answer.status == 200:
            raise InconsistentAnswer("graph-answer-without-object")
        raise failure(answer.status, code, path, answer.request_id)

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create something; never repeated automatically. Raises `WizardError`, or `AnswerLost`."""
        call = Call("POST", path, _operation("POST", path), body, repeatable=False, headers=self._headers)
        answer = await self._sent(call)
        if answer.status in (200, 201) and isinstance(answer.body, dict):
            return answer.body
        raise failure(answer.status, error_code(answer.body), path, answer.request_id, "POST")

    async def change(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, repeatable: bool = True
    ) -> Inner:
        """Send a change; returns every answer, errors too (`failure` turns one into an exception).

        repeatable: it is idempotent, so it is sent again where no answer came. Raises `WizardError` if no answer came;
        `AnswerLost` where it is not repeatable and may have been carried out.
        """
        call = Call(method, path, _operation(method, path), body, repeatable=repeatable, headers=self._headers)
        answer = await self._sent(call)
        return Inner(answer.status, answer.body if isinstance(answer.body, dict) else {}, answer.request_id)

    async def pages(self, path: str, feed: bool = False) -> AsyncIterator[Page]:
        """All pages of a list, one at a time; with `feed`, of a delta query, whose last page has the delta link.

        Raises `InconsistentAnswer` for a page without rows, a link that was already followed or leads to another host,
        and a delta query that ends without a delta link.
        """
        async for page in self.rest(await self.one(path), feed, {path}):
            yield page

    async def rest(
        self, body: dict[str, Any], feed: bool = False, seen: set[str] | None = None
    ) -> AsyncIterator[Page]:
        """The pages from one that was already read, for example in a batch; raises as `pages`."""
        seen = set() if seen is None else seen
        while True:
            value = body.get("value")
            if not isinstance(value, list) or not all(isinstance(row, dict) and row.get("id") for row in value):
                raise InconsistentAnswer("graph-page-without-rows")
            path = self._below(body.get("@odata.nextLink", ""))
            delta_link = self._below(body.get("@odata.deltaLink", ""))
            if feed and not path and not delta_link:
                raise InconsistentAnswer("graph-changes-cut-off")
            yield Page(value, delta_link)
            if not path:
                return
            if path in seen:
                raise InconsistentAnswer("graph-pages-circular")
            seen.add(path)
            body = await self.one(path)

    async def batch(self, paths: Sequence[str], eventual: bool = False) -> list[Inner]:
        """Answers to many paths, in their order; throttled ones are repeated. Raises `WizardError`."""
        answers: dict[int, Inner] = {}
        failures: list[WizardError] = []

        async def ask(numbers: list[int]) -> None:
            async with self._batches:
                try:
                    await self._batch(paths, numbers, answers, dict(_EVENTUAL) if eventual else {})
                except WizardError as error:
                    failures.append(error)
                    tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            for at in range(0, len(paths), MOST_IN_BATCH):
                tasks.start_soon(ask, list(range(at, min(at + MOST_IN_BATCH, len(paths)))))
        if failures:
            raise failures[0]
        return [answers[number] for number in range(len(paths))]

    async def _batch(
        self, paths: Sequence[str], numbers: list[int], answers: dict[int, Inner], headers: dict[str, str]
    ) -> None:
        for number in numbers:
            _check_path(paths[number])
        more = {"headers": headers} if headers else {}
        for attempt in range(ROUNDS):
            inner = [{"id": str(number), "method": "GET", "url": paths[number], **more} for number in numbers]
            call = Call("POST", "/$batch", "POST /$batch", {"requests": inner}, headers=self._headers)
            answer = await self._sent(call)
            if answer.status != 200:
                raise failure(answer.status, error_code(answer.body), paths[numbers[0]], answer.request_id)
            wait = self._sort(answer, numbers, answers)
            numbers = [number for number in numbers if answers[number].status in _TRANSIENT]
            if not numbers:
                return
            if wait > LONGEST_WAIT:
                break
            await anyio.sleep(max(wait, min(30.0, 0.2 * 2**attempt)))
        last = answers[numbers[0]]
        raise failure(last.status, last.code, paths[numbers[0]])

    def _sort(self, answer: Answer, numbers: list[int], answers: dict[int, Inner]) -> float:
        """Store the answers of a batch; returns the longest wait that its throttled ones ask for, in seconds."""
        rows = answer.body.get("responses") if isinstance(answer.body, dict) else None
        wait, answered = 0.0, set()
        for row in rows if isinstance(rows, list) else ():
            number, inner, retry_after = _read(row)
            answered.add(number)
            answers[number] = inner
            wait = max(wait, retry_after)
        if answered != set(numbers):
            raise InconsistentAnswer("graph-batch-incomplete")
        return wait

    async def _sent(self, call: Call) -> Answer:
        _check_path(call.path)
        answer = await self._http.send(call)
        if answer.status == 401:
            # A long reading can outlast its token: get a newer one, once.
            await self.renew()
            answer = await self._http.send(call)
        return answer

    def _below(self, link: object) -> str:
        """A link without Graph's address; raises `InconsistentAnswer` for one to another host."""
        if not link:
            return ""
        text = str(link)
        if not text.startswith(f"{self.root}/"):
            raise InconsistentAnswer("graph-link-elsewhere")
        return text.removeprefix(self.root)


def _read(row: Any) -> tuple[int, Inner, float]:
    """(number, answer, Retry-After in seconds) of one answer in a batch; raises `InconsistentAnswer`."""
    try:
        body, headers = row.get("body"), row.get("headers") or {}
        retry_after = {str(key).lower(): str(value) for key, value in headers.items()}.get("retry-after", "")
        inner = Inner(int(row["status"]), body if isinstance(body, dict) else {})
        return int(row["id"]), inner, retry_after_seconds(retry_after) or 0.0
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InconsistentAnswer("graph-batch-answer-unreadable") from None


_LEADS_ELSEWHERE = re.compile(r"(?:^|/)\.\.?(?:/|$)|[#\\\s]")


def _check_path(path: str) -> None:
    """Raise `InconsistentAnswer` for a path that an id in it would lead to another object: `..`, a fragment."""
    if _LEADS_ELSEWHERE.search(path.partition("?")[0]):
        raise InconsistentAnswer("graph-link-elsewhere")


def _operation(method: str, path: str) -> str:
    """Key for pacing and reports: the path without its query, ids as {id}."""
    return f"{method} " + "/".join("{id}" if _is_id(part) else part for part in path.partition("?")[0].split("/"))


def _is_id(part: str) -> bool:
    """Whether this is the id of an object (a UUID), an assignment (43 characters of base64) or a provisioning job."""
    return len(part) == 43 or (len(part) == 36 and part.count("-") == 4) or part.count(".") == 2


@asynccontextmanager
async def open_graph(
    root: str, tokens: Tokens, retry: RetryPolicy | None = None, priority: Priority = "Normal"
) -> AsyncGenerator[GraphClient, None]:
    """Open a client for Graph at an address such as https://graph.microsoft.com/v1.0, until the block ends."""
    current = [await anyio.to_thread.run_sync(tokens, False, abandon_on_cancel=True)]

    def renew() -> None:
        current[0] = tokens(True)

    async with connected(root, lambda: current[0], Pacing(), retry, hint=None) as http:
        yield GraphClient(http, root, renew, priority)


# Failures


@dataclass(frozen=True, slots=True)
class Needs:
    """What one kind of call is about, and the least permissions for it (Microsoft Graph permissions reference)."""

    area: str
    """For messages: "users", "synchronization", "assignments" …"""
    read: str = ""
    """Permission for GET."""
    change: str = ""
    """Permission for every other method; "" = nothing is changed this way."""


_CALLS: tuple[tuple[re.Pattern[str], Needs], ...] = tuple(
    (re.compile(pattern), needs)
    for pattern, needs in (
        # The permissions reference lists ReadWrite for these readings; secrets are in no table of it.
        (
            r"/servicePrincipals/[^/]+/synchronization/.*(secrets|filterOperators|functions)",
            Needs("synchronization", "Synchronization.ReadWrite.All", "Synchronization.ReadWrite.All"),
        ),
        (
            r"/servicePrincipals/[^/]+/synchronization(/.*)?",
            Needs("synchronization", "Synchronization.Read.All", "Synchronization.ReadWrite.All"),
        ),
        (r"/auditLogs/provisioning(/.*)?", Needs("provisioning-log", "ProvisioningLog.Read.All")),
        (r"/auditLogs(/.*)?", Needs("audit-log", "AuditLog.Read.All")),
        (
            r"/servicePrincipals/[^/]+/appRoleAssignedTo(/.*)?",
            Needs("assignments", "Application.Read.All", "AppRoleAssignment.ReadWrite.All"),
        ),
        (
            r"/(servicePrincipals|applications)/[^/]+/owners(/.*)?",
            Needs("owners", "Application.Read.All", "Application.ReadWrite.All"),
        ),
        (
            r"/servicePrincipals/[^/]+/claimsMappingPolicies(/.*)?",
            Needs("claims-policies", "Policy.Read.All", "Application.ReadWrite.All"),
        ),
        (
            r"/policies/claimsMappingPolicies(/.*)?",
            Needs("claims-policies", "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"),
        ),
        (
            r"/(servicePrincipals|applications)(/.*)?",
            Needs("applications", "Application.Read.All", "Application.ReadWrite.All"),
        ),
        (r"/applicationTemplates(/.*)?", Needs("gallery", "", "Application.ReadWrite.All")),
        (r"/(me|users/[^/]+)/sendMail", Needs("mail", "", "Mail.Send")),
        (r"/users(/.*)?", Needs("users", "User.Read.All")),
        (r"/directory(/.*)?", Needs("directory", "User.Read.All")),
        (r"/groups(/.*)?", Needs("groups", "GroupMember.Read.All")),
    )
)
"""The first pattern that a whole path fits decides."""


def needs_of(path: str) -> Needs:
    """Return what a call is about and needs, from its path without Graph's address; its query does not matter."""
    plain = path.partition("?")[0]
    return next((needs for pattern, needs in _CALLS if pattern.fullmatch(plain)), Needs(plain.strip("/")))


class PermissionMissing(DirectoryRefused):
    """The application lacks a permission (exit code 4)."""


class ApplicationGone(DirectoryRefused):
    """The enterprise application is no longer in the tenant (exit code 4)."""


class ProvisioningJobGone(DirectoryRefused):
    """The provisioning job, or the application it belongs to, is no longer at Microsoft (exit code 4)."""


class NoTemplate(WizardError):
    """The gallery of this cloud does not offer the application."""

    def __init__(self) -> None:
        super().__init__("gallery-without-application")


class DeltaExpired(Exception):
    """A delta link is no longer valid: everything must be read."""


class InconsistentAnswer(WizardError):
    """An answer of Graph contradicts another or itself: using it could remove people's access."""

    def __init__(self, reason: str, /, **args: Argument) -> None:
        super().__init__("graph-answers-inconsistent", reason=Message(reason, **args))


def failure(status: int, code: str, path: str, request_id: str = "", method: str = "GET") -> WizardError:
    """The error for an answer that the caller does not handle; contains Microsoft's code, never its text."""
    needs = needs_of(path)
    area, change = needs.area, method != "GET" and bool(needs.change)
    answer = microsoft_answered(status, code, request_id)
    if status == 401:
        return SignInNeeded("microsoft-sign-in-ended", answer=answer)
    if status == 403:
        permission = needs.change if change else needs.read
        return PermissionMissing(
            "graph-permission-missing", area=area, change=change, permission=permission, answer=answer
        )
    if status == 404 and not code:  # a gateway's answer, not Graph's: nothing is known to be gone
        return NoAccess("graph-refused", area=area, change=change, answer=answer)
    if status == 404 and area in ("applications", "assignments", "owners"):
        return ApplicationGone("enterprise-application-gone", answer=answer)
    if status == 404 and area == "synchronization":
        return ProvisioningJobGone("provisioning-job-gone", answer=answer)
    if status == 404 and area == "gallery":
        return NoTemplate()
    if status == 429:
        return NoAccess("graph-throttles", answer=answer)
    if status >= 500:
        return NoAccess("graph-has-a-problem", answer=answer)
    return NoAccess("graph-refused", area=area, change=change, answer=answer)


def microsoft_answered(status: int, code: str, request_id: str = "") -> Message:
    """The part of a message that quotes the status, Microsoft's code and the id of the request."""
    return Message("microsoft-answered", status=status, error=code, request=request_id)
