"""The list of saved jobs continues past unreadable files, and reports each in its own line."""

import json
import sqlite3
from dataclasses import replace

import pytest

from wizard import messages
from wizard.errors import JobFileError, Message
from wizard.flow.jobs import drafts, saved_jobs
from wizard.flow.jobs.drafts import Edits
from wizard.flow.jobs.new_job import sample_job
from wizard.flow.services import SandboxAddress, Services
from wizard.provisioning.job import Policy, TargetChoice
from wizard.storage.journal import Journal
from wizard.storage.paths import Home

pytestmark = pytest.mark.anyio

JOB = replace(sample_job(SandboxAddress("http://127.0.0.1:9/t/scim/v2", "token")), name="Staff")


async def test_a_job_with_a_later_versions_journal_is_listed(services: Services, home: Home) -> None:
    services.jobs.save(JOB)
    Journal.open(home, JOB.id, JOB.target.tenant_url).close()
    connection = sqlite3.connect(home.journals / f"{JOB.id}.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    (one,) = await saved_jobs.list_jobs(services)
    assert (one.name, one.tone, one.broken) == ("Staff", "bad", False)
    later = Message("journal-later-version", path="", shape=99, known=0)
    assert one.state == f"{messages.title(later)}."


async def test_a_job_file_of_a_later_version_is_listed_with_the_reason(services: Services) -> None:
    path = services.jobs.save(JOB).path
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "version": 99}))
    (one,) = await saved_jobs.list_jobs(services)
    assert one.broken
    assert "(format 99; " in one.state


async def test_a_day_that_is_none_does_not_end_the_list(services: Services) -> None:
    services.jobs.save(replace(JOB, target=TargetChoice(JOB.target.tenant_url, token_made_on="last spring")))
    (one,) = await saved_jobs.list_jobs(services)
    assert one.state == "Not run yet"


async def test_only_a_state_about_the_token_is_marked_as_such(services: Services, home: Home) -> None:
    """The list shows a key for it. The text of another state may hold the same letters: "broken"."""
    services.jobs.save(replace(JOB, target=TargetChoice(JOB.target.tenant_url, token_made_on="2020-01-31")))
    (expired,) = await saved_jobs.list_jobs(services)
    assert (expired.tone, expired.about_token) == ("bad", True)
    services.jobs.save(JOB)
    (unused,) = await saved_jobs.list_jobs(services)
    assert (unused.tone, unused.about_token) == ("", False)


async def test_a_broken_job_file_is_summed_up_by_the_reason(services: Services, home: Home) -> None:
    path = services.jobs.save(JOB).path
    (home.jobs / "zcopy.json").write_bytes(path.read_bytes())
    (home.jobs / "zodd.json").write_text("[]")
    rows = {row.name: row for row in await saved_jobs.list_jobs(services)}
    not_object = Message("job-file-not-object", path=str(home.jobs / "zodd.json"))
    assert rows["zodd.json"].summary == messages.advice(not_object)
    assert rows["zodd.json"].state == messages.text(not_object)
    same_id = Message("job-file-same-id", other=path.name)
    assert rows["zcopy.json"].summary == rows["zcopy.json"].state == messages.title(same_id)


async def test_the_worst_comes_first_and_edits_are_shown(services: Services, home: Home) -> None:
    expired = TargetChoice(JOB.target.tenant_url, token_made_on="2020-01-31")
    for number, (name, target) in enumerate((("A", JOB.target), ("B", expired), ("C", JOB.target))):
        saved = services.jobs.save(replace(JOB, id=JOB.id[:-1] + str(number), name=name, target=target)).job
    edited = replace(saved, policy=Policy(threshold_count=77))
    await drafts.save_edits(services, Edits(edited, saved, target_holds=False, is_named=True))
    (home.jobs / "zodd.json").write_text("[]")
    rows = await saved_jobs.list_jobs(services)
    assert [row.tone for row in rows] == ["bad", "bad", "warn", ""]
    assert [row.name for row in rows if row.is_edited] == ["C"]
    assert rows[2].state == saved_jobs.EDITED


async def test_a_broken_file_is_deleted_with_the_stored_data_of_its_job(services: Services, home: Home) -> None:
    path = services.jobs.save(JOB).path
    Journal.open(home, JOB.id, JOB.target.tenant_url).close()
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "version": 99}))
    await saved_jobs.delete_broken(services, str(path))
    assert not list(home.root.rglob(f"{JOB.id}*"))


async def test_a_broken_copy_is_deleted_alone(services: Services, home: Home) -> None:
    path = services.jobs.save(JOB).path
    Journal.open(home, JOB.id, JOB.target.tenant_url).close()
    copy = home.jobs / "zcopy.json"
    copy.write_bytes(path.read_bytes())
    await saved_jobs.delete_broken(services, str(copy))
    assert not copy.exists()
    assert path.exists()
    assert (home.journals / f"{JOB.id}.sqlite").exists()
    with pytest.raises(JobFileError):
        await saved_jobs.delete_broken(services, str(home.root / "known-jobs.json"))
