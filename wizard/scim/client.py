"""SCIM client (RFC 7644): read, list by cursor, create, change, delete."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import anyio

from wizard.http.client import Answer, Call, JsonClient
from wizard.http.failures import AnswerLost, Unreachable
from wizard.scim.bodies import IncompleteList, Json, ScimError, declares, patch_body, scim_error

Collection = Literal["/Users", "/Groups"]

PAGE_ROWS = 100
"""Rows of a full page (AWS)."""
MOST_PAGES = 20_000
MOST_BARREN_PAGES = 20
"""Pages in a row without a new row: a page may be short, but a service that only sends such pages never ends."""
LONGEST_LIST_SECONDS = 3600.0
LONGEST_CURSOR = 8_000
LONGEST_ID = 500
MOST_UNANSWERED = 5
"""Writes in a row whose answers are lost before the service counts as unreachable."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    resources: tuple[Json, ...]
    """Each has a usable id."""
    next_cursor: str = ""
    """"" = this was the last, unless the list is read by index."""
    total: int = 0
    """Rows of the whole list, as far as the service says; AWS counts those of the page."""
    may_be_capped: bool = False
    """The list is counted by index (RFC 7644 3.4.2.4), and its number of rows may be the limit of a page."""


@dataclass(frozen=True, slots=True)
class Done:
    """Result of a write."""

    body: Json
    """{} if the service sent none."""
    request_id: str = ""

    @property
    def id(self) -> str:
        """Id of the resource; "" if there is none, or none that can be used."""
        value = self.body.get("id")
        return value if isinstance(value, str) and is_usable_id(value) else ""


def equals(attribute: str, value: str) -> str:
    """A filter `attribute eq "value"`, the value quoted as a JSON string (RFC 7644 3.4.2.2)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{attribute} eq "{escaped}"'


class ScimClient:
    """The operations of SCIM. Each may raise `ScimError`, and `Unreachable` or `AnswerLost` from `JsonClient`."""

    def __init__(self, http: JsonClient) -> None:
        self._http = http
        self._unanswered = 0

    async def service_provider_config(self) -> Json:
        """The service's configuration (RFC 7644 4)."""
        path = "/ServiceProviderConfig"
        return await self._get(Call("GET", path, f"GET {path}"))

    async def page(self, collection: Collection, only: str = "", place: str = "cursor") -> Page:
        """One page; the first has no cursor. Raises `IncompleteList` for an answer that is not a list.

        AWS documents `?cursor` without a value for the first page; without it, there is no cursor to a second page.
        """
        query = f"{place}&filter={quote(only, safe='')}" if only else place
        call = Call("GET", f"{collection}?{query}", f"GET {collection}", is_page=not only)
        return _page(await self._get(call), collection)

    async def pages(self, collection: Collection, only: str = "") -> AsyncIterator[Page]:
        """Every page, by cursor or else by index; raises `IncompleteList` if the list has no end or is cut off."""
        until = anyio.current_time() + LONGEST_LIST_SECONDS
        ids: set[str] = set()
        place, places, barren = "cursor", {"cursor"}, 0
        for _ in range(MOST_PAGES):
            page = await self.page(collection, only, place)
            yield page
            known = len(ids)
            ids.update(row["id"] for row in page.resources)
            barren = 0 if len(ids) > known else barren + 1
            place = _next_place(page, place, len(ids), collection)
            if not place:
                return
            if place in places and place.startswith("startIndex"):
                raise _cut_off(page, len(ids), collection)
            if place in places or barren >= MOST_BARREN_PAGES or anyio.current_time() > until:
                break
            places.add(place)
        raise IncompleteList("list-without-end", collection=collection)

    async def find(self, collection: Collection, attribute: str, value: str) -> tuple[Json, ...]:
        """The resources that match a filter `attribute eq value`."""
        query = f"filter={quote(equals(attribute, value), safe='')}"
        return _page(
            await self._get(Call("GET", f"{collection}?{query}", f"GET {collection}")), collection
        ).resources

    async def read(self, collection: Collection, resource_id: str) -> Json:
        """One resource by its id."""
        return await self._get(Call("GET", _path(collection, resource_id), f"GET {collection}/{{id}}"))

    async def create(self, collection: Collection, body: Json) -> Done:
        """Create a resource. Sent once; `AnswerLost` means that it may have been created."""
        return await self._write(Call("POST", collection, f"POST {collection}", body, repeatable=False))

    async def change(self, collection: Collection, resource_id: str, changes: Sequence[Json]) -> Done:
        """Change a resource by PATCH operations; their values are absolute, so the request may be repeated."""
        path = _path(collection, resource_id)
        return await self._write(Call("PATCH", path, f"PATCH {collection}/{{id}}", patch_body(changes)))

    async def delete(self, collection: Collection, resource_id: str) -> Done:
        """Delete a resource."""
        path = _path(collection, resource_id)
        return await self._write(Call("DELETE", path, f"DELETE {collection}/{{id}}"))

    async def _get(self, call: Call) -> Json:
        return _object(_successful(await self._http.send(call)))

    async def _write(self, call: Call) -> Done:
        """Send a write. One whose answers are all lost is in doubt; several in a row mean that nothing gets through."""
        try:
            answer = await self._http.send(call)
        except Unreachable as failure:
            if not failure.sent or not _is_in_doubt(failure) or self._unanswered >= MOST_UNANSWERED:
                raise
        else:
            self._unanswered = 0
            return Done(_object(_successful(answer)), answer.request_id)
        self._unanswered += 1
        raise AnswerLost(call.operation)


def _is_in_doubt(failure: Unreachable) -> bool:
    """Whether the service may have carried out the request, or a gateway refused this one with a page of its own."""
    if failure.cause == "html":
        return failure.message.args.get("status") in (400, 403, 404, 405, 406, 413, 414)
    return failure.cause in ("lost", "timeout", "not-json", "too-large", "coding")


def is_usable_id(value: object) -> bool:
    """Whether a value can be the id of a resource: `.` and `..` in a path would name another resource."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_ID
        and value.isprintable()
        and value not in (".", "..")
    )


def _path(collection: Collection, resource_id: str) -> str:
    if not is_usable_id(resource_id):
        raise ScimError(404, spoke_scim=True)  # no resource can have this id
    return f"{collection}/{quote(resource_id, safe='')}"


def _successful(answer: Answer) -> Answer:
    if not 200 <= answer.status < 300:
        raise scim_error(answer)
    return answer


def _object(answer: Answer) -> Json:
    return answer.body if isinstance(answer.body, dict) else {}


def _page(body: Json, collection: Collection) -> Page:
    rows, cursor, total = body.get("Resources", []), body.get("nextCursor") or "", body.get("totalResults")
    if "Resources" not in body and not declares(body, "ListResponse"):
        raise IncompleteList("answer-not-a-list", collection=collection)
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and is_usable_id(row.get("id")) for row in rows
    ):
        raise IncompleteList("list-row-without-id", collection=collection)
    if not isinstance(cursor, str) or len(cursor) > LONGEST_CURSOR:
        raise IncompleteList("list-without-end", collection=collection)
    capped = len(rows) == PAGE_ROWS if total is not None else len(rows) >= PAGE_ROWS and "startIndex" in body
    return Page(tuple(rows), cursor, total if isinstance(total, int) else 0, capped)


def _next_place(page: Page, place: str, received: int, collection: Collection) -> str:
    """The query of the page after this one, "" if it was the last; raises `IncompleteList` if rows are missing.

    A list without cursors is read by index. A page of 100 rows of such a list is never taken for the last: AWS sends no
    more, and counts only the rows of the page as `totalResults`.
    """
    if page.next_cursor:
        return f"cursor={quote(page.next_cursor, safe='')}"
    may_go_on = page.total > received or page.may_be_capped
    if may_go_on and page.resources and not place.startswith("cursor="):
        return f"startIndex={received + 1}&count={PAGE_ROWS}"
    if page.total > received:
        raise _cut_off(page, received, collection)
    return ""


def _cut_off(page: Page, received: int, collection: Collection) -> IncompleteList:
    return IncompleteList("list-without-cursor", total=page.total, collection=collection, received=received)
