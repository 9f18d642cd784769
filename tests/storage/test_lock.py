"""One process at a time holds the lock of a job."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.errors import JobLocked, Message, WizardError
from wizard.storage import lock as lock_module
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


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts the open files in /proc")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ESTALE])
def test_a_folder_without_locks_is_an_error_and_leaves_no_file_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "job.lock"
    JobLock.take(path).release()
    before = open_files()
    monkeypatch.setattr(lock_module.fcntl, "flock", refuse)
    with pytest.raises(WizardError) as caught:
        JobLock.take(path)
    assert caught.value.message == Message("lock-not-possible", path=str(path), reason=os.strerror(number))
    assert not JobLock.is_taken(path)
    assert open_files() == before


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own")
def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("content")
    victim.chmod(0o644)
    (tmp_path / "job.lock").symlink_to(victim)
    with pytest.raises(WizardError, match=r"^lock-not-written "):
        JobLock.take(tmp_path / "job.lock")
    assert (victim.read_text(), victim.stat().st_mode & 0o777) == ("content", 0o644)


def test_a_lock_whose_file_was_deleted_while_it_was_waited_for_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two processes hold the lock of one job: the file that was deleted, and the one that was made after it."""
    path = tmp_path / "job.lock"
    wait = lock_module._wait_until_locked
    waits = []

    def deleted_once(descriptor: int) -> None:
        wait(descriptor)
        waits.append(descriptor)
        if len(waits) == 1:
            path.unlink()

    monkeypatch.setattr(lock_module, "_wait_until_locked", deleted_once)
    with JobLock.take(path):
        assert len(waits) == 2
        assert JobLock.is_taken(path)
