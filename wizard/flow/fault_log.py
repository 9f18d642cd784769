"""The program's own log in HOME: what nobody expected, with its trace; never a secret, rotated, private."""

import logging
import logging.handlers
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.storage.paths import Home

NAME = "identity-center-wizard.log"
_BYTES, _KEPT = 1_000_000, 3


def open_log(home: "Home") -> str:
    """Send what the program logs to a file in this opened HOME; returns its path."""
    from wizard.storage.paths import private_file

    path = home.logs / NAME
    private_file(path)
    root = logging.getLogger()
    if not any(getattr(handler, "baseFilename", "") == str(path) for handler in root.handlers):
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.setLevel(logging.WARNING)
        root.addHandler(handler)
    return str(path)


def note_fault(error: BaseException) -> str:
    """Write a failure nobody expected to the log; returns a sentence on where it stands."""
    from wizard.errors import WizardError
    from wizard.storage.paths import Home

    try:
        path = open_log(Home.open())
    except WizardError:
        return f"The log could not be written either ({type(error).__name__})."
    logging.getLogger(__name__).error("Unexpected failure", exc_info=error)
    return f"The log tells more: {path}."
