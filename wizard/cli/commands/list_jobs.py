"""`list`: the saved jobs with their state."""

import argparse

from wizard.cli.output import say
from wizard.cli.shared_options import set_handler
from wizard.flow.jobs.saved_jobs import list_jobs
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.formats import day_and_time
from wizard.messages.translation import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `list`."""
    set_handler(parser, list_saved_jobs)


async def list_saved_jobs(_options: argparse.Namespace, services: Services) -> int:
    """Print the name, directory, target and state of each job, the last one that ran first; then unusable files."""
    jobs = sorted(await list_jobs(services), key=lambda job: job.broken)  # stable: within each, as listed
    for job in jobs:
        if job.broken:
            say(_("Cannot be used: {job}: {reason}").format(job=job.name, reason=job.state))
            continue
        state = job.state.rstrip(".")
        text = (
            _("{job}: {summary}. {state}, last run {time}.") if job.last_run else _("{job}: {summary}. {state}.")
        )
        say(text.format(job=job.name, summary=job.summary, state=state, time=day_and_time(job.last_run)))
    if not jobs:
        say(_("There are no saved jobs. Create one in the window or with `new`."))
    return ExitCode.DONE
