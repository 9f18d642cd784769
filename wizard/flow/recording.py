"""Keeps a run's events in the journal while they pass by on their way to the screen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.provisioning.events import LogRow, ObjectReported, OperationEnded, RunEvent

if TYPE_CHECKING:
    from wizard.directory import DirectorySnapshot
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


def noted(plan: "Plan", journal: "Journal") -> "Plan":
    """The plan with what the journal has to say: damaged and set aside, or used with another tenant before."""
    from wizard.provisioning.plan import Note

    notes = [Note("journal", sentence.rstrip(".")) for sentence in journal.notes]
    if journal.other_tenant:
        text = "What it remembers of the other tenant is kept, not used; this tenant was read in full."
        notes.append(Note("other-tenant", "This job went to another tenant URL before", text))
    return replace(plan, notes=(*plan.notes, *notes)) if notes else plan


def keep_reading(journal: "Journal", snapshot: "DirectorySnapshot", plan: "Plan") -> None:
    """After a whole run: the reading it rested on stands for the last one, and a full check counts as made."""
    from wizard.storage.journal import KeptSnapshot

    users, groups = (tuple(thing.id for thing in things) for things in (snapshot.users, snapshot.groups))
    journal.keep_snapshot(KeptSnapshot(plan.made_at, users, groups, snapshot.cursor))
    if plan.read_from == "target":
        journal.note_full_check()
