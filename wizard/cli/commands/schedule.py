"""`schedule`: show what would be installed, add, remove, list."""

import argparse

from anyio import to_thread

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import say
from wizard.cli.shared_options import JOB_HELP, add_job, add_subcommand, set_handler
from wizard.errors import JobFileError, WizardError
from wizard.flow.runs.connection import check_host
from wizard.flow.schedules import schedules
from wizard.flow.schedules.texts import INTERVALS, USUAL, Installed, Offer, TokenPlace, every, problems
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.provisioning.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `schedule show`, `add`, `remove` and `list`."""
    actions = parser.add_subparsers(dest="schedule_action", metavar="show|add|remove|list", required=True)
    show = add_subcommand(
        actions, "show", "how it stands, and the exact text and commands that `add` would use; changes nothing"
    )
    _add_choices(show)
    set_handler(show, show_schedule)
    add = add_subcommand(actions, "add", "install it, in place of the one that stands")
    _add_choices(add)
    set_handler(add, add_schedule)
    remove = add_subcommand(actions, "remove", "remove the schedule of a job")
    remove.add_argument("job", metavar="JOB", help=f"{JOB_HELP}, or the id of a job that is gone")
    set_handler(remove, remove_schedule)
    list_ = add_subcommand(actions, "list", "every schedule on this computer, and what is wrong with it")
    set_handler(list_, list_schedules)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    add_job(parser)
    parser.add_argument(
        "--every",
        type=int,
        choices=INTERVALS,
        metavar="MINUTES",
        help=f"{', '.join(map(str, INTERVALS[:-1]))} or {INTERVALS[-1]}; without it as often as now, else {USUAL}",
    )
    parser.add_argument(
        "--token-from",
        choices=("keyring", "credential"),
        help="where a run finds the access token: the keyring, or a systemd credential for a computer where "
        "nobody is signed in",
    )
    parser.add_argument(
        "--watcher",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="check all schedules every 15 minutes and send alerts; with the first schedule unless you decline",
    )


async def show_schedule(options: argparse.Namespace, services: Services) -> int:
    """Print the installed schedule, and what `add` would write and run."""
    job = await find_job(options, services)
    now = await schedules.installed(services, job.id)
    minutes, token = _choices(options, now)
    offer = await schedules.offer(services, job, minutes, token, options.watcher)
    say(_state(job, now))
    _print_offer(offer)
    await _print_notes(services, job, offer, token)
    return ExitCode.DONE


async def add_schedule(options: argparse.Namespace, services: Services) -> int:
    """Install the schedule in place of the installed one."""
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
        job_id, name = job.id, f"“{job.name}”"
    except JobFileError:
        if all(options.job != job_id for job_id, _ in await schedules.all_installed(services)):
            raise
        job_id = name = options.job
    if not await schedules.remove(services, job_id):
        raise WizardError("no-schedule", job=name)
    say(f"Removed: {name} is no longer scheduled.")
    left = await schedules.left_behind(services, job_id)
    if left:
        say(f"Note: {left}")
    return ExitCode.DONE


async def list_schedules(_options: argparse.Namespace, services: Services) -> int:
    """Print every schedule on this computer; exit 1 if something is wrong with one."""
    installed = await schedules.all_installed(services)
    any_wrong = False
    for job_id, schedule in installed:
        name, wrong = job_id, problems(schedule.schedule, schedule.job_file)
        if schedule.job_file is not None:
            try:
                name = (await to_thread.run_sync(services.jobs.load, schedule.job_file)).name
            except JobFileError as error:
                wrong += (messages.text(error),)
        any_wrong = any_wrong or bool(wrong)
        say(f"{name}: {_how_often(schedule)}")
        for problem in wrong:
            say(f"  {problem}")
    if not installed:
        say("There are no schedules.")
    elif await schedules.is_watched(services):
        say("A watcher checks them every 15 minutes.")
    return ExitCode.SOME_FAILED if any_wrong else ExitCode.DONE


def _choices(options: argparse.Namespace, now: Installed | None) -> tuple[int, TokenPlace]:
    """Return minutes and token place: those of the options, else those installed, else the usual ones."""
    minutes = options.every or (now.schedule.minutes if now else 0) or USUAL
    return minutes, options.token_from or (now.schedule.token if now else "keyring")


async def _print_notes(services: Services, job: Job, offer: Offer, token: TokenPlace) -> None:
    for note in (*offer.notes, await schedules.token_note(services, job, token)):
        if note:
            say(f"Note: {note}")


def _state(job: Job, now: Installed | None) -> str:
    return f"{job.name}: {_how_often(now) if now else 'not scheduled'}"


def _how_often(now: Installed) -> str:
    schedule = now.schedule
    often = every(schedule.minutes) if schedule.minutes else "On a schedule changed by hand"
    then = f", next at {schedule.next_run.astimezone():%Y-%m-%d %H:%M}" if schedule.next_run else ""
    return f"{often[0].lower()}{often[1:]}{then}"


def _print_offer(offer: Offer) -> None:
    """Print the text of each file line by line: `say` would show a line break as a sign."""
    for file in (*offer.watcher, *offer.files):
        say("")
        say(f"{file.path}:")
        for line in file.text.splitlines():
            say(f"    {line}")
    say("")
    say("Then:")
    for command in offer.commands:
        say(f"    {command}")
    if offer.obstacle is not None:
        say("")
        say(f"{messages.title(offer.obstacle)}. Before `schedule add`:")
        say(f"    {offer.obstacle.command}")
