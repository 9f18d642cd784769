"""The health of one job or of all, as the commands `health` and `metrics` and the alerts read it."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from anyio import move_on_after, to_thread

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.runs.facts import facts_of
from wizard.flow.runs.health import (
    Facts,
    Finding,
    Health,
    State,
    client_secret_days,
    health,
    newest_of,
    sign_on_days,
    token_life,
    whole_runs,
)
from wizard.flow.services import Services
from wizard.flow.support.patience import in_time
from wizard.provisioning.job import Job
from wizard.storage.jobs import BrokenJob, SavedJob

_MICROSOFT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class JobHealth:
    """One job and its health."""

    name: str
    id: str
    """"" = its file cannot be read."""
    health: Health
    facts: Facts
    token_days: int | None = None
    """Days left on the access token; None = not known."""
    job: Job | None = None
    """None = its file cannot be read."""
    sign_on_days: int | None = None
    """Days left on the certificate of single sign-on; None = not known."""
    client_secret_days: int | None = None
    """Days left on the client secret that the job signs in to Microsoft with; None = not known, or it has none."""

    @property
    def state(self) -> State:
        """Healthy, attention or quarantined."""
        return self.health.state


async def health_of(services: Services, name: str, now: datetime) -> JobHealth:
    """Return the health of the job of this name, id or file; raises JobFileError if there is none."""
    job = await in_time(name, partial(services.jobs.find, name))
    await _ask_microsoft(services, (job,))
    return await to_thread.run_sync(judge, services, job, now, abandon_on_cancel=True)


async def all_health(services: Services, now: datetime, *, ask_microsoft: bool = True) -> tuple[JobHealth, ...]:
    """Return the health of every saved job, those that need attention first.

    ask_microsoft: False = the state of Microsoft's service as it was read last; no request is sent.
    """
    saved_jobs = await to_thread.run_sync(services.jobs.all, abandon_on_cancel=True)
    if ask_microsoft:
        await _ask_microsoft(services, (saved.job for saved in saved_jobs if isinstance(saved, SavedJob)))

    def read() -> tuple[JobHealth, ...]:
        found = [
            _broken(saved.path.name, saved) if isinstance(saved, BrokenJob) else judge(services, saved.job, now)
            for saved in saved_jobs
        ]
        order: Mapping[State, int] = {"quarantined": 0, "attention": 1, "healthy": 2}
        return tuple(sorted(found, key=lambda each: order[each.state]))

    return await to_thread.run_sync(read, abandon_on_cancel=True)


async def _ask_microsoft(services: Services, jobs: Iterable[Job]) -> None:
    """Read the state of Microsoft's service for the jobs that it provisions; if that fails, the last state read counts."""
    for job in jobs:
        if job.engine == "entra":
            from wizard.flow.microsoft.watch import read_status  # not at the top: few jobs are Microsoft's

            with suppress(WizardError), move_on_after(_MICROSOFT_SECONDS):
                await read_status(services, job)


def judge(services: Services, job: Job, now: datetime) -> JobHealth:
    """Return the health of a job; for a thread."""
    life = token_life(job, now.date())
    days = life.days_left if life.expires_on else None
    try:
        facts = facts_of(services, job)
    except WizardError as error:
        title, text = messages.title(error), messages.advice(error)
        finding = Finding("unreadable", "bad", title, text, cause=error.message.code)
        return JobHealth(job.name, job.id, Health((finding,)), Facts(), days, job)
    sign_on = sign_on_days(job, facts, now.date())
    secret = client_secret_days(job, facts, now.date())
    return JobHealth(job.name, job.id, health(job, facts, now), facts, days, job, sign_on, secret)


def _broken(name: str, saved: BrokenJob) -> JobHealth:
    finding = Finding("unreadable", "bad", messages.title(saved), messages.advice(saved))
    return JobHealth(name, "", Health((finding,)), Facts())


def last_started(facts: Facts, now: datetime) -> str:
    """Return when the last run of everyone began, also one that ended before its plan; ISO time, "" = never."""
    runs, attempt = whole_runs(facts.runs), facts.attempts.last
    return newest_of((runs[0].started if runs else "", attempt.started if attempt else ""), now)


def last_good(facts: Facts, now: datetime) -> str:
    """Return when the last run that reached everyone in scope ended; ISO time, "" = never."""
    good = (run.ended for run in whole_runs(facts.runs) if run.ending == "done")
    return newest_of((next(good, ""), facts.attempts.last_good), now)


def as_json(found: JobHealth, now: datetime) -> dict[str, object]:
    """The health as scripts read it."""
    facts = found.facts
    schedule = facts.schedule.schedule if facts.schedule is not None else None
    next_run = schedule.next_run if schedule is not None else None
    return {
        "event": "health",
        "job": found.name,
        "id": found.id,
        "state": found.state,
        "lastRun": last_started(facts, now),
        "lastGoodRun": last_good(facts, now),
        "nextRun": next_run.isoformat(timespec="seconds") if next_run is not None else "",
        "tokenDaysLeft": found.token_days,
        "clientSecretDaysLeft": found.client_secret_days,
        "findings": [
            {
                "code": finding.code,
                "severity": finding.tone,
                "cause": finding.cause,
                "title": finding.title,
                "advice": finding.text,
            }
            for finding in found.health.findings
            if finding.code != "healthy"
        ],
    }
