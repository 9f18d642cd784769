"""Runs one verb and turns how it ended into an exit code."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import anyio

from wizard.cli import evaluate, schedule
from wizard.cli.codes import INTERRUPTED, UNEXPECTED, exit_code
from wizard.cli.options import parser
from wizard.errors import WizardError

if TYPE_CHECKING:
    from wizard.flow.services import Services


def main(arguments: Sequence[str], services: Callable[[str], "Services"]) -> int:
    """Carry out the verb; sentences for a person go to standard error, results to standard output.

    `services` takes the folder that the command line names for jobs and journals, "" = the usual one.
    """
    options = parser().parse_args(arguments)
    try:
        if options.verb == "evaluate":  # it needs neither jobs nor keyring
            return anyio.run(evaluate.evaluate, options)
        return anyio.run(_verb, options, services(getattr(options, "home", "")))
    except WizardError as error:
        print(f"identity-center-wizard: {error}", file=sys.stderr)
        return exit_code(error)
    except KeyboardInterrupt:
        print("identity-center-wizard: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us went away; there is nobody left to tell
        return INTERRUPTED
    except Exception as error:  # nobody expected it: the trace goes to the log, a sentence to the person
        from wizard.flow.support.fault_log import note_fault

        where = note_fault(error, getattr(options, "home", ""))
        print(f"identity-center-wizard: something unexpected happened. {where}", file=sys.stderr)
        return UNEXPECTED


async def _verb(options: argparse.Namespace, services: "Services") -> int:
    from wizard.cli import verbs

    if options.verb == "new":
        return await verbs.new(options, services)
    if options.verb == "check":
        return await verbs.check(options, services)
    if options.verb == "plan":
        return await verbs.plan(options, services)
    if options.verb == "run":
        return await verbs.run(options, services)
    if options.verb == "schedule":
        return await schedule.schedule(options, services)
    if options.verb == "sign-in":
        return await verbs.sign_in(options, services)
    if options.verb == "secret":
        return await verbs.secret_set(options, services)
    if options.verb == "about":
        return await verbs.about(options, services)
    return await verbs.try_headless(services)
