"""Alerts from settings to receivers: a program as the receiver, a channel that fails, a kill between."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.flow.alerts.receiving import LOCKED, Inbox, Receiver, fail
from wizard.alerts.channels import CHANNELS
from wizard.alerts.interface import Alert, Channel
from wizard.errors import JobFileError, Message, NoSecret, NotAccepted, WizardError
from wizard.flow.alerts import alerts
from wizard.flow.runs.attempts import noted
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Job
from wizard.provisioning.report import Counts, RunReport
from wizard.secret import Secret
from wizard.storage.health.alert_settings import AlertSettings, AlertStateStore, channel_secret
from wizard.storage.health.attempts import AttemptStore
from wizard.storage.secret_store import SecretStore

pytestmark = pytest.mark.anyio


async def test_a_failed_run_is_reported_once_for_each_cause(services: Services, job: Job, inbox: Inbox) -> None:
    await fail(services, job)
    assert inbox.seen() == [], "nothing was chosen yet"
    await alerts.add_channel(services, job, inbox.channel)
    await fail(services, job)
    await fail(services, job)
    assert inbox.events() == ["failed"]
    assert inbox.seen()[0]["ICW_ALERT_JOB"] == "Staff"
    assert not any("TOKEN" in name for name in inbox.seen()[0])
    await fail(services, job, LOCKED)
    assert inbox.events() == ["failed", "failed"]


async def test_a_failing_channel_is_reported_through_the_others_and_fails_no_run(
    services: Services, job: Job, inbox: Inbox
) -> None:
    broken = await alerts.add_channel(services, job, Channel("", "command", arguments=("/no/such/program",)))
    await alerts.add_channel(services, job, inbox.channel)
    await fail(services, job)
    assert sorted(inbox.events()) == ["channel", "failed"]
    await fail(services, job)
    assert sorted(inbox.events()) == ["channel", "failed"]
    await alerts.remove_channel(services, job, broken.id)
    await fail(services, job)
    assert inbox.events()[-1] == "recovered"


async def test_a_channel_that_raises_anything_fails_no_run_and_does_not_show_what_it_said(
    services: Services, job: Job, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def raising(*_: object) -> Message:
        raise RuntimeError("the text with a SECRET")

    monkeypatch.setattr("wizard.alerts.channels.CHANNELS", {**CHANNELS, "desktop": raising})
    broken = await alerts.add_channel(services, job, Channel("", "desktop"))
    await alerts.add_channel(services, job, inbox.channel)
    await fail(services, job)
    assert sorted(inbox.events()) == ["channel", "failed"]
    result = (await alerts.last_results(services, job))[broken.id]
    assert result.message.code == "unexpected-error"
    assert "RuntimeError" in caplog.text
    assert "SECRET" not in caplog.text


async def test_a_channel_that_cannot_be_stored_or_written_to_is_refused(services: Services, job: Job) -> None:
    mail = Channel("", "mail", "mail.test:25", sender="a@x.test", recipients=("b@x.test",))
    for channel, code in (
        (replace(mail, sender="a\nb@x.test"), "mail-address-malformed"),
        (replace(mail, host="mail.test:no"), "mail-server-malformed"),
        (Channel("", "command", arguments=("/bin/true", "\udcff")), "file-not-written"),
    ):
        with pytest.raises(WizardError) as error:
            await alerts.add_channel(services, job, channel)
        assert error.value.message.code == code
    assert (await alerts.alerts_of(services, job)).channels == ()


async def test_after_a_kill_the_event_is_repeated_with_its_id(
    services: Services, job: Job, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    await fail(services, job)
    await fail(services, job, LOCKED)
    monkeypatch.setattr(alerts, "mark_done", lambda state, *_: state)  # killed before it could be marked
    await fail(services, job)
    monkeypatch.undo()
    store = AlertStateStore(services.home, job.id)
    (letter,) = store.read().letters
    abandoned = replace(letter, claimed="2026-01-01T00:00:00+00:00")
    store.change(lambda before: replace(before, letters=(abandoned,)))
    await alerts.send_due(services, job)
    await alerts.send_due(services, job)
    *_earlier, first, second = (each["ICW_ALERT_ID"] for each in inbox.seen())
    assert first == second == letter.id
    assert len(inbox.seen()) == 4


async def test_names_are_left_out_by_default(services: Services, job: Job, inbox: Inbox) -> None:
    concern = Message("short-source", people=2, people_before=10, names=("Ann Bell",))
    await alerts.add_channel(services, job, inbox.channel)
    with pytest.raises(NotAccepted):
        async with noted(services, job, "command"):
            raise NotAccepted((concern,))
    (told,) = inbox.seen()
    assert told["ICW_ALERT_EVENT"] == "approval"
    assert "Ann Bell" not in str(told)
    assert "short-source" in told["ICW_ALERT_TEXT"]


async def test_a_test_sends_one_message_through_each_channel(services: Services, job: Job, inbox: Inbox) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    await alerts.add_channel(services, job, Channel("", "command", arguments=("/no/such/program",)))
    outcomes = await alerts.send_tests(services, job)
    assert [(one.channel.id, one.worked) for one in outcomes] == [("command", True), ("command-2", False)]
    assert inbox.events() == ["test"]
    results = await alerts.last_results(services, job)
    assert [results[key].worked for key in ("command", "command-2")] == [True, False]


async def test_addresses_are_kept_in_the_keyring_and_only_their_host_in_home(services: Services, job: Job) -> None:
    channel = await alerts.add_channel(
        services, job, Channel("", "webhook"), "https://hooks.example.test/T0/secret"
    )
    assert channel.host == "hooks.example.test"
    kept = [path.read_bytes() for path in services.home.root.rglob("*") if path.is_file()]
    assert not any(b"secret" in content for content in kept)
    with pytest.raises(JobFileError, match="alert-address-unusable"):
        await alerts.add_channel(services, job, Channel("", "ping"), "http://hooks.example.test/")
    with pytest.raises(JobFileError, match="no-such-channel"):
        await alerts.remove_channel(services, job, "mail")
    await alerts.remove_channel(services, job, channel.id)
    assert AlertSettings(services.home).of_job(job.id).channels == ()


async def test_the_last_alert_of_each_event_is_kept_and_tests_are_none(
    services: Services, job: Job, inbox: Inbox
) -> None:
    await alerts.add_channel(services, job, Channel("", "command", arguments=("/no/such/program",)))
    await fail(services, job)
    assert await alerts.last_alerts(services, job) == {}, "nothing accepted it"
    await alerts.add_channel(services, job, inbox.channel)
    await alerts.send_tests(services, job)
    assert (await alerts.last_results(services, job))["command-2"].is_test
    await fail(services, job, LOCKED)
    assert list(await alerts.last_alerts(services, job)) == ["failed"]
    assert not (await alerts.last_results(services, job))["command-2"].is_test


async def test_a_complete_run_is_reported_where_a_person_chose_so(
    services: Services, job: Job, inbox: Inbox
) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    report = RunReport(users=Counts(created=2), groups=Counts())
    async with noted(services, job, "command") as noting:
        noting.report = report
    assert inbox.events() == []
    await alerts.change_alerts(services, job, lambda before: before.switched("complete", True, datetime.now(UTC)))
    for _run in range(2):
        async with noted(services, job, "command") as noting:
            noting.report = report
    await alerts.send_due(services, job)
    assert inbox.events() == ["complete", "complete"]
    assert "2" in inbox.seen()[0]["ICW_ALERT_TEXT"]


async def test_the_hours_that_a_person_set_reach_health_and_alerts(
    services: Services, job: Job, inbox: Inbox
) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    await alerts.change_alerts(services, job, lambda before: replace(before, silent_hours=3))
    for wrong in ({"silent_hours": -1}, {"silent_hours": 1000}, {"attention_over": -1}):
        with pytest.raises(WizardError, match="alert-number-unusable"):
            await alerts.change_alerts(services, job, lambda before, wrong=wrong: replace(before, **wrong))
    AttemptStore(services.home, job.id).tried((datetime.now(UTC) - timedelta(hours=4)).isoformat())
    for _time in range(2):
        await alerts.send_due(services, job)
    assert inbox.events() == ["overdue"]


async def test_a_channel_is_changed_and_its_secret_stays_bound_to_its_host(services: Services, job: Job) -> None:
    mail = Channel(
        "", "mail", "smtp.example.test", user="ops", sender="a@example.test", recipients=("b@example.test",)
    )
    mail = await alerts.add_channel(services, job, mail, "pass-word")
    hook = await alerts.add_channel(services, job, Channel("", "webhook"), "https://hooks.example.test/T0/one")
    await alerts.change_channel(services, job, replace(mail, recipients=("c@example.test",)))
    await alerts.change_channel(services, job, replace(hook, template="slack"))
    found = await alerts.alerts_of(services, job)
    assert [one.id for one in found.channels] == ["mail", "webhook"]
    assert (found.channels[0].recipients, found.channels[1].template) == (("c@example.test",), "slack")
    assert found.channels[1].host == "hooks.example.test"
    find = services.secrets.find
    assert find(job.id, channel_secret("mail"), "smtp.example.test") == "pass-word"
    with pytest.raises(JobFileError, match="mail-password-needed"):
        await alerts.change_channel(services, job, replace(mail, host="smtp.evil.test"))
    await alerts.change_channel(services, job, replace(mail, host="smtp2.example.test"), "other")
    assert find(job.id, channel_secret("mail"), "smtp2.example.test") == "other"
    await alerts.change_channel(services, job, hook, "https://other.example.test/two")
    assert find(job.id, channel_secret("webhook"), "other.example.test") == "https://other.example.test/two"
    await alerts.change_channel(services, job, replace(mail, user=""))
    assert services.secrets.session.read(job.id, channel_secret("mail")) is None
    with pytest.raises(JobFileError, match="no-such-channel"):
        await alerts.change_channel(services, job, replace(mail, id="mail-9"))


def from_files(services: Services, tmp_path: Path, **secrets: str) -> Services:
    """The same program, started with a file for each of these secrets, and without a keyring."""
    environ = {}
    for name, text in secrets.items():
        file = tmp_path / f"secret-{name}"
        file.write_text(f"{text}\n")
        file.chmod(0o440)
        environ[f"IDENTITY_CENTER_WIZARD_ALERT_{name}_FILE"] = str(file)
    return replace(services, secrets=SecretStore(environ))


async def test_a_secret_from_a_file_is_used_and_not_stored(services: Services, job: Job, tmp_path: Path) -> None:
    with Receiver() as receiver:
        started = from_files(
            services, tmp_path, WEBHOOK=f"{receiver.address}/s3cr3t", PING=f"{receiver.address}/p1ng"
        )
        assert await alerts.is_passed_in(started, job, Channel("", "webhook"))
        assert not await alerts.is_passed_in(started, job, Channel("", "mail", user="ops"))
        for kind in ("webhook", "ping"):
            await alerts.add_channel(started, job, Channel("", kind))  # type: ignore[arg-type]
        outcomes = await alerts.send_tests(started, job)
        assert [outcome.worked for outcome in outcomes] == [True, True]
        assert receiver.paths == ["/s3cr3t", "/p1ng"]
        await alerts.change_channel(
            started, job, replace((await alerts.alerts_of(started, job)).channels[0], on=False)
        )
    assert started.secrets.session.read(job.id, channel_secret("webhook")) is None
    kept = [path.read_bytes() for path in services.home.root.rglob("*") if path.is_file()]
    assert not any(secret in content for content in kept for secret in (b"s3cr3t", b"p1ng"))


async def test_a_mail_server_gets_the_password_of_a_systemd_credential(
    services: Services, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "identity-center-wizard.alert-mail").write_text("pass-word\n")
    started = replace(services, secrets=SecretStore({"CREDENTIALS_DIRECTORY": str(tmp_path)}))
    mail = Channel(
        "", "mail", "smtp.example.test", user="ops", sender="a@example.test", recipients=("b@example.test",)
    )
    await alerts.add_channel(started, job, mail)
    got: list[str] = []

    def send(_channel: Channel, secret: Secret | None, _alert: Alert) -> Message:
        got.append(secret.reveal() if secret else "")
        return Message("desktop-shown")

    monkeypatch.setitem(CHANNELS, "mail", send)  # type: ignore[arg-type]
    await alerts.send_tests(started, job)
    assert got == ["pass-word"]


async def test_one_password_goes_to_one_server(
    services: Services, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[str] = []

    def send(channel: Channel, _secret: Secret | None, _alert: Alert) -> Message:
        got.append(channel.host)
        return Message("desktop-shown")

    monkeypatch.setitem(CHANNELS, "mail", send)  # type: ignore[arg-type]
    started = from_files(services, tmp_path, MAIL="pass-word")
    other = replace(job, id="11111111-2222-3333-4444-555555555555", name="Other")
    here = Channel(
        "", "mail", host="smtp.one.example", user="ops", sender="a@one.example", recipients=("a@one.example",)
    )
    await alerts.add_channel(started, job, here)
    await alerts.add_channel(started, other, here)
    await alerts.send_tests(started, other)
    assert got == ["smtp.one.example"], "two jobs may use one server"
    await alerts.change_channel(started, other, replace(here, id="mail", host="smtp.two.example"))
    for each in (job, other):
        (outcome,) = await alerts.send_tests(started, each)
        assert outcome.message.code == "alert-password-for-several-servers"
    assert got == ["smtp.one.example"]


async def test_a_file_for_another_host_is_not_used(
    services: Services, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    look = alerts._secret_of

    def counted(services: Services, job: Job, channel: Channel) -> Secret | None:
        looks.append(channel.id)
        return look(services, job, channel)

    monkeypatch.setattr(alerts, "_secret_of", counted)
    with Receiver() as receiver:
        chosen = from_files(services, tmp_path, WEBHOOK="https://hooks.example.test/T0/one")
        await alerts.add_channel(chosen, job, Channel("", "webhook"))
        for wrong in (f"{receiver.address}/two", "ftp://hooks.example.test/x"):
            changed = from_files(services, tmp_path, WEBHOOK=wrong)
            (outcome,) = await alerts.send_tests(changed, job)
            assert not outcome.worked
            assert outcome.message.code in ("alert-address-of-another-host", "alert-address-unusable")
        assert receiver.paths == []
        assert looks == ["webhook", "webhook"], "another try finds the same address"


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
async def test_a_file_that_others_can_read_is_refused_and_fails_no_run(
    services: Services, job: Job, tmp_path: Path
) -> None:
    started = from_files(services, tmp_path, WEBHOOK="https://hooks.example.test/T0/one")
    await alerts.add_channel(started, job, Channel("", "webhook"))
    (tmp_path / "secret-WEBHOOK").chmod(0o444)
    again = replace(services, secrets=SecretStore(started.secrets._environ))
    await fail(again, job)
    (result,) = (await alerts.last_results(again, job)).values()
    assert (result.worked, result.message.code) == (False, "secret-file-too-open")
    with pytest.raises(NoSecret, match="secret-file-too-open"):
        await alerts.add_channel(again, replace(job, id=new_draft().id), Channel("", "webhook"))
