"""The icon in the notification area: its menu, closing the window, starting in the background, no tray at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.flow.alerts.background import JobLine, Overview
from wizard.flow.steps.session import new_draft
from wizard.flow.steps.steps import STEPS
from wizard.storage.health.alert_settings import AlertSettings
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.ui import alerts, tray
from wizard.ui.main_window import ShellState, Window
from wizard.ui.page import PageContext
from wizard.ui.tray import Background, Tray

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    made = Window(STEPS)
    qtbot.addWidget(made)
    made.state = ShellState("plan")
    made.show()
    yield made
    made.hides_on_close = lambda: False
    made.close()


def settle(context: PageContext, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: context.tasks.is_idle, timeout=20_000)


def home_of(tmp_path: Path) -> Home:
    return Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})


def test_the_menu_shows_every_job_and_names_are_plain_text(
    context: PageContext, qtbot: QtBot, tmp_path: Path
) -> None:
    store = JobStore(home_of(tmp_path))
    for name in ("R&D", "Staff"):
        store.save(replace(new_draft(), name=name))
    icon = Tray(context.tasks, context.tasks)
    icon.refresh()
    settle(context, qtbot)
    texts = [action.text() for action in icon.menu.actions()]
    assert any(text.startswith("R&&D: ") for text in texts)
    assert any(text.startswith("Staff: ") for text in texts)
    icon.refresh()
    settle(context, qtbot)
    assert [action.text() for action in icon.menu.actions()] == texts, "each once"
    many = tuple(JobLine(f"Job {number}", "Overdue", "bad") for number in range(30))
    icon.show_jobs(Overview(many, ""))
    assert len(icon.menu.actions()) < 30
    tip = icon.icon.toolTip().splitlines()
    assert len(tip) < 30
    assert tip[1] == icon.menu.actions()[1].text()
    icon.show_jobs(Overview((JobLine("<b>R&D</b>", "Overdue", "bad"),), ""))
    assert "R&D" in icon.icon.toolTip()
    assert "<" not in icon.icon.toolTip(), "a name is no markup"


def test_alerts_are_paused_and_sent_again(context: PageContext, qtbot: QtBot, tmp_path: Path) -> None:
    icon = Tray(context.tasks, context.tasks)
    settings = AlertSettings(home_of(tmp_path))
    icon.pause.trigger()
    settle(context, qtbot)
    assert datetime.fromisoformat(settings.paused_until()) > datetime.now().astimezone()
    assert icon.pause.isChecked()
    icon.pause.trigger()
    settle(context, qtbot)
    assert settings.paused_until() == ""
    assert not icon.pause.isChecked()


def test_closing_the_window_keeps_the_program_by_choice(
    context: PageContext, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray, "has_tray", lambda: True)
    ended: list[bool] = []
    window.closing.connect(lambda: ended.append(True))
    saved: list[bool] = []
    background = Background(context.tasks, window, lambda _sentence: None)
    background.begin(False, saved.append, asked=False)
    assert background.tray is None, "off by default"
    background.choose(True)
    settle(context, qtbot)
    assert saved == [True]
    assert background.tray is not None
    shown: list[str] = []
    monkeypatch.setattr(background.tray.icon, "showMessage", lambda _title, text, *_more: shown.append(text))
    for _ in range(2):
        window.close()
        assert (window.isVisible(), ended) == (False, [])
        background.tray.open.trigger()
        assert window.isVisible()
    assert len(shown) == 1, "it says once how to quit"
    background.tray.quit.trigger()
    assert ended == [True]


def test_quit_that_is_declined_keeps_everything(
    context: PageContext, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray, "has_tray", lambda: True)
    ended: list[bool] = []
    window.closing.connect(lambda: ended.append(True))
    background = Background(context.tasks, window, lambda _sentence: None)
    background.begin(True, lambda _on: None, asked=False)
    window.close()
    window.may_close = lambda: False
    assert background.tray is not None
    background.tray.quit.trigger()
    assert (window.isVisible(), ended) == (True, []), "what would be lost is shown"
    window.close()
    assert (window.isVisible(), ended) == (False, []), "closing only hides it again"
    settle(context, qtbot)


def test_without_a_notification_area_it_says_so(
    context: PageContext, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tray, alerts):
        monkeypatch.setattr(module, "has_tray", lambda: False)
    said: list[str] = []
    monkeypatch.setattr(tray, "_WAIT_AT_SIGN_IN", 50)
    window.hide()
    background = Background(context.tasks, window, said.append)
    background.begin(True, lambda _on: None, asked=True)
    assert background.tray is None
    qtbot.waitUntil(window.isVisible)
    assert len(said) == 1
    ended: list[bool] = []
    window.closing.connect(lambda: ended.append(True))
    beside = QWidget()
    qtbot.addWidget(beside)
    dialog = alerts.AlertsWindow(context.tasks, beside, background)
    dialog.open_for(context.session.draft)
    settle(context, qtbot)
    assert not dialog.keeps_running.isEnabled()
    assert dialog.tray_note.text() == tray.no_tray()
    assert audit(dialog) == []
    dialog.close()
    window.close()
    assert ended == [True], "the program does not vanish without an icon"


@pytest.mark.parametrize("asked", [False, True])
def test_a_panel_that_comes_after_the_program_has_given_up_gets_its_icon(
    context: PageContext, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    there: list[bool] = []
    monkeypatch.setattr(tray, "has_tray", lambda: bool(there))
    monkeypatch.setattr(tray, "_LOOK_AGAIN", 10)
    monkeypatch.setattr(tray, "_WAIT_AT_SIGN_IN", 30)
    said: list[str] = []
    background = Background(context.tasks, window, said.append)
    background.begin(True, lambda _on: None, asked=asked)
    qtbot.waitUntil(lambda: bool(said))
    there.append(True)
    qtbot.waitUntil(lambda: background.tray is not None)
    settle(context, qtbot)
    window.close()
    assert not window.isVisible()
    background.choose(False)
    settle(context, qtbot)
    window.show()
    qtbot.wait(50)
    assert background.tray is None, "switched off, it does not come back"


def test_a_panel_that_starts_after_the_program_gets_its_icon(
    context: PageContext, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[bool] = []
    monkeypatch.setattr(tray, "has_tray", lambda: bool(there))
    monkeypatch.setattr(tray, "_LOOK_AGAIN", 10)
    said: list[str] = []
    window.hide()
    background = Background(context.tasks, window, said.append)
    background.begin(False, lambda _on: None, asked=True)
    qtbot.wait(50)
    assert (background.tray, window.isVisible()) == (None, False)
    there.append(True)
    qtbot.waitUntil(lambda: background.tray is not None)
    assert (window.isVisible(), said) == (False, [])
    settle(context, qtbot)
    there.clear()
    qtbot.waitUntil(window.isVisible)
    assert len(said) == 1, "without the area, a hidden window could not be reached"
    ended: list[bool] = []
    window.closing.connect(lambda: ended.append(True))
    window.close()
    assert ended == [True]


def test_the_choices_are_made_in_alerts(
    context: PageContext, window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for module in (tray, alerts):
        monkeypatch.setattr(module, "has_tray", lambda: True)
    saved: list[bool] = []
    background = Background(context.tasks, window, lambda _sentence: None)
    background.begin(False, saved.append, asked=False)
    beside = QWidget()
    qtbot.addWidget(beside)
    dialog = alerts.AlertsWindow(context.tasks, beside, background)
    dialog.open_for(context.session.draft)
    settle(context, qtbot)
    entry = tmp_path / "config" / "autostart" / "identity-center-wizard.desktop"
    assert not dialog.keeps_running.isChecked()
    assert not dialog.at_sign_in.isChecked()
    dialog.keeps_running.click()
    dialog.at_sign_in.click()
    settle(context, qtbot)
    assert saved == [True]
    assert "--background" in entry.read_text()
    dialog.at_sign_in.click()
    settle(context, qtbot)
    assert not entry.exists()
    dialog.close()
