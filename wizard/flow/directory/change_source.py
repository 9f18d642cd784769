"""Changes how a saved job reads its files: what the Directory page does, without the window."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anyio import CancelScope, to_thread

from wizard.directory import DirectorySnapshot
from wizard.flow.directory.reading import require_people
from wizard.flow.jobs.new_job import checked_reading
from wizard.flow.services import Services
from wizard.provisioning.job import Job, SourceChoice


async def change_source(
    services: Services, job: Job, changes: Mapping[str, Any], *, start_over: bool = False
) -> tuple[Job, DirectorySnapshot]:
    """Read the files as changed, then save the job; return both.

    changes: fields of `SourceChoice`; columns are added to those chosen before. start_over: earlier choices are dropped
    first. Raises JobLocked while another process works on the job, and WizardError where the files cannot be read that
    way; the job then stays as it was.
    """
    lock = await to_thread.run_sync(services.jobs.lock, job.id)
    try:
        source = job.source
        if start_over:
            source = SourceChoice(source.kind, source.users_file, source.members_file)
        changed = replace(job, source=checked_reading(_changed(source, changes)))
        snapshot = await require_people(services, changed)
        if changed.source != job.source:
            changed = (await to_thread.run_sync(services.jobs.save, changed)).job
        return changed, snapshot
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(lock.release)


def _changed(source: SourceChoice, changes: Mapping[str, Any]) -> SourceChoice:
    columns = dict(source.columns)
    for heading, attribute in changes.get("columns", ()):
        columns.pop(heading, None)
        columns[heading] = attribute
    return replace(source, **{**changes, "columns": tuple(columns.items())})
