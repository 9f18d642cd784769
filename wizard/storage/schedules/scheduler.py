"""Values and the interface that all schedulers share."""

import hashlib
import os
import shlex
import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from wizard.errors import Message, WizardError
from wizard.storage.schedules.program import Program

ACCEPTING = "--accept"
"""The option of `run` that no schedule has: nobody would look at what it accepts."""
INTERVALS = (15, 30, 40, 60, 120, 240, 720, 1440)
"""Minutes between two runs. Each divides a day, so runs have fixed times; 40 is the interval of Entra's provisioning."""

TokenPlace = Literal["keyring", "credential"]
"""Where a run finds the access token: the system's keyring, or a credential that systemd passes in."""

SecretName = Literal["aws-token", "entra-secret"]

_WATCHER = "watcher-"
WATCHER_MINUTES = 15
"""As often as the shortest interval: a schedule that stopped is reported within one interval of any job."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job and how often it runs."""

    job_id: str
    job_name: str
    job_file: Path
    home: Path
    """HOME with the job's journal."""
    minutes: int
    """One of `INTERVALS`."""
    token: TokenPlace = "keyring"
    secrets: tuple[SecretName, ...] = ("aws-token",)
    """Secrets that a run needs; with `token` "credential", each has a credential."""
    addresses: tuple[tuple[SecretName, str], ...] = ()
    """The only address that each of these secrets may be sent to, whatever the job file names later."""
    secret_files: tuple[tuple[SecretName, Path], ...] = ()
    """Files that a run takes its secrets from, where it has neither keyring nor credentials."""
    alert_secrets: tuple[str, ...] = ()
    """Names of the passwords and addresses of its alert channels."""
    reads: tuple[Path, ...] = ()
    """Files of the directory, and the certificate that a run signs in with."""
    watches: bool = False
    """It runs `health --alert` for all jobs instead of one job; see `watcher_of`."""

    @property
    def title(self) -> str:
        """Description for people, on one line: a job name may hold any character."""
        if self.watches:
            return "Identity Center Wizard, watches the schedules"
        printable = "".join(sign if sign.isprintable() else " " for sign in self.job_name)
        return f"Identity Center Wizard, job “{' '.join(printable.split())}”"

    def command(self, program: Program) -> tuple[str, ...]:
        """Return the command line of a run, with absolute paths: a scheduler has neither the folder nor the environment
        of the window. Raises WizardError for a path that a text file cannot hold."""
        work = ("health", "--alert") if self.watches else ("run", str(self.job_file))
        files = tuple(f"--{secret}-file={path}" for secret, path in self.secret_files)
        words = (*program.command, *work, "--home", str(self.home), *files)
        for text in (*words, program.folder):
            check_text(text)
        return words


def watcher_of(home: Path) -> Schedule:
    """Return the schedule that watches all others of a HOME; its job file is HOME itself."""
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:8]
    return Schedule(f"{_WATCHER}{name}", "", home, home, WATCHER_MINUTES, watches=True)


def is_watcher(job_id: str) -> bool:
    """Whether the schedule with this id watches others."""
    return job_id.startswith(_WATCHER)


@dataclass(frozen=True, slots=True)
class ScheduleFile:
    """A file of a schedule, exactly as it is written."""

    kind: Message
    """What the file is, in one word: "Timer"."""
    path: Path
    text: str
    encoding: str = "utf-8"

    def content(self) -> bytes:
        """Return the encoded text."""
        return self.text.encode(self.encoding)


@dataclass(frozen=True, slots=True)
class Command:
    """A command that installs or removes a schedule."""

    arguments: tuple[str, ...]
    may_fail: bool = False
    """It cleans up something that may not exist."""

    @property
    def line(self) -> str:
        """The command as typed into this system's shell."""
        return subprocess.list2cmdline(self.arguments) if os.name == "nt" else shlex.join(self.arguments)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Exit code and output of a command."""

    code: int
    out: str = ""
    err: str = ""


RunCommand = Callable[[Sequence[str]], CommandResult]
"""Runs a command to its end and never raises: 127 = there is no such program."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A missing requirement of a schedule."""

    message: Message
    """One line without a full stop."""
    command: str
    """The command with which a person provides it."""


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One thing that an administrator does to have a job run while no user is signed in."""

    message: Message
    """What it does, one line without a full stop."""
    command: str
    """As it is typed into this system's shell."""


@dataclass(frozen=True, slots=True)
class SystemSetup:
    """How an administrator has a job run while no user is signed in. The program writes the files and runs nothing."""

    files: tuple[ScheduleFile, ...]
    steps: tuple[SetupStep, ...]
    """In this order, after the files were written."""
    notes: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class InstalledSchedule:
    """A schedule as its files and the system describe it."""

    minutes: int
    """0 = the files were changed by hand."""
    token: TokenPlace
    job_file: Path
    is_active: bool
    """The system knows the schedule and will start it."""
    next_run: datetime | None = None
    """None = unknown."""
    last_code: int | None = None
    """Exit code of the last run that the system started; None = none yet, or unknown."""
    accepts: bool = False
    """Its command accepts warnings or take-overs without asking: it was edited manually."""

    @property
    def job_is_gone(self) -> bool:
        """Whether the job file no longer exists."""
        return not self.job_file.exists()


class Scheduler(Protocol):
    """The scheduler of one system. Only `obstacle` and methods that take `run` look at the system."""

    token_places: ClassVar[tuple[TokenPlace, ...]]

    def files(self, schedule: Schedule) -> tuple[ScheduleFile, ...]:
        """Return the files to write. A job always has the same paths, so it never has two schedules."""
        ...

    def paths(self, job_id: str) -> tuple[Path, ...]:
        """Return the paths of a job's files."""
        ...

    def job_ids(self) -> tuple[str, ...]:
        """Return the jobs that have files; watchers are no jobs."""
        ...

    def install_commands(self, job_id: str) -> tuple[Command, ...]:
        """Return what to run after the files are written."""
        ...

    def remove_commands(self, job_id: str) -> tuple[Command, ...]:
        """Return what to run before the files are deleted."""
        ...

    def cleanup_commands(self) -> tuple[Command, ...]:
        """Return what to run after the files are deleted."""
        ...

    def is_unknown(self, job_id: str, run: RunCommand) -> bool:
        """Whether the system has no such schedule although its files exist: it was removed manually."""
        ...

    def credential_files(self, job_id: str) -> tuple[Path, ...]:
        """Return the files a person made for the runs. They are kept when the schedule is removed."""
        ...

    def token_credentials(self, job_id: str) -> tuple[tuple[str, str], ...]:
        """Return (file, command that renews it) of the credential with the access token; () = none."""
        ...

    def obstacle(self, schedule: Schedule) -> Obstacle | None:
        """Return a missing requirement of the schedule; None = nothing is missing."""
        ...

    def notes(self, schedule: Schedule, run: RunCommand) -> tuple[Message, ...]:
        """Return what a person should know: when it starts, what stops it."""
        ...

    def installed(self, job_id: str, run: RunCommand) -> InstalledSchedule | None:
        """Return the job's schedule; None = it has none."""
        ...


class SystemScheduler(Protocol):
    """The schedules of one system that an administrator sets up."""

    def setup(self, schedule: Schedule, folder: Path) -> SystemSetup:
        """Return the files, written to `folder`, and what an administrator does with them; raises WizardError."""
        ...

    def installed_files(self) -> tuple[Path, ...]:
        """Return what an administrator installed for any job, as far as this user can see it."""
        ...


class KeyringOnly:
    """The defaults of a scheduler whose runs read their secrets from the keyring alone."""

    __slots__ = ()

    def cleanup_commands(self) -> tuple[Command, ...]:
        """Return nothing."""
        return ()

    def credential_files(self, job_id: str) -> tuple[Path, ...]:
        """Return nothing."""
        return ()

    def token_credentials(self, job_id: str) -> tuple[tuple[str, str], ...]:
        """Return nothing."""
        return ()

    def obstacle(self, schedule: Schedule) -> Obstacle | None:
        """Return None."""
        return None


def secret_file(schedule: Schedule, secret: SecretName) -> Path:
    """Return the file that runs outside the person's session take a secret from, where the system has no other way."""
    return schedule.home / "schedules" / f"{schedule.job_id}.{secret}"


def store_secret_step(
    schedule: Schedule, program: Program, secret: SecretName, quoted: Callable[[Sequence[str]], str]
) -> SetupStep:
    """Return the step that asks for a secret and writes that file."""
    file, job = str(secret_file(schedule, secret)), str(schedule.job_file)
    home = ("--home", str(schedule.home))
    command = quoted((*program.command, "secret", "set", job, secret, "--to-file", file, *home))
    return SetupStep(Message("setup-store-secret", secret=secret), command)


def check_text(text: str) -> None:
    """Raise WizardError for what a unit, a plist or XML cannot hold: control characters, lone surrogates."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") or sign in "\ufffe\uffff" for sign in text):
        raise WizardError("schedule-path-not-text", path=text)
