"""What follows each run: a line in the system's log, alerts, the file of metrics. None of it ever fails a run."""

import getpass
import logging
from datetime import UTC, datetime
from pathlib import Path

from anyio import create_task_group, to_thread

from wizard.alerts import system_log
from wizard.alerts.interface import Severity
from wizard.alerts.system_log import Line
from wizard.errors import WizardError
from wizard.flow.alerts.alerts import alerts_of, ping_end, send_due
from wizard.flow.alerts.metrics import write_metrics
from wizard.flow.runs.texts import count_of
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import MEANINGS, ExitCode
from wizard.provisioning.job import Job
from wizard.storage.health.alert_settings import AlertSettings
from wizard.storage.health.attempts import Attempt

_log = logging.getLogger(__name__)
_OUTCOMES = ("created", "updated", "disabled", "deleted", "skipped", "failed")
_UNEVENTFUL = (ExitCode.DONE, ExitCode.INTERRUPTED)


async def after_run(services: Services, job: Job, attempt: Attempt) -> None:
    """Write to the system's log, send alerts, write the metrics; problems go to the program's log."""
    await to_thread.run_sync(system_log.write, line_of(job, attempt))
    alerts = await alerts_of(services, job)

    async def send() -> None:
        try:
            await send_due(services, job)
        except WizardError as error:
            _log.warning("alerts were not sent: %s", error)

    # Together: a ping that gets no answer takes most of the time that there is.
    async with create_task_group() as group:
        group.start_soon(
            ping_end, services, job, alerts, attempt.exit_code in (ExitCode.DONE, ExitCode.SOME_FAILED)
        )
        group.start_soon(send)
    try:
        metrics = await to_thread.run_sync(lambda: AlertSettings(services.home).metrics_file())
        if metrics:
            await write_metrics(services, Path(metrics), datetime.now(UTC), ask_microsoft=False)
    except WizardError as error:
        _log.warning("the metrics were not written: %s", error)


def line_of(job: Job, attempt: Attempt) -> Line:
    """Return the line for the system's log: who ran it, the job, the result, the counts. It names no person in AWS."""
    code = attempt.exit_code
    why = attempt.message
    counts = {
        f"{kind}_{outcome}": number
        for kind in ("users", "groups")
        for outcome in _OUTCOMES
        if (number := count_of(attempt.counts, kind, outcome))
    }
    counts |= {
        f"memberships_{outcome}": number
        for outcome in ("added", "removed")
        if (number := count_of(attempt.counts, "memberships", outcome))
    }
    done = ", ".join(f"{name}={number}" for name, number in counts.items()) or "nothing changed"
    result = _result(code)
    severity: Severity = "info" if code in _UNEVENTFUL else "warning" if code == ExitCode.SOME_FAILED else "error"
    user = _user()
    return Line(
        severity,
        f"Run of {job.name} by {user} ({attempt.by}): {result}; {done}",
        {
            "job": job.name,
            "job_id": job.id,
            "user": user,
            "by": attempt.by,
            "exit_code": str(code),
            "reason": why.code if why is not None else "",
            "started": attempt.started,
            "ended": attempt.ended,
            **{name: str(number) for name, number in counts.items()},
        },
    )


def _result(code: int) -> str:
    meaning = next((meaning for known, meaning in MEANINGS.items() if known == code), None)
    return (meaning.cause or "done") if meaning is not None else f"exit code {code}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name
        return "unknown"
