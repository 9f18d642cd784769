"""`health`: whether jobs run as they should, for people and for monitoring."""

import argparse
from datetime import UTC, datetime

from wizard.cli.output import print_json, say
from wizard.cli.shared_options import set_handler
from wizard.flow.alerts.alerts import send_due_of_all
from wizard.flow.runs.states import JobHealth, all_health, as_json, health_of
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _

_CODES = {"healthy": ExitCode.DONE, "attention": ExitCode.SOME_FAILED, "quarantined": ExitCode.LOCKED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `health`."""
    parser.add_argument(
        "job", metavar="JOB", nargs="?", default="", help=_("name, ID, or file of a job; all jobs by default")
    )
    parser.add_argument("--json", action="store_true", help=_("print one JSON object per job"))
    parser.add_argument("--alert", action="store_true", help=_("also send alerts that are due"))
    set_handler(parser, show_health)


async def show_health(options: argparse.Namespace, services: Services) -> int:
    """Print the health of one job or all; exit code 0 healthy, 1 attention, 6 quarantine."""
    now = datetime.now(UTC)
    found = (await health_of(services, options.job, now),) if options.job else await all_health(services, now)
    for each in found:
        if options.json:
            print_json(as_json(each, now))
        else:
            _print(each)
    if options.alert:
        await send_due_of_all(services, tuple(each.job for each in found if each.job is not None))
    if not found and not options.json:
        say(_("There are no saved jobs. Create one in the window or with `new`."))
    return max((_CODES[each.state] for each in found), default=ExitCode.DONE)


def _print(found: JobHealth) -> None:
    for finding in found.health.findings:
        text = _("{job}: {title}. {text}").format(
            job=found.name, title=finding.title.rstrip("."), text=finding.text
        )
        say(text.rstrip())
