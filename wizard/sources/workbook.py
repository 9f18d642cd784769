"""Excel workbooks: finds the sheet with the people and reads cells as displayed."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from wizard.errors import Message, WizardError
from wizard.names import composed
from wizard.sources.columns import recognised
from wizard.sources.table import Row, Table, is_blank, is_version_row, named

UNPACKED_LARGEST = 4_000_000_000
"""Bytes of an unpacked workbook at most, against decompression bombs."""

_BROKEN = (zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, EOFError, OSError, IndexError)
"""Exceptions of openpyxl for damaged workbooks."""
_ZEROS = re.compile(r"0{2,}")
_LEADING = 20
"""Rows at the top of a sheet that are searched for headings."""


def workbook_table(data: bytes, name: str) -> Table:
    """The table in a workbook; raises `WizardError` for a damaged file, another archive, or one without rows."""
    _check_archive(data, name)
    book = _open(data, name)
    sheets = _sheets(book, name)
    if not sheets:
        raise WizardError("workbook-without-rows", file=name)
    title, opening = max(sheets, key=lambda sheet: _recognised_headings(sheet[1]))
    heading = next((row for row in opening if not is_version_row(row.cells)), None)
    if heading is None:
        raise WizardError("sheet-without-headings", file=name, sheet=title)
    others = tuple(other for other, _ in sheets if other != title)
    notes = (Message("sheet-chosen", sheet=title, others=others),) if others else ()
    return Table(
        name=name,
        headings=named(heading.cells),
        rows=lambda: (row for row in _rows(book, name, title) if row.line > heading.line),
        format=Message("format-workbook", sheet=title),
        total=int(book[title].max_row or 0),
        notes=notes,
        is_template=any(is_version_row(row.cells) for row in opening if row.line < heading.line),
    )


def as_cell(value: Any, number_format: str = "General") -> str:
    """A cell's value as displayed: without ".0", dates in ISO format, with the leading zeros of the number format."""
    if value is None:
        return ""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(" ", "seconds")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int):
        padded = _ZEROS.fullmatch(number_format)
        return str(value).zfill(len(number_format)) if padded else str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return (
        str(value) if isinstance(value, timedelta) else f"{value:.15g}" if isinstance(value, float) else str(value)
    )


def _check_archive(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            unpacked = sum(part.file_size for part in archive.infolist())
    except _BROKEN as error:
        raise _damaged(name) from error
    if "xl/workbook.xml" not in names:
        raise WizardError("file-is-opendocument" if "content.xml" in names else "file-is-zip-archive", file=name)
    if unpacked > UNPACKED_LARGEST:
        raise WizardError("workbook-too-large", file=name, limit_bytes=UNPACKED_LARGEST)


def _damaged(name: str) -> WizardError:
    return WizardError("workbook-damaged", file=name)


def _open(data: bytes, name: str) -> Any:
    import openpyxl  # not above: other kinds of files are read without it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about unsupported styles and validations
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except _BROKEN as error:
        raise _damaged(name) from error


def _sheets(book: Any, name: str) -> list[tuple[str, list[Row]]]:
    """(title, first rows) of each visible sheet with rows."""
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    opened = [(title, _first(_rows(book, name, title))) for title in visible]
    return [(title, rows) for title, rows in opened if rows]


def _first(rows: Iterator[Row]) -> list[Row]:
    return [row for row, _ in zip(rows, range(_LEADING), strict=False)]


def _recognised_headings(rows: Sequence[Row]) -> int:
    heading = next((row for row in rows if not is_version_row(row.cells)), None)
    return sum(bool(recognised(cell)) for cell in heading.cells if isinstance(cell, str)) if heading else 0


def _rows(book: Any, name: str, title: str) -> Iterator[Row]:
    try:
        sheet = book[title]
        sheet.reset_dimensions()  # the dimensions in the file are often wrong
        lines = enumerate(sheet.iter_rows(), 1)
        while batch := _batch(lines):
            yield from (row for row in batch if not is_blank(row.cells))
    except _BROKEN as error:
        raise _damaged(name) from error


def _batch(lines: Iterator[tuple[int, Any]]) -> list[Row]:
    """The next rows as text; in batches, because the filter for warnings must not stay active over a `yield`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [Row(line, [_shown(cell) for cell in cells]) for line, cells in islice(lines, 500)]


def _shown(cell: Any) -> str:
    value = cell.value
    return as_cell(value, cell.number_format if isinstance(value, int | float) else "General")
