"""A stretch of work in which Python does not look for circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """For pure work over a whole directory: it makes millions of objects and no circle, and looking takes a tenth.

    What others leave in circles meanwhile is found afterwards, at the usual pace.
    """
    if not gc.isenabled():  # a test's choice, or another plan's: it is theirs to end
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
