"""The real program with a stopwatch: since the process was started, and since its first word."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KIB_PER_MIB = 1024 * 1024 if sys.platform == "darwin" else 1024
"""What `ru_maxrss` counts, in a MiB."""


@dataclass
class Timed:
    """One run and its times."""

    code: int
    seconds: float
    """Of the whole process."""
    seconds_at_work: float
    """From its first event to its end: without the interpreter's start and our imports."""
    events: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    throttled: int = 0
    most_in_flight: int = 0
    cpu_seconds: float = 0.0
    peak_mib: float = 0.0
    """The most memory that the process held."""

    @property
    def summary(self) -> str:
        """Requests and times."""
        return f"{self.requests:,} requests, {self.seconds:.1f} s ({self.seconds_at_work:.2f} s beyond start)"

    def counts(self, kind: str, name: str) -> int:
        """One number of the report."""
        number = self.events[-1][kind][name] if self.events else -1
        return int(number)


@dataclass
class TimedProgram:
    """Runs verbs with one HOME."""

    home: Path
    token: str

    def __call__(self, *arguments: str) -> Timed:
        """Run one verb and note when its first line came."""
        environment = {
            **os.environ,
            "IDENTITY_CENTER_WIZARD_HOME": str(self.home),
            "IDENTITY_CENTER_WIZARD_AWS_TOKEN": self.token,
        }
        began, lines = time.perf_counter(), []
        with subprocess.Popen(
            [sys.executable, "-m", "wizard", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as process:
            assert process.stdout is not None
            first = 0.0
            for line in process.stdout:
                first = first or time.perf_counter()
                lines.append(line)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        ended = time.perf_counter()
        events = [json.loads(line) for line in lines if line.startswith("{")]
        done = Timed(process.returncode, ended - began, ended - (first or ended), events)
        done.cpu_seconds, done.peak_mib = used.ru_utime + used.ru_stime, used.ru_maxrss / KIB_PER_MIB
        return done


def window_lines() -> list[str]:
    """The rows that `tests.benchmarks.provisioning` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.provisioning"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if line.startswith(("first run", "nothing changed"))]
