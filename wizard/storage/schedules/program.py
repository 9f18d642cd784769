"""The command line that starts this program again: frozen, as an installed script, or from source."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

NAME = "identity-center-wizard"


@dataclass(frozen=True, slots=True)
class Program:
    """Starts this program; the arguments follow it."""

    command: tuple[str, ...]
    """Absolute path of the executable, and the arguments that must follow it directly."""
    folder: str = ""
    """Working directory it needs, because Python finds the source there; "" = any."""


def this_program() -> Program:
    """Return how this process was started."""
    if getattr(sys, "frozen", False):
        return Program((_app_image() or console_program(sys.executable),))
    if Path(sys.argv[0]).stem == NAME:
        script = shutil.which(NAME, path=os.path.dirname(sys.executable))
        if script:
            return Program((os.path.abspath(script),))
    root = Path(__file__).resolve().parents[3]
    return Program((sys.executable, "-m", "wizard"), str(root))


def _app_image() -> str:
    """Return the AppImage's own file if this is one: the folder it is mounted in differs at every start.

    The AppImage's start program sets both variables (AppImage specification, "AppRun"). A terminal that is an AppImage
    passes its own on.
    """
    image, mounted = os.environ.get("APPIMAGE", ""), os.environ.get("APPDIR", "")
    return image if image and mounted and Path(sys.executable).is_relative_to(mounted) else ""


def console_program(executable: str) -> str:
    """Return the executable with a console: on Windows, the window's executable has no standard output."""
    beside = os.path.join(os.path.dirname(executable), f"{NAME}.exe")
    return beside if os.path.exists(beside) else executable
