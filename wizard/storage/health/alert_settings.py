"""The alerts that a person chose on this computer, and those that were sent. Stored in HOME, never in a job file.

A job file that names an alert therefore starts nothing and sends nothing. If the settings are lost, nothing is sent
until a person chooses again.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from wizard.alerts.interface import Channel, Severity
from wizard.errors import JobLocked
from wizard.secret import alert_variable, credential_name
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretKind
from wizard.storage.small_files import SmallFile, computer_id

OFF_BY_DEFAULT = frozenset({"complete"})
"""Events that are sent only where a person chose so."""
MOST_PEOPLE = 100_000
MOST_HOURS = 999
"""The most that can be set as limits."""
_LOCK_SECONDS = 10.0
"""Longest wait for another process that changes the same state: it holds the lock for one write to the disk."""


@dataclass(frozen=True, slots=True)
class JobAlerts:
    """The alerts of one job."""

    channels: tuple[Channel, ...] = ()
    muted: tuple[str, ...] = ()
    """Events that are not sent. Those of `OFF_BY_DEFAULT` are never in it."""
    complete_since: str = ""
    """ISO time, UTC, since when complete runs are sent; "" = they are not."""
    attention_over: int = 0
    """Failures are sent where they concern more people and groups than this."""
    silent_hours: int = 0
    """A job without a run for so long is overdue, also without a schedule; 0 = no such limit."""
    silent_since: str = ""
    """ISO time, UTC, when that limit was set: a job that never ran is overdue from then on."""
    repeats_daily: bool = True
    """Send again once a day while it lasts."""
    names_people: bool = False
    quiet_from: str = ""
    """Local time "22:00" from which alerts wait; "" = no quiet hours."""
    quiet_to: str = ""
    """Local time at which the alerts of the quiet hours are sent."""
    urgent_at_once: bool = True
    """Urgent alerts are sent in quiet hours too."""
    summary: Literal["", "daily", "weekly"] = ""
    summary_at: str = "08:00"
    summary_day: int = 0
    """Of a weekly summary; 0 = Monday."""
    time_zone: str = ""
    """IANA name, such as Europe/Berlin; "" = that of the computer."""

    def is_on(self, event: str) -> bool:
        """Whether alerts of this event are sent."""
        return bool(self.complete_since) if event in OFF_BY_DEFAULT else event not in self.muted

    def switched(self, event: str, on: bool, now: datetime) -> "JobAlerts":
        """Return the settings with an event switched on or off."""
        if event in OFF_BY_DEFAULT:
            since = self.complete_since or now.astimezone(UTC).isoformat(timespec="seconds")
            return replace(self, complete_since=since if on else "")
        others = tuple(one for one in self.muted if one != event)
        return replace(self, muted=others if on else (*others, event))

    def overdue_after(self, hours: int, now: datetime) -> "JobAlerts":
        """Return the settings with this limit for a job without a run; 0 = none."""
        since = self.silent_since or now.astimezone(UTC).isoformat(timespec="seconds")
        return replace(self, silent_hours=hours, silent_since=since if hours else "")


@dataclass(frozen=True, slots=True)
class _Content:
    metrics_file: str = ""
    """Absolute path of the file of metrics that is written after each run; "" = none."""
    metrics_computer: str = ""
    """The computer on which it was chosen."""
    jobs: dict[str, JobAlerts] = field(default_factory=dict)
    """Job id -> its alerts."""
    paused_until: str = ""
    """ISO time, UTC, before which no alert is sent; "" = none."""


class AlertSettings:
    """The settings for alerts and metrics."""

    def __init__(self, home: Home) -> None:
        self._file = SmallFile[_Content](home.root / "alerts.json", _Content, _Content(), home.ready)

    def metrics_file(self) -> str:
        """Return the file of metrics; "" = none, or one that was chosen on another computer."""
        content = self._file.read()
        return content.metrics_file if content.metrics_computer == computer_id() else ""

    def set_metrics_file(self, path: str) -> None:
        """Choose the file of metrics, "" = none; raises WizardError where that cannot be stored."""
        self._file.change(lambda before: replace(before, metrics_file=path, metrics_computer=computer_id()))

    def paused_until(self) -> str:
        """Return until when no alert is sent, as ISO time; "" = alerts are sent."""
        until = self._file.read().paused_until
        return _moment(until)

    def pause_until(self, until: str) -> None:
        """Send no alerts before this time, "" = send them; raises WizardError where that cannot be stored."""
        self._file.change(lambda before: replace(before, paused_until=until))

    def of_job(self, job_id: str) -> JobAlerts:
        """Return a job's alerts."""
        return _usable(self._file.read().jobs.get(job_id, JobAlerts()))

    def servers_of(self, channel_id: str) -> frozenset[str]:
        """Return the hosts to which any job sends a secret through channels with this id."""
        jobs = self._file.read().jobs.values()
        return frozenset(
            one.host for alerts in jobs for one in alerts.channels if one.id == channel_id and one.has_secret
        )

    def change(self, job_id: str, change: Callable[[JobAlerts], JobAlerts]) -> None:
        """Replace a job's alerts; raises WizardError where they cannot be stored."""

        def changed(before: _Content) -> _Content:
            alerts = change(_usable(before.jobs.get(job_id, JobAlerts())))
            others = {key: value for key, value in before.jobs.items() if key != job_id}
            return replace(before, jobs=others if alerts == JobAlerts() else {**others, job_id: alerts})

        self._file.change(changed)


def _usable(alerts: JobAlerts) -> JobAlerts:
    """Return the settings without values that no person can have chosen: the file was changed by hand, or damaged."""
    return replace(
        alerts,
        attention_over=alerts.attention_over if 0 <= alerts.attention_over <= MOST_PEOPLE else 0,
        silent_hours=alerts.silent_hours if 0 <= alerts.silent_hours <= MOST_HOURS else 0,
        silent_since=_moment(alerts.silent_since),
        complete_since=_moment(alerts.complete_since),
    )


def _moment(text: str) -> str:
    """Return an ISO time with its zone; "" = it is none."""
    try:
        return text if datetime.fromisoformat(text).tzinfo is not None else ""
    except ValueError:
        return ""


def channel_secret(channel_id: str) -> SecretKind:
    """Return the kind of a channel's secret: a password, or an address that is a secret itself, bound to its host."""
    name = f"alert-{channel_id}"
    return SecretKind(name, f"{name}-host", alert_variable(channel_id), credential_name(name))


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding for which an alert was made."""

    cause: str
    title: str
    at: str
    """ISO time, UTC, when the alert was made."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One alert on its way: stored before it is sent, removed when every channel is done with it.

    It holds the finished texts: the finding may be over when it is sent.
    """

    id: str
    key: str
    """Of the finding, "recovered CODE", or "summary"."""
    event: str
    severity: Severity
    title: str
    text: str
    at: str
    """ISO time, UTC, of the event."""
    pending: tuple[str, ...]
    """Ids of the channels that are not done with it."""
    claimed: str = ""
    """ISO time, UTC, when a process began to send it; "" = none did."""
    after: str = ""
    """ISO time, UTC, before which it is not sent; "" = at once."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of the last message through a channel."""

    at: str
    """ISO time, UTC."""
    worked: bool
    message: Mapping[str, Any]
    """`Message.as_json`."""
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class AlertState:
    """The alerts of one job that were made, and those on their way."""

    reported: dict[str, Reported] = field(default_factory=dict)
    """Code of a finding -> its last alert."""
    letters: tuple[Letter, ...] = ()
    results: dict[str, Result] = field(default_factory=dict)
    """Channel id -> its last result."""
    summarised: str = ""
    """ISO time, UTC, at which the period of the last summary ended; "" = none yet."""
    sent: dict[str, str] = field(default_factory=dict)
    """Event -> ISO time, UTC, when a channel accepted its last alert."""
    completed: str = ""
    """ISO time, UTC, of the start of the last complete run that was considered."""


class AlertStateStore:
    """The alert state of one job. If it is lost, what lasts is sent once more."""

    def __init__(self, home: Home, job_id: str) -> None:
        path = home.of_job(job_id, "health") / f"{job_id}.told.json"
        self._file = SmallFile[AlertState](path, AlertState, AlertState(), home.ready)

    def read(self) -> AlertState:
        """Return the state."""
        return self._file.read()

    def change(self, change: Callable[[AlertState], AlertState]) -> AlertState:
        """Replace the state, one process at a time; raises WizardError."""
        until = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                return self._file.change(change)
            except JobLocked:
                if time.monotonic() >= until:
                    raise
