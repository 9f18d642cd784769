"""Counts what a person presses: python -m tests.ui.clicks walks three ways with real keys and a real mouse, and prints them.

Needs Xvfb, openbox and xdotool. The window runs on an X server of its own with a window manager, from a fresh HOME; a
control is found by its accessible name or text, and must be visible, enabled and on the screen. One press, and one text
with the key that ends it, count as one. `--limits` fails where a way takes more than its goal.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTableView, QWidget

from tests.company import company
from tests.sandbox_process import running_sandbox
from tests.ui.pages.keyrings import MemoryKeyring, in_use
from wizard.app import make_services
from wizard.sandbox_process import SandboxProcess
from wizard.ui.controller import Controller
from wizard.ui.formats import use_desktop_formats
from wizard.ui.theme.current import apply_theme

SCREEN = (1366, 768)
GOALS = {"sample": 4, "own file": 10, "day two": 3}


class Person:
    """Presses and types by X events, and counts."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.done: list[str] = []

    @property
    def window(self) -> QWidget:
        return self.controller.window

    def press(self, name: str) -> None:
        """Press the visible control whose accessible name or text begins like this."""
        place = self._until(lambda: self._control(name, QAbstractButton), f"a control “{name}”")
        self._click(QRect(place.mapToGlobal(QPoint(0, 0)), place.size()))
        self.done.append(f"press {name}")

    def press_row(self, text: str) -> None:
        """Press the row of a visible table with this text."""

        def row() -> QRect | None:
            for table in self.window.findChildren(QTableView):
                if not table.isVisible() or table.model() is None:
                    continue
                for at in range(table.model().rowCount(QModelIndex())):
                    index = table.model().index(at, 0)
                    if text in str(index.data(Qt.ItemDataRole.DisplayRole)):
                        rect = table.visualRect(index)
                        return QRect(table.viewport().mapToGlobal(rect.topLeft()), rect.size())
            return None

        self._click(self._until(row, f"a row “{text}”"))
        self.done.append(f"press row {text}")

    def write(self, name: str, text: str, end: str = "") -> None:
        """Focus the field of this accessible name by the mouse, type, and end with a key ("Return")."""
        field = self._until(lambda: self._control(name, QLineEdit), f"a field “{name}”")
        if not field.hasFocus():
            self._click(QRect(field.mapToGlobal(QPoint(0, 0)), field.size()))
        _xdotool("key", "ctrl+a")
        _xdotool("type", "--delay", "1", text)
        self._settle(300)
        if end:
            _xdotool("key", end)
        self.done.append(f"write {name}")

    def wait_for(self, step: str, seconds: float = 60) -> None:
        """Wait until a page is shown and nothing runs."""
        self._until(lambda: self.controller.navigator.current.id == step or None, f"the page {step}", seconds)
        self._until(lambda: self.controller.tasks.is_idle or None, "a quiet window", seconds)
        self._settle(400)

    def _control(self, name: str, kind: type[QWidget]) -> QWidget | None:
        pattern = re.compile(re.escape(name).replace("\\*", ".*"), re.IGNORECASE)
        area = QApplication.primaryScreen().availableGeometry()
        for widget in self.window.findChildren(kind):
            words = (widget.accessibleName(), getattr(widget, "text", str)().replace("&", ""))
            if widget.isVisible() and widget.isEnabled() and any(map(pattern.match, words)):
                rect = QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())
                if area.contains(rect.center()) and not widget.visibleRegion().isEmpty():
                    return widget
        return None

    def _click(self, rect: QRect) -> None:
        middle = rect.center()
        _xdotool("mousemove", "--sync", str(middle.x()), str(middle.y()))
        _xdotool("click", "1")
        self._settle(300)

    def _until(self, look: Callable[[], object], what: str, seconds: float = 60) -> object | None:
        deadline = time.monotonic() + seconds
        while (found := look()) is None:
            if time.monotonic() > deadline:
                self.window.grab().save(str(Path(tempfile.gettempdir(), "clicks-failed.png")))
                raise SystemExit(f"waited in vain for {what} after {self.done}")
            QTest.qWait(50)
        return found

    def _settle(self, milliseconds: int) -> None:
        QTest.qWait(milliseconds)


def _xdotool(*words: str) -> None:
    process = subprocess.Popen(["xdotool", *words])
    while process.poll() is None:
        QTest.qWait(5)  # --sync waits for events that this process must handle


@contextmanager
def person(home: Path) -> Iterator[Person]:
    """The window from this HOME."""
    os.environ["IDENTITY_CENTER_WIZARD_HOME"] = str(home)
    sandbox = SandboxProcess()
    talk = Controller(lambda: make_services(sandbox))
    talk.begin()
    talk.window.show()
    QTest.qWait(1500)
    try:
        yield Person(talk)
    finally:
        talk.session.running = False
        talk.close()
        talk.window.close()
        talk.window.deleteLater()
        sandbox.stop()
        QTest.qWait(200)


def sample(folder: Path) -> list[str]:
    """From the start to Monitor with the sample company."""
    with person(folder / "sample") as someone:
        someone.press("Sample company")
        someone.press("Continue")
        someone.wait_for("preview", 90)
        someone.press("Run * changes")
        someone.wait_for("run", 90)
        someone.press("See the report")
        someone.wait_for("monitor")
        return someone.done


def own_file(folder: Path, url: str, token: str, users: Path) -> list[str]:
    """From the start to Monitor with a file."""
    with person(folder / "own") as someone:
        someone.press("A file")
        someone.press("Continue")
        someone.wait_for("aws")
        someone.write("SCIM endpoint", url)
        someone.write("Access token", token, "Return")
        someone.wait_for("directory", 90)
        someone.write("File with people", str(users), "Return")
        someone.wait_for("directory", 90)
        someone.press("Review changes")
        someone.wait_for("preview", 90)
        someone.press("Run * changes")
        someone.wait_for("run", 90)
        someone.press("See the report")
        someone.wait_for("monitor")
        return someone.done


def day_two(folder: Path) -> list[str]:
    """The same job later: from its row in the list to one changed mapping."""
    with person(folder / "own") as someone:
        someone.wait_for("plan")
        someone.press_row("people")
        someone.wait_for("monitor")
        before = someone.controller.session.draft.mappings
        someone.press("Step 5, part 1 of 4, Attributes")
        someone.wait_for("attributes", 90)
        someone.write("Job title", "department", "Return")
        someone.wait_for("attributes")
        assert someone.controller.session.draft.mappings != before, "the mapping was not changed"
        assert someone.controller.session.edited() == {"attributes"}
        return someone.done


def walk() -> dict[str, list[str]]:
    """All three ways, in this process, on the X server of DISPLAY."""
    app = QApplication([])
    use_desktop_formats()
    apply_theme(app, "light")
    with tempfile.TemporaryDirectory() as name, in_use(MemoryKeyring()), running_sandbox() as sandbox:
        folder = Path(name)
        users, _members = company(12, 0, 0).write(folder)
        users = users.rename(folder / "people.csv")
        return {
            "sample": sample(folder),
            "own file": own_file(folder, sandbox.tenant_url, sandbox.token, users),
            "day two": day_two(folder),
        }


def main() -> int:
    """Start an X server with a window manager, and walk on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limits", action="store_true", help="fail where a way takes more than its goal")
    limits = parser.parse_args().limits
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SCREEN[0]}x{SCREEN[1]}x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    manager: subprocess.Popen[bytes] | None = None
    try:
        with os.fdopen(reading) as told:
            os.environ["DISPLAY"] = f":{told.readline().strip()}"
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
        time.sleep(1)
        ways = walk()
    finally:
        for process in filter(None, (manager, screen)):
            process.terminate()
            process.wait()
    for name, done in ways.items():
        print(f"{name}: {len(done)} of {GOALS[name]}: {', '.join(done)}")
    return int(limits and any(len(done) > GOALS[name] for name, done in ways.items()))


if __name__ == "__main__":
    sys.exit(main())
