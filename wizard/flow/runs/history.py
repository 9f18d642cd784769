"""What Monitor asks: history of runs, pages of the provisioning log, exports; all of it read while a run may write."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.flow.runs.texts import outcome_of as outcome_of
from wizard.flow.runs.texts import token_life as token_life

if TYPE_CHECKING:
    from wizard.provisioning.events import LogRow
    from wizard.provisioning.plan import Plan
    from wizard.storage.log_pages import LogOrder as LogOrder  # the screen takes their names from here
    from wizard.storage.log_pages import LogPage
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
    order: "LogOrder" = "time"
    descending: bool = True


async def runs(home: "Home", job_id: str) -> "tuple[RunRecord, ...]":
    """Every run that is still kept, the newest first."""
    return await to_thread.run_sync(_runs, home, job_id, abandon_on_cancel=True)


async def log_page(home: "Home", job_id: str, query: LogQuery, offset: int, limit: int = 256) -> "LogPage":
    """Up to `limit` rows of the log from `offset` on."""
    return await to_thread.run_sync(_log_page, home, job_id, query, offset, limit, abandon_on_cancel=True)


async def status_counts(home: "Home", job_id: str, run_id: int | None) -> dict[str, int]:
    """How many rows ended with each status."""
    return await to_thread.run_sync(_status_counts, home, job_id, run_id, abandon_on_cancel=True)


async def link_counts(home: "Home", job_id: str) -> dict[str, int]:
    """How many objects of each kind (user, group) this job looks after in AWS."""
    return await to_thread.run_sync(_link_counts, home, job_id, abandon_on_cancel=True)


async def export_log(home: "Home", job_id: str, query: LogQuery, path: Path) -> int:
    """Write the rows that the query finds as CSV or JSON, by the name's ending; returns how many."""
    return await to_thread.run_sync(_export_log, home, job_id, query, path)


async def export_plan(plan: "Plan", path: Path) -> int:
    """Write the plan's operations as CSV or JSON, by the name's ending; returns how many."""
    return await to_thread.run_sync(_export_plan, plan, path)


def _runs(home: "Home", job_id: str) -> "tuple[RunRecord, ...]":
    from contextlib import closing

    from wizard.storage.log_pages import LogReader

    with closing(LogReader(home, job_id)) as reader:
        return reader.runs()


def _log_page(home: "Home", job_id: str, query: LogQuery, offset: int, limit: int) -> "LogPage":
    from contextlib import closing

    from wizard.storage.log_pages import LogReader

    with closing(LogReader(home, job_id)) as reader:
        return reader.log_page(
            query.run_id, offset, limit, query.text, query.statuses, query.actions, query.order, query.descending
        )


def _status_counts(home: "Home", job_id: str, run_id: int | None) -> dict[str, int]:
    from contextlib import closing

    from wizard.storage.log_pages import LogReader

    with closing(LogReader(home, job_id)) as reader:
        return reader.status_counts(run_id)


def _link_counts(home: "Home", job_id: str) -> dict[str, int]:
    from contextlib import closing

    from wizard.storage.log_pages import LogReader

    with closing(LogReader(home, job_id)) as reader:
        return reader.link_counts()


def _export_log(home: "Home", job_id: str, query: LogQuery, path: Path) -> int:
    from wizard.storage.reports import write_log

    rows: list[LogRow] = []
    while True:
        page = _log_page(home, job_id, query, len(rows), 5_000)
        rows.extend(logged.row for logged in page.rows)
        if not page.rows or len(rows) >= page.total:
            break
    write_log(path, rows)
    return len(rows)


def _export_plan(plan: "Plan", path: Path) -> int:
    from wizard.storage.reports import write_plan

    write_plan(path, plan)
    return len(plan.operations)
