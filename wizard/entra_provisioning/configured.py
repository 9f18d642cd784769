"""What exists at Microsoft for an enterprise application: its job, credentials, schema, owners and assignments."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from wizard.entra_provisioning.desired import Schema
from wizard.errors import Message
from wizard.graph import synchronization
from wizard.graph.applications import (
    USER_ROLE,
    Application,
    Assignment,
    application_of,
    assignments,
    find_applications,
    owners_of,
    principal_of_client,
    registration_of,
)
from wizard.graph.client import ApplicationGone, GraphClient, PermissionMissing, ProvisioningJobGone
from wizard.graph.synchronization import (
    AT_ONCE,
    TEMPLATE,
    CredentialsTest,
    Patience,
    SavedSecrets,
    SynchronizationJob,
)

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Configured:
    """Microsoft's side of one application. What could not be read is None, and `hidden` says why."""

    application: Application | None = None
    """None = it is not in the tenant, or none is chosen."""
    jobs: tuple[SynchronizationJob, ...] = ()
    """Provisioning jobs for AWS; Microsoft allows more than one."""
    secrets: SavedSecrets | None = None
    saved_test: CredentialsTest | None = None
    """What Microsoft says to the saved credentials; None = none are saved, or it was not asked."""
    schema: Schema | None = None
    """The job's; without a job the template's, which a new job begins with."""
    assignments: tuple[Assignment, ...] | None = None
    owned: bool | None = None
    """The application that signs in owns this one; None = a person signs in, or it was not asked."""
    others: tuple["Existing", ...] = ()
    """Other applications of AWS whose running jobs provision to the same address."""
    hidden: tuple[Message, ...] = ()
    """Refused readings: each names the permission."""

    @property
    def job(self) -> SynchronizationJob | None:
        """The job for AWS; None = there is none."""
        return self.jobs[0] if self.jobs else None

    @property
    def has_user_role(self) -> bool:
        """Whether people can be assigned a role besides Default Access."""
        return self.application is not None and any(
            role.id == USER_ROLE or role.name == "User" for role in self.application.roles
        )


@dataclass(frozen=True, slots=True)
class Existing:
    """One application of AWS in the tenant, with its provisioning job."""

    application: Application
    job: SynchronizationJob | None = None
    address: str = ""
    """SCIM endpoint it provisions to; "" = none, "*" = Microsoft does not show it."""


@dataclass(slots=True)
class _Reader:
    """Reads one part after the other; a refused one is noted."""

    hidden: list[Message] = field(default_factory=list)

    async def part(self, reading: Awaitable[Read]) -> Read | None:
        """Return what was read; None = it is not there, or the permission is missing."""
        try:
            return await reading
        except PermissionMissing as error:
            if error.message not in self.hidden:
                self.hidden.append(error.message)
        except (ProvisioningJobGone, ApplicationGone):
            pass
        return None


async def read_configured(
    client: GraphClient,
    application_id: str,
    *,
    address: str = "",
    owner: str = "",
    test_saved: bool = False,
    fresh: Patience = AT_ONCE,
) -> Configured:
    """Read everything that a setup compares; raises WizardError where Microsoft cannot be reached.

    address: look for other applications that provision to it. owner: client id of an application that signs in
    without a person. test_saved: let Microsoft try the saved credentials.
    """
    others = await _others(client, address, application_id) if address else ()
    if not application_id:
        return Configured(others=others)
    reader = _Reader()
    application = await reader.part(application_of(client, application_id))
    if application is None:
        return Configured(others=others, hidden=tuple(reader.hidden))
    jobs = await reader.part(synchronization.jobs(client, application_id, fresh)) or ()
    jobs = tuple(job for job in jobs if job.template == TEMPLATE)
    secrets = await reader.part(synchronization.saved_secrets(client, application_id, fresh))
    tested = None
    if test_saved and secrets is not None and secrets.has_token:
        tested = await reader.part(synchronization.try_saved_credentials(client, application_id))
    return Configured(
        application=application,
        jobs=jobs,
        secrets=secrets,
        saved_test=tested,
        schema=await reader.part(
            synchronization.schema(client, application_id, jobs[0].id)
            if jobs
            else synchronization.template_schema(client, application_id)
        ),
        assignments=await reader.part(assignments(client, application_id)),
        owned=await reader.part(is_owned(client, application, owner)) if owner else None,
        others=others,
        hidden=tuple(reader.hidden),
    )


async def _others(client: GraphClient, address: str, application_id: str) -> tuple["Existing", ...]:
    return tuple([each for each in await active_at(client, address) if each.application.id != application_id])


async def is_owned(client: GraphClient, application: Application, owner: str) -> bool:
    """Whether the application with this client id owns both, service principal and registration; raises WizardError."""
    principal = await principal_of_client(client, owner)
    if not principal:
        return False
    if principal not in await owners_of(client, f"/servicePrincipals/{application.id}"):
        return False
    registration = await registration_of(client, application.app_id)
    try:
        return not registration or principal in await owners_of(client, f"/applications/{registration}")
    except ApplicationGone:
        return False  # a new registration is not known everywhere yet


async def find_existing(client: GraphClient) -> tuple[Existing, ...]:
    """Return the applications of AWS in the tenant and what their jobs do; raises WizardError."""
    return tuple([await _existing(client, each) for each in await find_applications(client)])


async def _existing(client: GraphClient, application: Application) -> Existing:
    reader = _Reader()
    jobs = await reader.part(synchronization.jobs(client, application.id)) or ()
    job = next((each for each in jobs if each.template == TEMPLATE), None)
    if job is None:
        return Existing(application)
    secrets = await reader.part(synchronization.saved_secrets(client, application.id))
    return Existing(application, job, secrets.address if secrets else "*")


def same_address(one: str, other: str) -> bool:
    """Whether two SCIM endpoints are the same; a slash at the end makes no difference."""
    return one.strip().rstrip("/").casefold() == other.strip().rstrip("/").casefold()


async def active_at(client: GraphClient, address: str) -> tuple[Existing, ...]:
    """Return the applications whose running jobs provision to this address, as far as they can be seen.

    Raises WizardError where the applications cannot be listed.
    """
    found = await find_existing(client)
    return tuple(each for each in found if each.job and each.job.is_active and same_address(each.address, address))
