"""Screens of Qt's offscreen platform: an ordinary one, and every size and scale that the window has to fit."""

import json
import os
import sys
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")
"""Qt reads it: places and sizes in pixels of the window (device-independent), `dpr` = how many of the screen each takes."""


def grid() -> list[str]:
    """Names of the screens to fit, such as "1366x768@125": pixels of the screen, and its scale in percent."""
    return [screen["name"] for screen in json.loads(FILE.read_text(encoding="utf-8"))["screens"][1:]]


def use_screens() -> None:
    """Give the offscreen platform these screens; does nothing for another one. Call it before making an application.

    Without it the only screen is 800 x 800.
    """
    if os.environ.get("QT_QPA_PLATFORM", "offscreen") == "offscreen":
        file = os.path.relpath(FILE) if sys.platform == "win32" else str(FILE)  # a colon would end the path
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={file}"
