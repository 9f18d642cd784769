"""Small files of HOME: a damaged one counts as lost, and no change of another process is lost."""

import os
import stat
import threading
from pathlib import Path

import pytest

from wizard.errors import JobLocked
from wizard.storage.lock import JobLock
from wizard.storage.paths import Home
from wizard.storage.small_files import SmallFile

Names = SmallFile[tuple[str, ...]]


@pytest.fixture
def names(home: Home) -> Names:
    return Names(home.root / "names.json", tuple[str, ...], (), home.ready)


def add(names: Names, name: str) -> tuple[str, ...]:
    return names.change(lambda before: (*before, name))


def test_a_file_is_made_when_first_needed_and_private(names: Names, home: Home) -> None:
    before = sorted(home.root.iterdir())
    names.read()
    names.change(lambda before: before)
    assert sorted(home.root.iterdir()) == before
    add(names, "a")
    if os.name == "posix":
        assert stat.S_IMODE((home.root / "names.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"{}", b"[1]", b'"a"', b'["a', b"\xff\xfe", b"[" * 100_000, b'["\xff"]'],
    ids=["empty", "zeroed", "object", "number", "text", "cut", "encoding", "nested", "bytes"],
)
def test_a_damaged_file_counts_as_lost(names: Names, home: Home, content: bytes) -> None:
    add(names, "a")
    path = home.root / "names.json"
    path.write_bytes(content)
    assert names.read() == ()
    assert add(names, "b") == ("b",)
    assert names.read() == ("b",)


def test_a_non_file_or_too_large_file_counts_as_lost(names: Names, home: Home) -> None:
    path = home.root / "names.json"
    path.mkdir()
    assert names.read() == ()
    path.rmdir()
    with open(path, "wb") as file:
        file.truncate(17 * 1024 * 1024)
    assert names.read() == ()
    if os.name == "posix":
        path.unlink()
        os.mkfifo(path)
        assert names.read() == ()


def test_changes_at_once_are_all_kept(home: Home) -> None:
    file = SmallFile[tuple[int, ...]](home.root / "numbers.json", tuple[int, ...], (), home.ready)

    def add(number: int) -> None:
        done = False
        while not done:
            try:
                file.change(lambda before: (*before, number))
                done = True
            except JobLocked:  # a busy machine
                continue

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(file.read()) == list(range(8))


def test_a_file_that_another_process_changes_is_not_overwritten(names: Names, tmp_path: Path, home: Home) -> None:
    with JobLock.take(home.root / "names.lock"), pytest.raises(JobLocked):
        add(names, "a")
    assert names.read() == ()
