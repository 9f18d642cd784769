"""Attribute flow: expressions, defaults, unchanged attributes, and the actions that a job allows."""

from dataclasses import replace

import pytest

from tests.provisioning.changes import words
from tests.provisioning.company import World, changed, directory, group, job, person
from wizard.errors import Message
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind, ObjectFlow
from wizard.provisioning.comparison import NOT_CREATED
from wizard.provisioning.job import Job, LeaverAction

pytestmark = pytest.mark.anyio


def by(target: str, expression: str, **more) -> AttributeMapping:
    return AttributeMapping(target, MappingKind.FUNCTION, expression, **more)


def mapped(of: Job, row: AttributeMapping) -> Job:
    """The job with one row of its people's table exchanged."""
    users = tuple(row if m.target == row.target else m for m in of.mappings.users)
    return replace(of, mappings=replace(of.mappings, users=users))


def told(plan):
    return [(words(op), op.source_id) for op in plan.changes]


async def test_an_expression_without_a_value_rejects_that_person_alone():
    of = mapped(job(), by("title", 'IIF([jobTitle] = "x", DefaultDomain(), [jobTitle])'))
    plan = await World().plan(directory([person("ada", jobTitle="x"), person("bo", jobTitle="Dr")]), of)
    assert [(r.source_id, r.rule, r.path) for r in plan.rejected] == [("ada", "expression", "title")]
    assert told(plan) == [("create user", "bo")]


async def test_a_dropped_attribute_is_neither_written_nor_cleared():
    world, of = World(), mapped(job(), by("title", "IgnoreFlowIfNullOrEmpty([jobTitle])"))
    snapshot = directory([person("ada", jobTitle="Dr"), person("bo")])
    await world.run(snapshot, of)
    assert "title" not in world.store.users[world.store.by("userName", "bo@example.com")]
    ada = world.store.by("userName", "ada@example.com")
    await world.run(changed(snapshot, "ada", jobTitle=""), of)
    assert world.store.users[ada]["title"] == "Dr"
    assert not (await world.plan(changed(snapshot, "ada", jobTitle=""), of)).changes
    await world.run(changed(snapshot, "ada", jobTitle="Prof"), of)
    assert world.store.users[ada]["title"] == "Prof"


async def test_a_dropped_required_attribute_stays_unchanged():
    world, of = World(), mapped(job(), by("displayName", "IgnoreFlowIfNullOrEmpty([displayName])"))
    snapshot = directory([person("ada"), person("bo", displayName="")])
    plan = await world.plan(snapshot, of)
    assert [r.source_id for r in plan.rejected] == ["bo"]
    await world.run(snapshot, of)
    plan = await world.plan(changed(snapshot, "ada", displayName="", jobTitle="Dr"), of)
    assert [r.source_id for r in plan.rejected] == ["bo"]
    assert [(op.source_id, op.after) for op in plan.changes] == [("ada", {"title": "Dr"})]


@pytest.mark.parametrize(("clear", "title"), [(True, None), (False, "Dr")])
async def test_an_emptied_attribute_is_cleared_unless_the_job_says_not(clear: bool, title: str | None):
    of = job()
    of, world = replace(of, mappings=replace(of.mappings, clear_emptied=clear)), World()
    snapshot = directory([person("ada", jobTitle="Dr")])
    await world.run(snapshot, of)
    await world.run(changed(snapshot, "ada", jobTitle=""), of)
    ada = world.store.by("userName", "ada@example.com")
    assert world.store.users[ada].get("title") == title
    assert not (await world.plan(changed(snapshot, "ada", jobTitle=""), of)).changes


async def test_a_default_fills_what_the_directory_lacks():
    world = World()
    of = mapped(job(), AttributeMapping("title", MappingKind.ATTRIBUTE, "jobTitle", default="Staff"))
    snapshot = directory([person("ada", jobTitle="Dr"), person("bo")])
    await world.run(snapshot, of)
    assert world.store.users[world.store.by("userName", "bo@example.com")]["title"] == "Staff"
    emptied = changed(snapshot, "ada", jobTitle="")
    (op,) = (await world.plan(emptied, of)).changes
    assert op.after == {"title": "Staff"}
    as_entra = replace(of, mappings=replace(of.mappings, clear_emptied=False))
    assert not (await world.plan(emptied, as_entra)).changes


async def test_what_flows_only_at_creation_is_never_changed_later():
    world, of = World(), mapped(job(), by("title", "ToUpper([jobTitle])", flow=FlowType.OBJECT_ADD_ONLY))
    snapshot = directory([person("ada", jobTitle="Dr")])
    await world.run(snapshot, of)
    assert world.store.users[world.store.by("userName", "ada@example.com")]["title"] == "DR"
    assert not (await world.plan(changed(snapshot, "ada", jobTitle="Prof"), of)).changes


def switched(of: Job, **flows: ObjectFlow) -> Job:
    return replace(of, mappings=replace(of.mappings, **flows))


async def test_without_create_who_is_missing_is_skipped_and_in_no_group():
    world, of = World(), switched(job(), users_flow=ObjectFlow(create=False))
    world.store.add("user", {"userName": "ada@example.com", "displayName": "A"})
    world.accept("take-over")
    snapshot = directory([person("ada"), person("bo", manager="ada")], group("g", "ada", "bo"))
    plan = await world.plan(snapshot, of)
    assert sorted(told(plan)) == [("create group", "g"), ("update user", "ada")]
    assert [(s.source_id, s.reason) for s in plan.skipped] == [("bo", NOT_CREATED["user"])]
    await world.apply(plan)
    assert not (await world.plan(snapshot, of)).changes
    assert [len(members) for members in world.store.members.values()] == [1]


async def test_without_create_no_group_is_made():
    plan = await World().plan(
        directory([person("ada")], group("g", "ada")), switched(job(), groups_flow=ObjectFlow(create=False))
    )
    assert told(plan) == [("create user", "ada")]
    assert [(s.kind, s.source_id) for s in plan.skipped] == [("group", "g")]


async def test_without_update_nobody_is_changed_and_nobody_is_disabled():
    world = World()
    snapshot = directory([person("ada"), person("bo"), person("cy")], group("g", "ada"))
    await world.run(snapshot)
    later = directory(
        [person("ada", jobTitle="Dr"), person("bo", enabled=False)], group("g", "ada", "bo", name="New")
    )
    of = switched(job(), users_flow=ObjectFlow(update=False), groups_flow=ObjectFlow(update=False))
    plan = await world.plan(later, of)
    assert not plan.changes
    assert [(note.code, note.args["by_mappings"]) for note in plan.notes] == [("left-in-aws", True)]
    assert {op.source_id for op in (await world.plan(later)).changes} == {"ada", "bo", "cy", "g"}


async def test_without_delete_nothing_is_deleted():
    world = World()
    await world.run(directory([person("ada"), person("bo")], group("g", "bo")))
    of = switched(
        job(leavers=LeaverAction.DELETE, groups_gone="delete", delete_after_days=0),
        users_flow=ObjectFlow(delete=False),
        groups_flow=ObjectFlow(delete=False),
    )
    assert not (await world.plan(directory([person("ada")]), of)).changes
    of = switched(of, users_flow=ObjectFlow(), groups_flow=ObjectFlow())
    assert {"delete user", "delete group"} <= {
        name for name, _ in told(await world.plan(directory([person("ada")]), of))
    }


async def test_columns_the_file_lost_are_named_and_their_values_stay():
    world = World()
    snapshot = directory([person("ada", jobTitle="Dr", city="Oslo"), person("bo", jobTitle="Dr")])
    await world.run(snapshot)
    kept = tuple(name for name in snapshot.attributes if name not in ("jobTitle", "city", "department"))
    less = directory([person("ada"), person("bo")])
    less = replace(less, attributes=kept)
    plan = await world.plan(less)
    assert not plan.changes
    (note,) = [note for note in plan.notes if note.code == "lost-columns"]
    assert note == Message("lost-columns", columns=("jobTitle", "city"), people=2)
    assert not [note for note in (await world.plan(snapshot)).notes if note.code == "lost-columns"]
