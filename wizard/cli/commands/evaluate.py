"""`evaluate`: the value of an expression for attributes named on the command line."""

import argparse

from anyio import to_thread

from wizard import messages
from wizard.cli.output import complain
from wizard.cli.shared_options import set_handler
from wizard.flow.mapping import expressions
from wizard.flow.support.exit_codes import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evaluate`."""
    parser.add_argument("expression", metavar="EXPRESSION", help='as Entra writes it: Append([mail], ".test")')
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="an attribute's value; may be repeated, one that is not set is NULL",
    )
    parser.add_argument(
        "--domain", default="", metavar="D", help="the tenant's default domain, for DefaultDomain()"
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
