"""Process and interpreter settings: core dumps, the garbage collector, how threads take turns, skipped imports.

The numbers are measured: each function names the benchmark that shows a change.
"""

import gc
import os
import sys
import threading
import time
from contextlib import suppress
from importlib.util import find_spec


def forbid_core_dumps() -> None:
    """Write no memory image when the process crashes: it would hold the secrets. Windows has none of its own."""
    try:
        import resource
    except ImportError:
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def defer_collection() -> None:
    """Do not collect while the program starts: everything that is imported stays alive anyway.

    Measured by `tests/packaging/first_window.py`.
    """
    gc.disable()


def collect_in_small_steps() -> None:
    """Keep each garbage collection short: it stops every thread, the GUI thread too.

    A collection costs about 0.5 µs an object, several times that while a run uses both cores: 700 objects at a time stay
    below what a person notices (lateness of the event loop: `python -m tests.benchmarks.provisioning`). A directory of
    100,000 people has millions of objects and no cycles, so objects that survived two collections are examined a
    thousand times less often than Python's default: with the default, collections take a third of the time of a plan
    (`python -m tests.benchmarks.in_memory`). The objects of the program itself are never examined again.
    """
    gc.freeze()
    gc.set_threshold(700, 5, 1_000)
    gc.enable()


def skip_final_collection() -> None:
    """Exclude every object from the collection that the interpreter runs at exit."""
    gc.freeze()


def switch_threads_often() -> None:
    """Let a thread run 0.2 ms, not 5 ms, before another may take over.

    The GUI thread needs the interpreter for each event and many times while it paints; with the default it waits up to
    5 ms each time while a run computes (lateness of the event loop: `python -m tests.benchmarks.provisioning`).
    """
    sys.setswitchinterval(0.0002)


def exit_without_waiting(code: int, grace_seconds: float = 0.0) -> None:
    """End the process when a thread would keep it alive, for example one that waits for a keyring's prompt.

    grace_seconds: how long threads that are just ending may take.
    """
    waiting = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
    until = time.monotonic() + grace_seconds
    for thread in waiting:
        thread.join(max(0.0, until - time.monotonic()))
    if any(thread.is_alive() for thread in waiting):
        with suppress(OSError, ValueError):  # closed, or nobody reads it
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def skip_unused_imports() -> None:
    """Make two imports of httpx fail at once. Call it before httpx is imported.

    `httpx._main` is a terminal program: without it, `import wizard.http.client` takes 6 ms less processor time, and 35 ms
    less (88 instead of 123) where rich and pygments are installed. `sniffio` is imported by httpcore's locks six times a
    request; where it is not installed, each import searches the whole path: without the searches, 1,000 requests take
    650 ms instead of 960. Medians of eight and six pairs, measured with `time.process_time`.
    """
    skipped = ("httpx._main",) if find_spec("sniffio") else ("httpx._main", "sniffio")
    for module in skipped:
        sys.modules.setdefault(module, None)  # type: ignore[arg-type]
