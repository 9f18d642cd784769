"""The window as a program: Qt is started, the empty window stands at once, and the conversation comes into it.

What the conversation is made of is imported behind the window: on a slow computer that takes as long as Qt itself.
"""

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication

from wizard.flow.steps.steps import NOTHING_SAVED, STEPS, UNNAMED
from wizard.ui.main_window import ShellState, Window
from wizard.ui.theme.current import ThemeChoice, apply_theme

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.ui.controller import Conversation

_log = logging.getLogger(__name__)

_OPENING = ShellState(STEPS[0].id, job_name=UNNAMED, job_state=NOTHING_SAVED, primary_on=False, back=False)
_PATIENCE_MILLISECONDS = 200
"""For the system to show the window; one that begins minimised is not shown at all."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the window needs of the world outside."""

    make_services: "Callable[[], Services]"
    """Called once, on the worker's thread."""
    trial: bool
    """The sample company and a sandbox."""
    theme: ThemeChoice
    """What was chosen last time."""
    keep_theme: Callable[[str], None]
    """Remembers a choice; called on the worker's thread, raises WizardError."""
    ready: Callable[[], None] = lambda: None
    """Called once the first page stands."""


def open_window(start: Start) -> int:
    """Show the window until it is closed; returns the exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("identity-center-wizard")
    application.setApplicationDisplayName("Identity Center Wizard")
    application.setDesktopFileName("identity-center-wizard")
    apply_theme(application, start.theme)
    window = Window(STEPS)
    window.closing.connect(application.quit)
    window.show_frame(_OPENING)
    window.show()
    _wait_until_painted(application, window)
    if not window.isVisible():
        return 0  # closed already: nobody would end the loop
    conversation = _begin(start, window)
    start.ready()
    code = application.exec()
    conversation.close()
    return code


def _wait_until_painted(application: QApplication, window: Window) -> None:
    """A window that is mapped and not painted is a hole in the screen, as long as the imports behind it take."""
    patience = QDeadlineTimer(_PATIENCE_MILLISECONDS)
    while not patience.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 10)
        handle = window.windowHandle()
        if handle is not None and handle.isExposed():
            return


def _begin(start: Start, window: Window) -> "Conversation":
    """Put the conversation and its first page into the window."""
    from wizard.ui.controller import Conversation

    conversation = Conversation(start.make_services, start.trial, window)
    _tell_the_log(conversation)
    conversation.remember_theme(start.keep_theme)
    conversation.begin()
    return conversation


def _tell_the_log(conversation: "Conversation") -> None:
    """An exception nobody expected goes to the log; the window stays alive and no traceback meets a person."""

    def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.error("Unexpected failure on the screen", exc_info=(kind, error, trace))
        conversation.tell("Something unexpected happened; the log file tells more. Nothing was changed by it.")

    def unexpected_in_thread(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value is not None:
            _log.error(
                "Unexpected failure beside the screen",
                exc_info=(failure.exc_type, failure.exc_value, failure.exc_traceback),
            )

    sys.excepthook = unexpected
    threading.excepthook = unexpected_in_thread
