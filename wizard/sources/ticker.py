"""Progress of a reading, told at most twenty times a second."""

import time

from wizard.progress import Progress, ReportProgress

_EVERY_SECONDS = 0.05
_EVERY_ROWS = 128


class Ticker:
    """Counts rows and reports them now and then; the first and the last count are always told."""

    def __init__(self, report: ReportProgress, doing: str, total: int) -> None:
        self._report, self._doing, self._total = report, doing, total
        self._told_at = time.monotonic()
        report(Progress(doing, 0, total))

    def at(self, done: int) -> None:
        """So many lines are behind us."""
        if done % _EVERY_ROWS == 0 and time.monotonic() - self._told_at >= _EVERY_SECONDS:
            self._told_at = time.monotonic()
            self._report(Progress(self._doing, min(done, self._total), self._total))

    def end(self) -> None:
        """All of it is read."""
        self._report(Progress(self._doing, self._total, self._total))


def silent(_: Progress) -> None:
    """For a reading nobody watches."""
