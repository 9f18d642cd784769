"""Small JSON files in HOME with what a person decided on this computer. A damaged one counts as lost."""

import errno
import hashlib
import logging
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Any, Generic, TypeVar, cast

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


# --- what holds on this computer only ---------------------------------------------------------------------------------

_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
"""machine-id(5)."""


@cache
def computer_id() -> str:
    """Return a digest of the id that the system was given when it was installed; "" = it has none, as in a container."""
    found = _system_id().strip().lower()
    # machine-id(5) asks programs to publish a hash of their own in its place
    return hashlib.sha256(f"identity-center-wizard {found}".encode()).hexdigest()[:32] if found else ""


def _system_id() -> str:
    try:
        if sys.platform == "win32":
            import winreg

            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        if sys.platform == "darwin":
            import ctypes

            identity, wait = (ctypes.c_ubyte * 16)(), (ctypes.c_long * 2)(5, 0)
            failed = ctypes.CDLL(None).gethostuuid(identity, wait)
            return "" if failed else bytes(identity).hex()
        found = next((path for path in _MACHINE_IDS if path.is_file()), None)
        return "" if found is None else found.read_text(encoding="ascii")
    except (OSError, ValueError, AttributeError):
        return ""


class FileOfThisComputer(Generic[Content]):
    """What a person allowed on this computer: in a HOME that was copied from another one, nothing is allowed."""

    def __init__(
        self, path: Path, content: type[Content], empty: Content, prepare: Callable[[Path], object]
    ) -> None:
        """As of `SmallFile`."""
        by_computer = cast(type[dict[str, Any]], GenericAlias(dict, (str, content)))
        self._file = SmallFile[dict[str, Any]](path, by_computer, {}, prepare)
        self._empty = empty

    def read(self) -> Content:
        """Return the value of this computer."""
        return cast(Content, self._file.read().get(computer_id(), self._empty))

    def change(self, change: Callable[[Content], Content]) -> Content:
        """Replace the value of this computer and return it; raises WizardError."""
        own = computer_id()

        def changed(whole: dict[str, Any]) -> dict[str, Any]:
            before = whole.get(own, self._empty)
            after = change(before)
            return whole if after == before else {**whole, own: after}

        return cast(Content, self._file.change(changed).get(own, self._empty))
