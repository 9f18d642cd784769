"""Revoke and forget everything: what a job left on this computer is gone, its file and the other jobs stay."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ui.pages.keyrings import MemoryKeyring, in_use
from wizard.flow.alerts.background import start_at_sign_in
from wizard.flow.alerts.metrics import keep_writing, write_metrics
from wizard.flow.jobs import revoke
from wizard.flow.jobs.new_job import sample_job
from wizard.flow.schedules import schedules
from wizard.flow.services import SandboxAddress, Services
from wizard.provisioning.job import EntraChoice, Job, SourceChoice
from wizard.storage.acceptances import Acceptance, Acceptances
from wizard.storage.autostart import Autostart
from wizard.storage.health.alert_settings import AlertSettings
from wizard.storage.journal import Journal
from wizard.storage.lock import JobLock
from wizard.storage.mirrors import Mirrors
from wizard.storage.paths import Home, remove_session_folder
from wizard.storage.redaction import REDACTION_KEY
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET, SignInCache

pytestmark = pytest.mark.anyio


def job(name: str) -> Job:
    sample = sample_job(SandboxAddress("http://127.0.0.1:9/t/scim/v2", "token"))
    return replace(sample, name=name, source=SourceChoice("entra", entra=EntraChoice(tenant="t", client_id="c")))


def leave_traces(services: Services, made: Job) -> None:
    """What use leaves: journal, reading, acceptance, sign-in, secrets."""
    services.jobs.save(made)
    home, secrets = services.home, services.secrets
    Journal.open(home, made.id, made.target.tenant_url).close()
    (home.journals / f"{made.id}.damaged-1.sqlite").write_bytes(b"x")
    Mirrors(home, made.id).save("0" * 64, b"people")
    Acceptances(home, made.id).accept((Acceptance("aws-1", "take-over"),))
    address = services.entra.address(made)
    secrets.store(made.id, AWS_TOKEN, "made-up-token", made.target.tenant_url)
    secrets.store(made.id, ENTRA_SECRET, "made-up-secret", address)
    secrets.store(made.id, REDACTION_KEY, "00")
    SignInCache(secrets, home, made.id, address=address).save("tokens")


def traces(home: Home, made: Job) -> list[str]:
    return sorted(
        path.relative_to(home.root).as_posix()
        for path in home.root.rglob(f"{made.id}*")
        if path.suffix != ".lock" and path.parent != home.jobs
    )


@pytest.fixture(autouse=True)
def _no_schedules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """This computer's own schedules are left alone."""

    async def none(*_: object) -> tuple[()]:
        return ()

    for name in ("remove", "remove_credentials", "remove_watcher", "all_installed"):
        monkeypatch.setattr(schedules, name, none)


@pytest.fixture(autouse=True)
def no_session_folder() -> None:
    """Remove the jobs of this session that earlier tests of this process left: `revoke_all` counts them."""
    remove_session_folder()


async def test_a_job_is_forgotten_and_others_stay(services: Services, home: Home) -> None:
    first, second = job("First"), job("Second")
    with in_use(MemoryKeyring()) as ring:
        for made in (first, second):
            leave_traces(services, made)
        before = traces(home, second)
        assert len(before) >= 5
        assert traces(home, first)
        assert await revoke.revoke(services, await revoke.find_id(services, "First")) == ()
        assert traces(home, first) == []
        assert traces(home, second) == before
        assert not [entry for entry in ring.kept if first.id in entry]
        assert [entry for entry in ring.kept if second.id in entry]
    assert services.jobs.path_of(first.id) is not None
    assert not services.jobs.knows(first), "it is shown again when it is opened"
    assert services.jobs.knows(second)


async def test_all_jobs_and_those_without_a_file_are_forgotten(services: Services, home: Home) -> None:
    first, gone = job("First"), job("Gone")
    with in_use(MemoryKeyring()) as ring:
        for made in (first, gone):
            leave_traces(services, made)
        path = services.jobs.path_of(gone.id)
        assert path is not None
        path.unlink()
        services.confirmed_hosts.confirm("scim.partner.example")
        assert await revoke.revoke_all(services) == (2, ())
        assert ring.kept == {}
    assert traces(home, first) == traces(home, gone) == []
    assert services.confirmed_hosts.all() == frozenset()


@pytest.mark.skipif(sys.platform != "linux", reason="the entry of Linux desktops")
async def test_what_belongs_to_no_job_is_removed_as_well(
    services: Services, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    services.jobs.save(job("First"))
    await start_at_sign_in(services, True)
    metrics = tmp_path / "icw.prom"
    await keep_writing(services, metrics)
    await write_metrics(services, metrics, datetime.now(UTC))
    assert metrics.exists()
    assert (await revoke.revoke_all(services))[1] == ()
    assert not Autostart(home).is_on
    assert not metrics.exists()
    assert AlertSettings(home).metrics_file() == ""
    await keep_writing(services, metrics)
    metrics.write_text("node_other 1\n")
    assert (await revoke.revoke_all(services))[1] == ()
    assert metrics.exists(), "another program has written it"


async def test_a_keyring_that_does_not_answer_is_asked_once(
    services: Services, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.storage.secret_store._ANSWER_SECONDS", 0.1)
    monkeypatch.setattr("wizard.storage.secret_store._TURN_SECONDS", 0.1)
    made = job("Locked")
    with in_use(MemoryKeyring()) as ring:
        leave_traces(services, made)
        services.secrets.keep_for_session(made.id, AWS_TOKEN, "made-up-token", made.target.tenant_url)
        asked: list[str] = []
        monkeypatch.setattr(
            ring, "get_password", lambda _service, user: (asked.append(user), ring.answers.wait(20))[0]
        )
        ring.answers.clear()
        failed = await revoke.revoke(services, made.id)
        ring.answers.set()
    assert [message.code for message in failed] == ["keyring-silent"]
    assert len(asked) == 1
    assert traces(home, made) == []
    assert services.secrets.session.read(made.id, AWS_TOKEN) is None


async def test_items_that_cannot_be_removed_are_reported_and_the_rest_is_removed(
    services: Services, home: Home
) -> None:
    made = job("Busy")
    with in_use(MemoryKeyring()) as ring:
        leave_traces(services, made)
        with JobLock.take(home.journals / f"{made.id}.lock"):
            failed = await revoke.revoke(services, made.id)
        assert len(failed) == 1
        assert traces(home, made)
        assert ring.kept == {}
