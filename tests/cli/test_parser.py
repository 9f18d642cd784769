"""The command line: every command is in the table, loads alone, and takes --home."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import Program
from wizard.cli.commands import COMMANDS
from wizard.cli.main import main
from wizard.cli.parser import build_parser, parse
from wizard.flow.services import Services

ROOT = Path(__file__).resolve().parents[2]
LEAVES = [
    ("try",),
    ("new", "Staff", "--users", "people.csv", "--tenant-url", "https://x"),
    ("evaluate", '"x"'),
    ("check", "Staff"),
    ("plan", "Staff"),
    ("run", "Staff"),
    ("schedule", "show", "Staff"),
    ("schedule", "add", "Staff"),
    ("schedule", "remove", "Staff"),
    ("schedule", "list"),
    ("sign-in", "Staff"),
    *(("entra", action, "Staff") for action in ("setup", "status", "start", "pause", "restart")),
    ("entra", "provision", "Staff", "id"),
    ("engine", "Staff", "own"),
    ("sign-on", "show", "Staff"),
    ("sign-on", "apply", "Staff"),
    ("secret", "set", "Staff", "aws-token"),
    ("secret", "allow-keyring", "pass.Backend"),
    ("source", "Staff"),
    ("list",),
    ("health",),
    ("health", "Staff"),
    ("metrics", "icw.prom"),
    ("alerts", "add", "mail", "Staff", "--server", "mail.example.test", "--from", "a@x.test", "--to", "b@x.test"),
    ("alerts", "add", "webhook", "Staff"),
    ("alerts", "add", "ping", "Staff"),
    ("alerts", "add", "desktop", "Staff"),
    ("alerts", "add", "command", "Staff", "program"),
    ("alerts", "list", "Staff"),
    ("alerts", "test", "Staff"),
    ("alerts", "remove", "Staff", "mail"),
    ("protect", "add", "Ann"),
    ("protect", "remove", "Ann"),
    ("protect", "list"),
    ("export", "Staff", "staff.json"),
    ("import", "staff.json"),
    ("revoke", "Staff"),
    ("revoke", "--all"),
    ("about",),
]


def test_every_command_is_tried_here() -> None:
    assert {leaf[0] for leaf in LEAVES} == set(COMMANDS)


@pytest.mark.parametrize("leaf", LEAVES, ids=" ".join)
def test_every_command_takes_home_and_has_a_handler(leaf: tuple[str, ...]) -> None:
    assert parse(leaf).home == ""
    options = parse((*leaf, "--home", "folder"))
    assert options.home == "folder"
    assert callable(options.handler)
    assert parse(("--home", "folder", *leaf)).home == "folder"
    assert parse(("--home=folder", *leaf, "--home", "other")).home == "other"


def test_home_beats_the_environment(tmp_path: Path) -> None:
    program = Program(tmp_path / "usual")
    out = program("about", "--home", str(tmp_path / "named"), code=0).out
    assert str(tmp_path / "named") in out
    assert str(tmp_path / "usual") not in out


def test_try_opens_the_window_unless_it_is_headless() -> None:
    opened: list[tuple[str, bool]] = []

    def open_window(home: str, trial: bool, hidden: bool) -> int:
        opened.append((home, trial))
        return 7

    def no_services(_home: str, _trial: bool) -> Services:
        raise AssertionError("no services are asked for")

    assert main(["try", "--home", "folder"], no_services, open_window) == 7
    assert main(["--home", "folder"], no_services, open_window) == 7
    assert opened == [("folder", True), ("folder", False)]
    assert not parse(["try", "--headless"]).opens_window


@pytest.mark.parametrize("arguments", [[], ["--"], ["nosuch"], ["run"], ["--home"], ["--home", "x", "sandbox"]])
def test_wrong_usage_is_exit_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2


def test_the_help_names_every_command() -> None:
    text = build_parser(()).format_help()
    assert all(f"    {name} " in text or f"    {name}\n" in text for name in COMMANDS)


def test_a_command_does_not_import_the_others() -> None:
    code = (
        "import sys\nfrom wizard.cli.parser import parse\nparse(['about'])\n"
        "print([name for name in sys.modules if name.startswith('wizard.cli.commands.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "['wizard.cli.commands.about']"


def test_the_day_of_a_token_may_be_left_out() -> None:
    """argparse converts a default that is a text, too: an empty one must not count as a wrong day."""
    assert parse(["secret", "rotate", "Staff"]).created is None
    assert parse(["secret", "rotate", "Staff", "--created", "2026-11-30"]).created == "2026-11-30"
