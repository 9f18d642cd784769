"""Plans a run: reads the directory and AWS, and works out the changes. Nothing is written to AWS."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from anyio import to_thread

from wizard.directory import DirectorySnapshot
from wizard.errors import Message, WizardError
from wizard.flow.directory.reading import nobody_read, read_for_plan
from wizard.flow.runs.accounts import decisions_for
from wizard.flow.runs.connection import identity_center
from wizard.flow.runs.engines import require_own_engine, with_other_engine
from wizard.flow.runs.journal import open_journal, read_log
from wizard.flow.runs.texts import purpose_of
from wizard.flow.services import Services
from wizard.names import name_key
from wizard.progress import RequestMade, ignore_event
from wizard.provisioning.events import RunEvent
from wizard.provisioning.job import Job
from wizard.provisioning.only_some import Only
from wizard.provisioning.plan import Concern, Plan
from wizard.provisioning.planning import make_plan
from wizard.storage.journal import Journal
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home

Emit = Callable[[RunEvent], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan and the snapshot it was made from."""

    plan: Plan
    snapshot: DirectorySnapshot
    requests: tuple[RequestMade, ...] = ()
    """Requests that read AWS for this plan; the report of the run counts them."""


class NothingFailed(WizardError):
    """Nobody failed in the last run: there is nothing to retry."""

    def __init__(self) -> None:
        super().__init__("nothing-failed")


async def prepare(services: Services, job: Job, emit: Emit = ignore_event) -> Prepared:
    """Read the directory and AWS, and compare them; raises OtherEngine, WizardError."""
    require_own_engine(job)
    async with open_journal(services, job) as journal:
        snapshot = await read_for_plan(services, job, journal, emit)
        return await plan_changes(services, job, journal, snapshot, emit)


async def prepare_retry(services: Services, job: Job, emit: Emit = ignore_event) -> Prepared:
    """Like `prepare`, only for the objects that failed in the last run; raises NothingFailed."""
    require_own_engine(job)
    only = await failed_last(services.home, job.id)
    if only is None:
        raise NothingFailed
    async with open_journal(services, job) as journal:
        snapshot = await read_for_plan(services, job, journal, emit)
        return await plan_changes(services, job, journal, snapshot, emit, only)


async def plan_changes(
    services: Services,
    job: Job,
    journal: Journal,
    snapshot: DirectorySnapshot,
    emit: Emit,
    only: Only | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Prepared:
    """Compare this snapshot with AWS, for a caller that holds the job's journal; see `prepare`.

    `accepted` are the values of --accept.
    """
    target = await identity_center(services, job)
    memory = await to_thread.run_sync(journal.guard_memory)
    recorder = RequestRecorder(emit)
    async with target.connect(recorder.emit) as session:
        plan = await make_plan(
            job,
            snapshot,
            target,
            session,
            journal,
            recorder.emit,
            memory=memory,
            only=only,
            decisions=await decisions_for(services, job, accepted),
        )
    plan = await with_other_engine(services, job, plan)
    plan = _with_source_notes(_with_journal_notes(plan, journal), snapshot)
    nobody = nobody_read(job, snapshot)
    if nobody is not None and job.source.kind == "file" and not plan.linked and not plan.changes:
        raise WizardError(nobody)  # where people are linked, the plan has a concern instead
    return recorder.prepared(plan, snapshot)


class RequestRecorder:
    """Keeps the requests of a preparation and measures how long it takes; passes every event on."""

    def __init__(self, emit: Emit) -> None:
        self._requests: list[RequestMade] = []
        self._emit = emit
        self._began = time.monotonic()

    def emit(self, event: RunEvent) -> None:
        """Keep a request, then pass the event on."""
        if isinstance(event, RequestMade):
            self._requests.append(event)
        self._emit(event)

    def prepared(self, plan: Plan, snapshot: DirectorySnapshot) -> Prepared:
        """Return the finished preparation."""
        plan = replace(plan, reading_seconds=time.monotonic() - self._began)
        return Prepared(plan, snapshot, tuple(self._requests))


async def failed_last(home: Home, job_id: str) -> Only | None:
    """Return the objects that failed in the last run; None = none. Runs for one person or group do not count."""

    def read(reader: LogReader) -> tuple[tuple[str, str, str], ...]:
        last = next((run for run in reader.runs() if purpose_of(run.planned) != "on-demand"), None)
        return reader.failed_in(last.id) if last is not None else ()

    failed = [(_kind(kind), source_id, label) for kind, source_id, label in await read_log(home, job_id, read)]
    if not failed:
        return None
    keys = frozenset((kind, source_id) for kind, source_id, _ in failed if source_id)
    labels = frozenset((kind, name_key(label)) for kind, source_id, label in failed if not source_id and label)
    return Only("retry", keys, labels)


def _kind(kind: str) -> Literal["user", "group"]:
    return "user" if kind == "user" else "group"


def _with_source_notes(plan: Plan, snapshot: DirectorySnapshot) -> Plan:
    """Add what the reading guessed or left out. A first run waits where names may be misread."""
    notes = tuple(dict.fromkeys((*snapshot.notes, *plan.notes)))
    waits = snapshot.unsure is not None and plan.after_run == 0 and not plan.linked
    concerns = (*plan.concerns, Concern(snapshot.unsure)) if waits and snapshot.unsure else plan.concerns
    return replace(plan, notes=notes, concerns=concerns)


def _with_journal_notes(plan: Plan, journal: Journal) -> Plan:
    """Add what the journal knows: the last run's number, a damaged journal set aside, another tenant before."""
    plan = replace(plan, after_run=journal.last_run())
    notes = [*journal.notes]
    if journal.other_tenant:
        notes.append(Message("other-tenant"))
    return replace(plan, notes=(*plan.notes, *notes)) if notes else plan
