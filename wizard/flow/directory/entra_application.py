"""The enterprise application of a tenant: finds or adds it, and lists and changes its assignments."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from anyio import to_thread

from wizard.errors import WizardError
from wizard.flow.directory.entra_models import Assigned, Enterprise

if TYPE_CHECKING:
    from wizard.flow.directory.entra_session import EntraAccess
    from wizard.graph.applications import Application, Principal
    from wizard.progress import Progress
    from wizard.provisioning.job import Job

DEFAULT_NAME = "AWS IAM Identity Center"


async def enterprise(access: "EntraAccess", job: "Job") -> Enterprise:
    """Return the gallery applications in the tenant, and whether one can be added; raises WizardError."""
    from wizard.graph.applications import find_applications, find_template, tenant_name

    async with access.graph(job) as client:
        found = await find_applications(client)
        name = await tenant_name(client)
        offered = bool(found) or await find_template(client)
    if name:
        await to_thread.run_sync(access.remember_tenant, job, name)
    return Enterprise(found, offered, name)


async def only_one(access: "EntraAccess", job: "Job") -> "Job":
    """Return the job with the tenant's only application; raises WizardError if there is none, or more than one."""
    found = (await enterprise(access, job)).applications
    if not found:
        raise WizardError("no-application-in-tenant")
    if len(found) > 1:
        names = tuple(f"{application.name}: {application.id}" for application in found)
        raise WizardError("several-applications-in-tenant", applications=names)
    entra = replace(job.source.entra, application_id=found[0].id, application_name=found[0].name)
    return replace(job, source=replace(job.source, entra=entra))


async def add(access: "EntraAccess", job: "Job", name: str, report: "Callable[[Progress], None]") -> "Application":
    """Add the gallery application and wait until it is available; raises MorePermission, WizardError."""
    from wizard.graph.applications import add_application

    async with access.graph(job, configure=True) as client:
        return await add_application(client, name.strip() or DEFAULT_NAME, report)


async def assigned(access: "EntraAccess", job: "Job") -> Assigned:
    """Return the assignments of the job's application; raises WizardError, ApplicationGone if it was deleted."""
    from wizard.graph.applications import assignments

    application_id = job.source.entra.application_id
    async with access.graph(job) as client:
        return Assigned(application_id, await assignments(client, application_id))


async def search(access: "EntraAccess", job: "Job", text: str) -> "tuple[Principal, ...]":
    """Return people and groups of the tenant whose name or address starts with a text; raises WizardError."""
    from wizard.graph.applications import search_principals

    async with access.graph(job) as client:
        return await search_principals(client, text)


async def assign(access: "EntraAccess", job: "Job", principals: "tuple[Principal, ...]") -> Assigned:
    """Assign people and groups with the role `User`, and return all assignments.

    Raises MorePermission; RoleMissing if the application has only Default Access; GroupsNeedLicence; WizardError.
    """
    from wizard.graph.applications import assign as assign_one
    from wizard.graph.applications import assignments, find_applications, user_role

    application_id = job.source.entra.application_id
    async with access.graph(job, configure=True) as client:
        own = next((one for one in await find_applications(client) if one.id == application_id), None)
        role = user_role(own) if own else None
        if role is None:
            raise RoleMissing
        for principal in principals:
            await assign_one(client, application_id, principal.id, role.id)
        return Assigned(application_id, await assignments(client, application_id))


async def unassign(access: "EntraAccess", job: "Job", assignment_ids: tuple[str, ...]) -> Assigned:
    """Remove assignments, and return the others; raises MorePermission, WizardError."""
    from wizard.graph.applications import assignments
    from wizard.graph.applications import unassign as unassign_one

    application_id = job.source.entra.application_id
    async with access.graph(job, configure=True) as client:
        for assignment_id in assignment_ids:
            await unassign_one(client, application_id, assignment_id)
        return Assigned(application_id, await assignments(client, application_id))


async def add_role(access: "EntraAccess", job: "Job") -> None:
    """Add the role `User` to the application's manifest, as in Microsoft's tutorial.

    Raises MorePermission, WizardError.
    """
    from wizard.graph.applications import add_user_role, find_applications

    async with access.graph(job, configure=True) as client:
        own = [one for one in await find_applications(client) if one.id == job.source.entra.application_id]
        if own:
            await add_user_role(client, own[0])


class RoleMissing(WizardError):
    """The application has Default Access as its only role; `add_role` adds another one."""

    def __init__(self) -> None:
        super().__init__("application-without-role")
