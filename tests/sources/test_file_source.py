"""Whole files, as people have them, become people."""

import codecs
import dataclasses
import io
import json
import os
import threading
import time
import unicodedata
import zipfile
from pathlib import Path
from unicodedata import normalize

import anyio
import anyio.from_thread
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.files import ENTRA, WriteFile, as_csv, codes, person, read
from wizard import messages
from wizard.directory import DirectorySnapshot, FileEnd
from wizard.errors import Message, WizardError
from wizard.progress import Progress
from wizard.sources import loading
from wizard.sources.catalogue import open_source
from wizard.sources.csv_file import delimited_table
from wizard.sources.decoding import as_text
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
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "file-empty"),
    "white": ("a.csv", b"\r\n \r\n", "file-empty"),
    "mark only": ("a.csv", b"\xef\xbb\xbf\r\n", "file-without-lines"),
    "empty workbook": ("a.xlsx", workbook(), "workbook-without-rows"),
    "picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(99), "file-of-another-kind"),
    "pdf": ("a.pdf", b"%PDF-1.7 whatever", "file-of-another-kind"),
    "binary": ("a.csv", bytes(range(256)) * 9, "file-without-table"),
    "control characters": ("a.csv", b"id,upn\n" + b"\x01\x02\x05" * 30, "file-without-table"),
    "old Excel": ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(99), "workbook-in-old-format"),
    "password": (
        "a.xlsx",
        b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        "workbook-with-password",
    ),
    "zip": ("a.zip", archive("users.csv"), "file-is-zip-archive"),
    "OpenDocument": ("a.ods", archive("content.xml"), "file-is-opendocument"),
    "half a workbook": ("a.xlsx", WHOLE[: len(WHOLE) // 2], "workbook-damaged"),
    "web page": ("a.xls", b"<html><table><tr><td>id</td></tr></table>", "file-is-web-page"),
    "open quote": ("a.csv", b'id,upn\n1,a@x\n2,"b@x\n3,c@x\n', "quotation-mark-not-closed (line=3)"),
    "half UTF-8": ("a.csv", "id,upn\n1,é\n2,é".encode()[:-1], "file-ends-within-character"),
    "damaged UTF-8": (
        "a.csv",
        "id,upn\n1,é\n2,".encode() + b"\xff\xfe" + b"x\n" * 20,
        "file-with-damaged-text (line=3)",
    ),
    "odd UTF-16": ("a.csv", b"\xff\xfe" + "id,upn\n1,a\n".encode("utf-16-le")[:-1], "file-ends-within-character"),
    "half JSON": ("a.json", b'[{"id": "1"},\n {"id": "2", ', "json-cut-off (line=2)"),
    "half JSON string": ("a.json", b'[{"id": "1"},\n {"id": "2', "json-cut-off (line=2, column=9)"),
    "wrong JSON": ("a.json", b'[{"id": 1},\n {"id" 2}]', "json-broken (line=2, column=8)"),
    "JSON of texts": ("a.json", b'["a", "b"]', "json-item-not-an-object (line=1)"),
    "JSON without a list": ("a.json", b'{"id": 1}', "json-without-list"),
    "JSON with two lists": ("a.json", b'{"a": [], "b": []}', "json-with-several-lists"),
    "empty JSON": ("a.json", b'{"value": []}', "json-list-empty"),
    "deep JSON": ("a.json", b"[" * 200_000, "json-nested-too-deeply"),
    "text named JSON": ("a.json", b"id,upn\n1,2\n", "file-without-table"),
    "only a preamble": ("a.csv", b"sep=;\n", "headings-missing"),
    "nobody to tell apart": ("a.csv", b"colour,size\nred,5\n", "no-identity-column"),
    "no headings": ("a.csv", b"1;Anna;Berg\n2;Bo;Cole\n", "no-identity-column"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_not_a_table_is_reported(file: WriteFile, case: str) -> None:
    name, content, expected = REFUSED[case]
    with pytest.raises(WizardError) as told:
        read(file(name, content))
    message = told.value.message
    code, _, places = expected.rstrip(")").partition(" (")
    assert (message.code, message.args["file"]) == (code, name)
    assert all(f"{key}={message.args.get(key)}" in places for key in ("line", "column") if f"{key}=" in places)
    assert not messages.title(message).endswith(".")
    assert messages.advice(message).endswith((".", "?"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match="file-not-there") as told:
        read(tmp_path / "people.csv")
    assert told.value.message.args == {"file": "people.csv", "folder": str(tmp_path)}


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match="file-is-folder"):
        read(tmp_path)


def test_a_file_below_a_file(file: WriteFile) -> None:
    with pytest.raises(WizardError, match="file-not-there"):
        read(file("a.csv", "x") / "b.csv")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WizardError, match="file-is-special"):
        read(tmp_path / "pipe")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs an account that may be refused")
def test_a_file_that_may_not_be_read(file: WriteFile) -> None:
    path = file("people.csv", "id,upn\n1,a\n")
    path.chmod(0)
    with pytest.raises(WizardError, match="file-not-accessible"):
        read(path)


def test_a_name_the_system_refuses() -> None:
    with pytest.raises(WizardError, match="file-unreadable"):
        read(Path("x" * 5000))


def test_a_file_that_is_too_large(file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file("people.csv", [["id", "upn"], ["1", "a@x.example"]])
    monkeypatch.setattr(loading, "FILE_LARGEST", path.stat().st_size)
    assert read_table(path).headings == ("id", "upn")
    monkeypatch.setattr(loading, "FILE_LARGEST", path.stat().st_size - 1)
    with pytest.raises(WizardError, match="file-too-large"):
        read_table(path)


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
    with pytest.raises(WizardError, match="workbook-damaged"):
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


ANNA = person(
    userPrincipalName="anna@contoso.example",
    displayName="=Anna Öztürk",
    surname="Öztürk",
    givenName="Anna",
    mail="anna@contoso.example",
    id="a-1",
    userType="Member",
    accountEnabled="True",
    officeLocation="Room 5",
    mobilePhone="+49 170 1",
    createdDateTime="8/19/2021 1:25:31 PM",
)
BO = person(
    userPrincipalName="bo_fabrikam.example#EXT#@contoso.onmicrosoft.example",
    displayName='Bo "the Boat"\nO\'Brien',
    id="b-2",
    userType="Guest",
    accountEnabled="False",
)


def test_entra_download_users(file: WriteFile) -> None:
    snapshot = read(file("users.csv", [ENTRA, ANNA, BO]))
    anna, bo = snapshot.users
    assert (anna.id, anna.enabled, anna.line) == ("a-1", True, 2)
    assert anna.attributes == {
        "userPrincipalName": "anna@contoso.example",
        "originalUserPrincipalName": "anna@contoso.example",
        "displayName": "=Anna Öztürk",
        "surname": "Öztürk",
        "givenName": "Anna",
        "mail": "anna@contoso.example",
        "objectId": "a-1",
        "userType": "Member",
        "accountEnabled": True,
        "physicalDeliveryOfficeName": "Room 5",
        "mobile": "+49 170 1",
        "createdDateTime": "8/19/2021 1:25:31 PM",
    }
    assert (bo.id, bo.enabled, bo.line) == ("b-2", False, 3)
    assert bo.text("userPrincipalName") == "bo@fabrikam.example"
    assert bo.text("originalUserPrincipalName") == "bo_fabrikam.example#EXT#@contoso.onmicrosoft.example"
    assert bo.text("displayName") == 'Bo "the Boat"\nO\'Brien'
    assert not snapshot.has_groups
    assert not snapshot.problems
    assert "" not in snapshot.attributes
    assert "objectId" in snapshot.attributes


def test_entra_s_older_names_are_the_same_people(file: WriteFile) -> None:
    legacy = {"id": "objectId", "officeLocation": "physicalDeliveryOfficeName", "mobilePhone": "mobile"}
    older = [legacy.get(heading, heading) for heading in ENTRA]
    assert read(file("new.csv", [ENTRA, ANNA])).users == read(file("old.csv", [older, ANNA])).users


def people_of(snapshot: DirectorySnapshot) -> list[object]:
    return [dataclasses.replace(user, line=0) for user in snapshot.users]


@pytest.mark.parametrize(
    ("encoding", "mark", "separator", "codec"),
    [
        ("utf-8", b"", ",", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, ";", "utf-8-sig"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "\t", "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "\t", "utf-16"),
        ("utf-16-le", b"", "\t", "utf-16-le"),
        ("utf-16-be", b"", "|", "utf-16-be"),
        ("cp1252", b"", ";", "cp1252"),
    ],
)
def test_encodings_and_separators(file: WriteFile, encoding: str, mark: bytes, separator: str, codec: str) -> None:
    content = mark + as_csv([ENTRA, ANNA, BO], separator).encode(encoding)
    path = file("people.csv", content)
    assert read(path).users == read(file("plain.csv", [ENTRA, ANNA, BO])).users
    inspection = anyio.run(open_source("file", str(path)).inspect)
    assert inspection.format == Message("format-delimited", encoding=codec, separator=separator)
    assert ("encoding-guessed" in codes(inspection.notes)) == (encoding == "cp1252")


def test_a_workbook_holds_the_same_people(file: WriteFile, tmp_path: object) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["Made by HR"])
    sheet = book.create_sheet("People")
    for row in ([*ENTRA, "employeeId"], [*ANNA, 42], [*BO, 7.0]):
        sheet.append(list(row))
    sheet["A3"].data_type = "s"
    sheet.cell(2, len(ENTRA) + 1).number_format = "000000"
    sheet.cell(2, ENTRA.index("accountEnabled") + 1).value = True
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a display name that begins with = is no formula
    path = file("people.xlsx", b"")
    book.save(path)
    snapshot = read(path)
    assert [user.text("employeeId") for user in snapshot.users] == ["000042", "7"]
    expected = read(file("plain.csv", [[*ENTRA, "employeeId"], [*ANNA, "000042"], [*BO, "7"]]))
    assert snapshot.users == expected.users
    inspection = anyio.run(open_source("file", str(path)).inspect)
    assert inspection.format == Message("format-workbook", sheet="People")
    assert Message("sheet-chosen", sheet="People", others=("Cover",)) in inspection.notes


def test_json_of_graph(file: WriteFile) -> None:
    path = file(
        "people.json",
        '{"@odata.context": "x", "value": [\n'
        ' {"id": "1", "userPrincipalName": "a@x.example", "businessPhones": ["+1", "+2"], "accountEnabled": false,\n'
        '  "onPremisesExtensionAttributes": {"extensionAttribute7": "blue"}, "employeeOrgData": {"costCenter": "C1"}},\n'
        ' {"id": "2", "userPrincipalName": "b@x.example", "businessPhones": ["+3"], "accountEnabled": true,\n'
        '  "manager": {"id": "1"}},\n'
        ' {"id": "3", "userPrincipalName": "c@x.example", "businessPhones": [], "employeeId": 7, "jobTitle": null,\n'
        '  "accountEnabled": "True"}\n'
        "]}",
    )
    first, second, third = read(path).users
    assert first.attributes["telephoneNumber"] == ("+1", "+2")
    assert (first.enabled, first.text("extensionAttribute7"), first.text("costCenter")) == (False, "blue", "C1")
    assert second.attributes["telephoneNumber"] == "+3"
    assert second.text("manager") == "1"
    assert (third.enabled, third.text("employeeId")) == (True, "7")
    assert not {"telephoneNumber", "jobTitle"} & set(third.attributes)
    assert [user.line for user in (first, second, third)] == [2, 4, 6]
    inspection = anyio.run(open_source("file", str(path)).inspect)
    assert inspection.recognised_as.code == "export-graph"


def test_bulk_create_template(file: WriteFile) -> None:
    path = file(
        "UserCreateTemplate.csv",
        "version:v1.0\n"
        "Name [displayName] Required,User name [userPrincipalName] Required,"
        "Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required,"
        "First name [givenName],Last name [surname]\n"
        "Example: Chris Green,chris@contoso.com,myPassword1234,No,,\n"
        "Dana Reyes,dana@x.example,Hunter2,Yes,Dana,Reyes\n"
        "Eli Sand,eli@x.example,Hunter3,No,Eli,Sand\n",
    )
    snapshot = read(path)
    assert [(user.text("displayName"), user.enabled, user.line) for user in snapshot.users] == [
        ("Dana Reyes", False, 4),
        ("Eli Sand", True, 5),
    ]
    inspection = anyio.run(open_source("file", str(path)).inspect)
    assert inspection.recognised_as.code == "export-entra-template"
    assert "Hunter" not in repr(snapshot) + repr(inspection)
    assert "example-row-left-out" in codes(snapshot.notes)


def test_google_workspace(file: WriteFile) -> None:
    path = file(
        "users.csv",
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],"
        "Status [READ ONLY],Employee ID,Employee Title,Manager Email,Department,Cost Center\n"
        "Ana,Lima,ana@x.example,****,Active,,Lead,,Ops,C9\n"
        "Bea,Paz,bea@x.example,****,Suspended,,Analyst,ana@x.example,Ops,C9\n",
    )
    snapshot = read(path)
    ana, bea = snapshot.users
    assert ana.text("userPrincipalName") == "ana@x.example" == ana.text("mail") == ana.id
    assert (bea.enabled, bea.text("manager"), bea.text("costCenter")) == (False, ana.id, "C9")
    assert anyio.run(open_source("file", str(path)).inspect).recognised_as.code == "export-google"
    assert "identity-is-user-name" in codes(snapshot.notes)


def test_totals_and_empty_rows_are_no_people(file: WriteFile) -> None:
    path = file("hr.csv", "id;First name;Last name\n1;Ann;Ba\n;;\n\n2;Total;Person\nTotal: 2;;\n")
    snapshot = read(path)
    assert [user.text("surname") for user in snapshot.users] == ["Ba", "Person"]
    assert not snapshot.problems
    assert ("totals-row-left-out", 6) in [(note.code, note.args.get("line")) for note in snapshot.notes]
    assert anyio.run(open_source("file", str(path)).inspect).row_count == 2


def test_progress_is_reported_from_zero_to_all(file: WriteFile) -> None:
    told: list[Progress] = []
    rows = [["id", "upn"], *([str(n), f"p{n}@x.example"] for n in range(3000))]
    anyio.run(open_source("file", str(file("people.csv", rows))).read, told.append)
    assert {one.doing for one in told} == {Message("reading-file", file="people.csv")}
    assert told[0].done == 0
    assert told[-1].done == told[-1].total
    assert [one.done for one in told] == sorted(one.done for one in told)


def test_inspection(file: WriteFile) -> None:
    rows = [["id", "Nickname of boat", "Work"], *([str(n), "Gull" if n else "", f"+{n}"] for n in range(12))]
    inspection = anyio.run(open_source("file", str(file("people.csv", rows))).inspect)
    boat = inspection.columns[1]
    assert (boat.heading, boat.attribute, boat.examples, boat.filled) == (
        "Nickname of boat",
        "Nickname of boat",
        ("Gull",),
        11,
    )
    assert inspection.columns[2].attribute == "telephoneNumber"
    assert inspection.identity_choices == ("id", "Work")
    assert (inspection.identity, inspection.row_count, len(inspection.first_rows)) == ("objectId", 12, 10)
    assert inspection.first_rows[1] == ("1", "Gull", "+1")


words = (
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n\"';,|"), min_size=1, max_size=12
    )
    .map(lambda text: normalize("NFC", text))
    .filter(lambda text: text == text.strip() and not text.startswith("#"))
)


@given(
    names=st.lists(words, min_size=1, max_size=5),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_read(names: list[str], separator: str, encoding: str) -> None:
    rows = [
        ["userPrincipalName", "displayName", "jobTitle"],
        *([f"p{n}", name, "x"] for n, name in enumerate(names)),
    ]
    table = delimited_table(as_text(as_csv(rows, separator).encode(encoding), "people.csv"), "people.csv")
    assert list(table.headings) == rows[0]
    assert [list(row.cells) for row in table.rows()] == rows[1:]


def test_headings_only_are_a_reading_of_nobody(file: WriteFile) -> None:
    found = read(file("people.csv", as_csv([ENTRA])))
    assert found.users == ()
    assert "no-people-below-headings" in codes(found.notes)


# What the guard asks for: columns with their values, the end of each text file, one form of text


def test_columns_count_the_people_with_a_value(file: WriteFile) -> None:
    path = file("p.csv", [["upn", "department", "Enabled", "groups", "password"], ["a@x", "", "yes", "G", "x"]])
    found = [(one.heading, one.attribute, one.filled) for one in read(path).columns]
    assert found == [
        ("upn", "userPrincipalName", 1),
        ("department", "department", 0),
        ("Enabled", "accountEnabled", 1),
        ("groups", "groups", 1),
    ]


@pytest.mark.parametrize(
    ("text", "line_break", "short"),
    [
        ("upn,name\na@x,A\nb@x,B\n", True, False),
        ("upn,name\na@x,A\nb@x,B", False, False),
        ("upn,name\na@x,A\nb@x\n", True, True),
        ("upn,name\na@x\nb@x\n", True, False),
        ("upn,name\na@x\n", True, True),
        ("upn,name\n", True, False),
    ],
)
def test_the_end_of_a_text_file_is_described(file: WriteFile, text: str, line_break: bool, short: bool) -> None:
    assert read(file("p.csv", text)).ends == (FileEnd("users", line_break, short),)


def test_the_members_file_has_an_end_of_its_own(file: WriteFile) -> None:
    people, members = file("p.csv", "upn,name\na@x,A\n"), file("m.csv", "group,member\nG,a@x")
    assert read(people, members).ends == (FileEnd("users", True, False), FileEnd("members", False, False))


@pytest.mark.parametrize("name", ["p.csv", "p.xlsx", "p.json"])
def test_text_has_one_form_in_every_file(file: WriteFile, name: str) -> None:
    apart = unicodedata.normalize("NFD", "Größe")
    rows = [["upn", apart], ["jörg@x", unicodedata.normalize("NFD", "Jörg")]]
    content: dict[str, str | bytes] = {
        "p.csv": as_csv(rows),
        "p.xlsx": workbook(*rows),  # type: ignore[arg-type]
        "p.json": json.dumps([dict(zip(*rows, strict=True))]),
    }
    snapshot = read(file(name, content[name]))
    assert snapshot.users[0].text("Größe") == "Jörg"
    chosen = read(file(name, content[name]), columns=((apart, "department"),))
    assert chosen.users[0].text("department") == "Jörg"


def test_half_a_character_is_replaced(file: WriteFile) -> None:
    snapshot = read(file("p.json", '[{"upn": "a@x", "name": "sur \\ud800 x", "\\udfff": "y"}]'))
    assert snapshot.users[0].label == "sur \ufffd x"
    assert snapshot.columns[-1].heading == "\ufffd"


def test_the_thread_of_a_cancelled_reading_ends(file: WriteFile) -> None:
    path = file("people.csv", "userName,givenName,surname\n" + "".join(f"u{n},G,S\n" for n in range(20_000)))
    told: list[Progress] = []

    async def read() -> None:
        with anyio.CancelScope() as scope:

            def report(progress: Progress) -> None:
                told.append(progress)
                anyio.from_thread.run_sync(scope.cancel)

            await open_source("file", str(path)).read(report)
        assert scope.cancelled_caught

    anyio.run(read)
    while any("AnyIO worker" in thread.name for thread in threading.enumerate()):
        time.sleep(0.01)
    assert len(told) == 1, "the end of the file would have been reported"


def test_a_missing_file_is_looked_for_in_a_named_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WizardError, match="file-not-there") as told:
        read(Path("people.csv"))
    assert told.value.message.args["folder"] == str(tmp_path)
