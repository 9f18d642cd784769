"""HOME: the folder with all files of this program, readable by its owner only; and how files are written there."""

import atexit
import contextlib
import errno
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path

from wizard.errors import WizardError

HOME_VARIABLE = "IDENTITY_CENTER_WIZARD_HOME"
_FOLDER = "identity-center-wizard"
_SUBFOLDERS = (
    "jobs",
    "drafts",
    "journals",
    "logs",
    "mirrors",
    "acceptances",
    "redaction-keys",
    "sign-ins",
    "schedules",
    "health",
    "microsoft",
    "observations",
)
_OF_JOBS = (
    "journals",
    "drafts",
    "mirrors",
    "acceptances",
    "redaction-keys",
    "health",
    "microsoft",
    "observations",
)
"""Folders that hold files named by a job's id."""
JOB_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The only form of a job's id: it names files."""
_SESSION_PREFIX = "identity-center-wizard-session-"
_DISK_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
"""Flag for `os.open`: a link in place of a file of ours is an error (ELOOP), wherever it leads."""
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of jobs, journals and logs. Its folders are 0700 and its files 0600.

    The files of a job that is "for this session only" lie in a temporary folder in place of HOME: see `keep_out`.
    """

    root: Path
    _kept_out: set[str] = field(default_factory=set, compare=False, repr=False)
    """Ids of the jobs that are for this session only."""

    @classmethod
    def locate(cls, environ: Mapping[str, str] | None = None) -> "Home":
        """Return the HOME that the environment names, else the system's folder for program data. Creates nothing."""
        named = (os.environ if environ is None else environ).get(HOME_VARIABLE, "").strip()
        if named:
            return cls(Path(os.path.expanduser(named)).absolute())
        from platformdirs import user_data_path  # not needed where HOME is named

        return cls(user_data_path(_FOLDER, appauthor=False))

    @classmethod
    def open(cls, environ: Mapping[str, str] | None = None, *, create: bool = True) -> "Home":
        """Return HOME with its usual folders, closed to others. create=False: make nothing, as for a trial.

        Raises WizardError where it cannot be written, belongs to another user, or holds a link in place of a folder.
        """
        home = cls.locate(environ)
        if create:
            for folder in (home.root, home.jobs, home.journals, home.logs):
                home.ready(folder)
        for folder in (home.root, *(home.root / name for name in _SUBFOLDERS)):
            if os.path.lexists(folder):
                _check_entries(home.ready(folder))
        if create:
            _check_writable(home.root)
        return home

    def ready(self, folder: Path) -> Path:
        """Return this folder of HOME, created if necessary and closed to others; raises WizardError."""
        if folder.is_relative_to(self.root):
            private_folder(self.root)
            if folder != self.root and folder.is_symlink():
                raise WizardError("home-holds-link", path=str(folder))
        private_folder(folder)
        return folder

    @property
    def jobs(self) -> Path:
        """Job files, one JSON document each."""
        return self.root / "jobs"

    @property
    def journals(self) -> Path:
        """One SQLite file per job, named by the job's id, with its lock file."""
        return self.root / "journals"

    @property
    def logs(self) -> Path:
        """The program's own log. It holds no secrets."""
        return self.root / "logs"

    # --- jobs for this session only --------------------------------------------------------------------------------

    def keep_out(self, job_id: str) -> None:
        """Put the files of this job into the temporary folder from now on, unless HOME holds its journal already."""
        if not self.holds(job_id):
            self._kept_out.add(job_id)

    def keep(self, job_id: str) -> None:
        """Move the files of this job into HOME; nothing happens if they lie there. Raises WizardError.

        The caller holds the job's lock, or knows that nothing works on the job.
        """
        if job_id not in self._kept_out:
            return
        for name in _OF_JOBS:
            for path in self._files(self.of_job(job_id, name), job_id):
                target = self.ready(self.root / name) / path.name
                try:
                    shutil.move(path, target)
                except OSError as error:
                    raise _not_written(target, error) from None
        self._kept_out.discard(job_id)

    def of_job(self, job_id: str, name: str) -> Path:
        """Return the folder of this name for the files of a job: below HOME, or in the temporary folder."""
        return (_session_folder() if job_id in self._kept_out else self.root) / name

    def is_kept_out(self, job_id: str) -> bool:
        """Whether the job's files lie in the temporary folder."""
        return job_id in self._kept_out

    def job_ids(self) -> frozenset[str]:
        """Return the ids of the jobs that files outside `jobs` and `logs` are named by."""
        names = (path.name for folder in self._folders_of_jobs() for path in folder.iterdir())
        return frozenset(match[0] for name in names if (match := JOB_ID.match(name)))

    def files_of(self, job_id: str) -> tuple[Path, ...]:
        """Return every file named by the job's id, except its job file, logs and locks."""
        return tuple(path for folder in self._folders_of_jobs() for path in self._files(folder, job_id))

    def locks_of(self, job_id: str) -> tuple[Path, ...]:
        """Return the lock files of a job and of its small files."""
        locks = (folder.glob(f"{escape(job_id)}.*lock") for folder in self._folders_of_jobs())
        return tuple(path for found in locks for path in found)

    def _folders_of_jobs(self) -> tuple[Path, ...]:
        roots = (self.root, *((_session,) if _session is not None else ()))
        return tuple(
            folder
            for root in roots
            if root.is_dir()
            for folder in root.iterdir()
            if folder.is_dir() and folder.name not in ("jobs", "logs")
        )

    def holds(self, job_id: str) -> bool:
        """Return whether HOME has files of the job, apart from its job file."""
        return any(self._files(self.root / name, job_id) for name in _OF_JOBS)

    @staticmethod
    def _files(folder: Path, job_id: str) -> list[Path]:
        return [path for path in folder.glob(f"{escape(job_id)}[.-]*") if path.suffix != ".lock"]


def _session_folder() -> Path:
    """Return the temporary folder of this process, created if necessary and private; raises WizardError."""
    global _session
    if _session is None:
        try:
            _session = Path(tempfile.mkdtemp(prefix=f"{_SESSION_PREFIX}{os.getpid()}-"))
        except OSError as error:
            raise _not_writable(Path(tempfile.gettempdir()), error) from None
        atexit.register(remove_session_folder)
        for other in _session.parent.glob(f"{_SESSION_PREFIX}*"):
            if other != _session and _is_abandoned(other):
                shutil.rmtree(other, ignore_errors=True)
    return _session


def _is_abandoned(folder: Path) -> bool:
    """Whether this is the session folder of a process of ours that was killed. Never certain on Windows."""
    process = folder.name.removeprefix(_SESSION_PREFIX).partition("-")[0]
    if os.name != "posix" or not process.isdecimal():
        return False
    try:
        if folder.lstat().st_uid != os.geteuid() or not stat.S_ISDIR(folder.lstat().st_mode):
            return False
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def remove_session_folder() -> None:
    """Remove what was for this session only. Called when the program ends, also without the interpreter's exit handlers."""
    global _session
    if _session is not None:
        shutil.rmtree(_session, ignore_errors=True)
        _session = None


_session: Path | None = None


def private_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter, or close an existing one to others.

    Raises WizardError, also where the folder belongs to another user: its owner could replace our files by links.
    """
    try:
        for parent in reversed(folder.parents):  # `parents=True` would give them the mode of the umask
            if not parent.exists():
                parent.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        state = folder.stat()
        if os.name == "posix" and state.st_uid != os.geteuid():
            raise WizardError("home-of-another-user", path=str(folder))
        if stat.S_IMODE(state.st_mode) != _PRIVATE_FOLDER:
            folder.chmod(_PRIVATE_FOLDER)  # another umask, or changed by hand
    except FileExistsError:
        raise WizardError("home-is-a-file", path=str(folder)) from None
    except NotADirectoryError:
        raise WizardError("home-below-a-file", path=str(folder)) from None
    except OSError as error:
        raise _not_writable(folder, error) from None


def private_file(path: Path) -> None:
    """Create an empty file that only its owner may read, or close an existing one to others; raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NO_FOLLOW, _PRIVATE_FILE)
    try:
        if os.name == "posix" and stat.S_IMODE(os.fstat(descriptor).st_mode) != _PRIVATE_FILE:
            os.fchmod(descriptor, _PRIVATE_FILE)
    finally:
        os.close(descriptor)


def write_private(path: Path, content: bytes) -> None:
    """Replace a file atomically, with mode 0600; raises WizardError and leaves the old file.

    The content is flushed to the disk before the rename, so that a power failure leaves the old or the new file.
    """
    check_replaceable(path)
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            if os.name == "posix":
                os.fchmod(descriptor, _PRIVATE_FILE)  # the umask applies to mkstemp too
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):  # renamed already, or the disk was removed
                os.unlink(temporary)
        raise _not_written(path, error) from None


def check_replaceable(path: Path) -> None:
    """Raise WizardError where a file would take the place of a device, a pipe, or a link such as /dev/stdout."""
    with contextlib.suppress(OSError, ValueError):  # nothing there, or no such name: writing reports it
        led_to = os.readlink(path) if path.is_symlink() else ""
        kind = path.stat().st_mode
        if led_to.startswith(("/dev/", "/proc/")) or not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise WizardError("file-not-replaceable", path=str(path))


def delete_file(path: Path) -> None:
    """Delete a file; a missing one is no error. Raises WizardError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WizardError("file-not-deleted", path=str(path), reason=reason(error)) from None


def sync_folder(folder: Path) -> None:
    """Flush a renamed or new directory entry to the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_entries(folder: Path) -> None:
    """Raise WizardError for a pipe, device or socket in place of a file: reading it would wait without end."""
    try:
        with os.scandir(folder) as entries:
            paths = (each.path for each in entries if not (each.is_file() or each.is_dir()))
            odd = next(filter(os.path.exists, paths), "")
    except OSError as error:
        raise _not_writable(folder, error) from None
    if odd:
        raise WizardError("home-holds-pipe", path=odd)


def _check_writable(folder: Path) -> None:
    """Write a temporary file: mode bits do not show a read-only disk or an access list. Raises WizardError."""
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".try-"):
            pass
    except OSError as error:
        raise _not_writable(folder, error) from None


def _not_writable(folder: Path, error: OSError) -> WizardError:
    disk_full = error.errno in _DISK_FULL
    return WizardError("home-not-writable", path=str(folder), reason=reason(error), disk_full=disk_full)


def _not_written(path: Path, error: OSError) -> WizardError:
    disk_full = error.errno in _DISK_FULL
    return WizardError("file-not-written", path=str(path), reason=reason(error), disk_full=disk_full)


def reason(error: OSError) -> str:
    """Return the system's message without the path."""
    return error.strerror or type(error).__name__
