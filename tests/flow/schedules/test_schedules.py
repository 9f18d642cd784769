"""What screen and verbs ask about schedules; systemctl is a stand-in that keeps what it was told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from tests.systemctl_stand_in import Systemctl, stand_in
from tests.ui.pages.keyrings import MemoryKeyring, in_use
from wizard import messages
from wizard.alerts.interface import Channel
from wizard.errors import JobFileError, Message, WizardError
from wizard.flow.alerts import alerts
from wizard.flow.jobs import saved_jobs
from wizard.flow.schedules import schedules, texts
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Job, SourceChoice
from wizard.storage.schedules.scheduler import InstalledSchedule
from wizard.storage.secret_store import AWS_TOKEN

pytestmark = pytest.mark.anyio


@pytest.fixture
def systemctl(tmp_path: Path) -> Iterator[Systemctl]:
    with stand_in(tmp_path) as made:
        yield made


@pytest.fixture
def job(services: Services) -> Job:
    return services.jobs.save(replace(new_draft(), name="Staff", source=SourceChoice("sample"))).job


async def test_an_offer_changes_nothing_and_equals_the_installed_files(
    systemctl: Systemctl, services: Services, job: Job
) -> None:
    offer = await schedules.offer(services, job, 40, "keyring")
    assert (systemctl.asked, systemctl.files) == ([], [])
    assert await schedules.installed(services, job.id) is None
    now = await schedules.install(services, job, 40, "keyring")
    assert [file.path.read_text("utf-8") for file in offer.files] == [file.text for file in offer.files]
    assert [f"systemctl {line}" for line in systemctl.asked] == list(offer.commands)
    assert now is not None
    assert (now.schedule.minutes, now.schedule.is_active) == (40, True)
    assert now.schedule.next_run is not None
    assert now.schedule.next_run.isoformat() == "2026-11-28T14:40:00+00:00"
    assert texts.problems(now.schedule, now.job_file) == ()


async def test_a_job_that_is_not_saved_has_nothing_to_be_started(systemctl: Systemctl, services: Services) -> None:
    with pytest.raises(JobFileError, match="job-not-saved"):
        await schedules.offer(services, new_draft(), 40, "keyring")


async def test_a_refusal_of_the_system_is_reported_and_nothing_is_left(
    systemctl: Systemctl, services: Services, job: Job
) -> None:
    systemctl.refuse()
    with pytest.raises(WizardError, match=r"^schedule-not-installed .*Failed to connect to bus: No medium found"):
        await schedules.install(services, job, 40, "keyring")
    assert systemctl.files == []


async def test_deleting_a_job_removes_its_schedule_first(
    systemctl: Systemctl, services: Services, job: Job
) -> None:
    await schedules.install(services, job, 60, "keyring")
    path = services.jobs.path_of(job.id)
    assert path is not None
    systemctl.refuse()
    with pytest.raises(WizardError, match=r"^schedule-not-removed "):
        await saved_jobs.delete_job(services, str(path))
    assert path.exists()
    (systemctl.folder / "refuses").unlink()
    await saved_jobs.delete_job(services, str(path))
    assert not path.exists()
    assert systemctl.files == []
    assert await schedules.all_installed(services) == ()


async def test_deleting_a_job_deletes_each_of_its_secrets_that_can_be(
    systemctl: Systemctl, services: Services, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = tmp_path / "config" / "credstore" / f"identity-center-wizard-{job.id}.aws-token"
    credential.parent.mkdir(parents=True)
    credential.write_text("made-up-token")
    path = services.jobs.path_of(job.id)
    with in_use(MemoryKeyring()) as ring:
        services.secrets.store(job.id, AWS_TOKEN, "made-up-token", "https://aws.example/t/scim/v2")
        mail = Channel("", "mail", "mail.example", user="ann", sender="a@b.example", recipients=("c@d.example",))
        await alerts.add_channel(services, job, mail, "made-up-word")
        delete = ring.delete_password

        def refuse(service: str, name: str) -> None:
            if "/alert-" in name:
                raise KeyringLocked
            delete(service, name)

        monkeypatch.setattr(ring, "delete_password", refuse)
        with pytest.raises(WizardError):
            await saved_jobs.delete_job(services, str(path))
        assert {name for name in ring.kept if "/alert-" not in name} == set()
    assert not credential.exists()


async def test_where_a_run_would_find_no_token_it_says_so(services: Services, job: Job) -> None:
    services.secrets.keep_for_session(job.id, AWS_TOKEN, "t", "https://x/scim/v2")
    note = await schedules.token_note(services, job, "keyring")
    assert note == Message("schedule-without-token", place="session")
    assert await schedules.token_note(services, job, "credential") is None


def test_a_schedule_lists_its_problems(tmp_path: Path) -> None:
    here = tmp_path / "job.json"
    here.touch()
    sound = InstalledSchedule(40, "keyring", here, True, last_code=0)
    assert texts.problems(sound, here) == ()
    for changed, code in (
        (replace(sound, job_file=tmp_path / "other.json"), "schedule-job-gone"),
        (replace(sound, accepts=True), "schedule-accepts"),
        (replace(sound, is_active=False), "schedule-not-active"),
        (replace(sound, minutes=0), "schedule-edited"),
        (replace(sound, last_code=5), "scheduled-run-ended"),
        (replace(sound, last_code=99), "scheduled-run-ended"),
    ):
        (problem,) = texts.problems(changed, here)
        assert problem.code == code
        assert messages.text(problem)
    (moved,) = texts.problems(sound, tmp_path / "elsewhere.json")
    assert moved.code == "schedule-starts-another-file"


async def test_what_an_administrator_sets_up_is_shown_and_written_on_request(
    systemctl: Systemctl, services: Services, job: Job, tmp_path: Path
) -> None:
    shown = await schedules.system_setup(services, job, 60, "keyring", None)
    assert (systemctl.asked, systemctl.files, [file.path.exists() for file in shown.files]) == (
        [],
        [],
        [False] * 2,
    )
    folder = tmp_path / "to install"
    folder.mkdir()
    written = await schedules.system_setup(services, job, 60, "keyring", folder)
    assert [file.path.read_text("utf-8") for file in written.files] == [file.text for file in shown.files]
    assert {file.path.stat().st_mode & 0o777 for file in written.files} == {0o644}
    assert all(messages.title(step.message) for step in written.steps)
    assert [note.code for note in written.notes] == ["setup-home-moves"]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (15, "Every 15 minutes"),
        (60, "Every hour"),
        (120, "Every 2 hours"),
        (720, "Every 12 hours"),
        (1440, "Every day"),
    ],
)
def test_how_often_in_words(minutes: int, words: str) -> None:
    assert texts.every(minutes) == words
