"""The man page and the completions say what the parser knows."""

import re
import shutil
import subprocess
from pathlib import Path

import manual
import pytest

from wizard.cli.commands import COMMANDS
from wizard.flow.support.exit_codes import ExitCode


def test_the_page_names_every_command_and_every_option():
    parser = manual.whole_parser()
    page = manual.man_page(parser, "0.1.0", "2026-11-23").replace("\\-", "-")
    known = list(manual.commands(parser))
    expected = {"try", "new", "check", "plan", "run", "secret set", "schedule add", "about", "sandbox"}
    assert {words for words, _, _ in known} >= expected
    assert ".SH OPTIONS\n.TP\n\\fB--version\\fR\nShow the version and exit.\n" in page
    for words, summary, below in known:
        assert f".B {words}\n{manual.sentence(summary)}" in page
        assert all(
            option in page
            for action in manual.options(below)
            for option in action.option_strings
            if option[1] == "-"
        )
    assert "--until-eof" not in page


def test_the_page_names_every_exit_code():
    page = manual.man_page(manual.whole_parser(), "0.1.0", "2026-11-23")
    status = page.split(".SH EXIT STATUS")[1].split(".SH")[0]
    assert {int(code) for code in re.findall(r"^\.B (\d+)$", status, re.MULTILINE)} == set(ExitCode)


def test_the_page_names_every_variable():
    """The names come from the sources, so a new variable fails here until it is documented."""
    wizard = Path(__file__).resolve().parents[2] / "wizard"
    known = {
        name
        for path in wizard.rglob("*.py")
        for name in re.findall(r'"(IDENTITY_CENTER_[A-Z_]+)"', path.read_text("utf-8"))
    }
    page = manual.man_page(manual.whole_parser(), "0.1.0", "2026-11-23")
    assert len(known) >= 4
    assert known == set(re.findall(r"^\.B (IDENTITY_CENTER_\w+)$", page, re.MULTILINE))


def test_text_cannot_become_a_request_of_troff():
    assert manual.roff(".TH and 'x' -c \\n").startswith("\\&.TH")
    assert manual.roff("--json") == "\\-\\-json"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["ru"], {"run"}),
        (["run", "--f"], {"--full"}),
        (["new", "--p"], {"--pacing"}),
        (["schedule", "add", "--token-from", "k"], {"keyring"}),
        (["sandbox", "--until"], set()),
        (["zzz"], set()),
        (["--v"], {"--version"}),
        (["about", "--d"], {"--diagnostics"}),
        (["run", "--home", "fol"], {"folder"}),
        (["new", "Staff", "--users", "peo"], {"people.csv"}),
    ],
)
def test_bash_completes(tmp_path, typed, offered):
    (tmp_path / "folder").mkdir()
    (tmp_path / "people.csv").touch()
    script = tmp_path / "completion"
    script.write_text(manual.completion(manual.whole_parser(), "bash"), "utf-8")
    words = " ".join(f"'{word}'" for word in [manual.NAME, *typed])
    ask = (
        f". {script}; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; COMP_LINE=; COMP_POINT=0; "
        "function_name=$(complete -p identity-center-wizard | sed 's/.*-F \\([^ ]*\\).*/\\1/'); "
        '$function_name; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert set(done.stdout.split()) == offered, done.stderr


@pytest.mark.parametrize("shell", manual.SHELLS)
def test_every_shell_knows_every_command_and_no_hidden_option(shell):
    text = manual.completion(manual.whole_parser(), shell)
    assert all(name in text for name in (*COMMANDS, "sandbox", "--token-from"))
    assert "--until-eof" not in text
    checker = shutil.which(shell)
    if checker is not None:
        subprocess.run([checker, "-n"], input=text, text=True, check=True)
