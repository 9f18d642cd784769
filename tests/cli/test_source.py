"""`source`: how a saved job reads its files is shown and changed, never while a run is under way."""

import json
from pathlib import Path

import pytest

from tests.program import Program
from wizard.storage.lock import JobLock

LOOPBACK = "http://127.0.0.1:9/tenant/scim/v2"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A job over a file with a status column of its own words, in a code page."""
    made = Program(tmp_path / "home")
    text = "id;displayName;Zustand\n1;Łukasz;da\n2;Ewa;weg\n"
    (tmp_path / "people.csv").write_bytes(text.encode("cp1250"))
    made("new", "Staff", "--users", str(tmp_path / "people.csv"), "--tenant-url", LOOPBACK, code=0)
    return made


def job_of(tmp_path: Path) -> dict[str, object]:
    (file,) = (tmp_path / "home" / "jobs").glob("*.json")
    return json.loads(file.read_text("utf-8"))


def source_of(tmp_path: Path) -> dict[str, object]:
    found = job_of(tmp_path)["source"]
    assert isinstance(found, dict)
    return found


def test_without_options_it_prints_and_changes_nothing(program: Program, tmp_path: Path) -> None:
    before = job_of(tmp_path)
    shown = program("source", "Staff", code=0).out.splitlines()
    assert f"people: {tmp_path / 'people.csv'}" in shown
    assert "encoding: automatic" in shown
    assert job_of(tmp_path) == before


def test_encoding_status_values_and_columns_are_changed_one_by_one(program: Program, tmp_path: Path) -> None:
    program("source", "Staff", "--encoding", "cp1250", code=0)
    status = ("--column", "Zustand=accountEnabled", "--enabled-values", "da", "--disabled-values", "weg")
    program("source", "Staff", *status, code=0)
    program("source", "Staff", "--column", "displayName=surname", code=0)
    source = source_of(tmp_path)
    assert source["encoding"] == "cp1250"
    assert (source["enabled_values"], source["disabled_values"]) == (["da"], ["weg"])
    assert source["columns"] == [["Zustand", "accountEnabled"], ["displayName", "surname"]]
    program("source", "Staff", "--encoding", "", "--column", "displayName=", code=0)
    source = source_of(tmp_path)
    assert source["encoding"] == ""
    assert source["columns"] == [["Zustand", "accountEnabled"], ["displayName", ""]]
    program("source", "Staff", "--reset", code=0)
    assert source_of(tmp_path)["columns"] == []
    assert source_of(tmp_path)["users_file"] == str(tmp_path / "people.csv")


@pytest.mark.parametrize(
    "words",
    [
        ("--encoding", "klingon"),
        ("--heading-row", "-1"),
        ("--column", "Nowhere=mail"),
        ("--column", "displayName"),
        ("--identity", "Nowhere"),
        ("--users", "gone.csv"),
        ("--column", "id="),
    ],
)
def test_what_cannot_be_read_is_not_saved(program: Program, tmp_path: Path, words: tuple[str, ...]) -> None:
    before = job_of(tmp_path)
    program("source", "Staff", *words, code=2)
    assert job_of(tmp_path) == before


def test_another_file_and_members_are_taken_and_given_up(program: Program, tmp_path: Path) -> None:
    other, members = tmp_path / "other.csv", tmp_path / "members.csv"
    other.write_text("id,displayName\n7,Ada\n")
    members.write_text("group,member\nTeam,7\n")
    out = program("source", "Staff", "--users", str(other), "--members", str(members), code=0).out
    assert "1 person and 1 group" in out
    program("source", "Staff", "--members", "", code=0)
    assert (source_of(tmp_path)["users_file"], source_of(tmp_path)["members_file"]) == (str(other), "")


def test_a_run_under_way_keeps_it_out(program: Program, tmp_path: Path) -> None:
    before = job_of(tmp_path)
    journals = tmp_path / "home" / "journals"
    journals.mkdir(mode=0o700, exist_ok=True)
    with JobLock.take(journals / f"{before['id']}.lock"):
        program("source", "Staff", "--encoding", "cp1250", code=6)
    assert job_of(tmp_path) == before
    program("source", "Staff", "--encoding", "cp1250", code=0)


def test_a_tenant_has_no_such_settings(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    client = "11111111-1111-4111-8111-111111111111"
    program("new", "Tenant", "--entra", "contoso.example", "--client-id", client, "--tenant-url", LOOPBACK, code=0)
    program("source", "Tenant", "--encoding", "utf-8", code=2)
