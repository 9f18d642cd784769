"""`alerts`: where a person is told that a run failed or did not happen; a test of each channel."""

import argparse
import getpass
import sys

from anyio import to_thread

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import escaped, say
from wizard.cli.shared_options import add_job, add_subcommand, set_handler
from wizard.errors import JobFileError
from wizard.flow.alerts import alerts
from wizard.flow.alerts.alerts import Channel, Outcome, in_words
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `alerts add`, `list`, `remove` and `test`."""
    actions = parser.add_subparsers(dest="alerts_action", metavar="add|list|remove|test", required=True)
    add = add_subcommand(actions, "add", "a channel; its password or address is asked for, never an argument")
    kinds = add.add_subparsers(dest="kind", metavar="mail|webhook|ping|command|desktop", required=True)
    _add_mail(add_subcommand(kinds, "mail", "e-mail through an SMTP server"))
    webhook = add_subcommand(kinds, "webhook", "JSON to an address, which is asked for")
    add_job(webhook)
    webhook.add_argument(
        "--template", choices=("json", "slack", "teams"), default="json", help="what the receiver reads"
    )
    set_handler(webhook, add_channel)
    ping = add_subcommand(kinds, "ping", "an address that expects a ping from each run, which is asked for")
    add_job(ping)
    set_handler(ping, add_channel)
    desktop = add_subcommand(kinds, "desktop", "a notification on the desktop of whoever is signed in")
    add_job(desktop)
    set_handler(desktop, add_channel)
    command = add_subcommand(kinds, "command", "a program with arguments; the values are in its environment")
    add_job(command)
    command.add_argument("arguments", nargs="+", metavar="ARGUMENT", help="the program, then its arguments")
    set_handler(command, add_channel)
    for name, words, handler in (
        ("list", "the channels of a job, and what came of the last message", list_channels),
        ("test", "one message through each channel", test_channels),
    ):
        each = add_subcommand(actions, name, words)
        add_job(each)
        set_handler(each, handler)
    remove = add_subcommand(actions, "remove", "a channel and its secret")
    add_job(remove)
    remove.add_argument("channel", metavar="CHANNEL", help="its id, as `alerts list` shows it")
    set_handler(remove, remove_channel)


def _add_mail(parser: argparse.ArgumentParser) -> None:
    add_job(parser)
    parser.add_argument("--server", required=True, metavar="HOST[:PORT]", help="the SMTP server")
    parser.add_argument("--from", dest="sender", required=True, metavar="ADDRESS", help="the sender")
    parser.add_argument(
        "--to", action="append", required=True, metavar="ADDRESS", help="a recipient; may be repeated"
    )
    parser.add_argument(
        "--user", default="", metavar="NAME", help="sign in with this name; the password is asked for"
    )
    parser.add_argument(
        "--security",
        choices=("starttls", "tls", "none"),
        default="starttls",
        help="how the server is reached; none only on this computer",
    )
    set_handler(parser, add_channel)


async def add_channel(options: argparse.Namespace, services: Services) -> int:
    """Store a channel on this computer; raises WizardError."""
    job = await find_job(options, services)
    channel = _channel(options)
    secret = ""
    if channel.has_secret:
        what = "Password" if channel.kind == "mail" else "Address"
        secret = (await to_thread.run_sync(_ask, f"{what}: ")).strip()
        if not secret:
            raise JobFileError("no-secret-to-store", secret=channel.kind)
    stored = await alerts.add_channel(services, job, channel, secret)
    say(f"Alerts of {job.name} go through {stored.id}{_where(stored)}. Next: alerts test.")
    return ExitCode.DONE


async def list_channels(options: argparse.Namespace, services: Services) -> int:
    """Print the channels of a job with the result of the last message."""
    job = await find_job(options, services)
    found = await alerts.alerts_of(services, job)
    results = await alerts.last_results(services, job)
    for channel in found.channels:
        at, _, message = results.get(channel.id, ("", True, None))
        last = (
            f"{messages.title(message)}, {at[:16].replace('T', ' ')} UTC"
            if message is not None
            else "not tested yet"
        )
        say(f"{channel.id}{_where(channel)}: {last}")
    if not found.channels:
        say(f"{job.name} has no channels for alerts.")
    return ExitCode.DONE


async def remove_channel(options: argparse.Namespace, services: Services) -> int:
    """Remove a channel and its secret; raises JobFileError if there is none."""
    job = await find_job(options, services)
    await alerts.remove_channel(services, job, options.channel)
    say(f"Removed {options.channel}.")
    return ExitCode.DONE


async def test_channels(options: argparse.Namespace, services: Services) -> int:
    """Send one message through each channel; exit code 1 where one did not get through."""
    job = await find_job(options, services)
    outcomes: tuple[Outcome, ...] = await alerts.send_tests(services, job)
    for outcome in outcomes:
        say(f"{outcome.channel.id}: {in_words(outcome)}")
    if not outcomes:
        say(f"{job.name} has no channels for alerts.")
    return ExitCode.DONE if all(outcome.worked for outcome in outcomes) else ExitCode.SOME_FAILED


def _channel(options: argparse.Namespace) -> Channel:
    match options.kind:
        case "mail":
            return Channel(
                "",
                "mail",
                host=options.server,
                security=options.security,
                user=options.user,
                sender=options.sender,
                recipients=tuple(options.to),
            )
        case "webhook":
            return Channel("", "webhook", template=options.template)
        case "command":
            return Channel("", "command", arguments=tuple(options.arguments))
        case "desktop":
            return Channel("", "desktop")
        case _:
            return Channel("", "ping")


def _where(channel: Channel) -> str:
    place = channel.host or " ".join(channel.arguments[:1])
    return f" ({place})" if place else ""


def _ask(prompt: str) -> str:
    """Read a secret from the terminal without showing it, or a line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(escaped(prompt, ""))
    return sys.stdin.readline().removeprefix("\ufeff")
