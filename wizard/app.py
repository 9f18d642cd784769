"""The composition root: builds the stores, then opens the window or runs a verb; knows every room."""

import gc
import os
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.flow.values import SandboxAddress

if TYPE_CHECKING:
    import subprocess

    from wizard.flow.actions import Actions

_SANDBOX_START_SECONDS = 20.0
_GREETING_LINES = 6
"""Identity Center and tenant of Entra ID: see `wizard.sandbox.entra`."""
_NO_CONSOLE = 0x08000000 if sys.platform == "win32" else 0
"""CREATE_NO_WINDOW: a sandbox started from the window shows no black one beside it."""


def main(arguments: Sequence[str]) -> int:
    """The program: no verb (or `try` without --headless) opens the window; returns the exit code."""
    if arguments and arguments[0] == "sandbox":
        from wizard.sandbox import main as sandbox

        return sandbox(arguments[1:])
    if not arguments or list(arguments) == ["try"]:
        gc.disable()  # until the first page stands: what is imported stays anyhow
        return _window(trial=bool(arguments))
    collect_in_small_bites()
    _speak_to_somebody()
    from wizard.cli import main as verb

    sandboxes = Sandboxes()
    try:
        return verb(arguments, lambda home: actions_of(sandboxes, home))
    finally:
        sandboxes.end()
        gc.freeze()  # the interpreter would look through everything once more before it ends


def _speak_to_somebody() -> None:
    """Whoever starts a verb may close its outputs (`2>&-`): then what is said there is said to nobody."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the program


def collect_in_small_bites() -> None:
    """Look for cycles among few objects at a time: nothing else runs meanwhile, the window neither.

    A look costs about half a microsecond for each object, and while a run has both cores several times that: seven
    hundred at a time keep it below what a window feels. A directory of 100,000 is millions of them and not one
    cycle, so what has stood two looks is left alone: Python's own pace would go through all of it again and again, a
    third of the time that a plan takes. What the program is made of is not looked at again at all.
    """
    gc.freeze()
    gc.set_threshold(700, 5, 1_000)
    gc.enable()


def give_way_often() -> None:
    """Let the window have the interpreter within a fifth of a millisecond, not five, while a run makes use of it.

    The window asks for it anew with each event, and many times while it paints.
    """
    sys.setswitchinterval(0.0002)


def _window(trial: bool) -> int:
    from wizard.storage.appearance import appearance, keep_appearance
    from wizard.storage.paths import Home
    from wizard.ui.app import Start, open_window

    give_way_often()
    sandboxes = Sandboxes()
    home = Home.locate()
    start = Start(
        make_actions=lambda: actions_of(sandboxes),
        trial=trial,
        theme=appearance(home),
        keep_theme=lambda choice: keep_appearance(home, choice),
        ready=collect_in_small_bites,
    )
    try:
        code = open_window(start)
    finally:
        sandboxes.end()
    _leave_threads_behind(code)
    return code


def _leave_threads_behind(code: int) -> None:
    """A thread may still wait for a keyring's question nobody answers; the window is gone, so is the program."""
    waiting = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
    if waiting:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def actions_of(sandboxes: "Sandboxes", named_home: str = "") -> "Actions":
    """Built where it is first needed, on the worker: it opens folders and imports what the first window does without.

    `named_home` beats what the environment says.
    """
    from wizard.flow.actions import Actions
    from wizard.flow.directory.entra_session import EntraAccess
    from wizard.flow.support.fault_log import open_log
    from wizard.storage.entra_secrets import EntraSecrets
    from wizard.storage.jobs import JobStore
    from wizard.storage.paths import HOME_VARIABLE, Home
    from wizard.storage.secrets import Secrets

    home = Home.open({HOME_VARIABLE: named_home} if named_home else None)
    open_log(home)
    return Actions(home, JobStore(home), Secrets(), sandboxes.start, EntraAccess(home, EntraSecrets()))


class Sandboxes:
    """The sandbox process of this program: started when it is first asked for, ended with the program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._address: SandboxAddress | None = None

    def start(self) -> SandboxAddress:
        """The address of the running sandbox; starts one if there is none. Blocks; raises WizardError."""
        import subprocess  # here, not above: the first window opens without it

        with self._lock:
            if self._address is None or self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(  # noqa: S603 - our own program with fixed arguments
                    sandbox_command(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    creationflags=_NO_CONSOLE,
                )
                self._address = _address(self._process)
            return self._address

    def end(self) -> None:
        """Close its standard input: that is its sign to end."""
        with self._lock:
            if self._process is None:
                return
            import subprocess  # there already, for it was started

            if self._process.stdin:
                self._process.stdin.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()
            self._process = self._address = None


def sandbox_command() -> list[str]:
    """How this program starts itself as a sandbox, from source and frozen alike."""
    from wizard.storage.schedules.program import console_program

    frozen = bool(getattr(sys, "frozen", False))
    program = [console_program(sys.executable)] if frozen else [sys.executable, "-m", "wizard"]
    return [*program, "sandbox", "--until-eof", "--entra"]


def _address(process: "subprocess.Popen[str]") -> SandboxAddress:
    assert process.stdout is not None
    watchdog = threading.Timer(_SANDBOX_START_SECONDS, process.kill)
    watchdog.start()
    try:
        found = dict(process.stdout.readline().rstrip("\n").split(": ", 1) for _ in range(_GREETING_LINES))
        return SandboxAddress(
            found["tenant-url"], found["token"], found["graph-url"], found["authority"], found["client-id"]
        )
    except (KeyError, ValueError):
        raise WizardError(
            "The sandbox did not start",
            "It is a program of its own on this computer. Try again; nothing was changed.",
        ) from None
    finally:
        watchdog.cancel()
