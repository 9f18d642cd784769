"""Step 2: SCIM endpoint and access token of IAM Identity Center, and the connection test."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.aws.endpoint import Endpoint, Problem, endpoint
from wizard.errors import Message, NoSecret, OtherTenant, WizardError
from wizard.flow.jobs.new_job import sandbox_target
from wizard.flow.services import SandboxAddress
from wizard.messages.translation import N_, _
from wizard.progress import Progress
from wizard.provisioning.job import TargetChoice
from wizard.ui.page import READABLE, PageContext, WizardPage
from wizard.ui.pages.aws.fields import EndpointField, TokenFields
from wizard.ui.pages.aws.test_result import TestResult, tested_words
from wizard.ui.pages.shared.access_token import save_calendar
from wizard.ui.pages.shared.aws_console import open_console
from wizard.ui.pages.shared.microsoft import FromMicrosoft
from wizard.ui.tasks import Emit, Event, Slot, Work
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard, WaitCard
from wizard.ui.widgets.labels import Paragraph, StepNumber, heading, label

if TYPE_CHECKING:
    from wizard.aws.interface import ConnectionTest
    from wizard.flow.services import Services


T = TypeVar("T")

_SLOTS = (Slot.TOKEN_LOOKUP, Slot.TOKEN_SAVE, Slot.CONNECTION_TEST, Slot.SANDBOX_START)
"""Only one of them runs at a time."""
_WAIT_SHOWN_AFTER = 1000
"""Milliseconds after which a wait is shown."""
_FIELD_AT_FAULT = {
    "token": N_("AWS rejected this token."),
    "tenant": N_("AWS does not know this endpoint."),
}
_STEPS = (
    N_("Open **IAM Identity Center** in the Region where it is enabled."),
    N_("Choose **Settings**, then **Identity source**. The source must be an **External identity provider**."),
    N_(
        "Under **Automatic provisioning**, choose **Enable**. If it is already enabled, choose **Actions**, **Manage "
        "provisioning**."
    ),
    N_("Copy the **SCIM endpoint**. Choose **Generate token** and copy the token. AWS shows it only once."),
)


class AwsPage(WizardPage):
    """Asks for endpoint and token, stores the token and tests the connection."""

    widest = READABLE
    step_id = "aws"
    title = N_("Connect to AWS IAM Identity Center")
    sentence = N_("Paste the SCIM endpoint and access token from the AWS console.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._job_id = ""
        self._session_only = False
        """Keep endpoint and token in memory only."""
        self._continues = False
        """Continue started the test: a passed one shows the next step."""
        self.address = EndpointField()
        self.token = TokenFields()
        self.test_button = secondary(_("Test connection"), "testConnection", icon="bolt", busy=_("Testing…"))
        self.tested = label("", "small", "text2")
        self.wait = WaitCard("awsWait")
        self.trouble = MessageCard("warn")
        self.trouble.setObjectName("awsTrouble")
        self.microsoft = FromMicrosoft(context)
        self.result = TestResult(lambda: open_console(self._place()))
        self.help = AwsHelp()
        self._waiting = single_shot(self, _WAIT_SHOWN_AFTER, self._show_wait)
        self._fill_body()
        self._listen()

    # --- content -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the target, and look up where its token is stored."""
        if self.session.draft.id != self._job_id:
            self._job_id, self._session_only = self.session.draft.id, False
            self._stop_waiting()
            self.token.forget()
            self.trouble.hide()
        self.refresh()
        if not any(map(self.tasks.is_running, _SLOTS)):
            self._look_for_token()

    def on_leave(self) -> None:
        """Empty the token field, unless its token is not stored yet."""
        self._continues = False
        if not self.token.is_new:
            self.token.forget()

    def refresh(self) -> None:
        """Show the draft and the results of its checks."""
        found = self.session.found
        self.address.show_target(self.session.draft.target, self.session.confirmed_hosts)
        found.token_typed = self.token.token is not None
        self.token.show_place(found.token_kept, self._session_only)
        self.token.show_day(self.session.draft)
        self._show_result(found.connection)
        self.microsoft.refresh()
        self._offer_test()

    def skip_action(self) -> tuple[str, Callable[[], None]] | None:
        """Offer to continue without a test, once there is something to test."""
        found = self.session.found
        if not self._may_test() or found.test_waived or (found.connection and found.connection.passed):
            return None
        return _("Skip test"), self._continue_untested

    def advance(self) -> bool:
        """Test the connection first, unless it passed or was skipped."""
        found = self.session.found
        if found.test_waived or (found.connection and found.connection.passed):
            return True
        self.test()
        self._continues = self.test_button.is_busy
        return False

    def status(self) -> str:
        """Say that the test was skipped, if so."""
        return _("The connection test was skipped.") if self.session.found.test_waived else ""

    def _show_result(self, connection: "ConnectionTest | None") -> None:
        passed = connection is not None and connection.passed
        self.test_button.change_text(_("Test again") if passed else _("Test connection"))
        self.test_button.change_icon("" if self.test_button.is_busy else "refresh" if passed else "bolt")
        self.tested.setText(tested_words(connection, self.session.found.connection_tested_at))
        if connection is None:
            self.result.hide()
            return
        self.result.show_test(connection, self.session.draft.target.tenant_url)
        fault = _FIELD_AT_FAULT.get(connection.cause, "")
        if fault:
            (self.token.field if connection.cause == "token" else self.address.field).set_wrong(_(fault))

    def _offer_test(self) -> None:
        if not self.test_button.is_busy:
            self.test_button.setEnabled(self._may_test())

    # --- answers ----------------------------------------------------------------------------------------

    def _place(self) -> Endpoint | Problem:
        return endpoint(self.session.draft.target.tenant_url)

    def _may_test(self) -> bool:
        place = self._place()
        if not isinstance(place, Endpoint):
            return False
        if place.needs_confirmation(self.session.confirmed_hosts):
            return False
        if self.token.is_new:
            return self.token.token is not None
        return bool(self.session.found.token_kept)

    def _confirmed_host(self) -> str:
        """The host of the address, if it is neither AWS's nor this computer and was confirmed; else ""."""
        place = self._place()
        if not isinstance(place, Endpoint) or not place.needs_confirmation():
            return ""
        return "" if place.needs_confirmation(self.session.confirmed_hosts) else place.host

    def _answer_target(self, target: TargetChoice) -> None:
        self._stop_waiting()
        self.trouble.hide()
        self.session.found.token_not_kept = False
        self.answer(replace(self.session.draft, target=target))

    def _addressed(self, url: str) -> None:
        target = self.session.draft.target
        if url == target.tenant_url:
            return
        self._answer_target(replace(target, tenant_url=url))
        self.address.show_target(self.session.draft.target, self.session.confirmed_hosts)
        self.token.show_place(self.session.found.token_kept, self._session_only)
        self._show_result(self.session.found.connection)
        self._offer_test()

    def _host_confirmed(self, host: str, sure: bool) -> None:
        """Record a confirmation for this session (it is stored with the token), or withdraw one everywhere."""
        hosts = self.session.confirmed_hosts
        self.session.confirmed_hosts = hosts | {host} if sure else hosts - {host}
        self._answer_target(self.session.draft.target)
        self.session.found.connection, self.session.found.test_waived = None, False

        async def work(services: "Services", _emit: Emit) -> None:
            from wizard.flow.runs.connection import confirm_host, withdraw_host

            await (confirm_host(services, host, session_only=True) if sure else withdraw_host(services, host))

        self.tasks.run(Slot.HOST_CONFIRMATION, work, on_error=lambda error: self._say("bad", error))
        self.refresh()

    def _token_typed(self) -> None:
        self._stop_waiting()
        self.trouble.hide()
        found = self.session.found
        found.connection, found.test_waived = None, False
        found.token_typed, found.token_not_kept = self.token.token is not None, False
        if self.token.is_new and found.token_kept != "environment":
            found.token_kept = ""
        self._show_result(None)
        self.token.show_place(found.token_kept, self._session_only)
        self._offer_test()
        self.answered.emit()
        if not self.token.is_new:
            self._look_for_token()

    def _dated(self, day: str) -> None:
        """Store the day; a passed test stays valid."""
        self.session.answer(
            replace(self.session.draft, target=replace(self.session.draft.target, token_made_on=day))
        )
        self.token.show_day(self.session.draft)
        self.answered.emit()

    # --- background tasks -----------------------------------------------------------------------------------------

    def _look_for_token(self) -> None:
        """Look up where the token is stored; reads the keyring only if it may hold one of this job."""
        job, stored = self.session.draft, self.session.found.token_kept == "keyring"

        async def work(services: "Services", emit: Emit) -> tuple[Any, str]:
            from wizard.flow.runs.connection import (
                confirmed_hosts,
                keyring_state,
                known_token_place,
                token_place,
            )

            emit(await confirmed_hosts(services))
            state = await keyring_state(services)
            look = token_place if stored else known_token_place
            try:
                return state, await look(services, job)
            except NoSecret:
                if state.usable:
                    raise
                return state, ""

        def done(answer: tuple[Any, str]) -> None:
            self._stop_waiting()
            state, kept = answer
            if self.token.is_new or self.session.draft.id != job.id:
                return
            changed = self.session.found.token_kept != kept
            self.session.found.token_kept = kept  # type: ignore[assignment]
            self.refresh()
            if not state.usable and not kept and not self._session_only:
                self._offer_session(state.message)
            if changed:
                self.answered.emit()
            found = self.session.found
            if kept and found.connection is None and not found.test_waived and self.isVisible():
                # an unconfirmed host is not asked: `test` checks that
                self.test()  # endpoint and token were stored together and are unchanged

        self._run(Slot.TOKEN_LOOKUP, Message("waiting-for-keyring"), work, done, self._keyring_failed)

    def test(self) -> None:
        """Store the token, then test the connection."""
        self.address.finish()
        if not self._may_test() or self.test_button.is_busy:
            return
        job, token, session_only = self.session.draft, self.token.token, self._session_only
        place = self._place()
        host = place.host if isinstance(place, Endpoint) else ""
        confirmed_host = self._confirmed_host()

        async def work(services: "Services", emit: Emit) -> "ConnectionTest":
            from wizard.flow.runs.connection import confirm_host, run_connection_test, store_token, token_place

            emit(Progress(Message("waiting-for-keyring")))
            if token is None:
                kept = await token_place(services, job)
                if confirmed_host and kept != "session":
                    await confirm_host(services, confirmed_host)
            else:
                kept = await store_token(services, job, token.secret.reveal(), session_only, confirmed_host)
            emit(kept)
            emit(Progress(Message("waiting-for-host", host=host)))
            return await run_connection_test(services, job)

        def done(test: "ConnectionTest") -> None:
            continues = self._continues
            self._stop_waiting()
            if self.session.draft.id != job.id:  # another job was begun meanwhile
                return
            found = self.session.found
            found.connection, found.connection_tested_at, found.test_waived = test, time.time(), False
            self.refresh()
            self.result.card.announce()
            self.answered.emit()
            if continues and test.passed and self.context.navigator.current.id == self.step_id:
                self.shell.next()

        self.trouble.hide()
        self._run(Slot.CONNECTION_TEST, Message("waiting-for-keyring"), work, done, self._test_failed)
        self.test_button.set_busy(True)
        self.session.found.is_testing = True
        self.answered.emit()

    def _continue_untested(self) -> None:
        job, token, session_only = self.session.draft, self.token.token, self._session_only
        confirmed_host = self._confirmed_host()
        if token is None:
            self._skip_test()
            return

        async def work(services: "Services", _emit: Emit) -> str:
            from wizard.flow.runs.connection import store_token

            return await store_token(services, job, token.secret.reveal(), session_only, confirmed_host)

        def done(kept: str) -> None:
            self._stop_waiting()
            if self.session.draft.id != job.id:
                return
            self._events((kept,))
            self._skip_test()

        self._run(Slot.TOKEN_SAVE, Message("waiting-for-keyring"), work, done, self._test_failed)

    def _skip_test(self) -> None:
        self.session.found.test_waived = True
        self.answered.emit()
        if self.context.navigator.current.id == self.step_id and self.context.navigator.next():
            self.shell.show_step()

    def use_sandbox(self) -> None:
        """Start a sandbox, fill both fields with its values and test it."""

        async def work(services: "Services", _emit: Emit) -> SandboxAddress:
            from wizard.flow.runs.connection import store_token

            address = await services.start_sandbox()
            await store_token(
                services, replace(job, target=sandbox_target(address)), address.token, session_only=True
            )
            return address

        def done(address: SandboxAddress) -> None:
            self._stop_waiting()
            if self.session.draft.id != job.id:
                return
            self.token.forget()
            self._answer_target(sandbox_target(address))
            self._events(("session",))
            self.refresh()
            self.test()

        job = self.session.draft
        doing = Message("starting-identity-center")
        self._run(Slot.SANDBOX_START, doing, work, done, self._test_failed)

    def _events(self, events: tuple[Event, ...]) -> None:
        for event in events if self.session.draft.id == self._job_id else ():
            if isinstance(event, Progress):
                self.wait.show_progress(event)
            elif isinstance(event, frozenset):  # hosts confirmed on this computer
                self.session.confirmed_hosts |= event
                self.address.show_target(self.session.draft.target, self.session.confirmed_hosts)
            elif isinstance(event, str):  # where the token is stored now
                self.session.found.token_kept = event  # type: ignore[assignment]
                self.token.is_new = self.session.found.token_typed = False
                self.token.show_place(event, self._session_only)

    def _run(
        self,
        slot: Slot,
        doing: Message,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[WizardError], None],
    ) -> None:
        """Run the page's only task, cancelling another one; `doing` is shown if it takes longer than a second."""
        self._stop_waiting()
        self.wait.show_progress(Progress(doing))
        self._waiting.start()
        self.tasks.run(
            slot, work, on_done=done, on_error=failed, on_event=self._events, on_cancel=self._end_waiting
        )

    def _show_wait(self) -> None:
        self.result.hide()
        self.wait.show()

    def _stop_waiting(self) -> None:
        """Cancel the page's task."""
        for slot in _SLOTS:
            self.tasks.cancel(slot)
        self._end_waiting()

    def _end_waiting(self) -> None:
        self._waiting.stop()
        self._continues = False
        self.wait.hide()
        self.result.setVisible(self.session.found.connection is not None)
        self.test_button.set_busy(False)
        self._offer_test()
        if self.session.found.is_testing:
            self.session.found.is_testing = False
            self.answered.emit()

    # --- errors -----------------------------------------------------------------------------------------

    def _test_failed(self, error: WizardError) -> None:
        self._stop_waiting()
        if isinstance(error, OtherTenant):
            self._ask_which(error)
        elif isinstance(error, NoSecret) and self.token.is_new:
            self.session.found.token_not_kept = True
            self._offer_session(error.message)
            self.answered.emit()
        else:
            self._say("bad", error)

    def _keyring_failed(self, error: WizardError) -> None:
        self._stop_waiting()
        if not self.token.is_new:
            again = MessageAction(_("Try again"), "askKeyringAgain", self._ask_keyring_again, False)
            self._say("warn", error, again, self._session_offer())

    def _say(self, tone: Any, error: WizardError | Message, *actions: MessageAction) -> None:
        self.result.hide()
        self.trouble.show_message(tone, error, actions)
        self.trouble.show()
        self.trouble.announce()

    def _ask_keyring_again(self) -> None:
        self.trouble.hide()
        self._look_for_token()

    def _ask_which(self, error: OtherTenant) -> None:
        def set_back() -> None:
            place = endpoint(error.kept_url)
            url = place.url if isinstance(place, Endpoint) else error.kept_url
            self._answer_target(replace(self.session.draft.target, tenant_url=url))
            self.refresh()

        def renew() -> None:
            self.trouble.hide()
            self.session.found.token_kept = ""
            self.token.forget()
            self.refresh()
            self.answered.emit()
            self.token.secret.setFocus()

        back = MessageAction(_("Restore previous endpoint"), "setUrlBack", set_back, False)
        self._say("warn", error, back, MessageAction(_("Enter new token"), "enterNewToken", renew))

    def _offer_session(self, reason: Message) -> None:
        self._say("warn", reason, self._session_offer(flat=False))

    def _session_offer(self, flat: bool = True) -> MessageAction:
        def keep() -> None:
            self._session_only, self.session.found.token_not_kept = True, False
            self.trouble.hide()
            self.token.show_place(self.session.found.token_kept, self._session_only)
            if self.token.token is not None:
                self.test()

        return MessageAction(_("Use for this session only"), "keepForSession", keep, flat)

    def _listen(self) -> None:
        self.address.changed.connect(self._addressed)
        self.address.confirmed.connect(self._host_confirmed)
        self.token.typed.connect(self._token_typed)
        self.token.dated.connect(self._dated)
        self.token.calendar.clicked.connect(lambda: save_calendar(self))
        self.test_button.clicked.connect(self.test)
        self.wait.cancelled.connect(self._stop_waiting)
        self.help.console_asked.connect(lambda: open_console(self._place()))
        self.help.sandbox_asked.connect(self.use_sandbox)

    def _fill_body(self) -> None:
        testing = QHBoxLayout()
        testing.setSpacing(px(12))
        testing.addWidget(self.test_button)
        testing.addWidget(self.tested, 1)
        form = QVBoxLayout()
        form.setSpacing(px(16))
        form.addWidget(self.address)
        form.addWidget(self.token)
        form.addLayout(testing)
        for hidden in (self.wait, self.trouble, self.result, self.microsoft):
            form.addWidget(hidden)
            hidden.hide()
        form.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(px(32))
        row.addLayout(form, 1)
        row.addWidget(self.help, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row, 1)


class AwsHelp(QWidget):
    """Instructions for finding endpoint and token; 248 wide."""

    console_asked = Signal()
    sandbox_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("awsHelp")
        self.setFixedWidth(px(248))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(heading(_("Where to find them")))
        for number, step in enumerate(_STEPS, 1):
            row = QHBoxLayout()
            row.setSpacing(px(8))
            row.addWidget(StepNumber(number), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Paragraph(_(step)), 1)
            column.addLayout(row)
        console = flat(_("Open AWS console"), "openConsole", icon="external")
        console.clicked.connect(self.console_asked)
        column.addWidget(console)
        column.addSpacing(px(8))
        column.addWidget(heading(_("No AWS account yet?")))
        column.addWidget(Paragraph(_("Try everything with a simulated IAM Identity Center."), ink="text2"))
        self.sandbox = flat(_("Use a local sandbox"), "useSandbox", icon="bolt")
        self.sandbox.clicked.connect(self.sandbox_asked)
        column.addWidget(self.sandbox)
        column.addStretch(1)
