"""Health of a job and what to do about it, computed from its runs, its schedule and its token."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from wizard import messages
from wizard.errors import Message
from wizard.flow.runs.texts import attention_in_words, done_in_words, outcome_of, purpose_of
from wizard.flow.schedules.texts import problems
from wizard.flow.steps.fix import Fix, fix_of
from wizard.flow.support.exit_codes import ExitCode
from wizard.messages.formats import day_and_time, full_date, listed
from wizard.messages.row import as_sentence, sentences
from wizard.messages.translation import N_, _, ngettext, pgettext
from wizard.storage.health.attempts import Attempts, ClientSecretEnd
from wizard.storage.health.attempts import MicrosoftState as MicrosoftState  # the window imports it from here

if TYPE_CHECKING:
    from wizard.flow.schedules.texts import Installed
    from wizard.flow.steps.session import Standing
    from wizard.provisioning.job import Job
    from wizard.provisioning.retry_later import Quarantine
    from wizard.storage.log_pages import Cause, CauseKey, RunRecord

TOKEN_STAGES = (1, 7, 14, 30)
"""Days left at which an expiring access token is reported again. AWS sends reminders from 90 days before the end."""
TOKEN_WARNING_DAYS = TOKEN_STAGES[-1]


_CLOCKS_DIFFER = timedelta(hours=1)
"""Two computers that use one HOME differ by less. A stored time that is later than now by more was written before the
clock was set back: when it happened is unknown."""


def is_in_future(iso: str, now: datetime) -> bool:
    """Whether a stored time was written while the clock was wrong."""
    return datetime.fromisoformat(iso) - now > _CLOCKS_DIFFER


def newest_of(times: Iterable[str], now: datetime) -> str:
    """Return the newest of ISO times, those in the future counting as the oldest; "" = there is none."""
    return max(filter(None, times), key=lambda iso: (not is_in_future(iso, now), iso), default="")


def _is_older(iso: str, age: timedelta, now: datetime) -> bool:
    """Whether a stored time is older than this, or so far in the future that its age is unknown."""
    return now - datetime.fromisoformat(iso) > age or is_in_future(iso, now)


_KEPT = N_("Completed changes are kept. The next run continues with the rest.")


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
    today = today or datetime.now(UTC).date()
    # A day later than the one that begins first on earth: the clock was wrong, or a person mistyped it.
    if made > today + timedelta(days=1):
        return TokenLife("", 0)
    try:
        ends = made.replace(year=made.year + 1)
    except ValueError:  # made on 29 February
        ends = made.replace(year=made.year + 1, month=3, day=1)
    return TokenLife(ends.isoformat(), (ends - today).days)


def token_words(life: TokenLife) -> str:
    """Return when the token expires: "Expires in 12 days"."""
    if not life.expires_on:
        return pgettext("expiry of the access token", "Unknown")
    if life.days_left < 0:
        return _("Expired")
    if not life.days_left:
        return _("Expires today")
    words = ngettext("Expires in {n:,} day", "Expires in {n:,} days", life.days_left)
    return words.format(n=life.days_left)


Remedy = Literal["", "preview", "retry", "fix", "token", "first-token", "sign-on", "lift"]
"""What its button does: nothing, show what would change (of everyone, or of those who failed), lead to what puts most
of the failures right, to the token's page, end the reminder of a
replaced token, lead to Single sign-on, let repeated runs go again."""
HealthCode = Literal[
    "quarantined",
    "token-expired",
    "never-run",
    "under-way",
    "run-failed",
    "interrupted",
    "overdue",
    "clock-changed",
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
    "first-token-left",
    "certificate-expires",
    "client-secret-expires",
    "client-secret-end-unknown",
    "sign-on-certificate-expires",
    "sign-on-certificate-waiting",
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
"""States of Microsoft's service in which it does nothing until an administrator acts."""
OTHER_PROGRAM = frozenset({"other-provisioner", "entra-provisions-too"})
"""Warnings for which a run is refused: another program changes the same people in AWS."""
_MICROSOFT_CODES: dict[str, HealthCode] = {
    "entra-cycle-overdue": "overdue",
    **dict.fromkeys(MICROSOFT_QUARANTINES, "quarantined"),
}


def standing_of(code: str) -> "Standing":
    """Return whether Microsoft's service, in the state of this code, does nothing until a person acts."""
    if code == "entra-deletions-held":
        return "waiting"
    return "quarantined" if code in MICROSOFT_QUARANTINES else ""


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
    """Text of a second button, which retries the failures that a retry can help; "" = none."""
    cause: str = ""
    """What tells one finding of this code from another: an error's code, the causes of failures."""
    names_people: bool = False
    """The text names people."""
    concerned: int = 0
    """How many people and groups it is about; 0 = not counted."""
    of_microsoft: bool = False
    """It is the state of Microsoft's service."""


@dataclass(frozen=True, slots=True)
class Health:
    """Health of a job."""

    findings: tuple[Finding, ...]
    """At least one, the most urgent first."""

    @property
    def first(self) -> Finding:
        """The most urgent."""
        return self.findings[0]

    @property
    def standing(self) -> "Standing":
        """Whether nothing runs until a person acts: what the foot of the window shows."""
        of_microsoft = next((finding.cause for finding in self.findings if finding.of_microsoft), "")
        if of_microsoft:
            return standing_of(of_microsoft)
        if self.state == "quarantined":
            return "quarantined"
        # A run that was refused because its warnings are not accepted.
        refused = any(finding.code == "run-failed" and finding.tone == "warn" for finding in self.findings)
        return "waiting" if refused else ""

    @property
    def state(self) -> State:
        """What `health` exits with."""
        codes = {finding.code for finding in self.findings}
        if "quarantined" in codes:
            return "quarantined"
        needs_attention = any(finding.tone in ("warn", "bad") for finding in self.findings)
        return "attention" if needs_attention or "never-run" in codes else "healthy"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that a job's health is computed from. See `facts.gather`."""

    runs: "Sequence[RunRecord]" = ()
    """Every run that is still stored, the newest first."""
    quarantine: "Quarantine | None" = None
    causes: "Sequence[Cause]" = ()
    """Of the failures of the last run of everyone."""
    attempts: Attempts = field(default_factory=Attempts)
    schedule: "Installed | None" = None
    """None = this computer's scheduler has none for the job."""
    watcher_is_off: bool = False
    """A watcher of the schedules is installed, and the system does not start it."""
    lingers: bool | None = None
    """Whether user timers run while the user is signed out; None = does not apply."""
    computer: str = ""
    """The name of this computer."""
    unread_since: str = ""
    """ISO time, UTC, of the oldest reading of a group's members; "" = none, or not known."""
    silent_channels: tuple[tuple[str, Message], ...] = ()
    """(host or kind, why) of each alert channel whose last message did not get through."""
    certificate_ends: str = ""
    """ISO time, UTC, when the certificate of the job's application expires; "" = it signs in otherwise, or not known."""
    first_token_since: str = ""
    """ISO date since which a replaced access token waits to be deleted in the AWS console; "" = none does."""
    edited_at: str = ""
    """ISO time, UTC, of the last edit that was not reviewed yet; "" = none."""
    silent_hours: int = 0
    """A job without a run for so long is overdue; 0 = a person set no such limit."""
    silent_since: str = ""
    """ISO time, UTC, when a person set that limit: a job that never ran is overdue from then on; "" = not known."""


def health(job: "Job", facts: Facts, now: datetime) -> Health:
    """Return the findings about a job, the most urgent first."""
    findings = tuple((_of_microsoft if job.engine == "entra" else _findings)(job, facts, now))
    notes = (*_waiting_certificate(job, facts, now), *_unknown_client_secret(job, facts))
    if findings:
        return Health((*findings, *notes))
    last = whole_runs(facts.runs)[0]
    text = sentences(_done(last), *_remarks(last.planned))
    return Health((Finding("healthy", "ok", _("Everything is working"), text), *notes))


def _done(run: "RunRecord") -> str:
    """What the run changed; "" = its counts are not recorded."""
    return done_in_words(run.counts, with_rest=False) if run.counts else ""


def _findings(job: "Job", facts: Facts, now: datetime) -> Iterator[Finding]:
    life = token_life(job, now.date())
    quarantine = facts.quarantine
    last = next(iter(whole_runs(facts.runs)), None)
    if quarantine is not None and quarantine.is_active:
        found = _quarantined(quarantine, now)
        if life.is_expired:  # first, because it has a remedy
            yield _expired(life)
        yield found
    elif life.is_expired:
        yield _expired(life)
    failed = _failed_before_its_report(facts, last, now)
    overdue = _overdue(facts, now)
    if last is None and failed is None and overdue is None:
        text = _("Review the changes first. Nothing is written before you start the run.")
        yield Finding("never-run", "info", _("Not run yet"), text, "preview", _("Review changes"))
    if failed is not None:
        yield failed
    elif last is not None:
        yield from _of_last_run(last, facts.causes)
    if overdue is not None:
        yield overdue
    yield from _of_schedule(facts)
    if last is not None and failed is None:
        yield from _held_back(last)
    yield from _coming(job, life, facts, now)
    yield from _sign_on_certificate(job, facts, now)
    if failed is None and last is not None and last.ending == "cancelled" and not outcome_of(last.counts)[2]:
        text = sentences(_done(last), _(_KEPT))
        yield Finding("stopped", "warn", _("The last run was stopped"), text, "preview", _("Run again"))


def _of_microsoft(job: "Job", facts: Facts, now: datetime) -> Iterator[Finding]:
    """The state of Microsoft's service when it was last read, and what will need attention soon."""
    life, seen = token_life(job, now.date()), facts.attempts.microsoft
    coming = (*_coming(job, life, facts, now), *_sign_on_certificate(job, facts, now))
    if life.is_expired:
        yield _expired(life)
    if seen is None or _is_older(seen.at, timedelta(hours=24), now):
        text = _("Open Monitor, or run `entra status`, to read its current state.")
        title = (
            _("Microsoft's service has not been checked for a day")
            if seen
            else _("Microsoft's service has not been checked yet")
        )
        yield Finding("microsoft-unknown", "warn", title, text, of_microsoft=True)
    state = _state_of_microsoft(seen) if seen is not None else None
    is_well = state is None or state.tone in ("ok", "info")
    if state is not None and not is_well:
        yield state
    if (state is None or state.code != "overdue") and (overdue := _cycle_overdue(facts)) is not None:
        yield overdue
    yield from (finding for finding in coming if finding.tone != "info")
    if state is not None and is_well:
        yield state
    yield from (finding for finding in coming if finding.tone == "info")


def _state_of_microsoft(seen: MicrosoftState) -> Finding:
    said = seen.message
    code: HealthCode = "healthy" if seen.tone == "ok" else _MICROSOFT_CODES.get(said.code, "microsoft")
    title, text = messages.title(said), messages.advice(said)
    return Finding(code, seen.tone, title, text, cause=said.code, of_microsoft=True)


def _expired(life: TokenLife) -> Finding:
    text = _("It expired on {date}. Create a new one in the AWS console.").format(date=_date(life.expires_on))
    return Finding("token-expired", "bad", _("The access token has expired"), text, "token", _("Replace token"))


def _failed_before_its_report(facts: Facts, last: "RunRecord | None", now: datetime) -> Finding | None:
    """A run that ended before it could change anything: no connection, no token, a warning that was not accepted."""
    attempt = facts.attempts.last
    if attempt is None or attempt.counts:
        return None
    if last is not None and newest_of((last.started, attempt.started), now) != attempt.started:
        return None
    message = attempt.message
    if message is None:
        if attempt.exit_code == ExitCode.INTERRUPTED:
            return None
        message = Message("ended-unexpectedly")
    text = messages.text(message)
    refused = attempt.exit_code == ExitCode.REFUSED
    remedy: tuple[Remedy, str] = ("preview", _("Review changes") if refused else _("Run again"))
    codes = message.args.get("codes")
    cause = " ".join((message.code, *map(str, codes))) if isinstance(codes, tuple) else message.code
    if refused and not OTHER_PROGRAM.isdisjoint(cause.split()):
        title = _("Another program writes to the same SCIM endpoint")
    else:
        title = _("Your approval is needed") if refused else _("The last run failed")
    tone: Literal["warn", "bad"] = "warn" if refused else "bad"
    return Finding("run-failed", tone, title, text, *remedy, cause=cause, names_people=refused)


def _of_last_run(last: "RunRecord", causes: "Sequence[Cause]") -> Iterator[Finding]:
    failed = outcome_of(last.counts)[2]
    done = _done(last)
    if not last.ending:
        text = _("Another window or command is running this job. Its results are in the log.")
        yield Finding("under-way", "info", _("A run is in progress"), text)
    elif last.ending in ("stopped", "killed"):
        why = as_sentence(messages.title(last.message)) if last.message else ""
        cause = last.message.code if last.message else ""
        title = _("The last run was interrupted")
        text = sentences(why, done, _(_KEPT))
        yield Finding("interrupted", "bad", title, text, "preview", _("Run again"), failed, cause=cause)
    elif failed:
        yield _failed(last, failed, done, causes)


def _of_schedule(facts: Facts) -> Iterator[Finding]:
    """What keeps repeated runs from happening."""
    known, installed = facts.attempts.schedule, facts.schedule
    if installed is None:
        if known is not None and known.computer != facts.computer:
            text = _("The schedule is on {computer}. Results of its runs are not shown here.")
            title = _("Another computer runs this job")
            yield Finding("schedule-elsewhere", "warn", title, text.format(computer=known.computer))
        elif known is not None:
            text = _("The schedule was set up on {date} and no longer exists. Set it up again, or remove it.")
            text = text.format(date=_date(known.installed[:10]))
            yield Finding("schedule-missing", "bad", _("The schedule is missing"), text)
        return
    schedule = installed.schedule
    if not schedule.is_active:
        text = _("This computer does not start scheduled runs of this job. Install the schedule again.")
        yield Finding("schedule-off", "bad", _("The schedule is turned off"), text)
        return
    wrong = problems(replace(schedule, last_code=None), installed.job_file)
    if wrong:
        yield Finding(
            "schedule-broken",
            "warn",
            _("The schedule was changed outside the wizard"),
            sentences(*map(messages.text, wrong)),
        )
    elif schedule.next_run is None:
        text = _("The scheduler of this computer does not report the next run. Install the schedule again.")
        yield Finding("next-run-unknown", "warn", _("The next run is unknown"), text)
    if facts.lingers is False and schedule.token == "credential":
        text = _("To keep them running, enter this in a terminal: {command}").format(
            command="loginctl enable-linger"
        )
        yield Finding("lingering-off", "warn", _("Scheduled runs stop when you sign out"), text)
    if facts.watcher_is_off:
        title = _("The schedule watcher is turned off")
        text = _("A schedule that stops would not be reported. Install the schedule again.")
        yield Finding("watcher-off", "warn", title, text)


def _overdue(facts: Facts, now: datetime) -> Finding | None:
    """No run for one and a half intervals of the schedule, or for the hours that a person set.

    A run that was refused at once counts as one. Before the first run, the time counts from the setup of the schedule,
    or of the limit.
    """
    known, installed = facts.attempts.schedule, facts.schedule
    runs = whole_runs(facts.runs)
    if runs and not runs[0].ending:
        return None
    times = [
        facts.attempts.last_tried,
        runs[0].started if runs else "",
        known.installed if known is not None else "",
    ]
    if not any(times):
        times = [facts.silent_since]
    limits = (
        timedelta(minutes=1.5 * installed.schedule.minutes) if installed is not None else timedelta(),
        timedelta(hours=facts.silent_hours),
    )
    limit, newest = min(filter(None, limits), default=None), newest_of(times, now)
    if limit is None or not newest or not _is_older(newest, limit, now):
        return None
    wrong = next((time for time in times if time and is_in_future(time, now)), "")
    if wrong:
        text = _(
            "A stored time is in the future ({date}): the clock of this computer was wrong, or is wrong now. Check it, "
            "then run the job."
        ).format(date=_date(wrong[:10]))
        title = _("A missing run would not be noticed")
        return Finding("clock-changed", "warn", title, text, "preview", _("Run now"))
    waited = now - datetime.fromisoformat(newest)
    text = (
        _("Check that this computer was on, and check the schedule.")
        if installed is not None
        else _("Check what starts its runs. This computer has no schedule for it.")
    )
    return Finding("overdue", "bad", _overdue_for(waited), text, "preview", _("Run now"))


def _cycle_overdue(facts: Facts) -> Finding | None:
    """No cycle of Microsoft's service for the hours that a person set, as of the last reading of its state."""
    seen = facts.attempts.microsoft
    since = facts.silent_since if seen is None else seen.last_cycle or facts.silent_since
    if seen is None or not since or not facts.silent_hours:
        return None
    waited = datetime.fromisoformat(seen.at) - datetime.fromisoformat(since)
    if waited <= timedelta(hours=facts.silent_hours):
        return None
    hours = int(waited.total_seconds() // 3600)
    title = ngettext("No cycle for {n:,} hour", "No cycle for {n:,} hours", hours).format(n=hours)
    text = _("Check in Monitor whether Microsoft's service is paused, in quarantine, or off.")
    return Finding("overdue", "bad", title, text)


def _overdue_for(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    if minutes < 120:
        words = ngettext("Overdue: no run for {n:,} minute", "Overdue: no run for {n:,} minutes", minutes)
        return words.format(n=minutes)
    hours = minutes // 60
    if hours < 48:
        return ngettext("Overdue: no run for {n:,} hour", "Overdue: no run for {n:,} hours", hours).format(n=hours)
    days = hours // 24
    return ngettext("Overdue: no run for {n:,} day", "Overdue: no run for {n:,} days", days).format(n=days)


def _held_back(last: "RunRecord") -> Iterator[Finding]:
    held = last.planned.get("heldBack", 0) if isinstance(last.planned, dict) else 0
    if held and last.ending not in ("", "stopped", "killed") and not outcome_of(last.counts)[2]:
        why = ngettext(
            "AWS rejected it repeatedly, so scheduled runs retry less often.",
            "AWS rejected them repeatedly, so scheduled runs retry less often.",
            held,
        )
        title = ngettext("{n:,} change is waiting for a retry", "{n:,} changes are waiting for a retry", held)
        text = sentences(_done(last), why)
        yield Finding("held-back", "warn", title.format(n=held), text, "preview", _("Retry now"), concerned=held)


def _token_ends(days: int) -> str:
    if days == 0:
        return _("The access token expires today")
    if days == 1:
        return _("The access token expires tomorrow")
    return ngettext(
        "The access token expires in {n:,} day", "The access token expires in {n:,} days", days
    ).format(n=days)


def _certificate_ends(days: int) -> str:
    if days < 0:
        return _("The application's certificate has expired")
    if days == 0:
        return _("The application's certificate expires today")
    if days == 1:
        return _("The application's certificate expires tomorrow")
    return ngettext(
        "The application's certificate expires in {n:,} day",
        "The application's certificate expires in {n:,} days",
        days,
    ).format(n=days)


def _date(iso: str) -> str:
    """A day as the program shows days: "October 1, 2026"; plain in a terminal."""
    try:
        return full_date(date.fromisoformat(iso))
    except ValueError:
        return iso


def _coming(job: "Job", life: TokenLife, facts: Facts, now: datetime) -> Iterator[Finding]:
    """What will need attention soon."""
    if life.expires_soon:
        text = _("After {date}, AWS rejects it and every run fails.").format(date=_date(life.expires_on))
        stage = next(stage for stage in TOKEN_STAGES if life.days_left <= stage)
        title, verb = _token_ends(life.days_left), _("Replace token")
        yield Finding("token-expires", "warn", title, text, "token", verb, cause=str(stage))
    if facts.first_token_since:
        text = _(
            "The new token was stored on {date}. The first one is valid until you delete it in the AWS console."
        )
        text = text.format(date=_date(facts.first_token_since))
        title = _("Delete the first access token")
        yield Finding("first-token-left", "info", title, text, "first-token", _("Mark as deleted"))
    if facts.certificate_ends:
        left = (datetime.fromisoformat(facts.certificate_ends).date() - now.date()).days
        if left <= TOKEN_WARNING_DAYS:
            expired = left < 0
            text = _(
                "Create a new certificate, upload it to the application in Entra ID, and choose its PEM file "
                "on the Directory page."
            )
            stage = 0 if expired else next(stage for stage in TOKEN_STAGES if left <= stage)
            title = _certificate_ends(left)
            yield Finding("certificate-expires", "bad" if expired else "warn", title, text, cause=str(stage))
    yield from _client_secret(job, facts, now)
    if facts.unread_since and _is_older(facts.unread_since, timedelta(hours=24), now):
        text = _("Members were last read on {date}. There are too many to read in each run.")
        text = text.format(date=_date(facts.unread_since[:10]))
        yield Finding("groups-unread", "warn", _("Members of some groups were not read for a day"), text)
    for place, why in facts.silent_channels:
        title = _("An alert was not delivered: {channel}").format(channel=place)
        yield Finding("alert-failed", "warn", title, messages.text(why), cause=place)
    if facts.edited_at and _is_older(facts.edited_at, timedelta(hours=24), now):
        text = _("Last edited on {date}. Scheduled runs use the version that was last reviewed.")
        text = text.format(date=_date(facts.edited_at[:10]))
        yield Finding(
            "edits-waiting", "warn", _("Your edits are not reviewed"), text, "preview", _("Review changes")
        )


def client_secret_days(job: "Job", facts: Facts, today: date) -> int | None:
    """Return how many days the client secret is valid; None = not known, negative = it has expired."""
    seen = _seen_client_secret(job, facts)
    return (datetime.fromisoformat(seen.ends).date() - today).days if seen is not None and seen.ends else None


def _seen_client_secret(job: "Job", facts: Facts) -> ClientSecretEnd | None:
    """What was read about the secret that the job signs in with now."""
    seen, entra = facts.attempts.client_secret, job.source.entra
    of_job = job.source.kind == "entra" and entra.sign_in == "secret"
    return seen if seen is not None and of_job and seen.client_id == entra.client_id else None


def _client_secret(job: "Job", facts: Facts, now: datetime) -> Iterator[Finding]:
    """The client secret that the job signs in to Microsoft with."""
    left = client_secret_days(job, facts, now.date())
    if left is None or left > TOKEN_WARNING_DAYS:
        return
    text = _(
        "Create a new one in Entra ID, under Certificates & secrets of the application, and enter it on Directory."
    )
    stage = 0 if left < 0 else next(stage for stage in TOKEN_STAGES if left <= stage)
    tone: Literal["warn", "bad"] = "bad" if left < 0 else "warn"
    yield Finding("client-secret-expires", tone, _client_secret_ends(left), text, cause=str(stage))


def _client_secret_ends(days: int) -> str:
    if days < 0:
        return _("The client secret has expired")
    if days < 2:
        return _("The client secret expires tomorrow") if days else _("The client secret expires today")
    return ngettext(
        "The client secret expires in {n:,} day", "The client secret expires in {n:,} days", days
    ).format(n=days)


def _unknown_client_secret(job: "Job", facts: Facts) -> Iterator[Finding]:
    """Nothing reminds of the end of a client secret that Microsoft does not show."""
    seen = _seen_client_secret(job, facts)
    if seen is None or seen.ends:
        return
    text = _(
        "Microsoft does not show it to this application. Look it up in Entra ID, under Certificates & secrets of the "
        "application, and note the day."
    )
    yield Finding("client-secret-end-unknown", "info", _("The end of the client secret is unknown"), text)


def sign_on_days(job: "Job", facts: Facts, today: date) -> int | None:
    """Return how many days the certificate of single sign-on is valid; None = not known, negative = it has expired."""
    seen = facts.attempts.sign_on
    of_job = job.source.kind == "entra" and bool(job.sign_on.issuer)
    if seen is None or not of_job or not seen.ends or seen.application_id != job.source.entra.application_id:
        return None
    return (datetime.fromisoformat(seen.ends).date() - today).days


def _sign_on_certificate(job: "Job", facts: Facts, now: datetime) -> Iterator[Finding]:
    """The certificate that Microsoft signs people's sign-ins with."""
    left, seen = sign_on_days(job, facts, now.date()), facts.attempts.sign_on
    if left is None or seen is None or left > TOKEN_WARNING_DAYS:
        return
    if seen.waiting_ends > now.isoformat():
        text = _(
            "A second certificate, valid until {date}, is waiting. Upload Microsoft's metadata with it in the "
            "AWS console, then activate it in Entra ID."
        ).format(date=_date(seen.waiting_ends[:10]))
    elif left < 0:
        text = _(
            "AWS rejects sign-ins from Entra ID. Single sign-on creates a new certificate; then upload "
            "Microsoft's metadata in the AWS console."
        )
    else:
        text = _(
            "After {date}, AWS rejects sign-ins from Entra ID. Create a new certificate in Entra ID, upload "
            "its metadata in the AWS console, then activate it."
        ).format(date=_date(seen.ends[:10]))
    stage = 0 if left < 0 else next(stage for stage in TOKEN_STAGES if left <= stage)
    tone: Literal["warn", "bad"] = "bad" if left < 0 else "warn"
    code: HealthCode = "sign-on-certificate-expires"
    yield Finding(code, tone, _sign_on_ends(left), text, "sign-on", _("Open Single sign-on"), cause=str(stage))


def _sign_on_ends(left: int) -> str:
    if left < 0:
        return _("The sign-in certificate has expired")
    if left < 2:
        return (
            _("The sign-in certificate expires tomorrow") if left else _("The sign-in certificate expires today")
        )
    return ngettext(
        "The sign-in certificate expires in {n} day", "The sign-in certificate expires in {n} days", left
    ).format(n=left)


def _waiting_certificate(job: "Job", facts: Facts, now: datetime) -> Iterator[Finding]:
    """A second certificate beside one that is valid for long."""
    left, seen = sign_on_days(job, facts, now.date()), facts.attempts.sign_on
    if left is None or seen is None or left <= TOKEN_WARNING_DAYS or seen.waiting_ends <= now.isoformat():
        return
    text = _(
        "It is valid until {date} and not used. Upload its metadata in the AWS console before you activate it."
    )
    title, text = _("A second sign-in certificate is waiting"), text.format(date=_date(seen.waiting_ends[:10]))
    yield Finding("sign-on-certificate-waiting", "info", title, text)


def _cause_mark(key: "CauseKey") -> str:
    """One word for a cause: "object-rejected:semicolon:title"."""
    return "".join(":".join(part for part in key if part).split())


def _failed(last: "RunRecord", failed: int, done: str, causes: "Sequence[Cause]") -> Finding:
    """Who needs attention. A retry is offered first only where it can help as many as a fix."""
    if last.ending == "cancelled":
        done = sentences(done, _("The run was stopped."), _(_KEPT))
    fixes = [(cause.count, fix) for cause in causes if (fix := fix_of(cause.row)) is not None]
    to_fix = sum(count for count, _fix in fixes)
    rest = max(0, sum(cause.count for cause in causes) - to_fix)
    title = attention_in_words(last.counts)
    cause = " ".join(sorted({_cause_mark(cause.key) for cause in causes}))
    finding = Finding("objects-failed", "warn", title, done, failed=failed, cause=cause, concerned=failed)
    if fixes and to_fix >= rest:
        verb, retry = _("Fix"), ""
        if rest:
            verb = ngettext("Fix {n:,}", "Fix {n:,}", to_fix).format(n=to_fix)
            retry = ngettext("Retry the other one", "Retry the other {n:,}", rest).format(n=rest)
        return replace(finding, remedy="fix", verb=verb, fix=max(fixes, key=lambda each: each[0])[1], retry=retry)
    return replace(finding, remedy="retry", verb=_("Retry"))


def _remarks(planned: object) -> list[str]:
    """What the last run did not read, and what AWS does not keep: nothing that needs a person."""
    if not isinstance(planned, dict):
        return []
    found = []
    unread, not_kept = planned.get("unreadGroups"), planned.get("notKept")
    if unread:
        words = ngettext(
            "The members of {n:,} group were not read. Later runs read them.",
            "The members of {n:,} groups were not read. Later runs read them.",
            unread,
        )
        found.append(words.format(n=unread))
    if isinstance(not_kept, dict) and not_kept:
        each = _("{attribute} ({n:,})")
        named = listed([each.format(attribute=attribute, n=count) for attribute, count in not_kept.items()])
        found.append(_("AWS did not store these values as sent: {attributes}.").format(attributes=named))
    return found


def _quarantined(quarantine: "Quarantine", now: datetime) -> Finding:
    from wizard.provisioning.retry_later import state_of

    failed = ngettext(
        "{n:,} unattended run failed.", "{n:,} unattended runs failed in a row.", quarantine.failures
    ).format(n=quarantine.failures)
    if state_of(quarantine, now) == "disabled":
        title = _("Unattended runs are turned off")
        then = _("The job was in quarantine for four weeks.")
    else:
        title = _("This job is in quarantine")
        then = _("The next attempt is {time}.").format(time=day_and_time(quarantine.next_attempt, place="when"))
    end = _("A successful run from this window lifts the quarantine.")
    text = sentences(failed, as_sentence(messages.title(quarantine.why)), then, end)
    cause = quarantine.why.code
    return Finding("quarantined", "bad", title, text, "lift", _("Lift quarantine"), cause=cause)


def whole_runs(runs: "Sequence[RunRecord]") -> "tuple[RunRecord, ...]":
    """The runs without those on demand, which concern one person or group only."""
    return tuple(run for run in runs if purpose_of(run.planned) != "on-demand")
