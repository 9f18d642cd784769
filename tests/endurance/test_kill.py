"""A run killed at a few random moments ends, with the next run, where an undisturbed one does."""

from pathlib import Path

import pytest

from tests.endurance.kill import endure

pytestmark = pytest.mark.slow

KINDS = ("held answer", "commit", "event")
"""Once each here; `python -m tests.endurance.kill` does 200 points of every kind."""


def test_the_next_run_ends_what_a_killed_one_began(tmp_path: Path) -> None:
    lines: list[str] = []
    assert endure(tmp_path, len(KINDS), seed=3, told=lines.append, people=30, kinds=KINDS) == []
    points = [line for line in lines if "killed " in line and "in doubt" in line and "as undisturbed" in line]
    assert len(points) == len(KINDS)
    assert [line for line in points if "killed 0" in line] == []
