"""The plan as a tree: what a change says, what the filter lets through."""

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
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
from wizard.errors import Message, recorded
from wizard.provisioning.change import Change
from wizard.provisioning.effects import outcome
from wizard.scim.resource import MANAGER, Known, Planned
from wizard.ui.pages.preview.plan_model import PlanLine, PlanModel, kinds_of, lines_of
from wizard.ui.pages.preview.plan_view import MANY, PlanTree

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
        (OPERATIONS[8], "members", (PlanLine("leaves", "b", ""),)),
    ],
)
def test_a_change_says_what_it_does(operation: Change, kind: str, lines: tuple[PlanLine, ...]) -> None:
    assert outcome(operation) == kind
    assert lines_of(operation) == lines


def test_what_is_only_written_along_is_not_shown() -> None:
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


def test_the_model_keeps_qts_rules(app: QApplication) -> None:
    model = PlanModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_changes(OPERATIONS)
    model.set_filter(frozenset({"members"}))
    model.sort(1)
    model.set_filter()
    assert tester.model() is model


def test_lines_stand_under_their_change_after_a_filter(app: QApplication) -> None:
    model = PlanModel()
    model.set_changes(OPERATIONS)
    model.set_filter(frozenset({"update"}))
    assert (model.shown, model.total) == (2, 9)
    change = model.index(0, 0)
    assert model.rowCount(change) == 3
    line = model.index(1, 2, change)
    assert line.data() == "8"
    assert line.parent() == change
    assert model.change(line) is OPERATIONS[1]
    assert model.rowCount(line) == 0
    assert model.line(model.index(0, 0, model.index(1, 0))) == PlanLine("displayName", "Metrolgy", "Metrology")


@pytest.mark.parametrize(
    ("kinds", "audience", "text", "labels"),
    [
        ((), "people", "", ["Mehmet Şahin", "Олена Ковальчук", "يوسف المصري", "Priya Raman"]),
        ((), "groups", "", ["Optics", "Metrology", "Old", "Optics", "Metrology"]),
        (("members",), "all", "", ["Optics", "Optics", "Metrology"]),
        ((), "all", "OPTICS", ["Optics", "Optics"]),
        ((), "all", "logistics", ["Mehmet Şahin"]),
        (("create", "delete"), "people", "", ["يوسف المصري", "Priya Raman"]),
    ],
)
def test_the_filter(
    app: QApplication, kinds: tuple[str, ...], audience: str, text: str, labels: list[str]
) -> None:
    model = PlanModel()
    model.set_changes(OPERATIONS)
    model.set_filter(frozenset(kinds), audience, text)  # type: ignore[arg-type]
    assert [model.index(row, 1).data() for row in range(model.rowCount())] == labels


def test_lines_are_worked_out_when_a_change_is_opened(app: QApplication) -> None:
    model = PlanModel()
    model.set_changes(OPERATIONS)
    model.set_filter(text="optics")
    model.sort(0)
    assert all(model.hasChildren(model.index(row, 0)) for row in range(model.rowCount()))
    assert model._lines == {}


@pytest.fixture
def tree(app: QApplication, qtbot: QtBot) -> PlanTree:
    made = PlanTree()
    made.set_changes(OPERATIONS)
    qtbot.addWidget(made.frame)
    made.frame.resize(824, 400)
    made.frame.show()
    return made


def test_a_press_on_the_chevron_opens_a_change(tree: PlanTree) -> None:
    first = tree.plan.index(0, 0)
    place = QPoint(18, tree.visualRect(first).center().y())
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert tree.isExpanded(first)
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not tree.isExpanded(first)
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(90, place.y()))
    assert not tree.isExpanded(first)


def test_keys_open_and_close_a_change(tree: PlanTree) -> None:
    first = tree.plan.index(0, 0)
    tree.setCurrentIndex(first)
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert tree.isExpanded(first)
    QTest.keyClick(tree, Qt.Key.Key_Left)
    assert not tree.isExpanded(first)
    QTest.keyClick(tree, Qt.Key.Key_Right)
    assert tree.isExpanded(first)


def test_rows_are_thirty_two_and_twenty_eight(tree: PlanTree) -> None:
    first = tree.plan.index(0, 0)
    tree.expand(first)
    assert tree.visualRect(first).height() == 32
    assert tree.visualRect(tree.plan.index(0, 0, first)).height() == 28
    assert not tree.uniformRowHeights()
    tree.set_changes(OPERATIONS * (MANY // len(OPERATIONS) + 1))
    assert tree.uniformRowHeights()


def test_choosing_a_line_chooses_its_change(tree: PlanTree) -> None:
    chosen: list[object] = []
    tree.row_chosen.connect(chosen.append)
    second = tree.plan.index(1, 0)
    tree.expand(second)
    tree.setCurrentIndex(tree.plan.index(0, 0, second))
    assert chosen == [OPERATIONS[1]]
    assert tree.current_change() is OPERATIONS[1]


def test_copy_takes_a_change_and_its_lines(tree: PlanTree) -> None:
    first = tree.plan.index(0, 0)
    tree.expand(first)
    tree.selectAll()
    lines = tree.behavior.copied_text().split("\n")
    assert "Disable\tMehmet Şahin\tLeft the scope: department is now Logistics" in lines
    assert "active\ttrue\tfalse" in lines


def test_an_empty_plan_and_an_empty_filter_say_different_things(tree: PlanTree) -> None:
    tree.set_filter(text="nobody at all")
    assert tree.behavior.empty.isVisible()
    filtered = tree.behavior.empty.title
    tree.set_changes(())
    assert tree.behavior.empty.title != filtered
    tree.set_filter()
    tree.set_changes(OPERATIONS)
    assert not tree.behavior.empty.isVisible()
    assert tree.shown == 9


def test_screen_readers_hear_before_and_after(tree: PlanTree) -> None:
    second = tree.plan.index(1, 0)
    words = [tree.plan.index(2, column, second).data(Qt.ItemDataRole.AccessibleTextRole) for column in range(3)]
    assert words == ["active", "before: empty", "after: true"]
    assert tree.plan.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Disable Mehmet Şahin"
    assert tree.plan.index(9, 9, QModelIndex()) == QModelIndex()


def test_a_new_group_counts_its_first_members_too() -> None:
    members = (Planned("1"), Planned("2"))
    new = create_group("g", "Optics", {"displayName": "Optics"}, members)
    assert (kinds_of(new), len(new.members)) == ({"create", "members"}, 2)
    alone = create_group("g", "Optics", {"displayName": "Optics"})
    assert (kinds_of(alone), len(alone.members)) == ({"create"}, 0)
