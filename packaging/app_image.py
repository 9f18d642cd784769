"""The AppImage: one file that runs where nothing is installed; a folder by the AppImage's rules, and a start program."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from linux_tree import NAME, asked_of_the_system, changed_at, copied, lay_out, modes
from system_parts import Stop, say

TOOLS = {"mksquashfs": ("squashfs-tools",)}
"""Program that packs -> Debian package that brings it."""

RUNTIME = {"x86_64": "2fca8b443c92510f1483a883f60061ad09b46b978b2631c807cd873a47ec260d"}
"""Kind of machine -> SHA-256 of the start program that is accepted: `runtime-…` of the release 20251108 of
AppImage/type2-runtime, linked statically, so that a system needs no libfuse. It is never fetched from here."""

BROUGHT = re.compile(r"libxcb-.+|libxkbcommon.*|libwayland-cursor")
"""Libraries that a desktop without Qt may lack. All others are on every one; OpenSSL and SQLite are the system's,
which mends their faults."""


def lay_folder(bundle: Path, work: Path, version: str, python: str) -> Path:
    """The AppDir in `work`: its AppRun runs it directly."""
    tree = work / f"{NAME}.AppDir"
    shutil.rmtree(work, ignore_errors=True)
    lay_out(bundle, tree, version, python)
    program = tree / "usr/lib" / NAME
    brought = bring_libraries(program)
    for package in packages_of(brought):  # their licences ask for it
        copied(Path("/usr/share/doc") / package / "copyright", tree / f"usr/share/doc/{package}/copyright")
    (tree / "AppRun").symlink_to(f"usr/lib/{NAME}/{NAME}")
    copied(tree / f"usr/share/applications/{NAME}.desktop", tree / f"{NAME}.desktop")
    copied(tree / f"usr/share/icons/hicolor/scalable/apps/{NAME}.svg", tree / f"{NAME}.svg")
    (tree / ".DirIcon").symlink_to(f"usr/share/icons/hicolor/256x256/apps/{NAME}.png")
    modes(tree, {program / NAME})
    return tree


def bring_libraries(program: Path) -> set[Path]:
    """Copy this machine's libraries that BROUGHT names beside the program, with those that they ask for in turn."""
    brought = set()
    told = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    known = re.findall(r"^\t(\S+) \(libc6,(?:x86-64|AArch64)[^)]*\) => (\S+)$", told, re.MULTILINE)
    places = dict(reversed(known))  # the first one is what the loader takes
    while wanted := {name for name in asked_of_the_system(program) if BROUGHT.fullmatch(name.split(".so")[0])}:
        if lacking := wanted - set(places):
            raise Stop(f"This machine lacks {', '.join(sorted(lacking))}.")
        for name in wanted:
            copied(Path(places[name]), program / "_internal" / name)
            brought.add(Path(places[name]))
    return brought


def packages_of(files: Iterable[Path]) -> set[str]:
    """The Debian packages that these files of this machine came with."""
    told = subprocess.run(
        ["dpkg", "-S", *(f"*/{file.name}" for file in files)], capture_output=True, text=True
    ).stdout
    return {line.split(":", 1)[0] for line in told.splitlines()}


def checked(runtime: Path, accepted: Mapping[str, str] = RUNTIME) -> str:
    """The kind of machine that a start program is for; Stop where it is none of those that were pinned."""
    if not runtime.is_file():
        raise Stop(f"There is no file {runtime}.")
    found = hashlib.sha256(runtime.read_bytes()).hexdigest()
    for machine, wanted in accepted.items():
        if found == wanted and machine == platform.machine():
            return machine
    raise Stop(f"{runtime.name} is not the start program that was pinned (packaging/app_image.py).")


def pack(tree: Path, runtime: Path, made: Path) -> None:
    """The start program, which was checked before, with the folder behind it, compressed."""
    packed = made.with_suffix(".squashfs")
    packed.unlink(missing_ok=True)
    command = [
        "mksquashfs",
        str(tree),
        str(packed),
        "-comp",
        "zstd",
        "-root-owned",
        "-noappend",
        "-quiet",
        "-no-progress",
    ]
    around = {**os.environ, "SOURCE_DATE_EPOCH": str(changed_at())}  # it takes all times from there
    done = subprocess.run(command, env=around, capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"mksquashfs could not pack the folder: {done.stderr.strip()}")
    made.write_bytes(runtime.read_bytes() + packed.read_bytes())
    made.chmod(0o755)
    packed.unlink()
    say(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB")
