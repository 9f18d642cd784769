"""Reading a secret from a person or a pipe."""

import getpass
import sys

from wizard.cli.output import one_line


def ask_secret(prompt: str) -> str:
    """Read a secret from the terminal without showing it, or a line of standard input; "" where there is none. Blocks.

    Windows PowerShell writes a byte order mark before what it pipes.
    """
    if sys.stdin is None:  # closed by who started the program (`<&-`)
        return ""
    try:
        if sys.stdin.isatty():
            return getpass.getpass(one_line(prompt))
        return sys.stdin.readline().removeprefix("\ufeff")
    except EOFError:  # Ctrl-D
        return ""
