"""A lock file for each job: one process at a time works on it, and the lock ends with the process."""

import contextlib
import errno
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from wizard.errors import JobLocked, WizardError
from wizard.storage.paths import NO_FOLLOW, private_file, reason

_WAIT_SECONDS = 0.3
"""`is_taken` in another process holds the lock for a moment."""
_LOCKED_BYTE = 1 << 30
"""Windows locks bytes and hides them from readers: this one is far behind the process id in the file."""


class JobLock:
    """A lock held by this process until `release` or until it ends or is killed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, path: Path) -> Self:
        """Lock the file; raises JobLocked while another process holds it, WizardError where it cannot be locked."""
        while True:
            try:
                private_file(path)
                descriptor = os.open(path, os.O_RDWR | NO_FOLLOW)
            except OSError as error:
                raise WizardError("lock-not-written", path=str(path), reason=reason(error)) from None
            lock = cls._locked(descriptor, path)
            if _is_file(descriptor, path):
                return lock
            lock.release()  # it was deleted with its job while this process waited

    @classmethod
    def _locked(cls, descriptor: int, path: Path) -> Self:
        try:
            _wait_until_locked(descriptor)
            with contextlib.suppress(OSError):  # a full disk: the lock is held, but without the process id
                os.ftruncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode("ascii"))
        except OSError as error:  # a network folder without locks: ENOLCK, ENOTSUP, ESTALE
            os.close(descriptor)
            raise WizardError("lock-not-possible", path=str(path), reason=reason(error)) from None
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)

    @staticmethod
    def is_taken(path: Path) -> bool:
        """Whether a process holds the lock now; does not wait."""
        try:
            descriptor = os.open(path, os.O_RDWR)
        except OSError:
            return False  # no lock file: no process has worked on this job
        try:
            return not _locked(descriptor)
        except OSError:
            return False  # nobody can lock it
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """Release the lock. The file remains, unless its job was deleted."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _is_file(descriptor: int, path: Path) -> bool:
    """Whether the open file is still the one at this path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
    except OSError:
        return True  # unknown


def _wait_until_locked(descriptor: int) -> None:
    until = time.monotonic() + _WAIT_SECONDS
    while not _locked(descriptor):
        if time.monotonic() >= until:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            raise JobLocked("job-locked", process=int(holder) if holder.isdigit() else None)
        time.sleep(0.02)


# `_locked` returns False where another process holds the lock; raises OSError where the file cannot be locked at all.

if sys.platform == "win32":
    import msvcrt

    def _locked(descriptor: int) -> bool:
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)
        return True

else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
