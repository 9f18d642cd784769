"""Notes how each run of a job ended, whatever ended it: health, metrics and the system's log read it."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import anyio
from anyio import CancelScope, move_on_after

from wizard.errors import InQuarantine, JobLocked, WizardError
from wizard.flow.alerts.after_run import after_run
from wizard.flow.alerts.alerts import ping_start
from wizard.flow.services import Services
from wizard.flow.support.exit_codes import ExitCode, of_error, of_report
from wizard.provisioning.job import Job
from wizard.provisioning.report import RunReport, now
from wizard.storage.health.attempts import Attempt, AttemptStore

_log = logging.getLogger(__name__)
_AFTER_SECONDS = 60.0
"""How long a run that ended waits for what follows it, also when it was interrupted."""


class Noting:
    """The attempt under way."""

    def __init__(self) -> None:
        self.report: RunReport | None = None
        """Set where the run got as far as a report."""


@asynccontextmanager
async def noted(services: Services, job: Job, by: Literal["command", "window"]) -> AsyncIterator[Noting]:
    """Note how the run inside ends: by its report, an error, or an interruption.

    A note that cannot be written never fails a run. A run that another one kept from starting is not noted.
    """
    noting, started = Noting(), now()
    error: BaseException | None = None
    ping_start(services, job)
    try:
        yield noting
    except BaseException as raised:
        error = raised
        raise
    finally:
        if not isinstance(error, JobLocked):
            attempt = _note(services, job, by, started, noting.report, error)
            if attempt is not None:
                await _after(services, job, attempt)


async def _after(services: Services, job: Job, attempt: Attempt) -> None:
    """Do what follows a run; a window does not wait for it, because a mail server may take a minute to be given up."""
    if attempt.by == "window":
        threading.Thread(
            target=anyio.run, args=(_follow, services, job, attempt), name="alerts", daemon=True
        ).start()
        return
    with CancelScope(shield=True):
        await _follow(services, job, attempt)


async def _follow(services: Services, job: Job, attempt: Attempt) -> None:
    with move_on_after(_AFTER_SECONDS):
        try:
            await after_run(services, job, attempt)
        except Exception:  # whatever it is, the run itself has ended
            _log.exception("what follows a run failed")


def _note(
    services: Services,
    job: Job,
    by: Literal["command", "window"],
    started: str,
    report: RunReport | None,
    error: BaseException | None,
) -> Attempt | None:
    store = AttemptStore(services.home, job.id)
    attempt = None
    try:
        if isinstance(error, InQuarantine):
            store.tried(started)
            return None
        code, why = _outcome(report, error)
        counts = report.as_json() if report is not None else {}
        attempt = Attempt(started, now(), by, code, why, counts)
        store.ended(attempt, good=code in (ExitCode.DONE, ExitCode.SOME_FAILED))
    except WizardError as unwritten:
        _log.warning("how the run ended could not be noted: %s", unwritten)
    return attempt


def _outcome(report: RunReport | None, error: BaseException | None) -> tuple[int, dict[str, object]]:
    """(exit code, what ended the run)."""
    if report is not None and error is None:
        return int(of_report(report)), report.message.as_json() if report.message is not None else {}
    if isinstance(error, WizardError):
        return int(of_error(error)), error.message.as_json()
    return int(ExitCode.INTERNAL_ERROR if isinstance(error, Exception) else ExitCode.INTERRUPTED), {}
