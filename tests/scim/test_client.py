"""The protocol over a real socket: cursors, filters, writes, errors."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.http.loopback_server import Asked, LoopbackServer, Reply, as_json, in_turn, serving
from wizard.http.client import Answer, Call, JsonClient, connected
from wizard.http.failures import AnswerLost, Unreachable
from wizard.http.pacing import Pacing
from wizard.http.retry import RetryPolicy
from wizard.scim.bodies import IncompleteList, ScimError
from wizard.scim.client import MOST_BARREN_PAGES, MOST_UNANSWERED, ScimClient, equals
from wizard.secret import Secret

pytestmark = pytest.mark.anyio
TOKEN = "s3cr3t-token-nobody-may-see"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
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
    async with serving(answer) as server, connected(server.url, Secret(TOKEN), Pacing(2000, 2000), retry) as wire:
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


async def test_pages_of_a_whole_list_are_sent_before_what_waits_for_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[bool, str]] = []
    send = JsonClient.send

    async def seen(http: JsonClient, call: Call) -> Answer:
        calls.append((call.is_page, call.path))
        return await send(http, call)

    monkeypatch.setattr(JsonClient, "send", seen)
    async with client(in_turn(page("1", cursor="a"), page("2"), page("3"))) as (scim, _):
        await listed(scim)
        await listed(scim, equals("groups.value", "g"))
    assert [is_page for is_page, _ in calls] == [True, True, False]


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
        assert len(server.asked) == MOST_BARREN_PAGES


async def test_pages_without_a_new_row_are_no_end() -> None:
    async with client(lambda asked: page("1", cursor=f"c{id(asked)}")) as (scim, server):
        with pytest.raises(IncompleteList, match="list-without-end"):
            await listed(scim)
        assert len(server.asked) == MOST_BARREN_PAGES + 1


def rows(first: int, last: int) -> list[str]:
    return [str(n) for n in range(first, last + 1)]


def by_index(count: int, honest: bool = True) -> Callable[[Asked], Reply]:
    """A service that pages by index; one that is not honest counts the rows of the page, as AWS does."""

    def answer(asked: Asked) -> Reply:
        query = parse_qs(urlsplit(asked.target).query, keep_blank_values=True)
        first = int(query.get("startIndex", ["1"])[0])
        ids = rows(first, min(count, first + 99))
        return page(*ids, totalResults=count if honest else len(ids), startIndex=first)

    return answer


@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 230])
async def test_a_service_without_cursors_is_read_by_index(count: int, honest: bool) -> None:
    async with client(by_index(count, honest)) as (scim, server):
        assert await listed(scim, equals("groups.value", "g")) == rows(1, count)
        assert all("filter=groups.value" in asked.target for asked in server.asked)
        assert len(server.asked) == count // 100 + 1


@pytest.mark.parametrize(("sent", "total"), [(2, 300), (100, 300), (100, 100)])
async def test_a_service_without_cursors_or_index_is_not_taken_for_whole(sent: int, total: int) -> None:
    async with client(lambda _: page(*rows(1, sent), totalResults=total, startIndex=1)) as (scim, server):
        with pytest.raises(IncompleteList, match="list-without-cursor") as caught:
            await listed(scim)
        assert len(server.asked) == 2
    assert (caught.value.message.args["total"], caught.value.message.args["received"]) == (total, sent)


@pytest.mark.parametrize("count", [99, 101, 200, 1000])
async def test_a_service_that_sends_everything_at_once_is_believed(count: int) -> None:
    async with client(lambda _: page(*rows(1, count), totalResults=count, startIndex=1)) as (scim, server):
        assert len(await listed(scim)) == count
        assert len(server.asked) == 1
    async with client(lambda _: page(*rows(1, count), startIndex=1)) as (scim, server):
        if count < 100:
            assert len(await listed(scim)) == count
        else:
            with pytest.raises(IncompleteList):
                await listed(scim)


async def test_a_total_on_every_page_counts_the_whole_list() -> None:
    pages = [page(*rows(1, 3), cursor="a", totalResults=7), page(*rows(4, 6), cursor="b", totalResults=7)]
    async with client(in_turn(*pages, page("7", totalResults=7))) as (scim, _):
        assert await listed(scim) == rows(1, 7)
    async with client(in_turn(*pages, page(totalResults=7))) as (scim, _):
        with pytest.raises(IncompleteList, match="list-without-cursor"):
            await listed(scim)


async def test_a_full_page_in_answer_to_a_cursor_is_the_last() -> None:
    async with client(lambda _: page(*rows(1, 100))) as (scim, server):
        assert len(await listed(scim)) == 100
        assert len(server.asked) == 1


ODD_IDS = ["", ".", "..", 7, None, "a\x00", "a\nb", "x" * 501, ["a"]]


@pytest.mark.parametrize("odd", ODD_IDS)
async def test_a_row_without_a_usable_id_is_a_fault(odd: object) -> None:
    body = {"schemas": [LIST], "Resources": [{"id": "1"}, {"id": odd, "userName": "a"}]}
    async with client(lambda _: as_json(body)) as (scim, _):
        with pytest.raises(IncompleteList, match="list-row-without-id"):
            await listed(scim)
        with pytest.raises(IncompleteList, match="list-row-without-id"):
            await scim.find("/Users", "userName", "a")
    async with client(lambda _: as_json({"id": odd}, 201)) as (scim, _):
        assert (await scim.create("/Users", {})).id == ""


@pytest.mark.parametrize("odd", [".", "..", ""])
async def test_no_request_goes_to_an_address_above_the_collection(odd: str) -> None:
    async with client(lambda _: as_json({})) as (scim, server):
        for call in (scim.read, scim.delete):
            with pytest.raises(ScimError):
                await call("/Users", odd)
        with pytest.raises(ScimError):
            await scim.change("/Users", odd, [])
        assert server.asked == []


@pytest.mark.parametrize("resources", [{}, "rows", [1], [["id", "1"]]])
async def test_rows_that_are_none_are_a_fault(resources: object) -> None:
    async with client(lambda _: as_json({"schemas": [LIST], "Resources": resources})) as (scim, _):
        with pytest.raises(IncompleteList):
            await listed(scim)


@pytest.mark.parametrize("cursor", [7, ["a"], "x" * 9000])
async def test_a_cursor_that_is_no_text_is_a_fault(cursor: object) -> None:
    async with client(lambda _: page("1", nextCursor=cursor)) as (scim, _):
        with pytest.raises(IncompleteList):
            await listed(scim)


async def test_a_list_is_recognized_by_its_rows_or_its_schema() -> None:
    for body in ({"Resources": [{"id": "1"}]}, {"schemas": [LIST], "Resources": [{"id": "1"}]}):
        async with client(lambda _, body=body: as_json(body)) as (scim, _):  # type: ignore[misc]
            assert await listed(scim) == ["1"]
    async with client(lambda _: as_json({"schemas": [LIST]})) as (scim, _):
        assert await listed(scim) == []


async def test_the_last_page_by_cursor_is_the_last_however_full_it_is() -> None:
    pages = [page(*rows(1, 100), cursor="a", totalResults=200), page(*rows(101, 200), totalResults=200)]
    async with client(in_turn(*pages)) as (scim, server):
        assert await listed(scim) == rows(1, 200)
        assert len(server.asked) == 2


async def test_an_empty_page_by_index_ends_the_list_only_if_nothing_is_missing() -> None:
    async with client(in_turn(page(*rows(1, 100), totalResults=300), page(totalResults=300))) as (scim, server):
        with pytest.raises(IncompleteList, match="list-without-cursor"):
            await listed(scim)
        assert len(server.asked) == 2


async def test_a_write_that_nobody_takes_ends_the_run_at_once() -> None:
    async with client(lambda _: Reply(302, b"", {"Location": "https://elsewhere.example"})) as (scim, server):
        with pytest.raises(Unreachable):
            await scim.change("/Users", "1", [])
        server.answer = lambda _: Reply(200, b"<html>Sign in")
        with pytest.raises(Unreachable):
            await scim.change("/Users", "1", [])

    def last_words(_: Asked) -> Reply:
        server.stop_listening()
        return Reply(fault="reset")

    async with client(last_words) as (scim, server):
        with pytest.raises(Unreachable) as caught:
            await scim.change("/Users", "1", [])
    assert caught.value.may_have_landed


async def test_a_list_that_takes_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.scim.client.LONGEST_LIST_SECONDS", -1.0)
    async with client(lambda asked: page(f"r{id(asked)}", cursor=f"c{id(asked)}")) as (scim, _):
        with pytest.raises(IncompleteList, match="list-without-end"):
            await listed(scim)


@pytest.mark.parametrize("reply", [as_json({}), as_json([]), as_json({"id": "1", "userName": "a"})])
async def test_an_answer_to_a_look_up_that_is_no_list_finds_nobody_either(reply: Reply) -> None:
    async with client(lambda _: reply) as (scim, _):
        with pytest.raises(IncompleteList, match="answer-not-a-list"):
            await scim.find("/Users", "userName", "a")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(fault="reset"),
        Reply(fault="half"),
        Reply(200, b'{"id'),
        Reply(fault="endless"),
        Reply(403, b"<html>Blocked by policy"),
    ],
)
async def test_a_write_whose_answers_are_lost_is_in_doubt_and_several_in_a_row_end_the_run(reply: Reply) -> None:
    async with client(lambda _: reply) as (scim, server):
        for _ in range(MOST_UNANSWERED):
            with pytest.raises(AnswerLost):
                await scim.change("/Users", "1", [])
        with pytest.raises(Unreachable) as caught:
            await scim.delete("/Users", "1")
        assert caught.value.may_have_landed
        server.answer = lambda _: Reply(204)
        await scim.delete("/Users", "1")
        server.answer = lambda _: reply
        with pytest.raises(AnswerLost):
            await scim.delete("/Users", "1")


@pytest.mark.parametrize("reply", [as_json({}), as_json([]), as_json({"hello": "world"})])
async def test_an_answer_that_is_not_a_list_is_not_an_empty_list(reply: Reply) -> None:
    async with client(lambda _: reply) as (scim, _):
        with pytest.raises(IncompleteList):
            await listed(scim)


async def test_an_error_on_a_later_page_is_reported() -> None:
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
        ({"error": {"code": 409, "message": "Taken"}}, "Taken", "header", False),
        ({"error": "Taken"}, "Taken", "header", False),
        ("Taken", "Taken", "header", False),
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


async def test_a_refusal_in_plain_text_is_the_detail() -> None:
    async with client(lambda _: Reply(400, b"Value at 'phoneNumbers'\n" + TOKEN.encode())) as (scim, _):
        with pytest.raises(ScimError) as caught:
            await scim.delete("/Users", "1")
    assert caught.value.detail == "Value at 'phoneNumbers' [secret]"


async def test_a_refusal_tells_how_often_the_request_was_sent() -> None:
    for status, tries in ((501, 1), (503, 2)):
        async with client(lambda _, status=status: as_json({}, status)) as (scim, _):  # type: ignore[misc]
            with pytest.raises(ScimError) as caught:
                await scim.read("/Users", "1")
        assert caught.value.tries == tries


@pytest.mark.parametrize(
    ("reply", "absent"),
    [
        (as_json({"schemas": [ERROR], "detail": "USER does not exist."}, 404), True),
        (as_json({"schema": [ERROR], "detail": "TENANT does not exist."}, 404), False),
        (as_json({"message": "Not Found"}, 404), False),
        (Reply(404, b"no route"), False),
        (Reply(404), False),
        (as_json({"schemas": [ERROR]}, 400), False),
    ],
)  # fmt: skip
async def test_only_the_service_itself_says_that_something_is_gone(reply: Reply, absent: bool) -> None:
    async with client(lambda _: reply) as (scim, _):
        with pytest.raises(ScimError) as caught:
            await scim.read("/Users", "1")
    assert caught.value.says_absent == absent
