"""One coroutine for each verb: read the job, ask the flow, print, return the exit code."""

import argparse
import getpass
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard import __version__
from wizard.aws.endpoint import Token, clean_token
from wizard.cli import codes
from wizard.cli.printing import EventLines, TextLines, print_plan, print_report, print_test, say
from wizard.cli.stopping import stoppable, told
from wizard.errors import JobFileError, NoSecret
from wizard.flow.directory import entra_application
from wizard.flow.directory.entra_models import CodeToEnter, PageToOpen
from wizard.flow.directory.reading import read_directory
from wizard.flow.jobs import new_job
from wizard.flow.runs.connection import run_connection_test, store_token
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.quarantine import lift_after_test
from wizard.flow.runs.run import run_job
from wizard.flow.services import Services
from wizard.flow.support import diagnostics
from wizard.flow.support.about import places
from wizard.provisioning.apply import ConcernOpen
from wizard.provisioning.job import EntraChoice
from wizard.provisioning.report import RunReport, plan_counts

if TYPE_CHECKING:
    from wizard.provisioning.job import Job


async def new(options: argparse.Namespace, services: Services) -> int:
    """Make a job; refuses one that exists."""
    entra = _tenant(options) if options.entra else None
    wanted = new_job.NewJob(
        options.users, options.members, options.tenant_url, options.allow_host, options.pacing, entra
    )
    saved = await to_thread.run_sync(new_job.create, services.jobs, options.job, wanted)
    print(f"Saved {saved.job.name} in {saved.path}.")
    print(f"Next: identity-center-wizard secret set {_quoted(options.job)} aws-token")
    if entra and entra.sign_in in ("secret", "certificate"):
        print(f"Then: identity-center-wizard secret set {_quoted(options.job)} entra-secret")
    if entra:
        print(f"Then: identity-center-wizard sign-in {_quoted(options.job)}")
    return codes.DONE


async def sign_in(options: argparse.Namespace, services: Services) -> int:
    """Sign in to Microsoft the way the job says; where one application alone comes into question it is taken."""
    job = await _job(options, services)
    if job.source.kind != "entra":
        raise JobFileError(
            f"The directory of {job.name} is no tenant", "Only Microsoft Entra ID asks for a sign-in."
        )

    def show(event: object) -> None:
        if isinstance(event, PageToOpen):
            print(f"Sign in in a browser of this computer: {event.url}", flush=True)
            # A browser in a terminal is waited for, and comes back to us before it ends.
            threading.Thread(target=webbrowser.open, args=(event.url,), daemon=True).start()
        elif isinstance(event, CodeToEnter):
            print(f"Open {event.address} on any device and enter {event.code}", flush=True)

    found = await services.entra.sign_in(job, show)
    who = found.user_name or "the application"
    print(
        f"Signed in as {who}"
        + (", until this command ends: no keyring keeps it." if found.kept == "session" else ".")
    )
    if job.source.entra.scope == "assigned" and not job.source.entra.application_id:
        job = await entra_application.only_one(services.entra, job)
        await to_thread.run_sync(services.jobs.save, job)
        print(f"Those assigned to {job.source.entra.application_name} will be read.")
    return codes.DONE


async def check(options: argparse.Namespace, services: Services) -> int:
    """Test both ends; the worse of the two decides."""
    job = await _job(options, services)
    snapshot = await read_directory(services, job)
    print(f"The directory can be read: {len(snapshot.users):,} people, {len(snapshot.groups):,} groups.")
    for problem in snapshot.problems:
        say(f"  line {problem.line}, {problem.column or 'the whole row'}: {problem.sentence}")
    result = await run_connection_test(services, job)
    print_test(result)
    if result.passed and await lift_after_test(services, job):
        print("The job is out of quarantine.")
    return codes.DONE if result.passed else codes.NO_ACCESS


async def plan(options: argparse.Namespace, services: Services) -> int:
    """Print what a run would do. A plan with concerns is still exit 0; rejected objects are not."""
    job = await _job(options, services)
    lines = EventLines() if options.json else TextLines()
    prepared = await prepare(services, job, lines.emit, full=options.full)
    lines.close()
    if options.json:
        lines.last("plan", plan_counts(prepared.plan))
    else:
        print_plan(prepared.plan)
    return codes.SOME_FAILED if prepared.plan.rejected else codes.DONE


async def run(options: argparse.Namespace, services: Services) -> int:
    """Plan and apply at once; refuses a plan with a concern that no --accept names."""
    job = await _job(options, services)
    lines = EventLines() if options.json else TextLines()
    with stoppable(lines.emit) as stop:
        try:
            accepted = frozenset(options.accept)
            prepared, applied = await run_job(services, job, stop.emit, accepted, stop.control, full=options.full)
        except ConcernOpen as refused:
            lines.close()
            if options.json:
                lines.last("report", refused.counts)
            else:
                print_plan(refused.plan)
            raise
    with told("The report could not be written"):
        lines.close()
        if options.json:
            lines.last("report", applied.report.as_json())
        else:
            print_report(applied.report, lines.rows)
            for held in prepared.plan.held_back:
                print(f"Waiting: {held.label}: {held.reason}.")
    ending = _ending(applied.report)
    return codes.SOME_FAILED if ending == codes.DONE and prepared.plan.held_back else ending


async def secret_set(options: argparse.Namespace, services: Services) -> int:
    """Keep the access token with the job's tenant URL, or the secret one signs in to Microsoft with, in the keyring."""
    job = await _job(options, services)
    if options.which == "entra-secret":
        await services.entra.keep_secret(job, await to_thread.run_sync(_ask, "Client secret, or passphrase: "))
        print(f"Kept the secret of {job.name} in this computer's keyring.")
        return codes.DONE
    token = clean_token(await to_thread.run_sync(_ask, "Access token: "))
    if not isinstance(token, Token):
        raise NoSecret("No token was kept", token.sentence)
    await store_token(services, job, token.secret.reveal())
    print(f"Kept the token of {job.name} in this computer's keyring.")
    return codes.DONE


async def about(options: argparse.Namespace, services: Services) -> int:
    """Version and places; or the diagnostics, as the window copies them."""
    if options.diagnostics:
        print(await diagnostics.collect(services), end="")
        return codes.DONE
    print(f"Identity Center Wizard {__version__}")
    for place in places(services.home):
        print(f"{place.words}: {place.path}")
    return codes.DONE


async def try_headless(services: Services) -> int:
    """The sample company into a sandbox of its own: the troublesome people of the sample count as 0."""
    address = await services.start_sandbox()
    job = new_job.sample_job(address)
    await store_token(services, job, address.token, session_only=True)
    lines = TextLines()
    try:
        with stoppable(lines.emit) as stop:
            prepared, applied = await run_job(services, job, stop.emit, frozenset(), stop.control, full=True)
        lines.close()
        print_report(applied.report, lines.rows)
    finally:
        await to_thread.run_sync(services.jobs.delete, job)
    ending = _ending(applied.report)
    expected = len(prepared.plan.rejected)
    return codes.DONE if ending == codes.SOME_FAILED and applied.report.failed == expected else ending


def _ending(report: RunReport) -> int:
    if report.ending == "cancelled":
        return codes.INTERRUPTED
    if report.ending == "stopped":
        return codes.NO_ACCESS
    return codes.SOME_FAILED if report.failed else codes.DONE


async def _job(options: argparse.Namespace, services: Services) -> "Job":
    return await to_thread.run_sync(services.jobs.find, options.job)


def _tenant(options: argparse.Namespace) -> EntraChoice:
    return EntraChoice(
        cloud=options.cloud,
        tenant=options.entra.strip(),
        client_id=options.client_id.strip().lower(),
        sign_in=options.sign_in,
        certificate_file=options.certificate,
        application_id=options.application.strip(),
        scope="all" if options.everybody else "assigned",
        nested=options.nested,
    )


def _ask(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
