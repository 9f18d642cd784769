"""Each benchmark runs with small numbers, so that a change of the program does not leave one broken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "command",
    [
        "in_memory plan 50 2",
        "in_memory journal 50 50",
        "mapping 50 50",
        "sources xlsx 50 25 csv 50 100",
        "provisioning 5 1 5 1 --stalls",
        "entra 60",
        "window plan 300",
        "log 400",
        "engine --help",
    ],
)
def test_a_benchmark_runs(command: str, tmp_path: Path) -> None:
    module, *arguments = command.split()
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments],
        cwd=ROOT,
        env={**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout
