"""Mutation testing: `python -m tests.mutation [MODULE…]`, with the extra `mutation` installed.

Each change that cosmic-ray makes to a module is tried in a copy of the tree; a change that no test notices is printed.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("effects", "guard", "match", "order", "in_doubt")
TESTS = "tests/provisioning"
COPIED = ("wizard", "tests", "resources", "packaging", "docs", ".github", "pyproject.toml", "README.md")
CONFIG = """
[cosmic-ray]
module-path = "wizard/provisioning/{module}.py"
timeout = {timeout}
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider -m 'not slow' {tests}"

[cosmic-ray.distributor]
name = "local"
"""


def main() -> int:
    """Try every mutation of the chosen modules; returns 1 if one survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="MODULE", help=", ".join(MODULES))
    parser.add_argument("--tests", default=TESTS, help=f"tests to run for each mutation ({TESTS})")
    parser.add_argument("--timeout", type=int, default=120, help="seconds that these tests may take")
    chosen = parser.parse_args()
    return max(survivors(module, chosen.tests, chosen.timeout) for module in chosen.modules)


def survivors(module: str, tests: str, timeout: int) -> int:
    """Try one module's mutations in a copy of the tree, and print those that no test noticed; 1 if there is one."""
    with TemporaryDirectory(prefix="mutation-") as folder:
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(folder) / name)
        config = Path(folder, "mutation.toml")
        config.write_text(CONFIG.format(module=module, timeout=timeout, tests=tests, python=sys.executable))
        for step in (("init", "mutation.toml", "session.sqlite"), ("exec", "mutation.toml", "session.sqlite")):
            subprocess.run(["cosmic-ray", *step], cwd=folder, check=True)
        report = subprocess.run(
            ["cr-report", "session.sqlite", "--show-diff", "--surviving-only"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        print(f"== {module}", report, sep="\n")
        return int("surviving mutants: 0 " not in report)


if __name__ == "__main__":
    sys.exit(main())
