"""Which memberships are read where all would take too many requests, and reading with many requests at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import anyio
import pytest

from tests.provisioning.changes import words
from tests.provisioning.company import NOON, World, directory, group, job, person
from tests.provisioning.fakes import FakeSession
from wizard.provisioning.ledger import GroupRead, LastReading
from wizard.provisioning.read_aws import READS_AT_ONCE, Choice, choose_some, pages

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


def at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def last(hours: float = 1, **groups: float) -> LastReading:
    """Made so many hours ago; of each group as well."""
    read = {name: GroupRead(10, at(NOON - age * HOUR)) for name, age in groups.items()}
    return LastReading(at(NOON - hours * HOUR), read)


def test_pages_of_a_list() -> None:
    assert [pages(rows) for rows in (0, 1, 100, 101, 100_000)] == [1, 1, 1, 2, 1_000]


def test_what_shall_change_is_read_first_per_person_where_that_takes_fewer_requests() -> None:
    sizes = {"all": 100_000, "team": 20}
    read = last(all=0.5, team=0.5)
    one = {"all": frozenset({"ann"}), "team": frozenset({"ann"})}
    assert choose_some(sizes, one, {"ann": 3}, read, NOON, 150).people == ("ann",)
    crowd = {"team": frozenset(f"p{n}" for n in range(15))}
    choice = choose_some(sizes, crowd, {}, read, NOON, 150)
    assert (choice.people, choice.groups[:1]) == ((), ("team",))


def test_a_group_never_read_before_is_read_before_the_share() -> None:
    sizes = {f"g{n}": 10 for n in range(10)} | {"new": 10}
    read = last(**{f"g{n}": 1 for n in range(10)})
    assert choose_some(sizes, {}, {}, read, NOON, 1) == Choice(("new",))


def test_groups_that_were_read_in_a_wrong_year_are_read_first() -> None:
    sizes = {f"g{n}": 10 for n in range(10)}
    read = {name: GroupRead(10, at(NOON)) for name in sizes} | {"g7": GroupRead(10, at(NOON + 9000 * HOUR))}
    assert choose_some(sizes, {}, {}, LastReading(at(NOON - HOUR), read), NOON, 1).groups == ("g7",)
    whole = choose_some(sizes, {}, {}, LastReading(at(NOON + 9000 * HOUR), read), NOON, 100)
    assert set(whole.groups) == set(sizes)


@pytest.mark.parametrize("hours", [0.5, 1, 5, 24])
def test_every_group_is_read_within_a_day(hours: float) -> None:
    sizes = {f"g{n}": 10 for n in range(100)}
    read = {name: GroupRead(10, at(NOON)) for name in sizes}
    moment, most = NOON, 0
    for _ in range(int(72 / hours)):
        before, moment = moment, moment + hours * HOUR
        choice = choose_some(sizes, {}, {}, LastReading(at(before), read), moment, 100)
        read |= {name: GroupRead(10, at(moment)) for name in choice.groups}
        assert min(found.at for found in read.values()) >= at(moment - 24 * HOUR)
        most = max(most, len(choice.groups))
    assert most <= 2 * 100 * hours / 24 + 5


def test_a_group_larger_than_the_limit_is_read_alone() -> None:
    assert choose_some({"all": 100_000}, {}, {}, last(24, all=24), NOON, 100).groups == ("all",)


async def small_world(groups: int = 150) -> tuple[World, list, list]:
    """More groups and people than the limit of 100 requests allows to read."""
    world = World()
    people = [person(f"p{n}") for n in range(groups)]
    teams = [group(f"g{n}", f"p{n}", f"p{(n + 1) % groups}") for n in range(groups)]
    await world.run(directory(people, *teams), LIMITED)
    return world, people, teams


LIMITED = replace(job(), policy=replace(job().policy, membership_requests=100))


async def planned(world: World, snapshot, **more):
    plan = await world.plan(snapshot, LIMITED, **more)
    world.ledger.read = plan.reading
    asked = [said for said in world.session.said if said.startswith(("members of", "groups of"))]
    return plan, asked


async def test_beyond_the_limit_a_run_reads_a_part_and_says_so() -> None:
    world, people, teams = await small_world()
    snapshot = directory(people, *teams)
    plan, asked = await planned(world, snapshot)
    assert (len(asked), plan.unread_groups, plan.changes) == (100, 50, ())
    assert [note.args["groups"] for note in plan.notes if note.code == "memberships-not-read"] == [50]
    before = dict(world.ledger.kept)
    await world.apply(plan)
    assert world.ledger.kept == before, "what was not read stays as it was confirmed"
    _, again = await planned(world, snapshot, now=NOON + HOUR)
    assert set(again[:50]).isdisjoint(asked), "those never read come first"
    for hours in range(2, 26):
        _, asked = await planned(world, snapshot, now=NOON + hours * HOUR)
        assert len(asked) <= 10
    whole = await world.plan(snapshot)
    assert (whole.unread_groups, whole.changes) == (0, ())


async def test_what_shall_change_is_read_and_nothing_that_was_not_read_changes() -> None:
    world, people, teams = await small_world()
    for hours in range(3):
        await planned(world, directory(people, *teams), now=NOON + hours * HOUR)
    ids = {name: world.store.by("externalId", name) for name in ("p0", "p1", "p7")}
    of = {n: world.store.by("displayName", f"Team g{n}", "group") for n in range(150)}
    world.store.members[of[0]].discard(ids["p1"])
    teams[0] = group("g0", "p0", "p1", "p7")
    world.store.members[of[90]].clear()  # by another client: found when its turn comes
    plan, asked = await planned(world, directory(people, *teams), now=NOON + 3 * HOUR)
    assert len(asked) <= 10
    joins = {change.source_id: {one.id for one in change.members} for change in plan.changes}
    assert {words(change) for change in plan.changes} == {"add-members"}
    assert joins["g0"] >= {ids["p7"]}
    read = {said.removeprefix("members of ") for said in asked}
    people_read = {said.removeprefix("groups of ") for said in asked}
    for change in plan.changes:
        assert change.target_id in read or {one.id for one in change.members} <= people_read
    await world.apply(plan)
    for hours in range(4, 30):
        plan, _ = await planned(world, directory(people, *teams), now=NOON + hours * HOUR)
        await world.apply(plan)
    assert (await world.plan(directory(people, *teams))).changes == ()


async def test_new_people_join_their_groups_at_once() -> None:
    world, people, teams = await small_world()
    for hours in range(3):
        await planned(world, directory(people, *teams), now=NOON + hours * HOUR)
    teams[5] = group("g5", "p5", "p6", "new")
    plan, _ = await planned(world, directory([*people, person("new")], *teams), now=NOON + 3 * HOUR)
    await world.apply(plan)
    new = world.store.by("externalId", "new")
    assert new in world.store.members[world.store.by("displayName", "Team g5", "group")]


async def test_ten_reads_are_in_flight_from_the_start_beside_the_lists() -> None:
    world = World()
    people = [person(f"p{n}") for n in range(40)]
    snapshot = directory(people, *(group(f"g{n}", *(f"p{m}" for m in range(n, 20))) for n in range(20)))
    await world.run(snapshot)
    flying = most = 0

    class Slow(FakeSession):
        async def _ask(self, asked: str) -> None:
            nonlocal flying, most
            await super()._ask(asked)
            flying += 1
            most = max(most, flying)
            await anyio.sleep(0.01)
            flying -= 1

    world.target.session = lambda report=lambda request: None: Slow(world.target, report)
    assert (await world.plan(snapshot)).changes == ()
    assert most == READS_AT_ONCE + 2
