"""`engine`: switch a job between this program and Microsoft's provisioning service."""

import argparse

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import complain, say
from wizard.cli.shared_options import add_accept, add_allow_host, add_job, set_handler
from wizard.errors import NotAccepted
from wizard.flow.microsoft import switching
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _, ngettext


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `engine`."""
    add_job(parser)
    add_allow_host(parser)
    parser.add_argument(
        "engine", choices=("own", "entra"), help=_("own: this computer; entra: Microsoft's service")
    )
    parser.add_argument("--pause", action="store_true", help=_("with own: pause provisioning in Entra ID first"))
    add_accept(parser)
    set_handler(parser, engine)


async def engine(options: argparse.Namespace, services: Services) -> int:
    """Switch the job; raises NotAccepted for a concern that no --accept names."""
    job = await find_job(options, services)
    if job.engine == options.engine:
        own = job.engine == "own"
        said = (
            _("This computer already provisions {job}.")
            if own
            else _("Microsoft's service already provisions {job}.")
        )
        say(said.format(job=job.name))
        return ExitCode.DONE
    if options.engine == "entra":
        try:
            switched = await switching.switch_to_microsoft(services, job, frozenset(options.accept))
        except NotAccepted as refused:
            for concern in refused.concerns:
                warning = messages.text(concern)
                say(_("Needs approval ({code}): {warning}").format(code=concern.code, warning=warning))
            raise
        say(_("Microsoft's service now provisions {job}. Set it up with `entra setup`.").format(job=job.name))
        if switched.has_schedule:
            say(_("The schedule of this job no longer runs anything. Remove it with `schedule remove`."))
        return ExitCode.DONE
    try:
        switched = await switching.switch_to_own(services, job, pause=options.pause)
    except NotAccepted as refused:
        complain(messages.text(refused.concerns[0]))
        complain(_("to pause it and switch, add --pause."))
        return ExitCode.REFUSED
    say(_("This computer now provisions {job}.").format(job=job.name))
    if not switched.recognised:
        return ExitCode.DONE
    recognised = ngettext(
        "This job now manages {n:,} account or group created by Microsoft's service.",
        "This job now manages {n:,} accounts and groups created by Microsoft's service.",
        switched.recognised,
    )
    say(recognised.format(n=switched.recognised))
    return ExitCode.DONE
