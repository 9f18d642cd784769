"""Which events are due, decided from a job's health and what was told before: pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from wizard.flow.runs.health import Finding, Health, HealthCode
from wizard.storage.health.alert_settings import JobAlerts, TellState, Told

Event = Literal["failed", "attention", "approval", "overdue", "quarantine", "secrets", "channel", "recovered"]
EVENTS: tuple[Event, ...] = (
    *("failed", "attention", "approval", "overdue", "quarantine", "secrets", "channel", "recovered"),
)
_EVENT_OF: Mapping[HealthCode, Event] = {
    "run-failed": "failed",
    "interrupted": "failed",
    "unreadable": "failed",
    "objects-failed": "attention",
    "held-back": "attention",
    "overdue": "overdue",
    "schedule-missing": "overdue",
    "schedule-off": "overdue",
    "schedule-broken": "overdue",
    "next-run-unknown": "overdue",
    "lingering-off": "overdue",
    "watcher-off": "overdue",
    "quarantined": "quarantine",
    "token-expired": "secrets",
    "token-expires": "secrets",
    "certificate-expires": "secrets",
    "sign-on-certificate-expires": "secrets",
    "alert-failed": "channel",
}
"""What is told of a finding; the others are shown in the program only."""
_RECOVERED = "recovered "
_AGAIN_AFTER = timedelta(hours=24)
_ABANDONED_AFTER = timedelta(minutes=3)
"""A process that began to send this long ago was killed: longer than all channels and their repetitions take."""


@dataclass(frozen=True, slots=True)
class Due:
    """One event to send now."""

    key: str
    told: Told
    event: Event
    finding: Finding | None
    """None = it is over."""


def event_of(finding: Finding) -> Event | None:
    """Return what is told of a finding; None = nothing."""
    if finding.code == "run-failed" and finding.tone == "warn":
        return "approval"
    return _EVENT_OF.get(finding.code)


def claimed(
    state: TellState, health: Health, alerts: JobAlerts, now: datetime, new_id: Callable[[], str]
) -> tuple[TellState, tuple[Due, ...]]:
    """Return the state with every event that is due marked as being sent, and these events.

    An event is due once for each cause, again after a day while it lasts, and when it is over. One that a process began
    to send and never ended is due again, with its id.
    """
    channels = tuple(channel.id for channel in alerts.channels if channel.on and channel.kind != "ping")
    moment = now.isoformat(timespec="milliseconds")
    wanted = {
        finding.code: (finding, event)
        for finding in health.findings
        if (event := event_of(finding)) is not None and event not in alerts.muted
    }
    told: dict[str, Told] = {}
    due: list[Due] = []
    for code, (finding, event) in wanted.items():
        before = state.told.get(code)
        one = _one(before, finding, alerts, now, lambda: Told(new_id(), "", "", moment, moment, channels))
        told[code] = one
        if one is not before and one.pending:
            due.append(Due(code, one, event, finding))
    for key, one in _over(state, wanted, alerts, moment, channels, new_id):
        if _is_abandoned(one, now) or key not in state.told:
            one = replace(one, claimed=moment)
            due.append(Due(key, one, "recovered", None))
        told[key] = one
    return replace(state, told=told), tuple(due)


def _one(before: Told | None, finding: Finding, alerts: JobAlerts, now: datetime, new: Callable[[], Told]) -> Told:
    """The event of a finding: as it was, taken over from a killed process, or a new one."""
    if before is None or before.cause != finding.cause:
        return replace(new(), cause=finding.cause, title=finding.title)
    if _is_abandoned(before, now):
        return replace(before, claimed=now.isoformat(timespec="milliseconds"))
    if not before.pending and alerts.repeats_daily and now - datetime.fromisoformat(before.at) >= _AGAIN_AFTER:
        return replace(new(), cause=finding.cause, title=finding.title)
    return before


def _over(
    state: TellState,
    wanted: Mapping[HealthCode, object],
    alerts: JobAlerts,
    moment: str,
    channels: tuple[str, ...],
    new_id: Callable[[], str],
) -> Iterator[tuple[str, Told]]:
    """What is over since it was told, and what is still being sent of that."""
    for key, one in state.told.items():
        if key.startswith(_RECOVERED):
            if one.pending:
                yield key, one
        elif key not in wanted and "recovered" not in alerts.muted and channels:
            yield _RECOVERED + key, Told(new_id(), one.cause, one.title, moment, moment, channels)


def _is_abandoned(one: Told, now: datetime) -> bool:
    return bool(one.pending) and now - datetime.fromisoformat(one.claimed) >= _ABANDONED_AFTER


def ended(state: TellState, key: str, event_id: str, channel_id: str) -> TellState:
    """Return the state after a channel took an event, or was given up for it."""
    one = state.told.get(key)
    if one is None or one.id != event_id:
        return state
    pending = tuple(each for each in one.pending if each != channel_id)
    return replace(state, told={**state.told, key: replace(one, pending=pending)})
