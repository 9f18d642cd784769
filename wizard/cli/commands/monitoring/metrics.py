"""`metrics`: a text file with the state of all jobs, for the textfile collector of node_exporter."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from wizard.cli.output import say
from wizard.cli.shared_options import set_handler
from wizard.flow.alerts.metrics import keep_writing, write_metrics
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _, ngettext


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `metrics`."""
    parser.add_argument(
        "file",
        type=_path,
        metavar="FILE",
        help=_("the file to write, for example /var/lib/node_exporter/icw.prom"),
    )
    after = parser.add_mutually_exclusive_group()
    after.add_argument(
        "--after-runs", action="store_true", help=_("also write the file after each run on this computer")
    )
    after.add_argument("--not-after-runs", action="store_true", help=_("stop writing the file after each run"))
    set_handler(parser, write_file)


async def write_file(options: argparse.Namespace, services: Services) -> int:
    """Write the file once, and after each run where that was asked for; raises WizardError."""
    path = options.file
    jobs = await write_metrics(services, path, datetime.now(UTC))
    if options.after_runs or options.not_after_runs:
        await keep_writing(services, path if options.after_runs else None)
    text = ngettext("Wrote {path} with {n:,} job.", "Wrote {path} with {n:,} jobs.", jobs)
    say(text.format(path=path, n=jobs))
    return ExitCode.DONE


def _path(text: str) -> Path:
    return Path(text).expanduser()
