"""Many rows under columns: number of reads, and visible cells."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from wizard.ui.widgets.tables.rows_model import LOOK_ROLE, CellLook, Column, Mark, RowsModel

MANY = 100_000


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    city: str


class Asked:
    """Counts how often a function is asked."""

    def __init__(self) -> None:
        self.names = 0
        self.keys = 0
        self.predicates = 0

    def name(self, person: Person) -> str:
        self.names += 1
        return person.name

    def key(self, person: Person) -> str:
        self.keys += 1
        return person.name

    def is_even(self, person: Person) -> bool:
        self.predicates += 1
        return person.id % 2 == 0


def model_of(people: tuple[Person, ...], asked: Asked | None = None) -> tuple[RowsModel, Asked]:
    asked = asked or Asked()
    model = RowsModel(
        (
            Column("Name", asked.name, sort_key=asked.key, mark=lambda person: Mark("person", "text2")),
            Column(
                "City", lambda person: person.city, ink=lambda person: "bad" if person.city == "?" else "text2"
            ),
            Column("Number", lambda person: str(person.id), right=True, sort_key=lambda person: person.id),
        ),
        key=lambda person: person.id,
    )
    model.set_rows(people)
    return model, asked


FEW = (
    Person(1, "Łukasz", "Kraków"),
    Person(2, "Priya", "?"),
    Person(3, "Anna", "Kraków"),
    Person(10, "Mbali", "Durban"),
)


def names(model: RowsModel) -> list[str]:
    return [person.name for person in model.shown_rows()]


def test_rows_keep_their_own_order(app: QApplication) -> None:
    model, _asked = model_of(FEW)
    assert names(model) == ["Łukasz", "Priya", "Anna", "Mbali"]
    assert model.rowCount() == 4
    assert model.columnCount() == 3
    assert model.index(3, 1).data() == "Durban"


def test_a_search_ignores_case_and_looks_at_every_column(app: QApplication) -> None:
    model, _asked = model_of(FEW)
    model.set_filter("KRAKÓW")
    assert names(model) == ["Łukasz", "Anna"]
    model.set_filter("priya")
    assert names(model) == ["Priya"]
    model.set_filter("nobody")
    assert model.rowCount() == 0
    assert model.is_filtered
    model.set_filter()
    assert model.rowCount() == 4
    assert not model.is_filtered


def test_a_predicate_and_a_search_both_hold(app: QApplication) -> None:
    model, asked = model_of(FEW)
    model.set_filter("a", asked.is_even)
    assert names(model) == ["Priya", "Mbali"]


def test_sorting_goes_by_the_key_and_back(app: QApplication) -> None:
    model, _asked = model_of(FEW)
    model.sort(2, Qt.SortOrder.DescendingOrder)
    assert names(model) == ["Mbali", "Anna", "Priya", "Łukasz"]
    model.set_filter("a")
    assert names(model) == ["Mbali", "Anna", "Priya", "Łukasz"]
    model.sort(-1)
    assert names(model) == ["Łukasz", "Priya", "Anna", "Mbali"]


def test_a_hundred_thousand_rows_are_read_once_for_every_search(app: QApplication) -> None:
    people = tuple(Person(number, f"user{number:06}", "Town") for number in range(MANY))
    model, asked = model_of(people)
    assert asked.names == 0, "nothing is read before it is shown or searched"
    for typed in ("u", "us", "user09", "user0999", ""):
        model.set_filter(typed)
    assert asked.names == MANY
    model.set_filter("user0999")
    assert model.rowCount() == 100
    model.sort(0, Qt.SortOrder.DescendingOrder)
    assert asked.keys == MANY
    assert model.row(0).name == "user099999"
    model.set_filter("user0999", asked.is_even)
    assert asked.predicates == 100, "the predicate is asked of what the search left"
    assert asked.names == MANY
    assert model.rowCount() == 50


def test_new_rows_are_searched_by_their_own_words(app: QApplication) -> None:
    model, _asked = model_of(FEW)
    model.set_filter("zoë")
    assert model.rowCount() == 0
    model.set_rows((Person(4, "Zoë", "Gent"),))
    assert names(model) == ["Zoë"]


def test_a_row_is_found_again_by_its_key(app: QApplication) -> None:
    model, _asked = model_of(FEW)
    model.sort(2, Qt.SortOrder.DescendingOrder)
    key = model.key_at(1)
    assert key == 3
    model.set_rows(tuple(reversed(FEW)))
    assert model.row(model.position_of(key)).name == "Anna"
    model.set_filter("priya")
    assert model.position_of(key) == -1


def test_without_a_key_a_row_is_only_itself_among_the_same_rows(app: QApplication) -> None:
    model = RowsModel((Column("Name", lambda person: person.name),))
    model.set_rows(FEW)
    key = model.key_at(2)
    model.set_filter("anna")
    assert model.position_of(key) == 0
    model.set_rows(FEW)
    assert model.position_of(key) == -1


@pytest.mark.parametrize(
    ("role", "column", "expected"),
    [
        (LOOK_ROLE, 0, CellLook("Priya", mark=Mark("person", "text2"))),
        (LOOK_ROLE, 1, CellLook("?", "bad")),
        (Qt.ItemDataRole.ToolTipRole, 0, "Priya"),
        (Qt.ItemDataRole.DecorationRole, 0, None),
    ],
)
def test_a_cell_says_how_it_looks(app: QApplication, role: int, column: int, expected: object) -> None:
    model, _asked = model_of(FEW)
    assert model.index(1, column).data(role) == expected


def test_headers_stand_where_their_columns_do(app: QApplication) -> None:
    model, _asked = model_of(FEW)
    across = Qt.Orientation.Horizontal
    assert [model.headerData(at, across) for at in range(3)] == ["Name", "City", "Number"]
    align = Qt.ItemDataRole.TextAlignmentRole
    assert model.headerData(2, across, align) & Qt.AlignmentFlag.AlignRight
    assert model.headerData(0, across, align) & Qt.AlignmentFlag.AlignLeft
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_a_changed_row_is_drawn_again(app: QApplication, qtbot: object) -> None:
    model, _asked = model_of(FEW)
    seen: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: seen.append((first.row(), last.row())))
    model.touch(3)
    model.touch(None)
    model.touch(77)
    assert seen == [(2, 2), (0, 3)]
