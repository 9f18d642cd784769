"""Microsoft Graph as we use it: single answers, pages, change feeds, batches, changes."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import anyio
import anyio.to_thread

from wizard.errors import DirectoryRefused, NoAccess, SignInNeeded, WizardError
from wizard.http.client import Answer, Call, JsonClient, connected
from wizard.http.pacing import Pacing
from wizard.http.retry import RetryPolicy, retry_after_seconds
from wizard.progress import ReportRequest
from wizard.secret import Secret

PERMISSIONS: Mapping[str, str] = {
    "users": "User.Read.All",
    "directory": "User.Read.All",
    "groups": "GroupMember.Read.All",
    "servicePrincipals": "Application.Read.All",
    "applications": "Application.Read.All",
}
"""First segment of a path -> the least permission that reads it (Microsoft Graph permissions reference)."""
CHANGES: Mapping[str, tuple[str, str]] = {
    "servicePrincipals": ("change assignments", "AppRoleAssignment.ReadWrite.All"),
    "applications": ("change the application", "Application.ReadWrite.All"),
    "applicationTemplates": ("add an application", "Application.ReadWrite.All"),
}
"""First segment of a path -> what a change below it does, and the least permission that lets it."""
_NOTHING_CHANGED = "Nothing was changed."


class PermissionMissing(DirectoryRefused):
    """Microsoft knows us and does not let us read this (exit code 4)."""


class ApplicationGone(DirectoryRefused):
    """The enterprise application is no longer in the tenant (exit code 4)."""


class NoTemplate(WizardError):
    """The gallery of this cloud does not offer the application."""

    def __init__(self) -> None:
        super().__init__(
            "The gallery of this cloud does not offer AWS IAM Identity Center",
            "Microsoft has it in the global cloud and in China, not for US Government. Nothing is lost: choose All "
            "users and groups as the scope and narrow it by groups or filters; no application is needed then.",
        )


class StartOver(Exception):
    """A delta link is no longer good: everything must be read."""


class Contradiction(WizardError):
    """What Microsoft told does not fit together; taking it at its word could take people's access."""

    def __init__(self, sentence: str) -> None:
        super().__init__(
            "Microsoft Graph's answers do not fit together",
            f"{sentence} Such an answer is never taken for people who have left: {_NOTHING_CHANGED.lower()} "
            "Try again in a few minutes.",
        )


def failure(status: int, code: str, path: str, request_id: str = "", method: str = "GET") -> WizardError:
    """The error behind an answer that is none of ours to handle; never holds what Microsoft said in words."""
    area = path.strip("/").partition("/")[0].partition("?")[0]
    told = f"Microsoft answered {status} {code}".rstrip() + (f" (request {request_id})." if request_id else ".")
    if status == 401:
        return SignInNeeded(
            "Microsoft no longer accepts the sign-in",
            f"It has expired or was withdrawn. Sign in again on the page Directory. {told}",
        )
    if status == 403:
        return _not_allowed(area, method, told)
    if status == 404 and area in ("servicePrincipals", "applications"):
        return ApplicationGone(
            "The enterprise application is no longer in this tenant",
            f"It was deleted, or another tenant is signed in to. Choose the application again. {told}",
        )
    if status == 404 and area == "applicationTemplates":
        return NoTemplate()
    if status == 429:
        return NoAccess(
            "Microsoft Graph asks to wait",
            f"Too much was asked of this tenant lately. {_NOTHING_CHANGED} Try again in a few minutes. {told}",
        )
    if status >= 500:
        return NoAccess(
            "Microsoft Graph does not answer as it should", f"{_NOTHING_CHANGED} Try again later. {told}"
        )
    doing = CHANGES[area][0] if method != "GET" and area in CHANGES else f"tell {_named(area)}"
    return NoAccess(f"Microsoft Graph refused to {doing}", f"{told} {_NOTHING_CHANGED}")


def _not_allowed(area: str, method: str, told: str) -> PermissionMissing:
    doing, permission = f"read {_named(area)}", PERMISSIONS.get(area, "for this")
    role = ""
    if method != "GET" and area in CHANGES:
        doing, permission = CHANGES[area]
        role = " Who signs in needs the role Application Administrator or Cloud Application Administrator as well."
    return PermissionMissing(
        f"Microsoft does not let this application {doing}",
        f"The permission {permission} is missing or nobody has consented to it. An administrator of the tenant "
        f"(Privileged Role Administrator, or Cloud Application Administrator) can grant it.{role} {told}",
    )


def _named(area: str) -> str:
    return {
        "users": "people",
        "directory": "deleted people",
        "groups": "groups",
        "servicePrincipals": "the application's assignments",
        "applications": "the application",
    }.get(area, "the directory")


MOST_IN_BATCH = 20
"""Microsoft Graph, JSON batching: at most 20 requests in one batch."""
BATCHES_AT_ONCE = 4
LONGEST_WAIT = 300.0
"""Seconds; a Retry-After beyond this is not waited for."""
ROUNDS = 8
"""How often the throttled part of a batch is asked again."""
_ACCEPT = (("Accept", "application/json"), ("Content-Type", "application/json"))
_EVENTUAL = (("ConsistencyLevel", "eventual"),)
_TRANSIENT = (429, 500, 502, 503, 504)

Priority = Literal["Low", "Normal"]
"""Microsoft Graph, throttling: who is held back first where a tenant's limit is near; Low = nobody waits for it."""
Tokens = Callable[[bool], Secret]
"""Gives an access token; True = the last one was refused, find a newer one. Blocks; raises `SignInNeeded`."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list or of a change feed."""

    value: list[dict[str, Any]]
    delta_link: str
    """Where the feed goes on next time, without Graph's own address; only the last page of a feed has it."""


@dataclass(frozen=True, slots=True)
class Inner:
    """The answer to one request of a batch, or to one change."""

    status: int
    body: dict[str, Any]
    request_id: str = ""

    @property
    def code(self) -> str:
        """Microsoft's code of the error, or ""."""
        return error_code(self.body)

    def says(self, *words: str) -> bool:
        """Whether the error's sentence holds one of these words; the sentence itself may name people, and stays here."""
        error = self.body.get("error")
        sentence = str(error.get("message", "")).lower() if isinstance(error, dict) else ""
        return any(word in sentence for word in words)


def error_code(body: object) -> str:
    """The code in a body of an error, or ""."""
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else ""


class GraphClient:
    """Reads and changes one tenant. Calls may run side by side."""

    def __init__(
        self, http: JsonClient, root: str, renew: Callable[[], None], priority: Priority = "Normal"
    ) -> None:
        self._http, self._root, self._renew = http, root.rstrip("/"), renew
        self._headers = (*_ACCEPT, ("x-ms-throttle-priority", priority))
        self._batches = anyio.CapacityLimiter(BATCHES_AT_ONCE)

    def report_to(self, report: ReportRequest) -> None:
        """Name who hears of every request that ended."""
        self._http.report_to(report)

    async def one(self, path: str, eventual: bool = False) -> dict[str, Any]:
        """The object at a path; raises `WizardError`, or `StartOver` for a delta link that has expired."""
        headers = (*self._headers, *(_EVENTUAL if eventual else ()))
        answer = await self._sent(Call("GET", path, _operation("GET", path), headers=headers))
        if answer.status == 200 and isinstance(answer.body, dict):
            return answer.body
        code = error_code(answer.body)
        if answer.status == 410 or (
            answer.status < 500 and code.lower() in ("syncstatenotfound", "resyncrequired")
        ):
            raise StartOver(code)
        if answer.status == 200:
            raise Contradiction("An answer held no object.")
        raise failure(answer.status, code, path, answer.request_id)

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make something, once: it is never sent again by itself. Raises `WizardError`, or `AnswerLost`."""
        call = Call("POST", path, _operation("POST", path), body, repeatable=False, headers=self._headers)
        answer = await self._sent(call)
        if answer.status in (200, 201) and isinstance(answer.body, dict):
            return answer.body
        raise failure(answer.status, error_code(answer.body), path, answer.request_id, "POST")

    async def change(self, method: str, path: str, body: dict[str, Any] | None = None) -> Inner:
        """Change something that ends the same where it is sent twice; returns the answer, whatever it says.

        Raises `WizardError` where none came. Who asks judges the answer: `failure` has the words.
        """
        answer = await self._sent(Call(method, path, _operation(method, path), body, headers=self._headers))
        return Inner(answer.status, answer.body if isinstance(answer.body, dict) else {}, answer.request_id)

    async def pages(self, path: str, feed: bool = False) -> AsyncIterator[Page]:
        """All pages of a list, one at a time; of a feed, the last one holds the delta link.

        Raises `Contradiction` for a page without rows, a link that was followed before or leads elsewhere, and a
        feed that ends without a delta link.
        """
        async for page in self.rest(await self.one(path), feed, {path}):
            yield page

    async def rest(
        self, body: dict[str, Any], feed: bool = False, seen: set[str] | None = None
    ) -> AsyncIterator[Page]:
        """The pages from one that was read already, such as in a batch; raises as `pages`."""
        seen = set() if seen is None else seen
        while True:
            value = body.get("value")
            if not isinstance(value, list) or not all(isinstance(one, dict) and one.get("id") for one in value):
                raise Contradiction("A page of a list had no rows, or a row without an id.")
            path = self._below(body.get("@odata.nextLink", ""))
            delta_link = self._below(body.get("@odata.deltaLink", ""))
            if feed and not path and not delta_link:
                raise Contradiction("A list of changes ended before its end.")
            yield Page(value, delta_link)
            if not path:
                return
            if path in seen:
                raise Contradiction("A list led back to a page that was read already.")
            seen.add(path)
            body = await self.one(path)

    async def batch(self, paths: Sequence[str], eventual: bool = False) -> list[Inner]:
        """Answers to many paths, in their order; what was throttled is asked again. Raises `WizardError`."""
        found: dict[int, Inner] = {}
        failures: list[WizardError] = []

        async def ask(numbers: list[int]) -> None:
            async with self._batches:
                try:
                    await self._batch(paths, numbers, found, dict(_EVENTUAL) if eventual else {})
                except WizardError as error:
                    failures.append(error)
                    tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            for at in range(0, len(paths), MOST_IN_BATCH):
                tasks.start_soon(ask, list(range(at, min(at + MOST_IN_BATCH, len(paths)))))
        if failures:
            raise failures[0]
        return [found[number] for number in range(len(paths))]

    async def _batch(
        self, paths: Sequence[str], numbers: list[int], found: dict[int, Inner], headers: dict[str, str]
    ) -> None:
        more = {"headers": headers} if headers else {}
        for attempt in range(ROUNDS):
            inner = [{"id": str(number), "method": "GET", "url": paths[number], **more} for number in numbers]
            call = Call("POST", "/$batch", "POST /$batch", {"requests": inner}, headers=self._headers)
            answer = await self._sent(call)
            if answer.status != 200:
                raise failure(answer.status, error_code(answer.body), paths[numbers[0]], answer.request_id)
            wait = self._sort(answer, numbers, found)
            numbers = [number for number in numbers if found[number].status in _TRANSIENT]
            if not numbers:
                return
            if wait > LONGEST_WAIT:
                break
            await anyio.sleep(max(wait, min(30.0, 0.2 * 2**attempt)))
        last = found[numbers[0]]
        raise failure(last.status, last.code, paths[numbers[0]])

    def _sort(self, answer: Answer, numbers: list[int], found: dict[int, Inner]) -> float:
        """Put the answers of a batch in their places; returns how long its throttled ones ask to wait, in seconds."""
        rows = answer.body.get("responses") if isinstance(answer.body, dict) else None
        wait, told = 0.0, set()
        for row in rows if isinstance(rows, list) else ():
            number, inner, asked = _read(row)
            told.add(number)
            found[number] = inner
            wait = max(wait, asked)
        if told != set(numbers):
            raise Contradiction("A batch was not answered in full.")
        return wait

    async def _sent(self, call: Call) -> Answer:
        answer = await self._http.send(call)
        if answer.status == 401:
            # A reading can outlast its token: once, a newer one is looked for.
            await anyio.to_thread.run_sync(self._renew, abandon_on_cancel=True)
            answer = await self._http.send(call)
        return answer

    def _below(self, link: object) -> str:
        """A link without Graph's own address; raises `Contradiction` where it leads elsewhere."""
        if not link:
            return ""
        text = str(link)
        if not text.startswith(f"{self._root}/"):
            raise Contradiction("A link led away from Microsoft Graph.")
        return text.removeprefix(self._root)


def _read(row: Any) -> tuple[int, Inner, float]:
    """One answer inside a batch: its number, itself, and the seconds it asks to wait; raises `Contradiction`."""
    try:
        body, headers = row.get("body"), row.get("headers") or {}
        asked = {str(key).lower(): str(value) for key, value in headers.items()}.get("retry-after", "")
        inner = Inner(int(row["status"]), body if isinstance(body, dict) else {})
        return int(row["id"]), inner, retry_after_seconds(asked) or 0.0
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Contradiction("An answer inside a batch could not be read.") from None


def _operation(method: str, path: str) -> str:
    """What pacing and reports count by: the path without its query, ids as {id}."""
    return f"{method} " + "/".join("{id}" if _is_id(part) else part for part in path.partition("?")[0].split("/"))


def _is_id(part: str) -> bool:
    """Objects have a UUID; an assignment has 43 characters of base64."""
    return len(part) == 43 or (len(part) == 36 and part.count("-") == 4)


@asynccontextmanager
async def open_graph(
    root: str, tokens: Tokens, retry: RetryPolicy | None = None, priority: Priority = "Normal"
) -> AsyncGenerator[GraphClient, None]:
    """A client for Graph at an address such as https://graph.microsoft.com/v1.0, open as long as the block lasts."""
    held = [await anyio.to_thread.run_sync(tokens, False, abandon_on_cancel=True)]

    def renew() -> None:
        held[0] = tokens(True)

    async with connected(root, lambda: held[0], Pacing(), retry, hint=None) as http:
        yield GraphClient(http, root, renew, priority)
