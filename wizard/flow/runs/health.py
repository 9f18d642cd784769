"""How a job fares, and the one thing to do about it: pure, from its runs, its schedule and its token."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from wizard import messages
from wizard.errors import Message
from wizard.flow.runs.texts import count_of, done_in_words, outcome_of, purpose_of
from wizard.flow.schedules.texts import every, problems
from wizard.flow.steps.fix import Fix, fix_of
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages import Noun, counted, listed
from wizard.messages.translation import _
from wizard.storage.health.attempts import Attempts

if TYPE_CHECKING:
    from wizard.flow.schedules.texts import Installed
    from wizard.provisioning.job import Job
    from wizard.provisioning.retry_later import Quarantine
    from wizard.storage.log_pages import Cause, RunRecord

TOKEN_STAGES = (1, 7, 14, 30)
"""Days left at which an access token that expires is told again. AWS sends reminders from 90 days before the end."""
TOKEN_WARNING_DAYS = TOKEN_STAGES[-1]


_KEPT = "Completed changes are kept. The next run continues with the rest."


@dataclass(frozen=True, slots=True)
class TokenLife:
    """When the access token expires, if the day of its creation is known."""

    expires_on: str
    """ISO date; "" = unknown."""
    days_left: int
    """Negative: it has expired."""

    @property
    def is_expired(self) -> bool:
        """The day is known and has passed."""
        return bool(self.expires_on) and self.days_left < 0

    @property
    def expires_soon(self) -> bool:
        """The day is known and near."""
        return bool(self.expires_on) and 0 <= self.days_left <= TOKEN_WARNING_DAYS


def token_life(job: "Job", today: date | None = None) -> TokenLife:
    """Return when the token expires: one year after its creation."""
    try:
        made = date.fromisoformat(job.target.token_made_on)
    except ValueError:  # unknown, or something else was written into the file
        return TokenLife("", 0)
    if made.year >= date.max.year:
        return TokenLife("", 0)
    try:
        ends = made.replace(year=made.year + 1)
    except ValueError:  # made on 29 February
        ends = made.replace(year=made.year + 1, month=3, day=1)
    return TokenLife(ends.isoformat(), (ends - (today or datetime.now(UTC).date())).days)


Remedy = Literal["", "preview", "retry", "fix", "token", "lift"]
"""What its button does: nothing, show what would change (of everyone, or of those who failed), lead to what puts most
of the failures right, to the token's page, let repeated runs go again."""
HealthCode = Literal[
    "quarantined",
    "token-expired",
    "never-run",
    "under-way",
    "run-failed",
    "interrupted",
    "overdue",
    "objects-failed",
    "schedule-missing",
    "schedule-off",
    "schedule-elsewhere",
    "schedule-broken",
    "next-run-unknown",
    "lingering-off",
    "watcher-off",
    "held-back",
    "token-expires",
    "certificate-expires",
    "groups-unread",
    "edits-waiting",
    "stopped",
    "unreadable",
    "alert-failed",
    "microsoft",
    "microsoft-unknown",
    "healthy",
]
MICROSOFT_QUARANTINES = frozenset(
    {"entra-quarantine", "entra-deletions-held", "entra-credentials-refused", "entra-too-many-failures"}
)
"""States of Microsoft's service in which it does nothing until somebody acts."""
State = Literal["healthy", "attention", "quarantined"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a job: one line, why, one button."""

    code: HealthCode
    tone: Literal["info", "ok", "warn", "bad"]
    title: str
    text: str
    remedy: Remedy = ""
    verb: str = ""
    """What the button says."""
    failed: int = 0
    """Of the last run: there are causes to show."""
    fix: Fix | None = None
    """Where remedy "fix" leads."""
    retry: str = ""
    """Text of a second button, which retries those who failed, where that can help some of them; "" = none."""
    cause: str = ""
    """What tells one finding of this code from another: an error's code, the causes of failures."""
    names_people: bool = False
    """The text names people."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a job fares."""

    findings: tuple[Finding, ...]
    """At least one, the most urgent first."""

    @property
    def first(self) -> Finding:
        """The most urgent."""
        return self.findings[0]

    @property
    def state(self) -> State:
        """What `health` exits with."""
        codes = {finding.code for finding in self.findings}
        if "quarantined" in codes:
            return "quarantined"
        needs_somebody = any(finding.tone in ("warn", "bad") for finding in self.findings)
        return "attention" if needs_somebody or "never-run" in codes else "healthy"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a job's health is judged by. See `facts.gather`."""

    runs: "Sequence[RunRecord]" = ()
    """Every run that is still stored, the newest first."""
    quarantine: "Quarantine | None" = None
    causes: "Sequence[Cause]" = ()
    """Of the failures of the last run of everyone."""
    attempts: Attempts = field(default_factory=Attempts)
    schedule: "Installed | None" = None
    """None = it runs by hand only, as far as this computer's scheduler knows."""
    watcher_is_off: bool = False
    """A watcher of the schedules is installed, and the system does not start it."""
    lingers: bool | None = None
    """Whether user timers run while nobody is signed in; None = not a question here."""
    computer: str = ""
    """The name of this computer."""
    unread_since: str = ""
    """ISO time, UTC, of the oldest reading of a group's members; "" = none, or not known."""
    silent_channels: tuple[tuple[str, Message], ...] = ()
    """(host or kind, why) of each alert channel whose last message did not get through."""
    certificate_ends: str = ""
    """ISO time, UTC, when the certificate of the job's application expires; "" = it signs in otherwise, or not known."""
    edited_at: str = ""
    """ISO time, UTC, of the last edit that was not reviewed yet; "" = none."""


def health(job: "Job", facts: Facts, now: datetime, time_text: Callable[[str], str] = str) -> Health:
    """Return what is to be known about a job, the most urgent first; pure.

    `time_text` writes an ISO time (UTC) as the caller shows times.
    """
    if job.engine == "entra":
        findings = tuple(_of_microsoft(job, facts, now))
    else:
        findings = tuple(_findings(job, facts, now, time_text))
    if findings:
        return Health(findings)
    last = whole_runs(facts.runs)[0]
    text = " ".join((done_in_words(last.counts) if last.counts else "", *_remarks(last.planned)))
    return Health((Finding("healthy", "ok", "All in order", text),))


def _findings(job: "Job", facts: Facts, now: datetime, time_text: Callable[[str], str]) -> Iterator[Finding]:
    life = token_life(job, now.date())
    quarantine = facts.quarantine
    last = next(iter(whole_runs(facts.runs)), None)
    if quarantine is not None and quarantine.stands:
        found = _quarantined(quarantine, now, time_text)
        if life.is_expired:  # first what a person can do about it
            yield _expired(life)
        yield found
    elif life.is_expired:
        yield _expired(life)
    failed = _failed_before_its_report(facts, last)
    if last is None and failed is None:
        text = "The wizard first shows what it would change. Nothing happens before you accept it."
        yield Finding("never-run", "info", "Not run yet", text, "preview", "Review the changes")
    if failed is not None:
        yield failed
    elif last is not None:
        yield from _of_last_run(last, facts.causes)
    yield from _of_schedule(facts, now)
    if last is not None and failed is None:
        yield from _held_back(last)
    yield from _coming(life, facts, now)
    if failed is None and last is not None and last.ending == "cancelled" and not outcome_of(last.counts)[2]:
        done = done_in_words(last.counts) if last.counts else ""
        yield Finding("stopped", "warn", "The last run was stopped", f"{done} {_KEPT}", "preview", "Run again")


def _of_microsoft(job: "Job", facts: Facts, now: datetime) -> Iterator[Finding]:
    """How Microsoft's service did when somebody last looked, and what will need somebody soon."""
    life, seen = token_life(job, now.date()), facts.attempts.microsoft
    if life.is_expired:
        yield _expired(life)
    if seen is None or now - datetime.fromisoformat(seen.at) > timedelta(hours=24):
        text = "`health` and `entra status` ask Microsoft, where a sign-in is kept."
        title = (
            "Microsoft's service was not looked at for a day"
            if seen
            else "Microsoft's service was not looked at yet"
        )
        yield Finding("microsoft-unknown", "warn", title, text)
    if seen is not None:
        said = seen.message
        code: HealthCode = (
            "quarantined"
            if said.code in MICROSOFT_QUARANTINES
            else "healthy"
            if seen.tone == "ok"
            else "microsoft"
        )
        yield Finding(code, seen.tone, messages.title(said), messages.advice(said), cause=said.code)
    yield from _coming(life, facts, now)


def _expired(life: TokenLife) -> Finding:
    text = f"It expired on {life.expires_on}. Create a new one in the AWS console."
    return Finding("token-expired", "bad", "The access token has expired", text, "token", "Replace the token")


def _failed_before_its_report(facts: Facts, last: "RunRecord | None") -> Finding | None:
    """A run that ended before it could change anything: no connection, no token, a warning that nobody accepted."""
    attempt = facts.attempts.last
    if attempt is None or attempt.counts or (last is not None and last.started > attempt.started):
        return None
    message = attempt.message
    if message is None:
        if attempt.exit_code == ExitCode.INTERRUPTED:
            return None
        message = Message("ended-unexpectedly")
    text = f"{messages.title(message)}. {messages.advice(message)}".strip()
    refused = attempt.exit_code == ExitCode.REFUSED
    title = "A warning waits for your answer" if refused else "The last run failed"
    remedy: tuple[Remedy, str] = ("preview", "Review the changes" if refused else "Run again")
    codes = message.args.get("codes")
    cause = " ".join((message.code, *map(str, codes))) if isinstance(codes, tuple) else message.code
    tone: Literal["warn", "bad"] = "warn" if refused else "bad"
    return Finding("run-failed", tone, title, text, *remedy, cause=cause, names_people=refused)


def _of_last_run(last: "RunRecord", causes: "Sequence[Cause]") -> Iterator[Finding]:
    _, _, failed = outcome_of(last.counts)
    done = done_in_words(last.counts) if last.counts else ""
    if not last.ending:
        text = "Another window or a script runs this job. Its lines are in the log."
        yield Finding("under-way", "info", "A run is under way", text)
    elif last.ending in ("stopped", "killed"):
        why = messages.title(last.message) if last.message else "It was cut off"
        cause = last.message.code if last.message else ""
        title = "The last run was interrupted"
        text = f"{why}. {done} {_KEPT}"
        yield Finding("interrupted", "bad", title, text, "preview", "Run again", failed, cause=cause)
    elif failed:
        yield _failed(last, failed, done, causes)


def _of_schedule(facts: Facts, now: datetime) -> Iterator[Finding]:
    """What keeps repeated runs from happening."""
    known, installed = facts.attempts.schedule, facts.schedule
    if installed is None:
        if known is not None and known.computer != facts.computer:
            text = f"{known.computer} runs it. This computer does not know how its last runs ended there."
            yield Finding("schedule-elsewhere", "warn", "Another computer runs this job", text)
        elif known is not None:
            text = f"It was set up on {known.installed[:10]} and is gone. Set it up again, or remove it here."
            yield Finding("schedule-missing", "bad", "The schedule is missing", text)
        return
    schedule = installed.schedule
    overdue = _overdue(facts, schedule.minutes, now)
    if overdue is not None:
        yield overdue
    if not schedule.is_active:
        text = "The system does not start it. Install the schedule again."
        yield Finding("schedule-off", "bad", "The schedule is switched off", text)
        return
    wrong = problems(replace(schedule, last_code=None), installed.job_file)
    if wrong:
        yield Finding("schedule-broken", "warn", "The schedule was changed by hand", " ".join(wrong))
    elif schedule.next_run is None:
        text = "The system does not say when it starts the job next. Install the schedule again."
        yield Finding("next-run-unknown", "warn", "The next run is unknown", text)
    if facts.lingers is False and schedule.token == "credential":
        text = "Runs end when you sign out: `loginctl enable-linger` lets them go on."
        yield Finding("lingering-off", "warn", "Runs stop when you sign out", text)
    if facts.watcher_is_off:
        title = _("The watcher of the schedules is switched off")
        text = _("A schedule that stops would not be reported. Install the schedule again.")
        yield Finding("watcher-off", "warn", title, text)


def _overdue(facts: Facts, minutes: int, now: datetime) -> Finding | None:
    """No run for one and a half intervals; a run that was refused at once counts as one."""
    known = facts.attempts.schedule
    runs = whole_runs(facts.runs)
    if runs and not runs[0].ending:
        return None
    times = (
        facts.attempts.last_tried,
        runs[0].started if runs else "",
        known.installed if known is not None else "",
    )
    newest = max(filter(None, times), default="")
    if not minutes or not newest:
        return None
    waited = now - datetime.fromisoformat(newest)
    if waited <= timedelta(minutes=1.5 * minutes):
        return None
    text = f"It is scheduled {every(minutes).lower()}. Check that the computer was on, and the schedule below."
    return Finding("overdue", "bad", f"Overdue: no run for {_lasting(waited)}", text, "preview", "Run now")


def _lasting(time: timedelta) -> str:
    """ "90 minutes", "5 hours", "3 days"."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 60 // 24} days"


def _held_back(last: "RunRecord") -> Iterator[Finding]:
    held = last.planned.get("heldBack", 0) if isinstance(last.planned, dict) else 0
    if held and last.ending not in ("", "stopped", "killed") and not outcome_of(last.counts)[2]:
        done = done_in_words(last.counts) if last.counts else ""
        text = f"{done} AWS refused {'it' if held == 1 else 'them'} repeatedly, so scheduled runs try less often."
        title = f"{counted(held, Noun.CHANGE)} {'waits' if held == 1 else 'wait'} to be tried again"
        yield Finding("held-back", "warn", title, text, "preview", "Try again now")


def _in_days(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {counted(days, Noun.DAY)}")


def _coming(life: TokenLife, facts: Facts, now: datetime) -> Iterator[Finding]:
    """What will need somebody soon."""
    if life.expires_soon:
        when = _in_days(life.days_left)
        text = f"After {life.expires_on} AWS refuses it, and every run fails."
        stage = next(stage for stage in TOKEN_STAGES if life.days_left <= stage)
        verb = "Replace the token"
        title = f"The access token expires {when}"
        yield Finding("token-expires", "warn", title, text, "token", verb, cause=str(stage))
    if facts.certificate_ends:
        left = (datetime.fromisoformat(facts.certificate_ends).date() - now.date()).days
        if left <= TOKEN_WARNING_DAYS:
            expired = left < 0
            text = (
                "Make a new one, upload it to the application in Entra ID, and choose its PEM file on Directory."
            )
            when = "has expired" if expired else f"expires {_in_days(left)}"
            stage = 0 if expired else next(stage for stage in TOKEN_STAGES if left <= stage)
            title = f"The certificate of the application {when}"
            yield Finding("certificate-expires", "bad" if expired else "warn", title, text, cause=str(stage))
    if facts.unread_since and now - datetime.fromisoformat(facts.unread_since) > timedelta(hours=24):
        text = f"The members of some groups were last read on {facts.unread_since[:10]}: too many to read in each run."
        yield Finding("groups-unread", "warn", "Some groups were not read for a day", text)
    for place, why in facts.silent_channels:
        text = f"{messages.title(why)}. {messages.advice(why)}".strip()
        yield Finding("alert-failed", "warn", f"An alert did not get through: {place}", text, cause=place)
    if facts.edited_at and now - datetime.fromisoformat(facts.edited_at) > timedelta(hours=24):
        text = f"The last edit is of {facts.edited_at[:10]}. Schedules use the job as it was last reviewed."
        yield Finding("edits-waiting", "warn", "Edits wait to be reviewed", text, "preview", "Review the changes")


def _failed(last: "RunRecord", failed: int, done: str, causes: "Sequence[Cause]") -> Finding:
    """Who needs attention. A retry is offered first only where it can help as many as a fix."""
    whom = _whom(last.counts, failed)
    if last.ending == "cancelled":
        done += f" It was stopped. {_KEPT}"
    fixes = [(cause.count, fix) for cause in causes if (fix := fix_of(cause.row)) is not None]
    to_fix = sum(count for count, _ in fixes)
    rest = max(0, sum(cause.count for cause in causes) - to_fix)
    title = f"{whom} {'needs' if failed == 1 else 'need'} attention"
    cause = " ".join(sorted(cause.key[0] for cause in causes))
    finding = Finding("objects-failed", "warn", title, done, failed=failed, cause=cause)
    if fixes and to_fix >= rest:
        verb = "Fix" if to_fix == 1 else f"Fix the {to_fix:,}"
        retry = "" if not rest else "Retry the other" if rest == 1 else f"Retry the other {rest:,}"
        return replace(finding, remedy="fix", verb=verb, fix=max(fixes, key=lambda each: each[0])[1], retry=retry)
    return replace(finding, remedy="retry", verb="Retry" if failed == 1 else f"Retry the {failed:,}")


def _remarks(planned: object) -> list[str]:
    """What the last run did not read, and what AWS does not keep: nothing that needs a person."""
    if not isinstance(planned, dict):
        return []
    found = []
    unread, not_kept = planned.get("unreadGroups"), planned.get("notKept")
    if unread:
        found.append(f"The members of {counted(unread, Noun.GROUP)} were not read; later runs read them.")
    if isinstance(not_kept, dict) and not_kept:
        named = listed([f"{attribute} ({count:,})" for attribute, count in not_kept.items()])
        found.append(f"AWS does not keep as it was sent: {named}.")
    return found


def _quarantined(quarantine: "Quarantine", now: datetime, time_text: Callable[[str], str]) -> Finding:
    from wizard.provisioning.retry_later import state_of

    text = f"{quarantine.failures} runs without the window failed in a row: {messages.title(quarantine.why)}."
    if state_of(quarantine, now) == "disabled":
        title = "This job is disabled for scripts"
        text += " They were in quarantine for four weeks."
    else:
        title = "This job is in quarantine"
        text += f" They are not tried again before {time_text(quarantine.next_attempt)}."
    text += " A run from here lifts it once it succeeds."
    cause = quarantine.why.code
    return Finding("quarantined", "bad", title, text, "lift", "Lift the quarantine", cause=cause)


def whole_runs(runs: "Sequence[RunRecord]") -> "tuple[RunRecord, ...]":
    """Without those of one person or group on demand, which say nothing about the others."""
    return tuple(run for run in runs if purpose_of(run.planned) != "on-demand")


def _whom(counts: object, failed: int) -> str:
    people, groups = count_of(counts, "users", "failed"), count_of(counts, "groups", "failed")
    if not groups:
        return counted(people, Noun.PERSON)
    return counted(groups, Noun.GROUP) if not people else f"{failed:,} people and groups"
