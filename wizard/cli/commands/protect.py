"""`protect`: accounts and groups in AWS that no job of this computer may change."""

import argparse
import sys

from wizard.cli.output import say
from wizard.cli.shared_options import add_subcommand, set_handler
from wizard.errors import JobFileError
from wizard.flow.runs import protected
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import N_, _

_NAME_HELP = N_("user name of an account or name of a group in AWS")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `protect add`, `remove` and `list`."""
    actions = parser.add_subparsers(dest="protect_action", metavar="add|remove|list", required=True)
    add = add_subcommand(actions, "add", _("protect accounts or groups on this computer"))
    add.add_argument("names", nargs="+", metavar="NAME", help=_(_NAME_HELP))
    set_handler(add, add_names)
    remove = add_subcommand(actions, "remove", _("stop protecting accounts or groups"))
    remove.add_argument("names", nargs="+", metavar="NAME", help=_(_NAME_HELP))
    set_handler(remove, remove_names)
    list_ = add_subcommand(actions, "list", _("list the protected accounts and groups"))
    set_handler(list_, list_names)


async def add_names(options: argparse.Namespace, services: Services) -> int:
    """Add names to the protected list."""
    if not all(name.strip() for name in options.names):
        raise JobFileError("protected-name-empty")
    await protected.protect(services, options.names)
    for name in options.names:
        say(_("Protected: {name}").format(name=name.strip()))
    return ExitCode.DONE


async def remove_names(options: argparse.Namespace, services: Services) -> int:
    """Remove names from the protected list; exit 1 if one was not in it."""
    missing = await protected.stop_protecting(services, options.names)
    for name in options.names:
        text = _("Was not protected: {name}") if name in missing else _("No longer protected: {name}")
        say(text.format(name=name))
    return ExitCode.SOME_FAILED if missing else ExitCode.DONE


async def list_names(_options: argparse.Namespace, services: Services) -> int:
    """Print the protected list."""
    names = await protected.protected_names(services)
    for name in names:
        say(name)
    if not names:
        print(_("No accounts or groups are protected on this computer."), file=sys.stderr)
    return ExitCode.DONE
