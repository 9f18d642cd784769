"""`about`: version and folders, or the diagnostics."""

import argparse

from wizard import __version__
from wizard.cli.output import say
from wizard.cli.shared_options import set_handler
from wizard.flow.services import Services
from wizard.flow.support.about import places
from wizard.flow.support.exit_codes import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `about`."""
    parser.add_argument(
        "--diagnostics",
        action="store_true",
        help="versions, settings and counts for whoever helps you; no names, addresses or secrets",
    )
    set_handler(parser, about)


async def about(options: argparse.Namespace, services: Services) -> int:
    """Print version and folders; or the diagnostics, as the window copies them."""
    if options.diagnostics:
        from wizard.flow.support import diagnostics  # not at the top: it loads the whole program

        print(await diagnostics.collect(services), end="")
        return ExitCode.DONE
    say(f"Identity Center Wizard {__version__}")
    for place in places(services.home):
        say(f"{place.words}: {place.path}")
    return ExitCode.DONE
