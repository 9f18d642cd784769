"""Runs the tests at another time: `pytest --shift-clock=+400d` or `--shift-clock=2027-02-28T23:59:50`.

Shifts `time.time`, `datetime.now` and `date.today`, here and in every Python program that the tests start; that one
needs the environment of this process. Monotonic clocks and sleeps are not touched. The clocks of the operating system
(files, SQLite, OpenSSL, Qt's QDate) are not shifted: the program reads the time from Python. With a moment in place of
days every test file begins at that moment.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import time_machine

OFFSET_VARIABLE = "TESTS_CLOCK_OFFSET"
HOOK = str(Path(__file__).parent / "clock_shift")
"""Holds the module sitecustomize, which a started Python imports."""


class ShiftedClock:
    """The clock of this process and of its children, stopped until `start`."""

    def __init__(self, shift: str) -> None:
        """`shift`: days from now (`+400d`, `-3d`) or a moment in ISO 8601, in local time unless it names its zone."""
        days = re.fullmatch(r"([+-]?\d+)d", shift)
        self._moment = None if days else datetime.fromisoformat(shift).astimezone()
        self._seconds = timedelta(days=int(days[1])).total_seconds() if days else 0.0
        self._traveller: time_machine.travel | None = None

    @property
    def follows_files(self) -> bool:
        """Whether each test file begins at the same moment."""
        return self._moment is not None

    def start(self) -> None:
        """Shift the clock; starts at the moment again when there is one."""
        self.stop()
        now = time.time()
        offset = self._moment.timestamp() - now if self._moment else self._seconds
        os.environ[OFFSET_VARIABLE] = str(offset)
        folders = [HOOK, *filter(None, [os.environ.get("PYTHONPATH")])]
        os.environ["PYTHONPATH"] = os.pathsep.join(folders)
        self._traveller = time_machine.travel(now + offset, tick=True)
        self._traveller.start()

    def stop(self) -> None:
        """Set the clock right."""
        if self._traveller is None:
            return
        self._traveller.stop()
        self._traveller = None
        del os.environ[OFFSET_VARIABLE]
        folders = [folder for folder in os.environ["PYTHONPATH"].split(os.pathsep) if folder != HOOK]
        os.environ["PYTHONPATH"] = os.pathsep.join(folders)

    @contextmanager
    def real_time(self) -> Iterator[None]:
        """The true time inside the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()
