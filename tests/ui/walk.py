"""Drives the real window as a person does: finds controls by their object names, waits for what the page waits for."""

import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from wizard.ui.controller import Controller

Control = TypeVar("Control", bound=QObject)


class Walker:
    """Walks one window."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.window = controller.window

    def until(self, true: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        """Let the window live until something is true."""
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}; footer: {self.window.footer.sentence}")
            QApplication.processEvents()
            QTest.qWait(5)
        QApplication.processEvents()

    def find(self, kind: type[Control], name: str) -> Control:
        """The control of this object name on the current page, or in the shell."""
        for place in (self.controller.page, self.window):
            found = place.findChild(kind, name)
            if found is not None:
                return found
        raise AssertionError(f"no {kind.__name__} is called {name}")

    def press(self, name: str) -> None:
        """Press a button by keyboard, as every control must allow."""
        button = self.find(QAbstractButton, name)
        self.until(lambda: button.isEnabled() and button.isVisible(), f"the button {name} to be on")
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
        QApplication.processEvents()

    def type_in(self, name: str, text: str) -> None:
        """Put text into a field as a paste does, and leave the field."""
        field = self.find(QLineEdit, name)
        field.setFocus()
        field.selectAll()
        field.insert(text)
        field.editingFinished.emit()
        QApplication.processEvents()

    def at(self, step_id: str) -> bool:
        """Is this the step that is shown."""
        return self.controller.navigator.current.id == step_id

    def go_on(self, to: str, seconds: float = 30.0) -> None:
        """Press the primary button and wait for the next page."""
        button = self.window.footer.primary
        self.until(button.isEnabled, f"the way on to {to}", seconds)
        button.click()
        self.until(lambda: self.at(to), f"the page {to}", seconds)

    def settle(self, milliseconds: int = 250) -> None:
        """Let timers and deferred deletions run."""
        QTest.qWait(milliseconds)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()

    def texts(self, page: QWidget | None = None) -> str:
        """Every visible text of the page, for what a person would read."""
        from PySide6.QtWidgets import QLabel

        place = page or self.controller.page
        labels = [label.text() for label in place.findChildren(QLabel) if label.isVisible()]
        return "\n".join(text for text in labels if text)
