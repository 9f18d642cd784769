"""The verb `schedule` in a real user systemd: it shows the installed files, and the timer then runs the job."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.company import company
from tests.keyring_session import require_keyring_tools
from tests.program import Program
from tests.sandbox_process import running_sandbox
from tests.user_systemd import run_in_user_systemd
from wizard import messages
from wizard.errors import Message
from wizard.flow.schedules.texts import every

ROOT = Path(__file__).resolve().parents[2]

STORY = """
import json, os, subprocess, sys
answers = []
for line in json.loads(sys.argv[1]):
    done = subprocess.run(line["do"], input=line.get("stdin"), capture_output=True, text=True)
    answers.append([done.returncode, done.stdout, done.stderr])
print(json.dumps(answers))
"""


def told(home: Path, *lines: Sequence[str], stdin: str = "") -> list[list[Any]]:
    """(code, out, err) of each command, all beside one user systemd."""
    steps = [{"do": list(line), "stdin": stdin} for line in lines]
    done = run_in_user_systemd(
        [sys.executable, "-c", STORY, json.dumps(steps)],
        home,
        {"PYTHONPATH": str(ROOT), "IDENTITY_CENTER_WIZARD_HOME": str(home / "kept here"), "TZ": "UTC"},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout
    answers: list[list[Any]] = json.loads(done.stdout)
    return answers


def verb(*words: str) -> list[str]:
    return [sys.executable, "-m", "wizard", *words]


@pytest.mark.desktop
def test_a_scheduled_job_runs_with_a_credential(tmp_path: Path) -> None:
    users, members = company(6, 1, 6).write(tmp_path)
    units = tmp_path / ".config" / "systemd" / "user"
    with running_sandbox() as sandbox:
        made = verb("new", "Staff 100%", "--users", str(users), "--members", str(members), "--tenant-url",
                    sandbox.tenant_url)  # fmt: skip
        (job_id,) = _made(told(tmp_path, made), tmp_path)
        unit = f"identity-center-wizard-{job_id}"
        credential = tmp_path / ".config" / "credstore" / f"{unit}.aws-token"
        keep = ["install", "-D", "-m", "600", "/dev/stdin", str(credential)]
        handed = ("--token-from", "credential")
        show, refused, _, added, again, listed, started, after, removed, twice = told(
            tmp_path,
            verb("schedule", "show", "Staff 100%"),
            verb("schedule", "add", "Staff 100%", *handed),
            keep,
            verb("schedule", "add", "Staff 100%", "--every", "15", *handed),
            verb("schedule", "show", "Staff 100%"),
            verb("schedule", "list"),
            ["systemctl", "--user", "start", f"{unit}.service"],
            verb("schedule", "list"),
            verb("schedule", "remove", "Staff 100%"),
            verb("schedule", "remove", "Staff 100%"),
            stdin=sandbox.token,
        )
        people = len(sandbox.state()["users"])
    assert show[0] == 0
    assert show[1].startswith("Staff 100%: ")
    assert "    OnCalendar=*-*-* 00/2:00,40:00 UTC\n" in show[1]
    assert f"    systemctl --user enable {unit}.timer\n" in show[1]
    assert messages.text(Message("timer-needs-lingering", token="keyring")) in show[1]
    assert refused[0] == 2
    assert "systemd credential" in refused[2]
    assert added[0] == 0, added
    assert added[1].startswith(f"Staff 100%: {every(15, within=True)}, ")
    assert "OnCalendar=*-*-* *:00,15,30,45:00 UTC" in again[1]
    assert (listed[0], listed[1].splitlines()[0]) == (0, added[1].splitlines()[0])
    assert started[0] == 0, started
    assert people == 6
    assert after[0] == 0, after
    assert removed[0] == 0
    assert messages.text(Message("schedule-credentials-left", paths=(str(credential),))) in removed[1]
    assert (twice[0], messages.title(Message("no-schedule", job="Staff 100%")) in twice[2]) == (2, True)
    assert [path for path in units.rglob("*") if path.is_file() or path.is_symlink()] == []


@pytest.mark.desktop
def test_a_run_on_schedule_finds_the_token_in_the_keyring(tmp_path: Path) -> None:
    require_keyring_tools()
    users, _ = company(3, 0, 0).write(tmp_path)
    with running_sandbox() as sandbox:
        made = verb("new", "Staff", "--users", str(users), "--tenant-url", sandbox.tenant_url)
        (job_id,) = _made(told(tmp_path, made), tmp_path)
        unlock = "printf 'x\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
        _, kept, added, started = told(
            tmp_path,
            ["bash", "-c", unlock],
            verb("secret", "set", "Staff", "aws-token"),
            verb("schedule", "add", "Staff"),
            ["systemctl", "--user", "start", f"identity-center-wizard-{job_id}.service"],
            stdin=sandbox.token,
        )
        people = len(sandbox.state()["users"])
    assert kept[0] == 0, kept
    assert messages.text(Message("schedule-without-token", place="")) not in added[1]
    assert (started[0], people) == (0, 3)


@pytest.mark.desktop
def test_a_schedule_of_a_missing_job_is_reported_and_can_be_removed(tmp_path: Path) -> None:
    users, _ = company(2, 0, 0).write(tmp_path)
    made = verb("new", "Staff", "--users", str(users), "--tenant-url", "http://127.0.0.1:9/x/scim/v2")
    (job_id,) = _made(told(tmp_path, made), tmp_path)
    job_file = tmp_path / "kept here" / "jobs" / f"{job_id}.json"
    added, failed, listed, _, gone, removed, none = told(
        tmp_path,
        verb("schedule", "add", "Staff", "--every", "1440"),
        ["systemctl", "--user", "start", f"identity-center-wizard-{job_id}.service"],
        verb("schedule", "list"),
        ["rm", str(job_file)],
        verb("schedule", "list"),
        verb("schedule", "remove", job_id),
        verb("schedule", "list"),
    )
    assert added[1].startswith(f"Staff: {every(1440, within=True)}, ")
    assert added[1].splitlines()[0].endswith("00:00")
    assert failed[0] == 1
    assert listed[0] == 1
    assert messages.text(Message("scheduled-run-ended", exit_code=5)) in listed[1]
    assert gone[0] == 1
    assert messages.text(Message("schedule-job-gone", path=str(job_file))) in gone[1]
    assert removed[0] == 0
    assert (none[0], len(none[1].splitlines())) == (0, 1)


def test_without_systemd_it_says_what_else_to_do(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program = Program(tmp_path / "home", environment={"PATH": str(tmp_path / "bin")})
    users, _ = company(2, 0, 0).write(tmp_path)
    program("new", "Staff", "--users", str(users), "--tenant-url", "http://127.0.0.1:9/x/scim/v2", code=0)
    for words in (("show", "Staff"), ("add", "Staff"), ("list",)):
        assert messages.title(Message("no-scheduler")) in program("schedule", *words, code=2).err


def test_an_interval_that_does_not_divide_a_day_is_refused(tmp_path: Path) -> None:
    outcome = Program(tmp_path / "home")("schedule", "add", "Staff", "--every", "25", code=2)
    assert "15, 30, 40" in outcome.err


def test_run_uses_the_given_home(tmp_path: Path) -> None:
    users, _ = company(2, 0, 0).write(tmp_path)
    with running_sandbox() as sandbox:
        there = Program(tmp_path / "there", sandbox.token)
        there("new", "Staff", "--users", str(users), "--tenant-url", sandbox.tenant_url, code=0)
        here = Program(tmp_path / "here", sandbox.token)
        here("run", "Staff", "--home", str(tmp_path / "there"), code=0)
    assert list((tmp_path / "there" / "journals").glob("*.sqlite"))
    assert not (tmp_path / "here").exists()


def _made(answers: list[list[Any]], folder: Path) -> list[str]:
    assert answers[0][0] == 0, answers
    return [path.stem for path in (folder / "kept here" / "jobs").glob("*.json")]
