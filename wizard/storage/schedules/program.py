"""How this program is started again by somebody else: frozen, as an installed script, or from source."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

NAME = "identity-center-wizard"


@dataclass(frozen=True, slots=True)
class Program:
    """The command that starts this program, to be followed by a verb."""

    command: tuple[str, ...]
    """An absolute path, and what must stand right behind it."""
    folder: str = ""
    """Where it must be started, because Python looks for the source there; "" = anywhere."""


def this_program() -> Program:
    """As this process was started: what runs here by hand runs on a schedule as well."""
    if getattr(sys, "frozen", False):
        return Program((_app_image() or console_program(sys.executable),))
    if Path(sys.argv[0]).stem == NAME:
        script = shutil.which(NAME, path=os.path.dirname(sys.executable))
        if script:
            return Program((os.path.abspath(script),))
    root = Path(__file__).resolve().parents[3]
    return Program((sys.executable, "-m", "wizard"), str(root))


def _app_image() -> str:
    """The AppImage's own file, if we run from one: the folder it is mounted in is another at every start.

    Its start program names both (AppImage specification, "AppRun"); a terminal that is an AppImage hands its own on.
    """
    image, mounted = os.environ.get("APPIMAGE", ""), os.environ.get("APPDIR", "")
    return image if image and mounted and Path(sys.executable).is_relative_to(mounted) else ""


def console_program(executable: str) -> str:
    """On Windows the window's own program has no standard output to speak on; its neighbour for the verbs has."""
    beside = os.path.join(os.path.dirname(executable), f"{NAME}.exe")
    return beside if os.path.exists(beside) else executable
