"""The option --shift-clock: this process, the programs it starts, and the true time again."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.clock import OFFSET_VARIABLE

RUNNING_TIME = timedelta(hours=12)
"""Less than any shift, more than this test ever takes."""
CODE = """
import subprocess, sys, time
from datetime import datetime
from tests.clock import ShiftedClock

def told():
    child = [sys.executable, "-c", "from datetime import datetime; print(datetime.now())"]
    print(datetime.now(), flush=True)
    subprocess.run(child, check=True)

clock = ShiftedClock(sys.argv[1])
before = time.monotonic()
clock.start()
assert time.monotonic() - before < 3600
told()
with clock.real_time():
    told()
"""


@pytest.mark.parametrize("shift", ["+400d", "-3d", "2027-02-28T23:59:50"])
def test_the_clock_is_shifted_here_and_in_children_until_it_is_set_right(shift: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != OFFSET_VARIABLE}
    command = [sys.executable, "-c", CODE, shift]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True
    )
    here, child, here_after, child_after = map(datetime.fromisoformat, done.stdout.splitlines())
    expected = (
        here_after + timedelta(days=int(shift[:-1])) if shift.endswith("d") else datetime.fromisoformat(shift)
    )
    for shifted in (here, child):
        assert abs(shifted - expected) < RUNNING_TIME
    assert timedelta(0) <= child_after - here_after < RUNNING_TIME
