"""Decides which alerts are due, from a job's health and its stored alert state: pure.

An alert is stored as a `Letter` before it is sent, and removed when every channel is done with it. A process that is
killed between leaves the letter: the next one sends it again, with the same id.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wizard.alerts.interface import Severity
from wizard.flow.runs.health import OTHER_PROGRAM, Finding, Health, HealthCode, is_in_future
from wizard.messages.translation import _
from wizard.names import composed
from wizard.storage.health.alert_settings import AlertState, JobAlerts, Letter, Reported

Event = Literal[
    "failed",
    "attention",
    "approval",
    "overdue",
    "other-program",
    "quarantine",
    "secrets",
    "channel",
    "recovered",
    "complete",
    "summary",
]
EVENTS: tuple[Event, ...] = (
    *("failed", "attention", "approval", "overdue", "other-program", "quarantine", "secrets", "channel"),
    *("recovered", "complete"),
)
"""Those that a person can switch off or on."""
_EVENT_OF: Mapping[HealthCode, Event] = {
    "run-failed": "failed",
    "interrupted": "failed",
    "unreadable": "failed",
    "objects-failed": "attention",
    "held-back": "attention",
    "overdue": "overdue",
    "clock-changed": "overdue",
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
    "client-secret-expires": "secrets",
    "sign-on-certificate-expires": "secrets",
    "microsoft": "attention",
    "microsoft-unknown": "overdue",
    "edits-waiting": "approval",
    "alert-failed": "channel",
}
"""The event of a finding; findings of other codes are shown in the program only."""
_URGENT = frozenset[HealthCode]({"quarantined", "run-failed", "interrupted", "token-expired"})
"""Provisioning has stopped until a person acts."""
_SEVERITIES: Mapping[str, Severity] = {"bad": "error", "warn": "warning"}
_RECOVERED = "recovered "
_BELOW = "below-threshold"
"""Cause of what was reported and concerns so few people now that it would not be: more of them are reported again."""
_AGAIN_AFTER = timedelta(hours=24)
_ABANDONED_AFTER = timedelta(minutes=3)
"""A process that began to send this long ago was killed: longer than all channels and their repetitions take."""
_LONGEST_QUIET = timedelta(hours=26)
"""Quiet hours end within a day; a letter that waits longer was written before the clock was set back."""
_LONGEST_PERIOD = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Report:
    """What a summary says."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class CompleteRun:
    """The last run of everyone that reached its end."""

    started: str
    """ISO time, UTC."""
    ended: str
    """ISO time, UTC."""
    text: str
    """What it did."""


Summarise = Callable[[datetime, datetime], Report]
"""Returns the summary of a period."""


def events_of(finding: Finding) -> tuple[Event, ...]:
    """Return the events of a finding, the most specific first; () = no alert."""
    if finding.tone not in _SEVERITIES:
        return ()
    if finding.code == "run-failed" and finding.tone == "warn":
        return ("approval",) if OTHER_PROGRAM.isdisjoint(finding.cause.split()) else ("other-program", "approval")
    event = _EVENT_OF.get(finding.code)
    return () if event is None else (event,)


def _event_of(finding: Finding, alerts: JobAlerts) -> Event | None:
    """The event under which a finding is sent; None = a person switched it off, or it is none."""
    return next(filter(alerts.is_on, events_of(finding)), None)


def _is_below(finding: Finding, alerts: JobAlerts) -> bool:
    """Whether it concerns so few people that a person does not want to hear about it."""
    return 0 < finding.concerned <= alerts.attention_over


@dataclass(frozen=True, slots=True)
class _Round:
    """What the letters of one look at a job have in common."""

    alerts: JobAlerts
    now: datetime
    zone: tzinfo | None
    channels: tuple[str, ...]
    new_id: Callable[[str], str]

    def letter(
        self, about: str, key: str, event: Event, severity: Severity, title: str, text: str, *, waits: bool = True
    ) -> Letter:
        """Write a letter; about: what its id is made from; waits: for the end of quiet hours.

        Names of files may hold half of a character, which no file and no channel takes.
        """
        title, text = composed(title), composed(text)
        after = _quiet_until(self.alerts, self.now, self.zone) if waits else ""
        at = _iso(self.now)
        return Letter(
            self.new_id(about), key, event, severity, title, text, at, pending=self.channels, after=after
        )


def collect_due(
    state: AlertState,
    health: Health,
    alerts: JobAlerts,
    now: datetime,
    new_id: Callable[[str], str],
    summarise: Summarise,
    complete: CompleteRun | None = None,
) -> tuple[AlertState, tuple[Letter, ...]]:
    """Return the state with new letters, and every letter to send now, marked as being sent.

    A letter is written once for each cause, again after a day while it lasts, and when it is over. In quiet hours it
    waits for their end. new_id: makes an id from what the letter is about.
    """
    channels = tuple(channel.id for channel in alerts.channels if channel.on and channel.kind != "ping")
    this = _Round(alerts, now, zone_of(alerts.time_zone), channels, new_id)
    wanted: dict[str, tuple[Finding, Event]] = {}
    reported: dict[str, Reported] = {}
    lasts = {finding.code for finding in health.findings if events_of(finding)}
    for finding in health.findings:
        event, earlier = _event_of(finding, alerts), state.reported.get(finding.code)
        if event is not None and not _is_below(finding, alerts):
            wanted[finding.code] = (finding, event)
        elif event is not None and earlier is not None:
            reported[finding.code] = replace(earlier, cause=_BELOW)
    letters = [letter for letter in state.letters if alerts.is_on(letter.event)]
    for code, (finding, event) in wanted.items():
        before = state.reported.get(code)
        waits = any(letter.key == code for letter in letters)
        if before is not None and not _is_due(before, finding, alerts, now, waits):
            reported[code] = before
            continue
        reported[code] = Reported(finding.cause, composed(finding.title), _iso(now))
        if channels:
            letters.append(_letter_of(finding, event, this))
    letters += _over(state, lasts, this)
    if complete is not None and complete.started != state.completed:
        letters += _complete(complete, this)
    summarised, summary = _summary(state, this, summarise)
    letters += summary
    kept: list[Letter] = []
    due: list[Letter] = []
    for letter in letters:
        letter = replace(letter, pending=tuple(one for one in letter.pending if one in channels))
        if letter.pending and _is_sendable(letter, now):
            letter = replace(letter, claimed=_iso(now))
            due.append(letter)
        if letter.pending:
            kept.append(letter)
    completed = complete.started if complete is not None else state.completed
    after = replace(state, reported=reported, letters=tuple(kept), summarised=summarised, completed=completed)
    return after, tuple(due)


def mark_done(state: AlertState, letter_id: str, channel_id: str) -> AlertState:
    """Return the state after a channel took a letter, or was given up for it."""
    letters = tuple(
        replace(one, pending=tuple(each for each in one.pending if each != channel_id))
        if one.id == letter_id
        else one
        for one in state.letters
    )
    return replace(state, letters=tuple(one for one in letters if one.pending))


def _is_due(before: Reported, finding: Finding, alerts: JobAlerts, now: datetime, waits: bool) -> bool:
    """waits: its letter was not sent yet. A cause that is over is no news; one more is."""
    if not set(finding.cause.split()) <= set(before.cause.split()):
        return True
    age = now - datetime.fromisoformat(before.at)
    return alerts.repeats_daily and not waits and abs(age) >= _AGAIN_AFTER  # negative: the clock was set back


def _letter_of(finding: Finding, event: Event, this: _Round) -> Letter:
    text = finding.text
    if finding.names_people and not this.alerts.names_people:
        text = _("Open the job to see who is affected ({cause}).").format(cause=finding.cause)
    return this.letter(
        f"{finding.code} {finding.cause}",
        finding.code,
        event,
        _SEVERITIES.get(finding.tone, "info"),
        finding.title,
        text,
        waits=not (finding.code in _URGENT and this.alerts.urgent_at_once),
    )


def _over(state: AlertState, lasts: Collection[str], this: _Round) -> Iterator[Letter]:
    """A letter for each finding that was reported and is over. lasts: codes of findings that a person may have muted."""
    for code, before in state.reported.items():
        if code in lasts or not this.alerts.is_on("recovered") or not this.channels:
            continue
        title = _("Resolved: {problem}").format(problem=before.title)
        key = f"{_RECOVERED}{code}"
        yield this.letter(f"{key} {before.at}", key, "recovered", "info", title, _("No action is needed."))


def _complete(run: CompleteRun, this: _Round) -> Iterator[Letter]:
    """A letter for a run that ended after a person chose to hear about complete runs."""
    if not this.channels or not this.alerts.is_on("complete"):
        return
    since = datetime.fromisoformat(this.alerts.complete_since)
    # Later than now: chosen before the clock was set back.
    if datetime.fromisoformat(run.ended) < since <= this.now:
        return
    yield this.letter(f"complete {run.started}", "complete", "complete", "info", _("Run complete"), run.text)


def _is_sendable(letter: Letter, now: datetime) -> bool:
    if letter.after and timedelta() < datetime.fromisoformat(letter.after) - now < _LONGEST_QUIET:
        return False
    # The difference is negative where the clock was set back.
    return not letter.claimed or abs(now - datetime.fromisoformat(letter.claimed)) >= _ABANDONED_AFTER


# --- quiet hours and summaries -----------------------------------------------------------------------------------------


def zone_of(name: str) -> tzinfo | None:
    """The time zone of this name; None = that of the computer, also where the name is unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def time_of(text: str) -> time | None:
    """A time of day written "22:00"; None = it is something else."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None and len(text) == 5 else None


def _quiet_until(alerts: JobAlerts, now: datetime, zone: tzinfo | None) -> str:
    """When the quiet hours end in which `now` lies, as ISO time in UTC; "" = it lies in none."""
    begins, ends = time_of(alerts.quiet_from), time_of(alerts.quiet_to)
    if begins is None or ends is None or begins == ends:
        return ""
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last_day = day if begins < ends else day + timedelta(days=1)
        # Where a time occurs twice (end of summer time), quiet hours begin at the first and end at the second.
        first, last = _moment(day, begins, zone, 0), _moment(last_day, ends, zone, 1)
        if first <= now < last:
            return _iso(last)
    return ""


def _summary(state: AlertState, this: _Round, summarise: Summarise) -> tuple[str, list[Letter]]:
    """(end of the last period that was summarised, the letter of a period that has ended since)."""
    moment = time_of(this.alerts.summary_at)
    if not this.alerts.summary or moment is None or not this.channels:
        return "", []
    end = _last_end(this.alerts, this.now, this.zone, moment)
    try:
        before = datetime.fromisoformat(state.summarised)
    except ValueError:
        return _iso(end), []  # the first summary comes at the end of the next period
    if (
        abs(end - before) > 4 * _LONGEST_PERIOD
    ):  # the clock was set, or the computer was off: no summary of a month
        before = end - _LONGEST_PERIOD if end > before else end
    if is_in_future(state.summarised, this.now):
        return _iso(end), []  # the clock was set back: the next summary comes at the end of this period
    if end <= before:
        return _iso(before), []
    report = summarise(before, end)
    about = f"summary {_iso(end)}"
    return _iso(end), [this.letter(about, "summary", "summary", "info", report.title, report.text, waits=False)]


def _last_end(alerts: JobAlerts, now: datetime, zone: tzinfo | None, moment: time) -> datetime:
    """The last moment, not after now, at which a period ended."""
    today = now.astimezone(zone).date()
    days = range(8) if alerts.summary == "weekly" else range(2)
    ends = (
        _moment(day, moment, zone, 0)
        for day in (today - timedelta(days=back) for back in days)
        if alerts.summary == "daily" or day.weekday() == alerts.summary_day % 7
    )
    return next(end for end in ends if end <= now)


def _moment(day: date, moment: time, zone: tzinfo | None, fold: Literal[0, 1]) -> datetime:
    """A local time as a moment. Without a zone, Python asks the system, which knows its summer time."""
    return datetime.combine(day, moment, zone).replace(fold=fold).astimezone(UTC)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
