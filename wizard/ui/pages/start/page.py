"""Step 1: saved jobs, the directory of a new one, what is provisioned, and what is needed for it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.errors import Message, WizardError
from wizard.flow.jobs.summary import JobSummary
from wizard.flow.steps.steps import labels_of
from wizard.progress import Progress
from wizard.sources.catalogue import SOURCES
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.timers import single_shot
from wizard.ui.widgets import files
from wizard.ui.widgets.buttons import flat, small
from wizard.ui.widgets.cards import MessageAction, WaitCard
from wizard.ui.widgets.choices import ChoiceCard
from wizard.ui.widgets.labels import Paragraph, heading, label

if TYPE_CHECKING:
    from wizard.flow.jobs.drafts import Opened
    from wizard.flow.services import Services
    from wizard.provisioning.job import Job
    from wizard.ui.pages.start.job_list import JobList


T = TypeVar("T")

_NEW = "New job: where are your people and groups?"
_NEW_FROM = {
    "entra": "New job from Microsoft Entra ID",
    "file": "New job from a CSV or Excel file",
    "sample": "New job from the sample company",
}
_WAIT_SHOWN_AFTER = 1000
_EMPTY_LIST = 112
"""Inner height of an empty list."""
_DELETION = (
    "Its answers, its schedule, its history and log, and its access token in this computer's keyring are removed. "
    "People and groups in AWS stay as they are."
)
_REVOCATION = (
    "Its access token, sign-in and client secret, its history and log, what was read and its schedule are removed from "
    "this computer. The job file, and people and groups in AWS, stay as they are. The token itself is valid until you "
    "delete it in the AWS console."
)
_AWS = (
    ("key", "An AWS account that may change the settings of IAM Identity Center"),
    ("gear", "An external identity provider as the identity source of IAM Identity Center"),
)
_SOURCES = {
    "": (("table", "A tenant of Entra ID, or a file with one row for each person"),),
    "entra": (
        ("cloud", "A tenant, and an app registration in it that may read people, groups and assignments"),
        ("person", "An administrator of the tenant who consents to this permission, once"),
    ),
    "file": (
        ("table", "A file with one row for each person: user name, first, last, display name"),
        ("people", "For groups: a second file of groups and members, or a column of groups"),
    ),
    "sample": (("people", "Nothing else: the sample company comes with this program"),),
}
_THINK = (
    ("person", "Who is in scope: begin with one or two people, then go on to everyone"),
    ("filter", "What is written: AWS wants user, first, last and display name of everyone"),
)


class PlanPage(WizardPage):
    """Opens a saved job, or begins a new one."""

    step_id = "plan"
    title = "What would you like to provision?"
    sentence = (
        "Open a job you have run before, or set up a new one. Nothing changes in AWS until you have seen the plan."
    )

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._jobs_place = QWidget()
        self._jobs_place.setMinimumHeight(px(_EMPTY_LIST) + 2)  # nothing below moves when the list is added
        self.question = heading(_NEW)
        self.new_job = flat("Start a new job", "newJob", icon="plus")
        self.open_file = flat("Open a job file…", "openJobFile")
        self.try_button = small("Try with sample company", "trySample", busy="Starting…")
        self.wait = WaitCard("planWait")
        self.wait.hide()
        self._waiting = single_shot(self, _WAIT_SHOWN_AFTER, self.wait.show)
        self.cards: dict[str, ChoiceCard] = {}
        self._cards = QButtonGroup(self)
        for kind in SOURCES:
            note = "" if kind.id == "sample" else kind.needs
            card = ChoiceCard(f"source.{kind.id}", kind.icon, kind.title, kind.summary, note)
            card.clicked.connect(lambda _on=False, kind=kind.id: self._choose_source(kind))
            self.cards[kind.id] = card
            self._cards.addButton(card)
        self.cards["sample"].add_foot(self.try_button)
        self.people = QCheckBox("&People")
        self.people.setObjectName("provisionPeople")
        self.groups = QCheckBox("&Groups and their members")
        self.groups.setObjectName("provisionGroups")
        self.needs = Needs()
        self._fill_body()
        self._listen()

    @cached_property
    def jobs(self) -> "JobList":
        """The list of saved jobs; built when they are first known: the first window does not wait for a table."""
        from wizard.ui.pages.start.job_list import JobList

        place = self._jobs_place
        jobs = JobList(place.minimumHeight())
        jobs.opened.connect(lambda row: self.open_job(row.path))
        jobs.duplicate_asked.connect(self._duplicate)
        jobs.rename_asked.connect(self._rename)
        jobs.delete_asked.connect(self._delete)
        jobs.revoke_asked.connect(self._revoke)
        jobs.reason_asked.connect(self._show_reason)
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(jobs.frame)
        jobs.frame.show()  # now, not in the next turn of the event loop
        place.setMinimumHeight(0)
        behind = (self.open_file, self.new_job, *self.cards.values(), self.try_button, self.people, self.groups)
        for control, following in pairwise((jobs, *behind)):
            self.setTabOrder(control, following)
        if self.window().focusWidget() in (None, self.open_file):
            # The list is the page's first control.
            jobs.setFocus(Qt.FocusReason.OtherFocusReason)
        return jobs

    # --- what it shows -------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Show the draft, and read the saved jobs."""
        self.refresh()
        self.list_jobs()

    def refresh(self) -> None:
        """Show the draft."""
        draft = self.session.draft
        saved = bool(self.session.saved_at)
        self.question.setText(f"“{draft.name}”: where are your people and groups?" if saved else _NEW)
        self.new_job.setVisible(saved)
        self._cards.setExclusive(False)  # so that none can be checked
        for kind, card in self.cards.items():
            card.setChecked(kind == draft.source.kind)
        self._cards.setExclusive(True)
        self.people.setChecked(draft.scope.people)
        self.groups.setChecked(draft.scope.groups)
        self.needs.show_source(draft.source.kind)

    def status(self) -> str:
        """Name of the job, or the directory of a new one."""
        draft = self.session.draft
        return (
            f"“{draft.name}”" if self.session.saved_at else _NEW_FROM.get(draft.source.kind, _NEW_FROM["sample"])
        )

    def set_narrow(self, narrow: bool) -> None:
        """Make the cards higher in a narrow window: their text wraps."""
        super().set_narrow(narrow)
        for card in getattr(self, "cards", {}).values():
            card.setMinimumHeight(px(140 if narrow else 120))

    # --- what is answered ----------------------------------------------------------------------------------------

    def _choose_source(self, kind: str) -> None:
        draft = self.session.draft
        self.answer(replace(draft, source=replace(draft.source, kind=kind)))
        self.refresh()

    def _choose_objects(self) -> None:
        draft = self.session.draft
        scope = replace(draft.scope, people=self.people.isChecked(), groups=self.groups.isChecked())
        self.answer(replace(draft, scope=scope))

    def _leave_for_new_job(self) -> None:
        if self.shell.may_leave_job():
            self.shell.save_job()
            self._begin_new_job()

    def _begin_new_job(self) -> None:
        self.session.begin()
        self.context.navigator.begin()
        self.refresh()
        self.answered.emit()

    # --- saved jobs ----------------------------------------------------------------------------------------------

    def list_jobs(self) -> None:
        """Read the saved jobs. A change that runs lists them when it ends."""
        if self.tasks.is_running(Slot.JOB_CHANGE):
            return

        async def work(services: "Services", _emit: Emit) -> tuple[JobSummary, ...]:
            from wizard.flow.jobs import saved_jobs

            return await saved_jobs.list_jobs(services)

        def done(jobs: tuple[JobSummary, ...]) -> None:
            self.jobs.show_jobs(jobs)

        self.clear_message("jobs")
        self.tasks.run(Slot.JOB_LIST, work, on_done=done, on_error=self._jobs_failed)

    def open_job(self, path: str) -> None:
        """Open a job file with its edits: at Monitor if it is complete, else at the first step."""
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
        self.session.begin(job, opened.reviewed)
        self.session.saved_at = opened.saved_at
        self.context.navigator.begin()
        if job.source.kind and isinstance(endpoint(job.target.tenant_url), Endpoint):
            self.context.navigator.open_at_monitor()
        self.refresh()
        self.shell.show_step()

    def _ask_which_version(self, path: str, opened: "Opened") -> None:
        """Show that both the job file and the draft were changed, and let the person choose."""
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

        text = (
            f"The job file has other answers for: {labels_of(conflict.in_file)}.\n"
            f"Your edits, not yet reviewed: {labels_of(conflict.in_draft)}."
        )
        keep = MessageAction("Keep my edits", "keepEdits", lambda: decide(True), flat=False)
        drop = MessageAction("Use the job file", "useJobFile", lambda: decide(False), flat=False)
        title = f"“{opened.job.name}” was changed outside this window since you edited it"
        self.show_message("warn", title, text, (keep, drop), cause="conflict")

    def _open_from_elsewhere(self, job: "Job", lines: tuple[str, ...]) -> bool:
        """Show what a job would do and where, when it is opened on this computer for the first time."""

        async def work(services: "Services", _emit: Emit) -> None:
            from wizard.flow.jobs import first_opening

            await first_opening.remember(services, job)

        title = f"Open “{job.name}”? This computer has not seen it before."
        if not self.shell.confirm(title, "\n".join(lines), "Open the job", danger=False):
            return False
        self.tasks.run(Slot.JOB_CHANGE, work, on_error=self._jobs_failed)
        return True

    def _choose_file(self) -> None:
        path = files.open_file(self, "Open a job file", "Jobs (*.json);;All files (*)")
        if path is not None:
            self.open_job(str(path))

    def _duplicate(self, row: JobSummary) -> None:
        async def change(services: "Services") -> Any:
            from wizard.flow.jobs import saved_jobs

            return await saved_jobs.duplicate_job(services, row.path)

        def done(saved: Any) -> None:
            self.jobs.select_key(str(saved.path))
            self.shell.notify(f"“{saved.job.name}” was saved. It needs an access token of its own.")

        self._change_jobs(change, done)

    def _rename(self, row: JobSummary) -> None:
        name = self.shell.ask_text(f"Rename “{row.name}”", "New name", row.name, "Rename")
        if not name or name == row.name:
            return

        async def change(services: "Services") -> Any:
            from wizard.flow.jobs import saved_jobs

            return await saved_jobs.rename_job(services, row.path, name)

        def done(saved: Any) -> None:
            if saved.job.id == self.session.draft.id:
                self.session.take_name(saved.job.name)
                self.refresh()
            self.shell.notify(f"“{row.name}” is now called “{saved.job.name}”.")

        self._change_jobs(change, done)

    def _delete(self, row: JobSummary) -> None:
        if not self.shell.confirm(f"Delete the job “{row.name}”?", _DELETION, "Delete the job"):
            return

        async def change(services: "Services") -> Any:
            from wizard.flow.jobs import saved_jobs

            await saved_jobs.delete_job(services, row.path)

        def done(_nothing: Any) -> None:
            if row.id == self.session.draft.id:
                self._begin_new_job()
            self.shell.notify(f"“{row.name}” was deleted. People and groups in AWS stay as they are.")

        self._change_jobs(change, done)

    def _revoke(self, row: JobSummary) -> None:
        if not self.shell.confirm(
            f"Revoke and forget everything of “{row.name}”?", _REVOCATION, "Forget everything"
        ):
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
            self.shell.notify(f"“{row.name}” was forgotten. Delete its access token in the AWS console.")

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
            self.jobs.show_jobs(events[-1])

        def ended(value: T) -> None:
            self.clear_message("jobs")
            done(value)

        self.tasks.cancel(Slot.JOB_LIST)  # its result would be outdated
        self.tasks.run(Slot.JOB_CHANGE, work, on_done=ended, on_error=self._jobs_failed, on_event=listed)

    def _jobs_failed(self, error: WizardError) -> None:
        self.show_error(error, cause="jobs")

    def _show_reason(self, row: JobSummary) -> None:
        text = f"{row.state} Saved jobs are listed from the program's own folder; the file is {row.path}."
        self.show_message("bad", f"{row.name} cannot be read", text, cause="jobs")

    # --- the sample company --------------------------------------------------------------------------------------

    def try_sample(self) -> None:
        """Begin a job from the sample company to a sandbox, and go to step 2."""
        if self.try_button.is_busy or not self.shell.may_leave_job():
            return
        self.shell.save_job()

        async def work(services: "Services", _emit: Emit) -> "Job":
            from wizard.flow.jobs.new_job import sample_job
            from wizard.flow.runs.connection import store_token

            address = await services.start_sandbox()
            job = sample_job(address)
            await store_token(services, job, address.token, session_only=True)
            return job

        def done(job: "Job") -> None:
            self._end_waiting()
            self.session.begin(job)
            self.session.found.token_kept = "session"
            self.context.navigator.begin()
            self.refresh()
            self.context.navigator.next()
            self.shell.show_step()

        def failed(error: WizardError) -> None:
            self._end_waiting()
            self.show_error(error, cause="sandbox")

        self.clear_message("sandbox")
        self.try_button.set_busy(True)
        self.wait.show_progress(Progress(Message("starting-identity-center")))
        self._waiting.start()
        self.tasks.run(Slot.SAMPLE_START, work, on_done=done, on_error=failed, on_cancel=self._end_waiting)

    def _cancel_sample(self) -> None:
        self.tasks.cancel(Slot.SAMPLE_START)

    def _end_waiting(self) -> None:
        self._waiting.stop()
        self.wait.hide()
        self.try_button.set_busy(False)

    # --- how it is put together ----------------------------------------------------------------------------------

    def _listen(self) -> None:
        self.new_job.clicked.connect(self._leave_for_new_job)
        self.open_file.clicked.connect(self._choose_file)
        self.try_button.clicked.connect(self.try_sample)
        self.wait.cancelled.connect(self._cancel_sample)
        self.people.clicked.connect(self._choose_objects)
        self.groups.clicked.connect(self._choose_objects)

    def _fill_body(self) -> None:
        self.body.setSpacing(px(8))
        head = QHBoxLayout()
        head.addWidget(heading("Saved jobs"), 1)
        head.addWidget(self.open_file)
        self.body.addLayout(head)
        self.body.addWidget(self._jobs_place)
        self.body.addSpacing(px(12))
        head = QHBoxLayout()
        head.addWidget(self.question, 1)
        head.addWidget(self.new_job)
        self.body.addLayout(head)
        cards = QHBoxLayout()
        cards.setSpacing(px(16))
        for card in self.cards.values():
            cards.addWidget(card, 1)
        self.body.addLayout(cards)
        self.body.addWidget(self.wait)
        self.body.addSpacing(px(12))
        what = QVBoxLayout()
        what.setSpacing(px(8))
        what.addWidget(heading("What to provision"))
        what.addWidget(self.people)
        what.addWidget(self.groups)
        what.addWidget(label("At least one of the two.", "small", "text2"))
        what.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(px(16))
        below.addLayout(what, 1)
        below.addWidget(self.needs, 2, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(below)
        self.body.addStretch(1)


class Needs(QWidget):
    """What is needed for a directory, and what to consider before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("needs")
        self._kind = ""
        self._hand = _Lines()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(heading("Have at hand"))
        column.addWidget(self._hand)
        column.addSpacing(px(8))
        column.addWidget(heading("Think of"))
        think = _Lines()
        think.show_lines(_THINK)
        column.addWidget(think)
        column.addStretch(1)
        self.show_source("")

    def show_source(self, kind: str) -> None:
        """Show what a kind of directory needs."""
        self._hand.show_lines((*_AWS, *_SOURCES.get(kind, ())))

    @property
    def lines(self) -> tuple[str, ...]:
        """What is needed."""
        return self._hand.texts


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
        texts = tuple(text for _, text in lines)
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
