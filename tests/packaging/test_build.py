"""The build's own words, pins and drawings: what can be seen without building."""

import importlib
import importlib.metadata
import re
import struct
import subprocess
import sys
from pathlib import Path

import licences
import pytest
from windows_version import four_numbers

import wizard

ROOT = Path(__file__).resolve().parents[2]
build = importlib.import_module("build")  # by name: a folder build/ may stand beside, and sorters take it for ours


def blocks(name: str) -> dict[str, tuple[str, int]]:
    """Pinned package -> its version and how many hashes it has."""
    text = (ROOT / "packaging" / name).read_text("utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)(.*(?:\n[ ]+.*)*)", text, re.MULTILINE)
    return {package: (version, rest.count("--hash=sha256:")) for package, version, rest in found}


def test_the_build_pins_what_the_tests_pin():
    tested, built = blocks("requirements.txt"), blocks("requirements-build.txt")
    shared = set(tested) & set(built)
    assert {name: built[name][0] for name in shared} == {name: tested[name][0] for name in shared}
    assert {"pyside6-essentials", "httpx", "keyring", "uvicorn", "pyinstaller"} <= set(built)
    assert all(hashes for _, hashes in built.values())


def test_the_build_pins_name_no_address_and_no_path():
    text = (ROOT / "packaging" / "requirements-build.txt").read_text("utf-8")
    assert re.findall(r"^.*(?:://|--index|--find-links|--trusted|file:| @ |\s/\w).*$", text, re.MULTILINE) == []


def test_the_version_is_read_without_importing_the_program():
    assert build.version() == wizard.__version__


@pytest.mark.parametrize(
    ("text", "numbers"), [("0.1.0", (0, 1, 0, 0)), ("2.10.3rc1", (2, 10, 3, 0)), ("1", (1, 0, 0, 0))]
)
def test_windows_counts_in_four_numbers(text, numbers):
    assert four_numbers(text) == numbers


def test_every_part_of_the_bundle_tells_its_licence(tmp_path):
    pins = tmp_path / "pins.txt"
    pins.write_text("httpx==1 \\\n    --hash=sha256:0\nkeyring==1\npyinstaller==6\nno-such-part==1\n", "utf-8")
    assert licences.collect(pins, tmp_path / "licences") == []
    told = (tmp_path / "licences" / "parts.json").read_text("utf-8")
    assert all(
        word in told for word in ("httpx", "BSD-3-Clause", importlib.metadata.version("keyring"), "OFL-1.1")
    )
    assert "pyinstaller" not in told
    assert list((tmp_path / "licences" / "keyring").iterdir())


def test_a_frozen_program_tells_the_parts_that_its_build_collected(tmp_path):
    pins = tmp_path / "pins.txt"
    pins.write_text("httpx==1\n", "utf-8")
    licences.collect(pins, tmp_path / "resources" / "licences")
    code = (
        f"import sys; sys._MEIPASS = {str(tmp_path)!r}\n"
        "from wizard.flow.support.open_source import licence_texts, parts\n"
        "print([part.name for part in parts()], licence_texts())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"['httpx', 'Inter', 'Python'] {tmp_path / 'resources' / 'licences'}"


def test_the_bill_of_materials_names_each_part_where_it_comes_from():
    part = {"name": "jaraco.classes", "version": "3.4", "licence": "MIT", "page": ""}
    python = {"name": "Python", "version": "3.12", "licence": "PSF-2.0", "page": ""}
    told = licences.bill([part, python])
    assert told["bomFormat"] == "CycloneDX"
    assert [one.get("purl") for one in told["components"]] == ["pkg:pypi/jaraco-classes@3.4", None]


def test_no_workflow_takes_anything_that_can_move():
    uses = []
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text("utf-8")
        uses += re.findall(r"uses: (\S+)", text)
        assert not re.search(r"curl|wget|pip install|npx|latest", text), path
    assert len(uses) > 5
    assert [one for one in uses if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", one)] == []


def test_the_workflows_build_only_what_can_be_built():
    text = "".join(path.read_text("utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    asked = {*re.findall(r"what: ([a-z]+)", text), *re.findall(r"packaging/build.py ([a-z]+)", text)}
    assert {"deb", "rpm", "nsis", "dmg", "appimage"} == asked
    assert asked <= {*build.COMMANDS, "appimage"}


def test_the_one_thing_a_workflow_fetches_is_that_whose_hash_the_build_knows():
    text = "".join(path.read_text("utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    known = (ROOT / "packaging" / "app_image.py").read_text("utf-8")
    fetched = re.findall(r"gh release download (\S+) --repo (\S+)", text)
    assert len(fetched) == 1
    assert all(word in known for words in fetched for word in words)


def test_the_icons_of_windows_and_macos_hold_their_pictures():
    ico = (ROOT / "packaging" / "icons" / "identity-center-wizard.ico").read_bytes()
    kind, count = struct.unpack("<HH", ico[2:6])
    rows = [struct.unpack("<BBBBHHII", ico[6 + 16 * n : 22 + 16 * n]) for n in range(count)]
    assert (kind, [row[0] for row in rows]) == (1, [16, 24, 32, 48, 64, 0])
    assert all(ico[row[7] : row[7] + 8] == b"\x89PNG\r\n\x1a\n" for row in rows)
    icns = (ROOT / "packaging" / "icons" / "identity-center-wizard.icns").read_bytes()
    assert icns[:4] == b"icns"
    assert struct.unpack(">I", icns[4:8]) == (len(icns),)
