"""A process that has imported the program and forks for each verb: a real process to kill, without half a second of imports.

python -m tests.endurance.nursery (spoken to by `Nursery` over its standard input and output)
"""

import importlib
import json
import os
import pkgutil
import random
import selectors
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import wizard

ROOT = Path(__file__).resolve().parents[2]
_APART = ("wizard.ui", "wizard.graph", "wizard.sandbox", "wizard.__main__")


class Child:
    """A verb under way, in the shape of `subprocess.Popen`."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or minus the number of the signal that ended it; None = still running."""
        return self.wait(0)

    def wait(self, seconds: float | None = None) -> int | None:
        """The same, after so many seconds at most."""
        if self._code is None:
            answer = self._nursery.answer(seconds)
            self._code = None if answer is None else int(answer["ended"])
        return self._code

    def send_signal(self, number: int) -> None:
        """End it, or whatever the signal means; as with a `Popen`, one that has just ended is left alone."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """Starts verbs, one at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.endurance.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._selector = selectors.DefaultSelector()
        assert self._process.stdout is not None
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], out: Path, err: Path) -> Child:
        """Run the program with these arguments; its output goes to two files."""
        assert self._process.stdin is not None
        asked = {"arguments": arguments, "environment": environment, "out": str(out), "err": str(err)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        answer = self.answer(None)
        assert answer is not None
        return Child(self, int(answer["pid"]))

    def answer(self, seconds: float | None) -> dict[str, Any] | None:
        """What it says next; None = nothing in so many seconds."""
        assert self._process.stdout is not None
        if not self._selector.select(seconds):
            return None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """No further verbs."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._selector.close()
        if self._process.stdout is not None:
            self._process.stdout.close()


def _import_all() -> None:
    for found in pkgutil.walk_packages(wizard.__path__, "wizard.", onerror=lambda _: None):
        if not found.name.startswith(_APART):
            importlib.import_module(found.name)


def _become(asked: Mapping[str, Any]) -> int:
    """In the child: be the program, from its first line to its exit code."""
    for number, place in ((1, asked["out"]), (2, asked["err"])):
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.environ.clear()
    os.environ.update(asked["environment"])
    random.seed()
    from wizard.app import main

    try:
        return main(asked["arguments"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


def _serve() -> None:
    _import_all()
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = _become(asked)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        print(json.dumps({"pid": pid}), flush=True)
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"ended": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    _serve()
