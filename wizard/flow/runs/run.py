"""Runs a job: carries out a plan that a person approved, or plans and applies at once, as scripts do."""

from contextlib import suppress
from dataclasses import dataclass, replace

from anyio import to_thread

from wizard.errors import AccessRefused, WizardError
from wizard.flow.directory.reading import read_for_plan
from wizard.flow.runs import quarantine as quarantining
from wizard.flow.runs.accounts import remember
from wizard.flow.runs.attempts import noted
from wizard.flow.runs.connection import identity_center, token_for
from wizard.flow.runs.engines import require_own_engine
from wizard.flow.runs.journal import open_journal
from wizard.flow.runs.plan import Emit, Prepared, plan_changes
from wizard.flow.runs.recorder import keep_reading, record, with_error
from wizard.flow.services import Services
from wizard.provisioning.apply import ConcernOpen, apply
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import Job
from wizard.provisioning.report import RunReport
from wizard.storage.journal import Journal


@dataclass(frozen=True, slots=True)
class Applied:
    """The report of a run and the run's number in the journal."""

    report: RunReport
    run_id: int


class PlanOutdated(WizardError):
    """The job has run since this plan was made, in another window or by a schedule."""

    def __init__(self) -> None:
        super().__init__("plan-outdated")


async def apply_plan(
    services: Services, job: Job, prepared: Prepared, emit: Emit, accepted: frozenset[str], control: RunControl
) -> Applied:
    """Carry out an approved plan; raises ConcernOpen, PlanOutdated, or WizardError before the first request.

    A good run lifts the quarantine; a failed one does not count towards it, because a person sees it.
    """
    require_own_engine(job)
    async with noted(services, job, "window") as noting:
        applied = await _apply_approved(services, job, prepared, emit, accepted, control)
        noting.report = applied.report
    return applied


async def _apply_approved(
    services: Services, job: Job, prepared: Prepared, emit: Emit, accepted: frozenset[str], control: RunControl
) -> Applied:
    applied: Applied | None = None
    try:
        async with open_journal(services, job) as journal:
            if await to_thread.run_sync(journal.last_run) != prepared.plan.after_run:
                raise PlanOutdated
            applied = await apply_with_journal(services, job, journal, prepared, emit, accepted, control)
            if quarantining.succeeded(applied.report):
                before = await quarantining.load_quarantine(services.home, job.id)
                await quarantining.save_quarantine(journal, before, None)
    except WizardError as error:
        applied = _with_journal_error(applied, error)
    return applied


async def run_job(
    services: Services, job: Job, emit: Emit, accepted: frozenset[str], control: RunControl
) -> tuple[Prepared, Applied]:
    """Plan and apply under one lock, as the command `run` does; raises InQuarantine before the next attempt is due."""
    require_own_engine(job)
    async with noted(services, job, "command") as noting:
        prepared, applied = await _plan_and_apply(services, job, emit, accepted, control)
        noting.report = applied.report
    return prepared, applied


async def _plan_and_apply(
    services: Services, job: Job, emit: Emit, accepted: frozenset[str], control: RunControl
) -> tuple[Prepared, Applied]:
    before = await quarantining.load_quarantine(services.home, job.id)
    token = await token_for(services, job) if before is not None else ""
    if before is not None:
        quarantining.admit(before, job, token)
    applied: Applied | None = None
    try:
        async with open_journal(services, job) as journal:
            snapshot = await read_for_plan(services, job, journal, emit)
            try:
                prepared = await plan_changes(services, job, journal, snapshot, emit, accepted=accepted)
            except AccessRefused as refused:
                token = await token_for(services, job)
                failed = quarantining.after_failure(before, "access-refused", refused.message, job, token)
                await quarantining.save_quarantine(journal, before, failed)
                raise
            prepared = await to_thread.run_sync(quarantining.without_retry_later, journal, prepared)
            applied = await apply_with_journal(services, job, journal, prepared, emit, accepted, control)
            token = await token_for(services, job)
            now = quarantining.after_run(before, applied.report, job, token)
            await quarantining.save_quarantine(journal, before, now)
    except WizardError as error:
        applied = _with_journal_error(applied, error)
    return prepared, applied


async def apply_with_journal(
    services: Services,
    job: Job,
    journal: Journal,
    prepared: Prepared,
    emit: Emit,
    accepted: frozenset[str],
    control: RunControl,
) -> Applied:
    """Carry out a plan and record the run, for a caller that holds the job's journal; see `apply_plan`."""
    plan = prepared.plan
    waiting = tuple(concern.code for concern in plan.concerns if concern.code not in accepted)
    if waiting:  # checked here too, so that a refused run leaves no line in the history
        raise ConcernOpen(plan, waiting)
    before = await to_thread.run_sync(journal.links)
    linked = {link.target_id for link in before.values()}
    target = await identity_center(services, job, linked.__contains__)
    try:
        with record(journal, prepared, emit, accepted) as recording:
            async with target.connect(recording.emit) as session:
                await apply(plan, session, journal, recording.emit, accepted=accepted, control=control)
            report = await to_thread.run_sync(recording.finish)
    except BaseException:
        with suppress(WizardError):  # not in a thread: a cancelled run can no longer wait for one
            remember(services.home, job.id, plan, before, journal.links())
        raise
    try:
        await to_thread.run_sync(lambda: remember(services.home, job.id, plan, before, journal.links()))
    except WizardError as error:
        report = with_error(report, error)
    if report.ending == "done" and not plan.purpose:  # a run for a few objects says nothing about the others
        try:
            await to_thread.run_sync(keep_reading, journal, prepared)
        except WizardError as error:
            report = with_error(report, error)
    journal.purge(job.policy.results_kept_days)
    return Applied(report, recording.run_id)


def _with_journal_error(applied: Applied | None, error: WizardError) -> Applied:
    """Attach a journal error to a finished run; re-raise it if nothing was applied."""
    if applied is None:
        raise error
    return replace(applied, report=with_error(applied.report, error))
