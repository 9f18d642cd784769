"""The history of runs and the provisioning log, read while a run may write; exports of the log and of a plan."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from anyio import to_thread

from wizard import messages
from wizard.flow.runs.exports import write_log, write_plan
from wizard.flow.runs.journal import Log, read_log
from wizard.provisioning.plan import Plan
from wizard.storage.log_pages import Cause as Cause  # ui imports these names from here
from wizard.storage.log_pages import CauseKey as CauseKey
from wizard.storage.log_pages import Found, LogReader
from wizard.storage.log_pages import LogOrder as LogOrder
from wizard.storage.log_pages import LogPage as LogPage
from wizard.storage.log_pages import RunRecord as RunRecord
from wizard.storage.paths import Home


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which rows of the log."""

    run_id: int | None = None
    """None = of all runs."""
    text: str = ""
    statuses: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    order: LogOrder = "time"
    descending: bool = True
    cause: CauseKey | None = None
    """Only rows with this cause."""


async def load_runs(home: Home, job_id: str, log: Log = LogReader) -> tuple[RunRecord, ...]:
    """Return every run that is still stored, the newest first."""
    return await read_log(home, job_id, LogReader.runs, log=log)


class LogPages:
    """The pages of one query. A text is looked for in every row, once for all pages."""

    def __init__(self, home: Home, job_id: str, query: LogQuery, log: Log = LogReader) -> None:
        self._home, self._job_id, self._query, self._log = home, job_id, query, log
        self._found: Found | None = None

    async def load(self, offset: int, limit: int = 256) -> LogPage:
        """Return up to `limit` rows of the log, beginning at `offset`; raises WizardError."""
        query = self._query
        if not query.text.strip():
            return await load_log_page(self._home, self._job_id, query, offset, limit, self._log)

        def read(reader: LogReader) -> tuple[Found, LogPage]:
            return reader.search(
                self._found,
                offset,
                limit,
                run_id=query.run_id,
                text=query.text,
                statuses=query.statuses,
                actions=query.actions,
                codes=tuple(messages.codes_with(query.text.strip())),
                cause=query.cause,
                order=query.order,
                descending=query.descending,
            )

        self._found, page = await read_log(self._home, self._job_id, read, log=self._log)
        return page


async def load_log_page(
    home: Home, job_id: str, query: LogQuery, offset: int, limit: int = 256, log: Log = LogReader
) -> LogPage:
    """Return up to `limit` rows of the log, beginning at `offset`."""
    return await read_log(home, job_id, partial(_page, query=query, offset=offset, limit=limit), log=log)


async def count_statuses(home: Home, job_id: str, run_id: int | None, log: Log = LogReader) -> dict[str, int]:
    """Return how many rows ended with each status; run_id None = of all runs."""
    return await read_log(home, job_id, lambda reader: reader.status_counts(run_id), log=log)


async def load_causes(
    home: Home,
    job_id: str,
    run_id: int | None,
    statuses: Sequence[str] = ("failure",),
    log: Log = LogReader,
) -> tuple[Cause, ...]:
    """Return why rows ended with these statuses, the most frequent cause first; run_id None = of all runs."""

    def read(reader: LogReader) -> tuple[Cause, ...]:
        return tuple(cause for status in statuses for cause in reader.causes(run_id, status))

    return await read_log(home, job_id, read, log=log)


async def count_links(home: Home, job_id: str) -> dict[str, int]:
    """Return how many objects of each kind (user, group) the job provisions in AWS."""
    return await read_log(home, job_id, LogReader.link_counts)


async def export_log(home: Home, job_id: str, query: LogQuery, path: Path, log: Log = LogReader) -> int:
    """Write the rows of a query as CSV or JSON, by the file name's suffix; returns their number."""

    def write(reader: LogReader) -> int:
        # one page, so that a run that writes meanwhile moves no row from one page to the next
        rows = [logged.row for logged in _page(reader, query, 0, sys.maxsize).rows]
        write_log(path, rows)
        return len(rows)

    return await read_log(home, job_id, write, abandon_on_cancel=False, log=log)


async def export_plan(plan: Plan, path: Path) -> int:
    """Write the plan's operations as CSV or JSON, by the file name's suffix; returns their number."""
    await to_thread.run_sync(write_plan, path, plan)
    return len(plan.changes)


def _page(reader: LogReader, query: LogQuery, offset: int, limit: int) -> LogPage:
    codes = tuple(messages.codes_with(query.text.strip())) if query.text.strip() else ()
    return reader.log_page(
        query.run_id,
        offset,
        limit,
        query.text,
        query.statuses,
        query.actions,
        query.order,
        query.descending,
        codes,
        query.cause,
    )
