"""The program tells its version, where its files lie, and diagnostics that can be given away."""

from pathlib import Path

from tests.company import company
from tests.program import Program
from wizard import __version__


def test_the_version_alone(tmp_path: Path) -> None:
    told = Program(tmp_path / "home", own_process=True)("--version", code=0)
    assert told.out == f"identity-center-wizard {__version__}\n"
    assert not (tmp_path / "home").exists()


def test_about_names_the_places(tmp_path: Path) -> None:
    told = Program(tmp_path / "home")("about", code=0).out
    assert f"Identity Center Wizard {__version__}" in told
    assert f": {tmp_path / 'home'}\n" in told
    assert f": {tmp_path / 'home' / 'logs'}\n" in told


def test_diagnostics_tell_of_the_job_and_not_of_its_people(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", "not-a-real-token")
    users, members = company(5, 1, 5).write(tmp_path)
    url = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc/scim/v2"
    program("new", "Tidewater", "--users", str(users), "--members", str(members), "--tenant-url", url, code=0)
    told = program("about", "--diagnostics", code=0).out
    assert "Job 1\n  source: file .csv" in told
    assert "target: AWS, eu-central-1" in told
    assert "Token in the environment: yes" in told
    for mark in ("tidewater", "f3vd2aa29dc", users.name, str(tmp_path), "not-a-real"):
        assert mark.lower() not in told.lower()


def test_a_home_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    assert "is a file, not a folder" in Program(tmp_path / "home")("about", "--diagnostics", code=2).err
