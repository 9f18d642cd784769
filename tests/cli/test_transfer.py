"""`export` and `import`: a job goes from one HOME to another."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.program import Program
from wizard.provisioning.job import Policy
from wizard.storage.acceptances import OwnAccounts
from wizard.storage.drafts import Draft, Drafts, digests
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home

ADDRESS = "https://scim.eu-central-1.amazonaws.com/0a1b2c3d4e5-0a1b-0a1b-0a1b-0a1b2c3d4e5f/scim/v2"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A HOME with the job Staff."""
    (tmp_path / "people.csv").write_text("userPrincipalName\n")
    made = Program(tmp_path / "home")
    made("new", "Staff", "--users", str(tmp_path / "people.csv"), "--tenant-url", ADDRESS, code=0)
    return made


def test_a_job_goes_to_another_computer(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "staff.json"
    program("export", "Staff", str(file), code=0)
    other = Program(tmp_path / "other")
    imported = other("import", str(file), code=0)
    assert ADDRESS in imported.err, "what it would do and where"
    assert "scim.eu-central-1" in imported.out, "what has to be entered"
    assert "people.csv to eu-central-1" in other("list", code=0).out
    (job,) = JobStore(Home(tmp_path / "other")).all()
    assert job.job.id != json.loads(file.read_bytes())["id"]  # type: ignore[union-attr]


def test_a_file_that_is_there_is_not_replaced(program: Program, tmp_path: Path) -> None:
    (tmp_path / "staff.json").write_text("mine")
    program("export", "Staff", str(tmp_path / "staff.json"), code=2)
    assert (tmp_path / "staff.json").read_text() == "mine"


def test_other_files_are_not_imported_as_a_job(program: Program, tmp_path: Path) -> None:
    program("import", str(tmp_path / "people.csv"), code=2)
    program("import", str(tmp_path / "missing.json"), code=2)
    assert len(list((tmp_path / "home" / "jobs").iterdir())) == 1


def test_commands_use_the_reviewed_job_and_say_that_edits_wait(program: Program, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    store = JobStore(home)
    job = store.find("Staff")
    OwnAccounts(home, job.id).change(("aws-1",), ())
    assert program("export", "Staff", str(tmp_path / "1.json"), code=0).err == ""
    edited = replace(job, policy=Policy(threshold_count=77))
    Drafts(home).save(Draft(edited, digests(job)))
    said = program("export", "Staff", str(tmp_path / "2.json"), code=0)
    assert said.err != ""
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()
