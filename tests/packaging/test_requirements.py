"""The pins: whole, hashed, and without an address."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def project() -> dict[str, object]:
    """The [project] table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins() -> dict[str, tuple[str, int]]:
    """Pinned package -> its version and how many hashes it has."""
    text = (ROOT / "packaging" / "requirements.txt").read_text("utf-8")
    blocks = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)(.*(?:\n[ ]+.*)*)", text, re.MULTILINE)
    return {plain(name): (version, rest.count("--hash=sha256:")) for name, version, rest in blocks}


def plain(name: str) -> str:
    """A package's name as packages are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_and_what_builds_the_program_is_pinned():
    asked = [*project()["dependencies"], *project()["optional-dependencies"]["dev"], "hatchling", "editables"]
    names = {plain(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in asked}
    assert names <= set(pins())
    assert len(names) > 15


def test_every_pin_has_hashes():
    assert {name for name, (_, hashes) in pins().items() if not hashes} == set()
    text = (ROOT / "packaging" / "requirements.txt").read_text("utf-8")
    starts = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert len(starts) == len(pins())


def test_the_pinned_qt_is_not_the_one_that_aborts():
    version = tuple(int(part) for part in pins()["pyside6-essentials"][0].split(".")[:2])
    assert (6, 8) <= version < (6, 12)


def test_the_pins_name_no_address_and_no_path():
    text = (ROOT / "packaging" / "requirements.txt").read_text("utf-8")
    found = re.findall(r"^.*(?:://|--index|--find-links|--trusted|file:| @ |\s/\w).*$", text, re.MULTILINE)
    assert found == []


@pytest.mark.slow
def test_the_pins_are_whole_and_fit_each_other():
    """They are installed without a resolver, so nobody else would notice a missing one."""
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
