"""The Directory page: files read in the background, columns assigned by hand, problems named by line and column."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anyio
import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from tests.work import calls_between_ticks
from wizard import messages
from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.flow.directory import reading
from wizard.flow.steps.fix import Fix
from wizard.flow.steps.steps import directory_problems
from wizard.progress import Progress
from wizard.provisioning.job import Job, SourceChoice
from wizard.ui.page import PageContext
from wizard.ui.pages.directory.page import DirectoryPage
from wizard.ui.pages.directory.tables import Meaning
from wizard.ui.widgets.search_combo import SearchCombo

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
    assert page.zone.isVisible()
    assert not page.again.isEnabled()
    assert audit(page) == []


def test_a_chosen_file_is_read_and_told(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    assert page.session.draft.source.users_file == str(people)
    assert taken_for(page)["User name"] == "userPrincipalName"
    assert taken_for(page)["Password"] == ""
    assert page.facts.title == "1 person"
    assert "semicolons" in page.facts.text
    assert page.zone.isHidden()
    assert page.status()
    assert directory_problems(page.session) == ()
    assert audit(page) == []


def test_first_rows_are_shown_without_secrets(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
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
    assert page.found.problems.rows.rows == ()


def test_a_column_is_assigned_by_hand_and_left_out(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    assert taken_for(page)["Nickname"] == "mailNickname"
    pick(qtbot, page.found.columns.assignment("Nickname"), "Job ti")
    settle(page, qtbot)
    assert page.session.draft.source.columns == (("Nickname", "jobTitle"),)
    assert taken_for(page)["Nickname"] == "jobTitle"
    pick(qtbot, page.found.columns.assignment("Nickname"), "Ignore")
    settle(page, qtbot)
    assert page.session.draft.source.columns == (("Nickname", ""),)
    assert page.session.found.snapshot is not None
    assert "Nickname" not in page.session.found.snapshot.attributes


def test_another_identity_column_tells_people_apart(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    assert page.identity.text() == "Automatic (Employee ID)"
    pick(qtbot, page.identity, "User name")
    settle(page, qtbot)
    assert page.session.draft.source.identity == "User name"
    assert page.session.found.snapshot is not None
    assert len(page.session.found.snapshot.users) == 3


def test_a_column_of_groups_can_be_chosen(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    pick(qtbot, page.groups, "Nickname")
    settle(page, qtbot)
    assert page.session.found.snapshot is not None
    assert "Countess" in [group.label for group in page.session.found.snapshot.groups]


def test_a_missing_file_is_reported_beside_its_field(page: DirectoryPage, qtbot: QtBot, tmp_path: Path) -> None:
    choose(page, qtbot, tmp_path / "gone.csv")
    assert page.users_field.is_wrong
    assert not page.trouble.isHidden()
    assert page.trouble.code == "file-not-there"
    assert page.trouble.text
    assert directory_problems(page.session)
    choose(page, qtbot, written(tmp_path / "gone.csv", PEOPLE))  # the same name, there now
    button(page, "readAfterTrouble").click()
    settle(page, qtbot)
    assert page.trouble.isHidden()
    assert not page.users_field.is_wrong


def test_a_wrong_members_file_is_reported_beside_its_own_field(
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


def pick(qtbot: QtBot, box: SearchCombo, text: str) -> None:
    """Type a text and take the suggestion."""
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return)


def button(page: DirectoryPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


def drop(target: QWidget, *urls: QUrl) -> bool:
    """Drag over a widget and drop; whether it was accepted."""
    mime = QMimeData()
    mime.setUrls(list(urls))
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(4, 4), copy, mime, left, none)
    entered.ignore()
    target.dragEnterEvent(entered)
    if entered.isAccepted():
        target.dropEvent(QDropEvent(QPoint(4, 4), copy, mime, left, none))
    return entered.isAccepted()


def local(path: Path) -> QUrl:
    return QUrl.fromLocalFile(str(path))


@pytest.mark.slow
def test_a_file_can_be_dropped_on_its_field(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    assert drop(page.users, local(people))
    qtbot.waitUntil(lambda: page.session.found.snapshot is not None, timeout=5_000)
    assert page.session.draft.source.users_file == str(people)


def test_a_file_dropped_on_the_page_is_that_with_the_people(
    page: DirectoryPage, qtbot: QtBot, people: Path
) -> None:
    assert drop(page, local(people))
    settle(page, qtbot)
    assert page.session.draft.source == SourceChoice("file", str(people))
    assert page.session.found.snapshot is not None
    assert page.zone.isHidden()
    assert not page.zone.is_over


@pytest.mark.parametrize("turned", [False, True])
def test_two_dropped_files_are_people_and_members(
    page: DirectoryPage, qtbot: QtBot, people: Path, tmp_path: Path, turned: bool
) -> None:
    files = [people, written(tmp_path / "group-members.csv", GROUPS)]
    assert drop(page, *map(local, files[::-1] if turned else files))
    settle(page, qtbot)
    assert page.session.draft.source == SourceChoice("file", str(people), str(files[1]))


def test_a_web_address_and_three_files_are_not_taken(page: DirectoryPage, people: Path) -> None:
    assert not drop(page, QUrl("https://example.org/people.csv"))
    drop(page, local(people), local(people), local(people))
    assert page.session.draft.source == SourceChoice("file")
    assert "drop" in page._messages


def test_a_dropped_folder_says_what_it_is(page: DirectoryPage, qtbot: QtBot, tmp_path: Path) -> None:
    assert drop(page, local(tmp_path))
    settle(page, qtbot)
    assert page.trouble.code == "file-is-folder"


def test_files_that_were_read_are_offered_in_the_next_job(
    page: DirectoryPage, qtbot: QtBot, people: Path, tmp_path: Path
) -> None:
    assert page.users.recent.isHidden()
    choose(page, qtbot, written(tmp_path / "a & b.csv", PEOPLE))
    choose(page, qtbot, people)
    choose(page, qtbot, tmp_path / "gone.csv")
    page.session.begin(replace(page.session.draft, id="another", source=SourceChoice("file")))
    page.enter()
    settle(page, qtbot)
    entries = page.users.recent_menu().actions()
    assert [entry.text().split("\t")[0] for entry in entries] == ["people.csv", "a && b.csv"]
    entries[1].trigger()
    page._take_files()
    settle(page, qtbot)
    assert page.session.draft.source.users_file == str(tmp_path / "a & b.csv")


def test_a_job_for_this_session_leaves_no_trace_of_its_files(
    page: DirectoryPage, qtbot: QtBot, people: Path, tmp_path: Path
) -> None:
    page.session.found.token_kept = "session"
    choose(page, qtbot, people)
    assert page.session.found.snapshot is not None
    assert not list((tmp_path / "home").rglob("recent*"))


def test_headings_alone_stop_here(page: DirectoryPage, qtbot: QtBot, tmp_path: Path) -> None:
    choose(page, qtbot, written(tmp_path / "head.csv", PEOPLE.splitlines()[0] + "\n"))
    assert page.trouble.code == "file-without-people"
    assert [(one.field, one.by_continue) for one in directory_problems(page.session)] == [("usersFile", False)]
    choose(page, qtbot, written(tmp_path / "twice.csv", PEOPLE.splitlines()[0] + "\n;;;;;x;\n"))
    assert page.trouble.code == "no-row-usable"
    assert directory_problems(page.session)


def test_an_exported_mapping_stops_here(page: DirectoryPage, qtbot: QtBot, tmp_path: Path) -> None:
    choose(page, qtbot, written(tmp_path / "schema.json", '{"synchronizationRules": [{"id": "1"}]}'))
    assert page.trouble.code == "file-is-schema"
    assert directory_problems(page.session)
    assert button(page, "chooseFile").isVisible()


def test_a_fix_leads_to_the_column(page: DirectoryPage, qtbot: QtBot, people: Path) -> None:
    choose(page, qtbot, people)
    page.show_fix(Fix("directory", column="Nickname"))
    assert page.found.switch.choice == "columns"
    assert page.found.columns.current_row().heading == "Nickname"


def test_a_fix_leads_to_the_line_before_the_file_was_read(
    context: PageContext, qtbot: QtBot, people: Path
) -> None:
    context.session.draft = replace(context.session.draft, source=SourceChoice("file", str(people)))
    page = DirectoryPage(context)
    qtbot.addWidget(page)
    page.show()
    page.enter()
    page.show_fix(Fix("directory", line=4, column="Employee ID"))
    settle(page, qtbot)
    assert page.found.switch.choice == "problems"
    assert page.found.problems.current_row().line == 4
    page.show_fix(Fix("directory", line=2))
    assert "Ada Lovelace" in page.found.detail.text()


def test_columns_beyond_the_view_get_their_control_when_they_are_seen(
    page: DirectoryPage, qtbot: QtBot, tmp_path: Path
) -> None:
    headings = ",".join(("id", *(f"h{number}" for number in range(300))))
    choose(page, qtbot, written(tmp_path / "wide.csv", f"{headings}\n1\n"))
    table = page.found.columns
    assert 0 < len(table.findChildren(SearchCombo)) < 100
    assert table.show_column("h299")
    assert table.findChild(SearchCombo, "takenFor.h299") is not None


def test_the_sample_company_shows_the_same_without_fields(context: PageContext, qtbot: QtBot) -> None:
    context.session.draft = replace(context.session.draft, source=SourceChoice("sample"))
    page = entered(DirectoryPage(context), qtbot)
    settle(page, qtbot)
    assert page.users_field.isHidden()
    assert "63 people" in page.facts.title
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
    assert "cancelled" in page._messages
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
    pick(qtbot, page.identity, "Badge")
    settle(page, qtbot)
    assert page.session.draft.source.identity == "Badge"
    assert page.session.found.snapshot is not None
    assert [user.id for user in page.session.found.snapshot.users] == ["7", "8"]


def test_an_encoding_is_chosen_where_names_look_misread(page: DirectoryPage, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("id;displayName\n1;Łukasz Żółć\n".encode("cp1250"))
    page.users.set_path(str(path))
    page._take_files()
    qtbot.waitUntil(lambda: page.session.found.snapshot is not None)
    assert page.session.found.snapshot is not None
    assert page.session.found.snapshot.unsure is not None
    assert page.encoding_field.isVisible()
    assert any("Łukasz Żółć" in choice.detail for choice in page.encoding._model.choices.all)
    pick(qtbot, page.encoding, "1250")
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
    pick(qtbot, page.sheet, "Other")
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    assert page.session.draft.source.sheet == "Other"
    assert page.session.found.snapshot is not None
    assert [user.id for user in page.session.found.snapshot.users] == ["2", "3"]
    pick(qtbot, page.heading_row, "1")
    qtbot.waitUntil(lambda: page.context.tasks.is_idle)
    assert page.session.draft.source.heading_row == 1
