"""The Debian package: the bundle with menu entry, icons, man page, completions and what the archive's rules ask."""

from __future__ import annotations

import email.utils
import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from system_parts import Stop, say

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NAME = "identity-center-wizard"
MAINTAINER = "Identity Center Wizard contributors <identity-center-wizard@packages.invalid>"

CHECKERS = {"lintian": "lintian", "desktop-file-validate": "desktop-file-utils", "appstreamcli": "appstream"}
"""Program that checks the package -> Debian package that brings it."""

DEPENDS = (
    *("libstdc++6", "libgcc-s1", "zlib1g", "libzstd1", "libbz2-1.0", "liblzma5", "libffi8", "libuuid1"),
    *("libssl3t64 | libssl3", "libsqlite3-0"),
    *("libgl1", "libegl1", "libxkbcommon0", "libxkbcommon-x11-0", "libfontconfig1", "libfreetype6"),
    *("libglib2.0-0t64 | libglib2.0-0", "libdbus-1-3", "libx11-6", "libx11-xcb1", "libxcb1", "libxcb-cursor0"),
    *("libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0"),
    *(
        "libxcb-render0",
        "libxcb-shape0",
        "libxcb-shm0",
        "libxcb-sync1",
        "libxcb-util1",
        "libxcb-xfixes0",
        "libxcb-xkb1",
    ),
)
"""What brings the libraries that the bundle leaves to the system; `unbrought` sees that none is forgotten."""

RECOMMENDS = (
    "gnome-keyring | kwalletmanager",
    "libwayland-client0",
    "libwayland-cursor0",
    "ca-certificates",
    "xdg-utils",
)

DESCRIPTION = """\
provision people and groups into AWS IAM Identity Center
 Brings people and groups from a directory file into AWS IAM Identity Center
 over SCIM and keeps them in step: created, updated, disabled, with their
 groups. A guided window shows every change before it is made; the same engine
 runs without a window, for schedules.
 .
 A made-up company and an Identity Center on this computer are there to try it."""


# ---- The tree


def build(bundle: Path, target: Path, work: Path, version: str, python: str) -> Path:
    """Lay the tree out in `work`/tree and pack it into `target`; returns the package."""
    tree = work / "tree"
    shutil.rmtree(work, ignore_errors=True)
    place_program(bundle, tree)
    moment = changed_at()
    place_texts(tree, work, version, moment, python)
    place_icons(tree)
    place_control(tree, version)
    modes(tree)
    target.mkdir(exist_ok=True)
    made = target / f"{NAME}_{version}-1_{architecture()}.deb"
    options = ["--root-owner-group", "-Zxz", "--build", str(tree), str(made)]
    done = subprocess.run(
        ["dpkg-deb", *options],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(moment)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Stop(f"dpkg-deb could not pack the tree: {done.stderr.strip()}")
    return made


def place_program(bundle: Path, tree: Path) -> None:
    """The bundle below /usr/lib and its name on the path."""
    shutil.copytree(bundle, tree / "usr/lib" / NAME, symlinks=True)
    binaries = tree / "usr/bin"
    binaries.mkdir(parents=True)
    (binaries / NAME).symlink_to(f"../lib/{NAME}/{NAME}")
    (tree / "usr/lib" / NAME / "_internal/LICENSE").unlink()  # it is in every Debian, and named in copyright


def place_texts(tree: Path, work: Path, version: str, moment: int, python: str) -> None:
    """Menu entry, store page, man page, completions, copyright, changelog, overrides, removal's sentence."""
    share = tree / "usr/share"
    date = email.utils.formatdate(moment, usegmt=True)
    day = "{:04}-{:02}-{:02}".format(*email.utils.parsedate_tz(date)[:3])  # type: ignore[index]
    manual = work / "manual"
    asked = subprocess.run([python, str(HERE / "manual.py"), str(manual), version, day], cwd=ROOT)
    if asked.returncode:
        raise Stop("The man page could not be made from the program's parser.")
    copied(HERE / f"deb/{NAME}.desktop", share / f"applications/{NAME}.desktop")
    metainfo = (HERE / "deb/metainfo.xml").read_text("utf-8").replace("@VERSION@", version).replace("@DATE@", day)
    written(share / f"metainfo/{NAME}.metainfo.xml", metainfo)
    zipped(share / f"man/man1/{NAME}.1.gz", (manual / f"{NAME}.1").read_text("utf-8"))
    copied(manual / f"{NAME}.bash", share / f"bash-completion/completions/{NAME}")
    copied(manual / f"{NAME}.fish", share / f"fish/vendor_completions.d/{NAME}.fish")
    copied(manual / f"{NAME}.zsh", share / f"zsh/vendor-completions/_{NAME}")
    written(share / f"doc/{NAME}/copyright", copyright_text(ROOT / "build/licences/parts.json"))
    zipped(share / f"doc/{NAME}/changelog.gz", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    debian = f"{NAME} ({version}-1) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- {MAINTAINER}  {rfc(moment)}\n"
    zipped(share / f"doc/{NAME}/changelog.Debian.gz", debian)
    copied(HERE / "deb/lintian-overrides", share / f"lintian/overrides/{NAME}")


def place_icons(tree: Path) -> None:
    """The freedesktop theme's places."""
    theme = tree / "usr/share/icons/hicolor"
    copied(HERE / f"icons/{NAME}.svg", theme / f"scalable/apps/{NAME}.svg")
    for size in (48, 128, 256):
        copied(HERE / f"icons/{NAME}-{size}.png", theme / f"{size}x{size}/apps/{NAME}.png")


def place_control(tree: Path, version: str) -> None:
    """DEBIAN/: what apt reads, and the sentence at removal."""
    files = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    depends = [f"libc6 (>= {oldest_libc(tree)})", *DEPENDS]
    fields = {
        "Package": NAME,
        "Version": f"{version}-1",
        "Architecture": architecture(),
        "Maintainer": MAINTAINER,
        "Installed-Size": str(sum(-(-path.stat().st_size // 1024) for path in files)),
        "Depends": ", ".join(depends),
        "Recommends": ", ".join(RECOMMENDS),
        "Section": "net",
        "Priority": "optional",
        "Description": DESCRIPTION,
    }
    written(tree / "DEBIAN/control", "".join(f"{key}: {value}\n" for key, value in fields.items()))
    copied(HERE / "deb/postrm", tree / "DEBIAN/postrm")
    sums = subprocess.run(
        ["md5sum", *(str(path.relative_to(tree)) for path in sorted(files))],
        cwd=tree,
        capture_output=True,
        text=True,
    )
    written(tree / "DEBIAN/md5sums", sums.stdout)


def copyright_text(parts: Path) -> str:
    """Debian's machine-readable form; the parts and their licences as they tell them themselves."""
    told = json.loads(parts.read_text("utf-8"))
    lines = [f"   {part['name']} {part['version']}: {part['licence']}".rstrip() for part in told]
    return f"""Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Identity Center Wizard
Comment: The program comes with these parts, each under its own licence:
{chr(10).join(lines)}
 .
 Their licence texts are in /usr/lib/{NAME}/_internal/resources/licences.
 Qt and PySide6 are used under LGPL-3; their libraries are files of their own
 below /usr/lib/{NAME} and can be replaced there.

Files: *
Copyright: 2026 the Identity Center Wizard contributors
License: Apache-2.0

Files: usr/lib/{NAME}/_internal/PySide6/*
Copyright: The Qt Company Ltd. and other contributors
License: LGPL-3

License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.

License: LGPL-3
 On Debian systems the text is in /usr/share/common-licenses/LGPL-3.
"""


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


def modes(tree: Path) -> None:
    """What root's umask and the checkout's must not decide."""
    programs = {tree / "usr/lib" / NAME / NAME, tree / "DEBIAN/postrm"}
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


def rfc(moment: int) -> str:
    """A changelog's date."""
    return email.utils.formatdate(moment)


def architecture() -> str:
    """Debian's name of this machine's kind."""
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True).stdout.strip()


# ---- The system's part


def binaries(tree: Path) -> list[Path]:
    """Programs and libraries of the bundle."""
    found = [path for path in (tree / "usr/lib" / NAME).rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in found if path.read_bytes()[:4] == b"\x7fELF"]


def linked(path: Path) -> set[str]:
    """The libraries that this one names."""
    told = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True).stdout
    return set(re.findall(r"NEEDED\s+(\S+)", told))


def oldest_libc(tree: Path) -> str:
    """The newest version of the C library that something in the bundle asks for."""
    asked = {(2, 17)}
    for path in binaries(tree):
        told = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True).stdout
        asked |= {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_(2\.\d+)", told)}
    return ".".join(map(str, max(asked)))


def unbrought(tree: Path) -> dict[str, str]:
    """Library that nothing in the bundle or in what the package names brings -> the package here that has it."""
    own = {path.name for path in (tree / "usr/lib" / NAME).rglob("*")}
    needed = set().union(*(linked(path) for path in binaries(tree))) - own
    named = {word for line in (*DEPENDS, *RECOMMENDS, "libc6") for word in line.split(" | ")}
    lacking = {}
    for library in sorted(needed):
        told = subprocess.run(["dpkg", "-S", f"*/{library}"], capture_output=True, text=True).stdout
        owners = {line.split(":", 1)[0] for line in told.splitlines()}
        if not owners & named:
            lacking[library] = ", ".join(sorted(owners)) or "no package here"
    return lacking


# ---- The checks


def check(made: Path, tree: Path) -> None:
    """lintian, the menu entry, the store page, the system's libraries; Stop names what is wrong."""
    lacking = unbrought(tree)
    if lacking:
        raise Stop("The package names nothing that brings " + "; ".join(f"{k} ({v})" for k, v in lacking.items()))
    share = tree / "usr/share"
    # The program has no domain of its own to turn around into an id.
    wanted = (
        ["desktop-file-validate", str(share / f"applications/{NAME}.desktop")],
        [
            "appstreamcli",
            "validate",
            "--no-net",
            "--override=cid-desktopapp-is-not-rdns=info",
            str(share / f"metainfo/{NAME}.metainfo.xml"),
        ],
        ["lintian", "--fail-on", "error,warning", "--allow-root", str(made)],
    )
    failed = []
    for command in wanted:
        if shutil.which(command[0]) is None:
            say(f"{command[0]} is not here, so it did not look at the package.")
            continue
        done = subprocess.run(command, capture_output=True, text=True)
        say(f"{command[0]}: {'nothing to say against it' if not done.returncode else 'refused'}")
        if done.stdout.strip() or done.stderr.strip():
            say((done.stdout + done.stderr).strip())
        failed += [command[0]] if done.returncode else []
    if failed:
        raise Stop(f"The package is made, and {' and '.join(failed)} would not let it pass.")
