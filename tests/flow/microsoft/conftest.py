"""A tenant with Microsoft's provisioning service, the Identity Center beside it, and a job an application signs in for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract import contract
from tests.entra_process import PRINCIPAL, EntraHandle, running_entra
from tests.microsoft_job import microsoft_job, microsoft_services
from wizard.entra_provisioning.carry_out import Waits
from wizard.flow.microsoft.models import SetupResult
from wizard.flow.microsoft.setup import carry_out, read_setup
from wizard.flow.services import Services
from wizard.graph.clouds import PROVISIONING_PERMISSIONS
from wizard.graph.synchronization import Patience
from wizard.progress import ignore_event
from wizard.provisioning.job import Job
from wizard.storage.paths import Home

WAITS = Waits(Patience(0.0, 6), 0.0, Patience(0.0, 3), 0.0)
"""Nothing is waited for: the stand-in answers at once."""


@dataclass
class Tenant:
    """The stand-in, and what a test needs of it."""

    entra: EntraHandle
    services: Services
    job: Job

    def saved(self) -> Job:
        """The job as it is in its file."""
        path = self.services.jobs.path_of(self.job.id)
        assert path is not None
        return self.services.jobs.load(path)

    def save(self, job: Job) -> Job:
        self.job = self.services.jobs.save(job).job
        return self.job

    def switch(self, **values: Any) -> None:
        """Turn switches of the provisioning service."""
        self.entra.set(provisioning=values)

    def cycle(self) -> dict[str, Any]:
        """Let every started job run one cycle."""
        return self.entra.look("POST", "cycle", {})

    def asked(self, part: str) -> int:
        """How often a call was made whose name contains this."""
        return sum(count for name, count in self.entra.requests()["asked"].items() if part in name)

    def assigned(self, kind: str) -> list[str]:
        """Ids of the people or groups that are assigned to the application."""
        rows = self.entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"]
        return [row["principalId"] for row in rows if row["principalType"] == kind]

    def in_scope(self) -> set[str]:
        """Ids of the people who are assigned, themselves or by a group."""
        members = [
            self.entra.ask("GET", f"/groups/{each}/members?$top=999")["value"] for each in self.assigned("Group")
        ]
        return {*self.assigned("User"), *(member["id"] for group in members for member in group)}

    def people(self) -> list[str]:
        """Ids of everybody in the tenant."""
        return [user["id"] for user in self.entra.ask("GET", "/users?$top=999")["value"]]

    def aws(self) -> dict[str, Any]:
        return self.entra.identity_center.state()


@pytest.fixture
def make_tenant(home: Home) -> Iterator[Callable[..., Tenant]]:
    """A function that starts a tenant with options of the sandbox; all traffic is judged at the end."""
    running = []

    def make(*options: str, **choice: Any) -> Tenant:
        context = running_entra("--provisioning", "cycle=0", *options)
        entra = context.__enter__()
        running.append((context, entra))
        entra.set(record=True, granted=PROVISIONING_PERMISSIONS)
        services = microsoft_services(home, entra)
        job = microsoft_job(entra, f"Tidewater {len(running)}", **choice)
        return Tenant(entra, services, services.jobs.save(job).job)

    yield make
    for context, entra in running:
        try:
            if entra.identity_center.process.poll() is None:
                contract().judge(entra.traffic())
        finally:
            context.__exit__(None, None, None)


@pytest.fixture
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    return make_tenant()


async def set_up(tenant: Tenant, start: bool = True) -> SetupResult:
    """Set up Microsoft's service, and start it."""
    review = await read_setup(tenant.services, tenant.saved(), forecast=False)
    accepted = frozenset({"engine-differences", *(("start",) if start else ())})
    return await carry_out(tenant.services, review.job, review, accepted, ignore_event, WAITS)
