"""The job file is what was last reviewed; edits of a job that has run are a draft, whole at every moment."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.flow.conftest import no_sandbox
from wizard.errors import JobFileError
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.jobs import drafts
from wizard.flow.jobs.drafts import Edits, Opened
from wizard.flow.jobs.new_job import sample_job
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.steps import UNNAMED
from wizard.provisioning.job import Job, Policy, SourceChoice, TargetChoice
from wizard.storage import paths
from wizard.storage.acceptances import OwnAccounts
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretStore

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]

SAMPLE = sample_job(SandboxAddress("http://127.0.0.1:9/t/scim/v2", "token"))
JOB = replace(SAMPLE, name="Staff", source=SourceChoice("file", users_file="/data/people.csv"))
EDIT = replace(JOB, policy=Policy(threshold_count=77))
BY_HAND = replace(JOB, scope=replace(JOB.scope, groups=False))


@pytest.fixture
def file(services: Services) -> Path:
    """The file of a job that has run on this computer."""
    OwnAccounts(services.home, JOB.id).change(("aws-1",), ())
    return services.jobs.save(JOB).path


def edits(draft: Job, reviewed: Job | None = JOB, **more: Any) -> Edits:
    return Edits(draft, reviewed, **{"target_holds": False, "is_named": True, **more})


def in_file(file: Path) -> Job:
    """The job as another process reads it."""
    return JobStore(Home(file.parent.parent)).load(file)


async def opened(services: Services, file: Path) -> Opened:
    return await drafts.open_job(services, str(file))


async def test_the_file_is_the_job_until_it_runs(services: Services) -> None:
    file = services.jobs.save(JOB).path
    assert (await opened(services, file)).reviewed is None
    await drafts.save_edits(services, edits(EDIT, None))
    assert in_file(file) == EDIT
    assert not list(services.home.root.rglob("*.draft"))


async def test_edits_of_a_job_that_ran_go_to_a_draft(services: Services, file: Path) -> None:
    await drafts.save_edits(services, edits(EDIT))
    assert in_file(file) == JOB
    again = await opened(services, file)
    assert (again.job, again.reviewed, again.conflict) == (EDIT, JOB, None)
    assert await drafts.edited_parts(services, JOB) == ("settings",)
    (draft,) = services.home.root.rglob("*.draft")
    assert draft.parent != file.parent
    assert os.name != "posix" or draft.stat().st_mode & 0o777 == 0o600


async def test_applied_edits_are_the_job(services: Services, file: Path) -> None:
    await drafts.save_edits(services, edits(EDIT))
    assert await drafts.apply_edits(services, edits(EDIT)) == EDIT
    assert in_file(file) == EDIT
    assert not list(services.home.root.rglob("*.draft"))


async def test_edits_that_were_taken_back_leave_no_draft(services: Services, file: Path) -> None:
    await drafts.save_edits(services, edits(EDIT))
    await drafts.save_edits(services, edits(replace(JOB)))
    assert not list(services.home.root.rglob("*.draft"))
    await drafts.save_edits(services, edits(EDIT))
    await drafts.discard_draft(services, JOB.id)
    assert (await opened(services, file)).job == JOB


async def test_name_and_tested_target_hold_at_once(services: Services, file: Path) -> None:
    """Nothing else changes in the file, not even what was written into it by hand meanwhile."""
    services.jobs.save(BY_HAND)
    target = TargetChoice("http://127.0.0.1:10/t/scim/v2")
    draft = replace(EDIT, name="People", target=target)
    await drafts.save_edits(services, edits(draft))
    assert in_file(file) == replace(BY_HAND, name="People"), "the target was not tested"
    saved = (
        await drafts.save_edits(services, edits(draft, replace(JOB, name="People"), target_holds=True))
    ).reviewed
    assert saved is not None
    assert in_file(file) == replace(BY_HAND, name="People", target=target)
    assert (saved.name, saved.target) == ("People", target)


async def test_single_sign_on_holds_at_once(services: Services, file: Path) -> None:
    written = replace(JOB.sign_on, written_on="2026-11-30")
    await drafts.save_edits(services, edits(replace(EDIT, sign_on=written)))
    assert in_file(file) == replace(JOB, sign_on=written)


async def test_an_untested_target_is_kept_but_does_not_hold(services: Services, file: Path) -> None:
    draft = replace(JOB, target=TargetChoice("http://127.0.0.1:10/t/scim/v2"))
    await drafts.save_edits(services, edits(draft))
    again = await opened(services, file)
    assert (again.job.target, again.reviewed) == (draft.target, JOB)
    assert await drafts.edited_parts(services, JOB) == ()


async def test_a_name_is_unique_and_follows_the_source_until_a_person_chooses_one(services: Services) -> None:
    first = (await drafts.save_edits(services, edits(replace(JOB, name=UNNAMED), None, is_named=False))).job
    assert first.name == "people.csv to the sandbox"
    other = replace(JOB, id=SAMPLE.id[:-1] + ("0" if SAMPLE.id[-1] != "0" else "1"), name=UNNAMED)
    second = (await drafts.save_edits(services, edits(other, None, is_named=False))).job
    assert second.name == "people.csv to the sandbox 2"
    moved = replace(second, source=SourceChoice("file", users_file="/data/staff.csv"))
    assert (
        await drafts.save_edits(services, edits(moved, None, is_named=False))
    ).job.name == "staff.csv to the sandbox"
    assert (await drafts.save_edits(services, edits(replace(moved, name="Staff"), None))).job.name == "Staff"


async def test_both_versions_are_shown_where_the_file_was_changed_too(services: Services, file: Path) -> None:
    await drafts.save_edits(services, edits(EDIT))
    services.jobs.save(BY_HAND)
    with pytest.raises(JobFileError) as refused:
        await drafts.apply_edits(services, edits(EDIT))
    assert refused.value.message.code == "job-file-changed"
    assert in_file(file) == BY_HAND
    found = await opened(services, file)
    assert found.conflict is not None
    assert (found.conflict.in_file, found.conflict.in_draft) == (("plan",), ("settings",))


async def test_kept_edits_are_laid_over_the_changed_file(services: Services, file: Path) -> None:
    await drafts.save_edits(services, edits(EDIT))
    services.jobs.save(BY_HAND)
    await drafts.keep_edits(services, await opened(services, file))
    again = await opened(services, file)
    assert again.conflict is None
    assert again.job == replace(BY_HAND, policy=EDIT.policy)
    assert again.reviewed == in_file(file) == BY_HAND


async def test_a_file_changed_like_the_draft_is_no_conflict(services: Services, file: Path) -> None:
    await drafts.save_edits(services, edits(EDIT))
    services.jobs.save(EDIT)
    again = await opened(services, file)
    assert (again.job, again.reviewed, again.conflict) == (EDIT, EDIT, None)
    services.jobs.save(replace(EDIT, scope=BY_HAND.scope))
    assert (await opened(services, file)).conflict is None, "nothing is left of the draft"


async def test_settings_that_are_still_typed_are_kept(services: Services, file: Path) -> None:
    wrong = replace(JOB, policy=Policy(threshold_percent=200))
    await drafts.save_edits(services, edits(wrong))
    assert (await opened(services, file)).job == wrong
    never_ran = replace(JOB, id=SAMPLE.id[:-1] + "a", name="Other", policy=wrong.policy)
    await drafts.save_edits(services, edits(never_ran, None))
    assert services.jobs.find("Other").policy == Policy()


async def test_a_damaged_draft_counts_as_lost(services: Services, file: Path) -> None:
    await drafts.save_edits(services, edits(EDIT))
    (draft,) = services.home.root.rglob("*.draft")
    content = draft.read_bytes()
    for damaged in (content[:-20], b"", b"[]", content.replace(b"threshold_count", b"treshold"), b"\xff"):
        draft.write_bytes(damaged)
        assert (await opened(services, file)).job == JOB


async def test_a_job_for_this_session_keeps_its_draft_out_of_home(services: Services) -> None:
    services.home.keep_out(SAMPLE.id)
    edited = replace(SAMPLE, policy=EDIT.policy)
    await drafts.save_edits(services, edits(edited, SAMPLE))
    assert not list(services.home.root.rglob("*.draft"))
    assert await drafts.apply_edits(services, edits(edited, SAMPLE)) is None


async def test_deleting_a_job_deletes_its_draft(services: Services, file: Path) -> None:
    await drafts.save_edits(services, edits(EDIT))
    services.jobs.delete(JOB)
    assert not list(services.home.root.rglob("*.draft"))


class Killed(BaseException):
    """The process ends here."""


def killed_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Let the process end before the file operation of this number."""
    count = 0

    def counted(operation: Any) -> Any:
        def run(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == number:
                raise Killed
            return operation(*args, **more)

        return run

    with monkeypatch.context() as patch:
        for module, name in ((os, "replace"), (os, "fsync"), (Path, "unlink"), (paths.tempfile, "mkstemp")):
            patch.setattr(module, name, counted(getattr(module, name)))
        yield count
    yield count


@pytest.mark.parametrize("number", range(1, 10))
@pytest.mark.parametrize("act", ["save", "apply"])
async def test_a_kill_leaves_job_and_draft_whole(
    services: Services, file: Path, monkeypatch: pytest.MonkeyPatch, number: int, act: str
) -> None:
    first = replace(EDIT, policy=Policy(threshold_count=66))
    await drafts.save_edits(services, edits(first))
    for _count in killed_at(number, monkeypatch):
        try:
            if act == "save":
                await drafts.save_edits(services, edits(replace(EDIT, name="Renamed")))
            else:
                await drafts.apply_edits(services, edits(first))
        except Killed:
            pass
        break
    again = await opened(services, file)
    assert again.conflict is None
    assert again.job.policy in ((first.policy, EDIT.policy) if act == "save" else (first.policy,))
    assert again.reviewed is not None
    assert again.reviewed.policy in ((JOB.policy,) if act == "save" else (JOB.policy, first.policy))
    assert in_file(file).name in ("Staff", "Renamed")


@pytest.mark.slow
@pytest.mark.parametrize("work", ["edit", "apply"])
async def test_a_killed_process_leaves_the_job_or_the_edits_whole(
    services: Services, file: Path, tmp_path: Path, work: str
) -> None:
    first = replace(EDIT, policy=Policy(threshold_count=66))
    await drafts.save_edits(services, edits(first))
    folder = tmp_path / "killed"
    folder.mkdir()
    services.home.root.rename(folder / "before")
    command = [sys.executable, "-m", "tests.storage.kill_points", work, str(folder)]
    done = await anyio.run_process(command, cwd=ROOT)
    assert int(done.stdout) > 3
    for at in range(1, int(done.stdout) + 1):
        home = Home(folder / str(at))
        there = Services(home, JobStore(home), SecretStore({}), no_sandbox, EntraAccess(home, SecretStore({})))
        again = await drafts.open_job(there, str(home.jobs / file.name))
        assert again.conflict is None
        assert again.job.policy.threshold_count in (66, 77), at
        assert again.reviewed is not None
        assert again.reviewed.policy.threshold_count in ((5,) if work == "edit" else (5, 77)), at


async def test_a_file_that_was_changed_outside_is_not_replaced(services: Services) -> None:
    """Also of a job that never ran: what the window holds becomes a draft, and both versions are shown."""
    file = services.jobs.save(JOB).path
    first = await drafts.save_edits(services, edits(EDIT, None, in_file=JOB))
    assert (first.reviewed, in_file(file)) == (None, EDIT)
    services.jobs.save(BY_HAND)
    more = replace(EDIT, policy=Policy(threshold_count=88))
    saved = await drafts.save_edits(services, edits(more, None, in_file=EDIT))
    assert (saved.reviewed, in_file(file)) == (EDIT, BY_HAND)
    with pytest.raises(JobFileError) as refused:
        await drafts.apply_edits(services, edits(more, EDIT))
    assert refused.value.message.code == "job-file-changed"
    found = await opened(services, file)
    assert found.job.policy == more.policy
    assert found.conflict is not None
