"""Does one thing again and again, each time in a folder of its own, killed one step further than before.

python -m tests.storage.kill_points save|open FOLDER: copies FOLDER/before to FOLDER/1, /2, ...; a step is whatever
touches a file there. Prints in how many the thing was killed.
"""

import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

from tests.storage.older.write import JOB_ID, TENANT
from wizard.storage.jobs import JobStore, SavedJob
from wizard.storage.journal import Journal
from wizard.storage.paths import Home

_STEPS = ("open", "os.rename", "os.remove", "os.chmod", "sqlite3.connect")


def _save(home: Home) -> None:
    (saved,) = JobStore(home).all()
    assert isinstance(saved, SavedJob)
    JobStore(home).save(replace(saved.job, name="Renamed"), saved.path)


def _open(home: Home) -> None:
    Journal.open(home, JOB_ID, TENANT).close()


def _killed(work: str, root: Path, at: int) -> bool:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    seen = 0

    def step(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in _STEPS and str(root) in str(arguments[0]):
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    {"save": _save, "open": _open}[work](Home(root))
    os._exit(0)


def main(work: str, folder: Path) -> None:
    """See above."""
    at = 1
    while True:
        root = folder / str(at)
        shutil.copytree(folder / "before", root)
        if not _killed(work, root, at):
            break
        at += 1
    print(at - 1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
