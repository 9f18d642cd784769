"""The field for a path, and the system's dialogs for files."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from tests.ui.audit import audit
from tests.ui.widgets.layout import put
from wizard.ui.widgets import files
from wizard.ui.widgets import sheet as question
from wizard.ui.widgets.fields import LabelledField
from wizard.ui.widgets.files import FileField, open_file, save_file, start_in, with_ending

TABLE, JSON = files.TABLES.split(";;")


@pytest.fixture(autouse=True)
def _no_folder_yet() -> Iterator[None]:
    start_in("")
    yield
    start_in("")


def test_a_file_can_be_typed_or_dropped(sheet: QWidget, tmp_path: Path) -> None:
    field = FileField("usersFile", "People (*.csv *.xlsx)")
    put(sheet, LabelledField("&People file", field))
    said: list[str] = []
    field.changed.connect(said.append)
    assert field.edit.objectName() == "usersFile"
    assert field.edit.accessibleName() == "People file"
    field.set_path(" people.csv ")
    assert field.path == "people.csv"
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "people.xlsx"))])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(4, 4), Qt.DropAction.CopyAction, mime, left, none)
    field.dragEnterEvent(enter)
    assert enter.isAccepted()
    field.dropEvent(QDropEvent(QPointF(4, 4), Qt.DropAction.CopyAction, mime, left, none))
    assert Path(field.path) == tmp_path / "people.xlsx"
    assert len(said) == 2
    assert audit(sheet) == []


def test_only_files_of_this_computer_can_be_dropped(sheet: QWidget) -> None:
    field = FileField("usersFile")
    for text, urls in (("words", []), ("", [QUrl("https://people.example/list.csv")])):
        mime = QMimeData()
        mime.setText(text)
        if urls:
            mime.setUrls(urls)
        none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        enter = QDragEnterEvent(QPoint(4, 4), Qt.DropAction.CopyAction, mime, left, none)
        enter.ignore()
        field.dragEnterEvent(enter)
        assert not enter.isAccepted()


@pytest.mark.parametrize(
    ("typed", "chosen", "written"),
    [
        ("log.csv", TABLE, "log.csv"),
        ("log.csv", JSON, "log.json"),
        ("log", TABLE, "log.csv"),
        ("log", JSON, "log.json"),
        ("log.2026.11", JSON, "log.2026.11.json"),
        ("log.json", TABLE, "log.json"),
        ("LOG.JSON", JSON, "LOG.JSON"),
        ("log", "", "log.csv"),
    ],
)
def test_the_ending_follows_the_chosen_type(typed: str, chosen: str, written: str) -> None:
    assert with_ending(Path(typed), chosen, files.TABLES, "provisioning-log.csv") == Path(written)


def test_any_file_keeps_the_name_it_was_given() -> None:
    filters = "Graph schema (*.json);;All files (*)"
    assert with_ending(Path("schema.txt"), "All files (*)", filters, "schema.json") == Path("schema.txt")
    assert with_ending(Path("schema"), "Graph schema (*.json)", filters, "schema.json") == Path("schema.json")


class Dialogs:
    """The system's dialogs: where each was opened, and what it answers."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.answer, self.kind = "", ""

    def __call__(self, _parent: QWidget, _title: str, start: str, _filters: str = "") -> tuple[str, str]:
        self.opened.append(start)
        return self.answer, self.kind


@pytest.fixture
def dialogs(monkeypatch: pytest.MonkeyPatch) -> Dialogs:
    made = Dialogs()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", made)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", made)
    return made


def test_a_dialog_starts_in_the_documents_and_then_where_the_last_one_ended(
    sheet: QWidget, dialogs: Dialogs, tmp_path: Path
) -> None:
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    assert open_file(sheet, "People") is None
    dialogs.answer = str(tmp_path / "people.csv")
    assert open_file(sheet, "People") == tmp_path / "people.csv"
    dialogs.answer = ""
    assert save_file(sheet, "Export", "changes.csv", files.TABLES) is None
    assert dialogs.opened == [documents, documents, str(tmp_path / "changes.csv")]
    start_in(str(tmp_path / "gone"))
    assert open_file(sheet, "People") is None
    assert dialogs.opened[-1] == documents, "a folder that is gone counts as none"


def test_a_file_that_the_system_did_not_ask_about_is_not_replaced_unasked(
    sheet: QWidget, dialogs: Dialogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log.json").write_text("[]")
    dialogs.answer, dialogs.kind = str(tmp_path / "log"), JSON
    answers = iter((False, True))
    monkeypatch.setattr(question, "confirm", lambda *_all, **_more: next(answers))
    assert save_file(sheet, "Export", "log.csv", files.TABLES) is None
    assert save_file(sheet, "Export", "log.csv", files.TABLES) == tmp_path / "log.json"


def test_a_folder_that_does_not_answer_does_not_stop_the_window(
    sheet: QWidget, dialogs: Dialogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that is gone answers after minutes, and its missing file is why the dialog is opened."""
    answers = Event()

    def exists(_path: Path) -> bool:
        answers.wait(20)
        return True

    monkeypatch.setattr(files, "_PATIENCE", 0.05)
    monkeypatch.setattr(Path, "exists", exists)
    start_in(str(tmp_path))
    open_file(sheet, "Choose", "", str(tmp_path / "people.csv"))
    assert not answers.is_set()
    answers.set()
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    assert dialogs.opened == [documents]
