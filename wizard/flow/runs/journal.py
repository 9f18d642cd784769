"""Access to a job's journal: locked, to plan and run; or read-only, also during a run of another process."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import TypeVar

from anyio import CancelScope, to_thread

from wizard.flow.services import Services
from wizard.flow.support.observing import observing
from wizard.mapping.resources import redacted_targets
from wizard.provisioning.job import Job
from wizard.scim.resource import Sealer
from wizard.storage.journal import Journal
from wizard.storage.log_pages import LogReader
from wizard.storage.paths import Home
from wizard.storage.redaction import Redaction, redaction_key

Result = TypeVar("Result")


@asynccontextmanager
async def open_journal(services: Services, job: Job) -> AsyncIterator[Journal]:
    """Open the job's journal and hold its lock; raises JobLocked."""
    redaction = await _redaction(services, job)
    journal = await to_thread.run_sync(Journal.open, services.home, job.id, job.target.tenant_url, redaction)
    try:
        async with observing(services.home, job.id):
            yield journal
    finally:
        with CancelScope(shield=True):  # a cancelled run must release the job's lock, too
            await to_thread.run_sync(journal.close)


async def _redaction(services: Services, job: Job) -> Redaction | None:
    """Return what the journal needs to hide the values that the job redacts; None = it redacts none."""
    users, groups = redacted_targets(job.mappings.users), redacted_targets(job.mappings.groups)
    if not users and not groups:
        return None
    find_key = partial(redaction_key, services.secrets, services.home, job.id)
    key = await to_thread.run_sync(find_key, abandon_on_cancel=True)  # the keyring may wait for a prompt
    return Redaction(Sealer(key), {"user": users, "group": groups})


Log = Callable[[Home, str], LogReader]
"""Opens a log of a job: its journal, or the local copy of Microsoft's log."""


async def read_log(
    home: Home,
    job_id: str,
    read: Callable[[LogReader], Result],
    abandon_on_cancel: bool = True,
    log: Log = LogReader,
) -> Result:
    """Return what `read` reads from a log of the job, in a thread; raises WizardError."""

    def work() -> Result:
        with closing(log(home, job_id)) as reader:
            return read(reader)

    return await to_thread.run_sync(work, abandon_on_cancel=abandon_on_cancel)
