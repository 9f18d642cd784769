"""Does one thing again and again, each time in a folder of its own, killed one step further than before.

python -m tests.storage.kill_points save|open|edit|apply FOLDER: copies FOLDER/before to FOLDER/1, /2, ...; a step is
whatever touches a file there. Prints in how many the thing was killed.
"""

import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import anyio

from tests.storage.older.write import JOB_ID, TENANT
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.jobs import drafts
from wizard.flow.jobs.drafts import Edits
from wizard.flow.services import SandboxAddress, Services
from wizard.storage.jobs import JobStore, SavedJob
from wizard.storage.journal import Journal
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretStore

_STEPS = ("open", "os.rename", "os.remove", "os.chmod", "sqlite3.connect")


def _save(home: Home) -> None:
    (saved,) = JobStore(home).all()
    assert isinstance(saved, SavedJob)
    JobStore(home).save(replace(saved.job, name="Renamed"), saved.path)


def _open(home: Home) -> None:
    Journal.open(home, JOB_ID, TENANT).close()


def _edits(home: Home) -> tuple[Services, Edits]:
    (saved,) = JobStore(home).all()
    assert isinstance(saved, SavedJob)
    secrets = SecretStore({})
    services = Services(home, JobStore(home), secrets, _no_sandbox, EntraAccess(home, secrets))
    edited = replace(saved.job, name="Renamed", policy=replace(saved.job.policy, threshold_count=77))
    return services, Edits(edited, saved.job, target_holds=False, is_named=True)


def _no_sandbox() -> SandboxAddress:
    raise AssertionError


def _edit(home: Home) -> None:
    anyio.run(drafts.save_edits, *_edits(home))


def _apply(home: Home) -> None:
    anyio.run(drafts.apply_edits, *_edits(home))


_WORK = {"save": _save, "open": _open, "edit": _edit, "apply": _apply}


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
    _WORK[work](Home(root))
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
