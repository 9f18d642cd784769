"""CSV and other delimited text: finds the separator and the headings; quoted cells may contain line breaks."""

import csv
import re
from collections.abc import Iterator
from itertools import chain, islice

from wizard.errors import Message, WizardError
from wizard.names import composed
from wizard.sources.columns import LEADING, chosen_place, heading_place, known_headings
from wizard.sources.decoding import Text
from wizard.sources.limits import CELL_LONGEST, COLUMNS_MOST, ROWS_MOST, too_many_columns, too_many_rows
from wizard.sources.table import Row, Table, as_written, is_blank, is_version_row, named, notes_above

SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
_END = "\x03\x04end of file\x04"
"""Appended as the last line: if it does not come back as a row of its own, a quotation mark is not closed."""
_OPEN_QUOTE_LINES = 200
"""A cell beyond the limit that spans more lines than this is a quotation mark that is not closed."""

csv.field_size_limit(CELL_LONGEST)


def delimited_table(text: Text, name: str, heading_row: int = 0) -> Table:
    """The table in a text file; raises `WizardError` if it has no headings, or is beyond a limit.

    heading_row: the line of the headings, 1 = first; 0 = found.
    """
    separator = _separator(text, name)
    rows = _records(text, separator, name)
    opening = list(islice((row for row in rows if row.line >= heading_row), LEADING))
    if heading_row:
        heading = opening[chosen_place(opening, heading_row, name)]
        above: list[Row] = []
    else:
        readable = [row for row in opening if not _is_preamble(row)]
        if not readable:
            raise WizardError("headings-missing", file=name)
        place = heading_place(readable)
        heading, above = readable[place], readable[:place]
    if len(heading.cells) > COLUMNS_MOST:
        raise too_many_columns(name)
    headings = named(heading.cells)
    return Table(
        name=name,
        headings=headings,
        rows=lambda: _body(text, separator, name, heading.line, len(headings)),
        format=Message("format-delimited", encoding=text.encoding, separator=separator),
        total=text.line_count,
        notes=notes_above(name, heading, above),
        is_template=any(is_version_row(row.cells) for row in opening),
        is_text=True,
        heading_row=heading.line,
        guess=text.encoding if text.guessed else "",
        line_break=_ends_with_line_break(text),
    )


def _body(text: Text, separator: str, name: str, heading_line: int, width: int) -> Iterator[Row]:
    """The rows below the headings; one row is held back, so that the last one can be marked as cut."""
    ended = _ends_with_line_break(text)
    waiting: Row | None = None
    for number, row in enumerate(_records(text, separator, name)):
        if number > ROWS_MOST:
            raise too_many_rows(name)
        if row.line <= heading_line:
            continue
        if waiting is not None:
            yield waiting
        waiting = row
    if waiting is not None:
        yield waiting._replace(cut=not ended and len(waiting.cells) < width)


def _ends_with_line_break(text: Text) -> bool:
    return text.data[-8:].rstrip(b"\0").endswith((b"\n", b"\r"))


def _records(text: Text, separator: str, name: str) -> Iterator[Row]:
    reader = csv.reader(chain(text.lines(), (_END,)), delimiter=separator, skipinitialspace=True)
    line, last = 1, False
    try:
        for cells in reader:
            last = cells == [_END]
            if cells and not last and any(map(str.strip, cells)):
                if cells[-1].endswith(_END):
                    break
                yield Row(line, _cells(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _beyond_the_limit(name, line, reader.line_num) from error
    if not last:
        raise WizardError("quotation-mark-not-closed", file=name, line=line)


def _cells(cells: list[str]) -> list[str]:
    whole = "".join(cells)
    if whole.isascii() and "=" not in whole:
        return cells
    for place, cell in enumerate(cells):
        if cell[:1] == "=" or not cell.isascii():
            cells[place] = as_written(composed(cell))
    return cells


def _beyond_the_limit(name: str, line: int, last: int) -> WizardError:
    """csv gives up at a cell beyond its limit: one long cell, or everything behind a stray quotation mark."""
    if last - line > _OPEN_QUOTE_LINES:
        return WizardError("quotation-mark-not-closed", file=name, line=line)
    return WizardError("cell-too-long", file=name, line=line, limit=CELL_LONGEST)


def _is_preamble(row: Row) -> bool:
    return is_blank(row.cells) or is_version_row(row.cells) or _is_separator_line(row) or _is_type_line(row)


def _is_separator_line(row: Row) -> bool:
    first = row.cells[0]
    return row.line == 1 and isinstance(first, str) and first.casefold().startswith("sep=")


def _is_type_line(row: Row) -> bool:
    """Whether this is the first line of Windows PowerShell's Export-Csv: `#TYPE Selected.System.…`."""
    first = row.cells[0]
    return isinstance(first, str) and first.startswith("#TYPE ")


def _separator(text: Text, name: str) -> str:
    """The separator of a `sep=` line, else the one with most known headings in a line, then with most headings."""
    lines = text.beginning()
    declared = _SEPARATOR_LINE.match(lines[0]) if lines else None
    if declared:
        return declared[1]
    if any(line.count(mark) > COLUMNS_MOST for line in lines for mark in SEPARATORS):
        raise too_many_columns(name)
    best, best_score = ",", (0, 0)
    for separator in SEPARATORS:
        opening = _opening(lines, separator)
        scores = [(known_headings(row.cells), len(row.cells)) for row in opening]
        if scores and max(scores) > best_score:
            best, best_score = separator, max(scores)
    return best


def _opening(lines: list[str], separator: str) -> list[Row]:
    rows: list[Row] = []
    try:
        for number, cells in enumerate(csv.reader(iter(lines), delimiter=separator, skipinitialspace=True), 1):
            row = Row(number, cells)
            if cells and not _is_preamble(row):
                rows.append(row)
            if len(rows) == LEADING:
                break
    except csv.Error:
        pass  # a cell beyond the limit: reading the rows raises, with the line
    return rows
