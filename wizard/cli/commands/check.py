"""`check`: read the directory and test the connection to AWS."""

import argparse

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import say
from wizard.cli.run_output import print_remarks, print_test
from wizard.cli.shared_options import add_allow_host, add_job, add_secret_files, set_handler
from wizard.errors import WizardError
from wizard.flow.directory.reading import nobody_read, read_directory
from wizard.flow.microsoft.credentials import check_from_both
from wizard.flow.runs.connection import run_connection_test
from wizard.flow.runs.quarantine import lift_after_test
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages import Noun, counted
from wizard.messages.translation import _
from wizard.provisioning.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `check`."""
    add_job(parser)
    add_allow_host(parser)
    add_secret_files(parser)
    set_handler(parser, check)


async def check(options: argparse.Namespace, services: Services) -> int:
    """Test both ends of the job. A passed test lifts a quarantine for refused access."""
    job = await find_job(options, services)
    snapshot = await read_directory(services, job)
    people, groups = counted(len(snapshot.users), Noun.PERSON), counted(len(snapshot.groups), Noun.GROUP)
    say(_("Directory: {people} and {groups}.").format(people=people, groups=groups))
    for column in snapshot.status:
        for value in column.values:
            meaning = {True: _("enabled"), False: _("disabled"), None: _("unknown")}[value.enabled]
            line = _("  {column}: {value} = {meaning} ({count:,})")
            text = value.text or _("(empty)")
            say(line.format(column=column.heading, value=text, meaning=meaning, count=value.count))
    for note in (*snapshot.notes, *((snapshot.unsure,) if snapshot.unsure else ())):
        say(_("Note: {note}").format(note=messages.text(note)))
    print_remarks(snapshot.problems, most=len(snapshot.problems))
    nobody = nobody_read(job, snapshot)
    if nobody is not None:
        raise WizardError(nobody)
    if job.engine == "entra":
        return await _check_both(job, services)
    result = await run_connection_test(services, job)
    print_test(result)
    if result.passed and await lift_after_test(services, job):
        say(_("The quarantine of this job has ended."))
    return ExitCode.DONE if result.passed else ExitCode.NO_ACCESS


async def _check_both(job: Job, services: Services) -> int:
    """Test AWS from here and from Microsoft, whose service provisions the job: what Microsoft reaches counts."""
    tested = await check_from_both(services, job)
    print_test(tested.here)
    say(messages.text(tested.message))
    return ExitCode.DONE if tested.outcome in ("both", "only-microsoft") else ExitCode.NO_ACCESS
