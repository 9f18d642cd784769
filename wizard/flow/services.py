"""What use cases need from outside: HOME, the stores, access to Entra ID, the local sandbox."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # types only: the composition root imports this module before the first window
    from wizard.flow.directory.entra_session import EntraAccess
    from wizard.storage.confirmed_hosts import ConfirmedHosts
    from wizard.storage.jobs import JobStore
    from wizard.storage.paths import Home
    from wizard.storage.secret_store import SecretStore


@dataclass(frozen=True, slots=True)
class SandboxAddress:
    """The address of a sandbox that runs on this computer: Identity Center and a tenant of Entra ID."""

    tenant_url: str
    token: str
    graph_url: str = ""
    authority: str = ""
    client_id: str = ""

    def __repr__(self) -> str:
        """Leaves out the token."""
        return f"SandboxAddress({self.tenant_url!r})"


@dataclass(eq=False, slots=True, repr=False)
class Services:
    """Built once by the composition root and handed to every use case."""

    home: "Home"
    jobs: "JobStore"
    secrets: "SecretStore"
    run_sandbox: Callable[[], SandboxAddress]
    """Starts the sandbox unless it runs. Blocks; raises WizardError."""
    entra: "EntraAccess"
    confirmed_hosts: "ConfirmedHosts" = field(init=False)
    """Where the access token may be sent, besides AWS and this computer."""

    def __post_init__(self) -> None:
        from wizard.storage.confirmed_hosts import ConfirmedHosts  # not at the top: see above

        self.confirmed_hosts = ConfirmedHosts(self.home)

    async def start_sandbox(self) -> SandboxAddress:
        """Start the sandbox unless it runs, in a thread; raises WizardError."""
        from anyio import to_thread  # not at the top: see above

        return await to_thread.run_sync(self.run_sandbox, abandon_on_cancel=True)
