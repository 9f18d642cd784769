"""Runs mutated inputs and counts how they end; what ends otherwise is a failure, and its input is kept."""

import sys
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.kinds import KINDS, Kind

MOST_CALLS = 3_000_000
"""Calls of functions, Python's and built-in ones, for one input, and more for each of its bytes."""
CALLS_PER_BYTE = 20


class TooMuchWork(BaseException):
    """No handler for errors catches it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that ended in something else than a result or an error with a code."""

    kind: str
    number: int
    what: str
    file: Path | None


@dataclass(slots=True)
class Census:
    """What was run."""

    seed: int
    ends: dict[str, Counter[str]] = field(default_factory=dict)
    most_calls: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Counts by kind, then the failures."""
        yield f"seed {self.seed}"
        yield f"{'':<10} {'inputs':>8} {'result':>8} {'problems':>8} {'error':>8} {'failed':>8} {'most calls':>12}"
        for kind, ends in self.ends.items():
            counts = " ".join(f"{ends[end]:>8,}" for end in ("result", "problems", "error", "failed"))
            yield f"{kind:<10} {ends.total():>8,} {counts} {self.most_calls[kind]:>12,}"
        for failure in self.failures:
            yield f"FAILED {failure.kind} {failure.number}: {failure.what}, kept as {failure.file}"


@contextmanager
def counted_calls(most: list[int]) -> Iterator[list[int]]:
    """Counts the calls of this thread and of those it starts; raises `TooMuchWork` beyond the number, which may grow."""
    calls = [0]

    def count(_frame: object, event: str, _of: object) -> None:
        if event in ("call", "c_call"):
            calls[0] += 1
            if calls[0] > most[0]:
                raise TooMuchWork(f"more than {most[0]:,} calls")

    before: Any = sys.getprofile()
    threading.setprofile(count)
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)
        threading.setprofile(None)  # type: ignore[arg-type]


def run_one(kind: Kind, number: int, census: Census, folder: Path, keep_in: Path, most: int = MOST_CALLS) -> None:
    """Run one input, which follows from the seed, the kind and its number."""
    last, limit = [b""], [most]

    def keep(data: bytes) -> None:
        last[0] = data
        limit[0] += CALLS_PER_BYTE * len(data)

    ends = census.ends.setdefault(kind.name, Counter())
    random = Random(f"{census.seed} {kind.name} {number}")
    calls = [0]
    try:
        with counted_calls(limit) as calls:
            end = kind.attempt(random, folder, keep)
    except (Exception, TooMuchWork) as error:
        end = "failed"
        keep_in.mkdir(parents=True, exist_ok=True)
        file = keep_in / f"{kind.name}-{census.seed}-{number}"
        file.write_bytes(last[0])
        file.with_suffix(".txt").write_text(traceback.format_exc(), encoding="utf-8", errors="replace")
        census.failures.append(Failure(kind.name, number, f"{type(error).__name__}: {error}"[:300], file))
    ends[end] += 1
    census.most_calls[kind.name] = max(census.most_calls[kind.name], calls[0])


def run(
    seed: int,
    go_on: Callable[[int], bool],
    keep_in: Path,
    kinds: tuple[Kind, ...] = KINDS,
    numbers: range | None = None,
) -> Census:
    """Run rounds of one input of each kind while `go_on` says so of the number of the next."""
    census = Census(seed)
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers or range(sys.maxsize):
            if not go_on(number):
                break
            for kind in kinds:
                run_one(kind, number, census, Path(folder), keep_in)
    return census
