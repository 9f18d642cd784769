"""What HOME remembers about accounts, over a real journal and a real sandbox: linked, accepted, ended."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import Company, company
from tests.sandbox_process import SandboxHandle
from wizard.flow.runs import accounts
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.run import run_job
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.progress import ignore_event
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import Job, Policy, SourceChoice, TargetChoice
from wizard.provisioning.report import RunReport
from wizard.storage.acceptances import Acceptances, OwnAccounts

pytestmark = pytest.mark.anyio


@pytest.fixture
def staff() -> Company:
    return company(8, 1, 8)


@pytest.fixture
async def job(services: Services, staff: Company, sandbox: SandboxHandle, tmp_path: Path) -> Job:
    for person in staff.people:
        person["manager"] = ""
    users, members = staff.write(tmp_path)
    source = SourceChoice("file", str(users), str(members))
    made = replace(new_draft(), source=source, target=TargetChoice(sandbox.tenant_url))
    await store_token(services, made, sandbox.token, session_only=True)
    return made


async def run(services: Services, job: Job, *accepted: str) -> RunReport:
    _, applied = await run_job(services, job, ignore_event, frozenset(accepted), RunControl())
    return applied.report


def made_by_others(sandbox: SandboxHandle, people: Iterable[dict[str, str]]) -> None:
    with sandbox.client() as client:
        for person in people:
            name = person["userPrincipalName"]
            body = {
                "userName": name,
                "displayName": "By hand",
                "name": {"givenName": "By", "familyName": "Hand"},
                "emails": [{"value": name, "type": "work", "primary": True}],
                "active": True,
            }
            client.post("Users", json=body).raise_for_status()


def lose_the_journal(services: Services) -> None:
    for file in services.home.journals.glob("*.sqlite*"):
        file.unlink()


async def test_a_lost_journal_asks_for_nothing_and_changes_nothing(
    services: Services, job: Job, sandbox: SandboxHandle
) -> None:
    await run(services, job)
    before = sandbox.state()
    lose_the_journal(services)
    report = await run(services, job)
    assert (report.users.unchanged, report.groups.unchanged, report.failed, report.concerns) == (8, 1, 0, ())
    after = sandbox.state()
    assert (after["users"], after["groups"]) == (before["users"], before["groups"])


async def test_another_job_or_computer_asks(services: Services, job: Job, sandbox: SandboxHandle) -> None:
    await run(services, job)
    other = replace(job, id="00000000-0000-4000-8000-000000000002")
    await store_token(services, other, sandbox.token, session_only=True)
    report = await run(services, other)
    assert (report.users.failed, report.groups.failed, report.concerns) == (8, 1, ("take-over",))


async def test_people_of_another_tool_are_accepted_once(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle
) -> None:
    made_by_others(sandbox, staff.people)
    assert (await run(services, job)).users.failed == 8
    report = await run(services, job, "take-over")
    assert (report.users.updated, report.failed, report.concerns) == (8, 0, ())
    taken = {user["id"] for user in sandbox.state()["users"]}
    assert {one.target_id for one in Acceptances(services.home, job.id).all()} == taken
    report = await run(services, job)
    assert (report.users.unchanged, report.failed) == (8, 0)
    lose_the_journal(services)
    assert (await run(services, job)).failed == 0


async def test_automatic_matches_do_not_count_as_accepted(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle
) -> None:
    made_by_others(sandbox, staff.people)
    automatic = replace(job, policy=Policy(match_existing=True))
    report = await run(services, automatic)
    assert (report.users.updated, report.failed, report.concerns) == (8, 0, ())
    assert Acceptances(services.home, job.id).all() == frozenset()
    assert {user["id"] for user in sandbox.state()["users"]} <= OwnAccounts(services.home, job.id).all()
    assert (await run(services, job)).failed == 0, "linked: switching it off asks about nobody"


async def test_an_acceptance_of_preview_is_kept_for_the_next_run(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle
) -> None:
    made_by_others(sandbox, staff.people[:2])
    plan = (await prepare(services, job)).plan
    assert len(plan.held_back) == 2
    await accounts.accept(services, job, plan.held_back[:1])
    report = await run(services, job)
    assert (report.users.updated, report.users.failed) == (1, 1)


async def test_an_acceptance_ends_with_its_link(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    made_by_others(sandbox, staff.people[:1])
    await run(services, job, "take-over")
    (accepted,) = Acceptances(services.home, job.id).all()
    assert accepted.target_id in OwnAccounts(services.home, job.id).all()
    with sandbox.client() as client:
        client.delete(f"Users/{accepted.target_id}").raise_for_status()
    await run(services, job)
    assert Acceptances(services.home, job.id).all() == frozenset()
    assert accepted.target_id not in OwnAccounts(services.home, job.id).all()
    assert len(OwnAccounts(services.home, job.id).all()) == 9


async def test_an_accepted_inheritance_is_good_for_one_person(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    await run(services, job)
    first, second, third = (replace_id(staff.people[0], number) for number in range(3))
    staff.people[0] = first
    staff.write(tmp_path)
    assert (await run(services, job)).concerns == ("inherited",)
    plan = (await prepare(services, job)).plan
    await accounts.accept(services, job, plan.held_back)
    assert (await run(services, job)).failed == 0
    staff.people[0] = second
    staff.write(tmp_path)
    assert (await run(services, job)).concerns == ("inherited",), "the next one is asked about again"
    staff.people[0] = third
    staff.write(tmp_path)
    assert (await run(services, job, "inherited")).failed == 0
    assert len(sandbox.state()["users"]) == 8


async def test_an_id_that_is_reused_twice_is_asked_about_twice(
    services: Services, job: Job, staff: Company, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    await run(services, job)
    number = staff.people[0]["id"]
    for name in ("Zoe", "Yan"):
        address = f"{name.lower()}@else.example"
        staff.people[0] |= {"userPrincipalName": address, "mail": address, "displayName": f"{name} {name}son"}
        staff.people[0] |= {"givenName": name, "surname": f"{name}son", "id": number}
        staff.write(tmp_path)
        assert (await run(services, job)).concerns == ("inherited",)
        plan = (await prepare(services, job)).plan
        await accounts.accept(services, job, plan.held_back)
        assert (await run(services, job)).failed == 0
    assert len(sandbox.state()["users"]) == 8


def replace_id(person: dict[str, str], number: int) -> dict[str, str]:
    return {**person, "id": f"90000000-0000-4000-8000-00000000000{number}"}
