"""After faults a clean run ends where an undisturbed one does; `python -m tests.endurance.faults` tries them all."""

from pathlib import Path

import pytest

from tests.endurance.faults import EXPIRY, Case, endure

pytestmark = pytest.mark.slow


def test_a_clean_run_after_faults_ends_as_if_there_had_been_none(tmp_path: Path) -> None:
    told: list[str] = []
    cases = [Case("reset-before,reset-after,500,502-html,short-page", 40, 1), Case(EXPIRY, 20, 1)]
    assert endure(tmp_path, cases, people=30, told=told.append) == []
    assert [line.split(" after ")[0].split()[-1] for line in told][-1] == "4", told
    assert all(" 0 faults" not in line.split(";")[0] for line in told), told
