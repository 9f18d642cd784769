"""The plan's table: what a change says, what the filter lets through, which lines are open."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.provisioning.changes import (
    add_members,
    create_group,
    create_user,
    delete_group,
    delete_user,
    disable_user,
    remove_members,
    update_group,
    update_user,
)
from tests.ui.pages.provisioned import plan_with
from wizard.errors import Message, recorded
from wizard.provisioning.change import Change
from wizard.provisioning.effects import outcome
from wizard.provisioning.plan import HeldBack, Rejected
from wizard.scim.resource import MANAGER, Known, Planned
from wizard.ui.pages.preview.plan_model import PlanModel
from wizard.ui.pages.preview.plan_rows import PlanLine, PlanRows, lines_of, renames
from wizard.ui.pages.preview.plan_view import LINE, ROW, PlanTable

OPERATIONS: tuple[Change, ...] = (
    disable_user("1", "Mehmet Şahin", "a", recorded("Left the scope: department is now Logistics")),
    update_user(
        "2",
        "Олена Ковальчук",
        "b",
        {"title": "Junior optical engineer", MANAGER: Known("x")},
        {"title": "Optical engineer", MANAGER: Planned("8"), "active": True},
        recorded("3 attributes differ"),
    ),
    create_user(
        "3",
        "يوسف المصري",
        {"userName": "yusuf@tidewater.example", "active": True},
        Message("not-in-aws-yet", members=0),
    ),
    delete_user(
        "4", "Priya Raman", "d", {"userName": "priya@tidewater.example"}, recorded("No longer in the directory")
    ),
    create_group("5", "Optics", {"displayName": "Optics"}, (Planned("3"),), Message("not-in-aws-yet", members=0)),
    update_group(
        "6", "Metrology", "g", {"displayName": "Metrolgy"}, {"displayName": "Metrology"}, recorded("Renamed")
    ),
    delete_group("7", "Old", "h", {"displayName": "Old"}, recorded("Gone")),
    add_members("5", "Optics", "", (Known("a"), Known("b")), ("Mehmet", "Олена"), recorded("2 people join")),
    remove_members("6", "Metrology", "g", (Known("b"),), (), recorded("1 person leaves")),
)


@pytest.mark.parametrize(
    ("operation", "kind", "lines"),
    [
        (OPERATIONS[0], "disable", (PlanLine("active", "true", "false"),)),
        (
            OPERATIONS[1],
            "update",
            (
                PlanLine("title", "Junior optical engineer", "Optical engineer"),
                PlanLine("manager", "x", "8"),
                PlanLine("active", "", "true"),
            ),
        ),
        (OPERATIONS[3], "delete", (PlanLine("userName", "priya@tidewater.example", ""),)),
        (OPERATIONS[4], "create", (PlanLine("displayName", "", "Optics"), PlanLine("joins", "", "3"))),
        (OPERATIONS[7], "members", (PlanLine("joins", "", "Mehmet"), PlanLine("joins", "", "Олена"))),
        (OPERATIONS[8], "members", (PlanLine("leaves", "b", "", ends=True),)),
    ],
)
def test_a_change_says_what_it_does(operation: Change, kind: str, lines: tuple[PlanLine, ...]) -> None:
    assert outcome(operation) == kind
    assert lines_of(operation) == lines


def test_unchanged_values_of_a_write_are_not_shown() -> None:
    """A list item is written whole: what stays the same in it is no change."""
    work = 'emails[type eq "work"]'
    before = {f"{work}.value": "old@tidewater.example", f"{work}.primary": True}
    after = {f"{work}.value": "new@tidewater.example", f"{work}.primary": True}
    lines = lines_of(update_user("1", "Priya Raman", "a", before, after))
    assert lines == (PlanLine("emails", "old@tidewater.example", "new@tidewater.example"),)


def test_names_stand_for_references() -> None:
    names = {"x": "Σοφία Παπαδάκη", "8": "李 文博"}
    lines = lines_of(
        OPERATIONS[1], lambda reference: names.get(getattr(reference, "id", "") or reference.source_id, "")
    )
    assert PlanLine("manager", "Σοφία Παπαδάκη", "李 文博") in lines


def rows(changes: tuple[Change, ...] = OPERATIONS) -> PlanRows:
    return PlanRows(plan_with(changes=changes))


@pytest.fixture
def model(app: QApplication) -> PlanModel:
    made = PlanModel()
    made.set_rows(rows())
    return made


def labels(model: PlanModel) -> list[str]:
    return [str(model.index(row, 1).data()) for row in range(model.rowCount())]


def test_the_model_keeps_qts_rules(app: QApplication) -> None:
    model = PlanModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_rows(rows())
    for row in (8, 4, 1, 0):
        model.set_open(row, True)
    model.set_filter(kinds=frozenset({"members"}))
    model.sort(1)
    model.set_filter()
    model.set_open(0, False)
    assert tester.model() is model


def test_lines_stand_below_their_change(model: PlanModel) -> None:
    model.set_open(1, True)
    model.set_open(5, True)  # the change after the three lines of the second
    assert (model.shown, model.rowCount()) == (9, 9 + 3 + 2)
    assert [model.line(row) is None for row in range(7)] == [True, True, False, False, False, True, False]
    assert [model.head(row) for row in range(7)] == [0, 1, 1, 1, 1, 5, 5]
    assert [model.thing(row) for row in (1, 3, 5, 8)] == [OPERATIONS[at] for at in (1, 1, 2, 3)]
    assert model.line_rows() == (range(2, 5), range(6, 8))
    assert [model.is_last_line(row) for row in (2, 4, 7)] == [False, True, True]
    model.set_open(3, False)  # asked at a line: its change
    assert model.line_rows() == (range(3, 5),)


def test_open_rows_stay_open_through_filter_and_sort(model: PlanModel) -> None:
    model.set_open(1, True)
    model.set_filter(text="metrology")
    assert model.rowCount() == 2
    model.set_filter(kinds=frozenset({"update"}))
    assert (model.shown, model.rowCount(), model.is_open(0)) == (2, 5, True)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert model.is_open(0)
    model.set_rows(rows())
    assert model.line_rows() == ()


@pytest.mark.parametrize(
    ("kinds", "audience", "text", "found"),
    [
        ((), "people", "", ["Mehmet Şahin", "Олена Ковальчук", "يوسف المصري", "Priya Raman"]),
        ((), "groups", "", ["Optics", "Metrology", "Old", "Optics", "Metrology"]),
        (("members",), "all", "", ["Optics", "Optics", "Metrology"]),
        ((), "all", "OPTICS", ["Optics", "Optics"]),
        ((), "all", "logistics", ["Mehmet Şahin"]),
        (("create", "delete"), "people", "", ["يوسف المصري", "Priya Raman"]),
    ],
)
def test_the_filter(model: PlanModel, kinds: tuple[str, ...], audience: str, text: str, found: list[str]) -> None:
    model.set_filter(audience, frozenset(kinds), text)  # type: ignore[arg-type]
    assert labels(model) == found


def test_a_sort_goes_both_ways_and_back_to_the_plans_order(model: PlanModel) -> None:
    before = labels(model)
    model.sort(1)
    ascending = labels(model)
    assert ascending == sorted(before, key=str.casefold)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert labels(model) == ascending[::-1]
    model.sort(-1)
    assert labels(model) == before


def test_lines_are_made_when_a_change_is_opened(model: PlanModel, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []

    def note(thing: Change, _name_of: object) -> tuple[PlanLine, ...]:
        opened.append(thing)
        return lines_of(thing)

    monkeypatch.setattr("wizard.ui.pages.preview.plan_model.lines_of", note)
    model.set_filter(text="optics")
    model.sort(0)
    assert opened == []
    model.set_open(0, True)
    assert len(opened) == 1


REFUSED = Rejected(
    "user", "r", "Mbali Dlamini", "required-attribute-missing", "name.givenName", recorded("Empty", "Fill it.")
)
ASKED = HeldBack(
    "user",
    "h",
    "Zoë",
    Message(
        "take-over",
        kind="user",
        name="zoe@x",
        agreement=Message("agreement", same=("userName",), other=(), absent=()),
    ),
    "aws-h",
)


def test_refused_and_taken_over_come_first_and_count_apart(app: QApplication) -> None:
    from dataclasses import replace

    accepted = replace(OPERATIONS[1], source_id="t", label="Taken", match="taken-over")
    made = PlanRows(plan_with(changes=(*OPERATIONS, accepted), rejected=(REFUSED,), held_back=(ASKED,)))
    model = PlanModel()
    model.set_rows(made)
    assert labels(model)[:4] == ["Mbali Dlamini", "Zoë", "Taken", "Mehmet Şahin"]
    assert made.counts["people", "take-over"] == 2
    assert made.counts["people", "refused"] == 1
    assert made.counts["people", "update"] == 1
    assert (made.number("people"), made.number("groups"), made.number("all")) == (7, 5, 12)
    model.set_open(0, True)
    assert model.line(1) == PlanLine("name.givenName", "", "Fill it.")


def test_a_group_with_joins_and_leaves_is_one_group() -> None:
    joins = add_members("9", "Harbour", "z", (Known("a"),))
    leaves = remove_members("9", "Harbour", "z", (Known("b"),))
    new = create_group("5", "Optics", {"displayName": "Optics"}, (Planned("3"),))
    more = add_members("5", "Optics", "", (Known("a"),))
    counts = rows((joins, leaves, new, more)).counts
    assert (counts["groups", "members"], counts["groups", "create"]) == (1, 1)


def test_one_pair_of_domains_explains_all_renames_or_examples_do() -> None:
    def mail(number: int, before: str, after: str) -> Change:
        path = 'emails[type eq "work"].value'
        return update_user(str(number), f"P{number}", str(number), {path: before}, {path: after})

    same = [mail(at, f"p{at}@old.example", f"p{at}@new.example") for at in range(5)]
    assert renames(same) == (("old.example", "new.example"),)
    assert renames([*same, mail(9, "a@old.example", "b@new.example")])[0] == ("p0@old.example", "p0@new.example")
    assert len(renames([*same, mail(9, "a@old.example", "b@new.example")])) == 3
    assert renames([mail(1, "", "p@new.example")]) == ()


@pytest.fixture
def table(app: QApplication, qtbot: QtBot) -> PlanTable:
    made = PlanTable("planTable")
    made.plan.set_rows(rows())
    qtbot.addWidget(made.frame)
    made.frame.resize(824, 400)
    made.frame.show()
    return made


def test_a_press_on_the_chevron_opens_a_change(table: PlanTable) -> None:
    first = table.plan.index(0, 0)
    place = QPoint(18, table.visualRect(first).center().y())
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.plan.is_open(0)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not table.plan.is_open(0)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(90, place.y()))
    assert not table.plan.is_open(0)


def test_keys_open_and_close_a_change(table: PlanTable) -> None:
    table.setCurrentIndex(table.plan.index(1, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert table.plan.is_open(1)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Left)  # from a line
    assert (table.plan.is_open(1), table.currentIndex().row()) == (False, 1)
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert table.plan.is_open(1)


def test_rows_and_lines_keep_their_heights(table: PlanTable) -> None:
    def heights(count: int) -> list[int]:
        return [table.rowHeight(row) for row in range(count)]

    table.plan.set_open(0, True)
    assert heights(3) == [ROW, LINE, ROW]
    table.plan.sort(1)
    assert [table.rowHeight(row) == LINE for row in range(10)] == [
        table.plan.line(row) is not None for row in range(10)
    ]
    table.plan.set_rows(rows())
    assert set(heights(9)) == {ROW}


def test_choosing_a_line_chooses_its_change(table: PlanTable) -> None:
    table.plan.set_open(1, True)
    table.setCurrentIndex(table.plan.index(3, 0))
    assert table.current_thing() is OPERATIONS[1]


def test_copy_takes_a_change_and_its_lines(table: PlanTable) -> None:
    table.plan.set_open(0, True)
    table.selectAll()
    lines = table.behavior.copied_text().split("\n")
    assert lines[:2] == [
        "Disable\tMehmet Şahin\tLeft the scope: department is now Logistics",
        "active\ttrue\tfalse",
    ]


def test_an_empty_plan_and_an_empty_filter_say_different_things(table: PlanTable) -> None:
    table.plan.set_filter(text="nobody at all")
    assert table.behavior.empty.isVisible()
    filtered = table.behavior.empty.title
    table.plan.set_rows(rows(()))
    assert table.behavior.empty.title != filtered
    table.plan.set_filter()
    table.plan.set_rows(rows())
    assert not table.behavior.empty.isVisible()


def test_screen_readers_hear_before_and_after(table: PlanTable) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    table.plan.set_open(1, True)
    name, before, after = (table.plan.index(4, at).data(role) for at in range(3))
    assert name == "active"
    assert "true" not in before  # there was no value
    assert after.endswith("true")
    assert table.plan.index(0, 0).data(role).endswith("Mehmet Şahin")


def test_each_visible_refused_row_has_a_fix_that_follows_it(table: PlanTable, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QPushButton

    many = tuple(Rejected("user", str(n), f"P{n}", "white-space", "userName", recorded("Bad")) for n in range(40))
    asked: list[object] = []
    table.fix_asked.connect(asked.append)
    table.plan.set_rows(PlanRows(plan_with(changes=OPERATIONS, rejected=many)))

    def seen() -> list[str]:
        return [
            b.objectName() for b in table.viewport().findChildren(QPushButton) if b.isVisible() and b.objectName()
        ]

    qtbot.waitUntil(lambda: "fix.0" in seen())
    assert len(seen()) < 20
    table.viewport().findChild(QPushButton, "fix.3").click()
    assert (asked[0].step, asked[0].attribute, asked[0].source_id) == ("attributes", "userName", "3")  # type: ignore[attr-defined]
    table.scrollToBottom()
    qtbot.waitUntil(lambda: "fix.39" in seen())
    assert "fix.0" not in seen()


def test_a_large_plan_asks_for_no_more_cells_than_a_small_one(
    app: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [0]
    plain = PlanModel.data

    def counted(self: PlanModel, *arguments: object) -> object:
        asked[0] += 1
        return plain(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(PlanModel, "data", counted)

    def cells(changes: int) -> int:
        table = PlanTable("planTable")
        qtbot.addWidget(table.frame)
        table.frame.resize(824, 400)
        table.frame.show()
        made = rows(OPERATIONS * (changes // len(OPERATIONS)))
        asked[0] = 0
        for act in (
            lambda: table.plan.set_rows(made),
            lambda: table.plan.set_filter(text="optics"),
            lambda: table.plan.set_filter(),
            lambda: table.plan.sort(1),
            lambda: table.plan.set_open(0, True),
        ):
            act()
            qtbot.wait(1)
            app.processEvents()
        return asked[0]

    assert cells(9_000) <= cells(180) + 100
