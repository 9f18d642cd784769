"""Steps of a plan: exchanges of names and managers in circles, carried out, refused in part, and cut short."""

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.provisioning.changes import (
    add_members,
    create_group,
    create_user,
    delete_user,
    update_group,
    update_user,
)
from tests.provisioning.company import RunControl, World, directory, group, person
from wizard.aws.interface import OutcomeUnknown, Refused
from wizard.errors import recorded
from wizard.provisioning.change import Change
from wizard.provisioning.events import ChangeEnded
from wizard.provisioning.order import TEMPORARY, Wait, schedule, undoing, waits
from wizard.scim.resource import MANAGER, Known, Planned

pytestmark = pytest.mark.anyio
EMAIL = 'emails[type eq "work"].value'
TYPE = 'emails[type eq "work"].type'


def rename(source_id: str, before: str, after: str) -> Change:
    return update_user(source_id, source_id, f"aws-{source_id}", {"userName": before}, {"userName": after})


def ring(count: int) -> list[Change]:
    return [rename(f"p{n}", f"n{n}", f"n{(n + 1) % count}") for n in range(count)]


def pairs(count: int) -> list[Change]:
    return [rename(f"p{n}", f"n{n}", f"n{n ^ 1}") for n in range(2 * count)]


def managers(count: int) -> list[Change]:
    return [create_user(f"p{n}", f"P{n}", {MANAGER: Planned(f"p{(n + 1) % count}")}) for n in range(count)]


def parts(changes: Sequence[Change]) -> list[str]:
    return [step.part for step in schedule(changes).steps if step.part != "settle"]


def test_changes_without_circles_are_one_step_each():
    changes = [rename("a", "x", "y"), rename("b", "w", "x"), create_user("c", "C", {"userName": "w"})]
    made = schedule(changes)
    assert [step.change for step in made.steps] == changes
    assert made.waits == waits(changes)
    assert (dict(made.parts), dict(made.exchanges)) == ({}, {})


def test_a_change_that_takes_two_names_of_another_waits_once():
    both = {"userName": "x", EMAIL: "x@y"}
    changes = [create_user("b", "B", both), delete_user("a", "A", "aws-a", both)]
    assert waits(changes) == ((Wait(1, "value"),), ())


def test_a_group_waits_for_its_members_and_members_for_their_group():
    made_at_once = create_group("g", "G", {}, members=(Planned("a"), Known("aws-b")))
    changes = [made_at_once, create_user("a", "A", {}), add_members("g", "G", "", (Planned("a"),))]
    elsewhere = add_members("h", "H", "aws-h", (Known("aws-b"),))
    assert waits([*changes, elsewhere]) == (
        (Wait(1, "reference"),),
        (),
        (Wait(1, "reference"), Wait(0, "reference")),
        (),
    )


def test_the_steps_of_a_change_wait_for_its_first():
    changes = [
        update_user("a", "A", "aws-a", {"userName": "x"}, {"userName": "y", MANAGER: Planned("c")}),
        rename("b", "y", "x"),
        create_user("c", "C", {MANAGER: Planned("c")}),
    ]
    made = schedule(changes)
    for place in (0, 2):
        first, *later = made.parts[place]
        for index in later:
            if made.steps[index].part in ("names", "manager"):
                assert Wait(first, "object") in made.waits[index], made.steps[index].part
    assert {step.part for step in made.steps} >= {"room", "names", "manager"}


def test_only_those_in_a_circle_have_parts():
    bystander = rename("z", "before", "after")
    made = schedule([bystander, *ring(2), *managers(2)])
    assert set(made.parts) == {1, 2, 3}
    assert {place: [made.steps[index].part for index in found] for place, found in made.parts.items()} == {
        1: ["room", "names"],
        2: ["whole"],
        3: ["whole", "manager"],
    }


def test_the_step_of_a_manager_starts_from_the_one_that_aws_has():
    old = {"userName": "x", "title": "Dr", MANAGER: Known("aws-old")}
    changes = [
        update_user("a", "A", "aws-a", old, {"userName": "y", "title": "Prof", MANAGER: Planned("b")}),
        create_user("b", "B", {"userName": "x"}),
    ]
    first, manager, _ = schedule(changes).steps
    assert first.change.before == {"userName": "x", "title": "Dr"}
    assert manager.change.before == {MANAGER: Known("aws-old")}
    assert manager.change.after == {MANAGER: Planned("b")}


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        (ring(2), ["room", "names", "whole"]),
        (ring(5), ["room", "names", "whole", "whole", "whole", "whole"]),
        (pairs(2), ["room", "names", "whole", "room", "names", "whole"]),
        (managers(1), ["whole", "manager"]),
        (managers(4), ["whole", "manager", "whole", "whole", "whole"]),
        # The manager is new and takes the old name of the one who reports to them.
        (
            [
                update_user("a", "A", "aws-a", {"userName": "x"}, {"userName": "y", MANAGER: Planned("b")}),
                create_user("b", "B", {"userName": "x"}),
            ],
            ["whole", "manager", "whole"],
        ),
        # Who reports to someone in a circle of managers is not part of the circle.
        ([create_user("z", "Z", {MANAGER: Planned("p0")}), *managers(2)], ["whole", "whole", "manager", "whole"]),
    ],
)
def test_circles_are_broken_once(changes, steps):
    assert parts(changes) == steps


def test_the_first_step_writes_everything_but_the_exchanged_names():
    mail = {EMAIL: "a@x", TYPE: "work"}
    changes = [
        update_user(
            "a", "A", "1", {"userName": "a", **mail}, {"userName": "b", EMAIL: "c@x", TYPE: "work", "title": "Dr"}
        ),
        rename("b", "b", "a"),
    ]
    room, names, *_ = schedule(changes).steps
    assert room.change.before == changes[0].before
    assert room.change.after == {"userName": f"{TEMPORARY}a", EMAIL: "c@x", TYPE: "work", "title": "Dr"}
    assert (names.change.before, names.change.after) == ({"userName": f"{TEMPORARY}a"}, {"userName": "b"})


def test_an_item_of_a_list_goes_through_the_temporary_value_whole():
    changes = [
        update_user("a", "A", "1", {EMAIL: "a@x", TYPE: "work"}, {EMAIL: "b@x", TYPE: "work"}),
        update_user("b", "B", "2", {EMAIL: "b@x", TYPE: "work"}, {EMAIL: "a@x", TYPE: "work"}),
    ]
    room, names, *_ = schedule(changes).steps
    between = {EMAIL: f"{TEMPORARY}a@x", TYPE: "work"}
    assert room.change.after == names.change.before == between
    assert names.change.after == changes[0].after


def test_undoing_a_step_gives_back_its_names_and_nothing_else():
    step = update_user(
        "a", "A", "1", {EMAIL: "a@x", TYPE: "work", "title": "Dr"}, {EMAIL: "b@x", TYPE: "work", "title": "Prof"}
    )
    back = undoing(step)
    assert (back.before, back.after) == ({EMAIL: "b@x", TYPE: "work"}, {EMAIL: "a@x", TYPE: "work"})


def test_taking_a_name_from_an_exchange_waits_until_it_is_settled():
    mail = {EMAIL: "old@x"}
    changes = [
        update_user("a", "A", "1", {"userName": "a", **mail}, {"userName": "b", EMAIL: "new@x"}),
        rename("b", "b", "a"),
        create_user("c", "C", {EMAIL: "old@x"}),
    ]
    made = schedule(changes)
    (settling,) = made.exchanges
    (last,) = [index for index, step in enumerate(made.steps) if step.place == 2]
    assert settling in {wait.on for wait in made.waits[last] if wait.why == "value"}


def work(count: Callable[[], object]) -> int:
    """How many lines are executed."""
    lines = 0

    def trace(_frame, event, _argument):
        nonlocal lines
        lines += event == "line"
        return trace

    sys.settrace(trace)
    try:
        count()
    finally:
        sys.settrace(None)
    return lines


@pytest.mark.parametrize("made", [ring, pairs, managers])
def test_the_work_of_ordering_grows_with_the_number_of_changes(made):
    few, many = made(100), made(400)
    assert work(lambda: schedule(many)) < 4.5 * work(lambda: schedule(few))


def obstacles(changes: Sequence[Change]) -> list[str]:
    """Carries out the steps in an order that their waits allow, and says what AWS would refuse."""
    made = schedule(changes)
    order, left = [], dict(enumerate(made.waits))
    while left:
        ready = [index for index, found in left.items() if not any(wait.on in left for wait in found)]
        assert ready, "a circle"
        order.append(ready[-1])
        del left[ready[-1]]
    holders = {(path, value): c.target_id for c in changes for path, value in c.before.items() if path != MANAGER}
    refused, present = [], {change.target_id for change in changes if change.target_id}
    for step in (made.steps[index] for index in order):
        change = step.change
        if step.part == "settle":
            continue
        own = change.target_id or change.source_id
        for path, value in change.before.items():
            if path != MANAGER and holders.get((path, value)) == own:
                del holders[path, value]
        for path, value in change.after.items():
            if isinstance(value, Planned):
                refused += [] if value.source_id in present else [f"{own}: no manager"]
            elif holders.setdefault((path, value), own) != own:
                refused.append(f"{own}: {value} is taken")
        present.add(own)
    wanted = {(p, v): c.target_id or c.source_id for c in changes for p, v in c.after.items() if p != MANAGER}
    return refused + [f"not reached: {key}" for key, own in wanted.items() if holders.get(key) != own]


@st.composite
def tangles(draw) -> list[Change]:
    """Names and addresses change hands among people who stay, who are new and who leave; managers are new as well."""
    count, newcomers = draw(st.integers(2, 6)), draw(st.integers(0, 3))
    leaving = draw(st.sets(st.integers(0, count - 1), max_size=2))
    pool = range(count + newcomers)
    users, mails = draw(st.permutations(pool)), draw(st.permutations(pool))
    new = [f"new{n}" for n in range(newcomers)]
    changes = []
    for n in pool:
        after = {"userName": f"u{users[n]}", EMAIL: f"m{mails[n]}"}
        if new and draw(st.booleans()):
            after[MANAGER] = Planned(draw(st.sampled_from(new)))
        before = {"userName": f"u{n}", EMAIL: f"m{n}"}
        if n >= count:
            changes.append(create_user(new[n - count], "", after))
        elif n in leaving:
            changes.append(delete_user(f"p{n}", "", f"aws{n}", before))
        else:
            differing = {path for path in after if after[path] != before.get(path)}
            before = {path: value for path, value in before.items() if path in differing}
            after = {path: value for path, value in after.items() if path in differing}
            changes += [update_user(f"p{n}", "", f"aws{n}", before, after)] if differing else []
    return draw(st.permutations(changes))


@settings(max_examples=300, deadline=None)
@given(tangles())
def test_steps_never_take_a_name_that_is_not_free(changes: list[Change]):
    assert obstacles(changes) == []


# Carried out


def names(world: World) -> dict[str, str]:
    return {str(one["externalId"]): str(one["userName"]).partition("@")[0] for one in world.store.users.values()}


def named(**who: str):
    return directory(
        [
            person(one, userPrincipalName=f"{name}@example.com", mail=f"{name}@example.com")
            for one, name in who.items()
        ]
    )


BEFORE = {"a": "a", "b": "b", "c": "c", "d": "d"}
AFTER = {"a": "b", "b": "c", "c": "a", "d": "new"}


async def company() -> World:
    world = World()
    await world.run(named(**BEFORE))
    return world


async def test_an_exchange_is_counted_and_logged_once_for_each_person():
    world = await company()
    plan = await world.plan(named(**AFTER))
    assert len(plan.changes) == 4
    report = await world.apply(plan)
    assert names(world) == AFTER
    assert (report.users.updated, report.failed) == (4, 0)
    ended = [event for event in world.events if isinstance(event, ChangeEnded)]
    assert [sum(event.change is change for event in ended) for change in plan.changes] == [1, 1, 1, 1]
    shown = {m.name: (m.before, m.after) for event in ended if event.row.label == "A" for m in event.row.modified}
    assert shown["userName"] == ("a@example.com", "b@example.com")


@pytest.mark.parametrize(
    "error", [Refused(400, recorded("no")), Refused(409, recorded("taken")), OutcomeUnknown("x")]
)
@pytest.mark.parametrize("number", range(1, 5))
async def test_an_exchange_that_is_refused_in_part_is_undone(number: int, error: Exception):
    world = await company()
    writes = 0

    def write(_number: int, words: str) -> None:
        nonlocal writes
        writes += words != "update user d@example.com"
        if writes == number and words != "update user d@example.com":
            raise error

    world.trouble(write=write)
    report = await world.run(named(**AFTER), concurrency=1)
    assert names(world) == {**BEFORE, "d": "new"}
    assert (report.users.updated, report.users.failed) == (1, 3)
    assert {k[1]: link.confirmed["userName"] for k, link in world.ledger.kept.items()} == {
        one: f"{name}@example.com" for one, name in names(world).items()
    }
    world.heal()
    assert (await world.run(named(**AFTER))).failed == 0
    assert names(world) == AFTER


async def test_the_rest_of_a_change_is_written_although_its_exchange_is_undone():
    world = await company()

    def write(_number: int, words: str) -> None:
        if words == "update user b@example.com":
            raise Refused(400, recorded("no"))

    world.trouble(write=write)
    mail = {"userPrincipalName": "b@example.com", "mail": "b@example.com"}
    other = {"userPrincipalName": "a@example.com", "mail": "a@example.com"}
    report = await world.run(directory([person("a", jobTitle="Dr", **mail), person("b", **other)]))
    codes = {row.label: row.message.code for row in report.failures}
    assert (codes["A"], codes["B"]) == ("exchange-undone", "not-written")
    assert names(world) == BEFORE
    assert {one["externalId"]: one.get("title") for one in world.store.users.values()}["a"] == "Dr"


async def test_a_temporary_name_that_cannot_be_undone_is_reported():
    world = await company()
    written: list[str] = []

    def write(_number: int, words: str) -> None:
        written.append(words)
        if len(written) > 1:
            raise Refused(400, recorded("no"))

    world.trouble(write=write)
    report = await world.run(named(a="b", b="a", c="c", d="d"), concurrency=1)
    codes = {row.label: row.message.code for row in report.failures}
    assert codes == {"A": "temporary-name-left", "B": "not-written"}
    world.heal()
    assert (await world.run(named(a="b", b="a", c="c", d="d"))).failed == 0
    assert names(world)["a"] == "b"


@pytest.mark.parametrize("after", range(5))
async def test_a_cancelled_exchange_leaves_no_temporary_name(after: int):
    world = await company()
    control = RunControl()
    writes = 0

    def landed(_number: int, _words: str) -> None:
        nonlocal writes
        writes += 1
        if writes == after:
            control.cancel()

    if not after:
        control.cancel()
    world.trouble(after=landed)
    report = await world.run(named(a="b", b="c", c="a", d="d"), control=control, concurrency=1)
    assert not [name for name in names(world).values() if name.startswith(TEMPORARY)]
    done = after >= 4
    assert report.ending == ("done" if done else "cancelled")
    assert names(world) == (AFTER | {"d": "d"} if done else BEFORE)
    assert (report.users.updated, report.users.skipped, report.users.failed) == ((3, 0, 0) if done else (0, 3, 0))


async def test_groups_exchange_their_names_too():
    world = World()
    people = [person("a")]
    await world.run(directory(people, group("g", "a", name="G"), group("h", name="H")))
    report = await world.run(directory(people, group("g", "a", name="H"), group("h", name="G")))
    assert (report.groups.updated, report.failed) == (2, 0)
    assert {one["externalId"]: one["displayName"] for one in world.store.groups.values()} == {"g": "H", "h": "G"}


def test_names_of_groups_are_apart_from_those_of_people():
    changes = [
        update_group("g", "G", "1", {"displayName": "x"}, {"displayName": "y"}),
        update_user("a", "A", "2", {"displayName": "y"}, {"displayName": "x"}),
    ]
    assert waits(changes) == ((), ())


def test_no_two_people_are_ever_left_without_a_way_back():
    """Every cut of a run through rings of any size ends in the names of before or of after."""

    async def cut(size: int, number: int) -> None:
        world = World()
        before = {f"p{n}": f"p{n}" for n in range(size)}
        after = dict(pairwise([*before, "p0"]))
        await world.run(named(**before))
        counted = 0

        def write(_number: int, _words: str) -> None:
            nonlocal counted
            counted += 1
            if counted == number:
                raise Refused(400, recorded("no"))

        world.trouble(write=write)
        await world.run(named(**after), concurrency=2)
        assert names(world) in (before, after)

    for size in (2, 3, 6):
        for number in range(1, size + 2):
            anyio.run(cut, size, number)


def test_a_known_manager_needs_no_second_step():
    changes = [
        update_user("a", "A", "1", {}, {MANAGER: Known("2")}),
        update_user("b", "B", "2", {}, {"title": "x"}),
    ]
    assert parts(changes) == ["whole", "whole"]
