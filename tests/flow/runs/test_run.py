"""The coroutines behind the buttons, over real stores and a real sandbox."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.company import company
from tests.sandbox_process import SandboxHandle
from wizard.errors import NoSecret
from wizard.flow.jobs import saved_jobs
from wizard.flow.runs import history
from wizard.flow.runs.connection import run_connection_test, store_token, token_place
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.run import PlanOutdated, apply_plan, run_job
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.progress import ignore_event
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import Job, Scope, SourceChoice, TargetChoice

pytestmark = pytest.mark.anyio
EVERYTHING: frozenset[str] = frozenset()


@pytest.fixture
def job(tmp_path: Path, sandbox: SandboxHandle) -> Job:
    users, members = company(12, 2, 12).write(tmp_path)
    return replace(
        new_draft(),
        source=SourceChoice("file", str(users), str(members)),
        target=TargetChoice(sandbox.tenant_url, token_made_on=date.today().isoformat()),
    )


async def test_nothing_is_sent_without_a_token(services: Services, job: Job) -> None:
    with pytest.raises(NoSecret):
        await run_connection_test(services, replace(job, id="00000000-0000-4000-8000-000000000001"))


async def test_from_test_to_log(services: Services, job: Job, sandbox: SandboxHandle) -> None:
    assert await store_token(services, job, sandbox.token, session_only=True) == "session"
    assert await token_place(services, job) == "session"
    tested = await run_connection_test(services, job)
    assert tested.passed, tested
    prepared = await prepare(services, job)
    assert len(prepared.plan.changes) == 14
    assert prepared.requests
    applied = await apply_plan(services, job, prepared, ignore_event, EVERYTHING, RunControl())
    assert applied.report.users.created == 12
    assert applied.report.requests == len(prepared.requests) + 14
    assert (
        applied.report.seconds
        >= prepared.plan.reading_seconds
        >= max(made.seconds for made in prepared.requests)
        > 0
    )
    (run,) = await history.load_runs(services.home, job.id)
    assert (run.ending, run.counts["users"]["created"]) == ("done", 12)
    page = await history.load_log_page(services.home, job.id, history.LogQuery(run.id), 0)
    assert page.total == 14
    assert all(logged.row.request_id for logged in page.rows)
    failed = await history.load_log_page(services.home, job.id, history.LogQuery(run.id, statuses=("failure",)), 0)
    assert failed.total == 0
    assert (await prepare(services, job)).plan.changes == ()


async def test_the_log_is_exported_and_cells_cannot_become_formulas(
    services: Services, job: Job, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    people = company(3, 0, 0)
    people.person(1)["displayName"] = '=HYPERLINK("x")'
    people.write(tmp_path)
    job = replace(job, source=replace(job.source, members_file=""))
    await store_token(services, job, sandbox.token, session_only=True)
    prepared = await prepare(services, job)
    await history.export_plan(prepared.plan, tmp_path / "plan.csv")
    assert "'=HYPERLINK" in (tmp_path / "plan.csv").read_text(encoding="utf-8-sig")
    assert await history.export_plan(prepared.plan, tmp_path / "plan.json") == len(prepared.plan.changes)


async def test_a_plan_that_another_run_overtook_is_not_carried_out(
    services: Services, job: Job, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    await store_token(services, job, sandbox.token, session_only=True)
    waiting = await prepare(services, job)
    # A schedule runs the job while the window shows its plan.
    await run_job(services, job, ignore_event, EVERYTHING, RunControl())
    before = sandbox.state()
    with pytest.raises(PlanOutdated):
        await apply_plan(services, job, waiting, ignore_event, EVERYTHING, RunControl())
    after = sandbox.state()
    assert (after["users"], after["groups"]) == (before["users"], before["groups"])
    assert len(await history.load_runs(services.home, job.id)) == 1
    fresh = await prepare(services, job)
    assert fresh.plan.changes == ()
    assert (await apply_plan(services, job, fresh, ignore_event, EVERYTHING, RunControl())).report.ending == "done"


async def test_a_refused_plan_leaves_no_line_in_the_history(
    services: Services, job: Job, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    await store_token(services, job, sandbox.token, session_only=True)
    await run_job(services, job, ignore_event, EVERYTHING, RunControl())
    people = company(4, 0, 0)
    people.write(tmp_path)
    prepared = await prepare(services, job)
    assert "too-many-deletions" in [concern.code for concern in prepared.plan.concerns]
    with pytest.raises(ConcernOpen):
        await apply_plan(services, job, prepared, ignore_event, EVERYTHING, RunControl())
    assert len(await history.load_runs(services.home, job.id)) == 1


async def test_start_small_touches_only_the_chosen(
    services: Services, job: Job, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    people = company(9, 3, 9)
    for number, row in enumerate(people.people):
        row["id"] = f"10000000-0000-4000-8000-{number:012d}"
        row["userPrincipalName"] = row["mail"] = f"small{number}@tidewater.example"
        row["manager"] = ""
    people.pairs = []
    people.write(tmp_path)
    before = len(sandbox.state()["users"])
    job = replace(job, scope=Scope(start_small=True, first_user_ids=(people.person(2)["id"],)))
    job = replace(job, source=replace(job.source, members_file=""))
    await store_token(services, job, sandbox.token, session_only=True)
    _, applied = await run_job(services, job, ignore_event, EVERYTHING, RunControl())
    assert applied.report.users.created == 1
    assert len(sandbox.state()["users"]) == before + 1
    everyone = replace(job, scope=Scope())
    _, applied = await run_job(services, everyone, ignore_event, EVERYTHING, RunControl())
    assert (applied.report.users.created, applied.report.users.unchanged) == (8, 1)


async def test_saved_jobs_are_listed_with_their_state(
    services: Services, job: Job, sandbox: SandboxHandle
) -> None:
    await store_token(services, job, sandbox.token, session_only=True)
    saved = services.jobs.save(replace(job, name="Staff"))
    (listed,) = await saved_jobs.list_jobs(services)
    assert listed.name == saved.job.name
    assert listed.tone != "ok"  # it has not run yet
    await run_job(services, saved.job, ignore_event, EVERYTHING, RunControl())
    (listed,) = await saved_jobs.list_jobs(services)
    assert listed.tone == "ok"
    copy = await saved_jobs.duplicate_job(services, listed.path)
    assert copy.job.id != job.id
    renamed = await saved_jobs.rename_job(services, str(copy.path), "Contractors")
    assert sorted(summary.name for summary in await saved_jobs.list_jobs(services)) == [
        "Contractors",
        "Staff",
    ]
    await saved_jobs.delete_job(services, str(renamed.path))
    await saved_jobs.delete_job(services, listed.path)
    assert await saved_jobs.list_jobs(services) == ()
    assert not list(services.home.journals.glob(f"{job.id}.sqlite*"))


async def test_a_broken_job_file_is_listed_and_left(services: Services, broken_file: Path) -> None:
    (listed,) = await saved_jobs.list_jobs(services)
    assert listed.broken
    assert listed.state


@pytest.fixture
def broken_file(services: Services) -> Iterator[Path]:
    path = services.home.jobs / "broken.json"
    path.write_text("{")
    yield path
    assert path.read_text() == "{"
