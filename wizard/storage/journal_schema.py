"""The journal's tables, opening its file, setting a damaged one aside, and the errors for its failures."""

import logging
import sqlite3
import threading
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

from wizard.errors import RECORDED_TEXT, WizardError
from wizard.storage.backups import move_to_backup
from wizard.storage.paths import private_file, reason

_log = logging.getLogger(__name__)

SET_ASIDE, DAMAGED = "set-aside", "damaged"
"""Names in table `facts`: the name of the damaged file that this one replaces, until a run has begun; and that this file
holds text that cannot be decoded, so that the next one to open it sets it aside."""

VERSION = 8
"""Kept in the file's `user_version`."""
_FIRST_WITH_MESSAGES = 4
"""Earlier shapes hold sentences in place of codes with arguments."""

_OF_GUARD = """
CREATE TABLE losses (
    tenant INTEGER NOT NULL, kind TEXT NOT NULL, target_id TEXT NOT NULL, member TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, target_id, member)) WITHOUT ROWID;
CREATE TABLE additions (
    tenant INTEGER NOT NULL, group_id TEXT NOT NULL, members INTEGER NOT NULL,
    PRIMARY KEY (tenant, group_id)) WITHOUT ROWID;
"""
_LOG_ORDERS = """
CREATE INDEX log_by_label ON log (label COLLATE NOCASE);
CREATE INDEX log_by_status ON log (status);
CREATE INDEX log_by_action ON log (action);
"""
"""Each gives a page of a million rows in its order without sorting them."""
_TABLES = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE tenants (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, started TEXT NOT NULL,
    ended TEXT NOT NULL DEFAULT '', ending TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
    planned TEXT NOT NULL, counts TEXT NOT NULL DEFAULT 'null');

CREATE TABLE operations (
    number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, run INTEGER NOT NULL,
    kind TEXT NOT NULL, source_id TEXT NOT NULL, label TEXT NOT NULL, action TEXT NOT NULL,
    keys TEXT NOT NULL, target_id TEXT NOT NULL, begun TEXT NOT NULL, ended TEXT NOT NULL DEFAULT '');
CREATE INDEX operations_open ON operations (tenant, kind, source_id) WHERE ended = '';

CREATE TABLE links (
    tenant INTEGER NOT NULL, kind TEXT NOT NULL, source_id TEXT NOT NULL,
    target_id TEXT NOT NULL, label TEXT NOT NULL, active INTEGER NOT NULL,
    hash TEXT NOT NULL, confirmed TEXT NOT NULL, left_at TEXT NOT NULL DEFAULT '',
    confirmed_at TEXT NOT NULL DEFAULT '', not_kept TEXT NOT NULL DEFAULT '{{}}',
    PRIMARY KEY (tenant, kind, source_id)) WITHOUT ROWID;

CREATE TABLE memberships (
    tenant INTEGER NOT NULL, group_id TEXT NOT NULL, user_id TEXT NOT NULL,
    PRIMARY KEY (tenant, group_id, user_id)) WITHOUT ROWID;
CREATE INDEX memberships_of_user ON memberships (tenant, user_id);

CREATE TABLE escrow (
    tenant INTEGER NOT NULL, kind TEXT NOT NULL, source_id TEXT NOT NULL, label TEXT NOT NULL,
    failures INTEGER NOT NULL, next_attempt TEXT NOT NULL, what TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, source_id)) WITHOUT ROWID;

CREATE TABLE snapshots (
    tenant INTEGER PRIMARY KEY, made_at TEXT NOT NULL, cursor TEXT NOT NULL,
    user_ids TEXT NOT NULL, group_ids TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '');
{_OF_GUARD}
CREATE TABLE readings (tenant INTEGER PRIMARY KEY, reading BLOB NOT NULL);

CREATE TABLE log (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, time TEXT NOT NULL, kind TEXT NOT NULL,
    source_id TEXT NOT NULL, label TEXT NOT NULL, action TEXT NOT NULL, status TEXT NOT NULL,
    code TEXT NOT NULL, milliseconds INTEGER NOT NULL, sought TEXT NOT NULL, args TEXT NOT NULL DEFAULT '{{}}');
CREATE INDEX log_of_run ON log (run);
CREATE INDEX log_of_run_by_result ON log (run, status, action);
CREATE INDEX log_by_result ON log (status, action);
{_LOG_ORDERS}
CREATE TABLE log_rest (id INTEGER PRIMARY KEY, rest BLOB NOT NULL);
"""


def _recorded(title: str) -> str:
    """SQL: the JSON of a message for a sentence that shapes 1 to 3 stored as text."""
    return f"json_object('code', '{RECORDED_TEXT}', 'args', json_object('title', {title}, 'advice', ''))"


def _recorded_args(title: str) -> str:
    advice = "SELECT json_extract(CAST(rest AS TEXT), '$.advice') FROM log_rest WHERE log_rest.id = log.id"
    return f"json_object('title', {title}, 'advice', COALESCE(({advice}), ''))"


_LATER = {
    1: "ALTER TABLE links ADD COLUMN left_at TEXT NOT NULL DEFAULT '';",
    2: (
        "CREATE TABLE escrow (tenant INTEGER NOT NULL, kind TEXT NOT NULL, source_id TEXT NOT NULL, "
        "label TEXT NOT NULL, failures INTEGER NOT NULL, next_attempt TEXT NOT NULL, what TEXT NOT NULL, "
        "PRIMARY KEY (tenant, kind, source_id)) WITHOUT ROWID;"
    ),
    3: (
        "ALTER TABLE runs RENAME COLUMN title TO message;"  # noqa: S608 - parts from above
        f"UPDATE runs SET message = {_recorded('message')} WHERE message != '';"
        "ALTER TABLE log RENAME COLUMN title TO code;"
        "ALTER TABLE log ADD COLUMN args TEXT NOT NULL DEFAULT '{}';"
        f"UPDATE log SET code = '{RECORDED_TEXT}', args = {_recorded_args('code')};"
    ),
    4: f"ALTER TABLE snapshots ADD COLUMN facts TEXT NOT NULL DEFAULT '';{_OF_GUARD}",
    5: (
        "ALTER TABLE tenants DROP COLUMN full_check_at;"
        "ALTER TABLE tenants DROP COLUMN runs;"
        "ALTER TABLE links ADD COLUMN confirmed_at TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE links ADD COLUMN not_kept TEXT NOT NULL DEFAULT '{}';"
        "CREATE TABLE readings (tenant INTEGER PRIMARY KEY, reading BLOB NOT NULL);"
    ),
    6: _LOG_ORDERS,
    7: "",  # the rest of new rows has no names any more; those of older rows stay as they are
}
"""Shape of the file -> what makes it the next one."""

_READ_AS_TODAY = f"""
CREATE TEMP VIEW runs AS SELECT id, tenant, started, ended, ending,
    CASE title WHEN '' THEN '' ELSE {_recorded("title")} END AS message, planned, counts FROM main.runs;
CREATE TEMP VIEW log AS SELECT id, run, time, kind, source_id, label, action, status,
    '{RECORDED_TEXT}' AS code, milliseconds, sought, {_recorded_args("title")} AS args FROM main.log;
"""  # noqa: S608 - parts from above
"""Lets a reader ask a file of shape 1 to 3 as if its sentences were messages; the views exist in its connection only."""


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open (or make, 0600) the journal's file for its one writer; raises sqlite3.Error or WizardError.

    A file of an earlier shape is converted, after a backup; one of a later shape is not changed.
    WAL, so that pages are read while a run writes; synchronous FULL, because an intention must outlive a cut
    of the power, and NORMAL may lose the last commits then.
    """
    try:
        private_file(path)
    except OSError as error:
        raise WizardError("journal-not-opened", path=str(path), reason=reason(error)) from None
    try:
        connect_reader(
            path
        ).close()  # a later version's file: even the end of a writer's connection would change it
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise
        # Killed in the midst of its very first write, before it had its -wal: only a writer may roll that back.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        version = shape_of(connection)
        _refuse_later(version, path)
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        elif connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check")
        elif version < VERSION:
            _keep_copy(connection, path, version)
            steps = "".join(_LATER[older] for older in range(version, VERSION))
            connection.executescript(f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {VERSION}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the journal's file for reading only, from any thread: one of this shape or an earlier one.

    Raises sqlite3.Error where there is none, WizardError where it is a later version's.
    """
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        version = shape_of(connection)
        _refuse_later(version, path)
        if 0 < version < _FIRST_WITH_MESSAGES:
            connection.executescript(_READ_AS_TODAY)
        connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def shape_of(connection: sqlite3.Connection) -> int:
    """The shape of a journal's file, 0 = it has no tables yet."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _refuse_later(version: int, path: Path) -> None:
    if version > VERSION:
        raise WizardError("journal-later-version", path=str(path), shape=version, known=VERSION)


def _keep_copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Back up with SQLite, because the file alone may lack the data in its -wal. The caller holds the job's lock."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)  # of a copy that was cut off
        private_file(part)
        copy = sqlite3.connect(part)
        try:
            connection.backup(copy)
        finally:
            copy.close()
        move_to_backup(part, path, version)
    except OSError as error:
        raise WizardError("journal-not-backed-up", path=str(path), reason=reason(error)) from None


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is damaged, rather than the disk full or refusing.

    Subclasses of DatabaseError are other things (full, read-only, locked), but for one without a code of SQLite: it is
    raised for a text that is not UTF-8.
    """
    of_sqlite = hasattr(error, "sqlite_errorcode")
    return type(error) is sqlite3.DatabaseError or (type(error) is sqlite3.OperationalError and not of_sqlite)


def is_trouble(error: sqlite3.Error) -> bool:
    """Whether the file or its disk failed (full, refusing, damaged), rather than what was asked of it."""
    return isinstance(error, sqlite3.OperationalError) or is_damage(error)


class Reader(Protocol):
    """Holds a journal's file open for reading."""

    path: Path

    def close(self) -> None:
        """Let go of the file. The next question opens it again."""


_readers: "WeakSet[Reader]" = WeakSet()
_readers_turn = threading.Lock()


def register_reader(reader: Reader) -> None:
    """Have `close_readers` close this reader, as long as it lives."""
    with _readers_turn:
        _readers.add(reader)


def close_readers(path: Path) -> None:
    """Close every reader of this journal in this process: Windows neither renames nor deletes an open file."""
    with _readers_turn:
        readers = [reader for reader in _readers if reader.path == path]
    for reader in readers:
        reader.close()


def open_writer(path: Path) -> sqlite3.Connection:
    """As `connect_writer`, but a damaged file is set aside for a new one. The caller holds the job's lock.

    Raises WizardError.
    """
    try:
        connection = connect_writer(path)
        if connection.execute("SELECT 1 FROM facts WHERE name = ?", (DAMAGED,)).fetchone() is None:
            return connection
        connection.close()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise as_wizard_error(error, path) from None
    return replace_damaged(path)


def replace_damaged(path: Path) -> sqlite3.Connection:
    """Set a damaged journal aside and return a new one, which names it. The caller holds the job's lock.

    Raises WizardError.
    """
    close_readers(path)
    aside = set_aside(path)
    _log.warning("A damaged journal was set aside: %s", aside.name)
    try:
        connection = connect_writer(path)
        connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (SET_ASIDE, aside.name))
    except sqlite3.Error as error:
        raise as_wizard_error(error, path) from None
    return connection


def set_aside(path: Path) -> Path:
    """Move a damaged journal out of the way with the date in its name, and return where it is now."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside, number = path.with_name(f"{path.stem}.damaged-{stamp}.sqlite"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.damaged-{stamp}-{number}.sqlite")
    try:
        path.rename(aside)
        for tail in ("-wal", "-shm"):
            part = path.with_name(path.name + tail)
            if part.exists():
                part.rename(aside.with_name(aside.name + tail))
    except OSError as error:
        raise WizardError("damaged-journal-not-moved", path=str(path), reason=reason(error)) from None
    return aside


def set_aside_of(path: Path) -> tuple[Path, ...]:
    """Return the damaged journals that this one has replaced."""
    return tuple(path.parent.glob(f"{escape(path.stem)}.damaged-*.sqlite"))


def as_wizard_error(error: sqlite3.Error, path: Path) -> WizardError:
    """What a failure of the journal's file means."""
    name = getattr(error, "sqlite_errorname", "")
    if name in (
        "SQLITE_FULL",
        "SQLITE_IOERR_SHMSIZE",
    ):  # the second: there is no room for the shared index of a WAL
        return WizardError("journal-disk-full", path=str(path))
    if name.startswith("SQLITE_READONLY"):
        return WizardError("journal-read-only", path=str(path))
    if is_damage(error):
        return WizardError("journal-damaged", path=str(path))
    return WizardError("journal-not-written", path=str(path), error=str(error), name=name)
