"""Backups of files that an earlier version wrote, made beside them before this version first changes them.

An existing backup is never overwritten: a file may be converted twice if its first backup was restored. The same
content is not backed up twice: the program may have been killed between the backup and the change.
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


def back_up(path: Path, content: bytes, version: int) -> None:
    """Write this content of `path`, in the format of this version, to a backup; raises WizardError or OSError."""
    backup = _free_path(path, version, lambda existing: existing.read_bytes() == content)
    if backup is not None:
        write_private(backup, content)


def move_to_backup(copy: Path, path: Path, version: int) -> None:
    """Make the finished copy of `path` its backup; raises OSError."""
    backup = _free_path(path, version, lambda existing: filecmp.cmp(copy, existing, shallow=False))
    if backup is None:
        copy.unlink()
    else:
        os.replace(copy, backup)
        sync_folder(backup.parent)


def backups_of(path: Path) -> tuple[Path, ...]:
    """Return all backups of a file."""
    return tuple(path.parent.glob(f"{escape(path.name)}.version-*"))


def delete_backups(path: Path, before: datetime) -> None:
    """Delete the backups of a file that were made before this time."""
    for backup in backups_of(path):
        with suppress(OSError):  # opened by another program, or deleted
            if backup.stat().st_mtime < before.timestamp():
                backup.unlink()


def _free_path(path: Path, version: int, is_same: Callable[[Path], bool]) -> Path | None:
    """Return an unused path for a backup; None = a backup with the same content exists."""
    for number in count(1):
        suffix = f"version-{version}" if number == 1 else f"version-{version}-{number}"
        backup = path.with_name(f"{path.name}.{suffix}")
        if not backup.exists():
            return backup
        if backup.is_file() and is_same(backup):
            break
    return None
