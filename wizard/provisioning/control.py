"""How a run is held: how much at once; pause, resume and cancel, from any thread."""

from threading import Lock

CONCURRENCY = 24
"""Operations under way at most. Pacing decides how many of them are really sent: enough of them must wait at its
door to make use of a quick service, and no more than a cancel can let finish."""


class RunControl:
    """What the person at the screen (or Ctrl-C) asks of a run; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._paused = False
        self._cancels = 0

    def pause(self) -> None:
        """Hand out nothing more; what is in flight finishes."""
        with self._lock:
            self._paused = True

    def resume(self) -> None:
        """Go on after a pause."""
        with self._lock:
            self._paused = False

    def cancel(self) -> None:
        """Hand out nothing more and end; a second time: do not even wait for what is in flight."""
        with self._lock:
            self._cancels += 1

    @property
    def paused(self) -> bool:
        """A pause is wished."""
        return self._paused

    @property
    def cancelled(self) -> bool:
        """The end is wished."""
        return self._cancels > 0

    @property
    def at_once(self) -> bool:
        """The end is wished without waiting."""
        return self._cancels > 1
