"""`export`: write a job for another computer, without secrets and confirmed hosts."""

import argparse
from pathlib import Path

from wizard.cli.job_argument import find_job
from wizard.cli.output import command_line, say
from wizard.cli.shared_options import add_job, set_handler
from wizard.flow.jobs import transfer
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `export`."""
    add_job(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help=_("the file to create"))
    set_handler(parser, export)


async def export(options: argparse.Namespace, services: Services) -> int:
    """Write the job as it was last reviewed, and say what the file does not hold."""
    job = await find_job(options, services)
    path = services.jobs.path_of(job.id)
    target: Path = options.file
    await transfer.export_job(services, str(path), target)
    say(
        _("Exported {job} to {path}. Secrets and confirmed hosts are not included.").format(
            job=job.name, path=target
        )
    )
    say(_("On the other computer, run: {command}").format(command=command_line("import", target.name)))
    return ExitCode.DONE
