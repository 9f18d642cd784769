"""Samples the stacks of all threads while the event loop of the window is late."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from traceback import StackSummary, walk_stack
from types import FrameType

LATE_SECONDS = 0.015
SAMPLE_SECONDS = 0.003


class StallSampler:
    """Counts where the threads are while a beat of the loop is late; one sample is about three milliseconds."""

    def __init__(self, last_beat: Callable[[], float]) -> None:
        """`last_beat` returns the time of the loop's last beat, in seconds of `time.perf_counter`."""
        self._gui: Counter[str] = Counter()
        self._others: Counter[str] = Counter()
        self._last_beat = last_beat
        self._gui_thread = threading.get_ident()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def report(self, most: int = 12) -> str:
        """Both histograms, most frequent first; clears them."""
        lines = []
        for name, counts in (("GUI thread", self._gui), ("other threads", self._others)):
            lines.append(f"  {name}: {counts.total()} samples")
            lines += [f"  {count:>6} {where}" for where, count in counts.most_common(most)]
            counts.clear()
        return "\n".join(lines)

    def _sample(self) -> None:
        while True:
            time.sleep(SAMPLE_SECONDS)
            if time.perf_counter() - self._last_beat() < LATE_SECONDS:
                continue
            for thread, frame in sys._current_frames().items():
                if thread == self._gui_thread:
                    self._gui[_where(frame)] += 1
                elif thread != threading.get_ident():
                    self._others[_where(frame)] += 1


def _where(frame: FrameType, depth: int = 5) -> str:
    """The innermost frames of our code, outermost first, then the line that runs."""
    stack = StackSummary.extract(walk_stack(frame), lookup_lines=False, limit=60)
    ours = [f"{f.filename.rsplit('/wizard/')[-1]}:{f.lineno} {f.name}" for f in stack if "/wizard/" in f.filename]
    top = stack[0]
    place = f"{'/'.join(top.filename.split('/')[-2:])}:{top.lineno} {top.name}"
    return " > ".join(
        [*reversed(ours[:depth]), place] if "/wizard/" not in top.filename else reversed(ours[:depth])
    )
