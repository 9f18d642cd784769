"""The coroutines behind the buttons, over real stores and a real sandbox."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import company
from tests.sandbox_process import SandboxHandle
from wizard.errors import NoSecret
from wizard.flow.actions import Actions, quiet
from wizard.flow.jobs import saved_jobs
from wizard.flow.runs import history
from wizard.flow.steps.session import new_draft
from wizard.flow.values import PlanOutdated
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.control import RunControl
from wizard.provisioning.job import Job, Scope, SourceChoice, TargetChoice

pytestmark = pytest.mark.anyio
EVERYTHING: frozenset[str] = frozenset()


@pytest.fixture
def job(tmp_path: Path, sandbox: SandboxHandle) -> Job:
    users, members = company(12, 2, 12).write(tmp_path)
    return replace(
        new_draft(),
        source=SourceChoice("file", str(users), str(members)),
        target=TargetChoice(sandbox.tenant_url, token_made_on="2026-11-23"),
    )


async def test_nothing_is_sent_without_a_token(actions: Actions, job: Job) -> None:
    with pytest.raises(NoSecret):
        await actions.test_target(replace(job, id="00000000-0000-4000-8000-000000000001"))


async def test_from_test_to_log(actions: Actions, job: Job, sandbox: SandboxHandle) -> None:
    assert await actions.keep_token(job, sandbox.token, session_only=True) == "session"
    assert await actions.where_token(job) == "session"
    tested = await actions.test_target(job)
    assert tested.passed, tested
    prepared = await actions.prepare(job)
    assert len(prepared.plan.operations) == 14
    assert prepared.requests
    applied = await actions.apply(job, prepared, quiet, EVERYTHING, RunControl())
    assert applied.report.users.created == 12
    assert applied.report.requests == len(prepared.requests) + 14
    (run,) = await history.runs(actions.home, job.id)
    assert (run.ending, run.counts["users"]["created"]) == ("done", 12)
    page = await history.log_page(actions.home, job.id, history.LogQuery(run.id), 0)
    assert page.total == 14
    assert all(logged.row.request_id for logged in page.rows)
    failed = await history.log_page(actions.home, job.id, history.LogQuery(run.id, statuses=("failure",)), 0)
    assert failed.total == 0
    assert (await actions.prepare(job)).plan.operations == ()


async def test_the_log_is_exported_and_cells_cannot_become_formulas(
    actions: Actions, job: Job, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    people = company(3, 0, 0)
    people.person(1)["displayName"] = '=HYPERLINK("x")'
    people.write(tmp_path)
    job = replace(job, source=replace(job.source, members_file=""))
    await actions.keep_token(job, sandbox.token, session_only=True)
    prepared = await actions.prepare(job)
    await history.export_plan(prepared.plan, tmp_path / "plan.csv")
    assert "'=HYPERLINK" in (tmp_path / "plan.csv").read_text(encoding="utf-8-sig")
    assert await history.export_plan(prepared.plan, tmp_path / "plan.json") == len(prepared.plan.operations)


async def test_a_plan_that_another_run_overtook_is_not_carried_out(
    actions: Actions, job: Job, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    await actions.keep_token(job, sandbox.token, session_only=True)
    waiting = await actions.prepare(job)
    await actions.run(job, quiet, EVERYTHING, RunControl())  # as a schedule does while the window shows its plan
    before = sandbox.state()
    with pytest.raises(PlanOutdated):
        await actions.apply(job, waiting, quiet, EVERYTHING, RunControl())
    after = sandbox.state()
    assert (after["users"], after["groups"]) == (before["users"], before["groups"])
    assert len(await history.runs(actions.home, job.id)) == 1
    fresh = await actions.prepare(job)
    assert fresh.plan.operations == ()
    assert (await actions.apply(job, fresh, quiet, EVERYTHING, RunControl())).report.ending == "done"


async def test_a_refused_plan_leaves_no_line_in_the_history(
    actions: Actions, job: Job, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    await actions.keep_token(job, sandbox.token, session_only=True)
    await actions.run(job, quiet, EVERYTHING, RunControl())
    people = company(4, 0, 0)
    people.write(tmp_path)
    prepared = await actions.prepare(job)
    assert "too-many-deletions" in [concern.code for concern in prepared.plan.concerns]
    with pytest.raises(ConcernOpen):
        await actions.apply(job, prepared, quiet, EVERYTHING, RunControl())
    assert len(await history.runs(actions.home, job.id)) == 1


async def test_start_small_touches_only_the_chosen(
    actions: Actions, job: Job, sandbox: SandboxHandle, tmp_path: Path
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
    await actions.keep_token(job, sandbox.token, session_only=True)
    _, applied = await actions.run(job, quiet, EVERYTHING, RunControl())
    assert applied.report.users.created == 1
    assert len(sandbox.state()["users"]) == before + 1
    everyone = replace(job, scope=Scope())
    _, applied = await actions.run(everyone, quiet, EVERYTHING, RunControl())
    assert (applied.report.users.created, applied.report.users.unchanged) == (8, 1)


async def test_saved_jobs_are_listed_with_their_state(actions: Actions, job: Job, sandbox: SandboxHandle) -> None:
    await actions.keep_token(job, sandbox.token, session_only=True)
    saved = await saved_jobs.save(actions, job)
    assert saved.job.name == "people.csv to this computer"
    (listed,) = await saved_jobs.summaries(actions)
    assert (listed.name, listed.state) == (saved.job.name, "Not run yet")
    await actions.run(saved.job, quiet, EVERYTHING, RunControl())
    (listed,) = await saved_jobs.summaries(actions)
    assert (listed.state, listed.tone) == ("All in order", "ok")
    copy = await saved_jobs.duplicate(actions, listed.path)
    assert copy.job.id != job.id
    renamed = await saved_jobs.rename(actions, str(copy.path), "Contractors")
    assert sorted(summary.name for summary in await saved_jobs.summaries(actions)) == [
        "Contractors",
        "people.csv to this computer",
    ]
    await saved_jobs.delete(actions, str(renamed.path))
    await saved_jobs.delete(actions, listed.path)
    assert await saved_jobs.summaries(actions) == ()
    assert not list(actions.home.journals.glob(f"{job.id}.sqlite*"))


async def test_a_broken_job_file_is_listed_and_left(actions: Actions, broken_file: Path) -> None:
    (listed,) = await saved_jobs.summaries(actions)
    assert listed.broken
    assert listed.state


@pytest.fixture
def broken_file(actions: Actions) -> Iterator[Path]:
    path = actions.home.jobs / "broken.json"
    path.write_text("{")
    yield path
    assert path.read_text() == "{"
