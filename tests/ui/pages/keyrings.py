"""A keyring in memory, real enough for the program to call it safe."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend


class MemoryKeyring(KeyringBackend):
    """Keeps what it is given until the test ends; it can wait for a person, and it can fail."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}
        self.answers = threading.Event()
        """Cleared: every call waits, as a locked keyring does."""
        self.answers.set()
        self.trouble: Exception | None = None
        self.asked = 0
        """Calls so far."""

    def get_password(self, service: str, username: str) -> str | None:
        self._wait()
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._wait()
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._wait()
        self.kept.pop(username)

    def _wait(self) -> None:
        self.asked += 1
        self.answers.wait(20)
        if self.trouble is not None:
            raise self.trouble


MemoryKeyring.__module__ = "keyring.backends.SecretService"  # one that the program knows to be safe


class FileKeyring(KeyringBackend):
    """Keeps what it is given in a file, for several processes."""

    priority = 5.0

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def _kept(self) -> dict[str, str]:
        return dict(json.loads(self.path.read_text())) if self.path.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._kept(), username: password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        kept.pop(username)
        self._write(kept)

    def _write(self, kept: dict[str, str]) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(kept))
        beside.replace(self.path)


FileKeyring.__module__ = MemoryKeyring.__module__


@contextmanager
def in_use(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    """Let this be the system's keyring for a while."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield backend
    finally:
        keyring.set_keyring(before)
