"""The window as a program: Qt is started, pages are put on their desk, the conversation is shown."""

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from wizard.ui.conversation import Conversation
from wizard.ui.style import apply_theme

if TYPE_CHECKING:
    from wizard.flow.actions import Actions

_log = logging.getLogger(__name__)


def open_window(make_actions: Callable[[], "Actions"], trial: bool) -> int:
    """Show the window until it is closed; returns the exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("identity-center-wizard")
    application.setApplicationDisplayName("Identity Center Wizard")
    application.setDesktopFileName("identity-center-wizard")
    apply_theme(application, "system")
    _tell_the_log()
    conversation = Conversation(make_actions, trial)
    conversation.window.closing.connect(application.quit)
    conversation.begin()
    conversation.window.show()
    code = application.exec()
    conversation.close()
    return code


def _tell_the_log() -> None:
    """An exception nobody expected goes to the log; the window stays alive and no traceback meets a person."""

    def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.error("Unexpected failure on the screen", exc_info=(kind, error, trace))

    def unexpected_in_thread(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value is not None:
            unexpected(failure.exc_type, failure.exc_value, failure.exc_traceback)

    sys.excepthook = unexpected
    threading.excepthook = unexpected_in_thread
