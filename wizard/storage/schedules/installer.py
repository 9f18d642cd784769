"""Finds this computer's scheduler; installs and removes schedules, and rolls back where a step fails."""

import contextlib
import getpass
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from wizard.errors import WizardError
from wizard.storage.paths import Home, delete_file, reason, write_private
from wizard.storage.schedules.program import this_program
from wizard.storage.schedules.scheduler import (
    Command,
    CommandResult,
    RunCommand,
    Schedule,
    ScheduleFile,
    Scheduler,
    SystemScheduler,
)

if sys.platform == "win32":  # the others would cost every command 8 ms
    from wizard.storage.schedules.windows_tasks import TasksWhileSignedOut, WindowsTasks
elif sys.platform == "darwin":
    from wizard.storage.schedules.launchd import LaunchAgents, LaunchDaemons
else:
    from wizard.storage.schedules.systemd import SystemdTimers, SystemUnits

_TIMEOUT_SECONDS = 30
_NO_CONSOLE = 0x08000000 if sys.platform == "win32" else 0
_CONSOLE_ENCODING = "oem" if sys.platform == "win32" else "utf-8"
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


class NoScheduler(WizardError):
    """This system has no scheduler that the program knows."""

    def __init__(self) -> None:
        super().__init__("no-scheduler")


def run_command(arguments: Sequence[str]) -> CommandResult:
    """Run a program of the system to its end, for half a minute at most, with English output and times in UTC."""
    try:
        done = subprocess.run(  # noqa: S603 - the schedulers' own programs with arguments of ours
            list(arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            creationflags=_NO_CONSOLE,
            encoding=_CONSOLE_ENCODING,
            errors="replace",
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )
    except FileNotFoundError:
        return CommandResult(127, err=f"There is no program {arguments[0]}")
    except (OSError, subprocess.TimeoutExpired) as error:
        return CommandResult(126, err=f"{arguments[0]}: {type(error).__name__}")
    return CommandResult(done.returncode, done.stdout, done.stderr)


# --- this computer's scheduler -----------------------------------------------------------------------------------------


def find_scheduler(
    home: Home, environ: Mapping[str, str] = os.environ, run: RunCommand = run_command
) -> Scheduler:
    """Return this computer's scheduler; raises NoScheduler."""
    program = this_program()
    if sys.platform == "win32":
        user = _windows_user(environ)
        schtasks = Path(environ.get("SystemRoot", r"C:\Windows"), "System32", "schtasks.exe")
        return WindowsTasks(home.root / "schedules", program, user, str(schtasks))
    person = Path(os.path.expanduser("~"))
    if sys.platform == "darwin":
        return LaunchAgents(person / "Library" / "LaunchAgents", os.getuid(), program, proxies(environ))
    version = _systemd_version(run)
    config = Path(environ.get("XDG_CONFIG_HOME") or person / ".config")
    return SystemdTimers(config / "systemd" / "user", config, program, version, proxies(environ))


def find_system_scheduler(
    environ: Mapping[str, str] = os.environ, run: RunCommand = run_command
) -> SystemScheduler:
    """Return the schedules of this computer that an administrator sets up; raises NoScheduler."""
    program = this_program()
    if sys.platform == "win32":
        return TasksWhileSignedOut(program, _windows_user(environ))
    if sys.platform == "darwin":
        return LaunchDaemons(getpass.getuser(), program, proxies(environ))
    return SystemUnits(program, _systemd_version(run), environment=proxies(environ))


def _windows_user(environ: Mapping[str, str]) -> str:
    return "\\".join(filter(None, (environ.get("USERDOMAIN", ""), environ.get("USERNAME", ""))))


def _systemd_version(run: RunCommand) -> int:
    """Return the version of this computer's systemd; raises NoScheduler."""
    version = re.match(r"systemd (\d+)", run(("systemctl", "--version")).out)
    if not version:
        raise NoScheduler()
    return int(version[1])


def proxies(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the proxy variables that a run needs. One with a password is left out: it is a secret."""
    return tuple((name, value) for name, value in _proxies(environ) if value and not _holds_password(value))


def proxies_left_out(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the names of the variables that `proxies` leaves out."""
    if sys.platform == "win32":  # a task has the person's own variables
        return ()
    return tuple(name for name, value in _proxies(environ) if _holds_password(value))


def _proxies(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Read the variables as urllib does: the name in lower case goes first."""
    return tuple((name, environ.get(name.lower()) or environ.get(name, "")) for name in _PROXIES)


def _holds_password(value: str) -> bool:
    return "@" in value


# --- installing and removing -------------------------------------------------------------------------------------------


def install(scheduler: Scheduler, schedule: Schedule, run: RunCommand = run_command) -> None:
    """Write the files and run the commands, in place of the job's earlier schedule.

    Raises WizardError, and then everything is as it was.
    """
    obstacle = scheduler.obstacle(schedule)
    if obstacle is not None:
        raise WizardError("schedule-has-obstacle", obstacle=obstacle.message, command=obstacle.command)
    files = scheduler.files(schedule)
    before = {file.path: _content(file.path) for file in files}
    try:
        for file in files:
            _write(file.path, file.content())
        _run_all(scheduler.install_commands(schedule.job_id), run)
    except WizardError as error:
        _roll_back(scheduler, schedule.job_id, before, run)
        raise WizardError("schedule-not-installed", problem=error.message) from None


def remove(scheduler: Scheduler, job_id: str, run: RunCommand = run_command) -> bool:
    """Run the commands, then delete the files. Returns False if there was no schedule.

    Raises WizardError; the files remain where the system refused.
    """
    paths = [path for path in scheduler.paths(job_id) if path.exists()]
    if not paths:
        return False
    try:
        _run_all(scheduler.remove_commands(job_id), run)
    except WizardError as error:
        if not scheduler.is_unknown(job_id, run):
            raise WizardError("schedule-not-removed", problem=error.message) from None
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise WizardError("schedule-files-not-deleted", reason=reason(error)) from None
    _run_all(scheduler.cleanup_commands(), run)
    return True


def write_for_administrator(files: Iterable[ScheduleFile]) -> None:
    """Write files that an administrator installs; they hold no secret. Raises WizardError."""
    for file in files:
        _write(file.path, file.content())
        if os.name == "posix":
            file.path.chmod(0o644)


def _run_all(commands: Iterable[Command], run: RunCommand) -> None:
    """Run the commands in order; raises WizardError at the first that fails and may not."""
    for command in commands:
        result = run(command.arguments)
        if result.code and not command.may_fail:
            output = " ".join((result.err or result.out).split())
            raise WizardError("command-failed", command=command.line, output=output, exit_code=result.code)


def _roll_back(scheduler: Scheduler, job_id: str, before: Mapping[Path, bytes | None], run: RunCommand) -> None:
    """Restore the earlier schedule, or remove the new one. Errors are dropped: the first failure is reported."""
    replaced = all(content is not None for content in before.values())
    with contextlib.suppress(WizardError, OSError):
        if not replaced:
            _run_ignoring_errors(scheduler.remove_commands(job_id), run)
        for path, content in before.items():
            if content is None:
                delete_file(path)
            else:
                _write(path, content)
        commands = scheduler.install_commands(job_id) if replaced else scheduler.cleanup_commands()
        _run_ignoring_errors(commands, run)


def _run_ignoring_errors(commands: Iterable[Command], run: RunCommand) -> None:
    for command in commands:
        run(command.arguments)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Write a file readable by its owner only: schedulers read it with the person's own rights."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WizardError("folder-not-made", path=str(path.parent), reason=reason(error)) from None
    write_private(path, content)
