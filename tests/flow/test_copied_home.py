"""A HOME that was copied from another computer: what a person allowed there is not allowed here."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flow.conftest import no_sandbox
from wizard.alerts.interface import Channel
from wizard.errors import WizardError
from wizard.flow.alerts import alerts
from wizard.flow.alerts.metrics import keep_writing
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.jobs.first_opening import first_opening
from wizard.flow.runs.connection import confirm_host, run_connection_test
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Job
from wizard.storage import small_files
from wizard.storage.health.alert_settings import AlertSettings
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import AWS_TOKEN, SecretStore, allowed_keyrings

pytestmark = pytest.mark.anyio

HOST = "scim.partner.example"
Computer = Callable[[str], None]


@pytest.fixture
def on_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Computer]:
    """Make this the computer with an id; "" = one without."""
    if sys.platform != "linux":
        pytest.skip("other systems keep the id in their registries")

    def become(machine_id: str) -> None:
        file = tmp_path / "machine-id"
        file.write_text(f"{machine_id}\n")
        monkeypatch.setattr(small_files, "_MACHINE_IDS", (tmp_path / "missing", file))
        small_files.computer_id.cache_clear()

    yield become
    small_files.computer_id.cache_clear()


def opened(folder: Path, token: str = "") -> Services:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(folder)})
    secrets = SecretStore({AWS_TOKEN.variable: token} if token else {})
    return Services(home, JobStore(home), secrets, no_sandbox, EntraAccess(home, secrets))


async def prepared(folder: Path, seen: Path) -> Job:
    """A HOME in which everything that can be allowed was allowed."""
    services = opened(folder)
    target = replace(new_draft().target, tenant_url=f"https://{HOST}/t/scim/v2")
    job = replace(new_draft(), name="Staff", target=target)
    services.jobs.save(job)
    await confirm_host(services, HOST)
    allowed_keyrings(services.home).change(lambda _: ("evil.Keyring",))
    script = f"open({str(seen)!r}, 'w').close()"
    await alerts.add_channel(services, job, Channel("", "command", arguments=(sys.executable, "-c", script)))
    await keep_writing(services, seen.with_name("metrics.prom"))
    return job


@pytest.mark.parametrize("there", ["4a5b", ""], ids=["known", "without an id"])
async def test_a_copied_home_allows_nothing_here(tmp_path: Path, on_computer: Computer, there: str) -> None:
    on_computer(there)
    job = await prepared(tmp_path / "there", tmp_path / "seen")
    shutil.copytree(tmp_path / "there", tmp_path / "here")
    on_computer("77ff")
    services = opened(tmp_path / "here", token="T0PSECRET-token")
    assert [each.job.name for each in services.jobs.all() if not hasattr(each, "message")] == ["Staff"]
    assert await first_opening(services, job), "it is shown"
    with pytest.raises(WizardError) as error:
        await run_connection_test(services, job)
    assert error.value.message.code == "host-not-confirmed"
    assert allowed_keyrings(services.home).read() == ()
    (outcome,) = await alerts.send_tests(services, job)
    assert outcome.message.code == "alert-command-of-another-computer"
    assert not (tmp_path / "seen").exists()
    assert AlertSettings(services.home).metrics_file() == ""


async def test_what_is_allowed_again_holds_on_both_computers(tmp_path: Path, on_computer: Computer) -> None:
    on_computer("4a5b")
    job = await prepared(tmp_path / "home", tmp_path / "seen")
    services = opened(tmp_path / "home")
    on_computer("77ff")
    await confirm_host(services, HOST)
    services.jobs.remember(job)
    for name in ("4a5b", "77ff"):
        on_computer(name)
        assert services.confirmed_hosts.all() == {HOST}
        assert services.jobs.knows(job)
    await alerts.change_channel(services, job, (await alerts.alerts_of(services, job)).channels[0])
    (outcome,) = await alerts.send_tests(services, job)
    assert (outcome.worked, (tmp_path / "seen").exists()) == (True, True)


async def test_on_a_computer_without_an_id_everything_holds(tmp_path: Path, on_computer: Computer) -> None:
    on_computer("")
    job = await prepared(tmp_path / "home", tmp_path / "seen")
    services = opened(tmp_path / "home", token="T0PSECRET-token")
    assert services.jobs.knows(job)
    assert services.confirmed_hosts.all() == {HOST}
    (outcome,) = await alerts.send_tests(services, job)
    assert outcome.worked


async def test_a_job_file_that_raises_limits_or_drops_history_is_shown(services: Services) -> None:
    job = new_draft()
    services.jobs.remember(job)
    assert not await first_opening(services, job)
    usual = len(await first_opening(services, new_draft()))
    for changes in (
        {"threshold_count": 1_000_000, "threshold_percent": 100},
        {"threshold_percent": 11},
        {"threshold_count": 6},
        {"results_kept_days": 1},
    ):
        changed = replace(job, policy=replace(job.policy, **changes))
        assert len(await first_opening(services, changed)) == usual + 1, changes
    stricter = replace(job, policy=replace(job.policy, threshold_count=1, results_kept_days=365))
    assert not await first_opening(services, stricter)


def test_the_id_of_this_computer_is_no_id_of_others() -> None:
    found = small_files.computer_id()
    assert found == "" or (len(found) == 32 and found not in Path("/etc/machine-id").read_text())
