"""Starts Qt and shows the window: first an empty one, then the controller and the first page are imported into it.

Imports behind the empty window take as long as Qt itself on a slow computer.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from wizard.errors import Message
from wizard.flow.steps.steps import NOTHING_SAVED, STEPS, UNNAMED
from wizard.messages.translation import _, use_language
from wizard.ui.language import apply_language
from wizard.ui.main_window import ShellState, Window
from wizard.ui.theme.current import apply_theme
from wizard.ui.widgets import files
from wizard.ui.window_settings import WindowSettings

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.ui.controller import Controller

_log = logging.getLogger(__name__)

_EXPOSE_MILLISECONDS = 200
"""Longest wait until the system has shown the window; a window that begins minimised is never exposed."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the composition root passes to the window."""

    make_services: "Callable[[], Services]"
    """Called once, on the background thread."""
    trial: bool
    """Start with the sample company and a sandbox."""
    settings: WindowSettings
    hidden: bool = False
    """Begin in the notification area, without a window."""
    ready: Callable[[], None] = lambda: None
    """Called when the first page is shown."""


def open_window(start: Start) -> int:
    """Show the window until it is closed; returns the exit code."""
    application = _qt_application()
    application.setApplicationName("identity-center-wizard")
    application.setApplicationDisplayName("Identity Center Wizard")
    application.setDesktopFileName("identity-center-wizard")
    language = start.settings.language()
    apply_language(application, language)
    apply_theme(application, start.settings.theme())
    window = Window(STEPS)
    start.settings.restore_geometry(window)
    files.start_in(start.settings.folder())
    views = start.settings.views()
    window.step_list.appearance.language = language
    window.closing.connect(lambda: start.settings.save_at_close(window, files.last_folder(), views))
    window.closing.connect(application.quit)
    window.show_frame(_opening())
    if not start.hidden:
        window.show()
        _wait_until_painted(application, window)
        if not window.isVisible():
            return 0  # closed already: nothing would end the event loop
    controller = _begin(start, window, views)
    settings = start.settings
    controller.background.begin(settings.background(), settings.save_background, asked=start.hidden)
    start.ready()
    code = application.exec()
    controller.close()
    return code


def _opening() -> ShellState:
    """What the window shows before it has a page."""
    return ShellState(
        STEPS[0].id,
        job_name=_(UNNAMED),
        job_state=_(NOTHING_SAVED),
        primary=_("Continue"),
        primary_on=False,
        back=False,
    )


def _qt_application() -> QApplication:
    """Start Qt. Without a usable display Qt aborts the process: the program says so and ends with exit code 2 instead."""
    said: list[str] = []

    def handle(kind: QtMsgType, _context: object, text: str) -> None:
        if kind != QtMsgType.QtFatalMsg:
            said.append(text)
            return
        from wizard import messages  # 10 ms that only this case needs

        use_language()
        reason = ". ".join(line.strip().rstrip(".") for line in dict.fromkeys(said or (text,)))
        message = messages.text(Message("window-not-opened", reason=" ".join(reason.split())))
        if sys.stderr is not None:
            print(f"identity-center-wizard: {message}", file=sys.stderr, flush=True)
        os._exit(2)  # Qt aborts when this returns

    earlier = qInstallMessageHandler(handle)
    application = QApplication(sys.argv[:1])
    qInstallMessageHandler(earlier)
    for text in said if sys.stderr is not None else ():
        print(text, file=sys.stderr)
    return application


def _wait_until_painted(application: QApplication, window: Window) -> None:
    """Paint before the imports that follow: a window that is mapped but not painted shows what was there before."""
    deadline = QDeadlineTimer(_EXPOSE_MILLISECONDS)
    while not deadline.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 10)
        handle = window.windowHandle()
        if handle is not None and handle.isExposed():
            return


def _begin(start: Start, window: Window, views: dict[str, str]) -> "Controller":
    """Put the controller's first page into the window; `views` says how pages were shown, and changes with them."""
    from wizard.ui.controller import Controller  # after the window is shown: see above

    controller = Controller(start.make_services, start.trial, window)
    controller.context.views = views
    _log_unexpected_errors(controller)
    controller.save_appearance_with(start.settings.save_theme, start.settings.save_language)
    controller.begin()
    return controller


def _log_unexpected_errors(controller: "Controller") -> None:
    """Log exceptions that nothing caught, on the GUI thread and others; the window stays open."""

    def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.error("Unexpected failure on the screen", exc_info=(kind, error, trace))
        controller.notify(
            _("An unexpected error occurred. The log file has the details: Help and about, Log files.")
        )

    def unexpected_in_thread(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value is not None:
            _log.error(
                "Unexpected failure beside the screen",
                exc_info=(failure.exc_type, failure.exc_value, failure.exc_traceback),
            )

    sys.excepthook = unexpected
    threading.excepthook = unexpected_in_thread
