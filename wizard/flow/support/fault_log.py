"""The program's own log in HOME: unexpected errors with their traces, rotated, private, without secrets."""

import logging
import logging.handlers
import re
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.messages.translation import _

if TYPE_CHECKING:
    from wizard.storage.paths import Home

NAME = "identity-center-wizard.log"
_BYTES, _KEPT = 1_000_000, 3
_READ_BYTES = 200_000
_BEGINS = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d,\d+ (WARNING|ERROR|CRITICAL) ")
PACKAGES = "alerts|aws|cli|entra_provisioning|flow|graph|http|mapping|messages|provisioning|sandbox|scim|sources|storage|ui"
MODULES = "__main__|app|assets|directory|entra_names|errors|fields|names|progress|runtime|sandbox_process|secret"
"""The packages directly below `wizard`: a folder of the user's that is named `wizard` too is not matched."""
_FRAME = re.compile(rf'  File ".*[\\/](wizard[\\/](?:(?:{PACKAGES})[\\/][\w\\/]+|{MODULES})\.py)", line (\d+)')
_KIND = re.compile(r"[A-Za-z_][\w.]*(?=:|$)")


class _QuietHandler(logging.handlers.RotatingFileHandler):
    """A private file, made for the first line. A failure to write it shows no trace and ends nothing."""

    failed = False
    """The last line could not be written."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        super().__init__(home.logs / NAME, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)

    def _open(self) -> TextIOWrapper:
        """Open the log, or the next one after a rotation."""
        from wizard.errors import WizardError
        from wizard.storage.paths import private_file

        try:
            self._home.ready(self._home.logs)
        except WizardError as error:
            raise OSError(str(error)) from None
        private_file(Path(self.baseFilename))
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, or note that it could not be."""
        self.failed = False
        super().emit(record)

    def handleError(self, _record: logging.LogRecord) -> None:
        """Called in the place of a trace on standard error."""
        self.failed = True


def open_log(home: "Home") -> str:
    """Send what the program logs to a file in this HOME, made when there is something to log; returns its path."""
    path = str(home.logs / NAME)
    root = logging.getLogger()
    if not any(getattr(handler, "baseFilename", "") == path for handler in root.handlers):
        handler = _QuietHandler(home)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.setLevel(logging.WARNING)
        root.addHandler(handler)
    return path


def note_fault(error: BaseException, home_folder: str = "") -> str:
    """Write an unexpected failure to the log; return a sentence that names the log.

    `home_folder` is the HOME of the command line; "" = the usual one.
    """
    from wizard.errors import WizardError
    from wizard.storage.paths import HOME_VARIABLE, Home

    try:
        path = open_log(Home.open({HOME_VARIABLE: home_folder} if home_folder else None))
    except WizardError:
        return _("The log file could not be written either ({error}).").format(error=type(error).__name__)
    handlers = [handler for handler in logging.getLogger().handlers if isinstance(handler, _QuietHandler)]
    logging.getLogger(__name__).error("Unexpected failure", exc_info=error)
    if any(handler.failed for handler in handlers):
        return _("The log file could not be written either ({error}).").format(error=type(error).__name__)
    return _("The log file has the details: {path}").format(path=path)


def last_faults(home: "Home", most: int = 3) -> tuple[str, ...]:
    """The last failures in the log: when, of which kind, and where in the program; never what they said.

    What an exception says may quote a person's data, so only its class and our own file and line are taken.
    """
    try:
        with open(home.logs / NAME, "rb") as file:
            file.seek(max(0, file.seek(0, 2) - _READ_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    found: list[str] = []
    when = place = ""
    framed = False  # the line before belongs to a frame: the next one at the margin names the class
    for line in lines:
        begins, frame = _BEGINS.match(line), _FRAME.match(line)
        if begins:
            when, place = begins[1], ""
        elif frame:
            place = f" at {frame[1].replace(chr(92), '/')}:{frame[2]}"
        elif framed and when and not line.startswith(" ") and (kind := _KIND.match(line)):
            found.append(f"{when}, {kind[0]}{place}")
        framed = line.startswith("  ")
    return tuple(found[-most:])
