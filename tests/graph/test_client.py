"""Graph's answers that do not fit together, on real sockets: none of them may look like an empty tenant."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.http.loopback_server import Asked, LoopbackServer, Reply, as_json, in_turn, serving
from wizard.errors import Message, NoAccess
from wizard.graph.client import (
    ApplicationGone,
    DeltaExpired,
    GraphClient,
    InconsistentAnswer,
    PermissionMissing,
    open_graph,
)
from wizard.http.retry import RetryPolicy
from wizard.secret import Secret

TOKEN = "token-of-this-test"
QUICK = RetryPolicy(tries=2, base_seconds=0.01, cap_seconds=0.02, throttled_tries=3, longest_ask_seconds=5)

pytestmark = pytest.mark.anyio


def _root(server: LoopbackServer) -> str:
    return f"http://127.0.0.1:{server.port}/v1.0"


@asynccontextmanager
async def _graph(answer: Callable[[Asked], Reply]) -> AsyncIterator[tuple[GraphClient, LoopbackServer]]:
    async with serving(answer) as server, open_graph(_root(server), lambda _: Secret(TOKEN), QUICK) as client:
        yield client, server


async def _rows(client: GraphClient, path: str, feed: bool = False) -> list[dict[str, Any]]:
    return [row async for page in client.pages(path, feed) for row in page.value]


def _error(status: int, code: str) -> Reply:
    return as_json({"error": {"code": code, "message": "private words about ingrid@tidewater.example"}}, status)


async def test_pages_are_followed_below_graphs_own_address() -> None:
    def answer(asked: Asked) -> Reply:
        if "skiptoken" in asked.target:
            return as_json({"value": [{"id": "2"}]})
        link = f"http://{asked.headers['host']}/v1.0/users?$skiptoken=x"
        return as_json({"value": [{"id": "1"}], "@odata.nextLink": link})

    async with _graph(answer) as (client, server):
        assert [row["id"] for row in await _rows(client, "/users")] == ["1", "2"]
        assert server.asked[0].headers["accept"] == "application/json"
        assert server.asked[1].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "path", ["/servicePrincipals/../users/1", "/users/.", "/users/1#/x", "/a\\b", "/users/1 x"]
)
async def test_an_id_cannot_lead_to_another_object(path: str) -> None:
    async with _graph(lambda _asked: as_json({"value": []})) as (client, server):
        for call in (
            client.one(path),
            client.change("PATCH", path, {}),
            client.post(path, {}),
            client.batch([path]),
        ):
            with pytest.raises(InconsistentAnswer) as error:
                await call
            assert "graph-link-elsewhere" in str(error.value)
        assert server.asked == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"people": []}, "graph-page-without-rows"),
        ({"value": None}, "graph-page-without-rows"),
        ({"value": [{"displayName": "no id"}]}, "graph-page-without-rows"),
        (
            {"value": [], "@odata.nextLink": "https://graph.elsewhere.example/v1.0/users?$skiptoken=x"},
            "graph-link-elsewhere",
        ),
    ],
    ids=["no rows", "null rows", "row without id", "link elsewhere"],
)
async def test_a_page_that_is_none_is_an_error(body: dict[str, Any], reason: str) -> None:
    async with _graph(lambda _: as_json(body)) as (client, server):
        with pytest.raises(InconsistentAnswer, match=reason):
            await _rows(client, "/users")
        assert len(server.asked) == 1


async def test_a_list_that_leads_back_to_itself_ends() -> None:
    def answer(asked: Asked) -> Reply:
        link = f"http://{asked.headers['host']}/v1.0/users?$skiptoken=x"
        return as_json({"value": [{"id": "1"}], "@odata.nextLink": link})

    async with _graph(answer) as (client, _):
        with pytest.raises(InconsistentAnswer, match="graph-pages-circular"):
            await _rows(client, "/users")


async def test_a_feed_that_ends_without_a_delta_link_is_an_error() -> None:
    async with _graph(lambda _: as_json({"value": []})) as (client, _):
        assert await _rows(client, "/users") == []
        with pytest.raises(InconsistentAnswer):
            await _rows(client, "/users/delta", feed=True)


@pytest.mark.parametrize(
    ("status", "code"), [(410, "anything"), (400, "syncStateNotFound"), (404, "resyncRequired")]
)
async def test_an_expired_delta_link_means_to_start_over(status: int, code: str) -> None:
    async with _graph(lambda _: _error(status, code)) as (client, _):
        with pytest.raises(DeltaExpired):
            await _rows(client, "/users/delta?$deltatoken=x", feed=True)


@pytest.mark.parametrize(
    ("path", "status", "kind", "code", "permission"),
    [
        ("/users?$top=1", 403, PermissionMissing, "graph-permission-missing", "User.Read.All"),
        ("/groups", 403, PermissionMissing, "graph-permission-missing", "GroupMember.Read.All"),
        ("/servicePrincipals/x/appRoleAssignedTo", 404, ApplicationGone, "enterprise-application-gone", None),
        ("/users", 400, NoAccess, "graph-refused", None),
        ("/users", 503, NoAccess, "graph-has-a-problem", None),
    ],
)
async def test_an_error_names_the_way_out_and_no_person(
    path: str, status: int, kind: type[NoAccess], code: str, permission: str | None
) -> None:
    async with _graph(lambda _: _error(status, "Some_Code")) as (client, _):
        with pytest.raises(kind) as raised:
            await client.one(path)
    message = raised.value.message
    assert (message.code, message.args.get("permission")) == (code, permission)
    assert message.args["answer"] == Message("microsoft-answered", status=status, error="Some_Code", request="")
    assert "ingrid" not in str(raised.value)
    assert TOKEN not in str(raised.value)


def _inner(number: str, status: int, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {"id": number, "status": status, "headers": headers, "body": body}


async def test_a_batch_asks_again_for_what_was_throttled_only() -> None:
    first = {"responses": [_inner("1", 429, {}, **{"Retry-After": "0"}), _inner("0", 200, {"id": "a"})]}
    second = {"responses": [_inner("1", 200, {"id": "b"})]}
    async with _graph(in_turn(as_json(first), as_json(second))) as (client, server):
        answers = await client.batch(["/users/a", "/users/b"])
        assert [one.body["id"] for one in answers] == ["a", "b"]
        assert [one["url"] for one in server.asked[1].json["requests"]] == ["/users/b"]


async def test_a_batch_holds_at_most_twenty() -> None:
    def answer(asked: Asked) -> Reply:
        return as_json(
            {"responses": [_inner(one["id"], 200, {"id": one["url"]}) for one in asked.json["requests"]]}
        )

    async with _graph(answer) as (client, server):
        paths = [f"/users/{number}" for number in range(45)]
        assert [one.body["id"] for one in await client.batch(paths)] == paths
        assert sorted(len(one.json["requests"]) for one in server.asked) == [5, 20, 20]
        assert await client.batch([]) == []


async def test_a_batch_that_is_not_answered_in_full_is_an_error() -> None:
    for rows in ([], [_inner("0", 200, {"id": "a"})], [_inner("0", 200, {}), _inner("7", 200, {})], [{}], ["x"]):
        async with _graph(lambda _, rows=rows: as_json({"responses": rows})) as (client, _):
            with pytest.raises(InconsistentAnswer):
                await client.batch(["/users/a", "/users/b"])


async def test_a_limit_that_is_near_slows_the_reading_down() -> None:
    page = as_json({"value": []}, **{"x-ms-throttle-limit-percentage": "0.95"})
    async with _graph(lambda _: page) as (client, server):
        rates: list[float] = []
        client.report_to(lambda made: rates.append(made.rate))
        for _ in range(3):
            await _rows(client, "/users")
        assert rates == [25 * 0.9] * 3, "a tenth less, once a second at most"
        assert {one.headers["x-ms-throttle-priority"] for one in server.asked} == {"Normal"}
