"""Every command, file and link in the pages for contributors exists."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / ".github").rglob("*.md"),
        ROOT / "packaging" / "README.md",
    ]
)
PROSE = (
    "identity-center-wizard",
    "python3 packaging/start.py",
    ".venv/bin/",
    "python -m tests.",
    "git ",
    "gh ",
    "sudo ",
)
OUTSIDE = {"git", "gh", "uv", "apt", "pip", "pre-commit", "systemctl", "loginctl", "cd"}
"""Programs that are not ours: named, not run."""


def commands(page: Path) -> Iterator[str]:
    """Lines of indented or plain code blocks without a language, and commands in backticks."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^ *```\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.strip().startswith(PROSE):
                yield re.sub(r"\s+#.*$", "", line.strip())
    for inline in re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if inline.startswith(PROSE) and " " in inline:
            yield inline


COMMANDS = sorted({(page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in commands(page)})


def test_the_pages_have_commands() -> None:
    assert len(COMMANDS) > 30


@pytest.mark.slow
@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_command_can_be_run(page: str, command: str) -> None:
    words = shlex.split(re.sub(r"[\[\]|]|\.\.\.", " ", command))
    program = Path(words[0]).name
    if program == "sudo":
        words = words[3:] if words[1] == "-u" else words[1:]
        program = Path(words[0]).name
    if program in OUTSIDE:
        return
    if program == "identity-center-wizard":
        check_command(words[1:])
    elif program in ("python", "python3", "py") and words[1] == "-m":
        assert find_spec(words[2]) is not None
    elif program in ("python", "python3", "py"):
        assert (ROOT / words[1]).is_file()
    else:
        assert program in ("pytest", "ruff", "mypy", "lint-imports")
        paths = [word for word in words[1:] if "/" in word and not word.startswith("-")]
        assert [path for path in paths if not (ROOT / path.partition("::")[0]).exists()] == []
        if program == "pytest" and paths:
            check_selection(words[1:])


def check_command(words: list[str]) -> None:
    """The parser knows the command and its options."""
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    name = "" if words[0].startswith("-") else words[0]
    actions = {
        "schedule": (("show",), ("add",)) if words[1:2] == ["show|add"] else (words[1:2],),
        "secret": (words[1:2],),
        "alerts": (words[1:3],),
        "entra": (words[1:2],),
        "sign-on": (words[1:2],),
    }
    for action in actions.get(name, ((),)):
        command = [sys.executable, "-m", "wizard", *filter(None, (name, *action)), "--help"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        options = [option for option in options if option not in done.stdout]
    assert options == []


def check_selection(words: list[str]) -> None:
    """These tests exist."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *words], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert missing == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:wizard|tests|packaging|docs|resources|\.github)/[\w./-]+)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
