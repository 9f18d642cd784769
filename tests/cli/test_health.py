"""`health`: its exit codes, and runs that failed before they changed anything."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.company import company
from tests.program import Program
from tests.sandbox_process import SandboxHandle, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox() as handle:
        yield handle


@pytest.fixture
def program(tmp_path: Path, sandbox: SandboxHandle) -> Program:
    program = Program(tmp_path / "home", sandbox.token)
    users, _ = company(3, 0, 0).write(tmp_path)
    program("new", "Staff", "--users", str(users), "--tenant-url", sandbox.tenant_url, code=0)
    return program


def codes(program: Program, exit_code: int, *words: str) -> list[str]:
    lines = program("health", *words, "--json", code=exit_code).out.splitlines()
    return [finding["code"] for line in lines for finding in json.loads(line)["findings"]]


def test_health_of_a_job_from_its_first_run_to_its_quarantine(program: Program, tmp_path: Path) -> None:
    assert codes(program, 1, "Staff") == ["never-run"]
    program("run", "Staff", code=0)
    assert codes(program, 0, "Staff") == []
    assert codes(program, 0) == []
    (tmp_path / "people.csv").rename(tmp_path / "gone.csv")
    program("run", "Staff", code=2)
    assert codes(program, 1, "Staff") == ["run-failed"]
    assert "Staff" in program("health", code=1).out
    (tmp_path / "gone.csv").rename(tmp_path / "people.csv")
    program("run", "Staff", code=0)
    assert codes(program, 0, "Staff") == []
    other = replace(program, token="a-token-of-yesterday")
    for _ in range(2):
        other("run", "Staff", code=4)
    assert codes(program, 6, "Staff")[0] == "quarantined"
    program("health", "Nobody", code=2)


def test_health_without_a_job_is_good(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    assert program("health", code=0).out
    assert program("health", "--json", code=0).out == ""


def test_a_job_file_that_cannot_be_read_needs_somebody(program: Program) -> None:
    program("run", "Staff", code=0)
    (program.home / "jobs" / "0-odd.json").write_text("{")
    assert codes(program, 1) == ["unreadable"]
