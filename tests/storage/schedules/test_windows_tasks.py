"""The scheduled task, by the rules of Microsoft's published schema ([MS-TSCH] 2.5); schtasks is a stand-in."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from xml.etree import ElementTree

import pytest

from wizard.errors import WizardError
from wizard.storage.schedules.installer import install, remove
from wizard.storage.schedules.program import Program
from wizard.storage.schedules.scheduler import INTERVALS, CommandResult, Schedule, TokenPlace
from wizard.storage.schedules.windows_tasks import TasksWhileSignedOut, WindowsTasks

JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"

ALL, SEQUENCE = "each at most once, in any order", "each at most once, in this order"
BOOLEAN, TEXT, DURATION = r"true|false", r"(?s).*", r"P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?"
Rule = tuple[str, dict[str, object]]
SCHEMA: dict[str, Rule] = {
    "Task": (ALL, dict.fromkeys(("RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"))),
    "RegistrationInfo": (
        ALL,
        dict.fromkeys(
            ("URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description", "Documentation"), TEXT
        ),
    ),
    "Triggers": (ALL, {"TimeTrigger": None}),
    "TimeTrigger": (
        SEQUENCE,
        {
            "Enabled": BOOLEAN,
            "StartBoundary": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?",
            "EndBoundary": TEXT,
            "Repetition": None,
            "ExecutionTimeLimit": DURATION,
            "RandomDelay": DURATION,
        },
    ),
    "Repetition": (ALL, {"Interval": DURATION, "Duration": DURATION, "StopAtDurationEnd": BOOLEAN}),
    "Principals": (ALL, {"Principal": None}),
    "Principal": (
        ALL,
        {
            "UserId": r".+",
            "LogonType": "S4U|Password|InteractiveToken|InteractiveTokenOrPassword",
            "GroupId": r".+",
            "DisplayName": TEXT,
            "RunLevel": "LeastPrivilege|HighestAvailable",
        },
    ),
    "Settings": (
        ALL,
        {
            **dict.fromkeys(
                (
                    "AllowStartOnDemand", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "AllowHardTerminate",
                    "StartWhenAvailable", "RunOnlyIfNetworkAvailable", "WakeToRun", "Enabled", "Hidden",
                    "RunOnlyIfIdle",
                ),
                BOOLEAN,
            ),
            "MultipleInstancesPolicy": "Parallel|Queue|IgnoreNew|StopExisting",
            "ExecutionTimeLimit": DURATION,
            "Priority": r"\d|10",
        },
    ),
    "Actions": (ALL, {"Exec": None}),
    "Exec": (ALL, {"Command": r".+", "Arguments": TEXT, "WorkingDirectory": r".+"}),
}  # fmt: skip
"""Element -> its children: None = an element with children of its own, else what its text must look like."""

SCHEDULE = Schedule(
    JOB,
    "Staff & <Söhne> %PATH%",
    PureWindowsPath(rf"C:\Users\Åsa B\jobs\{JOB}.json"),  # type: ignore[arg-type]
    PureWindowsPath("C:\\Users\\Åsa B"),  # type: ignore[arg-type]
    40,
)
PROGRAM = Program((r"C:\Program Files\Identity Center Wizard\identity-center-wizard.exe",))


def faults(element: ElementTree.Element) -> list[str]:
    """What the schema has against an element and all below it."""
    assert element.tag.startswith(SPACE), element.tag
    name = element.tag.removeprefix(SPACE)
    order, known = SCHEMA[name]
    names = [child.tag.removeprefix(SPACE) for child in element]
    found = [f"{name}: {child} is not known" for child in names if child not in known]
    if len(set(names)) != len(names):
        found.append(f"{name}: a child twice")
    if order == SEQUENCE and names != [child for child in known if child in names]:
        found.append(f"{name}: {names} is not in order")
    for child in element:
        rule = known.get(child.tag.removeprefix(SPACE))
        if rule is None:
            found += faults(child)
        elif not re.fullmatch(str(rule), child.text or ""):
            found.append(f"{child.tag}: {child.text!r}")
    return found


def task_of(scheduler: WindowsTasks, schedule: Schedule) -> ElementTree.Element:
    (file,) = scheduler.files(schedule)
    return ElementTree.fromstring(file.content())


class Schtasks:
    """What the Task Scheduler would hold: name -> XML."""

    def __init__(self) -> None:
        self.tasks: dict[str, str] = {}
        self.last = "267011"
        self.refuses = False

    def __call__(self, arguments: Sequence[str]) -> CommandResult:
        _program, verb, _tn, name, *rest = arguments
        if verb == "/Create":
            assert rest[0] == "/XML"
            assert rest[-1] == "/F"
            if self.refuses:
                return CommandResult(1, err="ERROR: The task XML is malformed.\r\n")
            self.tasks[name] = Path(rest[1]).read_text("utf-16")
            return CommandResult(0, "SUCCESS\r\n")
        if name not in self.tasks:
            return CommandResult(1, err="ERROR: The system cannot find the file specified.\r\n")
        if verb == "/Delete":
            del self.tasks[name]
        if rest == ["/XML"]:
            return CommandResult(0, self.tasks[name])
        row = (
            f'"PC","\\{name}","28.11.2026 14:40:00","Ready","Interactive only","30.11.1999 00:00:00","{self.last}"'
        )
        return CommandResult(0, f'{row},"Author"\r\n')


@pytest.mark.parametrize("minutes", INTERVALS)
@pytest.mark.parametrize("user", ["", r"CONTOSO\Åsa"])
def test_the_task_keeps_to_the_schema(tmp_path: Path, minutes: int, user: str) -> None:
    source = Program((r"C:\Python\python.exe", "-m", "wizard"), r"C:\src")
    for program in (PROGRAM, source):
        task = task_of(WindowsTasks(tmp_path, program, user), replace(SCHEDULE, minutes=minutes))
        assert faults(task) == []
        interval = task.findtext(f".//{SPACE}Interval")
        assert interval == f"PT{minutes}M"
        principal = task.find(f".//{SPACE}Principal")
        actions = task.find(f".//{SPACE}Actions")
        assert principal is not None
        assert actions is not None
        assert principal.get("id") == actions.get("Context")


def test_the_check_against_the_schema_can_fail(tmp_path: Path) -> None:
    task = task_of(WindowsTasks(tmp_path, PROGRAM), SCHEDULE)
    trigger = task.find(f".//{SPACE}TimeTrigger")
    assert trigger is not None
    trigger[:] = reversed(trigger)
    ElementTree.SubElement(task, f"{SPACE}Settings")
    assert len(faults(task)) == 2


def test_the_file_is_what_its_declaration_says(tmp_path: Path) -> None:
    (file,) = WindowsTasks(tmp_path, PROGRAM).files(SCHEDULE)
    assert file.content()[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert file.text.startswith('<?xml version="1.0" encoding="UTF-16"?>\n')


def test_arguments_are_quoted_as_the_c_runtime_reads_them(tmp_path: Path) -> None:
    schedule = replace(SCHEDULE, home=PureWindowsPath("C:\\a b\\"), job_file=PureWindowsPath("C:\\x\\y.json"))  # type: ignore[arg-type]
    task = task_of(WindowsTasks(tmp_path, PROGRAM), schedule)
    assert task.findtext(f".//{SPACE}Command") == PROGRAM.command[0]
    assert task.findtext(f".//{SPACE}Arguments") == subprocess.list2cmdline(
        ["run", "C:\\x\\y.json", "--home", "C:\\a b"]
    )


def test_a_path_with_a_variable_is_refused(tmp_path: Path) -> None:
    scheduler = WindowsTasks(tmp_path, PROGRAM)
    scheduler.files(replace(SCHEDULE, home=PureWindowsPath("C:\\100% ours")))  # type: ignore[arg-type]
    with pytest.raises(WizardError, match=r"^schedule-path-has-variable "):
        scheduler.files(replace(SCHEDULE, home=PureWindowsPath("C:\\%TEMP%")))  # type: ignore[arg-type]


def test_a_task_is_installed_replaced_and_removed(tmp_path: Path) -> None:
    schtasks, scheduler = Schtasks(), WindowsTasks(tmp_path / "schedules", PROGRAM)
    assert scheduler.installed(JOB, schtasks) is None
    install(scheduler, SCHEDULE, schtasks)
    install(scheduler, replace(SCHEDULE, minutes=120), schtasks)
    assert list(schtasks.tasks) == [f"Identity Center Wizard {JOB}"]
    installed = scheduler.installed(JOB, schtasks)
    assert installed is not None
    assert (installed.minutes, installed.is_active, installed.last_code) == (120, True, None)
    assert not installed.accepts
    content = scheduler.paths(JOB)[0].read_bytes()
    text = content.decode("utf-16").replace("</Arguments>", " --accept take-over</Arguments>")
    scheduler.paths(JOB)[0].write_bytes(text.encode("utf-16"))
    changed = scheduler.installed(JOB, schtasks)
    assert changed is not None
    assert changed.accepts
    scheduler.paths(JOB)[0].write_bytes(content)
    assert str(installed.job_file) == str(SCHEDULE.job_file)
    for result, code in (("5", 5), ("0", 0), ("267009", None), ("-2147024894", -2147024894)):
        schtasks.last = result
        installed = scheduler.installed(JOB, schtasks)
        assert installed is not None
        assert installed.last_code == code
    assert scheduler.job_ids() == (JOB,)
    assert remove(scheduler, JOB, schtasks)
    assert (schtasks.tasks, scheduler.job_ids()) == ({}, ())


def test_a_refused_change_leaves_the_old_task(tmp_path: Path) -> None:
    schtasks, scheduler = Schtasks(), WindowsTasks(tmp_path / "schedules", PROGRAM)
    install(scheduler, SCHEDULE, schtasks)
    schtasks.refuses = True
    with pytest.raises(
        WizardError, match=r"^schedule-not-installed .*command-failed.*The task XML is malformed\."
    ):
        install(scheduler, replace(SCHEDULE, minutes=60), schtasks)
    installed = scheduler.installed(JOB, schtasks)
    assert installed is not None
    assert installed.minutes == 40


def test_a_task_that_was_disabled_is_inactive(tmp_path: Path) -> None:
    schtasks, scheduler = Schtasks(), WindowsTasks(tmp_path / "schedules", PROGRAM)
    install(scheduler, SCHEDULE, schtasks)
    (name,) = schtasks.tasks
    enabled = schtasks.tasks[name]
    for element in ("Trigger", "Settings"):
        before, found, after = enabled.partition(f"<{'TimeTrigger' if element == 'Trigger' else element}>")
        schtasks.tasks[name] = before + found + after.replace("<Enabled>true", "<Enabled>false", 1)
        installed = scheduler.installed(JOB, schtasks)
        assert installed is not None
        assert not installed.is_active, element


def test_a_task_deleted_by_hand_is_inactive_and_can_be_removed(tmp_path: Path) -> None:
    schtasks, scheduler = Schtasks(), WindowsTasks(tmp_path / "schedules", PROGRAM)
    install(scheduler, SCHEDULE, schtasks)
    schtasks.tasks.clear()
    installed = scheduler.installed(JOB, schtasks)
    assert installed is not None
    assert not installed.is_active
    assert remove(scheduler, JOB, schtasks)
    assert scheduler.job_ids() == ()


@pytest.mark.parametrize(
    ("token", "logon", "note"),
    [
        ("keyring", "Password", "windows-task-with-password"),
        ("credential", "S4U", "windows-task-without-password"),
    ],
)
def test_a_task_that_runs_while_nobody_is_signed_in_keeps_to_the_schema(
    token: TokenPlace, logon: str, note: str
) -> None:
    wanted = replace(
        SCHEDULE, job_name="Staff & <Söhne>", token=token, secrets=("aws-token", "entra-secret"),
        job_file=Path("C:\\jobs\\a b.json"), home=Path("C:\\Users\\Åsa B"),
    )  # fmt: skip
    setup = TasksWhileSignedOut(PROGRAM, r"CONTOSO\Åsa").setup(wanted, Path("C:\\to install"))
    (file,) = setup.files
    task = ElementTree.fromstring(file.content())
    assert faults(task) == []
    assert (task.findtext(f".//{SPACE}LogonType"), task.findtext(f".//{SPACE}UserId")) == (logon, r"CONTOSO\Åsa")
    arguments = task.findtext(f".//{SPACE}Arguments", "")
    assert ("--aws-token-file=" in arguments, "--entra-secret-file=" in arguments) == ((logon == "S4U"),) * 2
    codes = [step.message.code for step in setup.steps]
    assert codes == ["setup-store-secret"] * (2 if logon == "S4U" else 0) + ["setup-create-task", "setup-run-once"]
    assert ("/RP *" in setup.steps[-2].command) == (logon == "Password")
    assert [each.code for each in setup.notes] == [note, "setup-not-tried"]
