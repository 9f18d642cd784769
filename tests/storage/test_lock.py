"""One process at a time holds the lock of a job."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.errors import JobLocked, Message
from wizard.storage.lock import JobLock

ROOT = Path(__file__).resolve().parents[2]
HOLD = (
    "import sys\nfrom pathlib import Path\nfrom wizard.storage.lock import JobLock\n"
    "lock = JobLock.take(Path(sys.argv[1]))\nprint('held', flush=True)\nsys.stdin.read()"
)


def holder(path: Path) -> "subprocess.Popen[str]":
    """Another process that holds the lock until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_error_names_the_process_that_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "job.lock"
    with holder(path) as process:
        with pytest.raises(JobLocked) as caught:
            JobLock.take(path)
        assert caught.value.message == Message("job-locked", process=process.pid)
        assert JobLock.is_taken(path)
        process.communicate()
    JobLock.take(path).release()


def test_a_killed_process_releases_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "job.lock"
    with holder(path) as process:
        process.kill()
        process.wait()
        with JobLock.take(path):
            assert path.read_text() == str(os.getpid())


def test_the_same_process_cannot_lock_twice(tmp_path: Path) -> None:
    path = tmp_path / "job.lock"
    with JobLock.take(path), pytest.raises(JobLocked):
        JobLock.take(path)


def test_is_taken_neither_locks_nor_creates_the_file(tmp_path: Path) -> None:
    path = tmp_path / "job.lock"
    assert not JobLock.is_taken(path)
    assert not path.exists()
    with JobLock.take(path):
        assert JobLock.is_taken(path)
    assert not JobLock.is_taken(path)
    JobLock.take(path).release()


def test_releasing_twice_closes_no_other_file(tmp_path: Path) -> None:
    lock = JobLock.take(tmp_path / "job.lock")
    lock.release()
    other = os.open(tmp_path / "other", os.O_CREAT | os.O_RDWR)  # may get the number of the closed file
    lock.release()
    os.fstat(other)
    os.close(other)
