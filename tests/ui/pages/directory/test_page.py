"""The Directory page: files read in the background, columns assigned by hand, problems named by line and column."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anyio
import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from tests.work import calls_between_ticks
from wizard import messages
from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.flow.directory import reading
from wizard.flow.steps.steps import directory_problems
from wizard.progress import Progress
from wizard.provisioning.job import Job, SourceChoice
from wizard.ui.page import PageContext
from wizard.ui.pages.directory.page import DirectoryPage
from wizard.ui.pages.directory.tables import Meaning

PEOPLE = """User name;First name;Last name;Display name;Employee ID;Nickname;Password
ada@x.example;Ada;Lovelace;Ada Lovelace;1;Countess;hidden
bob@x.example;Bob;Noyce;Bob Noyce;2;Mayor;hidden
cas@x.example;Cas;Twice;Cas Twice;2;Copy;hidden
"""
GROUPS = "Group,Member\nOptics,ada@x.example\nOptics,nobody@x.example\n"


pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return written(tmp_path / "people.csv", PEOPLE)


@pytest.fixture
def page(context: PageContext, qtbot: QtBot) -> DirectoryPage:
    context.session.draft = replace(context.session.draft, source=SourceChoice("file"))
    return entered(DirectoryPage(context), qtbot)


def entered(page: DirectoryPage, qtbot: QtBot) -> DirectoryPage:
    qtbot.addWidget(page)
    page.resize(768, 576)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    return page


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def choose(page: DirectoryPage, qtbot: QtBot, path: Path, field: str = "usersFile") -> None:
    edit = page.findChild(QLineEdit, field)
    edit.setText(str(path))
    edit.editingFinished.emit()
    settle(page, qtbot)


def settle(page: DirectoryPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.context.tasks.is_idle and not page.again.is_busy, timeout=10_000)


def taken_for(page: DirectoryPage) -> dict[str, str]:
    return {column.heading: column.attribute for column in page.found.columns.rows.rows}


def test_it_asks_for_a_file_first(page: DirectoryPage) -> None:
    assert [problem.field for problem in directory_problems(page.session)] == ["usersFile"]
    assert page.found.columns.behavior.empty.title == "No file has been read yet"
    assert not page.again.isEnabled()
    assert audit(page) == []


def test_a_chosen_file_is_read_and_told(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    assert page.session.draft.source.users_file == str(people)
    assert taken_for(page)["User name"] == "userPrincipalName"
    assert taken_for(page)["Password"] == ""
    assert page.facts.title.startswith("Recognised as: ")
    assert "semicolons" in page.facts.text
    assert "3 rows" in page.facts.text
    assert page.status().endswith("1 person, 0 groups")
    assert directory_problems(page.session) == ()
    assert audit(page) == []


def test_first_rows_are_shown_without_what_is_secret(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    page.found.turn_to("rows")
    rows = page.found.first_rows.rows.rows
    assert rows[0][:2] == ("ada@x.example", "Ada")
    assert "hidden" not in str(rows)
    assert not page.found.columns.assignment("Password").isEnabled()


def test_problems_are_named_by_line_and_column(
    page: DirectoryPage, qtbot: QtBot, people: Path, tmp_path: Path
) -> None:
    choose(page, qtbot, people)
    choose(page, qtbot, written(tmp_path / "groups.csv", GROUPS), "membersFile")
    page.found.turn_to("problems")
    problems = [(row.line, row.column) for row in page.found.problems.rows.rows]
    assert (3, "Employee ID") in problems
    assert (4, "Employee ID") in problems
    assert (3, "Member") in problems
    page.found.problems.selectRow(0)
    assert messages.text(page.found.problems.rows.row(0)) in page.found.detail.text()


def test_a_file_without_problems_says_so(page: DirectoryPage, qtbot: QtBot, tmp_path: Path) -> None:
    choose(page, qtbot, written(tmp_path / "whole.csv", PEOPLE.replace(";2;Copy", ";3;Copy")))
    page.found.turn_to("problems")
    assert page.found.problems.behavior.empty.title == "Every row can be taken as it is"


def test_a_column_is_assigned_by_hand_and_left_out(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    box = page.found.columns.assignment("Nickname")
    box.setCurrentIndex(box.findData("mailNickname"))
    box.activated.emit(box.currentIndex())
    settle(page, qtbot)
    assert page.session.draft.source.columns == (("Nickname", "mailNickname"),)
    assert taken_for(page)["Nickname"] == "mailNickname"
    box = page.found.columns.assignment("Nickname")
    box.setCurrentIndex(box.findData(""))
    box.activated.emit(box.currentIndex())
    settle(page, qtbot)
    assert page.session.draft.source.columns == (("Nickname", ""),)
    assert page.session.found.snapshot is not None
    assert "Nickname" not in page.session.found.snapshot.attributes


def test_another_identity_column_tells_people_apart(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    assert page.identity.itemText(0) == "Found by itself: employeeId"
    page.identity.setCurrentIndex(page.identity.findData("User name"))
    page.identity.activated.emit(page.identity.currentIndex())
    settle(page, qtbot)
    assert page.session.draft.source.identity == "User name"
    assert page.session.found.snapshot is not None
    assert len(page.session.found.snapshot.users) == 3


def test_a_column_of_groups_can_be_chosen(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    page.groups.setCurrentIndex(page.groups.findData("Nickname"))
    page.groups.activated.emit(page.groups.currentIndex())
    settle(page, qtbot)
    assert page.session.found.snapshot is not None
    assert "Countess" in [group.label for group in page.session.found.snapshot.groups]


def test_a_missing_file_is_told_beside_its_field(page: DirectoryPage, qtbot: QtBot, tmp_path: Path) -> None:
    choose(page, qtbot, tmp_path / "gone.csv")
    assert page.users_field.is_wrong
    assert not page.trouble.isHidden()
    assert page.trouble.code == "file-not-there"
    assert page.trouble.text
    assert directory_problems(page.session)
    choose(page, qtbot, written(tmp_path / "gone.csv", PEOPLE))  # the same name, there now
    page.trouble.buttons[0].click()
    settle(page, qtbot)
    assert page.trouble.isHidden()
    assert not page.users_field.is_wrong


def test_a_wrong_members_file_is_told_beside_its_own_field(
    page: DirectoryPage, qtbot: QtBot, people: Path, tmp_path: Path
) -> None:
    choose(page, qtbot, people)
    choose(page, qtbot, tmp_path / "nowhere.csv", "membersFile")
    assert page.members_field.is_wrong
    assert not page.users_field.is_wrong


def test_another_file_forgets_what_was_assigned(
    page: DirectoryPage, qtbot: QtBot, people: Path, tmp_path: Path
) -> None:
    choose(page, qtbot, people)
    page.found.columns.assigned.emit("Nickname", "")
    settle(page, qtbot)
    choose(page, qtbot, written(tmp_path / "other.csv", PEOPLE))
    assert page.session.draft.source == SourceChoice("file", str(tmp_path / "other.csv"))


@pytest.mark.slow
def test_a_file_can_be_dropped(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(people))])
    dropped = QDropEvent(
        QPoint(4, 4), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    page.users.dropEvent(dropped)
    qtbot.waitUntil(lambda: page.session.found.snapshot is not None, timeout=5_000)
    assert page.session.draft.source.users_file == str(people)


def test_the_sample_company_shows_the_same_without_fields(context: PageContext, qtbot: QtBot) -> None:
    context.session.draft = replace(context.session.draft, source=SourceChoice("sample"))
    page = entered(DirectoryPage(context), qtbot)
    settle(page, qtbot)
    assert page.users_field.isHidden()
    assert page.facts.title.endswith("Tidewater Instruments, a made-up company")
    assert taken_for(page)["userPrincipalName"] == "userPrincipalName"
    assert directory_problems(context.session) == ()
    assert audit(page) == []


def test_reading_again_takes_what_changed(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    written(people, PEOPLE + "dee@x.example;Dee;New;Dee New;9;;\n")
    page.again.click()
    settle(page, qtbot)
    assert page.session.found.snapshot is not None
    assert len(page.session.found.snapshot.users) == 2


async def read_slowly(_services: object, _job: Job, emit: Callable[[Progress], None]) -> DirectorySnapshot:
    """Reads one tenth and then waits, as a huge file on a slow share does."""
    emit(Progress(Message("reading-file", file="people.csv"), 12_000, 100_000))
    await anyio.sleep(60)
    raise AssertionError("nobody waits so long")


@pytest.mark.slow
def test_a_long_reading_is_shown_and_can_be_cancelled(
    context: PageContext, qtbot: QtBot, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read_directory", read_slowly)
    context.session.draft = replace(context.session.draft, source=SourceChoice("file", str(people)))
    page = DirectoryPage(context)
    qtbot.addWidget(page)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page.wait.isVisible(), timeout=5_000)
    assert page.wait.code == "reading-file"
    assert page.wait.bar.accessibleDescription() == "12,000 of 100,000"
    assert page.again.is_busy
    page.wait.cancel.click()
    assert page.wait.isHidden()
    assert page.again.isEnabled()
    assert page._messages["cancelled"].title == "Reading was cancelled"
    assert page.session.found.snapshot is None


def test_what_was_read_for_another_job_is_dropped(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    page.findChild(QLineEdit, "usersFile").setText(str(people))
    page.findChild(QLineEdit, "usersFile").editingFinished.emit()
    page.session.begin()
    settle(page, qtbot)
    assert page.session.found.snapshot is None
    assert page.session.found.inspection is None


@pytest.mark.slow
def test_the_window_stays_alive_while_a_large_file_is_read(
    page: DirectoryPage, qtbot: QtBot, tmp_path: Path
) -> None:
    rows = "".join(f"u{n}@x.example;A;B;A B {n};{n};;\n" for n in range(30_000))
    large = written(tmp_path / "large.csv", f"{PEOPLE.splitlines()[0]}\n{rows}")
    with calls_between_ticks() as calls:
        choose(page, qtbot, large)
    assert page.session.found.snapshot is not None
    assert len(page.session.found.snapshot.users) == 30_000
    assert max(calls) < 20_000, "fewer than there are rows"


def test_an_identity_column_nobody_found_can_be_named(page: DirectoryPage, qtbot: QtBot, tmp_path: Path) -> None:
    choose(page, qtbot, written(tmp_path / "odd.csv", "Badge,Full name\n7,Ada Lovelace\n8,Bob Noyce\n"))
    assert not page.trouble.isHidden()
    assert page.identity.isEditable()
    page.identity.clearEditText()
    qtbot.keyClicks(page.identity.lineEdit(), "Badge")
    qtbot.keyClick(page.identity.lineEdit(), Qt.Key.Key_Return)
    settle(page, qtbot)
    assert page.session.draft.source.identity == "Badge"
    assert page.session.found.snapshot is not None
    assert [user.id for user in page.session.found.snapshot.users] == ["7", "8"]
    assert not page.identity.isEditable()


def test_an_encoding_is_chosen_where_names_look_misread(page: DirectoryPage, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("id;displayName\n1;Łukasz Żółć\n".encode("cp1250"))
    page.users.set_path(str(path))
    page._take_files()
    qtbot.waitUntil(lambda: page.session.found.snapshot is not None)
    assert page.session.found.snapshot is not None
    assert page.session.found.snapshot.unsure is not None
    assert page.encoding_field.isVisible()
    assert "Łukasz Żółć" in page.encoding.itemText(page.encoding.findData("cp1250"))
    page.encoding.setCurrentIndex(page.encoding.findData("cp1250"))
    page.encoding.activated.emit(page.encoding.currentIndex())
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    assert page.session.draft.source.encoding == "cp1250"
    assert [user.label for user in page.session.found.snapshot.users] == ["Łukasz Żółć"]


def test_the_meaning_of_a_status_value_is_chosen(page: DirectoryPage, tmp_path: Path, qtbot: QtBot) -> None:
    page.users.set_path(str(written(tmp_path / "people.csv", "id,Status\n1,Active\n2,Sabbatical\n3,Left\n4,\n")))
    page._take_files()
    qtbot.waitUntil(lambda: page.session.found.snapshot is not None)
    table = page.found.status
    meanings = {row.value.text: row.value.enabled for row in table.rows.rows}
    assert meanings == {"Active": True, "Sabbatical": None, "Left": False, "": None}
    for value in ("Sabbatical", ""):
        table = page.found.status
        box = table.findChild(Meaning, f"means.{value}")
        assert isinstance(box, Meaning)
        box.setCurrentIndex(0)
        box.activated.emit(0)
        qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    source = page.session.draft.source
    assert (set(source.enabled_values), source.disabled_values) == ({"Active", "Sabbatical", ""}, ("Left",))
    assert page.session.found.snapshot is not None
    assert [user.enabled for user in page.session.found.snapshot.users] == [True, True, False, True]


def test_sheet_and_heading_row_are_chosen(page: DirectoryPage, tmp_path: Path, qtbot: QtBot) -> None:
    book = openpyxl.Workbook()
    for row in (["Report"], ["id", "upn"], [1, "a@x"]):
        book.active.append(row)
    other = book.create_sheet("Other")
    for row in (["id", "upn"], [2, "b@x"], [3, "c@x"]):
        other.append(row)
    book.save(tmp_path / "people.xlsx")
    page.users.set_path(str(tmp_path / "people.xlsx"))
    page._take_files()
    qtbot.waitUntil(lambda: page.session.found.snapshot is not None)
    assert page.sheet_field.isVisible()
    assert page.heading_field.isVisible()
    assert not page.encoding_field.isVisible()
    page.sheet.setCurrentIndex(page.sheet.findData("Other"))
    page.sheet.activated.emit(page.sheet.currentIndex())
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    assert page.session.draft.source.sheet == "Other"
    assert page.session.found.snapshot is not None
    assert [user.id for user in page.session.found.snapshot.users] == ["2", "3"]
    page.heading_row.setCurrentIndex(page.heading_row.findData("1"))
    page.heading_row.activated.emit(page.heading_row.currentIndex())
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    assert page.session.draft.source.heading_row == 1
