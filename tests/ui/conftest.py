"""The screen without a screen: one application in the look of the house."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from tests.ui.pages.keyrings import MemoryKeyring, in_use
from tests.ui.pages.stand import context_at
from wizard.ui.formats import use_desktop_formats
from wizard.ui.page import PageContext
from wizard.ui.tasks import TaskRunner
from wizard.ui.theme.current import apply_theme


@pytest.fixture(autouse=True)
def _circles_end_on_the_screens_thread() -> Iterator[None]:
    """Python's collector runs on whichever thread it happens to; a window or timer in a circle dies there, and crashes.

    A test leaves dozens behind, the program none: its windows and its one task runner live as long as it does.
    """
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture(autouse=True)
def _desktop_formats(_plain_formats: None) -> None:
    """Numbers and dates as the window writes them."""
    use_desktop_formats()


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the light theme; what a test closed is gone after it."""
    apply_theme(qapp, "light")
    yield qapp
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def tasks(app: QApplication) -> Iterator[TaskRunner]:
    """A task runner without services that has ended when the test has."""
    made = TaskRunner(lambda: None)  # type: ignore[arg-type,return-value]
    yield made
    assert made.close(5.0)


@pytest.fixture
def context(app: QApplication, tmp_path: Path) -> Iterator[PageContext]:
    """A page's context with a HOME and a keyring of its own."""
    with in_use(MemoryKeyring()), context_at(tmp_path / "home") as made:
        yield made
