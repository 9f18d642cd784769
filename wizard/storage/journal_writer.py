"""The journal's one way to its file: everything that waits is committed at once, by the thread that needs it there."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio import to_thread

from wizard.errors import WizardError
from wizard.storage.journal_schema import as_wizard_error, is_trouble

Statements = Callable[[sqlite3.Connection], object]


_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Write:
    statements: Statements
    awaited: bool
    """False: no caller waits, so it is tried again with later writes."""
    done: bool = False
    failure: WizardError | None = None


class JournalWriter:
    """Writes in the order they were given, in as few commits as the disk's pace allows.

    While one thread commits, the others wait for their turn, and the next one commits for all of them. What was only
    queued is committed with the next write that a caller waits for.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path
        self._waiting: list[_Write] = []
        self._failure: WizardError | None = None
        self._fault: WizardError | None = None
        self._closed = False
        self._order = threading.Lock()
        """Held while something is added to `_waiting`, or all of it is taken."""
        self._committing = threading.Lock()
        self._turn = anyio.Lock()
        """Held by the task whose thread commits: the next one finds its write done, mostly."""

    def queue(self, statements: Statements) -> None:
        """Queue a write, in order. If the disk fails, it is tried again with every later write."""
        self._add(_Write(statements, awaited=False))

    def write(self, statements: Statements) -> None:
        """Write, and return once it is on the disk; raises WizardError if it is not, and then it never will be."""
        self._finish(self._add(_Write(statements, awaited=True)))

    async def committed(self, statements: Statements) -> None:
        """As `write`, without blocking the event loop. Cancelled, it is written all the same."""
        write = self._add(_Write(statements, awaited=True))
        async with self._turn:
            if not write.done:
                await to_thread.run_sync(self._finish, write, abandon_on_cancel=True)
        if write.failure is not None:
            raise write.failure

    def flush(self) -> None:
        """Return once everything given so far is on the disk; raises WizardError where it is not."""
        self.write(_nothing)
        self._tell()

    def close(self) -> None:
        """Write pending data and close the connection; raises WizardError if a write failed."""
        with self._order:
            if self._closed:
                return
            self._closed = True
        with self._committing:
            self._commit()
            self._connection.close()
        self._tell()

    def _tell(self) -> None:
        failure = self._failure or self._fault
        if failure is not None:
            raise failure

    def _add(self, write: _Write) -> _Write:
        with self._order:
            if self._closed:
                raise RuntimeError("the journal is closed")
            self._waiting.append(write)
        return write

    def _finish(self, write: _Write) -> None:
        with self._committing:
            if not write.done:
                self._commit()
        if write.failure is not None:
            raise write.failure

    def _commit(self) -> None:
        """Commit everything that waits. The caller holds `_committing`."""
        with self._order:
            writes, self._waiting = self._waiting, []
        try:
            self._settle(writes)
        except BaseException:  # interrupted: another caller commits it, or `close` does
            with self._order:
                self._waiting[:0] = [write for write in writes if not write.done]
            raise

    def _settle(self, writes: list[_Write]) -> None:
        failure, faulty = self._attempt(writes)
        while faulty is not None:  # a fault of ours, not of the disk: it must not hold up the others for ever
            writes.remove(faulty)
            faulty.done, faulty.failure = True, failure
            if not faulty.awaited:
                self._fault = failure
            failure, faulty = self._attempt(writes)
        self._failure = failure
        again = [write for write in writes if failure is not None and not write.awaited]
        for write in writes:
            write.done, write.failure = True, failure
        with self._order:
            self._waiting[:0] = again

    def _attempt(self, writes: Sequence[_Write]) -> tuple[WizardError | None, _Write | None]:
        """One transaction for all. (None, None); or why nothing is written, and whose fault it is if not the disk's."""
        current: _Write | None = None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for current in writes:
                current.statements(self._connection)
            current = None
            self._connection.execute("COMMIT")
        except Exception as error:
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error) and is_trouble(error):
                return as_wizard_error(error, self._path), None
            _log.error("The journal could not be written: %s", type(error).__name__)
            return WizardError("journal-write-fault", path=str(self._path)), current
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        return None, None


def _nothing(_: sqlite3.Connection) -> None:
    """The statements of a write that only waits for those before it."""
