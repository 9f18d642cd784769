"""A disk that fills up under a run; `python -m tests.endurance.disk` tries more of it."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.endurance.disk import can_mount, endure

pytestmark = pytest.mark.slow


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not shutil.which("prlimit"), reason="needs Linux's limits"
)
def test_a_disk_that_fills_up_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    assert endure(tmp_path, 30, told.append, left=(0, 150_000), file_bytes=(100_000,)) == []
    assert [line for line in told if "exit 4" in line], told
    assert not can_mount() or [line for line in told if "still full: exit 2" in line], told
