"""The schedule on Monitor: its line in the card and its part in the log's place, and what they ask of the worker."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.schedules.texts import Installed, NoScheduler, Offer
from wizard.ui.page import WizardPage
from wizard.ui.pages.monitor.schedule_line import ScheduleLine
from wizard.ui.pages.monitor.schedule_panel import SchedulePart
from wizard.ui.tasks import Emit, Slot, Work

if TYPE_CHECKING:
    from wizard.flow.services import Services

T = TypeVar("T")


class ScheduleDesk:
    """Works for one page; `opened` and `closed` make room for the part and take it back."""

    def __init__(self, page: WizardPage, opened: Callable[[], None], closed: Callable[[], None]) -> None:
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
        self.line.setVisible(not self._page.context.trial)
        if self._page.context.trial or self._page.tasks.is_running(Slot.SCHEDULE_CHANGE):
            return  # what is changed shows itself
        job_id = self._page.session.draft.id

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.installed(services, job_id)

        self._page.tasks.run(Slot.SCHEDULE_READ, work, on_done=self._show, on_error=self._cannot)

    def forget(self) -> None:
        """Another job is shown."""
        self._page.tasks.cancel(Slot.SCHEDULE_READ)
        self._found = None
        self.line.show_waiting()
        self.part.hide()

    def resume(self) -> None:
        """Work out the offer again if the page was left meanwhile."""
        if self.is_open and not self._page.tasks.is_running(Slot.SCHEDULE_CHANGE):
            self._ask_offer()

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
        for slot in (Slot.SCHEDULE_OFFER, Slot.SCHEDULE_TOKEN):
            self._page.tasks.cancel(slot)
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
        self.line.show_impossible(
            f"{messages.title(error)}." if isinstance(error, NoScheduler) else messages.text(error)
        )

    def _ask_offer(self) -> None:
        job, minutes, token = self._page.session.draft, self.part.minutes, self.part.token
        self.part.show_waiting()

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.offer(services, job, minutes, token)

        async def look(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.token_note(services, job, token)

        def show(offer: Offer) -> None:
            self.part.show_offer(offer)
            self._page.tasks.run(
                Slot.SCHEDULE_TOKEN, look, on_done=self.part.show_token_note, on_error=self._failed
            )

        self._page.tasks.run(Slot.SCHEDULE_OFFER, work, on_done=show, on_error=self._failed)

    def _install(self) -> None:
        job, minutes, token = self._page.session.draft, self.part.minutes, self.part.token

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            return await schedules.install(services, job, minutes, token)

        def done(found: Installed | None) -> None:
            self._show(found)
            self.close()

        self._change(work, done, "The schedule is installed.")

    def _remove(self) -> None:
        job_id = self._page.session.draft.id

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.schedules import schedules

            await schedules.remove(services, job_id)
            return await schedules.left_behind(services, job_id)

        def done(left: str) -> None:
            self._show(None)
            self.close()
            if left:
                self._page.show_message("info", "The schedule is removed", left, cause="schedule")

        self._change(work, done, "The schedule is removed; the job runs by hand only.", removing=True)

    def _change(self, work: Work[T], done: Callable[[T], None], sentence: str, removing: bool = False) -> None:
        """Install or remove; it goes on when the page is left or another job is opened."""
        job_id = self._page.session.draft.id

        def ended(value: T) -> None:
            self.part.show_working(False, removing)
            self._page.shell.notify(sentence)
            if self._page.session.draft.id == job_id:
                done(value)

        def failed(error: WizardError) -> None:
            self.part.show_working(False, removing)
            self._failed(error)

        self._page.clear_message("schedule")
        self.part.show_working(True, removing)
        self._page.tasks.run(Slot.SCHEDULE_CHANGE, work, on_done=ended, on_error=failed)

    def _failed(self, error: WizardError) -> None:
        self._page.show_message("bad", messages.title(error), messages.advice(error), cause="schedule")
