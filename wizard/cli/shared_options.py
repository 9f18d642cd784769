"""Options that several commands have, and how a command names its handler."""

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from wizard.cli.columns import HelpFormatter
from wizard.errors import JobFileError
from wizard.messages.translation import N_, _

JOB_HELP = N_("the name of a saved job, or the path of a .json file")

Handler = Callable[..., Awaitable[int]]
"""Called with the parsed options and, unless it needs none, the services; returns the exit code."""


def set_handler(parser: argparse.ArgumentParser, handler: Handler, *, needs_services: bool = True) -> None:
    """Let `handler` carry out the command of this parser, and give it the options of every command."""
    parser.set_defaults(handler=handler, needs_services=needs_services)
    add_home(parser, default=argparse.SUPPRESS)  # else it would replace one that was given before the command


def add_home(parser: argparse.ArgumentParser, default: str) -> None:
    """Add --home."""
    parser.add_argument(
        "--home", default=default, metavar="FOLDER", help=_("use another folder for jobs and journals")
    )


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
        name,
        help=help_text,
        add_help=options is None,
        parents=[options] if options else [],
        formatter_class=HelpFormatter,
    )
    parser.set_defaults(summary=help_text)
    return parser


def add_job(parser: argparse.ArgumentParser, help_text: str = "") -> None:
    """Add the positional argument JOB."""
    parser.add_argument("job", metavar="JOB", help=help_text or _(JOB_HELP))


def add_allow_host(parser: argparse.ArgumentParser) -> None:
    """Add --allow-host."""
    parser.add_argument(
        "--allow-host",
        default="",
        metavar="HOST",
        help=_("send data and the access token to this host, which is not an AWS host; saved on this computer"),
    )


def add_accept(parser: argparse.ArgumentParser) -> None:
    """Add --accept CODE, which may be repeated."""
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CODE",
        help=_("accept a warning by its code; can be repeated"),
    )


def add_secret_files(parser: argparse.ArgumentParser) -> None:
    """Add --aws-token-file and --entra-secret-file; `find_job` reads the files."""
    secrets = parser.add_argument_group(_("secrets from files"), _("instead of the keyring"))
    secrets.add_argument(
        "--aws-token-file",
        type=Path,
        metavar="FILE",
        help=_("read the access token from a file that only you can read"),
    )
    secrets.add_argument(
        "--entra-secret-file",
        type=Path,
        metavar="FILE",
        help=_("read the client secret, or the passphrase of the private key, from a file that only you can read"),
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add --json and --full."""
    parser.add_argument("--json", action="store_true", help=_("print one JSON event per line"))
    parser.add_argument("--full", action="store_true", help=_("ignored, for compatibility with older scripts"))


def add_reading_options(parser: argparse.ArgumentParser) -> "argparse._ArgumentGroup":
    """Add the options that say how files are read; `reading_options` returns those that were given."""
    files = parser.add_argument_group(_("reading files"))
    files.add_argument(
        "--column",
        action="append",
        metavar="NAME=ATTRIBUTE",
        help=_("map a column to an attribute; NAME= ignores the column; can be repeated"),
    )
    files.add_argument("--identity", metavar="NAME", help=_("column with the unique ID"))
    files.add_argument("--groups-column", metavar="NAME", help=_("column with group names"))
    files.add_argument("--sheet", metavar="NAME", help=_("sheet of the workbook"))
    files.add_argument("--heading-row", type=int, metavar="N", help=_("row with the column headings"))
    files.add_argument("--encoding", metavar="NAME", help=_("encoding of text files: utf-8, cp1252, cp1250, …"))
    files.add_argument(
        "--enabled-values",
        metavar="LIST",
        help=_("status values that mean enabled, separated by commas; (empty) for an empty cell"),
    )
    files.add_argument(
        "--disabled-values",
        metavar="LIST",
        help=_("status values that mean disabled; by default, all other values"),
    )
    return files


def reading_options(options: argparse.Namespace) -> dict[str, Any]:
    """Return the fields of `SourceChoice` that `add_reading_options` gave; raises JobFileError for a wrong --column."""
    found: dict[str, Any] = {
        "identity": options.identity and options.identity.strip(),
        "groups_column": options.groups_column and options.groups_column.strip(),
        "sheet": options.sheet,
        "heading_row": options.heading_row,
        "encoding": options.encoding and options.encoding.strip(),
        "enabled_values": _values(options.enabled_values),
        "disabled_values": _values(options.disabled_values),
        "columns": _columns(options.column),
    }
    return {name: value for name, value in found.items() if value is not None}


def _columns(pairs: list[str] | None) -> tuple[tuple[str, str], ...] | None:
    for each in pairs or ():
        if "=" not in each:
            raise JobFileError("column-without-attribute", column=each)
    parts = [each.rpartition("=") for each in pairs or ()]
    return tuple((heading.strip(), attribute.strip()) for heading, _sign, attribute in parts) or None


def _values(listed: str | None) -> tuple[str, ...] | None:
    """The values of a list; "(empty)" stays, for a reader of the job file."""
    return None if listed is None else tuple(part.strip() for part in listed.split(",") if part.strip())
