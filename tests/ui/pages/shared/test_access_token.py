"""The access token on Monitor: its last day, its replacement by a second one, its calendar file."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.sandbox_process import SandboxHandle
from tests.ui.audit import audit
from tests.ui.pages.monitor.test_schedule import shown
from tests.ui.pages.provisioned import WAIT
from tests.ui.pages.stand import home_at
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Job, SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore
from wizard.storage.secret_store import AWS_TOKEN
from wizard.ui.page import PageContext
from wizard.ui.pages.monitor.page import MonitorPage
from wizard.ui.tasks import Slot

FIRST = "a-first-token-0123456789-abcdefghijklmnop"


@pytest.fixture
def job(context: PageContext, tmp_path: Path, sandbox: SandboxHandle) -> Job:
    target = TargetChoice(sandbox.tenant_url, token_made_on=date.today().replace(month=1, day=1).isoformat())
    job = replace(new_draft(), name="Staff", source=SourceChoice("sample"), target=target)
    context.session.begin(job)
    return JobStore(home_at(tmp_path / "home")).save(job).job


def with_first_token(page: MonitorPage, job: Job, token: str, url: str) -> None:
    page.context.tasks.services().secrets.keep_for_session(job.id, AWS_TOKEN, token, url)


def replaced(page: MonitorPage, qtbot: QtBot, token: str) -> None:
    page.token.line.change.click()
    page.token.panel.field.setText(f"  Bearer {token}\n")
    page.token.panel.replace.click()
    qtbot.waitUntil(lambda: not page.context.tasks.is_running(Slot.TOKEN_ROTATION), timeout=WAIT)
    qtbot.waitUntil(lambda: not page.context.tasks.is_running(Slot.HISTORY), timeout=WAIT)


def test_a_second_token_replaces_the_first_and_a_reminder_stays(
    context: PageContext, job: Job, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    page = shown(context, qtbot)
    with_first_token(page, job, sandbox.token, sandbox.tenant_url)
    page.token.line.change.click()
    assert page.token.panel.isVisible()
    assert not page.health.isVisible()
    assert not page.token.panel.replace.isEnabled()
    assert audit(page) == []
    page.token.panel.back.click()
    second = sandbox.second_token()
    replaced(page, qtbot, second)
    assert not page.token.panel.isVisible()
    assert page.token.panel.field.text() == ""
    secrets = context.tasks.services().secrets
    assert secrets.find(job.id, AWS_TOKEN, sandbox.tenant_url) == second
    today = datetime.now(UTC).date().isoformat()
    assert context.session.draft.target.token_made_on == today
    assert context.tasks.services().jobs.find("Staff").target.token_made_on == today
    assert not context.session.edited()


def test_a_token_that_aws_refuses_changes_nothing(
    context: PageContext, job: Job, sandbox: SandboxHandle, qtbot: QtBot
) -> None:
    page = shown(context, qtbot)
    with_first_token(page, job, sandbox.token, sandbox.tenant_url)
    replaced(page, qtbot, FIRST)
    assert page.token.panel.isVisible()
    assert page.token.panel.replace.isEnabled()
    assert context.tasks.services().secrets.find(job.id, AWS_TOKEN, sandbox.tenant_url) == sandbox.token
    assert context.session.draft.target == job.target


def test_the_last_day_goes_to_a_calendar_file(
    context: PageContext, job: Job, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(context, qtbot)
    target = tmp_path / "token.ics"
    monkeypatch.setattr("wizard.ui.pages.shared.access_token.save_file", lambda *_words: target)
    page.token.line.calendar.click()
    qtbot.waitUntil(lambda: not context.tasks.is_running(Slot.CALENDAR_SAVE), timeout=WAIT)
    assert target.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
