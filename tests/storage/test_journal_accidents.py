"""State of the journal after a kill, a full disk or a damaged file."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.storage.conftest import JOB_ID, TENANT, OpenJournal
from wizard.errors import JobLocked, Message, WizardError
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import InDoubt, Link
from wizard.storage.jobs import JobStore
from wizard.storage.journal_schema import close_readers, connect_reader, connect_writer
from wizard.storage.log_pages import KILLED, LogReader
from wizard.storage.paths import Home

ROOT = Path(__file__).resolve().parents[2]
ANN = Link("user", "ann", "aws-ann", "Ann", {"userName": "ann@x.example", "active": True})


INTERRUPTED = """
import os, signal, sys
import anyio
from tests.provisioning.changes import create_user
from wizard.provisioning.ledger import Confirmed, Link
from wizard.storage.journal import Journal
from wizard.storage.paths import Home
journal = Journal.open(Home.open(), sys.argv[1], sys.argv[2])
journal.begin_run({"users": 2})
async def main():
    first = await journal.begin(create_user("bob", "Bob", {"userName": "bob"}), ())
    journal.end(first, Confirmed(Link("user", "bob", "aws-bob", "Bob", {"userName": "bob"})))
    await journal.begin(create_user("ann", "Ann", {"userName": "ann"}), (("userName", "ann"),))
    os.kill(os.getpid(), signal.SIGKILL)
anyio.run(main)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL exists on POSIX systems only")
def test_a_killed_run_leaves_its_intentions_its_links_and_no_lock(open_journal: OpenJournal, home: Home) -> None:
    environ = {**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(home.root)}
    killed = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, JOB_ID, TENANT], cwd=ROOT, env=environ, timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    with closing(LogReader(home, JOB_ID)) as reader:
        assert [run.ending for run in reader.runs()] == [KILLED]  # seen before anybody opens it
    journal = open_journal()
    assert journal.in_doubt() == (InDoubt("user", "ann", "Ann", "create", (("userName", "ann"),)),)
    assert list(journal.links()) == [("user", "bob")]
    assert [(run.ending, run.planned) for run in journal._reader.runs()] == [(KILLED, {"users": 2})]


@pytest.mark.slow
def test_one_process_at_a_time_holds_a_job(open_journal: OpenJournal, home: Home) -> None:
    journal = open_journal()
    code = (
        "import sys\nfrom wizard.errors import JobLocked\nfrom wizard.storage.journal import Journal\n"
        "from wizard.storage.paths import Home\n"
        "try:\n    Journal.open(Home.open(), sys.argv[1], sys.argv[2]).close()\n"
        "except JobLocked:\n    sys.exit(6)\n"
    )
    environ = {**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(home.root)}

    def other() -> int:
        return subprocess.run(
            [sys.executable, "-c", code, JOB_ID, TENANT], cwd=ROOT, env=environ, timeout=60, check=False
        ).returncode

    assert other() == 6
    with pytest.raises(JobLocked):
        open_journal()
    journal.close()
    assert other() == 0


@pytest.mark.parametrize("damage", ["garbage", "middle", "truncated", "text"])
def test_a_damaged_journal_is_set_aside_and_told(open_journal: OpenJournal, home: Home, damage: str) -> None:
    path = home.journals / f"{JOB_ID}.sqlite"
    journal = open_journal()
    journal.begin_run({})
    journal.adopt([replace(ANN, source_id=f"ann-{number}") for number in range(500)])
    journal.close()
    whole = path.read_bytes()
    half = len(whole) // 2
    damaged = {
        "garbage": os.urandom(len(whole)),
        "middle": whole[:half] + b"\xa5" * 20_000 + whole[half + 20_000 :],
        "truncated": whole[:half],
        "text": b"this is no database\n" * 100,
    }[damage]
    path.write_bytes(damaged)

    journal = open_journal()
    (note,) = journal.notes
    (aside,) = home.journals.glob("*.damaged-*.sqlite")
    assert (note.code, note.args["file"]) == ("journal-set-aside", aside.name)
    assert aside.read_bytes() == damaged
    assert journal.links() == {}
    journal.adopt([ANN])
    assert journal.links() == {("user", "ann"): ANN}
    journal.close()
    journal = open_journal()
    assert journal.notes == (note,)  # whichever run begins first says it
    journal.begin_run({})
    journal.close()
    assert open_journal().notes == ()


def zeroed(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def with_text(statement: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.commit()

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        zeroed,
        with_text("UPDATE links SET confirmed = 'x' || confirmed"),
        with_text("UPDATE links SET confirmed = CAST(x'ff00fe' AS TEXT)"),
        with_text("UPDATE facts SET value = 'x' WHERE name = 'tenant'"),
    ],
    ids=["zeroed", "no JSON", "no UTF-8", "no number"],
)
def test_whatever_meets_the_damage_first_the_next_journal_is_usable(
    open_journal: OpenJournal, home: Home, damage: Callable[[Path], None]
) -> None:
    path = home.journals / f"{JOB_ID}.sqlite"
    journal = open_journal()
    journal.begin_run({})
    journal.adopt([ANN])
    journal.close()
    damage(path)

    with suppress(WizardError):  # an error in a sentence is allowed once
        journal = open_journal()
        journal.links()
    journal.close()
    journal = open_journal()
    (note,) = journal.notes
    assert note.code == "journal-set-aside"
    assert journal.links() == {}


def test_a_reader_sets_a_damaged_journal_aside_unless_a_run_holds_it(
    open_journal: OpenJournal, home: Home
) -> None:
    path = home.journals / f"{JOB_ID}.sqlite"
    journal = open_journal()
    journal.begin_run({})
    journal.append_log([])
    journal.flush()
    with closing(LogReader(home, JOB_ID)) as reader:
        with_text("UPDATE runs SET counts = 'x'")(path)
        with pytest.raises(WizardError) as caught:
            reader.runs()
        assert caught.value.message.code == "journal-damaged"
        journal.close()
        assert reader.runs() == ()
        (aside,) = home.journals.glob("*.damaged-*.sqlite")
        assert reader.runs() == ()
    assert open_journal().notes == (Message("journal-set-aside", file=aside.name),)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="lists the open files in /proc")
def test_no_reader_holds_a_journal_that_is_moved_or_deleted(
    open_journal: OpenJournal, store: JobStore, home: Home, job: Job
) -> None:
    """Windows neither renames nor deletes an open file."""

    def is_open() -> bool:
        files = {os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")}
        return any(file.startswith(str(home.journals / JOB_ID)) and file.endswith(".sqlite") for file in files)

    path = home.journals / f"{JOB_ID}.sqlite"
    store.save(job)
    open_journal().close()
    with closing(LogReader(home, JOB_ID)) as monitor:
        monitor.runs()
        assert is_open()
        close_readers(home.journals / "other.sqlite")
        assert is_open()
        close_readers(path)
        assert not is_open()
        monitor.runs()
        moved: list[bool] = []
        with patch.object(Path, "rename", lambda *_: moved.append(is_open())):
            zeroed(path)
            with suppress(WizardError):
                open_journal()
        assert set(moved) == {False}
        path.unlink()
        open_journal().close()
        monitor.runs()
        with patch.object(Path, "unlink", lambda *_args, **_more: moved.append(is_open())):
            store.delete(job)
        assert set(moved) == {False}


def test_the_journal_of_a_later_version_is_left_as_it_is(open_journal: OpenJournal, home: Home) -> None:
    open_journal().close()
    path = home.journals / f"{JOB_ID}.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(WizardError, match=r"^journal-later-version "):
        open_journal()
    assert path.read_bytes() == before
    with pytest.raises(WizardError, match=r"^journal-later-version "):  # and the lock was let go
        open_journal()


FULL_DISK = """
import resource, sys
import anyio
from wizard import messages
from wizard.errors import WizardError
from tests.provisioning.changes import create_user
from wizard.provisioning.ledger import Confirmed, Link
from wizard.storage.journal import Journal
from wizard.storage.paths import Home
home = Home.open()
journal = Journal.open(home, sys.argv[1], sys.argv[2])
ann = create_user("ann", "Ann", {"userName": "ann"})
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
async def main():
    number = await journal.begin(ann, ())
    wal = home.journals / (sys.argv[1] + ".sqlite-wal")
    limit(wal.stat().st_size)  # from here on no file grows: the disk is full
    journal.end(number, Confirmed(Link("user", "ann", "aws-ann", "Ann", {"userName": "ann"})))
    try:
        await journal.begin(create_user("bob", "Bob", {}), ())
    except WizardError as error:
        print(error.message.code)
    if sys.argv[3] == "room again":
        limit(resource.RLIM_INFINITY)
anyio.run(main)
try:
    journal.close()
except WizardError as error:
    print("close:", error.message.code)
limit(resource.RLIM_INFINITY)
journal = Journal.open(home, sys.argv[1], sys.argv[2])
print([key[1] for key in journal.links()], [doubt.source_id for doubt in journal.in_doubt()])
journal.close()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the size of files as Linux does")
@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("room again", ["journal-not-written", "['ann'] []"]),
        (
            "still full",
            ["journal-not-written", "close: journal-not-written", "[] ['ann']"],
        ),
    ],
)
def test_a_full_disk_ends_the_run_and_loses_nothing(home: Home, then: str, told: list[str]) -> None:
    environ = {**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(home.root)}
    command = [sys.executable, "-c", FULL_DISK, JOB_ID, TENANT, then]
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == told


def test_a_journal_that_is_a_folder_is_reported(open_journal: OpenJournal, home: Home) -> None:
    (home.journals / f"{JOB_ID}.sqlite").mkdir()
    with pytest.raises(WizardError, match=r"^journal-not-opened "):
        open_journal()


def test_a_journal_killed_in_its_very_first_write_is_rolled_back_and_used(tmp_path: Path) -> None:
    """Before it has its -wal, SQLite writes over the file and keeps the old pages beside it; a reader may not undo that."""
    written, killed = tmp_path / "written.sqlite", tmp_path / "killed.sqlite"
    connection = sqlite3.connect(written, isolation_level=None)
    connection.executescript("PRAGMA cache_size = 1; CREATE TABLE half (done TEXT); BEGIN IMMEDIATE;")
    connection.executemany("INSERT INTO half VALUES (?)", [("x" * 500,)] * 2000)  # more than it keeps in memory
    for tail in ("", "-journal"):
        shutil.copy(f"{written}{tail}", f"{killed}{tail}")
    connection.close()
    with pytest.raises(sqlite3.OperationalError):
        connect_reader(killed)
    opened = connect_writer(killed)
    assert opened.execute("SELECT count(*) FROM half").fetchone() == (0,)
    assert opened.execute("SELECT count(*) FROM links").fetchone() == (0,)
    opened.close()
    connect_reader(killed).close()
