"""`run`: plan and carry out the plan at once, as schedules do."""

import argparse
from collections.abc import Sequence

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import complain, print_json, say
from wizard.cli.run_output import EventLines, TextLines, print_notes, print_plan, print_report, print_source_events
from wizard.cli.shared_options import add_allow_host, add_job, add_output, add_secret_files, set_handler
from wizard.cli.signals import output_of_finished_run, stoppable
from wizard.errors import WizardError
from wizard.flow.runs.run import run_job
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode, of_error, of_report
from wizard.messages.translation import _
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.plan import ASKED_CODES, CONCERN_CODES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `run`."""
    add_job(parser)
    add_allow_host(parser)
    add_secret_files(parser)
    add_output(parser)
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CODE[=NAME]",
        help=_("accept a warning by its code; take-over and inherited also for a single NAME; can be repeated"),
    )
    set_handler(parser, run)


async def run(options: argparse.Namespace, services: Services) -> int:
    """Plan and apply; a concern that no --accept names ends it with exit code 3. Raises WizardError."""
    _check_codes(options.accept)
    job = await find_job(options, services)
    lines = EventLines() if options.json else TextLines()
    with stoppable(lines.emit) as stop:
        try:
            accepted = frozenset(options.accept)
            prepared, applied = await run_job(services, job, stop.emit, accepted, stop.control)
        except ConcernOpen as refused:
            lines.close()
            if options.json:
                print_json({"event": "report", **refused.counts})
                complain(messages.text(refused))
                return of_error(refused)  # not raised: the report is the last line, and names the concerns
            print_plan(refused.plan)
            raise
    with output_of_finished_run("report-not-written"):
        lines.close()
        if options.json:
            print_source_events(prepared.plan, prepared.snapshot)
            print_json({"event": "report", **applied.report.as_json()})
        else:
            print_report(applied.report, lines.rows)
            print_notes(prepared.plan, prepared.snapshot)
            for held in (held for held in prepared.plan.held_back if not held.is_asked):
                say(_("Waiting: {name}: {reason}.").format(name=held.label, reason=messages.title(held)))
    code = of_report(applied.report)
    return ExitCode.SOME_FAILED if code == ExitCode.DONE and prepared.plan.held_back else code


def _check_codes(accepted: Sequence[str]) -> None:
    for each in accepted:
        code, named, _name = each.partition("=")
        if code not in ASKED_CODES and (code not in CONCERN_CODES or named):
            raise WizardError("accept-unknown", given=each, codes=(*CONCERN_CODES, *ASKED_CODES))
