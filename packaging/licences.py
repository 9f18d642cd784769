"""Collects which open-source parts are in the bundle and under which licence, from the parts themselves.

    python licences.py PINS FOLDER BILL

Writes FOLDER/parts.json, a list of {"name", "version", "licence", "page"}, and beside it each part's own licence
texts; BILL is the software bill of materials, in CycloneDX's form.
Runs in the build environment; ends with 1 when a part does not tell.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wizard.flow.support.open_source import licence

TOOLS = frozenset(
    {"altgraph", "macholib", "packaging", "pefile", "pyinstaller", "pyinstaller-hooks-contrib", "setuptools"}
)
"""Pinned for the build and not in the bundle. PyInstaller's start program is in it, by its licence's exception."""


def pinned(text: str) -> list[str]:
    """The names in a file of pins."""
    return [name for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE) if name not in TOOLS]


def page(about: importlib.metadata.PackageMetadata) -> str:
    """Where the part is at home, or nothing."""
    named = dict(line.split(", ", 1) for line in about.get_all("Project-URL") or () if ", " in line)
    known = {label.lower(): address for label, address in named.items()}
    return next(iter(about.get_all("Home-page") or ()), "") or next(
        (known[label] for label in ("homepage", "home", "source", "repository") if label in known), ""
    )


def collect(pins: Path, folder: Path) -> list[str]:
    """Write the list and the texts; returns the parts that tell no licence."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    parts, silent = [], []
    for name in pinned(pins.read_text("utf-8")):
        try:
            part = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # pinned for another system
        about = part.metadata
        told = licence(about)
        if not told:
            silent.append(name)
        parts.append({"name": about["Name"], "version": part.version, "licence": told, "page": page(about)})
        texts = [file for file in part.files or () if re.match(r"(?i)(licen[cs]e|copying|notice)", file.name)]
        for file in texts:
            place = folder / about["Name"]
            place.mkdir(exist_ok=True)
            shutil.copyfile(str(file.locate()), place / file.name)
    python = {
        "name": "Python",
        "version": sys.version.split()[0],
        "licence": "PSF-2.0",
        "page": "https://www.python.org",
    }
    inter = {"name": "Inter", "version": "", "licence": "OFL-1.1", "page": "https://rsms.me/inter"}
    ordered = sorted([*parts, python, inter], key=lambda part: part["name"].lower())
    (folder / "parts.json").write_text(json.dumps(ordered, indent=1) + "\n", "utf-8")
    return silent


def bill(parts: list[dict[str, str]]) -> dict[str, object]:
    """The parts as CycloneDX 1.5 tells them; no time and no number of its own, so that two builds are alike."""
    components = []
    for part in parts:
        told: dict[str, object] = {"type": "library", "name": part["name"], "version": part["version"]}
        told["licenses"] = [{"license": {"name": part["licence"]}}]
        if part["name"] not in ("Python", "Inter"):
            told["purl"] = f"pkg:pypi/{re.sub(r'[-_.]+', '-', part['name']).lower()}@{part['version']}"
        components.append(told)
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


if __name__ == "__main__":
    without = collect(Path(sys.argv[1]), Path(sys.argv[2]))
    collected = json.loads((Path(sys.argv[2]) / "parts.json").read_text("utf-8"))
    Path(sys.argv[3]).write_text(json.dumps(bill(collected), indent=1) + "\n", "utf-8")
    for one in without:
        print(f"{one} tells no licence", file=sys.stderr)
    sys.exit(bool(without))
