"""What the guard remembers from run to run: losses that nobody accepted, and members that are still to be added."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import Company, company
from tests.provisioning.changes import add_members, create_group, remove_members
from tests.sandbox_process import SandboxHandle
from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.plan import Prepared
from wizard.flow.runs.recorder import record
from wizard.flow.runs.run import run_job
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.progress import ignore_event
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.change import Change
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported, RunControl, RunEnded, Status
from wizard.provisioning.job import Job, SourceChoice, TargetChoice
from wizard.provisioning.plan import Plan, Unchanged
from wizard.scim.resource import Known, Planned
from wizard.storage.journal import Journal
from wizard.storage.paths import Home

pytestmark = pytest.mark.anyio
TENANT = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2"


async def run(services: Services, job: Job, *accepted: str) -> list[str]:
    """Codes of the concerns that refuse the run; [] = it ran."""
    try:
        await run_job(services, job, ignore_event, frozenset(accepted), RunControl())
    except ConcernOpen as refused:
        return list(refused.codes)
    return []


@pytest.fixture
def staff() -> Company:
    return company(30, 2, 20)


@pytest.fixture
async def job(services: Services, sandbox: SandboxHandle, staff: Company, tmp_path: Path) -> Job:
    users, members = staff.write(tmp_path)
    job = replace(
        new_draft(),
        source=SourceChoice("file", str(users), str(members)),
        target=TargetChoice(sandbox.tenant_url),
    )
    await store_token(services, job, sandbox.token, session_only=True)
    assert await run(services, job) == []
    return job


@pytest.mark.slow
async def test_a_few_leavers_in_every_run_are_asked_about_in_the_end(
    services: Services, job: Job, staff: Company, tmp_path: Path
) -> None:
    def leave(count: int) -> None:
        del staff.people[-count:]
        staff.write(tmp_path)

    leave(4)
    assert await run(services, job) == []
    leave(2)
    assert await run(services, job) == ["too-many-deletions"]
    assert await run(services, job) == ["too-many-deletions"]
    assert await run(services, job, "too-many-deletions") == []
    leave(4)  # what was accepted is not added up
    assert await run(services, job) == []


@pytest.mark.slow
async def test_values_that_are_gone_for_good_are_accepted_once(
    services: Services, job: Job, staff: Company, tmp_path: Path
) -> None:
    for row in staff.people:
        row["department"] = ""
    staff.write(tmp_path)
    assert await run(services, job) == ["columns-lost", "values-cleared"]
    assert await run(services, job, "columns-lost") == ["values-cleared"]
    assert await run(services, job, "columns-lost", "values-cleared") == []
    assert await run(services, job) == []


# Members that are still to be added


def plan(*changes: Change) -> Prepared:
    whole = Plan(changes, (), (), Unchanged(), (), (), (), 0, "2026-11-23T12:00:00+00:00")
    return Prepared(whole, DirectorySnapshot(()))


def ended(change: Change, status: Status) -> ChangeEnded:
    row = LogRow("", "membership", change.source_id, change.label, "update", status, Message("members-joined"))
    return ChangeEnded(change, row)


NEW = create_group("new", "New", {}, tuple(Planned(f"p{n}") for n in range(100)))
MORE = add_members("new", "New", "", tuple(Planned(f"p{n}") for n in range(100, 130)))
OLD = add_members("old", "Old", "aws-old", (Known("aws-1"), Known("aws-2")))
LESS = remove_members("less", "Less", "aws-less", (Known("aws-1"),))


async def test_what_a_killed_run_was_to_add_is_remembered_whole(home: Home) -> None:
    with Journal.open(home, "j", TENANT) as journal:
        with record(journal, plan(NEW, MORE, OLD, LESS), ignore_event) as recording:
            recording.emit(ended(NEW, "success"))
        assert journal.guard_memory().additions == {"new": 130, "old": 2}


async def test_what_a_run_added_is_no_longer_open(home: Home) -> None:
    with Journal.open(home, "j", TENANT) as journal:
        with record(journal, plan(NEW, MORE, OLD, LESS), ignore_event) as recording:
            recording.emit(ended(NEW, "success"))
            left_out = LogRow("", "group", "new", "New", "other", "warning", Message("members-left-out", count=3))
            recording.emit(ObjectReported(left_out))
            recording.emit(ended(MORE, "failure"))
            recording.emit(ended(OLD, "success"))
            recording.emit(RunEnded("done"))
            recording.finish()
        assert journal.guard_memory().additions == {"new": 33}
