"""`health`: whether jobs run as they should, for people and for monitoring."""

import argparse
import json
from datetime import UTC, datetime

from wizard.cli.output import say
from wizard.cli.shared_options import set_handler
from wizard.flow.alerts.alerts import send_due_of_all
from wizard.flow.runs.states import JobHealth, all_health, as_json, health_of
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode

_CODES = {"healthy": ExitCode.DONE, "attention": ExitCode.SOME_FAILED, "quarantined": ExitCode.LOCKED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `health`."""
    parser.add_argument(
        "job", metavar="JOB", nargs="?", default="", help="its name, id or file; every job if left out"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per job")
    parser.add_argument("--alert", action="store_true", help="send what is due through the job's alert channels")
    set_handler(parser, show_health)


async def show_health(options: argparse.Namespace, services: Services) -> int:
    """Print what is to be known about one job or all; exit code 0 healthy, 1 attention, 6 quarantine."""
    now = datetime.now(UTC)
    found = (await health_of(services, options.job, now),) if options.job else await all_health(services, now)
    for each in found:
        if options.json:
            say(json.dumps(as_json(each), ensure_ascii=False))
        else:
            _print(each)
    if options.alert:
        await send_due_of_all(services, tuple(each.job for each in found if each.job is not None))
    if not found and not options.json:
        say("No job is saved yet.")
    return max((_CODES[each.state] for each in found), default=ExitCode.DONE)


def _print(found: JobHealth) -> None:
    for finding in found.health.findings:
        say(f"{found.name}: {finding.title.rstrip('.')}. {finding.text}".rstrip())
