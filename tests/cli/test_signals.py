"""How a run ends from outside: signals once and twice, an output that nobody reads or that takes no more."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.company import company
from tests.program import ROOT, Program
from tests.sandbox_process import SandboxHandle, running_sandbox
from wizard.storage.log_pages import LogReader, RunRecord
from wizard.storage.paths import Home

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals and /dev/full are POSIX's")]
PEOPLE = 60


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox("--latency-ms", "40") as handle:
        yield handle


@pytest.fixture
def program(tmp_path: Path, sandbox: SandboxHandle) -> Program:
    program = Program(tmp_path / "home", sandbox.token)
    users, _ = company(PEOPLE, 0, 0).write(tmp_path)
    program("new", "Staff", "--users", str(users), "--tenant-url", sandbox.tenant_url, code=0)
    return program


def started(program: Program, *arguments: str, out: int | str = subprocess.PIPE) -> "subprocess.Popen[str]":
    output = out if isinstance(out, int) else os.open(out, os.O_WRONLY)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "wizard", "run", "Staff", *arguments],
            cwd=ROOT,
            env=program.whole_environment(),
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        if output >= 0:
            os.close(output)


def until_a_person_exists(sandbox: SandboxHandle) -> None:
    deadline = time.monotonic() + 60
    while not sandbox.state()["users"] and time.monotonic() < deadline:
        time.sleep(0.02)


def history(program: Program) -> tuple[RunRecord, int]:
    """The last run, and how many intentions are open."""
    home = Home(program.home)
    (job,) = home.jobs.glob("*.json")
    with closing(LogReader(home, job.stem)) as reader:
        return reader.runs()[0], reader.open_count()


def converges(program: Program, sandbox: SandboxHandle) -> None:
    program("run", "Staff", code=0)
    names = [user["userName"] for user in sandbox.state()["users"]]
    assert len(names) == len(set(names)) == PEOPLE
    assert program("plan", "Staff", "--json", "--full", code=0).last["users"]["unchanged"] == PEOPLE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_finishes_requests_in_flight_and_reports(
    program: Program, sandbox: SandboxHandle, number: signal.Signals
) -> None:
    run = started(program, "--json")
    until_a_person_exists(sandbox)
    run.send_signal(number)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    report = json.loads(out.splitlines()[-1])
    assert report["users"]["created"] == len(sandbox.state()["users"]) > 0
    assert report["users"]["created"] + report["users"]["skipped"] == PEOPLE
    last, open_count = history(program)
    assert (last.ending, open_count) == ("cancelled", 0)
    converges(program, sandbox)


def test_a_second_signal_does_not_wait_and_reports_what_it_does_not_know(tmp_path: Path) -> None:
    users, _ = company(PEOPLE, 0, 0).write(tmp_path)
    state = ("--state", str(tmp_path / "state.json"))
    with running_sandbox("--latency-ms", "1000", *state) as slow:
        program = Program(tmp_path / "home", slow.token)
        program("new", "Staff", "--users", str(users), "--tenant-url", slow.tenant_url, code=0)
        run = started(program, "--json")
        deadline = time.monotonic() + 60
        while slow.requests()["total"] < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        run.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=60)
        assert run.returncode == 130, err
        report = json.loads(out.splitlines()[-1])
        assert report["users"]["failed"] > 0
        last, open_count = history(program)
        assert (last.ending, open_count) == ("cancelled", report["users"]["failed"])
    port = slow.tenant_url.split(":")[2].split("/")[0]
    with running_sandbox("--port", port, "--token", slow.token, *state) as again:
        converges(program, again)


def test_before_the_first_change_one_signal_is_enough(program: Program, tmp_path: Path) -> None:
    with running_sandbox("--latency-ms", "20000") as hanging:
        program(
            "new", "Other", "--users", str(tmp_path / "people.csv"), "--tenant-url", hanging.tenant_url, code=0
        )
        program.token = hanging.token
        run = subprocess.Popen(
            [sys.executable, "-m", "wizard", "run", "Other"],
            cwd=ROOT,
            env=program.whole_environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while not hanging.requests()["total"] and time.monotonic() < deadline:
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=15)
        assert run.returncode == 130
        assert "Traceback" not in err


SILENT = """
import pathlib, time
from keyring.backend import KeyringBackend
class Keyring(KeyringBackend):
    priority = 9
    def get_password(self, service, user):
        pathlib.Path(__file__).with_name("asked").touch()
        time.sleep(600)
    set_password = delete_password = get_password
Keyring.__module__ = "keyring.backends.SecretService"
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_keyring_that_never_answers_outlives_no_signal(
    program: Program, tmp_path: Path, command: str, number: signal.Signals
) -> None:
    (tmp_path / "silent.py").write_text(SILENT)
    program.token = ""
    more = {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", "PYTHON_KEYRING_BACKEND": "silent.Keyring"}
    run = subprocess.Popen(
        [sys.executable, "-m", "wizard", command, "Staff"],
        cwd=ROOT,
        env={**program.whole_environment(), **more},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "asked").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    run.send_signal(number)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, "Traceback" in err) == (130, False)


STUCK = """
import os, signal, sys, time
from wizard.cli.signals import interruptible
with interruptible():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(600)
    except KeyboardInterrupt:
        if len(sys.argv) > 1:
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(600)
"""


@pytest.mark.parametrize("again", [(), ("again",)], ids=["after a while", "at the second signal"])
def test_what_cannot_be_interrupted_is_ended(again: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", STUCK, *again]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "identity-center-wizard: interrupted.\n")


IMPORTING = """
import os, signal, sys

wanted = sys.argv.pop(1)

class SignalAt:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, SignalAt())
sys.argv[1:] = ["list"]
from wizard.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    "module",
    ["wizard.app", "wizard.cli", "wizard.cli.parser", "wizard.cli.commands.list_jobs", "wizard.storage.jobs"],
)
def test_a_signal_while_the_program_starts_shows_no_traceback(tmp_path: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING, module],
        cwd=ROOT,
        env={**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 130, done.stderr
    assert done.stderr in ("", "identity-center-wizard: interrupted.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_command_ends_on_a_signal(program: Program, tmp_path: Path, number: signal.Signals) -> None:
    with running_sandbox("--latency-ms", "20000") as hanging:
        users = str(tmp_path / "people.csv")
        program("new", "Other", "--users", users, "--tenant-url", hanging.tenant_url, code=0)
        program.token = hanging.token
        run = subprocess.Popen(
            [sys.executable, "-m", "wizard", "check", "Other"],
            cwd=ROOT,
            env=program.whole_environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while not hanging.requests()["total"] and time.monotonic() < deadline:
            time.sleep(0.02)
        run.send_signal(number)
        _, err = run.communicate(timeout=15)
        assert (run.returncode, "Traceback" in err) == (130, False)


def test_a_closed_output_pipe_ends_the_run(program: Program, sandbox: SandboxHandle) -> None:
    run = started(program, "--json")
    assert run.stdout is not None
    for _ in range(25):
        run.stdout.readline()
    run.stdout.close()
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    last, open_count = history(program)
    assert (last.ending, open_count) == ("cancelled", 0)
    assert last.counts["users"]["created"] == len(sandbox.state()["users"])
    converges(program, sandbox)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no output here that is always full")
def test_an_output_that_takes_no_more(program: Program, sandbox: SandboxHandle) -> None:
    run = started(program, "--json", out="/dev/full")
    _, err = run.communicate(timeout=60)
    assert (run.returncode, "could not be written" in err) == (2, True)
    assert history(program)[1] == 0
    run = started(program, out="/dev/full")
    _, err = run.communicate(timeout=60)
    assert (run.returncode, "report could not be written" in err) == (2, True)
    last, _ = history(program)
    assert last.ending == "done"
    converges(program, sandbox)


@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-"])
def test_closed_outputs_keep_no_verb_from_its_work(tmp_path: Path, closed: str) -> None:
    command = f"{shlex.quote(sys.executable)} -m wizard try --headless {closed}"
    environment = {**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")}
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment, timeout=120)
    assert done.returncode == 0
    assert not [line for log in (tmp_path / "home" / "logs").glob("*") for line in log.read_text().splitlines()]
