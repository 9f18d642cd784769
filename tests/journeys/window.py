"""What journeys ask of the window, beyond what `Walker` can do."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio import to_thread
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.walk import Walker
from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import STEPS
from wizard.ui.controller import Controller
from wizard.ui.page import WizardPage
from wizard.ui.tasks import Slot, TaskRunner

PATH = [step.id for step in STEPS]


class Held:
    """A place where work waits until it is opened."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._reached = threading.Event()

    @property
    def is_reached(self) -> bool:
        """Whether work has come here."""
        return self._reached.is_set()

    def open(self) -> None:
        """Let everything through."""
        self._open.set()

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which waits here first."""

        def waiting(*args: Any, **more: Any) -> Any:
            self._reached.set()
            assert self._open.wait(30)
            return function(*args, **more)

        return waiting

    def before_async(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The coroutine function, which waits here first."""

        async def waiting(*args: Any, **more: Any) -> Any:
            await self.work(None, None)
            return await function(*args, **more)

        return waiting

    async def work(self, _services: object, _emit: object) -> None:
        """A background task that waits here."""
        self._reached.set()
        await to_thread.run_sync(self._open.wait, 30)


@contextmanager
def held() -> Iterator[Held]:
    """One that is open at the end at the latest."""
    made = Held()
    try:
        yield made
    finally:
        made.open()


class Journey(Walker):
    """A window with one saved job."""

    def __init__(self, controller: Controller, job_file: Path) -> None:
        super().__init__(controller)
        self.job_file = job_file

    @property
    def session(self) -> Session:
        return self.controller.session

    @property
    def tasks(self) -> TaskRunner:
        return self.controller.tasks

    @property
    def page(self) -> WizardPage:
        return self.controller.page

    def open_job(self) -> None:
        """Open the saved job from the list, as a press on it does."""
        self.page.open_job(str(self.job_file))  # type: ignore[attr-defined]
        self.until(lambda: self.at("monitor"), "Monitor")

    def edit_up_to(self, step_id: str) -> None:
        """Edit the job, and press the primary button until this step is shown."""
        if self.at("monitor"):
            self.press("step.plan")
        here = PATH.index(self.controller.navigator.current.id)
        for following in filter(self.controller.navigator.has_step, PATH[here + 1 : PATH.index(step_id) + 1]):
            self.go_on(following)

    def press_enter(self) -> None:
        """Press Enter where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, Qt.Key.Key_Return)
        QApplication.processEvents()

    def until_done(self, *slots: Slot) -> None:
        """Wait until nothing runs in these slots."""
        self.until(lambda: not any(map(self.tasks.is_running, slots)), f"the end of {slots}")
