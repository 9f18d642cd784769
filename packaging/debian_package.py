"""The Debian package: the bundle with menu entry, icons, man page, completions and what the archive's rules ask."""

from __future__ import annotations

import email.utils
import json
import os
import shutil
import subprocess
from pathlib import Path

from linux_tree import (
    HERE,
    LICENCES,
    NAME,
    ROOT,
    asked_of_the_system,
    changed_at,
    copied,
    lay_out,
    modes,
    oldest_libc,
    written,
    zipped,
)
from system_parts import Stop, say

MAINTAINER = "Identity Center Wizard contributors <identity-center-wizard@packages.invalid>"

CHECKERS = {"lintian": "lintian", "desktop-file-validate": "desktop-file-utils", "appstreamcli": "appstream"}
"""Program that checks the package -> Debian package that brings it."""

DEPENDS = (
    *("libstdc++6", "libgcc-s1", "zlib1g", "libzstd1", "libffi8", "libuuid1"),
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
provision people and groups to AWS IAM Identity Center
 Provisions people, groups, and memberships from Microsoft Entra ID or a file
 to AWS IAM Identity Center over SCIM, and keeps them up to date. A guided
 window shows every change before it is made. Commands and schedules run the
 same jobs without a window.
 .
 Includes a sample company and a simulated Identity Center to try it."""


# ---- The tree


def build(bundle: Path, target: Path, work: Path, version: str, python: str) -> Path:
    """Lay the tree out in `work`/tree and pack it into `target`; returns the package."""
    tree = work / "tree"
    shutil.rmtree(work, ignore_errors=True)
    moment = changed_at()
    lay_out(bundle, tree, version, python)
    (tree / "usr/lib" / NAME / "_internal/LICENSE").unlink()  # it is in every Debian, and named in copyright
    place_documents(tree, version, moment)
    place_control(tree, version)
    modes(tree, {tree / "usr/lib" / NAME / NAME, tree / "DEBIAN/postrm"})
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


def place_documents(tree: Path, version: str, moment: int) -> None:
    """Write copyright, changelogs and lintian overrides."""
    documents = tree / f"usr/share/doc/{NAME}"
    written(documents / "copyright", copyright_text(LICENCES))
    zipped(documents / "changelog.gz", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    date = email.utils.formatdate(moment)
    debian = (
        f"{NAME} ({version}-1) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- {MAINTAINER}  {date}\n"
    )
    zipped(documents / "changelog.Debian.gz", debian)
    copied(HERE / "deb/lintian-overrides", tree / f"usr/share/lintian/overrides/{NAME}")


def place_control(tree: Path, version: str) -> None:
    """DEBIAN/: what apt reads, and the sentence at removal."""
    files = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    depends = [f"libc6 (>= {oldest_libc(tree / 'usr/lib' / NAME)})", *DEPENDS]
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
Comment: The program comes with these parts, each under its own license:
{chr(10).join(lines)}
 .
 Their license texts are in /usr/lib/{NAME}/_internal/resources/licences.
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


def architecture() -> str:
    """Debian's name of this machine's kind."""
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True).stdout.strip()


def unbrought(tree: Path) -> dict[str, str]:
    """Library that nothing in the bundle or in what the package names brings -> the package here that has it."""
    named = {word for line in (*DEPENDS, *RECOMMENDS, "libc6") for word in line.split(" | ")}
    lacking = {}
    for library in sorted(asked_of_the_system(tree / "usr/lib" / NAME)):
        told = subprocess.run(["dpkg", "-S", f"*/{library}"], capture_output=True, text=True).stdout
        owners = {line.split(":", 1)[0] for line in told.splitlines()}
        if not owners & named:
            lacking[library] = ", ".join(sorted(owners)) or "no package here"
    return lacking


# ---- The checks


def check(made: Path, tree: Path) -> None:
    """lintian, the menu entry, the store page, the system's libraries; Stop names the fault."""
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
