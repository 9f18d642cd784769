"""Reads the job's directory, whichever kind of source it is."""

from collections.abc import Callable

from anyio import to_thread

from wizard.directory import DirectorySnapshot
from wizard.flow.services import Services
from wizard.progress import Progress, ignore_event
from wizard.provisioning.job import Job
from wizard.sources.catalogue import open_source
from wizard.sources.interface import Inspection, Source
from wizard.storage.journal import Journal


async def inspect_directory(services: Services, job: Job) -> Inspection:
    """Return what is known before the directory is read whole, such as its columns; raises WizardError."""
    source = await to_thread.run_sync(_source, services, job, abandon_on_cancel=True)
    return await source.inspect()


async def read_directory(
    services: Services, job: Job, emit: Callable[[Progress], None] = ignore_event
) -> DirectorySnapshot:
    """Read every attribute that a mapping may choose from; raises WizardError."""
    source = await to_thread.run_sync(_source, services, job, abandon_on_cancel=True)
    return await source.read(emit)


async def read_for_plan(
    services: Services, job: Job, journal: Journal, emit: Callable[[Progress], None]
) -> DirectorySnapshot:
    """Read what a plan needs. Of a tenant: only mapped attributes, and only changes since the last whole run."""

    def source() -> Source:
        if job.source.kind != "entra":
            return _source(services, job)
        last = journal.snapshot()
        return services.entra.source(job, last.cursor if last else "", keep=True)

    # A keyring may wait for a prompt.
    return await (await to_thread.run_sync(source, abandon_on_cancel=True)).read(emit)


def _source(services: Services, job: Job) -> Source:
    choice = job.source
    if choice.kind == "entra":
        return services.entra.source(job, keep=False)
    return open_source(
        choice.kind,
        choice.users_file,
        choice.members_file,
        identity=choice.identity,
        columns=choice.columns,
        groups_column=choice.groups_column,
        encoding=choice.encoding,
        sheet=choice.sheet,
        heading_row=choice.heading_row,
        enabled_values=choice.enabled_values,
        disabled_values=choice.disabled_values,
    )
