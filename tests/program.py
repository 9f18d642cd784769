"""Runs the program's commands as scripts do, with a HOME of its own: in this process, or in one of its own."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from wizard import runtime
from wizard.app import main

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Outcome:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        """The last event: plan or report."""
        return self.events[-1]


@dataclass
class Program:
    """Runs commands with one HOME; the token travels in the environment, never as an argument."""

    home: Path
    token: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    own_process: bool = False
    """Start a process for each command, five times slower: for signals, threads, start-up and the real keyring."""

    def __call__(self, *arguments: str, stdin: str = "", code: int | None = None) -> Outcome:
        """Run one command; with `code` given, any other exit code fails with what was printed."""
        outcome = self._in_own_process(arguments, stdin) if self.own_process else self._here(arguments, stdin)
        assert "Traceback" not in outcome.err, outcome.err
        if self.token:
            assert self.token not in outcome.out + outcome.err
        assert code is None or outcome.code == code, (
            f"exit {outcome.code}\n{outcome.out[-3000:]}\n{outcome.err[-3000:]}"
        )
        return outcome

    def _in_own_process(self, arguments: Sequence[str], stdin: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "wizard", *arguments],
            cwd=ROOT,
            env=self.whole_environment(),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def _here(self, arguments: Sequence[str], stdin: str) -> Outcome:
        out, err = _Output(), _Output()
        entered = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        with (
            patch.dict(os.environ, self.whole_environment(), clear=True),
            patch.multiple(
                sys, stdin=entered, stdout=out, stderr=err, argv=["identity-center-wizard", *arguments]
            ),
            patch.multiple(runtime, collect_in_small_steps=lambda: None, skip_final_collection=lambda: None),
            _log_handlers_removed(),
        ):
            try:
                code = main(arguments)
            except SystemExit as ended:  # wrong usage, --help and --version
                code = ended.code
        assert isinstance(code, int)
        return Outcome(code, out.text, err.text)

    def whole_environment(self) -> dict[str, str]:
        """The environment variables of a command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IDENTITY_CENTER")}
        kept |= {"IDENTITY_CENTER_WIZARD_SYSTEM_LOG": "off"}
        kept |= {"IDENTITY_CENTER_WIZARD_HOME": str(self.home), **self.environment}
        if self.token:
            kept["IDENTITY_CENTER_WIZARD_AWS_TOKEN"] = self.token
        return kept


class _Output(io.TextIOWrapper):
    """Standard output or error in memory; can be read after the program has closed it."""

    def __init__(self) -> None:
        self._bytes = _Bytes()
        super().__init__(self._bytes, encoding="utf-8", newline="\n", write_through=True)

    @property
    def text(self) -> str:
        return self._bytes.getvalue().decode()


class _Bytes(io.BytesIO):
    def close(self) -> None:
        """Stay readable."""


@contextmanager
def _log_handlers_removed() -> Iterator[None]:
    """Close the log that the program has opened in its HOME."""
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        yield
    finally:
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()
