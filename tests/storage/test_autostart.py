"""Start at sign-in: the desktop's entry by its specification, made and removed."""

import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.storage.autostart import Autostart
from wizard.storage.paths import Home
from wizard.storage.schedules.program import Program

ODD = '/opt/My "wizard" $HOME `x` %n \\ é'


def entry(tmp_path: Path, program: Program) -> Autostart:
    return Autostart(Home(tmp_path / "Perso %n"), program, {"XDG_CONFIG_HOME": str(tmp_path / "config")})


def unescaped(line: str) -> list[str]:
    """The arguments of Exec, read as the Desktop Entry Specification says: string escapes, quotes, field codes."""
    value = line.removeprefix("Exec=").replace("\\\\", "\\")
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in quoted]


@pytest.mark.skipif(sys.platform != "linux", reason="the entry of Linux desktops")
def test_the_entry_starts_the_program_with_its_folder(tmp_path: Path) -> None:
    autostart = entry(tmp_path, Program((ODD, "-m", "wizard"), "/src"))
    assert not autostart.is_on
    autostart.set(True)
    assert autostart.is_on
    text = autostart.path.read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("Exec=")]
    assert unescaped(line) == [ODD, "-m", "wizard", "--home", str(tmp_path / "Perso %n"), "--background"]
    assert "\nPath=/src\n" in text
    if shutil.which("desktop-file-validate"):
        done = subprocess.run(
            ["desktop-file-validate", str(autostart.path)], capture_output=True, text=True, check=False
        )
        assert done.stdout == ""
    autostart.set(False)
    autostart.set(False)
    assert not autostart.is_on


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_only_the_entry_of_this_home_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("HOME", str(tmp_path))
    mine = entry(tmp_path, Program((ODD,)))
    other = Autostart(Home(tmp_path / "Perso"), Program((ODD,)), {"XDG_CONFIG_HOME": str(tmp_path / "config")})
    mine.remove()
    mine.set(True)
    other.remove()
    assert mine.is_on
    Autostart(
        Home(tmp_path / "Perso %n"), Program(("/moved",)), {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    ).remove()
    assert not mine.is_on


def test_a_path_that_a_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match="schedule-path-not-text"):
        entry(tmp_path, Program(("/opt/a\nb",))).set(True)


@pytest.mark.skipif(sys.platform != "linux", reason="a stand-in for macOS")
def test_the_agent_of_macos_is_none_of_the_schedules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    autostart = Autostart(Home(tmp_path / "home"), Program(("/Applications/x",), "/src"))
    autostart.set(True)
    keys = plistlib.loads(autostart.path.read_bytes())
    assert keys["RunAtLoad"] is True
    assert keys["ProgramArguments"] == ["/Applications/x", "--home", str(tmp_path / "home"), "--background"]
    assert not autostart.path.match("identity-center-wizard.*.plist")
