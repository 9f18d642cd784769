"""Reading a secret from a person or a pipe."""

import getpass
import sys

from wizard.cli.output import one_line


def ask_secret(prompt: str) -> str:
    """Read a secret from the terminal without showing it, or a line of standard input. Blocks.

    Windows PowerShell writes a byte order mark before what it pipes.
    """
    return getpass.getpass(one_line(prompt)) if sys.stdin.isatty() else sys.stdin.readline().removeprefix("\ufeff")
