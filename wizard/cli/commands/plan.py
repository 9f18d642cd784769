"""`plan`: print what a run would change; nothing is written to AWS."""

import argparse

from wizard.cli.job_argument import find_job
from wizard.cli.output import print_json
from wizard.cli.run_output import EventLines, TextLines, print_plan, print_source_events
from wizard.cli.shared_options import add_allow_host, add_job, add_output, add_secret_files, set_handler
from wizard.flow.runs.plan import prepare
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.provisioning.report import plan_counts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `plan`."""
    add_job(parser)
    add_allow_host(parser)
    add_secret_files(parser)
    add_output(parser)
    set_handler(parser, plan)


async def plan(options: argparse.Namespace, services: Services) -> int:
    """Print the plan and return what `run` would return, as far as a plan can tell."""
    job = await find_job(options, services)
    lines = EventLines() if options.json else TextLines()
    prepared = await prepare(services, job, lines.emit)
    lines.close()
    if options.json:
        print_source_events(prepared.plan, prepared.snapshot)
        print_json({"event": "plan", **plan_counts(prepared.plan)})
    else:
        print_plan(prepared.plan, prepared.snapshot)
    if prepared.plan.concerns:
        return ExitCode.REFUSED
    return ExitCode.SOME_FAILED if prepared.plan.rejected or prepared.plan.held_back else ExitCode.DONE
