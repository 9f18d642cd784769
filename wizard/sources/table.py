"""What all file formats share: tables with headings and rows."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from wizard.directory import FileEnd
from wizard.errors import Message
from wizard.progress import RowProgress

Cell = str | tuple[str, ...]
"""One cell; a tuple if the file itself has several values (a JSON array)."""


class _Unstored(str):
    """A cell whose value is not in the file."""

    __slots__ = ()


UNSTORED = _Unstored()
"""A formula without a stored value: empty to look at, and not the same as an empty cell (compare with `is`)."""


class Row(NamedTuple):
    """One row below the headings."""

    line: int
    """Line where the row begins, 1 = first line (in a workbook, the row of the sheet)."""
    cells: Sequence[Cell]
    """May be shorter or longer than the headings."""
    cut: bool = False
    """The file ends within this row."""


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one file. Its rows can be read several times; each time may raise `WizardError`."""

    name: str
    """File name without folder."""
    headings: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    """Iterates over the rows, without empty ones."""
    format: Message
    """Encoding and separator, or sheet."""
    total: int
    """Approximate number of lines or rows, for progress."""
    notes: tuple[Message, ...] = ()
    is_template: bool = False
    """It begins with the `version:v1.0` row of Entra's bulk templates."""
    has_objects: bool = False
    """Rows are JSON objects."""
    is_text: bool = False
    """Rows are lines of text, so a short row may have lost cells."""
    is_sheet: bool = False
    """Rows are those of a sheet: cells beside the table are remarks, and formulas may have no stored value."""
    sheets: tuple[str, ...] = ()
    """Titles of the sheets that can be chosen."""
    heading_row: int = 0
    """Row of the headings, 1 = first; 0 = there is none."""
    guess: str = ""
    """Encoding that was guessed; "" = it is known."""
    line_break: bool = True
    """The file ends with a line break, or is not text."""


_PROGRESS_ROWS = 128
"""Progress is reported after so many rows at the earliest."""


class Ending:
    """Iterates over a table's rows, reports progress, and remembers how the rows end."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._last = self._before = 0

    def rows(self, progress: RowProgress) -> Iterator[Row]:
        """The rows of the table."""
        last = before = len(self._table.headings)
        for done, row in enumerate(self._table.rows(), 1):
            if done % _PROGRESS_ROWS == 0:
                progress.at(done)
            before, last = last, len(row.cells)
            yield row
        progress.end()
        self._before, self._last = before, last

    def of(self, file: Literal["users", "members"]) -> tuple[FileEnd, ...]:
        """How a text file ends, after its rows were read; () for other files."""
        if not self._table.is_text:
            return ()
        short = 0 < self._last < min(len(self._table.headings), self._before)
        return (FileEnd(file, self._table.line_break, short),)


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether no cell has a value."""
    return not any(
        any(part.strip() for part in cell) if isinstance(cell, tuple) else cell.strip() for cell in cells
    )


def named(headings: Sequence[Cell]) -> tuple[str, ...]:
    """The headings, trimmed; a column without a heading gets its number ("Column 7")."""
    texts = [" ".join(heading.split()) if isinstance(heading, str) else "" for heading in headings]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(text or f"Column {place}" for place, text in enumerate(texts, 1))


def notes_above(file: str, heading: Row, above: Sequence[Row]) -> tuple[Message, ...]:
    """The note that the headings were found below titles."""
    if not above:
        return ()
    titles = tuple(
        next((cell for cell in row.cells if isinstance(cell, str) and cell), "")[:80] for row in above[:3]
    )
    return (Message("headings-found-below", file=file, row=heading.line, above=titles),)


_WRITTEN = re.compile(r'="([^"]*)"')


def as_written(text: str) -> str:
    """The text of `="00123"`, by which reports keep the leading zeros from Excel; other text is returned unchanged."""
    written = _WRITTEN.fullmatch(text) if text[:1] == "=" else None
    return written[1] if written else text


def is_version_row(cells: Sequence[Cell]) -> bool:
    """Whether this is the `version:v1.0` row at the start of Entra's bulk templates."""
    first = cells[0] if cells else ""
    return isinstance(first, str) and first.strip().casefold().startswith("version:v") and is_blank(cells[1:])
