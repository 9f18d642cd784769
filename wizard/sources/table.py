"""A table as every kind of file gives it: headings, and rows that know the line they begin on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Cell = str | tuple[str, ...]
"""One cell as it stands in the file; a tuple where the file itself holds several values (a JSON array)."""


CUT_OFF = (
    "The file ends in the middle of this row: it was not saved to its end. Export it again. Until then nobody is taken "
    "for gone."
)


class Row(NamedTuple):
    """One row below the headings."""

    line: int
    """Line of the file where the row begins, 1 = first line (a workbook: the sheet's row)."""
    cells: Sequence[Cell]
    """May be shorter or longer than the headings."""
    cut: bool = False
    """The file ends in the middle of this row."""


@dataclass(frozen=True, slots=True)
class Table:
    """What was found in one file. Its rows can be walked several times; each walk may raise `WizardError`."""

    name: str
    """File name without its folder."""
    headings: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    """Starts a walk over the rows. Rows without any value are not given."""
    format: str
    """Encoding and separator, or sheet, in words."""
    total: int
    """About how many lines or rows there are, for progress."""
    notes: tuple[str, ...] = ()
    is_template: bool = False
    """It begins with the `version:v1.0` row of Entra's bulk templates."""
    has_objects: bool = False
    """Rows are JSON objects."""
    is_text: bool = False
    """Rows are lines of text, where a row that is too short may have lost something."""


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether no cell of the row has a value."""
    return not any(
        any(part.strip() for part in cell) if isinstance(cell, tuple) else cell.strip() for cell in cells
    )


def named(headings: Sequence[Cell]) -> tuple[str, ...]:
    """The headings trimmed; a column without one is called by its place ("Column 7")."""
    texts = [" ".join(heading.split()) if isinstance(heading, str) else "" for heading in headings]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(text or f"Column {place}" for place, text in enumerate(texts, 1))


def is_version_row(cells: Sequence[Cell]) -> bool:
    """Whether this is the `version:v1.0` row that opens Entra's bulk templates."""
    first = cells[0] if cells else ""
    return isinstance(first, str) and first.strip().casefold().startswith("version:v") and is_blank(cells[1:])
