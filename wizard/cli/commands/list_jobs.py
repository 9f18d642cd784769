"""`list`: the saved jobs with their state."""

import argparse

from wizard.cli.output import say
from wizard.cli.shared_options import set_handler
from wizard.flow.jobs.saved_jobs import list_jobs
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `list`."""
    set_handler(parser, list_saved_jobs)


async def list_saved_jobs(_options: argparse.Namespace, services: Services) -> int:
    """Print the name, directory, target and state of each job, the last one that ran first; then unusable files."""
    jobs = sorted(await list_jobs(services), key=lambda job: job.broken)  # stable: within each, as listed
    for job in jobs:
        if job.broken:
            say(f"Not usable: {job.name}: {job.state}")
            continue
        last = f", last run {job.last_run[:16].replace('T', ' ')} UTC" if job.last_run else ""
        say(f"{job.name}: {job.summary}. {job.state.rstrip('.')}{last}.")
    if not jobs:
        say("No job is saved yet.")
    return ExitCode.DONE
