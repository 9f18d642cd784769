"""What a terminal would obey is shown, not sent."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import Program
from wizard.cli.output import command_line, say


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Åsa Ó'Brien 李", "Åsa Ó'Brien 李"),
        ("Night\tshift", "Night⇥shift"),
        ("a\r\nb", "a↵↵b"),
        ("\x1b]0;owned\x07", "\\u001b]0;owned\\u0007"),
        ("right\u202eleft", "right\\u202eleft"),
    ],
)
def test_say(text: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(text)
    assert capsys.readouterr().out == printed + "\n"


@pytest.mark.skipif(sys.platform == "win32", reason="quotes of a POSIX shell")
@pytest.mark.parametrize("name", ["Staff", "Our staff", 'a "b" $(id)', "it's `id`", "a\\b;c&d|e", "--x"])
def test_a_command_to_copy_gives_the_shell_the_same_words(name: str) -> None:
    line = command_line("secret", "set", name, "aws-token")
    done = subprocess.run(["sh", "-c", f"printf '%s\\n' {line}"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["identity-center-wizard", "secret", "set", name, "aws-token"]


def test_a_command_to_copy_is_quoted_as_windows_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert command_line("check", 'Our "staff"') == 'identity-center-wizard check "Our \\"staff\\""'


@pytest.mark.skipif(sys.platform == "win32", reason="quotes of a POSIX shell")
def test_the_next_commands_of_new_are_quoted(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("userPrincipalName\n")
    program, name = Program(tmp_path / "home"), 'a "b" $(id)'
    address = "https://scim.eu-central-1.amazonaws.com/0a1b2c3d4e5-0a1b-0a1b-0a1b-0a1b2c3d4e5f/scim/v2"
    options = ("--users", str(tmp_path / "people.csv"), "--tenant-url", address)
    lines = program("new", name, *options, code=0).out.splitlines()
    assert shlex.split(lines[1])[1:] == ["identity-center-wizard", "secret", "set", name, "aws-token"]
