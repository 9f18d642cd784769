"""Workbooks: the same values as openpyxl reads, within limits, whatever the archive holds."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.sources.files import WriteFile, codes, read
from wizard.errors import Message, WizardError
from wizard.sources import workbook
from wizard.sources.table import UNSTORED
from wizard.sources.workbook import as_cell, workbook_table

HEADINGS = ["id", "upn", "displayName"]
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book_of(sheets: dict[str, list[list[Any]]], hidden: str = "") -> bytes:
    """A workbook as openpyxl writes it; a pair is (value, number format)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title == hidden else "visible"
        for row, cells in enumerate(rows, 1):
            for column, value in enumerate(cells, 1):
                cell = sheet.cell(row, column)
                cell.value, *more = value if isinstance(value, tuple) else (value,)
                for number_format in more:
                    cell.number_format = number_format
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with one part changed; a part named "*" is every part."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(text) if part in (name, "*") else text)
    return content.getvalue()


def sheet_of(*rows: str, more: str = "") -> bytes:
    """A workbook whose first sheet has this XML for its rows, below the headings."""
    data = book_of({"People": [HEADINGS]})
    return changed(
        data,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("</sheetData>", "".join(rows) + "</sheetData>" + more),
    )


def cells_of(data: bytes) -> list[list[str]]:
    return [list(row.cells) for row in workbook_table(data, "p.xlsx").rows()]  # type: ignore[arg-type]


VALUES = st.one_of(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
        max_size=9,
    ),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
    st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.timedeltas(timedelta(0), timedelta(days=40)).map(
        lambda lasting: timedelta(seconds=int(lasting.total_seconds()))
    ),
    st.sampled_from(
        [(7, "000"), (42, "00000"), (0.5, "0%"), (3.0, "#,##0.00"), (1, "General"), ("#N/A",), (5, "0")]
    ),
    st.none(),
)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=5))
def test_the_values_are_those_of_openpyxl(rows: list[list[Any]]) -> None:
    rows = [
        [value if not isinstance(value, str) or value[:1] != "=" else f" {value}" for value in row] for row in rows
    ]
    data = book_of({"People": [[*HEADINGS, "a", "b", "c"], *([1, *row] for row in rows)]})
    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)["People"]
    sheet.reset_dimensions()
    expected = [
        [
            as_cell(cell.value, cell.number_format if isinstance(cell.value, int | float) else "General")
            for cell in row
        ]
        for row in sheet.iter_rows(min_row=2)
    ]
    found = cells_of(data)
    assert [_trimmed(row) for row in found] == [_trimmed(row) for row in expected]


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    return row


def test_dates_of_a_mac_begin_in_1904() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (HEADINGS, [1, "a@x", date(2020, 5, 4)]):
        book.active.append(row)
    assert cells_of(saved(book)) == [["1", "a@x", "2020-05-04"]]


def test_a_formula_without_a_stored_value_is_not_an_empty_cell(file: WriteFile) -> None:
    known = '<c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>a@x</t></is></c>'
    row = f'<row r="2">{known}<c r="C2"{{}}><f>X()</f>{{}}</c></row>'
    (cells,) = cells_of(sheet_of(row.format("", "")))
    assert cells[2] is UNSTORED
    for kind, value, text in (
        (' t="str"', "<v></v>", ""),
        ("", "<v>7</v>", "7"),
        (' t="str"', "<v>Ann</v>", "Ann"),
    ):
        (cells,) = cells_of(sheet_of(row.format(kind, value)))
        assert "".join(cells[2:]) == text
        assert UNSTORED not in [cell for cell in cells if cell is UNSTORED]
    snapshot = read(file("p.xlsx", sheet_of(row.format("", "<v/>"))))
    (problem,) = snapshot.problems
    assert (problem.message.code, problem.column, problem.source_id) == (
        "formula-without-value",
        "displayName",
        "1",
    )
    assert read(file("q.xlsx", sheet_of(row.format("", ""))), columns=(("displayName", ""),)).users


def test_strict_open_xml_is_read() -> None:
    data = book_of({"People": [HEADINGS, [1, "a@x", "Ann"]]})
    strict = changed(
        data,
        "*",
        lambda text: text.replace(SPREADSHEET, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    )
    assert cells_of(strict) == [["1", "a@x", "Ann"]]
    dated = sheet_of('<row r="2"><c r="A2" t="d"><v>2024-05-06T00:00:00</v></c></row>')
    assert cells_of(dated) == [["2024-05-06"]]


def test_sheets(file: WriteFile) -> None:
    staff, gone = [HEADINGS, [1, "a@x", "Ann"]], [[*HEADINGS, "department"], [2, "b@x", "Bea", "IT"]]
    path = file(
        "p.xlsx", book_of({"Notes": [["Read me"]], "Active": staff, "Leavers 2025": gone, "Old": gone}, "Old")
    )
    snapshot = read(path)
    assert [user.id for user in snapshot.users] == ["1"]
    assert Message("sheet-chosen", sheet="Active", others=("Notes", "Leavers 2025")) in snapshot.notes
    for chosen in ("Leavers 2025", "leavers 2025", "Old"):
        assert [user.id for user in read(path, sheet=chosen).users] == ["2"]
    with pytest.raises(WizardError, match="sheet-missing"):
        read(path, sheet="Nobody")


def test_headings_below_titles_and_merged_groups(file: WriteFile) -> None:
    rows = [
        ["Active Employees"],
        ["All locations", "2026"],
        ["Person", None, "Contact"],
        [*HEADINGS],
        [1, "a@x", "Ann"],
    ]
    path = file("p.xlsx", book_of({"People": rows}))
    snapshot = read(path)
    assert [user.label for user in snapshot.users] == ["Ann"]
    (note,) = (note for note in snapshot.notes if note.code == "headings-found-below")
    assert (note.args["row"], note.args["above"]) == (4, ("Active Employees", "All locations", "Person"))
    assert [user.label for user in read(path, heading_row=4).users] == ["Ann"]
    with pytest.raises(WizardError, match="heading-row-empty"):
        read(path, heading_row=40)


def test_remarks_beside_and_below_the_table(file: WriteFile) -> None:
    rows = [HEADINGS, [1, "a@x", "Ann", None, None, "ask Bea"], [2, "b@x", "Bea"], ["Printed on Monday"]]
    snapshot = read(file("p.xlsx", book_of({"People": rows})))
    assert [user.id for user in snapshot.users] == ["1", "2"]
    assert {"cells-beside-table", "remark-row-left-out"} <= set(codes(snapshot.notes))
    assert not snapshot.problems


# Limits: checks while reading, and memory in proportion to the cells


def test_two_cells_at_opposite_corners_are_a_small_workbook() -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    assert cells_of(sheet_of(far)) == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>', "too-many-rows"),
        ('<row r="2"><c r="XFE2"><v>1</v></c></row>', "too-many-columns"),
        (f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"a" * 100_001}</t></is></c></row>', "cell-too-long"),
        ('<row r="2"><c r="A2"><v>one</v></c></row>', "workbook-damaged"),
        ('<row r="2"><c r="A2" t="s"><v>9</v></c></row>', "workbook-damaged"),
        ("<row", "workbook-damaged"),
    ],
)
def test_what_no_sheet_holds_is_refused(row: str, code: str) -> None:
    with pytest.raises(WizardError, match=code):
        cells_of(sheet_of(row))


def test_the_text_of_a_workbook_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = book_of({"People": [HEADINGS, *([n, f"u{n}@x", f"Name {n}"] for n in range(50))]})
    monkeypatch.setattr("wizard.sources.workbook.TEXT_MOST", 500)
    with pytest.raises(WizardError, match="workbook-with-too-much-text"):
        cells_of(data)


def test_too_little_memory_is_reported(file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("wizard.sources.file_source.workbook_table", exhausted)
    with pytest.raises(WizardError, match="file-beyond-memory"):
        read(file("p.xlsx", book_of({"People": [HEADINGS]})))


def test_entities_are_refused() -> None:
    data = book_of({"People": [HEADINGS, [1, "a@x", "Ann"]]})
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    data = changed(
        data,
        "xl/worksheets/sheet1.xml",
        lambda text: bomb + text.partition("?>")[2] if "?>" in text else bomb + text,
    )
    with pytest.raises(WizardError, match="workbook-damaged"):
        cells_of(data)


def test_a_workbook_that_unpacks_far_beyond_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    same = [["Ann", "Ann", "Ann"]] * 20_000
    whole = book_of({"People": [HEADINGS, *same]})
    monkeypatch.setattr(workbook, "RATIO_LARGEST", 10)
    assert len(cells_of(whole)) == len(same), "small ones are read, whatever their ratio"
    monkeypatch.setattr(workbook, "RATIO_FROM", 1_000_000)
    with pytest.raises(WizardError, match="workbook-unpacks-too-far"):
        cells_of(whole)
    monkeypatch.setattr(workbook, "RATIO_LARGEST", 200)
    assert len(cells_of(whole)) == len(same)


def test_a_binary_workbook_is_named(file: WriteFile) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("xl/workbook.bin", b"\0")
    with pytest.raises(WizardError, match="workbook-binary"):
        read(file("p.xlsb", content.getvalue()))


@pytest.mark.parametrize("at", [0.2, 0.4, 0.6, 0.8, 0.97])
def test_a_damaged_workbook_is_reported(at: float) -> None:
    whole = book_of({"People": [HEADINGS, *([n, f"u{n}@x", f"Name {n}"] for n in range(300))]})
    place = int(len(whole) * at)
    for damaged in (whole[:place], whole[:place] + bytes(40) + whole[place + 40 :]):
        with suppress(WizardError):
            cells_of(damaged)


def test_an_archive_of_a_later_version_is_damaged() -> None:
    whole = bytearray(book_of({"People": [HEADINGS]}))
    whole[whole.index(b"PK\x01\x02") + 6] = 125
    with pytest.raises(WizardError, match="workbook-damaged"):
        cells_of(bytes(whole))


class _Stopped(Exception):
    """Raised in place of a cancel."""


def test_reading_can_be_stopped_anywhere() -> None:
    whole = book_of({"People": [HEADINGS, *([n, f"u{n}@x", f"Name {n}"] for n in range(20_000))]})
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 12:
            raise _Stopped

    table = workbook_table(whole, "p.xlsx", tick=tick)
    with pytest.raises(_Stopped):
        list(table.rows())
