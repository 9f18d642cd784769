"""What the window's thread, and whoever else, was at whenever the window's loop was late: a histogram of stacks."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from traceback import StackSummary, walk_stack
from types import FrameType

LATE_SECONDS = 0.015
SAMPLE_SECONDS = 0.003


class Watchdog:
    """Looks at every thread while a beat is late. A sample is one look; about three milliseconds of lateness."""

    def __init__(self, last_beat: Callable[[], float]) -> None:
        """`last_beat` tells when the loop lived last, in seconds of `time.perf_counter`."""
        self.seen: Counter[str] = Counter()
        self.beside: Counter[str] = Counter()
        self._last_beat = last_beat
        self._window = threading.get_ident()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def told(self, most: int = 12) -> str:
        """Both histograms, the most seen first; begins anew."""
        lines = []
        for name, seen in (("the window's thread", self.seen), ("the others meanwhile", self.beside)):
            lines.append(f"  {name}: {seen.total()} samples")
            lines += [f"  {count:>6} {where}" for where, count in seen.most_common(most)]
            seen.clear()
        return "\n".join(lines)

    def _watch(self) -> None:
        while True:
            time.sleep(SAMPLE_SECONDS)
            if time.perf_counter() - self._last_beat() < LATE_SECONDS:
                continue
            for thread, frame in sys._current_frames().items():
                if thread == self._window:
                    self.seen[_where(frame)] += 1
                elif thread != threading.get_ident():
                    self.beside[_where(frame)] += 1


def _where(frame: FrameType, deep: int = 5) -> str:
    """The innermost frames of our own code, the outermost of them first, and the line the thread is at."""
    stack = StackSummary.extract(walk_stack(frame), lookup_lines=False, limit=60)
    ours = [f"{f.filename.rsplit('/wizard/')[-1]}:{f.lineno} {f.name}" for f in stack if "/wizard/" in f.filename]
    top = stack[0]
    place = f"{'/'.join(top.filename.split('/')[-2:])}:{top.lineno} {top.name}"
    return " > ".join([*reversed(ours[:deep]), place] if "/wizard/" not in top.filename else reversed(ours[:deep]))
