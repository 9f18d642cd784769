"""Microsoft's provisioning log, kept on this computer after Microsoft has deleted it.

A file of its own in the journal's shape, so that the log view reads it like our own log. A row's number is its time in
microseconds with three digits behind it: late entries get their place among the earlier ones. A run is one cycle of
Microsoft's service. Reading is incremental: ranges still to be read are stored as gaps, and a gap shrinks in the same
transaction that adds its rows, so that a read that was killed anywhere continues without a loss and without a duplicate.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from wizard.graph.client import time_in_answer
from wizard.provisioning.events import LogRow
from wizard.storage.journal_rows import log_columns, log_rest, stamp, without_half_characters
from wizard.storage.journal_schema import as_wizard_error, is_damage, open_writer, replace_damaged
from wizard.storage.lock import JobLock
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home

OVERLAP = timedelta(hours=2)
"""Entries appear some minutes after Microsoft acted: so much is read again each time."""
_TABLES = """
CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, row INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cycles (id TEXT PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS executions (
    job TEXT NOT NULL, began TEXT NOT NULL, ended TEXT NOT NULL, activity TEXT NOT NULL, state TEXT NOT NULL,
    error TEXT NOT NULL, exported INTEGER NOT NULL, failed INTEGER NOT NULL, PRIMARY KEY (job, began)) WITHOUT ROWID;
"""
_ON_DEMAND = '{"purpose":"on-demand"}'
_STEP = 1_000
"""Numbers for the rows of one microsecond."""
_EPOCH, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
"""An entry may be so much later than this computer's clock; one that is later still does not move the reading on."""
Work = Callable[[sqlite3.Connection], int]
"""A function run in one transaction; returns the number of new rows."""


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """One entry of Microsoft's log."""

    id: str
    cycle: str
    """Microsoft's id of the cycle; "" = provisioned on demand."""
    row: LogRow
    """Its time as Microsoft writes it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of time whose entries have not been read yet."""

    after: str = ""
    """ISO time; "" = from the beginning."""
    before: str = ""
    """ISO time; "" = up to now."""


@dataclass(frozen=True, slots=True)
class KeptExecution:
    """A cycle as reported by the state of Microsoft's job."""

    job: str
    began: str
    ended: str
    activity: str
    state: str
    error: str
    exported: int
    failed: int


@dataclass(frozen=True, slots=True)
class CycleCount:
    """Rows of one cycle that ended alike."""

    run: int
    action: str
    status: str
    count: int
    first: str
    """ISO time."""


class _Memory(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has been read of one job's log."""

    newest: str = ""
    """ISO time of the newest entry, as Microsoft writes it."""
    gaps: tuple[tuple[str, str], ...] = ()
    """(after, before) of reads that did not end, the newest first."""


class MicrosoftLogReader(LogReader):
    """Reads the kept log; a missing one is empty."""

    def __init__(self, home: Home, job_id: str) -> None:
        super().__init__(home, job_id, path=_path(home, job_id))

    def executions(self, most: int) -> tuple[KeptExecution, ...]:
        """Return the newest reported cycles, the newest first."""
        columns = "job, began, ended, activity, state, error, exported, failed"
        question = f"SELECT {columns} FROM executions ORDER BY began DESC LIMIT ?"  # noqa: S608 - columns from above

        def read(connection: sqlite3.Connection) -> tuple[KeptExecution, ...]:
            return tuple(KeptExecution(*row) for row in connection.execute(question, (most,)))

        return self.ask(lambda connection: read(connection) if _is_whole(connection) else (), ())

    def cycle_counts(self, most: int) -> tuple[tuple[str, CycleCount], ...]:
        """Return (id of the cycle, count) of the newest cycles with entries; without those provisioned on demand."""
        newest = "SELECT id, run FROM cycles ORDER BY run DESC LIMIT ?"
        question = (
            "SELECT newest.id, log.run, action, status, COUNT(*), MIN(time) "  # noqa: S608 - parts from above
            f"FROM ({newest}) newest JOIN log ON log.run = newest.run GROUP BY log.run, status, action"
        )

        def read(connection: sqlite3.Connection) -> tuple[tuple[str, CycleCount], ...]:
            rows = connection.execute(question, (most,)).fetchall()
            return tuple((cycle, CycleCount(*values)) for cycle, *values in rows)

        return self.ask(lambda connection: read(connection) if _is_whole(connection) else (), ())

    def mark(self) -> tuple[int, int, int]:
        """Return (rows, lowest, highest number): differs after entries were added or deleted."""

        def read(connection: sqlite3.Connection) -> tuple[int, int, int]:
            found: tuple[int, int, int] = connection.execute(
                "SELECT COUNT(*), COALESCE(MIN(id), 0), COALESCE(MAX(id), 0) FROM log"
            ).fetchone()
            return found

        return self.ask(read, (0, 0, 0))


class MicrosoftLog:
    """Writes the kept log of one job; one process at a time."""

    def __init__(self, lock: JobLock, connection: sqlite3.Connection, path: Path) -> None:
        """Not called by others: `open` is."""
        self._lock, self._connection, self._path = lock, connection, path

    @classmethod
    def open(cls, home: Home, job_id: str) -> Self:
        """Open or make the log; a damaged one is set aside.

        Raises JobLocked while another process reads Microsoft's log, WizardError.
        """
        path = _path(home, job_id)
        home.ready(path.parent)
        lock = JobLock.take(path.with_suffix(".lock"))
        try:
            connection = open_writer(path)
            try:
                connection.executescript(_TABLES)
            except sqlite3.Error as error:
                connection.close()
                if not is_damage(error):
                    raise as_wizard_error(error, path) from None
                connection = replace_damaged(path)
                connection.executescript(_TABLES)
            return cls(lock, connection, path)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file and its lock."""
        self._connection.close()
        self._lock.release()

    def gaps(self, microsofts_job: str) -> tuple[Gap, ...]:
        """Return the unread ranges of the log of Microsoft's job, the newest first; raises WizardError."""
        try:
            memory = self._memory(microsofts_job)
        except sqlite3.Error as error:
            raise as_wizard_error(error, self._path) from None
        newest = moment_of(memory.newest)
        first = Gap(_literal(newest - OVERLAP) if newest else "")
        return (first, *(Gap(*each) for each in memory.gaps))

    def add(
        self, microsofts_job: str, gap: Gap, entries: Sequence[KeptEntry], now: datetime, *, ended: bool
    ) -> tuple[int, Gap]:
        """Add a page of a gap, the newest entry first, and return (number of new rows, rest of the gap).

        ended: it was the last page; the gap is closed. Raises WizardError, and nothing is changed then.
        """
        moments = [moment for each in entries if (moment := moment_of(each.row.time)) is not None]
        left = gap
        if moments:
            left = replace(gap, before=_literal(min(moments) + timedelta(microseconds=1)))

        def work(connection: sqlite3.Connection) -> int:
            memory = self._memory(microsofts_job)
            known = moment_of(memory.newest) or _EPOCH
            newest = max((known, *(each for each in moments if each <= now + _AHEAD)))
            gaps = [each for each in memory.gaps if each != (gap.after, gap.before)]
            if not ended:
                gaps.insert(0, (left.after, left.before))
            added = self._insert(connection, microsofts_job, entries, now)
            value = _Memory(_literal(newest) if newest > _EPOCH else "", tuple(gaps))
            connection.execute(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)",
                (f"microsoft.{microsofts_job}", msgspec.json.encode(value).decode()),
            )
            return added

        return self._in_one(work), left

    def saw(self, execution: KeptExecution) -> None:
        """Store a cycle reported by the state of the job; raises WizardError."""
        values = (
            execution.job, execution.began, execution.ended, execution.activity, execution.state, execution.error,
            execution.exported, execution.failed,
        )  # fmt: skip

        def work(connection: sqlite3.Connection) -> int:
            connection.execute("INSERT OR REPLACE INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            return 0

        self._in_one(work)

    def purge(self, days: int, now: datetime) -> None:
        """Delete entries and cycles older than so many days; raises WizardError."""
        limit = now - timedelta(days=days)
        row = _micros(limit) * _STEP

        def work(connection: sqlite3.Connection) -> int:
            for table, column in (("log_rest", "id"), ("log", "id"), ("entries", "row")):
                connection.execute(f"DELETE FROM {table} WHERE {column} < ?", (row,))  # noqa: S608 - names from above
            for table, column in (("cycles", "run"), ("runs", "id")):
                connection.execute(
                    f"DELETE FROM {table} WHERE {column} < ? AND {column} NOT IN (SELECT run FROM log)",  # noqa: S608
                    (row,),
                )
            connection.execute("DELETE FROM executions WHERE began < ?", (stamp(limit),))
            return 0

        self._in_one(work)

    def _memory(self, microsofts_job: str) -> _Memory:
        row = self._connection.execute(
            "SELECT value FROM facts WHERE name = ?", (f"microsoft.{microsofts_job}",)
        ).fetchone()
        try:
            return msgspec.json.decode(row[0], type=_Memory) if row else _Memory()
        except msgspec.MsgspecError:
            return _Memory()  # everything is read again, and nothing is added twice

    @staticmethod
    def _insert(connection: sqlite3.Connection, job: str, entries: Iterable[KeptEntry], now: datetime) -> int:
        connection.execute("INSERT OR IGNORE INTO tenants (url) VALUES (?)", (job,))
        (tenant,) = connection.execute("SELECT id FROM tenants WHERE url = ?", (job,)).fetchone()
        added = 0
        for entry in entries:
            if connection.execute("SELECT 1 FROM entries WHERE id = ?", (entry.id,)).fetchone():
                continue
            moment = moment_of(entry.row.time) or now.astimezone(UTC)
            number = _free_number(connection, moment)
            run = _run_of(connection, tenant, entry.cycle, number, stamp(moment))
            row = without_half_characters(replace(entry.row, time=stamp(moment)))
            columns = log_columns(number, run, row)
            connection.execute(
                "INSERT INTO log (id, run, time, kind, source_id, label, action, status, code, milliseconds, sought, args) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                columns,
            )
            connection.execute("INSERT INTO log_rest VALUES (?, ?)", log_rest(number, row))
            connection.execute("INSERT INTO entries VALUES (?, ?)", (entry.id, number))
            added += 1
        return added

    def _in_one(self, work: Work) -> int:
        """Carry out `work` in one transaction; raises WizardError."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                done = work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise as_wizard_error(error, self._path) from None
        return done


def _path(home: Home, job_id: str) -> Path:
    return home.of_job(job_id, "microsoft") / f"{job_id}.log.sqlite"


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Whether the tables beside the journal's exist: a damaged file may just have been replaced by a reader."""
    names = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('entries', 'cycles', 'executions')"
    count: int = connection.execute(names).fetchone()[0]
    return count == 3


def _run_of(connection: sqlite3.Connection, tenant: int, cycle: str, number: int, time: str) -> int:
    """Return the run of a cycle, made if there is none; each entry provisioned on demand has its own."""
    found = connection.execute("SELECT run FROM cycles WHERE id = ?", (cycle,)).fetchone() if cycle else None
    if found:
        run: int = found[0]
        connection.execute(
            "UPDATE runs SET started = MIN(started, ?), ended = MAX(ended, ?) WHERE id = ?", (time, time, run)
        )
        return run
    connection.execute(
        "INSERT INTO runs (id, tenant, started, ended, ending, planned) VALUES (?, ?, ?, ?, 'done', ?)",
        (number, tenant, time, time, "{}" if cycle else _ON_DEMAND),
    )
    if cycle:
        connection.execute("INSERT INTO cycles VALUES (?, ?)", (cycle, number))
    return number


def _free_number(connection: sqlite3.Connection, moment: datetime) -> int:
    """Return the first free number of a moment."""
    number = _micros(moment) * _STEP
    while connection.execute("SELECT 1 FROM log WHERE id = ?", (number,)).fetchone():
        number += 1
    return number


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(text: str) -> datetime | None:
    """Return the time in an entry of Microsoft's, in UTC; None where it cannot be read or is out of all reason."""
    moment = time_in_answer(text)
    return moment if moment is not None and _EPOCH <= moment < _LATEST else None


def _literal(moment: datetime) -> str:
    """Return a time as a filter of Microsoft Graph has it."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
