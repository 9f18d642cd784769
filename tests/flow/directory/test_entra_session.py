"""The flow with a tenant: signing in, the application, reading for the window and for a run, forgetting."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from keyring.backends.fail import Keyring as NoKeyring

from tests.entra_process import PRINCIPAL, USER_ROLE, EntraHandle, answer_browser, enter_code, running_entra
from tests.ui.pages.keyrings import MemoryKeyring, in_use
from wizard.directory import DirectorySnapshot
from wizard.errors import NoSecret, SignInNeeded, WizardError
from wizard.flow.directory.entra_application import assign, assigned, enterprise, search, unassign
from wizard.flow.directory.entra_attributes import known_attributes, needed, offered
from wizard.flow.directory.entra_models import CodeToEnter, MorePermission, PageToOpen
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.directory.reading import read_directory
from wizard.flow.jobs import saved_jobs
from wizard.flow.runs.connection import store_token
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.run import run_job
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.progress import ignore_event
from wizard.provisioning.events import RunControl
from wizard.provisioning.job import EntraChoice, Job, SourceChoice, TargetChoice
from wizard.storage.paths import Home
from wizard.storage.secret_store import ENTRA_SECRET, SecretStore

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        yield handle


def choice_for(entra: EntraHandle, **more: object) -> EntraChoice:
    plain = EntraChoice(
        cloud="sandbox",
        tenant=entra.authority.rpartition("/")[2],
        client_id=entra.client_id,
        application_id=PRINCIPAL,
        authority=entra.authority,
        graph_url=entra.graph_url,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def job_for(entra: EntraHandle, **more: object) -> Job:
    return replace(
        new_draft(),
        source=SourceChoice("entra", entra=choice_for(entra, **more)),
        target=TargetChoice(entra.identity_center.tenant_url),
    )


def browse(event: object) -> None:
    """A person's browser: they sign in and accept."""
    assert isinstance(event, PageToOpen)

    answer_browser(event.url)


async def test_a_person_signs_in_and_the_application_and_its_assignments_are_found(
    services: Services, entra: EntraHandle
) -> None:
    job = job_for(entra)
    assert await services.entra.who(job) is None
    found = await services.entra.sign_in(job, browse, session_only=True)
    assert (found.user_name, found.kept) == ("ingrid.halvorsen@tidewater.example", "session")
    assert (await services.entra.who(job)) == found
    tenant = await enterprise(services.entra, job)
    assert tenant.offered
    assert PRINCIPAL in {one.id for one in tenant.applications}
    who = await assigned(services.entra, job)
    assert who.count("Group") == 3
    await services.entra.sign_out(job)
    assert await services.entra.who(job) is None
    with pytest.raises(SignInNeeded):
        await read_directory(services, job)


@pytest.mark.slow
async def test_a_device_code_is_passed_on_and_waited_for(services: Services, entra: EntraHandle) -> None:
    shown: list[CodeToEnter] = []

    def show(event: object) -> None:
        assert isinstance(event, CodeToEnter)
        shown.append(event)
        Thread(target=enter_code, args=(event.address, event.code)).start()

    job = job_for(entra, sign_in="device-code")
    found = await services.entra.sign_in(job, show, session_only=True)
    assert found.user_name.startswith("ingrid")
    assert shown[0].seconds > 60


async def test_a_person_who_declines_changed_nothing(services: Services, entra: EntraHandle) -> None:
    def decline(event: object) -> None:
        assert isinstance(event, PageToOpen)
        answer_browser(event.url, accept=False)

    job = job_for(entra)
    with pytest.raises(WizardError, match="declined"):
        await services.entra.sign_in(job, decline, session_only=True)
    assert await services.entra.who(job) is None


async def test_changing_something_asks_for_more_first_and_then_assigns_with_the_role_user(
    services: Services, entra: EntraHandle
) -> None:
    job = job_for(entra)
    await services.entra.sign_in(job, browse, session_only=True)
    (group,) = await search(services.entra, job, "Finance and")
    with pytest.raises(MorePermission):
        await assign(services.entra, job, (group,))
    await services.entra.sign_in(job, browse, configure=True, session_only=True)
    after = await assign(services.entra, job, (group,))
    (own,) = [one for one in after.assignments if one.principal_id == group.id]
    assert own.role_id == USER_ROLE
    assert await assign(services.entra, job, (group,)) == after, "who is assigned stays so, once"
    left = await unassign(services.entra, job, (own.id,))
    assert group.id not in {one.principal_id for one in left.assignments}


async def test_without_a_keyring_the_sign_in_is_kept_for_the_session_and_never_on_the_disk(
    services: Services, entra: EntraHandle, home: Home
) -> None:
    job = job_for(entra)
    with in_use(NoKeyring()):
        found = await services.entra.sign_in(job, browse)
        assert found.kept == "session"
        assert not (home.root / "sign-ins").exists() or not list((home.root / "sign-ins").iterdir())
        assert len((await read_directory(services, job)).users) > 10


async def test_with_a_keyring_it_is_found_again_by_the_next_start(
    services: Services, entra: EntraHandle, home: Home
) -> None:
    job = job_for(entra)
    with in_use(MemoryKeyring()):
        found = await services.entra.sign_in(job, browse)
        assert found.kept == "keyring"
        later = EntraAccess(home, SecretStore({}))
        assert await later.who(job) == found
        (kept,) = (home.root / "sign-ins").iterdir()
        assert b"tidewater" not in kept.read_bytes()
        await later.sign_out(job)
        assert not kept.exists()


async def test_a_secret_of_the_environment_signs_an_application_in(home: Home, entra: EntraHandle) -> None:
    access = EntraAccess(home, SecretStore({ENTRA_SECRET.variable: entra.client_secret}))
    job = job_for(entra, sign_in="secret")
    assert (await access.sign_in(job, ignore_event)).kept == "environment"
    assert len((await access.source(job, keep=False).read(ignore_event)).users) > 10


async def test_a_missing_secret_is_reported_with_the_ways_to_provide_it(
    services: Services, entra: EntraHandle
) -> None:
    job = job_for(entra, sign_in="secret")
    with pytest.raises(NoSecret) as told:
        await services.entra.sign_in(job, ignore_event)
    assert ENTRA_SECRET.variable in str(told.value)
    await services.entra.keep_secret(job, "wrong", session_only=True)
    with pytest.raises(WizardError, match="client-secret-refused"):
        await services.entra.sign_in(job, ignore_event)
    await services.entra.keep_secret(job, f" {entra.client_secret}\n", session_only=True)
    assert (await services.entra.sign_in(job, ignore_event)).kept == "session"


async def test_missing_settings_are_named(services: Services, entra: EntraHandle) -> None:
    for lacking, name in (({"tenant": ""}, "tenant"), ({"client_id": ""}, "client")):
        with pytest.raises(WizardError, match=name):
            await services.entra.sign_in(job_for(entra, **lacking), browse)


async def test_a_file_that_is_not_a_certificate_is_reported(
    services: Services, entra: EntraHandle, home: Home
) -> None:
    for content, code in (
        (None, "certificate-file-missing"),
        (b"\xff\xfe", "certificate-file-unreadable"),
        (b"x", "certificate-file-without-key"),
    ):
        path = home.root / "proof.pem"
        if content is not None:
            path.write_bytes(content)
        job = job_for(entra, sign_in="certificate", certificate_file=str(path))
        await services.entra.keep_secret(job, "passphrase", session_only=True)
        with pytest.raises(WizardError) as error:
            await services.entra.sign_in(job, ignore_event)
        assert error.value.message.code == code


@pytest.mark.slow
async def test_the_second_run_on_an_unchanged_tenant_asks_for_changes_alone(
    services: Services, entra: EntraHandle
) -> None:
    job = job_for(entra)
    await services.entra.sign_in(job, browse, session_only=True)
    await store_token(services, job, entra.identity_center.token, session_only=True)
    prepared, applied = await run_job(services, job, ignore_event, frozenset(), RunControl())
    assert applied.report.users.created > 10
    assert "jobTitle" in prepared.snapshot.attributes
    assert "extensionAttribute7" not in prepared.snapshot.attributes, "only mapped attributes are requested"
    entra.reset_counters()
    prepared, _ = await run_job(services, job, ignore_event, frozenset(), RunControl())
    assert prepared.plan.changes == ()
    assert entra.requests()["exchanges"] == 3, "two feeds of changes, and one page of assignments, which have none"


def test_exactly_mapped_and_filtered_attributes_are_needed() -> None:
    job = new_draft()
    rows = (
        AttributeMapping("userName", MappingKind.ATTRIBUTE, "userPrincipalName"),
        AttributeMapping("title", MappingKind.FUNCTION, 'Join(" ", [officeLocation], [extension_0a1b_badge])'),
    )
    job = replace(job, mappings=replace(job.mappings, users=rows))
    assert needed(job) == (
        "userPrincipalName", "objectId", "displayName", "physicalDeliveryOfficeName", "extension_0a1b_badge",
    )  # fmt: skip
    assert set(needed(job)) < set(offered(job))


async def test_a_deleted_job_leaves_nothing_of_its_tenant(
    services: Services, entra: EntraHandle, home: Home
) -> None:
    job = job_for(entra, sign_in="secret")
    path = services.jobs.save(job).path
    await services.entra.keep_secret(job, entra.client_secret, session_only=True)
    await store_token(services, job, entra.identity_center.token, session_only=True)
    await prepare(services, job)
    folders = (
        home.root,
        home.of_job(job.id, "mirrors"),
    )  # the token is for this session only: so is what was read
    assert [path for folder in folders for path in folder.rglob(f"*{job.id}*.gz")]
    await saved_jobs.delete_job(services, str(path))
    assert not [path for folder in folders for path in folder.rglob(f"*{job.id}*.gz")]
    with pytest.raises(NoSecret):
        await services.entra.sign_in(job, ignore_event)


def test_an_extension_that_is_named_is_known_in_a_tenant_alone() -> None:
    job = new_draft()
    rows = (AttributeMapping("title", MappingKind.ATTRIBUTE, "extension_0a1b_badge"),)
    job = replace(job, mappings=replace(job.mappings, users=rows))
    snapshot = DirectorySnapshot((), (), attributes=("mail",))
    assert known_attributes(job, snapshot) == {"mail"}
    tenant = replace(job, source=SourceChoice("entra"))
    assert known_attributes(tenant, snapshot) == {"mail", "extension_0a1b_badge"}


async def test_systemd_can_hand_the_secret_over(home: Home, entra: EntraHandle, tmp_path: Path) -> None:
    (tmp_path / ENTRA_SECRET.credential).write_text(f"{entra.client_secret}\n")
    access = EntraAccess(home, SecretStore({"CREDENTIALS_DIRECTORY": str(tmp_path)}))
    assert (await access.sign_in(job_for(entra, sign_in="secret"), ignore_event)).kept == "environment"
