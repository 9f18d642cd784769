"""The verb `schedule`: show what would be installed, add, remove, list."""

import argparse
from typing import TYPE_CHECKING

from wizard.cli import codes
from wizard.cli.printing import say
from wizard.errors import JobFileError, WizardError
from wizard.flow.schedules import texts
from wizard.flow.schedules.texts import INTERVALS

if TYPE_CHECKING:
    from wizard.flow.schedules.texts import Installed, Offer
    from wizard.flow.services import Services
    from wizard.provisioning.job import Job

JOB_HELP = "a saved job's name, or a path ending in .json"


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """What may stand behind `schedule`."""
    actions = verb.add_subparsers(dest="schedule_action", metavar="show|add|remove|list", required=True)
    for name, told in (
        ("show", "how it stands, and the exact text and commands that `add` would use; changes nothing"),
        ("add", "install it, in place of the one that stands"),
    ):
        one = actions.add_parser(name, help=told)
        one.add_argument("job", metavar="JOB", help=JOB_HELP)
        one.add_argument(
            "--every",
            type=int,
            choices=INTERVALS,
            metavar="MINUTES",
            help=f"{', '.join(map(str, INTERVALS[:-1]))} or {INTERVALS[-1]}; without it as often as now, else 40",
        )
        one.add_argument(
            "--token-from",
            choices=("keyring", "credential"),
            help="where a run finds the access token: the keyring, or a systemd credential for a computer where "
            "nobody is signed in",
        )
    gone = actions.add_parser("remove", help="the job runs by hand only")
    gone.add_argument("job", metavar="JOB", help=f"{JOB_HELP}, or the id of a job that is gone")
    actions.add_parser("list", help="every schedule on this computer, and what is wrong with it")


async def schedule(options: argparse.Namespace, services: "Services") -> int:
    """Carry it out; `list` ends with 1 where something is wrong with a schedule."""
    if options.schedule_action == "list":
        return await _list(services)
    if options.schedule_action == "remove":
        return await _remove(options.job, services)
    return await _show_or_add(options, services)


async def _show_or_add(options: argparse.Namespace, services: "Services") -> int:
    from anyio import to_thread

    from wizard.flow.schedules import schedules

    job = await to_thread.run_sync(services.jobs.find, options.job)
    now = await schedules.installed(services, job.id)
    minutes = options.every or (now.schedule.minutes if now else 0) or texts.USUAL
    token = options.token_from or (now.schedule.token if now else "keyring")
    offer = await schedules.offer(services, job, minutes, token)
    if options.schedule_action == "show":
        say(_stands(job, now))
        _print_offer(offer)
    else:
        now = await schedules.install(services, job, minutes, token)
        say(_stands(job, now))
    for note in (*offer.notes, await schedules.token_note(services, job, token)):
        if note:
            say(f"Note: {note}")
    return codes.DONE


async def _remove(named: str, services: "Services") -> int:
    from anyio import to_thread

    from wizard.flow.schedules import schedules

    try:
        job = await to_thread.run_sync(services.jobs.find, named)
        job_id, name = job.id, f"“{job.name}”"
    except JobFileError:
        if all(named != job_id for job_id, _ in await schedules.all_installed(services)):
            raise
        job_id = name = named
    if not await schedules.remove(services, job_id):
        raise WizardError(f"{name} has no schedule", "It runs by hand only. Nothing was changed.")
    say(f"Removed: {name} runs by hand only.")
    left = await schedules.left_behind(services, job_id)
    if left:
        say(f"Note: {left}")
    return codes.DONE


async def _list(services: "Services") -> int:
    from anyio import to_thread

    from wizard.flow.schedules import schedules

    found = await schedules.all_installed(services)
    bad = False
    for job_id, one in found:
        name, problems = job_id, texts.problems(one.schedule, one.job_file)
        if one.job_file is not None:
            try:
                name = (await to_thread.run_sync(services.jobs.load, one.job_file)).name
            except JobFileError as error:
                problems += (str(error),)
        bad = bad or bool(problems)
        say(f"{name}: {_how_often(one)}")
        for problem in problems:
            say(f"  {problem}")
    if not found:
        say("There are no schedules.")
    return codes.SOME_FAILED if bad else codes.DONE


def _stands(job: "Job", now: "Installed | None") -> str:
    return f"{job.name}: {_how_often(now) if now else 'runs by hand only'}"


def _how_often(now: "Installed") -> str:
    installed = now.schedule
    often = texts.every(installed.minutes) if installed.minutes else "On a schedule changed by hand"
    then = f", next at {installed.next_run.astimezone():%Y-%m-%d %H:%M}" if installed.next_run else ""
    return f"{often[0].lower()}{often[1:]}{then}"


def _print_offer(offer: "Offer") -> None:
    """The text of each file as it is: lines are printed one by one, so that a terminal obeys none of them."""
    for file in offer.files:
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
        say(f"{offer.obstacle.title}. Before `schedule add`:")
        say(f"    {offer.obstacle.command}")
