"""Everything a file can be instead of a table of people is told in a sentence."""

import io
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.sources.files import WriteFile, as_csv, read
from wizard import messages
from wizard.errors import WizardError
from wizard.sources.file_source import read_table


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def archive(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(name, "text")
    return content.getvalue()


WHOLE = workbook(["id", "upn"], ["1", "a@x.example"])
REFUSED: dict[str, tuple[str, bytes, str, str]] = {
    "empty": ("a.csv", b"", "a.csv is empty", "Export it again"),
    "white": ("a.csv", b"\r\n \r\n", "a.csv is empty", "Export it again"),
    "mark only": ("a.csv", b"\xef\xbb\xbf\r\n", "a.csv is empty", "Export it again"),
    "empty workbook": ("a.xlsx", workbook(), "a.xlsx has no sheet with rows", "empty"),
    "picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(99), "a.csv is a picture, not a table", ".csv"),
    "pdf": ("a.pdf", b"%PDF-1.7 whatever", "a.pdf is a PDF document, not a table", ".csv"),
    "binary": ("a.csv", bytes(range(256)) * 9, "a.csv is not a table", ".csv"),
    "control characters": ("a.csv", b"id,upn\n" + b"\x01\x02\x05" * 30, "a.csv is not a table", ".csv"),
    "old Excel": ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(99), "a.xls is in Excel's old format", "save it as .xlsx"),
    "password": (
        "a.xlsx",
        b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        "a.xlsx is protected by a password",
        "take the password off",
    ),
    "zip": ("a.zip", archive("users.csv"), "a.zip is a zip archive, not an Excel workbook", "Unpack it"),
    "OpenDocument": ("a.ods", archive("content.xml"), "a.ods is an OpenDocument file", "Save it as .xlsx"),
    "half a workbook": ("a.xlsx", WHOLE[: len(WHOLE) // 2], "a.xlsx is a damaged workbook", "Save it again"),
    "web page": ("a.xls", b"<html><table><tr><td>id</td></tr></table>", "a.xls is a web page", "save it as .xlsx"),
    "open quote": (
        "a.csv",
        b'id,upn\n1,a@x\n2,"b@x\n3,c@x\n',
        "A quotation mark is not closed in a.csv",
        "line 3",
    ),
    "half UTF-8": ("a.csv", "id,upn\n1,é\n2,é".encode()[:-1], "a.csv ends in the middle of a character", "saved"),
    "damaged UTF-8": (
        "a.csv",
        "id,upn\n1,é\n2,".encode() + b"\xff\xfe" + b"x\n" * 20,
        "a.csv holds damaged text near line 3",
        "UTF-8",
    ),
    "odd UTF-16": (
        "a.csv",
        b"\xff\xfe" + "id,upn\n1,a\n".encode("utf-16-le")[:-1],
        "a.csv ends in the middle",
        "saved",
    ),
    "unknown characters": ("a.csv", b"id,upn\n1,\x81\x8d" + b"x" * 40, "The characters of a.csv", "UTF-8"),
    "half JSON": ("a.json", b'[{"id": "1"},\n {"id": "2", ', "a.json ends too early", "line 2, column"),
    "half JSON string": ("a.json", b'[{"id": "1"},\n {"id": "2', "a.json ends too early", "line 2, column 9"),
    "wrong JSON": ("a.json", b'[{"id": 1},\n {"id" 2}]', "a.json is not whole JSON", "line 2, column 8"),
    "JSON of texts": ("a.json", b'["a", "b"]', "a.json is not a list of people", "line 1"),
    "JSON without a list": ("a.json", b'{"id": 1}', "a.json holds no list", "value"),
    "JSON with two lists": ("a.json", b'{"a": [], "b": []}', "a.json holds more than one list", "value"),
    "empty JSON": ("a.json", b'{"value": []}', "a.json is empty", "no one"),
    "deep JSON": ("a.json", b"[" * 200_000, "a.json is nested too deeply", "right file"),
    "text named JSON": ("a.json", b"id,upn\n1,2\n", "a.json is not a table", ".csv"),
    "only a preamble": ("a.csv", b"sep=;\n", "a.csv has no headings", "name the columns"),
    "nobody to tell apart": (
        "a.csv",
        b"colour,size\nred,5\n",
        "a.csv has no column that tells people apart",
        "colour",
    ),
    "no headings": ("a.csv", b"1;Anna;Berg\n2;Bo;Cole\n", "a.csv has no column that tells people apart", "Anna"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_is_told(file: WriteFile, case: str) -> None:
    name, content, title, advice = REFUSED[case]
    with pytest.raises(WizardError) as told:
        read(file(name, content))
    assert messages.title(told.value).startswith(title)
    assert advice in messages.advice(told.value)
    assert not messages.title(told.value).endswith(".")
    assert messages.advice(told.value).endswith((".", "?"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match=r"people\.csv is not there") as told:
        read(tmp_path / "people.csv")
    assert str(tmp_path) in messages.advice(told.value)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match="is a folder"):
        read(tmp_path)


def test_a_file_below_a_file(file: WriteFile) -> None:
    with pytest.raises(WizardError, match=r"b\.csv is not there"):
        read(file("a.csv", "x") / "b.csv")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WizardError, match="pipe is not a file"):
        read(tmp_path / "pipe")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs an account that may be refused")
def test_a_file_that_may_not_be_read(file: WriteFile) -> None:
    path = file("people.csv", "id,upn\n1,a\n")
    path.chmod(0)
    with pytest.raises(WizardError, match=r"people\.csv cannot be opened"):
        read(path)


def test_a_name_the_system_refuses() -> None:
    with pytest.raises(WizardError, match="cannot be read"):
        read(Path("x" * 5000))


def test_a_file_that_is_too_large(file: WriteFile) -> None:
    path = file("people.csv", [["id", "upn"], ["1", "a@x.example"]])
    assert read_table(path, largest=path.stat().st_size).headings == ("id", "upn")
    with pytest.raises(WizardError, match=r"people\.csv is too large"):
        read_table(path, largest=path.stat().st_size - 1)


def test_the_end_of_a_cut_file_is_held(file: WriteFile) -> None:
    rows = [["id", "upn", "department"], ["1", "a@x.example", "Ops"], ["2", "b@x.example", "Ops"]]
    whole = as_csv(rows).rstrip()
    assert len(read(file("whole.csv", whole)).users) == 2
    snapshot = read(file("cut.csv", whole.removesuffix(",Ops")))
    assert [user.id for user in snapshot.users] == ["1"]
    (problem,) = snapshot.problems
    assert (problem.line, problem.source_id, problem.user_name, problem.excluded) == (3, "2", "b@x.example", True)


def test_a_damaged_sheet_inside_a_sound_archive(file: WriteFile) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(content, "w") as new:
        for part in old.namelist():
            broken = part.endswith("sheet1.xml")
            new.writestr(part, old.read(part)[:-60] if broken else old.read(part))
    with pytest.raises(WizardError, match=r"a\.xlsx is a damaged workbook"):
        read(file("a.xlsx", content.getvalue()))


def test_nothing_is_held_open(file: WriteFile) -> None:
    for path in (file("a.csv", "id,upn\n1,a\n"), file("a.xlsx", WHOLE), file("a.json", '[{"id": "1"}]')):
        table = read_table(path)
        rows = table.rows()
        next(rows)
        opened = Path("/proc/self/fd")
        if opened.exists():
            assert str(path) not in {os.path.realpath(one) for one in opened.iterdir()}
        path.unlink()
        assert list(rows) == []
