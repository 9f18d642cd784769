"""Step 5, Run for Microsoft's service: carries out the setup, tries the first people, and starts the service."""

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout

from wizard import messages
from wizard.errors import Message, WizardError
from wizard.flow.microsoft.models import STEPS
from wizard.messages.row import sentences
from wizard.messages.translation import N_, _
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.cards import Card, CheckRow, MessageAction, MessageCard
from wizard.ui.widgets.labels import Paragraph, heading

if TYPE_CHECKING:
    from wizard.flow.microsoft.models import SetupEvent, SetupResult
    from wizard.flow.services import Services

_STEPS = {
    "application": N_("Application"),
    "roles": N_("Role and owner"),
    "validate": N_("Connection from Microsoft to AWS"),
    "secrets": N_("Credentials and settings"),
    "validate-saved": N_("Saved credentials"),
    "job": N_("Provisioning job"),
    "schema": N_("Attribute mapping and scoping filters"),
    "assignments": N_("Assignments"),
    "on-demand": N_("First people"),
    "start": N_("Start"),
}


class SetupRunPage(WizardPage):
    """Carries out the reviewed setup once; starting the service is confirmed here."""

    step_id = "run"
    title = N_("Set up Microsoft's service")
    sentence = N_("Completed steps are kept. An interrupted setup continues where it stopped.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.rows = {step: CheckRow(f"setup.{step}", _(_STEPS[step])) for step in STEPS}
        self.waiting = Paragraph(kind="small", ink="text2")
        self.waiting.setObjectName("setupWaiting")
        self.tried = Paragraph(ink="text2")
        self.tried.setObjectName("setupTried")
        self.ready = MessageCard("info")
        self.ready.setObjectName("setupReady")
        self.start = secondary(_("Start Microsoft's service…"), "startService", icon="play", busy=_("Starting…"))
        self.ready.add_extra(self.start)
        self._fill()
        self.start.clicked.connect(self._ask_start)

    def enter(self) -> None:
        """Carry out the setup, once for each review."""
        found = self.session.found
        ready = found.setup is not None and found.setup_result is None and not self.session.open_setup_concerns()
        if ready and not self.session.running:
            self._carry_out()
        self._show_result(found.setup_result)

    def status(self) -> str:
        """What comes next."""
        result = self.session.found.setup_result
        if result is None:
            return ""
        return (
            _("Microsoft's service is running.")
            if result.started
            else _("Set up. Nothing is provisioned until you start it.")
        )

    # --- the setup -----------------------------------------------------------------------------------------------

    def _carry_out(self) -> None:
        from wizard.flow.jobs.drafts import edits_of

        review, job = self.session.found.setup, self.session.draft
        accepted, edits = self.session.found.setup_accepted, edits_of(self.session)
        assert review is not None
        self.clear_message()
        for row in self.rows.values():
            row.show_state("untried")
        self.session.running, self.session.run_share = True, None
        self.answered.emit()

        async def work(services: "Services", emit: Emit) -> Any:
            from wizard.flow.jobs.drafts import apply_edits
            from wizard.flow.microsoft.setup import carry_out

            await apply_edits(services, edits)
            return await carry_out(services, job, review, accepted, emit)

        def done(result: "SetupResult") -> None:
            from wizard.flow.microsoft.setup import job_after

            after = job_after(self.session.draft, result)
            if after != self.session.draft:  # the setup added an application, and saved it in the job
                self.session.take_setup(after)
                self.session.found.setup, self.session.found.setup_accepted = review, accepted
            self._end()
            self.session.found.setup_result = result
            self._show_result(result)
            self.answered.emit()

        def failed(error: WizardError) -> None:
            self._end()
            for row in self.rows.values():
                if row.state == "now":
                    row.show_state("bad")
            self.show_error(error, (MessageAction(_("Review again"), "reviewAgain", self._review_again, False),))
            self.answered.emit()

        self.tasks.run(Slot.RUN, work, on_done=done, on_error=failed, on_event=self._events)

    def _end(self) -> None:
        self.session.running = False
        self.waiting.setText("")
        reviewed = self.session.draft
        if self.session.reviewed is not None:
            self.session.reviewed = reviewed

    def _events(self, events: tuple[Event, ...]) -> None:
        for event in events:
            self._event(event)

    def _event(self, event: "SetupEvent") -> None:
        row = self.rows.get(event.step)
        if row is None:
            return
        if event.state == "began":
            row.show_state("now")
        elif event.state == "waiting" and event.message is not None:
            self.waiting.setText(messages.text(event.message))
        elif event.state == "changed":
            row.show_state("ok", _("changed"))
        elif event.state == "failed":
            row.show_state("bad", messages.title(event.message) if event.message is not None else "")
        elif event.state == "ended" and row.state in ("now", "untried"):
            row.show_state("ok")

    def _review_again(self) -> None:
        self.session.found.setup = None
        self.context.navigator.go_to_preview()
        self.shell.show_step()

    # --- the start -----------------------------------------------------------------------------------------------

    def _ask_start(self) -> None:
        text = _(
            "Microsoft then provisions everyone in scope about every 40 minutes, without asking. You can "
            "pause it on the Monitor page."
        )
        if self.shell.confirm(_("Start Microsoft's provisioning service?"), text, _("Start"), danger=False):
            self._start()

    def _start(self) -> None:
        job, result = self.session.draft, self.session.found.setup_result
        self.start.set_busy(True)

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.microsoft import watch

            return await watch.start(services, job)

        def done(_status: Any) -> None:
            from dataclasses import replace

            self.start.set_busy(False)
            if self.session.draft.id != job.id:  # another job was opened meanwhile
                return
            if result is not None:
                self.session.found.setup_result = replace(result, started=True, waits_for="")
            self._show_result(self.session.found.setup_result)
            self.answered.emit()

        def failed(error: WizardError) -> None:
            self.start.set_busy(False)
            if self.session.draft.id == job.id:
                self.show_error(error)

        self.tasks.run(Slot.SERVICE_CHANGE, work, on_done=done, on_error=failed)

    # --- what it shows -------------------------------------------------------------------------------------------

    def _show_result(self, result: "SetupResult | None") -> None:
        self.ready.setVisible(result is not None and not result.started)
        self.tried.setVisible(result is not None and bool(result.pilot))
        if result is None:
            return
        failed = {step for step, _key, _why in result.failed}
        for step, row in self.rows.items():
            if step in failed:
                row.show_state("bad")
            elif step == "start":
                row.show_state(
                    "ok" if result.started else "untried", "" if result.started else _("waiting for you")
                )
            elif row.state in ("untried", "now"):
                row.show_state("ok")
        self.tried.setText(sentences(*(messages.text(tried.message) for _id, tried in result.pilot)))
        for number, (step, _key, why) in enumerate(result.failed):
            self.show_message(
                "bad",
                _("{step}: {problem}").format(step=_(_STEPS[step]), problem=messages.title(why)),
                messages.advice(why),
                cause=f"s{number}",
            )
        if result.waits_for == "pilot-failed":
            self.ready.show_message("warn", Message("pilot-failed"))
        else:
            self.ready.show_text("info", _("Setup complete"), _("Microsoft's service is not running yet."))

    def _fill(self) -> None:
        card = Card(padded=False)
        card.column.setContentsMargins(0, px(8), 0, px(8))
        for row in self.rows.values():
            card.column.addWidget(row)
        column = QVBoxLayout()
        column.setSpacing(px(8))
        column.addWidget(heading(_("Steps")))
        column.addWidget(card)
        for part in (self.waiting, self.tried, self.ready):
            column.addWidget(part)
        self.ready.hide()
        self.body.addLayout(column)
        self.body.addStretch(1)
