"""Records a run: keeps its events in the journal and adds them up on their way to the listener."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from wizard.errors import WizardError
from wizard.flow.runs.plan import Prepared
from wizard.flow.runs.texts import foreign_of
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported, RunEnded, RunEvent
from wizard.provisioning.ledger import SourceFacts
from wizard.provisioning.report import ReportFold, RunReport, plan_counts
from wizard.provisioning.retry_later import DelayedRetryFold
from wizard.storage.journal import Journal, KeptSnapshot

_BATCH_ROWS = 50


class Recording:
    """One run that is being recorded."""

    def __init__(self, journal: Journal, prepared: Prepared, emit: Callable[[RunEvent], None]) -> None:
        plan = prepared.plan
        planned = {**plan_counts(plan), "foreign": foreign_of(plan), "purpose": plan.purpose}
        planned["heldBack"] = len(plan.held_back)
        self.run_id = journal.begin_run(planned)
        self._journal, self._plan, self._emit = journal, plan, emit
        self._rows: list[LogRow] = []
        self._fold = ReportFold()
        self._retries = DelayedRetryFold()
        self._ending_unsaved = False
        """The run has ended, and its report is not in the journal yet."""
        for request in prepared.requests:
            self._fold.add(request)

    def emit(self, event: RunEvent) -> None:
        """Record the event, then pass it on."""
        self._fold.add(event)
        self._retries.add(event)
        if isinstance(event, ChangeEnded | ObjectReported):
            self._rows.append(event.row)
            if len(self._rows) >= _BATCH_ROWS:
                self.flush()
        self._ending_unsaved = self._ending_unsaved or isinstance(event, RunEnded)
        self._emit(event)

    def flush(self) -> None:
        """Write the collected rows to the journal."""
        rows, self._rows = self._rows, []
        if rows:
            self._journal.append_log(rows)

    def close(self) -> None:
        """Write what was collected, and the report if the caller was cancelled before it asked for it."""
        if self._ending_unsaved:
            self.finish()
        self.flush()

    def finish(self) -> RunReport:
        """Store the report of the ended run and return it; it names an error of the journal instead of raising it."""
        self.flush()
        self._ending_unsaved = False
        report = self._fold.report(self._plan)
        try:
            kept, gone = self._retries.ended(self._plan, self._journal.delayed(), datetime.now(UTC))
            if kept or gone:
                self._journal.keep_delayed(kept, gone)
            self._journal.end_run(self.run_id, report.ending, report.message, report.as_json())
        except WizardError as error:
            return with_error(report, error)
        return report


@contextmanager
def record(journal: Journal, prepared: Prepared, emit: Callable[[RunEvent], None]) -> Iterator[Recording]:
    """Record one run; what was collected is written even if the run is cancelled.

    Closing the window cancels the waiting tasks, but the run ends normally, and its report is written here.
    """
    recording = Recording(journal, prepared, emit)
    try:
        yield recording
    finally:
        recording.close()


def with_error(report: RunReport, error: WizardError) -> RunReport:
    """Return the report of a run whose journal could not be completed; a report that names a cause keeps it."""
    if report.ending == "stopped":
        return report
    return replace(report, ending="stopped", message=error.message)


def keep_reading(journal: Journal, prepared: Prepared) -> None:
    """Store the snapshot of a completed run as the last one."""
    snapshot = prepared.snapshot
    users, groups = (tuple(thing.id for thing in things) for things in (snapshot.users, snapshot.groups))
    facts = SourceFacts.of(snapshot)
    journal.keep_snapshot(KeptSnapshot(prepared.plan.made_at, users, groups, snapshot.cursor, facts))
