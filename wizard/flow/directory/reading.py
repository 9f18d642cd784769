"""Reads the job's directory, whichever kind of source it is."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from anyio import to_thread

from wizard.directory import DirectorySnapshot
from wizard.errors import Message, WizardError
from wizard.flow.directory.client_secret import note_client_secret
from wizard.flow.services import Services
from wizard.flow.support.patience import in_time
from wizard.progress import Progress, ignore_event
from wizard.provisioning.job import Job, SourceChoice
from wizard.sources.catalogue import open_source
from wizard.sources.interface import Inspection, Source
from wizard.storage.journal import Journal

_NEVER_PEOPLE = ("file-is-job", "file-is-schema", "file-of-another-kind")
"""Codes of files whose content no export can turn into people."""


async def inspect_directory(services: Services, job: Job) -> Inspection:
    """Return a summary of the directory without reading all of it, such as its columns; raises WizardError."""
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


async def require_people(services: Services, job: Job) -> DirectorySnapshot:
    """Read the directory; raises WizardError where it cannot be read or has no people to provision."""
    snapshot = await read_directory(services, job)
    nobody = nobody_read(job, snapshot)
    if nobody is not None:
        raise WizardError(nobody)
    return snapshot


async def first_look(source: SourceChoice) -> Message | None:
    """Check the beginning of a file with people; return its problem, or None.

    Raises WizardError where it can never be right: it is a document of another kind.
    """
    from wizard.sources.columns import Choices  # a tenant is read without these two
    from wizard.sources.file_source import has_rows

    path = Path(source.users_file)
    choices = Choices(encoding=source.encoding, sheet=source.sheet, heading_row=source.heading_row)
    await in_time(str(path), partial(_look_up, str(path)))
    try:
        found = await to_thread.run_sync(has_rows, path, choices, abandon_on_cancel=True)
    except WizardError as error:
        if error.message.code in _NEVER_PEOPLE:
            raise
        return error.message
    return None if found else Message("file-without-people", file=path.name)


def nobody_read(job: Job, snapshot: DirectorySnapshot) -> Message | None:
    """Return why a directory that was read has no people to provision; None = it has some."""
    if snapshot.users:
        return None
    if job.source.kind == "entra":
        return None if snapshot.groups and not job.scope.people else Message("tenant-without-people")
    file, rows = os.path.basename(job.source.users_file), sum(one.excluded for one in snapshot.problems)
    return Message("no-row-usable", file=file, count=rows) if rows else Message("file-without-people", file=file)


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
    snapshot = await (await to_thread.run_sync(source, abandon_on_cancel=True)).read(emit)
    await note_client_secret(services, job)
    return snapshot


async def _check_certificate(job: Job) -> None:
    """Raise WizardError where the certificate is on a share that does not answer."""
    file = job.source.entra.certificate_file if job.source.kind == "entra" else ""
    if file:
        await in_time(file, partial(_look_up, file))


def _look_up(file: str) -> bool:
    """Access the file, so that a share that does not answer is noticed; other problems are reported by the reader."""
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
