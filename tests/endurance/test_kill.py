"""A run killed at a few random moments ends, with the next run, where an undisturbed one does."""

from pathlib import Path

import pytest

from tests.endurance.kill import endure
from tests.endurance.tracing import can_trace


@pytest.mark.parametrize(
    "kind",
    [
        "event",
        "held answer",
        pytest.param("commit", marks=pytest.mark.skipif(not can_trace(), reason="no strace")),
    ],
)
def test_the_next_run_ends_what_a_killed_one_began(tmp_path: Path, kind: str) -> None:
    """One point for each kind; `python -m tests.endurance.kill` does 200."""
    lines: list[str] = []
    assert endure(tmp_path, 1, seed=3, told=lines.append, people=40, first=kind) == []
    assert any(" killed 1 x" in line or " killed 2 x" in line for line in lines), lines
