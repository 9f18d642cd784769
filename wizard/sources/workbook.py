"""Excel workbooks: read as a stream within limits, with the cells as they are displayed.

One pass over the XML of a sheet, so that nothing is kept but the row that is read: a cell far away costs nothing, a
formula without a stored value is noticed, and reading can be cancelled anywhere.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from xml.parsers import expat

from wizard.errors import Message, WizardError
from wizard.names import composed
from wizard.sources.columns import LEADING, chosen_place, heading_place, known_headings
from wizard.sources.limits import (
    CELLS_MOST,
    COLUMNS_MOST,
    RATIO_FROM,
    RATIO_LARGEST,
    SHEET_CELL_LONGEST,
    SHEET_ROWS_MOST,
    TEXT_MOST,
    UNPACKED_LARGEST,
    too_many_rows,
)
from wizard.sources.loading import Tick
from wizard.sources.status import is_inverse
from wizard.sources.table import UNSTORED, Row, Table, as_written, is_blank, is_version_row, named, notes_above

_BROKEN = (
    *(
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        expat.ExpatError,
        KeyError,
        ValueError,
        EOFError,
        OSError,
    ),
    *(IndexError, OverflowError, RuntimeError),
)
"""Exceptions for damaged workbooks; RuntimeError is also for compression that is not known."""
_DOCUMENTS = (("word/", "word"), ("ppt/", "presentation"), ("index/document.iwa", "numbers"))
"""Beginning of a part's name in a zip archive -> kind of document."""
_CHUNK = 1 << 16
_BEYOND = 64
"""Columns beyond the headings that are looked at."""


def workbook_table(
    data: bytes, name: str, sheet: str = "", heading_row: int = 0, tick: Tick = lambda: None
) -> Table:
    """The table in a workbook.

    sheet: its title, "" = found; heading_row: its number, 0 = found. Raises `WizardError` for a damaged file, another
    archive, one without rows, one beyond a limit, and a sheet or row that is not there.
    """
    book = _Workbook(data, name, tick)
    sheets = _opened(book, sheet)
    if not sheets:
        raise WizardError("workbook-without-rows", file=name)
    title, opening = _best(sheets)
    if heading_row:
        rows = list(islice((row for row in book.rows(title) if row.line >= heading_row), 1))
        heading, above = rows[chosen_place(rows, heading_row, name)], []
    else:
        readable = [row for row in opening if not is_version_row(row.cells)]
        if not readable:
            raise WizardError("sheet-without-headings", file=name, sheet=title)
        place = heading_place(readable)
        heading, above = readable[place], readable[:place]
    others = tuple(other for other in book.visible if other != title)
    notes = (Message("sheet-chosen", sheet=title, others=others),) if others and not sheet else ()
    headings = named(heading.cells)
    return Table(
        name=name,
        headings=headings,
        rows=lambda: (row for row in book.rows(title, len(headings) + _BEYOND) if row.line > heading.line),
        format=Message("format-workbook", sheet=title),
        total=book.total(title),
        notes=(*notes, *notes_above(name, heading, above)),
        is_template=any(is_version_row(row.cells) for row in opening if row.line < heading.line),
        is_sheet=True,
        sheets=tuple(book.sheets),
        heading_row=heading.line,
    )


def _opened(book: "_Workbook", sheet: str) -> list[tuple[str, list[Row]]]:
    """(title, first rows) of the chosen sheet, or of each visible sheet with rows."""
    if sheet:
        titles = [title for title in book.sheets if composed(title) == composed(sheet)]
        titles = titles or [title for title in book.sheets if title.casefold() == sheet.strip().casefold()]
        if not titles:
            raise WizardError("sheet-missing", file=book.name, sheet=sheet, sheets=tuple(book.sheets)[:12])
    opened = [(title, list(islice(book.rows(title), LEADING))) for title in (titles if sheet else book.visible)]
    return [(title, rows) for title, rows in opened if rows]


def _best(sheets: Sequence[tuple[str, list[Row]]]) -> tuple[str, list[Row]]:
    """The first sheet with nearly as many known headings as any; one whose title names leavers only if all do."""
    scores = [max((known_headings(row.cells) for row in rows), default=0) for _, rows in sheets]
    leavers = [is_inverse(title) for title, _ in sheets]
    best = max((score for score, gone in zip(scores, leavers, strict=True) if not gone), default=0)
    if best < 2:
        return sheets[scores.index(max(scores))]
    return next(
        sheet
        for sheet, score, gone in zip(sheets, scores, leavers, strict=True)
        if not gone and score >= max(2, 0.6 * best)
    )


# Values


def as_cell(value: Any, number_format: str = "General") -> str:
    """A cell's value as displayed: without ".0", dates in ISO format, with the leading zeros of the number format."""
    if value is None:
        return ""
    if isinstance(value, str):
        return as_written(composed(value))
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


_ZEROS = re.compile(r"0{2,}")
_DATE_IDS = {
    14: "d",
    15: "d",
    16: "d",
    17: "d",
    18: "h",
    19: "h",
    20: "h",
    21: "h",
    22: "d",
    45: "m",
    46: "[h]",
    47: "m",
}
"""Built-in number formats of dates and times."""
_NOT_SHOWN = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_DATE = re.compile(r"(?<![_\\])[dmhysDMHYS]")
_DURATION = re.compile(r"\[hh?\]|\[mm?\]|\[ss?\]", re.IGNORECASE)
_SECONDS = 24 * 60 * 60


def _number(text: str) -> int | float:
    number = float(text)
    return int(text) if len(text) < 19 and text.lstrip("-").isdigit() else number


def _moment(value: float, is_duration: bool, epoch: datetime) -> date | time | timedelta:
    """The date, time or duration of a serial number."""
    if is_duration:
        lasting = timedelta(days=value)
        if lasting.microseconds:
            lasting = timedelta(seconds=lasting.total_seconds() // 1, microseconds=round(lasting.microseconds, -3))
        return lasting
    day, fraction = divmod(value, 1)
    rest = timedelta(milliseconds=round(fraction * _SECONDS * 1000))
    if 0 <= value < 1 and rest.days == 0:
        return (datetime.min + rest).time()
    if 0 < value < 60 and epoch.year == 1899:
        day += 1
    return epoch + timedelta(days=day) + rest


# Archive


class _Workbook:
    """The parts of a workbook."""

    def __init__(self, data: bytes, name: str, tick: Tick) -> None:
        self.name = name
        self.sheets: dict[str, str] = {}
        """Title -> its part."""
        self.visible: list[str] = []
        self._tick = tick
        self._unpacked = 0
        self._epoch = datetime(1899, 12, 30)
        self._totals: dict[str, int] = {}
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            names = self._archive.namelist()
        except _BROKEN as error:
            raise self._damaged() from error
        self._check(names, len(data))
        self._parts = {part.casefold(): part for part in names}
        try:
            self._read_sheets()
            self._formats = self._read_formats()
            self._strings = self._read_strings()
        except _BROKEN as error:
            raise self._damaged() from error

    def total(self, title: str) -> int:
        """Approximate number of rows of a sheet, for progress."""
        return self._totals.get(title, 0)

    def rows(self, title: str, widest: int = COLUMNS_MOST) -> Iterator[Row]:
        """The rows of a sheet that are not empty, with at most `widest` cells."""
        reader = _SheetReader(self.name, self._strings, self._formats, self._epoch, widest)
        read = 0
        try:
            for chunk in self._chunks(self.sheets[title]):
                read += len(chunk)
                reader.parse(chunk)
                self._totals.setdefault(title, reader.last_row)
                yield from reader.take()
            reader.parse(b"", final=True)
        except _BROKEN as error:
            raise self._damaged() from error
        yield from reader.take()

    def _damaged(self) -> WizardError:
        return WizardError("workbook-damaged", file=self.name)

    def _check(self, names: Sequence[str], packed: int) -> None:
        folded = {part.casefold() for part in names}
        if not any(part.endswith("workbook.xml") for part in folded):
            if any(part.endswith("workbook.bin") for part in folded):
                raise WizardError("workbook-binary", file=self.name)
            kind = next((kind for part, kind in _DOCUMENTS if any(name.startswith(part) for name in folded)), "")
            if kind:
                raise WizardError("file-of-another-kind", file=self.name, kind=kind)
            raise WizardError(
                "file-is-opendocument" if "content.xml" in names else "file-is-zip-archive", file=self.name
            )
        unpacked = sum(part.file_size for part in self._archive.infolist())
        if unpacked > UNPACKED_LARGEST:
            raise self._too_large()
        if unpacked > RATIO_FROM and unpacked > RATIO_LARGEST * packed:
            raise WizardError(
                "workbook-unpacks-too-far", file=self.name, ratio=unpacked // packed, limit=RATIO_LARGEST
            )

    def _too_large(self) -> WizardError:
        return WizardError("workbook-too-large", file=self.name, limit_bytes=UNPACKED_LARGEST)

    def _chunks(self, part: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece. Raises `WizardError` beyond the limit, whatever the archive declares."""
        try:
            with self._archive.open(self._parts[part.casefold()]) as stream:
                while chunk := stream.read(_CHUNK):
                    self._unpacked += len(chunk)
                    if self._unpacked > 3 * UNPACKED_LARGEST:
                        raise self._too_large()
                    self._tick()
                    yield chunk
        except _BROKEN as error:
            raise self._damaged() from error

    def _each(self, part: str, seen: Callable[[str, dict[str, str]], None]) -> None:
        """Call `seen(element, attributes)` for every element of a small part."""
        parser = _parser(self.name)

        def start(element: str, attributes: dict[str, str]) -> None:
            seen(element.rpartition(":")[2], attributes)

        parser.StartElementHandler = start
        for chunk in self._chunks(part):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _read_sheets(self) -> None:
        place = self._workbook_place()
        targets: dict[str, str] = {}

        def relation(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        folder, file = posixpath.split(place)
        self._each(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels", relation)

        def sheet(element: str, attributes: dict[str, str]) -> None:
            if element == "workbookPr" and attributes.get("date1904", "").casefold() in ("1", "true"):
                self._epoch = datetime(1904, 1, 1)
            if element != "sheet":
                return
            relation_id = next((text for key, text in attributes.items() if key.rpartition(":")[2] == "id"), "")
            target = targets.get(relation_id, "")
            part = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            if "worksheets" not in part.casefold() or part.casefold() not in self._parts:
                return
            title = attributes.get("name", "")
            self.sheets[title] = part
            if attributes.get("state", "visible") == "visible":
                self.visible.append(title)

        self._each(place, sheet)

    def _workbook_place(self) -> str:
        usual = [part for part in self._parts.values() if part.casefold().endswith("workbook.xml")]
        return min(usual, key=lambda part: (part.casefold() != "xl/workbook.xml", len(part)))

    def _part(self, name: str) -> str:
        return next((part for part in self._parts.values() if part.casefold().endswith(name)), "")

    def _read_formats(self) -> list[str]:
        """The number format of each style: "General", a format with letters of dates, or one of zeros."""
        codes: dict[str, str] = {}
        styles: list[str] = []
        inside = False

        def style(element: str, attributes: dict[str, str]) -> None:
            nonlocal inside
            if element == "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "General")
            elif element in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
                inside = element == "cellXfs"
            elif element == "xf" and inside:
                styles.append(attributes.get("numFmtId", "0"))

        part = self._part("styles.xml")
        if part:
            self._each(part, style)
        return [codes.get(number) or _builtin(number) for number in styles]

    def _read_strings(self) -> list[str]:
        part = self._part("sharedstrings.xml")
        if not part:
            return []
        reader = _StringsReader(self.name)
        for chunk in self._chunks(part):
            reader.parse(chunk)
        reader.parse(b"", final=True)
        return reader.strings


def _builtin(number: str) -> str:
    code = int(number) if number.isdigit() else 0
    if code in _DATE_IDS:
        return _DATE_IDS[code]
    return "d" if 27 <= code <= 36 or 50 <= code <= 58 else "General"


# XML


def _parser(name: str) -> Any:
    """An expat parser that refuses declarations of entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = _CHUNK

    def refuse(*_: object) -> None:
        raise WizardError("workbook-damaged", file=name)

    parser.EntityDeclHandler = refuse
    return parser


class _StringsReader:
    """Reads the shared strings: the texts of an item, without its phonetic runs."""

    def __init__(self, name: str) -> None:
        self.strings: list[str] = []
        self._name = name
        self._parts: list[str] = []
        self._size = self._total = 0
        self._text = self._phonetic = False
        self._parser = _parser(name)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def parse(self, chunk: bytes, final: bool = False) -> None:
        self._parser.Parse(chunk, final)

    def _start(self, element: str, _attributes: dict[str, str]) -> None:
        local = element.rpartition(":")[2]
        if local == "t":
            self._text = not self._phonetic
        elif local == "rPh":
            self._phonetic = True

    def _end(self, element: str) -> None:
        local = element.rpartition(":")[2]
        if local == "t":
            self._text = False
        elif local == "rPh":
            self._phonetic = False
        elif local == "si":
            self.strings.append(as_cell("".join(self._parts)))
            self._parts.clear()
            self._total += self._size + 1
            if self._total > TEXT_MOST:
                raise WizardError("workbook-with-too-much-text", file=self._name, limit=TEXT_MOST)
            self._size = 0

    def _characters(self, text: str) -> None:
        if self._text:
            self._size += len(text)
            if self._size > SHEET_CELL_LONGEST:
                raise _cell_too_long(self._name, 0)
            self._parts.append(text)


def _cell_too_long(name: str, row: int) -> WizardError:
    return WizardError("cell-too-long", file=name, line=row, limit=SHEET_CELL_LONGEST)


@dataclass(slots=True)
class _Cell:
    """The cell that is being read."""

    column: int = 0
    kind: str = ""
    style: int = 0
    has_formula: bool = False
    has_value: bool = False
    parts: list[str] = field(default_factory=list)
    size: int = 0


class _SheetReader:
    """Reads the rows of a sheet from pieces of its XML."""

    def __init__(
        self, name: str, strings: Sequence[str], formats: Sequence[str], epoch: datetime, widest: int
    ) -> None:
        self.last_row = 0
        """From the dimensions that the sheet declares; often wrong, so for progress only."""
        self._name, self._strings, self._formats = name, strings, formats
        self._epoch, self._widest = epoch, widest
        self._kinds = [_kind_of(each) for each in formats]
        self._rows: list[Row] = []
        self._row, self._column, self._cells, self._total = 0, 0, 0, 0
        self._values: list[str] = []
        self._inside = self._taking = self._phonetic = False
        self._cell = _Cell()
        self._parser = _parser(name)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def parse(self, chunk: bytes, final: bool = False) -> None:
        """Parse a piece of the sheet."""
        self._parser.Parse(chunk, final)

    def take(self) -> list[Row]:
        """The rows that are complete, each once."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        local = element if ":" not in element else element.rpartition(":")[2]
        if local == "c":
            self._begin_cell(attributes)
        elif local in ("v", "t"):
            self._taking = self._inside and not self._phonetic
            if local == "v":
                self._cell.has_value = True
        elif local == "row":
            self._begin_row(attributes)
        elif local == "f":
            self._cell.has_formula = True
        elif local == "rPh":
            self._phonetic = True
        elif local == "dimension":
            number = re.search(r"(\d+)$", attributes.get("ref", ""))
            self.last_row = min(int(number[1]), SHEET_ROWS_MOST) if number and len(number[1]) < 9 else 0

    def _end(self, element: str) -> None:
        local = element if ":" not in element else element.rpartition(":")[2]
        if local == "c":
            self._end_cell()
        elif local in ("v", "t"):
            self._taking = False
        elif local == "row":
            if self._values and not is_blank(self._values):
                self._rows.append(Row(self._row, self._values))
            self._values = []
        elif local == "rPh":
            self._phonetic = False

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = int(number) if number.isdigit() and len(number) < 19 else self._row + 1
        self._column = 0
        if self._row > SHEET_ROWS_MOST:
            raise too_many_rows(self._name, SHEET_ROWS_MOST)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        cell = self._cell
        reference = attributes.get("r", "")
        self._column = _column_of(reference) if reference else self._column + 1
        self._cells += 1
        if self._column > COLUMNS_MOST:
            raise WizardError("too-many-columns", file=self._name, limit=COLUMNS_MOST)
        self._total += cell.size
        if self._total > TEXT_MOST:
            raise WizardError("workbook-with-too-much-text", file=self._name, limit=TEXT_MOST)
        if self._cells > CELLS_MOST:
            raise WizardError("too-many-cells", file=self._name, limit=CELLS_MOST)
        cell.column, cell.kind = self._column, attributes.get("t", "n")
        style = attributes.get("s", "0")
        cell.style = int(style) if style.isdigit() and len(style) < 9 else 0
        cell.has_formula = cell.has_value = False
        cell.size = 0
        cell.parts.clear()
        self._inside = True

    def _characters(self, text: str) -> None:
        if self._taking:
            cell = self._cell
            cell.size += len(text)
            if cell.size > SHEET_CELL_LONGEST:
                raise _cell_too_long(self._name, self._row)
            cell.parts.append(text)

    def _end_cell(self) -> None:
        self._inside = False
        cell = self._cell
        if cell.column > self._widest:
            return
        parts = cell.parts
        text = parts[0] if len(parts) == 1 else "".join(parts)
        if text:
            value = self._shown(cell, text)
        elif cell.has_formula and not (cell.kind == "str" and cell.has_value):
            value = UNSTORED
        else:
            return
        missing = cell.column - len(self._values) - 1
        if missing > 0:
            self._values.extend([""] * missing)
        if missing >= 0:
            self._values.append(value)
        else:
            self._values[cell.column - 1] = value

    def _shown(self, cell: _Cell, text: str) -> str:
        kind = cell.kind
        if kind == "s":
            number = int(text)
            return self._strings[number] if number >= 0 else ""
        if kind in ("str", "inlineStr", "e"):
            return as_cell(text)
        if kind == "b":
            return "True" if text.strip() in ("1", "true") else "False"
        if kind == "d":
            return as_cell(_iso(text.strip()))
        number_format = self._formats[cell.style] if cell.style < len(self._formats) else "General"
        value = _number(text.strip())
        kind = self._kinds[cell.style] if cell.style < len(self._kinds) else ""
        if not kind:
            return as_cell(value, number_format)
        try:
            return as_cell(_moment(value, kind == "duration", self._epoch))
        except (OverflowError, ValueError):
            return "#VALUE!"  # as Excel shows a date beyond its calendar


def _kind_of(number_format: str) -> str:
    """ "duration", "date", or "" for other numbers."""
    first = number_format.split(";")[0]
    if _DURATION.search(first):
        return "duration"
    return "date" if _DATE.search(_NOT_SHOWN.sub("", first)) else ""


def _column_of(reference: str) -> int:
    """The number of a column, 1 = A."""
    number = 0
    for character in reference[:8]:
        if not "A" <= character <= "Z":
            if not "a" <= character <= "z":
                break
            character = character.upper()
        number = number * 26 + ord(character) - 64
    return number


def _iso(text: str) -> datetime | date | time | str:
    """A date or time of a workbook in the form Strict Open XML."""
    for kind in (datetime, date, time):
        try:
            return kind.fromisoformat(text.removesuffix("Z"))
        except ValueError:
            continue
    return text
