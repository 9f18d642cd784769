"""*Provision one* for Microsoft's service: choose, see what will happen, then let Microsoft do it."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from wizard import messages
from wizard.errors import Message
from wizard.messages.row import sentences
from wizard.messages.translation import N_, _
from wizard.ui.pages.shared.person_picker import Person, PersonPicker
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import OUTCOMES, Card, CheckRow
from wizard.ui.widgets.labels import Paragraph, heading

if TYPE_CHECKING:
    from wizard.directory import DirectorySnapshot
    from wizard.flow.microsoft.models import OnDemandPreview, OnDemandResult
    from wizard.flow.services import Services
    from wizard.ui.pages.microsoft.watch import ServicePage

_STEPS = {
    "test": N_("Test"),
    "import": N_("Import"),
    "scope": N_("Scope"),
    "match": N_("Match"),
    "act": N_("Write to AWS"),
}
_VERBS = {
    "create": N_("Create {name}"),
    "update": N_("Update {name}"),
    "disable": N_("Disable {name}"),
    "delete": N_("Delete {name}"),
}
_MEMBERS_VERB = N_("Change the members of {name}")
_EFFECTS = {
    "create": N_("Microsoft will create {name}."),
    "update": N_("Microsoft will update {name}."),
    "disable": N_("Microsoft will disable {name}."),
    "delete": N_("Microsoft will delete {name}."),
}
_MEMBERS_EFFECT = N_("Microsoft will change the members of {name}.")


class OnePanel(Card):
    """A card above the log; nothing is written before the effect was shown."""

    def __init__(self, page: "ServicePage") -> None:
        super().__init__()
        self.setObjectName("onePanel")
        self._page = page
        self._preview: OnDemandPreview | None = None
        self._wanted = ""
        self.picker = PersonPicker(_("&Person or group"))
        self.look = secondary(_("Show what will happen"), "previewOne", busy=_("Reading…"))
        self.go = secondary(_("Provision"), "provisionNow", icon="play", busy=_("Waiting for Microsoft…"))
        self.close_button = flat(_("Close"), "closeOne")
        self.effect = Paragraph()
        self.effect.setObjectName("oneEffect")
        self.rows = {step: CheckRow(f"one.{step}", _(words)) for step, words in _STEPS.items()}
        row = QHBoxLayout()
        row.setSpacing(px(8))
        for part in (self.picker, self.look):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.close_button)
        self.column.addWidget(heading(_("Provision on demand")))
        self.column.addLayout(row)
        self.column.addWidget(self.effect)
        foot = QHBoxLayout()
        foot.addWidget(self.go)
        foot.addStretch(1)
        self.column.addLayout(foot)
        for check in self.rows.values():
            self.column.addWidget(check)
        self.look.clicked.connect(self._look)
        self.go.clicked.connect(self._go)
        self.close_button.clicked.connect(self.hide)
        self.picker.moved.connect(self._clear)
        self.forget()

    def open(self, source_id: object = "") -> None:
        """Show the panel, and read the directory for the choices."""
        self._wanted = source_id if isinstance(source_id, str) else ""
        self.show()
        snapshot = self._page.session.found.snapshot
        if snapshot is not None:
            self._show_choices(snapshot)
            return
        job = self._page.session.draft

        async def work(services: "Services", _emit: Emit) -> "DirectorySnapshot":
            from wizard.flow.directory.reading import read_directory

            return await read_directory(services, job)

        def done(read: "DirectorySnapshot") -> None:
            self._page.session.found.snapshot = read
            self._show_choices(read)

        self._page.requests.run(Message("waiting-for-microsoft"), work, done, slot=Slot.PEOPLE_READ)

    def forget(self) -> None:
        """Empty the panel for another job."""
        self.picker.show_people(())
        self._clear()

    def _show_choices(self, snapshot: "DirectorySnapshot") -> None:
        choices: tuple[Person, ...] = (*snapshot.users, *snapshot.groups)
        self.picker.show_people(choices)
        self.look.setEnabled(bool(choices))
        if not choices:
            self.effect.setText(_("The directory has no people or groups."))
            self.effect.show()
        if self._wanted:
            wanted, self._wanted = self._wanted, ""
            if self.picker.choose(wanted) or (self.picker.person is not None and self.picker.person.id == wanted):
                self._look()
        self.picker.box.setFocus()

    def _clear(self) -> None:
        self._preview = None
        self.effect.setText("")
        self.effect.hide()
        self.go.hide()
        for row in self.rows.values():
            row.hide()

    def _look(self) -> None:
        chosen = self.picker.person
        if chosen is None:
            return
        job, source_id = self._page.session.draft, chosen.id
        self._clear()
        self.look.set_busy(True)

        async def work(services: "Services", _emit: Emit) -> "OnDemandPreview":
            from wizard.flow.microsoft.watch import preview_one

            return await preview_one(services, job, source_id)

        def done(preview: "OnDemandPreview") -> None:
            self.look.set_busy(False)
            self._preview = preview
            self._show_effect(preview)

        def failed(error: Any) -> None:
            self.look.set_busy(False)
            self._page.requests.show_error("bad", error)

        def cancelled() -> None:
            self.look.set_busy(False)

        self._page.tasks.run(Slot.PEOPLE_READ, work, on_done=done, on_error=failed, on_cancel=cancelled)

    def _show_effect(self, preview: "OnDemandPreview") -> None:
        plan = preview.forecast
        change = next((each for each in plan.changes if each.source_id == preview.source_id), None)
        rejected = next((each for each in plan.rejected if each.source_id == preview.source_id), None)
        said = [messages.text(each) for each in preview.caveats]
        if rejected is not None:
            text = _("AWS would reject {name}: {reason}")
            said.insert(0, text.format(name=preview.label, reason=messages.text(rejected.message)))
        elif change is not None:
            action = change.action.value
            verb = _(_VERBS.get(action, _MEMBERS_VERB)).format(name=preview.label)
            effect = _(_EFFECTS.get(action, _MEMBERS_EFFECT))
            said.insert(0, effect.format(name=preview.label))
        else:
            verb = _("Provision {name}").format(name=preview.label)
            said.insert(0, _("No change is expected for {name}.").format(name=preview.label))
        self.effect.setText(sentences(*said))
        self.effect.show()
        self.go.setVisible(rejected is None)
        if rejected is None:
            self.go.change_text(verb)

    def _go(self) -> None:
        preview, job = self._preview, self._page.session.draft
        if preview is None or self._page.tasks.is_running(Slot.PROVISION_ONE):
            return
        self.go.set_busy(True)

        async def work(services: "Services", _emit: Emit) -> "OnDemandResult":
            from wizard.flow.microsoft.watch import provision_one

            return await provision_one(services, job, preview)

        def done(result: "OnDemandResult") -> None:
            self.go.hide()
            self.effect.setText(messages.text(result.message))
            for step in result.steps:
                row = self.rows[step.step]
                row.show()
                row.show_state(OUTCOMES.get(step.outcome, "warn"))
                row.setToolTip(wrapped_tip(step.said))

        requests = self._page.requests
        requests.ended.connect(lambda: self.go.set_busy(False), Qt.ConnectionType.SingleShotConnection)
        requests.run(Message("waiting-for-microsoft"), work, done, self._go, slot=Slot.PROVISION_ONE)
