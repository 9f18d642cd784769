"""Export leaves out all data of this computer; an import obeys every rule for job files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from wizard.errors import JobFileError
from wizard.flow.jobs import first_opening, transfer
from wizard.flow.jobs.new_job import sample_job
from wizard.flow.runs.connection import confirm_host, confirmed_hosts, store_token, token_place
from wizard.flow.services import SandboxAddress, Services
from wizard.provisioning.job import EntraChoice, Policy, Scope, SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore

pytestmark = pytest.mark.anyio

SAMPLE = sample_job(SandboxAddress("http://127.0.0.1:9/t/scim/v2", "token"))
OTHER = "https://scim.tidewater.example/t/scim/v2"
JOB = replace(
    SAMPLE, name="Staff", source=SourceChoice("file", users_file="/data/people.csv"), target=TargetChoice(OTHER)
)
SECRET = "a-token-that-stays-here"


async def exported(services: Services, tmp_path: Path) -> Path:
    path = services.jobs.save(JOB).path
    await confirm_host(services, "scim.tidewater.example")
    await store_token(services, JOB, SECRET, session_only=True)
    await transfer.export_job(services, str(path), tmp_path / "staff.json")
    return tmp_path / "staff.json"


async def test_an_exported_job_holds_no_secret_and_no_confirmed_host(services: Services, tmp_path: Path) -> None:
    file = await exported(services, tmp_path)
    assert SECRET not in file.read_text("utf-8")
    assert JobStore(services.home).load(file) == JOB
    with pytest.raises(JobFileError) as refused:
        await transfer.export_job(services, str(services.jobs.path_of(JOB.id)), file)
    assert refused.value.message.code == "job-file-exists"


async def test_an_imported_job_is_a_new_one_without_the_secrets_of_the_old(
    services: Services, tmp_path: Path
) -> None:
    file = await exported(services, tmp_path)
    job = await transfer.read_exported(services, file)
    assert (job.name, len(services.jobs.all())) == ("Staff 2", 1), "nothing is saved before it was shown"
    assert await first_opening.first_opening(services, job) == first_opening.described(job)
    saved = await transfer.import_job(services, job)
    assert saved.job == replace(JOB, id=job.id, name="Staff 2")
    assert saved.job.id != JOB.id
    assert await token_place(services, saved.job) == ""
    assert saved.path.parent == services.home.jobs


@pytest.mark.parametrize(
    "damage",
    [{"version": 99}, {"unknown": 1}, {"policy": {"threshold_percent": 200}}, {"id": "../../x"}, {"name": "  "}],
)
async def test_an_imported_job_obeys_the_rules_for_job_files(
    services: Services, tmp_path: Path, damage: dict[str, object]
) -> None:
    file = await exported(services, tmp_path)
    file.write_text(json.dumps({**json.loads(file.read_bytes()), **damage}))
    with pytest.raises(JobFileError):
        await transfer.read_exported(services, file)
    assert len(services.jobs.all()) == 1


async def test_an_import_confirms_no_host(services: Services, tmp_path: Path) -> None:
    services.jobs.save(JOB)
    await transfer.export_job(services, str(services.jobs.path_of(JOB.id)), tmp_path / "staff.json")
    await transfer.import_job(services, await transfer.read_exported(services, tmp_path / "staff.json"))
    assert await confirmed_hosts(services) == frozenset()


async def test_what_has_to_be_entered_depends_on_the_job(services: Services, tmp_path: Path) -> None:
    found = tmp_path / "people.csv"
    found.touch()
    here = replace(JOB, source=SourceChoice("file", users_file=str(found)))
    assert len(await transfer.to_enter(JOB)) == len(await transfer.to_enter(here)) + 1
    assert "scim.tidewater.example" in " ".join(await transfer.to_enter(JOB))
    for way in ("browser", "device-code", "secret", "certificate"):
        entra = replace(
            JOB, source=SourceChoice("entra", entra=EntraChoice(tenant="contoso.example", sign_in=way))
        )  # type: ignore[arg-type]
        assert "contoso.example" in " ".join(await transfer.to_enter(entra))


def test_a_tried_set_up_is_taken_to_the_own_tenant() -> None:
    scope = Scope(everyone=False, user_ids=("1",), first_user_ids=("2",), start_small=True, groups=False)
    tried = replace(SAMPLE, scope=scope, policy=Policy(threshold_count=77, pacing="adaptive"))
    made = transfer.for_own_tenant(tried)
    assert made.id != tried.id
    assert made.mappings == tried.mappings
    assert (made.policy.threshold_count, made.policy.pacing) == (77, "")
    assert (made.source, made.target) == (SourceChoice(), TargetChoice())
    assert made.scope == Scope(start_small=True, groups=False)
    own_file = replace(tried, source=JOB.source)
    assert (transfer.for_own_tenant(own_file).source, transfer.for_own_tenant(own_file).scope) == (
        JOB.source,
        scope,
    )
