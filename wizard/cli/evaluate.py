"""The verb `evaluate`: what an expression gives for attributes named on the command line."""

import argparse
import sys
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.cli import codes
from wizard.flow.mapping import expressions

if TYPE_CHECKING:
    from wizard.flow.services import Services


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """What may stand behind `evaluate`."""
    verb.add_argument("expression", metavar="EXPRESSION", help='as Entra writes it: Append([mail], ".test")')
    verb.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="an attribute's value; may be repeated, one that is not set is NULL",
    )
    verb.add_argument("--domain", default="", metavar="D", help="the tenant's default domain, for DefaultDomain()")


async def evaluate(options: argparse.Namespace, _services: "Services | None" = None) -> int:
    """Print the value on one line. Exit 2 where the expression cannot be read, 1 where it gives no value."""
    values = expressions.settings(options.settings)
    try:
        line = await to_thread.run_sync(expressions.evaluate, options.expression, values, options.domain)
    except expressions.NoValue as error:
        print(f"identity-center-wizard: {error}", file=sys.stderr)
        return codes.SOME_FAILED
    print(line)
    return codes.DONE
