"""Exit codes, a promise to people's scripts (design 9)."""

from wizard.errors import InQuarantine, JobFileError, JobLocked, NoAccess, NoSecret, WizardError

DONE, SOME_FAILED, WRONG_USAGE, REFUSED, NO_ACCESS, NO_SECRET, LOCKED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130
UNEXPECTED = 70
"""A defect of ours; the code sysexits keeps for it."""


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
