"""Parts of the operating system: the missing ones, their packages, and their installation."""

import os
import sys
from pathlib import Path

import pytest
import system_parts

POLICY = """\
libgl1:
  Installed: (none)
  Candidate: 1.6.0-1
  Version table:
     1.6.0-1 500
libglib2.0-0:
  Installed: (none)
  Candidate: (none)
  Version table:
libglib2.0-0t64:
  Installed: (none)
  Candidate: 2.80.0-6
"""


def test_apt_knows_what_has_a_candidate():
    assert system_parts.known_packages(POLICY) == {"libgl1", "libglib2.0-0t64"}
    assert system_parts.known_packages("") == set()


@pytest.mark.parametrize(
    ("known", "packages"),
    [
        ({"libgl1", "libglib2.0-0t64"}, ["libgl1", "libglib2.0-0t64"]),
        ({"libgl1", "libglib2.0-0"}, ["libgl1", "libglib2.0-0"]),
        (set(), ["libgl1", "libglib2.0-0"]),
    ],
)
def test_the_package_is_the_name_that_apt_knows(known, packages):
    missing = ["libglib-2.0.so.0", "libGL.so.1"]
    assert system_parts.chosen_packages(missing, system_parts.SCREENLESS, known) == packages


def test_the_line_to_type_is_whole():
    line = system_parts.apt_line(["libegl1", "libgl1"])
    assert line.startswith("sudo apt-get update && sudo apt-get install -y ")
    assert line.endswith(" --no-install-recommends libegl1 libgl1")


@pytest.mark.skipif(sys.platform != "linux", reason="libraries are looked for on Linux only")
def test_missing_libraries_and_programs_are_named_and_present_ones_are_not():
    parts = {
        "libc.so.6": ("libc6",),
        "libnowhere.so.9": ("libnowhere9",),
        "sh": ("dash",),
        "no-such-program-here": ("nothing",),
    }
    assert system_parts.missing_parts(parts) == ["libnowhere.so.9", "no-such-program-here"]
    assert system_parts.bring({"libc.so.6": ("libc6",)}, "The window") is None


def stand_in(path: Path, script: str) -> None:
    """Write a program of one line."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root may install")
def test_root_gets_the_missing_program_from_apt_under_the_name_apt_knows(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    stand_in(tmp_path / "apt-cache", "printf 'tool-new:\\n  Candidate: 1.0\\n'")
    stand_in(
        tmp_path / "apt-get",
        f'echo "$*" >> {tmp_path}/asked; [ "$2" = update ] || cp {tmp_path}/apt-get {tmp_path}/the-tool',
    )
    assert system_parts.bring({"the-tool": ("tool-new", "tool-old")}, "The window") is None
    assert (tmp_path / "asked").read_text().splitlines() == [
        "-q update",
        "-q install -y --no-install-recommends tool-new",
    ]
    assert capsys.readouterr().out == "Installing with apt-get: tool-new\n"


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root may install")
def test_an_apt_that_fails_ends_with_a_sentence_after_its_own_lines(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    stand_in(tmp_path / "apt-cache", "exit 0")
    stand_in(tmp_path / "apt-get", "echo 'E: no way to the archive' >&2; exit 100")
    with pytest.raises(system_parts.Stop, match="apt-get could not install the missing packages"):
        system_parts.bring({"the-tool": ("tool-new", "tool-old")}, "The window")
    assert "E: no way to the archive" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root installs instead")
def test_without_root_the_command_to_type_is_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    stand_in(tmp_path / "apt-cache", "printf 'tool-new:\\n  Candidate: 1.0\\n'")
    stand_in(tmp_path / "apt-get", "exit 1")
    sentence = system_parts.bring({"the-tool": ("tool-new", "tool-old")}, "The window")
    assert "The window needs the-tool: run  sudo apt-get update && sudo apt-get install" in sentence
    assert "tool-new  and start again." in sentence
