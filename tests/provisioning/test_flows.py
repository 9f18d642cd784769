"""What flows: expressions, defaults, what is left alone, and what a job may do to objects at all."""

from dataclasses import replace

import pytest

from tests.provisioning.company import World, changed, directory, job, person
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind
from wizard.provisioning.job import Job

pytestmark = pytest.mark.anyio


def by(target: str, expression: str, **more) -> AttributeMapping:
    return AttributeMapping(target, MappingKind.FUNCTION, expression, **more)


def mapped(of: Job, row: AttributeMapping) -> Job:
    """The job with one row of its people's table exchanged."""
    users = tuple(row if m.target == row.target else m for m in of.mappings.users)
    return replace(of, mappings=replace(of.mappings, users=users))


def told(plan):
    return [(type(op).__name__, op.source_id) for op in plan.operations]


async def test_an_expression_without_a_value_rejects_that_person_alone():
    of = mapped(job(), by("title", 'IIF([jobTitle] = "x", DefaultDomain(), [jobTitle])'))
    plan = await World().plan(directory([person("ada", jobTitle="x"), person("bo", jobTitle="Dr")]), of)
    assert [(r.source_id, r.rule, r.path) for r in plan.rejected] == [("ada", "expression", "title")]
    assert told(plan) == [("CreateUser", "bo")]


async def test_a_dropped_attribute_is_neither_written_nor_cleared():
    world, of = World(), mapped(job(), by("title", "IgnoreFlowIfNullOrEmpty([jobTitle])"))
    snapshot = directory([person("ada", jobTitle="Dr"), person("bo")])
    await world.run(snapshot, of)
    assert "title" not in world.store.users[world.store.by("userName", "bo@example.com")]
    ada = world.store.by("userName", "ada@example.com")
    await world.run(changed(snapshot, "ada", jobTitle=""), of)
    assert world.store.users[ada]["title"] == "Dr"
    assert not (await world.plan(changed(snapshot, "ada", jobTitle=""), of)).operations
    await world.run(changed(snapshot, "ada", jobTitle="Prof"), of)
    assert world.store.users[ada]["title"] == "Prof"


async def test_a_required_attribute_that_is_dropped_stays_as_it_stands():
    world, of = World(), mapped(job(), by("displayName", "IgnoreFlowIfNullOrEmpty([displayName])"))
    snapshot = directory([person("ada"), person("bo", displayName="")])
    plan = await world.plan(snapshot, of)
    assert [r.source_id for r in plan.rejected] == ["bo"]
    await world.run(snapshot, of)
    plan = await world.plan(changed(snapshot, "ada", displayName="", jobTitle="Dr"), of)
    assert [r.source_id for r in plan.rejected] == ["bo"]
    assert [(op.source_id, op.after) for op in plan.operations] == [("ada", {"title": "Dr"})]


@pytest.mark.parametrize(("clear", "stands"), [(True, None), (False, "Dr")])
async def test_an_emptied_attribute_is_cleared_unless_the_job_says_not(clear: bool, stands: str | None):
    of = job()
    of, world = replace(of, mappings=replace(of.mappings, clear_emptied=clear)), World()
    snapshot = directory([person("ada", jobTitle="Dr")])
    await world.run(snapshot, of)
    await world.run(changed(snapshot, "ada", jobTitle=""), of)
    ada = world.store.by("userName", "ada@example.com")
    assert world.store.users[ada].get("title") == stands
    assert not (await world.plan(changed(snapshot, "ada", jobTitle=""), of)).operations


async def test_a_default_fills_what_the_directory_lacks():
    world = World()
    of = mapped(job(), AttributeMapping("title", MappingKind.ATTRIBUTE, "jobTitle", default="Staff"))
    snapshot = directory([person("ada", jobTitle="Dr"), person("bo")])
    await world.run(snapshot, of)
    assert world.store.users[world.store.by("userName", "bo@example.com")]["title"] == "Staff"
    emptied = changed(snapshot, "ada", jobTitle="")
    (op,) = (await world.plan(emptied, of)).operations
    assert op.after == {"title": "Staff"}
    as_entra = replace(of, mappings=replace(of.mappings, clear_emptied=False))
    assert not (await world.plan(emptied, as_entra)).operations


async def test_what_flows_only_at_creation_is_never_changed_later():
    world, of = World(), mapped(job(), by("title", "ToUpper([jobTitle])", flow=FlowType.OBJECT_ADD_ONLY))
    snapshot = directory([person("ada", jobTitle="Dr")])
    await world.run(snapshot, of)
    assert world.store.users[world.store.by("userName", "ada@example.com")]["title"] == "DR"
    assert not (await world.plan(changed(snapshot, "ada", jobTitle="Prof"), of)).operations
