"""The command line's parser, built from the command table."""

import argparse
from collections.abc import Sequence

from wizard import __version__
from wizard.cli.commands import COMMANDS
from wizard.cli.output import PROGRAM
from wizard.cli.shared_options import add_subcommand


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; wrong usage ends the program with exit code 2, as argparse does."""
    return build_parser(arguments[:1]).parse_args(arguments)


def build_parser(
    commands: Sequence[str] = tuple(COMMANDS), sandbox: argparse.ArgumentParser | None = None
) -> argparse.ArgumentParser:
    """Build the parser with the options of these commands; the others are listed by name only.

    sandbox: the parser of the command `sandbox`, which the composition root dispatches.
    """
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Provision people and groups into AWS IAM Identity Center. Without a verb the window opens.",
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}", help="which version this is"
    )
    subcommands = parser.add_subparsers(dest="command", metavar="VERB", required=True)
    for name, command in COMMANDS.items():
        subparser = add_subcommand(subcommands, name, command.help)
        if name in commands:
            command.load().add_arguments(subparser)
    help_text = "an Identity Center of your own on this computer, to try things out"
    add_subcommand(subcommands, "sandbox", help_text, sandbox)
    return parser
