"""The protected list of this computer: accounts and groups in AWS that no job may change."""

from anyio import to_thread

from wizard.flow.services import Services
from wizard.storage.acceptances import ProtectedNames


async def protected_names(services: Services) -> tuple[str, ...]:
    """Return the protected user names and names of groups, sorted."""
    return await to_thread.run_sync(ProtectedNames(services.home).all)


async def protect(services: Services, names: list[str]) -> tuple[str, ...]:
    """Add names and return all; raises WizardError."""
    return await to_thread.run_sync(ProtectedNames(services.home).add, names)


async def stop_protecting(services: Services, names: list[str]) -> tuple[str, ...]:
    """Remove names, in any case, and return those that were not protected; raises WizardError."""
    return await to_thread.run_sync(ProtectedNames(services.home).remove, names)
