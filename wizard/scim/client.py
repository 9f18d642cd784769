"""SCIM client (RFC 7644): read, list by cursor, create, change, delete."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from wizard.http.client import Answer, Call, JsonClient
from wizard.scim.bodies import IncompleteList, Json, declares, patch_body, scim_error

Collection = Literal["/Users", "/Groups"]

MOST_PAGES = 50_000
MOST_EMPTY_PAGES = 20
"""In a row: a page may be short, but a service that only sends empty pages never ends."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    resources: tuple[Json, ...]
    next_cursor: str
    """"" = this was the last."""


@dataclass(frozen=True, slots=True)
class Done:
    """Result of a write."""

    body: Json
    """{} if the service sent none."""
    request_id: str = ""

    @property
    def id(self) -> str:
        """Id of the resource, or ""."""
        value = self.body.get("id")
        return value if isinstance(value, str) else ""


def equals(attribute: str, value: str) -> str:
    """A filter `attribute eq "value"`, the value quoted as a JSON string (RFC 7644 3.4.2.2)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{attribute} eq "{escaped}"'


class ScimClient:
    """The operations of SCIM. Each may raise `ScimError`, and `Unreachable` or `AnswerLost` from `JsonClient`."""

    def __init__(self, http: JsonClient) -> None:
        self._http = http

    async def service_provider_config(self) -> Json:
        """The service's configuration (RFC 7644 4)."""
        path = "/ServiceProviderConfig"
        return _object(_successful(await self._http.send(Call("GET", path, f"GET {path}"))))

    async def page(self, collection: Collection, cursor: str = "", only: str = "") -> Page:
        """One page; the first has no cursor.

        AWS documents `?cursor` without a value for the first page; without it, there is no cursor to a second page.
        """
        query = f"cursor={quote(cursor, safe='')}" if cursor else "cursor"
        if only:
            query += f"&filter={quote(only, safe='')}"
        answer = _successful(await self._http.send(Call("GET", f"{collection}?{query}", f"GET {collection}")))
        return _page(_object(answer), collection)

    async def pages(self, collection: Collection, only: str = "") -> AsyncIterator[Page]:
        """Every page until one has no next cursor; raises `IncompleteList` if the pages do not end."""
        seen: set[str] = set()
        cursor, empty = "", 0
        for _ in range(MOST_PAGES):
            page = await self.page(collection, cursor, only)
            yield page
            cursor = page.next_cursor
            if not cursor:
                return
            empty = 0 if page.resources else empty + 1
            if cursor in seen or empty >= MOST_EMPTY_PAGES:
                break
            seen.add(cursor)
        raise IncompleteList("list-without-end", collection=collection)

    async def find(self, collection: Collection, attribute: str, value: str) -> tuple[Json, ...]:
        """The resources that match a filter `attribute eq value`."""
        query = f"filter={quote(equals(attribute, value), safe='')}"
        answer = _successful(await self._http.send(Call("GET", f"{collection}?{query}", f"GET {collection}")))
        return _rows(_object(answer))

    async def read(self, collection: Collection, resource_id: str) -> Json:
        """One resource by its id."""
        call = Call("GET", _path(collection, resource_id), f"GET {collection}/{{id}}")
        return _object(_successful(await self._http.send(call)))

    async def create(self, collection: Collection, body: Json) -> Done:
        """Create a resource. Sent once; `AnswerLost` means that it may have been created."""
        answer = await self._http.send(Call("POST", collection, f"POST {collection}", body, repeatable=False))
        return _done(answer)

    async def change(self, collection: Collection, resource_id: str, changes: Sequence[Json]) -> Done:
        """Change a resource by PATCH operations; their values are absolute, so the request may be repeated."""
        call = Call("PATCH", _path(collection, resource_id), f"PATCH {collection}/{{id}}", patch_body(changes))
        return _done(await self._http.send(call))

    async def delete(self, collection: Collection, resource_id: str) -> Done:
        """Delete a resource."""
        return _done(
            await self._http.send(Call("DELETE", _path(collection, resource_id), f"DELETE {collection}/{{id}}"))
        )


def _path(collection: Collection, resource_id: str) -> str:
    return f"{collection}/{quote(resource_id, safe='')}"


def _successful(answer: Answer) -> Answer:
    if not 200 <= answer.status < 300:
        raise scim_error(answer)
    return answer


def _object(answer: Answer) -> Json:
    return answer.body if isinstance(answer.body, dict) else {}


def _done(answer: Answer) -> Done:
    return Done(_object(_successful(answer)), answer.request_id)


def _rows(body: dict[str, Any]) -> tuple[Json, ...]:
    rows = body.get("Resources")
    return tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _page(body: Json, collection: Collection) -> Page:
    if "Resources" not in body and not declares(body, "ListResponse"):
        raise IncompleteList("answer-not-a-list", collection=collection)
    rows, cursor, total = _rows(body), body.get("nextCursor"), body.get("totalResults")
    cursor = cursor if isinstance(cursor, str) else ""
    if not cursor and isinstance(total, int) and total > len(rows):
        raise IncompleteList("list-without-cursor", total=total, collection=collection, received=len(rows))
    return Page(rows, cursor)
