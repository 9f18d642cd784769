"""Trying again what failed, over a real journal and a real sandbox."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import company
from tests.provisioning.changes import words
from tests.sandbox_process import SandboxHandle
from wizard.flow.runs import history
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.plan import NothingFailed, prepare, prepare_retry
from wizard.flow.runs.run import apply_plan, run_job
from wizard.flow.runs.texts import purpose_of
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.progress import ignore_event
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import SourceChoice, TargetChoice

pytestmark = pytest.mark.anyio


async def test_only_what_failed_is_tried_again(services: Services, sandbox: SandboxHandle, tmp_path: Path) -> None:
    staff = company(9, 1, 9)
    surname, staff.person(3)["surname"] = staff.person(3)["surname"], ""
    users, members = staff.write(tmp_path)
    source = SourceChoice("file", str(users), str(members))
    job = replace(new_draft(), source=source, target=TargetChoice(sandbox.tenant_url))
    await store_token(services, job, sandbox.token, session_only=True)
    with pytest.raises(NothingFailed):
        await prepare_retry(services, job)
    _, first = await run_job(services, job, ignore_event, frozenset(), RunControl())
    assert first.report.failed == 1

    staff.person(3)["surname"] = surname
    staff.person(5)["jobTitle"] = "Chief Engineer"
    staff.write(tmp_path)
    prepared = await prepare_retry(services, job)
    assert sorted(words(op) for op in prepared.plan.changes) == ["add-members", "create user"]
    again = await apply_plan(services, job, prepared, ignore_event, frozenset(), RunControl())
    assert (again.report.users.created, again.report.added, again.report.failed) == (1, 1, 0)
    newest, _ = await history.load_runs(services.home, job.id)
    assert purpose_of(newest.planned) == "retry"
    with pytest.raises(NothingFailed):
        await prepare_retry(services, job)
    assert len((await prepare(services, job)).plan.changes) == 1
