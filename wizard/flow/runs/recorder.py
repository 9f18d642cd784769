"""Keeps a run's events in the journal and adds them up, while they pass by on their way to the screen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.runs.texts import foreign_in_words
from wizard.flow.values import Prepared
from wizard.progress import RequestMade
from wizard.provisioning.escrow import EscrowFold
from wizard.provisioning.events import LogRow, ObjectReported, OperationEnded, RunEnded, RunEvent
from wizard.provisioning.plan import Note, Plan
from wizard.provisioning.report import ReportFold, RunReport, plan_counts

if TYPE_CHECKING:
    from wizard.storage.journal import Journal

_ROWS_AT_ONCE = 50


class Overheard:
    """Remembers the requests of a preparation while its events pass by."""

    def __init__(self, emit: Callable[[RunEvent], None]) -> None:
        self.requests: list[RequestMade] = []
        self._emit = emit

    def emit(self, event: RunEvent) -> None:
        """Remember a request, then hand the event on."""
        if isinstance(event, RequestMade):
            self.requests.append(event)
        self._emit(event)


class Recording:
    """One run being recorded."""

    def __init__(self, journal: "Journal", prepared: Prepared, emit: Callable[[RunEvent], None]) -> None:
        plan = prepared.plan
        planned = {**plan_counts(plan), "foreign": foreign_in_words(plan), "purpose": plan.purpose}
        planned["heldBack"] = len(plan.held_back)
        self.run_id = journal.begin_run(planned)
        self._journal, self._plan, self._emit = journal, prepared.plan, emit
        self._rows: list[LogRow] = []
        self._fold = ReportFold()
        self._escrow = EscrowFold()
        self._open = False
        """The run has ended, and that is not noted yet."""
        for request in prepared.requests:
            self._fold.add(request)

    def emit(self, event: RunEvent) -> None:
        """Note the event, then hand it on."""
        self._fold.add(event)
        self._escrow.add(event)
        if isinstance(event, OperationEnded | ObjectReported):
            self._rows.append(event.row)
            if len(self._rows) >= _ROWS_AT_ONCE:
                self.flush()
        self._open = self._open or isinstance(event, RunEnded)
        self._emit(event)

    def flush(self) -> None:
        """Hand the rows collected so far to the journal."""
        rows, self._rows = self._rows, []
        if rows:
            self._journal.append_log(rows)

    def close(self) -> None:
        """Keep what was collected; and how the run ended, where nobody asked for its report any more."""
        if self._open:
            self.finish()
        self.flush()

    def finish(self) -> RunReport:
        """The run ended: its report stays in the history. Where the journal cannot be written, the report says so."""
        self.flush()
        self._open = False
        report = self._fold.report(self._plan)
        try:
            kept, gone = self._escrow.ended(self._plan, self._journal.escrows(), datetime.now(UTC))
            if kept or gone:
                self._journal.keep_escrows(kept, gone)
            self._journal.end_run(self.run_id, report.ending, report.title, report.as_json())
        except WizardError as error:
            return unnoted(report, error)
        return report


def unnoted(report: RunReport, error: WizardError) -> RunReport:
    """The report of a run that could not be noted to its end: what was done is told whatever the disk says."""
    if report.ending == "stopped":
        return report  # it tells already what stood in the way
    return replace(report, ending="stopped", title=messages.title(error), advice=messages.advice(error))


@contextmanager
def recorded(journal: "Journal", prepared: Prepared, emit: Callable[[RunEvent], None]) -> Iterator[Recording]:
    """A recording for one run; what was collected is kept even where the run breaks off.

    A window that is closed cancels the run and everything behind it: the run still ends whole, and is noted here.
    """
    recording = Recording(journal, prepared, emit)
    try:
        yield recording
    finally:
        recording.close()


def noted(plan: Plan, journal: "Journal") -> Plan:
    """The plan with what the journal has to say: its last run, damaged and set aside, another tenant before."""
    plan = replace(plan, after_run=journal.last_run())
    notes = [Note("journal", sentence.rstrip(".")) for sentence in journal.notes]
    if journal.other_tenant:
        text = "What it remembers of the other tenant is kept, not used; this tenant was read in full."
        notes.append(Note("other-tenant", "This job went to another tenant URL before", text))
    return replace(plan, notes=(*plan.notes, *notes)) if notes else plan


def keep_reading(journal: "Journal", prepared: Prepared) -> None:
    """After a whole run: the reading it rested on stands for the last one, and a full check counts as made."""
    from wizard.storage.journal import KeptSnapshot

    snapshot = prepared.snapshot
    users, groups = (tuple(thing.id for thing in things) for things in (snapshot.users, snapshot.groups))
    journal.keep_snapshot(KeptSnapshot(prepared.plan.made_at, users, groups, snapshot.cursor))
    if prepared.plan.read_from == "target":
        journal.note_full_check()
