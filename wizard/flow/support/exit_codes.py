"""Exit codes of the commands: a promise to users' scripts. Defined here only."""

from dataclasses import dataclass
from enum import IntEnum


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
