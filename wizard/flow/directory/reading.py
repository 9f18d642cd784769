"""Reads the job's directory, whichever kind of source it is."""

import os
from collections.abc import Callable
from functools import partial

from anyio import to_thread

from wizard.directory import DirectorySnapshot
from wizard.flow.services import Services
from wizard.flow.support import patience
from wizard.flow.support.patience import within
from wizard.progress import Progress, ignore_event
from wizard.provisioning.job import Job
from wizard.sources.catalogue import open_source
from wizard.sources.interface import Inspection, Source
from wizard.storage.journal import Journal


async def inspect_directory(services: Services, job: Job) -> Inspection:
    """Return what is known before the directory is read whole, such as its columns; raises WizardError."""
    await _check_certificate(job)
    source = await to_thread.run_sync(_source, services, job, abandon_on_cancel=True)
    return await source.inspect()


async def read_directory(
    services: Services, job: Job, emit: Callable[[Progress], None] = ignore_event
) -> DirectorySnapshot:
    """Read every attribute that a mapping may choose from; raises WizardError."""
    await _check_certificate(job)
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

    await _check_certificate(job)
    # A keyring may wait for a prompt.
    return await (await to_thread.run_sync(source, abandon_on_cancel=True)).read(emit)


async def _check_certificate(job: Job) -> None:
    """Raise WizardError where the certificate is on a share that does not answer."""
    file = job.source.entra.certificate_file if job.source.kind == "entra" else ""
    if file:
        await within(patience.FILE_SECONDS, file, partial(_look_up, file))


def _look_up(file: str) -> bool:
    """Ask the file's system for it; what is wrong with the file is told by who reads it."""
    return os.path.exists(file)


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
