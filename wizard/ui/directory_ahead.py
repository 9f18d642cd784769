"""Reads the directory of an opened job for the pages that need it, where the Directory page was not visited."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from wizard import messages
from wizard.directory import DirectorySnapshot
from wizard.errors import Message, WizardError
from wizard.flow.steps.session import Session
from wizard.messages.translation import _
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.tasks import Emit, Slot
from wizard.ui.timers import single_shot
from wizard.ui.widgets.cards import MessageAction

if TYPE_CHECKING:
    from wizard.flow.services import Services

_CAUSE = "reading"
_STEPS = ("scope", "attributes")
_SHOWN_AFTER = 300
"""Milliseconds until the reading is mentioned: most are done before."""


class DirectoryAhead(QObject):
    """Reads in the background; the page that is shown is refreshed when it is done."""

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._page: WizardPage | None = None
        self._shown = single_shot(self, _SHOWN_AFTER, self._mention)

    def follow(self, page: WizardPage) -> None:
        """Read if this page needs the directory, and nothing has read it; called when a page is shown."""
        session, tasks = self._context.session, self._context.tasks
        self._page = page
        if page.step_id not in _STEPS or session.found.snapshot is not None or not _may_read(session):
            if page.step_id == "directory":
                tasks.cancel(Slot.DIRECTORY_AHEAD)  # that page reads and says more
            return
        if session.found.source_error is not None:
            self._show_error(session.found.source_error)
            return
        job = session.draft
        self._shown.start()

        async def work(services: "Services", _emit: Emit) -> DirectorySnapshot:
            from wizard.flow.directory.reading import read_directory

            return await read_directory(services, job)

        def is_stale() -> bool:
            return session.draft.id != job.id or session.draft.source != job.source

        def done(snapshot: DirectorySnapshot) -> None:
            if not is_stale() and session.found.snapshot is None:
                session.found.snapshot, session.found.read_at = snapshot, time.time()
                self._end()

        def failed(error: WizardError) -> None:
            if not is_stale():
                self._end()
                self._show_error(error)

        tasks.run(Slot.DIRECTORY_AHEAD, work, on_done=done, on_error=failed, on_cancel=self._end_mention)

    def _end(self) -> None:
        self._end_mention()
        if self._page is not None and self._page.step_id in _STEPS and self._page.isVisible():
            self._page.enter()
            self._page.answered.emit()

    def _mention(self) -> None:
        if self._page is not None and self._page.step_id in _STEPS:
            self._page.show_message("info", messages.title(Message("reading-directory")), cause=_CAUSE)

    def _end_mention(self) -> None:
        self._shown.stop()
        if self._page is not None:
            self._page.clear_message(_CAUSE)

    def _show_error(self, error: WizardError) -> None:
        if self._page is None or self._page.step_id not in _STEPS:
            return
        away = MessageAction(_("Go to Directory"), "readingGoToDirectory", self._go_to_directory, flat=False)
        self._page.show_error(error, (away,), cause=_CAUSE)

    def _go_to_directory(self) -> None:
        self._context.open_step("directory")


def _may_read(session: Session) -> bool:
    source = session.draft.source
    if source.kind == "entra":
        return bool(source.entra.tenant and source.entra.client_id)
    return bool(source.kind == "sample" or source.users_file)
