"""The command line's parser, built from the command table."""

import argparse
from collections.abc import Sequence
from importlib import import_module

from wizard import __version__
from wizard.cli.columns import HelpFormatter
from wizard.cli.commands import COMMANDS
from wizard.cli.output import PROGRAM
from wizard.cli.shared_options import add_home, add_subcommand
from wizard.messages.translation import N_, Nn_, _, ngettext


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; wrong usage ends the program with exit code 2, as argparse does.

    --home may come before the command, or alone: then the window opens.
    """
    parser = build_parser(arguments)
    options = parser.parse_args(arguments)
    if options.command is None:
        if not options.home and not options.background:
            parser.error(_("enter a command"))
        options.opens_window = True
    elif "handler" not in options:
        parser.error(_("the sandbox has no data folder: remove --home"))
    return options


def build_parser(
    commands: Sequence[str] = tuple(COMMANDS), sandbox: argparse.ArgumentParser | None = None
) -> argparse.ArgumentParser:
    """Build the parser with the options of these commands; the others are listed by name only.

    commands: may hold other words, too.

    sandbox: the parser of the command `sandbox`, which the composition root dispatches.
    """
    _translate_argparse()
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=_(
            "Provision people and groups to AWS IAM Identity Center. Without a command, the window opens."
        ),
        formatter_class=HelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}", help=_("show the version and exit")
    )
    add_home(parser, default="")
    parser.add_argument(
        "--background", action="store_true", help=_("open no window, only the icon in the notification area")
    )
    subcommands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = add_subcommand(subcommands, name, _(command.help))
        if name in commands:
            import_module(f"wizard.cli.commands.{command.module}").add_arguments(subparser)
    help_text = _("start a simulated Identity Center on this computer")
    add_subcommand(subcommands, "sandbox", help_text, sandbox)
    return parser


_ARGPARSE_TEXTS = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("unrecognized arguments: %s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("not allowed with argument %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("ignored explicit argument %r"),
    Nn_("expected %s argument", "expected %s arguments"),
)
"""Texts of argparse itself, for extraction: it translates them with the functions below."""


def _translate_argparse() -> None:
    """Let argparse take its own texts from this program's catalogues; it has no public way."""
    for name, function in (("_", _), ("ngettext", ngettext)):
        setattr(argparse, name, function)
