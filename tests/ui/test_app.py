"""The window in its own process: order of start, and a clean exit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

_PROGRAM = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from wizard.app import make_services
from wizard.sandbox_process import SandboxProcess
from wizard.storage.paths import Home, private_folder
from wizard.ui import app as program
from wizard.ui.window_settings import WindowSettings

seen = {}

class Watched(program.Window):
    def showEvent(self, event):
        super().showEvent(event)
        seen["before"] = "wizard.ui.controller" in sys.modules
        seen["frame"] = self.step_list.button("plan").state
        if CLOSE_AT_ONCE:
            QTimer.singleShot(0, self.close)

    def add_page(self, page):
        seen["painted"] = self.windowHandle().isExposed()
        super().add_page(page)
        QTimer.singleShot(0, self.look)

    def look(self):
        seen["page"] = self.page.objectName()
        seen["focus"] = self.focusWidget() is not None and self.page.isAncestorOf(self.focusWidget())
        self.close()

program.Window = Watched
home = Home.locate()
settings = WindowSettings(home.root, private_folder)
start = program.Start(lambda: make_services(SandboxProcess()), False, settings)
seen["code"] = program.open_window(start)
print(json.dumps(seen))
"""


def _run(tmp_path: Path, close_at_once: bool) -> dict[str, Any]:
    around = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")}
    code = f"CLOSE_AT_ONCE = {close_at_once}\n{_PROGRAM}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=around, timeout=60
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.mark.slow
def test_the_frame_is_on_the_screen_before_the_conversation_is_imported(tmp_path: Path) -> None:
    seen = _run(tmp_path, close_at_once=False)
    assert seen == {
        "before": False,
        "frame": "now",
        "painted": True,
        "page": "planPage",
        "focus": True,
        "code": 0,
    }


@pytest.mark.slow
def test_a_window_closed_before_its_first_page_ends_the_program(tmp_path: Path) -> None:
    assert _run(tmp_path, close_at_once=True)["code"] == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
@pytest.mark.parametrize("display", ["", ":4711"])
@pytest.mark.parametrize("arguments", [(), ("try",), ("--home", "folder")])
def test_without_a_display_the_program_says_so_and_names_the_commands(
    tmp_path: Path, arguments: tuple[str, ...], display: str
) -> None:
    away = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")
    around = {name: value for name, value in os.environ.items() if name not in away}
    around |= {"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    around |= {"DISPLAY": display} if display else {}
    command = [sys.executable, "-m", "wizard", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=around, timeout=60)
    assert done.returncode == 2
    assert "identity-center-wizard --help" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_library_of_the_desktop_that_is_missing_is_named(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom importlib.abc import MetaPathFinder\nfrom wizard.app import main\n"
        "class Missing(MetaPathFinder):\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'PySide6.QtWidgets':\n"
        "            raise ImportError('libEGL.so.1: cannot open shared object file', name=name)\n"
        "sys.meta_path.insert(0, Missing())\nsys.exit(main([]))"
    )
    around = {**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=around)
    assert (done.returncode, "libEGL.so.1" in done.stderr) == (2, True)
