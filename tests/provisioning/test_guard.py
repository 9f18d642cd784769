"""The guard: every effect above its limit raises its concern, and none below it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard import messages
from wizard.aws.interface import Existing, ExistingGroup
from wizard.directory import Column, DirectoryGroup, DirectorySnapshot, FileEnd
from wizard.errors import Message
from wizard.provisioning.change import Action, Change
from wizard.provisioning.effects import Effect, cleared, effects
from wizard.provisioning.guard import Facts, concerns, losses, members_to_add
from wizard.provisioning.job import Policy
from wizard.provisioning.ledger import GuardMemory as Memory
from wizard.provisioning.ledger import Link, Loss, SourceFacts
from wizard.provisioning.plan import CONCERN_CODES
from wizard.provisioning.read_aws import Reading
from wizard.scim.resource import Known, Planned, Resource

HOME, WORK = 'emails[type eq "home"].value', 'emails[type eq "work"].value'
ENDS = {"line_break": True, "short_row": False}


# A job with people and groups, and changes to them


def person(number: int, *, active: bool = True, **more: object) -> Link:
    name = f"p{number}"
    resource: Resource = {"userName": f"{name}@x.example", "active": active, **more}  # type: ignore[dict-item]
    return Link("user", name, f"aws-{name}", name.upper(), resource)


def team(number: int) -> Link:
    return Link("group", f"g{number}", f"aws-g{number}", f"G{number}", {"displayName": f"G{number}"})


def facts(
    links: Iterable[Link], members: Mapping[str, Iterable[int]] | None = None, memory: Memory | None = None, **more
) -> Facts:
    """`members`: source id of a group -> numbers of the people in it."""
    links = tuple(links)
    current = {f"aws-{group}": frozenset(f"aws-p{n}" for n in inside) for group, inside in (members or {}).items()}
    people = [link for link in links if link.kind == "user"]
    more.setdefault("source", SourceFacts(people=len(people)))
    return Facts(
        linked=links,
        confirmed={(link.kind, link.source_id): link for link in links},
        reading=Reading(
            {link.target_id: Existing(link.target_id, link.confirmed) for link in people},
            {link.target_id: ExistingGroup(link.target_id, {}) for link in links if link.kind == "group"},
        ),
        members=current,
        memberships={group: len(set(inside)) for group, inside in (members or {}).items()},
        present={link.source_id for link in people},
        memory=memory or Memory(),
        **more,
    )


def update(number: int, before: Mapping, after: Mapping, action: Action = Action.UPDATE) -> Change:
    return Change("user", action, f"p{number}", f"P{number}", f"aws-p{number}", before, after)


def disable(number: int) -> Change:
    return update(number, {"active": True}, {"active": False}, Action.DISABLE)


def disable_by_mapping(number: int) -> Change:
    return update(number, {"active": True}, {"active": False})


def delete(number: int, *, active: bool = True) -> Change:
    return update(number, {"active": active}, {}, Action.DELETE)


def enable(number: int) -> Change:
    return update(number, {"active": False}, {"active": True})


def rename(number: int, name: str = "") -> Change:
    return update(number, {"userName": f"p{number}@x.example"}, {"userName": name or f"new{number}@x.example"})


def delete_group(number: int) -> Change:
    return Change(
        "group", Action.DELETE, f"g{number}", f"G{number}", f"aws-g{number}", {"displayName": f"G{number}"}
    )


def members(action: Action, group: str, people: Iterable[int], *, planned: bool = False) -> Change:
    references = tuple(Planned(f"p{n}") if planned else Known(f"aws-p{n}") for n in people)
    return Change("group", action, group, group.upper(), f"aws-{group}", members=references)


def remove(group: str, people: Iterable[int]) -> Change:
    return members(Action.REMOVE_MEMBERS, group, people)


def add(group: str, people: Iterable[int], **more) -> Change:
    return members(Action.ADD_MEMBERS, group, people, **more)


def codes(changes: Iterable[Change], known: Facts, policy: Policy | None = None) -> list[str]:
    found = concerns(tuple(changes), known, policy or Policy())
    assert all(messages.text(concern) and messages.accept(concern) for concern in found), (
        "its row takes its arguments"
    )
    return [concern.code for concern in found]


def only(changes: Iterable[Change], known: Facts) -> Message:
    (concern,) = concerns(tuple(changes), known, Policy())
    return concern.message


def is_large(count: int, linked: int, policy: Policy) -> bool:
    limit = max(policy.threshold_count, linked * policy.threshold_percent / 100)
    return count > limit or (linked >= 3 and count >= linked / 2)


policies = st.builds(
    Policy, threshold_count=st.integers(0, 8), threshold_percent=st.sampled_from([0, 1, 10, 25, 60, 100])
)


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    """(how many of, how many): often close to a limit."""
    linked = draw(st.integers(1, 70))
    near = st.sampled_from(
        sorted({1, 5, 6, linked // 10, linked // 10 + 1, linked // 2, (linked + 1) // 2, linked})
    )
    count = draw(st.one_of(near, st.integers(1, linked)))
    return max(1, min(count, linked)), linked


# Effects on people


@given(shares(), policies, st.lists(st.sampled_from([disable, disable_by_mapping, delete]), min_size=1))
def test_access_lost_by_whatever_change_above_the_limit_is_asked_about_and_below_never(share, policy, ways):
    count, linked = share
    changes = [ways[n % len(ways)](n) for n in range(count)]
    known = facts(person(n) for n in range(linked))
    assert codes(changes, known, policy) == ["too-many-deletions"] * is_large(count, linked, policy)


@given(shares(), policies)
def test_access_gained_above_the_limit_is_asked_about_and_below_never(share, policy):
    count, linked = share
    known = facts(person(n, active=n >= count) for n in range(linked))
    assert codes(map(enable, range(count)), known, policy) == ["too-many-enables"] * is_large(
        count, linked, policy
    )


@given(shares(), policies, st.sampled_from(["userName", WORK]))
def test_renames_above_the_limit_are_asked_about_and_below_never(share, policy, path):
    count, linked = share
    known = facts(person(n) for n in range(linked))
    changes = [update(n, {path: f"old{n}@x.example"}, {path: f"new{n}@x.example"}) for n in range(count)]
    assert codes(changes, known, policy) == ["too-many-renames"] * is_large(count, linked, policy)


@given(shares(), policies)
def test_groups_are_held_against_the_number_of_groups(share, policy):
    count, linked = share
    known = facts([*(team(n) for n in range(linked)), *(person(n) for n in range(1000))])
    assert codes(map(delete_group, range(count)), known, policy) == ["too-many-deletions"] * (
        is_large(count, linked, policy) or is_large(count, linked + 1000, policy)
    )


def test_people_and_groups_are_also_held_against_the_sum_of_both():
    known = facts([*(person(n) for n in range(20)), *(team(n) for n in range(20))])
    changes = [*map(disable, range(3)), *map(delete_group, range(3))]
    assert codes(changes[:5], known) == []
    assert codes(changes, known) == ["too-many-deletions"]


def test_a_person_counts_once_whatever_happens_to_them():
    known = facts(person(n) for n in range(20))
    message = only(
        [change for n in range(6) for change in (disable(n), disable_by_mapping(n), rename(n))][:-1], known
    )
    assert (message.code, message.args["disabled"], message.args["count"]) == ("too-many-deletions", 6, 6)


def test_the_first_three_are_named():
    message = only(map(disable, range(6)), facts(person(n) for n in range(20)))
    assert (message.args["names"], message.args["count"]) == (("P0", "P1", "P2"), 6)


def test_accounts_that_were_disabled_long_ago_are_deleted_out_of_their_own_number():
    known = facts([person(n, active=n >= 4) for n in range(8)])
    assert codes([delete(n, active=False) for n in range(3)], known) == []
    assert codes([delete(n, active=False) for n in range(4)], known) == ["too-many-deletions"]


def test_names_that_differ_in_case_only_are_no_renames():
    known = facts(person(n) for n in range(4))
    assert codes([rename(n, f"P{n}@X.example") for n in range(4)], known) == []


def test_a_new_person_gains_and_loses_nothing():
    known = facts(person(n) for n in range(4))
    new = [
        Change("user", Action.CREATE, f"n{n}", f"N{n}", after={"userName": f"n{n}", "active": True})
        for n in range(50)
    ]
    assert codes(new, known) == []


def test_an_address_that_moves_to_another_type_is_neither_cleared_nor_renamed():
    change = update(1, {HOME: "a@x.example"}, {WORK: "a@x.example"})
    assert (cleared(change), effects(change)) == ((), frozenset())
    other = update(1, {HOME: "a@x.example"}, {WORK: "b@x.example"})
    assert effects(other) == {Effect.RENAMED}


# Losses of the last 24 hours


@given(st.integers(6, 80), st.integers(0, 40), st.integers(1, 40))
def test_losses_of_earlier_runs_are_added_up(linked, earlier, now):
    earlier, now = min(earlier, linked // 2), min(now, linked - linked // 2)
    links = [person(n, active=n >= earlier) for n in range(linked)]
    memory = Memory(losses=tuple(Loss("user", f"aws-p{n}") for n in range(earlier)))
    changes = [disable(n) for n in range(earlier, earlier + now)]
    asked = is_large(earlier + now, linked, Policy())
    assert codes(changes, facts(links, memory=memory)) == ["too-many-deletions"] * asked


def test_earlier_losses_alone_block_nothing():
    links = [person(n, active=n >= 9) for n in range(20)]
    memory = Memory(losses=tuple(Loss("user", f"aws-p{n}") for n in range(9)))
    assert codes([rename(15)], facts(links, memory=memory)) == []


def test_who_has_access_again_is_no_longer_a_loss():
    memory = Memory(losses=tuple(Loss("user", f"aws-p{n}") for n in range(5)))
    assert codes([disable(10)], facts([person(n) for n in range(30)], memory=memory)) == []
    gone = facts([person(n) for n in range(5, 30)], memory=memory)  # deleted in AWS
    assert codes([disable(10)], gone) == ["too-many-deletions"]
    assert only([disable(10)], gone).args["earlier"] == 5


def test_a_loss_that_is_repeated_counts_once():
    links = [person(n) for n in range(30)]
    links[1] = person(1, active=False)
    memory = Memory(losses=tuple(Loss("user", f"aws-p{n}") for n in range(5)))
    assert codes([*map(disable, range(2, 6)), delete(1, active=False)], facts(links, memory=memory)) == []


def test_groups_that_were_deleted_are_added_up():
    links = [*(person(n) for n in range(40)), *(team(n) for n in range(4, 12))]
    memory = Memory(losses=tuple(Loss("group", f"aws-g{n}") for n in range(4)))
    assert codes([delete_group(4)], facts(links, memory=memory)) == []  # 5 of 12
    message = only([delete_group(4), delete_group(5)], facts(links, memory=memory))
    args = message.args
    assert (message.code, args["groups"], args["groups_linked"], args["earlier"]) == (
        "too-many-deletions",
        2,
        12,
        4,
    )
    assert (
        codes([delete_group(4), delete_group(5)], facts([*links, team(0)], memory=memory)) == []
    )  # one was made again


def test_groups_lost_now_and_before_are_added_not_merged():
    links = [*(person(n) for n in range(400)), *(team(n) for n in range(3, 60))]
    memory = Memory(losses=tuple(Loss("group", f"aws-g{n}") for n in range(3)))
    message = only([delete_group(n) for n in range(3, 8)], facts(links, memory=memory))  # 8 of 60
    assert message.code == "too-many-deletions"
    both = [*map(disable, range(5)), *(delete_group(n) for n in range(3, 8))]
    assert only(both, facts(links, memory=memory)).args["count"] == 10


def test_a_limit_counts_in_whole_percent_of_those_linked():
    known = facts(person(n) for n in range(990))
    assert codes(map(disable, range(100)), known) == ["too-many-deletions"]  # 99 would be 10%
    assert codes(map(disable, range(99)), known) == []


def test_sums_are_sums_where_their_numbers_share_digits():
    earlier = Memory(losses=tuple(Loss("group", f"aws-gone{n}") for n in range(3)))
    crowd = [person(n) for n in range(600)]
    few = facts([*crowd, *(team(n) for n in range(47))], memory=earlier)
    assert codes(map(delete_group, range(3)), few) == ["too-many-deletions"]  # 6 of 50
    many = facts([*crowd, *(team(n) for n in range(59))], memory=earlier)
    assert codes(map(delete_group, range(3)), many) == []  # 6 of 62
    both = facts([*(person(n) for n in range(31)), *(team(n) for n in range(31))])
    assert codes([*map(disable, range(3)), *map(delete_group, range(3))], both) == []  # 6 of 62
    assert codes([*map(disable, range(4)), *map(delete_group, range(3))], both) == [
        "too-many-deletions"
    ]  # 7 of 62


def test_people_and_groups_of_earlier_runs_are_also_held_against_the_sum_of_both():
    links = [*(person(n, active=n >= 3) for n in range(40)), *(team(n) for n in range(20))]
    lost = (*(Loss("user", f"aws-p{n}") for n in range(3)), Loss("group", "aws-gone"))
    known = facts(links, memory=Memory(losses=lost))
    assert codes([disable(5), delete_group(1)], known) == []
    args = only([disable(5), delete_group(1), delete_group(2)], known).args
    numbers = [
        args[name] for name in ("disabled", "deleted", "groups", "people_linked", "groups_linked", "earlier")
    ]
    assert numbers == [1, 0, 2, 40, 21, 4]
    assert (args["count"], args["names"]) == (3, ("P5", "G1", "G2"))


def test_who_is_disabled_and_who_is_deleted():
    known = facts([*(person(n) for n in range(20)), person(20, active=False)])
    args = only([*map(disable, range(4)), delete(5), delete(6), delete(20, active=False)], known).args
    assert (args["disabled"], args["deleted"], args["people_linked"], args["count"]) == (4, 3, 21, 7)


def test_who_is_disabled_is_counted_without_who_is_deleted():
    args = only([*map(disable, range(3)), *map(delete, range(3, 6))], facts(person(n) for n in range(20))).args
    assert (args["disabled"], args["deleted"], args["count"]) == (3, 3, 6)


def test_a_person_who_keeps_access_counts_for_each_membership_whatever_else_changes():
    known = facts([*(person(n) for n in range(40)), team(1)], {"g1": range(12)})
    changes = [*map(rename, range(3)), remove("g1", range(7))]
    assert codes(changes, known) == ["too-many-removals"]


def test_memberships_that_ended_are_added_up():
    inside = {"g1": range(6, 30), "g2": range(30)}
    memory = Memory(losses=tuple(Loss("membership", "aws-g1", f"aws-p{n}") for n in range(6)))
    links = [*(person(n) for n in range(30)), team(1), team(2)]
    assert codes([remove("g2", [1])], facts(links, inside, memory)) == ["too-many-removals"]
    assert codes([remove("g2", [1])], facts(links, inside)) == []
    back = facts(links, {**inside, "g1": range(30)}, memory)
    assert codes([remove("g2", [1])], back) == []


def test_memberships_of_one_group_are_added_up_for_that_group():
    links = [*(person(n) for n in range(300)), team(1), team(2)]
    inside = {"g1": range(4, 12), "g2": range(300)}
    lost = tuple(Loss("membership", "aws-g1", f"aws-p{n}") for n in range(4))
    known = facts(links, inside, Memory(losses=lost))
    assert codes([remove("g1", [4, 5])], known) == []  # 6 of 12 is not more than half
    args = only([remove("g1", [4, 5, 6])], known).args
    assert (args["removed"], args["memberships"], args["earlier"], args["group_members"]) == (3, 308, 4, 8)
    assert codes([remove("g2", [4, 5, 6])], known) == []
    assert codes([remove("g1", [0, 1, 2])], replace(known, members={})) == []  # the same ones, sent again
    of_people = Memory(losses=tuple(Loss("user", f"aws-x{n}") for n in range(40)))
    assert codes([remove("g2", [1])], facts(links, inside, of_people)) == []


def test_memberships_lost_before_belong_to_the_size_of_their_group():
    links = [*(person(n) for n in range(400)), team(1), team(2)]
    inside = {"g1": range(1, 12), "g2": range(200)}
    known = facts(links, inside, Memory(losses=(Loss("membership", "aws-g1", "aws-p0"),)))
    assert codes([remove("g1", range(1, 6))], known) == []  # 6 of 12 is not more than half
    assert codes([remove("g1", range(1, 7))], known) == ["too-many-removals"]


def test_a_person_with_the_id_of_a_group_is_not_that_group():
    same_id = replace(person(300), source_id="g1", target_id="aws-other")
    links = [*(person(n) for n in range(300)), team(1), team(2), same_id]
    inside = {"g1": range(4, 12), "g2": range(300)}
    lost = tuple(Loss("membership", "aws-g1", f"aws-p{n}") for n in range(4))
    known = facts(links, inside, Memory(losses=lost))
    assert codes([remove("g1", [4, 5, 6])], known) == ["too-many-removals"]


def test_memberships_of_earlier_runs_count_in_all():
    links = [*(person(n) for n in range(100)), team(1), team(2)]
    inside = {"g1": range(4, 50), "g2": range(50, 100)}
    lost = tuple(Loss("membership", "aws-g1", f"aws-p{n}") for n in range(4))
    known = facts(links, inside, Memory(losses=lost))
    assert codes([remove("g2", range(50, 56))], known) == []  # 10 of 100
    assert codes([remove("g2", range(50, 57))], known) == ["too-many-removals"]
    many = facts(
        links,
        {"g1": range(7, 50), "g2": range(16, 100)},
        Memory(losses=tuple(Loss("membership", "aws-g1", f"aws-p{n}") for n in range(7))),
    )
    assert codes([remove("g2", range(50, 56))], many) == []  # 13 of 134


def test_what_a_plan_takes_away_is_remembered():
    links = [person(1), person(2, active=False), person(3), team(1)]
    changes = [disable(1), remove("g1", [1, 2, 3]), delete_group(2), rename(3)]
    assert losses(changes, links) == (
        Loss("user", "aws-p1"),
        Loss("group", "aws-g2"),
        Loss("membership", "aws-g1", "aws-p3"),
    )


# Memberships


@given(shares(), policies)
def test_memberships_that_end_above_the_limit_are_asked_about_and_below_never(share, policy):
    count, whole = share
    known = facts([*(person(n) for n in range(whole)), team(1)], {"g1": range(whole)})
    large = is_large(count, whole, policy) or (count > policy.threshold_count and count > whole / 2)
    assert codes([remove("g1", range(count))], known, policy) == ["too-many-removals"] * large


@given(st.integers(1, 30), st.integers(1, 30))
def test_one_group_that_loses_most_of_its_members_is_asked_about(size, count):
    count = min(size, count)
    links = [*(person(n) for n in range(1000)), team(1), team(2)]
    known = facts(links, {"g1": range(size), "g2": range(1000)})
    assert codes([remove("g1", range(count))], known) == ["too-many-removals"] * (count > 5 and count > size / 2)


def named_person(number: int, name: str) -> Link:
    return person(number, displayName=f"{name} {number}", **{"name.givenName": name, "name.familyName": "Ex"})


def renamed_to(number: int, before: str, after: str) -> Change:
    shown = {"displayName": f"{before} {number}", "name.givenName": before}
    now = {"displayName": f"{after} {number}", "name.givenName": after}
    return update(number, shown, now)


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ("Jörg", "JÃ¶rg", True),
        ("Jörg", "J?rg", True),
        ("Jörg", "J�rg", True),
        ("Jörg", "J嗗g", True),  # the letter behind it was swallowed
        ("Łukasz", "£ukasz", True),
        ("\u592a\u90ce", "\u2018\u00be\u02dcY", True),
        ("J\u00f6rg M\u00fc", "J\u00f6rg Mue", False),
        ("Jörg", "Joerg", False),
        ("Jörg", "Jorg", False),
        ("Jörg", "Jürgen", False),
        ("Jo?rg", "Jörg", False),
        ("JÃ¶rg", "Jörg", False),  # repaired
        ("Ann", "Zoë", False),
    ],
)
def test_names_whose_letters_alone_change_are_asked_about(before: str, after: str, asked: bool):
    links = [*(named_person(n, before) for n in range(4)), *(named_person(n, "Ann") for n in range(4, 60))]
    read = SourceFacts(people=60, ends=(FileEnd("users", **ENDS),))
    changes = [renamed_to(n, before, after) for n in range(3)]
    assert codes(changes, facts(links, source=read)) == ["encoding-unsure"] * asked
    assert codes(changes[:2], facts(links, source=read)) == [], "two of four"
    assert codes(changes, facts(links)) == [], "a tenant has no encoding"


@given(st.integers(0, 30), st.integers(1, 30))
def test_the_members_of_a_deleted_group_lose_it(size, disabled):
    """As if each were removed: who is disabled has nothing to lose in it."""
    disabled = min(size, disabled)
    links = [*(person(n, active=n >= disabled) for n in range(1000)), team(2), team(3), team(4)]
    gone = replace(team(1), members=frozenset(f"p{n}" for n in range(size)))
    known = facts([*links, gone], {"g2": range(1000)})
    lost = size - disabled
    assert codes([delete_group(1)], known) == ["too-many-removals"] * (lost > 5 and lost > size / 2)
    assert losses([delete_group(1)], [*links, gone]) == (
        Loss("group", "aws-g1"),
        *(Loss("membership", "aws-g1", one) for one in sorted(f"aws-p{n}" for n in range(disabled, size))),
    )


def test_the_group_that_loses_most_is_named_first():
    links = [*(person(n) for n in range(200)), team(1), team(2)]
    known = facts(links, {"g1": range(8), "g2": range(200)})
    message = only([remove("g2", range(9)), remove("g1", range(6))], known)
    assert message.args["names"] == ("G1", "G2")
    assert (message.args["group"], message.args["group_removed"], message.args["group_members"]) == ("G1", 6, 8)


def test_of_two_groups_that_lose_most_the_larger_loss_is_named_first():
    links = [*(person(n) for n in range(200)), team(1), team(2)]
    known = facts(links, {"g1": range(8), "g2": range(10)})
    for changes in (
        [remove("g1", range(6)), remove("g2", range(8))],
        [remove("g2", range(8)), remove("g1", range(6))],
    ):
        assert only(changes, known).args["names"] == ("G2", "G1")


def test_memberships_that_one_group_lost_before_are_added_to_those_it_loses():
    links = [*(person(n) for n in range(300)), team(1), team(2)]
    lost = tuple(Loss("membership", "aws-g1", f"aws-p{n}") for n in range(10, 13))
    known = facts(links, {"g1": range(8), "g2": range(300)}, Memory(losses=lost))
    assert codes([remove("g1", range(3))], known) == ["too-many-removals"]  # 6 of 11
    gone = (*lost[:2], Loss("group", "aws-g1"))
    known = facts(links, {"g1": range(8), "g2": range(300)}, Memory(losses=gone))
    assert codes([remove("g1", range(3))], known) == []  # a lost group is no lost membership


def test_a_group_whose_members_were_not_read_counts_as_empty():
    links = [*(person(n) for n in range(200)), team(1), team(2)]
    known = facts(links, {"g2": range(200)})
    assert only([remove("g1", range(6))], known).args["group_members"] == 0
    everything = Policy(threshold_count=0)
    assert codes([add("g1", [1])], known, everything) == ["too-many-additions"]


def test_members_after_one_who_is_not_in_aws_yet_count_too():
    links = [*(person(n) for n in range(200)), team(1)]
    known = facts(links, {"g1": range(2)})
    joining = (Planned("p190"), *(Known(f"aws-p{n}") for n in range(10, 16)))
    assert codes([replace(add("g1", []), members=joining)], known) == ["too-many-additions"]


def test_leavers_take_their_memberships_along_unasked():
    links = [*(person(n, active=n != 19) for n in range(20)), *(team(n) for n in range(3))]
    known = facts(links, {f"g{n}": range(20) for n in range(3)})
    changes = [*map(disable, (0, 1)), *(remove(f"g{n}", [0, 1, 19]) for n in range(3))]
    assert codes(changes, known) == []
    assert codes([remove(f"g{n}", [0, 1, 19]) for n in range(3)], known) == []
    assert codes([remove(f"g{n}", [0, 1, 2, 19]) for n in range(3)], known) == ["too-many-removals"]


@given(st.integers(0, 60), st.integers(1, 60), policies)
def test_access_given_by_groups_above_the_limit_is_asked_about_and_below_never(inside, joining, policy):
    links = [*(person(n) for n in range(200)), team(1), team(2)]
    known = facts(links, {"g1": range(inside), "g2": range(100)})
    large = joining > max(policy.threshold_count, (inside + 100) * policy.threshold_percent / 100)
    doubled = joining > policy.threshold_count and joining > inside
    changes = [add("g1", range(inside, inside + joining))]
    assert codes(changes, known, policy) == ["too-many-additions"] * (large or doubled)


def test_a_few_who_join_an_empty_group_are_no_wave():
    links = [*(person(n) for n in range(300)), team(1), team(2)]
    known = facts(links, {"g1": [], "g2": range(300)})
    assert codes([add("g1", range(3))], known) == []
    assert codes([add("g1", range(5))], known) == []
    assert codes([add("g1", range(6))], known) == ["too-many-additions"]


@pytest.mark.parametrize(
    ("change", "count"), [(add("g1", range(4)), 4), (remove("g1", range(4)), 0), (disable(1), 0)]
)
def test_only_who_joins_is_added(change: Change, count: int):
    assert members_to_add(change) == count


def test_the_group_that_grows_most_is_named_first():
    links = [*(person(n) for n in range(300)), team(1), team(2), team(3)]
    known = facts(links, {"g1": [299], "g2": range(200), "g3": range(20)})
    message = only([add("g2", range(200, 215)), add("g1", range(6)), add("g3", range(30, 39))], known)
    assert message.args["names"] == ("G1", "G2", "G3")
    numbers = [message.args[name] for name in ("added", "memberships", "group", "group_added", "group_members")]
    assert numbers == [30, 221, "G1", 6, 1]
    unknown = facts(links, {"g2": range(200)})  # the members of g1 were not read
    args = only([add("g1", range(6))], unknown).args
    assert (args["group_members"], args["memberships"]) == (0, 200)


def test_of_two_groups_that_double_the_larger_one_is_named_first():
    links = [*(person(n) for n in range(300)), team(1), team(2)]
    known = facts(links, {"g1": [299], "g2": [298]})
    for changes in ([add("g1", range(6)), add("g2", range(8))], [add("g2", range(8)), add("g1", range(6))]):
        assert only(changes, known).args["names"] == ("G2", "G1")


def test_new_people_and_new_groups_are_no_additions():
    links = [*(person(n) for n in range(50)), team(1)]
    known = facts(links, {"g1": range(4)})
    new = Change("group", Action.CREATE, "g9", "G9", members=tuple(Known(f"aws-p{n}") for n in range(50)))
    rest = replace(add("g9", range(50)), target_id="")
    assert codes([new, rest, add("g1", range(60, 90), planned=True)], known) == []


def test_what_the_last_run_was_to_add_is_not_asked_about_but_more_is():
    links = [*(person(n) for n in range(50)), team(1)]
    known = facts(links, {"g1": range(2)}, Memory(additions={"g1": 30}))
    assert codes([add("g1", range(10, 40))], known) == []
    assert codes([add("g1", range(10, 46))], known) == ["too-many-additions"]


# Names and ids that move, values that go


@pytest.mark.parametrize(("moved", "asked"), [(2, False), (3, True), (20, True)])
def test_user_names_that_move_between_accounts_are_asked_about(moved: int, asked: bool):
    known = facts(person(n) for n in range(100))
    changes = [rename(n, f"P{(n + 1) % moved}@x.example") for n in range(moved)]
    assert ("ids-moved" in codes(changes, known)) is asked


def test_names_that_move_and_ids_that_move_are_added():
    known = facts((person(n) for n in range(100)), renumbered={"p90": "P90", "p91": "P91"})
    message = only([rename(n, f"p{n + 10}@x.example") for n in range(2)], known)
    assert (message.code, message.args["count"]) == ("ids-moved", 4)


def test_the_names_of_the_last_run_count_also_where_aws_has_others_now():
    links = [person(n) for n in range(40)]
    now = [replace(link, confirmed={**link.confirmed, "userName": f"x{link.source_id}"}) for link in links]
    known = replace(facts(links), linked=now)
    changes = [rename(n, f"p{n + 10}@x.example") for n in range(3)]
    assert codes(changes, known) == ["ids-moved"]


@given(st.integers(1, 60), st.data())
def test_an_attribute_that_most_would_lose_is_asked_about(having, data):
    count = data.draw(st.integers(1, having))
    known = facts(person(n, **({"title": "Cook"} if n < having else {})) for n in range(60))
    changes = [update(n, {"title": "Cook"}, {}) for n in range(count)]
    assert codes(changes, known) == ["values-cleared"] * (having >= 3 and count > having / 2)


def test_values_of_people_are_held_against_people_only():
    links = [*(person(n, displayName=f"P {n}") for n in range(3)), *(team(n) for n in range(10))]
    changes = [update(n, {"displayName": f"P {n}"}, {"displayName": ""}) for n in range(2)]
    assert "values-cleared" in codes(changes, facts(links))


def test_attributes_are_judged_one_by_one():
    known = facts([*(person(n, title="Cook", **({"nickName": "N"} if n < 4 else {})) for n in range(60)), team(1)])
    changes = [update(n, {"title": "Cook", "nickName": "N"}, {}) for n in range(3)]
    message = only(changes, known)
    assert (message.args["attributes"], message.args["having"], message.args["count"]) == (("nickName",), 4, 3)


# The source


def columns(**filled: int) -> tuple[Column, ...]:
    return tuple(Column(name.upper(), name, count) for name, count in filled.items())


def source(people: int = 20, **more) -> SourceFacts:
    return SourceFacts(people, **more)


def read(
    now: SourceFacts, last: SourceFacts | None, people: int = 0, used: Iterable[str] = ("department",)
) -> list[str]:
    known = facts([person(n) for n in range(20)], source=now, used=frozenset(used), memory=Memory(last, people))
    return codes([], known)


def test_an_empty_source():
    assert read(source(0), None) == ["empty-source"]
    assert read(source(0, columns=columns(department=0)), source(columns=columns(department=20))) == [
        "empty-source"
    ]
    assert codes([], facts([], source=source(0))) == []


@pytest.mark.parametrize(("now", "before", "asked"), [(9, 20, True), (10, 20, False), (1, 0, False)])
def test_a_source_with_less_than_half_of_its_people(now: int, before: int, asked: bool):
    assert read(source(now), source(before), before) == ["short-source"] * asked


@pytest.mark.parametrize(
    ("now", "before", "asked"),
    [(29, 60, True), (30, 60, False), (3, 7, True), (4, 7, False), (0, 3, True), (0, 2, False)],
)
def test_a_source_with_less_than_half_of_its_memberships(now: int, before: int, asked: bool):
    assert read(source(memberships=now), source(memberships=before), 20) == ["short-source"] * asked


def test_memberships_that_were_not_read_are_not_missed():
    assert read(source(memberships=0, has_groups=False), source(memberships=60)) == []


def test_a_column_that_is_missing_or_empty_now():
    before = source(columns=columns(department=20, city=20))
    assert read(source(columns=columns(city=20)), before) == ["columns-lost"]
    assert read(source(columns=columns(department=0, city=20)), before) == ["columns-lost"]
    assert read(source(columns=columns(department=1, city=20)), before) == []
    assert read(source(columns=columns(department=20)), before) == []  # nothing reads the city
    assert read(source(columns=columns(city=20)), None) == []


def test_the_columns_that_are_lost_are_named_with_their_values():
    known = facts(
        [person(1)],
        source=source(columns=columns(city=20)),
        memory=Memory(source(columns=columns(city=20, department=7, accountEnabled=9))),
        used={"department"},
    )
    args = only([], known).args
    assert (args["columns"], args["empty"], args["status"], args["count"]) == (
        ("DEPARTMENT", "ACCOUNTENABLED"), False, True, 9,
    )  # fmt: skip
    empty = replace(known, source=source(columns=columns(city=20, department=0, accountEnabled=9)))
    args = only([], empty).args
    assert (args["columns"], args["empty"], args["status"], args["count"]) == (("DEPARTMENT",), True, False, 7)


def test_a_status_column_that_was_empty_is_not_missed():
    before = source(columns=columns(city=20, accountEnabled=0))
    assert read(source(columns=columns(city=20, accountEnabled=0)), before) == []


def test_people_who_are_no_longer_in_the_source_are_named():
    links = [*(person(n, active=n != 2) for n in range(6)), team(1)]
    known = replace(facts(links, source=source(1), memory=Memory(people=6)), present={"p0"})
    args = only([], known).args
    assert (args["names"], args["count"]) == (("P1", "P3", "P4"), 4)
    empty = replace(known, source=source(0), memory=Memory())
    assert (only([], empty).args["people_linked"], only([], empty).args["names"]) == (5, ("P0", "P1", "P3"))


def test_a_value_that_few_had_may_go():
    before = source(columns=columns(department=2, aboutMe=1))
    assert read(source(columns=columns(department=0, aboutMe=0)), before, used=("department", "aboutMe")) == []
    assert read(source(columns=columns(department=0)), source(columns=columns(department=3))) == ["columns-lost"]
    assert read(source(columns=columns(city=1)), before) == ["columns-lost"]
    assert read(source(columns=columns(city=1)), source(columns=columns(department=0))) == []


@pytest.mark.parametrize("now", [columns(city=1), columns(city=1, accountEnabled=0)])
def test_the_status_column_is_missed_although_no_mapping_names_it(now: tuple[Column, ...]):
    assert read(source(columns=now), source(columns=columns(city=20, accountEnabled=1)), used=()) == [
        "columns-lost"
    ]


def test_two_columns_of_one_attribute_are_counted_together():
    before = source(columns=(Column("Department", "department", 2), Column("Abteilung", "department", 2)))
    assert read(source(columns=columns(department=0)), before) == ["columns-lost"]


def test_another_heading_for_the_same_attribute_is_no_loss():
    before = source(columns=(Column("Department", "department", 20),))
    assert read(source(columns=(Column("Abteilung", "department", 20),)), before) == []


def end(file: str = "members", **more: bool) -> tuple[FileEnd, ...]:
    return (FileEnd(file, **{**ENDS, **more}),)  # type: ignore[arg-type]


def test_a_file_that_was_cut_off():
    whole = source(ends=end())
    assert read(source(ends=end(line_break=False)), whole) == ["truncated-source"]
    assert read(source(ends=end(short_row=True)), whole) == ["truncated-source"]
    assert read(source(ends=end(short_row=True)), None) == ["truncated-source"]
    assert read(source(ends=end()), whole) == []


def test_a_file_that_always_ended_so_is_whole():
    assert read(source(ends=end(line_break=False)), None) == []
    assert read(source(ends=end(line_break=False)), source(ends=end(line_break=False))) == []
    assert read(source(ends=end(short_row=True)), source(ends=end(short_row=True))) == []
    assert read(source(ends=end("users", line_break=False)), source(ends=end("members"))) == []


def test_stored_facts_of_a_reading():
    snapshot = DirectorySnapshot(
        (), (DirectoryGroup("g", {}, ("a", "b")),), columns=(Column("City", "city", 1, ("Oslo",)),), ends=end()
    )
    assert SourceFacts.of(snapshot) == SourceFacts(0, 2, True, (Column("City", "city", 1),), end())


# Order, and other programs


def test_the_most_serious_comes_first():
    links = [person(n, title="Cook", active=n != 9) for n in range(20)]
    memory = Memory(source(60, columns=columns(department=9)), 60)
    known = facts(links, memory=memory, source=source(20, columns=columns(department=0)), used={"department"})
    changes = [
        *(update(n, {"title": "Cook"}, {}) for n in range(15)),
        *(rename(n, f"p{(n + 1) % 12}@x.example") for n in range(12)),
        *map(disable, range(10, 20)),
    ]
    assert codes(changes, known) == [
        "columns-lost", "short-source", "ids-moved", "too-many-deletions", "too-many-renames", "values-cleared",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("linked", "marked", "asked"),
    [(20, 2, False), (20, 3, True), (30, 3, True), (35, 3, False), (35, 4, True), (33, 3, False)],
)
def test_external_ids_are_another_programs_from_three_and_a_tenth_on(linked: int, marked: int, asked: bool):
    links = [person(n, externalId=f"e{n}") for n in range(linked)]
    known = facts(links)
    theirs = {
        f"aws-p{n}": Existing(f"aws-p{n}", {**links[n].confirmed, "externalId": "theirs"}) for n in range(marked)
    }
    reading = replace(known.reading, users={**known.reading.users, **theirs})
    assert codes([], replace(known, reading=reading)) == ["other-provisioner"] * asked


@pytest.mark.parametrize(
    ("linked", "edited", "asked"), [(20, 9, False), (20, 10, True), (43, 10, False), (44, 11, True)]
)
def test_other_attributes_are_another_programs_from_ten_and_a_quarter_on(linked: int, edited: int, asked: bool):
    links = [person(n, title="Cook", nickName="A") for n in range(linked)]
    known = facts(links, governed={"title"})
    theirs = {f"aws-p{n}": Existing(f"aws-p{n}", {**links[n].confirmed, "title": "Chef"}) for n in range(edited)}
    rest = {  # nothing of ours governs this attribute
        f"aws-p{n}": Existing(f"aws-p{n}", {**links[n].confirmed, "nickName": "B"}) for n in range(edited, linked)
    }
    reading = replace(known.reading, users={**theirs, **rest})
    assert codes([], replace(known, reading=reading)) == ["other-provisioner"] * asked


def test_the_same_values_read_again_are_no_other_programs():
    links = [person(n, externalId=f"e{n}", title=f"Cook {n}") for n in range(20)]
    known = facts(links, governed={"title", "userName"})
    again = {
        link.target_id: Existing(
            link.target_id,
            {path: f"{v}"[:1] + f"{v}"[1:] if isinstance(v, str) else v for path, v in link.confirmed.items()}
            | {"nickName": "A"},
        )
        for link in links
    }
    assert codes([], replace(known, reading=replace(known.reading, users=again))) == []


def test_another_program_that_writes_external_ids():
    links = [person(n, externalId=f"e{n}") for n in range(20)]
    known = facts(links)
    users = dict(known.reading.users)
    for n in range(3):
        users[f"aws-p{n}"] = Existing(f"aws-p{n}", {**links[n].confirmed, "externalId": "theirs"})
    message = only([], replace(known, reading=replace(known.reading, users=users)))
    assert (message.code, message.args["by"], message.args["changed"]) == ("other-provisioner", "external-id", 3)
    assert message.args["names"] == ("P0", "P1", "P2")


def test_a_normal_day_raises_nothing():
    links = [*(person(n, title="Cook") for n in range(60)), *(team(n) for n in range(4))]
    inside = {f"g{n}": range(n * 10, n * 10 + 30) for n in range(4)}
    known = facts(links, inside, Memory(source(60, memberships=120, columns=columns(department=60)), 60))
    known = replace(known, source=source(61, memberships=118, columns=columns(department=59)), used={"department"})
    changes = [
        *map(disable, range(3)),
        *(remove(f"g{n}", [0, 1, 2]) for n in range(1)),
        remove("g1", [15, 16]),
        add("g2", [1, 2, 3, 4]),
        *(Change("user", Action.CREATE, f"n{n}", f"N{n}", after={"userName": f"n{n}"}) for n in range(4)),
        Change("group", Action.CREATE, "g9", "G9", members=tuple(Known(f"aws-p{n}") for n in range(40))),
        *(add("g0", range(100, 104), planned=True),),
        rename(20),
        rename(21, "p22@x.example"),
        rename(22, "p21@x.example"),
        update(30, {"title": "Cook"}, {}),
        enable(40),
    ]
    assert codes(changes, known) == []


def test_concerns_come_in_the_order_of_their_codes():
    made = [
        name.removeprefix("_").replace("_", "-") for name in concerns.__code__.co_names if name.startswith("_")
    ]
    by_guard = [name for name in made if name in CONCERN_CODES]
    assert by_guard == [code for code in CONCERN_CODES if code in by_guard]
    assert len(by_guard) == 12
