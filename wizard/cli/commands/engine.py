"""`engine`: switch a job between this program and Microsoft's provisioning service."""

import argparse

from wizard.cli.job_argument import find_job
from wizard.cli.output import say
from wizard.cli.shared_options import add_allow_host, add_job, set_handler
from wizard.flow.microsoft import switching
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `engine`."""
    add_job(parser)
    add_allow_host(parser)
    parser.add_argument("engine", choices=("own", "entra"), help="own: this program; entra: Microsoft's service")
    parser.add_argument("--pause", action="store_true", help="own: pause Microsoft's service first")
    parser.add_argument(
        "--accept", action="append", default=[], metavar="CODE", help="accept a concern by its code"
    )
    set_handler(parser, engine)


async def engine(options: argparse.Namespace, services: Services) -> int:
    """Switch the job; raises NotAccepted for a concern that no --accept names."""
    job = await find_job(options, services)
    if job.engine == options.engine:
        say(f"{job.name} is provisioned by {_name(job.engine)} already.")
        return ExitCode.DONE
    if options.engine == "entra":
        switched = await switching.switch_to_microsoft(services, job, frozenset(options.accept))
        say(f"{job.name} is provisioned by {_name('entra')} from now on. Set it up with `entra setup`.")
        if switched.has_schedule:
            say("Its schedule stays and does nothing any more: `schedule remove` removes it.")
        return ExitCode.DONE
    switched = await switching.switch_to_own(services, job, pause=options.pause)
    say(f"{job.name} is provisioned by {_name('own')} from now on.")
    say(f"{switched.recognised:,} accounts and groups that Microsoft's service made belong to this job.")
    return ExitCode.DONE


def _name(which: str) -> str:
    return "this program" if which == "own" else "Microsoft's service"
