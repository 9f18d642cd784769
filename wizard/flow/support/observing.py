"""Keeps what a job's answers look like: shapes, codes and counts, no value. The first-tenant report is made from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from wizard.errors import WizardError

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.http.observation import Observation
    from wizard.storage.paths import Home
    from wizard.storage.small_files import SmallFile

FOLDER = "observations"
LOOKED_AT = 25
"""Answers of each operation and status whose shape is looked at, in one operation of ours."""
_MOST_NAMES = 400


class Seen(msgspec.Struct, omit_defaults=True):
    """All answers to one operation with one status."""

    count: int = 0
    longest: float = 0.0
    """Seconds."""
    headers: tuple[str, ...] = ()
    content_types: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    """Where answers differ from what was sent."""


Observations = dict[str, Seen]
"""`GET /Users 200` -> what its answers looked like."""


class Collector:
    """Observes one operation of ours; see `wizard.http.observation.Observer`."""

    def __init__(self) -> None:
        self.seen: Observations = {}

    def wants(self, operation: str, status: int) -> bool:
        """Count an answer; return whether its shape is wanted too."""
        seen = self.seen.setdefault(f"{operation} {status}", Seen())
        seen.count += 1
        return seen.count <= LOOKED_AT

    def add(self, seen: "Observation") -> None:
        """Take the shape of an answer."""
        new = Seen(
            0,
            seen.seconds,
            tuple(seen.headers),
            (seen.content_type,) if seen.content_type else (),
            tuple(seen.shape),
            tuple(seen.codes),
            tuple(seen.differing),
        )
        key = f"{seen.operation} {seen.status}"
        self.seen[key] = merged(self.seen.setdefault(key, Seen()), new)


def merged(one: Seen, other: Seen) -> Seen:
    """Both together."""

    def union(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
        return left if set(right) <= set(left) else tuple(sorted({*left, *right}))[:_MOST_NAMES]

    return Seen(
        one.count + other.count,
        round(max(one.longest, other.longest), 3),
        union(one.headers, other.headers),
        union(one.content_types, other.content_types),
        union(one.shape, other.shape),
        union(one.codes, other.codes),
        union(one.differing, other.differing),
    )


@asynccontextmanager
async def observing(home: "Home", job_id: str) -> AsyncIterator[None]:
    """Observe every request of the block, and add what was seen to the job's file.

    Nothing is kept of a job without other files in HOME: it may be for this session only.
    """
    from anyio import CancelScope, to_thread

    from wizard.http.observation import OBSERVER

    if OBSERVER.get() is not None:  # a wider block observes already
        yield
        return
    collector = Collector()
    token = OBSERVER.set(collector)
    try:
        yield
    finally:
        OBSERVER.reset(token)
        if collector.seen:
            with CancelScope(shield=True):
                await to_thread.run_sync(_add, home, job_id, collector.seen)


def load(home: "Home", job_id: str) -> Observations:
    """What was seen of this job so far. Blocks."""
    return _file(home, _path(home, job_id)).read()


def load_all(home: "Home", job_id: str) -> Observations:
    """What was seen on this computer so far, of every job beside which this job's files are. Blocks."""
    seen: Observations = {}
    for path in sorted(home.of_job(job_id, FOLDER).glob("*.json")):
        found = _file(home, path).read()
        seen |= {key: merged(seen.get(key, Seen()), new) for key, new in found.items()}
    return seen


def _add(home: "Home", job_id: str, seen: Observations) -> None:
    def change(before: Observations) -> Observations:
        return {**before, **{key: merged(before.get(key, Seen()), new) for key, new in seen.items()}}

    if not (home.holds(job_id) or home.is_kept_out(job_id)):
        return
    try:
        _file(home, _path(home, job_id)).change(change)
    except WizardError:
        return  # a full disk must not end a run; the report says less


def _path(home: "Home", job_id: str) -> "Path":
    return home.of_job(job_id, FOLDER) / f"{job_id}.json"


def _file(home: "Home", path: "Path") -> "SmallFile[Observations]":
    from wizard.storage.small_files import SmallFile

    return SmallFile[Observations](path, Observations, {}, home.ready)
