"""The disk under the journal fills up, at the start or in the midst of a run: a sentence, a whole report, nothing lost.

python -m tests.endurance.disk [--people 120]
"""

import argparse
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.endurance.arena import Arena, Ended, opened
from tests.endurance.comparing import at_rest, differences, ids, settled
from tests.endurance.leaks import leaks, watched_command_lines
from tests.endurance.story import after, before

LATENCY = ("--latency-ms", "5")
DISK_BYTES = 16 << 20
LEFT_BYTES = (40_000, 120_000, 400_000, 900_000, 1_600_000, 2_400_000)
"""Free bytes on the disk when the run begins, so that it fills up at different points of the run."""
FILE_BYTES = (40_000, 200_000, 700_000)
"""No file may grow beyond (the system answers a write with EFBIG): where no disk can be mounted, and for other quotas."""


@cache
def can_mount() -> bool:
    """Whether this process may mount a file system of its own."""
    if os.name != "posix" or shutil.which("mount") is None or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False)
        return (
            tried.returncode == 0
            and subprocess.run(["umount", folder], capture_output=True, check=False).returncode == 0
        )


@contextmanager
def small_disk(place: Path) -> Iterator["Disk"]:
    """A file system of a few megabytes in a folder, taken away at the end."""
    place.mkdir(exist_ok=True)
    size = f"size={DISK_BYTES},nr_inodes=200"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=True)
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@dataclass(frozen=True, slots=True)
class Disk:
    """A small disk, and what takes its room away."""

    place: Path

    def fill(self, leave: int) -> None:
        """Leave so many bytes."""
        free = os.statvfs(self.place)
        with (self.place / "ballast").open("ab") as file:
            file.write(b"\0" * max(0, free.f_bavail * free.f_frsize - leave))

    def no_more_files(self) -> None:
        """Leave room, but no further file can be made."""
        folder = self.place / "many"
        folder.mkdir()
        for number in range(os.statvfs(self.place).f_favail):
            (folder / str(number)).touch()

    def room(self) -> None:
        """All the room again."""
        (self.place / "ballast").unlink(missing_ok=True)
        shutil.rmtree(self.place / "many", ignore_errors=True)


@dataclass
class Shelf:
    """One arena for all cases: two rounds, each against the state that an undisturbed run leaves."""

    arena: Arena
    people: int
    wanted: dict[str, Any] = field(default_factory=dict)

    def begin(self) -> None:
        """Go through both rounds with room enough."""
        start = before(self.people, groups=4)
        self.staff = {"first": start, "edits": after(start)}
        self.arena.write(start)
        self.arena.new_job()
        for name, staff in self.staff.items():
            self.arena.keep(name)
            self.arena.open(*LATENCY)
            self.arena.write(staff)
            done = self.arena.run()
            assert done.code == 0, (done.code, done.err)
            self.wanted[name] = settled(self.arena.state())

    def case(self, name: str, round_: str, disk: Disk | None, under: Sequence[str] = ()) -> tuple[str, list[str]]:
        """A run on a disk that `disk` has filled; a second one where it is full; a third with room."""
        arena = self.arena
        arena.open(*LATENCY)
        arena.write(self.staff[round_])
        full = arena.run(under=under)
        words, wrong = f"exit {full.code}, {self._done(full)} done", _honest(full)
        known = ids(arena.state())
        if full.code != 0 and disk is not None:
            again = arena.run()
            words += f"; still full: exit {again.code}"
            wrong += _honest(again)
        if disk is not None:
            disk.room()
        known |= ids(arena.state())
        done = arena.run()
        if done.code != 0:
            wrong.append(f"with room again it ended with {done.code}: {done.err} {done.last}")
        state = arena.state()
        try:
            wrong += differences(self.wanted[round_], settled(state))
        except AssertionError as error:
            wrong.append(str(error))
        present = set(ids(state).values())
        wrong += [
            f"{key} has another id than before"
            for key, one in known.items()
            if one not in present and "Team 002" not in key
        ]
        wrong += at_rest(arena.verb("plan", "Staff", "--json", "--full"))
        arena.close()
        return words, wrong

    def _done(self, ended: Ended) -> int:
        return sum(
            event.get("event") == "operation" and event.get("status") == "success" for event in ended.events
        )


def _honest(ended: Ended) -> list[str]:
    """Return violations: a run on a full disk must name the full disk, give an advice, and write a whole report."""
    if ended.code == 0:
        return []
    causes = [event for event in ended.events if event.get("event") == "ended"]
    said = json.dumps(causes) if causes else ended.err
    # The codes of what could not be written; before a run has begun, only the sentence for a person is there.
    wrong = [] if "disk" in said or "not-written" in said else [f"nothing about the disk: {said}"]
    planned = [event["total"] for event in ended.events if event.get("phase") == "write"]
    if planned:
        rows = sum(event.get("event") == "operation" for event in ended.events)
        wrong += [] if rows == planned[0] else [f"{planned[0]} operations were planned, {rows} told"]
        wrong += [] if ended.last.get("event") == "report" else [f"no report: {ended.last}"]
    elif ended.code != 2:
        wrong.append(f"exit {ended.code} before anything was begun")
    return wrong


def endure(
    folder: Path,
    people: int,
    told: Callable[[str], None],
    left: Sequence[int] = LEFT_BYTES,
    file_bytes: Sequence[int] = FILE_BYTES,
) -> list[str]:
    """Every case; returns what went wrong, the search for the token included."""
    wrong: list[str] = []

    def tell(name: str, words: str, trouble: Sequence[str]) -> None:
        told(f"{name:34} {words:50} {'; '.join(trouble[:5]) or 'as undisturbed'}")
        wrong.extend(f"{name}: {line}" for line in trouble)

    with opened(folder) as arena, watched_command_lines() as seen:
        shelf = Shelf(arena, people)
        shelf.begin()
        for size in file_bytes:
            for name in shelf.staff:
                arena.put_back(name)
                tell(f"{name}, files to {size:,}", *shelf.case(name, name, None, _limited(size)))
        if can_mount():
            for leave in left:
                for name in shelf.staff:
                    with _on_a_small_disk(arena, name) as disk:
                        disk.fill(leave)
                        tell(f"{name}, {leave:,} bytes left", *shelf.case(name, name, disk))
            with _on_a_small_disk(arena, "first") as disk:
                disk.no_more_files()
                tell("first, no further file", *shelf.case("first", "first", disk))
            with _on_a_small_disk(arena, "first") as disk:
                disk.fill(0)
                tell("a job saved on a full disk", *_job_saved(arena))
        arena.close()
        wrong += leaks(folder)
    return wrong + seen.found


def _limited(size: int) -> Sequence[str]:
    return ("prlimit", f"--fsize={size}:{size}")


@contextmanager
def _on_a_small_disk(arena: Arena, kept: str) -> Iterator[Disk]:
    """HOME on a disk of its own, with what was kept under a name."""
    arena.put_back(kept)
    shutil.move(arena.home, arena.folder / "moved")
    with small_disk(arena.home) as disk:
        shutil.copytree(arena.folder / "moved", arena.home, dirs_exist_ok=True)
        shutil.rmtree(arena.folder / "moved")
        yield disk
        arena.close()


def _job_saved(arena: Arena) -> tuple[str, list[str]]:
    kept = {path.name: path.read_bytes() for path in (arena.home / "jobs").iterdir()}
    done = arena.verb(
        "new", "Second", "--users", str(arena.folder / "people.csv"), "--tenant-url", arena.tenant_url
    )
    said = os.strerror(errno.ENOSPC) in done.err
    wrong = [] if done.code == 2 and said else [f"exit {done.code}: {done.err}"]
    if {path.name: path.read_bytes() for path in (arena.home / "jobs").iterdir()} != kept:
        wrong.append("something was left behind in the folder of jobs")
    return f"exit {done.code}", wrong


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.disk", description=__doc__)
    parser.add_argument("--people", type=int, default=120)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        wrong = endure(Path(folder), given.people, lambda line: print(line, flush=True))
    print(
        f"{time.monotonic() - began:.0f} s, {'on' if can_mount() else 'without'} small disks: {len(wrong)} wrong"
    )
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
