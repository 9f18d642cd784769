"""Files that never answer: on a share whose server is gone, opening one waits for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from anyio import to_thread

from wizard.errors import WizardError

T = TypeVar("T")

FILE_SECONDS = 30.0
"""A share that wakes a disk or a connection up answers in less."""


async def in_time(path: str | Path, call: Callable[[], T]) -> T:
    """Call a function that touches this file; raises WizardError after `FILE_SECONDS`, and what the function raises.

    It runs in a daemon thread: one that never returns keeps neither the caller nor the end of the program waiting.
    """
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # handed to the caller
            outcome.set_exception(error)

    threading.Thread(target=work, name="file", daemon=True).start()
    try:
        return await to_thread.run_sync(outcome.result, FILE_SECONDS, abandon_on_cancel=True)
    except TimeoutError:
        if outcome.done():
            raise
    raise WizardError("file-silent", path=str(path), seconds=round(FILE_SECONDS))
