"""What stops a command from outside: Ctrl-C, a shutdown, a closed terminal, an output that cannot be written."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from wizard.cli.output import complain
from wizard.errors import WizardError
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _

if TYPE_CHECKING:
    from wizard.provisioning.events import RunEvent

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Ctrl-C; shutdown, or a scheduler's timeout; a closed terminal; Ctrl-Break on Windows."""


_LAST_SECONDS = 3.0
"""A call that never returns (a network folder, a keyring) may keep an interrupted command so long."""


class _Ending:
    """Ends the command on a signal: at first in order, then at once."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def handle(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Raise KeyboardInterrupt, and end the process a moment later or at the next signal."""
        if self._timer is not None:
            self._end_now()
        self._timer = threading.Timer(_LAST_SECONDS, self._end_now)
        self._timer.daemon = True
        self._timer.start()
        raise KeyboardInterrupt

    def close(self) -> None:
        """The command has ended in order."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @staticmethod
    def _end_now() -> None:
        with suppress(OSError, ValueError):
            complain(_("interrupted."))
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(ExitCode.INTERRUPTED)


_ending = _Ending()


@contextmanager
def interruptible() -> Iterator[None]:
    """Let each signal that ends a program raise KeyboardInterrupt in the block, and end it whatever it waits for."""
    with _handled_by(_ending.handle):
        try:
            yield
        finally:
            _ending.close()


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals so in the block. In another thread than the first nothing can be set, and nothing happens."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


class Stopping:
    """Stops a run in two phases: the first signal lets operations in flight finish, the second does not.

    The events of the run pass through `emit`, so that a failing listener never interrupts the run.
    """

    def __init__(self, emit: "Callable[[RunEvent], None]") -> None:
        from wizard.provisioning.events import RunControl  # 25 ms that only a run needs

        self.control = RunControl()
        self._emit = emit
        self._output_error: OSError | None = None
        self._writes = False
        """The run has begun to write to AWS."""

    def emit(self, event: "RunEvent") -> None:
        """Pass one event on; the first one that cannot be written cancels the run, and none is passed on after it."""
        from wizard.provisioning.events import PhaseBegan

        if isinstance(event, PhaseBegan) and event.phase == "write":
            self._writes = True
        if self._output_error is not None:
            return
        try:
            self._emit(event)
        except OSError as error:
            self._output_error = error
            self.control.cancel()

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal. Before the first write there is nothing to finish."""
        if not self._writes or self.control.at_once:
            _ending.handle()
        self.control.cancel()
        if self.control.at_once:
            words = _("Stopping immediately.")
        else:
            words = _("Stopping after the changes in progress. Press Ctrl-C again to stop immediately.")
        with suppress(OSError, ValueError):  # the terminal may be gone
            print(f"\n{words}", file=sys.stderr)

    def raise_output_error(self) -> None:
        """Raise the error of the output, if there was one; the run itself is in the history."""
        with output_of_finished_run("output-not-written"):
            if self._output_error is not None:
                raise self._output_error


@contextmanager
def output_of_finished_run(code: str) -> Iterator[None]:
    """Turn an error of the output into a WizardError that says where the finished run is recorded."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WizardError(code, why=error.strerror) from None


@contextmanager
def stoppable(emit: "Callable[[RunEvent], None]") -> Iterator[Stopping]:
    """Handle signals while the block runs; at its end, raise the error of the output if there was one."""
    stopping = Stopping(emit)
    with _handled_by(stopping.interrupt):
        yield stopping
    stopping.raise_output_error()
