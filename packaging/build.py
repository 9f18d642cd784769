"""Builds what people install: one command for each kind of package, from a checkout.

    python3 packaging/build.py bundle    the folder with the program, on the system it is for
    python3 packaging/build.py deb       a package for Debian and Ubuntu, checked
    python3 packaging/build.py rpm       a package for Fedora, RHEL and openSUSE, checked
    python3 packaging/build.py appdir    the folder of an AppImage, which its AppRun runs directly
    python3 packaging/build.py appimage --runtime FILE    the AppImage, with the start program that is pinned
    python3 packaging/build.py nsis      an installer for Windows (needs makensis)
    python3 packaging/build.py dmg       a disk image for macOS, on macOS
    python3 packaging/build.py container    checks the container image's parts: its root is made, and jobs run in it
    python3 packaging/build.py icons     draws packaging/icons from the SVG

Results are in dist/, intermediate files in build/. Only the standard library is used; PyInstaller
and the parts of the program come pinned, with hashes, into build/venv.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # a Python in safe-path mode leaves it out

import guide
import translations
from system_parts import SCREENLESS, WAYLAND, X11, Stop, bring, install, may_install, missing_parts, refresh, say

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build"
DIST = ROOT / "dist"
PINS = HERE / "requirements-build.txt"
VENV = BUILD / "venv"
NAME = "identity-center-wizard"

LINUX_TOOLS = {"objdump": ("binutils",), "strip": ("binutils",), "chrpath": ("chrpath",)}
"""What PyInstaller, and the tidying of its libraries, start."""


def version() -> str:
    """The program's own version, read without importing it."""
    text = (ROOT / "wizard" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "(.+)"', text)
    if found is None:
        raise Stop("wizard/__init__.py names no version.")
    return found[1]


def python() -> str:
    """The Python of the build environment."""
    return str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def run(command: list[str], advice: str, **environment: str) -> None:
    """Run a step in the checkout, its output shown; when it fails the advice ends the build."""
    bent = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX"}
    around = {name: value for name, value in os.environ.items() if name not in bent}
    if subprocess.run(command, cwd=ROOT, env={**around, **environment}).returncode:
        raise Stop(advice)


def environment() -> None:
    """Make build/venv from the pins, unless it already has the same pins and the same Python."""
    wanted = f"{sys.version}\n{PINS.read_text('utf-8')}"
    stamp = VENV / "build-stamp"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    require_python()
    say("Making build/venv with the pinned parts.")
    shutil.rmtree(VENV, ignore_errors=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    run([base, "-m", "venv", str(VENV)], "Python could not make a virtual environment.")
    pip = [python(), "-m", "pip", "install", "--quiet", "--no-input", "--progress-bar=off"]
    run(
        [*pip, "--no-deps", "--require-hashes", "--only-binary=:all:", "-r", str(PINS)],
        "pip could not install the pinned parts.",
    )
    stamp.write_text(wanted, "utf-8")


def require_python() -> None:
    """On Debian and Ubuntu bring the system Python's venv and shared library, which PyInstaller needs."""
    if not (shutil.which("apt-get") and sys.executable.startswith("/usr/bin/")):
        return
    minor = f"python3.{sys.version_info[1]}"
    wanted = [package for package in (f"{minor}-venv", f"lib{minor}") if not installed(package)]
    if wanted and not may_install():
        raise Stop(f"Missing: run  sudo apt-get install {' '.join(wanted)}  and start again.")
    if wanted:
        refresh()
        install(wanted)


def installed(package: str) -> bool:
    """Whether dpkg has this package on the system."""
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True)
    return asked.stdout.endswith("ok installed")


def bundle() -> Path:
    """The folder (on macOS also the .app) that PyInstaller makes; returns the folder."""
    if sys.platform == "linux":
        lacking = bring({**SCREENLESS, **LINUX_TOOLS}, "The build")
        if lacking:
            raise Stop(lacking)
    environment()
    licences()
    translations.compile_if_older(python())
    guide.build_if_older(python())
    begun = time.monotonic()
    made = BUILD / "bundle"
    options = ["--noconfirm", "--log-level", "ERROR", "--distpath", str(made), "--workpath", str(BUILD / "work")]
    run([python(), "-m", "PyInstaller", *options, str(HERE / "wizard.spec")], "PyInstaller could not build it.")
    folder = made / NAME
    if sys.platform == "linux":
        tidy(folder)
    say(f"{folder.relative_to(ROOT)}: {size(folder) / 1e6:.0f} MB, in {time.monotonic() - begun:.0f} s")
    return folder


def licences() -> None:
    """Collect what each part in the bundle is licensed under, into build/licences, and the bill of materials into dist."""
    DIST.mkdir(exist_ok=True)
    bill = DIST / f"{NAME}-{version()}-{sys.platform}.cdx.json"
    command = [python(), str(HERE / "licences.py"), str(PINS), str(BUILD / "licences"), str(bill)]
    run(command, "A part names no licence.")


def tidy(folder: Path) -> None:
    """Strip debug symbols and paths of the build machine from the libraries.

    The program itself is left alone: its archive hangs on it.
    """
    libraries = [str(path) for path in folder.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    run(["strip", "--strip-unneeded", *libraries], "strip could not read a library.")
    strangers = [path for path in libraries if re.search(r"PATH=(?!\$ORIGIN)", search_path(path))]
    if strangers:
        run(["chrpath", "--delete", *strangers], "chrpath could not read a library.")
    for path in libraries:
        os.chmod(path, 0o644)


def search_path(library: str) -> str:
    """Where a library looks for others, as chrpath tells it (of several it tells nothing after the first without one)."""
    return subprocess.run(["chrpath", "--list", library], capture_output=True, text=True).stdout


def size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def deb() -> None:
    """The Debian package, with what checks it."""
    import debian_package

    tools = {name: (package,) for name, package in debian_package.CHECKERS.items()}
    if may_install() and missing_parts(tools):
        bring(tools, "The check of the package")
    folder = bundle()
    made = debian_package.build(folder, DIST, BUILD / "deb", version(), python())
    say(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB")
    debian_package.check(made, BUILD / "deb" / "tree")


def rpm() -> None:
    """The package for Fedora and its kin, with what checks it."""
    import rpm_package

    if lacking := bring({"rpmbuild": rpm_package.TOOLS["rpmbuild"]}, "The package"):
        raise Stop(lacking)
    if may_install() and missing_parts(rpm_package.TOOLS):
        bring(rpm_package.TOOLS, "The check of the package")
    made = rpm_package.build(bundle(), DIST, BUILD / "rpm", version(), python())
    say(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB")
    rpm_package.check(made)


def appdir() -> Path:
    """The folder of an AppImage, with the X11 libraries that a desktop may lack."""
    import app_image

    if lacking := bring({**X11, **WAYLAND}, "The AppImage"):
        raise Stop(lacking)
    made = app_image.lay_folder(bundle(), BUILD / "appimage", version(), python())
    say(f"{made.relative_to(ROOT)}: {size(made) / 1e6:.0f} MB")
    return made


def appimage(runtime: Path | None) -> None:
    """The AppImage; `runtime` is the start program, which nobody here fetches."""
    import app_image

    if runtime is None:
        raise Stop("Name the start program: --runtime FILE (packaging/app_image.py says which one is accepted).")
    if lacking := bring(app_image.TOOLS, "The AppImage"):
        raise Stop(lacking)
    machine = app_image.checked(runtime)
    folder = appdir()
    app_image.pack(folder, runtime, DIST / f"{NAME}-{version()}-{machine}.AppImage")


def nsis() -> None:
    """The Windows installer around build/bundle; elsewhere than on Windows only to check the script."""
    folder = BUILD / "bundle" / NAME
    if sys.platform == "win32" or not folder.exists():
        folder = bundle()
    windows_installer(folder, DIST / f"{NAME}-{version()}-setup.exe")


def windows_installer(payload: Path, made: Path) -> None:
    """Pack this folder with makensis."""
    made.parent.mkdir(exist_ok=True)
    defines = {"VERSION": version(), "PAYLOAD": str(payload), "OUTPUT": str(made), "ICONS": str(HERE / "icons")}
    mark = "/" if sys.platform == "win32" else "-"
    options = [f"{mark}D{name}={value}" for name, value in defines.items()]
    run(["makensis", f"{mark}V2", *options, str(HERE / "nsis" / "installer.nsi")], "makensis could not build it.")
    say(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB")


def dmg() -> None:
    """A compressed disk image with the .app and a link to Applications, by macOS's own hdiutil."""
    if sys.platform != "darwin":
        raise Stop("A disk image is built on macOS.")
    bundle()
    stage = BUILD / "dmg"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    shutil.copytree(
        BUILD / "bundle" / "Identity Center Wizard.app", stage / "Identity Center Wizard.app", symlinks=True
    )
    (stage / "Applications").symlink_to("/Applications")
    DIST.mkdir(exist_ok=True)
    made = DIST / f"{NAME}-{version()}.dmg"
    options = ["-volname", "Identity Center Wizard", "-srcfolder", str(stage), "-format", "UDZO", "-ov"]
    run(["hdiutil", "create", *options, str(made)], "hdiutil could not build the image.")


def container() -> None:
    """What a container engine would build, without one."""
    import container_image

    container_image.check(BUILD / "container")


def icons() -> None:
    """Draw the icons of three systems."""
    environment()
    run([python(), str(HERE / "draw_icons.py")], "The icons could not be drawn.", QT_QPA_PLATFORM="offscreen")


COMMANDS: dict[str, Callable[[], object]] = {
    "bundle": bundle,
    "deb": deb,
    "rpm": rpm,
    "appdir": appdir,
    "nsis": nsis,
    "dmg": dmg,
    "container": container,
    "icons": icons,
}


def main() -> int:
    """Build what the command line names."""
    parser = argparse.ArgumentParser(description="Build what people install.")
    parser.add_argument("what", choices=sorted((*COMMANDS, "appimage")))
    parser.add_argument("--runtime", type=Path, metavar="FILE", help="the start program of an AppImage")
    asked = parser.parse_args()
    try:
        if asked.what == "appimage":
            appimage(asked.runtime)
        else:
            COMMANDS[asked.what]()
    except Stop as reason:
        say(str(reason))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
