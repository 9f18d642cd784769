"""HOME: the folder with all files of this program, readable by its owner only; and how files are written there."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.errors import WizardError

HOME_VARIABLE = "IDENTITY_CENTER_WIZARD_HOME"
_FOLDER = "identity-center-wizard"
_DISK_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
"""Flag for `os.open`: a link in place of a file of ours is an error (ELOOP), wherever it leads."""
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of jobs, journals, reports and logs. Its folders are 0700 and its files 0600."""

    root: Path

    @classmethod
    def locate(cls, environ: Mapping[str, str] | None = None) -> "Home":
        """Return the HOME that the environment names, else the system's folder for program data. Creates nothing."""
        named = (os.environ if environ is None else environ).get(HOME_VARIABLE, "").strip()
        if named:
            return cls(Path(os.path.expanduser(named)).absolute())
        from platformdirs import user_data_path  # not needed where HOME is named

        return cls(user_data_path(_FOLDER, appauthor=False))

    @classmethod
    def open(cls, environ: Mapping[str, str] | None = None) -> "Home":
        """Return HOME and create its folders; raises WizardError where it cannot be written."""
        home = cls.locate(environ)
        for folder in (home.root, home.jobs, home.journals, home.reports, home.logs):
            private_folder(folder)
        _check_writable(home.root)
        return home

    @property
    def jobs(self) -> Path:
        """Job files, one JSON document each."""
        return self.root / "jobs"

    @property
    def journals(self) -> Path:
        """One SQLite file per job, named by the job's id, with its lock file."""
        return self.root / "journals"

    @property
    def reports(self) -> Path:
        """Exports without a place of their own."""
        return self.root / "reports"

    @property
    def logs(self) -> Path:
        """The program's own log. It holds no secrets."""
        return self.root / "logs"


def private_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter, or close an existing one to others; raises WizardError."""
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) != _PRIVATE_FOLDER:
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


def sync_folder(folder: Path) -> None:
    """Flush a renamed or new directory entry to the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
