"""A network that is cut under a run; `python -m tests.endurance.network` cuts it in every way."""

import os
from pathlib import Path

import pytest

from tests.endurance.network import FOR_GOOD, Cut, endure

pytestmark = pytest.mark.slow

CUTS = (Cut("reset", 0.0, survives=True), Cut("refuse", FOR_GOOD), Cut("half", FOR_GOOD, cancels=2))


@pytest.mark.skipif(os.name != "posix", reason="interrupts the run as a terminal does")
def test_a_cut_network_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    assert endure(tmp_path, CUTS, people=30, rounds=("edits",), told=told.append) == []
    assert [line.split("exit")[1].split()[0] for line in told] == ["0", "4", "130"]
