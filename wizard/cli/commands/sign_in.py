"""`sign-in`: sign in to Microsoft for a job whose directory is Entra ID."""

import argparse
import threading
import webbrowser

from anyio import to_thread

from wizard.cli.job_argument import find_job
from wizard.cli.output import say
from wizard.cli.shared_options import add_job, set_handler
from wizard.errors import JobFileError
from wizard.flow.directory import entra_application
from wizard.flow.directory.entra_models import CodeToEnter, Need, PageToOpen
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sign-in`."""
    add_job(parser)
    parser.add_argument(
        "--provisioning",
        action="store_true",
        help=_("also request permission to set up Microsoft's provisioning service"),
    )
    parser.add_argument("--mail", action="store_true", help=_("also request permission to send alerts by email"))
    set_handler(parser, sign_in)


async def sign_in(options: argparse.Namespace, services: Services) -> int:
    """Sign in as the job says. If the tenant has exactly one application and the job names none, that one is saved."""
    job = await find_job(options, services)
    if job.source.kind != "entra":
        raise JobFileError("directory-is-no-tenant", job=job.name)
    need: Need = "provisioning" if options.provisioning else "mail" if options.mail else "read"
    signed_in = await services.entra.sign_in(job, _show, need=need)
    who = signed_in.user_name or _("the application")
    if signed_in.kept == "session":
        say(_("Signed in as {name} for this command only, because no keyring is available.").format(name=who))
    else:
        say(_("Signed in as {name}.").format(name=who))
    # `entra setup` adds an application where there is none.
    if job.source.entra.scope == "assigned" and not (job.source.entra.application_id or options.provisioning):
        job = await entra_application.only_one(services.entra, job)
        await to_thread.run_sync(services.jobs.save, job)
        application = job.source.entra.application_name
        say(_("People and groups assigned to {application} will be provisioned.").format(application=application))
    return ExitCode.DONE


def _show(event: object) -> None:
    """Print what the person must do; open the browser of this computer."""
    if isinstance(event, PageToOpen):
        say(_("Sign in with a browser on this computer: {url}").format(url=event.url), flush=True)
        # In a thread: a browser in the terminal blocks until it is closed.
        threading.Thread(target=webbrowser.open, args=(event.url,), daemon=True).start()
    elif isinstance(event, CodeToEnter):
        say(
            _("Open {url} on any device and enter the code {code}").format(url=event.address, code=event.code),
            flush=True,
        )
