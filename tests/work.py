"""Counts the work that a piece of code does: the same number on every machine, however busy it is."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_STEPS_AT_ONCE = 100


@dataclass
class Work:
    """What was counted so far."""

    calls: int = 0
    """Of functions, Python's and C's, in this thread."""
    steps: int = 0
    """Of SQLite's machine, by the hundred."""


@contextmanager
def counted_calls() -> Iterator[Work]:
    """Count the calls of functions that this thread makes inside the block."""
    work = Work()

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            work.calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield work
    finally:
        sys.setprofile(before)


@contextmanager
def counted_steps(connection: sqlite3.Connection) -> Iterator[Work]:
    """Count the steps that SQLite takes on this connection inside the block."""
    work = Work()

    def count() -> None:
        work.steps += _STEPS_AT_ONCE

    connection.set_progress_handler(count, _STEPS_AT_ONCE)
    try:
        yield work
    finally:
        connection.set_progress_handler(None, 0)


@contextmanager
def calls_between_ticks() -> Iterator[list[int]]:
    """Count the calls that the GUI thread makes from one turn of its event loop to the next."""
    from PySide6.QtCore import QTimer

    between: list[int] = []
    timer = QTimer()
    with counted_calls() as work:
        timer.timeout.connect(lambda: between.append(work.calls - sum(between)))
        timer.start(10)
        yield between
    timer.stop()
