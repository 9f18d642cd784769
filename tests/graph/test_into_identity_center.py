"""From a tenant into an Identity Center: the stand-in and the sandbox of one process, the real engine between them."""

from dataclasses import replace

import pytest
from anyio import to_thread

from tests.entra_process import EntraHandle, running_entra
from tests.provisioning.changes import words
from tests.provisioning.company import World, job
from wizard import messages
from wizard.aws.session import IdentityCenter
from wizard.directory import DirectorySnapshot
from wizard.mapping.attribute_mapping import default_mappings
from wizard.progress import ignore_event
from wizard.provisioning.apply import apply
from wizard.provisioning.plan import Plan
from wizard.provisioning.planning import make_plan
from wizard.provisioning.report import ReportFold, RunReport
from wizard.secret import Secret
from wizard.sources.entra import EntraSource, Tenant

PRINCIPAL = "d3616293-fff8-4415-9f01-33b05dad1b46"

pytestmark = pytest.mark.anyio


async def _run(world: World, entra: EntraHandle, snapshot: DirectorySnapshot) -> tuple[Plan, RunReport]:
    fold = ReportFold()
    chosen = replace(job(), mappings=default_mappings())
    target = IdentityCenter(entra.identity_center.tenant_url, entra.identity_center.token)
    async with target.connect(fold.add) as session:
        plan = await make_plan(chosen, snapshot, target, session, world.ledger, fold.add)
        accepted = frozenset(concern.code for concern in plan.concerns)
        await apply(plan, session, world.ledger, fold.add, accepted=accepted)
    return plan, fold.report(plan)


@pytest.mark.slow
async def test_those_assigned_come_and_a_change_in_the_tenant_is_one_change_in_aws() -> None:
    kept: dict[str, bytes] = {}
    world = World()
    with running_entra() as entra:
        tenant = Tenant(entra.graph_url, "assigned", PRINCIPAL)
        source = EntraSource(tenant, lambda _: Secret(entra.client_secret), kept.get, kept.__setitem__)
        first = await source.read(ignore_event)
        _, report = await _run(world, entra, first)
        refused = len(report.failures)  # AWS would refuse some people of the sample
        assert report.users.created > 10
        assert report.groups.created == 3
        there = {user["userName"]: user for user in entra.identity_center.state()["users"]}
        assert report.users.created == len(there)

        source.cursor = first.cursor
        (plan, _) = await _run(world, entra, await source.read(ignore_event))
        assert plan.changes == ()

        provisioned = {user["externalId"] for user in there.values()}
        grouped = next(group for group in first.groups if len(provisioned.intersection(group.members)) > 3)
        moved, blocked = sorted(provisioned.intersection(grouped.members))[:2]
        await to_thread.run_sync(entra.ask, "PATCH", f"/users/{moved}", {"jobTitle": "Harbour pilot"})
        await to_thread.run_sync(entra.ask, "PATCH", f"/users/{blocked}", {"accountEnabled": False})
        await to_thread.run_sync(entra.ask, "DELETE", f"/groups/{grouped.id}/members/{moved}/$ref")
        await to_thread.run_sync(entra.assign, moved)
        plan, report = await _run(world, entra, await source.read(ignore_event))
        kinds = {words(operation) for operation in plan.changes}
        assert {"update user", "disable user", "remove-members"} >= kinds >= {"update user", "remove-members"}
        assert len(report.failures) == refused
        after = {user["externalId"]: user for user in entra.identity_center.state()["users"]}
        assert after[moved]["title"] == "Harbour pilot"
        assert after[blocked]["active"] is False
        assert after[moved]["active"] is True


@pytest.mark.slow
async def test_a_person_without_required_attributes_is_rejected_alone() -> None:
    world = World()
    with running_entra("--entra", "3") as entra:
        people = [row["id"] for row in entra.ask("GET", "/users?$select=id")["value"]]
        await to_thread.run_sync(entra.ask, "PATCH", f"/users/{people[0]}", {"userPrincipalName": None})
        await to_thread.run_sync(entra.ask, "PATCH", f"/users/{people[1]}", {"surname": None})
        source = EntraSource(Tenant(entra.graph_url, "all"), lambda _: Secret(entra.client_secret))
        plan, report = await _run(world, entra, await source.read(ignore_event))
        assert report.users.created == 1
    why = {rejected.source_id: rejected for rejected in plan.rejected}
    assert [why[one].path for one in people[:2]] == ["userName", "name.familyName"]
    assert all(messages.text(one) for one in why.values())
