"""Keeps a run's events in the journal while they pass by on their way to the screen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wizard.provisioning.events import LogRow, ObjectReported, OperationEnded, RunEvent

if TYPE_CHECKING:
    from wizard.provisioning.plan import Plan
    from wizard.provisioning.report import RunReport
    from wizard.storage.journal import Journal

_ROWS_AT_ONCE = 50


class Recording:
    """One run being recorded."""

    def __init__(self, journal: "Journal", run_id: int, emit: Callable[[RunEvent], None]) -> None:
        self.run_id = run_id
        self._journal, self._emit = journal, emit
        self._rows: list[LogRow] = []

    def emit(self, event: RunEvent) -> None:
        """Note the event's row, then hand it on."""
        if isinstance(event, OperationEnded | ObjectReported):
            self._rows.append(event.row)
            if len(self._rows) >= _ROWS_AT_ONCE:
                self.flush()
        self._emit(event)

    def flush(self) -> None:
        """Hand the rows collected so far to the journal."""
        rows, self._rows = self._rows, []
        if rows:
            self._journal.append_log(rows)

    def finish(self, report: "RunReport") -> None:
        """The run ended: its report stays in the history."""
        self.flush()
        self._journal.end_run(self.run_id, report.ending, report.title, report.as_json())


@contextmanager
def recorded(journal: "Journal", plan: "Plan", emit: Callable[[RunEvent], None]) -> Iterator[Recording]:
    """A recording for one run; what was collected is kept even where the run breaks off."""
    from wizard.provisioning.report import plan_counts

    recording = Recording(journal, journal.begin_run(plan_counts(plan)), emit)
    try:
        yield recording
    finally:
        recording.flush()
