"""Single sign-on: AWS's metadata, the settings at Microsoft, checks, and Microsoft's metadata for AWS."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wizard.aws.session_tags import AccessAttribute, key_problem
from wizard.entra_names import CLAIM_IDS
from wizard.errors import Message, WizardError
from wizard.flow.directory.entra_models import Need
from wizard.flow.services import Services
from wizard.names import same_name
from wizard.progress import Progress
from wizard.provisioning.job import Job, SignOnChoice
from wizard.storage.paths import reason

if TYPE_CHECKING:  # imported where they are used: the page is built ahead, single sign-on configured once
    from wizard.aws.saml_metadata import ServiceProvider
    from wizard.directory import DirectorySnapshot
    from wizard.entra_provisioning.sign_on import Difference as Difference
    from wizard.entra_provisioning.sign_on import Setting as Setting
    from wizard.entra_provisioning.sign_on import SignOnPlan as SignOnPlan
    from wizard.graph.single_sign_on import SignOn as SignOn

ConsoleStep = Literal["open", "download", "upload", "accept", "provisioning", "test", "attributes", "policies"]
CONSOLE_STEPS: tuple[ConsoleStep, ...] = ("open", "download", "upload", "accept", "provisioning", "test")
"""What a person does in the AWS console, which has no API for it; ticks are kept in the job."""
ATTRIBUTE_STEPS: tuple[ConsoleStep, ...] = ("attributes", "policies")
"""What comes after it where attributes for access control were chosen."""
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
    """Labels of the people where it differs, in the directory's order."""

    @property
    def message(self) -> Message | None:
        """What to show; None = it matches for everyone."""
        names = self.differing[:_MOST_NAMES]
        return Message("nameid-differs", count=len(self.differing), names=names) if self.differing else None


@dataclass(frozen=True, slots=True)
class AttributeCheck:
    """Whether AWS takes the values of attributes for access control as tags."""

    checked: int
    empty: Mapping[str, int]
    """Key -> how many people have no value, so no tag."""
    refused: Mapping[str, tuple[str, ...]]
    """Key -> labels of people whose value AWS would refuse, in the directory's order."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """What to show; () = every value fits."""
        found = [
            Message("attribute-values-refused", key=key, count=len(labels), names=labels[:_MOST_NAMES])
            for key, labels in self.refused.items()
        ]
        found += [
            Message("attribute-values-empty", key=key, count=count, checked=self.checked)
            for key, count in self.empty.items()
        ]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class SavedMetadata:
    """Microsoft's metadata file, ready for AWS."""

    content: bytes
    characters: int
    most_characters: int
    """AWS's limit."""


async def read_metadata_file(path: Path) -> "ServiceProvider":
    """AWS's metadata file; raises WizardError."""
    from wizard.aws.saml_metadata import LARGEST_BYTES, read_service_provider
    from wizard.flow.support.patience import in_time

    def read() -> bytes:
        try:
            if path.exists() and not path.is_file():  # a folder, or a pipe that never ends
                raise WizardError("saml-metadata-unreadable")
            with path.open("rb") as file:
                return file.read(LARGEST_BYTES + 1)
        except OSError as error:
            raise WizardError("saml-file-not-read", file=path.name, reason=reason(error)) from None

    return read_service_provider(await in_time(path, read))


def with_service_provider(job: Job, provider: "ServiceProvider") -> Job:
    """The job with AWS's values."""
    return replace(job, sign_on=replace(job.sign_on, issuer=provider.issuer, acs_urls=provider.acs_urls))


def provider_of(choice: SignOnChoice) -> "ServiceProvider | None":
    """AWS's values in a job; None = no metadata file was read yet. Raises WizardError for values that are none."""
    from wizard.aws.saml_metadata import service_provider

    return service_provider(choice.issuer, choice.acs_urls) if choice.issuer else None


async def review(services: Services, job: Job) -> "SignOnPlan":
    """What would be written to Microsoft; raises WizardError, also where the job has no metadata or no application."""
    from wizard.aws.endpoint import Endpoint, endpoint
    from wizard.entra_provisioning.sign_on import WantedSignOn, read_plan

    application = _application(job)
    provider = provider_of(job.sign_on)
    if provider is None:
        raise WizardError("sign-on-without-metadata")
    choice = job.sign_on
    attributes = choice.attributes if need_of(job) == "claims" else None
    address = endpoint(job.target.tenant_url)
    region = address.region if isinstance(address, Endpoint) else ""
    wanted = WantedSignOn(provider, choice.sign_on_url, choice.reminders, attributes, region)
    # Reading claims policies needs a permission that reading the directory does not.
    async with services.entra.graph(job, need="claims" if attributes is not None else "read") as client:
        plan = await read_plan(client, application, wanted, datetime.now(UTC))
    await _remember(services, job, plan.configured)
    return plan


async def _remember(services: Services, job: Job, configured: "SignOn") -> None:
    """Keep when the certificates expire for the job's health, which is judged without asking Microsoft."""
    from anyio import to_thread

    from wizard.storage.health.attempts import AttemptStore, SignInCertificates

    def ends(active: bool) -> str:
        found = (
            each.ends
            for each in configured.certificates
            if (each.thumbprint == configured.active_thumbprint) is active
            and (active or each.ends > datetime.now(UTC))
        )
        last = max(found, default=None)
        return last.isoformat() if last is not None else ""

    seen = SignInCertificates(configured.application_id, ends(True), ends(False))
    with suppress(WizardError):  # it is only shown
        await to_thread.run_sync(AttemptStore(services.home, job.id).saw_certificates, seen)


def need_of(job: Job) -> Need:
    """What a sign-in must allow to write the job's single sign-on."""
    return "claims" if job.sign_on.attributes or job.sign_on.may_have_policy else "configure"


def with_attributes(choice: SignOnChoice, attributes: Sequence[AccessAttribute]) -> SignOnChoice:
    """The choice with these attributes for access control. From the first one on, Microsoft's policies are read."""
    may_have_policy = choice.may_have_policy or bool(attributes)
    return replace(choice, attributes=tuple(attributes), may_have_policy=may_have_policy)


def attribute_sources() -> tuple[str, ...]:
    """Names of the attributes that Entra ID can send with a sign-in."""
    return tuple(CLAIM_IDS)


def attribute_problem(attribute: AccessAttribute, keys_above: Sequence[str]) -> Message | None:
    """Return the problem of a row of the table; None = it has none."""
    problem = key_problem(attribute.key, keys_above)
    if problem is not None:
        return problem
    if not attribute.attribute:
        return Message("attribute-not-chosen")
    known = attribute.attribute in CLAIM_IDS
    return None if known else Message("attribute-not-a-claim", attribute=attribute.attribute)


def attributes_from(texts: Sequence[str]) -> tuple[AccessAttribute, ...]:
    """Attributes from `KEY=ATTRIBUTE`, in any spelling of the attribute; raises WizardError where one would be refused."""
    from wizard.entra_provisioning.access_attributes import check_attributes, spelled

    found = []
    for text in texts:
        key, _equals, attribute = text.rpartition("=")
        if not key or not attribute.strip():
            raise WizardError("attribute-not-key-and-name", text=text[:200])
        found.append(AccessAttribute(key.strip(), attribute.strip()))
    attributes = spelled(found)
    check_attributes(attributes)
    return attributes


def as_written(choice: SignOnChoice, day: str) -> SignOnChoice:
    """The choice after it was written on a day; without attributes, no policy of this job is left."""
    return replace(choice, written_on=day, may_have_policy=bool(choice.attributes))


async def apply(
    services: Services, job: Job, plan: "SignOnPlan", accepted: frozenset[str], emit: Callable[[Progress], None]
) -> "SignOn":
    """Write what the plan shows; raises WizardError, MorePermission, NotAccepted."""
    from wizard.entra_provisioning.sign_on import carry_out

    async with services.entra.graph(job, need=need_of(job)) as client:
        configured = await carry_out(client, plan, accepted, emit)
    await _remember(services, job, configured)
    return configured


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


async def check_attributes(job: Job, snapshot: "DirectorySnapshot") -> AttributeCheck:
    """Compare the values of everyone in scope with AWS's rules for tags, in a thread; raises WizardError."""
    from anyio import to_thread

    return await to_thread.run_sync(_check_attributes, job, snapshot, abandon_on_cancel=True)


def _check_attributes(job: Job, snapshot: "DirectorySnapshot") -> AttributeCheck:
    from wizard.aws.session_tags import value_problem
    from wizard.mapping.scoping import in_scope

    people = in_scope(snapshot, job.scope).users
    empty: dict[str, int] = {}
    refused: dict[str, list[str]] = {}
    for person in people:
        for each in job.sign_on.attributes:
            problem = value_problem(person.attributes.get(each.attribute))
            if problem == "empty":
                empty[each.key] = empty.get(each.key, 0) + 1
            elif problem:
                refused.setdefault(each.key, []).append(person.label)
    return AttributeCheck(len(people), empty, {key: tuple(labels) for key, labels in refused.items()})


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
    if job.source.kind != "entra":
        raise WizardError("directory-is-no-tenant", job=job.name)
    if not application_id:
        raise WizardError("sign-on-without-application")
    return application_id
