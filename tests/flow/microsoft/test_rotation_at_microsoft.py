"""Replacing the access token of a job of Microsoft's service: both sides have the new one, also after a kill anywhere."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import anyio
import pytest

from tests.entra_process import PRINCIPAL
from tests.flow.microsoft.conftest import Tenant, set_up
from tests.ui.pages.keyrings import FileKeyring, in_use
from wizard.errors import WizardError
from wizard.flow.microsoft import watch
from wizard.flow.microsoft.switching import switch_to_microsoft
from wizard.flow.runs.connection import token_for
from wizard.flow.runs.rotation import first_token_deleted, rotate_token
from wizard.graph import synchronization
from wizard.provisioning.job import Job
from wizard.storage.health.rotations import Rotations
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET, SecretStore

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def stored(tenant: Tenant, tmp_path: Path) -> Iterator[FileKeyring]:
    """The keyring of the tenant's services; it has the first token."""
    keyring = FileKeyring(tmp_path / "keyring.json")
    tenant.services.secrets = SecretStore({ENTRA_SECRET.variable: tenant.entra.client_secret})
    tenant.services.entra.secrets = tenant.services.secrets
    with in_use(keyring):
        target = tenant.entra.identity_center
        tenant.services.secrets.store(tenant.job.id, AWS_TOKEN, target.token, target.tenant_url)
        yield keyring


async def provisioned(tenant: Tenant) -> Job:
    """The job, set up and started with the first token."""
    await set_up(tenant, start=False)
    await switch_to_microsoft(tenant.services, tenant.saved(), frozenset({"engine-differences"}))
    await watch.start(tenant.services, tenant.saved())
    return tenant.saved()


async def microsoft_reaches_aws(tenant: Tenant) -> bool:
    async with tenant.services.entra.graph(tenant.saved(), need="provisioning") as client:
        return (await synchronization.try_saved_credentials(client, PRINCIPAL)).passed


async def test_both_sides_have_the_new_token(tenant: Tenant, stored: FileKeyring) -> None:
    job = await provisioned(tenant)
    second = tenant.entra.identity_center.second_token()
    assert await microsoft_reaches_aws(tenant), "the first one works still"
    rotated = await rotate_token(tenant.services, job, second, "2026-01-02")
    assert rotated.is_whole
    tenant.entra.identity_center.delete_first_token()
    assert await token_for(tenant.services, tenant.saved()) == second
    assert await microsoft_reaches_aws(tenant)
    assert tenant.saved().target.token_made_on == "2026-01-02"
    assert Rotations(tenant.services.home, job.id).read().replaced_on
    again = await rotate_token(tenant.services, tenant.saved(), second, "2026-05-06")
    assert (again.is_whole, again.is_new, again.made_on) == (True, False, "2026-01-02")


async def test_microsoft_that_refuses_keeps_the_first_and_the_same_token_ends_it(
    tenant: Tenant, stored: FileKeyring
) -> None:
    job = await provisioned(tenant)
    second = tenant.entra.identity_center.second_token()
    tenant.entra.set(fail={"PUT /servicePrincipals/{id}/synchronization/secrets": [403]})
    rotated = await rotate_token(tenant.services, job, second)
    assert rotated.at_microsoft is not None
    assert not Rotations(tenant.services.home, job.id).read().replaced_on, "Microsoft needs the first one"
    assert (await watch.read_status(tenant.services, tenant.saved())).rotation_pending
    assert await microsoft_reaches_aws(tenant), "the first one"
    assert (await rotate_token(tenant.services, tenant.saved(), second)).is_whole
    assert Rotations(tenant.services.home, job.id).read().replaced_on
    tenant.entra.identity_center.delete_first_token()
    assert await microsoft_reaches_aws(tenant)


async def test_a_failure_between_does_not_forget_what_was_begun(
    tenant: Tenant, stored: FileKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await provisioned(tenant)
    second = tenant.entra.identity_center.second_token()
    tenant.entra.set(fail={"PUT /servicePrincipals/{id}/synchronization/secrets": [403]})
    assert (await rotate_token(tenant.services, job, second, today=lambda: date(2026, 1, 2))).at_microsoft
    with monkeypatch.context() as offline:

        async def refused(*_args: object, **_named: object) -> None:
            raise WizardError("tenant-unreachable")

        offline.setattr(synchronization, "try_credentials", refused)
        with pytest.raises(WizardError, match="tenant-unreachable"):
            await rotate_token(tenant.services, tenant.saved(), second, today=lambda: date(2026, 1, 9))
    rotated = await rotate_token(tenant.services, tenant.saved(), second, today=lambda: date(2026, 1, 20))
    assert (rotated.is_whole, rotated.is_new, rotated.made_on) == (True, True, "2026-01-02")
    assert tenant.saved().target.token_made_on == "2026-01-02", "the day on which it was first entered"
    assert Rotations(tenant.services.home, job.id).read().replaced_on, "the first one is to be deleted"


async def test_a_token_of_nobody_is_stored_nowhere(tenant: Tenant, stored: FileKeyring) -> None:
    job = await provisioned(tenant)
    before = stored.path.read_bytes()
    with pytest.raises(WizardError) as refused:
        await rotate_token(tenant.services, job, "of-nobody-0123456789-abcdefghijklmnop")
    assert refused.value.message.code == "microsoft-cannot-use-credentials"
    assert stored.path.read_bytes() == before
    assert tenant.saved() == job
    assert await microsoft_reaches_aws(tenant)


async def test_a_token_that_microsoft_lacks_is_sent_there(tenant: Tenant, stored: FileKeyring) -> None:
    """Stored on the AWS page, or passed in by a file: this computer has it, Microsoft has not."""
    job = await provisioned(tenant)
    second = tenant.entra.identity_center.second_token()
    tenant.services.secrets._environ = {**tenant.services.secrets._environ, AWS_TOKEN.variable: second}
    rotated = await rotate_token(tenant.services, job, second)
    assert (rotated.is_whole, rotated.is_new) == (True, False)
    tenant.entra.identity_center.delete_first_token()
    assert await microsoft_reaches_aws(tenant)
    with pytest.raises(WizardError) as refused:
        await rotate_token(tenant.services, job, "another-token-0123456789-abcdefghijklmnop")
    assert refused.value.message.code == "rotation-of-passed-in-token"


STORY = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.ui.pages.keyrings import FileKeyring, in_use
from wizard.app import make_services
from wizard.flow.runs import rotation
from wizard.http.client import JsonClient
from wizard.sandbox_process import SandboxProcess
from wizard.storage import jobs, paths, small_files

home, keyring, name, second, point = *sys.argv[1:5], int(sys.argv[5])
calls = 0
def reached():
    global calls
    calls += 1
    if calls == point:
        os.kill(os.getpid(), signal.SIGKILL)
def counted(real):
    def call(*words, **named):
        answer = real(*words, **named)
        reached()
        return answer
    return call
send = JsonClient.send
async def counted_send(self, call):
    answer = await send(self, call)
    if call.method != "GET":
        reached()
    return answer
JsonClient.send = counted_send
FileKeyring.set_password = counted(FileKeyring.set_password)
paths.write_private = counted(paths.write_private)
for module in (small_files, jobs):
    module.write_private = paths.write_private
services = make_services(SandboxProcess(), home)
with in_use(FileKeyring(Path(keyring))):
    asyncio.run(rotation.rotate_token(services, services.jobs.find(name), second))
"""


async def test_killed_after_any_call_and_run_again_both_sides_have_it(
    tenant: Tenant, stored: FileKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await provisioned(tenant)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv(ENTRA_SECRET.variable, tenant.entra.client_secret)
    target, first, seen = tenant.entra.identity_center, tenant.entra.identity_center.token, set()
    point, killed = 0, True
    while killed:
        point += 1
        second = target.second_token()
        words = [str(tenant.services.home.root), str(stored.path), job.name, second, str(point)]
        run = await anyio.run_process([sys.executable, "-c", STORY, *words], check=False)
        killed = run.returncode == -9
        assert killed or run.returncode == 0, run.stderr.decode()
        here = await token_for(tenant.services, tenant.saved())
        assert here in (first, second)
        assert await microsoft_reaches_aws(tenant), "whatever it has is accepted"
        seen.add(here == second)
        if killed:
            again = await rotate_token(tenant.services, tenant.saved(), second)
            assert again.is_whole
        assert Rotations(tenant.services.home, job.id).read().replaced_on, "the first one is to be deleted"
        await first_token_deleted(tenant.services, job.id)
        target.delete_first_token()
        assert await token_for(tenant.services, tenant.saved()) == second
        assert await microsoft_reaches_aws(tenant), f"killed at {point}"
        assert not (await watch.read_status(tenant.services, tenant.saved())).rotation_pending
        target, first = replace(target, token=second), second
        assert point < 60
    assert point > 8
    assert seen == {True, False}
