"""CSV and other delimited text: detects the separator; quoted cells may contain line breaks."""

import csv
import re
from collections.abc import Iterator

from wizard.errors import Message, WizardError
from wizard.names import composed
from wizard.sources.columns import recognised
from wizard.sources.table import Row, Table, Text, is_blank, is_version_row, named

SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
_END = "\x03\x04end of file\x04"
"""Appended as the last line: if it does not come back as a row of its own, a quotation mark is not closed."""


def delimited_table(text: Text, name: str) -> Table:
    """The table in a text file; raises `WizardError` if it has no headings."""
    separator = _separator(text)
    opening: list[Row] = []
    for row in _records(text, separator, name):
        opening.append(row)
        if not _is_preamble(row):
            break
    if not opening or _is_preamble(opening[-1]):
        raise WizardError("headings-missing", file=name)
    headings = named(opening[-1].cells)
    return Table(
        name=name,
        headings=headings,
        rows=lambda: _body(text, separator, name, opening[-1].line, len(headings)),
        format=Message("format-delimited", encoding=text.encoding, separator=separator),
        total=text.line_count,
        notes=(text.note,) if text.note else (),
        is_template=any(is_version_row(row.cells) for row in opening),
        is_text=True,
        line_break=_ends_with_line_break(text),
    )


def _body(text: Text, separator: str, name: str, heading_line: int, width: int) -> Iterator[Row]:
    """The rows below the headings; one row is held back, so that the last one can be marked as cut."""
    ended = _ends_with_line_break(text)
    waiting: Row | None = None
    for row in _records(text, separator, name):
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
    reader = csv.reader(_with_end(text.lines()), delimiter=separator, skipinitialspace=True)
    line, last = 1, False
    try:
        for cells in reader:
            last = cells == [_END]
            if cells and not last and any(map(str.strip, cells)):
                if cells[-1].endswith(_END):
                    break
                yield Row(line, list(map(composed, cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _open_quote(name, line) from error
    if not last:
        raise _open_quote(name, line)


def _with_end(lines: Iterator[str]) -> Iterator[str]:
    yield from lines
    yield _END


def _open_quote(name: str, line: int) -> WizardError:
    return WizardError("quotation-mark-not-closed", file=name, line=line)


def _is_preamble(row: Row) -> bool:
    return is_blank(row.cells) or is_version_row(row.cells) or _is_separator_line(row)


def _is_separator_line(row: Row) -> bool:
    first = row.cells[0]
    return row.line == 1 and isinstance(first, str) and first.casefold().startswith("sep=")


def _separator(text: Text) -> str:
    """The separator of a `sep=` line, else the one with most recognised headings, then with most headings."""
    lines = text.beginning()
    declared = _SEPARATOR_LINE.match(lines[0]) if lines else None
    if declared:
        return declared[1]
    best, best_score = ",", (0, 0)
    for separator in SEPARATORS:
        headings = _first_headings(lines, separator)
        score = (sum(bool(recognised(heading)) for heading in headings), len(headings))
        if score > best_score:
            best, best_score = separator, score
    return best


def _first_headings(lines: list[str], separator: str) -> list[str]:
    try:
        for cells in csv.reader(iter(lines), delimiter=separator, skipinitialspace=True):
            if cells and not is_blank(cells) and not is_version_row(cells):
                return cells
    except csv.Error:
        return []  # a cell beyond csv's limit: reading the rows raises, with the line
    return []
