"""What every package for Linux lays out: the program, its menu entry, store page, icons, man page and completions."""

from __future__ import annotations

import datetime
import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

from system_parts import Stop

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NAME = "identity-center-wizard"
LICENCES = ROOT / "build/licences/parts.json"
"""Written by licences.py before a bundle is made."""


def lay_out(
    bundle: Path,
    tree: Path,
    version: str,
    python: str,
    *,
    library: str = "usr/lib",
    zsh: str = "usr/share/zsh/vendor-completions",
) -> None:
    """Fill an empty tree; `library` and `zsh` are the folders that distributions name differently."""
    place_program(bundle, tree, library)
    place_texts(tree, version, python, zsh)
    place_icons(tree)


def place_program(bundle: Path, tree: Path, library: str = "usr/lib") -> None:
    """The bundle below the libraries and its name on the path."""
    shutil.copytree(bundle, tree / library / NAME, symlinks=True)
    binaries = tree / "usr/bin"
    binaries.mkdir(parents=True)
    (binaries / NAME).symlink_to(f"../{Path(library).relative_to('usr')}/{NAME}/{NAME}")


def place_texts(tree: Path, version: str, python: str, zsh: str) -> None:
    """Menu entry, store page, man page, completions."""
    share, day = tree / "usr/share", day_of(changed_at())
    manual = ROOT / "build/manual"
    asked = subprocess.run([python, str(HERE / "manual.py"), str(manual), version, day], cwd=ROOT)
    if asked.returncode:
        raise Stop("The man page could not be made from the program's parser.")
    copied(HERE / f"deb/{NAME}.desktop", share / f"applications/{NAME}.desktop")
    metainfo = (HERE / "deb/metainfo.xml").read_text("utf-8").replace("@VERSION@", version).replace("@DATE@", day)
    written(share / f"metainfo/{NAME}.metainfo.xml", metainfo)
    zipped(share / f"man/man1/{NAME}.1.gz", (manual / f"{NAME}.1").read_text("utf-8"))
    copied(manual / f"{NAME}.bash", share / f"bash-completion/completions/{NAME}")
    copied(manual / f"{NAME}.fish", share / f"fish/vendor_completions.d/{NAME}.fish")
    copied(manual / f"{NAME}.zsh", tree / zsh / f"_{NAME}")


def place_icons(tree: Path) -> None:
    """The freedesktop theme's places."""
    theme = tree / "usr/share/icons/hicolor"
    copied(HERE / f"icons/{NAME}.svg", theme / f"scalable/apps/{NAME}.svg")
    for size in (48, 128, 256):
        copied(HERE / f"icons/{NAME}-{size}.png", theme / f"{size}x{size}/apps/{NAME}.png")


# ---- Files


def copied(source: Path, place: Path) -> None:
    """A file to its place, folders made."""
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)


def written(place: Path, text: str) -> None:
    """A text to its place, folders made."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")


def zipped(place: Path, text: str) -> None:
    """The same, compressed without a time or a name inside, so that two builds are alike."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def modes(tree: Path, programs: set[Path]) -> None:
    """What root's umask and the checkout's must not decide; `programs` are what may be started."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path in programs else 0o644)


def changed_at() -> int:
    """When the sources last changed, in seconds: the build's own hour would make every package another."""
    named = os.environ.get("SOURCE_DATE_EPOCH", "")
    if named.isdigit():
        return int(named)
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True)
    return int(asked.stdout) if asked.stdout.strip().isdigit() else int((ROOT / "CHANGELOG.md").stat().st_mtime)


def day_of(moment: int) -> str:
    """`2026-11-28`, in UTC."""
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).date().isoformat()


# ---- What the program's libraries ask of the system


def binaries(folder: Path) -> list[Path]:
    """Programs and libraries below a folder."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in found if path.read_bytes()[:4] == b"\x7fELF"]


def linked(path: Path) -> set[str]:
    """The libraries that this one names."""
    told = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True).stdout
    return set(re.findall(r"NEEDED\s+(\S+)", told))


def asked_of_the_system(folder: Path) -> set[str]:
    """The libraries that something below the folder names and nothing in it is."""
    own = {path.name for path in folder.rglob("*")}
    return set().union(*(linked(path) for path in binaries(folder))) - own


def oldest_libc(folder: Path) -> str:
    """The newest version of the C library that something below the folder asks for."""
    asked: set[tuple[int, ...]] = {(2, 17)}
    for path in binaries(folder):
        told = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True).stdout
        asked |= {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_(2\.\d+)", told)}
    return ".".join(map(str, max(asked)))
