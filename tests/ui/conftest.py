"""The screen without a screen: one application in the look of the house."""

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from wizard.ui.style import apply_theme
from wizard.ui.worker import Worker


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the light theme; what a test closed is gone after it."""
    apply_theme(qapp, "light")
    yield qapp
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def worker(app: QApplication) -> Iterator[Worker]:
    """A worker that has ended when the test has."""
    made = Worker()
    yield made
    assert made.close(5.0)
