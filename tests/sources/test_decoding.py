"""Encodings: what the bytes say, then what a person says, and guesses that are shown and sometimes asked about."""

from contextlib import suppress
from encodings.aliases import aliases
from pathlib import Path

import pytest

from tests.sources.files import WriteFile, codes, read
from wizard.directory import DirectorySnapshot
from wizard.errors import WizardError
from wizard.sources.columns import Choices
from wizard.sources.decoding import as_text, looks_misread
from wizard.sources.file_source import read_table

WESTERN = [
    "Zoë Müller",
    "François Lefèvre",
    "José Núñez",
    "Søren Åkesson",
    "Conceição Simões",
    "Niccolò Però",
    "Weiß",
]
POLISH = ["Łukasz Żółć", "Paweł Śliwa"]
TURKISH = ["Şule Yıldız", "Oğuz Işık"]
GREEK = ["Γιώργος Παπαδόπουλος", "Ελένη Νικολάου", "Κώστας Ψαλίδας"]
RUSSIAN = ["Иван Петров", "Мария Сидорова", "Алексей Кузнецов"]


def snapshot_of(file: WriteFile, names: list[str], written: str, **choices: object) -> DirectorySnapshot:
    lines = ["id;displayName", *(f"{number};{name}" for number, name in enumerate(names))]
    return read(file("people.csv", "\n".join(lines) + "\n", written), **choices)


def names_of(snapshot: DirectorySnapshot) -> list[str]:
    return [user.label for user in snapshot.users]


@pytest.mark.parametrize("name", WESTERN)
def test_western_names_in_windows_1252_pass_without_a_question(file: WriteFile, name: str) -> None:
    snapshot = snapshot_of(file, [name], "cp1252")
    assert names_of(snapshot) == [name]
    assert snapshot.unsure is None
    (note,) = (note for note in snapshot.notes if note.code == "encoding-guessed")
    assert (note.args["encoding"], note.args["names"]) == ("cp1252", (name,))


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (POLISH, "cp1250"),
        (TURKISH, "cp1254"),
        (GREEK, "cp1253"),
        (["Zoë Müller", "Élodie Küng"], "cp850"),
        (["Zoë Küng", "José Núñez"], "mac_roman"),
    ],
)
def test_names_that_look_misread_are_asked_about(file: WriteFile, names: list[str], encoding: str) -> None:
    unsure = snapshot_of(file, names, encoding).unsure
    assert unsure is not None
    readings = dict(unsure.args["readings"])  # type: ignore[call-overload]
    assert set(readings[encoding]) == set(names)


@pytest.mark.parametrize(("names", "encoding"), [(POLISH, "cp1250"), (GREEK, "iso8859-7"), (RUSSIAN, "koi8_r")])
def test_a_chosen_encoding_is_used_and_not_asked_about(file: WriteFile, names: list[str], encoding: str) -> None:
    snapshot = snapshot_of(file, names, encoding, encoding=encoding)
    assert (names_of(snapshot), snapshot.unsure) == (names, None)
    assert "encoding-guessed" not in codes(snapshot.notes)


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (["山田太郎", "佐藤花子"], "cp932"),
        (["王伟", "李娜", "张敏"], "gb18030"),
        (["陳志明", "林淑芬", "黃國華"], "big5"),
        (["김민준", "이서연", "박지호"], "cp949"),
    ],
)
def test_multi_byte_families_and_cyrillic_are_found(file: WriteFile, names: list[str], encoding: str) -> None:
    snapshot = snapshot_of(file, names, encoding)
    assert (names_of(snapshot), snapshot.unsure) == (names, None)
    (note,) = (note for note in snapshot.notes if note.code == "encoding-guessed")
    assert note.args["encoding"] == encoding


def test_utf_8_wins_over_the_choice_and_a_mark_over_everything(file: WriteFile) -> None:
    assert names_of(snapshot_of(file, ["Łukasz"], "utf-8", encoding="cp1250")) == ["Łukasz"]
    assert names_of(snapshot_of(file, ["Łukasz"], "utf-16", encoding="cp1250")) == ["Łukasz"]


@pytest.mark.parametrize("tail", [b"", b"," + b"x" * 40 + b"\n"])
def test_a_file_that_is_not_the_utf_8_that_was_chosen_is_an_error(file: WriteFile, tail: bytes) -> None:
    path = file("p.csv", b"id,userName,displayName\n1,a@x.example,Jos\xe9" + tail)
    with pytest.raises(WizardError) as error:
        read_table(path, Choices(encoding="utf-8"))
    assert error.value.message.code == ("file-with-damaged-text" if tail else "file-ends-within-character")


@pytest.mark.parametrize(
    "encoding", sorted({*aliases.values(), "idna", "punycode", "undefined", "unicode_escape", ""})
)
@pytest.mark.parametrize("content", [b"id,userName\n1,a@x.example\n2,B-c\n", b"id,userName\n1,Jos\xe9 \\x-\n"])
def test_every_encoding_of_python_is_read_or_refused(file: WriteFile, encoding: str, content: bytes) -> None:
    """A job file names it."""
    with suppress(WizardError):
        read_table(file("p.csv", content), Choices(encoding=encoding))


def test_a_chosen_encoding_that_does_not_fit_is_an_error(file: WriteFile) -> None:
    with pytest.raises(WizardError, match="file-with-damaged-text"):
        snapshot_of(file, [*POLISH, "x" * 40], "cp1250", encoding="shift_jis")
    with pytest.raises(WizardError, match="encoding-unknown-in-job"):
        snapshot_of(file, POLISH, "cp1250", encoding="no-such-code-page")


@pytest.mark.parametrize(
    ("name", "misread"),
    [
        ("JosŽ", True),
        ("£ukasz", True),
        ("a\x81", True),
        ("Þór", True),
        ("Krýštof", True),
        ("O’Neil – Mª Nº", False),
        ("Žaneta", False),
        ("ÉCOLE", False),
        ("McDonald", False),
    ],
)
def test_what_looks_misread(name: str, misread: bool) -> None:
    assert looks_misread(name) is misread


def test_unassigned_bytes_come_back(file: WriteFile) -> None:
    path = file("p.csv", b"id;displayName\n1;J\x81ns\n")
    unsure = read(path).unsure
    assert unsure is not None
    assert ("cp850", ("Jüns",)) in unsure.args["readings"]  # type: ignore[operator]


def test_names_of_groups_are_looked_at_too(file: WriteFile) -> None:
    people, members = file("p.csv", "id;name\n1;Ann\n"), file("m.csv", "group;member\nSpółka;1\n", "cp1250")
    snapshot = read(people, members)
    assert snapshot.unsure is not None
    assert snapshot.unsure.args["file"] == "m.csv"


def test_a_guess_that_fails_later_is_windows_1252(tmp_path: Path) -> None:
    data = "id;displayName\n1;王伟\n2;李娜\n3;张敏\n".encode("gb18030") + b"4;Mar\xed"
    assert as_text(data, "p.csv").encoding == "cp1252"


def test_ascii_is_no_guess(tmp_path: Path) -> None:
    assert not as_text(b"id,upn\n1,a@x\n", "p.csv").guessed
