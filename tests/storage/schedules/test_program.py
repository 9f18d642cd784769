"""The command line that starts the program again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.storage.schedules.program import console_program, this_program

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_from_source_the_command_runs_where_the_source_is(tmp_path: Path) -> None:
    program = this_program()
    assert program.folder == str(ROOT)
    done = subprocess.run(
        [*program.command, "schedule", "--help"], cwd=program.folder, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.split()[:3]) == (0, ["usage:", "identity-center-wizard", "schedule"])


def test_an_installed_script_starts_itself(tmp_path: Path) -> None:
    """A process whose own name is the script's; the script is beside its Python, as in every venv."""
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
