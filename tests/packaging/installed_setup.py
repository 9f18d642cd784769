"""Installs, upgrades and removes the Windows installer under wine, with a stand-in for the program.

    python3 tests/packaging/installed_setup.py

On demand: needs makensis and wine64. It shows that the installer's own steps are right; the program in it runs on
Windows only, so this says nothing about that.
"""

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
build = importlib.import_module("build")
NAME = "Identity Center Wizard"


def wine(prefix: Path, *command: str) -> None:
    """Run a Windows program to its end."""
    program = shutil.which("wine64") or "/usr/lib/wine/wine64"
    around = {**os.environ, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "DISPLAY": ""}
    subprocess.run([program, *command], env=around, check=True, timeout=120, stdin=subprocess.DEVNULL)
    time.sleep(3)  # the uninstaller continues as a copy of itself


def main() -> int:
    """0 when everything came, was replaced, and went, but for what belongs to the person."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        payload, prefix = work / "payload", work / "wine"
        (payload / "_internal").mkdir(parents=True)
        for name in (f"{NAME}.exe", "identity-center-wizard.exe", "_internal/part"):
            (payload / name).write_text("stand-in")
        build.windows_installer(payload, work / "wizard.exe")
        wine(prefix, str(work / "wizard.exe"), "/S")
        local = next(prefix.glob("drive_c/users/*/AppData/Local/Programs")).parent
        installed = local / "Programs" / NAME
        data = local / "identity-center-wizard"
        data.mkdir()
        (data / "job.json").write_text("{}")
        (installed / "a person's own file").write_text("x")
        (installed / "_internal/old part").write_text("x")
        links = list(prefix.glob(f"drive_c/users/*/AppData/Roaming/**/{NAME}.lnk"))
        first = (installed / f"{NAME}.exe").exists() and len(links) == 1
        wine(prefix, str(work / "wizard.exe"), "/S")
        upgraded = not (installed / "_internal/old part").exists() and (installed / "_internal/part").exists()
        wine(prefix, str(installed / "uninstall.exe"), "/S")
        left = {path.name for path in installed.rglob("*")}
        removed = left == {"a person's own file"} and (data / "job.json").exists() and not links[0].exists()
        print(f"installed: {first}, upgraded in place: {upgraded}, removed with data kept: {removed}")
        return 0 if first and upgraded and removed else 1


if __name__ == "__main__":
    sys.exit(main())
