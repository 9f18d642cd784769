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
from wizard.messages.formats import comma_list
from wizard.messages.translation import _, pgettext
from wizard.provisioning.job import SourceChoice


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `source`."""
    parser.description = _(
        "Without options, show how the job reads its files. An empty value makes an option automatic again, for example "
        '--encoding ""; --members "" removes the members file.'
    )
    add_job(parser)
    parser.add_argument("--users", metavar="FILE", help=_("another file with people"))
    parser.add_argument("--members", metavar="FILE", help=_("another file with the members of groups"))
    parser.add_argument("--reset", action="store_true", help=_("reset all options first"))
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
        say(_("Note: {note}").format(note=messages.text(note)))
    people, groups = counted(len(snapshot.users), Noun.PERSON), counted(len(snapshot.groups), Noun.GROUP)
    say(_("Directory: {people} and {groups}.").format(people=people, groups=groups))
    saved = _("Saved {job}.").format(job=changed.name)
    say(saved if changed.source != job.source else _("No changes to save."))
    return ExitCode.DONE


def _print(choice: SourceChoice) -> None:
    columns = [(heading, attribute or _("(ignored)")) for heading, attribute in choice.columns]
    lines = [
        (_("people"), choice.users_file),
        (_("members"), choice.members_file or pgettext("file", "none")),
        *((_("column"), f"{heading} = {attribute}") for heading, attribute in columns),
        (_("unique ID"), choice.identity),
        (_("groups column"), choice.groups_column),
        (_("sheet"), choice.sheet),
        (_("heading row"), str(choice.heading_row or "")),
        (_("encoding"), choice.encoding),
        (_("enabled values"), comma_list(choice.enabled_values)),
        (_("disabled values"), comma_list(choice.disabled_values)),
    ]
    for name, value in lines:
        say(_("{name}: {value}").format(name=name, value=value or _("automatic")))
