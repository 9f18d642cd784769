"""What the store keeps unique, and who is where."""

import pytest

from wizard.sandbox.errors import Refusal
from wizard.sandbox.store import Memberships, Shelf, Store, unique_of_group

ALICE = {"userName": "alice", "externalId": "A1", "emails": [{"value": "alice@example.com", "primary": True}]}


@pytest.fixture
def store() -> Store:
    return Store("abc", "0123456789")


@pytest.mark.parametrize(
    "other",
    [
        {"userName": "ALICE"},
        {"userName": "b", "externalId": "a1"},
        {"userName": "b", "emails": [{"value": "Alice@Example.com", "primary": True}]},
    ],
)
def test_no_two_people_share_a_unique_value_whatever_its_case(store, other):
    store.create_user(ALICE)
    with pytest.raises(Refusal) as refusal:
        store.create_user(other)
    assert (refusal.value.status, refusal.value.detail) == (409, "Refused to create a new, duplicate resource.")
    assert len(store.users) == 1


def test_a_value_given_up_can_be_taken(store):
    alice = store.create_user(ALICE)
    store.change_user(alice["id"], {"userName": "alicia"})
    store.create_user(ALICE)
    assert len(store.users) == 2


def test_a_value_of_a_deleted_person_can_be_taken_under_a_new_id(store):
    first = store.create_user(ALICE)["id"]
    store.delete_user(first)
    assert store.create_user(ALICE)["id"] != first


def test_ids_begin_with_the_stores_own(store):
    assert store.create_user(ALICE)["id"].startswith("0123456789-")


def test_a_change_keeps_the_moment_of_creation(store):
    alice = store.create_user(ALICE)
    store.users.put({**alice, "meta": {**alice["meta"], "created": "2020-01-01T00:00:00Z"}})
    changed = store.change_user(alice["id"], ALICE)
    assert changed["meta"]["created"] == "2020-01-01T00:00:00Z"
    assert changed["meta"]["lastModified"] != "2020-01-01T00:00:00Z"


def test_a_refused_group_leaves_no_trace(store):
    alice = store.create_user(ALICE)["id"]
    store.create_group({"displayName": "G"}, [])
    for name, members, status in (("g", [alice], 409), ("H", [alice, "nobody"], 404)):
        with pytest.raises(Refusal) as refusal:
            store.create_group({"displayName": name}, members)
        assert refusal.value.status == status
    assert [group["displayName"] for group in store.groups] == ["G"]
    assert store.memberships.groups(0) == ()


def test_a_refused_change_of_a_group_changes_nothing(store):
    alice = store.create_user(ALICE)["id"]
    first = store.create_group({"displayName": "G"}, [])["id"]
    store.create_group({"displayName": "H"}, [])
    for attributes, joining in (
        ({"displayName": "h"}, [(True, alice)]),
        ({"displayName": "X"}, [(True, "nobody")]),
    ):
        with pytest.raises(Refusal):
            store.change_group(first, attributes, joining)
    assert store.groups.one(first)["displayName"] == "G"
    assert store.member_ids(first) == []


def test_memberships_go_both_ways_and_are_forgotten_with_either():
    memberships = Memberships()
    for group, user in ((1, 10), (1, 11), (2, 10), (1, 10)):
        memberships.add(group, user)
    assert list(memberships.members(1)) == [10, 11]
    assert list(memberships.groups(10)) == [1, 2]
    memberships.remove(1, 11)
    memberships.remove(1, 99)
    memberships.forget_user(10)
    assert [list(memberships.members(group)) for group in (1, 2)] == [[], []]
    memberships.add(2, 12)
    memberships.forget_group(2)
    assert not memberships.holds(2, 12)
    assert list(memberships.groups(12)) == []


def test_rows_behind_a_position_leave_out_the_deleted():
    shelf = Shelf("Group", unique_of_group)
    for name in "abcd":
        shelf.put({"id": name, "displayName": name})
    assert shelf.remove("c") == 2
    assert [position for position, _ in shelf.rows(shelf.positions, 0)] == [1, 3]
    assert [position for position, _ in shelf.rows((0, 2, 3), -1)] == [0, 3]
