"""Saves the window's job while it is edited, applies its edits after a review, and discards them."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from wizard import messages
from wizard.errors import Message, WizardError
from wizard.flow.steps.navigator import Navigator
from wizard.flow.steps.session import Session
from wizard.messages.row import sentences
from wizard.messages.translation import _
from wizard.provisioning.job import Job
from wizard.ui.page import Shell
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.timers import single_shot

if TYPE_CHECKING:
    from wizard.flow.jobs.drafts import Edits, Saved
    from wizard.flow.services import Services

_PAUSE_MILLISECONDS = 200
"""Pause after an edit before it is saved: a typed word is one save."""
_CLOSING_MILLISECONDS = 5000
"""Longest wait for a save when the window closes."""


class JobSaver(QObject):
    """Compares the session with what was saved last: the job file, or the draft of a job that has run."""

    def __init__(
        self,
        session: Session,
        navigator: Navigator,
        tasks: TaskRunner,
        shell: Shell,
        renamed: Callable[[], None],
        parent: QObject,
    ) -> None:
        """`renamed` is called when the job got another name than the one that is shown."""
        super().__init__(parent)
        self._renamed = renamed
        self._session, self._navigator, self._tasks, self._shell = session, navigator, tasks, shell
        self._job_id = ""
        self._saved: tuple[Job, bool] | None = None
        """The draft that was saved last, and whether its target held; None = nothing of this job was."""
        self.error: WizardError | None = None
        """Why the last save failed; the next one tries again."""
        self._timer = single_shot(self, _PAUSE_MILLISECONDS, self.save)

    def follow(self) -> None:
        """Save soon if something was edited. Called after each answer."""
        if self._is_unsaved() and self._may_save() and not self._timer.isActive():
            self._timer.start()

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save unsaved edits, also of a new job that was only begun; calls `then` afterwards."""
        self._timer.stop()
        unsaved = self._is_unsaved() or self.error is not None
        if not unsaved or not (self._may_save() or self._is_begun()):
            if then is not None:
                then()
            return
        from wizard.flow.jobs.drafts import edits_of  # not with the first window

        edits = edits_of(self._session)
        self._saved = (edits.draft, edits.target_holds)
        if self._tasks.is_running(Slot.JOB_SAVE):  # it changes the file before this one is saved
            edits = replace(edits, in_file=None)

        async def work(services: "Services", _emit: Emit) -> "Saved":
            from wizard.flow.jobs import drafts

            return await drafts.save_edits(services, edits)

        def done(saved: "Saved") -> None:
            self._take(saved, edits)
            if then is not None:
                then()
            self._shell.refresh()

        self._tasks.run(Slot.JOB_SAVE, work, on_done=done, on_error=self._failed)

    def finish(self) -> None:
        """Save, and wait until everything is saved: the window closes."""
        self.save()
        self._tasks.wait_for((Slot.JOB_SAVE,), _CLOSING_MILLISECONDS)

    def apply(self, then: Callable[[], None]) -> None:
        """Make the edited job the job, without running it; calls `then` when it is."""
        from wizard.flow.jobs.drafts import edits_of  # not with the first window

        self._timer.stop()
        edits = edits_of(self._session)

        async def work(services: "Services", _emit: Emit) -> Job | None:
            from wizard.flow.jobs import drafts

            return await drafts.apply_edits(services, edits)

        def done(job: Job | None) -> None:
            self._session.take_reviewed(edits.draft, job.name if job is not None else edits.draft.name)
            then()
            self._shell.notify(_("Your edits were applied. Schedules use them from now on."))

        def failed(error: WizardError) -> None:
            self._shell.notify(messages.text(error))

        self._tasks.run(Slot.JOB_SAVE, work, on_done=done, on_error=failed)

    def _take(self, saved: "Saved", edits: "Edits") -> None:
        """Take what was saved, unless another job was opened meanwhile."""
        self.error = None
        session = self._session
        if session.draft.id != edits.draft.id:
            return
        if not session.is_session_only:
            session.saved_at = time.time()
        job, reviewed = saved.job, saved.reviewed
        if reviewed is None:
            session.in_file = job
        elif session.reviewed is None:  # the file of a job that never ran was changed outside this window
            session.reviewed = reviewed
            self._shell.notify(messages.text(Message("job-file-changed", name=job.name)))
        elif session.reviewed is edits.reviewed:
            session.reviewed = replace(
                session.reviewed, name=reviewed.name, target=reviewed.target, sign_on=reviewed.sign_on
            )
        if session.draft.name == edits.draft.name != job.name:
            only_named = session.draft is edits.draft
            session.take_name(job.name)
            if only_named:
                self._saved = (session.draft, edits.target_holds)
            if edits.is_named:
                self._shell.notify(
                    _("Another job has this name. This one is called “{name}”.").format(name=job.name)
                )
            self._renamed()

    def _failed(self, error: WizardError) -> None:
        self.error = error
        self._shell.notify(sentences(_("The job could not be saved."), messages.text(error)))

    def _is_unsaved(self) -> bool:
        session = self._session
        now = (session.draft, session.target_holds())
        if session.draft.id != self._job_id:
            self._job_id, self.error = session.draft.id, None
            self._saved = now if session.saved_at else None
        return self._saved is None or self._saved[0] is not now[0] or self._saved[1] != now[1]

    def _may_save(self) -> bool:
        """Whether the job is saved as it is edited: a new one from step 3 on, one for this session once it has run."""
        session = self._session
        if session.is_session_only:
            return session.reviewed is not None
        complete = session.draft.source.kind and session.draft.target.tenant_url
        return bool(session.saved_at or (complete and self._navigator.has_passed("aws")))

    def _is_begun(self) -> bool:
        """Whether a new job holds answers that would be lost."""
        session, source = self._session, self._session.draft.source
        if session.is_session_only or not source.kind:
            return False
        typed = source.users_file or source.entra.tenant or session.draft.target.tenant_url
        return bool(typed or session.is_named)
