"""Options that several commands have, and how a command names its handler."""

import argparse
from collections.abc import Awaitable, Callable

JOB_HELP = "a saved job's name, or a path ending in .json"

Handler = Callable[..., Awaitable[int]]
"""Called with the parsed options and, unless it needs none, the services; returns the exit code."""


def set_handler(parser: argparse.ArgumentParser, handler: Handler, *, needs_services: bool = True) -> None:
    """Let `handler` carry out the command of this parser, and give it the options of every command."""
    parser.set_defaults(handler=handler, needs_services=needs_services)
    add_home(parser, default=argparse.SUPPRESS)  # else it would replace one that was given before the command


def add_home(parser: argparse.ArgumentParser, default: str) -> None:
    """Add --home."""
    parser.add_argument("--home", default=default, metavar="FOLDER", help="another folder for jobs and journals")


def add_subcommand(
    subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_text: str,
    options: argparse.ArgumentParser | None = None,
) -> argparse.ArgumentParser:
    """Add a command with one line of help, and the options of another parser.

    The man page reads the line from the default `summary`: argparse has no public way to ask for it.
    """
    parser = subcommands.add_parser(
        name, help=help_text, add_help=options is None, parents=[options] if options else []
    )
    parser.set_defaults(summary=help_text)
    return parser


def add_job(parser: argparse.ArgumentParser) -> None:
    """Add the positional argument JOB."""
    parser.add_argument("job", metavar="JOB", help=JOB_HELP)


def add_allow_host(parser: argparse.ArgumentParser) -> None:
    """Add --allow-host."""
    parser.add_argument(
        "--allow-host",
        default="",
        metavar="HOST",
        help="send people and the token to this host, which is not AWS's; this computer remembers it",
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add --json and --full."""
    parser.add_argument("--json", action="store_true", help="one event per line on standard output")
    parser.add_argument("--full", action="store_true", help="accepted for older scripts: every run reads AWS")
