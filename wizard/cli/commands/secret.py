"""`secret`: store a job's access token or Entra secret in the keyring (it is never an argument); trust a keyring."""

import argparse
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from anyio import to_thread

from wizard import messages
from wizard.aws.endpoint import Token, clean_token
from wizard.cli.job_argument import find_job
from wizard.cli.output import command_line, say
from wizard.cli.secret_prompt import ask_secret
from wizard.cli.shared_options import add_allow_host, add_job, add_subcommand, set_handler
from wizard.errors import NoSecret
from wizard.flow.runs import rotation
from wizard.flow.runs.connection import (
    allow_keyring,
    check_host,
    read_secret_file,
    store_token,
    write_secret_file,
)
from wizard.flow.services import Services
from wizard.flow.support.calendar_file import write_calendar
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.translation import _
from wizard.provisioning.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `secret set` and `secret allow-keyring`."""
    actions = parser.add_subparsers(
        dest="secret_action", metavar="set|rotate|calendar|allow-keyring", required=True
    )
    set_ = add_subcommand(actions, "set", _("store a secret, entered at a prompt or on standard input"))
    add_job(set_)
    add_allow_host(set_)
    set_.add_argument("which", choices=("aws-token", "entra-secret"), help=_("the secret to store"))
    _add_file(set_)
    set_.add_argument(
        "--to-file",
        type=Path,
        metavar="FILE",
        help=_("write the secret to a file that only you can read, instead of the keyring"),
    )
    set_handler(set_, set_secret)
    rotate = add_subcommand(
        actions, "rotate", _("replace the access token without interrupting runs; the new token is tested first")
    )
    add_job(rotate)
    add_allow_host(rotate)
    _add_file(rotate)
    rotate.add_argument(
        "--created",
        type=_day,
        metavar="DATE",
        help=_("when the token was created, such as 2026-11-30; the default is today"),
    )
    rotate.add_argument(
        "--first-deleted",
        action="store_true",
        help=_("confirm that the old token was deleted in the AWS console, and stop the reminder"),
    )
    set_handler(rotate, rotate_secret)
    calendar = add_subcommand(
        actions, "calendar", _("create a calendar file with the expiry date of the access token and reminders")
    )
    add_job(calendar)
    calendar.add_argument("file", metavar="FILE", type=Path, help=_("the file to create, such as token.ics"))
    calendar.add_argument("--replace", action="store_true", help=_("replace an existing file"))
    set_handler(calendar, write_calendar_file)
    allow = add_subcommand(actions, "allow-keyring", _("allow a keyring that this program does not know"))
    allow.add_argument(
        "backend", metavar="MODULE.CLASS", help=_("name of the keyring, as shown in the error message")
    )
    set_handler(allow, allow_backend)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--file", type=Path, metavar="FILE", help=_("read the secret from a file that only you can read")
    )


async def set_secret(options: argparse.Namespace, services: Services) -> int:
    """Store the access token with the job's tenant URL, or the client secret or passphrase for Microsoft."""
    job = await find_job(options, services)
    if options.to_file is not None:
        return await _write_file(options)
    if options.which == "entra-secret":
        place = services.entra.address(job)
        secret = await _read(options, _("Client secret or passphrase for {place}: ").format(place=place))
        await services.entra.keep_secret(job, secret)
        say(_("Stored the secret of {job} for {place} in the system keyring.").format(job=job.name, place=place))
        return ExitCode.DONE
    await check_host(services, job.target.tenant_url)
    host = urlsplit(job.target.tenant_url).hostname or _("(no SCIM endpoint)")
    token = clean_token(await _read(options, _("Access token for {host}: ").format(host=host)))
    if not isinstance(token, Token):
        raise NoSecret("token-not-kept", why=token.message)
    if job.engine == "entra":
        return await _replace_at_microsoft(services, job, token.secret.reveal())
    await store_token(services, job, token.secret.reveal())
    say(_("Stored the access token of {job} for {host} in the system keyring.").format(job=job.name, host=host))
    return ExitCode.DONE


async def _replace_at_microsoft(services: Services, job: Job, token: str) -> int:
    """Store the token here and at Microsoft, whose service provisions the job; exit 1 where one of them has the old."""
    from wizard.flow.microsoft.credentials import replace_token  # not at the top: few jobs are Microsoft's

    replaced = await replace_token(services, job, token)
    for where, why in ((_("System keyring"), replaced.here), (_("Entra ID"), replaced.microsoft)):
        result = messages.text(why) if why else _("The new token is stored.")
        say(_("{place}: {result}").format(place=where, result=result))
    return ExitCode.DONE if replaced.is_whole else ExitCode.SOME_FAILED


async def rotate_secret(options: argparse.Namespace, services: Services) -> int:
    """Test a second access token and store it in place of the first; exit 1 where something still has the first."""
    job = await find_job(options, services)
    if options.first_deleted:
        await rotation.first_token_deleted(services, job.id)
        say(_("{job}: the old access token was deleted.").format(job=job.name))
        return ExitCode.DONE
    host = urlsplit(job.target.tenant_url).hostname or ""
    token = clean_token(await _read(options, _("New access token for {host}: ").format(host=host)))
    if not isinstance(token, Token):
        raise NoSecret("token-not-kept", why=token.message)
    rotated = await rotation.rotate_token(services, job, token.secret.reveal(), options.created or "")
    say(_("{job}: the new access token was tested and stored.").format(job=job.name))
    if rotated.at_microsoft is not None:
        say(_("Entra ID still has the old token. {problem}").format(problem=messages.text(rotated.at_microsoft)))
        say(_("Run the command again with the same token. Do not delete the old token yet."))
    for path, command in rotated.to_renew:
        say(_("Scheduled runs still read the old token from {path}. Run:").format(path=path))
        say(f"    {command}")
    if rotated.at_microsoft is None and rotated.is_new:
        say(_("Then delete the old token in the AWS console, and stop the reminder:"))
        say(f"    {command_line('secret', 'rotate', job.name, '--first-deleted')}")
    return ExitCode.DONE if rotated.is_whole else ExitCode.SOME_FAILED


async def write_calendar_file(options: argparse.Namespace, services: Services) -> int:
    """Write the calendar file."""
    job = await find_job(options, services)
    await write_calendar(job, options.file, replaces=options.replace)
    say(_("Written to {path}. Open it with your calendar.").format(path=options.file))
    return ExitCode.DONE


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(_("{text} is not a date such as 2026-11-30").format(text=text)) from None


async def allow_backend(options: argparse.Namespace, services: Services) -> int:
    """Trust a keyring's backend on this computer."""
    await allow_keyring(services, options.backend)
    say(_("Secrets can now be stored in {keyring}.").format(keyring=options.backend))
    return ExitCode.DONE


async def _write_file(options: argparse.Namespace) -> int:
    """Write the secret to a private file, for runs that have no keyring; AWS's token is checked for its form."""
    secret = await _read(options, _("Secret: "))
    if options.which == "aws-token":
        token = clean_token(secret)
        if not isinstance(token, Token):
            raise NoSecret("token-not-kept", why=token.message)
        secret = token.secret.reveal()
    await write_secret_file(options.to_file, secret)
    say(_("Written to {path}. Only you can read it.").format(path=options.to_file))
    return ExitCode.DONE


async def _read(options: argparse.Namespace, prompt: str) -> str:
    """The secret of --file, of the prompt or of standard input."""
    if options.file is not None:
        return await read_secret_file(options.file)
    return await to_thread.run_sync(ask_secret, prompt)
