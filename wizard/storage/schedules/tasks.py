"""Windows: a scheduled task as XML for schtasks; the schema is that of [MS-TSCH] 2.5, version 1.2."""

import csv
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

from wizard.errors import WizardError
from wizard.storage.schedules.program import Program
from wizard.storage.schedules.schedule import (
    INTERVALS,
    Answer,
    Command,
    KeyringAlone,
    Run,
    Schedule,
    Standing,
    TokenPlace,
    WrittenFile,
)

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_MIDNIGHT = "2026-01-01T00:00:00"
"""Runs are counted from a midnight that has passed, so that each has its time of the day."""
_VARIABLE = re.compile(r"%[^%]+%")
_LAST_RESULT = 6
"""Column of `schtasks /Query /FO CSV /V`; the headings are in the language of Windows, their order is not."""
_NEVER_RAN = 0x41303
"""SCHED_S_TASK_HAS_NOT_RUN"""
_RUNNING = 0x41301
"""SCHED_S_TASK_RUNNING"""


@dataclass(frozen=True)
class WindowsTasks(KeyringAlone):
    """The tasks of the person who runs this program."""

    folder: Path
    """Where the XML of each task is kept: schtasks reads it from there, and so do we."""
    program: Program
    user: str = ""
    r"""DOMAIN\name; "" = whoever calls schtasks."""
    schtasks: str = "schtasks"
    name: ClassVar[str] = "a scheduled task"
    token_places: ClassVar[tuple[TokenPlace, ...]] = ("keyring",)

    def files(self, schedule: Schedule) -> tuple[WrittenFile, ...]:
        """The task. UTF-16 with a mark of its byte order, as its declaration says."""
        return (WrittenFile("Task", self.paths(schedule.job_id)[0], self._task(schedule), "utf-16"),)

    def paths(self, job_id: str) -> tuple[Path, ...]:
        """One for each job."""
        return (self.folder / f"{job_id}.xml",)

    def job_ids(self) -> tuple[str, ...]:
        """By the names of the files."""
        return tuple(path.stem for path in sorted(self.folder.glob("*.xml")))

    def installing(self, job_id: str) -> tuple[Command, ...]:
        """/F: a task of this name is replaced."""
        path = str(self.paths(job_id)[0])
        return (Command((self.schtasks, "/Create", "/TN", _task_name(job_id), "/XML", path, "/F")),)

    def removing(self, job_id: str) -> tuple[Command, ...]:
        """/F: without a question."""
        return (Command((self.schtasks, "/Delete", "/TN", _task_name(job_id), "/F")),)

    def is_forgotten(self, job_id: str, run: Run) -> bool:
        """Deleted in the Task Scheduler's own window."""
        return self._asked(job_id, run).code != 0

    def notes(self, schedule: Schedule, run: Run) -> tuple[str, ...]:
        """Only a person's own session can read their Credential Manager."""
        return ("Nothing runs while nobody is signed in: the Credential Manager opens with your session only.",)

    def standing(self, job_id: str, run: Run) -> Standing | None:
        """Read from the XML, and asked of the Task Scheduler."""
        try:
            task = ElementTree.fromstring(self.paths(job_id)[0].read_bytes())  # noqa: S314 - our own file
        except (OSError, ElementTree.ParseError):
            return None
        told = self._asked(job_id, run)
        interval = task.findtext(f".//{{{NAMESPACE}}}Interval", "")
        return Standing(
            next((minutes for minutes in INTERVALS if interval == f"PT{minutes}M"), 0),
            "keyring",
            Path(task.findtext(f".//{{{NAMESPACE}}}Documentation", "")),
            told.code == 0,
            last_code=_last_code(told.out),
        )

    def _asked(self, job_id: str, run: Run) -> Answer:
        return run((self.schtasks, "/Query", "/TN", _task_name(job_id), "/FO", "CSV", "/NH", "/V"))

    def _task(self, schedule: Schedule) -> str:
        command, *rest = schedule.command(self.program)
        for text in (command, *rest):
            if _VARIABLE.search(text):
                raise WizardError(
                    "A schedule cannot name this place",
                    f"The Task Scheduler would take a part of {text} for a variable. Move the folder to one without %.",
                )
        task = ElementTree.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
        _below(task, "RegistrationInfo", Description=schedule.title, Documentation=str(schedule.job_file))
        trigger = _below(_below(task, "Triggers"), "TimeTrigger", Enabled="true", StartBoundary=_MIDNIGHT)
        _below(trigger, "Repetition", Interval=f"PT{schedule.minutes}M")
        who = {"UserId": self.user} if self.user else {}
        who |= {"LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"}
        _below(_below(task, "Principals"), "Principal", **who).set("id", "Author")
        _below(task, "Settings", **_SETTINGS)
        actions = _below(task, "Actions")
        actions.set("Context", "Author")
        folder = {"WorkingDirectory": self.program.folder} if self.program.folder else {}
        _below(actions, "Exec", Command=command, Arguments=subprocess.list2cmdline(rest), **folder)
        ElementTree.indent(task)
        return f'<?xml version="1.0" encoding="UTF-16"?>\n{ElementTree.tostring(task, "unicode")}\n'


_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",
    "Enabled": "true",
}
"""One run at a time; also on battery; what was missed while the computer was off is made up for at once."""


def _below(parent: ElementTree.Element, name: str, **texts: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, name)
    for child, text in texts.items():
        ElementTree.SubElement(made, child).text = text
    return made


def _task_name(job_id: str) -> str:
    return f"Identity Center Wizard {job_id}"


def _last_code(told: str) -> int | None:
    row = next(csv.reader(told.splitlines()), [])
    result = row[_LAST_RESULT] if len(row) > _LAST_RESULT else ""
    code = int(result) if re.fullmatch(r"-?\d+", result) else None
    return None if code in (_NEVER_RAN, _RUNNING) else code
