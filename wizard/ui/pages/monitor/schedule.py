"""The schedule on Monitor: its line in the card and its part in the log's place, and what they ask of the worker."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.schedules.texts import Installed, NoScheduler, Offer
from wizard.ui.page_context import DeskPage, Event
from wizard.ui.pages.monitor.schedule_line import ScheduleLine
from wizard.ui.pages.monitor.schedule_panel import SchedulePart

if TYPE_CHECKING:
    from wizard.flow.services import Services

_SLOTS = ("schedule", "scheduleText", "scheduleToken")


class ScheduleDesk:
    """Works for one page; `opened` and `closed` make room for the part and take it back."""

    def __init__(self, page: DeskPage, opened: Callable[[], None], closed: Callable[[], None]) -> None:
        self._page = page
        self._opened, self._closed = opened, closed
        self._found: Installed | None = None
        self.line = ScheduleLine()
        self.part = SchedulePart()
        self.part.hide()
        self.line.change.clicked.connect(self.open)
        self.part.closed.connect(self.close)
        self.part.answered.connect(self._ask_offer)
        self.part.install_asked.connect(self._install)
        self.part.remove_asked.connect(self._remove)

    @property
    def is_open(self) -> bool:
        """Whether the part is shown."""
        return not self.part.isHidden()

    def read(self) -> None:
        """Look how the schedule stands; a sandbox of `try` ends with the window, so there is none."""
        self.line.setVisible(not self._page.desk.trial)
        if self._page.desk.trial or self._page.desk.worker.is_running("schedule"):
            return
        job_id = self._page.session.draft.id

        async def work(services: "Services", _emit: Callable[[Event], None]) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.installed(services, job_id)

        self._page.desk.ask("schedule", work, self._show, self._cannot)

    def forget(self) -> None:
        """Another job is shown."""
        self._page.desk.worker.cancel("schedule")
        self._found = None
        self.line.show_waiting()
        self.part.hide()

    def leave(self) -> None:
        """Nothing is waited for but an installation under way."""
        for slot in _SLOTS[1:]:
            self._page.desk.worker.cancel(slot)

    def open(self) -> None:
        """Show the part, from what stands."""
        self._page.clear_message("schedule")
        self.part.begin(self._found)
        self.part.show()
        self._opened()
        self.part.interval.setFocus()
        self._ask_offer()

    def close(self) -> None:
        """Back to what was there before."""
        self._page.clear_message("schedule")
        self.leave()
        self.part.hide()
        self._closed()
        self.line.change.setFocus()

    def _show(self, found: Installed | None) -> None:
        self._found = found
        if found is None:
            self.line.show_none()
        else:
            self.line.show_installed(found)

    def _cannot(self, error: WizardError) -> None:
        self.line.show_impossible(f"{messages.title(error)}." if isinstance(error, NoScheduler) else str(error))

    def _ask_offer(self) -> None:
        job, minutes, token = self._page.session.draft, self.part.minutes, self.part.token
        self.part.show_waiting()

        async def work(services: "Services", _emit: Callable[[Event], None]) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.offer(services, job, minutes, token)

        async def look(services: "Services", _emit: Callable[[Event], None]) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.token_note(services, job, token)

        def show(offer: Offer) -> None:
            self.part.show_offer(offer)
            self._page.desk.ask("scheduleToken", look, self.part.show_token_note, self._failed)

        self._page.desk.ask("scheduleText", work, show, self._failed)

    def _install(self) -> None:
        job, minutes, token = self._page.session.draft, self.part.minutes, self.part.token

        async def work(services: "Services", _emit: Callable[[Event], None]) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.install(services, job, minutes, token)

        def done(found: Installed | None) -> None:
            self.part.show_working(False)
            self._show(found)
            self._page.desk.shell.tell("The schedule is installed.")
            self.close()

        self._change(work, done, removing=False)

    def _remove(self) -> None:
        job_id = self._page.session.draft.id

        async def work(services: "Services", _emit: Callable[[Event], None]) -> Any:
            from wizard.flow.schedules import schedules

            await schedules.remove(services, job_id)
            return await schedules.left_behind(services, job_id)

        def done(left: str) -> None:
            self.part.show_working(False, removing=True)
            self._show(None)
            self._page.desk.shell.tell("The schedule is removed; the job runs by hand only.")
            self.close()
            if left:
                self._page.show_message("info", "The schedule is removed", left, cause="schedule")

        self._change(work, done, removing=True)

    def _change(self, work: Callable[..., Any], done: Callable[[Any], None], removing: bool) -> None:
        def failed(error: WizardError) -> None:
            self.part.show_working(False, removing)
            self._failed(error)

        self._page.clear_message("schedule")
        self.part.show_working(True, removing)
        self._page.desk.ask("schedule", work, done, failed)

    def _failed(self, error: WizardError) -> None:
        self._page.show_message("bad", messages.title(error), messages.advice(error), cause="schedule")
