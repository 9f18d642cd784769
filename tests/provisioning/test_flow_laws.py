"""The laws of a plan, whatever flows: any expressions, defaults, switches and scoping filters."""

from dataclasses import replace

import anyio
from hypothesis import given
from hypothesis import strategies as st

from tests.provisioning.changes import words
from tests.provisioning.company import World, directory, job, person
from tests.provisioning.test_laws import directories, relaxed
from wizard.mapping.attribute_mapping import AttributeMapping, FlowType, MappingKind, ObjectFlow
from wizard.mapping.scoping_filter import parse_filter
from wizard.provisioning.job import Job, LeaverAction, Scope

EXPRESSIONS = (
    "IgnoreFlowIfNullOrEmpty([jobTitle])",
    "Coalesce([jobTitle], [city])",
    'Switch([jobTitle], , "Cook", "Chef", "Smith", "")',
    'IIF([jobTitle] = "Cook", DefaultDomain(), [jobTitle])',
    'Replace([mail], , "(?<name>.*)@.*", , "${name}", , )',
    "Redact([city])",
    "ToUpper([Unheard])",
    'Split([mail], "@")',
)
FILTERS = ("", "jobTitle EQUALS Cook", "city IS NULL OR surname IS NOT NULL", "mail REGEX MATCH .*@example.com")
TARGETS = ("title", "nickName", "displayName", 'addresses[type eq "work"].locality', "name.familyName")
RELUCTANT = ObjectFlow(create=False, update=False, delete=False)

rows = st.builds(
    AttributeMapping,
    st.sampled_from(TARGETS),
    st.just(MappingKind.FUNCTION),
    st.sampled_from(EXPRESSIONS),
    st.sampled_from(("", "", "Default")),
    st.sampled_from((FlowType.ALWAYS, FlowType.ALWAYS, FlowType.OBJECT_ADD_ONLY)),
)
flows = st.builds(ObjectFlow, st.booleans(), st.booleans(), st.booleans())


@st.composite
def flowing(draw: st.DrawFn) -> Job:
    of = job(
        leavers=draw(st.sampled_from(list(LeaverAction))), groups_gone=draw(st.sampled_from(("delete", "leave")))
    )
    users = {row.target: row for row in of.mappings.users}
    users |= {row.target: row for row in draw(st.lists(rows, max_size=3))}
    mappings = replace(
        of.mappings,
        users=tuple(users.values()),
        users_flow=draw(st.one_of(st.just(ObjectFlow()), flows)),
        groups_flow=draw(st.one_of(st.just(ObjectFlow()), flows)),
        clear_emptied=draw(st.booleans()),
    )
    scope = Scope(user_filter=parse_filter(draw(st.sampled_from(FILTERS))))
    return replace(of, mappings=mappings, scope=scope)


@relaxed
@given(directories(), directories(), flowing())
def test_what_was_applied_needs_nothing_more(before, now, of: Job) -> None:
    world = World()
    anyio.run(lambda: world.run(before, of))
    report = anyio.run(lambda: world.run(now, of))
    assert [row for row in report.failures if row.action != "other"] == []
    assert anyio.run(lambda: world.plan(now, of)).changes == ()


@relaxed
@given(directories(), directories(), flowing(), flows, flows)
def test_a_switch_that_is_off_lets_nothing_of_its_kind_through(before, now, of: Job, users, groups) -> None:
    world = World()
    anyio.run(lambda: world.run(before, replace(of, mappings=replace(of.mappings, users_flow=ObjectFlow()))))
    of = replace(of, mappings=replace(of.mappings, users_flow=users, groups_flow=groups))
    changes = anyio.run(lambda: world.plan(now, of)).changes
    # A manager who comes after their report is written in a second step, which belongs to the creation.
    kinds = {words(op) for op in changes if not (words(op) == "update user" and not op.target_id)}
    assert users.create or "create user" not in kinds
    assert users.update or not kinds & {"update user", "disable user"}
    assert users.delete or "delete user" not in kinds
    assert groups.create or "create group" not in kinds
    assert groups.delete or "delete group" not in kinds


@relaxed
@given(directories(), flowing())
def test_nobody_is_lost_between_plan_skipped_and_rejected(now, of: Job) -> None:
    plan = anyio.run(lambda: World().plan(now, of))
    created = {op.source_id for op in plan.changes if words(op) == "create user"}
    skipped = {one.source_id for one in plan.skipped if one.kind == "user"}
    rejected = {one.source_id for one in plan.rejected if one.kind == "user"}
    assert created | skipped | rejected == {user.id for user in now.users}
    assert not created & skipped
    assert not created & rejected
    assert not skipped & rejected


def test_switches_that_are_all_off_change_nothing() -> None:
    of = job()
    of = replace(of, mappings=replace(of.mappings, users_flow=RELUCTANT, groups_flow=RELUCTANT))
    assert anyio.run(lambda: World().plan(directory([person("ada")]), of)).changes == ()
