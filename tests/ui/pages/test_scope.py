"""The Scope page: everyone or the ticked ones, the first few, the numbers and the reasons beside them."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QRadioButton
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.scope import Candidate
from wizard.flow.steps import scope_problems
from wizard.ui.desk import Desk
from wizard.ui.pages.scope import ScopePage


def person(number: int, enabled: bool = True) -> DirectoryUser:
    name = {"displayName": f"Person {number}", "userPrincipalName": f"p{number}@x.example"}
    return DirectoryUser(str(number), enabled, name)


SMALL = DirectorySnapshot(
    (*(person(number) for number in range(1, 9)), person(9, enabled=False)),
    (
        DirectoryGroup("g1", {"displayName": "Optics"}, ("1", "2", "9")),
        DirectoryGroup("g2", {"displayName": "Sales"}, ("3",)),
    ),
)


pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> ScopePage:
    return over(desk, qtbot, SMALL)


def over(desk: Desk, qtbot: QtBot, snapshot: DirectorySnapshot) -> ScopePage:
    desk.session.found.snapshot = snapshot
    page = ScopePage(desk)
    qtbot.addWidget(page)
    page.resize(768, 576)
    page.show()
    page.enter()
    counted(page, qtbot)
    return page


def counted(page: ScopePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page._resting.isActive() and page.desk.worker.is_idle, timeout=10_000)


def numbers(page: ScopePage) -> tuple[int, int, dict[str, int]]:
    assert page._standing is not None
    found = page._standing.counts
    return found.people, found.groups, dict(found.reasons)


def start_from(page: ScopePage, choice: str) -> None:
    page.findChild(QRadioButton, f"scopeStart.{choice}").click()


def candidate(page: ScopePage, label: str) -> Candidate:
    return next(one for one in page._everybody if one.label == label)


def test_everyone_is_in_scope_but_the_blocked(page: ScopePage) -> None:
    assert numbers(page) == (8, 2, {"Blocked in the directory": 1})
    assert scope_problems(page.session) == ()
    assert page.picker.isHidden()
    assert page.status().endswith("from 9 people")
    assert audit(page) == []


def test_only_the_ticked_and_members_of_ticked_groups(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    assert [problem.field for problem in scope_problems(page.session)] == ["scope"]
    page.picker.toggle((candidate(page, "Person 5"), candidate(page, "Optics")))
    assert page.session.draft.scope.user_ids == ("5",)
    assert page.session.draft.scope.group_ids == ("g1",)
    assert page.picker.words.text() == "1 person and 1 group ticked"
    counted(page, qtbot)
    assert numbers(page) == (3, 1, {"Not in scope": 5, "Blocked in the directory": 1})
    assert scope_problems(page.session) == ()
    assert audit(page) == []


def test_rows_are_ticked_by_click_and_by_space(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    table = page.picker.table
    assert table.rows.index(0, 0).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked
    table.tick_at(table.rows.index(0, 0), 200)
    assert page.picker.users == frozenset()
    table.tick_at(table.rows.index(0, 0), 15)
    assert page.picker.users == {"1"}
    assert table.rows.index(0, 0).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    table.selectRow(2)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert page.picker.users == {"1", "3"}
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert page.session.draft.scope.user_ids == ("1",)


def test_the_search_narrows_what_is_ticked_at_once(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    page.picker.search.setText("P2@X")
    qtbot.waitUntil(lambda: page.picker.table.rows.rowCount() == 1)
    page.picker.shown_button.click()
    assert page.picker.users == {"2"}
    page.picker.search.setText("nobody")
    qtbot.waitUntil(lambda: page.picker.table.rows.rowCount() == 0)
    assert page.picker.table.manners.empty.title == "Nobody matches"
    page.picker.table.manners.empty.button.click()
    assert page.picker.table.rows.rowCount() == 11
    page.picker.switch.choose("groups")
    page.picker.switch.chosen.emit("groups")
    assert page.picker.table.rows.rowCount() == 2
    page.picker.clear_button.click()
    assert page.picker.users == frozenset()


def test_starting_small_provisions_exactly_the_first_few(page: ScopePage, qtbot: QtBot) -> None:
    page.findChild(QCheckBox, "startSmall").click()
    counted(page, qtbot)
    assert numbers(page)[:2] == (0, 0)
    assert scope_problems(page.session)[0].sentence == "Tick one or two people or groups to start with."
    assert page.first.table.rows.rowCount() == 10, "the blocked person cannot be among the first"
    page.first.toggle((candidate(page, "Person 4"),))
    counted(page, qtbot)
    assert page.session.draft.scope.first_user_ids == ("4",)
    assert page.session.draft.scope.everyone
    assert numbers(page)[:2] == (1, 0)
    assert scope_problems(page.session) == ()
    page.findChild(QCheckBox, "startSmall").click()
    counted(page, qtbot)
    assert numbers(page)[0] == 8


def test_the_first_few_are_chosen_among_those_in_scope(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    page.picker.toggle((candidate(page, "Optics"),))
    page.findChild(QCheckBox, "startSmall").click()
    counted(page, qtbot)
    assert {one.label for one in page.first.table.rows.rows} == {"Person 1", "Person 2", "Optics"}


@pytest.mark.parametrize(
    ("sought", "answer"),
    [
        ("Person 9", "**Person 9** is out. accountEnabled is “false”"),
        ("Person 1", "**Person 1** is in as a member of Optics."),
        ("Person 5", "**Person 5** is in, ticked by hand."),
        ("Person 7", "**Person 7** is out. Neither ticked nor a member of a ticked group."),
        ("zzz", "Nobody matches “zzz”."),
    ],
)
def test_why_someone_is_in_or_out(page: ScopePage, qtbot: QtBot, sought: str, answer: str) -> None:
    start_from(page, "chosen")
    page.picker.toggle((candidate(page, "Person 5"), candidate(page, "Optics")))
    counted(page, qtbot)
    qtbot.keyClicks(page.count.search, sought)
    qtbot.waitUntil(lambda: bool(page.count.texts()))
    assert page.count.texts()[0].startswith(answer)


def test_a_reason_opens_its_people(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    page.picker.toggle((candidate(page, "Person 5"),))
    counted(page, qtbot)
    row = next(row for row in page.count.reasons if row.reason == "Not in scope")
    assert row.number == 8
    row.click()
    names = [one.label for one in page.list.table.rows.shown_rows()]
    assert names == [f"Person {number}" for number in (1, 2, 3, 4, 6, 7, 8, 9)]
    assert page.builder.isHidden()
    assert audit(page) == []
    page.list.table.selectRow(0)
    assert page.count.texts()[0].endswith("In Entra’s log: NotEffectivelyEntitled")
    page.list.back.click()
    assert page.builder.isVisible()
    assert page.list.isHidden()


def test_a_directory_that_was_not_read_is_told(desk: Desk, qtbot: QtBot) -> None:
    page = ScopePage(desk)
    qtbot.addWidget(page)
    page.enter()
    assert page._messages["unread"].title == "The directory has not been read yet"


def test_a_hundred_thousand_people_do_not_freeze_the_screen(desk: Desk, qtbot: QtBot) -> None:
    page = over(desk, qtbot, DirectorySnapshot(tuple(person(number) for number in range(100_000))))
    start_from(page, "chosen")
    began = time.perf_counter()
    page.picker.search.setText("person 7777")
    page.picker._filter()
    page.picker.toggle((candidate(page, "Person 77770"),))
    assert scope_problems(page.session) == ()
    assert time.perf_counter() - began < 1.0
    assert page.picker.table.rows.rowCount() == 11
    counted(page, qtbot)
    assert numbers(page)[0] == 1
