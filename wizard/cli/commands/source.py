"""`source`: show how a job reads its files, or change it."""

import argparse

from anyio import to_thread

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import say
from wizard.cli.shared_options import add_job, add_reading_options, reading_options, set_handler
from wizard.errors import JobFileError
from wizard.flow.directory.change_source import change_source
from wizard.flow.jobs.new_job import existing_file
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages import Noun, counted
from wizard.provisioning.job import SourceChoice

_AUTOMATIC = "automatic"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `source`."""
    parser.description = (
        "Without options, print how the job reads its files. An empty value makes an option automatic again, such as "
        '--encoding ""; --members "" means no members file.'
    )
    add_job(parser)
    parser.add_argument("--users", metavar="FILE", help="another file with people")
    parser.add_argument("--members", metavar="FILE", help="another file with pairs of group and member")
    parser.add_argument(
        "--reset", action="store_true", help="first drop every earlier choice about columns and reading"
    )
    add_reading_options(parser)
    set_handler(parser, source)


async def source(options: argparse.Namespace, services: Services) -> int:
    """Read the files as the options say, and save the job only if that gives people; raises JobLocked, WizardError."""
    job = await find_job(options, services)
    if job.source.kind != "file":
        raise JobFileError("directory-not-in-files", job=job.name)
    changes = reading_options(options)
    for field, file in (("users_file", options.users), ("members_file", options.members)):
        if file is not None:
            changes[field] = await to_thread.run_sync(existing_file, file)
    if not changes and not options.reset:
        _print(job.source)
        return ExitCode.DONE
    changed, snapshot = await change_source(services, job, changes, start_over=options.reset)
    _print(changed.source)
    for note in snapshot.notes:
        say(f"Note: {messages.text(note)}")
    people, groups = counted(len(snapshot.users), Noun.PERSON), counted(len(snapshot.groups), Noun.GROUP)
    say(f"The directory can be read: {people}, {groups}.")
    say(f"Saved {changed.name}." if changed.source != job.source else "Nothing was changed.")
    return ExitCode.DONE


def _print(choice: SourceChoice) -> None:
    say(f"people: {choice.users_file}")
    say(f"members: {choice.members_file or 'none'}")
    for heading, attribute in choice.columns:
        say(f"column: {heading} = {attribute or '(left out)'}")
    say(f"identity: {choice.identity or _AUTOMATIC}")
    say(f"groups column: {choice.groups_column or _AUTOMATIC}")
    say(f"sheet: {choice.sheet or _AUTOMATIC}")
    say(f"heading row: {choice.heading_row or _AUTOMATIC}")
    say(f"encoding: {choice.encoding or _AUTOMATIC}")
    say(f"enabled values: {', '.join(choice.enabled_values) or _AUTOMATIC}")
    say(f"disabled values: {', '.join(choice.disabled_values) or _AUTOMATIC}")
