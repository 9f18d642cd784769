"""Records a run: keeps its events in the journal and adds them up on their way to the listener."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

from wizard.errors import WizardError
from wizard.flow.runs.plan import Prepared
from wizard.flow.runs.texts import foreign_of
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported, RunEnded, RunEvent
from wizard.provisioning.guard import losses, members_to_add, settled_by
from wizard.provisioning.ledger import SourceFacts
from wizard.provisioning.report import ReportFold, RunReport, plan_counts
from wizard.provisioning.retry_later import DelayedRetryFold
from wizard.storage.journal import Journal, KeptSnapshot

_BATCH_ROWS = 50


class Recording:
    """One run that is being recorded."""

    def __init__(
        self, journal: Journal, prepared: Prepared, emit: Callable[[RunEvent], None], accepted: Collection[str]
    ) -> None:
        plan = prepared.plan
        planned = {**plan_counts(plan), "foreign": foreign_of(plan), "purpose": plan.purpose}
        planned["heldBack"] = len(plan.held_back)
        planned["unreadGroups"] = plan.unread_groups
        planned["notKept"] = dict(plan.not_kept)
        self.run_id = journal.begin_run(planned)
        self._journal, self._plan, self._emit = journal, plan, emit
        self._additions: Counter[str] = Counter()
        """Source id of a group -> members still to be added."""
        for change in plan.changes:
            if change.members:
                self._additions[change.source_id] += members_to_add(change)
        # Kept before the first request, so that a killed run counts whole; what did not land is seen in the next reading.
        asked = {concern.code for concern in plan.concerns}
        journal.keep_losses(losses(plan.changes, plan.links), settled_by(asked.intersection(accepted)))
        journal.keep_additions(+self._additions, all_groups=not plan.purpose and not plan.held_back)
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
        self._count_additions(event)
        if isinstance(event, ChangeEnded | ObjectReported):
            self._rows.append(event.row)
            if len(self._rows) >= _BATCH_ROWS:
                with suppress(WizardError):  # the next change cannot be noted either, which ends the run
                    self.flush()
        self._ending_unsaved = self._ending_unsaved or isinstance(event, RunEnded)
        self._emit(event)

    def _count_additions(self, event: RunEvent) -> None:
        if isinstance(event, ChangeEnded) and event.change.members and event.row.status == "success":
            self._additions[event.change.source_id] -= members_to_add(event.change)
        elif isinstance(event, ObjectReported) and event.row.message.code == "members-left-out":
            self._additions[event.row.source_id] += int(str(event.row.message.args["count"]))

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
        self._ending_unsaved = False
        report = self._fold.report(self._plan)
        try:
            self.flush()
            kept, gone = self._retries.ended(self._plan, self._journal.delayed(), datetime.now(UTC))
            if kept or gone:
                self._journal.keep_delayed(kept, gone)
            self._journal.keep_additions(self._additions)
            self._journal.end_run(self.run_id, report.ending, report.message, report.as_json())
        except WizardError as error:
            return with_error(report, error)
        return report


@contextmanager
def record(
    journal: Journal, prepared: Prepared, emit: Callable[[RunEvent], None], accepted: Collection[str] = ()
) -> Iterator[Recording]:
    """Record one run with the concerns that were accepted; what was collected is written even if the run is cancelled.

    Closing the window cancels the waiting tasks, but the run ends normally, and its report is written here.
    """
    recording = Recording(journal, prepared, emit, accepted)
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
    """Store both readings of a completed run as the last ones."""
    if prepared.plan.reading is not None:
        journal.keep_last_reading(prepared.plan.reading)
    snapshot = prepared.snapshot
    users, groups = (tuple(thing.id for thing in things) for things in (snapshot.users, snapshot.groups))
    facts = SourceFacts.of(snapshot)
    journal.keep_snapshot(KeptSnapshot(prepared.plan.made_at, users, groups, snapshot.cursor, facts))
