"""HOME and its files are private, and a file is replaced as a whole or not at all."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from wizard.errors import Message, WizardError
from wizard.provisioning.job import Job
from wizard.storage.jobs import JobStore
from wizard.storage.journal import Journal
from wizard.storage.log_pages import LogReader
from wizard.storage.mirrors import Mirrors
from wizard.storage.paths import Home, private_file, remove_session_folder, write_private

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
def test_folders_above_home_are_private_too() -> None:
    before = os.umask(0)
    try:
        with tempfile.TemporaryDirectory() as folder:
            Home.open({"IDENTITY_CENTER_WIZARD_HOME": f"{folder}/.local/share/wizard"})
            assert {mode(path) for path in Path(folder).rglob("*") if path.is_dir()} == {0o700}
    finally:
        os.umask(before)


@posix
@pytest.mark.parametrize("kind", ["pipe", "link to a device", "link to an open file"])
def test_nothing_but_a_file_is_replaced(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    match kind:
        case "pipe":
            os.mkfifo(target)
        case "link to a device":
            target.symlink_to(os.devnull)
        case _:  # /dev/stdout of a command whose output is a file
            target.symlink_to("/proc/self/fd/1")
    before = target.lstat()
    with pytest.raises(WizardError) as error:
        write_private(target, b"x")
    assert error.value.message.code == "file-not-replaceable"
    assert (target.lstat().st_ino, [each.name for each in tmp_path.iterdir()]) == (before.st_ino, ["target"])


@posix
@pytest.mark.parametrize(
    "place", ["alerts.json", "logs/identity-center-wizard.log", "journals/x.sqlite-wal", "sign-ins/x.bin"]
)
@pytest.mark.parametrize("linked", [False, True], ids=["pipe", "link to a pipe"])
def test_a_pipe_in_home_is_refused_before_it_is_read(tmp_path: Path, place: str, linked: bool) -> None:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    (home.root / "sign-ins").mkdir(mode=0o700)
    (home.root / "broken").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    path = home.root / place
    path.symlink_to(tmp_path / "pipe") if linked else os.mkfifo(path)
    with pytest.raises(WizardError) as error:
        Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(home.root)})
    assert error.value.message == Message("home-holds-pipe", path=str(path))


@posix
def test_a_link_to_a_file_is_replaced_and_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    target = tmp_path / "target"
    target.symlink_to("other")
    write_private(target, b"x")
    assert (target.is_symlink(), target.read_text(), (tmp_path / "other").read_text()) == (False, "x", "other")


@posix
def test_folders_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    for folder in (home.root, home.jobs, home.journals, home.logs):
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


@posix
def test_a_home_of_another_user_is_refused_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    for create in (True, False):
        with pytest.raises(WizardError, match=r"^home-of-another-user "):
            Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(folder)}, create=create)
    assert (mode(folder), list(folder.iterdir())) == (0o755, [])


@posix
@pytest.mark.parametrize("name", ["jobs", "journals", "logs", "mirrors", "sign-ins"])
def test_a_link_in_place_of_a_folder_is_refused_and_not_followed(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    home = tmp_path / "home"
    home.mkdir()
    (home / name).symlink_to(elsewhere)
    with pytest.raises(WizardError, match=r"^home-holds-link ") as caught:
        Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(home)})
    assert caught.value.message.args["path"] == str(home / name)
    with pytest.raises(WizardError, match=r"^home-holds-link "):
        Home(home).ready(home / name)
    assert (mode(elsewhere), list(elsewhere.iterdir())) == (0o755, [])


@posix
def test_home_itself_may_be_a_link_to_a_folder_of_ours(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "disk")
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    assert mode(tmp_path / "disk") == 0o700
    assert home.jobs.is_dir()


@posix
def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link"
    victim.write_text("content")
    victim.chmod(0o644)
    link.symlink_to(victim)
    with pytest.raises(OSError):  # noqa: PT011 - ELOOP, EMLINK on some systems
        private_file(link)
    write_private(link, b"ours")  # takes the link's place
    assert not link.is_symlink()
    assert (victim.read_text(), mode(victim)) == ("content", 0o644)


def test_a_trial_makes_no_home(tmp_path: Path) -> None:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")}, create=False)
    assert home.root == tmp_path / "home"
    assert not home.root.exists()


# --- jobs for this session only ----------------------------------------------------------------------------------------

JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
TENANT = "https://one/scim/v2"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    yield Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    remove_session_folder()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def run_once(home: Home) -> None:
    with Journal.open(home, JOB, TENANT) as journal:
        journal.begin_run({})


def runs(home: Home) -> int:
    with closing(LogReader(home, JOB)) as reader:
        return len(reader.runs())


def test_a_job_for_this_session_leaves_nothing(home: Home) -> None:
    home.keep_out(JOB)
    run_once(home)
    Mirrors(home, JOB).save("a" * 64, b"people")
    assert runs(home) == 1
    assert Mirrors(home, JOB).load("a" * 64) == b"people"
    session = home.of_job(JOB, "journals").parent
    if os.name == "posix":
        assert {mode(path) for path in (session, *session.rglob("*")) if path.is_dir()} == {0o700}
    remove_session_folder()
    assert not session.exists()
    assert files(home.root) == []


def test_a_job_with_a_journal_stays_where_it_is(home: Home) -> None:
    run_once(home)
    home.keep_out(JOB)
    assert runs(home) == 1
    assert home.of_job(JOB, "journals") == home.journals


def test_a_job_that_is_saved_after_all_takes_its_journal_along(home: Home, job: Job) -> None:
    home.keep_out(JOB)
    run_once(home)
    Mirrors(home, JOB).save("a" * 64, b"people")
    with closing(LogReader(home, JOB)) as reader:
        assert len(reader.runs()) == 1
        JobStore(home).save(replace(job, id=JOB))
    remove_session_folder()
    assert runs(home) == 1
    assert Mirrors(home, JOB).load("a" * 64) == b"people"


def test_a_job_that_is_saved_during_its_run_takes_its_journal_along_at_the_next_save(home: Home, job: Job) -> None:
    home.keep_out(JOB)
    with Journal.open(home, JOB, TENANT) as journal:
        journal.begin_run({})
        JobStore(home).save(job)
        assert home.is_kept_out(JOB)
    JobStore(home).save(job)
    remove_session_folder()
    assert runs(home) == 1


@posix
def test_the_folder_of_a_killed_session_is_removed_by_the_next(home: Home, tmp_path: Path) -> None:
    with patch.object(tempfile, "tempdir", str(tmp_path)):
        code = (
            "import os, signal\nfrom wizard.storage.paths import Home\nfrom pathlib import Path\n"
            f"home = Home(Path('/nowhere'))\nhome.keep_out('{JOB}')\nprint(home.of_job('{JOB}', 'journals').parent)\n"
            "import sys; sys.stdout.flush()\nos.kill(os.getpid(), signal.SIGKILL)"
        )
        environ = {**os.environ, "TMPDIR": str(tmp_path)}
        killed = subprocess.run(
            [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
        )
        left = Path(killed.stdout.strip())
        assert left.parent == tmp_path
        assert left.is_dir()
        of_a_living_one = tmp_path / left.name.replace(left.name.split("-")[-2], str(os.getppid()))
        of_a_living_one.mkdir()
        home.keep_out(JOB)
        home.of_job(JOB, "journals")
        assert not left.exists()
        assert of_a_living_one.exists()


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
