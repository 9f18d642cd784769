"""Step 3, Single sign-on, with a tenant on this computer."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from tests.aws.test_saml_metadata import ACS, ACS_4, aws_file, microsoft_file
from tests.entra_process import PRINCIPAL, EntraHandle, answer_browser, running_entra
from tests.ui.audit import audit
from wizard.aws.saml_metadata import read_identity_provider
from wizard.aws.session_tags import AccessAttribute
from wizard.directory import DirectorySnapshot, DirectoryUser
from wizard.provisioning.job import EntraChoice, SourceChoice, TargetChoice
from wizard.ui.page import PageContext
from wizard.ui.pages.sign_on import page as page_module
from wizard.ui.pages.sign_on.page import SignOnPage

pytestmark = pytest.mark.usefixtures("app")

PORTAL = "https://d-99672f7aa0.awsapps.com/start"


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        yield handle


@pytest.fixture
def page(context: PageContext, entra: EntraHandle, qtbot: QtBot) -> SignOnPage:
    """The page of a job whose person is signed in with permissions to read."""
    choice = EntraChoice(
        "sandbox",
        entra.authority.rpartition("/")[2],
        entra.client_id,
        authority=entra.authority,
        graph_url=entra.graph_url,
        application_id=PRINCIPAL,
    )
    session = context.session
    session.draft = replace(session.draft, source=replace(SourceChoice("entra"), entra=choice))
    session.found.token_kept = "session"
    people = (
        DirectoryUser("1", True, {"userPrincipalName": "ann@tidewater.example", "mail": "ann@tidewater.example"}),
        DirectoryUser("2", True, {"userPrincipalName": "bob@tidewater.example", "mail": "bo@tidewater.example"}),
    )
    session.found.snapshot = DirectorySnapshot(people)
    made = SignOnPage(context)
    qtbot.addWidget(made)
    made.resize(888, 700)
    made.show()
    made.requests.open_page = lambda url: bool(answer_browser(url))
    made.requests.again = None
    made.requests.run(
        page_module.Message("waiting-for-microsoft"),
        lambda services, emit: services.entra.sign_in(session.draft, emit, session_only=True),
        lambda _signed_in: None,
    )
    settle(made, qtbot)
    made.enter()
    return made


def settle(page: SignOnPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.tasks.is_idle, timeout=20_000)


def drop(page: SignOnPage, qtbot: QtBot, folder: Path, content: bytes) -> None:
    path = folder / "metadata.xml"
    path.write_bytes(content)
    page.drop.dropped.emit(str(path))
    settle(page, qtbot)


def test_continue_leaves_nothing_behind_that_was_typed(page: SignOnPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.values.url.setText("d-1234567890.awsapps.com/start")
    assert page.advance(), "without metadata the step is left out"
    drop(page, qtbot, tmp_path, aws_file())
    for field, text, code in (
        (page.values.url, "d-1234567890.awsapps.com/start", "sign-on-url-not-https"),
        (page.values.reminders, "somebody", "reminder-not-an-address"),
    ):
        page.values.url.setText(PORTAL)
        field.setText(text)
        assert not page.advance(), "it is compared first"
        settle(page, qtbot)
        assert page.requests.trouble.code == code
        assert not page.advance()
        assert field.hasFocus()
    page.values.reminders.setText("a@tidewater.example")
    assert not page.advance()
    settle(page, qtbot)
    plan = page.session.found.sign_on
    assert plan is not None
    assert plan.changes, "the next press writes it"


def test_a_dropped_file_fills_the_values_and_continue_writes_them(
    page: SignOnPage, entra: EntraHandle, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.advance(), "without metadata the step is left out"
    assert audit(page) == []
    drop(page, qtbot, tmp_path, aws_file())
    page.values.url.setText(PORTAL)
    page.values.reminders.setText("a@tidewater.example, b@tidewater.example")
    page._take_fields()
    settle(page, qtbot)
    plan = page.session.found.sign_on
    assert plan is not None
    assert len(plan.changes) == 6
    assert audit(page) == []
    assert not page.save.isEnabled()
    assert not page.advance()
    settle(page, qtbot)
    # A person who may only read is asked to allow more; then the writing continues.
    allow = page.requests.trouble.buttons[0]
    assert allow.objectName() == "allowMore"
    allow.click()
    settle(page, qtbot)
    principal = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")
    assert (principal["preferredSingleSignOnMode"], principal["loginUrl"]) == ("saml", PORTAL)
    assert principal["notificationEmailAddresses"] == ["a@tidewater.example", "b@tidewater.example"]
    registration = entra.ask("GET", f"/applications?$filter=appId eq '{principal['appId']}'")["value"][0]
    assert registration["web"]["redirectUris"] == [ACS, ACS_4]
    assert page.session.draft.sign_on.written_on
    assert page.advance(), "nothing is left to write"
    saved = tmp_path / "entra-id-metadata.xml"
    monkeypatch.setattr(page_module, "save_file", lambda *_: saved)
    page.save.click()
    settle(page, qtbot)
    thumbprint = principal["preferredTokenSigningKeyThumbprint"]
    assert thumbprint in read_identity_provider(saved.read_bytes()).thumbprints
    assert page.limits.state == "ok"


def test_a_host_that_is_not_awss_waits_for_its_box(page: SignOnPage, qtbot: QtBot, tmp_path: Path) -> None:
    drop(page, qtbot, tmp_path, aws_file(acs=("https://sign-in.example.net/acs",)))
    assert page.warnings.cards["sign-on-host-unknown"].isVisible()
    assert not page.advance()
    assert page.tasks.is_idle, "nothing was sent"
    page.warnings.boxes["sign-on-host-unknown"].click()
    assert page.session.found.sign_on_accepted == {"sign-on-host-unknown"}
    assert audit(page) == []


def test_a_wrong_file_says_what_it_is_and_changes_nothing(page: SignOnPage, qtbot: QtBot, tmp_path: Path) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    before = page.session.draft
    drop(page, qtbot, tmp_path, microsoft_file())
    assert page.session.draft == before
    assert page.drop.code == "saml-metadata-of-identity-provider"


def test_ticks_of_the_console_are_kept_with_the_job(page: SignOnPage, qtbot: QtBot, tmp_path: Path) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    plan = page.session.found.sign_on
    box = page.findChild(QCheckBox, "console.accept")
    assert box is not None
    box.click()
    assert page.session.draft.sign_on.console_steps == ("download", "accept")
    assert page.session.found.sign_on is plan
    page.refresh()
    assert box.isChecked()


def test_each_warning_has_a_box_of_its_own(
    page: SignOnPage, entra: EntraHandle, qtbot: QtBot, tmp_path: Path
) -> None:
    entra.ask("PATCH", f"/servicePrincipals/{PRINCIPAL}", {"preferredSingleSignOnMode": "password"})
    drop(page, qtbot, tmp_path, aws_file(acs=("https://sign-in.example.net/acs",)))
    assert list(page.warnings.boxes) == ["sign-on-host-unknown", "sign-on-mode-replaced"]
    page.warnings.boxes["sign-on-host-unknown"].click()
    assert not page.advance()
    settle(page, qtbot)
    assert entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["preferredSingleSignOnMode"] == "password"
    # A new file is a new question.
    drop(page, qtbot, tmp_path, aws_file(acs=("https://other.example.net/acs",)))
    assert page.session.found.sign_on_accepted == frozenset()
    assert not page.warnings.boxes["sign-on-host-unknown"].isChecked()


def add_attribute(page: SignOnPage, at: int, key: str, attribute: str) -> None:
    card = page.attributes
    if card.add.isHidden() or not card.add.isVisible():
        card.more.click()
    while len(card._rows) <= at:
        card.add.click()
    row = card._rows[at]
    row.key.setText(key)
    row.key.textEdited.emit(key)
    row.source.show_value(attribute)
    row.source.chosen.emit(attribute)


def test_attributes_are_chosen_checked_written_and_removed(
    page: SignOnPage, entra: EntraHandle, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    add_attribute(page, 0, "Department", "department")
    settle(page, qtbot)
    assert page.session.draft.sign_on.attributes == (AccessAttribute("Department", "department"),)
    assert audit(page) == []
    # Reading claims policies needs a permission of its own.
    assert page.requests.trouble.buttons[0].objectName() == "allowMore"
    page.requests.trouble.buttons[0].click()
    settle(page, qtbot)
    assert page.tags.state == "warn", "nobody here has a department"
    assert list(page.warnings.boxes) == ["portal-claims-overridden"]
    assert audit(page) == []
    page.warnings.boxes["portal-claims-overridden"].click()
    assert not page.advance()
    settle(page, qtbot)
    policies = f"/servicePrincipals/{PRINCIPAL}/claimsMappingPolicies"
    assert len(entra.ask("GET", policies)["value"]) == 1
    assert page.advance()
    box = page.findChild(QCheckBox, "console.attributes")
    assert box is not None
    assert box.isVisible()
    # Two keys that AWS takes for the same: the page stays, and the job keeps what was right.
    add_attribute(page, 1, "department", "city")
    assert not page.advance()
    assert not page.attributes._rows[1].problem.isHidden()
    assert len(page.session.draft.sign_on.attributes) == 1
    page.attributes._rows[1].remove.click()
    page.attributes._rows[0].remove.click()
    settle(page, qtbot)
    assert page.session.draft.sign_on.attributes == ()
    assert not page.advance(), "the policy is removed at Microsoft first"
    settle(page, qtbot)
    assert entra.ask("GET", policies)["value"] == []
    assert not page.session.draft.sign_on.may_have_policy
    assert page.advance()


def test_a_row_that_is_being_filled_is_no_problem_until_continue(
    page: SignOnPage, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    add_attribute(page, 0, "Department", "")
    page._take_fields()
    row = page.attributes._rows[0]
    assert row.problem.isHidden()
    assert page.session.draft.sign_on.attributes == ()
    assert not page.advance()
    assert not row.problem.isHidden()
    # Another job begins with an empty table.
    page.session.draft = replace(page.session.draft, id=str(uuid.uuid4()))
    page.enter()
    settle(page, qtbot)
    assert page.attributes.attributes == ()
    assert not page.session.draft.sign_on.may_have_policy


def test_a_second_continue_while_writing_sends_nothing(
    page: SignOnPage, entra: EntraHandle, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    page.advance()
    settle(page, qtbot)
    page.requests.trouble.buttons[0].click()
    settle_signed_in = page.tasks.is_idle
    assert not settle_signed_in
    for _ in range(3):
        assert not page.advance()
    settle(page, qtbot)
    keys = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}?$select=keyCredentials")["keyCredentials"]
    assert len([each for each in keys if each["usage"] == "Verify"]) == 1


def of_several(first: bytes, second: bytes) -> bytes:
    one, other = (each.partition(b"?>")[2] for each in (first, second))
    return b'<a xmlns="urn:oasis:names:tc:SAML:2.0:metadata">' + one + other + b"</a>"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "saml-metadata-unreadable"),
        (aws_file() + b" " * 5_000_000, "saml-metadata-unreadable"),
        (
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
            "saml-metadata-with-document-type",
        ),
        (of_several(aws_file(), aws_file(acs=("https://x.example/acs",))), "saml-metadata-of-several"),
        (aws_file(acs=("http://eu-central-1.signin.aws/acs",)), "saml-address-not-https"),
        (aws_file(issuer="javascript:alert(1)"), "saml-address-not-https"),
    ],
)
def test_a_file_that_is_not_awss_changes_nothing(
    page: SignOnPage, qtbot: QtBot, tmp_path: Path, content: bytes, code: str
) -> None:
    before = page.session.draft
    drop(page, qtbot, tmp_path, content)
    assert page.drop.code == code
    assert page.session.draft == before
    assert audit(page) == []
    drop(page, qtbot, tmp_path, aws_file())
    assert page.drop.code == ""
    assert page.session.draft.sign_on.issuer


def test_a_folder_or_a_pipe_is_no_metadata(page: SignOnPage, qtbot: QtBot, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe):
        page.drop.dropped.emit(str(path))
        settle(page, qtbot)
        assert page.drop.code == "saml-metadata-unreadable"
    page.drop.dropped.emit(str(tmp_path / "gone.xml"))
    settle(page, qtbot)
    assert page.drop.code == "saml-file-not-read"


def test_another_instance_than_the_one_that_is_provisioned_must_be_accepted(
    page: SignOnPage, qtbot: QtBot, tmp_path: Path
) -> None:
    target = TargetChoice("https://scim.us-east-1.amazonaws.com/T/scim/v2")
    page.session.draft = replace(page.session.draft, target=target)
    page.values.url.setText("https://d-1111111111.awsapps.com/start")
    drop(page, qtbot, tmp_path, aws_file())
    page._take_fields()
    settle(page, qtbot)
    assert list(page.warnings.boxes) == ["sign-on-of-other-region", "sign-on-url-of-other-instance"]
    assert not page.advance()
    page.values.url.setText(PORTAL)
    page._take_fields()
    settle(page, qtbot)
    assert list(page.warnings.boxes) == ["sign-on-of-other-region"]


def allowed(page: SignOnPage, qtbot: QtBot) -> None:
    """Press Continue, and let the person allow more."""
    assert not page.advance()
    settle(page, qtbot)
    if page.requests.trouble.buttons and page.requests.trouble.buttons[0].objectName() == "allowMore":
        page.requests.trouble.buttons[0].click()
        settle(page, qtbot)


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("PATCH /applications/{id}", 403),
        ("PATCH /applications/{id}", 409),
        ("POST /servicePrincipals/{id}/addTokenSigningCertificate", 403),
        ("POST /servicePrincipals/{id}/addTokenSigningCertificate", 409),
    ],
)
def test_a_refused_setup_continues_where_it_ended(
    page: SignOnPage, entra: EntraHandle, qtbot: QtBot, tmp_path: Path, call: str, status: int
) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    entra.set(fail={call: [status]})
    allowed(page, qtbot)
    assert page.requests.trouble.isVisible()
    assert not page.session.draft.sign_on.written_on
    allowed(page, qtbot)
    assert page.session.draft.sign_on.written_on
    principal = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")
    assert len([key for key in principal["keyCredentials"] if key["usage"] == "Verify"]) == 1
    assert page.session.found.sign_on is not None
    assert page.session.found.sign_on.changes == ()


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_trouble_at_microsoft_is_waited_for(
    page: SignOnPage, entra: EntraHandle, qtbot: QtBot, tmp_path: Path, status: int
) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    entra.set(fail={"PATCH /applications/{id}": [status], "PATCH /servicePrincipals/{id}": [status]})
    allowed(page, qtbot)
    assert page.session.draft.sign_on.written_on


def test_a_cancelled_setup_continues_where_it_ended(
    page: SignOnPage, entra: EntraHandle, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    entra.set(throttle=3, retry_after=1)
    assert not page.advance()
    page.requests.waiting.cancel.click()
    settle(page, qtbot)
    assert page.requests.waiting.isHidden()
    entra.set(throttle=0)
    allowed(page, qtbot)
    assert page.session.draft.sign_on.written_on


def test_what_another_window_wrote_meanwhile_is_shown_before_it_is_replaced(
    page: SignOnPage, entra: EntraHandle, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    page.values.url.setText(PORTAL)
    page._take_fields()
    settle(page, qtbot)
    other = {"loginUrl": "https://other.awsapps.com/start"}
    entra.ask("PATCH", f"/servicePrincipals/{PRINCIPAL}", other)
    allowed(page, qtbot)
    assert page.requests.trouble.isVisible()
    assert entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["loginUrl"] == other["loginUrl"]
    plan = page.session.found.sign_on
    assert plan is not None
    assert next(each.before for each in plan.differences if each.setting == "sign-on-url") == (other["loginUrl"],)
    allowed(page, qtbot)
    assert entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}")["loginUrl"] == PORTAL


def test_metadata_that_cannot_be_saved_says_so_and_nothing_about_its_limits(
    page: SignOnPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(page, qtbot, tmp_path, aws_file())
    allowed(page, qtbot)
    assert page.save.isEnabled()
    (tmp_path / "folder").mkdir()
    for chosen in (tmp_path / "gone" / "metadata.xml", tmp_path / "folder", None):
        monkeypatch.setattr(page_module, "save_file", lambda *_, chosen=chosen: chosen)
        page.save.click()
        settle(page, qtbot)
        assert not page.save.is_busy
        assert page.limits.state == "untried"
    assert page.requests.trouble.isVisible()
    monkeypatch.setattr(page_module, "save_file", lambda *_: tmp_path / "saved.xml")
    page.save.click()
    page.save.click()
    settle(page, qtbot)
    assert page.limits.state == "ok"


def test_who_could_not_sign_in_is_named(page: SignOnPage, qtbot: QtBot) -> None:
    settle(page, qtbot)
    assert page.name_id.state == "ok"
    users = tuple(
        replace(row, source="mail") if row.target == "userName" else row
        for row in page.session.draft.mappings.users
    )
    draft = page.session.draft
    page.session.answer(replace(draft, mappings=replace(draft.mappings, users=users)))
    page.enter()
    settle(page, qtbot)
    assert page.name_id.state == "bad"
    assert page.who.isVisible()
