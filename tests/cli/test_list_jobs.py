"""`list`: the saved jobs and what cannot be used."""

from pathlib import Path

from tests.program import Program

ADDRESS = "https://scim.eu-central-1.amazonaws.com/0a1b2c3d4e5-0a1b-0a1b-0a1b-0a1b2c3d4e5f/scim/v2"


def test_jobs_are_listed_and_files_that_cannot_be_used_come_last(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    program("list", code=0)
    (tmp_path / "people.csv").write_text("userPrincipalName\n")
    for name in ("Staff", "\x1b[2JGuests"):
        program("new", name, "--users", str(tmp_path / "people.csv"), "--tenant-url", ADDRESS, code=0)
    (tmp_path / "home" / "jobs" / "0-odd.json").write_text("{")
    out = program("list", code=0).out
    first, second, last = sorted(out.splitlines()[:2]) + out.splitlines()[2:]
    assert "people.csv to eu-central-1" in first
    assert "Staff" in first
    assert "\\u001b[2JGuests" in second
    assert "0-odd.json" in last


def test_list_changes_nothing(tmp_path: Path) -> None:
    program = Program(tmp_path / "usual")
    program("list", "--home", str(tmp_path / "named"), code=0)
    assert not (tmp_path / "usual").exists()
    assert [path for path in (tmp_path / "named").rglob("*") if path.is_file()] == []
