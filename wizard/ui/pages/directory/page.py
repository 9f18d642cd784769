"""Step 3, Directory: files or tenant, columns and their attributes, rows with problems."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.directory import DirectorySnapshot
from wizard.errors import Message, SignInNeeded, WizardError
from wizard.flow.steps.fix import Fix
from wizard.flow.steps.steps import entra_problem
from wizard.messages import Noun, counted
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _, pgettext
from wizard.progress import Progress
from wizard.provisioning.job import EntraChoice, Job, SourceChoice
from wizard.sources.columns import GROUPS
from wizard.sources.decoding import CHOICES, readings_of
from wizard.sources.interface import Inspection
from wizard.ui.formats import day_and_time
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.directory.entra.part import EntraPart
from wizard.ui.pages.directory.tables import FoundTables
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import FLAT_PADDING, flat, secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard, WaitCard
from wizard.ui.widgets.fields import LabelledField
from wizard.ui.widgets.files import DIRECTORIES, DropZone, FileField, dropped_files
from wizard.ui.widgets.search_combo import Choice, Choices, SearchCombo

if TYPE_CHECKING:
    from wizard.flow.services import Services

_TYPING_MILLISECONDS = 400
"""Milliseconds from the last key until a typed path is read."""
_WAIT_SHOWN_AFTER = 1000
_IDENTITY_HINT = N_("Must be unique and filled in for everyone.")
_USERS_HINT = N_("Use Entra ID's “Download users” export, or any table.")
_MEMBERS_HINT = N_("Two columns: group and member. Leave empty if the first file has a column with groups.")
_SENTENCES = {
    "entra": N_(
        "Sign in to Microsoft and choose which people and groups to read. Reading changes nothing in your tenant."
    ),
    "sample": N_("Check the people and groups that were read."),
}
"""Kind of source -> sentence below the title."""
_ROLES = ("people", "members")
"""Roles of two dropped files."""
_MEMBERS_NAME = re.compile(r"member|group|mitglied|grupp|membre|miembro", re.IGNORECASE)
"""Matches the name of a file with group members."""
_ENCODING_HINT = N_("Change it if names look garbled.")
_SHEET_HINT = N_("The sheet with the people.")
_HEADING_HINT = N_("Rows above it are ignored.")
_GROUPS_HINT = N_("Used if there is no file with group members.")


class DirectoryPage(WizardPage):
    """Asks for the source, reads it and shows its contents."""

    step_id = "directory"
    title = N_("Connect your directory")
    sentence = N_("Check how each column is used. Your files are not changed.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._shown: tuple[str, SourceChoice] | None = None
        """Job id and source of the inspection shown."""
        self._inspection: Inspection | None = None
        """The last inspection of these files; stays while columns are reassigned."""
        self._showing = False
        self._continues = False
        """Continue started the reading: the next step is shown when it succeeds."""
        filters = _(DIRECTORIES)
        self.users = FileField("usersFile", filters, _("File with people"))
        self.members = FileField("membersFile", filters, _("File with group members"))
        self.members.edit.setPlaceholderText(pgettext("file", "None"))
        self.users_field = LabelledField(_("&File with people"), self.users, _(_USERS_HINT))
        self.members_field = LabelledField(_("File with group &members"), self.members, _(_MEMBERS_HINT))
        self.identity = SearchCombo("identityColumn", _("Unique ID"), free=True)
        self.identity_field = LabelledField(_("Unique &ID"), self.identity, _(_IDENTITY_HINT))
        self.groups = SearchCombo("groupsColumn", _("Column with groups"))
        self.groups_field = LabelledField(_("Column with &groups"), self.groups, _(_GROUPS_HINT))
        self.encoding = SearchCombo("encoding", _("Encoding"))
        self.encoding_field = LabelledField(_("&Encoding"), self.encoding, _(_ENCODING_HINT))
        self.sheet = SearchCombo("sheet", _("Sheet"))
        self.sheet_field = LabelledField(_("&Sheet"), self.sheet, _(_SHEET_HINT))
        self.heading_row = SearchCombo("headingRow", _("Heading row"))
        self.heading_field = LabelledField(_("Heading &row"), self.heading_row, _(_HEADING_HINT))
        self.options = flat(_("File options"), "readingOptions", size="small")
        self._options_open = False
        self.zone = DropZone("dropZone", _("Drop a file here"), _("CSV, Excel, JSON, or LDIF"))
        self._fix: Fix | None = None
        """Shown as soon as the directory has been read."""
        self.wait = WaitCard("readWait")
        self.trouble = MessageCard("bad")
        self.trouble.setObjectName("readTrouble")
        self.facts = MessageCard("info")
        self.facts.setObjectName("readFacts")
        self.found = FoundTables()
        self.again = secondary(_("Read again"), "readAgain", icon="refresh", busy=_("Reading…"))
        self._typing_timer = single_shot(self, _TYPING_MILLISECONDS, self._take_files)
        self._waiting = single_shot(self, _WAIT_SHOWN_AFTER, self.wait.show)
        self.entra = EntraPart(context)
        self._fill_body()
        self._listen()

    # --- content -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the source, and read the directory unless it has been read."""
        self.refresh()
        found = self.session.found
        if self.session.draft.source.kind == "file":
            self._list_recent()
        if self.session.draft.source.kind == "entra":
            self.entra.enter()  # it emits `ready` after the sign-in
            return
        if (
            found.snapshot is None
            and found.source_error is None
            and not self.tasks.is_running(Slot.DIRECTORY_READ)
        ):
            self.read()

    def on_leave(self) -> None:
        """Store paths that are still being typed; they are read when the page is shown again."""
        self._continues, self._fix = False, None
        if self._typing_timer.isActive():
            self._take_files()

    def refresh(self) -> None:
        """Show the draft and the result of reading."""
        source, found = self.session.draft.source, self.session.found
        self._showing = True
        by_file = source.kind == "file"
        for part in (self.users_field, self.members_field, self.identity_field, self.groups_field):
            part.setVisible(by_file)
        self.entra.setVisible(source.kind == "entra")
        self.setAcceptDrops(by_file)
        self.zone.setVisible(by_file and not source.users_file)
        self.set_sentence(_(_SENTENCES.get(source.kind, self.sentence)))
        for field, path in ((self.users, source.users_file), (self.members, source.members_file)):
            if field.path != path and not self._typing_timer.isActive():
                field.set_path(path)
        self._forget_other_files(source)
        if source.kind == "entra" and found.snapshot is None:
            self._inspection = None  # other people may be read now
        self._show_inspection(found.inspection or self._inspection)
        self._show_choices(source)
        self.found.show_problems(found.snapshot.problems if found.snapshot else None)
        self._show_error(found.source_error or self._nobody())
        self.again.setEnabled(self._may_read() and not self.again.is_busy)
        if source.kind == "entra":
            self.entra.refresh()
            self.found.setVisible(self._inspection is not None)
        else:
            self.found.show()
        self._showing = False

    def status(self) -> str:
        """Return when the directory was read."""
        found = self.session.found
        if found.snapshot is None:
            return ""
        moment = day_and_time(datetime.fromtimestamp(found.read_at).astimezone(), place="when")
        return _("Read {moment}.").format(moment=moment)

    def advance(self) -> bool:
        """Read the directory first, unless it has been read."""
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
            self._shown, self._inspection, self._options_open = now, None, False
            self.found.turn_to("columns")

    def _show_inspection(self, found: Inspection | None) -> None:
        if found is not self._inspection or found is None:
            self.found.show_inspection(found, self.session.draft.source.kind == "file")
        self._inspection = found
        if found is None:
            self.facts.hide()
            return
        snapshot = self.session.found.snapshot
        if snapshot is None:
            numbers = [counted(found.row_count, Noun.ROW)]
        else:
            numbers = [counted(len(snapshot.users), Noun.PERSON)]
            numbers += [counted(len(snapshot.groups), Noun.GROUP)] if snapshot.groups else []
        kind = comma_list([*filter(None, (messages.title(found.recognised_as), messages.title(found.format)))])
        unsure = (found.unsure,) if found.unsure else ()
        notes = dict.fromkeys((*unsure, *found.notes, *(snapshot.notes if snapshot else ())))
        notes = {one: None for one in notes if one.code != "identity-column"}  # the field shows it
        text = "\n".join((kind, *(f"• {messages.text(note)}" for note in notes)))
        self.facts.show_text("warn" if unsure else "info", comma_list(numbers), text)
        self.facts.show()

    def _show_choices(self, source: SourceChoice) -> None:
        found = self._inspection
        columns = found.columns if found else ()
        identity = next((one.heading for one in columns if found and one.attribute == found.identity), "")
        groups = next((one.heading for one in columns if one.attribute == GROUPS), "")
        _fill(self.identity, "" if source.identity else identity, _as_names(found.identity_choices if found else ()),
              source.identity)  # fmt: skip
        _fill(self.groups, "" if source.groups_column else groups or pgettext("column", "none"),
              _as_names(one.heading for one in columns), source.groups_column)  # fmt: skip
        self.identity.setEnabled(bool(source.users_file))
        self.groups.setEnabled(found is not None)
        self._show_reading_choices(source, found)

    def _show_reading_choices(self, source: SourceChoice, found: Inspection | None) -> None:
        """Show encoding, sheet and heading row if the file has a choice or the job has made one."""
        by_file = source.kind == "file"
        names = {codec: messages.title(Message("encoding-name", encoding=codec)) for codec in CHOICES}
        details = (
            {codec: ", ".join(read) for codec, read in readings_of(found.unsure)} if found and found.unsure else {}
        )
        names |= {codec: codec for codec in details if codec not in names}
        itself = messages.title(found.format) if found and found.is_text else ""
        _fill(self.encoding, "" if source.encoding else itself, names, source.encoding, details)
        sheets = found.sheets if found else ()
        _fill(self.sheet, found.sheet if found and not source.sheet else "", _as_names(sheets), source.sheet)
        rows = tuple(str(row) for row in range(1, 41)) if found and found.heading_row else ()
        chosen = str(source.heading_row) if source.heading_row else ""
        _fill(
            self.heading_row,
            str(found.heading_row) if found and rows and not chosen else "",
            _as_names(rows),
            chosen,
        )
        fields = (
            (self.encoding_field, bool(source.encoding or (found and found.is_text))),
            (self.sheet_field, bool(source.sheet) or len(sheets) > 1),
            (self.heading_field, bool(chosen or rows)),
        )
        by_itself = not (source.encoding or source.sheet or source.heading_row)
        doubtful = found is not None and bool(found.unsure or len(sheets) > 1 or found.heading_row > 1)
        offered = by_file and any(applies for _, applies in fields)
        open_ = doubtful or not by_itself or self._options_open
        self.options.setVisible(offered and by_itself and not doubtful)
        self.options.change_icon("chevron-down" if self._options_open else "chevron-right")
        for field, applies in fields:
            field.setVisible(offered and applies and open_)

    def _nobody(self) -> Message | None:
        """Return why the directory has no people; None = it has some, or was not read."""
        snapshot = self.session.found.snapshot
        if snapshot is None:
            return None
        from wizard.flow.directory.reading import nobody_read  # already imported by the reading

        return nobody_read(self.session.draft, snapshot)

    def _show_error(self, error: WizardError | Message | None) -> None:
        self.users_field.set_wrong("")
        self.members_field.set_wrong("")
        self.trouble.setVisible(error is not None)
        if error is None:
            return
        self.facts.hide()
        message = error.message if isinstance(error, WizardError) else error
        source = self.session.draft.source
        again = MessageAction(_("Read again"), "readAfterTrouble", self.read, source.kind != "file", "refresh")
        if source.kind != "file":
            self.trouble.show_message("bad", error, (replace(again, flat=False),))
            return
        of_members = bool(source.members_file) and message.args.get("file") == Path(source.members_file).name
        field = self.members if of_members else self.users
        choose = MessageAction(_("Choose file…"), "chooseFile", field.browse.click, False, "folder")
        self.trouble.show_message("bad", error, (choose, replace(again, flat=True)))
        (self.members_field if of_members else self.users_field).set_wrong(_("This file cannot be used."))

    # --- answers ----------------------------------------------------------------------------------------

    def _files_typed(self) -> None:
        if not self._showing:
            self._typing_timer.start()

    def _take_files(self) -> None:
        self._typing_timer.stop()
        source = self.session.draft.source
        users, members = self.users.path, self.members.path
        if (users, members) == (source.users_file, source.members_file):
            return
        if users != source.users_file:  # it has other columns
            source = SourceChoice(source.kind, users)
        self._answer_source(replace(source, members_file=members))

    def _assign(self, heading: str, attribute: str) -> None:
        source = self.session.draft.source
        others = tuple(pair for pair in source.columns if pair[0] != heading)
        self._answer_source(replace(source, columns=(*others, (heading, attribute))))

    def _turn_options(self) -> None:
        self._options_open = not self._options_open
        self._show_reading_choices(self.session.draft.source, self._inspection)

    def _choose(self, field: str, value: str | int) -> None:
        self._answer_source(replace(self.session.draft.source, **{field: value}))  # type: ignore[arg-type]

    # --- dropped and recent files --------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files of this computer anywhere on the page."""
        if dropped_files(event.mimeData()):
            self.zone.show()
            self.zone.set_over(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Reset the drop zone."""
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        """Use one file as people, two as people and members."""
        self._end_drag()
        paths = dropped_files(event.mimeData())
        if len(paths) > len(_ROLES):
            self.show_message(
                "info", _("Drop one or two files"), _("One with people, one with group members."), cause="drop"
            )
            return
        self.clear_message("drop")
        if len(paths) == len(_ROLES) and _MEMBERS_NAME.search(Path(paths[0]).stem):
            paths = paths[::-1]
        for field, path in zip((self.users, self.members), paths, strict=False):
            field.set_path(path)
        self._take_files()

    def _end_drag(self) -> None:
        self.zone.set_over(False)
        self.zone.setVisible(not self.session.draft.source.users_file)

    def _list_recent(self) -> None:
        async def work(services: "Services", _emit: Emit) -> tuple[str, ...]:
            from wizard.flow.directory.remembered import recent_files

            return await recent_files(services)

        self.tasks.run(Slot.RECENT_FILES, work, on_done=self._show_recent, on_error=lambda _error: None)

    def _remember_files(self) -> None:
        """Add the files to the recent ones, unless the job is for this session only."""
        source = self.session.draft.source
        if source.kind != "file" or self.session.found.token_kept == "session":
            return

        async def work(services: "Services", _emit: Emit) -> tuple[str, ...]:
            from wizard.flow.directory.remembered import remember_files

            return await remember_files(services, source.users_file, source.members_file)

        self.tasks.run(Slot.RECENT_FILES, work, on_done=self._show_recent, on_error=lambda _error: None)

    def _show_recent(self, paths: tuple[str, ...]) -> None:
        for field in (self.users, self.members):
            field.show_recent(tuple(path for path in paths if path != field.path))

    # --- fixes -------------------------------------------------------------------------------

    def show_fix(self, fix: Fix) -> None:
        """Show the column or the line of the file, after reading it if necessary."""
        self._fix = fix
        if self.session.found.snapshot is not None:
            self._show_fix()

    def _show_fix(self) -> None:
        fix, self._fix = self._fix, None
        snapshot = self.session.found.snapshot
        if fix is None or snapshot is None:
            return
        if fix.line and self.found.show_line(fix.line, fix.column):
            return
        if fix.column and self.found.show_column(fix.column):
            return
        for user in snapshot.users:
            if (fix.line and user.line == fix.line) or (fix.source_id and user.id == fix.source_id):
                self.found.show_person(user)
                return

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

    # --- reading -----------------------------------------------------------------------------------------

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
        self.session.found.is_reading = True
        self.answered.emit()

    def _take(self, snapshot: DirectorySnapshot, continues: bool) -> None:
        found = self.session.found
        found.snapshot, found.read_at, found.source_error = snapshot, time.time(), None
        self._remember_files()
        self.refresh()
        self._show_fix()
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
        """Show the assignments instead of the tables."""
        self._beside.setVisible(not shown)
        self.again.setVisible(not shown)

    def _stop_reading(self) -> None:
        self.tasks.cancel(Slot.DIRECTORY_READ)

    def _end_waiting(self) -> None:
        self._waiting.stop()
        self._continues = False
        self.wait.hide()
        self.again.set_busy(False)
        if self.session.found.is_reading:
            self.session.found.is_reading = False
            self.answered.emit()

    def _show_tenant(self) -> None:
        self.refresh()
        self.answered.emit()

    def _cancel(self) -> None:
        self._stop_reading()
        self.show_message("info", _("Reading canceled"), _("Read again to start over."), cause="cancelled")

    # --- layout ----------------------------------------------------------------------------------

    def _listen(self) -> None:
        for field in (self.users, self.members):
            field.changed.connect(self._files_typed)
            field.edit.editingFinished.connect(self._take_files)
        self.identity.chosen.connect(lambda value: self._choose("identity", value))
        self.groups.chosen.connect(lambda value: self._choose("groups_column", value))
        self.options.clicked.connect(self._turn_options)
        self.encoding.chosen.connect(lambda value: self._choose("encoding", value))
        self.sheet.chosen.connect(lambda value: self._choose("sheet", value))
        self.heading_row.chosen.connect(lambda value: self._choose("heading_row", int(value or 0)))
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
        row.setContentsMargins(-px(FLAT_PADDING), 0, 0, 0)  # align its icon with the fields
        row.addWidget(self.options)
        row.addStretch(1)
        self.body.addLayout(row)
        row = QHBoxLayout()
        row.setSpacing(px(24))
        for field in (self.encoding_field, self.sheet_field, self.heading_field):
            row.addWidget(field, 1)
            field.hide()
        self.body.addLayout(row)
        self.body.addWidget(self.zone)
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


def _as_names(values: Iterable[str]) -> dict[str, str]:
    return {value: value for value in values}


def _fill(
    box: SearchCombo, found: str, names: Mapping[str, str], chosen: str, details: Mapping[str, str] | None = None
) -> None:
    """Offer "Automatic (found)", then each value with its name; also the chosen one, if it is not among them."""
    automatic = Choice("", _("Automatic ({value})").format(value=found) if found else _("Automatic"))
    offered = {**names, chosen: names.get(chosen, chosen)} if chosen else names
    detail = details or {}
    box.set_choices(
        Choices((automatic, *(Choice(value, name, detail.get(value, "")) for value, name in offered.items())))
    )
    box.show_value(chosen)
