"""What every page works with: the conversation, the worker, and the shell's few abilities."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from wizard.errors import WizardError
from wizard.flow.steps.navigator import Navigator
from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import StepId
from wizard.provisioning.job import Job
from wizard.ui.page import Page
from wizard.ui.tasks import Worker

if TYPE_CHECKING:
    from wizard.flow.services import Services

Event = Any
"""What a coroutine posts on its way: RunEvent, Progress, RequestMade."""

Work = Callable[["Services", Callable[[Event], None]], Awaitable[Any]]


def _ignore(_events: tuple[Event, ...]) -> None:
    """Nobody listens."""


class Shell(Protocol):
    """What a page may ask of the window."""

    def refresh(self) -> None:
        """Show the conversation's state again: rail, buttons, sentence."""
        ...

    def show_step(self) -> None:
        """Show the page of the navigator's current step."""
        ...

    def ask(self, title: str, text: str, verb: str, danger: bool = True) -> bool:
        """Ask before something that cannot be undone; True = the person chose the verb."""
        ...

    def ask_text(self, title: str, label: str, text: str, verb: str) -> str:
        """Ask for one line of text; "" = cancelled."""
        ...

    def tell(self, sentence: str) -> None:
        """Say one sentence in the footer for a while: "Saved to people.csv"."""
        ...


@dataclass
class Desk:
    """One conversation in one window."""

    session: Session
    navigator: Navigator
    worker: Worker
    make_services: Callable[[], "Services"]
    """Called once, on the worker's thread."""
    shell: Shell
    trial: bool = False
    """Started by `try`: the sample company and a sandbox."""
    _services: "Services | None" = field(default=None, repr=False)

    def ask(
        self,
        slot: str,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[WizardError], None],
        events: Callable[[tuple[Event, ...]], None] = _ignore,
    ) -> bool:
        """Run `work` on the worker in a named slot; the callbacks come on the screen's thread.

        False where it may not start, because a run is under way in the slot `run`.
        """

        async def with_services(emit: Callable[[Event], None]) -> Any:
            return await work(self.services(), emit)

        return self.worker.start(slot, with_services, done=done, failed=failed, events=events)

    def services(self) -> "Services":
        """The services of this program, built on the first call; call it on the worker's thread only."""
        if self._services is None:
            self._services = self.make_services()
        return self._services

    def answer(self, job: Job) -> None:
        """Take a changed draft and show what follows from it."""
        self.session.answer(job)
        self.shell.refresh()

    def open_step(self, step_id: StepId) -> None:
        """Go to a step that may be visited."""
        if self.navigator.visit(step_id):
            self.shell.show_step()


class DeskPage(Page):
    """A page of one step: it shows and changes the conversation on its desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    @property
    def session(self) -> Session:
        """The conversation's memory."""
        return self.desk.session

    def answer(self, job: Job) -> None:
        """Take a changed draft and tell the shell."""
        self.session.answer(job)
        self.answered.emit()

    def status(self) -> str:
        """What the footer says while nothing stands against going on; "" = nothing."""
        return ""

    def way_round(self) -> tuple[str, Callable[[], None]] | None:
        """A flat button before Back, such as "Go on without a test"; None = there is none."""
        return None

    def advance(self) -> bool:
        """The primary button was pressed: True = the shell goes one step on; False = the page does it itself."""
        return True
