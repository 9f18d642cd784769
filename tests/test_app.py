"""What the program does before the window or a command begins, and when it ends."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.program import ROOT, Program
from wizard import app
from wizard.sandbox_process import SandboxProcess
from wizard.secret import take_secrets

SECRETS = {
    "IDENTITY_CENTER_WIZARD_AWS_TOKEN": "t0ken-Qz7",
    "IDENTITY_CENTER_WIZARD_ENTRA_SECRET": "s3cret-Qz7",
    "CREDENTIALS_DIRECTORY": "/run/credentials/unit-Qz7",
}


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[None]:
    home = {"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home"), "HTTPS_PROXY": "http://proxy:3128"}
    with patch.dict(os.environ, {**SECRETS, **home}):
        yield


def test_secrets_leave_the_environment_and_reach_the_stores(environment: None) -> None:
    seen: list[Mapping[str, str]] = []

    def command(_arguments: object, environ: Mapping[str, str]) -> int:
        seen.append(environ)
        return 0

    with patch.object(app, "_run_command", command):
        app.main(["check", "Staff"])
    assert SECRETS.items() <= seen[0].items()
    assert not SECRETS.keys() & os.environ.keys()
    assert os.environ["HTTPS_PROXY"] == "http://proxy:3128"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the environment of a process in /proc")
def test_the_sandbox_inherits_no_secret(environment: None) -> None:
    take_secrets(os.environ)
    sandbox = SandboxProcess()
    try:
        sandbox.start()
        assert sandbox._process is not None
        inherited = Path(f"/proc/{sandbox._process.pid}/environ").read_bytes()
    finally:
        sandbox.stop()
    assert b"HTTPS_PROXY=" in inherited
    assert b"Qz7" not in inherited


def test_a_trial_does_not_use_a_token_of_the_environment(tmp_path: Path) -> None:
    Program(tmp_path / "home", "not-of-the-sandbox")("try", "--headless", code=0)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit")
def test_no_core_dump_is_written() -> None:
    code = (
        "import resource, subprocess, sys\nfrom wizard import app\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)\n"
        "app.main(['evaluate', '1'])\nprint(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "0"
