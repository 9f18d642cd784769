"""The plan as a tree: what a change says, what the filter lets through."""

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from wizard.errors import Message, recorded
from wizard.provisioning.operations import (
    AddMembers,
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    Operation,
    RemoveMembers,
    UpdateGroup,
    UpdateUser,
)
from wizard.scim.resource import MANAGER, Known, Planned
from wizard.ui.pages.preview.plan_model import PlanLine, PlanModel, kind_of, kinds_of, lines_of, memberships
from wizard.ui.pages.preview.plan_view import MANY, PlanTree

OPERATIONS: tuple[Operation, ...] = (
    DisableUser("1", "Mehmet Şahin", "a", recorded("Left the scope: department is now Logistics")),
    UpdateUser(
        "2",
        "Олена Ковальчук",
        "b",
        {"title": "Junior optical engineer", MANAGER: Known("x")},
        {"title": "Optical engineer", MANAGER: Planned("8"), "active": True},
        recorded("3 attributes differ"),
    ),
    CreateUser(
        "3",
        "يوسف المصري",
        {"userName": "yusuf@tidewater.example", "active": True},
        Message("not-in-aws-yet", members=0),
    ),
    DeleteUser(
        "4", "Priya Raman", "d", {"userName": "priya@tidewater.example"}, recorded("No longer in the directory")
    ),
    CreateGroup("5", "Optics", {"displayName": "Optics"}, (Planned("3"),), Message("not-in-aws-yet", members=0)),
    UpdateGroup(
        "6", "Metrology", "g", {"displayName": "Metrolgy"}, {"displayName": "Metrology"}, recorded("Renamed")
    ),
    DeleteGroup("7", "Old", "h", {"displayName": "Old"}, recorded("Gone")),
    AddMembers(
        "5", "Optics", Planned("5"), (Known("a"), Known("b")), ("Mehmet", "Олена"), recorded("2 people join")
    ),
    RemoveMembers("6", "Metrology", Known("g"), (Known("b"),), (), recorded("1 person leaves")),
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
def test_a_change_says_what_it_does(operation: Operation, kind: str, lines: tuple[PlanLine, ...]) -> None:
    assert kind_of(operation) == kind
    assert lines_of(operation) == lines


def test_what_is_only_written_along_is_not_shown() -> None:
    """A list item is written whole: what stays the same in it is no change."""
    work = 'emails[type eq "work"]'
    before = {f"{work}.value": "old@tidewater.example", f"{work}.primary": True}
    after = {f"{work}.value": "new@tidewater.example", f"{work}.primary": True}
    lines = lines_of(UpdateUser("1", "Priya Raman", "a", before, after))
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
    model.set_operations(OPERATIONS)
    model.set_filter(frozenset({"members"}))
    model.sort(1)
    model.set_filter()
    assert tester.model() is model


def test_lines_stand_under_their_change_after_a_filter(app: QApplication) -> None:
    model = PlanModel()
    model.set_operations(OPERATIONS)
    model.set_filter(frozenset({"update"}))
    assert (model.shown, model.total) == (2, 9)
    change = model.index(0, 0)
    assert model.rowCount(change) == 3
    line = model.index(1, 2, change)
    assert line.data() == "8"
    assert line.parent() == change
    assert model.operation(line) is OPERATIONS[1]
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
    model.set_operations(OPERATIONS)
    model.set_filter(frozenset(kinds), audience, text)  # type: ignore[arg-type]
    assert [model.index(row, 1).data() for row in range(model.rowCount())] == labels


def test_lines_are_worked_out_when_a_change_is_opened(app: QApplication) -> None:
    model = PlanModel()
    model.set_operations(OPERATIONS)
    model.set_filter(text="optics")
    model.sort(0)
    assert all(model.hasChildren(model.index(row, 0)) for row in range(model.rowCount()))
    assert model._lines == {}


@pytest.fixture
def tree(app: QApplication, qtbot: QtBot) -> PlanTree:
    made = PlanTree()
    made.set_operations(OPERATIONS)
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
    tree.set_operations(OPERATIONS * (MANY // len(OPERATIONS) + 1))
    assert tree.uniformRowHeights()


def test_choosing_a_line_chooses_its_change(tree: PlanTree) -> None:
    chosen: list[object] = []
    tree.row_chosen.connect(chosen.append)
    second = tree.plan.index(1, 0)
    tree.expand(second)
    tree.setCurrentIndex(tree.plan.index(0, 0, second))
    assert chosen == [OPERATIONS[1]]
    assert tree.current_operation() is OPERATIONS[1]


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
    tree.set_operations(())
    assert tree.behavior.empty.title != filtered
    tree.set_filter()
    tree.set_operations(OPERATIONS)
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
    new = CreateGroup("g", "Optics", {"displayName": "Optics"}, members)
    assert (kinds_of(new), memberships(new)) == ({"create", "members"}, 2)
    alone = CreateGroup("g", "Optics", {"displayName": "Optics"})
    assert (kinds_of(alone), memberships(alone)) == ({"create"}, 0)
