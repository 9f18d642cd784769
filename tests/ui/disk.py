"""Notices what the GUI thread asks of disk and network, where a share that does not answer would stop the window."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

WIZARD = str(Path(__file__).resolve().parents[2] / "wizard") + os.sep
_EVENTS: Final = frozenset(
    {
        "open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.chmod", "os.utime",
        "shutil.rmtree", "tempfile.mkstemp", "tempfile.mkdtemp", "sqlite3.connect", "socket.connect",
        "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.posix_spawn", "os.fork",
    }
)  # fmt: skip
_CALLS: Final = ("stat", "lstat", "access", "readlink")
"""Functions of `os` that raise no audit event."""
_ALLOWED: Final = ("wizard/assets.py", "wizard/ui/theme/icons.py", "wizard/sandbox_process.py")
"""Icons of the program, each once; the sandbox is stopped when the program ends."""
_listeners: list[Callable[[str, object], None]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _listeners and event in _EVENTS:
        for listener in tuple(_listeners):
            listener(event, arguments[0] if arguments else "")


_heard: list[bool] = []


@contextmanager
def touches() -> Iterator[list[str]]:
    """Collect them: what was asked for, and from which line. Imports do not count: there are few, and each is once."""
    found: list[str] = []
    gui = threading.current_thread()

    def note(what: str, of: object) -> None:
        if threading.current_thread() is not gui:
            return
        ours, importing = _frames(sys._getframe(1))
        if ours and not importing and not ours[0].startswith(_ALLOWED):
            found.append(f"{what} {of} in {ours[0]}")

    if not _heard:
        _heard.append(True)
        sys.addaudithook(_hear)  # it cannot be removed
    real = {name: getattr(os, name) for name in _CALLS}

    def noting(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            note(f"os.{name}", arguments[0] if arguments else "")
            return real[name](*arguments, **more)

        return call

    _listeners.append(note)
    for name in _CALLS:
        setattr(os, name, noting(name))
    try:
        yield found
    finally:
        for name in _CALLS:
            setattr(os, name, real[name])
        _listeners.remove(note)


def _frames(frame: FrameType | None) -> tuple[list[str], bool]:
    """The lines of the program that led here, the last one first; and whether a module is being imported."""
    ours = []
    while frame is not None:
        file = frame.f_code.co_filename
        if "importlib" in file or "shibokensupport" in file:  # PySide reads the source of each imported module
            return ours, True
        if file.startswith(WIZARD):
            ours.append(f"wizard/{Path(file.removeprefix(WIZARD)).as_posix()}:{frame.f_lineno}")
        frame = frame.f_back
    return ours, False
