"""The AWS page: address and token as they are typed, the test against a real sandbox, every keyring there is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.sandbox_process import SandboxHandle, running_sandbox
from tests.ui.audit import audit
from tests.ui.pages.keyrings import MemoryKeyring, in_use
from tests.ui.pages.stand import RememberingShell, home_at, use_services
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.runs.health import token_life
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.steps import aws_problems
from wizard.provisioning.job import SourceChoice
from wizard.storage.jobs import JobStore
from wizard.storage.secret_store import SecretStore
from wizard.ui.page import PageContext
from wizard.ui.pages.aws.page import AwsPage
from wizard.ui.tasks import Slot

AWS_URL = "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2"
TOKEN = "a-token-that-nobody-ever-made"


pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    memory = MemoryKeyring()
    with in_use(memory):
        yield memory
    memory.answers.set()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox() as handle:
        yield handle


@pytest.fixture
def page(context: PageContext, qtbot: QtBot, ring: MemoryKeyring) -> AwsPage:
    context.session.draft = replace(context.session.draft, source=SourceChoice("sample"))
    context.navigator.next()
    return entered(AwsPage(context), qtbot)


def entered(page: AwsPage, qtbot: QtBot) -> AwsPage:
    qtbot.addWidget(page)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    return page


def control(page: AwsPage, name: str) -> QLineEdit:
    return page.findChild(QLineEdit, name)


def button(page: AwsPage, name: str) -> QPushButton:
    return page.findChild(QPushButton, name)


def test(page: AwsPage, qtbot: QtBot) -> None:
    button(page, "testConnection").click()
    qtbot.waitUntil(lambda: not page.test_button.is_busy, timeout=15_000)


test.__test__ = False  # type: ignore[attr-defined]


def fill(page: AwsPage, url: str, token: str) -> None:
    control(page, "tenantUrl").setText(url)
    control(page, "accessToken").setText(token)


def test_everything_has_a_name_and_room_and_its_turn(page: AwsPage, qtbot: QtBot, sandbox: SandboxHandle) -> None:
    page.resize(768, 576)
    assert audit(page) == []
    fill(page, sandbox.tenant_url, TOKEN)
    test(page, qtbot)
    assert audit(page) == []


def test_an_address_is_normalised_and_its_region_named(page: AwsPage) -> None:
    control(page, "tenantUrl").setText(f" {AWS_URL.replace('scim.eu', 'SCIM.eu')}/ ")
    assert page.session.draft.target.tenant_url == AWS_URL
    assert page.address.field.hint.startswith("Europe (Frankfurt), eu-central-1.")
    control(page, "tenantUrl").editingFinished.emit()
    assert control(page, "tenantUrl").text() == AWS_URL


def test_a_half_typed_address_is_called_wrong_only_once_typing_rests(page: AwsPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(control(page, "tenantUrl"), "https://scim.eu-central-1.amazonaws.com/scim/v2")
    assert not page.address.field.is_wrong
    qtbot.waitUntil(lambda: page.address.field.is_wrong)
    assert "is missing" in page.address.field.hint
    assert not button(page, "testConnection").isEnabled()


def test_another_host_needs_a_confirmation(page: AwsPage) -> None:
    fill(page, "https://scim.example.org/abc/scim/v2", TOKEN)
    confirm = page.findChild(QCheckBox, "confirmHost")
    assert not confirm.isHidden()
    assert "example.org" in confirm.text()
    assert "scim.\u200b**example.\u200borg**" in page.address.field.hint
    assert not button(page, "testConnection").isEnabled()
    confirm.click()
    assert page.session.confirmed_hosts == {"scim.example.org"}
    assert button(page, "testConnection").isEnabled()
    control(page, "tenantUrl").setText("https://scim.example.net/abc/scim/v2")
    assert not confirm.isChecked()
    control(page, "tenantUrl").setText(AWS_URL)
    assert confirm.isHidden()


def test_a_pasted_token_is_cleaned_and_never_shown_unless_asked(page: AwsPage) -> None:
    field = control(page, "accessToken")
    QApplication.clipboard().setText(f' Authorization: Bearer "{TOKEN[:10]}\n{TOKEN[10:]}" ')
    field.paste()
    assert field.text() == TOKEN
    assert field.echoMode() == QLineEdit.EchoMode.Password
    page.token.secret.eye.trigger()
    assert field.echoMode() == QLineEdit.EchoMode.Normal


def test_an_impossible_token_is_reported_without_repeating_it(page: AwsPage) -> None:
    fill(page, AWS_URL, "short")
    assert page.token.field.is_wrong
    assert "short" in page.token.field.hint
    assert not button(page, "testConnection").isEnabled()


@pytest.mark.usefixtures("midday")
def test_a_new_token_is_taken_for_made_today(page: AwsPage) -> None:
    assert page.token.day.date() == page.token.day.minimumDate()
    fill(page, AWS_URL, TOKEN)
    assert page.session.draft.target.token_made_on == date.today().isoformat()
    assert page.token.day.date().toString(Qt.DateFormat.ISODate) == date.today().isoformat()
    assert page.token.day_field.hint


@pytest.mark.usefixtures("midday")
def test_the_last_day_of_a_token_goes_to_a_calendar_file(
    page: AwsPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = button(page, "saveTokenCalendar")
    assert not offer.isVisible(), "the day is not known"
    target = tmp_path / "token.ics"
    monkeypatch.setattr("wizard.ui.pages.shared.access_token.save_file", lambda *_words: target)
    for made in (date(2024, 2, 29), date.today() - timedelta(days=360)):
        choice = replace(page.session.draft.target, token_made_on=made.isoformat())
        page.session.draft = replace(page.session.draft, target=choice)
        page.refresh()
        assert offer.isVisible() == (made.year != 2024), "an expired one is not offered"
    assert audit(page) == []
    offer.click()
    qtbot.waitUntil(lambda: not page.tasks.is_running(Slot.CALENDAR_SAVE), timeout=15_000)
    (event,) = Calendar.from_ical(target.read_bytes()).walk("VEVENT")
    assert event.decoded("DTSTART") == date.fromisoformat(token_life(page.session.draft).expires_on)
    assert len(event.walk("VALARM")) == 4


@pytest.mark.usefixtures("midday")
@pytest.mark.parametrize(("days", "wrong"), [(355, False), (500, True)])
def test_the_end_of_a_token_is_foretold(page: AwsPage, days: int, wrong: bool) -> None:
    made = date.today() - timedelta(days=days)
    target = replace(page.session.draft.target, token_made_on=made.isoformat())
    page.session.draft = replace(page.session.draft, target=target)
    page.refresh()
    assert page.token.day.date().toString(Qt.DateFormat.ISODate) == made.isoformat()
    assert page.token.day_field.hint
    assert page.token.day_field.is_wrong is wrong


def test_a_test_keeps_both_values_and_shows_four_checks(
    page: AwsPage, qtbot: QtBot, ring: MemoryKeyring, sandbox: SandboxHandle
) -> None:
    fill(page, sandbox.tenant_url, sandbox.token)
    test(page, qtbot)
    job = page.session.draft
    assert ring.kept == {f"{job.id}/tenant-url": sandbox.tenant_url, f"{job.id}/aws-token": sandbox.token}
    assert page.session.found.token_kept == "keyring"

    assert [row.state for row in page.result.checks.values()] == ["ok"] * 4
    assert page.tested.text()
    assert aws_problems(page.session) == ()


def test_a_refused_token_is_reported_with_advice(page: AwsPage, qtbot: QtBot, sandbox: SandboxHandle) -> None:
    fill(page, sandbox.tenant_url, TOKEN)
    test(page, qtbot)
    assert page.result.card.code == "token-to-be-replaced"
    assert page.result.card.text
    assert [row.state for row in page.result.checks.values()] == ["ok", "bad", "untried", "untried"]
    assert page.token.field.is_wrong
    button(page, "copyDetails").click()
    details = QApplication.clipboard().text()
    assert sandbox.tenant_url in details
    assert TOKEN not in details
    assert [problem.field for problem in aws_problems(page.session)] == ["testConnection"]


def test_a_kept_token_is_tested_without_typing_it_again(
    page: AwsPage, qtbot: QtBot, ring: MemoryKeyring, sandbox: SandboxHandle
) -> None:
    job = page.session.draft
    job = replace(job, target=replace(job.target, tenant_url=sandbox.tenant_url))
    page.session.begin(job)
    ring.kept = {f"{job.id}/tenant-url": sandbox.tenant_url, f"{job.id}/aws-token": sandbox.token}
    saved(page)
    page.enter()
    qtbot.waitUntil(lambda: page.session.found.token_kept == "keyring")
    assert control(page, "accessToken").text() == ""
    assert set(control(page, "accessToken").placeholderText()) == {"•"}
    test(page, qtbot)
    assert page.session.found.connection is not None
    assert page.session.found.connection.passed
    assert control(page, "accessToken").text() == ""


@pytest.mark.usefixtures("midday")
def test_another_token_drops_the_test_but_another_day_does_not(
    page: AwsPage, qtbot: QtBot, sandbox: SandboxHandle
) -> None:
    fill(page, sandbox.tenant_url, sandbox.token)
    test(page, qtbot)
    page.token.day.setDate(page.token.day.maximumDate().addDays(-3))
    assert page.session.draft.target.token_made_on == (date.today() - timedelta(days=3)).isoformat()
    assert page.session.found.connection is not None
    control(page, "accessToken").setText(TOKEN)
    assert page.session.found.connection is None
    assert page.result.isHidden()
    assert aws_problems(page.session)


def test_without_a_safe_keyring_both_can_be_kept_for_this_session(
    context: PageContext, qtbot: QtBot, sandbox: SandboxHandle
) -> None:
    with in_use(NoKeyring()):
        page = entered(AwsPage(context), qtbot)
        assert page.trouble.code == "no-secret-service"
        fill(page, sandbox.tenant_url, sandbox.token)
        test(page, qtbot)
        assert page.session.found.connection is None
        assert [one.by_continue for one in aws_problems(page.session)] == [False], "trying again would not help"
        button(page, "keepForSession").click()
        qtbot.waitUntil(lambda: page.session.found.connection is not None, timeout=15_000)
        assert page.session.found.token_kept == "session"
        assert page.trouble.isHidden()


@pytest.mark.slow
def test_a_slow_keyring_is_waited_for_in_sight_and_can_be_cancelled(
    page: AwsPage, qtbot: QtBot, ring: MemoryKeyring
) -> None:
    fill(page, AWS_URL, TOKEN)
    ring.answers.clear()
    button(page, "testConnection").click()
    qtbot.waitUntil(lambda: not page.wait.isHidden(), timeout=3_000)
    assert page.wait.code == "waiting-for-keyring"
    assert page.test_button.is_busy
    page.wait.cancel.click()
    assert page.wait.isHidden()
    assert page.test_button.isEnabled()
    assert control(page, "accessToken").text() == TOKEN
    ring.answers.set()


def saved(page: AwsPage) -> None:
    """Save the page's job: only of a saved one the keyring may hold something."""

    async def save(services: Services, _emit: object) -> None:
        services.jobs.save(page.session.draft)

    page.context.tasks.run(Slot.JOB_SAVE, save, on_error=pytest.fail)


def test_a_locked_keyring_is_reported(page: AwsPage, qtbot: QtBot, ring: MemoryKeyring) -> None:
    saved(page)
    ring.trouble = KeyringLocked()
    page.enter()
    qtbot.waitUntil(lambda: not page.trouble.isHidden())
    assert page.trouble.code == "keyring-locked"
    ring.trouble = None
    button(page, "askKeyringAgain").click()
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    assert page.trouble.isHidden()


def test_a_locked_keyring_can_be_left_alone(
    page: AwsPage, qtbot: QtBot, ring: MemoryKeyring, sandbox: SandboxHandle
) -> None:
    saved(page)
    ring.trouble = KeyringLocked()
    page.enter()
    qtbot.waitUntil(lambda: not page.trouble.isHidden())
    button(page, "keepForSession").click()
    assert page.trouble.isHidden()
    fill(page, sandbox.tenant_url, sandbox.token)
    test(page, qtbot)
    assert page.session.found.token_kept == "session"


def test_the_keyring_is_not_asked_about_a_new_job(
    context: PageContext, qtbot: QtBot, ring: MemoryKeyring, sandbox: SandboxHandle
) -> None:
    page = entered(AwsPage(context), qtbot)
    assert ring.asked == 0
    fill(page, sandbox.tenant_url, sandbox.token)
    assert ring.asked == 0
    test(page, qtbot)
    assert ring.asked


def shell(page: AwsPage) -> RememberingShell:
    assert isinstance(page.shell, RememberingShell)
    return page.shell


def test_continue_tests_and_a_passed_test_continues(page: AwsPage, qtbot: QtBot, sandbox: SandboxHandle) -> None:
    assert not any(problem.by_continue for problem in aws_problems(page.session))
    fill(page, sandbox.tenant_url, sandbox.token)
    assert all(problem.by_continue for problem in aws_problems(page.session))
    assert not page.advance()
    qtbot.waitUntil(lambda: page.session.found.connection is not None, timeout=15_000)
    assert shell(page).continued == 1
    assert page.advance()


def test_continue_stays_where_the_test_fails(page: AwsPage, qtbot: QtBot, sandbox: SandboxHandle) -> None:
    fill(page, sandbox.tenant_url, TOKEN)
    assert not page.advance()
    qtbot.waitUntil(lambda: page.session.found.connection is not None, timeout=15_000)
    assert shell(page).continued == 0
    control(page, "accessToken").setText(sandbox.token)
    test(page, qtbot)
    assert page.session.found.connection.passed
    assert shell(page).continued == 0, "only Continue continues"


def test_a_changed_endpoint_during_the_test_does_not_continue(
    page: AwsPage, qtbot: QtBot, sandbox: SandboxHandle
) -> None:
    fill(page, sandbox.tenant_url, sandbox.token)
    assert not page.advance()
    assert [one.by_continue for one in aws_problems(page.session)] == [False], "it is being tested"
    control(page, "tenantUrl").setText(AWS_URL)
    assert [one.by_continue for one in aws_problems(page.session)] == [True]
    qtbot.waitUntil(lambda: page.context.tasks.is_idle, timeout=15_000)
    assert shell(page).continued == 0
    assert page.session.found.connection is None


def test_an_unfinished_token_is_no_token_to_test(page: AwsPage) -> None:
    fill(page, AWS_URL, "short")
    assert [(one.field, one.by_continue) for one in aws_problems(page.session)] == [("accessToken", False)]


@pytest.mark.parametrize("choice", ["setUrlBack", "enterNewToken"])
def test_the_token_of_another_tenant_is_not_sent_but_asked_about(
    page: AwsPage, qtbot: QtBot, ring: MemoryKeyring, sandbox: SandboxHandle, choice: str
) -> None:
    fill(page, sandbox.tenant_url, sandbox.token)
    test(page, qtbot)
    asked = sandbox.requests()["total"]
    control(page, "tenantUrl").setText(sandbox.tenant_url.replace("/scim/v2", "x/scim/v2"))
    test(page, qtbot)
    assert page.trouble.code == "token-of-another-tenant"
    assert sandbox.requests()["total"] == asked
    button(page, choice).click()
    assert page.trouble.isHidden()
    if choice == "setUrlBack":
        assert page.session.draft.target.tenant_url == sandbox.tenant_url
        assert control(page, "tenantUrl").text() == sandbox.tenant_url
    else:
        assert page.session.found.token_kept == ""
        assert control(page, "accessToken").text() == ""


def test_one_can_go_on_without_a_test(page: AwsPage, qtbot: QtBot, ring: MemoryKeyring) -> None:
    assert page.skip_action() is None
    fill(page, AWS_URL, TOKEN)
    way = page.skip_action()
    assert way is not None

    way[1]()
    qtbot.waitUntil(lambda: page.session.found.test_waived)
    assert f"{page.session.draft.id}/aws-token" in ring.kept
    assert page.context.navigator.current.id == "directory"


def test_a_sandbox_fills_both_fields_and_is_tested(
    page: AwsPage, qtbot: QtBot, ring: MemoryKeyring, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    home = home_at(tmp_path / "home")
    address = SandboxAddress(sandbox.tenant_url, sandbox.token)
    use_services(
        page.context,
        Services(home, JobStore(home), SecretStore({}), lambda: address, EntraAccess(home, SecretStore({}))),
    )
    button(page, "useSandbox").click()
    qtbot.waitUntil(lambda: page.session.found.connection is not None, timeout=15_000)
    assert page.session.found.connection is not None
    assert page.session.found.connection.passed
    assert control(page, "tenantUrl").text() == sandbox.tenant_url
    assert page.session.found.token_kept == "session"
    assert ring.kept == {}


def test_a_token_does_not_follow_into_another_job(page: AwsPage, qtbot: QtBot) -> None:
    fill(page, AWS_URL, TOKEN)
    page.session.begin()
    page.enter()
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    assert control(page, "accessToken").text() == ""
    assert control(page, "tenantUrl").text() == ""
