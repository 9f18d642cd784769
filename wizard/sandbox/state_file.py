"""What outlives the sandbox when it is given a state file: tenant id, people, groups and memberships."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from wizard.sandbox.errors import Refusal
from wizard.sandbox.inspection import kept
from wizard.sandbox.store import Store, new_store_id, new_tenant_id

VERSION = 1
DELAY = 0.4
"""Seconds that changes are gathered before the file is written."""

SHARE = 8
"""The file is written at most for one part in so many of the time, however big it grows."""


class StateUnreadable(Exception):
    """The state file cannot be used; its text is a sentence for a person."""


def load(path: Path | None, contrary: frozenset[str] = frozenset()) -> Store:
    """The store kept in a file, or a new one without a file; raises StateUnreadable and leaves the file alone."""
    if path is None or not path.exists():
        return Store(new_tenant_id(), new_store_id(), contrary)
    try:
        return _store(msgspec.json.decode(path.read_bytes()), contrary)
    except OSError as error:
        raise StateUnreadable(f"The state file {path} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, Refusal, KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateUnreadable(f"The state file {path} is damaged or not one of the sandbox's.") from error


def save(path: Path, content: bytes) -> None:
    """Write the whole file or leave the old one; raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def encoded(store: Store) -> bytes:
    """The content of a state file."""
    return msgspec.json.encode({"version": VERSION, "storeId": store.store_id, **kept(store)})


def _store(content: dict[str, Any], contrary: frozenset[str]) -> Store:
    if content["version"] != VERSION:
        raise ValueError(content["version"])
    store = Store(content["tenantId"], content["storeId"], contrary)
    for user in content["users"]:
        store.users.put(user)
    for group in content["groups"]:
        members = group.pop("members")
        store.groups.put(group)
        position = store.groups.position(group["id"])
        assert position is not None
        for user_position in store.user_positions(members):
            store.memberships.add(position, user_position)
    for shelf in (store.users, store.groups):
        shelf.show_all()
    return store


class StateKeeper:
    """Writes the store to its file soon after it changed, several changes at once, beside the event loop."""

    def __init__(self, store: Store, path: Path | None) -> None:
        self._store = store
        self._path = path
        self._saved = store.revision - 1
        self._delay = DELAY
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Note that the store changed; to be called on the event loop."""
        if self._path is not None and self._timer is None and self._writing is None:
            self._timer = asyncio.get_running_loop().call_later(self._delay, self._begin, self._path)

    def _begin(self, path: Path) -> None:
        self._timer = None
        self._writing = asyncio.get_running_loop().create_task(self._write(path))

    async def _write(self, path: Path) -> None:
        begun = time.monotonic()
        revision, content = self._store.revision, encoded(self._store)
        try:
            await asyncio.to_thread(save, path, content)
            self._saved = revision
        except OSError as error:
            print(f"The state file {path} could not be written: {error.strerror}.", file=sys.stderr)
        self._delay = max(DELAY, (time.monotonic() - begun) * (SHARE - 1))
        self._writing = None
        if self._store.revision != revision:
            self.changed()

    async def close(self) -> None:
        """Write what was not written yet; raises OSError."""
        if self._writing is not None:
            # Left to itself it could put the older content in the place of the newest.
            await self._writing
        if self._timer is not None:
            self._timer.cancel()
        if self._path is not None and self._saved != self._store.revision:
            save(self._path, encoded(self._store))
