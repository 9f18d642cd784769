"""Runs the program under strace, which counts what it writes to its journal and kills it in the midst of it."""

import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CALLS = ("pwrite64", "fdatasync")
"""What a commit is made of: the pages written to the log behind the database, then the wait for the disk."""


@cache
def can_trace() -> bool:
    """Whether strace is here and may look at other processes."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False
    )
    return tried.returncode == 0


def counting(home: Path, into: Path) -> Sequence[str]:
    """What to run the program under, to count what it writes to its journals."""
    return (
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        str(into),
        *_journals(home),
        "-e",
        f"trace={','.join(CALLS)}",
    )


def counted(into: Path) -> dict[str, int]:
    """Return, for each call, the largest count of one thread; strace counts each thread separately."""
    text = into.read_text(encoding="utf-8", errors="replace")
    made = Counter(re.findall(rf"^(\d+) +({'|'.join(CALLS)})\(", text, re.MULTILINE))
    return {call: max((n for (_, name), n in made.items() if name == call), default=0) for call in CALLS}


def killing(home: Path, call: str, number: int) -> Sequence[str]:
    """What to run the program under, so that SIGKILL meets it at this call of this kind."""
    injected = f"inject={call}:signal=SIGKILL:when={number}"
    return (
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        *_journals(home),
        "-e",
        f"trace={call}",
        "-e",
        injected,
    )


def _journals(home: Path) -> list[str]:
    """The journals' files of all jobs, there already or not."""
    places = []
    for job in (home / "jobs").glob("*.json"):
        base = home / "journals" / f"{job.stem}.sqlite"
        places += ["-P", str(base), "-P", f"{base}-wal"]
    return places


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a killed run left in its journal."""

    in_doubt: int
    """Intentions that were begun and not ended."""
    unnoted: int
    """Creations among them that the target carried out, and the journal does not know."""


def left_behind(home: Path, standing: frozenset[str]) -> LeftBehind:
    """Look at a copy of the journal, so that nothing is mended by looking; `standing` are source ids in the target."""
    in_doubt = unnoted = 0
    with tempfile.TemporaryDirectory() as folder:
        for journal in (home / "journals").glob("*.sqlite*"):
            if not journal.name.endswith("-shm"):
                shutil.copy(journal, folder)
        for copy in Path(folder).glob("*.sqlite"):
            with closing(sqlite3.connect(copy)) as connection:
                try:
                    rows = connection.execute(
                        "SELECT source_id, action FROM operations WHERE ended = ''"
                    ).fetchall()
                    linked = {row[0] for row in connection.execute("SELECT source_id FROM links")}
                except sqlite3.OperationalError:  # killed before it had a table
                    continue
            in_doubt += len(rows)
            unnoted += sum(
                action == "create" and source_id in standing and source_id not in linked
                for source_id, action in rows
            )
    return LeftBehind(in_doubt, unnoted)
