"""How a headless verb may end: a promise to people's scripts (design 9), and what each number means."""

DONE, SOME_FAILED, WRONG_USAGE, REFUSED, NO_ACCESS, NO_SECRET, LOCKED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130
UNEXPECTED = 70
"""A defect of ours; the code sysexits keeps for it."""

MEANINGS: tuple[tuple[int, str], ...] = (
    (DONE, "Done; also a plan with concerns."),
    (SOME_FAILED, "Done, but some objects failed or were rejected."),
    (WRONG_USAGE, "Wrong usage, or a job file that cannot be used."),
    (REFUSED, "Refused: a concern was not accepted."),
    (NO_ACCESS, "No connection, or not authorised."),
    (NO_SECRET, "No access token."),
    (LOCKED, "Another process runs this job, or it is in quarantine."),
    (UNEXPECTED, "A defect of the program."),
    (INTERRUPTED, "Interrupted."),
)
"""In the order of their numbers; the man page and the window say the same."""
