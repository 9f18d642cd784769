"""Microsoft's service while it runs, against the stand-in: state, quarantines and their remedies, log, on demand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.entra_process import PRINCIPAL, answer_browser
from tests.flow.microsoft.conftest import WAITS, Tenant, set_up
from wizard.errors import JobLocked, NotAccepted, OtherEngine, WizardError
from wizard.flow.directory.entra_models import MorePermission, PageToOpen
from wizard.flow.microsoft import watch
from wizard.flow.microsoft.credentials import check_from_both, check_from_microsoft, replace_token
from wizard.flow.microsoft.models import TokenReplaced
from wizard.flow.microsoft.setup import carry_out, read_setup
from wizard.flow.microsoft.switching import switch_to_microsoft, switch_to_own
from wizard.flow.runs import on_demand
from wizard.flow.runs.journal import open_journal
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.run import run_job
from wizard.graph.clouds import PROVISIONING_PERMISSIONS, READ_PERMISSIONS
from wizard.progress import ignore_event
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.events import RunControl
from wizard.storage.health.attempts import AttemptStore

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def state(tenant: Tenant) -> str:
    return (await watch.read_status(tenant.services, tenant.saved())).status.code


async def test_the_states_of_a_job_and_its_remedies(tenant: Tenant) -> None:
    assert await state(tenant) == "entra-not-set-up"
    await set_up(tenant, start=False)
    assert await state(tenant) == "entra-not-started"
    with pytest.raises(OtherEngine):
        await watch.start(tenant.services, tenant.saved())
    await switch_to_microsoft(tenant.services, tenant.saved(), frozenset({"engine-differences"}))
    assert (await watch.start(tenant.services, tenant.saved())).status.code == "entra-first-cycle"
    assert (await watch.start(tenant.services, tenant.saved())).status.code == "entra-first-cycle"
    assert tenant.asked("/start") == 1, "a job that runs is not started"
    tenant.cycle()
    found = await watch.read_status(tenant.services, tenant.saved())
    assert found.status.code in ("entra-running", "entra-some-failed")
    assert found.status.people > 10
    assert found.status.groups == 3
    seen = AttemptStore(tenant.services.home, tenant.saved().id).read().microsoft
    assert seen is not None
    assert datetime.fromisoformat(seen.last_cycle).tzinfo is not None
    assert (await watch.pause(tenant.services, tenant.saved())).status.code == "entra-paused"
    assert (await watch.start(tenant.services, tenant.saved())).status.tone != "bad"
    assert (await watch.restart(tenant.services, tenant.saved())).job_id


async def test_a_token_that_is_refused_is_replaced_on_both_sides(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.cycle()
    secrets = f"/servicePrincipals/{PRINCIPAL}/synchronization/secrets"
    rows = tenant.entra.ask("GET", secrets)["value"]
    broken = [row | ({"value": "deleted-in-aws"} if row["key"] == "SecretToken" else {}) for row in rows]
    tenant.entra.ask("PUT", secrets, {"value": broken})
    tenant.cycle()
    found = await watch.read_status(tenant.services, tenant.saved())
    assert (found.status.code, found.status.remedy) == ("entra-credentials-refused", "token")
    with pytest.raises(WizardError) as refused:
        await replace_token(tenant.services, tenant.saved(), "another-wrong-one")
    assert refused.value.message.code == "microsoft-cannot-use-credentials"
    token = tenant.entra.identity_center.token
    assert await replace_token(tenant.services, tenant.saved(), token, True) == TokenReplaced(None, None)
    assert (await check_from_microsoft(tenant.services, tenant.saved())).passed
    await watch.restart(tenant.services, tenant.saved())
    tenant.cycle()
    assert (await watch.read_status(tenant.services, tenant.saved())).status.tone != "bad"


async def test_a_rotation_that_fails_at_microsoft_says_so(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.entra.set(fail={"PUT /servicePrincipals/{id}/synchronization/secrets": [403]})
    replaced = await replace_token(tenant.services, tenant.saved(), tenant.entra.identity_center.token, True)
    assert replaced.here is None
    assert replaced.microsoft is not None
    assert replaced.microsoft.code == "graph-permission-missing"
    assert (await watch.read_status(tenant.services, tenant.saved())).rotation_pending
    again = await replace_token(tenant.services, tenant.saved(), tenant.entra.identity_center.token, True)
    assert again.is_whole
    assert not (await watch.read_status(tenant.services, tenant.saved())).rotation_pending


async def test_the_connection_is_tested_from_both_sides(tenant: Tenant) -> None:
    assert (await check_from_both(tenant.services, tenant.job)).outcome == "both"
    gone = replace(
        tenant.job, source=replace(tenant.job.source, entra=replace(tenant.job.source.entra, application_id=""))
    )
    assert (await check_from_both(tenant.services, gone)).outcome == "here"
    tenant.entra.set(granted=("User.Read.All",))
    assert (await check_from_both(tenant.services, tenant.job)).outcome == "here"


async def test_deletions_beyond_the_limit_are_held_and_allowed(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.cycle()
    rows = tenant.entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"]
    for row in rows:
        tenant.entra.ask("DELETE", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo/{row['id']}")
    tenant.cycle()
    found = await watch.read_status(tenant.services, tenant.saved())
    assert (found.status.code, found.status.remedy) == ("entra-deletions-held", "allow-deletes")
    assert len(found.held) > 5
    assert found.status.message.args["held"] == len(found.held)
    assert all(each.label for each in found.held)
    with pytest.raises(WizardError) as refused:
        await watch.allow_deletes(tenant.services, tenant.saved(), len(found.held) + 1)
    assert refused.value.message.code == "other-deletions-held"
    assert tenant.asked("/restart") == 0
    await watch.allow_deletes(tenant.services, tenant.saved(), len(found.held))
    sent = [call["sent"] for call in tenant.entra.traffic() if call["path"].endswith("/restart")]
    assert sent == [{"criteria": {"resetScope": "ForceDeletes"}}]
    tenant.cycle()
    assert (await watch.read_status(tenant.services, tenant.saved())).status.remedy != "allow-deletes"
    assert not any(user["active"] for user in tenant.aws()["users"])


@pytest.mark.parametrize(
    ("parts", "sent"),
    [
        ((), {}),
        (("watermark",), {"resetScope": "Watermark"}),
        (("quarantine", "watermark", "escrows"), {"resetScope": "Watermark, Escrows, QuarantineState"}),
        (("full",), {"resetScope": "Full"}),
    ],
)
async def test_a_restart_resets_what_was_chosen(tenant: Tenant, parts: tuple[Any, ...], sent: Any) -> None:
    await set_up(tenant)
    tenant.cycle()
    assert (await watch.restart(tenant.services, tenant.saved(), frozenset(parts))).job_id
    (call,) = [call for call in tenant.entra.traffic() if call["path"].endswith("/restart")]
    assert call["sent"] == {"criteria": sent}


async def test_nothing_is_restarted_of_a_job_that_this_program_provisions(tenant: Tenant) -> None:
    await set_up(tenant)
    with pytest.raises(OtherEngine):
        await watch.restart(tenant.services, replace(tenant.saved(), engine="own"))
    async with open_journal(tenant.services, tenant.saved()):
        with pytest.raises(JobLocked):
            await watch.restart(tenant.services, tenant.saved())
    assert tenant.asked("/restart") == 0


async def test_one_person_is_shown_before_it_is_provisioned(tenant: Tenant) -> None:
    await set_up(tenant)
    person = tenant.assigned("User")[0]
    preview = await watch.preview_one(tenant.services, tenant.saved(), person)
    assert [change.source_id for change in preview.forecast.changes if not change.is_membership] == [person]
    assert tenant.aws()["users"] == []
    assert (await watch.provision_one(tenant.services, tenant.saved(), preview)).outcome == "done"
    assert len(tenant.aws()["users"]) == 1
    again = await watch.preview_one(tenant.services, tenant.saved(), person)
    assert (await watch.provision_one(tenant.services, tenant.saved(), again)).outcome == "nothing-to-do"


async def test_an_own_run_is_held_back_while_microsoft_provisions(tenant: Tenant) -> None:
    await set_up(tenant)
    own = tenant.save(replace(tenant.saved(), engine="own"))
    prepared = await prepare(tenant.services, own)
    assert "entra-provisions-too" in {concern.code for concern in prepared.plan.concerns}
    with pytest.raises(ConcernOpen):
        await run_job(tenant.services, own, ignore_event, frozenset(), RunControl())
    assert tenant.aws()["users"] == []
    await watch.pause(tenant.services, own)
    prepared = await prepare(tenant.services, own)
    assert "entra-provisions-too" not in {concern.code for concern in prepared.plan.concerns}


async def test_back_to_the_own_engine_everybody_is_recognised(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.cycle()
    job = tenant.saved()
    with pytest.raises(NotAccepted):
        await switch_to_own(tenant.services, job)
    assert tenant.saved().engine == "entra"
    renamed = next(user["externalId"] for user in tenant.aws()["users"])
    tenant.entra.ask("PATCH", f"/users/{renamed}", {"userPrincipalName": "renamed@tidewater.example"})
    switched = await switch_to_own(tenant.services, job, pause=True)
    assert switched.recognised == len(tenant.aws()["users"]) + len(tenant.aws()["groups"])
    prepared = await prepare(tenant.services, tenant.saved())
    assert prepared.plan.held_back == ()
    assert not any(change.match for change in prepared.plan.changes)
    assert {change.action.value for change in prepared.plan.changes if not change.is_membership} <= {"update"}


def shape(state: dict[str, Any]) -> tuple[Any, Any]:
    """People and groups as they are in AWS, whatever their ids there."""
    names = {user["id"]: user["userName"] for user in state["users"]}
    people = sorted(
        [{k: v for k, v in user.items() if k not in ("id", "meta", "schemas")} for user in state["users"]],
        key=lambda user: user["userName"],
    )
    for person in people:
        for value in person.values():
            if isinstance(value, dict) and "manager" in value:
                value["manager"] = names.get(value["manager"]["value"])
    groups = sorted(
        (
            group["displayName"],
            group.get("externalId"),
            sorted(names[member] for member in group.get("members", ())),
        )
        for group in state["groups"]
    )
    return people, groups


async def test_both_engines_leave_the_same_identity_center(make_tenant: Callable[..., Tenant]) -> None:
    ours, microsofts = make_tenant(), make_tenant()

    async def provisioned() -> tuple[Any, Any]:
        await run_job(ours.services, ours.saved(), ignore_event, frozenset(), RunControl())
        microsofts.cycle()
        microsofts.cycle()
        return shape(ours.aws()), shape(microsofts.aws())

    await set_up(microsofts)
    here, there = await provisioned()
    assert there == here
    assert len(here[0]) > 10
    assert any(members for _, _, members in here[1])
    everybody = [user for user in ours.entra.ask("GET", "/users?$top=999&$select=id,userPrincipalName,jobTitle")["value"]
                 if any(person["userName"] == user["userPrincipalName"] for person in here[0])]  # fmt: skip
    promoted, disabled, untitled = [user for user in everybody if user.get("jobTitle")][:3]
    for tenant in (ours, microsofts):
        tenant.entra.ask("PATCH", f"/users/{promoted['id']}", {"jobTitle": "Chief of everything"})
        tenant.entra.ask("PATCH", f"/users/{disabled['id']}", {"accountEnabled": False})
    here, there = await provisioned()
    assert there == here
    by_name = {person["userName"]: person for person in here[0]}
    assert by_name[promoted["userPrincipalName"]]["title"] == "Chief of everything"
    assert by_name[disabled["userPrincipalName"]]["active"] is False
    # The named difference `engine-keeps-emptied`: Microsoft's service sends no empty value.
    for tenant in (ours, microsofts):
        tenant.entra.ask("PATCH", f"/users/{untitled['id']}", {"jobTitle": None})
    here, there = await provisioned()
    name = untitled["userPrincipalName"]
    assert "title" not in next(person for person in here[0] if person["userName"] == name)
    assert next(person for person in there[0] if person["userName"] == name).pop("title") == untitled["jobTitle"]
    assert there == here


async def test_the_own_engine_refuses_one_person_of_a_microsoft_job(tenant: Tenant) -> None:
    await set_up(tenant)
    with pytest.raises(OtherEngine):
        await on_demand.prepare_one(tenant.services, tenant.saved(), "user", tenant.assigned("User")[0])


async def test_a_group_is_provisioned_with_at_most_five_members(tenant: Tenant) -> None:
    await set_up(tenant)
    group = tenant.assigned("Group")[0]
    preview = await watch.preview_one(tenant.services, tenant.saved(), group)
    assert preview.is_group
    assert 0 < len(preview.members) <= 5
    assert any(change.kind == "group" for change in preview.forecast.changes)
    assert (await watch.provision_one(tenant.services, tenant.saved(), preview)).outcome == "done"
    assert len(tenant.aws()["groups"]) == 1
    with pytest.raises(WizardError):
        await watch.preview_one(tenant.services, tenant.saved(), "nobody")


async def test_nothing_begins_while_an_own_run_is_under_way(tenant: Tenant) -> None:
    await set_up(tenant, start=False)
    review = await read_setup(tenant.services, tenant.saved(), forecast=False)
    async with open_journal(tenant.services, tenant.saved()):
        with pytest.raises(JobLocked):
            await carry_out(tenant.services, review.job, review, frozenset({"start"}), ignore_event, WAITS)
        with pytest.raises(JobLocked):
            await switch_to_microsoft(tenant.services, tenant.saved(), frozenset({"engine-differences"}))
        with pytest.raises(JobLocked):
            await watch.start(tenant.services, replace(tenant.saved(), engine="entra"))
    assert tenant.asked("/start") == 0
    assert tenant.saved().engine == "own"


async def test_a_person_allows_more_when_it_is_needed(tenant: Tenant) -> None:
    by_hand = replace(
        tenant.job, source=replace(tenant.job.source, entra=replace(tenant.job.source.entra, sign_in="browser"))
    )
    tenant.save(by_hand)
    tenant.entra.set(consented=READ_PERMISSIONS)

    def accept(event: object) -> None:
        assert isinstance(event, PageToOpen)
        answer_browser(event.url)

    await tenant.services.entra.sign_in(by_hand, accept, session_only=True)
    review = await read_setup(tenant.services, by_hand, forecast=False)
    assert {right.permission for right in review.missing} >= {"Synchronization.ReadWrite.All"}
    assert not review.can_carry_out
    with pytest.raises(MorePermission):
        await carry_out(tenant.services, by_hand, review, frozenset({"engine-differences"}), ignore_event, WAITS)
    tenant.entra.set(consented=PROVISIONING_PERMISSIONS)
    await tenant.services.entra.sign_in(by_hand, accept, session_only=True, need="provisioning")
    await set_up(tenant)
    assert await state(tenant) == "entra-first-cycle"
    tenant.switch(role="global-reader")
    found = await watch.read_status(tenant.services, tenant.saved())
    assert [right.area for right in found.missing] == ["synchronization"]
