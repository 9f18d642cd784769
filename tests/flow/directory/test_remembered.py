"""Stored facts about directories: recent files, and names of tenants in the list of jobs."""

from dataclasses import replace
from pathlib import Path

import pytest

from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.directory.remembered import recent_files, remember_files, tenant_name
from wizard.flow.jobs import revoke, saved_jobs
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import EntraChoice, Job, SourceChoice
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretStore

pytestmark = pytest.mark.anyio
TENANT = "9c2f6d4e-1111-4111-8111-000000000001"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    home, secrets = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")}), SecretStore({})
    return Services(home, JobStore(home), secrets, lambda: SandboxAddress("", ""), EntraAccess(home, secrets))


def tenant_job() -> Job:
    entra = EntraChoice(tenant=TENANT, client_id="11111111-1111-4111-8111-111111111111", sign_in="secret")
    return replace(new_draft(), name="Tenant", source=SourceChoice("entra", entra=entra))


async def test_the_last_ten_files_the_latest_first(services: Services) -> None:
    for number in range(12):
        await remember_files(services, f"/p{number}.csv", "/members.csv" if number == 3 else "")
    await remember_files(services, "/p5.csv")
    found = await recent_files(services)
    assert found[:2] == ("/p5.csv", "/p11.csv")
    assert len(found) == 10


async def test_a_tenant_is_listed_by_its_name_never_by_its_id(services: Services) -> None:
    job = services.jobs.save(tenant_job()).job
    assert [each.summary for each in await saved_jobs.list_jobs(services)] == ["Entra ID, no target yet"]
    services.entra.remember_tenant(job, "Tidewater Instruments")
    assert [each.summary for each in await saved_jobs.list_jobs(services)] == [
        "Entra ID, Tidewater Instruments, no target yet"
    ]
    assert await tenant_name(services, TENANT) == "Tidewater Instruments"


async def test_a_job_for_this_session_leaves_no_name(services: Services) -> None:
    job = tenant_job()
    services.home.keep_out(job.id)
    services.entra.remember_tenant(job, "Tidewater Instruments")
    assert await tenant_name(services, TENANT) == ""


async def test_to_revoke_everything_forgets_both(services: Services) -> None:
    services.entra.remember_tenant(tenant_job(), "Tidewater Instruments")
    await remember_files(services, "/people.csv")
    await revoke.revoke_all(services)
    assert await recent_files(services) == ()
    assert await tenant_name(services, TENANT) == ""
