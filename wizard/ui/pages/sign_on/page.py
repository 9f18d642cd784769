"""Step 3, Single sign-on: AWS's metadata file, what is written to Entra ID, checks, and Microsoft's metadata for AWS."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import Message, WizardError
from wizard.flow.microsoft import sign_on as use_case
from wizard.messages import Noun, counted
from wizard.provisioning.job import SignOnChoice
from wizard.ui.formats import full_date, grouped
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.shared.entra_requests import EntraRequests
from wizard.ui.pages.sign_on.console_steps import ConsoleSteps
from wizard.ui.pages.sign_on.values import MetadataDrop, ValuesCard
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import Card, CheckRow, MessageCard
from wizard.ui.widgets.files import open_file, save_file
from wizard.ui.widgets.labels import Paragraph, heading

if TYPE_CHECKING:
    from wizard.aws.saml_metadata import ServiceProvider
    from wizard.flow.microsoft.sign_on import NameIdCheck, SavedMetadata, SignOn, SignOnPlan
    from wizard.flow.services import Services

CONSOLE_URL = "https://console.aws.amazon.com/singlesignon/home#!/instances/settings"
_METADATA_FILES = "SAML metadata (*.xml);;All files (*)"
_TYPING_PAUSE = 600
"""Milliseconds after the last key until the values are compared again."""


class SignOnPage(WizardPage):
    """Configures SAML at Microsoft, and guides through the AWS console, which has no API for it."""

    step_id = "sign-on"
    title = "Single sign-on"
    sentence = "Let people sign in to AWS with their Entra ID account. Optional: provisioning works without it."

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._job_id = ""
        self._name_ids: NameIdCheck | None = None
        self._checked_for: object = None
        self.requests = EntraRequests(context, self)
        self.requests.allow = lambda: self.requests.allow_more("configure", Slot.SIGN_ON_WRITE)
        self.drop = MetadataDrop()
        self.values = ValuesCard()
        self.warning = MessageCard("warn")
        self.warning.setObjectName("signOnWarning")
        self.accept = QCheckBox("")
        self.accept.setObjectName("acceptSignOn")
        self.warning.add_extra(self.accept)
        self.name_id = CheckRow("nameIdCheck", "NameID matches userName")
        self.limits = CheckRow("metadataCheck", "Microsoft's metadata fits AWS's limits")
        self.who = Paragraph(kind="small", ink="bad")
        self.who.setObjectName("nameIdDiffers")
        self.save = secondary("Save metadata for AWS…", "saveMetadata", icon="download", busy="Reading…")
        self.save_hint = Paragraph(kind="small", ink="text2")
        self.console = ConsoleSteps()
        self._typing = single_shot(self, _TYPING_PAUSE, self._take_fields)
        self._fill()
        self._connect()

    # --- called by the window ------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the job's values, and compare them with Entra ID."""
        if self._job_id != self.session.draft.id:
            self._job_id = self.session.draft.id
            self._name_ids = None
            self.limits.show_state("untried")
            self.values.show_fields(self._choice)
        self.requests.trouble.hide()
        self.requests.waiting.hide()
        self.refresh()
        self._compare()
        self._check_names()

    def on_leave(self) -> None:
        """Take what was typed."""
        self._typing.stop()
        self._take_fields()

    def refresh(self) -> None:
        """Show the job's values and what is known of Entra ID."""
        plan = self.session.found.sign_on
        self.drop.show_provider(self._provider())
        self.values.show_plan(plan, self._choice)
        self._show_warning(plan)
        self._show_checks()
        has_certificate = plan is not None and not plan.changes
        self.save.setEnabled(has_certificate)
        self.save_hint.setText(
            "Microsoft's metadata file with the certificate. Upload it in the AWS console."
            if has_certificate
            else "Available once the settings are written to Entra ID."
        )
        self.console.show_ticks(self._choice.console_steps)

    def status(self) -> str:
        """How much would be written, or when it was."""
        plan, written = self.session.found.sign_on, self._choice.written_on
        if plan is not None and plan.changes:
            return f"{counted(len(plan.changes), Noun.VALUE)} will be written to Entra ID. AWS is not touched."
        return f"Written {full_date(date.fromisoformat(written))}." if written else ""

    def skip_action(self) -> tuple[str, Callable[[], None]] | None:
        """Go on without writing."""
        plan = self.session.found.sign_on
        return ("Skip", self._skip) if plan is not None and plan.changes else None

    def advance(self) -> bool:
        """Write what differs; go on once nothing does."""
        self._take_fields()
        plan = self.session.found.sign_on
        if plan is None or not plan.changes:
            return True
        if {each.code for each in plan.concerns} - self.session.found.sign_on_accepted:
            self.warning.announce()
            self.accept.setFocus()
            return False
        self._write(plan)
        return False

    # --- what is answered ----------------------------------------------------------------------------------------

    @property
    def _choice(self) -> SignOnChoice:
        return self.session.draft.sign_on

    def _provider(self) -> "ServiceProvider | None":
        try:
            return use_case.provider_of(self._choice)
        except WizardError as error:
            self.drop.show_error(error)
            return None

    def _choose(self, choice: SignOnChoice) -> None:
        self.answer(replace(self.session.draft, sign_on=choice))
        self.refresh()

    def _take_fields(self) -> None:
        self._typing.stop()
        choice = self.values.with_fields(self._choice)
        if choice != self._choice:
            self._choose(choice)
            self._compare()

    def _read_file(self, path: Path) -> None:
        async def work(_services: "Services", _emit: Emit) -> "ServiceProvider":
            return await use_case.read_metadata_file(path)

        def done(provider: "ServiceProvider") -> None:
            self.answer(use_case.with_service_provider(self.session.draft, provider))
            self.console.tick("download")
            self.refresh()
            self._compare()

        self.tasks.run(Slot.SIGN_ON_READ, work, on_done=done, on_error=self.drop.show_error)

    def _browse(self) -> None:
        path = open_file(self, "Service provider metadata from AWS", _METADATA_FILES)
        if path is not None:
            self._read_file(path)

    def _accepted(self, on: bool) -> None:
        plan = self.session.found.sign_on
        codes = frozenset(each.code for each in plan.concerns) if plan is not None and on else frozenset()
        self.session.found.sign_on_accepted = codes
        self.answered.emit()

    def _ticked(self, steps: tuple[str, ...]) -> None:
        if steps != self._choice.console_steps:
            found = self.session.found
            plan, accepted = found.sign_on, found.sign_on_accepted
            self.answer(replace(self.session.draft, sign_on=replace(self._choice, console_steps=steps)))
            found.sign_on, found.sign_on_accepted = plan, accepted  # ticks change nothing at Microsoft
            self.answered.emit()

    def _skip(self) -> None:
        if self.context.navigator.next():
            self.shell.show_step()

    # --- Microsoft -----------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        job = self.session.draft
        if not job.sign_on.issuer or not job.source.entra.application_id:
            return

        async def work(services: "Services", _emit: Emit) -> "SignOnPlan":
            return await use_case.review(services, job)

        def done(plan: "SignOnPlan") -> None:
            if self.session.draft.sign_on == job.sign_on:
                self.session.found.sign_on = plan
            self.refresh()
            self.answered.emit()

        self.requests.run(Message("waiting-for-microsoft"), work, done, self._compare, slot=Slot.SIGN_ON_READ)

    def _write(self, plan: "SignOnPlan") -> None:
        job, accepted = self.session.draft, self.session.found.sign_on_accepted

        async def work(services: "Services", emit: Emit) -> "SignOn":
            return await use_case.apply(services, job, plan, accepted, emit)

        def done(_configured: "SignOn") -> None:
            self._choose(replace(self._choice, written_on=date.today().isoformat()))
            self._compare()

        self.requests.run(
            Message("waiting-for-microsoft"), work, done, lambda: self._write(plan), True, Slot.SIGN_ON_WRITE
        )

    def _check_names(self) -> None:
        job, snapshot = self.session.draft, self.session.found.snapshot
        about = (snapshot, job.scope, job.mappings)
        if snapshot is None or about == self._checked_for:
            return

        async def work(_services: "Services", _emit: Emit) -> "NameIdCheck":
            return await use_case.check_name_ids(job, snapshot)

        def done(check: "NameIdCheck") -> None:
            self._name_ids, self._checked_for = check, about
            self._show_checks()

        self.tasks.run(Slot.SIGN_ON_CHECK, work, on_done=done, on_error=lambda _error: None)

    def _save(self) -> None:
        plan = self.session.found.sign_on
        if plan is None:
            return
        path = save_file(self, "Metadata for AWS", "entra-id-metadata.xml", _METADATA_FILES)
        if path is None:
            return
        job, configured = self.session.draft, plan.configured
        self.save.set_busy(True)

        async def work(services: "Services", _emit: Emit) -> "SavedMetadata":
            metadata = await use_case.metadata_for_aws(services, job, configured)
            await use_case.save_file(path, metadata.content)
            return metadata

        def done(metadata: "SavedMetadata") -> None:
            self.save.set_busy(False)
            of = f"{grouped(metadata.characters)} of {grouped(metadata.most_characters)} characters"
            self.limits.show_state("ok", of)
            self.shell.notify(f"Saved to {path.name}")

        def failed(error: WizardError) -> None:
            self.save.set_busy(False)
            self.limits.show_state("bad")
            self.requests.show_error("bad", error)

        self.tasks.run(Slot.SIGN_ON_SAVE, work, on_done=done, on_error=failed)

    # --- what it shows -------------------------------------------------------------------------------------------

    def _show_warning(self, plan: "SignOnPlan | None") -> None:
        concerns = plan.concerns if plan is not None and plan.changes else ()
        self.warning.setVisible(bool(concerns))
        if not concerns:
            return
        self.warning.show_message("warn", concerns[0])
        self.accept.setText(messages.accept(concerns[0]))
        accepted = self.session.found.sign_on_accepted
        self.accept.setChecked({each.code for each in concerns} <= accepted)

    def _show_checks(self) -> None:
        check = self._name_ids
        warning = check.message if check is not None else None
        self.name_id.show_state(
            "untried" if check is None else "bad" if warning else "ok",
            "" if check is None or warning else counted(check.checked, Noun.PERSON),
        )
        self.who.setText(messages.text(warning) if warning else "")
        self.who.setVisible(warning is not None)

    def _fill(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(px(8))
        left.addWidget(heading("1. Metadata from AWS"))
        left.addWidget(self.drop)
        left.addSpacing(px(12))
        head = QHBoxLayout()
        head.addWidget(heading("2. Entra ID"))
        head.addSpacing(px(16))
        head.addWidget(self.values.application, 1)
        left.addLayout(head)
        for part in (self.values, self.warning, self.requests.waiting, self.requests.trouble):
            left.addWidget(part)
        left.addSpacing(px(12))
        left.addWidget(heading("3. Checks"))
        checks = Card(padded=False)
        checks.column.addWidget(self.name_id)
        checks.column.addWidget(self.limits)
        left.addWidget(checks)
        left.addWidget(self.who)
        left.addSpacing(px(12))
        left.addWidget(heading("4. Metadata for AWS"))
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self.save)
        row.addWidget(self.save_hint, 1)
        left.addLayout(row)
        left.addStretch(1)
        self.warning.hide()
        for card in (self.requests.waiting, self.requests.trouble):
            card.hide()
        columns = QHBoxLayout()
        columns.setSpacing(px(32))
        columns.addLayout(left, 1)
        columns.addWidget(self._help(), 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(columns, 1)

    def _help(self) -> QWidget:
        help_column = QWidget()
        help_column.setFixedWidth(px(248))
        column = QVBoxLayout(help_column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self.console)
        console = flat("Open the AWS console", "openAwsConsole", icon="external")
        console.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(CONSOLE_URL)))
        column.addWidget(console, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(
            MessageCard("info", "Provision first", "People must exist in AWS before they can sign in.")
        )
        return help_column

    def _connect(self) -> None:
        self.drop.dropped.connect(lambda path: self._read_file(Path(path)))
        self.drop.browse.clicked.connect(self._browse)
        self.values.typed.connect(self._typing.start)
        self.accept.toggled.connect(self._accepted)
        self.save.clicked.connect(self._save)
        self.console.ticked.connect(self._ticked)
