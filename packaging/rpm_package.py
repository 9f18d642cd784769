"""The package for Fedora, RHEL and openSUSE: the same tree as Debian's, packed by rpmbuild, which reads what it requires."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from bundle_filter import OF_PYTHON, OF_QT
from linux_tree import HERE, LICENCES, NAME, ROOT, binaries, changed_at, copied, lay_out, modes, written
from system_parts import Stop, say

TOOLS = {"rpmbuild": ("rpm",), "rpmlint": ("rpmlint",)}
"""Program that packs or checks -> Debian package that brings it."""

LIBRARY = "usr/lib64"
"""Architecture-dependent library folder of these distributions; all builds are 64-bit."""

DEBIANS_OWN = frozenset({"libbz2.so.1.0"})
"""Libraries that these distributions call otherwise: a package asking for one could never be installed."""


def build(bundle: Path, target: Path, work: Path, version: str, python: str) -> Path:
    """Lay the tree out in `work`/tree and pack it into `target`; returns the package."""
    tree = work / "tree"
    shutil.rmtree(work, ignore_errors=True)
    lay_out(bundle, tree, version, python, library=LIBRARY, zsh="usr/share/zsh/site-functions")
    program = tree / LIBRARY / NAME
    (program / "_internal/LICENSE").unlink()  # it has its own place
    copied(ROOT / "LICENSE", tree / f"usr/share/licenses/{NAME}/LICENSE")
    copied(ROOT / "CHANGELOG.md", tree / f"usr/share/doc/{NAME}/CHANGELOG.md")
    parts = json.loads(LICENCES.read_text("utf-8"))
    written(tree / f"usr/share/licenses/{NAME}/PARTS", parts_text(parts))
    modes(tree, set(binaries(program)))  # here a library is executable, and read by rpmbuild only then
    defines = {
        "_topdir": str(work / "rpmbuild"),
        "wizard_version": version,
        "wizard_licence": licence(parts),
        "wizard_tree": str(tree),
        "wizard_folder": f"/{LIBRARY}/{NAME}",
        "wizard_own": "|".join(sorted({"libQt6", *OF_QT, *OF_PYTHON})),
    }
    options = [word for name, value in defines.items() for word in ("--define", f"{name} {value}")]
    around = {**os.environ, "SOURCE_DATE_EPOCH": str(changed_at())}
    command = ["rpmbuild", "-bb", "--quiet", *options, str(HERE / f"rpm/{NAME}.spec")]
    done = subprocess.run(command, env=around, capture_output=True, text=True)
    made = list((work / "rpmbuild/RPMS").rglob("*.rpm"))
    if done.returncode or len(made) != 1:
        raise Stop(f"rpmbuild could not pack the tree: {(done.stdout + done.stderr).strip()}")
    target.mkdir(exist_ok=True)
    place = target / made[0].name
    shutil.copyfile(made[0], place)
    return place


def licence(parts: list[dict[str, str]]) -> str:
    """One SPDX expression for all that is in the package; of a choice of licences the choice stays."""
    told = {one.removesuffix(" License") for part in parts for one in part["licence"].split(" AND ")} | {
        "Apache-2.0"
    }
    return " AND ".join(sorted(f"({one})" if " OR " in one else one for one in told))


def parts_text(parts: list[dict[str, str]]) -> str:
    """Each part with its licence, and where the texts are."""
    lines = [f"{part['name']} {part['version']}: {part['licence']}".replace(" :", ":") for part in parts]
    return (
        "The program comes with these parts, each under its own licence:\n\n"
        + "\n".join(lines)
        + f"\n\nTheir licence texts are in /{LIBRARY}/{NAME}/_internal/resources/licences. Qt and PySide6 are used\n"
        f"under LGPL-3.0-only; their libraries are files of their own below /{LIBRARY}/{NAME} and can be replaced there.\n"
    )


# ---- The checks


def asked(made: Path, what: str) -> list[str]:
    """The lines of `rpm --query --package` for `--requires`, `--provides`, `--scripts`."""
    done = subprocess.run(["rpm", "-qp", what, str(made)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def check(made: Path) -> None:
    """What it requires and provides, and rpmlint; Stop names the fault."""
    requires, provides = asked(made, "--requires"), asked(made, "--provides")
    libraries = {word.split("(")[0] for word in requires if ".so" in word}
    if libraries & DEBIANS_OWN:
        raise Stop(f"Nobody but Debian has {', '.join(sorted(libraries & DEBIANS_OWN))}.")
    own = [word for word in (*requires, *provides) if re.match(r"lib(Qt6|pyside6|shiboken6|python3|icu)", word)]
    if own or asked(made, "--scripts"):
        raise Stop(f"The package tells of its inner parts or runs something at installation: {own}")
    say(f"rpm: asks for {len(libraries)} libraries of the system, runs nothing at installation")
    if shutil.which("rpmlint") is None:
        say("rpmlint is not here, so it did not look at the package.")
        return
    done = subprocess.run(
        ["rpmlint", "-c", str(HERE / "rpm/rpmlint.toml"), str(made)], capture_output=True, text=True
    )
    say(f"rpmlint: {'nothing to say against it' if not done.returncode else 'refused'}")
    if done.returncode:
        raise Stop((done.stdout + done.stderr).strip())
