"""Exit codes of the commands: a promise to users' scripts. Defined here only."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from wizard.errors import (
    InQuarantine,
    JobFileError,
    JobLocked,
    NoAccess,
    NoSecret,
    NotAccepted,
    OtherEngine,
    WizardError,
)

if TYPE_CHECKING:
    from wizard.provisioning.report import RunReport


class ExitCode(IntEnum):
    """How a command ends."""

    DONE = 0
    SOME_FAILED = 1
    WRONG_USAGE = 2
    REFUSED = 3
    NO_ACCESS = 4
    NO_SECRET = 5
    LOCKED = 6
    INTERNAL_ERROR = 70
    """EX_SOFTWARE of sysexits.h."""
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Meaning:
    """An exit code in words."""

    sentence: str
    """For lists of exit codes: the man page, Help and about."""
    cause: str = ""
    """For a run that ended so, as a part of a sentence; "" = the run was good."""


MEANINGS: dict[ExitCode, Meaning] = {
    ExitCode.DONE: Meaning("Done."),
    ExitCode.SOME_FAILED: Meaning(
        "Done, but some objects failed, were rejected or held back.", "some people or groups failed"
    ),
    ExitCode.WRONG_USAGE: Meaning(
        "Wrong usage, or a job file that cannot be used.", "the job file could not be used"
    ),
    ExitCode.REFUSED: Meaning(
        "Refused, or planned: a concern must be accepted first.", "a concern waits for your answer"
    ),
    ExitCode.NO_ACCESS: Meaning("No connection, or not authorised.", "no connection, or AWS refused the access"),
    ExitCode.NO_SECRET: Meaning("No access token.", "no access token was found"),
    ExitCode.LOCKED: Meaning(
        "Another process runs this job, or it is in quarantine.",
        "another run was under way, or the job is in quarantine",
    ),
    ExitCode.INTERNAL_ERROR: Meaning("A defect of the program.", "something unexpected happened"),
    ExitCode.INTERRUPTED: Meaning("Interrupted.", "it was interrupted"),
}
"""In the order of their numbers."""


def of_error(error: WizardError) -> ExitCode:
    """Return the exit code for an error that ended a command."""
    codes: tuple[tuple[type[WizardError], ExitCode], ...] = (
        (NotAccepted, ExitCode.REFUSED),
        (OtherEngine, ExitCode.REFUSED),
        (NoAccess, ExitCode.NO_ACCESS),
        (NoSecret, ExitCode.NO_SECRET),
        (JobLocked, ExitCode.LOCKED),
        (InQuarantine, ExitCode.LOCKED),
        (JobFileError, ExitCode.WRONG_USAGE),
    )
    return next((code for kind, code in codes if isinstance(error, kind)), ExitCode.WRONG_USAGE)


def of_report(report: "RunReport") -> ExitCode:
    """Return the exit code for a run that was carried out."""
    if report.ending == "cancelled":
        return ExitCode.INTERRUPTED
    if report.ending == "stopped":
        return ExitCode.NO_ACCESS
    return ExitCode.SOME_FAILED if report.failed else ExitCode.DONE
