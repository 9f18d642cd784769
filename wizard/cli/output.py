"""Prints lines for a terminal: text from outside is escaped, commands to copy are quoted."""

import shlex
import subprocess
import sys

PROGRAM = "identity-center-wizard"


def command_line(*arguments: str) -> str:
    """A command of this program as it is typed into a shell of this system: names may hold anything."""
    words = (PROGRAM, *arguments)
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def say(text: str, *, flush: bool = False) -> None:
    """Print one line with its control characters escaped: the text may come from a directory or a server."""
    print("".join(char if char.isprintable() else _escaped(char) for char in text), flush=flush)


def _escaped(char: str) -> str:
    return {"\t": "⇥", "\n": "↵", "\r": "↵"}.get(char, f"\\u{ord(char):04x}")
