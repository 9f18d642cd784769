"""macOS: a launchd agent of the person; see launchd.plist(5) and launchctl(1)."""

import plistlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from wizard.storage.schedules.program import NAME, Program
from wizard.storage.schedules.schedule import (
    INTERVALS,
    Command,
    KeyringAlone,
    Run,
    Schedule,
    Standing,
    TokenPlace,
    WrittenFile,
)


@dataclass(frozen=True)
class LaunchAgents(KeyringAlone):
    """The agents of the person who runs this program."""

    folder: Path
    """~/Library/LaunchAgents"""
    uid: int
    program: Program
    environment: tuple[tuple[str, str], ...] = ()
    """What the run needs of this window's environment: the proxies. Holds no password."""
    name: ClassVar[str] = "a launchd agent"
    token_places: ClassVar[tuple[TokenPlace, ...]] = ("keyring",)

    def files(self, schedule: Schedule) -> tuple[WrittenFile, ...]:
        """The property list."""
        text = plistlib.dumps(self._keys(schedule), sort_keys=False).decode("utf-8")
        return (WrittenFile("Agent", self.paths(schedule.job_id)[0], text),)

    def paths(self, job_id: str) -> tuple[Path, ...]:
        """Named as its label, as launchd expects."""
        return (self.folder / f"{_label(job_id)}.plist",)

    def job_ids(self) -> tuple[str, ...]:
        """By the names of the files."""
        return tuple(path.stem.removeprefix(f"{NAME}.") for path in sorted(self.folder.glob(f"{NAME}.*.plist")))

    def installing(self, job_id: str) -> tuple[Command, ...]:
        """What launchd had read before goes first."""
        load = ("launchctl", "bootstrap", f"gui/{self.uid}", str(self.paths(job_id)[0]))
        return self._bootout(job_id), Command(load)

    def removing(self, job_id: str) -> tuple[Command, ...]:
        """An agent that is not loaded is as good as gone."""
        return (self._bootout(job_id),)

    def is_forgotten(self, job_id: str, run: Run) -> bool:
        """`bootout` may fail anyway."""
        return False

    def notes(self, schedule: Schedule, run: Run) -> tuple[str, ...]:
        """An agent lives in the session, and so does the keychain."""
        return (
            "The first run starts as soon as the schedule is installed, and one at each sign-in. "
            "Nothing runs while nobody is signed in.",
        )

    def standing(self, job_id: str, run: Run) -> Standing | None:
        """Read from the property list, and asked of launchd."""
        try:
            keys = plistlib.loads(self.paths(job_id)[0].read_bytes())
        except (OSError, ValueError, plistlib.InvalidFileException):
            return None
        told = run(("launchctl", "print", self._target(job_id)))
        code = re.search(r"^\s*last exit code = (\d+)", told.out, re.MULTILINE)
        minutes = keys.get("StartInterval", 0) // 60
        arguments = keys.get("ProgramArguments", [])
        job_file = arguments[arguments.index("run") + 1] if "run" in arguments[:-1] else ""
        return Standing(
            minutes if minutes in INTERVALS else 0,
            "keyring",
            Path(job_file),
            told.code == 0,
            last_code=int(code[1]) if code else None,
        )

    def _keys(self, schedule: Schedule) -> dict[str, Any]:
        keys: dict[str, Any] = {
            "Label": _label(schedule.job_id),
            "ProgramArguments": list(schedule.command(self.program)),
            "StartInterval": schedule.minutes * 60,
            "RunAtLoad": True,
        }
        if self.program.folder:
            keys["WorkingDirectory"] = self.program.folder
        if self.environment:
            keys["EnvironmentVariables"] = dict(self.environment)
        return keys

    def _bootout(self, job_id: str) -> Command:
        return Command(("launchctl", "bootout", self._target(job_id)), may_fail=True)

    def _target(self, job_id: str) -> str:
        return f"gui/{self.uid}/{_label(job_id)}"


def _label(job_id: str) -> str:
    return f"{NAME}.{job_id}"
