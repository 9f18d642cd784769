"""The icon in the notification area: the state of all jobs, a pause of alerts, the window, quit."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from wizard.errors import WizardError
from wizard.messages.translation import _, ngettext
from wizard.ui.formats import day_and_time
from wizard.ui.main_window import Window
from wizard.ui.step_list import PRODUCT
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.current import theme
from wizard.ui.theme.icons import TONE_ICONS, icon, pixmap
from wizard.ui.timers import single_shot

if TYPE_CHECKING:
    from wizard.flow.alerts.background import Overview
    from wizard.flow.services import Services

_MINUTES = 15
"""Between two looks at the jobs; as often as the watcher of the schedules."""
_MOST_JOBS = 12
_LONGEST_NAME = 60
_MOST_IN_TIP = 5
_MILLISECONDS_TO_READ = 15_000
_LOOK_AGAIN = 3_000
"""Milliseconds between two looks whether there is a notification area."""
_WAIT_AT_SIGN_IN = 30_000
"""Milliseconds until a program that was started at sign-in opens its window: panels start later than programs."""
_NO_MARKUP = str.maketrans("<>", "‹›")
"""Desktops show a tool tip that looks like markup as markup."""


def has_tray() -> bool:
    """Whether this desktop has a notification area."""
    return QSystemTrayIcon.isSystemTrayAvailable()


class Tray(QObject):
    """The icon and its menu; looks at the jobs now and then, and sends the alerts that are due."""

    open_asked = Signal()
    quit_asked = Signal()

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.menu = QMenu()
        self.menu.setObjectName("trayMenu")
        self.icon = QSystemTrayIcon(QIcon(pixmap("mark", theme().accent, 64)), self)
        self.icon.setObjectName("tray")
        self.icon.setToolTip(PRODUCT)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self._jobs: list[QAction] = []
        self.state = self.menu.addAction(_("Checking the jobs…"))
        self.state.setObjectName("trayState")
        self.state.setEnabled(False)
        self._end_of_jobs = self.menu.addSeparator()
        self.open = self._action("trayOpen", _("Open {product}").format(product=PRODUCT), self.open_asked.emit)
        self.pause = self._action("trayPause", _("Pause alerts for 8 hours"), self._pause)
        self.pause.setCheckable(True)
        self.menu.addSeparator()
        self.quit = self._action("trayQuit", _("Quit"), self.quit_asked.emit)
        self._timer = QTimer(self)
        self._timer.setInterval(_MINUTES * 60 * 1000)
        self._timer.timeout.connect(self.refresh)

    def begin(self) -> None:
        """Show the icon, and look at the jobs from now on."""
        self.icon.show()
        self._timer.start()
        self.refresh()

    def end(self) -> None:
        """Hide the icon and look no more."""
        self._timer.stop()
        self.icon.hide()

    def refresh(self) -> None:
        """Look at all jobs, and send the alerts that are due."""

        async def work(services: "Services", _emit: Emit) -> "Overview":
            from wizard.flow.alerts.background import look

            return await look(services)

        self._tasks.run(Slot.BACKGROUND, work, on_done=self.show_jobs, on_error=self._failed)

    def show_jobs(self, overview: "Overview") -> None:
        """Show the state of all jobs."""
        for action in self._jobs:
            self.menu.removeAction(action)
            action.deleteLater()
        shown = overview.jobs[:_MOST_JOBS]
        self._jobs = [self._job_action(line.name, line.state, line.tone) for line in shown]
        left_out = len(overview.jobs) - len(shown)
        if left_out:
            more = QAction(ngettext("{n:,} more job", "{n:,} more jobs", left_out).format(n=left_out), self.menu)
            more.triggered.connect(self.open_asked)
            self._jobs.append(more)
        self.menu.insertActions(self._end_of_jobs, self._jobs)
        self.state.setText(overview.sentence)
        self.icon.setToolTip(_tip(overview))
        colours = {"ok": theme().accent, "warn": theme().warn, "bad": theme().bad}
        self.icon.setIcon(QIcon(pixmap("mark", colours[overview.tone], 64)))
        self._show_pause(overview.paused_until)

    def say_how_to_quit(self) -> None:
        """Tell a person who closed the window that the program continues, and how to end it."""
        title = _("{product} is still running").format(product=PRODUCT)
        self.icon.showMessage(title, how_to_quit(), self.icon.icon(), _MILLISECONDS_TO_READ)

    def _job_action(self, name: str, state: str, tone: Tone) -> QAction:
        action = QAction(self._plain(_line(name, state)), self.menu)
        action.setIcon(icon(TONE_ICONS[tone], "text2" if tone == "info" else tone))
        action.triggered.connect(self.open_asked)
        return action

    def _plain(self, text: str) -> str:
        """Return the text of an entry in which no sign means a shortcut.

        Where a panel shows the menu (StatusNotifierItem: no place is known), it is _ that means one. Qt writes it for
        the first & only, and does not double others.
        """
        if sys.platform == "linux" and self.icon.geometry().isEmpty():
            return text.replace("_", "__").replace("&", "&&", 1)
        return text.replace("&", "&&")

    def _pause(self) -> None:
        on = self.pause.isChecked()

        async def work(services: "Services", _emit: Emit) -> str:
            from wizard.flow.alerts.background import pause_alerts

            return await pause_alerts(services, on)

        def done(until: str) -> None:
            self._show_pause(until)
            if not until:
                self.refresh()  # sends what happened meanwhile

        self._tasks.run(Slot.BACKGROUND, work, on_done=done, on_error=self._failed)

    def _show_pause(self, until: str) -> None:
        self.pause.setChecked(bool(until))
        self.pause.setText(
            _("Alerts paused until {time}").format(time=day_and_time(until, place="after"))
            if until
            else _("Pause alerts for 8 hours")
        )

    def _failed(self, error: WizardError) -> None:
        from wizard import messages

        self.state.setText(messages.title(error))

    def _activated(self, why: QSystemTrayIcon.ActivationReason) -> None:
        if why in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_asked.emit()

    def _action(self, name: str, text: str, act: Callable[[], None]) -> QAction:
        action = self.menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(lambda _checked: act())
        return action


def _line(name: str, state: str) -> str:
    """Return a job and its state; no name fills the screen."""
    name = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    return _("{job}: {state}").format(job=name, state=state)


def _tip(overview: "Overview") -> str:
    """Return the text of the icon: all jobs in a sentence, and those that need a person first."""
    lines = [_("{product}: {state}").format(product=PRODUCT, state=overview.sentence)]
    lines += (_line(job.name, job.state) for job in overview.jobs[:_MOST_IN_TIP])
    return "\n".join(lines).translate(_NO_MARKUP)


class Background(QObject):
    """Whether the program continues in the notification area when its window is closed."""

    def __init__(self, tasks: TaskRunner, window: Window, notify: Callable[[str], None]) -> None:
        super().__init__(window)
        self._tasks, self._window, self._notify = tasks, window, notify
        self._save: Callable[[bool], None] = lambda _on: None
        self.is_on = False
        self.tray: Tray | None = None
        self._told = False
        self._looks = QTimer(self)
        self._looks.setInterval(_LOOK_AGAIN)
        self._looks.timeout.connect(self._look_for_area)
        self._patience = single_shot(self, _WAIT_AT_SIGN_IN, self._give_up)
        window.hides_on_close = self._hides
        window.hidden_on_close.connect(self._say_how_to_quit)

    def begin(self, is_on: bool, save: Callable[[bool], None], asked: bool) -> None:
        """Show the icon where that was chosen; `asked`: the program was started to run in the background.

        save: stores a choice, on the background thread; raises WizardError.
        """
        self._save, self.is_on = save, is_on or asked
        if asked and not has_tray():
            self._patience.start()
            self._looks.start()
        elif self.is_on:
            self._show()

    def choose(self, on: bool) -> None:
        """Keep the choice."""
        self.is_on = on
        if on:
            self._show()
        else:
            self._looks.stop()
            if self.tray is not None:
                self.tray.end()
                self.tray = None

        async def work(_services: "Services", _emit: Emit) -> None:
            self._save(on)

        self._tasks.run(Slot.BACKGROUND, work, on_error=self._failed)

    def choose_start(self, on: bool) -> None:
        """Start in the background at each sign-in, or no longer."""

        async def work(services: "Services", _emit: Emit) -> None:
            from wizard.flow.alerts.background import start_at_sign_in

            await start_at_sign_in(services, on)

        self._tasks.run(Slot.BACKGROUND, work, on_error=self._failed)

    def _show(self) -> None:
        if self.tray is not None:
            return
        self._looks.start()
        if not has_tray():
            self._notify(no_tray())
            return
        # The window of a program in the background is often the last one, and hidden.
        QGuiApplication.setQuitOnLastWindowClosed(False)
        self.tray = Tray(self._tasks, self)
        self.tray.open_asked.connect(self._open)
        self.tray.quit_asked.connect(self._quit)
        self.tray.begin()

    def _hides(self) -> bool:
        """Whether closing only hides the window: never without an icon that brings it back."""
        return self.tray is not None and self.is_on and has_tray()

    def _say_how_to_quit(self) -> None:
        if self.tray is not None and not self._told:
            self._told = True
            self.tray.say_how_to_quit()

    def _look_for_area(self) -> None:
        """Show the icon once there is a notification area, however late; show the window where it went away."""
        if self.tray is None and has_tray():
            self._patience.stop()
            self._show()
        elif self.tray is not None and not self._window.isVisible() and not has_tray():
            self._open()
            self._notify(no_tray())

    def _give_up(self) -> None:
        """Open the window: without a notification area nothing would show that the program runs."""
        self._open()
        self._notify(no_tray())

    def _open(self) -> None:
        self._window.show()
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()

    def _quit(self) -> None:
        """Close the window for good; it asks first where something would be lost."""
        hides, self._window.hides_on_close = self._window.hides_on_close, lambda: False
        if self._window.state.running or not self._window.isVisible():
            self._open()  # its question needs a window
        if not self._window.close():
            self._window.hides_on_close = hides

    def _failed(self, error: WizardError) -> None:
        from wizard import messages

        self._notify(messages.text(error))


def how_to_quit() -> str:
    """What a person reads who lets the program run in the background."""
    return _(
        "Closing the window keeps the program running. To quit, open the menu of its icon in the notification area."
    )


def no_tray() -> str:
    """What a person reads where there is no notification area."""
    return _("This desktop has no notification area. The program exits when you close its window.")
