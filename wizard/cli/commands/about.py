"""`about`: version and folders, or the diagnostics."""

import argparse

from wizard import __version__
from wizard.cli.job_argument import find_job
from wizard.cli.output import complain, say
from wizard.cli.shared_options import set_handler
from wizard.flow.services import Services
from wizard.flow.support.about import places
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `about`."""
    parser.add_argument(
        "--diagnostics",
        action="store_true",
        help=_("show versions, settings, and counts for support, without names, addresses, or secrets"),
    )
    parser.add_argument(
        "--first-tenant",
        default="",
        metavar="JOB",
        help=_(
            "show how AWS and Microsoft responded to this job, for bug reports, without names, IDs, or secrets"
        ),
    )
    parser.add_argument(
        "--ask-now",
        action="store_true",
        help=_("with --first-tenant: also send a few read-only requests to AWS and Microsoft"),
    )
    set_handler(parser, about)


async def about(options: argparse.Namespace, services: Services) -> int:
    """Print version and folders; or the diagnostics, as the window copies them."""
    if options.first_tenant:
        return await _first_tenant(options, services)
    if options.diagnostics:
        from wizard.flow.support import diagnostics  # not at the top: it loads the whole program

        print(await diagnostics.collect(services), end="")
        return ExitCode.DONE
    say(f"Identity Center Wizard {__version__}")
    for place in places(services.home):
        say(_("{name}: {path}").format(name=place.words, path=place.path))
    return ExitCode.DONE


async def _first_tenant(options: argparse.Namespace, services: Services) -> int:
    from wizard.flow.support import first_tenant

    options.job = options.first_tenant
    job = await find_job(options, services)
    if options.ask_now:
        for request in first_tenant.READ_REQUESTS:
            complain(_("requesting from {system}: GET {path}").format(system=request.system, path=request.path))
        await first_tenant.ask_now(services, job)
    print(await first_tenant.report(services, job), end="")
    return ExitCode.DONE
