"""The open-source components of the program with their licences, read from the components' metadata."""

import importlib.metadata
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wizard.assets import asset

PROGRAM = "identity-center-wizard"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One open-source part of the program."""

    name: str
    version: str
    """ "" = it has none."""
    licence: str
    """As the part tells it; "" = it does not."""


FONT = Part("Inter", "", "OFL-1.1")
"""The font the program brings along."""


@cache
def parts() -> tuple[Part, ...]:
    """Every part, by name: as the build of a frozen program collected them, else as they are installed here.

    Reads some dozens of small files, once: not for the screen's thread.
    """
    try:
        collected = json.loads(asset("licences", "parts.json").read_text("utf-8"))
    except FileNotFoundError:
        return _installed()
    return tuple(Part(one["name"], one["version"], one["licence"]) for one in collected)


def licence_texts() -> Path | None:
    """The folder with each part's own licence; None where the program was not built but runs from its source."""
    try:
        return asset("licences")
    except FileNotFoundError:
        return None


def licence(about: importlib.metadata.PackageMetadata) -> str:
    """What a part says of its licence: an SPDX expression, else its short word, else its classifier."""
    for field in ("License-Expression", "License"):
        given = (about.get_all(field) or [""])[0].strip()
        if given and "\n" not in given:
            return str(given)
    classes = [
        line.rsplit(" :: ", 1)[-1] for line in about.get_all("Classifier") or () if line.startswith("License")
    ]
    return " and ".join(classes)


def _installed() -> tuple[Part, ...]:
    python = Part("Python", sys.version.split()[0], "PSF-2.0")
    found = [Part(one.name, one.version, licence(one.metadata)) for one in _needed()]
    return tuple(sorted([*found, python, FONT], key=lambda part: part.name.lower()))


def _needed() -> Iterator[importlib.metadata.Distribution]:
    """What the program asks for, and what that asks for in turn, as far as it is installed; extras are not."""
    waiting, seen = [PROGRAM], {PROGRAM}
    while waiting:
        try:
            found = importlib.metadata.distribution(waiting.pop())
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system, or another Python
        if found.name != PROGRAM:
            yield found
        for line in found.requires or ():
            named = _NAME.match(line)
            name = re.sub(r"[-_.]+", "-", named.group()).lower() if named else ""
            if name and name not in seen and "extra ==" not in line:
                seen.add(name)
                waiting.append(name)
