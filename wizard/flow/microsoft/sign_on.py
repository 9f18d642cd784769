"""Single sign-on: AWS's metadata, what is written to Microsoft, checks, and Microsoft's metadata for AWS."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wizard.errors import Message, WizardError
from wizard.flow.services import Services
from wizard.names import same_name
from wizard.progress import Progress
from wizard.provisioning.job import Job, SignOnChoice
from wizard.storage.paths import reason

if TYPE_CHECKING:  # imported where they are used: the page is built ahead, single sign-on configured once
    from wizard.aws.saml_metadata import ServiceProvider
    from wizard.directory import DirectorySnapshot
    from wizard.entra_provisioning.sign_on import SignOnPlan as SignOnPlan
    from wizard.graph.single_sign_on import SignOn as SignOn

ConsoleStep = Literal["open", "download", "upload", "accept", "provisioning", "test"]
CONSOLE_STEPS: tuple[ConsoleStep, ...] = ("open", "download", "upload", "accept", "provisioning", "test")
"""What a person does in the AWS console, which has no API for it; ticks are kept in the job."""
NAME_ID = "userPrincipalName"
"""What Microsoft sends as NameID unless its claims were changed."""
PUBLISHED_SECONDS = 10.0
PUBLISHED_LOOKS = 12
"""How often Microsoft's metadata is looked at until it has a new certificate."""
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class NameIdCheck:
    """Whether everyone in scope could sign in: NameID must equal userName in AWS."""

    checked: int
    differing: tuple[str, ...]
    """Labels of people for whom it differs, in the directory's order."""

    @property
    def message(self) -> Message | None:
        """What to show; None = it matches for everyone."""
        names = self.differing[:_MOST_NAMES]
        return Message("nameid-differs", count=len(self.differing), names=names) if self.differing else None


@dataclass(frozen=True, slots=True)
class SavedMetadata:
    """Microsoft's metadata file, ready for AWS."""

    content: bytes
    characters: int
    most_characters: int
    """AWS's limit."""


async def read_metadata_file(path: Path) -> "ServiceProvider":
    """AWS's metadata file; raises WizardError."""
    from anyio import to_thread

    from wizard.aws.saml_metadata import LARGEST_BYTES, read_service_provider

    def read() -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(LARGEST_BYTES + 1)
        except OSError as error:
            raise WizardError("saml-file-not-read", file=path.name, reason=reason(error)) from None

    return read_service_provider(await to_thread.run_sync(read, abandon_on_cancel=True))


def with_service_provider(job: Job, provider: "ServiceProvider") -> Job:
    """The job with AWS's values."""
    return replace(job, sign_on=replace(job.sign_on, issuer=provider.issuer, acs_urls=provider.acs_urls))


def provider_of(choice: SignOnChoice) -> "ServiceProvider | None":
    """AWS's values in a job; None = no metadata file was read yet. Raises WizardError for values that are none."""
    from wizard.aws.saml_metadata import service_provider

    return service_provider(choice.issuer, choice.acs_urls) if choice.issuer else None


async def review(services: Services, job: Job) -> "SignOnPlan":
    """What would be written to Microsoft; raises WizardError, also where the job has no metadata or no application."""
    from wizard.entra_provisioning.sign_on import WantedSignOn, plan_sign_on
    from wizard.graph.single_sign_on import read_sign_on

    provider = provider_of(job.sign_on)
    if provider is None:
        raise WizardError("sign-on-without-metadata")
    wanted = WantedSignOn(provider, job.sign_on.sign_on_url, job.sign_on.reminders)
    async with services.entra.graph(job) as client:
        configured = await read_sign_on(client, _application(job))
    return plan_sign_on(wanted, configured, datetime.now(UTC))


async def apply(
    services: Services, job: Job, plan: "SignOnPlan", accepted: frozenset[str], emit: Callable[[Progress], None]
) -> "SignOn":
    """Write what the plan shows; raises WizardError, MorePermission, NotAccepted."""
    from wizard.entra_provisioning.sign_on import carry_out

    async with services.entra.graph(job, configure=True) as client:
        return await carry_out(client, plan, accepted, emit)


async def metadata_for_aws(
    services: Services, job: Job, configured: "SignOn", seconds: float = PUBLISHED_SECONDS
) -> SavedMetadata:
    """Microsoft's metadata with the certificate in use; waits about two minutes for it. Raises WizardError."""
    from anyio import sleep

    from wizard.aws.saml_metadata import AWS_MOST_CHARACTERS, read_identity_provider
    from wizard.graph.single_sign_on import read_metadata

    url = services.entra.federation_metadata_url(job, configured.app_id)
    for look in range(PUBLISHED_LOOKS):
        content = await read_metadata(url)
        provider = read_identity_provider(content)
        if configured.active_thumbprint in provider.thumbprints:
            return SavedMetadata(content, provider.characters, AWS_MOST_CHARACTERS)
        if look + 1 < PUBLISHED_LOOKS:
            await sleep(seconds)
    raise WizardError("federation-metadata-of-other-certificate")


async def save_file(path: Path, content: bytes) -> None:
    """Write the file for AWS; raises WizardError."""
    from anyio import to_thread

    from wizard.storage.paths import write_private

    await to_thread.run_sync(write_private, path, content, abandon_on_cancel=True)


async def check_name_ids(job: Job, snapshot: "DirectorySnapshot") -> NameIdCheck:
    """Compare NameID with the mapped userName of everyone in scope, in a thread; raises WizardError."""
    from anyio import to_thread

    return await to_thread.run_sync(_check_name_ids, job, snapshot, abandon_on_cancel=True)


def _check_name_ids(job: Job, snapshot: "DirectorySnapshot") -> NameIdCheck:
    from wizard.mapping.resources import Table
    from wizard.mapping.scoping import in_scope

    table = Table([row for row in job.mappings.users if row.target == "userName"])
    people = in_scope(snapshot, job.scope).users
    differing = tuple(
        person.label
        for person in people
        if not same_name(
            str(table.user(person).resource.get("userName") or ""), str(person.attributes.get(NAME_ID) or "")
        )
    )
    return NameIdCheck(len(people), differing)


def _application(job: Job) -> str:
    application_id = job.source.entra.application_id
    if job.source.kind != "entra" or not application_id:
        raise WizardError("sign-on-without-application")
    return application_id
