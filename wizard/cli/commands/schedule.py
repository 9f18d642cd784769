"""`schedule`: show what would be installed, add, remove, list; print what an administrator sets up."""

import argparse
from pathlib import Path

from anyio import to_thread

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import say
from wizard.cli.shared_options import add_job, add_subcommand, set_handler
from wizard.errors import JobFileError, Message, WizardError
from wizard.flow.runs.connection import check_host
from wizard.flow.schedules import schedules
from wizard.flow.schedules.texts import (
    INTERVALS,
    USUAL,
    Installed,
    Offer,
    SystemSetup,
    TokenPlace,
    every,
    problems,
)
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.formats import day_and_time, either
from wizard.messages.translation import _
from wizard.provisioning.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `schedule show`, `add`, `remove` and `list`."""
    actions = parser.add_subparsers(dest="schedule_action", metavar="show|add|remove|list", required=True)
    show = add_subcommand(actions, "show", _("show the installed schedule and what `add` would install"))
    _add_choices(show)
    show.add_argument(
        "--system",
        action="store_true",
        help=_("show what an administrator must set up to run the job while no one is signed in"),
    )
    show.add_argument(
        "--write", type=Path, metavar="FOLDER", help=_("with --system: write the files to this folder")
    )
    set_handler(show, show_schedule)
    add = add_subcommand(actions, "add", _("install the schedule, or replace the installed one"))
    _add_choices(add)
    set_handler(add, add_schedule)
    remove = add_subcommand(actions, "remove", _("remove the schedule of a job"))
    remove.add_argument(
        "job",
        metavar="JOB",
        help=_("the name of a saved job, the path of a .json file, or the ID of a deleted job"),
    )
    set_handler(remove, remove_schedule)
    list_ = add_subcommand(
        actions, "list", _("list all schedules on this computer and their problems; exit code 1 if there are any")
    )
    set_handler(list_, list_schedules)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    add_job(parser)
    parser.add_argument(
        "--every",
        type=int,
        choices=INTERVALS,
        metavar="MINUTES",
        help=_("minutes between runs: {intervals}; the default is {usual}, or as installed").format(
            intervals=either([str(minutes) for minutes in INTERVALS]), usual=USUAL
        ),
    )
    parser.add_argument(
        "--token-from",
        choices=("keyring", "credential"),
        help=_(
            "where runs read the access token: the keyring, or a systemd credential, which also works while you are "
            "signed out"
        ),
    )
    parser.add_argument(
        "--watcher",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=_(
            "check all schedules every 15 minutes and send alerts; by default, installed with the first schedule"
        ),
    )


async def show_schedule(options: argparse.Namespace, services: Services) -> int:
    """Print the installed schedule, and what `add` would write and run, or what an administrator sets up."""
    if options.write is not None and not options.system:
        raise WizardError("write-without-system")
    job = await find_job(options, services)
    now = await schedules.installed(services, job.id)
    minutes, token = _choices(options, now)
    if options.system:
        setup = await schedules.system_setup(services, job, minutes, token, options.write)
        _print_setup(setup, written=options.write is not None)
        return ExitCode.DONE
    offer = await schedules.offer(services, job, minutes, token, options.watcher)
    say(_state(job, now))
    _print_offer(offer)
    await _print_notes(services, job, offer, token)
    return ExitCode.DONE


async def add_schedule(options: argparse.Namespace, services: Services) -> int:
    """Install the schedule, or replace the installed one."""
    job = await find_job(options, services)
    await check_host(services, job.target.tenant_url)
    minutes, token = _choices(options, await schedules.installed(services, job.id))
    offer = await schedules.offer(services, job, minutes, token, options.watcher)
    say(_state(job, await schedules.install(services, job, minutes, token, options.watcher)))
    await _print_notes(services, job, offer, token)
    return ExitCode.DONE


async def remove_schedule(options: argparse.Namespace, services: Services) -> int:
    """Remove the schedule of a job, also of one whose file is gone."""
    try:
        job = await to_thread.run_sync(services.jobs.find, options.job)
        job_id, name = job.id, job.name
    except JobFileError:
        if all(options.job != job_id for job_id, _schedule in await schedules.all_installed(services)):
            raise
        job_id = name = options.job
    if not await schedules.remove(services, job_id):
        raise WizardError("no-schedule", job=name)
    say(_("{job}: schedule removed").format(job=name))
    _note(await schedules.left_behind(services, job_id))
    return ExitCode.DONE


async def list_schedules(_options: argparse.Namespace, services: Services) -> int:
    """Print every schedule on this computer; exit 1 if one has a problem."""
    installed = await schedules.all_installed(services)
    any_wrong = False
    for job_id, schedule in installed:
        name, wrong = job_id, problems(schedule.schedule, schedule.job_file)
        if schedule.job_file is not None:
            try:
                name = (await to_thread.run_sync(services.jobs.load, schedule.job_file)).name
            except JobFileError as error:
                wrong += (error.message,)
        any_wrong = any_wrong or bool(wrong)
        say(_how_often(name, schedule))
        for problem in wrong:
            say(f"  {messages.text(problem)}")
    if not installed:
        say(_("No schedules on this computer."))
    elif await schedules.is_watched(services):
        say(_("A watcher checks them every 15 minutes."))
    return ExitCode.SOME_FAILED if any_wrong else ExitCode.DONE


def _choices(options: argparse.Namespace, now: Installed | None) -> tuple[int, TokenPlace]:
    """Return minutes and token place: those of the options, else those installed, else the usual ones."""
    minutes = options.every or (now.schedule.minutes if now else 0) or USUAL
    return minutes, options.token_from or (now.schedule.token if now else "keyring")


async def _print_notes(services: Services, job: Job, offer: Offer, token: TokenPlace) -> None:
    for note in (*offer.notes, await schedules.token_note(services, job, token)):
        _note(note)


def _note(note: Message | None) -> None:
    if note is not None:
        say(_("Note: {note}").format(note=messages.text(note)))


def _state(job: Job, now: Installed | None) -> str:
    return _how_often(job.name, now) if now else _("{job}: not scheduled").format(job=job.name)


def _how_often(name: str, now: Installed) -> str:
    schedule = now.schedule
    if not schedule.minutes:
        return _("{job}: on an edited schedule").format(job=name)
    often = every(schedule.minutes, within=True)
    if schedule.next_run is None:
        return _("{job}: {every}").format(job=name, every=often)
    next_run = day_and_time(schedule.next_run, place="when")
    return _("{job}: {every}, next run {time}").format(job=name, every=often, time=next_run)


def _print_offer(offer: Offer) -> None:
    for file in (*offer.watcher, *offer.files):
        _print_lines(f"{file.path}:", file.text)
    _print_lines(_("Then run:"), "\n".join(offer.commands))
    if offer.obstacle is not None:
        title = messages.title(offer.obstacle)
        _print_lines(_("{problem}. Run this before `schedule add`:").format(problem=title), offer.obstacle.command)


def _print_setup(setup: SystemSetup, written: bool) -> None:
    for file in setup.files:
        if written:
            say(_("Written: {path}").format(path=file.path))
        else:
            _print_lines(_("{path} (`--write FOLDER` writes it):").format(path=file.path.name), file.text)
    for number, step in enumerate(setup.steps, 1):
        title = _("{number}. {step}:").format(number=number, step=messages.title(step.message))
        _print_lines(title, step.command)
    say("")
    for note in setup.notes:
        _note(note)


def _print_lines(title: str, text: str) -> None:
    """Print a text line by line: `say` shows a line break as a sign."""
    say("")
    say(title)
    for line in text.splitlines():
        say(f"    {line}")
