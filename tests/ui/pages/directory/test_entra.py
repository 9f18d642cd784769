"""Step 3 with a tenant: signing in, the application in each state a tenant can be in, assignments, and what goes wrong."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.entra_process import PRINCIPAL, EntraHandle, answer_browser, enter_code, running_entra
from tests.ui.audit import audit
from wizard.flow.directory import browser
from wizard.flow.directory.entra_models import GRAPH_COMMAND_LINE, READ_PERMISSIONS, Enterprise, SignedIn
from wizard.flow.steps.steps import directory_problems
from wizard.provisioning.job import EntraChoice, SourceChoice
from wizard.ui.page import PageContext
from wizard.ui.pages.directory.page import DirectoryPage

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """What computer the tests run on makes no difference."""
    monkeypatch.setattr(browser, "has_browser", lambda: True)


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        yield handle


@pytest.fixture
def page(context: PageContext, qtbot: QtBot) -> DirectoryPage:
    context.session.draft = replace(context.session.draft, source=SourceChoice("entra"))
    context.session.found.token_kept = "session"
    made = DirectoryPage(context)
    qtbot.addWidget(made)
    made.resize(768, 576)
    made.show()
    made.enter()
    made.entra.requests.open_page = lambda url: bool(answer_browser(url))
    return made


def choose(page: DirectoryPage, entra: EntraHandle, **more: object) -> None:
    """The answers for the test's own tenant."""
    tenant = entra.authority.rpartition("/")[2]
    choice = EntraChoice("sandbox", tenant, entra.client_id, authority=entra.authority, graph_url=entra.graph_url)
    page.entra.answered.emit(replace(choice, **more))  # type: ignore[arg-type]


def press(page: DirectoryPage, name: str) -> None:
    button = page.findChild(QPushButton, name)
    assert button is not None, name
    assert button.isVisible(), name
    assert button.isEnabled(), name
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def settle(page: DirectoryPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.context.tasks.is_idle, timeout=20_000)


def signed_in(page: DirectoryPage, entra: EntraHandle, qtbot: QtBot, **more: object) -> None:
    choose(page, entra, **more)
    press(page, "entraSignIn")
    settle(page, qtbot)
    assert page.session.found.signed_in is not None, page.entra.requests.trouble.title


def test_it_asks_for_tenant_and_application_first(page: DirectoryPage) -> None:
    assert [problem.field for problem in directory_problems(page.session)] == ["entraTenant"]
    page.entra.form.tenant.setText(" contoso.onmicrosoft.com ")
    page.entra.form.take()
    assert [problem.field for problem in directory_problems(page.session)] == ["entraClientId"]
    assert not page.entra.form.button.isEnabled()
    page.entra.form.client.setText("6F0C1B52-7F4E-4D8F-9B6A-0A7F0F4F5D11")
    page.entra.form.take()
    assert page.entra.choice.tenant == "contoso.onmicrosoft.com"
    assert [problem.field for problem in directory_problems(page.session)] == ["entraSignIn"]
    assert page.entra.form.button.isEnabled()
    assert all(permission in page.entra.form.promise.text() for permission in READ_PERMISSIONS)
    assert audit(page) == []


def test_microsofts_own_client_is_a_choice_and_said_to_be_one(page: DirectoryPage) -> None:
    hint = page.entra.form.client_field.hint
    press(page, "entraOwnClient")
    assert page.entra.choice.client_id == GRAPH_COMMAND_LINE
    assert page.entra.form.client_field.hint != hint
    assert not page.entra.form.own_client.isVisible()


def test_the_guide_has_every_value_to_copy_and_the_consent_address(page: DirectoryPage) -> None:
    page.entra.answered.emit(replace(page.entra.choice, tenant="contoso.onmicrosoft.com", client_id="0a-1b"))
    press(page, "entraGuide")
    assert audit(page) == []
    press(page, "copy.redirectUri")
    assert QApplication.clipboard().text() == "http://localhost"
    press(page, "copy.consentLink")
    assert QApplication.clipboard().text() == (
        "https://login.microsoftonline.com/contoso.onmicrosoft.com/adminconsent?client_id=0a-1b"
    )
    press(page, "entraGuideClose")
    assert not page.entra.guide.isVisible()


@pytest.mark.slow
def test_a_sign_in_finds_the_one_application_and_reads_who_is_assigned(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    signed_in(page, entra, qtbot)
    found = page.session.found
    assert page.entra.choice.application_id == PRINCIPAL
    assert found.assigned is not None
    assert found.assigned.count("Group") == 3
    assert found.snapshot is not None
    assert len(found.snapshot.users) > 10
    assert directory_problems(page.session) == ()
    assert "ingrid.halvorsen@tidewater.example" in page.entra.card.accessibleName()
    assert page.entra.card.change.hasFocus() or not page.isActiveWindow()
    assert not page.entra.form.isVisible()
    assert audit(page) == []


def test_a_sign_in_can_be_cancelled_and_declined(page: DirectoryPage, entra: EntraHandle, qtbot: QtBot) -> None:
    opened: list[str] = []
    page.entra.requests.open_page = lambda url: not opened.append(url)
    choose(page, entra)
    press(page, "entraSignIn")
    qtbot.waitUntil(lambda: bool(opened), timeout=10_000)
    assert audit(page) == []
    assert not page.entra.form.isVisible()
    press(page, "entraCancel")
    assert page.entra.form.isVisible()
    assert not page.entra.requests.waiting.isVisible()
    settle(page, qtbot)
    page.entra.requests.open_page = lambda url: bool(answer_browser(url, accept=False))
    press(page, "entraSignIn")
    settle(page, qtbot)
    assert page.entra.requests.trouble.code == "consent-declined"
    assert page.session.found.signed_in is None
    assert page.entra.form.isVisible()
    assert audit(page) == []


def test_no_browser_is_said_and_the_address_can_be_copied(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    page.entra.requests.open_page = lambda _url: False
    choose(page, entra)
    press(page, "entraSignIn")
    qtbot.waitUntil(lambda: page.entra.requests.trouble.isVisible(), timeout=10_000)
    press(page, "entraCopyAddress")
    assert QApplication.clipboard().text().startswith(entra.authority)
    answer_browser(QApplication.clipboard().text())
    settle(page, qtbot)
    assert page.session.found.signed_in is not None


@pytest.mark.slow
def test_a_device_code_is_shown_large_and_copied(page: DirectoryPage, entra: EntraHandle, qtbot: QtBot) -> None:
    choose(page, entra, sign_in="device-code")
    press(page, "entraSignIn")
    waiting = page.entra.requests.waiting
    qtbot.waitUntil(lambda: bool(waiting.code.text()), timeout=10_000)
    assert audit(page) == []
    press(page, "entraCopyCode")
    assert QApplication.clipboard().text() == waiting.code.text()
    press(page, "entraCopyAddress")
    enter_code(QApplication.clipboard().text(), waiting.code.text())
    settle(page, qtbot)
    assert page.session.found.signed_in is not None


def test_a_client_secret_signs_an_application_in_and_leaves_the_screen(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    choose(page, entra, sign_in="secret")
    assert page.entra.form.secret_field.isVisible()
    assert audit(page) == []
    page.entra.form.secret.setText("an id, not the value")
    press(page, "entraSignIn")
    settle(page, qtbot)
    assert page.entra.requests.trouble.code == "client-secret-refused"
    page.entra.form.secret.setText(entra.client_secret)
    press(page, "entraSignIn")
    settle(page, qtbot)
    assert page.session.found.snapshot is not None
    assert page.entra.form.secret.text() == ""
    assert "application" in page.entra.card.accessibleName()


@pytest.mark.slow
def test_without_the_application_it_can_be_added_once_microsoft_was_asked_for_more(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    entra.set(applications="none")
    signed_in(page, entra, qtbot)
    assert [problem.field for problem in directory_problems(page.session)] == ["entraApplication"]
    assert audit(page) == []
    press(page, "entraAdd")
    settle(page, qtbot)
    assert page.entra.requests.trouble.code == "more-permissions-needed"
    assert page.entra.choice.application_id == ""
    assert audit(page) == []
    press(page, "allowMore")
    settle(page, qtbot)
    assert page.entra.choice.application_name == "AWS IAM Identity Center"
    assert page.session.found.assigned is not None
    assert page.session.found.assigned.assignments == ()


@pytest.mark.slow
def test_of_several_applications_one_is_chosen(page: DirectoryPage, entra: EntraHandle, qtbot: QtBot) -> None:
    entra.set(applications="several")
    signed_in(page, entra, qtbot)
    buttons = page.entra.application.buttons
    assert len(buttons) > 2
    assert not any(button.isChecked() for button in buttons.values())
    assert directory_problems(page.session)
    assert audit(page) == []
    buttons[PRINCIPAL].click()
    settle(page, qtbot)
    assert page.session.found.snapshot is not None
    buttons[""].click()
    settle(page, qtbot)
    assert page.entra.choice.scope == "all"
    assert len(page.session.found.snapshot.users) > 50


def test_where_the_gallery_lacks_it_the_way_without_is_said(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    entra.set(applications="none", gallery=False)
    signed_in(page, entra, qtbot)
    assert not page.entra.application.add.isVisible()
    page.entra.application.buttons[""].click()
    settle(page, qtbot)
    assert directory_problems(page.session) == ()


def open_assignments(page: DirectoryPage, qtbot: QtBot, name: str) -> None:
    press(page, "entraAssignments")
    page.entra.assignments.search.setText(name)
    rows = page.entra.assignments.found.rows
    qtbot.waitUntil(
        lambda: any(row.name.startswith(name) for row in rows.shown_rows()) and page.context.tasks.is_idle,
        timeout=10_000,
    )
    page.entra.assignments.found.selectRow(0)


@pytest.mark.slow
def test_people_are_assigned_and_removed_and_the_directory_is_read_again(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    signed_in(page, entra, qtbot)
    before = page.session.found.snapshot
    open_assignments(page, qtbot, "Finance and")
    assert audit(page) == []
    press(page, "assign")
    settle(page, qtbot)
    press(page, "allowMore")
    settle(page, qtbot)
    assert not page.entra.assignments.add.isEnabled(), "nobody is assigned twice"
    table = page.entra.assignments.table
    names = [row.name for row in table.rows.shown_rows()]
    assert "Finance and People" in names
    table.selectRow(names.index("Finance and People"))
    press(page, "unassign")
    assert page.context.shell.asked  # type: ignore[attr-defined]
    settle(page, qtbot)
    assert "Finance and People" not in [row.name for row in table.rows.shown_rows()]
    assert page.entra.assignments.add.isEnabled()
    press(page, "assignmentsBack")
    settle(page, qtbot)
    assert page.session.found.snapshot is not None
    assert page.session.found.snapshot is not before


@pytest.mark.slow
def test_after_an_assignment_continue_reads_again(page: DirectoryPage, entra: EntraHandle, qtbot: QtBot) -> None:
    signed_in(page, entra, qtbot)
    open_assignments(page, qtbot, "Finance and")
    press(page, "assign")
    settle(page, qtbot)
    press(page, "allowMore")
    settle(page, qtbot)
    assert page.session.found.snapshot is None, "outdated"
    assert all(problem.by_continue for problem in directory_problems(page.session))
    assert not page.advance(), "the next step is shown when it is read"
    settle(page, qtbot)
    assert page.session.found.snapshot is not None
    assert directory_problems(page.session) == ()


@pytest.mark.slow
def test_an_application_with_default_access_alone_gets_a_role_when_the_person_agrees(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    entra.set(applications="default-access")
    signed_in(page, entra, qtbot)
    open_assignments(page, qtbot, "Finance and")
    press(page, "assign")
    settle(page, qtbot)
    press(page, "allowMore")
    settle(page, qtbot)
    assert page.entra.requests.trouble.code == "application-without-role"
    assert audit(page) == []
    press(page, "addRole")
    settle(page, qtbot)
    assert "Finance and People" in [row.name for row in page.entra.assignments.table.rows.shown_rows()]


@pytest.mark.slow
def test_groups_without_a_licence_are_told_with_the_way_around(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    entra.set(premium=False)
    signed_in(page, entra, qtbot)
    open_assignments(page, qtbot, "Finance and")
    press(page, "assign")
    settle(page, qtbot)
    press(page, "allowMore")
    settle(page, qtbot)
    assert page.entra.requests.trouble.code == "groups-need-licence"


def test_signing_out_forgets_what_was_read(page: DirectoryPage, entra: EntraHandle, qtbot: QtBot) -> None:
    signed_in(page, entra, qtbot)
    press(page, "entraSignOut")
    settle(page, qtbot)
    assert page.session.found.snapshot is None
    assert page.entra.form.isVisible()
    assert not page.entra.read.isVisible()
    assert [problem.field for problem in directory_problems(page.session)] == ["entraSignIn"]


@pytest.mark.slow
def test_an_expired_sign_in_brings_the_form_back_with_the_reason(
    page: DirectoryPage, entra: EntraHandle, qtbot: QtBot
) -> None:
    signed_in(page, entra, qtbot)
    entra.set(expireTokens=1, expireRefresh=1)
    press(page, "readAgain")
    settle(page, qtbot)
    assert page.session.found.signed_in is None
    assert page.entra.form.isVisible()
    assert page.trouble.code == "microsoft-sign-in-expired"
    assert audit(page) == []
    press(page, "entraSignIn")
    settle(page, qtbot)
    assert page.session.found.snapshot is not None


def test_a_deleted_application_is_reported(page: DirectoryPage, entra: EntraHandle, qtbot: QtBot) -> None:
    signed_in(page, entra, qtbot)
    entra.set(applications="none")
    press(page, "readAgain")
    settle(page, qtbot)
    assert page.trouble.code == "enterprise-application-gone"
    assert page.session.found.snapshot is None
    assert directory_problems(page.session)


def test_without_a_browser_a_new_job_signs_in_by_code(
    context: PageContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "has_browser", lambda: False)
    context.session.draft = replace(context.session.draft, source=SourceChoice("entra"))
    page = DirectoryPage(context)
    qtbot.addWidget(page)
    page.show()
    page.enter()
    settle(page, qtbot)
    assert page.entra.choice == EntraChoice(sign_in="device-code")
    assert page.entra.form.way.itemData(0) == "device-code"
    page.entra.answered.emit(EntraChoice(tenant="contoso.example", sign_in="browser"))
    page.enter()
    settle(page, qtbot)
    assert page.entra.choice.sign_in == "browser", "what a person chose stays"


def test_the_tenant_is_shown_by_its_name_where_that_may_be_read(page: DirectoryPage) -> None:
    tenant = "9c2f6d4e-1111-4111-8111-000000000001"
    page.entra.answered.emit(EntraChoice(tenant=tenant, client_id="0a-1b"))
    found = page.session.found
    found.signed_in = SignedIn("ada@tidewater.example")
    page.entra.refresh()
    assert "tidewater.example" in page.entra.card.accessibleName()
    found.enterprise = Enterprise((), True, "Tidewater Instruments")
    page.entra.refresh()
    assert "Tidewater Instruments" in page.entra.card.accessibleName()
    found.signed_in, found.enterprise = SignedIn(""), Enterprise((), True)
    page.entra.refresh()
    assert tenant in page.entra.card.accessibleName()
