"""The schedule on Monitor: a line in the card, and what it opens; systemctl is a stand-in that keeps what it was told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.systemctl_stand_in import Systemctl, stand_in
from tests.ui.audit import audit
from tests.ui.pages.provisioned import WAIT
from tests.ui.pages.stand import home_at
from wizard import messages
from wizard.errors import Message
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Job, SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore
from wizard.ui.page import PageContext
from wizard.ui.pages.monitor.page import MonitorPage
from wizard.ui.tasks import Slot


@pytest.fixture
def systemctl(tmp_path: Path) -> Iterator[Systemctl]:
    with stand_in(tmp_path) as made:
        yield made


@pytest.fixture
def job(context: PageContext, tmp_path: Path) -> Job:
    job = replace(new_draft(), name="Staff", source=SourceChoice("sample"))
    context.session.begin(job)
    return JobStore(home_at(tmp_path / "home")).save(job).job


def shown(context: PageContext, qtbot: QtBot, width: int = 888, height: int = 695) -> MonitorPage:
    page = MonitorPage(context)
    qtbot.addWidget(page)
    page.resize(width, height)
    page.show()
    page.enter()
    qtbot.waitUntil(
        lambda: bool(page.health.title) and not context.tasks.is_running(Slot.SCHEDULE_READ), timeout=WAIT
    )
    qtbot.waitUntil(lambda: not context.tasks.is_running(Slot.LOG_COUNTS), timeout=WAIT)
    return page


def opened(page: MonitorPage, qtbot: QtBot) -> None:
    page.schedule.line.change.click()
    ready(page, qtbot)


def ready(page: MonitorPage, qtbot: QtBot) -> None:
    worker = page.context.tasks
    qtbot.waitUntil(
        lambda: not worker.is_running(Slot.SCHEDULE_OFFER) and not worker.is_running(Slot.SCHEDULE_TOKEN),
        timeout=WAIT,
    )


def settled(page: MonitorPage, qtbot: QtBot) -> None:
    tasks = page.context.tasks
    slots = (Slot.SCHEDULE_READ, Slot.SCHEDULE_CHANGE)
    qtbot.waitUntil(lambda: not any(map(tasks.is_running, slots)), timeout=WAIT)


def test_from_by_hand_to_a_schedule_and_back(
    context: PageContext, job: Job, systemctl: Systemctl, qtbot: QtBot
) -> None:
    page = shown(context, qtbot)
    line, panel = page.schedule.line, page.schedule.panel
    assert line.words == "Not scheduled"
    assert audit(page) == []
    opened(page, qtbot)
    assert panel.minutes == 40
    assert "enable-linger" in panel.notes
    assert panel.findChild(QWidget, "scheduleTokenNote").isVisible()
    assert "OnCalendar=*-*-* 00/2:00,40:00 UTC\n" in panel.text.text.toPlainText()
    assert audit(page) == []
    assert (systemctl.asked, systemctl.files) == ([], [])
    QTest.keyClick(panel.install, Qt.Key.Key_Space)
    settled(page, qtbot)
    assert set(systemctl.files) == {".service", ".timer"}
    assert line.words.startswith("Every 40 minutes, next ")
    assert page.log.isVisible()
    assert not panel.isVisible()
    opened(page, qtbot)
    assert panel.remove.isVisible()
    assert audit(page) == []
    panel.remove.click()
    settled(page, qtbot)
    assert systemctl.files == []
    assert line.words == "Not scheduled"


def test_the_shown_files_are_written(context: PageContext, job: Job, systemctl: Systemctl, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    panel = page.schedule.panel
    opened(page, qtbot)
    panel.interval.setCurrentIndex(panel.interval.findText("Every 12 hours"))
    panel.interval.activated.emit(panel.interval.currentIndex())
    assert not panel.install.isEnabled(), "what was not shown cannot be installed"
    ready(page, qtbot)
    assert not panel.text.isVisible()
    page.findChild(QPushButton, "scheduleDetails").click()
    texts = []
    for name in ("Timer", "Service", "Commands"):
        page.findChild(object, f"scheduleParts.{name}").click()  # type: ignore[attr-defined]
        panel.text.copy.click()
        assert QGuiApplication.clipboard().text() == panel.text.text.toPlainText()
        texts.append(panel.text.text.toPlainText())
    panel.install.click()
    settled(page, qtbot)
    standing = [path for path in sorted(systemctl.units.glob("*.[st]*")) if "watcher" not in path.name]
    assert [path.read_text("utf-8") for path in standing if path.is_file()] == [texts[1], texts[0]]
    assert [f"systemctl {line}" for line in systemctl.asked] == texts[2].splitlines()


def test_a_missing_credential_blocks_the_schedule(
    context: PageContext, job: Job, systemctl: Systemctl, qtbot: QtBot
) -> None:
    page = shown(context, qtbot)
    panel = page.schedule.panel
    opened(page, qtbot)
    assert panel.install.isEnabled()
    panel.tokens.findChild(object, "scheduleToken.credential").click()  # type: ignore[attr-defined]
    ready(page, qtbot)
    assert panel.missing.isVisible()
    assert not panel.install.isEnabled()
    assert panel.text.part == "Missing"
    assert panel.text.text.toPlainText().startswith("systemd-ask-password 'Access token:' | ")
    assert audit(page) == []
    panel.tokens.findChild(object, "scheduleToken.keyring").click()  # type: ignore[attr-defined]
    ready(page, qtbot)
    assert panel.install.isEnabled()
    assert panel.text.part == "Timer"


def test_a_refusal_of_the_system_is_shown_in_the_page(
    context: PageContext, job: Job, systemctl: Systemctl, qtbot: QtBot
) -> None:
    page = shown(context, qtbot)
    opened(page, qtbot)
    systemctl.refuse()
    page.schedule.panel.install.click()
    settled(page, qtbot)
    message = page.findChild(object, "scheduleMessage")
    assert "No medium found" in message.text  # type: ignore[attr-defined]
    assert page.schedule.panel.isVisible()
    assert page.schedule.panel.install.isEnabled()
    page.findChild(QPushButton, "closeSchedule").click()
    assert page.findChild(object, "scheduleMessage") is None
    assert page.health.isVisible()


def test_a_run_that_failed_is_seen(context: PageContext, job: Job, systemctl: Systemctl, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    opened(page, qtbot)
    page.schedule.panel.install.click()
    settled(page, qtbot)
    systemctl.last_run_ended(5)
    page.enter()
    settled(page, qtbot)
    assert messages.text(Message("scheduled-run-ended", exit_code=5)) in page.schedule.line.words


def test_where_there_is_no_systemd_it_says_so(
    context: PageContext, job: Job, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    page = shown(context, qtbot)
    assert messages.title(Message("no-scheduler")) in page.schedule.line.words
    assert not page.schedule.line.change.isVisible()


@pytest.mark.parametrize(("width", "height"), [(888, 695), (768, 575)])
def test_nothing_is_clipped(
    context: PageContext, job: Job, systemctl: Systemctl, qtbot: QtBot, width: int, height: int
) -> None:
    page = shown(context, qtbot, width, height)
    page.set_narrow(width < 800)
    opened(page, qtbot)
    page.schedule.panel.tokens.findChild(object, "scheduleToken.credential").click()  # type: ignore[attr-defined]
    ready(page, qtbot)
    assert audit(page) == []


def test_escape_closes_the_panel(context: PageContext, job: Job, systemctl: Systemctl, qtbot: QtBot) -> None:
    page = shown(context, qtbot)
    opened(page, qtbot)
    assert page.schedule.is_open
    QTest.keyClick(page.schedule.panel.interval, Qt.Key.Key_Escape)
    assert not page.schedule.is_open


def test_a_job_that_is_opened_again_shows_no_panel_of_before(
    context: PageContext, job: Job, systemctl: Systemctl, qtbot: QtBot
) -> None:
    page = shown(context, qtbot)
    opened(page, qtbot)
    page.leave()
    page.enter()
    assert page.schedule.is_open, "another step was looked at"
    context.session.begin(job)
    page.enter()
    assert not page.schedule.is_open


def test_in_a_trial_there_is_nothing_to_repeat(context: PageContext, systemctl: Systemctl, qtbot: QtBot) -> None:
    context.trial = True
    page = shown(context, qtbot)
    assert not page.schedule.line.isVisible()


def test_a_job_for_this_session_only_is_saved_where_a_schedule_needs_it(
    context: PageContext, systemctl: Systemctl, tmp_path: Path, qtbot: QtBot
) -> None:
    target = TargetChoice(
        "https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c-4e5c-91b9-8ca1bb1faf7b/scim/v2"
    )
    context.session.begin(replace(new_draft(), name="Staff", source=SourceChoice("sample"), target=target))
    context.session.found.token_kept = "session"
    page = shown(context, qtbot)
    opened(page, qtbot)
    assert not page.schedule.panel.install.isEnabled()
    page.findChild(QPushButton, "saveForSchedule").click()
    qtbot.waitUntil(page.schedule.panel.install.isEnabled, timeout=WAIT)
    assert JobStore(home_at(tmp_path / "home")).path_of(context.session.draft.id) is not None
    assert not context.session.is_session_only
    assert page.findChild(object, "scheduleMessage") is None


def test_a_sandbox_that_ends_with_the_window_has_no_schedule(
    context: PageContext, systemctl: Systemctl, qtbot: QtBot
) -> None:
    target = TargetChoice("http://127.0.0.1:8080/f3vd2aa29dc/scim/v2")
    context.session.begin(replace(new_draft(), source=SourceChoice("sample"), target=target))
    context.session.found.token_kept = "session"
    page = shown(context, qtbot)
    assert not page.schedule.line.isVisible()
