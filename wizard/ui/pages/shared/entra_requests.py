"""Runs tasks that call Microsoft: one waiting card, one message, and the action to repeat."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QHBoxLayout, QProgressBar, QSpacerItem

from wizard import messages
from wizard.errors import Message, SignInNeeded, WizardError
from wizard.flow.directory.entra_models import CodeToEnter, MorePermission, Need, PageToOpen
from wizard.messages.translation import _, ngettext
from wizard.progress import Progress
from wizard.ui.page import PageContext
from wizard.ui.tasks import Emit, Event, Slot, Work
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import FLAT_PADDING, flat, secondary
from wizard.ui.widgets.cards import Card, MessageAction, MessageCard
from wizard.ui.widgets.labels import Paragraph, label

if TYPE_CHECKING:
    from wizard.flow.services import Services

_WAIT_SHOWN_AFTER = 1000
"""Milliseconds after which a wait is shown."""


class EntraRequests(QObject):
    """Runs tasks that call Microsoft; owns the waiting card and the error message."""

    signed_out = Signal()
    """Microsoft asks for a new sign-in."""
    ended = Signal()
    """No task runs any more."""

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self.context = context
        self.open_page: Callable[[str], bool] = lambda url: QDesktopServices.openUrl(QUrl(url))
        """Opens an address in the browser; False = could not."""
        self.waiting = SignInWaiting()
        self.trouble = MessageCard("bad")
        self.trouble.setObjectName("entraTrouble")
        self.again: Callable[[], object] | None = None
        """Repeats the last task after more permissions were granted."""
        self.allow: Callable[[], object] = lambda: None
        """Signs in with permissions to change applications."""
        self.add_role: Callable[[], object] = lambda: None
        self._slots: set[Slot] = set()
        """In which this part has run tasks: Cancel is not for what another page writes."""
        self.by_hand = False
        """Waits for the user at Microsoft's page: the card is shown in place of the form."""
        self._timer = single_shot(self, _WAIT_SHOWN_AFTER, self.waiting.show)
        self.waiting.open_asked.connect(lambda url: self.open_page(url))
        self.waiting.cancelled.connect(self.cancel)

    def run(
        self,
        doing: Message,
        work: Work[Any],
        done: Callable[[Any], None],
        again: Callable[[], object] | None = None,
        at_once: bool = False,
        slot: Slot = Slot.ENTRA_READ,
    ) -> None:
        """Run a task; `doing` is shown after a second, or at once. `again` repeats it after a refused permission."""
        job_id = self.context.session.draft.id

        def ended(value: Any) -> None:
            self._end()
            if self.context.session.draft.id == job_id:  # else another job was begun meanwhile
                done(value)

        def failed(error: WizardError) -> None:
            self._end()
            if self.context.session.draft.id == job_id:
                self.again = again or self.again
                self._failed(error)

        self._slots.add(slot)
        self.trouble.hide()
        self.waiting.show_doing(doing)
        self.by_hand = at_once
        if at_once:
            self.waiting.show()
        else:
            self._timer.start()
        self.context.tasks.run(
            slot, work, on_done=ended, on_error=failed, on_event=self._events, on_cancel=self._cancelled
        )

    def cancel(self) -> None:
        """Cancel every task of this part."""
        for slot in self._slots:
            self.context.tasks.cancel(slot)

    def _cancelled(self) -> None:
        self.again = None
        self._end()

    def allow_more(
        self, need: Need, slot: Slot = Slot.ENTRA_CHANGE, then: Callable[[], object] | None = None
    ) -> None:
        """Sign in with the permissions for `need`; then repeat what needed them, or call `then`."""
        job, session_only = self.context.session.draft, self.context.session.is_session_only

        async def work(services: "Services", emit: Emit) -> Any:
            return await services.entra.sign_in(job, emit, session_only=session_only, need=need)

        def done(signed_in: Any) -> None:
            self.context.session.found.signed_in = signed_in
            again = then or self.take_again()
            if again is not None:
                again()

        self.run(Message("waiting-for-microsoft"), work, done, self.again, True, slot)

    def take_again(self) -> Callable[[], object] | None:
        """Return the action to repeat, and forget it."""
        again, self.again = self.again, None
        return again

    def say(self, tone: Tone, title: str, text: str, *actions: MessageAction) -> None:
        """Show and announce a message."""
        self.trouble.show_text(tone, title, text, actions)
        self._show_trouble()

    def show_error(self, tone: Tone, error: WizardError, *actions: MessageAction) -> None:
        """Show and announce an error."""
        self.trouble.show_message(tone, error, actions)
        self._show_trouble()

    def _show_trouble(self) -> None:
        self.trouble.show()
        self.trouble.announce()

    def _end(self) -> None:
        if any(map(self.context.tasks.is_running, self._slots)):
            return
        self._timer.stop()
        self.by_hand = False
        self.waiting.hide()
        self.ended.emit()

    def _events(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, PageToOpen):
                self.waiting.show_page(event.url)
                if not self.open_page(event.url):
                    self.say(
                        "warn",
                        _("The browser could not be opened"),
                        _("Copy the sign-in link and open it in a browser on this computer."),
                    )
            elif isinstance(event, CodeToEnter):
                self.waiting.show_code(event)
            elif isinstance(event, Progress):
                self.waiting.show_doing(event.doing)

    def _failed(self, error: WizardError) -> None:
        from wizard.flow.directory.entra_application import RoleMissing

        if isinstance(error, MorePermission):
            action = MessageAction(_("Sign in again"), "allowMore", lambda: self.allow(), False)
            self.show_error("info", error, action)
        elif isinstance(error, RoleMissing):
            action = MessageAction(_("Add role “User”"), "addRole", lambda: self.add_role(), False)
            self.show_error("warn", error, action)
        else:
            self.again = None
            if isinstance(error, SignInNeeded):
                self.signed_out.emit()
            self.show_error("bad", error)


class SignInWaiting(Card):
    """Instructions while waiting: sign in with the browser, or enter a code."""

    cancelled = Signal()
    open_asked = Signal(str)
    """An address to open in the browser."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entraWaiting")
        self._address = ""
        self._code = ""
        self._title = label("", "medium")
        self._text = Paragraph(ink="text2")
        self.code = label("", "strip")
        self.code.setObjectName("deviceCode")
        self.bar = QProgressBar()
        self.bar.setObjectName("entraWaitingBar")
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Waiting for Microsoft"))
        self.open = secondary(_("Open page"), "entraOpenPage", icon="external", size="small")
        self.copy_code = secondary(_("Copy code"), "entraCopyCode", icon="copy", size="small")
        self.copy_address = flat(_("Copy sign-in link"), "entraCopyAddress", size="small")
        self.cancel = flat(_("Cancel"), "entraCancel", size="small")
        self.open.clicked.connect(lambda: self.open_asked.emit(self._address))
        self.copy_code.clicked.connect(lambda: QApplication.clipboard().setText(self._code))
        self.copy_address.clicked.connect(lambda: QApplication.clipboard().setText(self._address))
        self.cancel.clicked.connect(self.cancelled)
        self._fill()
        self.show_doing(Message("waiting-for-microsoft"))

    def show_doing(self, doing: Message) -> None:
        """Show a wait that needs no user: for the keyring or for Microsoft."""
        self._show(messages.title(doing), "", "", "")

    def show_page(self, address: str) -> None:
        """Show that Microsoft's page was opened in the browser."""
        text = _("If no page opens, copy the sign-in link and open it in a browser on this computer.")
        self._show(_("Sign in with your browser"), text, address, "")

    def show_code(self, code: CodeToEnter) -> None:
        """Show the code to enter, and where."""
        minutes = max(1, round(code.seconds / 60))
        text = ngettext(
            "Open {address} on any device, enter this code, and sign in. The code expires in {minutes} minute.",
            "Open {address} on any device, enter this code, and sign in. The code expires in {minutes} minutes.",
            minutes,
        ).format(address=code.address, minutes=minutes)
        self._show(_("Sign in with a device code"), text, code.address, code.code)

    def _show(self, title: str, text: str, address: str, code: str) -> None:
        self._address, self._code = address, code
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.code.setText(code)
        self.code.setAccessibleName(_("Code {code}").format(code=" ".join(code)) if code else "")
        self.code.setVisible(bool(code))
        self.copy_code.setVisible(bool(code))
        self.open.setVisible(bool(code))
        self.copy_address.setVisible(bool(address))
        self._lead.changeSize(
            0 if code else -px(FLAT_PADDING), 0
        )  # align the text of the flat button with the text above
        self.setAccessibleName(title)

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self.open)
        row.addWidget(self.copy_code)
        self._lead = QSpacerItem(0, 0)
        row.addSpacerItem(self._lead)
        row.addWidget(self.copy_address)
        row.addWidget(self.cancel)
        row.addStretch(1)
        self.column.setSpacing(px(10))
        for part in (self._title, self.bar, self.code, self._text):
            self.column.addWidget(part)
        self.column.addLayout(row)
