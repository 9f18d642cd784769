"""Microsoft's log kept on this computer: brought up to date, and its cycles for the bars of Monitor."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from anyio import CancelScope, to_thread

from wizard.entra_provisioning.log_rows import MicrosoftRow, log_row
from wizard.errors import JobLocked, Message
from wizard.flow.microsoft.models import CycleOutcome
from wizard.flow.microsoft.setup import open_to_look
from wizard.flow.microsoft.watch import application_of_job, as_log_row, read_job
from wizard.flow.runs.journal import read_log
from wizard.flow.services import Services
from wizard.graph import provisioning_log
from wizard.graph.client import GraphClient
from wizard.mapping.resources import redacted_targets
from wizard.progress import Progress, ignore_event
from wizard.provisioning.events import LogRow, ModifiedProperty
from wizard.provisioning.job import Job
from wizard.storage.journal_rows import stamp
from wizard.storage.microsoft.log import (
    CycleCount,
    Gap,
    KeptEntry,
    KeptExecution,
    MicrosoftLog,
    MicrosoftLogReader,
    moment_of,
)

MICROSOFT_LOG = MicrosoftLogReader
"""For the functions of `flow.runs.history`: their `log`."""
_HIDDEN = "••••"


@dataclass(frozen=True, slots=True)
class LogUpdate:
    """What an update of the kept log did."""

    added: int
    mark: tuple[int, int, int]
    """Changes with the content, also when another window updates the same log."""


async def update_log(services: Services, job: Job, emit: Callable[[Progress], None] = ignore_event) -> LogUpdate:
    """Store the new entries of Microsoft's log; raises LogNeedsLicence, PermissionMissing, WizardError.

    What was read before stays whatever happens. Where another process updates the log now, nothing is read.
    """
    application = application_of_job(job)
    added = 0
    async with open_to_look(services, job) as opened:
        found = await read_job(opened.client, application)
        try:
            async with _writing(services, job) as log:
                for gap in await to_thread.run_sync(log.gaps, found.id):
                    reading = _Reading(opened.client, log, job, found.id)
                    added += await reading.fill(gap, lambda count, before=added: emit(_progress(before + count)))  # type: ignore[misc]
                await to_thread.run_sync(log.purge, job.policy.results_kept_days, datetime.now(UTC))
        except JobLocked:
            pass  # another window reads it
    return LogUpdate(added, await kept_mark(services, job))


async def kept_mark(services: Services, job: Job) -> tuple[int, int, int]:
    """Return what changes with the content of the kept log; raises WizardError."""
    return await read_log(services.home, job.id, _mark, log=MICROSOFT_LOG)


def _mark(reader: object) -> tuple[int, int, int]:
    assert isinstance(reader, MicrosoftLogReader)
    return reader.mark()


def _progress(count: int) -> Progress:
    return Progress(Message("reading-microsofts-log", count=count))


@asynccontextmanager
async def _writing(services: Services, job: Job) -> AsyncIterator[MicrosoftLog]:
    log = await to_thread.run_sync(MicrosoftLog.open, services.home, job.id)
    try:
        yield log
    finally:
        with CancelScope(shield=True):  # a cancelled read must release the lock, too
            await to_thread.run_sync(log.close)


class _Reading:
    """Reads gaps of one log."""

    def __init__(self, client: GraphClient, log: MicrosoftLog, job: Job, microsofts_job: str) -> None:
        self._client, self._log, self._job_id = client, log, microsofts_job
        self._days = job.policy.results_kept_days
        self._redacted = {
            "user": redacted_targets(job.mappings.users),
            "group": redacted_targets(job.mappings.groups),
        }

    async def fill(self, gap: Gap, count: Callable[[int], None]) -> int:
        """Read a gap page by page, and return the number of new rows. Each page is on the disk before the next is asked."""
        now = datetime.now(UTC)
        oldest_kept = now - timedelta(days=self._days)
        since = max(filter(None, (moment_of(gap.after), oldest_kept)))
        before = moment_of(gap.before) if gap.before else None
        added = 0
        if before is None or before > since:
            pages = provisioning_log.log_pages(self._client, self._job_id, since=stamp(since), before=gap.before)
            async for page in pages:
                entries = tuple(self._entry(log_row(each)) for each in page)
                more, gap = await to_thread.run_sync(
                    lambda gap=gap, entries=entries: self._log.add(self._job_id, gap, entries, now, ended=False)  # type: ignore[misc]
                )
                added += more
                count(added)
        await to_thread.run_sync(lambda: self._log.add(self._job_id, gap, (), now, ended=True))
        return added

    def _entry(self, row: MicrosoftRow) -> KeptEntry:
        made = _without(as_log_row(row), self._redacted[row.kind])
        # An entry without an id is known by what it says.
        entry_id = row.id or f"{row.time} {row.source_id} {row.action} {row.status}"
        return KeptEntry(entry_id, row.cycle, made)


def _without(row: LogRow, redacted: frozenset[str]) -> LogRow:
    """The row without the values that the job's mapping redacts."""
    hidden = [each for each in row.modified if each.name in redacted]
    if not hidden:
        return row
    detail = row.detail
    for value in {text for each in hidden for text in (each.before, each.after) if text}:
        detail = detail.replace(value, _HIDDEN)
    modified = tuple(
        ModifiedProperty(each.name, each.before and _HIDDEN, each.after and _HIDDEN) if each in hidden else each
        for each in row.modified
    )
    return replace(row, modified=modified, detail=detail)


# --- Cycles ---------------------------------------------------------------------------------------------------------


async def load_cycles(services: Services, job: Job, most: int) -> tuple[CycleOutcome, ...]:
    """Return the newest cycles of Microsoft's service, the newest first, from the stored log; raises WizardError."""

    def read(reader: object) -> tuple[tuple[tuple[str, CycleCount], ...], tuple[KeptExecution, ...]]:
        assert isinstance(reader, MicrosoftLogReader)
        return reader.cycle_counts(most), reader.executions(most)

    counts, executions = await read_log(services.home, job.id, read, log=MICROSOFT_LOG)
    return merged_cycles(counts, executions)[:most]


def merged_cycles(
    counts: Iterable[tuple[str, CycleCount]], executions: Iterable[KeptExecution]
) -> tuple[CycleOutcome, ...]:
    """Join the cycles of the log with those of the job's state, the newest first; pure.

    They are the same where Microsoft gives both one id, else where the log's first entry lies within the cycle.
    """
    by_cycle: dict[str, list[CycleCount]] = defaultdict(list)
    for cycle, count in counts:
        by_cycle[cycle].append(count)
    logged = {cycle: _of_log(each) for cycle, each in by_cycle.items()}
    found: list[CycleOutcome] = []
    left = []
    for execution in executions:
        same = logged.pop(execution.activity, None)
        if same is None:
            left.append(execution)
        else:
            found.append(_joined(same, execution))
    for execution in left:
        inside = next((each for each, made in logged.items() if _within(made, execution)), None)
        found.append(_joined(logged.pop(inside) if inside is not None else None, execution))
    return tuple(sorted((*found, *logged.values()), key=lambda each: each.began, reverse=True))


def _of_log(counts: list[CycleCount]) -> CycleOutcome:
    numbers: dict[str, int] = defaultdict(int)
    for each in counts:
        numbers[each.action if each.status == "success" else each.status] += each.count
    return CycleOutcome(
        run=counts[0].run,
        began=min(each.first for each in counts),
        created=numbers["create"],
        updated=numbers["update"],
        disabled=numbers["disable"],
        deleted=numbers["delete"],
        failed=numbers["failure"],
        held=numbers["held"],
        skipped=numbers["skipped"],
    )


def _joined(logged: CycleOutcome | None, execution: KeptExecution) -> CycleOutcome:
    began, ended = moment_of(execution.began), moment_of(execution.ended)
    seconds = round((ended - began).total_seconds()) if began and ended and ended >= began else None
    of_state = CycleOutcome(
        run=None,
        began=execution.began,
        seconds=seconds,
        state=execution.state,
        error=execution.error,
        exported=execution.exported,
        failed=execution.failed,
    )
    if logged is None:
        return of_state
    return replace(logged, began=execution.began, seconds=seconds, state=execution.state, error=execution.error)


def _within(logged: CycleOutcome, execution: KeptExecution) -> bool:
    return bool(execution.ended) and execution.began <= logged.began <= execution.ended
