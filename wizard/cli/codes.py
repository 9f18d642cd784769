"""Which error ends a verb with which exit code (design 9)."""

from wizard.errors import InQuarantine, JobFileError, JobLocked, NoAccess, NoSecret, WizardError
from wizard.flow.support.exit_codes import (
    DONE,
    INTERRUPTED,
    LOCKED,
    NO_ACCESS,
    NO_SECRET,
    REFUSED,
    SOME_FAILED,
    UNEXPECTED,
    WRONG_USAGE,
)

__all__ = [
    "DONE",
    "INTERRUPTED",
    "LOCKED",
    "NO_ACCESS",
    "NO_SECRET",
    "REFUSED",
    "SOME_FAILED",
    "UNEXPECTED",
    "WRONG_USAGE",
    "exit_code",
]


def exit_code(error: WizardError) -> int:
    """The promise of design 9."""
    from wizard.provisioning.apply import ConcernOpen

    codes: tuple[tuple[type[WizardError], int], ...] = (
        (ConcernOpen, REFUSED),
        (NoAccess, NO_ACCESS),
        (NoSecret, NO_SECRET),
        (JobLocked, LOCKED),
        (InQuarantine, LOCKED),
        (JobFileError, WRONG_USAGE),
    )
    return next((code for kind, code in codes if isinstance(error, kind)), WRONG_USAGE)
