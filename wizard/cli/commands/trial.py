"""`try`: the sample company and a local sandbox, in the window or without it."""

import argparse

from anyio import to_thread

from wizard.cli.run_output import TextLines, print_report
from wizard.cli.shared_options import set_handler
from wizard.cli.signals import stoppable
from wizard.flow.jobs.new_job import sample_job
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.run import run_job
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode, of_report
from wizard.messages.translation import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `try`."""
    parser.add_argument("--headless", dest="opens_window", action="store_false", help=_("run without the window"))
    set_handler(parser, run_sample)


async def run_sample(_options: argparse.Namespace, services: Services) -> int:
    """Run the sample company into a sandbox; the people in it that AWS must refuse do not change the exit code."""
    address = await services.start_sandbox()
    job = sample_job(address)
    await store_token(services, job, address.token, session_only=True)
    lines = TextLines()
    try:
        with stoppable(lines.emit) as stop:
            prepared, applied = await run_job(services, job, stop.emit, frozenset(), stop.control)
        lines.close()
        print_report(applied.report, lines.rows)
    finally:
        await to_thread.run_sync(services.jobs.delete, job)
    code = of_report(applied.report)
    as_expected = code == ExitCode.SOME_FAILED and applied.report.failed == len(prepared.plan.rejected)
    return ExitCode.DONE if as_expected else code
