"""Somebody whom AWS refuses run after run: a script waits longer and longer, a person at the window never does."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import company
from tests.sandbox_process import SandboxHandle
from wizard.flow.actions import Actions, quiet
from wizard.flow.runs import history
from wizard.flow.steps.session import new_draft
from wizard.provisioning.control import RunControl
from wizard.provisioning.job import SourceChoice, TargetChoice

pytestmark = pytest.mark.anyio
NOTHING: frozenset[str] = frozenset()


async def test_a_script_waits_and_a_person_does_not(
    actions: Actions, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    staff = company(6, 0, 0)
    late = staff.people.pop()
    users, _ = staff.write(tmp_path)
    job = replace(new_draft(), source=SourceChoice("file", str(users)), target=TargetChoice(sandbox.tenant_url))
    await actions.keep_token(job, sandbox.token, session_only=True)
    await actions.run(job, quiet, NOTHING, RunControl())
    stranger = {
        "userName": "by.hand@tidewater.example",
        "displayName": "By hand",
        "name": {"givenName": "By", "familyName": "Hand"},
        "emails": [{"value": late["mail"], "type": "work", "primary": True}],
    }
    with sandbox.client() as client:
        client.post("Users", json=stranger).raise_for_status()

    late["manager"] = ""
    staff.people.append(late)
    staff.write(tmp_path)
    for _ in range(3):
        _, applied = await actions.run(job, quiet, NOTHING, RunControl())
        assert applied.report.failed == 1
    prepared, applied = await actions.run(job, quiet, NOTHING, RunControl())
    assert (len(prepared.plan.held_back), applied.report.failed, applied.report.users.skipped) == (1, 0, 1)
    newest = (await history.runs(actions.home, job.id))[0]
    page = await history.log_page(actions.home, job.id, history.LogQuery(newest.id), 0)
    assert [logged.row.title[:24] for logged in page.rows] == ["Refused by AWS 3 times; "]

    by_hand = await actions.prepare(job, full=False)
    assert len(by_hand.plan.operations) == 1
    late["mail"] = "somebody.else@tidewater.example"
    staff.write(tmp_path)
    _, applied = await actions.run(job, quiet, NOTHING, RunControl())
    assert applied.report.users.created == 1
