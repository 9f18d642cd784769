"""Copies of what an earlier version of this program wrote, kept beside it before it is first written anew.

No copy is ever written over, for a file may be carried on twice, where somebody put its first copy back. What is kept
already is not kept again: the program may have been killed between the copy and what it was made for.
"""

import filecmp
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from glob import escape
from itertools import count
from pathlib import Path

from wizard.storage.paths import sync_folder, write_private


def keep_copy(path: Path, content: bytes, version: int) -> None:
    """Keep this content of a file of this shape beside it, 0600; raises WizardError or OSError."""
    place = _free_place(path, version, lambda copy: copy.read_bytes() == content)
    if place is not None:
        write_private(place, content)


def keep_part(part: Path, path: Path, version: int) -> None:
    """The same for a copy that stands finished in a file of its own, which is moved; raises OSError."""
    place = _free_place(path, version, lambda copy: filecmp.cmp(part, copy, shallow=False))
    if place is None:
        part.unlink()
    else:
        os.replace(part, place)
        sync_folder(place.parent)


def standing_copies(path: Path) -> tuple[Path, ...]:
    """Every copy of a file that stands beside it."""
    return tuple(path.parent.glob(f"{escape(path.name)}.version-*"))


def forget_copies(path: Path, before: datetime) -> None:
    """Remove the copies of a file that were made before this moment."""
    for copy in standing_copies(path):
        with suppress(OSError):  # somebody looks at it, or removed it
            if copy.stat().st_mtime < before.timestamp():
                copy.unlink()


def _free_place(path: Path, version: int, is_same: Callable[[Path], bool]) -> Path | None:
    """Where the copy goes; None = it is kept already."""
    for number in count(1):
        behind = f"version-{version}" if number == 1 else f"version-{version}-{number}"
        place = path.with_name(f"{path.name}.{behind}")
        if not place.exists():
            return place
        if place.is_file() and is_same(place):
            break
    return None
