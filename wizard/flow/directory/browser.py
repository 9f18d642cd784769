"""Finds out whether a sign-in can open a browser on this computer."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

_PROGRAMS = (
    *("firefox", "firefox-esr", "librewolf", "google-chrome", "google-chrome-stable", "chromium"),
    *(
        "chromium-browser",
        "microsoft-edge",
        "brave-browser",
        "vivaldi",
        "opera",
        "epiphany",
        "falkon",
        "konqueror",
    ),
)
_HANDLERS = "x-scheme-handler/https="
_DATA_FOLDERS = "/usr/local/share:/usr/share:/var/lib/flatpak/exports/share"


def has_browser(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether this computer has a browser that the person can see; reads the disk."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False  # the person is at another computer
    if sys.platform in ("win32", "darwin") or environ.get("BROWSER"):
        return True
    if any(shutil.which(program, path=environ.get("PATH", "")) for program in _PROGRAMS):
        return True
    folders = f"{environ.get('XDG_DATA_HOME', '')}:{environ.get('XDG_DATA_DIRS', '') or _DATA_FOLDERS}".split(":")
    return any(_handles_addresses(Path(folder, "applications", "mimeinfo.cache")) for folder in folders if folder)


def _handles_addresses(cache: Path) -> bool:
    """Whether a desktop's cache of file types names a program for web addresses."""
    try:
        return any(line.startswith(_HANDLERS) for line in cache.read_text("utf-8", "replace").splitlines())
    except OSError:
        return False
