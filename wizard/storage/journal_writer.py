"""The journal's one writer: a thread that owns the connection and commits what is waiting, all at once."""

import asyncio
import contextlib
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from wizard.errors import WizardError
from wizard.storage.journal_schema import as_wizard_error, is_trouble

Statements = Callable[[sqlite3.Connection], object]
_Waiting = Future[None] | asyncio.Future[None]

_LARGEST_BATCH = 500


@dataclass(frozen=True, slots=True)
class _Write:
    statements: Statements
    waiting: _Waiting | None = None
    """Done when it is committed, or failed. None: no caller waits, so it is retried with later writes."""


class JournalWriter:
    """Writes in the order they were given, in as few commits as the disk's pace allows.

    While one commit is on its way to the disk the next batch gathers, so a write waits for two commits at
    most, and nobody waits for company.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._unwritten: list[_Write] = []
        self._failure: WizardError | None = None
        self._fault: WizardError | None = None
        self._closed = False
        self._turn = threading.Lock()
        """Held while something is put: nothing comes behind the end of the queue, where nobody would write it."""
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def queue(self, statements: Statements) -> None:
        """Queue a write, in order. If the disk fails, it is retried with every later write."""
        self._put(_Write(statements))

    async def committed(self, statements: Statements) -> None:
        """Write, and return once it is on the disk; raises WizardError if it is not, and then it never will be."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._put(_Write(statements, future))
        await future

    def write(self, statements: Statements) -> None:
        """The same for a caller that may block."""
        future: Future[None] = Future()
        self._put(_Write(statements, future))
        future.result()

    def flush(self) -> None:
        """Return once everything given so far is on the disk; raises WizardError where it is not."""
        self.write(_nothing)
        self._tell()

    def close(self) -> None:
        """Write what is waiting and close the connection; raises WizardError for what could not be written."""
        with self._turn:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._tell()

    def _tell(self) -> None:
        failure = self._failure or self._fault
        if failure is not None:
            raise failure

    def _put(self, write: _Write) -> None:
        with self._turn:
            if self._closed:
                raise RuntimeError("the journal is closed")
            self._queue.put(write)

    def _work(self) -> None:
        open_still = True
        while open_still:
            batch = [self._queue.get()]
            with contextlib.suppress(Empty):
                while len(batch) < _LARGEST_BATCH:
                    batch.append(self._queue.get_nowait())
            open_still = None not in batch
            self._commit([write for write in batch if write is not None])
        self._connection.close()

    def _commit(self, batch: Sequence[_Write]) -> None:
        writes = [*self._unwritten, *batch]
        failure, faulty = self._attempt(writes)
        while faulty is not None:  # a fault of ours, not of the disk: it must not hold up the others for ever
            writes.remove(faulty)
            if faulty.waiting is None:
                self._fault = failure
            _settle((faulty,), failure)
            failure, faulty = self._attempt(writes)
        self._unwritten = [write for write in writes if write.waiting is None] if failure else []
        self._failure = failure
        _settle(writes, failure)

    def _attempt(self, writes: Sequence[_Write]) -> tuple[WizardError | None, _Write | None]:
        """One transaction for all. (None, None); or why nothing is written, and whose fault it is if not the disk's."""
        current: _Write | None = None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for current in writes:
                current.statements(self._connection)
            current = None
            self._connection.execute("COMMIT")
        except Exception as error:  # the thread must live on, or everybody waits for ever
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error) and is_trouble(error):
                return as_wizard_error(error, self._path), None
            failure = WizardError("journal-write-fault", path=str(self._path), kind=type(error).__name__)
            return failure, current
        return None, None


def _nothing(_: sqlite3.Connection) -> None:
    """The statements of a write that only waits for those before it."""


def _settle(writes: Iterable[_Write], failure: WizardError | None) -> None:
    """Settle the waiting futures; each event loop is woken once, because each wake-up is a system call."""
    blocked: list[_Waiting] = []
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting]] = defaultdict(list)
    for write in writes:
        future = write.waiting
        if isinstance(future, asyncio.Future):
            by_loop[future.get_loop()].append(future)
        elif future is not None:
            blocked.append(future)
    _settle_now(blocked, failure)
    for loop, futures in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop was closed: no caller waits
            loop.call_soon_threadsafe(_settle_now, futures, failure)


def _settle_now(futures: Iterable[_Waiting], failure: WizardError | None) -> None:
    for future in futures:
        if future.done():
            continue  # the caller was cancelled
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)
