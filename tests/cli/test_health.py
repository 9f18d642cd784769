"""`health`: its exit codes, and runs that failed before they changed anything."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

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


def test_an_unreadable_job_file_needs_attention(program: Program) -> None:
    program("run", "Staff", code=0)
    (program.home / "jobs" / "0-odd.json").write_text("{")
    assert codes(program, 1) == ["unreadable"]


def test_metrics_are_written_once_and_after_each_run(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "icw.prom"

    def value(name: str, **labels: str) -> float | None:
        families = text_string_to_metric_families(file.read_text("utf-8"))
        found = (sample for family in families for sample in family.samples)
        prefix = "identity_center_wizard_job_"
        return next(
            (
                sample.value
                for sample in found
                if sample.name == prefix + name and labels.items() <= sample.labels.items()
            ),
            None,
        )

    program("metrics", str(file), "--after-runs", code=0)
    assert value("health", job="Staff", state="attention") == 1
    assert value("last_success_timestamp_seconds", job="Staff") is None
    program("run", "Staff", code=0)
    assert value("health", job="Staff", state="healthy") == 1
    assert value("last_exit_code") == 0
    assert value("last_objects", kind="users", outcome="created") == 3
    good = value("last_success_timestamp_seconds")
    assert good is not None
    (tmp_path / "people.csv").unlink()
    program("run", "Staff", code=2)
    assert value("finding", code="run-failed") == 1
    assert value("last_success_timestamp_seconds") == good
    program("metrics", str(file), "--not-after-runs", code=0)
    file.unlink()
    program("run", "Staff", code=2)
    assert not file.exists()
    program("metrics", str(tmp_path / "missing" / "icw.prom"), code=2)
