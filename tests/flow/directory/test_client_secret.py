"""When a job's client secret expires: read from a real tenant with the permissions that are there, once a day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract import judged_entra
from tests.entra_process import EntraHandle
from tests.microsoft_job import microsoft_job, microsoft_services
from wizard.errors import WizardError
from wizard.flow.alerts.metrics import metrics_of
from wizard.flow.directory.client_secret import end_of, note_client_secret
from wizard.flow.microsoft import watch
from wizard.flow.runs.health import HealthCode
from wizard.flow.runs.plan import prepare
from wizard.flow.runs.states import JobHealth, as_json, judge
from wizard.flow.services import Services
from wizard.graph.applications import ClientSecret, client_secrets_of
from wizard.provisioning.job import Job
from wizard.storage.health.attempts import AttemptStore, ClientSecretEnd
from wizard.storage.paths import Home

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra() as handle:
        yield handle


@pytest.fixture
def services(entra: EntraHandle, home: Home) -> Services:
    entra.set(granted=["User.Read.All", "GroupMember.Read.All", "Application.Read.All"], expireTokens=1)
    entra.set(passwords=[password(entra, 100)])
    entra.reset_counters()
    return microsoft_services(home, entra)


@pytest.fixture
def job(services: Services, entra: EntraHandle) -> Job:
    return services.jobs.save(microsoft_job(entra)).job


def password(entra: EntraHandle, days: float, **changed: Any) -> dict[str, Any]:
    return {
        "customKeyIdentifier": None,
        "displayName": "Wizard",
        "endDateTime": (NOW + timedelta(days=days)).isoformat().replace("+00:00", "Z"),
        "hint": entra.client_secret[:3],
        "keyId": "01234567-89ab-cdef-0123-456789abcdef",
        "secretText": None,
        "startDateTime": "2017-04-13T15:51:04Z",
    } | changed


def asked(entra: EntraHandle) -> int:
    return int(entra.requests()["asked"].get("GET /applications", 0))


def kept(services: Services, job: Job) -> ClientSecretEnd:
    found = AttemptStore(services.home, job.id).read().client_secret
    assert found is not None
    return found


def judged(services: Services, job: Job) -> tuple[JobHealth, list[HealthCode]]:
    found = judge(services, job, NOW)
    return found, [finding.code for finding in found.health.findings]


async def test_a_run_notes_it_once_a_day(services: Services, job: Job, entra: EntraHandle) -> None:
    await prepare(services, job)
    assert datetime.fromisoformat(kept(services, job).ends) == NOW + timedelta(days=100)
    await note_client_secret(services, job)
    assert asked(entra) == 1
    store = AttemptStore(services.home, job.id)
    for at in (NOW - timedelta(hours=21), NOW + timedelta(days=400)):
        store.saw_client_secret(ClientSecretEnd(job.source.entra.client_id, at.isoformat()))
        await note_client_secret(services, job)
        assert kept(services, job).ends, "a day later, and after the clock was set back"
    found, codes = judged(services, job)
    assert "client-secret-expires" not in codes
    assert (found.client_secret_days, as_json(found, NOW)["clientSecretDaysLeft"]) == (100, 100)
    (gauge,) = [each for each in metrics_of([found], NOW) if each.name.endswith("client_secret_days_left")]
    assert [sample.value for sample in gauge.samples] == [100]


async def test_one_that_ends_soon_is_read_each_time_so_that_a_new_one_counts_at_once(
    services: Services, job: Job, entra: EntraHandle
) -> None:
    entra.set(passwords=[password(entra, 6)])
    await note_client_secret(services, job)
    assert "client-secret-expires" in judged(services, job)[1]
    entra.set(passwords=[password(entra, 6, hint="zz~"), password(entra, 500)])
    await note_client_secret(services, job)
    assert judged(services, job)[0].client_secret_days == 500


async def test_without_the_permission_the_end_is_unknown_and_nothing_more_is_asked_for(
    services: Services, job: Job, entra: EntraHandle
) -> None:
    entra.set(granted=["User.Read.All", "GroupMember.Read.All"], expireTokens=1)
    await note_client_secret(services, job)
    found, codes = judged(services, job)
    assert kept(services, job).ends == ""
    assert "client-secret-end-unknown" in codes
    assert found.client_secret_days is None
    await note_client_secret(services, job)
    assert asked(entra) == 1


async def test_an_unreachable_tenant_changes_nothing(services: Services, job: Job, entra: EntraHandle) -> None:
    await note_client_secret(services, job)
    before = kept(services, job)
    store = AttemptStore(services.home, job.id)
    store.saw_client_secret(ClientSecretEnd(before.client_id, (NOW - timedelta(days=2)).isoformat(), before.ends))
    entra.set(fail={"GET /applications": [400]})
    await note_client_secret(services, job)
    assert kept(services, job).ends == before.ends


async def test_microsofts_service_is_watched_with_it_too(services: Services, job: Job) -> None:
    await watch.read_status(services, job)
    assert kept(services, job).ends


def test_the_secret_in_use_is_told_apart_by_its_first_letters() -> None:
    def found(*secrets: tuple[str, int], secret: str = "abc~secret") -> int | None:
        given = [ClientSecret(hint, NOW + timedelta(days=days)) for hint, days in secrets]
        end = end_of(given, secret, NOW)
        return (end - NOW).days if end is not None else None

    assert found(("abc", 40), ("xyz", 5)) == 40
    assert found(("abc", 40), ("abc", 5)) == 5, "either may be in use"
    assert found(("abc", 40), ("abc", -5)) == 40, "an expired one was not accepted"
    assert found(("", 40)) == 40
    assert found(("", 40), ("", 5)) is None
    assert found(("xyz", 5)) is None
    assert found() is None


@pytest.mark.parametrize("ends", ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", None])
async def test_dates_beyond_the_calendar_fail_no_run(
    services: Services, job: Job, entra: EntraHandle, ends: object
) -> None:
    entra.set(passwords=[password(entra, 6, endDateTime=ends)])
    await prepare(services, job)
    assert kept(services, job).ends == ""


async def test_the_secrets_of_another_application_count_for_nothing() -> None:
    class Lying:
        async def one(self, _path: str) -> dict[str, Any]:
            row = {"id": "x", "appId": "another", "passwordCredentials": [{"endDateTime": NOW.isoformat()}]}
            return {"value": [row]}

    with pytest.raises(WizardError, match="application-registered-elsewhere"):
        await client_secrets_of(Lying(), "c1")  # type: ignore[arg-type]
