"""`revoke`: remove secrets, what was read, history and schedules of a job, or of all jobs."""

import argparse

from wizard import messages
from wizard.cli.output import complain, say
from wizard.cli.shared_options import JOB_HELP, set_handler
from wizard.errors import Message
from wizard.flow.jobs import revoke as flow
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `revoke`."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "job", nargs="?", default="", metavar="JOB", help=f"{JOB_HELP}, or the id of a job that is gone"
    )
    which.add_argument("--all", action="store_true", help="every job of this computer")
    set_handler(parser, revoke)


async def revoke(options: argparse.Namespace, services: Services) -> int:
    """Forget a job, or all; exit 1 if something could not be removed. People and groups in AWS are not touched."""
    if options.all:
        count, failed = await flow.revoke_all(services)
        say(f"Forgotten: secrets, readings, history and schedules of {count} job{'' if count == 1 else 's'}.")
    else:
        failed = await flow.revoke(services, await flow.find_id(services, options.job))
        say(f"Forgotten: secrets, readings, history and schedule of {options.job}.")
    say("Job files, and people and groups in AWS, stay as they are.")
    say(
        "The access token is valid until it is deleted in the AWS console: IAM Identity Center, Settings, Automatic"
    )
    say("provisioning, Access tokens. A client secret is deleted in the app registration, at Microsoft.")
    return _reported(failed)


def _reported(failed: tuple[Message, ...]) -> int:
    for message in failed:
        complain(f"not removed: {messages.text(message)}")
    return ExitCode.SOME_FAILED if failed else ExitCode.DONE
