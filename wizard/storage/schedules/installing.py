"""Schedules installed and removed: files written, commands run, and all of it taken back where one fails."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from wizard.errors import WizardError
from wizard.storage.paths import reason, write_private
from wizard.storage.schedules.schedule import Answer, Command, Run, Schedule, Scheduler

_PATIENCE_SECONDS = 30
_NO_CONSOLE = 0x08000000 if sys.platform == "win32" else 0
_CONSOLE_TEXT = "oem" if sys.platform == "win32" else "utf-8"


def run_command(arguments: Sequence[str]) -> Answer:
    """Run a program of the system to its end, half a minute at most; it speaks English and in UTC."""
    try:
        done = subprocess.run(  # noqa: S603 - the schedulers' own programs with arguments of ours
            list(arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_SECONDS,
            creationflags=_NO_CONSOLE,
            encoding=_CONSOLE_TEXT,
            errors="replace",
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )
    except FileNotFoundError:
        return Answer(127, err=f"There is no program {arguments[0]}")
    except (OSError, subprocess.TimeoutExpired) as error:
        return Answer(126, err=f"{arguments[0]}: {type(error).__name__}")
    return Answer(done.returncode, done.stdout, done.stderr)


def install(scheduler: Scheduler, schedule: Schedule, run: Run = run_command) -> None:
    """Write the files and tell the system; one that stands is replaced.

    Raises WizardError, and then everything is as it was.
    """
    obstacle = scheduler.obstacle(schedule)
    if obstacle is not None:
        advice = f"{obstacle.title}. Run this, then try again:\n{obstacle.command}"
        raise WizardError("The schedule was not installed", advice)
    files = scheduler.files(schedule)
    before = {file.path: _content(file.path) for file in files}
    try:
        for file in files:
            _write(file.path, file.content())
        _tell(scheduler.installing(schedule.job_id), run)
    except WizardError as error:
        _take_back(scheduler, schedule.job_id, before, run)
        raise WizardError("The schedule was not installed", f"{error} Nothing was changed.") from None


def remove(scheduler: Scheduler, job_id: str, run: Run = run_command) -> bool:
    """Tell the system, then remove the files; False = there was none. Raises WizardError and then leaves them."""
    paths = [path for path in scheduler.paths(job_id) if path.exists()]
    if not paths:
        return False
    try:
        _tell(scheduler.removing(job_id), run)
    except WizardError as error:
        if not scheduler.is_forgotten(job_id, run):
            raise WizardError("The schedule was not removed", str(error)) from None
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise WizardError("The schedule was not removed", f"{reason(error)}.") from None
    _tell(scheduler.removed(), run)
    return True


def _tell(commands: Iterable[Command], run: Run) -> None:
    for command in commands:
        answer = run(command.arguments)
        if answer.code and not command.may_fail:
            said = " ".join((answer.err or answer.out).split()) or f"it ended with code {answer.code}"
            raise WizardError(f"`{command.line}` failed", f"The system says: {said.rstrip('.')}.")


def _take_back(scheduler: Scheduler, job_id: str, before: Mapping[Path, bytes | None], run: Run) -> None:
    """As far as it goes: the first failure is the one that is told."""
    stood = all(content is not None for content in before.values())
    with contextlib.suppress(WizardError, OSError):
        if not stood:
            _try(scheduler.removing(job_id), run)
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, content)
        _try(scheduler.installing(job_id) if stood else scheduler.removed(), run)


def _try(commands: Iterable[Command], run: Run) -> None:
    for command in commands:
        run(command.arguments)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Schedulers read these files with the person's own rights: nobody else needs to."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WizardError(f"{path.parent} cannot be made", f"{reason(error)}.") from None
    write_private(path, content)
