"""What becomes of operations that were started and never confirmed: each is looked up, and nobody else's is taken."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.provisioning.changes import create_group, create_user
from tests.provisioning.fakes import FakeLedger, FakeTarget, Store
from wizard.aws.interface import Existing, ExistingGroup
from wizard.provisioning.in_doubt import settle
from wizard.provisioning.ledger import InDoubt, Link
from wizard.provisioning.read_aws import Reading

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANN: Mapping[str, Any] = {"userName": "ann@x", "externalId": "ann", "displayName": "Ann"}
KEYS = (("userName", "ann@x"), ("externalId", "ann"))


class Case:
    """One operation in doubt, the contents of AWS, and the links."""

    def __init__(self, doubt: InDoubt) -> None:
        self.doubt, self.store, self.ledger = doubt, Store(), FakeLedger()
        change = create_user("ann", "Ann", {}) if doubt.kind == "user" else create_group("g", "G", {})
        self.ledger.open[1] = (change, doubt)
        self.session = FakeTarget(self.store).session()

    def link(self, kind: Any, source_id: str, target_id: str) -> None:
        self.ledger.adopt([Link(kind, source_id, target_id, source_id, {})])

    async def settle(self) -> Reading:
        reading = Reading(
            {key: Existing(key, one) for key, one in self.store.users.items() if key not in self.store.unlisted},
            {key: ExistingGroup(key, one) for key, one in self.store.groups.items()},
        )
        return await settle(self.session, self.ledger, reading, NOW)

    @property
    def found(self) -> Link | None:
        assert self.ledger.in_doubt() == []
        return self.ledger.kept.get((self.doubt.kind, self.doubt.source_id))


def created(kind: Any = "user", source_id: str = "ann", keys: tuple[tuple[str, str], ...] = KEYS) -> InDoubt:
    return InDoubt(kind, source_id, source_id, "create", keys)


@pytest.mark.parametrize("listed", [True, False])
async def test_a_creation_that_landed_is_linked(listed: bool) -> None:
    case = Case(created())
    target_id = case.store.add("user", dict(ANN))
    if not listed:
        case.store.unlisted = {target_id}
    reading = await case.settle()
    assert case.found is not None
    assert (case.found.target_id, case.found.confirmed) == (target_id, ANN)
    assert case.found.confirmed_at == NOW.isoformat(timespec="seconds")
    assert (case.session.said == []) is listed, "what a list shows is not looked up"
    assert target_id in reading.users


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    "other",
    [
        {"userName": "ann@x", "displayName": "By hand"},
        {"userName": "ann@x", "externalId": "theirs"},
        {"userName": "theirs@x", "externalId": "ann"},
        {"userName": "ann", "externalId": "ann@x"},
        {"userName": "ann", "externalId": "ann"},
        {"userName": "ann@x", "externalId": "ann@x"},
    ],
)
async def test_an_object_without_all_names_that_were_sent_was_made_by_others(
    other: dict[str, Any], listed: bool
) -> None:
    case = Case(created())
    target_id = case.store.add("user", other)
    if not listed:
        case.store.unlisted = {target_id}
    await case.settle()
    assert case.found is None


@pytest.mark.parametrize("other", ["aa", "bo"])
async def test_an_account_that_is_linked_to_another_source_is_not_taken(other: str) -> None:
    case = Case(created())
    target_id = case.store.add("user", dict(ANN))
    case.link("user", other, target_id)
    await case.settle()
    assert case.found is None


@pytest.mark.parametrize("above", [True, False])
async def test_the_link_of_another_account_says_nothing_about_this_one(above: bool) -> None:
    case = Case(created())
    target_id = case.store.add("user", dict(ANN))
    case.link("user", "bo", f"{target_id}z" if above else "")
    await case.settle()
    assert case.found is not None


@pytest.mark.parametrize("other", ["aa", "zed"])
@pytest.mark.parametrize("kind", ["user", "group"])
async def test_the_link_of_the_other_kind_says_nothing_about_this_one(kind: str, other: str) -> None:
    names = {"user": KEYS, "group": (("displayName", "Team"), ("externalId", "ann"))}[kind]
    case = Case(created(kind, keys=names))
    target_id = case.store.add(kind, dict(names))
    case.link("group" if kind == "user" else "user", other, target_id)
    await case.settle()
    assert case.found is not None


async def test_its_own_link_does_not_keep_it_away() -> None:
    case = Case(created())
    target_id = case.store.add("user", dict(ANN))
    case.link("user", "ann", target_id)
    await case.settle()
    assert case.found is not None


async def test_names_are_compared_as_aws_does() -> None:
    case = Case(created(keys=(("userName", "ANN@X"), ("externalId", "Ann"))))
    case.store.add("user", dict(ANN))
    await case.settle()
    assert case.found is not None


async def test_a_creation_that_never_landed_is_forgotten() -> None:
    case = Case(created())
    await case.settle()
    assert case.found is None


async def test_members_of_a_group_in_doubt_are_those_people_of_this_job_who_are_in_it() -> None:
    case = Case(created("group", "g", (("displayName", "G"),)))
    ann, stranger = case.store.add("user", dict(ANN)), case.store.add("user", {"userName": "stranger@x"})
    target_id = case.store.add("group", {"displayName": "G"}, {ann, stranger})
    case.link("user", "ann", ann)
    case.link("user", "bo", "aws-bo")
    case.link("group", "other", stranger)
    await case.settle()
    assert case.found is not None
    assert (case.found.target_id, case.found.members) == (target_id, frozenset({"ann"}))


async def test_a_group_in_doubt_that_no_list_shows_is_looked_up_as_a_group() -> None:
    case = Case(created("group", "g", (("displayName", "G"),)))
    target_id = case.store.add("group", {"displayName": "G"})
    reading = await settle(case.session, case.ledger, Reading({}, {}), NOW)
    assert case.found is not None
    assert (case.found.target_id, list(reading.groups)) == (target_id, [target_id])
    assert case.session.said[0] == "find group displayName G"


async def test_a_person_in_doubt_has_no_members() -> None:
    case = Case(created())
    case.store.add("user", dict(ANN))
    await case.settle()
    assert case.found is not None
    assert case.found.members == frozenset()
    assert not any(words.startswith("members of") for words in case.session.said)


async def test_a_group_that_is_deleted_between_list_and_members_is_gone() -> None:
    case = Case(created("group", "g", (("displayName", "G"),)))
    target_id = case.store.add("group", {"displayName": "G"})
    group = case.store.groups.pop(target_id)
    reading = Reading({}, {target_id: ExistingGroup(target_id, group)})
    await settle(case.session, case.ledger, reading, NOW)
    assert case.found is None


@pytest.mark.parametrize(
    ("target", "linked", "kept"),
    [
        ("aws-ann", "aws-ann", False),
        ("aws-ann", "aws-other", True),
        ("aws-ann", "aws-aaa", True),
        ("", "aws-ann", False),
    ],
)
async def test_changing_a_deleted_account_drops_only_its_link(target: str, linked: str, kept: bool) -> None:
    case = Case(InDoubt("user", "ann", "Ann", "update" if target else "create", KEYS, target))
    case.link("user", "ann", linked)
    await case.settle()
    assert (case.found is not None) is kept


async def test_a_change_in_doubt_is_looked_up_by_its_id_and_keeps_when_the_person_left() -> None:
    case = Case(InDoubt("user", "ann", "Ann", "disable", (), "aws-ann"))
    case.store.users["aws-ann"] = {"userName": "renamed@x", "active": False}
    case.store.unlisted = {"aws-ann"}
    case.ledger.adopt([Link("user", "ann", "aws-ann", "Ann", {}, left_at="2026-11-01")])
    await case.settle()
    assert case.found is not None
    assert (case.found.active, case.found.left_at) == (False, "2026-11-01")
    assert case.session.said == ["read user aws-ann"]
