"""The window as a whole: a HOME that cannot be used, a sandbox that does not start, closing in the middle."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from anyio import sleep, sleep_forever
from PySide6.QtWidgets import QApplication, QLabel

from tests.ui.walk import Walker
from wizard import messages
from wizard.errors import Message, WizardError
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.services import SandboxAddress, Services
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import SecretStore
from wizard.ui.controller import Controller
from wizard.ui.formats import clock, full_date
from wizard.ui.tasks import Emit, Slot


def no_sandbox() -> SandboxAddress:
    raise WizardError("sandbox-not-started")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def walker(app: QApplication, home: Path, request: pytest.FixtureRequest) -> Iterator[Walker]:
    def make_services() -> Services:
        opened = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(home)})
        return Services(
            opened, JobStore(opened), SecretStore({}), no_sandbox, EntraAccess(opened, SecretStore({}))
        )

    talk = Controller(make_services, trial=bool(getattr(request, "param", False)))
    yield Walker(talk)
    talk.close()
    talk.window.close()
    talk.window.deleteLater()


def test_a_home_that_is_a_file_is_said_on_the_page(walker: Walker, home: Path) -> None:
    home.write_text("not a folder")
    walker.controller.begin()
    walker.controller.window.show()
    walker.until(lambda: "jobs" in walker.controller.page._messages, "the message")
    assert walker.controller.page._messages["jobs"].code == "home-is-a-file"
    walker.press("source.file")
    assert walker.controller.session.draft.source.kind == "file"
    walker.go_on("aws")


@pytest.mark.parametrize("walker", [True], indirect=True)
def test_a_sandbox_that_does_not_start_is_said_in_the_footer(walker: Walker) -> None:
    walker.controller.begin()
    walker.controller.window.show()
    walker.until(
        lambda: messages.title(Message("sandbox-not-started")) in walker.window.footer.sentence, "the sentence"
    )
    assert walker.at("plan")


def test_the_foot_shows_quarantine_and_what_waits_for_a_decision(walker: Walker) -> None:
    walker.controller.begin()
    walker.controller.window.show()
    found, icons = walker.controller.session.found, []
    for standing in ("quarantined", "waiting", ""):
        found.standing = standing
        state = walker.controller._state()
        icons.append((state.job_icon, state.job_tone))
        walker.controller.refresh()
    assert icons == [("alert-circle", "bad"), ("warning", "warn"), ("", None)]


def test_next_stays_off_with_its_reason(walker: Walker) -> None:
    walker.controller.begin()
    walker.controller.window.show()
    walker.settle(50)
    assert not walker.window.footer.primary.isEnabled()
    assert walker.window.footer.sentence
    walker.controller.next()
    assert walker.at("plan")


def test_closing_during_a_run_asks_first(walker: Walker) -> None:
    walker.controller.begin()
    walker.controller.window.show()
    walker.controller.session.running = True
    walker.controller.refresh()
    asked: list[bool] = []
    walker.window.ask_before_close = lambda: bool(asked.append(True))
    walker.window.close()
    assert asked
    assert walker.window.isVisible()
    walker.controller.session.running = False
    walker.controller.refresh()
    walker.window.close()
    assert not walker.window.isVisible()


def test_a_notice_disappears_after_a_while(walker: Walker) -> None:
    walker.controller.begin()
    walker.controller.notify("Saved to people.csv.")
    assert walker.window.footer.sentence == "Saved to people.csv."
    walker.controller._notice_timer.setInterval(10)
    walker.controller._notice_timer.start()
    walker.until(lambda: walker.window.footer.sentence != "Saved to people.csv.", "silence")


def test_a_job_saved_on_another_day_tells_the_day(walker: Walker) -> None:
    walker.controller.begin()
    now = datetime.now().astimezone()
    for saved in (now, now - timedelta(days=5)):
        walker.controller.session.saved_at = saved.timestamp()
        walker.controller.refresh()
        words = walker.find(QLabel, "jobState").accessibleName()
        assert (full_date(saved.date()) in words) == (saved is not now)
        assert (clock(saved) in words) == (saved is now)


@pytest.mark.parametrize("ends", [True, False])
def test_closing_waits_for_what_is_written_and_asks_where_it_takes_long(
    walker: Walker, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.ui.controller._CLOSING_MILLISECONDS", 30_000 if ends else 100)
    asked: list[str] = []
    walker.controller.confirm = lambda title, *_more, **_how: bool(asked.append(title))  # type: ignore[method-assign]
    walker.controller.begin()
    walker.controller.window.show()
    written: list[bool] = []

    async def export(_services: Services, _emit: Emit) -> None:
        await (sleep(0.3) if ends else sleep_forever())

    walker.controller.tasks.run(
        Slot.LOG_EXPORT, export, on_done=lambda _nothing: written.append(True), on_error=written.append
    )
    walker.window.close()
    assert walker.window.isVisible() is not ends
    assert bool(asked) is not ends
    assert written == [True] * ends
