"""Tells a person outside the window: chooses channels, sends what is due, tests them. It never fails a run."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from anyio import create_task_group, to_thread

from wizard import messages
from wizard.alerts.interface import Alert, Severity
from wizard.alerts.interface import Channel as Channel  # cli imports it from here
from wizard.errors import JobFileError, Message, WizardError, message_from_json
from wizard.flow.alerts.telling import Due, claimed, ended
from wizard.flow.runs.states import judge
from wizard.flow.services import Services
from wizard.http.address import host_of, is_usable
from wizard.provisioning.job import Job
from wizard.secret import Secret
from wizard.storage.health.alert_settings import (
    AlertSettings,
    Result,
    TellState,
    TellStateStore,
    channel_secret,
)
from wizard.storage.health.alert_settings import JobAlerts as JobAlerts  # the window imports it from here
from wizard.storage.health.attempts import this_computer

_log = logging.getLogger(__name__)
_TRIES_AFTER_SECONDS = (0.0, 2.0, 8.0)
"""Waits before the tries of one message; a command is started once."""
_SEVERITIES: dict[str, Severity] = {"bad": "error", "warn": "warning"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one message through one channel."""

    channel: Channel
    worked: bool
    message: Message


# Choosing


async def alerts_of(services: Services, job: Job) -> JobAlerts:
    """Return the job's alerts."""
    return await to_thread.run_sync(lambda: AlertSettings(services.home).of_job(job.id))


async def last_results(services: Services, job: Job) -> dict[str, tuple[str, bool, Message]]:
    """Return channel id -> (time, whether it worked, what is known) of the last message through each channel."""
    state = await to_thread.run_sync(TellStateStore(services.home, job.id).read)
    return {key: (one.at, one.worked, message_from_json(one.message)) for key, one in state.results.items()}


async def change_alerts(services: Services, job: Job, change: Callable[[JobAlerts], JobAlerts]) -> JobAlerts:
    """Change what is told and which channels are on, and return the job's alerts; raises WizardError."""
    settings = AlertSettings(services.home)
    await to_thread.run_sync(settings.change, job.id, change)
    return await alerts_of(services, job)


async def add_channel(services: Services, job: Job, channel: Channel, secret: str = "") -> Channel:
    """Store a channel, and its secret in the keyring; returns it with its id. Raises WizardError, NoSecret."""
    channel = replace(channel, id=_free_id(channel, await alerts_of(services, job)))
    if channel.kind in ("webhook", "ping"):
        address = Secret(secret.strip())
        if not is_usable(address):
            raise JobFileError("alert-address-unusable", host=host_of(address))
        channel = replace(channel, host=host_of(address))
    if channel.has_secret:
        kind = channel_secret(channel.id)
        store = partial(services.secrets.store, job.id, kind, secret, channel.host)
        await to_thread.run_sync(store, abandon_on_cancel=True)
    settings = AlertSettings(services.home)
    await to_thread.run_sync(
        settings.change, job.id, lambda before: replace(before, channels=(*before.channels, channel))
    )
    return channel


async def remove_channel(services: Services, job: Job, channel_id: str) -> None:
    """Remove a channel and its secret; raises JobFileError if there is none with this id."""
    found = next((one for one in (await alerts_of(services, job)).channels if one.id == channel_id), None)
    if found is None:
        raise JobFileError("no-such-channel", channel=channel_id, job=job.name)

    def remove() -> None:
        AlertSettings(services.home).change(
            job.id,
            lambda before: replace(before, channels=tuple(one for one in before.channels if one.id != channel_id)),
        )
        TellStateStore(services.home, job.id).change(
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


async def tell(services: Services, job: Job) -> tuple[Outcome, ...]:
    """Send what is due about a job; a channel that fails is told through the others."""
    alerts = await alerts_of(services, job)
    if not alerts.channels:
        return ()
    outcomes: list[Outcome] = []
    for _ in range(2):  # the second time for channels that failed in the first
        found = await _tell_once(services, job, alerts)
        outcomes += found
        if all(outcome.worked for outcome in found):
            break
    return tuple(outcomes)


async def tell_about(services: Services, jobs: Iterable[Job]) -> tuple[Outcome, ...]:
    """Send what is due about these jobs; one whose state cannot be stored does not hold up the others."""
    outcomes: list[Outcome] = []
    for job in jobs:
        try:
            outcomes += await tell(services, job)
        except WizardError as error:
            _log.warning("alerts were not sent: %s", error)
    return tuple(outcomes)


async def _tell_once(services: Services, job: Job, alerts: JobAlerts) -> tuple[Outcome, ...]:
    store = TellStateStore(services.home, job.id)

    def claim() -> tuple[Due, ...]:
        now = datetime.now(UTC)
        health = judge(services, job, now).health
        due: tuple[Due, ...] = ()

        def change(before: TellState) -> TellState:
            nonlocal due
            after, due = claimed(before, health, alerts, now, lambda: secrets.token_hex(12))
            return after

        store.change(change)
        return due

    outcomes: list[Outcome] = []
    due = await to_thread.run_sync(claim, abandon_on_cancel=True)

    async def send_all(channel: Channel) -> None:
        outcomes.extend(
            [
                await _send(services, job, channel, alert_of(job, one, alerts), (one.key, one.told.id))
                for one in due
                if channel.id in one.told.pending
            ]
        )

    async with create_task_group() as group:
        for channel in alerts.channels:
            group.start_soon(send_all, channel)
    return tuple(outcomes)


async def send_tests(services: Services, job: Job, only: str = "") -> tuple[Outcome, ...]:
    """Send one message through each channel that is switched on, and return what is known of each.

    only: id of the one channel to test, whether it is on or not.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    alert = Alert(
        secrets.token_hex(12),
        "test",
        job.name,
        "info",
        "Test of alerts",
        "Nothing happened.",
        now,
        this_computer(),
    )
    alerts = await alerts_of(services, job)
    chosen = [one for one in alerts.channels if (one.id == only if only else one.on)]
    return tuple([await _send(services, job, channel, alert) for channel in chosen])


async def ping_end(services: Services, job: Job, alerts: JobAlerts, worked: bool) -> tuple[Outcome, ...]:
    """Ping that a run ended well, or failed."""
    pings = [channel for channel in alerts.channels if channel.on and channel.kind == "ping"]
    alert = _ping_of(job, "succeeded" if worked else "failed")
    return tuple([await _send(services, job, channel, alert) for channel in pings])


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
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Alert(secrets.token_hex(12), event, job.name, "info", f"Run {event}", "", now, this_computer())


def alert_of(job: Job, due: Due, alerts: JobAlerts) -> Alert:
    """Return the message about an event; it names people only where a person chose so."""
    finding, told = due.finding, due.told
    severity: Severity = "info"
    if finding is None:
        title, text = f"Over: {told.title}", "It needs nobody any more."
    else:
        severity, title, text = _SEVERITIES.get(finding.tone, "info"), finding.title, finding.text
        if finding.names_people and not alerts.names_people:
            text = f"{finding.cause}. Open the job to see whom it is about."
    return Alert(told.id, due.event, job.name, severity, title, text, told.at, this_computer())


async def _send(
    services: Services, job: Job, channel: Channel, alert: Alert, event: tuple[str, str] | None = None
) -> Outcome:
    """Send through one channel and note the result; event: (key, id) that the channel has ended with then."""

    def work() -> Outcome:
        outcome = _tried(services, job, channel, alert)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        result = Result(now, outcome.worked, outcome.message.as_json())

        def note(before: TellState) -> TellState:
            after = replace(before, results={**before.results, channel.id: result})
            return ended(after, *event, channel.id) if event is not None else after

        try:
            TellStateStore(services.home, job.id).change(note)
        except WizardError as error:
            _log.warning("that an alert was sent could not be noted: %s", error)
        return outcome

    return await to_thread.run_sync(work, abandon_on_cancel=True)


def _tried(services: Services, job: Job, channel: Channel, alert: Alert, *, once: bool = False) -> Outcome:
    from wizard.alerts.channels import CHANNELS  # not at the top: 15 ms that runs without alerts do without

    waits = _TRIES_AFTER_SECONDS[:1] if once or channel.kind == "command" else _TRIES_AFTER_SECONDS
    failure = Message("alert-address-missing", host=channel.host)
    for wait in waits:
        time.sleep(wait)
        try:
            return Outcome(
                channel, True, CHANNELS[channel.kind](channel, _secret_of(services, job, channel), alert)
            )
        except WizardError as error:
            failure = error.message
    return Outcome(channel, False, failure)


def _secret_of(services: Services, job: Job, channel: Channel) -> Secret | None:
    """The channel's secret; None = it needs none, or there is none. Raises NoSecret, OtherTenant."""
    if not channel.has_secret:
        return None
    text = services.secrets.find(job.id, channel_secret(channel.id), channel.host)
    return Secret(text) if text else None


def in_words(outcome: Outcome) -> str:
    """Return what is known of a message, in one sentence."""
    return messages.text(outcome.message)
