"""The icon in a real notification area (trayer, under Xvfb), used with a real mouse."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from select import select
from typing import Any

import pytest

from tests.desktop_session import require, start, start_display, stop, until
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home, private_folder
from wizard.ui.theme.colors import DARK, LIGHT
from wizard.ui.window_settings import WindowSettings

pytestmark = pytest.mark.desktop
ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {"Xvfb": "xvfb", "trayer": "trayer", "xdotool": "xdotool"}
AREA = ["trayer", "--edge", "top", "--align", "right", "--widthtype", "request", "--height", "32"]


@dataclass
class Desktop:
    """A display, and the program on it."""

    env: Mapping[str, str]
    running: ExitStack
    home: Path

    def begin(self, *options: str) -> None:
        """Start the program."""
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.tray_program", str(self.home), *options],
            env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        self.running.callback(self._end)

    def facts(self) -> dict[str, Any]:
        """What is on the screen now."""
        self.say("facts")
        assert self.program.stdout is not None
        assert select([self.program.stdout], [], [], 30)[0], "the program does not answer"
        return dict(json.loads(self.program.stdout.readline()))

    def say(self, word: str) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(f"{word}\n")
        self.program.stdin.flush()

    def mouse(self, *words: str) -> None:
        """Move the mouse to the icon, and use it."""
        left, top, width, height = self.facts()["place"]
        at = (str(left + width // 2), str(top + height // 2))
        subprocess.run(["xdotool", "mousemove", *at, *words], env=self.env, check=True)

    def _end(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait(20)
        for pipe in (self.program.stdin, self.program.stdout):
            assert pipe is not None
            pipe.close()


def two_jobs(folder: Path, name: str) -> Home:
    """A HOME with the job of this name, and one that needs attention: its token has expired."""
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(folder)})
    store = JobStore(home)
    expired = TargetChoice(
        "https://scim.eu-central-1.amazonaws.com/a-b-c-d-e-f/scim/v2", token_made_on="2020-01-02"
    )
    store.save(replace(new_draft(), name="<b>R&D</b>", source=SourceChoice("sample"), target=expired))
    store.save(replace(new_draft(), name=name, source=SourceChoice("sample")))
    return home


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """A display without a notification area; two saved jobs, of which one needs attention."""
    require(PROGRAMS)
    home = two_jobs(tmp_path / "home", "Staff")
    with ExitStack() as running:
        env = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PYTHONPATH": str(ROOT),
            "DISPLAY": f":{start_display(running)}", "QT_QPA_PLATFORM": "xcb", "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }  # fmt: skip
        yield Desktop(env, running, home.root)


def test_the_icon_shows_the_jobs_and_outlives_the_window(desktop: Desktop) -> None:
    area = start(desktop.running, AREA, desktop.env)
    WindowSettings(desktop.home, private_folder).save_background(True)
    desktop.begin()
    until(lambda: desktop.facts().get("place", [0, 0, 0, 0])[2] > 0, "the icon")
    bad = {LIGHT.bad.lower(), DARK.bad.lower()}
    until(lambda: bad & set(desktop.facts()["colours"]), "the colour of the most urgent state")
    desktop.mouse()
    until(lambda: desktop.facts()["tip"], "the tool tip")
    tip = desktop.facts()["tip"].splitlines()
    assert any("R&D" in line for line in tip)
    assert any("Staff" in line for line in tip)
    desktop.mouse("click", "3")
    until(lambda: desktop.facts()["menu"], "the menu")
    menu = desktop.facts()["menu"]
    assert any(line.startswith("<b>R&&D</b>: ") for line in menu)
    assert any(line.startswith("Staff: ") for line in menu)
    subprocess.run(["xdotool", "key", "Escape"], env=desktop.env, check=True)
    until(lambda: not desktop.facts()["menu"], "the end of the menu")

    assert desktop.facts()["window"]
    desktop.say("close")
    until(lambda: not desktop.facts()["window"], "the end of the window")
    until(lambda: "QBalloonTip" in desktop.facts()["shown"], "how to quit")
    assert desktop.program.poll() is None
    desktop.mouse("click", "1")
    until(lambda: desktop.facts()["window"], "the window again")
    desktop.say("close")
    until(lambda: not desktop.facts()["window"], "the end of the window")
    stop(area)
    until(lambda: desktop.facts()["window"], "the window, without an area")
    start(desktop.running, AREA, desktop.env)
    until(lambda: desktop.facts()["area"], "the area again")
    desktop.say("quit")
    assert desktop.program.wait(30) == 0


def test_without_an_area_nothing_is_hidden(desktop: Desktop) -> None:
    desktop.begin("--background")
    until(lambda: desktop.facts()["window"], "the window")
    found = desktop.facts()
    assert (found["area"], found["tray"]) == (False, False)
    assert found["notice"]
    desktop.say("close")
    assert desktop.program.wait(30) == 0


def test_started_at_sign_in_it_waits_for_the_panel(desktop: Desktop) -> None:
    desktop.begin("--background")
    until(lambda: not desktop.facts()["window"], "the program")
    start(desktop.running, AREA, desktop.env)
    until(lambda: desktop.facts().get("place", [0, 0, 0, 0])[2] > 0, "the icon")
    assert not desktop.facts()["window"]
    desktop.say("quit")
    assert desktop.program.wait(30) == 0
