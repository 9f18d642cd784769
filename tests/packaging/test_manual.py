"""The man page and the completions say what the parser knows."""

import re
import shutil
import subprocess
from pathlib import Path

import manual
import pytest


def test_the_page_names_every_verb_and_every_option():
    parser = manual.whole_parser()
    page = manual.man_page(parser, "0.1.0", "2026-11-23").replace("\\-", "-")
    known = list(manual.verbs(parser))
    expected = {"try", "new", "check", "plan", "run", "secret set", "schedule add", "about", "sandbox"}
    assert {words for words, _, _ in known} >= expected
    assert ".SH OPTIONS\n.TP\n\\fB--version\\fR\nWhich version this is.\n" in page
    for words, _, below in known:
        assert f".B {words}\n" in page
        assert all(option in page for option in manual.long_options(below))
    assert "--until-eof" not in page


def test_the_page_names_every_exit_code():
    from wizard.cli import codes

    numbers = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, int)}
    page = manual.man_page(manual.whole_parser(), "0.1.0", "2026-11-23")
    status = page.split(".SH EXIT STATUS")[1].split(".SH")[0]
    assert {int(code) for code in re.findall(r"^\.B (\d+)$", status, re.MULTILINE)} == numbers


def test_the_page_names_every_variable():
    """Read off the sources: one that somebody adds is missed here first."""
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
        (["zzz"], set()),
        (["--v"], {"--version"}),
        (["about", "--"], {"--diagnostics"}),
    ],
)
def test_bash_completes(tmp_path, typed, offered):
    script = tmp_path / "completion"
    script.write_text(manual.bash(manual.whole_parser()), "utf-8")
    words = " ".join(f"'{word}'" for word in [manual.NAME, *typed])
    ask = (
        f". {script}; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; "
        '_identity_center_wizard; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered
