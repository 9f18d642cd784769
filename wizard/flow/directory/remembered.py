"""Recently read files, and names of Microsoft's tenants."""

from anyio import to_thread

from wizard.flow.services import Services
from wizard.storage.recent_sources import RecentFiles, TenantNames


async def recent_files(services: Services) -> tuple[str, ...]:
    """Return the paths, most recent first."""
    return await to_thread.run_sync(RecentFiles(services.home).all)


async def remember_files(services: Services, *paths: str) -> tuple[str, ...]:
    """Put the paths that are not "" first, and return all; raises WizardError."""
    return await to_thread.run_sync(RecentFiles(services.home).add, tuple(filter(None, paths)))


async def tenant_name(services: Services, tenant: str) -> str:
    """Return the name of a tenant's organization as it was last read; "" = not known."""
    return (await to_thread.run_sync(TenantNames(services.home).all)).get(tenant, "")
