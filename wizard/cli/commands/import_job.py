"""`import`: save a job that `export` or Export this job… wrote on another computer."""

import argparse
import sys
from functools import partial
from pathlib import Path

from wizard.cli.output import one_line, say
from wizard.cli.shared_options import set_handler
from wizard.flow.jobs import transfer
from wizard.flow.jobs.first_opening import described
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.flow.support.patience import in_time
from wizard.messages.translation import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `import`."""
    parser.add_argument("file", metavar="FILE", type=Path, help=_("a job file created by `export`"))
    set_handler(parser, import_job)


async def import_job(options: argparse.Namespace, services: Services) -> int:
    """Save the job as a new one; say what it would do and where, and what has to be entered here."""
    job = await in_time(str(options.file), partial(services.jobs.copy_of, options.file))
    for line in described(job):
        print(one_line(line), file=sys.stderr)
    saved = await transfer.import_job(services, job)
    say(_("Imported {job}. Still needed on this computer:").format(job=saved.job.name))
    for line in await transfer.to_enter(saved.job):
        say(f"  {line}")
    return ExitCode.DONE
