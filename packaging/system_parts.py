"""What the operating system has to bring before Qt and the tests can run, and how apt brings it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # an old Python has to be able to read this file, to be told that it is old
    Parts = Mapping[str, tuple[str, ...]]
    """What has to be there (a library or a program) -> the Debian packages that may bring it, best first."""

SCREENLESS: Parts = {
    "libGL.so.1": ("libgl1",),
    "libEGL.so.1": ("libegl1",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libfreetype.so.6": ("libfreetype6",),
    "libX11.so.6": ("libx11-6",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libzstd.so.1": ("libzstd1",),
}
"""What Qt loads even when it draws nowhere (read off the linked libraries of Qt 6.11)."""

X11: Parts = {
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-util.so.1": ("libxcb-util1",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
}
"""What Qt's X11 plugin loads besides."""

WAYLAND: Parts = {
    "libwayland-client.so.0": ("libwayland-client0",),
    "libwayland-cursor.so.0": ("libwayland-cursor0",),
    "libwayland-egl.so.1": ("libwayland-egl1",),
}
"""What Qt's Wayland plugin loads besides."""

TEST_PROGRAMS: Parts = {
    "Xvfb": ("xvfb",),
    "dbus-run-session": ("dbus-daemon", "dbus"),
    "dbus-launch": ("dbus-x11",),
    "gnome-keyring-daemon": ("gnome-keyring",),
    "secret-tool": ("libsecret-tools",),
    "systemctl": ("systemd",),
    "systemd-analyze": ("systemd",),
    "dunst": ("dunst",),
    "notify-send": ("libnotify-bin",),
    "trayer": ("trayer",),
    "xdotool": ("xdotool",),
}
"""What the tests with a real keyring, a real screen, a real notification area and a real scheduler start."""


class Stop(Exception):
    """The set-up cannot go on; its text is the sentence a person reads."""


def say(sentence: str) -> None:
    """Print one sentence now, before a child process writes."""
    print(sentence, flush=True)


def missing_parts(parts: Parts) -> list[str]:
    """The libraries that do not load and the programs that are not on the path; none outside Linux."""
    if sys.platform != "linux":
        return []
    return [name for name in parts if not (loads(name) if ".so." in name else shutil.which(name))]


def loads(library: str) -> bool:
    """Whether the system's loader finds this shared library and all it needs."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def x_server_answers() -> bool:
    """Whether a window can reach the X server that DISPLAY names; asked of libxcb, as Qt will."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    answers = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return answers


def bring(parts: Parts, purpose: str) -> str | None:
    """Install missing parts if permitted, else return what to do; None if nothing is missing."""
    missing = missing_parts(parts)
    if not missing:
        return None
    names = ", ".join(missing)
    if shutil.which("apt-get") is None:
        return f"{purpose} needs {names}: install the packages of your system that hold these and start again."
    if not may_install():
        line = apt_line(chosen_packages(missing, parts, apt_knows(missing, parts)))
        return f"{purpose} needs {names}: run  {line}  and start again."
    refresh()
    install(chosen_packages(missing, parts, apt_knows(missing, parts)))
    left = missing_parts(parts)
    return f"{purpose} still lacks {', '.join(left)}, although apt-get installed their packages." if left else None


def chosen_packages(missing: Iterable[str], parts: Parts, known: Collection[str]) -> list[str]:
    """One package per missing part: the first that apt knows, else the last, which is the oldest name."""
    return sorted({next((name for name in parts[part] if name in known), parts[part][-1]) for part in missing})


def apt_knows(missing: Iterable[str], parts: Parts) -> set[str]:
    """Return the missing packages that apt can install on this machine."""
    names = [package for part in missing for package in parts[part]]
    answer = subprocess.run(["apt-cache", "policy", *names], capture_output=True, text=True, env=apt_environment())
    return known_packages(answer.stdout)


def known_packages(policy: str) -> set[str]:
    """The packages that apt could install, read from the answer of `apt-cache policy`."""
    known, package = set(), ""
    for line in policy.splitlines():
        if line and not line[0].isspace():
            package = line.rstrip(":")
        elif line.strip().startswith("Candidate:") and "(none)" not in line:
            known.add(package)
    return known


def apt_line(packages: Iterable[str]) -> str:
    """The one line that a person may type to install these packages, also where apt has no lists yet."""
    return "sudo apt-get update && sudo apt-get install -y --no-install-recommends " + " ".join(packages)


def may_install() -> bool:
    """Whether we are root on a system with apt."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def refresh() -> None:
    """Update apt's lists; one broken source of several is reported and does not stop the setup."""
    if not apt("update"):
        say("apt-get could not update all package lists. Continuing with the existing ones.")


def install(packages: list[str]) -> None:
    """Install these packages with apt, which must be allowed."""
    say(f"Installing with apt-get: {' '.join(packages)}")
    if not apt("install", "-y", "--no-install-recommends", *packages):
        raise Stop("apt-get could not install the missing packages. Fix the errors above and start again.")


def apt(*arguments: str) -> bool:
    """Run apt-get quietly, asking nothing; when it fails its last lines are shown and the answer is False."""
    command = ["apt-get", "-q", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=apt_environment())
    if done.returncode:
        say("\n".join((done.stdout + done.stderr).strip().splitlines()[-6:]))
    return done.returncode == 0


def apt_environment() -> dict[str, str]:
    """The environment in which apt asks nothing and answers in English."""
    return {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
