import sqlite3
from pathlib import Path

import pytest

from wizard.storage.journal_schema import (
    as_wizard_error,
    connect_reader,
    connect_writer,
    is_damage,
    set_aside,
)


def test_an_intention_outlives_a_cut_of_the_power(tmp_path: Path) -> None:
    """NORMAL (1) would lose the last commits of a WAL then; FULL is 2."""
    connection = connect_writer(tmp_path / "j.sqlite")
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_readers_cannot_write(tmp_path: Path) -> None:
    writer = connect_writer(tmp_path / "j.sqlite")
    reader = connect_reader(tmp_path / "j.sqlite")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("INSERT INTO facts VALUES ('a', 'b')")
    reader.close()
    writer.close()


def test_a_full_disk_is_said_and_is_no_damage(tmp_path: Path) -> None:
    connection = connect_writer(tmp_path / "j.sqlite")
    connection.execute("PRAGMA max_page_count = 1")  # SQLite never shrinks the limit below the size
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("INSERT INTO log_rest VALUES (1, zeroblob(1000000))")
    assert not is_damage(caught.value)
    assert as_wizard_error(caught.value, tmp_path / "j.sqlite").message.code == "journal-disk-full"
    connection.close()


def test_a_read_only_file_is_said_and_is_no_damage(tmp_path: Path) -> None:
    connect_writer(tmp_path / "j.sqlite").close()
    reader = sqlite3.connect(f"{(tmp_path / 'j.sqlite').as_uri()}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        reader.execute("INSERT INTO facts VALUES ('a', 'b')")
    assert not is_damage(caught.value)
    assert as_wizard_error(caught.value, tmp_path / "j.sqlite").message.code == "journal-read-only"
    reader.close()


def test_a_file_that_is_not_a_database_counts_as_damaged(tmp_path: Path) -> None:
    (tmp_path / "j.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.DatabaseError) as caught:
        connect_writer(tmp_path / "j.sqlite")
    assert is_damage(caught.value)
    assert as_wizard_error(caught.value, tmp_path / "j.sqlite").message.code == "journal-damaged"


def test_what_belongs_to_a_damaged_journal_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    for tail in ("", "-wal", "-shm"):
        path.with_name(path.name + tail).write_text(tail)
    aside = set_aside(path)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {
        aside.name: "",
        f"{aside.name}-wal": "-wal",
        f"{aside.name}-shm": "-shm",
    }


def test_two_damaged_on_one_day_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    asides = set()
    for content in ("one", "two"):
        path.write_text(content)
        asides.add(set_aside(path))
    assert {one.read_text() for one in asides} == {"one", "two"}
