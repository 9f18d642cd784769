"""The launchd agent, by the rules of launchd.plist(5); launchctl is a stand-in that remembers what was loaded."""

import plistlib
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.storage.schedules.installer import install, remove
from wizard.storage.schedules.launchd import LaunchAgents, LaunchDaemons
from wizard.storage.schedules.program import Program
from wizard.storage.schedules.scheduler import INTERVALS, CommandResult, Schedule

JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
TYPES: dict[str, type] = {
    "Label": str, "ProgramArguments": list, "StartInterval": int, "RunAtLoad": bool, "WorkingDirectory": str,
    "EnvironmentVariables": dict,
}  # fmt: skip
"""Keys and types of launchd.plist(5), as far as we use them; launchd passes over unknown keys without a word."""

SCHEDULE = Schedule(JOB, "Staff & <Söhne> %", Path("/Users/é b/jobs") / f"{JOB}.json", Path("/Users/é b"), 40)


class Launchctl:
    """What launchd would hold."""

    def __init__(self) -> None:
        self.loaded: set[str] = set()
        self.refuses = False

    def __call__(self, arguments: Sequence[str]) -> CommandResult:
        _program, verb, target, *rest = arguments
        if verb == "bootstrap":
            label = plistlib.loads(Path(rest[0]).read_bytes())["Label"]
            if self.refuses or f"{target}/{label}" in self.loaded:
                return CommandResult(5, err="Bootstrap failed: 5: Input/output error")
            self.loaded.add(f"{target}/{label}")
            return CommandResult(0)
        if target not in self.loaded:
            return CommandResult(113 if verb == "print" else 3, err="Could not find service")
        if verb == "bootout":
            self.loaded.discard(target)
        return CommandResult(0, f"{target} = {{\n\tstate = not running\n\tlast exit code = 5\n\truns = 3\n}}\n")


def agents(folder: Path) -> LaunchAgents:
    return LaunchAgents(folder, 501, Program(("/Applications/Identity Center Wizard.app/Contents/MacOS/x",)))


@pytest.mark.parametrize("minutes", INTERVALS)
def test_the_property_list_follows_the_rules(tmp_path: Path, minutes: int) -> None:
    scheduler = replace(agents(tmp_path), environment=(("HTTPS_PROXY", "http://proxy:3128"),))
    source = replace(scheduler, program=Program(("/usr/bin/python3", "-m", "wizard"), "/src"))
    for one in (scheduler, source):
        (file,) = one.files(replace(SCHEDULE, minutes=minutes))
        keys = plistlib.loads(file.content(), fmt=plistlib.FMT_XML)
        assert {name: type(value) for name, value in keys.items()}.items() <= TYPES.items()
        assert file.path.name == f"{keys['Label']}.plist"
        assert keys["StartInterval"] == minutes * 60
        assert keys["ProgramArguments"] == [
            *one.program.command, "run", str(SCHEDULE.job_file), "--home", str(SCHEDULE.home),
        ]  # fmt: skip
        assert all(
            type(word) is str for word in (*keys["ProgramArguments"], *keys["EnvironmentVariables"].values())
        )


def test_an_agent_is_installed_replaced_and_removed(tmp_path: Path) -> None:
    launchctl, scheduler = Launchctl(), agents(tmp_path / "LaunchAgents")
    assert scheduler.installed(JOB, launchctl) is None
    install(scheduler, SCHEDULE, launchctl)
    install(scheduler, replace(SCHEDULE, minutes=60), launchctl)
    assert launchctl.loaded == {f"gui/501/identity-center-wizard.{JOB}"}
    installed = scheduler.installed(JOB, launchctl)
    assert installed is not None
    assert (installed.minutes, installed.is_active, installed.last_code) == (60, True, 5)
    assert not installed.accepts
    keys = plistlib.loads(scheduler.paths(JOB)[0].read_bytes())
    keys["ProgramArguments"] += ["--accept=inherited"]
    scheduler.paths(JOB)[0].write_bytes(plistlib.dumps(keys))
    changed = scheduler.installed(JOB, launchctl)
    assert changed is not None
    assert changed.accepts
    assert (installed.job_file, installed.job_is_gone) == (SCHEDULE.job_file, True)
    assert scheduler.job_ids() == (JOB,)
    assert remove(scheduler, JOB, launchctl)
    assert (launchctl.loaded, list(scheduler.folder.iterdir())) == (set(), [])
    assert not remove(scheduler, JOB, launchctl)


@pytest.mark.parametrize("replaces", [False, True])
def test_a_refused_agent_leaves_everything_as_it_was(tmp_path: Path, replaces: bool) -> None:
    launchctl, scheduler = Launchctl(), agents(tmp_path / "LaunchAgents")
    if replaces:
        install(scheduler, SCHEDULE, launchctl)
    before = [path.read_bytes() for path in scheduler.paths(JOB) if path.exists()]
    launchctl.refuses = True
    with pytest.raises(
        WizardError, match=r"^schedule-not-installed .*command-failed.*Bootstrap failed: 5: Input/output error"
    ):
        install(scheduler, replace(SCHEDULE, minutes=60), launchctl)
    assert [path.read_bytes() for path in scheduler.paths(JOB) if path.exists()] == before
    launchctl.refuses = False


def test_an_agent_that_launchd_does_not_know_is_not_active(tmp_path: Path) -> None:
    launchctl, scheduler = Launchctl(), agents(tmp_path)
    install(scheduler, SCHEDULE, launchctl)
    launchctl.loaded.clear()
    installed = scheduler.installed(JOB, launchctl)
    assert installed is not None
    assert (installed.is_active, installed.last_code) == (False, None)


def test_a_daemon_follows_the_rules_and_takes_its_secrets_from_files(tmp_path: Path) -> None:
    wanted = replace(SCHEDULE, secrets=("aws-token", "entra-secret"))
    daemons = LaunchDaemons("åsa", agents(tmp_path).program, (("HTTPS_PROXY", "http://proxy:3128"),))
    setup = daemons.setup(wanted, tmp_path / "to install")
    (file,) = setup.files
    keys = plistlib.loads(file.content(), fmt=plistlib.FMT_XML)
    types = TYPES | {"UserName": str, "Umask": int, "HardResourceLimits": dict, "ProcessType": str}
    assert {name: type(value) for name, value in keys.items()}.items() <= types.items()
    assert file.path.name == f"{keys['Label']}.plist"
    assert keys["ProcessType"] in ("Background", "Standard", "Adaptive", "Interactive")
    secrets = SCHEDULE.home / "schedules"
    assert keys["ProgramArguments"][-2:] == [
        f"--aws-token-file={secrets / JOB}.aws-token", f"--entra-secret-file={secrets / JOB}.entra-secret",
    ]  # fmt: skip
    words = [shlex.split(step.command) for step in setup.steps]
    assert [one[1:3] for one in words[:2]] == [["secret", "set"]] * 2
    assert words[2][-1] == words[3][-1] == f"/Library/LaunchDaemons/{file.path.name}"
    assert [note.code for note in setup.notes][-1] == "setup-not-tried"
