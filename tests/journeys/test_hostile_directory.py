"""Whatever a directory, a server or a file name says is shown as plain text, on every page of the window."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QTableView, QToolTip, QWidget
from shiboken6 import isValid

from tests.journeys.conftest import _no_sandbox
from tests.sandbox_process import SandboxHandle, running_sandbox
from tests.ui.walk import Walker
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import SourceChoice, TargetChoice
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import AWS_TOKEN, SecretStore
from wizard.ui.controller import Controller
from wizard.ui.theme.current import apply_theme
from wizard.ui.widgets.labels import LineLabel
from wizard.ui.widgets.sheet import Sheet

pytestmark = pytest.mark.slow

EVIL = '<img src="file:///nowhere.png"><b>Owned</b>'
LONG = EVIL + "x" * 10_000
BIDI = f"{EVIL} \u202eevil\u2066 name"
LINES = f"{EVIL}\nAll 14 people created.\r\n{EVIL}"
OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
WIDTH, HEIGHT = 1120, 760


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox() as made:
        yield made


@pytest.fixture
def walker(app: QApplication, tmp_path: Path, sandbox: SandboxHandle) -> Iterator[Walker]:
    apply_theme(app, "light")
    users, members = tmp_path / "people <b>x.csv", tmp_path / "members.csv"
    headings = ("id", "userPrincipalName", "displayName", "givenName", "surname", "department", f"x {EVIL}")
    rows = [
        (str(number), f"u{number}@x.example", name, EVIL, EVIL, name, name)
        for number, name in enumerate((EVIL, BIDI, LINES, LONG, "Ann"))
    ]
    rows += [("9", f"{EVIL}@x.example", "", EVIL, "", EVIL, EVIL), ("0", "u0@x.example", EVIL, "", "", "", "")]
    with users.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows((headings, *rows))
    with members.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            (("group", "member"), (EVIL, "u4@x.example"), (BIDI, "u4@x.example"), (EVIL, EVIL))
        )
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    source = SourceChoice("file", users_file=str(users), members_file=str(members))
    job = replace(new_draft(), name=f"Job {EVIL}", source=source, target=TargetChoice(sandbox.tenant_url))
    secrets = SecretStore({AWS_TOKEN.variable: sandbox.token})
    services = Services(home, JobStore(home), secrets, _no_sandbox, EntraAccess(home, secrets))
    talk = Controller(lambda: services)
    made = Walker(talk)
    talk.session.begin(job)
    talk.begin()
    talk.window.resize(WIDTH, HEIGHT)
    talk.window.show()
    yield made
    talk.session.running = False
    talk.close()
    talk.window.close()
    talk.window.deleteLater()


def tip_at(widget: QWidget, place: QPoint) -> QLabel | None:
    """The tooltip that the mouse brings up at a point of a widget."""
    QToolTip.hideText()
    for tip in tips():
        tip.hide()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place)))
    return next((tip for tip in tips() if tip.isVisible()), None)


def tips() -> list[QLabel]:
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, QLabel) and widget.metaObject().className() == "QTipLabel"
    ]


def rich(label: QLabel) -> bool:
    """Whether a label interprets text from outside."""
    shown, as_ = QLabel.text(label), label.textFormat()
    if isinstance(label, LineLabel):
        shown, as_ = label._line.text(), label._line.textFormat()
    return "<img" in shown and as_ != Qt.TextFormat.PlainText


def hits(place: QWidget) -> tuple[list[str], int]:
    """Where text from outside is not plain, and how many tooltips and labels held any."""
    found, seen = [], 0
    for label in place.findChildren(QLabel):
        seen += "nowhere.png" in QLabel.text(label)
        if rich(label):
            found.append(f"label {label.objectName() or label.text()[:40]}")
        shown = label._line.text() if isinstance(label, LineLabel) else QLabel.text(label)
        if OVERRIDES & set(shown) and label.text() != BIDI:
            found.append(f"direction in {label.objectName() or label.text()[:40]}")
    for widget in place.findChildren(QWidget):
        if (
            isValid(widget) and widget.isVisible() and widget.toolTip()
        ):  # a shown tooltip is a widget that goes away
            tip = tip_at(widget, widget.rect().center())
            seen += tip is not None and "nowhere.png" in tip.text()
            if tip is not None and rich(tip):
                found.append(f"tooltip of {widget.objectName() or type(widget).__name__}")
    for view in place.findChildren(QAbstractItemView):
        model = view.model()
        if not view.isVisible() or model is None:
            continue
        for row in range(min(model.rowCount(), 12)):
            for column in range(model.columnCount()):
                box = view.visualRect(model.index(row, column))
                if box.isEmpty():
                    continue
                tip = tip_at(view.viewport(), box.center())
                seen += tip is not None and "nowhere.png" in tip.text()
                if tip is not None and rich(tip):
                    found.append(f"cell of {view.objectName()}")
        if isinstance(view, QTableView) and view.horizontalHeader().isVisible():
            header = view.horizontalHeader()
            for column in range(model.columnCount()):
                tip = tip_at(header.viewport(), QPoint(header.sectionViewportPosition(column) + 4, 8))
                if tip is not None and rich(tip):
                    found.append(f"heading of {view.objectName()}")
    return found, seen


def test_the_window_shows_a_hostile_directory_as_it_is_written(
    walker: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, list[str]] = {}
    seen = 0
    session = walker.controller.session

    def look(name: str) -> None:
        nonlocal seen
        walker.settle(300)
        assert walker.window.width() == WIDTH, f"{name} makes the window {walker.window.width()} wide"
        wrong, count = hits(walker.window)
        seen += count
        if wrong:
            found[name] = wrong

    walker.go_on("aws")
    walker.until(lambda: session.found.connection is not None, "the connection test")
    look("aws")
    walker.go_on("directory")
    walker.until(lambda: session.found.snapshot is not None, "the directory")
    look("directory")
    for step in ("scope", "attributes", "settings"):
        walker.go_on(step)
        look(step)
    walker.go_on("preview")
    walker.until(lambda: session.found.plan is not None, "the plan")
    look("preview")
    for code in session.open_concerns():
        session.accept(code, True)
    walker.controller.refresh()
    walker.go_on("run")
    walker.until(lambda: not session.running and session.found.report is not None, "the run", 60)
    look("run")
    walker.go_on("monitor")
    look("monitor")
    assert seen > 20, "the walk sees hostile texts"
    assert found == {}

    shown: list[str] = []

    def exec_(box: Sheet) -> int:
        box.show()
        QApplication.processEvents()
        shown.extend(label.text() for label in box.findChildren(QLabel) if "<img" in label.text())
        found["box"] = [label.text() for label in box.findChildren(QLabel) if rich(label)]
        box.hide()
        return 0

    monkeypatch.setattr(Sheet, "exec", exec_)
    walker.controller.confirm(f"Delete “{EVIL}”?", f"Remove {EVIL}", "Delete")
    assert len(shown) == 2
    assert found["box"] == []
