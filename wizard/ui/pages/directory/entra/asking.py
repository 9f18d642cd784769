"""Asking Microsoft from the screen: one errand at a time, what a person must do meanwhile, and what went wrong."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from wizard import messages
from wizard.errors import SignInNeeded, WizardError
from wizard.flow.directory.entra_models import CodeToEnter, MorePermission, PageToOpen
from wizard.progress import Progress
from wizard.ui.page import PageContext
from wizard.ui.pages.directory.entra.waiting import SignInWaiting
from wizard.ui.tasks import Event, Slot, Work
from wizard.ui.timers import single_shot
from wizard.ui.widgets.cards import MessageAction, MessageCard

_SLOTS = (Slot.ENTRA_READ, Slot.ENTRA_CHANGE)
_SHORT_WAIT = 1000
"""Milliseconds; a longer wait is shown with what it waits for."""


class Asking(QObject):
    """Asks Microsoft in the background; owns the waiting card and the message of what went wrong."""

    signed_out = Signal()
    """Microsoft wants a person again."""
    ended = Signal()
    """Nothing is under way any more: what was busy is so no longer."""

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self.context = context
        self.open_page: Callable[[str], bool] = lambda url: QDesktopServices.openUrl(QUrl(url))
        """How a page comes into the person's browser."""
        self.waiting = SignInWaiting()
        self.trouble = MessageCard("bad")
        self.trouble.setObjectName("entraTrouble")
        self.again: Callable[[], object] | None = None
        """What is tried once more when the person has let Microsoft be asked for more."""
        self.allow: Callable[[], object] = lambda: None
        """Asks Microsoft for the permissions to change something."""
        self.add_role: Callable[[], object] = lambda: None
        self.by_hand = False
        """A person's part is waited for: the card stands in the form's place."""
        self._timer = single_shot(self, _SHORT_WAIT, self.waiting.show)
        self.waiting.open_asked.connect(lambda url: self.open_page(url))
        self.waiting.cancelled.connect(self.cancel)

    def ask(
        self,
        doing: str,
        work: Work[Any],
        done: Callable[[Any], None],
        again: Callable[[], object] | None = None,
        at_once: bool = False,
        slot: Slot = Slot.ENTRA_READ,
    ) -> None:
        """Run a task; `doing` is what is waited for, shown after a second, or at once."""
        job_id = self.context.session.draft.id

        def ended(value: Any) -> None:
            self._end()
            if self.context.session.draft.id == job_id:  # otherwise another job was begun meanwhile
                done(value)

        def failed(error: WizardError) -> None:
            self._end()
            if self.context.session.draft.id == job_id:
                self.again = again or self.again
                self._failed(error)

        self.trouble.hide()
        self.waiting.show_doing(doing)
        self.by_hand = at_once
        if at_once:
            self.waiting.show()
        else:
            self._timer.start()
        self.context.tasks.run(
            slot, work, on_done=ended, on_error=failed, on_event=self._heard, on_cancel=self._cancelled
        )

    def cancel(self) -> None:
        """Stop waiting, whatever for; a sign-in that was not finished changed nothing."""
        for slot in _SLOTS:
            self.context.tasks.cancel(slot)

    def _cancelled(self) -> None:
        self.again = None
        self._end()

    def taken(self) -> Callable[[], object] | None:
        """What is to be tried once more, once."""
        again, self.again = self.again, None
        return again

    def say(self, tone: Any, title: str, text: str, *actions: MessageAction) -> None:
        """Show a message in the part, and announce it."""
        self.trouble.show_text(tone, title, text, actions)
        self.trouble.show()
        self.trouble.announce()

    def _end(self) -> None:
        if any(map(self.context.tasks.is_running, _SLOTS)):
            return
        self._timer.stop()
        self.by_hand = False
        self.waiting.hide()
        self.ended.emit()

    def _heard(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, PageToOpen):
                self.waiting.show_page(event.url)
                if not self.open_page(event.url):
                    self.say(
                        "warn", "No browser could be opened", "Copy the address of Microsoft's page into one."
                    )
            elif isinstance(event, CodeToEnter):
                self.waiting.show_code(event)
            elif isinstance(event, Progress):
                self.waiting.show_doing(messages.title(event.doing))

    def _failed(self, error: WizardError) -> None:
        from wizard.flow.directory.entra_application import RoleMissing

        if isinstance(error, MorePermission):
            action = MessageAction("Ask Microsoft now", "allowMore", lambda: self.allow(), False)
            self.say("info", messages.title(error), messages.advice(error), action)
        elif isinstance(error, RoleMissing):
            action = MessageAction("Add the role User", "addRole", lambda: self.add_role(), False)
            self.say("warn", messages.title(error), messages.advice(error), action)
        else:
            self.again = None
            if isinstance(error, SignInNeeded):
                self.signed_out.emit()
            self.say("bad", messages.title(error), messages.advice(error))
