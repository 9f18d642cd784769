"""The journal: what one job has linked, intended and done, on disk before it is sent."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from types import TracebackType
from typing import Self

import msgspec

from wizard.aws.interface import ObjectKind
from wizard.errors import Message, WizardError
from wizard.provisioning.change import Change
from wizard.provisioning.events import LogRow
from wizard.provisioning.ledger import Confirmed, GuardMemory, InDoubt, LastReading, Link, Loss, SourceFacts
from wizard.provisioning.retry_later import DelayedRetry, Quarantine, RefusedKey
from wizard.storage import journal_links
from wizard.storage.backups import delete_backups
from wizard.storage.journal_rows import (
    intention,
    keys_text,
    log_columns,
    log_rest,
    message_text,
    quarantine_text,
    reading_bytes,
    reading_of,
    stamp,
    without_half_characters,
)
from wizard.storage.journal_schema import (
    DAMAGED,
    SET_ASIDE,
    as_wizard_error,
    is_damage,
    open_writer,
    replace_damaged,
)
from wizard.storage.journal_writer import JournalWriter
from wizard.storage.lock import JobLock
from wizard.storage.log_pages import KILLED, KILLED_MESSAGE, LogReader
from wizard.storage.paths import Home
from wizard.storage.redaction import Redaction

_LOSSES_ADDED_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeptSnapshot:
    """The last whole reading of the source, with the cursor that continues from it."""

    made_at: str
    """ISO time, UTC."""
    user_ids: tuple[str, ...] = ()
    """Source ids, of everyone read."""
    group_ids: tuple[str, ...] = ()
    cursor: str = ""
    facts: SourceFacts | None = None
    """What the guard compares the next reading with; None = kept by an earlier version."""


class Journal:
    """One job's journal, bound to one tenant URL and held by this process alone.

    It is the engine's `Ledger`. Writing calls may come from any thread; those that read may wait some
    milliseconds for data being written. All raise WizardError where the file fails.
    """

    def __init__(
        self,
        lock: JobLock,
        connection: sqlite3.Connection,
        home: Home,
        job_id: str,
        tenant_url: str,
        redaction: Redaction,
    ) -> None:
        """Not called by others: `open` is."""
        path = home.of_job(job_id, "journals") / f"{job_id}.sqlite"
        self._lock, self._path, self._redaction = lock, path, redaction
        self.notes = _notes(connection)
        """That a damaged journal was set aside; until a run has begun."""
        self._run = 0
        self._tenant, self.other_tenant, number, row_number = _bind(connection, tenant_url)
        """other_tenant: it was last used with another tenant URL; links of that tenant stay, unused."""
        self._numbers, self._row_numbers = count(number), count(row_number)
        self._reader = LogReader(home, job_id, self._note_damage)
        self._writer = JournalWriter(connection, path)

    @classmethod
    def open(cls, home: Home, job_id: str, tenant_url: str, redaction: Redaction | None = None) -> Self:
        """Take the job's lock and open its journal, new or old. redaction: None for a job that redacts nothing.

        Raises JobLocked while another process holds the job, WizardError where the file cannot be used. A
        damaged file is moved aside, which `notes` says.
        """
        redaction = redaction or Redaction()
        path = home.ready(home.of_job(job_id, "journals")) / f"{job_id}.sqlite"
        lock = JobLock.take(path.with_suffix(".lock"))
        try:
            connection = open_writer(path)
            try:
                return cls(lock, connection, home, job_id, tenant_url, redaction)
            except (sqlite3.Error, ValueError) as error:  # ValueError: a number that the file does not hold as one
                connection.close()
                if isinstance(error, sqlite3.Error) and not is_damage(error):
                    raise as_wizard_error(error, path) from None
            return cls(lock, replace_damaged(path), home, job_id, tenant_url, redaction)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Write pending data, close the file and release the job; raises WizardError if that failed."""
        try:
            self._reader.close()
            self._writer.close()
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except WizardError:
            if error is None:  # the error that ended the block is more specific
                raise

    # What the engine remembers (Ledger)

    def links(self) -> Mapping[tuple[ObjectKind, str], Link]:
        """Every link of this tenant, as last confirmed: read from the file each time."""
        self._writer.flush()
        none: Mapping[tuple[ObjectKind, str], Link] = {}
        return self._reader.ask(
            lambda connection: journal_links.links(connection, self._tenant, self._redaction), none
        )

    def in_doubt(self) -> Sequence[InDoubt]:
        """Operations of this tenant that were started and not ended, the oldest first, including those under way."""
        self._writer.flush()
        return self._reader.ask(lambda connection: journal_links.in_doubt(connection, self._tenant), ())

    def adopt(self, links: Sequence[Link]) -> None:
        """Keep links that matching found, each whole: with its members, in place of what stood there."""
        kept = tuple(links)

        def statements(connection: sqlite3.Connection) -> None:
            for link in kept:
                journal_links.keep(connection, self._tenant, link, self._redaction)

        self._writer.queue(statements)

    def forget(self, links: Sequence[Link]) -> None:
        """Drop links whose object is no longer in AWS, and their memberships."""
        gone = tuple(links)

        def statements(connection: sqlite3.Connection) -> None:
            for link in gone:
                journal_links.forget(connection, self._tenant, link.kind, link.source_id)

        self._writer.queue(statements)

    def settle(self, doubt: InDoubt, link: Link | None) -> None:
        """Close an intention in doubt. It landed as `link`; None leaves what was linked before as it was."""
        ended = _now()
        self._writer.queue(
            lambda connection: journal_links.settle(connection, self._tenant, doubt, link, ended, self._redaction)
        )

    async def begin(self, change: Change, keys: tuple[tuple[str, str], ...]) -> int:
        """Note the intention and return its number once it is on the disk.

        Raises WizardError where it cannot be noted: then nothing may be sent. Cancelled meanwhile, nothing was
        sent either, and the intention is withdrawn.
        """
        number, meant = next(self._numbers), intention(change)
        row = (
            number, self._tenant, self._run, meant.kind, meant.source_id, meant.label, meant.action,
            keys_text(keys), meant.target_id, _now(),
        )  # fmt: skip
        try:
            await self._writer.committed(lambda connection: journal_links.begin(connection, row))
        except WizardError:
            raise
        except BaseException:
            self.end(number, None)
            raise
        return number

    def end(self, number: int, confirmed: Confirmed | None) -> None:
        """The intention ended: the links change as confirmed, or not at all. Written soon, in order."""
        ended = _now()
        self._writer.queue(
            lambda connection: journal_links.end(
                connection, self._tenant, number, ended, confirmed, self._redaction
            )
        )

    # Runs and their log

    def begin_run(self, planned: object) -> int:
        """A run begins: from here on this tenant is the journal's. `planned` is anything JSON can hold."""
        row = (self._tenant, _now(), msgspec.json.encode(planned).decode())
        numbers: list[int] = []

        def statements(connection: sqlite3.Connection) -> None:
            _keep_fact(connection, "tenant", str(self._tenant))
            connection.execute("DELETE FROM facts WHERE name = ?", (SET_ASIDE,))
            cursor = connection.execute("INSERT INTO runs (tenant, started, planned) VALUES (?, ?, ?)", row)
            numbers.append(cursor.lastrowid or 0)

        self._writer.write(statements)
        self._run, self.other_tenant = numbers[-1], False
        return self._run

    def end_run(self, run_id: int, ending: str, message: Message | None, counts: object) -> None:
        """The run ended, whatever way; returns once it is on the disk. `counts` is anything JSON can hold."""
        row = (_now(), ending, message_text(message), msgspec.json.encode(counts).decode(), run_id)
        self._writer.write(
            lambda connection: connection.execute(
                "UPDATE runs SET ended = ?, ending = ?, message = ?, counts = ? WHERE id = ?", row
            )
        )

    def append_log(self, rows: Sequence[LogRow]) -> None:
        """Queue rows for the log of the last run."""
        plain, rest = [], []
        for row in rows:
            number = next(self._row_numbers)
            try:
                texts, other = log_columns(number, self._run, row), log_rest(number, row)
            except UnicodeEncodeError:  # one odd row must not lose the log
                whole = without_half_characters(row)
                texts, other = log_columns(number, self._run, whole), log_rest(number, whole)
            plain.append(texts)
            rest.append(other)

        def statements(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", plain)
            connection.executemany("INSERT INTO log_rest VALUES (?, ?)", rest)

        self._writer.queue(statements)

    def flush(self) -> None:
        """Return once everything given so far is on the disk; raises WizardError where it is not."""
        self._writer.flush()

    def last_run(self) -> int:
        """Number of the last run of any process; 0 = none."""
        self._writer.flush()
        question = "SELECT COALESCE(MAX(id), 0) FROM runs"
        number: int = self._reader.ask(lambda connection: connection.execute(question).fetchone()[0], 0)
        return number

    def purge(self, days: int) -> None:
        """Forget runs, their results and ended intentions older than so many days; links stay. Written soon.

        So old a copy of this journal in an earlier shape goes with them: it holds results as well.
        """
        moment = datetime.now(UTC) - timedelta(days=days)
        before = (stamp(moment),)

        def statements(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM log_rest WHERE id IN (SELECT id FROM log WHERE time < ?)", before)
            connection.execute("DELETE FROM log WHERE time < ?", before)
            connection.execute("DELETE FROM runs WHERE started < ? AND ended != ''", before)
            connection.execute("DELETE FROM operations WHERE ended != '' AND ended < ?", before)
            delete_backups(self._path, moment)

        self._writer.queue(statements)

    # Last readings, and quarantine

    def snapshot(self) -> KeptSnapshot | None:
        """The stored last whole reading of the source for this tenant."""
        question = "SELECT made_at, user_ids, group_ids, cursor, facts FROM snapshots WHERE tenant = ?"
        self._writer.flush()

        def read(connection: sqlite3.Connection) -> KeptSnapshot | None:
            row = connection.execute(question, (self._tenant,)).fetchone()
            if row is None:
                return None
            users, groups = (msgspec.json.decode(text, type=tuple[str, ...]) for text in row[1:3])
            facts = msgspec.json.decode(row[4], type=SourceFacts) if row[4] else None
            return KeptSnapshot(row[0], users, groups, row[3], facts)

        return self._reader.ask(read, None)

    def last_reading(self) -> LastReading | None:
        """What the last run read in AWS, for this tenant; None = not known."""
        question = "SELECT reading FROM readings WHERE tenant = ?"
        self._writer.flush()
        row = self._reader.ask(lambda connection: connection.execute(question, (self._tenant,)).fetchone(), None)
        return reading_of(row[0]) if row is not None else None

    def keep_last_reading(self, reading: LastReading) -> None:
        """Keep this reading of AWS in place of the one before. Written soon."""
        row = (self._tenant, reading_bytes(reading))
        self._writer.queue(
            lambda connection: connection.execute("INSERT OR REPLACE INTO readings VALUES (?, ?)", row)
        )

    def keep_snapshot(self, snapshot: KeptSnapshot) -> None:
        """Keep what was read and its cursor together; after the run that used it, returns once on the disk."""
        texts = [msgspec.json.encode(ids).decode() for ids in (snapshot.user_ids, snapshot.group_ids)]
        facts = "" if snapshot.facts is None else msgspec.json.encode(snapshot.facts).decode()
        row = (self._tenant, snapshot.made_at, snapshot.cursor, *texts, facts)
        self._writer.write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)", row
            )
        )

    def guard_memory(self, now: datetime | None = None) -> GuardMemory:
        """What the guard compares the next plan with: the last reading, and what earlier runs took away or left open."""
        last, since = self.snapshot(), stamp((now or datetime.now(UTC)) - _LOSSES_ADDED_UP)
        none: tuple[tuple[Loss, ...], Mapping[str, int]] = ((), {})
        lost, additions = self._reader.ask(
            lambda connection: (
                journal_links.losses(connection, self._tenant, since),
                journal_links.additions(connection, self._tenant),
            ),
            none,
        )
        return GuardMemory(last.facts if last else None, len(last.user_ids) if last else 0, lost, additions)

    def keep_losses(
        self, lost: Sequence[Loss], accepted: Collection[str] = (), now: datetime | None = None
    ) -> None:
        """A run takes this away; the `accepted` kinds were accepted, together with all losses added up before."""
        moment = now or datetime.now(UTC)
        at, since = stamp(moment), stamp(moment - _LOSSES_ADDED_UP)
        self._writer.queue(
            lambda connection: journal_links.keep_losses(connection, self._tenant, lost, accepted, at, since)
        )

    def keep_additions(self, open_ones: Mapping[str, int], *, all_groups: bool = False) -> None:
        """Source id of a group -> members still to be added to it; `all_groups`: and none to any other group."""
        self._writer.queue(
            lambda connection: journal_links.keep_additions(
                connection, self._tenant, open_ones, all_groups=all_groups
            )
        )

    @property
    def quarantine(self) -> Quarantine | None:
        """The failures in a row, as given to `set_quarantine`; None = the last run was a good one."""
        self._writer.flush()
        return self._reader.quarantine()

    def set_quarantine(self, quarantine: Quarantine | None) -> None:
        """Remember failures in a row, or with None that there are none."""
        text = quarantine_text(quarantine)
        self._writer.write(lambda connection: _keep_fact(connection, "quarantine", text))

    def delayed(self) -> Mapping[RefusedKey, DelayedRetry]:
        """What AWS refused again and again, of this tenant."""
        self._writer.flush()
        return self._reader.ask(lambda connection: journal_links.delayed(connection, self._tenant), {})

    def keep_delayed(self, kept: Sequence[DelayedRetry], gone: Sequence[RefusedKey]) -> None:
        """Keep these aside, and those no longer. Written soon."""
        self._writer.queue(lambda connection: journal_links.keep_delayed(connection, self._tenant, kept, gone))

    def _note_damage(self) -> None:
        """This run found text that cannot be decoded: the next one that opens the journal sets it aside."""
        self._writer.queue(lambda connection: _keep_fact(connection, DAMAGED, _now()))


def _notes(connection: sqlite3.Connection) -> tuple[Message, ...]:
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (SET_ASIDE,)).fetchone()
    return (Message("journal-set-aside", file=row[0]),) if row else ()


def _bind(connection: sqlite3.Connection, url: str) -> tuple[int, bool, int, int]:
    """Find or make the tenant: its id, whether another one was used last, the next intention's number and row's.

    The caller holds the lock, so no other run is alive: runs without an end were killed.
    """
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT OR IGNORE INTO tenants (url) VALUES (?)", (url,))
    tenant: int = connection.execute("SELECT id FROM tenants WHERE url = ?", (url,)).fetchone()[0]
    last = connection.execute("SELECT value FROM facts WHERE name = 'tenant'").fetchone()
    connection.execute(
        "UPDATE runs SET ended = started, ending = ?, message = ? WHERE ended = ''",
        (KILLED, message_text(KILLED_MESSAGE)),
    )
    number: int = connection.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM operations").fetchone()[0]
    row_number: int = connection.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM log").fetchone()[0]
    connection.execute("COMMIT")
    return tenant, last is not None and int(last[0]) != tenant, number, row_number


def _keep_fact(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


def _now() -> str:
    return stamp(datetime.now(UTC))
