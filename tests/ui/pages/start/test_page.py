"""The Plan page: which directory, what to provision, and everything one can do with saved jobs."""

from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from anyio import to_thread
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from tests.ui.pages.keyrings import MemoryKeyring, in_use
from tests.ui.pages.stand import home_at, use_services
from wizard import messages
from wizard.errors import Message
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.jobs.summary import JobSummary
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.session import new_draft
from wizard.flow.steps.steps import UNNAMED, plan_problems
from wizard.provisioning.job import Job, SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore
from wizard.storage.journal import Journal
from wizard.storage.paths import Home
from wizard.storage.secret_store import AWS_TOKEN, SecretStore
from wizard.ui.page import PageContext
from wizard.ui.pages.start.job_list import JobList, _state_mark
from wizard.ui.pages.start.page import PlanPage

AWS_URL = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2"


pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> JobStore:
    return JobStore(home)


@pytest.fixture
def page(context: PageContext, qtbot: QtBot) -> PlanPage:
    return entered(PlanPage(context), qtbot)


def entered(page: PlanPage, qtbot: QtBot) -> PlanPage:
    qtbot.addWidget(page)
    page.resize(768, 576)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    return page


def a_job(name: str) -> Job:
    source = SourceChoice("file", "/data/people.csv")
    return replace(new_draft(), name=name, source=source, target=TargetChoice(AWS_URL))


def row(page: PlanPage, name: str) -> JobSummary:
    return next(one for one in page.jobs.rows.rows if one.name == name)


def names(page: PlanPage) -> list[str]:
    return [one.name for one in page.jobs.rows.rows]


def press(page: PlanPage, qtbot: QtBot, name: str, action: str) -> None:
    """Choose one entry of a job's menu and wait for what it does."""
    menu = page.jobs.row_menu(row(page, name))
    next(entry for entry in menu.actions() if entry.objectName() == f"jobMenu.{action}").trigger()
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)


def test_without_saved_jobs_the_sources_and_requirements_are_shown(page: PlanPage) -> None:
    assert not page.jobs_heading.isVisible()
    assert not page._jobs_place.isVisible()
    assert page.needs.isVisible()
    assert page.import_button.isVisible()
    assert audit(page) == []


def test_with_saved_jobs_they_are_below_the_sources(context: PageContext, qtbot: QtBot, store: JobStore) -> None:
    store.save(a_job("Staff"))
    page = entered(PlanPage(context), qtbot)
    assert page.jobs.isVisible()
    assert not page.needs.isVisible()
    assert page.jobs.mapTo(page, page.jobs.rect().topLeft()).y() > page.cards["file"].y()


def test_the_keyboard_opens_a_job_from_the_list(context: PageContext, qtbot: QtBot, store: JobStore) -> None:
    store.save(a_job("Staff"))
    page = entered(PlanPage(context), qtbot)
    assert page.jobs.current_row() is None
    page.jobs.setFocus(Qt.FocusReason.TabFocusReason)
    assert page.jobs.current_row().name == "Staff"
    qtbot.keyClick(page.jobs, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: context.session.draft.name == "Staff")


def test_one_click_opens_a_job(context: PageContext, qtbot: QtBot, store: JobStore) -> None:
    store.save(a_job("Staff"))
    page = entered(PlanPage(context), qtbot)
    place = page.jobs.visualRect(page.jobs.model().index(0, 1)).center()
    qtbot.mouseClick(page.jobs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: context.session.draft.name == "Staff")


def test_a_name_is_taken_when_it_was_typed(page: PlanPage, qtbot: QtBot) -> None:
    page.cards["file"].click()
    assert page.name.text() == ""
    qtbot.keyClicks(page.name, " Our   staff ")
    page.leave()
    assert page.session.draft.name == "Our staff"
    assert page.session.is_named
    page.name.clear()
    page.name.setModified(True)
    assert page.advance()
    assert page.session.draft.name == UNNAMED
    assert not page.session.is_named


def test_a_name_like_a_path_is_refused(page: PlanPage, qtbot: QtBot) -> None:
    page.cards["file"].click()
    qtbot.keyClicks(page.name, "staff.json")
    page.leave()
    assert page.name_field.is_wrong
    assert page.session.draft.name == UNNAMED


def test_a_job_file_that_cannot_be_read_can_be_deleted(
    context: PageContext, qtbot: QtBot, home: Home, store: JobStore
) -> None:
    store.save(a_job("Staff"))
    (home.jobs / "torn.json").write_text('{"version": 99}')
    page = entered(PlanPage(context), qtbot)
    assert {action.objectName() for action in page.jobs.row_menu(row(page, "torn.json")).actions()} >= {
        "jobMenu.why",
        "jobMenu.reveal",
        "jobMenu.delete",
    }
    press(page, qtbot, "torn.json", "delete")
    qtbot.waitUntil(lambda: names(page) == ["Staff"])
    assert not (home.jobs / "torn.json").exists()


def test_a_job_is_exported_and_imported_as_a_new_one(
    context: PageContext, qtbot: QtBot, store: JobStore, tmp_path: Path
) -> None:
    saved = store.save(a_job("Staff"))
    page = entered(PlanPage(context), qtbot)
    page.export_job(row(page, "Staff"), tmp_path / "staff.json")
    qtbot.waitUntil(lambda: "transfer" in page._messages)
    assert (tmp_path / "staff.json").exists()
    context.shell.answer = False  # type: ignore[attr-defined]
    page.import_job(tmp_path / "staff.json")
    qtbot.waitUntil(lambda: len(context.shell.asked) == 1)  # type: ignore[attr-defined]
    assert len(store.all()) == 1
    context.shell.answer = True  # type: ignore[attr-defined]
    page.import_job(tmp_path / "staff.json")
    qtbot.waitUntil(lambda: len(names(page)) == 2)
    assert row(page, "Staff 2").id != saved.job.id
    qtbot.waitUntil(lambda: page.findChild(QPushButton, "openImported") is not None)


def test_entra_can_be_chosen_and_tells_what_it_needs(page: PlanPage) -> None:
    before = page.needs.lines
    page.cards["entra"].click()
    assert page.session.draft.source.kind == "entra"
    assert page.needs.lines != before
    assert plan_problems(page.session) == ()


def test_a_chosen_directory_tells_what_it_needs(page: PlanPage) -> None:
    before = page.needs.lines
    page.cards["file"].click()
    assert page.session.draft.source.kind == "file"
    assert page.cards["file"].isChecked()
    assert page.needs.lines != before
    assert plan_problems(page.session) == ()
    page.cards["sample"].click()
    assert page.session.draft.source.kind == "sample"
    assert not page.cards["file"].isChecked()


def test_people_or_groups_must_be_provisioned(page: PlanPage) -> None:
    page.cards["file"].click()
    page.findChild(QCheckBox, "provisionPeople").click()
    assert page.session.draft.scope.people is False
    assert plan_problems(page.session) == ()
    page.findChild(QCheckBox, "provisionGroups").click()
    assert [problem.field for problem in plan_problems(page.session)] == ["scope"]


def test_saved_jobs_are_listed_and_broken_ones_with_the_reason(
    context: PageContext, qtbot: QtBot, home: Home, store: JobStore
) -> None:
    store.save(a_job("Staff"))
    (home.jobs / "torn.json").write_text('{"version": 99}')
    page = entered(PlanPage(context), qtbot)
    assert names(page) == ["torn.json", "Staff"], "the worst first"
    assert row(page, "Staff").summary == "people.csv to eu-central-1"
    assert row(page, "Staff").state == "Not run yet"
    page.jobs.open_row(row(page, "torn.json"))
    message = page._messages["jobs"]
    assert message.title == "torn.json cannot be read"
    assert "newer version" in message.text
    assert (home.jobs / "torn.json").read_text() == '{"version": 99}'
    assert audit(page) == []


def test_a_complete_job_opens_at_monitor(context: PageContext, qtbot: QtBot, store: JobStore) -> None:
    saved = store.save(a_job("Staff"))
    page = entered(PlanPage(context), qtbot)
    page.jobs.selectRow(0)
    qtbot.keyClick(page.jobs, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: context.session.draft.id == saved.job.id)
    assert context.navigator.current.id == "monitor"
    assert context.session.saved_at == pytest.approx(saved.path.stat().st_mtime)


def test_an_unfinished_job_opens_at_its_first_step(context: PageContext, qtbot: QtBot, store: JobStore) -> None:
    store.save(replace(a_job("Begun"), target=TargetChoice()))
    page = entered(PlanPage(context), qtbot)
    press(page, qtbot, "Begun", "open")
    assert context.session.draft.name == "Begun"
    assert context.navigator.current.id == "plan"
    assert page.cards["file"].isChecked()
    page.new_job.click()
    assert context.session.draft.name == "New job"
    assert not page.cards["file"].isChecked()


def test_a_copy_has_an_id_of_its_own(context: PageContext, qtbot: QtBot, store: JobStore) -> None:
    store.save(a_job("Staff"))
    page = entered(PlanPage(context), qtbot)
    press(page, qtbot, "Staff", "duplicate")
    assert names(page) == ["Staff", "Staff 2"]
    assert row(page, "Staff").id != row(page, "Staff 2").id
    assert page.jobs.current_row().name == "Staff 2"


def test_a_job_is_renamed_and_a_taken_name_is_refused(context: PageContext, qtbot: QtBot, store: JobStore) -> None:
    store.save(a_job("Staff"))
    store.save(a_job("Guests"))
    page = entered(PlanPage(context), qtbot)
    context.shell.text = "Everyone"  # type: ignore[attr-defined]
    press(page, qtbot, "Staff", "rename")
    assert names(page) == ["Everyone", "Guests"]
    context.shell.text = "guests"  # type: ignore[attr-defined]
    page.jobs.setFocus()
    page.jobs.selectRow(0)
    qtbot.keyClick(page.jobs, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: context.tasks.is_idle)
    assert page._messages["jobs"].code == "job-name-taken"
    assert names(page) == ["Everyone", "Guests"]


def test_a_job_is_deleted_with_its_keyring_entries_and_journal_after_a_question(
    context: PageContext, qtbot: QtBot, home: Home, store: JobStore
) -> None:
    saved = store.save(a_job("Staff"))
    Journal.open(home, saved.job.id, AWS_URL).close()
    with in_use(MemoryKeyring()) as ring:
        SecretStore({}).store(saved.job.id, AWS_TOKEN, "a-token-of-this-job", AWS_URL)
        page = entered(PlanPage(context), qtbot)
        context.shell.answer = False  # type: ignore[attr-defined]
        press(page, qtbot, "Staff", "delete")
        assert saved.path.exists()
        context.shell.answer = True  # type: ignore[attr-defined]
        page.jobs.setFocus()
        page.jobs.selectRow(0)
        qtbot.keyClick(page.jobs, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda: names(page) == [])
        assert len(context.shell.asked) == 2  # type: ignore[attr-defined]
        assert not saved.path.exists()
        assert not list(home.journals.glob("*.sqlite"))
        assert ring.kept == {}


def test_the_open_job_can_be_deleted_too(context: PageContext, qtbot: QtBot, store: JobStore) -> None:
    store.save(a_job("Staff"))
    with in_use(MemoryKeyring()):
        page = entered(PlanPage(context), qtbot)
        press(page, qtbot, "Staff", "open")
        press(page, qtbot, "Staff", "delete")
    assert context.session.draft.name == "New job"
    assert context.navigator.current.id == "plan"


def test_a_job_for_this_session_is_not_left_without_a_question(
    context: PageContext, qtbot: QtBot, store: JobStore
) -> None:
    store.save(a_job("Staff"))
    page = entered(PlanPage(context), qtbot)
    context.shell.may_leave = False  # type: ignore[attr-defined]
    press(page, qtbot, "Staff", "open")
    assert context.session.draft.name == "New job"
    context.shell.may_leave = True  # type: ignore[attr-defined]
    press(page, qtbot, "Staff", "open")
    assert context.session.draft.name == "Staff"
    assert context.shell.saved_jobs == 1  # type: ignore[attr-defined]


def test_a_job_file_elsewhere_can_be_opened(
    context: PageContext, qtbot: QtBot, store: JobStore, tmp_path: Path
) -> None:
    store.save(a_job("Elsewhere"), tmp_path / "elsewhere.json")
    page = entered(PlanPage(context), qtbot)
    page.open_job(str(tmp_path / "missing.json"))
    qtbot.waitUntil(lambda: "jobs" in page._messages)
    assert page._messages["jobs"].title == messages.title(
        Message("job-file-missing", path=str(tmp_path / "missing.json"))
    )
    page.open_job(str(tmp_path / "elsewhere.json"))
    qtbot.waitUntil(lambda: context.session.draft.name == "Elsewhere")
    assert "jobs" not in page._messages


def test_a_job_file_from_elsewhere_is_shown_before_it_is_opened(
    context: PageContext, qtbot: QtBot, store: JobStore, tmp_path: Path
) -> None:
    path = store.save(a_job("Mailed"), tmp_path / "mailed.json").path
    changed = path.read_text("utf-8").replace("scim.eu-central-1", "scim.us-east-1")
    path.write_text(changed, "utf-8")
    page = entered(PlanPage(context), qtbot)
    context.shell.answer = False  # type: ignore[attr-defined]
    page.open_job(str(path))
    qtbot.waitUntil(lambda: len(context.shell.asked) == 1)  # type: ignore[attr-defined]
    assert "Mailed" in context.shell.asked[0]  # type: ignore[attr-defined]
    assert context.session.draft.name == "New job"
    context.shell.answer = True  # type: ignore[attr-defined]
    for asked in (2, 2):  # once it was opened, it is known
        page.open_job(str(path))
        qtbot.waitUntil(lambda: context.session.draft.name == "Mailed")
        qtbot.waitUntil(lambda: context.tasks.is_idle)
        assert len(context.shell.asked) == asked  # type: ignore[attr-defined]
        context.session.begin()


def test_everything_of_a_job_is_forgotten_after_a_question(
    context: PageContext, qtbot: QtBot, home: Home, store: JobStore
) -> None:
    saved = store.save(a_job("Staff"))
    Journal.open(home, saved.job.id, AWS_URL).close()
    with in_use(MemoryKeyring()) as ring:
        SecretStore({}).store(saved.job.id, AWS_TOKEN, "a-token-of-this-job", AWS_URL)
        page = entered(PlanPage(context), qtbot)
        context.shell.answer = False  # type: ignore[attr-defined]
        press(page, qtbot, "Staff", "revoke")
        assert ring.kept
        context.shell.answer = True  # type: ignore[attr-defined]
        press(page, qtbot, "Staff", "revoke")
        assert ring.kept == {}
    assert saved.path.exists()
    assert not list(home.journals.glob("*.sqlite"))


def test_the_focus_follows_a_source_that_was_chosen_for_the_person(context: PageContext, qtbot: QtBot) -> None:
    page = entered(PlanPage(context), qtbot)
    page.show()
    page.cards["entra"].setFocus()
    context.session.answer(replace(context.session.draft, source=SourceChoice("sample")))
    page.refresh()
    assert page.cards["sample"].hasFocus()
    page.name.setFocus()
    page.refresh()
    assert page.name.hasFocus()


def test_the_sample_company_needs_no_further_answers(context: PageContext, qtbot: QtBot, home: Home) -> None:
    address = SandboxAddress("http://127.0.0.1:1/tenant/scim/v2", "a-token-of-the-sandbox")
    use_services(
        context,
        Services(home, JobStore(home), SecretStore({}), lambda: address, EntraAccess(home, SecretStore({}))),
    )
    page = entered(PlanPage(context), qtbot)
    page.cards["sample"].click()
    assert not page.advance()
    qtbot.waitUntil(lambda: context.navigator.current.id == "aws")  # nothing answers at this address
    assert context.session.draft.source.kind == "sample"
    assert context.session.draft.target.tenant_url == address.tenant_url
    assert context.session.found.token_kept == "session"
    assert context.shell.steps_shown == 1  # type: ignore[attr-defined]
    assert not list(home.jobs.glob("*.json"))


def test_a_job_has_a_key_where_its_state_is_about_the_token() -> None:
    broken_journal = JobSummary("/j.json", "Staff", state="The journal is broken.", tone="bad")
    expired = JobSummary("/j.json", "Staff", state="The token has expired", tone="bad", about_token=True)
    marks = [_state_mark(row) for row in (broken_journal, expired)]
    assert [mark.icon for mark in marks if mark is not None] == ["alert-circle", "key"]


def test_a_switch_to_this_computer_that_ends_late_changes_no_other_job(
    context: PageContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = entered(PlanPage(context), qtbot)
    began, goes_on = Event(), Event()

    async def switch_to_own(_services: Services, job: Job, *, pause: bool) -> Any:
        began.set()
        await to_thread.run_sync(goes_on.wait)
        return SimpleNamespace(job=replace(job, engine="own"))

    monkeypatch.setattr("wizard.flow.microsoft.switching.switch_to_own", switch_to_own)
    page._switch_to_own()
    assert began.wait(20)
    other = replace(a_job("Another"), engine="entra")
    context.session.begin(other)
    context.session.reviewed = other
    goes_on.set()
    qtbot.waitUntil(lambda: context.tasks.is_idle)
    assert context.session.draft == other
    assert context.session.reviewed == other


def test_a_job_that_was_not_named_is_listed_once(qtbot: QtBot) -> None:
    jobs = JobList()
    qtbot.addWidget(jobs.frame)
    jobs.frame.resize(800, 120)
    jobs.frame.show()
    unnamed = JobSummary("a.json", "people.csv to eu-central-1", summary="people.csv to eu-central-1")
    jobs.show_jobs((unnamed,))
    alone = jobs.columnWidth(0)
    assert jobs.isColumnHidden(1)
    jobs.show_jobs((unnamed, replace(unnamed, path="b.json", name="Staff")))
    assert [jobs.model().index(row, 1).data() for row in (0, 1)] == ["", unnamed.summary]
    assert jobs.columnWidth(0) < alone
    assert jobs.columnWidth(1) > 0
