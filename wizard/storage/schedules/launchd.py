"""macOS: a launchd agent in the person's session, or a daemon of the system; see launchd.plist(5) and launchctl(1)."""

import plistlib
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from wizard.errors import Message
from wizard.storage.schedules.program import NAME, Program
from wizard.storage.schedules.scheduler import (
    ACCEPTING,
    INTERVALS,
    Command,
    InstalledSchedule,
    KeyringOnly,
    RunCommand,
    Schedule,
    ScheduleFile,
    SetupStep,
    SystemSetup,
    TokenPlace,
    is_watcher,
    secret_file,
    store_secret_step,
)

_DAEMONS = Path("/Library/LaunchDaemons")


@dataclass(frozen=True)
class LaunchAgents(KeyringOnly):
    """Launch agents of the person who runs this program."""

    folder: Path
    """~/Library/LaunchAgents"""
    uid: int
    program: Program
    environment: tuple[tuple[str, str], ...] = ()
    """Proxy variables that the run needs. Holds no password."""
    token_places: ClassVar[tuple[TokenPlace, ...]] = ("keyring",)

    def files(self, schedule: Schedule) -> tuple[ScheduleFile, ...]:
        """Return the property list."""
        keys = _keys(schedule, self.program, self.environment) | {"RunAtLoad": True}
        return (ScheduleFile(Message("launchd-agent-file"), self.paths(schedule.job_id)[0], _text(keys)),)

    def paths(self, job_id: str) -> tuple[Path, ...]:
        """Return the file, named as its label: launchd expects that."""
        return (self.folder / f"{_label(job_id)}.plist",)

    def job_ids(self) -> tuple[str, ...]:
        """Return the jobs that have a property list."""
        names = (path.stem.removeprefix(f"{NAME}.") for path in sorted(self.folder.glob(f"{NAME}.*.plist")))
        return tuple(name for name in names if not is_watcher(name))

    def install_commands(self, job_id: str) -> tuple[Command, ...]:
        """Unload what launchd read before, then load the file."""
        load = ("launchctl", "bootstrap", f"gui/{self.uid}", str(self.paths(job_id)[0]))
        return self._bootout(job_id), Command(load)

    def remove_commands(self, job_id: str) -> tuple[Command, ...]:
        """Unload the agent. It may not be loaded."""
        return (self._bootout(job_id),)

    def is_unknown(self, job_id: str, run: RunCommand) -> bool:
        """Return False: `bootout` is allowed to fail."""
        return False

    def notes(self, schedule: Schedule, run: RunCommand) -> tuple[Message, ...]:
        """Say that agents, as the keychain, exist only while the person is signed in."""
        return (Message("launchd-agent-starts-at-sign-in"),)

    def installed(self, job_id: str, run: RunCommand) -> InstalledSchedule | None:
        """Combine the property list with what launchd reports."""
        try:
            keys = plistlib.loads(self.paths(job_id)[0].read_bytes())
        except (OSError, ValueError, plistlib.InvalidFileException):
            return None
        if not isinstance(keys, dict):
            return None
        result = run(("launchctl", "print", self._target(job_id)))
        code = re.search(r"^\s*last exit code = (\d+)", result.out, re.MULTILINE)
        seconds, listed = keys.get("StartInterval"), keys.get("ProgramArguments")
        minutes = seconds // 60 if isinstance(seconds, int) else 0
        arguments = [str(word) for word in listed] if isinstance(listed, list) else []
        job_file = arguments[arguments.index("run") + 1] if "run" in arguments[:-1] else ""
        return InstalledSchedule(
            minutes if minutes in INTERVALS else 0,
            "keyring",
            Path(job_file),
            result.code == 0,
            last_code=int(code[1]) if code else None,
            accepts=any(str(word).startswith(ACCEPTING) for word in arguments),
        )

    def _bootout(self, job_id: str) -> Command:
        return Command(("launchctl", "bootout", self._target(job_id)), may_fail=True)

    def _target(self, job_id: str) -> str:
        return f"gui/{self.uid}/{_label(job_id)}"


@dataclass(frozen=True)
class LaunchDaemons:
    """Launch daemons, which the system starts as this user, signed in or not. The keychain is closed to them."""

    user: str
    program: Program
    environment: tuple[tuple[str, str], ...] = ()
    """Proxy variables that the run needs. Holds no password."""

    def setup(self, schedule: Schedule, folder: Path) -> SystemSetup:
        """Return the property list, written to `folder`, and what an administrator does with it; raises WizardError."""
        files = tuple((secret, secret_file(schedule, secret)) for secret in schedule.secrets)
        keys = {
            **_keys(replace(schedule, secret_files=files), self.program, self.environment),
            "RunAtLoad": False,
            "UserName": self.user,
            "Umask": 0o077,
            "HardResourceLimits": {"Core": 0},
            "ProcessType": "Background",
        }
        label = _label(schedule.job_id)
        file = ScheduleFile(Message("launchd-daemon-file"), folder / f"{label}.plist", _text(keys))
        place = _DAEMONS / f"{label}.plist"
        install = f"sudo install -m 644 -o root -g wheel {shlex.quote(str(file.path))} {place}"
        steps = (
            *(store_secret_step(schedule, self.program, secret, shlex.join) for secret in schedule.secrets),
            SetupStep(Message("setup-install-daemon"), install),
            SetupStep(Message("setup-load-daemon"), f"sudo launchctl bootstrap system {place}"),
            SetupStep(Message("setup-run-once"), f"sudo launchctl kickstart -p system/{label}"),
        )
        notes = [Message("setup-replaces-schedule"), Message("launchd-daemon-without-keychain")]
        return SystemSetup((file,), steps, (*notes, Message("setup-not-tried", system="macOS")))

    def installed_files(self) -> tuple[Path, ...]:
        """Return property lists."""
        return tuple(sorted(_DAEMONS.glob(f"{NAME}.*.plist")))


def _keys(schedule: Schedule, program: Program, environment: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "Label": _label(schedule.job_id),
        "ProgramArguments": list(schedule.command(program)),
        "StartInterval": schedule.minutes * 60,
    }
    if program.folder:
        keys["WorkingDirectory"] = program.folder
    if environment:
        keys["EnvironmentVariables"] = dict(environment)
    return keys


def _text(keys: dict[str, Any]) -> str:
    return plistlib.dumps(keys, sort_keys=False).decode("utf-8")


def _label(job_id: str) -> str:
    return f"{NAME}.{job_id}"
