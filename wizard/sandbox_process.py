"""Starts and stops the local sandbox: this program as a second process with the arguments `sandbox`."""

import sys
import threading
from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.flow.services import SandboxAddress

if TYPE_CHECKING:
    import subprocess

_START_SECONDS = 20.0
_GREETING_LINES = 6
"""Lines `name: value` that the sandbox prints when it is ready: see `wizard.sandbox` and `wizard.sandbox.entra`."""
_CREATE_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0
"""Without this flag Windows opens a console window for the sandbox."""


class SandboxProcess:
    """The one sandbox of this program. Started on first use, ended with the program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._address: SandboxAddress | None = None

    def start(self) -> SandboxAddress:
        """Return the address of the running sandbox; starts it if necessary. Blocks; raises WizardError."""
        import subprocess  # not at the top: this module is imported before the first window

        with self._lock:
            if self._address is None or self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(  # noqa: S603 - our own program with fixed arguments
                    sandbox_command(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    creationflags=_CREATE_NO_WINDOW,
                )
                self._address = _read_address(self._process)
            return self._address

    def stop(self) -> None:
        """End the sandbox by closing its standard input; kill it after 5 seconds."""
        with self._lock:
            if self._process is None:
                return
            import subprocess  # loaded by `start`

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
    """Return the command line of the sandbox, for the frozen program and for a run from source."""
    from wizard.storage.schedules.program import console_program  # not at the top: the first window does without

    frozen = bool(getattr(sys, "frozen", False))
    program = [console_program(sys.executable)] if frozen else [sys.executable, "-m", "wizard"]
    return [*program, "sandbox", "--until-eof", "--entra"]


def _read_address(process: "subprocess.Popen[str]") -> SandboxAddress:
    assert process.stdout is not None
    watchdog = threading.Timer(_START_SECONDS, process.kill)
    watchdog.start()
    try:
        values = dict(process.stdout.readline().rstrip("\n").split(": ", 1) for _ in range(_GREETING_LINES))
        return SandboxAddress(
            values["tenant-url"], values["token"], values["graph-url"], values["authority"], values["client-id"]
        )
    except (KeyError, ValueError):
        raise WizardError("sandbox-not-started") from None
    finally:
        watchdog.cancel()
