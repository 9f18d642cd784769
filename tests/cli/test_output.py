"""What a terminal would obey is shown, not sent."""

import argparse
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.program import Program
from wizard.cli.output import EscapedOutput, clear_line, command_line, complain, escaped_outputs, say
from wizard.cli.secret_prompt import ask_secret

HOSTILE = "\x1b]52;c;cm0=\x07\x1b[2J\x9b8m\u202e\r\ud800\U000e0001 tab\t李\n"
"""What a terminal obeys or hides, a half character, and what it only shows."""
SHOWN = r"\u001b]52;c;cm0=\u0007\u001b[2J\u009b8m\u202e↵\ud800\udb40\udc01 tab" "\t李\n"


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
    (tmp_path / "people.csv").write_text("userPrincipalName\nann@tidewater.example\n")
    program, name = Program(tmp_path / "home"), 'a "b" $(id)'
    address = "https://scim.eu-central-1.amazonaws.com/0a1b2c3d4e5-0a1b-0a1b-0a1b-0a1b2c3d4e5f/scim/v2"
    options = ("--users", str(tmp_path / "people.csv"), "--tenant-url", address)
    lines = program("new", name, *options, code=0).out.splitlines()
    assert shlex.split(lines[1])[1:] == ["identity-center-wizard", "secret", "set", name, "aws-token"]


def test_whatever_prints_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout, sys.stderr
    with escaped_outputs():
        print(HOSTILE, end="")
        sys.stderr.write(HOSTILE)
        sys.stderr.writelines([HOSTILE, "plain\n"])
        argparse.ArgumentParser("p").print_usage()
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr() == (SHOWN + "usage: p [-h]\n", SHOWN + SHOWN + "plain\n")


@given(st.text())
def test_a_line_of_json_stays_one(text: str) -> None:
    whole = re.sub("[\ud800-\udfff]", "", text)
    stream = io.StringIO()
    EscapedOutput(stream).write(json.dumps({"name": whole}, ensure_ascii=False))
    line = stream.getvalue()
    assert json.loads(line) == {"name": whole}
    assert re.sub("[\u00a0\u202f]", "", line).isprintable(), "no-break spaces are no risk, and French needs them"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_character_that_the_terminal_does_not_have_is_escaped(encoding: str) -> None:
    content = io.BytesIO()
    stream = io.TextIOWrapper(content, encoding=encoding, write_through=True)
    EscapedOutput(stream).write('{"name": "a李\U0001f600"}\n')
    assert json.loads(content.getvalue()) == {"name": "a李\U0001f600"}


def test_the_stream_below_answers_for_itself() -> None:
    content = io.BytesIO()
    stream = io.TextIOWrapper(content, encoding="utf-8", write_through=True)
    output = EscapedOutput(stream)
    assert (output.encoding, output.errors, output.isatty(), output.writable()) == ("utf-8", "strict", False, True)
    assert output.buffer is content
    clear_line(output)
    clear_line(stream)
    assert content.getvalue() == b"\r\x1b[K" * 2
    del output
    output = EscapedOutput(stream)
    assert not output.closed
    output.close()
    assert (output.closed, stream.closed) == (True, True)


def test_a_servers_line_break_begins_no_line_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    complain("AWS said: no\nidentity-center-wizard: all done")
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("identity-center-wizard: ")
    assert second.startswith(" ")


def test_no_command_writes_past_the_escaping() -> None:
    """`print` to another stream, or the stream itself, would pass by the escaping."""
    folder = Path(__file__).resolve().parents[2] / "wizard" / "cli"
    direct = re.compile(r"sys\.__std|\.buffer\b|os\.write\(|open\(1|open\(2")
    assert [str(path) for path in folder.rglob("*.py") if direct.search(path.read_text("utf-8"))] == []


def test_no_break_spaces_of_french_stay_and_line_breaks_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    say("Personnes\u202f: 51\u00a0créations\nfin")
    assert capsys.readouterr().out == "Personnes\u202f: 51\u00a0créations↵fin\n"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _end_of_input(_prompt: str) -> str:
    raise EOFError  # Ctrl-D


@pytest.mark.parametrize("stream", [None, _Terminal(), io.StringIO()], ids=["closed", "ctrl-d", "empty"])
def test_no_input_is_an_empty_secret(stream: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", stream)
    monkeypatch.setattr("getpass.getpass", _end_of_input)
    assert ask_secret("Token: ") == ""
