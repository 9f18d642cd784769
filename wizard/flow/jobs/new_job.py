"""Creates jobs: from the options of the command `new`, and from the sample company for a trial."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wizard.aws.endpoint import Endpoint, endpoint
from wizard.errors import JobFileError, Message
from wizard.flow.steps.session import new_draft
from wizard.flow.steps.steps import UNNAMED
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings
from wizard.messages.translation import N_, _
from wizard.progress import Progress
from wizard.provisioning.job import EntraChoice, Job, Policy, SourceChoice, TargetChoice

if TYPE_CHECKING:
    from wizard.aws.interface import ConnectionTest
    from wizard.directory import DirectorySnapshot
    from wizard.flow.services import SandboxAddress, Services
    from wizard.sources.interface import Inspection
    from wizard.storage.jobs import JobStore, SavedJob


SAMPLE_NAME = N_("Sample company")


@dataclass(frozen=True, slots=True)
class NewJob:
    """The options of the command `new`."""

    users: str
    members: str
    tenant_url: str
    confirmed_hosts: frozenset[str] = frozenset()
    """Hosts that people and the token may be sent to, besides AWS and this computer."""
    pacing: Literal["", "aws", "adaptive"] = ""
    entra: EntraChoice | None = None
    """Instead of files."""
    reading: SourceChoice = field(default_factory=SourceChoice)
    """How the files are read: columns, sheet, heading row, encoding, identity, values of the status column."""
    id_prefix: str = ""
    """Prefix of the external ids, so that those of two file jobs differ."""


def create(store: "JobStore", name_or_path: str, options: NewJob) -> "SavedJob":
    """Save a job with the default mappings and everyone in scope.

    Raises JobFileError if the job exists or an option is wrong.
    """
    draft = new_draft()
    job = replace(
        draft,
        mappings=with_id_prefix(draft.mappings, options.id_prefix) if options.id_prefix else draft.mappings,
        source=source_of(options),
        target=TargetChoice(_address(options)),
        policy=Policy(pacing=options.pacing),
    )
    if name_or_path.lower().endswith(".json"):
        path = Path(name_or_path).expanduser().absolute()
        if path.exists():
            raise JobFileError("job-file-exists", path=str(path))
        return store.save(replace(job, name=path.stem), path)
    return store.save(replace(job, name=name_or_path))


def with_id_prefix(mappings: Mappings, prefix: str) -> Mappings:
    """Return mappings whose external ids of people and groups have this prefix."""

    def prefixed(rows: tuple[AttributeMapping, ...]) -> tuple[AttributeMapping, ...]:
        source = f'Join("", "{prefix}", [objectId])'
        return tuple(
            replace(row, kind=MappingKind.FUNCTION, source=source) if row.target == "externalId" else row
            for row in rows
        )

    return replace(mappings, users=prefixed(mappings.users), groups=prefixed(mappings.groups))


def other_file_job(store: "JobStore", job: Job) -> str:
    """Return the name of another saved job that goes from a file to the same tenant; "" = none.

    Two files may give the same ids to different people, and AWS takes each external id only once.
    """
    from wizard.storage.jobs import BrokenJob  # msgspec, which the first window does not need

    others = (saved.job for saved in store.all() if not isinstance(saved, BrokenJob))
    same = (other for other in others if other.id != job.id and other.source.kind == "file")
    return next((other.name for other in same if other.target.tenant_url == job.target.tenant_url), "")


def source_of(options: NewJob) -> SourceChoice:
    """Return the source of the options; raises JobFileError if one is wrong."""
    entra = options.entra
    if entra is None:
        users, members = existing_file(options.users), existing_file(options.members)
        return replace(checked_reading(options.reading), kind="file", users_file=users, members_file=members)
    if options.reading != SourceChoice():
        raise JobFileError("file-options-with-tenant")
    if options.members:
        raise JobFileError("members-file-with-tenant")
    if not entra.client_id:
        raise JobFileError("client-id-missing")
    if entra.sign_in == "certificate" and not entra.certificate_file:
        raise JobFileError("certificate-missing")
    return SourceChoice("entra", entra=replace(entra, certificate_file=existing_file(entra.certificate_file)))


def checked_reading(reading: SourceChoice) -> SourceChoice:
    """Return the choices about a file; raises JobFileError for an unknown encoding, or a row below 1."""
    from wizard.sources.decoding import is_encoding  # the AWS page imports this module and reads no file

    if reading.encoding and not is_encoding(reading.encoding):
        raise JobFileError("encoding-unknown", encoding=reading.encoding)
    if reading.heading_row < 0:
        raise JobFileError("heading-row-below-one", row=reading.heading_row)
    return reading


def existing_file(name: str) -> str:
    """Return the absolute path of a file, "" for none; raises JobFileError if it does not exist."""
    if not name:
        return ""
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise JobFileError("no-such-file", path=str(path))
    return str(path)


def _address(options: NewJob) -> str:
    checked = endpoint(options.tenant_url)
    if not isinstance(checked, Endpoint):
        raise JobFileError("tenant-url-unusable", why=checked.message)
    if checked.needs_confirmation(options.confirmed_hosts):
        raise JobFileError("host-not-of-aws", host=checked.host)
    return checked.url


def sample_job(address: "SandboxAddress") -> Job:
    """Return a new job from the sample company into this sandbox. It is not saved: the sandbox ends with the program."""
    return replace(new_draft(), name=_(SAMPLE_NAME), source=SourceChoice("sample"), target=sandbox_target(address))


@dataclass(frozen=True, slots=True)
class TriedSample:
    """A job from the sample company, connected and read."""

    job: Job
    connection: "ConnectionTest"
    inspection: "Inspection"
    snapshot: "DirectorySnapshot"


async def try_sample(services: "Services", draft: Job, emit: Callable[[Progress], None]) -> TriedSample:
    """Start a sandbox, and make a job for this session from the sample company to it; raises WizardError.

    draft: the job as it was begun; its name, and whether people and groups are provisioned, are taken over.
    """
    from wizard.flow.directory.reading import inspect_directory, read_directory
    from wizard.flow.runs.connection import run_connection_test, store_token

    address = await services.start_sandbox()
    job = replace(sample_job(address), scope=draft.scope)
    if draft.name != UNNAMED:
        job = replace(job, name=draft.name)
    await store_token(services, job, address.token, session_only=True)
    emit(Progress(Message("reading-directory")))
    connection = await run_connection_test(services, job)
    return TriedSample(
        job, connection, await inspect_directory(services, job), await read_directory(services, job)
    )


def sandbox_target(address: "SandboxAddress") -> TargetChoice:
    """Return the values of step 2 for a sandbox."""
    return TargetChoice(address.tenant_url, token_made_on=date.today().isoformat())
