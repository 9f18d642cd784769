"""How a job fares, and the one thing to do about it: pure, from its runs and its token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from wizard import messages
from wizard.flow.runs.texts import count_of, done_in_words, outcome_of, purpose_of
from wizard.flow.steps.fix import Fix, fix_of
from wizard.messages import Noun, counted, listed

if TYPE_CHECKING:
    from wizard.provisioning.job import Job
    from wizard.provisioning.retry_later import Quarantine
    from wizard.storage.log_pages import Cause, RunRecord

TOKEN_WARNING_DAYS = 30
"""AWS sends reminders from 90 days before the end; the wizard warns from 30."""


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


@dataclass(frozen=True, slots=True)
class Health:
    """One line, why, one button."""

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


def health(
    runs: "Sequence[RunRecord]",
    life: TokenLife,
    quarantine: "Quarantine | None" = None,
    time_text: Callable[[str], str] = str,
    causes: "Sequence[Cause]" = (),
) -> Health:
    """The most urgent first: the token, quarantine, a run that did not end, who failed, what comes soon.

    `time_text` writes an ISO time (UTC) as the caller shows times; `causes` are those of the last run's failures.
    """
    last = next(iter(whole_runs(runs)), None)
    if quarantine is not None and quarantine.stands and not life.is_expired:
        return _quarantined(quarantine, time_text)
    if last is None:
        text = "The wizard first shows what it would change. Nothing happens before you accept it."
        return Health("info", "This job has not run yet", text, "preview", "Review the changes")
    if life.is_expired:
        text = f"AWS takes it no more since {life.expires_on}. Make a new one in the AWS console."
        return Health("bad", "The access token has expired", text, "token", "Replace the token")
    _, _, failed = outcome_of(last.counts)
    done = done_in_words(last.counts) if last.counts else ""
    if not last.ending:
        return Health(
            "info", "A run is under way", "Another window or a script runs this job. Its lines are in the log."
        )
    if last.ending in ("stopped", "killed"):
        why = messages.title(last.message) if last.message else "It was cut off"
        text = f"{why}. {done} {_KEPT}"
        return Health("bad", "The last run was interrupted", text, "preview", "Run again", failed)
    if failed:
        return _failed(last, failed, done, causes)
    held = last.planned.get("heldBack", 0) if isinstance(last.planned, dict) else 0
    if held:
        text = f"{done} AWS refused {'it' if held == 1 else 'them'} again and again, so scripts try more rarely."
        title = f"{counted(held, Noun.CHANGE)} {'waits' if held == 1 else 'wait'} to be tried again"
        return Health("warn", title, text, "preview", "Try again now")
    if life.expires_soon:
        text = f"After {life.expires_on} AWS takes it no more, and no run gets through. {done}"
        days = counted(life.days_left, Noun.DAY)
        return Health("warn", f"The access token expires in {days}", text, "token", "Replace the token")
    if last.ending == "cancelled":
        return Health("warn", "The last run was stopped", f"{done} {_KEPT}", "preview", "Run again")
    return Health("ok", "All in order", " ".join((done, *_remarks(last.planned))))


def _failed(last: "RunRecord", failed: int, done: str, causes: "Sequence[Cause]") -> Health:
    """Who needs attention. A retry is offered first only where it can help as many as a fix."""
    whom = _whom(last.counts, failed)
    if last.ending == "cancelled":
        done += f" It was stopped. {_KEPT}"
    fixes = [(cause.count, fix) for cause in causes if (fix := fix_of(cause.row)) is not None]
    to_fix = sum(count for count, _ in fixes)
    rest = max(0, sum(cause.count for cause in causes) - to_fix)
    health = Health("warn", f"{whom} {'needs' if failed == 1 else 'need'} attention", done, failed=failed)
    if fixes and to_fix >= rest:
        verb = "Fix" if to_fix == 1 else f"Fix the {to_fix:,}"
        retry = "" if not rest else "Retry the other" if rest == 1 else f"Retry the other {rest:,}"
        return replace(health, remedy="fix", verb=verb, fix=max(fixes, key=lambda each: each[0])[1], retry=retry)
    return replace(health, remedy="retry", verb="Retry" if failed == 1 else f"Retry the {failed:,}")


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


def _quarantined(quarantine: "Quarantine", time_text: Callable[[str], str]) -> Health:
    from wizard.provisioning.retry_later import state_of

    text = f"{quarantine.failures} runs without the window failed in a row: {messages.title(quarantine.why)}."
    if state_of(quarantine, datetime.now(UTC)) == "disabled":
        title = "This job is disabled for scripts"
        text += " They were in quarantine for four weeks."
    else:
        title = "This job is in quarantine"
        text += f" They are not tried again before {time_text(quarantine.next_attempt)}."
    return Health(
        "bad", title, f"{text} A run from here lifts it once it succeeds.", "lift", "Lift the quarantine"
    )


def whole_runs(runs: "Sequence[RunRecord]") -> "tuple[RunRecord, ...]":
    """Without those of one person or group on demand, which say nothing about the others."""
    return tuple(run for run in runs if purpose_of(run.planned) != "on-demand")


def _whom(counts: object, failed: int) -> str:
    people, groups = count_of(counts, "users", "failed"), count_of(counts, "groups", "failed")
    if not groups:
        return counted(people, Noun.PERSON)
    return counted(groups, Noun.GROUP) if not people else f"{failed:,} people and groups"
