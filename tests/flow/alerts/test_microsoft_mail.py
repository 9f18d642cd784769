"""Alerts by e-mail through Microsoft Graph: permission, sender, refusals; every call is judged by Graph's contract."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract import judged_entra
from tests.entra_process import EntraHandle, answer_browser
from tests.flow.conftest import no_sandbox
from wizard.alerts.interface import Channel
from wizard.errors import WizardError
from wizard.flow.alerts import alerts
from wizard.flow.directory.entra_models import PageToOpen
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.graph.clouds import READ_PERMISSIONS
from wizard.provisioning.job import EntraChoice, Job, SourceChoice
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import ENTRA_SECRET, SecretStore

pytestmark = pytest.mark.anyio
MAILBOX = "ingrid.halvorsen@tidewater.example"
TO = ("ops@tidewater.example", "night@tidewater.example")


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra() as running:
        yield running


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    home = Home(tmp_path / "home")
    home.ready(home.root)
    secrets = SecretStore({})
    monkeypatch.setattr(secrets, "store", secrets.keep_for_session)
    monkeypatch.setattr(alerts, "_TRIES_AFTER_SECONDS", (0.0, 0.0, 0.0))
    return Services(home, JobStore(home), secrets, no_sandbox, EntraAccess(home, secrets))


def job_of(services: Services, entra: EntraHandle, sign_in: str = "secret") -> Job:
    choice = EntraChoice(
        cloud="sandbox", tenant="tidewater.example", client_id=entra.client_id, sign_in=sign_in,  # type: ignore[arg-type]
        authority=entra.authority, graph_url=entra.graph_url,
    )  # fmt: skip
    job = services.jobs.save(replace(new_draft(), name="Staff", source=SourceChoice("entra", entra=choice))).job
    if sign_in == "secret":
        services.secrets.keep_for_session(job.id, ENTRA_SECRET, entra.client_secret, services.entra.address(job))
    return job


async def test_an_application_sends_from_the_mailbox_that_was_chosen(
    services: Services, entra: EntraHandle
) -> None:
    job = job_of(services, entra)
    await alerts.add_channel(services, job, Channel("", "microsoft", sender=MAILBOX, recipients=TO))
    entra.set(granted=READ_PERMISSIONS)
    (refused,) = await alerts.send_tests(services, job)
    assert (refused.worked, refused.message.code) == (False, "graph-permission-missing")
    assert refused.message.args["permission"] == "Mail.Send"
    entra.set(granted=(*READ_PERMISSIONS, "Mail.Send"))
    before = len(entra.look("GET", "sent-mails"))
    (sent,) = await alerts.send_tests(services, job)
    assert (sent.worked, sent.message.code) == (True, "microsoft-mail-accepted")
    mail = entra.look("GET", "sent-mails")[before]
    message = mail["message"]
    assert [one["emailAddress"]["address"] for one in message["toRecipients"]] == list(TO)
    assert message["subject"].startswith("Staff: ")
    assert mail["saveToSentItems"] is False
    (header,) = message["internetMessageHeaders"]
    assert header["name"].startswith("x-")
    assert header["value"]


async def test_a_person_is_asked_for_the_permission_when_it_is_needed(
    services: Services, entra: EntraHandle
) -> None:
    job = job_of(services, entra, "browser")
    entra.set(consented=[])

    def show(event: object) -> None:
        assert isinstance(event, PageToOpen)
        answer_browser(event.url)

    await services.entra.sign_in(job, show, session_only=True)
    await alerts.add_channel(services, job, Channel("", "microsoft", recipients=TO))
    (asked,) = await alerts.send_tests(services, job)
    assert (asked.message.code, asked.message.args["permissions"]) == ("more-permissions-needed", ("Mail.Send",))
    await services.entra.sign_in(job, show, session_only=True, need="mail")
    (sent,) = await alerts.send_tests(services, job)
    assert sent.worked
    assert entra.look("GET", "sent-mails")[-1]["sender"] == "e60bad5e-83b3-5c3c-98da-37c17aecc031"
    async with services.entra.graph(job) as client:
        assert await client.one("/users?$top=1"), "reading works with the same sign-in"


async def test_a_lost_answer_is_repeated_once_with_the_same_id(services: Services, entra: EntraHandle) -> None:
    job = job_of(services, entra)
    entra.set(granted=(*READ_PERMISSIONS, "Mail.Send"), lose={f"POST /users/{MAILBOX}/sendMail": 9})
    await alerts.add_channel(services, job, Channel("", "microsoft", sender=MAILBOX, recipients=TO))
    before = len(entra.look("GET", "sent-mails"))
    (lost,) = await alerts.send_tests(services, job)
    entra.set(lose={})
    assert (lost.worked, lost.message.code) == (False, "microsoft-mail-unconfirmed")
    ids = [
        one["message"]["internetMessageHeaders"][0]["value"] for one in entra.look("GET", "sent-mails")[before:]
    ]
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def test_a_job_that_reads_a_file_has_no_such_channel(services: Services) -> None:
    job = services.jobs.save(replace(new_draft(), name="Files", source=SourceChoice("csv"))).job
    with pytest.raises(WizardError, match="microsoft-mail-needs-entra"):
        await alerts.add_channel(services, job, Channel("", "microsoft", recipients=TO))


async def test_the_token_goes_to_the_confirmed_host_only(services: Services, entra: EntraHandle) -> None:
    """A job file that names another Graph gets no token: the secret is bound to the addresses it was stored for."""
    job = job_of(services, entra)
    await alerts.add_channel(services, job, Channel("", "microsoft", sender=MAILBOX, recipients=TO))
    elsewhere = replace(job.source.entra, graph_url="http://127.0.0.1:9/v1.0")
    changed = replace(job, source=replace(job.source, entra=elsewhere))
    entra.set(granted=(*READ_PERMISSIONS, "Mail.Send"))
    (sent,) = await alerts.send_tests(services, job)
    assert sent.worked
    before = entra.requests()["exchanges"]
    (refused,) = await alerts.send_tests(services, changed)
    assert not refused.worked
    assert refused.message.code == "secret-of-another-sign-in"
    assert entra.requests()["exchanges"] == before
