"""How the command line reports what nobody expected."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.company import company
from tests.program import ROOT, Program
from wizard.cli.main import main
from wizard.errors import WizardError
from wizard.flow.services import Services
from wizard.flow.support.fault_log import NAME


def fail(_home: str, _trial: bool) -> Services:
    raise ValueError("unexpected")


def no_window(_home: str, _trial: bool) -> int:
    raise AssertionError("no window is asked for")


def test_a_fault_with_a_named_home_leaves_the_usual_home_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IDENTITY_CENTER_WIZARD_HOME", str(tmp_path / "usual"))
    before = list(logging.getLogger().handlers)
    try:
        assert main(["run", "Staff", "--home", str(tmp_path / "named")], fail, no_window) == 70
    finally:
        for handler in [each for each in logging.getLogger().handlers if each not in before]:
            logging.getLogger().removeHandler(handler)
            handler.close()
    assert str(tmp_path / "named" / "logs" / NAME) in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["named"]


def unusable(_home: str, _trial: bool) -> Services:
    raise WizardError("no-keyring", reason="")


def test_with_json_an_error_is_an_event_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", "Staff", "--json"], unusable, no_window)
    told = capsys.readouterr()
    event = json.loads(told.out)
    assert (event["event"], event["exit"], event["code"], event["args"]) == (
        "error",
        code,
        "no-keyring",
        {"reason": ""},
    )
    assert event["title"] in told.err


@pytest.mark.parametrize("arguments", [["run", "Staff"], ["health"]])
def test_without_json_an_error_is_only_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(arguments, unusable, no_window)
    told = capsys.readouterr()
    assert (told.out, bool(told.err)) == ("", True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no output here that is always full")
@pytest.mark.parametrize("command", ["list", "plan Staff --json"])
def test_a_full_disk_below_the_output_is_named(tmp_path: Path, command: str) -> None:
    program = Program(tmp_path / "home", own_process=True)
    users, _ = company(2, 0, 0).write(tmp_path)
    Program(tmp_path / "home")(
        "new", "Staff", "--users", str(users), "--tenant-url", "http://127.0.0.1:9/x/scim/v2", code=0
    )
    run = [sys.executable, "-m", "wizard", *command.split()]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            run, cwd=ROOT, env=program.whole_environment(), stdout=full, stderr=subprocess.PIPE, text=True
        )
        assert (done.returncode, len(done.stderr.splitlines()) < 3) == (2, True)
        assert "No space left" in done.stderr
        refused = [sys.executable, "-m", "wizard", "plan", "nobody"]
        done = subprocess.run(
            refused, cwd=ROOT, env=program.whole_environment(), stdout=subprocess.PIPE, stderr=full, text=True
        )
        assert done.returncode == 2
