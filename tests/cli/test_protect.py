"""`protect`: the list is kept on this computer."""

from pathlib import Path

from tests.program import Program


def test_add_list_and_remove(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    assert program("protect", "list", code=0).out == ""
    program("protect", "add", "breakglass@corp.example", "AWS Administrators", code=0)
    assert program("protect", "list", code=0).out.splitlines() == ["AWS Administrators", "breakglass@corp.example"]
    program("protect", "remove", "aws administrators", code=0)
    program("protect", "remove", "nobody", code=1)
    assert program("protect", "list", code=0).out.splitlines() == ["breakglass@corp.example"]


def test_an_empty_name_protects_nothing(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    program("protect", "add", "a", " ", code=2)
    assert program("protect", "list", code=0).out == ""


def test_home_is_the_folder_that_is_named(tmp_path: Path) -> None:
    program = Program(tmp_path / "usual")
    program("protect", "add", "a", "--home", str(tmp_path / "named"), code=0)
    assert program("protect", "list", "--home", str(tmp_path / "named"), code=0).out == "a\n"
    assert not (tmp_path / "usual").exists()


def test_an_empty_list_is_said(tmp_path: Path) -> None:
    program = Program(tmp_path / "home")
    listed = program("protect", "list", code=0)
    assert (listed.out, bool(listed.err.strip())) == ("", True)  # a script reads names only
