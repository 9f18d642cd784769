"""Output for a terminal: what it would obey is escaped, whatever prints it; commands to copy are quoted."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from wizard import messages
from wizard.errors import Message

PROGRAM = "identity-center-wizard"


def command_line(*arguments: str) -> str:
    """A command of this program as it is typed into a shell of this system: names may hold anything."""
    words = (PROGRAM, *arguments)
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def say(text: str, *, flush: bool = False) -> None:
    """Print one line; a tab or a line break in it is shown as a sign."""
    print(one_line(text), flush=flush)


def complain(text: str) -> None:
    """Print why a command failed, to standard error. Further lines are indented: they may be a server's words.

    Raises nothing where standard error cannot be written: the exit code must not depend on it.
    """
    with suppress(OSError, ValueError):
        print(f"{PROGRAM}: {text.rstrip()}".replace("\n", "\n    "), file=sys.stderr)


def print_json(values: Mapping[str, object]) -> None:
    """Print one line of JSON."""
    print(json.dumps(values, ensure_ascii=False), flush=True)


def message_json(message: Message | None) -> dict[str, object]:
    """The message in a line of `--json`: its words, and its code and arguments for scripts; all empty without one."""
    if message is None:
        return {"title": "", "advice": "", "code": "", "args": {}}
    return {"title": messages.title(message), "advice": messages.advice(message), **message.as_json()}


_SPACES = "\u00a0\u202f"
"""No-break spaces, as French has them before a colon."""


def escaped(text: str, allowed: str = "\n\t" + _SPACES) -> str:
    """Return the text with an escape in place of each control character, direction mark and half character.

    The escapes are those of JSON, so that a line of JSON stays one with the same values.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in allowed else _escape(char) for char in text)


def one_line(text: str) -> str:
    """As `escaped`, also of tabs and line breaks."""
    return escaped(text, _SPACES)


def _escape(char: str) -> str:
    sign = {"\t": "⇥", "\n": "↵", "\r": "↵"}.get(char)
    if sign is not None:
        return sign
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


class OutputError(OSError):
    """Standard output or standard error cannot be written: its disk is full, for example."""


class EscapedOutput:
    """A text stream that escapes its input: names, refusals and addresses come from outside.

    Not an `io.TextIOBase`: that closes itself, and so the stream below, when it is no longer used.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        """Takes text as it is."""

    def write(self, text: str, /) -> int:
        """Write the text; a character that the stream's encoding does not have is escaped, too. Raises OutputError."""
        safe = escaped(text)
        with _output_errors():
            try:
                self.stream.write(safe)
            except UnicodeEncodeError:
                self.stream.write("".join(char if self._has(char) else _escape(char) for char in safe))
        return len(text)

    def flush(self) -> None:
        """Write what the stream holds back; raises OutputError."""
        with _output_errors():
            self.stream.flush()

    def writelines(self, lines: Iterable[str], /) -> None:
        """Write each of the texts."""
        for line in lines:
            self.write(line)

    def _has(self, char: str) -> bool:
        try:
            char.encode(self.stream.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def _output_errors() -> Iterator[None]:
    """Tell a failure of the output from one of the files that a command reads. A reader that is gone is none."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from None


@contextmanager
def escaped_outputs() -> Iterator[None]:
    """Escape everything that is written to standard output and standard error in the block, by any module."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (EscapedOutput(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def clear_line(output: TextIO) -> None:
    """Clear the line of a terminal, to write it again."""
    stream = output.stream if isinstance(output, EscapedOutput) else output
    stream.write("\r\x1b[K")
