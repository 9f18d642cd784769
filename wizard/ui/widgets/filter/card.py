"""One alternative of a filter: conditions that must all hold."""

from collections.abc import Mapping

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.scope.filters import RealValues, new_clause
from wizard.mapping.scoping_filter import Clause, FilterGroup
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import FLAT_PADDING, flat
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.filter.row import LEAD, FilterRow
from wizard.ui.widgets.labels import label


class FilterCard(QWidget):
    """A card of rows, and the "or" above it where it is not the first."""

    changed = Signal()
    grown = Signal()
    """A row was added."""
    row_removed = Signal(int)
    """Place of the condition whose cross was pressed; the card has not taken it out."""

    def __init__(self, name: str, place: int, names: QStringListModel) -> None:
        super().__init__()
        self.setObjectName(f"{name}.{place + 1}")
        self._place = place
        self._names = names
        self.rows: list[FilterRow] = []
        self._or = _between()
        self._card = Card(padded=False)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(px(8))
        self.add = flat("Add a condition", f"{self.objectName()}.add", icon="plus", size="small")
        self.add.setAccessibleName(f"Alternative {place + 1}: add a condition")
        self.add.clicked.connect(self._add)
        self._lay_out()

    @property
    def group(self) -> FilterGroup:
        """What stands in the rows."""
        return FilterGroup(tuple(row.clause for row in self.rows))

    def show_group(self, group: FilterGroup, *, fresh: bool = False) -> None:
        """Show these clauses; rows that show them already stay as they are."""
        while len(self.rows) > len(group.clauses):
            gone = self.rows.pop()
            self._rows.removeWidget(gone)
            discard(gone)
        for clause in group.clauses[len(self.rows) :]:
            self._append(clause, fresh=fresh)
        for row, clause in zip(self.rows, group.clauses, strict=True):
            row.show_clause(clause, fresh=fresh)

    def show_values(self, values: Mapping[str, RealValues]) -> None:
        """Offer what the directory has."""
        for row in self.rows:
            row.set_values(values.get(row.clause.attribute))

    def _add(self) -> None:
        row = self._append(new_clause(self._names.stringList()), fresh=True)
        self.grown.emit()
        row.focus_value()
        self.changed.emit()

    def _append(self, clause: Clause, *, fresh: bool) -> FilterRow:
        number = len(self.rows) + 1
        row = FilterRow(
            f"{self.objectName()}.{number}", f"Alternative {self._place + 1}, condition {number}", self._names
        )
        row.set_first(number == 1)
        row.show_clause(clause, fresh=fresh)
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self.row_removed.emit(self.rows.index(row)))
        self.rows.append(row)
        self._rows.addWidget(row)
        return row

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(px(LEAD + 8 - FLAT_PADDING), 0, 0, 0)
        foot.addWidget(self.add)
        foot.addStretch(1)
        inside = self._card.column
        inside.setContentsMargins(px(12), px(14), px(12), px(8))
        inside.setSpacing(px(6))
        inside.addLayout(self._rows)
        inside.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addWidget(self._or)
        column.addWidget(self._card)
        self._or.setHidden(self._place == 0)  # not before it is inside: it would be a window of its own


def discard(gone: QWidget) -> None:
    """Take a widget away for good; until it is gone nobody shall find its parts in their successors' place."""
    gone.hide()
    for part in (gone, *gone.findChildren(QWidget)):
        part.setObjectName("")
    gone.deleteLater()


def _between() -> QWidget:
    """A line, or, a line."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(px(8))
    row.addWidget(line(), 1, Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(label("or", ink="text2"))
    row.addWidget(line(), 1, Qt.AlignmentFlag.AlignVCenter)
    return made
