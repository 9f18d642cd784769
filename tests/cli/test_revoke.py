"""`revoke`: what runs left in HOME is gone, and the job can run again."""

from pathlib import Path

import pytest

from tests.company import company
from tests.program import Program
from tests.sandbox_process import running_sandbox

pytestmark = pytest.mark.slow


def test_a_job_that_was_forgotten_leaves_only_its_file(tmp_path: Path) -> None:
    users, members = company(3, 1, 3).write(tmp_path)
    with running_sandbox() as sandbox:
        program = Program(tmp_path / "home", sandbox.token)
        files = ("--users", str(users), "--members", str(members))
        program("new", "Staff", *files, "--tenant-url", sandbox.tenant_url, code=0)
        program("run", "Staff", code=0)
        (job_file,) = (program.home / "jobs").iterdir()
        job_id = job_file.stem
        assert list((program.home / "journals").glob(f"{job_id}.sqlite"))
        program("revoke", "Staff", code=0)
        left = [path for path in program.home.rglob(f"*{job_id}*") if path.suffix != ".lock"]
        assert left == [job_file]
        assert len(sandbox.state()["users"]) == 3
        program("revoke", "--all", code=0)
        program("revoke", "Nobody", code=2)
        again = program("plan", "Staff")
        assert sandbox.tenant_url in again.err, "what it does and where is said as on the first use"
