"""Every page as it is after a run of the sample company: its focus is seen, it fits, and it waits for no disk."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from tests.ui import fit, gallery
from tests.ui.disk import touches
from wizard.ui.main_window import Window
from wizard.ui.theme.current import ThemeChoice, apply_theme, current_theme, theme
from wizard.ui.window_settings import WindowSettings

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IDENTITY_CENTER_WIZARD_HOME", str(tmp_path))
    return tmp_path


def both_themes(app: QApplication) -> Iterator[str]:
    """Each theme, the one in use first: a change polishes every widget of the window again."""
    choices: tuple[ThemeChoice, ...] = ("light", "dark")
    for choice in choices if current_theme().choice == "light" else choices[::-1]:
        if choice != current_theme().choice:
            apply_theme(app, choice)
        yield choice


def test_every_list_and_menu_has_the_colours_of_the_theme_and_no_tip_is_wide_or_markup(
    app: QApplication, home: Path
) -> None:
    found, seen = [], set()
    with gallery.trial(home) as walker:
        for page in gallery.visit(walker):
            found += [f"{page}: {complaint}" for complaint in fit.bad_tips(walker.window)]
            for choice in both_themes(app):
                for name, popup in gallery.popups(walker.controller.page):
                    QApplication.processEvents()
                    seen.add(name)
                    if fit.ground(popup) not in (theme().base, theme().sel):
                        found.append(f"{page} {choice}: {name} is on {fit.ground(popup)}")
    assert not found, "\n".join(found)
    assert {"logActions", "logRun"} < seen


def test_the_focus_is_seen_on_every_stop_in_both_themes(app: QApplication, home: Path) -> None:
    found = []
    with gallery.trial(home) as walker:
        for page in gallery.visit(walker):
            walker.settle(50)
            for choice in both_themes(app):
                found += [f"{page} {choice}: {complaint}" for complaint in fit.unseen_stops(walker.window)]
    assert not found, "\n".join(found)


class Windows(QObject):
    """What is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if is_shown and not isinstance(watched, Window | QDialog):
            self.shown.append(fit.who(watched))
        return False


def test_no_part_of_a_page_is_a_window_for_a_moment(app: QApplication, home: Path) -> None:
    """Shown before it has a parent, it flashes up on the desktop and takes the focus away."""
    windows = Windows()
    app.installEventFilter(windows)
    try:
        with gallery.trial(home) as walker:
            for _page in gallery.visit(walker):
                walker.settle(50)
    finally:
        app.removeEventFilter(windows)
    assert not windows.shown


def test_no_page_asks_disk_or_network_on_the_gui_thread(app: QApplication, home: Path) -> None:
    with touches() as found, gallery.trial(home) as walker:
        for page in gallery.visit(walker):
            found.append(f"{page}:")
            for _name, _popup in gallery.popups(walker.controller.page):
                pass
            if page == gallery.PAGES[0]:
                gallery.draw_about(walker, home, "light")
    assert [what for what in found if not what.endswith(":")] == [], "\n".join(found)


def test_what_the_gui_thread_asks_of_the_disk_is_noticed(home: Path) -> None:
    settings = WindowSettings(home, lambda _folder: None)
    with touches() as found:
        settings.background()
        thread = Thread(target=settings.background)
        thread.start()
        thread.join()
    assert len(found) == 1


@pytest.mark.parametrize(
    ("size", "screens"),
    [
        (9, ("1366x768@100", "1280x720@200", "3840x2160@150")),
        (18, ("1366x768@100", "1920x1080@150", "1280x720@150")),
    ],
)
def test_every_page_fits(app: QApplication, home: Path, size: int, screens: tuple[str, ...]) -> None:
    found = []
    with fit.points(app, size), gallery.trial(home) as walker:
        for page in gallery.visit(walker):
            for screen in screens:
                fit.place(walker.window, screen)
                found += [f"{page} on {screen}: {complaint}" for complaint in fit.complaints(walker.window)]
            fit.place(walker.window, "ordinary")
    assert not found, "\n".join(found)
