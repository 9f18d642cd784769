"""HOME and its files are private, and a file is replaced as a whole or not at all."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.storage.paths import Home, private_file, write_private

posix = pytest.mark.skipif(os.name != "posix", reason="modes of files exist on POSIX systems only")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o077, 0o777], ids=["umask 000", "umask 077", "umask 777"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_home_is_what_the_environment_names(tmp_path: Path) -> None:
    assert Home.locate({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path)}).root == tmp_path


def test_home_is_absolute_and_knows_the_tilde() -> None:
    assert Home.locate({"IDENTITY_CENTER_WIZARD_HOME": "~/wizard"}).root == Path.home() / "wizard"
    assert Home.locate({"IDENTITY_CENTER_WIZARD_HOME": "here"}).root == Path.cwd() / "here"


def test_without_a_name_home_is_the_systems_place_for_programs_and_is_not_made_yet() -> None:
    root = Home.locate({}).root
    assert root.is_absolute()
    assert root.name == "identity-center-wizard"


@posix
def test_folders_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    for folder in (home.root, home.jobs, home.journals, home.reports, home.logs):
        assert mode(folder) == 0o700


@posix
def test_an_existing_open_home_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "home" / "jobs").mkdir(parents=True)
    (tmp_path / "home").chmod(0o755)
    (tmp_path / "home" / "jobs").chmod(0o777)
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    assert (mode(home.root), mode(home.jobs)) == (0o700, 0o700)


@posix
def test_files_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    written, made, closed = tmp_path / "written", tmp_path / "made", tmp_path / "closed"
    closed.touch()
    closed.chmod(0o644)
    write_private(written, b"content")
    private_file(made)
    private_file(closed)
    assert [mode(path) for path in (written, made, closed)] == [0o600, 0o600, 0o600]
    assert written.read_bytes() == b"content"


def test_a_file_in_place_of_home_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(WizardError, match=r"^home-is-a-file ") as caught:
        Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    assert caught.value.message.args["path"] == str(tmp_path / "home")


def test_a_file_in_place_of_a_parent_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WizardError, match=r"^home-below-a-file "):
        Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "file" / "home")})


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="a folder nobody can write, not even root, is in /proc"
)
def test_a_read_only_home_is_an_error() -> None:
    with pytest.raises(WizardError, match=r"^home-not-writable "):
        Home.open({"IDENTITY_CENTER_WIZARD_HOME": "/proc/wizard"})


def test_a_replaced_file_is_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, b"first")
    write_private(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_stays_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").touch()
    with pytest.raises(WizardError, match=r"^file-not-written "):
        write_private(tmp_path / "folder", b"content")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WizardError, match=r"^file-not-written "):
        write_private(tmp_path / "nowhere" / "file", b"content")
