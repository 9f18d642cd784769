"""People from a file: CSV, Excel or JSON, with groups from a second file or from a column."""

from collections.abc import Callable
from pathlib import Path

from wizard.directory import DirectorySnapshot, DirectoryUser, RowProblem
from wizard.errors import WizardError, recorded
from wizard.progress import ReportProgress, RowProgress, ignore_event
from wizard.sources.columns import GROUPS, Choices, Layout, Survey, export_name, lay_out
from wizard.sources.csv_file import delimited_table
from wizard.sources.groups import Grouping, grouped, memberships_of, names_in_cells
from wizard.sources.interface import Inspection
from wizard.sources.json_file import json_table
from wizard.sources.people import People, References, RowReader, attribute_names, resolve_managers
from wizard.sources.table import Row, Table, as_text, not_a_table
from wizard.sources.workbook import workbook_table

LARGEST = 500_000_000
"""Bytes of the largest file that is opened."""

_UNTOUCHED = "Nothing was changed."
_OTHER_KINDS = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"SQLite format 3", "a database"),
)


def read_table(path: Path, largest: int = LARGEST) -> Table:
    """The table in the file at `path`; the file is closed again before this returns.

    Raises `WizardError` where there is no file, or where it holds no table.
    """
    data = _load(path, largest)
    for mark, words in _OTHER_KINDS:
        if data.startswith(mark):
            raise WizardError(
                f"{path.name} is {words}, not a table", f"Choose a .csv, .tsv, .xlsx or .json file. {_UNTOUCHED}"
            )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return workbook_table(data, path.name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _older_office_file(data, path.name)
    text = as_text(data, path.name)
    opening = "".join(text.beginning()).lstrip("\ufeff \t\r\n")
    if not opening:
        raise WizardError(f"{path.name} is empty", f"There is not one line in it. Export it again. {_UNTOUCHED}")
    if opening[:1] == "<":
        raise WizardError(
            f"{path.name} is a web page or XML, not a table",
            "Some systems name such a file .xls. Open it in Excel and save it as .xlsx or CSV UTF-8. "
            + _UNTOUCHED,
        )
    if opening[:1] in "[{" and path.suffix.casefold() not in {".csv", ".tsv", ".txt"}:
        return json_table(text, path.name)
    if path.suffix.casefold() == ".json":
        raise not_a_table(path.name)
    return delimited_table(text, path.name)


def _load(path: Path, largest: int) -> bytes:
    try:
        if path.is_dir():
            raise WizardError(f"{path.name or path} is a folder", f"Choose the file inside it. {_UNTOUCHED}")
        size = path.stat().st_size
        if size > largest:
            raise WizardError(
                f"{path.name} is too large",
                f"It has {size / 1e6:,.0f} MB; files up to {largest / 1e6:,.0f} MB can be read. Is it "
                "the right file? " + _UNTOUCHED,
            )
        if not path.is_file():
            raise WizardError(
                f"{path.name} is not a file", f"Choose a .csv, .tsv, .xlsx or .json file. {_UNTOUCHED}"
            )
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WizardError(
            f"{path.name} is not there",
            f"It was looked for in {path.parent}. Was it moved or renamed? Choose it again. {_UNTOUCHED}",
        ) from error
    except PermissionError as error:
        raise WizardError(
            f"{path.name} cannot be opened",
            "Another program, such as Excel, holds it open, or your account may not read it. "
            f"Close it there, or choose a copy. {_UNTOUCHED}",
        ) from error
    except OSError as error:
        raise WizardError(
            f"{path.name} cannot be read", f"{error.strerror or 'The disk gave no reason'}. {_UNTOUCHED}"
        ) from error
    if not data.strip():
        raise WizardError(f"{path.name} is empty", f"There is nothing in it. Export it again. {_UNTOUCHED}")
    return data


def _older_office_file(data: bytes, name: str) -> WizardError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return WizardError(
            f"{name} is protected by a password",
            f"Open it in Excel, take the password off and save it, or save it as CSV UTF-8. {_UNTOUCHED}",
        )
    return WizardError(
        f"{name} is in Excel's old format",
        f"Open it in Excel and save it as .xlsx or as CSV UTF-8. {_UNTOUCHED}",
    )


class FileSource:
    """One file of people, and at most one of memberships."""

    def __init__(self, users_file: Path, members_file: Path | None = None, choices: Choices | None = None) -> None:
        self._users_file, self._members_file = users_file, members_file
        self._choices = choices or Choices()

    def inspect(self) -> Inspection:
        """Read everything once and tell what was found; raises `WizardError` where it cannot be read."""
        table, layout = self._open()
        survey = Survey(layout)
        snapshot = self._read(table, layout, ignore_event, survey.add)
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
            notes=tuple(recorded(note) for note in dict.fromkeys(notes)),
        )

    def _groups(self, people: People, references: References, layout: Layout, report: ReportProgress) -> Grouping:
        memberships, notes = names_in_cells(people.groups, layout.heading(GROUPS))
        problems: list[RowProblem] = []
        if self._members_file is not None:
            table = read_table(self._members_file)
            progress = RowProgress(report, f"Reading {table.name}", table.total)
            listed, problems, told = memberships_of(table, progress)
            progress.end()
            memberships, notes = memberships + listed, notes + told
        left_out = [problem.user_name for problem in people.problems if problem.excluded and problem.user_name]
        grouping = grouped(memberships, references, left_out)
        grouping.problems = problems + grouping.problems
        grouping.notes = notes + grouping.notes
        return grouping


def _people(table: Table, layout: Layout, report: ReportProgress, see: Callable[[Row], None] | None) -> People:
    progress = RowProgress(report, f"Reading {table.name}", table.total)
    reader = RowReader(table, layout)
    rows = 0
    for row in table.rows():
        rows += 1
        progress.at(rows)
        if reader.add(row) and see is not None:
            see(row)
    progress.end()
    people = reader.finish()
    if not rows:
        # A reading like any other: what it would mean for those who were there before is the plan's to ask.
        people.notes.append(f"{table.name} holds headings only: not one person stands below them.")
    return people
