"""The bytes of a file: within a limit, and without waiting for ever for a share whose server is gone."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

from wizard.errors import WizardError
from wizard.sources.limits import FILE_LARGEST, SILENT_SECONDS

Tick = Callable[[], None]
"""Called often while a file is read; raises to end a cancelled reading."""

_CHUNK = 1 << 20
_TICK_SECONDS = 0.05


def load(path: Path, tick: Tick = lambda: None) -> bytes:
    """The whole file. Raises `WizardError` if it does not exist, is no file, is too large, or stops answering.

    It is read in a daemon thread: one that never returns keeps neither the caller nor the end of the program waiting.
    """
    arrived: SimpleQueue[bytes | WizardError | None] = SimpleQueue()
    abandoned = Event()

    def read() -> None:
        try:
            for chunk in _chunks(path):
                arrived.put(chunk)
                if abandoned.is_set():
                    return
            arrived.put(None)
        except WizardError as error:
            arrived.put(error)

    Thread(target=read, name="file", daemon=True).start()
    chunks: list[bytes] = []
    try:
        while (chunk := _next(arrived, path, tick)) is not None:
            chunks.append(chunk)
    finally:
        abandoned.set()
    data = b"".join(chunks)
    if not data or data.isspace():
        raise WizardError("file-empty", file=path.name)
    return data


def _next(arrived: "SimpleQueue[bytes | WizardError | None]", path: Path, tick: Tick) -> bytes | None:
    """The next chunk, None = the end."""
    began = time.monotonic()
    while time.monotonic() - began < SILENT_SECONDS:
        tick()
        try:
            found = arrived.get(timeout=_TICK_SECONDS)
        except Empty:
            continue
        if isinstance(found, WizardError):
            raise found
        return found
    raise WizardError("file-silent", path=str(path), seconds=round(SILENT_SECONDS))


def _chunks(path: Path) -> Iterator[bytes]:
    name = path.name
    try:
        if path.is_dir():
            raise WizardError("file-is-folder", file=name or str(path))
        size = path.stat().st_size
        if not path.is_file():
            raise WizardError("file-is-special", file=name)
        with path.open("rb") as file:
            done = 0
            while size <= FILE_LARGEST and (chunk := file.read(_CHUNK)):
                yield chunk
                done += len(chunk)
                size = max(size, done)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WizardError("file-not-there", file=name, folder=str(path.absolute().parent)) from error
    except PermissionError as error:
        raise WizardError("file-not-accessible", file=name) from error
    except OSError as error:
        raise WizardError("file-unreadable", file=name, reason=error.strerror or "") from error
    if size > FILE_LARGEST:
        raise WizardError("file-too-large", file=name, size_bytes=size, limit_bytes=FILE_LARGEST)
