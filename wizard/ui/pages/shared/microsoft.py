"""Parts about Microsoft's service before its setup: test from Microsoft, existing provisioning, notification mail."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard.errors import WizardError
from wizard.messages.translation import N_, _, pgettext
from wizard.names import is_mail_address
from wizard.provisioning.job import Job, Policy
from wizard.ui.page import PageContext
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard
from wizard.ui.widgets.fields import LabelledField, TextField
from wizard.ui.widgets.labels import heading

if TYPE_CHECKING:
    from wizard.flow.microsoft.models import Existing, TestedTwice
    from wizard.flow.services import Services

_RUNS = N_("Microsoft's service provisions with this application")
_EXISTS = N_("This application has a provisioning job that is not running")
_EXISTING = N_("You can monitor it, or use its settings in this job.")
_EXISTING_TO = N_("It provisions to {address}. You can monitor it, or use its settings in this job.")
_TONES: dict[str, Tone] = {
    "both": "ok",
    "only-here": "bad",
    "only-microsoft": "warn",
    "neither": "bad",
    "here": "info",
}


class FromMicrosoft(QWidget):
    """Tests the connection from Microsoft's service, in addition to the test from this computer."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("fromMicrosoft")
        self._context = context
        self.button = secondary(_("Test from Microsoft"), "testFromMicrosoft", icon="cloud", busy=_("Testing…"))
        self.result = MessageCard()
        self.result.setObjectName("microsoftResult")
        self.result.hide()
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(row)
        column.addWidget(self.result)
        self.button.clicked.connect(self.test)

    def refresh(self) -> None:
        """Offer the test if Microsoft's service provisions the job and its application is known."""
        draft, found = self._context.session.draft, self._context.session.found
        shown = draft.engine == "entra" and bool(draft.source.entra.application_id)
        self.setVisible(shown)
        self.button.setEnabled(bool(found.token_kept))
        if found.connection is None:
            self.result.hide()

    def test(self) -> None:
        """Test from both sides, and show the result."""
        job = self._context.session.draft
        self.button.set_busy(True)

        async def work(services: "Services", _emit: Emit) -> "TestedTwice":
            from wizard.flow.microsoft.credentials import check_from_both

            return await check_from_both(services, job)

        def done(tested: "TestedTwice") -> None:
            self.button.set_busy(False)
            self.result.show_message(_TONES[tested.outcome], tested.message)
            self.result.show()
            self.result.announce()

        def failed(error: WizardError) -> None:
            self.button.set_busy(False)
            self.result.show_message("bad", error)
            self.result.show()
            self.result.announce()

        def left() -> None:
            self.button.set_busy(False)

        self._context.tasks.run(Slot.MICROSOFT_TEST, work, on_done=done, on_error=failed, on_cancel=left)


class ExistingService(QWidget):
    """Existing provisioning of the chosen application: monitor it, or use its settings."""

    taken = Signal(object)
    """The job with the settings of Microsoft's service."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.setObjectName("existingService")
        self._context = context
        self._read_for = ""
        self.card = MessageCard("info")
        self.card.setObjectName("existingCard")
        self.card.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)

    def refresh(self) -> None:
        """Read what exists, once for each application."""
        session = self._context.session
        application = session.draft.source.entra.application_id
        wanted = session.draft.engine == "entra" and session.found.signed_in is not None and bool(application)
        self.setVisible(wanted)
        if not wanted or application == self._read_for:
            return
        self._read_for, job = application, session.draft
        self.card.hide()

        async def work(services: "Services", _emit: Emit) -> "tuple[Existing, ...]":
            from wizard.flow.microsoft.setup import existing_setups

            return await existing_setups(services, job)

        def done(found: "tuple[Existing, ...]") -> None:
            own = next((each for each in found if each.application.id == application), None)
            if own is not None and own.job is not None:
                self._show(own)

        def left() -> None:
            self._read_for = ""  # read when the page is shown again

        # Without the permission nothing is shown here; Preview names it.
        self._context.tasks.run(
            Slot.MICROSOFT_EXISTING, work, on_done=done, on_error=lambda _error: None, on_cancel=left
        )

    def _show(self, existing: "Existing") -> None:
        runs = existing.job is not None and existing.job.is_active
        title = _(_RUNS) if runs else _(_EXISTS)
        has_address = existing.address not in ("", "*")
        text = _(_EXISTING_TO).format(address=existing.address) if has_address else _(_EXISTING)
        actions = (
            MessageAction(_("Use its settings"), "takeOverService", lambda: self._take_over(existing), False),
            MessageAction(pgettext("button", "Monitor"), "monitorService", self._monitor),
        )
        self.card.show_text("info", title, text, actions)
        self.card.show()

    def _monitor(self) -> None:
        self._context.navigator.open_at_monitor()
        self._context.shell.show_step()

    def _take_over(self, existing: "Existing") -> None:
        job = self._context.session.draft

        async def work(services: "Services", _emit: Emit) -> Job:
            from wizard.flow.microsoft.setup import take_over

            return await take_over(services, job, existing.application)

        def done(taken: Job) -> None:
            self.taken.emit(taken)
            self._context.shell.notify(_("Mapping, filters, and settings were copied from Microsoft's service."))

        def failed(error: WizardError) -> None:
            self.card.show_message("bad", error)

        self._context.tasks.run(Slot.MICROSOFT_EXISTING, work, on_done=done, on_error=failed)


class Notifications(QWidget):
    """Microsoft's notification mail; shown for its service only."""

    changed = Signal(object)
    """The changed Policy."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("microsoftNotifications")
        self._policy, self._showing = Policy(), False
        self.mail = TextField("notificationEmail", "name@example.com")
        self.on_failure = QCheckBox(_("Send an email &notification when a failure occurs"))
        self.on_failure.setObjectName("mailOnFailure")
        self.on_failure.setAccessibleName(_("Send an email notification when a failure occurs"))
        self.field = LabelledField(
            _("Notification &email"),
            self.mail,
            _("Microsoft sends it when its service stops: too many failures or deletions, or a rejected token."),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(heading(_("Microsoft's notifications")))
        column.addWidget(self.field)
        column.addWidget(self.on_failure)
        self.mail.editingFinished.connect(self._take)
        self.on_failure.toggled.connect(lambda _on: self._take())

    def show_policy(self, policy: Policy) -> None:
        """Show address and box."""
        self._policy, self._showing = policy, True
        self.mail.setText(policy.notification_address)
        self.on_failure.setChecked(policy.mail_on_failure)
        self._showing = False

    def _take(self) -> None:
        if self._showing:
            return
        address = self.mail.text().strip()
        is_good = not address or is_mail_address(address)
        self.field.set_wrong("" if is_good else _("Enter one address, such as name@example.com."))
        wanted = replace(self._policy, notification_address=address, mail_on_failure=self.on_failure.isChecked())
        if is_good and wanted != self._policy:
            self._policy = wanted
            self.changed.emit(wanted)
