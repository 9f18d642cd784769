"""The program as scripts use it: a process of its own, with a HOME of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Outcome:
    """How one verb ended."""

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
    """Runs verbs with one HOME; the token travels in the environment, never as an argument."""

    home: Path
    token: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str = "", code: int | None = None) -> Outcome:
        """Run one verb; with `code` given, any other exit code fails with what was printed."""
        done = subprocess.run(
            [sys.executable, "-m", "wizard", *arguments],
            cwd=ROOT,
            env=self._environment(),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        outcome = Outcome(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in outcome.err, outcome.err
        if self.token:
            assert self.token not in outcome.out + outcome.err
        assert code is None or outcome.code == code, (
            f"exit {outcome.code}\n{outcome.out[-3000:]}\n{outcome.err[-3000:]}"
        )
        return outcome

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IDENTITY_CENTER")}
        kept |= {"IDENTITY_CENTER_WIZARD_HOME": str(self.home), **self.environment}
        if self.token:
            kept["IDENTITY_CENTER_WIZARD_AWS_TOKEN"] = self.token
        return kept
