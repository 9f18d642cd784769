"""Windows: a scheduled task as XML for schtasks; the schema is that of [MS-TSCH] 2.5, version 1.2."""

import csv
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal
from xml.etree import ElementTree

from wizard.errors import Message, WizardError
from wizard.storage.schedules.program import Program
from wizard.storage.schedules.scheduler import (
    ACCEPTING,
    INTERVALS,
    Command,
    CommandResult,
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

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_MIDNIGHT = "2026-01-01T00:00:00Z"
"""Repetitions are counted from this midnight in the past, so that runs have fixed times; UTC has no summer time."""
_VARIABLE = re.compile(r"%[^%]+%")
_LAST_RESULT = 6
"""Column of `schtasks /Query /FO CSV /V`. The headings are translated, their order is fixed."""
_NEVER_RAN = 0x41303
"""SCHED_S_TASK_HAS_NOT_RUN"""
_RUNNING = 0x41301
"""SCHED_S_TASK_RUNNING"""


@dataclass(frozen=True)
class WindowsTasks(KeyringOnly):
    """Scheduled tasks of the person who runs this program."""

    folder: Path
    """Holds the XML of each task, for schtasks and for `installed`."""
    program: Program
    user: str = ""
    r"""DOMAIN\name; "" = the caller of schtasks."""
    schtasks: str = "schtasks"
    token_places: ClassVar[tuple[TokenPlace, ...]] = ("keyring",)

    def files(self, schedule: Schedule) -> tuple[ScheduleFile, ...]:
        """Return the task, in UTF-16 with a byte order mark, as its declaration says."""
        return (
            ScheduleFile(
                Message("windows-task-file"),
                self.paths(schedule.job_id)[0],
                _task(schedule, self.program, self.user, "InteractiveToken"),
                "utf-16",
            ),
        )

    def paths(self, job_id: str) -> tuple[Path, ...]:
        """Return the XML file."""
        return (self.folder / f"{job_id}.xml",)

    def job_ids(self) -> tuple[str, ...]:
        """Return the jobs that have an XML file."""
        names = (path.stem for path in sorted(self.folder.glob("*.xml")))
        return tuple(name for name in names if not is_watcher(name))

    def install_commands(self, job_id: str) -> tuple[Command, ...]:
        """Create the task; /F replaces one of the same name."""
        path = str(self.paths(job_id)[0])
        return (Command((self.schtasks, "/Create", "/TN", _task_name(job_id), "/XML", path, "/F")),)

    def remove_commands(self, job_id: str) -> tuple[Command, ...]:
        """Delete the task; /F asks no question."""
        return (Command((self.schtasks, "/Delete", "/TN", _task_name(job_id), "/F")),)

    def is_unknown(self, job_id: str, run: RunCommand) -> bool:
        """Whether the task was deleted in the Task Scheduler's window."""
        return self._query(job_id, run).code != 0

    def notes(self, schedule: Schedule, run: RunCommand) -> tuple[Message, ...]:
        """Say that the Credential Manager can be read in the person's own session only."""
        return (Message("windows-task-needs-session"),)

    def installed(self, job_id: str, run: RunCommand) -> InstalledSchedule | None:
        """Combine the XML with what the Task Scheduler reports."""
        try:
            task = ElementTree.fromstring(self.paths(job_id)[0].read_bytes())  # noqa: S314 - our own file
        except (OSError, ElementTree.ParseError):
            return None
        result = self._query(job_id, run)
        interval = task.findtext(f".//{{{NAMESPACE}}}Interval", "")
        return InstalledSchedule(
            next((minutes for minutes in INTERVALS if interval == f"PT{minutes}M"), 0),
            "keyring",
            Path(task.findtext(f".//{{{NAMESPACE}}}Documentation", "")),
            result.code == 0 and not self._is_disabled(job_id, run),
            last_code=_last_code(result.out),
            accepts=ACCEPTING in task.findtext(f".//{{{NAMESPACE}}}Arguments", ""),
        )

    def _is_disabled(self, job_id: str, run: RunCommand) -> bool:
        """Whether the task, or its trigger, was disabled in the Task Scheduler's window; its XML is not translated."""
        task = run((self.schtasks, "/Query", "/TN", _task_name(job_id), "/XML")).out
        return re.search(r"<Enabled>\s*false\s*</Enabled>", task, re.IGNORECASE) is not None

    def _query(self, job_id: str, run: RunCommand) -> CommandResult:
        return run((self.schtasks, "/Query", "/TN", _task_name(job_id), "/FO", "CSV", "/NH", "/V"))


@dataclass(frozen=True)
class TasksWhileSignedOut:
    """Tasks that run whether the person is signed in or not.

    With the person's Windows password stored for the task, it opens the Credential Manager. Without (S4U: Windows makes
    a token for the person without a password) neither that nor network folders can be used, and secrets are in files.
    """

    program: Program
    user: str
    r"""DOMAIN\name"""

    def setup(self, schedule: Schedule, folder: Path) -> SystemSetup:
        """Return the task, written to `folder`, and what an administrator does with it; raises WizardError.

        The schedule's token place "keyring" means with the Windows password, "credential" without.
        """
        with_password = schedule.token == "keyring"
        files = tuple((secret, secret_file(schedule, secret)) for secret in schedule.secrets)
        moved = schedule if with_password else replace(schedule, secret_files=files)
        text = _task(moved, self.program, self.user, "Password" if with_password else "S4U")
        file = ScheduleFile(Message("windows-task-file"), folder / f"{schedule.job_id}.xml", text, "utf-16")
        name = _task_name(schedule.job_id)
        account = ("/RU", self.user, "/RP", "*") if with_password else ()
        create = ("schtasks", "/Create", "/TN", name, "/XML", str(file.path), *account, "/F")
        quoted = subprocess.list2cmdline
        store = () if with_password else schedule.secrets
        steps = (
            *(store_secret_step(schedule, self.program, secret, quoted) for secret in store),
            SetupStep(Message("setup-create-task", asks_password=with_password), quoted(create)),
            SetupStep(Message("setup-run-once"), quoted(("schtasks", "/Run", "/TN", name))),
        )
        how = Message("windows-task-with-password" if with_password else "windows-task-without-password")
        return SystemSetup((file,), steps, (how, Message("setup-not-tried", system="Windows")))

    def installed_files(self) -> tuple[Path, ...]:
        """Return nothing: only the Task Scheduler knows its tasks."""
        return ()


LogonType = Literal["InteractiveToken", "Password", "S4U"]


def _task(schedule: Schedule, program: Program, user: str, logon: LogonType) -> str:
    command, *rest = schedule.command(program)
    for text in (command, *rest):
        if _VARIABLE.search(text):
            raise WizardError("schedule-path-has-variable", path=text)
    task = ElementTree.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    _add(task, "RegistrationInfo", Description=schedule.title, Documentation=str(schedule.job_file))
    trigger = _add(_add(task, "Triggers"), "TimeTrigger", Enabled="true", StartBoundary=_MIDNIGHT)
    _add(trigger, "Repetition", Interval=f"PT{schedule.minutes}M")
    who = {"UserId": user} if user else {}
    who |= {"LogonType": logon, "RunLevel": "LeastPrivilege"}
    _add(_add(task, "Principals"), "Principal", **who).set("id", "Author")
    _add(task, "Settings", **_SETTINGS)
    actions = _add(task, "Actions")
    actions.set("Context", "Author")
    folder = {"WorkingDirectory": program.folder} if program.folder else {}
    _add(actions, "Exec", Command=command, Arguments=subprocess.list2cmdline(rest), **folder)
    ElementTree.indent(task)
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{ElementTree.tostring(task, "unicode")}\n'


_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",
    "ExecutionTimeLimit": "PT12H",
    "Enabled": "true",
}
"""One run at a time, also on battery, ended after 12 hours; a run missed while the computer was off starts at once."""


def _add(parent: ElementTree.Element, name: str, **texts: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    for child, text in texts.items():
        ElementTree.SubElement(element, child).text = text
    return element


def _task_name(job_id: str) -> str:
    return f"Identity Center Wizard {job_id}"


def _last_code(output: str) -> int | None:
    row = next(csv.reader(output.splitlines()), [])
    result = row[_LAST_RESULT] if len(row) > _LAST_RESULT else ""
    code = int(result) if re.fullmatch(r"-?\d+", result) else None
    return None if code in (_NEVER_RAN, _RUNNING) else code
