"""The one locator of resources/: checkout, wheel and frozen program alike."""

import sys
from functools import cache
from pathlib import Path


def asset(*parts: str) -> Path:
    """The path of a shipped file, such as `asset("sample", "people.csv")`; raises FileNotFoundError."""
    for root in _roots():
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError("/".join(parts))


@cache
def _roots() -> tuple[Path, ...]:
    here = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    bundled = (Path(frozen) / "resources",) if frozen else ()
    return (*bundled, here / "_resources", here.parent / "resources")
