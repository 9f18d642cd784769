"""Alerts of a job: its channels and settings, sending due messages, testing channels. They never fail a run."""

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
from anyio import create_task_group, fail_after, to_thread

from wizard import messages
from wizard.alerts.interface import Alert, Severity, Unconfirmed, check_mail
from wizard.alerts.interface import Channel as Channel  # cli imports it from here
from wizard.errors import AccessRefused, JobFileError, JobLocked, Message, NoSecret, WizardError, message_from_json
from wizard.flow.alerts.outbox import EVENTS as EVENTS  # cli imports it from here
from wizard.flow.alerts.outbox import collect_due, mark_done, time_of, zone_of
from wizard.flow.alerts.summary import complete_run_of, summary_of
from wizard.flow.directory.entra_models import MorePermission
from wizard.flow.runs.states import judge
from wizard.flow.services import Services
from wizard.http.address import host_of, is_usable
from wizard.messages.formats import day_and_time, plain
from wizard.messages.translation import _
from wizard.provisioning.job import Job
from wizard.secret import Secret
from wizard.storage.health.alert_settings import (
    MOST_HOURS,
    MOST_PEOPLE,
    AlertSettings,
    AlertState,
    AlertStateStore,
    Letter,
    Result,
    channel_secret,
)
from wizard.storage.health.alert_settings import JobAlerts as JobAlerts  # the window imports it from here
from wizard.storage.health.attempts import this_computer
from wizard.storage.small_files import computer_id

_log = logging.getLogger(__name__)
_TRIES_AFTER_SECONDS = (0.0, 2.0, 8.0)
"""Waits before the tries of one message; a command is started once, and a lost answer of Microsoft repeated once."""
_MOST_SECONDS = 20.0
"""After so long a message is not tried again: what follows a run has a minute, and its result must be stored."""
LONGEST_PAUSE = timedelta(hours=24)
_LONGEST_WAIT = 15.0
"""Seconds that a receiver may ask to wait between two tries."""
_MICROSOFT_SECONDS = 45.0
_TEST = "test"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one message through one channel."""

    channel: Channel
    worked: bool
    message: Message


# Choosing


async def alerts_of(services: Services, job: Job) -> JobAlerts:
    """Return the job's alerts."""
    return await to_thread.run_sync(lambda: AlertSettings(services.home).of_job(job.id))


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The last message through a channel."""

    at: str
    """ISO time, UTC."""
    worked: bool
    message: Message
    """The result."""
    is_test: bool


async def last_results(services: Services, job: Job) -> dict[str, LastMessage]:
    """Return channel id -> the last message through it."""
    state = await to_thread.run_sync(AlertStateStore(services.home, job.id).read)
    return {
        key: LastMessage(one.at, one.worked, message_from_json(one.message), one.is_test)
        for key, one in state.results.items()
    }


async def last_alerts(services: Services, job: Job) -> dict[str, str]:
    """Return event -> when its last alert was sent, as ISO time; an event without an alert is not in it."""
    return (await to_thread.run_sync(AlertStateStore(services.home, job.id).read)).sent


async def change_alerts(services: Services, job: Job, change: Callable[[JobAlerts], JobAlerts]) -> JobAlerts:
    """Change the settings and return the job's alerts; raises WizardError, also for a time or zone that is none."""
    settings = AlertSettings(services.home)
    await to_thread.run_sync(settings.change, job.id, lambda before: _checked(change(before)))
    return await alerts_of(services, job)


def _checked(alerts: JobAlerts) -> JobAlerts:
    for text in filter(None, (alerts.quiet_from, alerts.quiet_to, alerts.summary_at)):
        if time_of(text) is None:
            raise WizardError("alert-time-unusable", text=text)
    if not 0 <= alerts.attention_over <= MOST_PEOPLE:
        raise WizardError("alert-number-unusable", number=alerts.attention_over, most=MOST_PEOPLE)
    if not 0 <= alerts.silent_hours <= MOST_HOURS:
        raise WizardError("alert-number-unusable", number=alerts.silent_hours, most=MOST_HOURS)
    if alerts.time_zone and zone_of(alerts.time_zone) is None:
        raise WizardError("alert-zone-unknown", name=alerts.time_zone)
    return alerts


async def add_channel(services: Services, job: Job, channel: Channel, secret: str = "") -> Channel:
    """Store a channel, and its secret in the keyring; returns it with its id. Raises WizardError, NoSecret.

    A secret that was passed in by a file, the environment or systemd stays where it is.
    """
    if channel.kind == "microsoft" and job.source.kind != "entra":
        raise WizardError("microsoft-mail-needs-entra", job=job.name)
    if channel.kind in ("mail", "microsoft"):
        check_mail(channel)
    channel = _chosen_here(replace(channel, id=_free_id(channel, await alerts_of(services, job))))
    passed_in = await _passed_in(services, job, channel)
    secret = passed_in or secret
    if channel.kind in ("webhook", "ping"):
        address = Secret(secret.strip())
        if not is_usable(address):
            raise JobFileError("alert-address-unusable", host=host_of(address))
        channel = replace(channel, host=host_of(address))
    if channel.has_secret and not passed_in:
        kind = channel_secret(channel.id)
        store = partial(services.secrets.store, job.id, kind, secret, channel.host)
        await to_thread.run_sync(store, abandon_on_cancel=True)
    settings = AlertSettings(services.home)
    await to_thread.run_sync(
        settings.change, job.id, lambda before: replace(before, channels=(*before.channels, channel))
    )
    return channel


async def change_channel(services: Services, job: Job, channel: Channel, secret: str = "") -> None:
    """Replace the channel with this id, and its secret where one is given.

    Raises WizardError, NoSecret; JobFileError if there is no such channel, or its server needs the password again.
    """
    before = await _channel_of(services, job, channel.id)
    channel = _chosen_here(channel)
    if channel.kind in ("mail", "microsoft"):
        check_mail(channel)
    passed_in = await _passed_in(services, job, channel)
    secret = "" if passed_in else secret.strip()
    if channel.kind in ("webhook", "ping"):
        address = Secret(secret)
        if secret and not is_usable(address):
            raise JobFileError("alert-address-unusable", host=host_of(address))
        channel = replace(channel, host=host_of(address) if secret else before.host)
    if channel.has_secret and not (secret or passed_in) and (channel.host != before.host or not before.has_secret):
        raise JobFileError("mail-password-needed", host=channel.host)

    def change() -> None:
        kind = channel_secret(channel.id)
        if channel.has_secret and secret:
            services.secrets.store(job.id, kind, secret, channel.host)
        AlertSettings(services.home).change(
            job.id,
            lambda alerts: replace(
                alerts, channels=tuple(channel if one.id == channel.id else one for one in alerts.channels)
            ),
        )
        if before.has_secret and not channel.has_secret:
            services.secrets.delete(job.id, kind)

    await to_thread.run_sync(change, abandon_on_cancel=True)


def _chosen_here(channel: Channel) -> Channel:
    return replace(channel, computer=computer_id()) if channel.kind == "command" else channel


async def is_passed_in(services: Services, job: Job, channel: Channel) -> bool:
    """Whether the secret of a channel that is to be added comes from a file, the environment or systemd.

    Raises NoSecret where it cannot be read.
    """
    channel = replace(channel, id=_free_id(channel, await alerts_of(services, job)))
    return bool(await _passed_in(services, job, channel))


async def _passed_in(services: Services, job: Job, channel: Channel) -> str:
    """The secret that the caller passed in; "" = there is none, or the channel needs none."""
    kind = channel_secret(channel.id)

    def find() -> str:
        return services.secrets.find(job.id, kind) if services.secrets.is_passed_in(kind) else ""

    return await to_thread.run_sync(find) if channel.has_secret else ""


async def _channel_of(services: Services, job: Job, channel_id: str) -> Channel:
    found = next((one for one in (await alerts_of(services, job)).channels if one.id == channel_id), None)
    if found is None:
        raise JobFileError("no-such-channel", channel=channel_id, job=job.name)
    return found


async def remove_channel(services: Services, job: Job, channel_id: str) -> None:
    """Remove a channel and its secret; raises JobFileError if there is none with this id."""
    found = await _channel_of(services, job, channel_id)

    def remove() -> None:
        AlertSettings(services.home).change(
            job.id,
            lambda before: replace(before, channels=tuple(one for one in before.channels if one.id != channel_id)),
        )
        AlertStateStore(services.home, job.id).change(
            lambda before: replace(
                before, results={key: one for key, one in before.results.items() if key != channel_id}
            )
        )
        if found.has_secret:
            services.secrets.delete(job.id, channel_secret(channel_id))

    await to_thread.run_sync(remove, abandon_on_cancel=True)


async def forget(services: Services, job_id: str) -> None:
    """Remove a job's channels and their secrets; raises WizardError, NoSecret."""

    def remove() -> None:
        settings = AlertSettings(services.home)
        channels = settings.of_job(job_id).channels
        settings.change(job_id, lambda _: JobAlerts())
        for channel in (channel for channel in channels if channel.has_secret):
            services.secrets.delete(job_id, channel_secret(channel.id))

    await to_thread.run_sync(remove, abandon_on_cancel=True)


def _free_id(channel: Channel, alerts: JobAlerts) -> str:
    taken = {one.id for one in alerts.channels}
    names = (channel.kind, *(f"{channel.kind}-{number}" for number in range(2, 100)))
    return next(name for name in names if name not in taken)


# Sending


async def send_due(services: Services, job: Job) -> tuple[Outcome, ...]:
    """Send every alert that is due about a job; a channel that fails is reported through the others.

    Where HOME cannot be written, alerts are sent all the same, and again with the same id by the next run.
    """
    alerts = await alerts_of(services, job)
    if not alerts.channels or await paused_until(services):
        return ()
    outcomes: list[Outcome] = []
    for _round in range(2):  # the second one for channels that failed in the first
        found = await _send_round(services, job, alerts)
        outcomes += found
        if all(outcome.worked for outcome in found):
            break
    return tuple(outcomes)


async def send_due_of_all(services: Services, jobs: Iterable[Job]) -> tuple[Outcome, ...]:
    """Send every alert that is due about these jobs; a job that fails does not hold up the others."""
    outcomes: list[Outcome] = []
    for job in jobs:
        try:
            outcomes += await send_due(services, job)
        except WizardError as error:
            _log.warning("alerts were not sent: %s", error)
    return tuple(outcomes)


async def paused_until(services: Services) -> str:
    """Return until when a person paused all alerts of this computer; ISO time, "" = they are not paused.

    A pause that ends later than any was set before the clock was set back: it is over.
    """
    until = await to_thread.run_sync(AlertSettings(services.home).paused_until)
    is_paused = until and timedelta() < datetime.fromisoformat(until) - _now() <= LONGEST_PAUSE
    return until if is_paused else ""


async def _send_round(services: Services, job: Job, alerts: JobAlerts) -> tuple[Outcome, ...]:
    store = AlertStateStore(services.home, job.id)

    def claim() -> tuple[Letter, ...]:
        now = _now()
        found = judge(services, job, now)
        due: tuple[Letter, ...] = ()

        def new_id(about: str) -> str:
            # The same where the state cannot be stored: a receiver drops what it gets again on that day.
            text = f"{job.id} {about} {now.date()}"
            return hashlib.sha256(text.encode()).hexdigest()[:12] + (secrets.token_hex(6) if stored else "")

        def change(before: AlertState) -> AlertState:
            nonlocal due
            after, due = collect_due(
                before, found.health, alerts, now, new_id, partial(summary_of, found), complete_run_of(found)
            )
            return after

        stored = True
        try:
            store.change(change)
        except JobLocked:
            raise  # another process sends them
        except WizardError as error:
            _log.warning("the state of the alerts could not be stored: %s", error)
            stored = False
            change(store.read())
        return due

    outcomes: list[Outcome] = []
    due = await to_thread.run_sync(claim, abandon_on_cancel=True)

    async def send_all(channel: Channel) -> None:
        for letter in (letter for letter in due if channel.id in letter.pending):
            began = time.monotonic()
            outcome = await _send(services, job, channel, alert_of(job, letter), letter)
            outcomes.append(outcome)
            if not outcome.worked and time.monotonic() - began > _MOST_SECONDS:
                return  # a receiver that is silent: the other letters wait for the next time

    async with create_task_group() as group:
        for channel in alerts.channels:
            group.start_soon(send_all, channel)
    return tuple(outcomes)


async def send_tests(services: Services, job: Job, only: str = "") -> tuple[Outcome, ...]:
    """Send one message through each channel that is switched on, and return the result of each.

    only: id of the one channel to test, whether it is on or not.
    """
    now = _now().isoformat(timespec="seconds")
    title, text = _("Test alert"), _("This is a test. No action is needed.")
    alert = _alert(job, secrets.token_hex(12), _TEST, "info", title, text, now)
    alerts = await alerts_of(services, job)
    chosen = [one for one in alerts.channels if (one.id == only if only else one.on)]
    return tuple([await _send(services, job, channel, alert) for channel in chosen])


async def ping_end(services: Services, job: Job, alerts: JobAlerts, worked: bool) -> tuple[Outcome, ...]:
    """Ping that a run ended well, or failed."""
    pings = [channel for channel in alerts.channels if channel.on and channel.kind == "ping"]
    alert = _ping_of(job, "succeeded" if worked else "failed")
    outcomes: list[Outcome] = []

    async def send(channel: Channel) -> None:
        outcomes.append(await _send(services, job, channel, alert))

    async with create_task_group() as group:
        for channel in pings:
            group.start_soon(send, channel)
    return tuple(outcomes)


def ping_start(services: Services, job: Job) -> None:
    """Ping that a run began, without waiting for the answer."""

    def work() -> None:
        for channel in AlertSettings(services.home).of_job(job.id).channels:
            if channel.on and channel.kind == "ping":
                _tried(
                    services, job, channel, _ping_of(job, "started"), once=True
                )  # the ping at the end tells more

    threading.Thread(target=work, name="ping", daemon=True).start()


def _ping_of(job: Job, event: str) -> Alert:
    titles = {"started": _("Run started"), "succeeded": _("Run complete"), "failed": _("Run failed")}
    now = _now().isoformat(timespec="seconds")
    return _alert(job, secrets.token_hex(12), event, "info", titles[event], "", now)


def alert_of(job: Job, letter: Letter) -> Alert:
    """Return the message of a letter."""
    return _alert(job, letter.id, letter.event, letter.severity, letter.title, letter.text, letter.at)


def _alert(job: Job, id: str, event: str, severity: Severity, title: str, text: str, at: str) -> Alert:
    computer = this_computer()
    with plain():  # "Today" would be wrong when it is read
        sent = day_and_time(at)
    footer = (
        _("Job: {job}").format(job=job.name),
        _("Computer: {computer}").format(computer=computer),
        _("Time: {time}").format(time=sent),
        _("Sent by Identity Center Wizard"),
    )
    return Alert(id, event, job.name, severity, title, text, at, computer, footer)


async def _send(
    services: Services, job: Job, channel: Channel, alert: Alert, letter: Letter | None = None
) -> Outcome:
    """Send through one channel and store the result; letter: the channel is done with it then."""

    def work() -> Outcome:
        outcome = _tried(services, job, channel, alert)
        at = _now().isoformat(timespec="seconds")
        result = Result(at, outcome.worked, outcome.message.as_json(), alert.event == _TEST)

        def change(before: AlertState) -> AlertState:
            after = replace(before, results={**before.results, channel.id: result})
            if letter is None:
                return after
            if outcome.worked:
                after = replace(after, sent={**after.sent, letter.event: at})
            return mark_done(after, letter.id, channel.id)

        try:
            AlertStateStore(services.home, job.id).change(change)
        except WizardError as error:
            _log.warning("the result of an alert could not be stored: %s", error)
        return outcome

    return await to_thread.run_sync(work, abandon_on_cancel=True)


def _now() -> datetime:
    return datetime.now(UTC)


def _tried(services: Services, job: Job, channel: Channel, alert: Alert, *, once: bool = False) -> Outcome:
    most = 1 if once or channel.kind == "command" else 2 if channel.kind == "microsoft" else None
    failure = Message("alert-address-missing", host=channel.host)
    if channel.kind == "command" and channel.computer != computer_id():
        return Outcome(
            channel, False, Message("alert-command-of-another-computer", program="".join(channel.arguments[:1]))
        )
    try:
        secret = _secret_of(services, job, channel)
    except WizardError as error:
        return Outcome(channel, False, error.message)  # another try finds the same one
    began = time.monotonic()
    for wait in _TRIES_AFTER_SECONDS[:most]:
        if time.monotonic() - began > _MOST_SECONDS:
            break
        asked = failure.args.get("wait")  # Retry-After of the last answer
        if isinstance(asked, float) and asked > _LONGEST_WAIT:
            break
        time.sleep(max(wait, asked) if isinstance(asked, float) else wait)
        try:
            return Outcome(channel, True, _sent(services, job, channel, secret, alert))
        except WizardError as error:
            failure = error.message
            if isinstance(error, AccessRefused | MorePermission | NoSecret | Unconfirmed):
                break  # another try gets the same answer, or sends the same twice
        except Exception as error:  # no channel may end a run; what it says is dropped: it may hold the secret
            _log.error("an alert by %s failed: %s", channel.kind, type(error).__name__)
            return Outcome(channel, False, Message("unexpected-error"))
    return Outcome(channel, False, failure)


def _sent(services: Services, job: Job, channel: Channel, secret: Secret | None, alert: Alert) -> Message:
    """Send once; returns the result, raises WizardError. Blocks, in a thread without an event loop."""
    if channel.kind == "microsoft":
        return anyio.run(_sent_by_microsoft, services, job, channel, alert)
    from wizard.alerts.channels import CHANNELS  # not at the top: 15 ms that runs without alerts do without

    return CHANNELS[channel.kind](channel, secret, alert)


async def _sent_by_microsoft(services: Services, job: Job, channel: Channel, alert: Alert) -> Message:
    from wizard.alerts import microsoft  # few jobs have this channel
    from wizard.http.failures import AnswerLost

    if job.source.kind != "entra":
        raise WizardError("microsoft-mail-needs-entra", job=job.name)
    try:
        with fail_after(_MICROSOFT_SECONDS):
            async with services.entra.graph(job, need="mail") as client:
                return await microsoft.send(client, channel, alert)
    except TimeoutError:
        raise WizardError("microsoft-mail-timeout", seconds=round(_MICROSOFT_SECONDS)) from None
    except AnswerLost:
        raise WizardError("microsoft-mail-unconfirmed") from None


def _secret_of(services: Services, job: Job, channel: Channel) -> Secret | None:
    """The channel's secret; None = it needs none, or there is none. Raises NoSecret, OtherTenant, WizardError."""
    if not channel.has_secret:
        return None
    kind = channel_secret(channel.id)
    secret = Secret(services.secrets.find(job.id, kind, channel.host))
    servers = AlertSettings(services.home).servers_of(channel.id)
    if secret and channel.kind == "mail" and len(servers) > 1 and services.secrets.is_passed_in(kind):
        # A password names no server: that of one job must not go to the server of another.
        raise WizardError(
            "alert-password-for-several-servers", variable=kind.variable, hosts=tuple(sorted(servers))
        )
    if secret and channel.kind in ("webhook", "ping"):
        # One that was passed in may be another one than a person chose.
        if not is_usable(secret):
            raise WizardError("alert-address-unusable", host=host_of(secret))
        if host_of(secret) != channel.host:
            raise WizardError("alert-address-of-another-host", host=channel.host, passed_in=host_of(secret))
    return secret or None


def in_words(outcome: Outcome) -> str:
    """Return the result of a message, in words."""
    return messages.text(outcome.message)
