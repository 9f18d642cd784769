"""The list of saved jobs goes on past what it cannot read, and says so in the line it belongs to."""

import json
import sqlite3
from dataclasses import replace

import pytest

from wizard.flow.jobs import saved_jobs
from wizard.flow.jobs.new_job import sample_job
from wizard.flow.services import SandboxAddress, Services
from wizard.provisioning.job import TargetChoice
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
    assert one.state == "The journal was written by a later version of this program."


async def test_a_job_file_of_a_later_version_is_listed_with_the_reason(services: Services) -> None:
    path = services.jobs.save(JOB).path
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "version": 99}))
    (one,) = await saved_jobs.list_jobs(services)
    assert one.broken
    assert "written by a later version of this program (shape 99" in one.state


async def test_a_day_that_is_none_does_not_end_the_list(services: Services) -> None:
    services.jobs.save(replace(JOB, target=TargetChoice(JOB.target.tenant_url, token_made_on="last spring")))
    (one,) = await saved_jobs.list_jobs(services)
    assert one.state == "Not run yet"
