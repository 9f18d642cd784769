"""The icon as KDE, GNOME and most Wayland panels show it: a StatusNotifierItem and its menu on a real D-Bus."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.desktop_session import require, start, start_display, stop, until
from tests.ui.test_real_tray import ROOT, Desktop, two_jobs
from wizard.storage.paths import private_folder
from wizard.ui.window_settings import WindowSettings

pytestmark = pytest.mark.desktop
PROGRAMS = {"Xvfb": "xvfb", "dbus-daemon": "dbus-daemon", "busctl": "systemd"}
ITEM = ("/StatusNotifierItem", "org.kde.StatusNotifierItem")


class Panel:
    """The stand-in of a panel, and what it can ask the icon."""

    def __init__(self, running: ExitStack, env: Mapping[str, str], log: Path) -> None:
        self._running, self._env, self._log = running, env, log

    def begin(self) -> "subprocess.Popen[bytes]":
        """Start it."""
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.ui.notifier_watcher"], env=self._env, stdout=log, cwd=ROOT
            )
        self._running.callback(stop, process)
        return process

    @property
    def items(self) -> list[str]:
        """Services that registered since it began."""
        return self._log.read_text().split("\n")[:-1]

    def ask(self, *words: str) -> Any:
        """Call the icon, and return the first value of its answer."""
        done = subprocess.run(
            ["busctl", f"--address={self._env['DBUS_SESSION_BUS_ADDRESS']}", "--json=short", *words],
            env=self._env, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)["data"] if done.stdout else None

    def property(self, name: str) -> Any:
        """A property of the icon."""
        return self.ask("get-property", self.items[-1], *ITEM, name)

    def menu(self) -> dict[str, int]:
        """Text of each entry of the menu -> its number."""
        path = self.property("Menu")
        args = ("call", self.items[-1], path, "com.canonical.dbusmenu", "GetLayout", "iias", "--", "0", "-1", "0")
        _revision, (_id, _properties, children) = self.ask(*args)
        entries = (child["data"] for child in children)
        return {_as_shown(entry[1]["label"]["data"]): entry[0] for entry in entries if "label" in entry[1]}

    def choose(self, entry: int) -> None:
        """Choose an entry of the menu, as a panel tells it."""
        where = (self.items[-1], self.property("Menu"), "com.canonical.dbusmenu")
        self.ask("call", *where, "Event", "isvu", str(entry), "clicked", "i", "0", "0")


def _as_shown(label: str) -> str:
    """A label without the mark of its shortcut: _ marks the next letter, __ is one."""
    return label.replace("__", "\0").replace("_", "").replace("\0", "_")


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[tuple[Desktop, Panel]]:
    """A display and a bus without a panel; two saved jobs, of which one needs attention."""
    require(PROGRAMS)
    home = two_jobs(tmp_path / "home", "Staff_of_A&B & C")
    WindowSettings(home.root, private_folder).save_background(True)
    with ExitStack() as running:
        bus = f"unix:path={tmp_path / 'bus'}"
        env = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PYTHONPATH": str(ROOT),
            "DISPLAY": f":{start_display(running)}", "QT_QPA_PLATFORM": "xcb", "DBUS_SESSION_BUS_ADDRESS": bus,
        }  # fmt: skip
        start(running, ["dbus-daemon", "--session", f"--address={bus}", "--nofork", "--nopidfile"], env)
        until((tmp_path / "bus").exists, "the bus")
        yield Desktop(env, running, home.root), Panel(running, env, tmp_path / "items")


def test_a_panel_shows_icon_tip_and_menu(desktop: tuple[Desktop, Panel]) -> None:
    program, panel = desktop
    panel.begin()
    program.begin()
    until(lambda: panel.items, "the icon")
    until(lambda: "R&D" in str(panel.property("ToolTip")), "the state of the jobs")
    tip = panel.property("ToolTip")
    assert "Staff" in str(tip)
    assert "<b>" not in str(tip), "panels show markup"
    assert any(
        width >= 16 and len(pixels) == 4 * width * height for width, height, pixels in panel.property("IconPixmap")
    )
    assert panel.property("Status") == "Active"
    menu = panel.menu()
    assert any("R&D" in text for text in menu), menu
    assert any(text.startswith("Staff_of_A&B & C: ") for text in menu), menu

    program.say("close")
    until(lambda: not program.facts()["window"], "the end of the window")
    panel.ask("call", panel.items[-1], *ITEM, "Activate", "ii", "0", "0")
    until(lambda: program.facts()["window"], "the window again")
    quit_text = list(panel.menu())[-1]
    panel.choose(panel.menu()[quit_text])
    assert program.program.wait(30) == 0


def test_a_panel_that_restarts_has_the_icon_again_and_hides_no_window(desktop: tuple[Desktop, Panel]) -> None:
    program, panel = desktop
    first = panel.begin()
    program.begin()
    until(lambda: panel.items, "the icon")
    program.say("close")
    until(lambda: not program.facts()["window"], "the end of the window")
    stop(first)
    until(lambda: program.facts()["window"], "the window, without a panel")
    panel.begin()
    until(lambda: panel.items, "the icon again")
    assert panel.menu()
    program.say("close")
    until(lambda: not program.facts()["window"], "the end of the window")


@pytest.mark.parametrize("options", [(), ("--background",)])
def test_a_panel_that_starts_long_after_the_program_has_the_icon(
    desktop: tuple[Desktop, Panel], options: tuple[str, ...]
) -> None:
    program, panel = desktop
    program.begin(*options)
    until(lambda: program.facts()["notice"] and program.facts()["window"], "the window, without a panel")
    panel.begin()
    until(lambda: panel.items, "the icon")
    assert program.facts()["tray"]
    assert panel.menu()
