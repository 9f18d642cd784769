"""Runs without a window that fail again and again: put off with exit code 6, and what lifts that."""

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
    users, _ = company(5, 0, 0).write(tmp_path)
    program("new", "Staff", "--users", str(users), "--tenant-url", sandbox.tenant_url, code=0)
    return program


def expire(program: Program) -> Program:
    """The token is another one than AWS knows."""
    return replace(program, token="a-token-of-yesterday")


def test_twice_refused_is_put_off_and_a_new_token_goes_at_once(program: Program, sandbox: SandboxHandle) -> None:
    old = expire(program)
    for _ in range(2):
        old("run", "Staff", code=4)
    asked = sandbox.state()["requests"]["total"]
    off = old("run", "Staff", "--full", code=6)
    assert "quarantine until" in off.err
    assert "AWS does not accept the access token" in off.err
    assert sandbox.state()["requests"]["total"] == asked
    old("plan", "Staff", code=4)  # looking is always allowed
    program("run", "Staff", code=0)
    old("run", "Staff", "--full", code=4)
    assert len(sandbox.state()["users"]) == 5


@pytest.mark.slow
def test_a_passed_check_lifts_it(tmp_path: Path) -> None:
    state = str(tmp_path / "sandbox.json")
    users, _ = company(5, 0, 0).write(tmp_path)
    program = Program(tmp_path / "home", "the-token-of-this-job")
    with running_sandbox("--state", state, token="another-token-for-now") as sandbox:
        port = sandbox.tenant_url.split(":")[2].split("/")[0]
        program("new", "Staff", "--users", str(users), "--tenant-url", sandbox.tenant_url, code=0)
        for code in (4, 4, 6):
            program("run", "Staff", code=code)
    with running_sandbox("--state", state, "--port", port, token=program.token) as sandbox:
        program("run", "Staff", code=6)
        assert "quarantine of this job has ended" in program("check", "Staff", code=0).out
        program("run", "Staff", code=0)
        assert "quarantine of this job has ended" not in program("check", "Staff", code=0).out
        assert len(sandbox.state()["users"]) == 5
