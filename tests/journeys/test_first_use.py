"""A new job from an empty window: the sample company, a file, its name; saved data, and leftovers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.company import company
from tests.journeys.window import Journey
from tests.sandbox_process import SandboxHandle
from tests.ui.pages.keyrings import MemoryKeyring, in_use
from wizard.errors import WizardError
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.steps import UNNAMED
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.storage import jobs
from wizard.storage.jobs import JobStore, SavedJob
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretStore
from wizard.ui.controller import Controller
from wizard.ui.pages.start.page import PlanPage
from wizard.ui.tasks import Slot

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})


@pytest.fixture
def window(app: QApplication, home: Home, sandbox: SandboxHandle) -> Iterator[Journey]:
    """An empty window with a keyring."""
    secrets = SecretStore({})
    address = SandboxAddress(sandbox.tenant_url, sandbox.token)
    services = Services(home, JobStore(home), secrets, lambda: address, EntraAccess(home, secrets))
    talk = Controller(lambda: services)
    made = Journey(talk, home.jobs / "none.json")
    with in_use(MemoryKeyring()):
        talk.begin()
        talk.window.show()
        made.until_done(Slot.JOB_LIST)
        yield made
        talk.session.running = False
        talk.close()
        talk.window.close()
    talk.window.deleteLater()


def saved(home: Home) -> list[SavedJob]:
    return [each for each in JobStore(home).all() if isinstance(each, SavedJob)]


def answers(journey: Journey, answer: bool) -> list[str]:
    """Answer every question; returns the list of those that are asked."""
    asked: list[str] = []

    def confirm(title: str, *_more: object, **_named: object) -> bool:
        asked.append(title)
        return answer

    journey.controller.confirm = confirm  # type: ignore[method-assign]
    return asked


def sample_to_monitor(journey: Journey) -> None:
    """Four presses from the empty window to the report."""
    journey.press("source.sample")
    journey.press("next")
    journey.until(lambda: journey.session.found.plan is not None and journey.at("preview"), "the plan")
    journey.press("next")
    journey.until(lambda: journey.session.found.report is not None, "the run")
    journey.press("next")
    assert journey.at("monitor")


def connect(journey: Journey, sandbox: SandboxHandle) -> None:
    """A file as the source, endpoint and token; Continue tests them."""
    journey.press("source.file")
    journey.go_on("aws")
    journey.type_in("tenantUrl", sandbox.tenant_url)
    journey.type_in("accessToken", sandbox.token)
    journey.go_on("directory")


def test_the_sample_company_takes_four_presses_and_leaves_nothing(window: Journey, home: Home) -> None:
    sample_to_monitor(window)
    job_id = window.session.draft.id
    assert window.session.is_session_only
    for step in ("plan", "aws", "directory", "scope", "attributes", "settings", "preview", "run"):
        assert window.controller.navigator.is_done(step), step  # type: ignore[arg-type]
    asked = answers(window, False)
    window.press("next")
    assert window.at("monitor")
    assert len(asked) == 1
    answers(window, True)
    window.press("next")
    window.until(lambda: window.at("plan"), "Plan")
    assert window.session.draft.id != job_id
    assert saved(home) == []
    assert not list(home.root.rglob(f"*{job_id}*"))


def test_the_tried_set_up_becomes_a_real_job(
    window: Journey, sandbox: SandboxHandle, home: Home, tmp_path: Path
) -> None:
    sample_to_monitor(window)
    tried = window.session.draft
    window.press("useWithMyTenant")
    assert window.at("plan")
    draft = window.session.draft
    assert (draft.mappings, draft.source, draft.target) == (tried.mappings, SourceChoice(), TargetChoice())
    assert draft.id != tried.id
    assert not window.session.is_session_only
    users, _members = company(3, 1, 3).write(tmp_path)
    connect(window, sandbox)
    window.type_in("usersFile", str(users))
    window.until(lambda: window.session.found.snapshot is not None, "the directory")
    window.controller.save_job()
    window.until_done(Slot.JOB_SAVE)
    assert [one.job.id for one in saved(home)] == [draft.id]


def test_a_job_is_named_after_its_source_until_a_person_names_it(
    window: Journey, sandbox: SandboxHandle, home: Home, tmp_path: Path
) -> None:
    users, _members = company(3, 1, 3).write(tmp_path)
    connect(window, sandbox)
    assert window.session.draft.name == UNNAMED
    window.type_in("usersFile", str(users))
    window.until(lambda: window.session.draft.name == f"{users.name} to the sandbox", "the name")
    other = users.rename(users.with_name("staff.csv"))
    window.type_in("usersFile", str(other))
    window.until(lambda: window.session.draft.name == "staff.csv to the sandbox", "the other name")
    window.press("step.plan")
    field = window.find(QLineEdit, "jobName")
    assert field.text() == "staff.csv to the sandbox"
    field.setFocus()
    field.selectAll()
    field.insert("Our staff")
    field.setModified(True)
    field.editingFinished.emit()
    window.until(lambda: [one.job.name for one in saved(home)] == ["Our staff"], "the name in the file")
    window.press("step.directory")
    window.type_in("usersFile", str(users))
    window.until_done(Slot.JOB_SAVE)
    assert window.session.draft.name == "Our staff"


def test_a_name_that_another_job_has_gets_a_number(
    window: Journey, sandbox: SandboxHandle, home: Home, tmp_path: Path
) -> None:
    users, _members = company(3, 1, 3).write(tmp_path)
    for _job in range(2):
        connect(window, sandbox)
        window.type_in("usersFile", str(users))
        window.until(lambda: window.session.draft.name != UNNAMED, "the name")
        window.press("step.plan")
        window.press("newJob")
    names = [one.job.name for one in saved(home)]
    assert names == [f"{users.name} to the sandbox", f"{users.name} to the sandbox 2"]


def test_what_was_begun_is_not_lost_with_the_window(window: Journey, sandbox: SandboxHandle, home: Home) -> None:
    window.press("source.file")
    window.go_on("aws")
    window.type_in("tenantUrl", sandbox.tenant_url)
    window.controller.close()
    (one,) = saved(home)
    assert one.job.target.tenant_url == sandbox.tenant_url
    assert one.job.source.kind == "file"


def test_a_window_that_was_only_looked_at_saves_nothing(window: Journey, home: Home) -> None:
    window.press("source.file")
    window.go_on("aws")
    window.press("back")
    window.controller.close()
    assert saved(home) == []


def test_a_deleted_job_leaves_nothing_behind(
    window: Journey, sandbox: SandboxHandle, home: Home, tmp_path: Path
) -> None:
    users, _members = company(3, 1, 3).write(tmp_path)
    connect(window, sandbox)
    window.type_in("usersFile", str(users))
    window.until(lambda: window.session.found.snapshot is not None, "the directory")
    window.press("reviewChanges")
    window.until(lambda: window.session.found.plan is not None, "the plan")
    window.press("next")
    window.until(lambda: window.session.found.report is not None, "the run")
    window.press("next")
    job_id = window.session.draft.id
    assert list(home.root.rglob(f"*{job_id}*"))
    window.press("next")
    window.until(lambda: window.at("plan"), "Plan")
    page = window.page
    assert isinstance(page, PlanPage)
    window.until(lambda: bool(page.jobs.rows.rowCount()), "the list")
    answers(window, True)
    page.jobs.delete_asked.emit(page.jobs.rows.row(0))
    window.until(lambda: saved(home) == [], "the deletion")
    window.until_done(Slot.JOB_CHANGE)
    assert not list(home.root.rglob(f"*{job_id}*"))


def test_closing_asks_about_a_job_for_this_session_only(window: Journey) -> None:
    sample_to_monitor(window)
    asked = answers(window, False)
    window.window.close()
    assert window.window.isVisible()
    assert len(asked) == 1
    answers(window, True)
    window.window.close()
    assert not window.window.isVisible()


def test_unfinished_typing_is_saved_when_the_window_closes(
    window: Journey, sandbox: SandboxHandle, home: Home
) -> None:
    connect(window, sandbox)
    window.press("step.plan")
    field = window.find(QLineEdit, "jobName")
    field.setFocus()
    QTest.keyClicks(field, "Our staff")
    window.window.close()
    assert [one.job.name for one in saved(home)] == ["Our staff"]


def test_a_job_that_cannot_be_saved_is_said_and_not_lost_without_a_question(
    window: Journey, sandbox: SandboxHandle, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise WizardError("file-not-written", path="x", reason="No space left on device", disk_full=True)

    connect(window, sandbox)
    window.until_done(Slot.JOB_SAVE)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "write_private", full)
        window.press("step.plan")
        field = window.find(QLineEdit, "jobName")
        field.setFocus()
        QTest.keyClicks(field, "Our staff")
        window.press("step.aws")
        window.until(lambda: window.window.state.job_tone == "bad", "the failure")
        asked = answers(window, False)
        window.window.close()
        assert window.window.isVisible()
        assert len(asked) == 1
        window.press("step.plan")
        window.press("newJob")
        window.until_done(Slot.JOB_SAVE)
        assert window.session.draft.name == "Our staff", "not left before it is saved"
    window.press("newJob")
    window.until(lambda: window.session.draft.name == UNNAMED, "the new job")
    assert [one.job.name for one in saved(home)] == ["Our staff"]
