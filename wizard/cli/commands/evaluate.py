"""`evaluate`: the value of an expression for attributes named on the command line."""

import argparse

from anyio import to_thread

from wizard import messages
from wizard.cli.output import complain
from wizard.cli.shared_options import set_handler
from wizard.flow.mapping import expressions
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evaluate`."""
    parser.add_argument(
        "expression",
        metavar="EXPRESSION",
        help=_('an expression in the syntax of Entra ID, such as Append([mail], ".test")'),
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help=_("set the value of an attribute; can be repeated; attributes without a value are NULL"),
    )
    parser.add_argument(
        "--domain", default="", metavar="D", help=_("default domain of the tenant, for DefaultDomain()")
    )
    set_handler(parser, evaluate, needs_services=False)


async def evaluate(options: argparse.Namespace) -> int:
    """Print the value on one line. Exit 2 if the expression cannot be parsed, 1 if it has no value."""
    values = expressions.parse_settings(options.settings)
    try:
        line = await to_thread.run_sync(expressions.evaluate, options.expression, values, options.domain)
    except expressions.NoValue as error:
        complain(messages.text(error))
        return ExitCode.SOME_FAILED
    print(line)
    return ExitCode.DONE
