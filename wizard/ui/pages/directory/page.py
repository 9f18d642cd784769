"""Step 3, Directory: the files with people and groups or the tenant, their columns, and what could not be read."""

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.directory import DirectorySnapshot
from wizard.errors import Message, SignInNeeded, WizardError
from wizard.fields import Field
from wizard.flow.steps.steps import entra_problem
from wizard.messages import Noun, counted
from wizard.progress import Progress
from wizard.provisioning.job import EntraChoice, Job, SourceChoice
from wizard.sources.catalogue import SOURCES
from wizard.sources.decoding import CHOICES, readings_of
from wizard.sources.interface import Inspection
from wizard.ui.formats import clock
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.directory.entra.part import EntraPart
from wizard.ui.pages.directory.tables import FoundTables
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard, WaitCard
from wizard.ui.widgets.fields import LabelledField
from wizard.ui.widgets.files import FileField

if TYPE_CHECKING:
    from wizard.flow.services import Services

_TYPING_MILLISECONDS = 400
"""Milliseconds from the last key until a typed path is read."""
_WAIT_SHOWN_AFTER = 1000
_IDENTITY_HINT = "Filled in every row and never twice."
_SENTENCES = {
    "entra": "The wizard signs in to Microsoft and reads who is assigned. Reading changes nothing in your tenant.",
}
_ENCODING_HINT = "For a file that is not UTF-8: the one in which the names are right."
_SHEET_HINT = "The sheet with the people."
_HEADING_HINT = "Rows above it are titles."
_GROUPS_HINT = "Names of groups, where no second file lists the members."


class DirectoryPage(WizardPage):
    """Chooses the directory, reads it and shows what was read."""

    step_id = "directory"
    title = "Read your directory"
    sentence = "The wizard reads your files and shows what it takes each column for. Nothing is written to them."

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._shown: tuple[str, SourceChoice] | None = None
        """Job id and source of the inspection shown."""
        self._inspection: Inspection | None = None
        """The last inspection of these files; stays while columns are reassigned."""
        self._showing = False
        self._continues = False
        """Continue started the reading: a good one shows the next step."""
        fields = {field.name: field for kind in SOURCES if kind.id == "file" for field in kind.fields}
        self.users = _file_field(fields["usersFile"])
        self.members = _file_field(fields["membersFile"])
        self.users_field = LabelledField("&File with people", self.users, fields["usersFile"].hint)
        self.members_field = LabelledField("File with group &members", self.members, fields["membersFile"].hint)
        self.identity = _choice("identityColumn")
        self.identity_field = LabelledField("People are &told apart by", self.identity, _IDENTITY_HINT)
        self.groups = _choice("groupsColumn")
        self.groups_field = LabelledField("Column with &groups", self.groups, _GROUPS_HINT)
        self.encoding = _choice("encoding")
        self.encoding_field = LabelledField("&Encoding", self.encoding, _ENCODING_HINT)
        self.sheet = _choice("sheet")
        self.sheet_field = LabelledField("&Sheet", self.sheet, _SHEET_HINT)
        self.heading_row = _choice("headingRow")
        self.heading_field = LabelledField("&Row with the headings", self.heading_row, _HEADING_HINT)
        self.wait = WaitCard("readWait")
        self.trouble = MessageCard("bad")
        self.trouble.setObjectName("readTrouble")
        self.facts = MessageCard("info")
        self.facts.setObjectName("readFacts")
        self.found = FoundTables()
        self.again = secondary("Read again", "readAgain", icon="refresh", busy="Reading…")
        self._typing_timer = single_shot(self, _TYPING_MILLISECONDS, self._take_files)
        self._waiting = single_shot(self, _WAIT_SHOWN_AFTER, self.wait.show)
        self.entra = EntraPart(context)
        self._fill_body()
        self._listen()

    # --- what it shows -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the source, and read the directory unless it has been read."""
        self.refresh()
        found = self.session.found
        if self.session.draft.source.kind == "entra":
            self.entra.enter()  # it emits `ready` once somebody is signed in
            return
        if (
            found.snapshot is None
            and found.source_error is None
            and not self.tasks.is_running(Slot.DIRECTORY_READ)
        ):
            self.read()

    def on_leave(self) -> None:
        """Take paths that were typed a moment ago; they are read when the page is shown again."""
        self._continues = False
        if self._typing_timer.isActive():
            self._take_files()

    def refresh(self) -> None:
        """Show the draft and what is known about it."""
        source, found = self.session.draft.source, self.session.found
        self._showing = True
        by_file = source.kind == "file"
        for part in (self.users_field, self.members_field, self.identity_field, self.groups_field):
            part.setVisible(by_file)
        self.entra.setVisible(source.kind == "entra")
        self.set_sentence(_SENTENCES.get(source.kind, self.sentence))
        for field, path in ((self.users, source.users_file), (self.members, source.members_file)):
            if field.path != path and not self._typing_timer.isActive():
                field.set_path(path)
        self._forget_other_files(source)
        if source.kind == "entra" and found.snapshot is None:
            self._inspection = None  # the choice of who is read may have changed
        self._show_inspection(found.inspection or self._inspection)
        self._show_choices(source)
        self.found.show_problems(found.snapshot.problems if found.snapshot else None)
        self._show_error(found.source_error)
        self.again.setEnabled(self._may_read() and not self.again.is_busy)
        if source.kind == "entra":
            self.entra.refresh()
            self.found.setVisible(self._inspection is not None)
        else:
            self.found.show()
        self._showing = False

    def status(self) -> str:
        """When it was read, and how many people and groups."""
        snapshot, found = self.session.found.snapshot, self.session.found
        if snapshot is None:
            return ""
        at = clock(datetime.fromtimestamp(found.read_at).astimezone())
        return f"Read at {at}: {counted(len(snapshot.users), Noun.PERSON)}, {counted(len(snapshot.groups), Noun.GROUP)}"

    def advance(self) -> bool:
        """Read the directory first, unless that was done."""
        if self._typing_timer.isActive():
            self._take_files()
        if self.session.found.snapshot is not None:
            return True
        if not self.tasks.is_running(Slot.DIRECTORY_READ):
            self.read()
        self._continues = self.tasks.is_running(Slot.DIRECTORY_READ)
        return False

    def _forget_other_files(self, source: SourceChoice) -> None:
        """Forget the inspection of other files."""
        now = (self.session.draft.id, SourceChoice(source.kind, source.users_file, source.members_file))
        if self._shown != now:
            self._shown, self._inspection = now, None
            self.found.turn_to("columns")

    def _show_inspection(self, found: Inspection | None) -> None:
        if found is not self._inspection or found is None:
            self.found.show_inspection(found, self.session.draft.source.kind == "file")
        self._inspection = found
        if found is None:
            self.facts.hide()
            return
        by_row = self.session.draft.source.kind != "entra"
        numbers = [messages.title(found.format), counted(found.row_count, Noun.ROW if by_row else Noun.PERSON)]
        numbers += (
            [counted(found.groups, Noun.GROUP), counted(found.memberships, Noun.MEMBERSHIP)]
            if found.groups
            else []
        )
        snapshot = self.session.found.snapshot
        unsure = (found.unsure,) if found.unsure else ()
        notes = dict.fromkeys((*unsure, *found.notes, *(snapshot.notes if snapshot else ())))
        text = "\n".join((f"{', '.join(part for part in numbers if part)}.", *map(messages.text, notes)))
        self.facts.show_text(
            "warn" if unsure else "info", f"Recognised as: {messages.title(found.recognised_as)}", text
        )
        self.facts.show()

    def _show_choices(self, source: SourceChoice) -> None:
        found = self._inspection
        itself = f"Found by itself: {found.identity}" if found and not source.identity else "Found by itself"
        _fill(self.identity, itself, found.identity_choices if found else (), source.identity)
        headings = tuple(column.heading for column in found.columns) if found else ()
        _fill(self.groups, "None, or found by its name", headings, source.groups_column)
        self.identity.setEditable(found is None and bool(source.users_file))
        self.identity.setEnabled(bool(source.users_file))
        self.groups.setEnabled(found is not None)
        self._show_reading_choices(source, found)

    def _show_reading_choices(self, source: SourceChoice, found: Inspection | None) -> None:
        """Encoding, sheet and heading row: each where the file has a choice, or the job has made one."""
        by_file = source.kind == "file"
        names = {codec: messages.title(Message("encoding-name", encoding=codec)) for codec in CHOICES}
        for codec, read in readings_of(found.unsure) if found and found.unsure else ():
            names[codec] = f"{names.get(codec, codec)}: {', '.join(read)}"
        itself = messages.title(found.format) if found and found.is_text else ""
        _fill_named(self.encoding, f"Found by itself{f': {itself}' if itself else ''}", names, source.encoding)
        sheets = found.sheets if found else ()
        _fill(self.sheet, f"Found by itself{f': {found.sheet}' if found else ''}", sheets, source.sheet)
        rows = tuple(str(row) for row in range(1, 41)) if found and found.heading_row else ()
        chosen = str(source.heading_row) if source.heading_row else ""
        row = f": {found.heading_row}" if found and found.heading_row else ""
        _fill(self.heading_row, f"Found by itself{row}", rows, chosen)
        self.encoding_field.setVisible(by_file and bool(source.encoding or (found and found.is_text)))
        self.sheet_field.setVisible(by_file and (bool(source.sheet) or len(sheets) > 1))
        self.heading_field.setVisible(by_file and bool(chosen or rows))

    def _show_error(self, error: WizardError | None) -> None:
        self.users_field.set_wrong("")
        self.members_field.set_wrong("")
        self.trouble.setVisible(error is not None)
        if error is None:
            return
        self.facts.hide()
        again = MessageAction("Read again", "readAfterTrouble", self.read, False, "refresh")
        self.trouble.show_message("bad", error, (again,))
        members = Path(self.session.draft.source.members_file).name
        of_members = members and error.message.args.get("file") == members
        (self.members_field if of_members else self.users_field).set_wrong(f"{messages.title(error)}.")

    # --- what is answered ----------------------------------------------------------------------------------------

    def _files_typed(self) -> None:
        if not self._showing:
            self._typing_timer.start()

    def _take_files(self) -> None:
        self._typing_timer.stop()
        source = self.session.draft.source
        users, members = self.users.path, self.members.path
        if (users, members) == (source.users_file, source.members_file):
            return
        if users != source.users_file:  # its columns are others
            source = SourceChoice(source.kind, users)
        self._answer_source(replace(source, members_file=members))

    def _assign(self, heading: str, attribute: str) -> None:
        source = self.session.draft.source
        others = tuple(pair for pair in source.columns if pair[0] != heading)
        self._answer_source(replace(source, columns=(*others, (heading, attribute))))

    def _choose_identity(self) -> None:
        typed = self.identity.currentData() if not self.identity.isEditable() else self.identity.currentText()
        first = self.identity.itemText(0)
        self._answer_source(replace(self.session.draft.source, identity="" if typed in (None, first) else typed))

    def _choose_groups(self) -> None:
        self._answer_source(replace(self.session.draft.source, groups_column=self.groups.currentData()))

    def _choose_reading(self) -> None:
        row = self.heading_row.currentData()
        source = self.session.draft.source
        encoding, sheet = self.encoding.currentData() or "", self.sheet.currentData() or ""
        self._answer_source(replace(source, encoding=encoding, sheet=sheet, heading_row=int(row or 0)))

    def _choose_status(self, enabled: tuple[str, ...], disabled: tuple[str, ...]) -> None:
        source = self.session.draft.source
        self._answer_source(replace(source, enabled_values=enabled, disabled_values=disabled))

    def _answer_source(self, source: SourceChoice) -> None:
        if source == self.session.draft.source:
            return
        self._stop_reading()
        self.answer(replace(self.session.draft, source=source))
        self.refresh()
        self.read()

    # --- what takes time -----------------------------------------------------------------------------------------

    def read(self) -> None:
        """Inspect the directory, then read it."""
        job = self.session.draft
        if not self._may_read():
            return

        async def work(services: "Services", emit: Emit) -> DirectorySnapshot:
            return await _read(services, job, emit)

        def is_stale() -> bool:
            """Return whether another job or source was chosen meanwhile."""
            return self.session.draft.id != job.id or self.session.draft.source != job.source

        def on_events(events: tuple[Event, ...]) -> None:
            for event in () if is_stale() else events:
                if isinstance(event, Progress):
                    self.wait.show_progress(event)
                elif isinstance(event, Inspection):
                    self.session.found.inspection = event
                    self.refresh()

        def done(snapshot: DirectorySnapshot) -> None:
            continues = self._continues
            self._end_waiting()
            if is_stale():
                return
            self._take(snapshot, continues)

        def failed(error: WizardError) -> None:
            self._end_waiting()
            if not is_stale():
                self._failed(error)

        self.session.found.source_error = None
        self.trouble.hide()
        self.clear_message("cancelled")
        self.wait.show_progress(Progress(_looking_at(job.source)))
        self.again.set_busy(True)
        self._waiting.start()
        self.tasks.run(
            Slot.DIRECTORY_READ,
            work,
            on_done=done,
            on_error=failed,
            on_event=on_events,
            on_cancel=self._end_waiting,
        )

    def _take(self, snapshot: DirectorySnapshot, continues: bool) -> None:
        found = self.session.found
        found.snapshot, found.read_at, found.source_error = snapshot, time.time(), None
        self.refresh()
        self.answered.emit()
        if continues and self.context.navigator.current.id == self.step_id:
            self.shell.next()

    def _failed(self, error: WizardError) -> None:
        self.session.found.source_error, self.session.found.snapshot = error, None
        if isinstance(error, SignInNeeded):
            self.entra.show_form()
        self.refresh()
        self.trouble.announce()
        self.answered.emit()

    def _may_read(self) -> bool:
        source = self.session.draft.source
        if source.kind == "entra":
            return entra_problem(self.session) is None
        return bool(source.kind == "sample" or source.users_file)

    def _answer_entra(self, choice: EntraChoice) -> None:
        self._stop_reading()
        self.answer(replace(self.session.draft, source=replace(self.session.draft.source, entra=choice)))
        self.refresh()

    def _show_assignments(self, shown: bool) -> None:
        """Show the assignments in place of what was read."""
        self._beside.setVisible(not shown)
        self.again.setVisible(not shown)

    def _stop_reading(self) -> None:
        self.tasks.cancel(Slot.DIRECTORY_READ)

    def _end_waiting(self) -> None:
        self._waiting.stop()
        self._continues = False
        self.wait.hide()
        self.again.set_busy(False)

    def _show_tenant(self) -> None:
        self.refresh()
        self.answered.emit()

    def _cancel(self) -> None:
        self._stop_reading()
        self.show_message("info", "Reading was cancelled", "“Read again” begins anew.", cause="cancelled")

    # --- how it is put together ----------------------------------------------------------------------------------

    def _listen(self) -> None:
        for field in (self.users, self.members):
            field.changed.connect(self._files_typed)
            field.edit.editingFinished.connect(self._take_files)
        self.identity.activated.connect(self._choose_identity)
        self.groups.activated.connect(self._choose_groups)
        for box in (self.encoding, self.sheet, self.heading_row):
            box.activated.connect(self._choose_reading)
        self.found.status.chosen.connect(self._choose_status)
        self.found.columns.assigned.connect(self._assign)
        self.wait.cancelled.connect(self._cancel)
        self.again.clicked.connect(self.read)
        self.entra.answered.connect(self._answer_entra)
        self.entra.changed.connect(self._show_tenant)
        self.entra.ready.connect(self.read)
        self.entra.listing.connect(self._show_assignments)

    def _fill_body(self) -> None:
        self.actions_row.addWidget(self.again)
        for left, right in ((self.users_field, self.members_field), (self.identity_field, self.groups_field)):
            row = QHBoxLayout()
            row.setSpacing(px(24))
            row.addWidget(left, 1)
            row.addWidget(right, 1)
            self.body.addLayout(row)
        row = QHBoxLayout()
        row.setSpacing(px(24))
        for field in (self.encoding_field, self.sheet_field, self.heading_field):
            row.addWidget(field, 1)
            field.hide()
        self.body.addLayout(row)
        self.body.addWidget(self.entra)
        self._beside = QWidget()
        beside = QVBoxLayout(self._beside)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(px(16))
        for hidden in (self.wait, self.trouble, self.facts):
            beside.addWidget(hidden)
            hidden.hide()
        beside.addWidget(self.found, 1)
        self.body.addWidget(self._beside, 1)


async def _read(services: "Services", job: Job, emit: Emit) -> DirectorySnapshot:
    from wizard.flow.directory.reading import inspect_directory, read_directory

    if job.source.kind != "entra":
        emit(await inspect_directory(services, job))
        return await read_directory(services, job, emit)
    from wizard.sources.entra import inspection_of

    snapshot = await read_directory(services, job, emit)
    emit(inspection_of(snapshot))  # a tenant is inspected by reading it
    return snapshot


def _looking_at(source: SourceChoice) -> Message:
    if source.kind == "entra":
        return Message("looking-at-tenant")
    file = Path(source.users_file).name
    return Message("looking-at-file", file=file) if file else Message("looking-at-sample")


def _file_field(field: Field) -> FileField:
    made = FileField(field.name, field.filters, field.label)
    made.edit.setPlaceholderText("" if field.required else "None")
    return made


def _choice(name: str) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    return made


def _fill_named(box: QComboBox, first: str, names: dict[str, str], chosen: str) -> None:
    """Offer "" with the text `first`, then each value with its name; the chosen one even if it is none of them."""
    box.clear()
    box.addItem(first, "")
    for value, name in ({**names, chosen: names.get(chosen, chosen)} if chosen else names).items():
        box.addItem(name, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))


def _fill(box: QComboBox, first: str, choices: tuple[str, ...], chosen: str) -> None:
    """Offer "" with the text `first`, then the choices; the chosen one even if it is none of them."""
    box.clear()
    box.addItem(first, "")
    for choice in dict.fromkeys((*choices, *((chosen,) if chosen else ()))):
        box.addItem(choice, choice)
    box.setCurrentIndex(max(0, box.findData(chosen)))
