"""The protocol over a real socket: cursors, filters, writes, errors."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.http.loopback_server import Asked, LoopbackServer, Reply, as_json, in_turn, serving
from wizard.http.client import connected
from wizard.http.failures import AnswerLost
from wizard.http.pacing import Pacing
from wizard.http.retry import RetryPolicy
from wizard.scim.bodies import IncompleteList, ScimError
from wizard.scim.client import MOST_EMPTY_PAGES, ScimClient, equals
from wizard.secret import Secret

pytestmark = pytest.mark.anyio
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def page(*ids: str, cursor: str | None = None, **more: object) -> Reply:
    body: dict[str, object] = {
        "schemas": [LIST],
        "itemsPerPage": len(ids),
        "Resources": [{"id": i} for i in ids],
        **more,
    }
    return as_json(body if cursor is None else {**body, "nextCursor": cursor})


@asynccontextmanager
async def client(answer: Callable[[Asked], Reply]) -> AsyncIterator[tuple[ScimClient, LoopbackServer]]:
    retry = RetryPolicy(tries=2, base_seconds=0.001)
    async with serving(answer) as server, connected(server.url, Secret("t"), Pacing(2000, 2000), retry) as wire:
        yield ScimClient(wire), server


async def listed(scim: ScimClient, only: str = "") -> list[str]:
    return [str(row["id"]) async for one in scim.pages("/Users", only) for row in one.resources]


async def test_pages_are_followed_to_the_end_by_cursor_and_short_ones_are_fine() -> None:
    replies = in_turn(page("1", "2", cursor="a+b=/"), page(cursor="c"), page("3", cursor="d"), page("4"))
    async with client(replies) as (scim, server):
        assert await listed(scim, equals("groups.value", "g 1")) == ["1", "2", "3", "4"]
    targets = [urlsplit(asked.target).query for asked in server.asked]
    assert targets[0] == "cursor&filter=groups.value%20eq%20%22g%201%22"
    assert [parse_qs(t).get("cursor") for t in targets[1:]] == [["a+b=/"], ["c"], ["d"]]
    assert len({parse_qs(t)["filter"][0] for t in targets}) == 1


async def test_the_first_page_asks_for_a_bare_cursor() -> None:
    async with client(lambda _: page("1")) as (scim, server):
        assert await listed(scim) == ["1"]
    assert server.asked[0].target.endswith("/Users?cursor")


async def test_a_cursor_that_comes_again_is_no_end() -> None:
    async with client(in_turn(page("1", cursor="a"), page("2", cursor="b"), page("1", cursor="a"))) as (scim, _):
        with pytest.raises(IncompleteList):
            await listed(scim)


async def test_empty_pages_for_ever_are_no_end() -> None:
    async with client(lambda asked: page(cursor=f"c{len(asked.target)}{id(asked)}")) as (scim, server):
        with pytest.raises(IncompleteList):
            await listed(scim)
        assert len(server.asked) == MOST_EMPTY_PAGES


async def test_a_service_without_cursors_is_not_taken_for_whole() -> None:
    async with client(lambda _: page("1", "2", totalResults=300, startIndex=1)) as (scim, _):
        with pytest.raises(IncompleteList):
            await listed(scim)


@pytest.mark.parametrize("reply", [as_json({}), as_json([]), as_json({"hello": "world"})])
async def test_what_is_no_list_is_not_an_empty_one(reply: Reply) -> None:
    async with client(lambda _: reply) as (scim, _):
        with pytest.raises(IncompleteList):
            await listed(scim)


async def test_an_error_on_a_later_page_is_told() -> None:
    async with client(in_turn(page("1", cursor="a"), as_json({"detail": "no"}, 400))) as (scim, _):
        with pytest.raises(ScimError):
            await listed(scim)


@pytest.mark.parametrize(
    "value", ["ada", 'a "quoted" one', "back\\slash", "R&D + 100 %", "Zoë Ünïcode 北京", "a#b?c=d"]
)
async def test_a_filter_says_exactly_the_value(value: str) -> None:
    async with client(lambda _: page("1")) as (scim, server):
        await scim.find("/Groups", "displayName", value)
    query = urlsplit(server.asked[0].target).query
    assert query.isascii()
    name, _, encoded = query.partition("=")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    assert (name, unquote(encoded)) == ("filter", f'displayName eq "{escaped}"')
    assert "&" not in encoded
    assert "+" not in encoded


async def test_writes() -> None:
    def answer(asked: Asked) -> Reply:
        headers = {"x-amzn-RequestId": "r1"}
        if asked.method == "POST":
            return as_json({"id": "new"}, 201, x_amzn_RequestId="r1")
        return Reply(204, b"", headers)

    async with client(answer) as (scim, server):
        created = await scim.create("/Users", {"userName": "a"})
        changed = await scim.change("/Groups", "id/with space", [{"op": "remove", "path": "title"}])
        deleted = await scim.delete("/Users", "1")
    assert (created.id, created.request_id, changed.id, changed.request_id, deleted.request_id) == (
        "new",
        "r1",
        "",
        "r1",
        "r1",
    )
    assert [(a.method, a.target.removeprefix("/tenant/scim/v2")) for a in server.asked] == [
        ("POST", "/Users"),
        ("PATCH", "/Groups/id%2Fwith%20space"),
        ("DELETE", "/Users/1"),
    ]
    assert server.asked[1].json == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "remove", "path": "title"}],
    }


async def test_a_lost_creation_is_said_to_be_lost() -> None:
    async with client(lambda _: Reply(fault="reset")) as (scim, server):
        with pytest.raises(AnswerLost):
            await scim.create("/Users", {"userName": "a"})
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("body", "detail", "request_id", "spoke"),
    [
        (
            {
                "schema": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "detail": "Refused to create a new, duplicate resource.",
                "status": "409",
                "exceptionRequestId": "81abca44",
                "timeStamp": "2022-03-18 10:57:08.014",
            },
            "Refused to create a new, duplicate resource.",
            "81abca44",
            True,
        ),
        ({"schema": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": 409}, "", "header", True),
        ({"message": "Forbidden"}, "Forbidden", "header", False),
        ({"detail": {"not": "text"}, "schemas": "x", "scimType": 3}, "", "header", False),
        (["nonsense"], "", "header", False),
    ],
)
async def test_errors_are_read_tolerantly(body: object, detail: str, request_id: str, spoke: bool) -> None:
    async with client(lambda _: as_json(body, 409, x_amzn_RequestId="header")) as (scim, _):
        with pytest.raises(ScimError) as caught:
            await scim.delete("/Users", "1")
    error = caught.value
    assert (error.status, error.detail, error.request_id, error.spoke_scim) == (409, detail, request_id, spoke)
