"""Help and about: opened by F1 or the rail, usable by keyboard and screen reader, without blocking the main window."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from anyio import to_thread
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from tests.ui.audit import audit
from tests.ui.walk import Walker
from wizard import __version__
from wizard.app import make_services
from wizard.flow.support.first_tenant import READ_REQUESTS
from wizard.sandbox_process import SandboxProcess
from wizard.ui.about import AboutWindow
from wizard.ui.controller import Controller
from wizard.ui.theme.current import ThemeChoice, apply_theme

THEMES: tuple[ThemeChoice, ...] = ("light", "dark")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    if getattr(request, "param", "") == "a file":
        (tmp_path / "home").write_text("not a folder")
    monkeypatch.setenv("IDENTITY_CENTER_WIZARD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def walker(app: QApplication, home: Path) -> Iterator[Walker]:
    talk = Controller(lambda: make_services(SandboxProcess()))
    talk.begin()
    talk.window.show()
    talk.window.activateWindow()
    yield Walker(talk)
    talk.close()
    talk.window.close()
    talk.window.deleteLater()


def opened(walker: Walker) -> AboutWindow:
    QTest.keyClick(walker.window, Qt.Key.Key_F1)
    about = walker.window.findChild(AboutWindow, "about")
    assert about is not None
    assert about.isVisible()
    walker.until(about.program.copy.isEnabled, "the diagnostics")
    return about


def press(about: AboutWindow, name: str) -> None:
    button = about.findChild(QAbstractButton, name)
    assert button is not None
    assert button.isVisible(), name
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def told(about: AboutWindow) -> str:
    label = about.findChild(QLabel, "aboutNotice")
    assert label is not None
    return label.text()


@pytest.mark.parametrize("theme", THEMES)
def test_every_part_can_be_used_by_keyboard_and_by_ear(walker: Walker, theme: ThemeChoice) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, theme)
    about = opened(walker)
    assert about.width() < 1000
    assert about.height() < 640
    for part in ("guide", "help", "program", "parts"):
        press(about, f"aboutPart.{part}")
        assert audit(about) == []


def test_esc_closes_it_and_the_focus_is_where_it_was(walker: Walker) -> None:
    before = walker.window.focusWidget()
    assert isinstance(before, QWidget)
    about = opened(walker)
    assert about.isAncestorOf(QApplication.focusWidget() or walker.window)
    QTest.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()
    walker.until(before.hasFocus, "the focus")


def test_the_rail_opens_it_too_and_there_is_one(walker: Walker) -> None:
    about = opened(walker)
    about.reject()
    walker.press("helpAndAbout")
    assert about.isVisible()
    assert walker.window.findChildren(AboutWindow) == [about]
    assert walker.window.isEnabled()
    assert not about.isModal()  # a run continues behind it, and can be watched


def test_diagnostics_are_copied_as_they_are_shown(walker: Walker, home: Path) -> None:
    about = opened(walker)
    press(about, "aboutPart.program")
    press(about, "copyDiagnostics")
    copied = QApplication.clipboard().text()
    assert copied == about.program.text.toPlainText()
    assert f"Identity Center Wizard {__version__}" in copied
    assert str(home) not in copied
    assert told(about)


def test_the_places_are_copied_and_opened(walker: Walker, home: Path) -> None:
    class Desktop(QObject):
        """Replaces the desktop's file browser."""

        opened: Path | None = None

        @Slot(QUrl)
        def open(self, url: QUrl) -> None:
            self.opened = Path(url.toLocalFile())

    about = opened(walker)
    press(about, "aboutPart.program")
    press(about, "dataCopy")
    assert QApplication.clipboard().text() == str(home)
    desktop = Desktop()
    QDesktopServices.setUrlHandler("file", desktop, "open")
    try:
        press(about, "logsOpen")
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert desktop.opened == home / "logs"


def test_the_parts_are_listed_with_their_licences(walker: Walker) -> None:
    about = opened(walker)
    rows = {part.name: part for part in about.parts.table.rows.shown_rows()}
    assert rows["httpx"].licence == "BSD-3-Clause"
    assert rows["httpx"].version
    assert not about.parts.open.isVisible()  # from its source each part has its licence with it


@pytest.mark.parametrize("home", ["a file"], indirect=True)
def test_a_home_that_cannot_be_opened_is_reported_and_help_works(walker: Walker) -> None:
    QTest.keyClick(walker.window, Qt.Key.Key_F1)
    about = walker.window.findChild(AboutWindow, "about")
    assert about is not None
    walker.until(lambda: "is a file, not a folder" in told(about), "the sentence")
    press(about, "aboutPart.help")
    assert about.help.isVisible()
    assert not about.program.copy.isEnabled()


def test_the_first_tenant_report_is_read_copied_and_asked_for(walker: Walker) -> None:
    about = opened(walker)
    press(about, "aboutPart.first")
    assert about.first.text.isVisible()
    assert about.first.text.toPlainText().count("?") >= len(READ_REQUESTS)
    assert not about.first.ask.isEnabled(), "without an endpoint there is nobody to ask"
    assert audit(about) == []
    press(about, "copyFirstTenant")
    assert QApplication.clipboard().text() == about.first.text.toPlainText()


def test_help_that_is_opened_again_does_not_drop_what_was_asked(
    walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = opened(walker)
    began, goes_on = Event(), Event()

    async def ask_now(*_arguments: object) -> None:
        began.set()
        await to_thread.run_sync(goes_on.wait)

    monkeypatch.setattr("wizard.flow.support.first_tenant.ask_now", ask_now)
    about.first.ask.setEnabled(True)
    about.first.ask.click()
    assert began.wait(20)
    about.open_beside()
    goes_on.set()
    walker.until(lambda: walker.controller.tasks.is_idle, "the answers")
    assert not about.first.ask.is_busy


def test_it_comes_back_when_its_screen_becomes_smaller(walker: Walker) -> None:
    about = opened(walker)
    space = about.screen().availableGeometry()
    about.move(space.right() - 100, space.bottom() - 100)
    QApplication.processEvents()
    about.screen().availableGeometryChanged.emit(space)
    assert space.contains(about.frameGeometry())
