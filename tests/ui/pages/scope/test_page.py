"""The Scope page: everyone or the ticked ones, the first few, the numbers and the reasons beside them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QRadioButton
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from tests.work import calls_between_ticks, counted_calls
from wizard import messages
from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import Message
from wizard.flow.scope.filters import unfinished
from wizard.flow.scope.scope import Candidate
from wizard.flow.steps.fix import Fix
from wizard.flow.steps.steps import scope_problems
from wizard.provisioning.job import SourceChoice
from wizard.ui.page import PageContext
from wizard.ui.pages.scope.page import ScopePage
from wizard.ui.widgets.fields import SearchField


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
def page(context: PageContext, qtbot: QtBot) -> ScopePage:
    return over(context, qtbot, SMALL)


def over(context: PageContext, qtbot: QtBot, snapshot: DirectorySnapshot) -> ScopePage:
    context.session.found.snapshot = snapshot
    page = ScopePage(context)
    qtbot.addWidget(page)
    page.resize(768, 576)
    page.show()
    page.enter()
    counted(page, qtbot)
    return page


def counted(page: ScopePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page._count_timer.isActive() and page.context.tasks.is_idle, timeout=30_000)


def numbers(page: ScopePage) -> tuple[int, int, dict[str, int]]:
    assert page._division is not None
    found = page._division.counts
    return found.people, found.groups, dict(found.reasons)


def start_from(page: ScopePage, choice: str) -> None:
    page.findChild(QRadioButton, f"scopeStart.{choice}").click()


def candidate(page: ScopePage, label: str) -> Candidate:
    return next(one for one in page._everybody if one.label == label)


def test_everyone_is_in_scope_but_the_blocked(page: ScopePage) -> None:
    assert numbers(page) == (8, 2, {"blocked-in-directory": 1})
    assert scope_problems(page.session) == ()
    assert page.picker.isHidden()
    assert page.status()
    assert audit(page) == []


def test_only_the_ticked_and_members_of_ticked_groups(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    assert [problem.field for problem in scope_problems(page.session)] == ["scope"]
    page.picker.toggle((candidate(page, "Person 5"), candidate(page, "Optics")))
    assert page.session.draft.scope.user_ids == ("5",)
    assert page.session.draft.scope.group_ids == ("g1",)
    assert page.picker.words.text() == "1 person and 1 group selected"
    counted(page, qtbot)
    assert numbers(page) == (3, 1, {"not-chosen": 5, "blocked-in-directory": 1})
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


def test_the_search_limits_the_rows_that_are_ticked_together(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    page.picker.search.setText("P2@X")
    qtbot.waitUntil(lambda: page.picker.table.rows.rowCount() == 1)
    page.picker.shown_button.click()
    assert page.picker.users == {"2"}
    page.picker.search.setText("nobody")
    qtbot.waitUntil(lambda: page.picker.table.rows.rowCount() == 0)
    assert page.picker.table.behavior.empty.title == "No matches"
    page.picker.table.behavior.empty.button.click()
    assert page.picker.table.rows.rowCount() == 11
    page.picker.switch.choose("groups")
    page.picker.switch.chosen.emit("groups")
    assert page.picker.table.rows.rowCount() == 2
    page.picker.clear_button.click()
    assert page.picker.users == frozenset()


@pytest.mark.slow
def test_starting_small_provisions_exactly_the_first_few(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "few")
    counted(page, qtbot)
    assert numbers(page)[:2] == (0, 0)
    assert [problem.field for problem in scope_problems(page.session)] == ["scope"]
    assert page.picker.table.rows.rowCount() == 10, "the blocked person cannot be among the first"
    page.picker.toggle((candidate(page, "Person 4"),))
    counted(page, qtbot)
    assert page.session.draft.scope.first_user_ids == ("4",)
    assert page.session.draft.scope.everyone
    assert numbers(page)[:2] == (1, 0)
    assert scope_problems(page.session) == ()
    start_from(page, "everyone")
    counted(page, qtbot)
    assert numbers(page)[0] == 8
    assert not page.session.draft.scope.start_small


def test_those_selected_to_start_with_are_selected_when_only_they_shall_be_in_scope(
    page: ScopePage, qtbot: QtBot
) -> None:
    start_from(page, "few")
    counted(page, qtbot)
    page.picker.toggle((candidate(page, "Person 4"), candidate(page, "Optics")))
    start_from(page, "chosen")
    assert (page.picker.users, page.picker.groups) == ({"4"}, {"g1"})
    counted(page, qtbot)
    assert numbers(page)[:2] == (3, 1), "members come with their group"
    assert page.picker.table.rows.rowCount() == 11
    page.picker.toggle((candidate(page, "Person 5"),))
    start_from(page, "few")
    assert page.session.draft.scope.first_user_ids == ("4",)
    assert page.session.draft.scope.user_ids == ("4", "5")


def test_the_first_few_are_chosen_among_those_in_scope(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    page.picker.toggle((candidate(page, "Optics"),))
    start_from(page, "few")
    counted(page, qtbot)
    assert {one.label for one in page.picker.table.rows.rows} == {"Person 1", "Person 2", "Optics"}
    assert page.among.isVisible()


def test_search_and_text_of_one_job_are_not_shown_in_the_next(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    press(page, "filterAsText")
    press(page, "filterKind.groups")
    page.picker.search.setText("Person 5")
    page.count.search.setText("Person 5")
    qtbot.waitUntil(lambda: bool(page.count.texts()))
    page.list.search.setText("Person 5")
    page.session.begin()
    page.session.found.snapshot = SMALL
    page.enter()
    counted(page, qtbot)
    assert [each.text() for each in page.findChildren(SearchField)] == ["", "", ""]
    assert page.count.texts() == ()
    assert page.filter.kind == "people"
    assert not any(text.isVisible() for text in page.filter.texts.values())


def test_a_fix_shows_why_this_person_is_out(page: ScopePage) -> None:
    page.show_fix(Fix("scope", source_id="9"))
    assert page.count.search.text() == "Person 9"
    assert page.count.texts()[0].startswith("**Person 9** ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sought", "shown"),
    [
        ("Person 9", "**Person 9**"),
        ("Person 1", "Optics"),
        ("Person 5", "**Person 5**"),
        ("Person 7", "**Person 7**"),
        ("zzz", "zzz"),
    ],
)
def test_why_someone_is_in_or_out(page: ScopePage, qtbot: QtBot, sought: str, shown: str) -> None:
    start_from(page, "chosen")
    page.picker.toggle((candidate(page, "Person 5"), candidate(page, "Optics")))
    counted(page, qtbot)
    qtbot.keyClicks(page.count.search, sought)
    qtbot.waitUntil(lambda: bool(page.count.texts()))
    assert shown in page.count.texts()[0]


def test_a_reason_opens_its_people(page: ScopePage, qtbot: QtBot) -> None:
    start_from(page, "chosen")
    page.picker.toggle((candidate(page, "Person 5"),))
    counted(page, qtbot)
    row = next(row for row in page.count.reasons if row.reason == "not-chosen")
    assert row.number == 8
    row.click()
    names = [one.label for one in page.list.table.rows.shown_rows()]
    assert names == [f"Person {number}" for number in (1, 2, 3, 4, 6, 7, 8, 9)]
    assert page.builder.isHidden()
    assert audit(page) == []
    page.list.table.selectRow(0)
    assert "NotEffectivelyEntitled" not in page.count.texts()[0], (
        "Microsoft's words are for a directory of Microsoft"
    )
    page.list.back.click()
    assert page.builder.isVisible()
    assert page.list.isHidden()


@pytest.mark.slow
def test_a_hundred_thousand_people_do_not_freeze_the_screen(context: PageContext, qtbot: QtBot) -> None:
    page = over(context, qtbot, DirectorySnapshot(tuple(person(number) for number in range(100_000))))
    start_from(page, "chosen")
    with counted_calls() as searching:
        page.picker.search.setText("person 7777")
        page.picker._filter()
    assert searching.calls < 3 * 100_000
    with counted_calls() as ticking:
        page.picker.toggle((candidate(page, "Person 77770"),))
        assert scope_problems(page.session) == ()
    assert ticking.calls < 2_000
    assert page.picker.table.rows.rowCount() == 11
    counted(page, qtbot)
    assert numbers(page)[0] == 1


def departments(count: int) -> DirectorySnapshot:
    names = ("Optics", "Sales", "Field Service")
    people = (person(number) for number in range(count))
    placed = (replace(one, attributes={**one.attributes, "department": names[int(one.id) % 3]}) for one in people)
    return DirectorySnapshot(
        tuple(placed), SMALL.groups, attributes=("displayName", "userPrincipalName", "department")
    )


def left(page: ScopePage) -> str:
    """Who is left in scope, as the footer knows it."""
    assert len(scope_problems(page.session)) == 1
    assert page.session.found.scope_check is not None
    return page.session.found.scope_check.left


def press(page: ScopePage, name: str) -> None:
    page.findChild(QAbstractButton, name).click()


@pytest.mark.slow
def test_a_condition_is_counted_and_everybody_else_has_a_reason(context: PageContext, qtbot: QtBot) -> None:
    page = over(context, qtbot, departments(9))
    press(page, "filterFirst")
    row = page.filter.cards[0].rows[0]
    assert [problem.sentence for problem in scope_problems(page.session)] == [unfinished(page.session.draft.scope)]
    assert numbers(page)[0] == 9, "the old number stays until the condition is finished"
    assert page.count._number.property("ink") == "text3"
    qtbot.waitUntil(lambda: bool(row.value.offers))
    assert [value for value, _count in row.value.offers] == ["Optics", "Sales", "Field Service"]
    row.value.setText("Optics")
    assert page.count._number.property("ink") == "text3"
    counted(page, qtbot)
    assert page.count._number.property("ink") == "text"
    assert numbers(page) == (3, 2, {"filtered-out": 6})
    assert page.count.reasons[0].reason == "filtered-out"
    qtbot.keyClicks(page.count.search, "Person 4")
    qtbot.waitUntil(lambda: bool(page.count.texts()))
    assert page.count.texts()[0].startswith("**Person 4** ")
    page.session.draft = replace(page.session.draft, source=SourceChoice("entra"))
    page.refresh()
    page.count.search.searched.emit("Person 4")
    assert page.count.texts()[0].endswith("EntrySynchronizationSkipped")
    page.count.search.clear()
    assert audit(page) == []


def test_a_filter_that_leaves_nobody_says_why_next_is_off(context: PageContext, qtbot: QtBot) -> None:
    page = over(context, qtbot, departments(9))
    press(page, "filterFirst")
    page.filter.cards[0].rows[0].value.setText("Nowhere")
    assert left(page) == "none match"
    counted(page, qtbot)
    assert numbers(page)[0] == 0
    press(page, "filter.1.1.remove")
    assert scope_problems(page.session) == ()
    press(page, "filterUndo")
    assert left(page) == "none match"


def test_groups_have_conditions_of_their_own(page: ScopePage, qtbot: QtBot) -> None:
    press(page, "filterKind.groups")
    press(page, "filterFirst")
    page.filter.cards[0].rows[0].value.setText("Optics")
    counted(page, qtbot)
    assert numbers(page)[:2] == (8, 1)
    assert page.session.draft.scope.group_filter.groups
    page.answer(replace(page.session.draft, scope=replace(page.session.draft.scope, groups=False)))
    page.refresh()
    assert page.filter.kind == "people"
    assert page.filter.switch.isHidden()


@pytest.mark.slow
def test_a_pasted_filter_is_in_force_once_it_can_be_read(context: PageContext, qtbot: QtBot) -> None:
    page = over(context, qtbot, departments(9))
    press(page, "filterAsText")
    text = page.filter.texts["people"]
    text.edit.setPlainText("department EQUALS Optics OR department")
    assert not text.read()
    assert not page.advance(), "Next is refused while the text is not applied"
    text.edit.setPlainText("department EQUALS Optics OR department EQUALS Sales")
    qtbot.waitUntil(lambda: len(page.filter.cards) == 2)
    assert page.advance()
    counted(page, qtbot)
    assert numbers(page)[0] == 6
    page.session.begin()
    page.session.found.snapshot = departments(9)
    page.enter()
    assert page.filter.cards == []
    assert text.text == ""


@pytest.mark.slow
def test_a_pattern_that_takes_too_long_is_reported(context: PageContext, qtbot: QtBot) -> None:
    people = (DirectoryUser("1", True, {"displayName": "a" * 60}),)
    page = over(context, qtbot, DirectorySnapshot(people, attributes=("displayName",)))
    press(page, "filterAsText")
    page.filter.texts["people"].edit.setPlainText(r'displayName REGEX MATCH "(\\w|\\w\\w)+\\d"')
    assert page.filter.texts["people"].read()
    counted(page, qtbot)
    assert page._messages["count"].code == "pattern-unusable"
    assert messages.text(Message("pattern-too-slow")) in page._messages["count"].text
    assert left(page) == "uncounted"
    page.filter.cards[0].rows[0].value.setText("a+")
    counted(page, qtbot)
    assert "count" not in page._messages
    assert scope_problems(page.session) == ()


@pytest.mark.slow
def test_a_filter_over_a_hundred_thousand_does_not_freeze_the_screen(context: PageContext, qtbot: QtBot) -> None:
    page = over(context, qtbot, departments(100_000))
    with calls_between_ticks() as calls:
        page.filter.texts["people"].edit.setPlainText(
            "department EQUALS Optics AND displayName REGEX MATCH .*7 AND userPrincipalName ENDS_WITH .example "
            "OR department EQUALS No"
        )
        assert page.filter.texts["people"].read()
        counted(page, qtbot)
        assert "count" not in page._messages, page._messages["count"].text
        assert numbers(page)[0] == 3333
        page.filter.cards[0].rows[0].value.setText("Nowhere")
        assert left(page) == "uncounted"
        counted(page, qtbot)
        assert left(page) == "none match"
        press(page, "scopeShowAll")
        page.list.switch.choose("out")
        page.list._turn()
        assert page.list.table.rows.rowCount() == 100_000
    assert max(calls) < 4 * 100_000
