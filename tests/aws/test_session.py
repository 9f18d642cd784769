"""Looking up and adopting, lost answers, refusals: against a service that can be bent."""

import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.aws.small_service import LIST, SmallService, scim_refusal, small_service
from tests.http.loopback_server import Asked, Reply, as_json
from wizard.aws.interface import OutcomeUnknown, Refused, TargetSession, Updated
from wizard.aws.session import CREATE_TRIES, IdentityCenter
from wizard.errors import Message, NoAccess, TokenRefused
from wizard.http.client import Timeouts
from wizard.http.retry import RetryPolicy
from wizard.progress import Progress, RequestMade
from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER, REDACTED, Known, Redacted, Resource

pytestmark = pytest.mark.anyio

TOKEN = "s3cr3t-token-nobody-may-see"
EMAIL = 'emails[type eq "work"].value'
ADA: Resource = {
    "userName": "ada",
    "displayName": "Ada Byron",
    "name.givenName": "Ada",
    "name.familyName": "Byron",
    EMAIL: "ada@example.com",
    "externalId": "1",
}
QUICK = RetryPolicy(tries=3, connect_tries=2, throttled_tries=1, base_seconds=0.001)
LOST = Reply(fault="reset")


@asynccontextmanager
async def session(
    report: Callable[[RequestMade], None] = lambda _: None, is_linked: Callable[[str], bool] | None = None
) -> AsyncIterator[tuple[SmallService, TargetSession]]:
    async with small_service() as service:
        assert service.server is not None
        target = IdentityCenter(
            service.server.url, TOKEN, retry=QUICK, timeouts=Timeouts(1, 1, 3), is_linked=is_linked
        )
        async with target.connect(report) as opened:
            yield service, opened


def times(n: int, reply: Reply, method: str, act: SmallService | None = None) -> Callable[[Asked], Reply | None]:
    """The first n requests of a method get this reply; with a service, they take place all the same."""
    left = [n]

    def before(asked: Asked) -> Reply | None:
        if asked.method != method or left[0] == 0:
            return None
        left[0] -= 1
        if act is not None:
            act.act(asked)
        return reply

    return before


def in_order(*replies: Reply) -> Callable[[Asked], Reply | None]:
    """One reply for each request, and then the service's own."""
    left = list(replies)
    return lambda asked: left.pop(0) if left else None


async def test_a_creation_that_landed_though_its_answer_was_lost_is_ours() -> None:
    async with session() as (service, opened):
        service.before = times(1, LOST, "POST", service)
        landed = await opened.create_user(ADA)
        assert list(service.users) == [landed.id]
        assert service.asked == ["POST /Users", "GET /Users"]


async def test_a_creation_that_did_not_land_is_sent_again_after_a_look() -> None:
    async with session() as (service, opened):
        service.before = times(2, as_json({}, 500), "POST")
        landed = await opened.create_user(ADA)
        assert landed.id in service.users
        assert len(service.users) == 1
        looks = ["GET /Users", "GET /Users"]  # by user name, then by external id
        assert service.asked == ["POST /Users", *looks, "POST /Users", *looks, "POST /Users"]


async def test_a_creation_whose_answer_never_comes_is_unknown() -> None:
    async with session() as (service, opened):
        service.before = times(-1, LOST, "POST")
        with pytest.raises(OutcomeUnknown):
            await opened.create_user(ADA)
        assert service.asked.count("POST /Users") == CREATE_TRIES


OTHERS = [{"userName": "ADA"}, {"userName": "old.name", "externalId": "1"}, {"userName": "ada", "externalId": "2"}]


@pytest.mark.parametrize("known_by", OTHERS)
@pytest.mark.parametrize("lost", [False, True])
async def test_an_account_of_others_is_refused_and_left_as_it_is(known_by: dict[str, str], lost: bool) -> None:
    async with session() as (service, opened):
        there = {"id": "u1", "title": "Kept", "displayName": "Old", "externalId": "7", **known_by}
        service.users["u1"] = dict(there)
        service.before = times(1, LOST if lost else scim_refusal(409), "POST")
        with pytest.raises(Refused) as caught:
            await opened.create_user({**ADA, "title": "Countess"})
        path = "externalId" if there["userName"] == "old.name" else "userName"
        assert (caught.value.message.code, caught.value.message.args["path"]) == ("name-of-others", path)
        assert caught.value.may_have_landed == lost
        assert service.users == {"u1": there}


async def test_our_own_creation_is_completed_where_aws_left_something_out() -> None:
    async with session() as (service, opened):
        service.before = times(1, LOST, "POST", service)

        def without_title(asked: Asked) -> Reply | None:
            for user in service.users.values():
                user.pop("title", None)
            return lost(asked)

        lost, service.before = service.before, without_title
        landed = await opened.create_user({**ADA, "title": "Countess"})
        assert service.users[landed.id]["title"] == "Countess"


async def test_an_account_linked_to_another_person_of_the_job_is_not_taken_over() -> None:
    async with session(is_linked={"u1"}.__contains__) as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada", "externalId": "2"}
        with pytest.raises(Refused) as caught:
            await opened.create_user(ADA)
        assert (caught.value.status, caught.value.message.args["path"]) == (409, "userName")
        assert service.users["u1"]["externalId"] == "2"


async def test_where_neither_name_nor_id_is_found_the_address_is_taken() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {
            "id": "u1",
            "userName": "other",
            "emails": [{"value": "ada@example.com", "type": "work", "primary": True}],
        }
        with pytest.raises(Refused) as caught:
            await opened.create_user(ADA)
    refused = caught.value
    assert refused.status == 409
    assert refused.message == Message("email-taken-in-aws", address="ada@example.com")
    assert (refused.detail, refused.request_id) == ("Refused to create a new, duplicate resource.", "req-x")


async def test_a_redacted_address_is_no_argument_of_a_message() -> None:
    async with session() as (service, opened):
        emails = [{"value": "ada@example.com", "type": "work", "primary": True}]
        service.users["u1"] = {"id": "u1", "userName": "other", "emails": emails}
        with pytest.raises(Refused) as caught:
            await opened.create_user({**ADA, EMAIL: Redacted("ada@example.com")})
    address = caught.value.message.args["address"]
    assert isinstance(address, str)
    assert "".join(address) == REDACTED


async def test_a_group_of_others_is_refused_and_nobody_joins_it() -> None:
    async with session() as (service, opened):
        service.users.update({i: {"id": i, "userName": i} for i in "abc"})
        service.groups["g1"] = {"id": "g1", "displayName": "OPS"}
        service.members["g1"] = {"a"}
        with pytest.raises(Refused) as caught:
            await opened.create_group({"displayName": "Ops", "externalId": "9"}, ["a", "b", "c"])
        assert (caught.value.message.code, caught.value.message.args["path"]) == ("name-of-others", "displayName")
        assert service.members["g1"] == {"a"}
        assert service.groups["g1"] == {"id": "g1", "displayName": "OPS"}


async def test_a_group_whose_answer_was_lost_has_its_members() -> None:
    async with session() as (service, opened):
        service.users.update({i: {"id": i, "userName": i} for i in "ab"})
        service.before = times(1, LOST, "POST", service)
        landed = await opened.create_group({"displayName": "Ops"}, ["a", "b"])
        assert service.members[landed.id] == {"a", "b"}


async def test_one_member_who_is_gone_keeps_nobody_else_out() -> None:
    async with session() as (service, opened):
        service.users.update({f"u{i}": {"id": f"u{i}"} for i in range(60)})
        service.groups["g1"] = {"id": "g1", "displayName": "Ops"}
        with pytest.raises(Refused) as caught:
            await opened.add_members(
                "g1", [*(f"u{i}" for i in range(30)), "gone", *(f"u{i}" for i in range(30, 60))]
            )
        assert caught.value.status == 404
        assert service.members["g1"] == set(service.users)
        assert len(service.asked) < 60
        service.users["x"] = {"id": "x"}
        with pytest.raises(Refused):
            await opened.create_group({"displayName": "New"}, ["x", "gone"])
        made = next(i for i, row in service.groups.items() if row["displayName"] == "New")
        assert service.members[made] == {"x"}


async def test_members_as_wished_already_are_done() -> None:
    async with session() as (service, opened):
        service.users.update({i: {"id": i} for i in "abcd"})
        service.groups["g1"] = {"id": "g1", "displayName": "Ops"}
        service.members["g1"] = {"a", "b"}
        await opened.add_members("g1", ["a", "b"])
        await opened.add_members("g1", ["b", "c", "b"])
        assert service.members["g1"] == {"a", "b", "c"}
        await opened.remove_members("g1", ["d", "a"])
        await opened.remove_members("g1", ["d"])
        assert service.members["g1"] == {"b", "c"}
        assert await opened.add_members("g1", []) == ""
        assert await opened.member_ids("g1") == {"b", "c"}


async def test_a_group_that_is_gone_is_refused_at_once() -> None:
    async with session() as (service, opened):
        with pytest.raises(Refused) as caught:
            await opened.add_members("gone", [str(i) for i in range(100)])
        assert caught.value.status == 404
        assert len(service.asked) == 2


async def test_more_than_a_hundred_are_a_mistake_of_the_caller() -> None:
    async with session() as (_, opened):
        with pytest.raises(ValueError, match="100"):
            await opened.add_members("g", [str(i) for i in range(101)])
        with pytest.raises(ValueError, match="100"):
            await opened.create_group({"displayName": "G"}, [str(i) for i in range(101)])


async def test_an_update_sends_what_differs_and_nothing_else() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1", "title": "T"}
        assert await opened.update_user("u1", ADA, dict(ADA)) == Updated()
        assert service.asked == []
        await opened.update_user("u1", {**ADA, "title": "T"}, {**ADA, MANAGER: Known("m")})
        assert service.server is not None
        assert service.server.asked[-1].json["Operations"] == [
            {"op": "replace", "path": MANAGER, "value": {"value": "m", "$ref": "../Users/m"}},
            {"op": "remove", "path": "title"},
        ] or service.server.asked[-1].json["Operations"] == [
            {"op": "remove", "path": "title"},
            {"op": "replace", "path": MANAGER, "value": {"value": "m", "$ref": "../Users/m"}},
        ]


async def test_an_update_whose_first_answer_was_lost_is_done() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada", "title": "T"}
        service.before = times(1, LOST, "PATCH", service)
        await opened.update_user("u1", {"userName": "ada", "title": "T"}, {"userName": "ada"})
        assert "title" not in service.users["u1"]


async def test_an_update_from_a_state_that_is_out_of_date_is_put_right() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada", "nickName": "N"}
        await opened.update_user("u1", {"title": "T", "userName": "ada"}, {"userName": "ada.b"})
        assert service.users["u1"] == {"id": "u1", "userName": "ada.b", "nickName": "N"}


async def test_what_aws_answered_is_given_back() -> None:
    def stored_otherwise(asked: Asked, reply: Reply) -> Reply:
        body = json.loads(reply.body)
        for row in body.get("Resources", [body]):
            row["userName"] = row["userName"].upper()
        return as_json(body, reply.status)

    async with session() as (service, opened):
        service.after = stored_otherwise
        landed = await opened.create_user(ADA)
        assert landed.resource == {**ADA, "userName": "ADA"}
        updated = await opened.update_user(landed.id, ADA, {**ADA, "title": "T"})
        assert updated.resource == {**ADA, "userName": "ADA", "title": "T"}
        service.before = times(1, LOST, "POST", service)
        lost = await opened.create_user({**ADA, "userName": "eve", "externalId": "2", EMAIL: "eve@example.com"})
        assert lost.resource is not None
        assert lost.resource["userName"] == "EVE"


async def test_a_body_that_is_no_resource_is_not_taken_for_one() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada"}
        for body in ({}, {"id": "u1"}, [], {"detail": "fine"}):
            service.before = times(1, as_json(body), "PATCH")
            assert (await opened.update_user("u1", {}, {"title": "T"})).resource is None


async def refused(asked: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as caught:
        await asked
    return caught.value


async def test_a_name_that_only_a_lost_creation_can_hold_stays_in_doubt() -> None:
    async with session() as (service, opened):
        service.before = in_order(
            LOST, as_json({"schemas": [LIST]}), as_json({"schemas": [LIST]}), scim_refusal(409)
        )
        service.after = lambda asked, reply: as_json({"schemas": [LIST]}) if asked.method == "GET" else reply
        refusal = await refused(opened.create_user(ADA))
        assert (refusal.status, refusal.may_have_landed) == (409, True)
        assert service.asked.count("POST /Users") == 2


CUT = Reply(201, b'{"id": "1', {"Content-Type": "application/json"})


async def test_a_damaged_answer_to_a_write_is_looked_up_or_in_doubt_and_the_session_continues() -> None:
    async with session() as (service, opened):
        service.before = times(1, CUT, "POST", service)
        landed = await opened.create_user(ADA)
        assert landed.id in service.users
        for call in (opened.update_user(landed.id, ADA, {**ADA, "title": "T"}), opened.delete_user(landed.id)):
            service.before = lambda asked: CUT if asked.method in ("PATCH", "DELETE") else None
            with pytest.raises(OutcomeUnknown):
                await call
        service.before = times(1, CUT, "PATCH", service)
        await opened.update_user(landed.id, ADA, {**ADA, "title": "T"})
        assert service.users[landed.id]["title"] == "T"


@pytest.mark.parametrize("odd", [".", "..", "a\nb", ["x"], 7])
async def test_a_creation_with_an_odd_id_is_refused_and_in_doubt(odd: object) -> None:
    async with session() as (service, opened):
        service.before = lambda asked: as_json({**asked.json, "id": odd}, 201) if asked.method == "POST" else None
        refusal = await refused(opened.create_user(ADA))
        assert (refusal.message.code, refusal.may_have_landed) == ("id-not-usable", True)
        assert service.asked == ["POST /Users"]


async def test_one_id_for_two_creations_is_refused() -> None:
    eve: Resource = {**ADA, "userName": "eve", "externalId": "2", EMAIL: "eve@example.com"}
    async with session(is_linked={"linked"}.__contains__) as (service, opened):
        service.before = lambda asked: as_json({**asked.json, "id": "one"}, 201)
        assert (await opened.create_user(ADA)).id == "one"
        refusal = await refused(opened.create_user(eve))
        assert (refusal.message.code, refusal.may_have_landed) == ("id-of-another-object", True)
        service.before = lambda asked: as_json({**asked.json, "id": "linked"}, 201)
        assert (await refused(opened.create_user(eve))).message.code == "id-of-another-object"


async def test_one_id_for_two_rows_of_a_list_is_a_fault() -> None:
    async with session() as (service, opened):
        service.users.update({"a": {"id": "a", "userName": "a"}, "b": {"id": "a", "userName": "b"}})
        with pytest.raises(NoAccess, match="list-id-used-twice"):
            [user async for user in opened.users(lambda _: None)]


async def test_a_row_that_was_not_asked_for_is_not_found() -> None:
    async with session() as (service, opened):
        row = {"id": "u1", "userName": "mallory", "externalId": "9"}
        service.before = lambda asked: as_json({"schemas": [LIST], "Resources": [row]})
        assert await opened.find_user("userName", "ada") is None
        assert await opened.find_user("externalId", "1") is None
        assert await opened.find_user("userName", "MALLORY") is not None
        service.before = lambda asked: as_json(row) if asked.method == "GET" else None
        with pytest.raises(OutcomeUnknown):
            await opened.read_user("another")


NOT_SCIM = [as_json({"message": "Not Found"}, 404), Reply(404, b"no route"), Reply(404)]


@pytest.mark.parametrize("reply", NOT_SCIM)
async def test_a_404_of_a_gateway_says_nothing_about_an_object(reply: Reply) -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada"}
        service.groups["g1"] = {"id": "g1", "displayName": "Ops"}
        service.before = lambda _: reply
        writes = (
            opened.delete_user("u1"),
            opened.delete_group("g1"),
            opened.update_user("u1", {}, {"title": "T"}),
            opened.add_members("g1", ["u1"]),
            opened.remove_members("g1", ["u1"]),
        )
        for call in writes:
            assert (await refused(call)).message.code == "not-found-by-a-gateway"
        for read in (opened.read_user("u1"), opened.read_group("g1"), opened.member_ids("g1")):
            assert (await refused(read)).message.code == "aws-refused-request"
        service.before = lambda _: None
        assert await opened.read_user("gone") is None
        assert await opened.delete_user("gone") == "req-x"


@pytest.mark.parametrize(
    ("status", "code", "tries"), [(400, "aws-refused-request", None), (501, "request-not-offered", None),
                                  (503, "aws-has-a-problem", QUICK.tries), (500, "aws-has-a-problem", QUICK.tries)]
)  # fmt: skip
async def test_a_refused_look_up_is_not_the_fault_of_a_value(status: int, code: str, tries: int | None) -> None:
    async with session() as (service, opened):
        service.before = lambda _: scim_refusal(status, "Filter is not supported.")
        for read in (opened.member_ids("g"), opened.group_ids("u"), opened.find_user("userName", "a")):
            message = (await refused(read)).message
            assert (message.code, message.args.get("tries")) == (code, tries)
        with pytest.raises(NoAccess) as caught:
            [user async for user in opened.users(lambda _: None)]
        assert caught.value.message.code == code


async def test_a_list_that_cannot_be_read_during_a_write_leaves_this_object_in_doubt() -> None:
    async with session() as (service, opened):
        service.users["a"] = {"id": "a"}
        service.groups["g"] = {"id": "g", "displayName": "Ops"}
        service.before = lambda asked: as_json({}) if asked.method == "GET" and "filter" in asked.target else None
        for call in (opened.add_members("g", ["gone"]), opened.create_user({**ADA, "userName": "a"})):
            if call.__name__ == "create_user":
                service.before = lambda asked: scim_refusal(409) if asked.method == "POST" else as_json({})
            with pytest.raises(OutcomeUnknown):
                await call


REFUSAL = scim_refusal(400, "Request is unparsable, syntactically incorrect, or violates schema.")
EMPTY = as_json({"schemas": [LIST], "Resources": []})


def removal_refused(listed: bool, members_in_body: list[str]) -> Callable[[Asked], Reply | None]:
    """A service that refuses to remove; `listed` = it knows the filter by group."""

    def before(asked: Asked) -> Reply | None:
        if asked.method == "PATCH":
            return REFUSAL
        if "groups.value" in asked.target and not listed:
            return EMPTY
        if "/Groups/" in asked.target:
            members = [{"value": member} for member in members_in_body]
            return as_json({"id": "g1", "displayName": "Ops", "members": members})
        return None

    return before


@pytest.mark.parametrize(
    ("there", "listed", "in_body", "removed"),
    [
        ("abc", True, [], False),
        ("abc", False, ["a", "b", "c"], False),
        ("abc", False, [], False),  # an empty list shows nothing
        ("c", True, [], True),
        ("c", False, ["c"], True),
        ("a", True, [], False),
    ],
)
async def test_a_refused_removal_is_done_only_where_a_look_up_shows_it(
    there: str, listed: bool, in_body: list[str], removed: bool
) -> None:
    async with session() as (service, opened):
        service.users.update({i: {"id": i} for i in "abc"})
        service.groups["g1"] = {"id": "g1", "displayName": "Ops"}
        service.members["g1"] = set(there)
        service.before = removal_refused(listed, in_body)
        if removed:
            assert await opened.remove_members("g1", ["a", "b"]) == "req-x"
        else:
            assert (await refused(opened.remove_members("g1", ["a", "b"]))).status == 400


async def test_the_membership_of_a_deleted_person_is_gone() -> None:
    async with session() as (service, opened):
        service.groups["g1"] = {"id": "g1", "displayName": "Ops"}
        service.before = removal_refused(listed=True, members_in_body=[])
        assert await opened.remove_members("g1", ["gone", "too"]) == "req-x"


async def test_a_removal_whose_answer_was_lost_may_have_emptied_the_group() -> None:
    async with session() as (service, opened):
        service.users["a"] = {"id": "a"}
        service.groups["g1"] = {"id": "g1", "displayName": "Ops"}
        service.members["g1"] = {"a"}
        service.before = times(1, LOST, "PATCH", service)
        assert await opened.remove_members("g1", ["a"])
        assert service.members["g1"] == set()


async def test_a_group_is_created_again_without_members_only_if_it_has_some() -> None:
    async with session() as (service, opened):
        service.before = lambda _: REFUSAL
        await refused(opened.create_group({"displayName": "Ops"}, []))
        assert service.asked == ["POST /Groups"]
        service.before = lambda asked: scim_refusal(409) if asked.method == "POST" else None
        await refused(opened.create_group({"displayName": "Ops"}, ["a"]))
        assert service.asked.count("POST /Groups") == 2
        service.before = lambda _: None
        assert await in_doubt(opened.create_group({"displayName": "Ops"}, ["gone"]))
        assert len(service.groups) == 1


async def test_a_change_that_is_too_large_for_the_service_is_done_in_halves() -> None:
    async with session() as (service, opened):
        service.users.update({i: {"id": i} for i in "abcde"})
        service.groups["g1"] = {"id": "g1", "displayName": "Ops"}

        def at_most_two(asked: Asked) -> Reply | None:
            too_many = asked.method == "PATCH" and len(asked.json["Operations"][0]["value"]) > 2
            return REFUSAL if too_many else None

        service.before = at_most_two
        assert await opened.add_members("g1", list("abcde")) == ""
        assert service.members["g1"] == set("abcde")


async def test_a_lost_creation_is_never_an_object_of_another_person() -> None:
    async with session(is_linked={"u1"}.__contains__) as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada", "externalId": "1"}
        service.before = times(1, LOST, "POST")
        assert (await refused(opened.create_user(ADA))).message.code == "name-of-another-object"


async def test_only_a_refusal_of_the_members_is_looked_into() -> None:
    async with session() as (service, opened):
        service.groups["g1"] = {"id": "g1", "displayName": "Ops"}
        service.before = lambda asked: scim_refusal(500) if asked.method == "PATCH" else None
        assert (await refused(opened.add_members("g1", ["a", "b"]))).status == 500
        assert set(service.asked) == {"PATCH /Groups/g1"}


async def test_a_refused_change_is_done_only_where_a_look_up_shows_it() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada"}
        change = ({"userName": "ada", "title": "T"}, {"userName": "ada"})
        service.before = times(1, REFUSAL, "PATCH")
        assert (await opened.update_user("u1", *change)).resource == {"userName": "ada"}
        for shown in ({}, {"id": "u1"}, {"id": "u2", "userName": "ada"}):
            service.before = lambda asked, shown=shown: REFUSAL if asked.method == "PATCH" else as_json(shown)  # type: ignore[misc]
            with pytest.raises((Refused, OutcomeUnknown)):
                await opened.update_user("u1", *change)
        service.before = lambda asked: REFUSAL if asked.method == "PATCH" else as_json({"id": "u1"})
        await refused(opened.update_user("u1", {"title": "T"}, {}))
        service.users["u1"]["title"] = "New"
        service.before = times(1, REFUSAL, "PATCH")
        assert (await opened.update_user("u1", {}, {"title": "New"})).resource is not None
        assert service.asked[-2:] == ["PATCH /Users/u1", "GET /Users/u1"]


async def in_doubt(asked: Awaitable[object]) -> bool:
    with pytest.raises((Refused, NoAccess)) as caught:
        await asked
    assert isinstance(caught.value, Refused | NoAccess)
    return caught.value.may_have_landed


async def test_a_creation_is_in_doubt_where_nobody_could_look_after_its_answer_was_lost() -> None:
    async with session() as (service, opened):
        service.before = lambda asked: LOST
        assert await in_doubt(opened.create_user(ADA))
        service.before = times(1, as_json({}, 401), "GET")
        service.after = lambda asked, reply: LOST if asked.method == "POST" else reply
        assert await in_doubt(opened.create_group({"displayName": "Ops"}, ()))
        service.after = lambda asked, reply: scim_refusal(400)
        assert not await in_doubt(opened.create_user({**ADA, "userName": "eve", "externalId": "2"}))


async def test_a_change_is_in_doubt_where_an_earlier_try_got_no_answer() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada", "title": "T"}
        service.before = in_order(LOST, scim_refusal(401))
        assert await in_doubt(opened.update_user("u1", {}, {"title": "U"}))
        service.before = in_order(LOST, scim_refusal(401))
        assert await in_doubt(opened.delete_user("u1"))
        service.before = in_order(scim_refusal(401))
        assert not await in_doubt(opened.update_user("u1", {}, {"title": "U"}))
        service.before = in_order(LOST, scim_refusal(400))  # and then a look, which shows that nothing happened
        assert not await in_doubt(opened.update_user("u1", {"title": "T"}, {"title": "U"}))


async def test_a_group_created_without_all_its_members_is_in_doubt() -> None:
    async with session() as (service, opened):
        service.users["a"] = {"id": "a"}
        assert await in_doubt(opened.create_group({"displayName": "Ops"}, ["a", "gone"]))
        (ops,) = service.groups
        assert not await in_doubt(opened.add_members(ops, ["gone"]))
        service.users["b"] = {"id": "b"}
        assert await in_doubt(opened.add_members(ops, ["b", "gone"])), "b is in it now, and nobody would know"


async def test_an_update_of_who_is_gone_says_so() -> None:
    async with session() as (_, opened):
        with pytest.raises(Refused) as caught:
            await opened.update_user("gone", {}, {"title": "T"})
    assert (caught.value.status, caught.value.message) == (404, Message("gone-in-aws", kind="user"))


async def test_deleting_who_is_gone_is_done() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1"}
        service.before = times(1, LOST, "DELETE", service)
        await opened.delete_user("u1")
        await opened.delete_user("u1")
        await opened.delete_group("never")
        assert service.users == {}


async def test_who_is_not_found_by_a_deletion_and_is_there_is_not_deleted() -> None:
    async with session() as (service, opened):
        service.users["u1"] = {"id": "u1", "userName": "ada"}
        service.before = lambda call: scim_refusal(404) if call.method == "DELETE" else None
        with pytest.raises(OutcomeUnknown):
            await opened.delete_user("u1")


async def test_lists_tell_how_far_they_are_and_show_nobody_twice() -> None:
    told: list[Progress] = []
    async with session() as (service, opened):
        service.users.update({"a": {"id": "a", "userName": "a"}, "b": {"id": "a", "userName": "a"}})
        assert [u.id async for u in opened.users(told.append)] == ["a"]
        assert [g async for g in opened.groups(told.append)] == []
    assert told[0] == Progress(Message("reading-people-from-aws"))
    assert told[1].done == 1


@pytest.mark.parametrize(
    ("detail", "code", "path"),
    [
        ("List attribute emails exceeds allowed limit of 1", "aws-takes-one-value", "emails"),
        (
            "1 validation errors detected: Value at 'name.familyName' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: [\p{L}\p{M}]+",
            "characters-refused-by-aws",
            "name.familyName",
        ),
        (
            f"Value at '{ENTERPRISE_SCHEMA}:manager.value' failed to satisfy constraint: Member must have length "
            "greater than or equal to 1",
            "aws-needs-a-value",
            f"{ENTERPRISE_SCHEMA}:manager.value",
        ),
        ("Request is unparsable, syntactically incorrect, or violates schema.", "values-refused-by-aws", ""),
    ],
)
async def test_what_aws_says_is_kept_under_a_title_of_ours(detail: str, code: str, path: str) -> None:
    async with session() as (service, opened):
        service.before = times(-1, scim_refusal(400, detail), "POST")
        with pytest.raises(Refused) as caught:
            await opened.create_user(ADA)
    refused = caught.value
    assert (refused.message.code, refused.detail, refused.request_id) == (code, detail, "req-x")
    assert refused.message.args.get("path", "") == path


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (scim_refusal(401), TokenRefused, "aws-refuses-token"),
        (scim_refusal(403, "Denied"), NoAccess, "aws-forbids-provisioning"),
        (scim_refusal(404, "TENANT does not exist."), NoAccess, "aws-tenant-unknown"),
        (Reply(302, b"", {"Location": "https://example.com"}), NoAccess, "redirect-refused"),
        (Reply(200, b"<html>Sign in", {"Content-Type": "text/html"}), NoAccess, "web-page-answered"),
    ],
)
async def test_what_ends_the_run_ends_it_wherever_it_comes(reply: Reply, kind: type[NoAccess], code: str) -> None:
    async with session() as (service, opened):
        service.before = lambda _: reply
        calls = (
            opened.create_user(ADA),
            opened.update_user("1", {}, ADA),
            opened.delete_user("1"),
            opened.create_group({"displayName": "G"}, []),
            opened.add_members("1", ["2"]),
            opened.member_ids("1"),
            opened.find_user("userName", "ada"),
        )
        for call in calls:
            with pytest.raises(kind) as caught:
                await call
            assert caught.value.message.code == code
        with pytest.raises(kind):
            [u async for u in opened.users(lambda _: None)]


@pytest.mark.parametrize("reply", [scim_refusal(500), scim_refusal(429)], ids=["500", "429"])
async def test_trouble_with_one_object_does_not_end_the_run(reply: Reply) -> None:
    async with session() as (service, opened):
        service.before = lambda _: reply
        for call in (opened.update_user("1", {}, ADA), opened.delete_user("1"), opened.member_ids("1")):
            with pytest.raises(Refused):
                await call
        with pytest.raises(NoAccess):
            [u async for u in opened.users(lambda _: None)]


async def told_by(call: Awaitable[object]) -> str:
    """Everything an outcome tells: its traceback with all variables, its own fields, its text."""
    try:
        return repr(await call)
    except (Refused, NoAccess, OutcomeUnknown) as error:
        whole = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join([*whole.format(), repr(vars(error)), str(error), repr(error.__context__)])


@pytest.mark.slow
async def test_the_token_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    replies = [scim_refusal(s, "d") for s in (400, 401, 403, 404, 409, 429, 500)]
    replies += [LOST, Reply(200, b"x", fault="half"), Reply(200, b"[}"), Reply(301), Reply(200, b"<html>")]
    told: list[str] = []
    made: list[RequestMade] = []
    async with session(made.append) as (service, opened):
        for reply in replies:
            service.before = lambda _, reply=reply: reply  # type: ignore[misc]
            calls = (opened.create_user(ADA), opened.update_user("1", {}, ADA), opened.add_members("1", ["2"]))
            told += [await told_by(call) for call in calls]
        told += [repr(opened), repr(vars(opened))]
    assert sum("Traceback" in one for one in told) == len(replies) * 3
    assert TOKEN not in "".join(told) + caplog.text + repr(made)
