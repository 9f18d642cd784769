"""Files that earlier versions of the program wrote: understood, carried on with a copy kept, never lost."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.storage.older.write import (
    ANN,
    BOB,
    ENDED,
    ESCROW,
    FOLDER,
    JOB_ID,
    QUARANTINE,
    REFUSED,
    ROW,
    STAFF,
    TENANT,
    job,
)
from wizard.errors import JobFileError, Message, WizardError, recorded
from wizard.graph import reading
from wizard.storage import jobs, journal_schema
from wizard.storage.jobs import BrokenJob, JobStore, SavedJob
from wizard.storage.journal import Journal
from wizard.storage.journal_schema import connect_writer
from wizard.storage.lock import JobLock
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home

ROOT = Path(__file__).resolve().parents[2]
JOB_SHAPES = range(1, jobs.VERSION)
JOURNAL_SHAPES = range(1, journal_schema.VERSION)
RECORDED_ROW = replace(ROW, message=recorded("Created"))
RECORDED_REFUSAL = replace(REFUSED, message=recorded("The e-mail address is taken", "Find that person."))
ROWS = {1: [RECORDED_ROW], 2: [RECORDED_ROW], 3: [RECORDED_ROW, RECORDED_REFUSAL], 4: [ROW, REFUSED]}
"""Shape -> rows of its log; the earlier shapes hold sentences, each recorded with a longer log than the one before."""
ENDINGS: dict[int, tuple[str, Message | None]] = {
    1: ("done", None),
    2: ("done", None),
    3: ("stopped", recorded("AWS cannot be reached")),
    4: ("stopped", ENDED),
}
posix = pytest.mark.skipif(os.name != "posix", reason="processes are forked on POSIX systems only")


def job_file(home: Home, version: int, name: str = f"{JOB_ID}.json") -> Path:
    path = home.jobs / name
    path.write_bytes((FOLDER / f"job-{version}.json").read_bytes())
    return path


def journal_file(home: Home, version: int) -> Path:
    path = home.journals / f"{JOB_ID}.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript((FOLDER / f"journal-{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def dump(path: Path) -> str:
    connection = sqlite3.connect(path)
    shape = connection.execute("PRAGMA user_version").fetchone()[0]
    text = "\n".join([*connection.iterdump(), str(shape)])
    connection.close()
    return text


def columns(path: Path) -> dict[str, object]:
    """Every table with its columns in their order, and every index."""
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master ORDER BY name")]
    found: dict[str, object] = {
        name: connection.execute(f"SELECT * FROM pragma_table_xinfo('{name}')").fetchall() for name in names
    }
    connection.close()
    return found


def test_every_shape_there_was_is_kept_for_these_tests() -> None:
    """Run tests/storage/older/write.py before each change of a shape."""
    assert {path.name for path in FOLDER.iterdir() if path.suffix in (".json", ".sql")} >= {
        *(f"job-{version}.json" for version in JOB_SHAPES),
        *(f"journal-{version}.sql" for version in JOURNAL_SHAPES),
    }


# Job files


@pytest.mark.parametrize("version", JOB_SHAPES)
def test_a_job_of_an_older_shape_is_understood_and_reading_writes_nothing(
    store: JobStore, home: Home, version: int
) -> None:
    path = job_file(home, version)
    before = contents(home.jobs)
    assert store.load(path) == job()
    assert store.all() == (SavedJob(path, job()),)
    assert store.find("staff") == job()
    assert contents(home.jobs) == before


@pytest.mark.parametrize("version", JOB_SHAPES)
def test_its_first_save_keeps_a_copy_and_the_second_none(store: JobStore, home: Home, version: int) -> None:
    path = job_file(home, version)
    old = path.read_bytes()
    store.rename(store.load(path), "Renamed")
    copy = home.jobs / f"{path.name}.version-{version}"
    assert contents(home.jobs) == {path.name: path.read_bytes(), copy.name: old}
    assert json.loads(path.read_bytes())["version"] == jobs.VERSION
    if os.name == "posix":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert store.all() == (SavedJob(path, replace(job(), name="Renamed")),)
    JobStore(home).rename(store.load(path), "Again")
    assert set(contents(home.jobs)) == {path.name, copy.name}


def test_a_copy_is_kept_beside_a_job_file_at_a_chosen_place(store: JobStore, tmp_path: Path) -> None:
    path = tmp_path / "mine [1].json"
    path.write_bytes((FOLDER / "job-1.json").read_bytes())
    store.save(store.load(path))
    assert (tmp_path / "mine [1].json.version-1").exists()
    store.delete(job())
    assert [one.name for one in tmp_path.iterdir()] == ["home"]


def test_no_older_copy_is_written_over(store: JobStore, home: Home) -> None:
    """Downgrade, change the job there, and upgrade again."""
    path = job_file(home, 1)
    first = path.read_bytes()
    store.save(store.load(path))
    second = first.replace(b'"threshold_count": 7', b'"threshold_count": 8')
    path.write_bytes(second)
    store.save(store.load(path))
    path.write_bytes(first)  # the first content again, which already has a copy
    store.save(store.load(path))
    kept = {name: content for name, content in contents(home.jobs).items() if name != path.name}
    assert kept == {f"{path.name}.version-1": first, f"{path.name}.version-1-2": second}


def test_a_job_whose_copy_cannot_be_kept_is_left_as_it_is(store: JobStore, home: Home) -> None:
    path = job_file(home, 1, f"{'long' * 61}.json")  # with more behind it no file system takes it
    old = path.read_bytes()
    with pytest.raises(WizardError, match=r"^job-file-not-backed-up "):
        store.save(store.load(path))
    assert path.read_bytes() == old


def test_a_deleted_job_leaves_no_copies(store: JobStore, home: Home) -> None:
    other = job_file(home, 1, "other.json")
    other.write_bytes(other.read_bytes().replace(JOB_ID.encode(), b"7c1d2a0e-0c7f-4b52-9f0e-55d3d6a0c002"))
    path = job_file(home, 1)
    for one in (other, path):
        store.save(replace(store.load(one), name=one.name[:-5]))
    journal_file(home, 1)
    Journal.open(home, JOB_ID, TENANT).close()
    store.delete(store.load(path))
    assert set(contents(home.jobs)) == {"other.json", "other.json.version-1"}
    assert contents(home.journals) == {}


def test_a_job_of_a_later_version_is_reported_and_not_changed(store: JobStore, home: Home) -> None:
    path = job_file(home, 1)
    later = {**json.loads(path.read_bytes()), "version": jobs.VERSION + 1, "new": {"answer": 1}}
    path.write_text(json.dumps(later))
    before = contents(home.jobs)
    (one,) = store.all()
    assert isinstance(one, BrokenJob)
    assert one.message.code == "job-file-later-version"
    assert (one.message.args["version"], one.message.args["known"]) == (jobs.VERSION + 1, jobs.VERSION)
    with pytest.raises(JobFileError, match=r"^job-file-later-version "):
        store.load(path)
    with pytest.raises(JobFileError, match=r"^job-file-later-version "):
        store.save(job(), path)
    assert contents(home.jobs) == before


@posix
def test_a_save_killed_at_any_point_loses_nothing(home: Home) -> None:
    path = job_file(home, 1)
    old = path.read_bytes()
    renamed = replace(job(), name="Renamed")
    seen = set()
    for root in killed("save", home):
        (saved,) = JobStore(Home(root)).all()
        assert isinstance(saved, SavedJob)
        copy = root / "jobs" / f"{path.name}.version-1"
        seen.add((saved.job == renamed, copy.exists()))
        assert saved.path.read_bytes() == old or (saved.job == renamed and copy.read_bytes() == old)
        JobStore(Home(root)).save(renamed, saved.path)  # and again, not killed
        kept = [one for one in (root / "jobs").iterdir() if ".version-" in one.name and one.suffix != ".part"]
        assert kept == [copy]
        assert copy.read_bytes() == old
    assert seen == {(False, False), (False, True), (True, True)}, "not killed before, between and behind"


# Journals


@pytest.mark.parametrize("version", [*JOURNAL_SHAPES, journal_schema.VERSION])
def test_a_journal_of_any_shape_can_be_read_and_reading_writes_nothing(home: Home, version: int) -> None:
    path = journal_file(home, version)
    before = path.read_bytes()
    reader = LogReader(home, JOB_ID)
    (run,) = reader.runs()
    assert (run.ending, run.message) == ENDINGS[min(version, 4)]
    assert [one.row for one in reader.log_page().rows] == ROWS[min(version, 4)]
    assert {one.row.label for one in reader.log_page(order="title", text="ANN").rows} == {"Ann Ó Briain"}
    assert reader.quarantine() == (QUARANTINE if version > 1 else None)
    assert (reader.link_counts(), reader.open_count()) == ({"user": 2, "group": 1}, 1)
    reader.close()
    assert path.read_bytes() == before


def test_a_reader_of_an_older_shape_reads_on_after_a_writer_converted_it(home: Home) -> None:
    journal_file(home, 3)
    reader = LogReader(home, JOB_ID)
    assert [one.row for one in reader.log_page().rows] == ROWS[3]
    with Journal.open(home, JOB_ID, TENANT) as journal:
        journal.begin_run({})
        journal.append_log([ROW])
    assert [one.row for one in reader.log_page().rows] == [*ROWS[3], ROW]
    assert [run.message for run in reader.runs()][1:] == [ENDINGS[3][1]]
    reader.close()


@pytest.mark.parametrize("version", JOURNAL_SHAPES)
def test_a_journal_of_an_older_shape_is_carried_on_with_a_copy(home: Home, version: int) -> None:
    path = journal_file(home, version)
    old = dump(path)
    with Journal.open(home, JOB_ID, TENANT) as journal:
        assert sorted(journal.links().values(), key=lambda link: link.source_id) == [ANN, BOB, STAFF]
        assert [doubt.source_id for doubt in journal.in_doubt()] == ["bob"]
        assert list(journal.delayed().values()) == ([ESCROW] if version > 2 else [])
        assert journal.notes == ()
        assert [one.row for one in journal._reader.log_page().rows] == ROWS[min(version, 4)]
        assert [(run.ending, run.message) for run in journal._reader.runs()] == [ENDINGS[min(version, 4)]]
    copy = home.journals / f"{path.name}.version-{version}"
    assert set(contents(home.journals)) == {path.name, copy.name}
    if os.name == "posix":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert dump(copy) == old
    connect_writer(home.journals / "new.sqlite").close()
    assert columns(path) == columns(home.journals / "new.sqlite")


@pytest.mark.parametrize("version", JOURNAL_SHAPES)
def test_a_second_start_keeps_no_second_copy(home: Home, version: int) -> None:
    journal_file(home, version)
    Journal.open(home, JOB_ID, TENANT).close()
    before = contents(home.journals)
    Journal.open(home, JOB_ID, TENANT).close()
    assert set(contents(home.journals)) == set(before)
    copy = f"{JOB_ID}.sqlite.version-{version}"
    assert contents(home.journals)[copy] == before[copy]


def test_a_copy_is_kept_as_long_as_results_are(home: Home) -> None:
    path = journal_file(home, 1)
    copy = home.journals / f"{path.name}.version-1"
    with Journal.open(home, JOB_ID, TENANT) as journal:
        # The file system dates it by a clock that --shift-clock leaves alone.
        os.utime(copy, (time.time(), time.time()))
        journal.purge(1)
        journal.flush()
        assert copy.exists()
        journal.purge(-1)  # everything is older than tomorrow
        journal.flush()
        assert not copy.exists()


def test_the_copy_includes_the_wal(home: Home) -> None:
    path = journal_file(home, 1)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("INSERT INTO facts VALUES ('late', 'yes')")
    connect_writer(path).close()
    writer.close()
    copy = sqlite3.connect(home.journals / f"{path.name}.version-1")
    assert copy.execute("SELECT value FROM facts WHERE name = 'late'").fetchall() == [("yes",)]
    copy.close()


def test_a_journal_that_cannot_be_carried_on_keeps_its_shape(home: Home) -> None:
    """All steps or none: the second one fails here."""
    path = journal_file(home, 1)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE escrow (odd TEXT)")
    connection.close()
    old = dump(path)
    with pytest.raises(WizardError):
        Journal.open(home, JOB_ID, TENANT)
    assert dump(path) == old


def test_a_journal_whose_copy_cannot_be_kept_is_left_as_it_is(home: Home) -> None:
    path = journal_file(home, 1)
    old = dump(path)
    (home.journals / f"{path.name}.part").mkdir()
    with pytest.raises(WizardError, match=r"^journal-not-backed-up "):
        Journal.open(home, JOB_ID, TENANT)
    assert dump(path) == old


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_journal_of_a_later_version_is_reported_and_not_changed(home: Home, mode: str) -> None:
    path = journal_file(home, journal_schema.VERSION)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute(f"PRAGMA user_version = {journal_schema.VERSION + 1}")
    before = without_index(contents(home.journals))  # including rows in its -wal only
    with pytest.raises(WizardError, match=r"^journal-later-version "):
        Journal.open(home, JOB_ID, TENANT)
    with pytest.raises(WizardError, match=r"^journal-later-version "):
        LogReader(home, JOB_ID).runs()
    assert without_index(contents(home.journals)) == before
    connection.close()


@pytest.mark.slow
@posix
def test_a_journal_killed_at_any_point_loses_nothing(home: Home) -> None:
    path = journal_file(home, 1)
    old = dump(path)
    seen = set()
    for root in killed("open", home):
        journals = Home(root).journals
        copy = journals / f"{path.name}.version-1"
        seen.add((dump(journals / path.name) != old, copy.exists()))
        with Journal.open(Home(root), JOB_ID, TENANT) as journal:
            assert sorted(journal.links().values(), key=lambda link: link.source_id) == [ANN, BOB, STAFF]
        assert set(contents(journals)) == {path.name, copy.name}
        assert dump(copy) == old
    assert {(False, False), (False, True)} <= seen, "not killed before and behind the copy"


def test_an_object_in_place_of_a_copy_is_not_changed(store: JobStore, home: Home) -> None:
    path, journal = job_file(home, 1), journal_file(home, 1)
    for one in (path, journal):
        one.with_name(f"{one.name}.version-1").mkdir()
    store.save(store.load(path))
    Journal.open(home, JOB_ID, TENANT).close()
    for one in (path, journal):
        assert one.with_name(f"{one.name}.version-1").is_dir()
        assert one.with_name(f"{one.name}.version-1-2").is_file()


# Other files in HOME


def test_a_reading_of_another_versions_shape_is_not_gone_on_with() -> None:
    """The next one reads the tenant from the start; nothing is carried on, nothing is lost."""
    cursor, content = reading.encode_mirror(reading.Mirror("people", format=reading.FORMAT + 1))
    assert reading.decode_mirror(cursor, content, "people") is None


def test_whatever_a_lock_file_says_it_can_be_locked(home: Home) -> None:
    path = home.journals / f"{JOB_ID}.lock"
    path.write_text('{"process": 7, "since": "2027"}')
    JobLock.take(path).release()
    assert path.read_text() == str(os.getpid())


def killed(work: str, home: Home) -> Iterable[Path]:
    """HOMEs in which this was killed, each one step further than the one before."""
    folder = home.root.parent / "killed"
    folder.mkdir()
    home.root.rename(folder / "before")
    command = [sys.executable, "-m", "tests.storage.kill_points", work, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 3
    return [folder / str(at) for at in range(1, int(done.stdout) + 1)]


def without_index(files: dict[str, bytes]) -> dict[str, bytes]:
    """Who reads a WAL journal notes so in its -shm, which holds nothing of its own."""
    return {name: content for name, content in files.items() if not name.endswith("-shm")}
