"""What all file formats share: tables with headings and rows, and bytes decoded as text."""

import codecs
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from wizard.directory import FileEnd
from wizard.errors import Message, WizardError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order mark -> codec."""
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Text:
    """Bytes that were checked to be in an encoding."""

    data: bytes
    encoding: str
    """Python's codec: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be, utf-32 or cp1252."""
    note: Message | None = None
    """What to check, if the encoding was guessed."""

    def lines(self) -> Iterator[str]:
        """The lines with their ends, decoded one at a time to save memory."""
        return io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")

    def whole(self) -> str:
        """The whole text."""
        return self.data.decode(self.encoding)

    def beginning(self) -> list[str]:
        """The lines of about the first 64 kB."""
        lines: list[str] = []
        size = 0
        for line in self.lines():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
        return lines

    @property
    def line_count(self) -> int:
        """Approximate number of lines."""
        newline = "\n".encode({"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(self.encoding, self.encoding))
        return self.data.count(newline[:1] if self.encoding.startswith("utf-32") else newline) + 1


def is_encoding(name: str) -> bool:
    """Whether this names an encoding of text."""
    try:
        return isinstance("".encode(name), bytes) and b"a".decode(name) is not None
    except (LookupError, UnicodeError, ValueError):
        return False


def as_text(data: bytes, name: str) -> Text:
    """Detect the encoding of the file `name`; raises `WizardError` for bytes that are not text, or damaged."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(Text(data, encoding), name)
    unmarked = _utf16_without_mark(data)
    if unmarked:
        return _checked(Text(data, unmarked), name)
    if b"\0" in data[:_SAMPLE] or len(_CONTROL.findall(data[:_SAMPLE])) > len(data[:_SAMPLE]) // 50:
        raise not_a_table(name)
    try:
        return _checked(Text(data, "utf-8"), name)
    except _NotUtf8:
        return _windows(data, name)


def not_a_table(name: str) -> WizardError:
    """The error for a file that is neither text nor a workbook."""
    return WizardError("file-without-table", file=name)


class _NotUtf8(Exception):
    """Bytes without a byte order mark are not UTF-8, and there was only ASCII before the first error."""


def _checked(text: Text, name: str) -> Text:
    decoder = codecs.getincrementaldecoder(text.encoding)()
    end = len(text.data)
    for start in range(0, max(end, 1), _CHUNK):
        try:
            decoder.decode(text.data[start : start + _CHUNK], start + _CHUNK >= end)
        except UnicodeDecodeError as error:
            _raise_damage(text, name, max(0, start + error.start - 4), error)
    return text


def _raise_damage(text: Text, name: str, place: int, error: UnicodeDecodeError) -> None:
    if text.encoding == "utf-8" and not _NOT_ASCII.search(text.data, 0, place):
        raise _NotUtf8 from error
    if len(text.data) - place < 16:
        raise WizardError("file-ends-within-character", file=name) from error
    line = text.data.count(b"\n", 0, place + 4) + 1
    raise WizardError("file-with-damaged-text", file=name, line=line, encoding=text.encoding) from error


def _windows(data: bytes, name: str) -> Text:
    try:
        return _checked(Text(data, "cp1252", Message("read-as-windows-1252", file=name)), name)
    except WizardError as error:
        raise WizardError("file-in-unknown-encoding", file=name) from error


def _utf16_without_mark(data: bytes) -> str:
    sample = data[:4096]
    half = len(sample) // 2
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    if half >= 8 and second > half * 0.3 and first < half * 0.02:
        return "utf-16-le"
    if half >= 8 and first > half * 0.3 and second < half * 0.02:
        return "utf-16-be"
    return ""


Cell = str | tuple[str, ...]
"""One cell; a tuple if the file itself has several values (a JSON array)."""


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
    line_break: bool = True
    """The file ends with a line break, or is not text."""


class Ending:
    """Iterates over a table's rows and remembers how they end."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._last = self._before = 0

    def rows(self) -> Iterator[Row]:
        """The rows of the table."""
        width = len(self._table.headings)
        self._before = width
        for row in self._table.rows():
            self._before, self._last = self._last or width, len(row.cells)
            yield row

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


def is_version_row(cells: Sequence[Cell]) -> bool:
    """Whether this is the `version:v1.0` row at the start of Entra's bulk templates."""
    first = cells[0] if cells else ""
    return isinstance(first, str) and first.strip().casefold().startswith("version:v") and is_blank(cells[1:])
