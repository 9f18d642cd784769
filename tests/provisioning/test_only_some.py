"""Only those who failed, or the one asked for: done as a whole run would do them, everybody else left alone."""

import pytest

from tests.provisioning.changes import words
from tests.provisioning.company import World, changed, directory, group, job, person
from wizard.aws.interface import Refused
from wizard.errors import recorded
from wizard.provisioning.only_some import Only

pytestmark = pytest.mark.anyio


def retry(*keys: tuple, labels: tuple = ()) -> Only:
    return Only("retry", frozenset(keys), frozenset(labels))


def refuse(*names: str):
    def write(_number: int, words: str) -> None:
        if any(words == f"create user {name}@example.com" for name in names):
            raise Refused(400, recorded("AWS did not accept the attributes", "Look at them."))

    return write


async def failed_once() -> tuple[World, object]:
    snapshot = directory(
        [person("ann"), person("ben", manager="cleo"), person("cleo")], group("g", "ann", "ben"), group("h", "ann")
    )
    world = World()
    world.trouble(write=refuse("ben"))
    report = await world.run(snapshot)
    assert [row.label for row in report.failures] == ["Ben"]
    world.heal()
    return world, snapshot


async def test_who_failed_is_made_and_joins_and_nobody_else_is_touched():
    world, snapshot = await failed_once()
    snapshot = changed(snapshot, "ann", jobTitle="Cook")
    plan = await world.plan(snapshot, only=retry(("user", "ben")))
    assert {op.key for op in plan.changes} == {("user", "ben"), ("group", "g")}
    assert (plan.purpose, plan.unchanged.users, len(plan.notes)) == ("retry", 0, 1)
    report = await world.apply(plan)
    assert (report.users.created, report.added, report.users.updated) == (1, 1, 0)
    rest = await world.plan(snapshot)
    assert [op.key for op in rest.changes] == [("user", "ann")]


async def test_others_who_join_the_same_group_wait():
    world, snapshot = await failed_once()
    more = directory([*snapshot.users, person("dee")], group("g", "ann", "ben", "dee"), group("h", "ann"))
    plan = await world.plan(more, only=retry(("user", "ben")))
    (adds,) = [op for op in plan.changes if words(op) == "add-members"]
    assert adds.names == ("Ben",)


async def test_a_group_that_is_not_there_yet_is_not_joined():
    world, snapshot = await failed_once()
    more = directory(snapshot.users, *snapshot.groups, group("new", "ben"))
    plan = await world.plan(more, only=retry(("user", "ben")))
    assert ("group", "new") not in {op.key for op in plan.changes}


async def test_the_person_who_frees_the_name_is_included():
    world = World()
    await world.run(directory([person("ann"), person("ben")]))
    now = directory([
        person("ann", userPrincipalName="x@example.com", mail="x@example.com"),
        person("ben"),
        person("cleo", userPrincipalName="ann@example.com", mail="ann@example.com"),
    ])  # fmt: skip
    plan = await world.plan(now, only=retry(("user", "cleo")))
    assert [words(op) for op in plan.changes] == ["update user", "create user"]
    report = await world.apply(plan)
    assert (report.users.created, report.users.updated, report.users.failed) == (1, 1, 0)


async def test_nobody_else_is_taken_over_and_nothing_is_forgotten():
    world = World()
    await world.run(directory([person("ann"), person("ben")]))
    world.store.add("user", {"userName": "dee@example.com", "displayName": "Dee"})
    del world.store.users[world.store.by("userName", "ben@example.com")]
    now = directory([person("ann", jobTitle="Cook"), person("ben"), person("dee")])
    await world.apply(await world.plan(now, only=retry(("user", "ann"))))
    assert set(world.ledger.kept) == {("user", "ann"), ("user", "ben")}


async def test_a_row_that_had_no_id_is_found_by_its_name():
    world = World()
    snapshot = directory([person("ann"), person("ben")])
    plan = await world.plan(snapshot, only=retry(labels=(("user", "ben"),)))
    assert [op.key for op in plan.changes] == [("user", "ben")]


async def test_a_rejected_user_is_reported_again_and_an_unchanged_one_counted():
    world = World()
    await world.run(directory([person("ann")]))
    snapshot = directory([person("ann"), person("ben", surname=""), person("cleo", surname="")])
    plan = await world.plan(snapshot, only=retry(("user", "ann"), ("user", "ben")))
    assert [one.source_id for one in plan.rejected] == ["ben"]
    assert (plan.changes, plan.unchanged.users) == ((), 1)


async def test_concerns_are_about_planned_changes():
    world = World()
    await world.run(directory([person(f"p{n}") for n in range(8)]))
    few = directory([person("p0", jobTitle="Cook"), person("p1")])
    assert (await world.plan(few)).concerns
    assert (await world.plan(few, only=retry(("user", "p0")))).concerns == ()
    assert (await world.plan(few, job(), only=retry(*(("user", f"p{n}") for n in range(8))))).concerns
