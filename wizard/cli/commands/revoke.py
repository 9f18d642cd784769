"""`revoke`: remove secrets, what was read, history and schedules of a job, or of all jobs."""

import argparse

from wizard import messages
from wizard.cli.output import complain, say
from wizard.cli.shared_options import set_handler
from wizard.errors import Message
from wizard.flow.jobs import revoke as flow
from wizard.flow.schedules.schedules import of_administrator
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _, ngettext


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `revoke`."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "job",
        nargs="?",
        default="",
        metavar="JOB",
        help=_("the name of a saved job, the path of a .json file, or the ID of a deleted job"),
    )
    which.add_argument("--all", action="store_true", help=_("all jobs on this computer"))
    set_handler(parser, revoke)


async def revoke(options: argparse.Namespace, services: Services) -> int:
    """Forget a job, or all; exit 1 if something could not be removed. People and groups in AWS are not touched."""
    if options.all:
        count, failed = await flow.revoke_all(services)
        text = ngettext(
            "Removed the secrets, saved data, history, and schedule of {n:,} job.",
            "Removed the secrets, saved data, history, and schedules of {n:,} jobs.",
            count,
        )
        say(text.format(n=count))
        if (left := await of_administrator()) is not None:
            say(messages.text(left))
    else:
        failed = await flow.revoke(services, await flow.find_id(services, options.job))
        say(_("Removed the secrets, saved data, history, and schedule of {job}.").format(job=options.job))
    say(_("Job files, and people and groups in AWS, were not changed."))
    say(_("Files that you saved elsewhere and lines in the system's log were not removed."))
    say(
        _(
            "Access tokens stay valid until you delete them in the AWS console: IAM Identity Center > Settings > "
            "Identity source > Actions > Manage provisioning."
        )
    )
    say(_("Client secrets stay valid until you delete them in the app registration."))
    return _reported(failed)


def _reported(failed: tuple[Message, ...]) -> int:
    for message in failed:
        complain(_("not removed: {reason}").format(reason=messages.text(message)))
    return ExitCode.SOME_FAILED if failed else ExitCode.DONE
