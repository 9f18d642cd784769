"""What a schedule is on every system alike: which job runs how often, the files that say so, and how it stands."""

import os
import shlex
import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from wizard.errors import WizardError
from wizard.storage.schedules.program import Program

INTERVALS = (15, 30, 40, 60, 120, 240, 720, 1440)
"""Minutes between two runs. Each divides a day, so every run has its time of the day; 40 is Entra's own."""

TokenPlace = Literal["keyring", "credential"]
"""Where a run finds the access token: the system's keyring, or a credential that systemd hands to it."""

SecretName = Literal["aws-token", "entra-secret"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which job runs how often."""

    job_id: str
    job_name: str
    job_file: Path
    home: Path
    """The folder of jobs and journals that the run works on."""
    minutes: int
    """One of `INTERVALS`."""
    token: TokenPlace = "keyring"
    secrets: tuple[SecretName, ...] = ("aws-token",)
    """What a run needs besides the job: of a credential there is one for each."""

    @property
    def title(self) -> str:
        """The job's name for a person's eyes, on one line: people type anything."""
        shown = " ".join("".join(sign if sign.isprintable() else " " for sign in self.job_name).split())
        return f"Identity Center Wizard, job “{shown}”"

    def command(self, program: Program) -> tuple[str, ...]:
        """What is run. The job is named by its file, the home in full: a scheduler knows neither the folder nor the
        environment of the window. Raises WizardError where a path cannot stand in a file of text."""
        words = (*program.command, "run", str(self.job_file), "--home", str(self.home))
        for text in (*words, program.folder):
            check_text(text)
        return words


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that a schedule consists of, exactly as it is written."""

    title: str
    """What it is, in one word: "Timer"."""
    path: Path
    text: str
    encoding: str = "utf-8"

    def content(self) -> bytes:
        """Its bytes."""
        return self.text.encode(self.encoding)


@dataclass(frozen=True, slots=True)
class Command:
    """A command that is run after the files are written, or before they go."""

    arguments: tuple[str, ...]
    may_fail: bool = False
    """It tidies up what may not be there."""

    @property
    def line(self) -> str:
        """As it is typed into this system's shell."""
        return subprocess.list2cmdline(self.arguments) if os.name == "nt" else shlex.join(self.arguments)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended."""

    code: int
    out: str = ""
    err: str = ""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is missing before a schedule can be installed."""

    title: str
    """One line without a full stop."""
    command: str
    """What a person types to bring it."""


Run = Callable[[Sequence[str]], Answer]
"""Runs a command to its end and never raises: 127 = there is no such program."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A schedule that is installed."""

    minutes: int
    """0 = its files were changed by hand."""
    token: TokenPlace
    job_file: Path
    is_active: bool
    """The system knows of it and will start it."""
    next_run: datetime | None = None
    """None = the system does not tell."""
    last_code: int | None = None
    """Exit code of the last run that the system started; None = none yet, or it does not tell."""

    @property
    def job_is_gone(self) -> bool:
        """It starts a job whose file is no longer there."""
        return not self.job_file.exists()


class Scheduler(Protocol):
    """One system's scheduler. What it would write and run is pure; what takes `run`, and `obstacle`, looks."""

    name: ClassVar[str]
    """ "a systemd user timer"."""
    token_places: ClassVar[tuple[TokenPlace, ...]]

    def files(self, schedule: Schedule) -> tuple[WrittenFile, ...]:
        """What is written; the same job has the same paths, so that it never has two schedules."""
        ...

    def paths(self, job_id: str) -> tuple[Path, ...]:
        """Where the files of a job stand."""
        ...

    def job_ids(self) -> tuple[str, ...]:
        """The jobs that have files here."""
        ...

    def installing(self, job_id: str) -> tuple[Command, ...]:
        """What is run once the files stand."""
        ...

    def removing(self, job_id: str) -> tuple[Command, ...]:
        """What is run before the files go."""
        ...

    def is_forgotten(self, job_id: str, run: Run) -> bool:
        """The system knows nothing of it, whatever the files say: somebody removed it by hand."""
        ...

    def left_behind(self, job_id: str) -> tuple[Path, ...]:
        """A file that a person made for the runs, and that stays when the schedule goes."""
        ...

    def removed(self) -> tuple[Command, ...]:
        """What is run when the files are gone."""
        ...

    def obstacle(self, schedule: Schedule) -> Obstacle | None:
        """What is missing before it can be installed; None = nothing."""
        ...

    def notes(self, schedule: Schedule, run: Run) -> tuple[str, ...]:
        """What a person should know: when it starts, what stops it."""
        ...

    def standing(self, job_id: str, run: Run) -> Standing | None:
        """How the job's schedule stands; None = it has none."""
        ...


class KeyringAlone:
    """The part of a scheduler whose runs need nothing but the system's keyring, and leave nothing behind."""

    __slots__ = ()

    def left_behind(self, job_id: str) -> tuple[Path, ...]:
        """Nothing is."""
        return ()

    def removed(self) -> tuple[Command, ...]:
        """Nothing is left to tell."""
        return ()

    def obstacle(self, schedule: Schedule) -> Obstacle | None:
        """There is none."""
        return None


def check_text(text: str) -> None:
    """Raises WizardError for what cannot be written into a unit, a plist or XML alike: control characters, half pairs."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") or sign in "\ufffe\uffff" for sign in text):
        raise WizardError(
            "A schedule cannot name this place",
            f"The path {text!r} holds a character that no scheduler's file can hold. Move the folder, then try again.",
        )
