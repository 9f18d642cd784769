"""Trying again what failed, over a real journal and a real sandbox."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import company
from tests.sandbox_process import SandboxHandle
from wizard.flow.actions import Actions, quiet
from wizard.flow.runs import history
from wizard.flow.runs.texts import purpose_of
from wizard.flow.steps.session import new_draft
from wizard.flow.values import NothingFailed
from wizard.provisioning.control import RunControl
from wizard.provisioning.job import SourceChoice, TargetChoice

pytestmark = pytest.mark.anyio


async def test_only_what_failed_is_tried_again(actions: Actions, sandbox: SandboxHandle, tmp_path: Path) -> None:
    staff = company(9, 1, 9)
    surname, staff.person(3)["surname"] = staff.person(3)["surname"], ""
    users, members = staff.write(tmp_path)
    source = SourceChoice("file", str(users), str(members))
    job = replace(new_draft(), source=source, target=TargetChoice(sandbox.tenant_url))
    await actions.keep_token(job, sandbox.token, session_only=True)
    with pytest.raises(NothingFailed):
        await actions.prepare_retry(job)
    _, first = await actions.run(job, quiet, frozenset(), RunControl())
    assert first.report.failed == 1

    staff.person(3)["surname"] = surname
    staff.person(5)["jobTitle"] = "Chief Engineer"
    staff.write(tmp_path)
    prepared = await actions.prepare_retry(job)
    assert sorted(type(op).__name__ for op in prepared.plan.operations) == ["AddMembers", "CreateUser"]
    again = await actions.apply(job, prepared, quiet, frozenset(), RunControl())
    assert (again.report.users.created, again.report.added, again.report.failed) == (1, 1, 0)
    newest, _ = await history.runs(actions.home, job.id)
    assert purpose_of(newest.planned) == "retry"
    with pytest.raises(NothingFailed):
        await actions.prepare_retry(job)
    assert len((await actions.prepare(job)).plan.operations) == 1
