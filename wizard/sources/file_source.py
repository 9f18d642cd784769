"""A directory in files: people from CSV, Excel or JSON, groups from a second file or from a column."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TypeVar

from anyio import to_thread

from wizard.directory import DirectorySnapshot, DirectoryUser, FileEnd, RowProblem
from wizard.errors import Message, WizardError
from wizard.progress import Progress, ReportProgress, RowProgress, ignore_event
from wizard.sources.columns import GROUPS, Choices, Layout, Survey, export_name, lay_out
from wizard.sources.csv_file import delimited_table
from wizard.sources.decoding import NameWatch, as_text, not_a_table
from wizard.sources.groups import (
    Grouping,
    grouped,
    memberships_of,
    memberships_of_entries,
    names_in_cells,
)
from wizard.sources.interface import Inspection
from wizard.sources.json_file import json_table
from wizard.sources.ldap import is_ldif, ldif_table
from wizard.sources.loading import Tick, load
from wizard.sources.people import People, References, RowReader, attribute_names, resolve_managers
from wizard.sources.table import Ending, Row, Table
from wizard.sources.workbook import workbook_table

T = TypeVar("T")


class FileSource:
    """A file of people, and optionally one of group members."""

    def __init__(self, users_file: Path, members_file: Path | None = None, choices: Choices | None = None) -> None:
        self._users_file, self._members_file = users_file, members_file
        self._choices = choices or Choices()

    async def inspect(self) -> Inspection:
        """Read everything once and summarise it; raises `WizardError`."""
        return await _in_thread(self._inspect, ignore_event)

    async def read(self, report: ReportProgress) -> DirectorySnapshot:
        """All people and groups; raises `WizardError`."""
        return await _in_thread(self._read_all, report)

    def _inspect(self, report: ReportProgress) -> Inspection:
        reporting = _Reporting(report)
        table, layout = self._open(reporting)
        survey = Survey(layout)
        snapshot = self._read(table, layout, reporting, survey.add)
        return Inspection(
            recognised_as=export_name(table.headings, table.is_template, table.has_objects),
            columns=survey.columns,
            first_rows=survey.first_rows,
            row_count=survey.row_count,
            identity=layout.identity,
            identity_choices=survey.identity_choices,
            format=table.format,
            notes=snapshot.notes,
            status=snapshot.status,
            unsure=snapshot.unsure,
            sheets=table.sheets,
            sheet=str(table.format.args.get("sheet", "")),
            heading_row=table.heading_row,
            is_text=not table.is_sheet,
        )

    def _read_all(self, report: ReportProgress) -> DirectorySnapshot:
        reporting = _Reporting(report)
        table, layout = self._open(reporting)
        return self._read(table, layout, reporting, None)

    def _open(self, reporting: "_Reporting") -> tuple[Table, Layout]:
        reporting(Progress(Message("reading-file", file=self._users_file.name)))
        table = read_table(self._users_file, self._choices, reporting.tick)
        return table, lay_out(table, self._choices, with_groups=self._members_file is None)

    def _read(
        self, table: Table, layout: Layout, report: "_Reporting", see: Callable[[Row], None] | None
    ) -> DirectorySnapshot:
        people = _people(table, layout, report, see)
        references = References((*people.persons, *people.held))
        resolve_managers(people, references, layout)
        grouping = self._groups(people, references, layout, report)
        left_out = people.others.left_out(with_groups=self._members_file is None)
        entries = (Message("entries-not-people", kind=kind, count=count) for kind, count in left_out.items())
        notes = (*table.notes, *layout.notes, *people.notes, *entries, *grouping.notes)
        return DirectorySnapshot(
            users=tuple(DirectoryUser(p.id, p.enabled, p.attributes, p.line) for p in people.persons),
            groups=grouping.groups,
            problems=(*people.problems, *grouping.problems),
            attributes=attribute_names(layout),
            columns=people.columns,
            status=people.status,
            unsure=people.unsure or grouping.unsure,
            ends=(*people.ends, *grouping.ends),
            has_groups=self._members_file is not None or bool(layout.places(GROUPS)) or people.others.has_groups,
            notes=tuple(dict.fromkeys(notes)),
        )

    def _groups(self, people: People, references: References, layout: Layout, report: "_Reporting") -> Grouping:
        others = people.others
        memberships, notes = names_in_cells(people.groups, layout.heading(GROUPS), others)
        if self._members_file is None:
            memberships += memberships_of_entries(people.groups, others)
        problems: list[RowProblem] = []
        ends: tuple[FileEnd, ...] = ()
        unsure: Message | None = None
        if self._members_file is not None:
            table = read_table(self._members_file, Choices(encoding=self._choices.encoding), report.tick)
            progress = RowProgress(report, Message("reading-file", file=table.name), table.total)
            watch = NameWatch(table.name, table.guess)
            more, problems, more_notes, ends = memberships_of(table, progress, watch)
            unsure = watch.unsure()
            more_notes += [note for note in (watch.note(),) if note is not None]
            memberships, notes = memberships + more, notes + more_notes
        left_out = [problem.user_name for problem in people.problems if problem.excluded and problem.user_name]
        grouping = grouped(memberships, references, left_out)
        grouping.problems = problems + grouping.problems
        grouping.notes = notes + grouping.notes
        grouping.ends, grouping.unsure = ends, unsure
        return grouping


class _Reporting:
    """Passes progress on, and repeats the last one while a long step has nothing new to say: that is how it ends."""

    def __init__(self, report: ReportProgress) -> None:
        self._report = report
        self._last: Progress | None = None
        self._at = 0.0

    def __call__(self, progress: Progress) -> None:
        self._last, self._at = progress, time.monotonic()
        self._report(progress)

    def tick(self) -> None:
        """Report the last progress again, at most 20 times a second."""
        if self._last is not None and time.monotonic() - self._at >= _TICK_SECONDS:
            self(self._last)


_TICK_SECONDS = 0.05


class _Cancelled(Exception):
    """Ends the thread of a cancelled reading; nobody waits for it."""


def _within_memory(work: Callable[[ReportProgress], T]) -> Callable[[ReportProgress], T]:
    """The work, with an error in words where the memory does not suffice."""

    def run(report: ReportProgress) -> T:
        try:
            return work(report)
        except MemoryError:
            raise WizardError("file-beyond-memory") from None

    return run


async def _in_thread(work: Callable[[ReportProgress], T], report: ReportProgress) -> T:
    """Run blocking work in a worker thread. If it is cancelled, the work ends at its next progress report."""
    cancelled = Event()

    def unless_cancelled(progress: Progress) -> None:
        if cancelled.is_set():
            raise _Cancelled
        report(progress)

    try:
        return await to_thread.run_sync(_within_memory(work), unless_cancelled, abandon_on_cancel=True)
    finally:
        cancelled.set()


def _people(table: Table, layout: Layout, report: ReportProgress, see: Callable[[Row], None] | None) -> People:
    progress = RowProgress(report, Message("reading-file", file=table.name), table.total)
    reader = RowReader(table, layout)
    ending = Ending(table)
    row = None
    for row in ending.rows(progress):
        if reader.add(row) and see is not None:
            see(row)
    people = reader.finish()
    people.ends = ending.of("users")
    if row is None:
        # Not an error: the plan decides what an empty source means.
        people.notes.append(Message("no-people-below-headings", file=table.name))
    return people


# One file


def has_rows(path: Path, choices: Choices) -> bool:
    """Whether a file has a row below its headings; raises `WizardError` if it is no table of people."""
    table = read_table(path, choices)
    lay_out(table, choices)
    return next(iter(table.rows()), None) is not None


_PLAIN = {".csv", ".tsv", ".txt"}
_OTHER_KINDS = (
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "archive"),
    (b"SQLite format 3", "database"),
    (b"GIF8", "picture"),
    (b"{\\rtf", "word"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)


def read_table(path: Path, choices: Choices | None = None, tick: Tick = lambda: None) -> Table:
    """The table in a file. Raises `WizardError` if the file does not exist or is not a table.

    `tick` is called often meanwhile, and raises to end the reading.
    """
    chosen = choices or Choices()
    data = load(path, tick)
    for prefix, kind in _OTHER_KINDS:
        if data.startswith(prefix):
            raise WizardError("file-of-another-kind", file=path.name, kind=kind)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return workbook_table(data, path.name, chosen.sheet, chosen.heading_row, tick)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        protected = "EncryptedPackage".encode("utf-16-le") in data
        raise WizardError("workbook-with-password" if protected else "workbook-in-old-format", file=path.name)
    text = as_text(data, path.name, chosen.encoding, tick)
    opening = text.opening().lstrip("\ufeff \t\r\n")
    if not opening:
        raise WizardError("file-without-lines", file=path.name)
    if opening[:1] == "<":
        raise WizardError("file-is-web-page", file=path.name)
    if opening[:1] in "[{" and path.suffix.casefold() not in _PLAIN:
        return json_table(text, path.name, tick)
    if path.suffix.casefold() == ".json":
        raise not_a_table(path.name)
    if is_ldif(opening):
        return ldif_table(text, path.name, tick)
    return delimited_table(text, path.name, chosen.heading_row)
