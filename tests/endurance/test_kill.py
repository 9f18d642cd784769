"""A run killed at a few random moments ends, with the next run, where an undisturbed one does."""

from pathlib import Path

from tests.endurance.kill import endure

POINTS = 3
"""Here; `python -m tests.endurance.kill` does 200."""


def test_the_next_run_ends_what_a_killed_one_began(tmp_path: Path) -> None:
    lines: list[str] = []
    assert endure(tmp_path, POINTS, seed=3, told=lines.append, people=40) == []
    assert len(lines) == POINTS + 2
