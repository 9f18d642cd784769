"""One job, one sandbox that keeps its state, and runs of the real program that may be killed at any moment."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.endurance.nursery import Child, Nursery
from tests.endurance.story import Staff
from tests.sandbox_process import NO_TLS, SandboxHandle, start_sandbox, stop

ROOT = Path(__file__).resolve().parents[2]
TOKEN = f"Endurance-{secrets.token_hex(3)}/2c9d+41=aa~0e55.of_{secrets.token_hex(3)}_only-{secrets.token_hex(4)}"
"""Every kind of character a token can have, so that each way to write it down differs from the others; another one
in each process, so that nobody finds in a command line what a neighbour's test put there."""
LONGEST_SECONDS = 300.0
ACCEPTED = ("take-over", "inherited", "ids-moved", "too-many-renames", "too-many-deletions", "too-many-removals")
"""Codes of what the story does on purpose."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run ended, and how long it took."""

    code: int
    events: tuple[dict[str, Any], ...]
    err: str
    seconds: float

    @property
    def last(self) -> dict[str, Any]:
        """The report, or whatever came last."""
        return self.events[-1] if self.events else {}


@dataclass
class Arena:
    """A folder with HOME, the company's files and the sandbox's state."""

    folder: Path
    port: int = 0
    sandbox: SandboxHandle | None = None
    outputs: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    tenant_url: str = ""
    nursery: Nursery | None = None
    """Where the program comes from; None: a fresh interpreter each time."""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def state_file(self) -> Path:
        return self.folder / "sandbox.json"

    @property
    def here(self) -> SandboxHandle:
        assert self.sandbox is not None
        return self.sandbox

    # The sandbox

    def open(self, *options: str) -> None:
        """Start the sandbox where it was before, with what it kept."""
        self.sandbox = start_sandbox(
            "--port", str(self.port), "--state", str(self.state_file), *options, token=TOKEN
        )
        self.tenant_url = self.sandbox.tenant_url
        self.port = int(self.tenant_url.split(":")[2].split("/")[0])

    def close(self) -> None:
        """End the sandbox; what it holds is in its file."""
        if self.sandbox is not None:
            stop(self.sandbox.process)
            self.sandbox = None

    def kill_sandbox(self) -> None:
        """SIGKILL, as when the machine behind it goes down; up to half a second of its acts is forgotten."""
        self.here.process.kill()
        self.close()

    def state(self) -> dict[str, Any]:
        return self.here.state()

    # What was, kept and put back

    def keep(self, name: str) -> None:
        """Keep HOME, files and target as they are under a name; the sandbox is closed for it."""
        self.close()
        place = self.folder.parent / f"kept-{name}"
        place.mkdir()
        shutil.copy(self.state_file, place)
        shutil.copytree(self.home, place / "home")

    def put_back(self, name: str) -> None:
        """Put HOME and target back as they were kept."""
        self.close()
        place = self.folder.parent / f"kept-{name}"
        shutil.rmtree(self.home)
        shutil.copytree(place / "home", self.home)
        shutil.copy(place / self.state_file.name, self.state_file)

    # The program

    def write(self, staff: Staff) -> None:
        staff.write(self.folder)

    def new_job(self, *options: str) -> None:
        files = ("--users", str(self.folder / "people.csv"), "--members", str(self.folder / "members.csv"))
        done = self.verb("new", "Staff", *files, "--tenant-url", self.tenant_url, *options)
        assert done.code == 0, done.err

    def verb(
        self,
        *arguments: str,
        watch: "Callable[[Running], bool] | None" = None,
        under: Sequence[str] = (),
    ) -> Ended:
        """Run one verb, `under` another program if need be; SIGKILL it as soon as `watch` says so.

        Output is kept for the search for secrets.
        """
        self.outputs += 1
        kept = self.folder / "outputs"
        kept.mkdir(exist_ok=True)
        out, err = kept / f"{self.outputs:04d}.out", kept / f"{self.outputs:04d}.err"
        for each in (out, err):
            each.touch()  # a forked child opens them later than `watch` may look
        began = time.monotonic()
        process = self.begin(arguments, out, err, under)
        try:
            self._attend(process, out, began, watch)
        finally:
            if process.poll() is None:
                process.kill()
            code = process.wait()
        assert code is not None
        seconds = time.monotonic() - began
        text = err.read_text(encoding="utf-8")
        assert "Traceback" not in text, text
        return Ended(code, _events(out), text, seconds)

    def begin(
        self, arguments: Sequence[str], out: Path, err: Path, under: Sequence[str] = ()
    ) -> "Child | subprocess.Popen[bytes]":
        """Start a verb, its output in two files."""
        if self.nursery is not None and not under:
            return self.nursery.start(arguments, self._environment(), out, err)
        with out.open("wb") as out_file, err.open("wb") as err_file:
            return subprocess.Popen(
                [*under, sys.executable, "-m", "wizard", *arguments],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out_file,
                stderr=err_file,
            )

    def _attend(
        self,
        process: "Child | subprocess.Popen[bytes]",
        out: Path,
        began: float,
        watch: "Callable[[Running], bool] | None",
    ) -> None:
        if watch is None:
            process.wait(LONGEST_SECONDS)
            return
        with closing(Running(self, out, began, process.send_signal)) as running:
            while process.poll() is None:
                if time.monotonic() - began > LONGEST_SECONDS:
                    raise TimeoutError("the run does not end")
                if watch(running):
                    process.send_signal(signal.SIGKILL)
                    return
                time.sleep(0.01)

    def run(
        self,
        *options: str,
        watch: "Callable[[Running], bool] | None" = None,
        under: Sequence[str] = (),
    ) -> Ended:
        """Run the verb `run`, one event a line, with take-overs and the edits of several weeks accepted."""
        accepted = [word for code in ACCEPTED for word in ("--accept", code)]
        return self.verb("run", "Staff", "--json", *accepted, *options, watch=watch, under=under)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IDENTITY_CENTER")}
        return kept | {
            "IDENTITY_CENTER_WIZARD_HOME": str(self.home),
            "IDENTITY_CENTER_WIZARD_AWS_TOKEN": TOKEN,
            **self.environment,
        }


class Running:
    """A look at a run under way, for those who want to end it at the right moment."""

    def __init__(
        self, arena: Arena, out: Path, began: float, send_signal: Callable[[int], None] = lambda _: None
    ) -> None:
        self._arena, self._out, self._began = arena, out, began
        self.send_signal = send_signal
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=5, verify=NO_TLS
        )
        self._size, self._lines = 0, 0

    def close(self) -> None:
        """Look no more."""
        self._client.close()

    @property
    def seconds(self) -> float:
        """Since the process was started."""
        return time.monotonic() - self._began

    @property
    def requests(self) -> int:
        """How many requests the sandbox has counted."""
        with suppress(httpx.HTTPError):
            return int(self._client.get(f"{self._arena.here.inspection_url}/requests").json()["total"])
        return 0

    @property
    def lines(self) -> int:
        """How many events it has printed."""
        with self._out.open("rb") as file:
            file.seek(self._size)
            fresh = file.read()
        self._size += len(fresh)
        self._lines += fresh.count(b"\n")
        return self._lines


def _events(out: Path) -> tuple[dict[str, Any], ...]:
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    return tuple(json.loads(line) for line in lines if line.endswith("\n") and line.startswith("{"))


@contextmanager
def opened(folder: Path, *options: str) -> Iterator[Arena]:
    """An arena with a sandbox and a nursery that are ended at the end."""
    arena = Arena(folder / "arena", nursery=Nursery() if hasattr(os, "fork") else None)
    arena.folder.mkdir()
    try:
        arena.open(*options)
        yield arena
    finally:
        arena.close()
        if arena.nursery is not None:
            arena.nursery.close()
