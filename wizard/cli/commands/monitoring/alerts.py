"""`alerts`: channels, contents and times of a job's alerts; a test of each channel."""

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard import messages
from wizard.cli.job_argument import find_job
from wizard.cli.output import say
from wizard.cli.secret_prompt import ask_secret
from wizard.cli.shared_options import add_job, add_subcommand, set_handler
from wizard.errors import JobFileError
from wizard.flow.alerts import alerts
from wizard.flow.alerts.alerts import Channel, Outcome, in_words
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.formats import comma_list, day_and_time
from wizard.messages.translation import _, ngettext, pgettext

if TYPE_CHECKING:
    from wizard.flow.alerts.alerts import JobAlerts

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `alerts add`, `options`, `list`, `remove` and `test`."""
    actions = parser.add_subparsers(dest="alerts_action", metavar="add|options|list|remove|test", required=True)
    add = add_subcommand(
        actions, "add", _("add a channel; its password or URL is entered at a prompt or read from a file")
    )
    kinds = add.add_subparsers(dest="kind", metavar="mail|microsoft|webhook|ping|command|desktop", required=True)
    _add_mail(add_subcommand(kinds, "mail", _("send email through an SMTP server")))
    _add_microsoft(
        add_subcommand(kinds, "microsoft", _("send email through Microsoft 365, with the sign-in of the job"))
    )
    webhook = add_subcommand(kinds, "webhook", _("send JSON to a URL, entered at a prompt"))
    add_job(webhook)
    webhook.add_argument(
        "--template",
        choices=("json", "slack", "teams"),
        default="json",
        help=_("format of the message; the default is json"),
    )
    set_handler(webhook, add_channel)
    ping = add_subcommand(kinds, "ping", _("call a URL at the start and end of each run, entered at a prompt"))
    add_job(ping)
    set_handler(ping, add_channel)
    desktop = add_subcommand(kinds, "desktop", _("show a notification on the desktop of this computer"))
    add_job(desktop)
    set_handler(desktop, add_channel)
    command = add_subcommand(kinds, "command", _("run a program; the alert is in its environment variables"))
    add_job(command)
    command.add_argument("arguments", nargs="+", metavar="ARGUMENT", help=_("the program and its arguments"))
    set_handler(command, add_channel)
    options = add_subcommand(actions, "options", _("show or change what is sent, quiet hours, and the summary"))
    _add_options(options)
    for name, words, handler in (
        ("list", _("list the channels of a job and the result of the last message"), list_channels),
        ("test", _("send a test message through each channel"), test_channels),
    ):
        each = add_subcommand(actions, name, words)
        add_job(each)
        set_handler(each, handler)
    remove = add_subcommand(actions, "remove", _("remove a channel and its secret"))
    add_job(remove)
    remove.add_argument("channel", metavar="CHANNEL", help=_("ID of the channel, from `alerts list`"))
    set_handler(remove, remove_channel)


def _add_mail(parser: argparse.ArgumentParser) -> None:
    add_job(parser)
    parser.add_argument("--server", required=True, metavar="HOST[:PORT]", help=_("SMTP server"))
    parser.add_argument("--from", dest="sender", required=True, metavar="ADDRESS", help=_("sender address"))
    _add_recipients(parser)
    parser.add_argument(
        "--user", default="", metavar="NAME", help=_("user name; the password is entered at a prompt")
    )
    parser.add_argument(
        "--security",
        choices=("starttls", "tls", "none"),
        default="starttls",
        help=_("encryption of the connection; none only for a server on this computer"),
    )
    set_handler(parser, add_channel)


def _add_microsoft(parser: argparse.ArgumentParser) -> None:
    add_job(parser)
    parser.add_argument(
        "--from",
        dest="sender",
        default="",
        metavar="ADDRESS",
        help=_("sender mailbox; required if the job signs in as an application"),
    )
    _add_recipients(parser)
    set_handler(parser, add_channel)


def _add_recipients(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", action="append", required=True, metavar="ADDRESS", help=_("recipient address; can be repeated")
    )


def _add_options(parser: argparse.ArgumentParser) -> None:
    add_job(parser)
    events = alerts.EVENTS
    parser.add_argument(
        "--mute", action="append", choices=events, default=[], metavar="EVENT",
        help=_("do not send alerts of this kind: {kinds}").format(kinds=comma_list(events)),
    )  # fmt: skip
    parser.add_argument(
        "--unmute",
        action="append",
        choices=events,
        default=[],
        metavar="EVENT",
        help=_("send alerts of this kind again"),
    )
    parser.add_argument(
        "--more-than",
        type=int,
        metavar="NUMBER",
        help=_("send an alert when more people or groups than this need attention; the default is 0"),
    )
    parser.add_argument(
        "--no-run-for",
        type=int,
        metavar="HOURS",
        help=_(
            "also report a job without a run, or without a cycle of Microsoft's service, for this many hours; "
            "0 for no limit"
        ),
    )
    flag = argparse.BooleanOptionalAction
    parser.add_argument("--repeat-daily", action=flag, help=_("repeat an alert each day until it is resolved"))
    parser.add_argument("--names", action=flag, help=_("include the names of people in alerts"))
    parser.add_argument(
        "--quiet-hours", metavar="FROM-TO", help=_("send no alerts between two times, such as 22:00-07:00, or off")
    )
    parser.add_argument("--urgent-at-once", action=flag, help=_("send urgent alerts during quiet hours"))
    parser.add_argument(
        "--summary",
        dest="send_summary",
        choices=("off", "daily", "weekly"),
        help=_("send a summary of all runs every day or every week"),
    )
    parser.add_argument("--summary-at", metavar="TIME", help=_("time of the summary; the default is 08:00"))
    parser.add_argument(
        "--summary-day", choices=_DAYS, metavar="DAY", help=_("day of a weekly summary; the default is monday")
    )
    parser.add_argument(
        "--time-zone",
        metavar="NAME",
        help=_("time zone, such as Europe/Berlin, or computer for the one of this computer"),
    )
    set_handler(parser, change_options)


async def add_channel(options: argparse.Namespace, services: Services) -> int:
    """Store a channel on this computer; raises WizardError."""
    job = await find_job(options, services)
    channel = _channel(options)
    secret = ""
    if channel.has_secret and not await alerts.is_passed_in(services, job, channel):
        what = _("Password: ") if channel.kind == "mail" else _("URL: ")
        secret = (await to_thread.run_sync(ask_secret, what)).strip()
        if not secret:
            raise JobFileError("no-secret-to-store", secret=channel.kind)
    stored = await alerts.add_channel(services, job, channel, secret)
    say(_("Added {channel} to {job}. Next: `alerts test`").format(channel=_named(stored), job=job.name))
    return ExitCode.DONE


async def change_options(options: argparse.Namespace, services: Services) -> int:
    """Change the options given, and print all; raises WizardError."""
    job = await find_job(options, services)
    found = await alerts.change_alerts(services, job, lambda before: _changed(before, options))
    muted = comma_list([event for event in alerts.EVENTS if not found.is_on(event)]) or pgettext(
        "muted events", "none"
    )
    say(_("Muted: {events}").format(events=muted))
    say(_("Alert when more people or groups than this need attention: {n:,}").format(n=found.attention_over))
    hours = ngettext("{n:,} hour", "{n:,} hours", found.silent_hours).format(n=found.silent_hours)
    say(_("Alert without a run for: {hours}").format(hours=hours if found.silent_hours else _("not set")))
    say(_("Repeat each day: {answer}").format(answer=_yes(found.repeats_daily)))
    say(_("Names of people: {answer}").format(answer=_yes(found.names_people)))
    quiet = (
        _("{start} to {end}").format(start=found.quiet_from, end=found.quiet_to) if found.quiet_from else _("off")
    )
    say(_("Quiet hours: {hours}").format(hours=quiet))
    say(_("Urgent alerts during quiet hours: {answer}").format(answer=_yes(found.urgent_at_once)))
    summary = {
        "": _("off"),
        "daily": _("daily at {time}").format(time=found.summary_at),
        "weekly": _("weekly on {day} at {time}").format(day=_DAYS[found.summary_day], time=found.summary_at),
    }
    say(_("Summary: {summary}").format(summary=summary[found.summary]))
    say(_("Time zone: {zone}").format(zone=found.time_zone or _("of this computer")))
    return ExitCode.DONE


async def list_channels(options: argparse.Namespace, services: Services) -> int:
    """Print the channels of a job with the result of the last message."""
    job = await find_job(options, services)
    found = await alerts.alerts_of(services, job)
    results = await alerts.last_results(services, job)
    for channel in found.channels:
        result = results.get(channel.id)
        last = (
            _("{result}, {time}").format(result=messages.title(result.message), time=day_and_time(result.at))
            if result is not None
            else _("not tested")
        )
        say(f"{_named(channel)}: {last}")
    if not found.channels:
        _say_none(job.name)
    return ExitCode.DONE


async def remove_channel(options: argparse.Namespace, services: Services) -> int:
    """Remove a channel and its secret; raises JobFileError if there is none."""
    job = await find_job(options, services)
    await alerts.remove_channel(services, job, options.channel)
    say(_("Removed {channel}.").format(channel=options.channel))
    return ExitCode.DONE


async def test_channels(options: argparse.Namespace, services: Services) -> int:
    """Send one message through each channel; exit code 1 where one failed."""
    job = await find_job(options, services)
    outcomes: tuple[Outcome, ...] = await alerts.send_tests(services, job)
    for outcome in outcomes:
        say(f"{outcome.channel.id}: {in_words(outcome)}")
    if not outcomes:
        _say_none(job.name)
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
        case "microsoft":
            return Channel("", "microsoft", sender=options.sender, recipients=tuple(options.to))
        case "webhook":
            return Channel("", "webhook", template=options.template)
        case "command":
            return Channel("", "command", arguments=tuple(options.arguments))
        case "desktop":
            return Channel("", "desktop")
        case _other:
            return Channel("", "ping")


def _changed(before: "JobAlerts", options: argparse.Namespace) -> "JobAlerts":
    changed = before
    for events, on in ((options.mute, False), (options.unmute, True)):
        for event in events:
            changed = changed.switched(event, on, datetime.now(UTC))
    if options.no_run_for is not None:
        changed = changed.overdue_after(options.no_run_for, datetime.now(UTC))
    if options.more_than is not None:
        changed = replace(changed, attention_over=options.more_than)
    for name, field in (
        ("repeat_daily", "repeats_daily"),
        ("names", "names_people"),
        ("urgent_at_once", "urgent_at_once"),
        ("summary_at", "summary_at"),
    ):
        if getattr(options, name) is not None:
            changed = replace(changed, **{field: getattr(options, name)})
    if options.quiet_hours is not None:
        begins, _dash, ends = options.quiet_hours.partition("-")
        off = options.quiet_hours == "off"
        changed = replace(changed, quiet_from="" if off else begins, quiet_to="" if off else ends or "-")
    if options.send_summary is not None:
        changed = replace(changed, summary="" if options.send_summary == "off" else options.send_summary)
    if options.summary_day is not None:
        changed = replace(changed, summary_day=_DAYS.index(options.summary_day))
    if options.time_zone is not None:
        changed = replace(changed, time_zone="" if options.time_zone == "computer" else options.time_zone)
    return changed


def _yes(answer: bool) -> str:
    return _("yes") if answer else _("no")


def _named(channel: Channel) -> str:
    place = channel.host or " ".join(channel.arguments[:1]) or comma_list(channel.recipients)
    return f"{channel.id} ({place})" if place else channel.id


def _say_none(job: str) -> None:
    say(_("{job} has no alert channels.").format(job=job))
