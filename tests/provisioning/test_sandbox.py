"""The engine with the real target against the real sandbox, over loopback."""

import json
from dataclasses import replace

import pytest

from tests.provisioning.company import World, changed, directory, group, job, person
from tests.sandbox_process import running_sandbox
from wizard.aws.session import IdentityCenter
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.provisioning.apply import apply
from wizard.provisioning.planning import make_plan
from wizard.provisioning.report import ReportFold

pytestmark = pytest.mark.anyio


async def run(world: World, target: IdentityCenter, snapshot, of=None):
    fold = ReportFold()
    async with target.connect(fold.add) as session:
        plan = await make_plan(of or job(), snapshot, target, session, world.ledger, fold.add)
        await apply(
            plan, session, world.ledger, fold.add, accepted=frozenset(concern.code for concern in plan.concerns)
        )
    return plan, fold.report(plan)


@pytest.mark.slow
async def test_a_company_comes_changes_and_shrinks():
    world = World()
    people = [person(f"p{n}", manager=f"p{n // 7}", city="Oslo", streetAddress=f"Road {n}") for n in range(120)]
    first = directory(
        people, group("all", *(f"p{n}" for n in range(120)), name="Everyone"), group("few", "p1", "p2")
    )
    with running_sandbox() as sandbox:
        target = IdentityCenter(
            sandbox.tenant_url,
            sandbox.token,
            is_linked=lambda found: any(link.target_id == found for link in world.ledger.kept.values()),
        )
        _, report = await run(world, target, first)
        assert (report.users.created, report.groups.created, report.added, report.failed) == (120, 2, 122, 0)
        assert report.users.updated == 0, "p0, who is their own manager and takes two requests, is counted once"
        assert report.requests <= 120 + 2 + 1 + 1 + 2 + 2
        plan, report = await run(world, target, first)
        assert plan.changes == ()
        assert json.dumps(report.as_json())

        second = changed(first, "p1", userPrincipalName="p2@example.com", mail="p2@example.com", city="Bergen")
        second = changed(second, "p2", userPrincipalName="p1@example.com", mail="p1@example.com", jobTitle="Cook")
        second = directory(second.users[:115], group("all", *(f"p{n}" for n in range(110)), name="All of us"))
        plan, report = await run(world, target, second, job(groups_gone="delete"))
        assert report.failures == ()
        assert (report.users.disabled, report.groups.deleted, report.groups.updated, report.removed) == (
            5,
            1,
            1,
            10,
        )
        plan, _ = await run(world, target, second, job(groups_gone="delete"))
        assert plan.changes == ()
        by_name = {user["externalId"]: user for user in sandbox.state()["users"]}
        assert by_name["p1"]["userName"] == "p2@example.com"
        assert by_name["p1"]["addresses"][0]["streetAddress"] == "Road 1"
        assert by_name["p1"]["addresses"][0]["locality"] == "Bergen"


@pytest.mark.slow
async def test_what_aws_stores_otherwise_than_it_was_sent_is_written_once():
    world, of = World(), job()
    name = AttributeMapping("nickName", MappingKind.ATTRIBUTE, "jobTitle")
    of = replace(of, mappings=replace(of.mappings, users=(*of.mappings.users, name)))
    people = [person(f"p{n}", userPrincipalName=f"P{n}@Example.com", jobTitle=f"J\u00f6rg  {n}") for n in range(5)]
    snapshot = directory(people, group("g", "p1", "p2", name="Eink\u00e4ufer  Nord"), group("h", "p3"))
    renamed = replace(snapshot, groups=(snapshot.groups[0], group("h", "p3", name="Verk\u00e4ufer")))
    with running_sandbox("--contrary", "drop,case,unicode,trim,late") as sandbox:
        target = IdentityCenter(sandbox.tenant_url, sandbox.token)
        _, report = await run(world, target, snapshot, of)
        assert (report.users.created, report.groups.created, report.failed) == (5, 2, 0)
        for found in [snapshot, snapshot, renamed, renamed, renamed]:
            plan, report = await run(world, target, found, of)
            assert [(change.action, change.source_id) for change in plan.changes if found is snapshot] == []
            assert (plan.concerns, plan.changed_elsewhere, report.failed) == ((), (), 0)
        assert plan.changes == ()
        moved = changed(renamed, "p1", jobTitle="Chef")
        plan, _ = await run(world, target, moved, of)
        assert [change.after["nickName"] for change in plan.changes] == ["Chef"], (
            "tried again when the directory changes it"
        )
        assert (await run(world, target, moved, of))[0].changes == ()


@pytest.mark.slow
async def test_throttled_and_faulty_it_still_ends_right():
    world = World()
    snapshot = directory([person(f"p{n}") for n in range(40)], group("g", *(f"p{n}" for n in range(40))))
    with running_sandbox("--faults", "10", "--seed", "7") as sandbox:
        target = IdentityCenter(sandbox.tenant_url, sandbox.token)
        for _ in range(4):
            plan, report = await run(world, target, snapshot)
            if not plan.changes:
                break
        assert plan.changes == ()
        assert report.failed == 0
        state = sandbox.state()
        assert len(state["users"]) == 40
