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
from wizard.messages.translation import N_, _

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
    """An exit code in words, marked with `N_`."""

    meaning: str
    why: str = ""

    @property
    def sentence(self) -> str:
        """For lists of exit codes: the man page, Help and about."""
        return _(self.meaning)

    @property
    def cause(self) -> str:
        """For a run that ended so, as a part of a sentence; "" = the run was good."""
        return _(self.why) if self.why else ""


MEANINGS: dict[ExitCode, Meaning] = {
    ExitCode.DONE: Meaning(N_("Done.")),
    ExitCode.SOME_FAILED: Meaning(
        N_("Done, but some people or groups failed, were rejected, or were held back."),
        N_("some people or groups failed"),
    ),
    ExitCode.WRONG_USAGE: Meaning(
        N_("Wrong usage, or a job file or input file that cannot be used."), N_("the job file could not be used")
    ),
    ExitCode.REFUSED: Meaning(N_("A warning must be accepted first."), N_("a warning waits for your approval")),
    ExitCode.NO_ACCESS: Meaning(
        N_("No connection, or access was denied."), N_("no connection, or AWS denied access")
    ),
    ExitCode.NO_SECRET: Meaning(N_("The access token is missing."), N_("no access token was found")),
    ExitCode.LOCKED: Meaning(
        N_("Another process is running this job, or the job is in quarantine."),
        N_("another run was in progress, or the job is in quarantine"),
    ),
    ExitCode.INTERNAL_ERROR: Meaning(N_("An internal error."), N_("an internal error occurred")),
    ExitCode.INTERRUPTED: Meaning(N_("Interrupted."), N_("it was interrupted")),
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
