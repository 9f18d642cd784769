"""A sandbox as a process of its own, for the tests of every room."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody and is never used: everything is on loopback. Loading the system's certificates would take its time."""


@dataclass(frozen=True, slots=True)
class SandboxHandle:
    """A running sandbox: where it is, what opens it, and a look inside."""

    tenant_url: str
    token: str
    process: subprocess.Popen[str]

    @property
    def inspection_url(self) -> str:
        """Where the paths that AWS does not have begin."""
        return self.tenant_url.rsplit("/", 3)[0] + "/_sandbox"

    def client(self) -> httpx.Client:
        """A plain client with the token; relative paths begin at the tenant URL."""
        return httpx.Client(
            base_url=self.tenant_url,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
            trust_env=False,
            verify=NO_TLS,
        )

    def state(self) -> dict[str, Any]:
        """Everything it keeps, and what was asked; see wizard/sandbox/__init__.py."""
        return self._inspect("GET", "state")

    def requests(self) -> dict[str, Any]:
        """What was asked, without people and groups."""
        return self._inspect("GET", "requests")

    def reset_counters(self) -> None:
        """Set the counters to zero."""
        self._inspect("POST", "reset-counters")

    def renew_token(self) -> None:
        """Let a token that the fault token-expiry has spent work again."""
        self._inspect("POST", "renew-token")

    def second_token(self) -> str:
        """Make a second token beside the first, as in the AWS console; return it."""
        return str(self._inspect("POST", "second-token")["token"])

    def delete_first_token(self) -> None:
        """Delete the first token, as in the AWS console."""
        self._inspect("POST", "delete-first-token")

    def _inspect(self, method: str, name: str) -> dict[str, Any]:
        with self.client() as client:
            answer = client.request(method, f"{self.inspection_url}/{name}").raise_for_status()
            return answer.json() if answer.content else {}


def start_sandbox(*options: str, token: str | None = None) -> SandboxHandle:
    """Start a sandbox and wait until it listens; the caller ends it by closing its standard input."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    environment.pop("IDENTITY_CENTER_SANDBOX_TOKEN", None)
    if token is not None:
        environment["IDENTITY_CENTER_SANDBOX_TOKEN"] = token
    process = subprocess.Popen(
        [sys.executable, "-m", "wizard.sandbox", "--until-eof", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline().split(": ", 1) for _ in range(2)]
    if [line[0] for line in lines] != ["tenant-url", "token"]:
        stop(process)
        raise AssertionError(f"the sandbox did not start: {lines}")
    return SandboxHandle(lines[0][1].strip(), lines[1][1].strip(), process)


def stop(process: subprocess.Popen[str]) -> int:
    """End a sandbox by the end of its standard input; returns its exit code."""
    assert process.stdin is not None
    assert process.stdout is not None
    if not process.stdin.closed:
        process.stdin.close()
    try:
        return process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(10)
    finally:
        process.stdout.close()


@contextmanager
def running_sandbox(*options: str, token: str | None = None) -> Iterator[SandboxHandle]:
    """A sandbox with these command-line options, ended when the block ends."""
    sandbox = start_sandbox(*options, token=token)
    try:
        yield sandbox
    finally:
        stop(sandbox.process)
