"""Step 1: source, name and content of a new job, and the list of saved jobs."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QButtonGroup, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import Message, NotAccepted, WizardError
from wizard.flow.directory.kinds import SOURCES
from wizard.flow.jobs.names import name_problem, safe_file_name
from wizard.flow.jobs.summary import JobSummary
from wizard.flow.steps.steps import UNNAMED, labels_of
from wizard.messages.translation import N_, _
from wizard.progress import Progress
from wizard.provisioning.job import Engine, Job
from wizard.ui.page import READABLE, PageContext, WizardPage
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.fonts import px, set_type
from wizard.ui.theme.icons import set_icon
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.cards import MessageAction, WaitCard
from wizard.ui.widgets.choices import CheckBox, ChoiceCard
from wizard.ui.widgets.fields import LabelledField, TextField
from wizard.ui.widgets.files import open_file, save_file
from wizard.ui.widgets.labels import Paragraph, heading

if TYPE_CHECKING:
    from wizard.flow.jobs.drafts import Opened
    from wizard.flow.jobs.new_job import TriedSample
    from wizard.flow.services import Services
    from wizard.ui.pages.start.job_list import JobList


T = TypeVar("T")

_NEXT = N_("Next: connect to AWS IAM Identity Center.")
_NEXT_SAMPLE = N_("Next: preview the changes for the sample company.")
_WAIT_SHOWN_AFTER = 1000
_JOBS = N_("Jobs (*.json)")
_JOBS_AND_ALL = N_("Jobs (*.json);;All files (*)")
_DELETION = N_(
    "The job, its schedule, history, log, and stored secrets are removed from this computer. People and "
    "groups in AWS are not changed."
)
_DELETION_OF_BROKEN = N_(
    "The job file and everything stored for it are removed from this computer. People and groups in AWS are not changed."
)
_REVOCATION = N_(
    "The access token, Microsoft sign-in, client secret, schedule, history, and log are removed from this "
    "computer. The job file stays, and AWS is not changed. The access token is valid until you delete it in "
    "the AWS console."
)
_AWS = (
    ("key", N_("Permission to change the settings of IAM Identity Center in AWS")),
    ("gear", N_("IAM Identity Center with an external identity provider as its identity source")),
)
_NEEDS = {
    "": (("table", N_("A Microsoft Entra tenant, or a file with one row per person")), *_AWS),
    "entra": (
        ("cloud", N_("An app registration in your tenant that can read users, groups, and app assignments")),
        ("person", N_("An administrator who grants admin consent once")),
        *_AWS,
    ),
    "file": (
        ("table", N_("A file with one row per person: user name, first name, last name, and display name")),
        ("people", N_("For groups: a column with groups, or a second file with group members")),
        *_AWS,
    ),
    "sample": (("people", N_("Nothing. You can start right away.")),),
}
"""Kind of source -> (icon, text) lines."""

_ENGINES: tuple[tuple[Engine, str, str, str, str], ...] = (
    (
        "own",
        "bolt",
        N_("This computer"),
        N_("Runs on demand or on a schedule. Previews every change."),
        N_("Reverts manual changes in AWS"),
    ),
    (
        "entra",
        "cloud",
        N_("Microsoft's provisioning service"),
        N_("Runs in Microsoft's cloud about every 40 minutes. You approve a forecast before it starts."),
        N_("Needs the Application Administrator role"),
    ),
)
"""(engine, icon, title, text, note) of the cards."""


class PlanPage(WizardPage):
    """Starts a new job or opens a saved one."""

    widest = READABLE
    step_id = "plan"
    title = N_("Set up provisioning")
    sentence = N_("Choose a source for your people and groups. Nothing changes in AWS until you approve it.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._jobs_place = QWidget()
        self._jobs_place.hide()
        self.jobs_heading = heading(_("Your jobs"))
        self.jobs_heading.hide()
        self.new_job = flat(_("New job"), "newJob", icon="plus")
        self.open_file = flat(_("Open job file…"), "openJobFile")
        self.import_button = flat(_("Import job…"), "importJob")
        self.wait = WaitCard("planWait")
        self.wait.hide()
        self._waiting = single_shot(self, _WAIT_SHOWN_AFTER, self.wait.show)
        self.cards: dict[str, ChoiceCard] = {}
        self._cards = QButtonGroup(self)
        for kind in SOURCES:
            card = ChoiceCard(f"source.{kind.id}", kind.icon, _(kind.title), _(kind.summary), _(kind.needs))
            card.clicked.connect(lambda _on=False, kind=kind.id: self._choose_source(kind))
            self.cards[kind.id] = card
            self._cards.addButton(card)
        self.engines = EngineChoice()
        self.name = TextField("jobName", _("Named after the source"))
        self.name_field = LabelledField(_("&Job name"), self.name)
        set_type(self.name_field.label, "section")
        self.people = CheckBox(_("&People"))
        self.people.setObjectName("provisionPeople")
        self.groups = CheckBox(_("&Groups and their members"))
        self.groups.setObjectName("provisionGroups")
        self.needs = Needs()
        self._fill_body()
        self._listen()

    @cached_property
    def jobs(self) -> "JobList":
        """The list of saved jobs; built when there are some: the first window does not wait for a table."""
        from wizard.ui.pages.start.job_list import JobList

        place = self._jobs_place
        jobs = JobList()
        jobs.opened.connect(lambda row: self.open_job(row.path))
        jobs.duplicate_asked.connect(self._duplicate)
        jobs.rename_asked.connect(self._rename)
        jobs.export_job_asked.connect(self._ask_export)
        jobs.reveal_asked.connect(self._reveal)
        jobs.delete_asked.connect(self._delete)
        jobs.revoke_asked.connect(self._revoke)
        jobs.reason_asked.connect(self._show_reason)
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(jobs.frame)
        jobs.frame.show()  # now, not in the next turn of the event loop
        return jobs

    # --- content -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the draft, and read the saved jobs."""
        self.refresh()
        self.list_jobs()

    def on_leave(self) -> None:
        """Store a name that is still being typed."""
        self._take_name()

    def refresh(self) -> None:
        """Show the draft."""
        draft = self.session.draft
        self.new_job.setVisible(bool(self.session.saved_at))
        self._cards.setExclusive(False)  # so that none can be checked
        for kind, card in self.cards.items():
            card.setChecked(kind == draft.source.kind)
        self._cards.setExclusive(True)
        chosen = self._cards.checkedButton()
        if chosen is not None and QApplication.focusWidget() in self._cards.buttons():
            chosen.setFocus(Qt.FocusReason.OtherFocusReason)  # Tab stops only there
        self.engines.setVisible(draft.source.kind == "entra")
        self.engines.choose(draft.engine)
        if not self.name.isModified():
            self._show_name()
        self.people.setChecked(draft.scope.people)
        self.groups.setChecked(draft.scope.groups)
        self.needs.show_source(draft.source.kind)

    def status(self) -> str:
        """Return what the next page does."""
        return _(_NEXT_SAMPLE) if self._begins_sample() else _(_NEXT)

    def set_narrow(self, narrow: bool) -> None:
        """Make the cards higher in a narrow window: their text wraps."""
        super().set_narrow(narrow)
        for card in getattr(self, "cards", {}).values():
            card.setMinimumHeight(px(128 if narrow else 112))

    def advance(self) -> bool:
        """Store the name; with the sample company, prepare everything up to Preview."""
        self._take_name()
        if not self._begins_sample():
            return True
        self.try_sample()
        return False

    # --- answers ----------------------------------------------------------------------------------------

    def _choose_engine(self, engine: Engine) -> None:
        draft = self.session.draft
        if engine == draft.engine:
            return
        if engine == "own" and self.session.saved_at and draft.source.entra.application_id:
            self._switch_to_own()
            return
        self.answer(replace(draft, engine=engine))
        self.refresh()

    def _switch_to_own(self, pause: bool = False) -> None:
        """Switch a job from Microsoft's service to this computer: stops the service and reads both sides."""
        job = self.session.draft
        self.engines.choose("entra")
        self.clear_message("engine")

        async def work(services: "Services", _emit: Emit) -> Job:
            from wizard.flow.microsoft.switching import switch_to_own

            return (await switch_to_own(services, job, pause=pause)).job

        def done(switched: Job) -> None:
            if self.session.draft.id != job.id:  # another job was opened meanwhile
                return
            self.session.answer(replace(self.session.draft, engine="own"))
            if self.session.reviewed is not None:
                self.session.reviewed = switched
            self.refresh()
            self.answered.emit()

        def failed(error: WizardError) -> None:
            if self.session.draft.id != job.id:
                return
            runs = isinstance(error, NotAccepted) and not pause
            action = MessageAction(
                _("Pause Microsoft's service and switch"),
                "pauseAndSwitch",
                lambda: self._switch_to_own(True),
                False,
            )
            self.show_error(error, (action,) if runs else (), cause="engine")

        self.tasks.run(Slot.SERVICE_CHANGE, work, on_done=done, on_error=failed)

    def _choose_source(self, kind: str) -> None:
        draft = self.session.draft
        self.answer(replace(draft, source=replace(draft.source, kind=kind)))
        self.refresh()

    def _choose_objects(self) -> None:
        draft = self.session.draft
        scope = replace(draft.scope, people=self.people.isChecked(), groups=self.groups.isChecked())
        self.answer(replace(draft, scope=scope))

    def _show_name(self) -> None:
        name = self.session.draft.name
        self.name.setText("" if name == UNNAMED else name)

    def _take_name(self) -> None:
        """Store the typed name; an empty one is replaced by the default name."""
        if not self.name.isModified():
            return
        name = " ".join(self.name.text().split())
        problem = name_problem(name)
        if problem is not None:
            self.name_field.set_wrong(messages.text(problem))
            return
        self.name.setModified(False)
        self.name_field.set_hint("")
        if name != self.session.draft.name:
            self.session.rename(name)
            self.answered.emit()

    def _leave_for_new_job(self) -> None:
        self._take_name()
        if self.shell.may_leave_job():
            self.shell.save_job(self._begin_new_job)

    def _begin_new_job(self) -> None:
        self._show_session(None)
        self.answered.emit()

    def _show_session(self, job: "Job | None") -> None:
        """Show another job, or a new one, at the first step."""
        self.session.begin(job)
        self.context.navigator.begin()
        self.name.setModified(False)
        self.refresh()

    # --- saved jobs ----------------------------------------------------------------------------------------------

    def list_jobs(self) -> None:
        """Read the saved jobs, unless a running change will list them when it ends."""
        if self.tasks.is_running(Slot.JOB_CHANGE):
            return

        async def work(services: "Services", _emit: Emit) -> tuple[JobSummary, ...]:
            from wizard.flow.jobs import saved_jobs

            return await saved_jobs.list_jobs(services)

        self.clear_message("jobs")
        self.tasks.run(Slot.JOB_LIST, work, on_done=self._show_jobs, on_error=self._jobs_failed)

    def _show_jobs(self, jobs: tuple[JobSummary, ...]) -> None:
        """Show the saved jobs; if there are none, show what a new job needs."""
        if jobs or "jobs" in self.__dict__:
            self.jobs.show_jobs(jobs)
        opened = next((row.path for row in jobs if row.id == self.session.draft.id), None)
        if opened is not None:
            self.jobs.select_key(opened)
        elif jobs:
            self.jobs.clearSelection()
        self._jobs_place.setVisible(bool(jobs))
        self.jobs_heading.setVisible(bool(jobs))
        self.needs.setVisible(not jobs)

    def open_job(self, path: str) -> None:
        """Open a job file with its edits: at Monitor if it is complete, otherwise at the first step."""
        self._take_name()
        if self.shell.may_leave_job():
            self.shell.save_job(lambda: self._open(path))

    def _open(self, path: str) -> None:
        async def work(services: "Services", _emit: Emit) -> "Opened":
            from wizard.flow.jobs import drafts

            return await drafts.open_job(services, path)

        def done(opened: "Opened") -> None:
            self.clear_message("jobs")
            self.clear_message("conflict")
            if opened.conflict is not None:
                self._ask_which_version(path, opened)
            elif not opened.first_seen or self._open_from_elsewhere(opened.job, opened.first_seen):
                self._show_job(opened)

        self.tasks.run(Slot.JOB_OPEN, work, on_done=done, on_error=self._jobs_failed)

    def _show_job(self, opened: "Opened") -> None:
        from wizard.aws.endpoint import Endpoint, endpoint

        job = opened.job
        self._show_session(job)
        self.session.reviewed = opened.reviewed
        self.session.in_file = opened.job if opened.reviewed is None else None
        self.session.saved_at = opened.saved_at
        if job.source.kind and isinstance(endpoint(job.target.tenant_url), Endpoint):
            self.context.navigator.open_at_monitor()
        self.refresh()
        self.shell.show_step()

    def _ask_which_version(self, path: str, opened: "Opened") -> None:
        """Let the person choose between the job file and the draft: both were changed."""
        conflict = opened.conflict
        assert conflict is not None

        def decide(keep: bool) -> None:
            async def change(services: "Services") -> None:
                from wizard.flow.jobs import drafts

                await (
                    drafts.keep_edits(services, opened) if keep else drafts.discard_draft(services, opened.job.id)
                )

            self.clear_message("conflict")
            self._change_jobs(change, lambda _nothing: self._open(path))

        in_file = _("Changed in the job file: {steps}.").format(steps=labels_of(conflict.in_file))
        in_draft = _("Your edits, not yet reviewed: {steps}.").format(steps=labels_of(conflict.in_draft))
        text = f"{in_file}\n{in_draft}"
        keep = MessageAction(_("Keep my edits"), "keepEdits", lambda: decide(True), flat=False)
        drop = MessageAction(_("Use the job file"), "useJobFile", lambda: decide(False), flat=False)
        title = _("“{name}” was also changed outside this window").format(name=opened.job.name)
        self.show_message("warn", title, text, (keep, drop), cause="conflict")

    def _open_from_elsewhere(self, job: "Job", lines: tuple[str, ...]) -> bool:
        """Ask before a job is opened on this computer for the first time; `lines` say what it would do and where."""

        async def work(services: "Services", _emit: Emit) -> None:
            from wizard.flow.jobs import first_opening

            await first_opening.remember(services, job)

        title = _("Open “{name}” for the first time on this computer?").format(name=job.name)
        if not self.shell.confirm(title, "\n".join(lines), _("Open job"), danger=False):
            return False
        self.tasks.run(Slot.JOB_CHANGE, work, on_error=self._jobs_failed)
        return True

    def _choose_file(self) -> None:
        path = open_file(self, _("Open job file"), _(_JOBS_AND_ALL))
        if path is not None:
            self.open_job(str(path))

    def _duplicate(self, row: JobSummary) -> None:
        async def change(services: "Services") -> Any:
            from wizard.flow.jobs import saved_jobs

            return await saved_jobs.duplicate_job(services, row.path)

        def done(saved: Any) -> None:
            self.jobs.select_key(str(saved.path))
            text = _("“{name}” was created. It needs its own access token.")
            self.shell.notify(text.format(name=saved.job.name))

        self._change_jobs(change, done)

    def _rename(self, row: JobSummary) -> None:
        name = self.shell.ask_text(
            _("Rename “{name}”").format(name=row.name), _("New name"), row.name, _("Rename")
        )
        if not name or name == row.name:
            return

        async def change(services: "Services") -> Any:
            from wizard.flow.jobs import saved_jobs

            return await saved_jobs.rename_job(services, row.path, name)

        def done(saved: Any) -> None:
            if saved.job.id == self.session.draft.id:
                self.session.rename(saved.job.name)
                self.name.setModified(False)
                self.refresh()
            text = _("“{old_name}” was renamed to “{new_name}”.")
            self.shell.notify(text.format(old_name=row.name, new_name=saved.job.name))

        self._change_jobs(change, done)

    def _ask_export(self, row: JobSummary) -> None:
        path = save_file(self, _("Export job"), f"{safe_file_name(row.name)}.json", _(_JOBS))
        if path is not None:
            self.export_job(row, path)

    def export_job(self, row: JobSummary, target: Path) -> None:
        """Write a job to a file for another computer."""

        async def change(services: "Services") -> None:
            from wizard.flow.jobs import transfer

            await transfer.export_job(services, row.path, target, replaces=True)

        def done(_nothing: None) -> None:
            title = _("“{name}” was exported to {file}").format(name=row.name, file=target.name)
            text = _(
                "The file has no secrets, history, or schedule. When you import it on another computer, you "
                "see what to enter there."
            )
            self.show_message("ok", title, text, cause="transfer")

        self._change_jobs(change, done)

    def _ask_import(self) -> None:
        path = open_file(self, _("Import job"), _(_JOBS_AND_ALL))
        if path is not None:
            self.import_job(path)

    def import_job(self, file: Path) -> None:
        """Show what the job of a file would do, save it as a new job, and list missing items."""

        async def work(services: "Services", _emit: Emit) -> "Job":
            from wizard.flow.jobs import transfer

            return await transfer.read_exported(services, file)

        def done(job: "Job") -> None:
            from wizard.flow.jobs.first_opening import described

            self.clear_message("jobs")
            lines = "\n".join(described(job))
            title = _("Import “{name}”?").format(name=job.name)
            if self.shell.confirm(title, lines, _("Import job"), danger=False):
                self._import(job)

        self.clear_message("transfer")
        self.tasks.run(Slot.JOB_OPEN, work, on_done=done, on_error=self._jobs_failed)

    def _import(self, job: "Job") -> None:
        async def change(services: "Services") -> tuple[str, tuple[str, ...]]:
            from wizard.flow.jobs import transfer

            saved = await transfer.import_job(services, job)
            return str(saved.path), await transfer.to_enter(saved.job)

        def done(imported: tuple[str, tuple[str, ...]]) -> None:
            path, lines = imported
            self.jobs.select_key(path)
            title = _("“{name}” was imported").format(name=job.name)
            text = "\n".join((_("Still needed on this computer:"), *(f"• {line}" for line in lines)))
            action = MessageAction(_("Open job"), "openImported", lambda: self.open_job(path), flat=False)
            self.show_message("ok", title, text, (action,), cause="transfer")

        self._change_jobs(change, done)

    def _reveal(self, row: JobSummary) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(row.path).parent)))

    def _delete(self, row: JobSummary) -> None:
        text = _(_DELETION_OF_BROKEN) if row.broken else _(_DELETION)
        if not self.shell.confirm(_("Delete “{name}”?").format(name=row.name), text, _("Delete job")):
            return

        async def change(services: "Services") -> Any:
            from wizard.flow.jobs import saved_jobs

            delete = saved_jobs.delete_broken if row.broken else saved_jobs.delete_job
            await delete(services, row.path)

        def done(_nothing: Any) -> None:
            if row.id == self.session.draft.id:
                self._begin_new_job()
            self.clear_message("conflict")
            self.shell.notify(_("“{name}” was deleted.").format(name=row.name))

        self._change_jobs(change, done)

    def _revoke(self, row: JobSummary) -> None:
        title = _("Remove the secrets and history of “{name}”?").format(name=row.name)
        if not self.shell.confirm(title, _(_REVOCATION), _("Remove")):
            return

        async def change(services: "Services") -> "tuple[Message, ...]":
            from wizard.flow.jobs import revoke

            return await revoke.revoke(services, row.id)

        def done(failed: "tuple[Message, ...]") -> None:
            if row.id == self.session.draft.id:
                self._begin_new_job()
            if failed:
                self.show_error(WizardError(failed[0]), cause="jobs")
                return
            text = _(
                "The secrets and history of “{name}” were removed. Delete its access token in the AWS console."
            )
            self.shell.notify(text.format(name=row.name))

        self._change_jobs(change, done)

    def _change_jobs(self, change: "Callable[[Services], Awaitable[T]]", done: Callable[[T], None]) -> None:
        """Change the saved jobs and list them again, even if the change failed."""

        async def work(services: "Services", emit: Emit) -> T:
            from wizard.flow.jobs import saved_jobs

            try:
                return await change(services)
            finally:
                emit(await saved_jobs.list_jobs(services))

        def listed(events: tuple[Event, ...]) -> None:
            self._show_jobs(events[-1])

        def ended(value: T) -> None:
            self.clear_message("jobs")
            done(value)

        self.tasks.cancel(Slot.JOB_LIST)  # its result would be outdated
        self.tasks.run(Slot.JOB_CHANGE, work, on_done=ended, on_error=self._jobs_failed, on_event=listed)

    def _jobs_failed(self, error: WizardError) -> None:
        self.show_error(error, cause="jobs")

    def _show_reason(self, row: JobSummary) -> None:
        text = f"{row.state}\n{row.path}"
        self.show_message("bad", _("{name} cannot be read").format(name=row.name), text, cause="jobs")

    # --- the sample company --------------------------------------------------------------------------------------

    def _begins_sample(self) -> bool:
        """Whether this is a new job from the sample company, which needs no further answers."""
        draft = self.session.draft
        return draft.source.kind == "sample" and not (draft.target.tenant_url or self.session.saved_at)

    def try_sample(self) -> None:
        """Start a sandbox, make a job from the sample company to it, and show its changes."""
        if self.tasks.is_running(Slot.SAMPLE_START):
            return
        draft = self.session.draft

        async def work(services: "Services", emit: Emit) -> "TriedSample":
            from wizard.flow.jobs.new_job import try_sample

            return await try_sample(services, draft, emit)

        def done(tried: "TriedSample") -> None:
            self._end_waiting()
            self._show_session(tried.job)
            found = self.session.found
            found.token_kept, found.connection, found.connection_tested_at = (
                "session",
                tried.connection,
                time.time(),
            )
            found.inspection, found.snapshot, found.read_at = tried.inspection, tried.snapshot, time.time()
            if not self.context.navigator.review_changes():
                self.context.navigator.next()
            self.shell.show_step()

        def failed(error: WizardError) -> None:
            self._end_waiting()
            self.show_error(error, cause="sandbox")

        self.clear_message("sandbox")
        self.wait.show_progress(Progress(Message("starting-identity-center")))
        self._waiting.start()
        self.tasks.run(
            Slot.SAMPLE_START,
            work,
            on_done=done,
            on_error=failed,
            on_event=lambda events: self.wait.show_progress(events[-1]),
            on_cancel=self._end_waiting,
        )

    def _cancel_sample(self) -> None:
        self.tasks.cancel(Slot.SAMPLE_START)

    def _end_waiting(self) -> None:
        self._waiting.stop()
        self.wait.hide()

    # --- layout ----------------------------------------------------------------------------------

    def _listen(self) -> None:
        self.new_job.clicked.connect(self._leave_for_new_job)
        self.open_file.clicked.connect(self._choose_file)
        self.import_button.clicked.connect(self._ask_import)
        self.name.editingFinished.connect(self._take_name)
        self.wait.cancelled.connect(self._cancel_sample)
        self.engines.chosen.connect(self._choose_engine)
        self.people.clicked.connect(self._choose_objects)
        self.groups.clicked.connect(self._choose_objects)

    def _fill_body(self) -> None:
        self.body.setSpacing(px(8))
        self._fill_source()
        self._fill_name_and_objects()
        self.body.addSpacing(px(16))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self.jobs_heading)
        head.addStretch(1)
        head.addWidget(self.import_button)
        head.addWidget(self.open_file)
        self.body.addLayout(head)
        self.body.addWidget(self._jobs_place)
        self.body.addWidget(self.needs)
        self.body.addStretch(1)

    def _fill_source(self) -> None:
        head = QHBoxLayout()
        head.addWidget(heading(_("Source")), 1)
        head.addWidget(self.new_job)
        self.body.addLayout(head)
        cards = QHBoxLayout()
        cards.setSpacing(px(16))
        for card in self.cards.values():
            cards.addWidget(card, 1)
        self.body.addLayout(cards)
        self.body.addWidget(self.wait)
        self.body.addSpacing(px(16))
        self.body.addWidget(self.engines)

    def _fill_name_and_objects(self) -> None:
        what = QVBoxLayout()
        what.setSpacing(px(12))
        what.addWidget(heading(_("What to provision")))
        boxes = QHBoxLayout()
        boxes.setSpacing(px(24))
        boxes.addWidget(self.people)
        boxes.addWidget(self.groups)
        boxes.addStretch(1)
        what.addLayout(boxes)
        what.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(px(16))
        row.addWidget(self.name_field, 1, Qt.AlignmentFlag.AlignTop)
        row.addLayout(what, 1)
        self.body.addLayout(row)


class EngineChoice(QWidget):
    """The engine: this computer, or Microsoft's service. Shown for Entra ID only."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("engines")
        self.setAccessibleName(_("Provisioned by"))
        self.cards: dict[str, ChoiceCard] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(px(16))
        for engine, icon, title, text, note in _ENGINES:
            card = ChoiceCard(f"engine.{engine}", icon, _(title), _(text), _(note))
            card.setMinimumHeight(px(112))
            card.clicked.connect(lambda _on=False, engine=engine: self.chosen.emit(engine))
            self.cards[engine] = card
            group.addButton(card)
            row.addWidget(card, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(16))
        column.setSpacing(px(8))
        column.addWidget(heading(_("Provisioned by")))
        column.addLayout(row)

    def choose(self, engine: str) -> None:
        """Show the choice."""
        self.cards[engine].setChecked(True)


class Needs(QWidget):
    """Requirements of the chosen source; shown while there are no jobs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("needs")
        self._needed = _Lines()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(heading(_("What you need")))
        column.addWidget(self._needed)
        self.show_source("")

    def show_source(self, kind: str) -> None:
        """Show the requirements of a kind of source."""
        self._needed.show_lines(tuple((icon, _(text)) for icon, text in _NEEDS.get(kind, _NEEDS[""])))

    @property
    def lines(self) -> tuple[str, ...]:
        """The requirements."""
        return self._needed.texts


class _Lines(QWidget):
    """Lines of text with an icon each."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: tuple[str, ...] = ()
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(4))

    def show_lines(self, lines: tuple[tuple[str, str], ...]) -> None:
        """Show (icon, text) lines; equal ones are not rebuilt."""
        texts = tuple(text for _icon, text in lines)
        if texts == self.texts:
            return
        self.texts = texts
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._row(icon, text) for icon, text in lines]

    def _row(self, icon: str, text: str) -> QWidget:
        row = QWidget()
        picture = QLabel()
        picture.setContentsMargins(0, px(4), 0, 0)
        set_icon(picture, icon, "text2")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(8))
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(Paragraph(text), 1)
        self._column.addWidget(row)
        return row
