"""Backoff for a user that AWS refuses in every run: it grows for scheduled runs and does not apply in the window."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import company
from tests.sandbox_process import SandboxHandle
from wizard.flow.runs import history
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.run import run_job
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.progress import ignore_event
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import SourceChoice, TargetChoice

pytestmark = pytest.mark.anyio
NOTHING: frozenset[str] = frozenset()


@pytest.mark.slow
async def test_a_script_waits_and_a_person_does_not(
    services: Services, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    staff = company(6, 0, 0)
    late = staff.people.pop()
    users, _ = staff.write(tmp_path)
    job = replace(new_draft(), source=SourceChoice("file", str(users)), target=TargetChoice(sandbox.tenant_url))
    await store_token(services, job, sandbox.token, session_only=True)
    await run_job(services, job, ignore_event, NOTHING, RunControl())
    stranger = {
        "userName": "by.hand@tidewater.example",
        "displayName": "By hand",
        "name": {"givenName": "By", "familyName": "Hand"},
        "emails": [{"value": late["mail"], "type": "home", "primary": True}],  # no plan foresees this clash
    }
    with sandbox.client() as client:
        client.post("Users", json=stranger).raise_for_status()

    late["manager"] = ""
    staff.people.append(late)
    staff.write(tmp_path)
    for _ in range(3):
        _, applied = await run_job(services, job, ignore_event, NOTHING, RunControl())
        assert applied.report.failed == 1
    prepared, applied = await run_job(services, job, ignore_event, NOTHING, RunControl())
    assert (len(prepared.plan.held_back), applied.report.failed, applied.report.users.skipped) == (1, 0, 1)
    newest = (await history.load_runs(services.home, job.id))[0]
    page = await history.load_log_page(services.home, job.id, history.LogQuery(newest.id), 0)
    assert [logged.row.message.code for logged in page.rows] == ["refused-repeatedly"]

    by_hand = await prepare(services, job)
    assert len(by_hand.plan.changes) == 1
    late["mail"] = "changed@tidewater.example"
    staff.write(tmp_path)
    _, applied = await run_job(services, job, ignore_event, NOTHING, RunControl())
    assert applied.report.users.created == 1
