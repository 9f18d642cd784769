"""How the program is started again, and what of the environment goes with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.storage.paths import Home
from wizard.storage.schedules.here import NoScheduler, proxies, proxies_left_out, scheduler_here
from wizard.storage.schedules.installing import run_command
from wizard.storage.schedules.program import console_program, this_program
from wizard.storage.schedules.schedule import Answer
from wizard.storage.schedules.systemd import SystemdTimers

ROOT = Path(__file__).resolve().parents[3]


def test_from_source_the_command_runs_where_the_source_is(tmp_path: Path) -> None:
    program = this_program()
    assert program.folder == str(ROOT)
    done = subprocess.run(
        [*program.command, "schedule", "--help"], cwd=program.folder, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.split()[:3]) == (0, ["usage:", "identity-center-wizard", "schedule"])


def test_an_installed_script_starts_itself(tmp_path: Path) -> None:
    """A process whose own name is the script's; the script stands beside its Python, as in every venv."""
    (tmp_path / "python").symlink_to(sys.executable)
    script = tmp_path / "identity-center-wizard"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    code = (
        f"import sys; sys.argv[0] = {str(script)!r}; sys.executable = {str(tmp_path / 'python')!r}\n"
        "from wizard.storage.schedules.program import this_program; print(this_program())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == f"Program(command=('{script}',), folder='')"


@pytest.mark.skipif(os.name == "nt", reason="an AppImage is of Linux")
@pytest.mark.parametrize(
    ("image", "mounted", "started"),
    [
        ("/home/ada/wizard.AppImage", "/tmp/.mount_wizard", "/home/ada/wizard.AppImage"),
        ("/home/ada/terminal.AppImage", "/tmp/.mount_terminal", "/tmp/.mount_wizard/usr/lib/wizard"),
        ("", "", "/tmp/.mount_wizard/usr/lib/wizard"),
    ],
)
def test_an_app_image_starts_by_its_file_and_not_where_it_is_mounted_today(
    image: str, mounted: str, started: str
) -> None:
    code = (
        "import sys; sys.frozen = True; sys.executable = '/tmp/.mount_wizard/usr/lib/wizard'\n"
        "from wizard.storage.schedules.program import this_program; print(*this_program().command)"
    )
    around = {**os.environ, "APPIMAGE": image, "APPDIR": mounted}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=around, check=True
    )
    assert done.stdout.strip() == started


def test_on_windows_the_program_of_the_verbs_is_started(tmp_path: Path) -> None:
    window = tmp_path / "identity-center-wizard-window.exe"
    assert console_program(str(window)) == str(window)
    (tmp_path / "identity-center-wizard.exe").touch()
    assert console_program(str(window)) == str(tmp_path / "identity-center-wizard.exe")


def test_a_proxy_goes_with_the_run_and_a_password_does_not() -> None:
    environ = {
        "https_proxy": "http://proxy:3128",
        "HTTPS_PROXY": "http://other:1",
        "ALL_PROXY": "http://who:secret@proxy:3128",
        "NO_PROXY": "localhost,.intern",
        "HTTP_PROXY": "",
    }
    assert proxies(environ) == (("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "localhost,.intern"))
    assert proxies_left_out(environ) == ("ALL_PROXY",)


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
def test_linux_has_systemd_or_is_told_what_to_do_instead(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    told = "systemd 255 (255.4-1ubuntu8)\n+PAM +AUDIT\n"
    found = scheduler_here(Home(tmp_path), environ, lambda _arguments: Answer(0, told))
    assert isinstance(found, SystemdTimers)
    assert (found.version, found.folder) == (255, tmp_path / "systemd" / "user")
    with pytest.raises(NoScheduler, match="no systemd"):
        scheduler_here(Home(tmp_path), environ, lambda _arguments: Answer(127))


def test_a_command_always_has_an_answer(tmp_path: Path) -> None:
    assert run_command(("no-such-program-here",)).code == 127
    assert run_command((str(tmp_path),)).code == 126
    assert run_command(("sh", "-c", "echo $TZ; echo no >&2; exit 3")) == Answer(3, "UTC\n", "no\n")
    assert isinstance(NoScheduler(), WizardError)
