"""The provisioning log and the history as they are read: by pages, from any thread, while a run writes."""

import sqlite3
import threading
from array import array
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from wizard.errors import Message, WizardError
from wizard.provisioning.events import LogRow
from wizard.provisioning.ledger import LastReading
from wizard.provisioning.retry_later import Quarantine
from wizard.storage.journal_rows import LOG_COLUMNS, code_mark, log_row, message_of, quarantine_of, reading_of
from wizard.storage.journal_schema import (
    as_wizard_error,
    connect_reader,
    is_damage,
    register_reader,
    replace_damaged,
    set_aside_of,
    shape_of,
)
from wizard.storage.lock import JobLock
from wizard.storage.paths import Home

LogOrder = Literal["time", "kind", "label", "action", "status", "title", "milliseconds"]
"""Columns of the log that can be sorted by."""

KILLED = "killed"
KILLED_MESSAGE = Message("run-killed")
_SORTED_BY: dict[str, str] = {
    "time": "",
    "kind": "kind {}, ",
    "label": "label COLLATE NOCASE {}, ",
    "action": "action {}, ",
    "status": "status {}, ",
    "title": "code {}, args {}, ",
    "milliseconds": "milliseconds {}, ",
}
_CAUSE = (
    "code",
    "COALESCE(json_extract(args, '$.rule'), '')",
    "COALESCE(json_extract(args, '$.attribute'), json_extract(args, '$.path'), '')",
)
"""The parts of a `CauseKey`, of table `log`."""
_ROWS_AT_ONCE = 5_000
"""SQLite limits the length of a statement."""
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class LoggedRow:
    """One row of the log with its number, which never changes and grows with time."""

    id: int
    run_id: int
    row: LogRow


@dataclass(frozen=True, slots=True)
class LogPage:
    """Part of what a question to the log found."""

    rows: tuple[LoggedRow, ...]
    total: int
    """How many rows there are in all, on every page."""


CauseKey = tuple[str, str, str]
"""(code, rule, attribute): what rows with one cause have in common; "" = a code without it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Rows that ended in one way for one cause."""

    key: CauseKey
    count: int
    row: LogRow
    """The first of them."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of the history."""

    id: int
    started: str
    """ISO time, UTC."""
    ended: str
    """ISO time, UTC; "" while it runs."""
    ending: str
    """As `RunEnded.ending`; "killed" if the program ended during it, "" while it runs."""
    message: Message | None
    """Why it did not end as planned."""
    planned: Any
    """What the plan counted, as it was given to `begin_run`."""
    counts: Any
    """What the report counted, as it was given to `end_run`; None before."""


class _Damage(Exception):
    """The journal's file is damaged."""


class LogReader:
    """Reads one job's journal, whichever process holds its lock. A missing journal is empty."""

    def __init__(
        self, home: Home, job_id: str, on_damage: Callable[[], None] = lambda: None, path: Path | None = None
    ) -> None:
        """on_damage: called for a damaged journal that cannot be set aside, because a process works on the job.

        path: of another file in the journal's shape; its lock file is beside it.
        """
        self.path = path or home.of_job(job_id, "journals") / f"{job_id}.sqlite"
        self._lock_path = self.path.with_suffix(".lock")
        self._on_damage = on_damage
        self._connection: sqlite3.Connection | None = None
        self._shape = 0
        """Of the file when it was opened: a reader of an older shape sees it through views of its own."""
        self._turn = threading.Lock()  # one connection, many threads
        register_reader(self)

    def runs(self) -> tuple[RunRecord, ...]:
        """Every run that is still stored, the newest first."""
        question = "SELECT id, started, ended, ending, message, planned, counts FROM runs ORDER BY id DESC"

        def read(connection: sqlite3.Connection) -> list[RunRecord]:
            return [_run_record(row) for row in connection.execute(question)]

        runs: list[RunRecord] = self.ask(read, [])
        running = any(not run.ended for run in runs) and JobLock.is_taken(self._lock_path)
        newest = runs[0].id if runs else 0
        return tuple(
            run
            if run.ended or (running and run.id == newest)
            else replace(run, ending=KILLED, message=KILLED_MESSAGE)
            for run in runs
        )

    def log_page(
        self,
        run_id: int | None = None,
        offset: int = 0,
        limit: int = 256,
        text: str = "",
        statuses: Sequence[str] = (),
        actions: Sequence[str] = (),
        order: LogOrder = "time",
        descending: bool = False,
        codes: Collection[str] = (),
        cause: CauseKey | None = None,
    ) -> LogPage:
        """Up to `limit` rows of one run (None = of all) that hold the text, upper and lower case alike.

        A row holds it in its label, ids, arguments or AWS's detail, or its message has one of the `codes`: those whose
        sentences contain the text. Order "title" sorts by code, then by arguments.
        """
        if text.strip():
            question = {"run_id": run_id, "text": text, "statuses": statuses, "actions": actions, "codes": codes}
            more = {"cause": cause, "order": order, "descending": descending}
            return self.search(None, offset, limit, **question, **more)[1]
        return self.ask(
            lambda connection: _page_at(
                connection,
                _where(run_id, text, statuses, actions, codes, cause),
                _Order.of(order, descending, everything=not (statuses or actions or cause)),
                offset,
                limit,
            ),
            LogPage((), 0),
        )

    def search(self, before: "Found | None", offset: int, limit: int, **question: Any) -> "tuple[Found, LogPage]":
        """As `log_page` for a text, which is looked for in every row: once, and what was found is used for each page.

        `before` is what this search of the same question returned last. Rows that were added since are looked at, where
        the order is that of time; otherwise, and after a purge, all are.
        """
        order: LogOrder = question.pop("order", "time")
        by = _Order.of(order, question.pop("descending", False), everything=False)
        where = _where(**question)

        def read(connection: sqlite3.Connection) -> tuple[Found, LogPage]:
            first, last = connection.execute(
                "SELECT (SELECT MIN(id) FROM log), (SELECT MAX(id) FROM log)"
            ).fetchone()
            found = before
            if found is None or found.first != first or (found.last != last and by.by != "id ASC"):
                found = Found(first, last, array("q"))
                _extend(connection, found, where, by, after=0)
            elif found.last != last:
                found = Found(first, last, found.numbers)
                _extend(connection, found, where, by, after=before.last if before is not None else 0)
            page = found.numbers[offset : offset + limit]
            return found, LogPage(_rows(connection, page), len(found.numbers))

        return self.ask(read, (Found(0, 0, array("q")), LogPage((), 0)))

    def status_counts(self, run_id: int | None = None) -> dict[str, int]:
        """How many rows ended with each status, of one run or of all."""
        where, values = _where(run_id)
        return self._counts(f"SELECT status, COUNT(*) FROM log {where} GROUP BY status", values)  # noqa: S608

    def causes(self, run_id: int | None = None, status: str = "failure", most: int = 100) -> tuple[Cause, ...]:
        """The causes of the rows with this status, of one run or of all, the most frequent first."""
        where, values = _where(run_id, statuses=(status,))
        question = (
            f"SELECT {', '.join(_CAUSE)}, COUNT(*), MIN(id) FROM log {where} "  # noqa: S608 - parts from above
            f"GROUP BY 1, 2, 3 ORDER BY 4 DESC, 5 LIMIT {most}"
        )

        def read(connection: sqlite3.Connection) -> tuple[Cause, ...]:
            found = connection.execute(question, values).fetchall()
            rows = _rows(connection, [first for *_, first in found])
            return tuple(
                Cause((code, rule, attribute), count, logged.row)
                for (code, rule, attribute, count, _), logged in zip(found, rows, strict=True)
            )

        return self.ask(read, ())

    def failed_in(self, run_id: int) -> tuple[tuple[str, str, str], ...]:
        """(kind, source id, label) of each object that failed in a run; a membership's is its group's."""
        question = "SELECT DISTINCT kind, source_id, label FROM log WHERE run = ? AND status = 'failure'"
        rows: list[tuple[str, str, str]] = self.ask(
            lambda connection: connection.execute(question, (run_id,)).fetchall(), []
        )
        return tuple(rows)

    def quarantine(self) -> Quarantine | None:
        """The failures in a row of repeated runs; None = the last one was good."""
        question = "SELECT value FROM facts WHERE name = 'quarantine' AND value != ''"

        def read(connection: sqlite3.Connection) -> Quarantine | None:
            row = connection.execute(question).fetchone()
            return quarantine_of(row[0]) if row else None

        return self.ask(read, None)

    def last_reading(self, tenant_url: str) -> tuple[LastReading | None, frozenset[str]]:
        """(what the last run read in this tenant, None = not known; AWS ids of the groups that are linked there)."""
        of_readings = "SELECT reading FROM readings JOIN tenants ON tenants.id = readings.tenant WHERE url = ?"
        of_links = "SELECT target_id FROM links JOIN tenants ON tenants.id = links.tenant WHERE kind = 'group' AND url = ?"

        def read(connection: sqlite3.Connection) -> tuple[LastReading | None, frozenset[str]]:
            row = connection.execute(of_readings, (tenant_url,)).fetchone()
            linked = connection.execute(of_links, (tenant_url,)).fetchall()
            return reading_of(row[0]) if row is not None else None, frozenset(target for (target,) in linked)

        nothing: tuple[LastReading | None, frozenset[str]] = (None, frozenset())
        return self.ask(read, nothing)

    def link_counts(self) -> dict[str, int]:
        """How many objects of each kind are linked, in all tenants."""
        return self._counts("SELECT kind, COUNT(*) FROM links GROUP BY kind")

    def open_count(self) -> int:
        """How many intentions have not ended."""
        return self._counts("SELECT 'open', COUNT(*) FROM operations WHERE ended = ''").get("open", 0)

    def count_set_aside(self) -> int:
        """How many damaged journals of this job were moved out of the way and not deleted since."""
        return len(set_aside_of(self.path))

    def _counts(self, question: str, values: tuple[object, ...] = ()) -> dict[str, int]:
        rows: list[tuple[str, int]] = self.ask(
            lambda connection: connection.execute(question, values).fetchall(), []
        )
        return dict(rows)

    def ask(self, question: Callable[[sqlite3.Connection], Result], nothing: Result) -> Result:
        """Put one question to the file, `nothing` where it is not there yet; raises WizardError.

        A damaged file is set aside, unless a process works on the job; the file in its place names it (`Journal.notes`).
        """
        try:
            return self._answer(question, nothing)
        except _Damage:
            pass  # set aside below, outside the handler
        try:
            lock = JobLock.take(self._lock_path)
        except WizardError:
            self._on_damage()
            raise WizardError("journal-damaged", path=str(self.path)) from None
        with lock:
            try:
                return self._answer(question, nothing)  # another process may have replaced it meanwhile
            except _Damage:
                replace_damaged(self.path).close()
        return nothing

    def _answer(self, question: Callable[[sqlite3.Connection], Result], nothing: Result) -> Result:
        """As `ask`; raises _Damage for a damaged file."""
        with self._turn:
            try:
                if self._connection is None:
                    if not self.path.exists():
                        return nothing
                    self._connection = connect_reader(self.path)
                    self._shape = shape_of(self._connection)
                connection = self._connection
                connection.execute("BEGIN")  # all parts of an answer see the same state
                try:
                    shape = shape_of(connection)
                    if shape == self._shape and shape:
                        return question(connection)
                finally:
                    connection.execute("COMMIT")
                self._let_go()
                if shape == 0:  # its creator was killed or had no room before it made the tables
                    return nothing
            except sqlite3.Error as error:
                self._let_go()  # a journal that was set aside must not be read on
                if is_damage(error):
                    raise _Damage from None
                raise as_wizard_error(error, self.path) from None
            except msgspec.MsgspecError:  # a damaged page can hold text that is no JSON of ours
                self._let_go()
                raise _Damage from None
        return self._answer(question, nothing)  # a writer gave the file its present shape meanwhile

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        with self._turn:
            self._let_go()

    def _let_go(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):  # it is of no more use either way
                self._connection.close()
            self._connection = None


_Where = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class _Order:
    by: str
    """What an index gives, where the journal has one for it."""
    reversed: str

    @classmethod
    def of(cls, order: LogOrder, descending: bool, *, everything: bool) -> "_Order":
        """`everything`: no row is filtered out but those of other runs."""
        # A later run has later numbers, so both orders of time are one; the index of the runs holds no texts to pass over.
        template = "run {0}, " if order == "time" and everything else _SORTED_BY[order]
        ways = ("DESC", "ASC") if descending else ("ASC", "DESC")
        return cls(*(f"{template.format(way, way)}id {way}" for way in ways))


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers of all rows that a search has found, in its order."""

    first: int | None
    """The first and the last row there were."""
    last: int | None
    numbers: "array[int]"


def _page_at(connection: sqlite3.Connection, where: _Where, order: _Order, offset: int, limit: int) -> LogPage:
    conditions, values = where
    total: int = connection.execute(f"SELECT COUNT(*) FROM log {conditions}", values).fetchone()[0]  # noqa: S608
    count = max(0, min(limit, total - offset))
    from_end = offset > total // 2  # whichever end is nearer: each row before the page is passed over
    by, skip = (order.reversed, total - offset - count) if from_end else (order.by, offset)
    question = f"SELECT id FROM log {conditions} ORDER BY {by} LIMIT ? OFFSET ?"  # noqa: S608 - parts from above
    numbers = [row[0] for row in connection.execute(question, (*values, count, skip))]
    return LogPage(_rows(connection, numbers[::-1] if from_end else numbers), total)


def _extend(connection: sqlite3.Connection, found: Found, where: _Where, order: _Order, after: int | None) -> None:
    """Add the numbers of the rows behind `after`."""
    conditions, values = where
    if after:
        conditions, values = f"{conditions} {'AND' if conditions else 'WHERE'} id > ?", (*values, after)
    question = f"SELECT id FROM log {conditions} ORDER BY {order.by}"  # noqa: S608 - parts from above
    found.numbers.extend(row[0] for row in connection.execute(question, values))


def _rows(connection: sqlite3.Connection, numbers: Sequence[int]) -> tuple[LoggedRow, ...]:
    """The rows of these numbers, in this order."""
    found: list[LoggedRow] = []
    for start in range(0, len(numbers), _ROWS_AT_ONCE):
        part = numbers[start : start + _ROWS_AT_ONCE]
        wanted = ", ".join(str(number) for number in part)
        question = f"SELECT {LOG_COLUMNS} FROM log JOIN log_rest USING (id) WHERE log.id IN ({wanted})"  # noqa: S608
        rows = {row[0]: LoggedRow(row[0], row[1], log_row(row)) for row in connection.execute(question)}
        found.extend(rows[number] for number in part)
    return tuple(found)


def _where(
    run_id: int | None = None,
    text: str = "",
    statuses: Sequence[str] = (),
    actions: Sequence[str] = (),
    codes: Collection[str] = (),
    cause: CauseKey | None = None,
) -> tuple[str, tuple[object, ...]]:
    conditions: list[str] = []
    values: list[object] = []
    if run_id is not None:
        conditions.append("run = ?")
        values.append(run_id)
    for column, wanted in (("status", statuses), ("action", actions)):
        if wanted:
            conditions.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values.extend(wanted)
    if cause is not None:
        conditions.extend(f"{part} = ?" for part in _CAUSE)
        values.extend(cause)
    if text.strip():
        wanted = (text.strip().casefold(), *map(code_mark, codes))
        # not LIKE: it knows upper case of ASCII only, and % and _
        conditions.append(f"({' OR '.join(['instr(sought, ?) > 0'] * len(wanted))})")
        values.extend(wanted)
    return (f"WHERE {' AND '.join(conditions)}" if conditions else "", tuple(values))


def _run_record(row: tuple[Any, ...]) -> RunRecord:
    number, started, ended, ending, text, planned, counts = row
    plans, results = msgspec.json.decode(planned), msgspec.json.decode(counts)
    return RunRecord(number, started, ended, ending, message_of(text), plans, results)
