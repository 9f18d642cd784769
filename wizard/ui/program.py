"""The window as a program: Qt is started, pages are put on their desk, the conversation is shown."""

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from wizard.ui.conversation import Conversation
from wizard.ui.style import ThemeChoice, apply_theme

if TYPE_CHECKING:
    from wizard.flow.actions import Actions

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Start:
    """What the window needs of the world outside."""

    make_actions: "Callable[[], Actions]"
    """Called once, on the worker's thread."""
    trial: bool
    """The sample company and a sandbox."""
    theme: ThemeChoice
    """What was chosen last time."""
    keep_theme: Callable[[str], None]
    """Remembers a choice; called on the worker's thread, raises WizardError."""


def open_window(start: Start) -> int:
    """Show the window until it is closed; returns the exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("identity-center-wizard")
    application.setApplicationDisplayName("Identity Center Wizard")
    application.setDesktopFileName("identity-center-wizard")
    apply_theme(application, start.theme)
    conversation = Conversation(start.make_actions, start.trial)
    _tell_the_log(conversation)
    conversation.remember_theme(start.keep_theme)
    conversation.window.closing.connect(application.quit)
    conversation.begin()
    conversation.window.show()
    code = application.exec()
    conversation.close()
    return code


def _tell_the_log(conversation: Conversation) -> None:
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
