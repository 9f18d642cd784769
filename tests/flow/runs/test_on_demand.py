"""One person or group at once, in five steps, over a real journal and a real sandbox."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from tests.company import Company, company
from tests.sandbox_process import SandboxHandle, running_sandbox
from wizard.flow.directory.reading import read_directory
from wizard.flow.runs import accounts, history
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.on_demand import NotAsShown, OneChange, StepResult, carry_out, prepare_one
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.protected import protect
from wizard.flow.runs.run import run_job
from wizard.flow.runs.texts import purpose_of
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.progress import ignore_event
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import Job, Scope, SourceChoice, TargetChoice

pytestmark = pytest.mark.anyio


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox() as handle:
        yield handle


@pytest.fixture
def staff() -> Company:
    return company(6, 1, 6)


@pytest.fixture
async def job(services: Services, staff: Company, sandbox: SandboxHandle, tmp_path: Path) -> Job:
    staff.person(2)["manager"] = ""
    users, members = staff.write(tmp_path)
    source = SourceChoice("file", str(users), str(members))
    made = replace(new_draft(), source=source, target=TargetChoice(sandbox.tenant_url))
    await store_token(services, made, sandbox.token, session_only=True)
    return made


async def provision(
    services: Services, job: Job, kind: Literal["user", "group"], source_id: str
) -> tuple[StepResult, ...]:
    """Show the change and carry it out at once."""
    return await carry_out(services, job, await prepare_one(services, job, kind, source_id))


def outcomes(steps: tuple[StepResult, ...]) -> list[str]:
    return [f"{step.step} {step.outcome}" for step in steps]


ALL_WELL = ["test success", "import success", "scope success", "match success", "act success"]


@pytest.mark.slow
async def test_one_person_then_nothing_then_a_change(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    person = staff.person(2)
    told: list[StepResult] = []
    change = await prepare_one(services, job, "user", person["id"], told.append)
    assert sandbox.state()["users"] == [], "shown first"
    assert outcomes(change.steps) == ALL_WELL[:4]
    steps = await carry_out(services, job, change, tell=told.append)
    assert tuple(told) == steps
    assert outcomes(steps) == ALL_WELL
    assert steps[3].details == ()  # no account in AWS
    (row,) = steps[4].rows
    assert (row.status, row.label, bool(row.request_id)) == ("success", person["displayName"], True)
    assert ("userName", person["userPrincipalName"]) in steps[4].details
    assert [user["externalId"] for user in sandbox.state()["users"]] == [person["id"]]
    (run,) = await history.load_runs(services.home, job.id)
    assert purpose_of(run.planned) == "on-demand"

    again = await provision(services, job, "user", person["id"])
    assert outcomes(again)[4] == "act skipped"
    assert [value for _name, value in again[3].details] == [sandbox.state()["users"][0]["id"]]
    assert len(await history.load_runs(services.home, job.id)) == 1

    person["jobTitle"] = "Chief Engineer"
    staff.write(tmp_path)
    changed = await provision(services, job, "user", person["id"])
    assert any(value.endswith("→ Chief Engineer") for name, value in changed[4].details if name == "title")
    assert sandbox.state()["users"][0]["title"] == "Chief Engineer"


async def test_skipped_parts_are_reported_and_a_whole_run_adds_them(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle
) -> None:
    steps = await provision(services, job, "user", staff.person(3)["id"])
    assert outcomes(steps)[4] == "act warning"
    assert "Person 00000" in steps[4].advice  # the manager
    group = (await read_directory(services, job)).groups[0]
    steps = await provision(services, job, "group", group.id)
    assert "1" in steps[4].title
    assert [len(held["members"]) for held in sandbox.state()["groups"]] == [1]
    _, applied = await run_job(services, job, ignore_event, frozenset(), RunControl())
    assert (applied.report.users.created, applied.report.users.updated, applied.report.added) == (5, 1, 5)


async def test_who_is_not_in_scope_is_not_made(services: Services, job: Job, staff: Company) -> None:
    chosen = replace(job, scope=Scope(everyone=False, user_ids=(staff.person(1)["id"],)))
    steps = await provision(services, chosen, "user", staff.person(2)["id"])
    assert outcomes(steps)[2:] == ["scope warning", "match skipped", "act skipped"]
    assert steps[2].advice


async def test_losing_access_is_shown_before_it_is_done(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle
) -> None:
    await run_job(services, job, ignore_event, frozenset(), RunControl())
    chosen = replace(job, scope=Scope(everyone=False, user_ids=tuple(one["id"] for one in staff.people[1:])))
    change = await prepare_one(services, chosen, "user", staff.person(0)["id"])
    assert change.takes_access
    assert ("active", "true", "false") in [(line.name, line.before, line.after) for line in change.lines]
    assert all(user["active"] for user in sandbox.state()["users"])
    assert outcomes(await carry_out(services, chosen, change))[4] == "act success"
    assert [user["active"] for user in sandbox.state()["users"]].count(False) == 1


async def test_losses_one_by_one_are_judged_together(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle
) -> None:
    await run_job(services, job, ignore_event, frozenset(), RunControl())
    nobody = replace(job, scope=Scope(everyone=False, user_ids=("another",)))
    first, second, third = [one["id"] for one in staff.people[:3]]
    for source_id in (first, second):
        change = await prepare_one(services, nobody, "user", source_id)
        assert change.concerns == ()
        await carry_out(services, nobody, change)
    change = await prepare_one(services, nobody, "user", third)
    assert [concern.code for concern in change.concerns] == ["too-many-deletions"]
    with pytest.raises(ConcernOpen):
        await carry_out(services, nobody, change)
    assert [user["active"] for user in sandbox.state()["users"]].count(False) == 2
    await carry_out(services, nobody, change, frozenset({"too-many-deletions"}))
    assert [user["active"] for user in sandbox.state()["users"]].count(False) == 3
    fourth = await prepare_one(services, nobody, "user", staff.person(3)["id"])
    assert "too-many-deletions" not in [concern.code for concern in fourth.concerns], "accepted ones do not count"


async def test_what_was_shown_long_ago_is_compared_again(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    def long_ago(change: OneChange) -> OneChange:
        return replace(change, made_at=change.made_at - 3600)

    change = await prepare_one(services, job, "user", staff.person(2)["id"])
    staff.person(2)["jobTitle"] = "Changed meanwhile"
    staff.write(tmp_path)
    with pytest.raises(NotAsShown):
        await carry_out(services, job, long_ago(change))
    assert sandbox.state()["users"] == []
    again = await prepare_one(services, job, "user", staff.person(2)["id"])
    assert outcomes(await carry_out(services, job, long_ago(again)))[4] == "act success"


async def test_a_run_meanwhile_outdates_what_was_shown(services: Services, job: Job, staff: Company) -> None:
    change = await prepare_one(services, job, "user", staff.person(2)["id"])
    await run_job(services, job, ignore_event, frozenset(), RunControl())
    with pytest.raises(NotAsShown):
        await carry_out(services, job, change)


async def test_who_is_not_in_the_directory_ends_it(services: Services, job: Job) -> None:
    steps = await provision(services, job, "user", "nobody")
    assert outcomes(steps)[1:] == ["import failure", "scope skipped", "match skipped", "act skipped"]


async def test_a_refusal_is_reported_with_its_advice(
    services: Services, job: Job, staff: Company, tmp_path: Path
) -> None:
    staff.person(2)["surname"] = ""
    staff.write(tmp_path)
    steps = await provision(services, job, "user", staff.person(2)["id"])
    assert outcomes(steps)[4] == "act failure"
    assert steps[4].rows[0].message.args["attribute"] == "name.familyName"
    assert steps[4].advice


async def test_a_wrong_token_ends_at_the_first_step(services: Services, job: Job, staff: Company) -> None:
    await store_token(services, job, "another-token-that-nobody-knows", session_only=True)
    steps = await provision(services, job, "user", staff.person(2)["id"])
    assert outcomes(steps) == [
        "test failure",
        *(f"{name} skipped" for name in ("import", "scope", "match", "act")),
    ]
    assert steps[0].advice


async def test_an_account_of_others_is_held_back_until_it_was_accepted(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle
) -> None:
    person = staff.person(2)
    made_by_hand(sandbox, person["userPrincipalName"])
    steps = await provision(services, job, "user", person["id"])
    assert outcomes(steps)[3:] == ["match failure", "act skipped"]
    (account,) = sandbox.state()["users"]
    assert account["displayName"] == "By hand"
    (held,) = (one for one in (await prepare(services, job)).plan.held_back if one.source_id == person["id"])
    await accounts.accept(services, job, (held,))
    assert outcomes(await provision(services, job, "user", person["id"])) == ALL_WELL
    (account,) = sandbox.state()["users"]
    assert (account["id"], account["displayName"]) == (held.target_id, person["displayName"])


async def test_a_protected_person_is_not_changed(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle
) -> None:
    person = staff.person(2)
    made_by_hand(sandbox, person["userPrincipalName"])
    await protect(services, [person["userPrincipalName"].upper()])
    steps = await provision(services, job, "user", person["id"])
    assert outcomes(steps)[3:] == ["match skipped", "act skipped"]
    assert sandbox.state()["users"][0]["displayName"] == "By hand"


async def test_a_blocked_person_loses_access_after_the_journal_was_lost(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    person = staff.person(2)
    await run_job(services, job, ignore_event, frozenset(), RunControl())
    person["accountEnabled"] = "False"
    staff.write(tmp_path)
    for file in services.home.journals.glob("*.sqlite*"):
        file.unlink()
    await provision(services, job, "user", person["id"])
    active = {user["externalId"]: user["active"] for user in sandbox.state()["users"]}
    assert active == {one["id"]: one is not person for one in staff.people}


def made_by_hand(sandbox: SandboxHandle, name: str) -> None:
    body = {
        "userName": name,
        "displayName": "By hand",
        "name": {"givenName": "By", "familyName": "Hand"},
        "emails": [{"value": name, "type": "work", "primary": True}],
        "active": True,
    }
    with sandbox.client() as client:
        client.post("Users", json=body).raise_for_status()
