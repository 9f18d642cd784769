"""A table as every kind of file gives it: headings, and rows that know the line they begin on."""

import codecs
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wizard.errors import WizardError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Text:
    """Bytes whose encoding is known and was checked from the first byte to the last."""

    data: bytes
    encoding: str
    words: str
    """The encoding in words: "UTF-8 with a mark"."""
    note: str = ""
    """What a person should look at, where the encoding was guessed."""

    def lines(self) -> Iterator[str]:
        """The lines with their ends, decoded one after the other so that the whole text is never held."""
        return io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")

    def whole(self) -> str:
        """All of it at once."""
        return self.data.decode(self.encoding)

    def beginning(self) -> list[str]:
        """The lines of about the first 64 kB; the last one may be cut."""
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
        """About how many lines there are."""
        newline = "\n".encode({"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(self.encoding, self.encoding))
        return self.data.count(newline[:1] if self.encoding.startswith("utf-32") else newline) + 1


def as_text(data: bytes, name: str) -> Text:
    """The bytes of the file called `name` as text; raises `WizardError` where they are none, or damaged."""
    for mark, encoding, words in _MARKS:
        if data.startswith(mark):
            return _checked(Text(data, encoding, words), name)
    silent = _utf16_without_mark(data)
    if silent:
        return _checked(Text(data, silent, "UTF-16 without a mark"), name)
    if b"\0" in data[:_SAMPLE] or len(_CONTROL.findall(data[:_SAMPLE])) > len(data[:_SAMPLE]) // 50:
        raise not_a_table(name)
    try:
        return _checked(Text(data, "utf-8", "UTF-8"), name)
    except _NotUtf8:
        return _windows(data, name)


def not_a_table(name: str) -> WizardError:
    """What is said of a file that holds something other than text."""
    return WizardError(
        f"{name} is not a table",
        "It holds neither text nor an Excel workbook. Choose a .csv, .tsv, .xlsx or .json file. "
        "Nothing was changed.",
    )


class _NotUtf8(Exception):
    """Bytes without a mark are not UTF-8; nothing before them was UTF-8 beyond ASCII either."""


def _checked(text: Text, name: str) -> Text:
    decoder = codecs.getincrementaldecoder(text.encoding)()
    end = len(text.data)
    for start in range(0, max(end, 1), _CHUNK):
        try:
            decoder.decode(text.data[start : start + _CHUNK], start + _CHUNK >= end)
        except UnicodeDecodeError as error:
            _tell_damage(text, name, max(0, start + error.start - 4), error)
    return text


def _tell_damage(text: Text, name: str, about: int, error: UnicodeDecodeError) -> None:
    if text.encoding == "utf-8" and not _NOT_ASCII.search(text.data, 0, about):
        raise _NotUtf8 from error
    if len(text.data) - about < 16:
        raise WizardError(
            f"{name} ends in the middle of a character",
            "It was probably not copied or saved to its end. Export it again. Nothing was changed.",
        ) from error
    line = text.data.count(b"\n", 0, about + 4) + 1
    raise WizardError(
        f"{name} holds damaged text near line {line}",
        f"The file is {text.words}, but this place is not. Save it again as UTF-8. Nothing was changed.",
    ) from error


def _windows(data: bytes, name: str) -> Text:
    text = Text(
        data,
        "cp1252",
        "Windows-1252",
        f"{name} is not UTF-8, so it was read as Windows-1252 (Western European). "
        "Check that names with accents look right; where they do not, save the file as UTF-8.",
    )
    try:
        return _checked(text, name)
    except WizardError as error:
        raise WizardError(
            f"The characters of {name} cannot be read",
            "The file is neither Unicode nor Windows-1252. Save it as CSV UTF-8 or as .xlsx. Nothing was changed.",
        ) from error


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
