"""A context to put pages on: a real worker, real services over a folder of the test's, a shell that remembers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.services import SandboxAddress, Services
from wizard.flow.steps.fix import Fix
from wizard.flow.steps.navigator import Navigator
from wizard.flow.steps.session import Session
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretStore
from wizard.ui.page import PageContext
from wizard.ui.tasks import TaskRunner


class RememberingShell:
    """A shell that notes what it was asked, and answers what the test says."""

    def __init__(self) -> None:
        self.refreshed = 0
        self.steps_shown = 0
        self.continued = 0
        self.notices: list[str] = []
        self.asked: list[str] = []
        self.answer = True
        self.text = ""
        self.fixes: list[Fix] = []
        self.applied = 0
        self.may_leave = True
        self.saved_jobs = 0
        self.discarded = 0

    def refresh(self) -> None:
        self.refreshed += 1

    def show_step(self) -> None:
        self.steps_shown += 1

    def go_to(self, fix: Fix) -> None:
        self.fixes.append(fix)

    def next(self) -> None:
        self.continued += 1

    def confirm(self, title: str, text: str, verb: str, danger: bool = True) -> bool:
        self.asked.append(title)
        return self.answer

    def ask_text(self, title: str, label: str, text: str, verb: str) -> str:
        self.asked.append(title)
        return self.text

    def save_job(self, then: Callable[[], None] | None = None) -> None:
        self.saved_jobs += 1
        if then is not None:
            then()

    def may_leave_job(self) -> bool:
        return self.may_leave

    def apply_edits(self) -> None:
        self.applied += 1

    def discard_edits(self) -> None:
        self.discarded += 1

    def open_alerts(self) -> None:
        self.asked.append("alerts")

    def notify(self, sentence: str) -> None:
        self.notices.append(sentence)


def home_at(folder: Path) -> Home:
    """A HOME in a folder of the test's."""
    return Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(folder)})


def no_sandbox() -> SandboxAddress:
    raise AssertionError("this test starts no sandbox")


def use_services(context: PageContext, services: Services) -> None:
    """Let the tasks of this context use other services."""
    context.tasks._services = services


@contextmanager
def context_at(folder: Path) -> Iterator[PageContext]:
    """A context with real services over HOME in this folder; its worker ends with the block."""
    home = home_at(folder)
    services = Services(home, JobStore(home), SecretStore({}), no_sandbox, EntraAccess(home, SecretStore({})))
    session = Session()
    tasks = TaskRunner(lambda: services)
    try:
        yield PageContext(session, Navigator(session), tasks, RememberingShell())
    finally:
        assert tasks.close()
