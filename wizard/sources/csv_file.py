"""People from a file: CSV, Excel or JSON, with groups from a second file or from a column."""

from collections.abc import Callable
from pathlib import Path

from wizard.directory import DirectorySnapshot, DirectoryUser, RowProblem
from wizard.progress import ReportProgress
from wizard.sources.columns import GROUPS, Choices, Layout, Survey, export_name, lay_out
from wizard.sources.groups import Grouping, grouped, names_in_cells
from wizard.sources.interface import Inspection
from wizard.sources.members_file import memberships_of
from wizard.sources.people import People, RowReader, attribute_names
from wizard.sources.reading import read_table
from wizard.sources.references import References, resolve_managers
from wizard.sources.table import Row, Table
from wizard.sources.ticker import Ticker, silent


class FileSource:
    """One file of people, and at most one of memberships."""

    def __init__(self, users_file: Path, members_file: Path | None = None, choices: Choices | None = None) -> None:
        self._users_file, self._members_file = users_file, members_file
        self._choices = choices or Choices()

    def inspect(self) -> Inspection:
        """Read everything once and tell what was found; raises `WizardError` where it cannot be read."""
        table, layout = self._open()
        survey = Survey(layout)
        snapshot = self._read(table, layout, silent, survey.add)
        return Inspection(
            recognised_as=export_name(table.headings, table.is_template, table.has_objects),
            columns=survey.columns,
            first_rows=survey.first_rows,
            row_count=survey.row_count,
            identity=layout.identity,
            identity_choices=survey.identity_choices,
            format=table.format,
            groups=len(snapshot.groups),
            memberships=sum(len(group.members) for group in snapshot.groups),
            notes=snapshot.notes,
        )

    def read(self, report: ReportProgress) -> DirectorySnapshot:
        """Everyone and every group; raises `WizardError` where the reading cannot go on."""
        table, layout = self._open()
        return self._read(table, layout, report, None)

    def _open(self) -> tuple[Table, Layout]:
        table = read_table(self._users_file)
        return table, lay_out(table, self._choices, with_groups=self._members_file is None)

    def _read(
        self, table: Table, layout: Layout, report: ReportProgress, see: Callable[[Row], None] | None
    ) -> DirectorySnapshot:
        people = _people(table, layout, report, see)
        needed = self._members_file is not None or "manager" in layout.attributes
        references = References((*people.persons, *people.held) if needed else ())
        resolve_managers(people, references, layout)
        grouping = self._groups(people, references, layout, report)
        notes = (*table.notes, *layout.notes, *people.notes, *grouping.notes)
        return DirectorySnapshot(
            users=tuple(DirectoryUser(one.id, one.enabled, one.attributes, one.line) for one in people.persons),
            groups=grouping.groups,
            problems=(*people.problems, *grouping.problems),
            attributes=attribute_names(layout),
            has_groups=self._members_file is not None or bool(layout.places(GROUPS)),
            notes=tuple(dict.fromkeys(notes)),
        )

    def _groups(self, people: People, references: References, layout: Layout, report: ReportProgress) -> Grouping:
        memberships, notes = names_in_cells(people.groups, layout.heading(GROUPS))
        problems: list[RowProblem] = []
        if self._members_file is not None:
            table = read_table(self._members_file)
            ticker = Ticker(report, f"Reading {table.name}", table.total)
            listed, problems, told = memberships_of(table, ticker)
            ticker.end()
            memberships, notes = memberships + listed, notes + told
        left_out = [problem.user_name for problem in people.problems if problem.excluded and problem.user_name]
        grouping = grouped(memberships, references, left_out)
        grouping.problems = problems + grouping.problems
        grouping.notes = notes + grouping.notes
        return grouping


def _people(table: Table, layout: Layout, report: ReportProgress, see: Callable[[Row], None] | None) -> People:
    ticker = Ticker(report, f"Reading {table.name}", table.total)
    reader = RowReader(table, layout)
    rows = 0
    for row in table.rows():
        rows += 1
        ticker.at(rows)
        if reader.add(row) and see is not None:
            see(row)
    ticker.end()
    people = reader.finish()
    if not rows:
        # A reading like any other: what it would mean for those who were there before is the plan's to ask.
        people.notes.append(f"{table.name} holds headings only: not one person stands below them.")
    return people
