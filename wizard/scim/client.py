"""RFC 7644 over our wire: read, list by cursor, create, change, delete."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from wizard.http.client import Answer, Call, JsonClient
from wizard.scim.bodies import Json, ListNotWhole, declares, patch_body, scim_error

Endpoint = Literal["/Users", "/Groups"]

MOST_PAGES = 50_000
MOST_EMPTY_PAGES = 20
"""In a row: a page may be short, but a service that only sends empty ones does not get on."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    resources: tuple[Json, ...]
    next_cursor: str
    """"" = this was the last."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a write gave."""

    body: Json
    """Empty where the service sent none."""
    request_id: str = ""

    @property
    def id(self) -> str:
        """Id of the resource; "" where the answer named none."""
        found = self.body.get("id")
        return found if isinstance(found, str) else ""


def equals(attribute: str, value: str) -> str:
    """A filter `attribute eq "value"`, with the value quoted as a JSON string is (RFC 7644 3.4.2.2)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{attribute} eq "{escaped}"'


class ScimClient:
    """The protocol's verbs. Every call may raise `ScimError`, and `Unreachable` or `AnswerLost` from the wire."""

    def __init__(self, wire: JsonClient) -> None:
        self._wire = wire

    async def service_provider_config(self) -> Json:
        """What the service says of itself (RFC 7644 4)."""
        path = "/ServiceProviderConfig"
        return _object(_successful(await self._wire.send(Call("GET", path, f"GET {path}"))))

    async def page(self, endpoint: Endpoint, cursor: str = "", only: str = "") -> Page:
        """One page, the first without a cursor.

        `?cursor` goes bare on the first page, as AWS documents; without it there is no way to a second one.
        """
        query = f"cursor={quote(cursor, safe='')}" if cursor else "cursor"
        if only:
            query += f"&filter={quote(only, safe='')}"
        answer = _successful(await self._wire.send(Call("GET", f"{endpoint}?{query}", f"GET {endpoint}")))
        return _page(_object(answer), endpoint)

    async def pages(self, endpoint: Endpoint, only: str = "") -> AsyncIterator[Page]:
        """Every page to the end, which is where no next cursor is named; `ListNotWhole` where none comes."""
        seen: set[str] = set()
        cursor, empty = "", 0
        for _ in range(MOST_PAGES):
            page = await self.page(endpoint, cursor, only)
            yield page
            cursor = page.next_cursor
            if not cursor:
                return
            empty = 0 if page.resources else empty + 1
            if cursor in seen or empty >= MOST_EMPTY_PAGES:
                break
            seen.add(cursor)
        raise ListNotWhole(
            "The list did not come to an end",
            f"The service kept naming one more page of {endpoint}, the same again or always an empty one. "
            "Nothing was changed. Try again; if it stays, report it to AWS.",
        )

    async def find(self, endpoint: Endpoint, attribute: str, value: str) -> tuple[Json, ...]:
        """What a filter `attribute eq value` finds, most often nothing or one."""
        query = f"filter={quote(equals(attribute, value), safe='')}"
        answer = _successful(await self._wire.send(Call("GET", f"{endpoint}?{query}", f"GET {endpoint}")))
        return _rows(_object(answer))

    async def read(self, endpoint: Endpoint, resource_id: str) -> Json:
        """One resource by its id."""
        call = Call("GET", _one(endpoint, resource_id), f"GET {endpoint}/{{id}}")
        return _object(_successful(await self._wire.send(call)))

    async def create(self, endpoint: Endpoint, body: Json) -> Done:
        """Create a resource. Sent once: `AnswerLost` says that it may have landed."""
        answer = await self._wire.send(Call("POST", endpoint, f"POST {endpoint}", body, repeatable=False))
        return _done(answer)

    async def change(self, endpoint: Endpoint, resource_id: str, changes: Sequence[Json]) -> Done:
        """Change a resource by PATCH operations; they hold absolute values, so the wire may repeat them."""
        call = Call("PATCH", _one(endpoint, resource_id), f"PATCH {endpoint}/{{id}}", patch_body(changes))
        return _done(await self._wire.send(call))

    async def delete(self, endpoint: Endpoint, resource_id: str) -> Done:
        """Delete a resource."""
        return _done(
            await self._wire.send(Call("DELETE", _one(endpoint, resource_id), f"DELETE {endpoint}/{{id}}"))
        )


def _one(endpoint: Endpoint, resource_id: str) -> str:
    return f"{endpoint}/{quote(resource_id, safe='')}"


def _successful(answer: Answer) -> Answer:
    if not 200 <= answer.status < 300:
        raise scim_error(answer)
    return answer


def _object(answer: Answer) -> Json:
    return answer.body if isinstance(answer.body, dict) else {}


def _done(answer: Answer) -> Done:
    return Done(_object(_successful(answer)), answer.request_id)


def _rows(body: dict[str, Any]) -> tuple[Json, ...]:
    found = body.get("Resources")
    return tuple(row for row in found if isinstance(row, dict)) if isinstance(found, list) else ()


def _page(body: Json, endpoint: Endpoint) -> Page:
    if "Resources" not in body and not declares(body, "ListResponse"):
        raise ListNotWhole(
            "The answer is not a list",
            f"{endpoint} answered without an error, but not as a SCIM service does. Check the tenant URL. "
            "Nothing was changed.",
        )
    rows, cursor, total = _rows(body), body.get("nextCursor"), body.get("totalResults")
    cursor = cursor if isinstance(cursor, str) else ""
    if not cursor and isinstance(total, int) and total > len(rows):
        raise ListNotWhole(
            "The list of the service cannot be read to its end",
            f"It holds {total} rows of {endpoint} and sent {len(rows)}, without a cursor to the rest. Only "
            "services with cursor paging, as AWS IAM Identity Center has it, can be provisioned.",
        )
    return Page(rows, cursor)
