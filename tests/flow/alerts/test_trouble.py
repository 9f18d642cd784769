"""Alerts in trouble: a full disk, a HOME that cannot be written, several processes, a job that goes, a long pause."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.flow.alerts.receiving import Inbox, fail
from wizard.alerts.interface import Alert, Channel
from wizard.errors import Message, WizardError
from wizard.flow.alerts import alerts
from wizard.flow.alerts.background import look, pause_alerts
from wizard.flow.jobs import saved_jobs
from wizard.flow.runs.attempts import noted
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.provisioning.report import Counts, RunReport
from wizard.storage import small_files
from wizard.storage.health.alert_settings import AlertSettings, AlertStateStore

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def full_disk() -> Iterator[None]:
    """No small file can be written."""

    def refuse(path: Path, _content: bytes) -> None:
        raise WizardError("file-not-written", path=str(path), reason="No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_files, "write_private", refuse)
        yield


async def test_a_full_disk_silences_no_alert(services: Services, job: Job, inbox: Inbox) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    store = AlertStateStore(services.home, job.id)
    await fail(services, job)
    store.change(lambda before: replace(before, reported={}, letters=()))
    with full_disk():
        await alerts.send_due(services, job)
        await alerts.send_due(services, job)
    _first, second, third = (one["ICW_ALERT_ID"] for one in inbox.seen())
    assert second == third, "what cannot be marked is repeated with the same id"
    await alerts.send_due(services, job)
    await alerts.send_due(services, job)
    assert len(inbox.seen()) == 4, "once more when it can be marked, then never"


async def test_a_result_that_cannot_be_marked_is_sent_at_most_once_more(
    services: Services, job: Job, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    written = small_files.write_private
    full: list[bool] = []

    def fills_up(path: Path, content: bytes) -> None:
        if full and path.name.endswith(".told.json"):
            raise WizardError("file-not-written", path=str(path), reason="No space left on device")
        written(path, content)
        if path.name.endswith(".told.json"):
            full.append(True)  # from now on: after the claim, before the result

    monkeypatch.setattr(small_files, "write_private", fills_up)
    await fail(services, job)
    full.clear()
    monkeypatch.setattr(small_files, "write_private", written)
    store = AlertStateStore(services.home, job.id)
    long_ago = "2026-01-01T00:00:00+00:00"
    store.change(
        lambda before: replace(before, letters=tuple(replace(one, claimed=long_ago) for one in before.letters))
    )
    await alerts.send_due(services, job)
    await alerts.send_due(services, job)
    first, second = (one["ICW_ALERT_ID"] for one in inbox.seen())
    assert first == second


async def test_several_processes_at_once_send_an_alert_once(services: Services, job: Job, inbox: Inbox) -> None:
    await fail(services, job)
    await alerts.add_channel(services, job, inbox.channel)
    command = [sys.executable, "-m", "wizard", "health", "--alert", "--home", str(services.home.root)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with ThreadPoolExecutor(4) as processes:
        ended = list(
            processes.map(lambda _n: subprocess.run(command, env=env, capture_output=True, check=False), range(4))
        )
    assert [one.returncode for one in ended] == [1] * 4
    assert inbox.events() == ["failed"]


async def test_a_job_that_is_deleted_leaves_no_alert_and_no_file(
    services: Services, job: Job, inbox: Inbox
) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    await fail(services, job)
    path = services.jobs.path_of(job.id)
    assert path is not None
    await saved_jobs.delete_job(services, str(path))
    left = [file.name for file in services.home.root.rglob(f"*{job.id}*") if file.is_file()]
    assert left == []
    assert AlertSettings(services.home).of_job(job.id).channels == ()
    await alerts.send_due(services, job)
    assert inbox.events() == ["failed"]
    assert [file.name for file in services.home.root.rglob(f"*{job.id}*") if file.is_file()] == []


async def test_a_damaged_state_counts_as_lost(services: Services, job: Job, inbox: Inbox) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    await fail(services, job)
    (file,) = services.home.root.rglob("*.told.json")
    for damage in (b"", b"{", b"[" * 100_000, b'{"letters": [{"id": 5}]}', b"\xff\xfe"):
        file.write_bytes(damage)
        await alerts.send_due(services, job)
    assert set(inbox.events()) == {"failed"}


@pytest.mark.parametrize(
    "damage", [{"silent_hours": 10**15}, {"silent_hours": -1}, {"attention_over": -7}, {"complete_since": "noon"}]
)
async def test_settings_out_of_all_reason_silence_no_alert(
    services: Services, job: Job, inbox: Inbox, damage: dict[str, object]
) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    file = services.home.root / "alerts.json"
    content = json.loads(file.read_text())
    content["jobs"][job.id].update(damage)
    file.write_text(json.dumps(content))
    async with noted(services, job, "command") as noting:
        noting.report = RunReport(users=Counts(created=2), groups=Counts())
    await alerts.send_due(services, job)
    await fail(services, job)
    assert inbox.events() == ["failed"]
    await alerts.change_alerts(services, job, lambda before: before.switched("overdue", False, datetime.now(UTC)))


async def test_a_ping_without_an_answer_holds_up_no_alert(
    services: Services, job: Job, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alerts.add_channel(services, job, Channel("", "ping"), "https://ping.example.test/")
    await alerts.add_channel(services, job, inbox.channel)
    told, waited, tried = threading.Event(), [], alerts._tried

    def slow(services: Services, job: Job, channel: Channel, alert: Alert, **more: bool) -> alerts.Outcome:
        if channel.kind != "ping":
            outcome = tried(services, job, channel, alert, **more)
            told.set()
            return outcome
        if alert.event == "failed":
            waited.append(told.wait(20))
        return alerts.Outcome(channel, False, Message("alert-refused", status=500))

    monkeypatch.setattr(alerts, "_tried", slow)
    await fail(services, job)
    assert waited == [True]
    assert "failed" in inbox.events()


async def test_a_pause_keeps_alerts_until_it_ends(services: Services, job: Job, inbox: Inbox) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    await pause_alerts(services, True)
    await fail(services, job)
    overview = await look(services)
    assert overview.paused_until
    assert overview.tone == "bad"
    assert inbox.events() == []
    await pause_alerts(services, False)
    await look(services)
    assert inbox.events() == ["failed"]


async def test_a_pause_of_another_time_is_none(services: Services, job: Job, inbox: Inbox) -> None:
    await alerts.add_channel(services, job, inbox.channel)
    far = datetime.now(UTC) + timedelta(days=900)
    for until in ("never", "2026-01-01", far.isoformat()):
        AlertSettings(services.home).pause_until(until)
        await fail(services, job)
        assert not (await look(services)).paused_until
    assert inbox.events() == ["failed"]


async def test_ten_thousand_names_make_one_line(services: Services, job: Job, inbox: Inbox) -> None:
    long = services.jobs.save(replace(job, name="N" * 200 + "\x1b[31m\nBcc: x")).job
    await alerts.add_channel(services, long, inbox.channel)
    await alerts.add_channel(services, long, Channel("", "command", arguments=("/no/such/\x00program",)))
    outcomes = await alerts.send_tests(services, long)
    assert [one.worked for one in outcomes] == [True, False]
