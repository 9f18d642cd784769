"""The scheduler of this computer."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from wizard.errors import WizardError
from wizard.storage.paths import Home
from wizard.storage.schedules.installing import run_command
from wizard.storage.schedules.program import this_program
from wizard.storage.schedules.schedule import Run, Scheduler

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


class NoScheduler(WizardError):
    """This system has no scheduler that we know."""

    def __init__(self) -> None:
        super().__init__(
            "This computer has no systemd",
            "Have the scheduler that it has run `identity-center-wizard run JOB`, JOB being the path of the job file.",
        )


def scheduler_here(home: Home, environ: Mapping[str, str] = os.environ, run: Run = run_command) -> Scheduler:
    """The one this system has; raises WizardError where there is none we know."""
    if sys.platform == "win32":
        return _windows(home, environ)
    if sys.platform == "darwin":
        return _macos(environ)
    return _linux(environ, run)


def proxies(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The proxies a run needs and a scheduler does not know; one with a password is left out: it is a secret."""
    return tuple((name, value) for name, value in _named(environ) if value and not _holds_password(value))


def proxies_left_out(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Names of the variables that `proxies` leaves out."""
    if sys.platform == "win32":  # a task has the person's own variables
        return ()
    return tuple(name for name, value in _named(environ) if _holds_password(value))


def _named(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """As urllib reads them: the name in lower case goes before."""
    return tuple((name, environ.get(name.lower()) or environ.get(name, "")) for name in _PROXIES)


def _holds_password(value: str) -> bool:
    return "@" in value


def _linux(environ: Mapping[str, str], run: Run) -> Scheduler:
    from wizard.storage.schedules.systemd import SystemdTimers

    told = re.match(r"systemd (\d+)", run(("systemctl", "--version")).out)
    if not told:
        raise NoScheduler()
    config = Path(environ.get("XDG_CONFIG_HOME") or Path(os.path.expanduser("~"), ".config"))
    return SystemdTimers(config / "systemd" / "user", config, this_program(), int(told[1]), proxies(environ))


def _macos(environ: Mapping[str, str]) -> Scheduler:
    from wizard.storage.schedules.launchd import LaunchAgents

    folder = Path(os.path.expanduser("~"), "Library", "LaunchAgents")
    return LaunchAgents(folder, os.getuid(), this_program(), proxies(environ))


def _windows(home: Home, environ: Mapping[str, str]) -> Scheduler:
    from wizard.storage.schedules.tasks import WindowsTasks

    user = "\\".join(filter(None, (environ.get("USERDOMAIN", ""), environ.get("USERNAME", ""))))
    schtasks = Path(environ.get("SystemRoot", r"C:\Windows"), "System32", "schtasks.exe")
    return WindowsTasks(home.root / "schedules", this_program(), user, str(schtasks))
