"""Small JSON files in HOME with what a person decided on this computer. A damaged one counts as lost."""

import errno
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from wizard.errors import WizardError
from wizard.storage.lock import JobLock
from wizard.storage.paths import write_private

_LARGEST_BYTES = 16 * 1024 * 1024

_log = logging.getLogger(__name__)

Content = TypeVar("Content")


class SmallFile(Generic[Content]):
    """One value in one file: read whole, replaced whole, changed by one process at a time."""

    def __init__(
        self, path: Path, content: type[Content], empty: Content, prepare: Callable[[Path], object]
    ) -> None:
        """empty: what a missing or damaged file holds. prepare: makes the file's folder; raises WizardError."""
        self._path, self._type, self._empty, self._prepare = path, content, empty, prepare

    def read(self) -> Content:
        """Return the value; the empty one where there is no file, or where it is damaged."""
        try:
            if not self._path.is_file() or self._path.stat().st_size > _LARGEST_BYTES:
                return self._empty
            return msgspec.json.decode(self._path.read_bytes(), type=self._type)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            _log.warning("%s could not be read and counts as lost", self._path.name)
            return self._empty

    def change(self, change: Callable[[Content], Content]) -> Content:
        """Replace the value by what `change` makes of it, and return that. Writes nothing where it is the same.

        Raises WizardError.
        """
        if change(before := self.read()) == before:
            return before
        self._prepare(self._path.parent)
        with JobLock.take(self._path.with_suffix(".lock")):
            before = self.read()
            after = change(before)
            if after != before:
                write_private(self._path, self._encoded(after))
        return after

    def _encoded(self, content: Content) -> bytes:
        try:
            return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"
        except UnicodeEncodeError:  # half of a character, from an argument or a name of a file
            reason = os.strerror(errno.EILSEQ)
        raise WizardError("file-not-written", path=str(self._path), reason=reason, disk_full=False)


class NameList:
    """Names in a file, sorted, each once."""

    def __init__(self, path: Path, prepare: Callable[[Path], object]) -> None:
        """prepare: makes the file's folder; raises WizardError."""
        self._file = SmallFile[tuple[str, ...]](path, tuple[str, ...], (), prepare)

    def all(self) -> tuple[str, ...]:
        """Return the names."""
        return self._file.read()

    def add(self, names: Iterable[str]) -> tuple[str, ...]:
        """Add names and return all; raises WizardError."""
        added = tuple(names)
        return self._file.change(lambda before: tuple(sorted({*before, *added})))

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Remove names and return the others; raises WizardError."""
        removed = frozenset(names)
        return self._file.change(lambda before: tuple(name for name in before if name not in removed))
