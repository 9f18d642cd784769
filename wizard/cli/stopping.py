"""What ends a run from outside: Ctrl-C, a system that ends programs, an output that takes no more."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from wizard.errors import WizardError
from wizard.provisioning.control import RunControl
from wizard.provisioning.events import PhaseBegan, RunEvent

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Ctrl-C; a shutdown or a scheduler's patience; the terminal that was closed; the like on Windows."""


class Stopping:
    """Ends a run in two phases: what is under way is finished first, a second sign is at once.

    The events pass through here, so that a listener who fails never breaks a run off in its midst.
    """

    def __init__(self, emit: Callable[[RunEvent], None]) -> None:
        self.control = RunControl()
        self._emit = emit
        self._lost: OSError | None = None
        self._begun = False

    def emit(self, event: RunEvent) -> None:
        """Hand one event on; an output that cannot be written cancels the run, and is not written any more."""
        if isinstance(event, PhaseBegan) and event.phase == "write":
            self._begun = True
        if self._lost is not None:
            return
        try:
            self._emit(event)
        except OSError as error:
            self._lost = error
            self.control.cancel()

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """A signal came. Before the first change there is nothing to finish."""
        if not self._begun or self.control.at_once:
            raise KeyboardInterrupt
        self.control.cancel()
        words = "Stopping: what is under way is finished first. Press Ctrl-C again to stop at once."
        with suppress(OSError, ValueError):  # the terminal may be gone
            print(f"\n{'Stopping at once.' if self.control.at_once else words}", file=sys.stderr)

    def tell_lost(self) -> None:
        """Raise what the output's failure means, if it failed: the run itself is noted in the history."""
        with told("The output could not be written, so the run was stopped"):
            if self._lost is not None:
                raise self._lost


@contextmanager
def told(title: str) -> Iterator[None]:
    """What is printed within tells of a run that is over: where it cannot be printed, the run is noted all the same."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WizardError(
            title,
            f"The system says: {error.strerror}. What was under way was finished, and the history of the job tells "
            "what was done. Make room, or name another place for the output.",
        ) from None


@contextmanager
def stoppable(emit: Callable[[RunEvent], None]) -> Iterator[Stopping]:
    """Take the signals while the block lasts; raises at its end where the output was lost."""
    stopping = Stopping(emit)
    known = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.signal(number, stopping.interrupt) for number in known}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    stopping.tell_lost()
