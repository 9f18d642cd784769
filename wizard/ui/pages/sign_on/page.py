"""Step 3, Single sign-on: AWS's metadata file, the settings in Entra ID, checks, and Microsoft's metadata for AWS."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.aws.endpoint import endpoint
from wizard.errors import Message, NotAccepted, WizardError
from wizard.flow.microsoft import sign_on as use_case
from wizard.messages import Noun, counted
from wizard.messages.translation import N_, _, ngettext
from wizard.provisioning.job import SignOnChoice
from wizard.ui.formats import full_date
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.shared.aws_console import open_console
from wizard.ui.pages.shared.entra_requests import EntraRequests
from wizard.ui.pages.sign_on.attributes import AttributesCard
from wizard.ui.pages.sign_on.console_steps import ConsoleSteps
from wizard.ui.pages.sign_on.values import MetadataDrop, ValuesCard
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import Card, CheckRow, MessageCard, discard_all
from wizard.ui.widgets.choices import WrappedCheckBox
from wizard.ui.widgets.files import open_file, save_file
from wizard.ui.widgets.labels import Paragraph, heading

if TYPE_CHECKING:
    from wizard.aws.saml_metadata import ServiceProvider
    from wizard.flow.microsoft.sign_on import AttributeCheck, NameIdCheck, SavedMetadata, SignOn, SignOnPlan
    from wizard.flow.services import Services

_CONSOLE_PAGE = "#!/instances/settings"
_BEYOND_LIMITS = ("federation-metadata-incomplete", "federation-metadata-too-long")
_TYPING_PAUSE = 600
"""Milliseconds after the last key until the values are compared again."""
_LAYOUT_PAUSE = 50
"""Milliseconds until a message that was just shown has its place."""


class SignOnPage(WizardPage):
    """Configures SAML at Microsoft, and guides through the AWS console, which has no API for it."""

    step_id = "sign-on"
    title = N_("Single sign-on")
    sentence = N_(
        "Let people sign in to AWS with their Entra ID account. Optional: provisioning works without it."
    )

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._job_id = ""
        self._name_ids: NameIdCheck | None = None
        self._values_checked: AttributeCheck | None = None
        self._checked_for: object = None
        self.requests = EntraRequests(context, self)
        self.requests.allow = lambda: self.requests.allow_more(
            use_case.need_of(self.session.draft), Slot.SIGN_ON_WRITE
        )
        self.drop = MetadataDrop()
        self.values = ValuesCard()
        self.attributes = AttributesCard()
        self.warnings = Warnings()
        self.name_id = CheckRow("nameIdCheck", _("NameID matches userName"))
        self.tags = CheckRow("attributesCheck", _("Attributes meet AWS rules"))
        self.limits = CheckRow("metadataCheck", _("Metadata is within AWS limits"))
        self.who = Paragraph(kind="small", ink="bad")
        self.who.setObjectName("nameIdDiffers")
        self.notes = MessageCard("info")
        self.notes.setObjectName("signOnNote")
        self.save = secondary(_("Save metadata for AWS…"), "saveMetadata", icon="download", busy=_("Reading…"))
        self.save_hint = Paragraph(kind="small", ink="text2")
        self.console = ConsoleSteps()
        self._typing = single_shot(self, _TYPING_PAUSE, self._take_fields)
        self._revealing = single_shot(self, _LAYOUT_PAUSE, self._reveal_trouble)
        self._fill()
        self._connect()

    # --- called by the window ------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the job's values, and compare them with Entra ID."""
        if self._job_id != self.session.draft.id:
            self._job_id = self.session.draft.id
            self._name_ids = self._values_checked = None
            self.limits.show_state("untried")
            self.values.show_fields(self._choice)
            self.attributes.show_attributes(self._choice.attributes)
        self.requests.trouble.hide()
        self.requests.waiting.hide()
        self.refresh()
        self._compare()
        self._check_people()

    def on_leave(self) -> None:
        """Take what was typed."""
        self._take_fields()

    def refresh(self) -> None:
        """Show the job's values and those of Entra ID."""
        plan = self.session.found.sign_on
        self.drop.show_provider(self._provider())
        self.values.show_plan(plan, self._choice)
        concerns = plan.concerns if plan is not None and plan.changes else ()
        self.warnings.show_concerns(concerns, self.session.found.sign_on_accepted)
        note = plan.notes[0] if plan is not None and plan.notes else None
        self.notes.setVisible(note is not None)
        if note is not None:
            self.notes.show_message("info", note)
        self._show_checks()
        has_certificate = plan is not None and not plan.changes
        self.save.setEnabled(has_certificate)
        self.save_hint.setText(
            _("Microsoft's metadata file with the certificate. Upload it in the AWS console.")
            if has_certificate
            else _("Available after the settings are written to Entra ID.")
        )
        self.console.show_ticks(self._choice.console_steps, with_attributes=bool(self._choice.attributes))

    def status(self) -> str:
        """How much would be written, or when it was."""
        plan, written = self.session.found.sign_on, self._choice.written_on
        if plan is not None and plan.changes:
            changes = len(plan.changes)
            return ngettext(
                "{n} setting will be written to Entra ID. Nothing changes in AWS.",
                "{n} settings will be written to Entra ID. Nothing changes in AWS.",
                changes,
            ).format(n=changes)
        if plan is None and self._choice.issuer and self.session.draft.source.entra.application_id:
            return _("Not compared with Entra ID yet.")
        return _("Written {day}.").format(day=full_date(date.fromisoformat(written))) if written else ""

    def skip_action(self) -> tuple[str, Callable[[], None]] | None:
        """Go on without writing."""
        plan = self.session.found.sign_on
        return (_("Skip"), self._skip) if plan is not None and plan.changes else None

    def advance(self) -> bool:
        """Write what differs; go on once nothing does."""
        at_fault = self.attributes.check(thorough=True)
        if at_fault is not None:
            at_fault.setFocus()
            return False
        before = self._choice
        self._take_fields()
        if self.tasks.is_running(Slot.SIGN_ON_WRITE):
            return False
        if self._choice != before and self.tasks.is_running(Slot.SIGN_ON_READ):
            return False  # what was typed last is compared, and then offered to be written
        plan = self.session.found.sign_on
        if plan is None:
            return not self._points_at_fault()
        if not plan.changes:
            return True
        open_ones = [each.code for each in plan.concerns if each.code not in self.session.found.sign_on_accepted]
        if open_ones:
            self.warnings.point_at(open_ones[0])
            return False
        self._write(plan)
        return False

    def _points_at_fault(self) -> bool:
        """Focus the field that the comparison refused, if it did; return whether there is one."""
        trouble = self.requests.trouble
        field = {
            "sign-on-url-not-https": self.values.url,
            "too-many-reminders": self.values.reminders,
            "reminder-not-an-address": self.values.reminders,
        }.get(trouble.code if trouble.isVisible() else "")
        if field is not None:
            field.setFocus()
        return field is not None

    # --- answers ------------------------------------------------------------------------------------------------

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
        if self.attributes.check() is None:
            choice = use_case.with_attributes(choice, self.attributes.attributes)
        if choice != self._choice:
            self._choose(choice)
            self._compare()
            self._check_people()

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
        path = open_file(self, _("Service provider metadata from AWS"), _metadata_files())
        if path is not None:
            self._read_file(path)

    def _accept(self, code: str, on: bool) -> None:
        found = self.session.found
        found.sign_on_accepted = found.sign_on_accepted | {code} if on else found.sign_on_accepted - {code}
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
                found, before = self.session.found, self.session.found.sign_on
                known = before.concerns if before is not None else ()
                # A warning that says something else now must be accepted again.
                found.sign_on_accepted &= {each.code for each in plan.concerns if each in known}
                found.sign_on = plan
            self.refresh()
            self.answered.emit()

        self.requests.run(Message("waiting-for-microsoft"), work, done, self._compare, slot=Slot.SIGN_ON_READ)

    def _write(self, plan: "SignOnPlan") -> None:
        job, accepted = self.session.draft, self.session.found.sign_on_accepted

        async def work(services: "Services", emit: Emit) -> "SignOn | NotAccepted":
            try:
                return await use_case.apply(services, job, plan, accepted, emit)
            except NotAccepted as error:
                return error

        def done(written: "SignOn | NotAccepted") -> None:
            if isinstance(written, NotAccepted):  # it was changed at Microsoft meanwhile: show what differs now
                self._compare()
                concern = written.concerns[0]
                self.requests.say("warn", messages.title(concern), messages.advice(concern))
                return
            self._choose(use_case.as_written(self._choice, date.today().isoformat()))
            self._compare()

        self.requests.run(
            Message("waiting-for-microsoft"), work, done, lambda: self._write(plan), True, Slot.SIGN_ON_WRITE
        )

    def _check_people(self) -> None:
        """Compare what everyone in scope has with what AWS takes."""
        job, snapshot = self.session.draft, self.session.found.snapshot
        about = (snapshot, job.scope, job.mappings, job.sign_on.attributes)
        if snapshot is None or about == self._checked_for:
            return

        async def work(_services: "Services", _emit: Emit) -> "tuple[NameIdCheck, AttributeCheck]":
            return await use_case.check_name_ids(job, snapshot), await use_case.check_attributes(job, snapshot)

        def done(checks: "tuple[NameIdCheck, AttributeCheck]") -> None:
            self._name_ids, self._values_checked = checks
            self._checked_for = about
            self._show_checks()

        self.tasks.run(Slot.SIGN_ON_CHECK, work, on_done=done, on_error=lambda _error: None)

    def _save(self) -> None:
        plan = self.session.found.sign_on
        if plan is None:
            return
        path = save_file(self, _("Metadata for AWS"), "entra-id-metadata.xml", _metadata_files())
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
            self.shell.notify(_("Saved to {file}").format(file=path.name))
            if self.session.draft.id != job.id:  # another job was opened meanwhile
                return
            of = _("{n:,} of {most:,} characters").format(n=metadata.characters, most=metadata.most_characters)
            self.limits.show_state("ok", of)

        def failed(error: WizardError) -> None:
            self.save.set_busy(False)
            self.limits.show_state("bad" if error.message.code in _BEYOND_LIMITS else "untried")
            self.requests.show_error("bad", error)
            self._revealing.start()

        self.tasks.run(Slot.SIGN_ON_SAVE, work, on_done=done, on_error=failed)

    # --- what it shows -------------------------------------------------------------------------------------------

    def _show_checks(self) -> None:
        check, values = self._name_ids, self._values_checked
        warning = check.message if check is not None else None
        self.name_id.show_state(
            "untried" if check is None else "bad" if warning else "ok",
            "" if check is None or warning else counted(check.checked, Noun.PERSON),
        )
        refused = bool(values is not None and values.refused)
        self.tags.setVisible(bool(self._choice.attributes))
        self.tags.show_state(
            "untried" if values is None else "bad" if refused else "warn" if values.empty else "ok",
            "" if values is None or values.messages else counted(values.checked, Noun.PERSON),
        )
        shown = [warning] if warning is not None else []
        shown += values.messages if values is not None and self._choice.attributes else ()
        self.who.setText("\n".join(map(messages.text, shown)))
        set_ink(self.who, "bad" if warning is not None or refused else "text2")
        self.who.setVisible(bool(shown))

    def _fill(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(px(8))
        left.addWidget(heading(_("1. Metadata from AWS")))
        left.addWidget(self.drop)
        left.addSpacing(px(12))
        head = QHBoxLayout()
        head.addWidget(heading(_("2. Entra ID")))
        head.addSpacing(px(16))
        head.addWidget(self.values.application, 1)
        left.addLayout(head)
        parts = (self.values, self.attributes, self.warnings, self.requests.waiting, self.requests.trouble)
        for part in parts:
            left.addWidget(part)
        left.addSpacing(px(12))
        left.addWidget(heading(_("3. Checks")))
        checks = Card(padded=False)
        checks.column.addWidget(self.name_id)
        checks.column.addWidget(self.tags)
        checks.column.addWidget(self.limits)
        left.addWidget(checks)
        left.addWidget(self.who)
        left.addWidget(self.notes)
        left.addSpacing(px(12))
        left.addWidget(heading(_("4. Metadata for AWS")))
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self.save)
        row.addWidget(self.save_hint, 1)
        left.addLayout(row)
        left.addStretch(1)
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
        console = flat(_("Open AWS console"), "openAwsConsole", icon="external")
        console.clicked.connect(
            lambda: open_console(endpoint(self.session.draft.target.tenant_url), _CONSOLE_PAGE)
        )
        column.addWidget(console, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(
            MessageCard("info", _("Provision first"), _("People must exist in AWS before they can sign in."))
        )
        return help_column

    def _reveal_trouble(self) -> None:
        """Scroll to a failure: it may be below the fields being edited."""
        if self.requests.trouble.isVisibleTo(self):
            self.ensure_visible(self.requests.trouble)

    def _connect(self) -> None:
        self.requests.ended.connect(self._revealing.start)
        self.drop.dropped.connect(lambda path: self._read_file(Path(path)))
        self.drop.browse.clicked.connect(self._browse)
        self.values.typed.connect(self._typing.start)
        self.attributes.typed.connect(self._typing.start)
        self.attributes.changed.connect(self._take_fields)
        self.warnings.accepted.connect(self._accept)
        self.save.clicked.connect(self._save)
        self.console.ticked.connect(self._ticked)


class Warnings(QWidget):
    """What must be accepted before anything is written: one card with a box for each."""

    accepted = Signal(str, bool)
    """A code, and whether its box is checked."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("signOnWarnings")
        self._shown: tuple[Message, ...] = ()
        self.cards: dict[str, MessageCard] = {}
        """By the code of the concern."""
        self.boxes: dict[str, QCheckBox] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(8))
        self.hide()

    def show_concerns(self, concerns: tuple[Message, ...], accepted: frozenset[str]) -> None:
        """Show these, each with its box as it was answered."""
        if concerns != self._shown:
            self._shown, self.cards, self.boxes = concerns, {}, {}
            discard_all(self._column)
            for concern in concerns:
                self._add(concern)
            self.setVisible(bool(concerns))
        for code, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(code in accepted)
            box.blockSignals(False)

    def point_at(self, code: str) -> None:
        """Announce a warning and put the focus on its box."""
        self.cards[code].announce()
        self.boxes[code].setFocus()

    def _add(self, concern: Message) -> None:
        code = concern.code
        card = self.cards[code] = MessageCard("warn")
        card.setObjectName(f"signOnWarning.{code}")
        card.show_message("warn", concern)
        words = WrappedCheckBox(f"acceptSignOn.{code}", messages.accept(concern))
        box = self.boxes[code] = words.box
        box.toggled.connect(lambda on: self.accepted.emit(code, on))
        words.setContentsMargins(0, px(8), 0, 0)
        card.words.insertWidget(2, words)
        self._column.addWidget(card)


def _metadata_files() -> str:
    return _("SAML metadata (*.xml);;All files (*)")
