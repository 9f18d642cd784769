"""Installs the rpm into an empty root, runs the sample job from there, erases it, compares the root.

    python3 tests/packaging/installed_rpm.py dist/*.rpm

On demand: needs root and Debian's package `rpm`. The libraries the program asks of its system are this machine's, and
nothing resolves what the package requires: it shows what rpm makes of the package, and says nothing about Fedora.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = "identity-center-wizard"


def rpm(root: Path, *arguments: str) -> str:
    """rpm in that root; ends the check where it fails."""
    return subprocess.run(
        ["rpm", "--root", str(root), *arguments], check=True, capture_output=True, text=True
    ).stdout


def files(root: Path) -> set[str]:
    """Every file in the root and every folder of the program's; other folders belong to a system's own packages."""
    found = [path for path in root.rglob("*") if NAME in str(path.relative_to(root)) or not path.is_dir()]
    return {str(path.relative_to(root)) for path in found if not path.is_relative_to(root / "var/lib/rpm")}


def main(package: Path) -> int:
    """0 when it came whole, ran, and left nothing."""
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder) / "root", Path(folder) / "home"
        root.mkdir()
        rpm(root, "--initdb")
        before = files(root)
        rpm(root, "--install", "--nodeps", "--nosignature", str(package.resolve()))
        changed = rpm(root, "--verify", "--nodeps", NAME)
        came = sorted(files(root) - before)
        size = rpm(root, "--query", "--queryformat", "%{SIZE}", NAME)
        print(
            f"package {package.stat().st_size / 1e6:.1f} MB, installed {int(size) / 1e6:.0f} MB, {len(came)} paths"
        )
        done = subprocess.run(
            [str(root / "usr/bin" / NAME), "try", "--headless"],
            env={**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        print(f"try --headless: {done.returncode}, {done.stdout.strip().splitlines()[-1:]}")
        rpm(root, "--erase", NAME)
        left = sorted(files(root) - before)
        print("left behind: " + (", ".join(left[:20]) or "nothing"))
    return 0 if done.returncode == 0 and not changed and not left else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
