"""The command line's parser, built from the command table."""

import argparse
from collections.abc import Sequence

from wizard import __version__
from wizard.cli.commands import COMMANDS
from wizard.cli.output import PROGRAM
from wizard.cli.shared_options import add_home, add_subcommand


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; wrong usage ends the program with exit code 2, as argparse does.

    --home may stand before the command, or alone: then the window opens.
    """
    parser = build_parser(arguments)
    options = parser.parse_args(arguments)
    if options.command is None:
        if not options.home:
            parser.error("the following arguments are required: VERB")
        options.opens_window = True
    elif "handler" not in options:
        parser.error("sandbox has no data folder: leave --home out")
    return options


def build_parser(
    commands: Sequence[str] = tuple(COMMANDS), sandbox: argparse.ArgumentParser | None = None
) -> argparse.ArgumentParser:
    """Build the parser with the options of these commands; the others are listed by name only.

    commands: may hold other words, too.

    sandbox: the parser of the command `sandbox`, which the composition root dispatches.
    """
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Provision people and groups into AWS IAM Identity Center. Without a verb the window opens.",
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}", help="which version this is"
    )
    add_home(parser, default="")
    subcommands = parser.add_subparsers(dest="command", metavar="VERB")
    for name, command in COMMANDS.items():
        subparser = add_subcommand(subcommands, name, command.help)
        if name in commands:
            command.load().add_arguments(subparser)
    help_text = "an Identity Center of your own on this computer, to try things out"
    add_subcommand(subcommands, "sandbox", help_text, sandbox)
    return parser
