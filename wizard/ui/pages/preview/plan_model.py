"""The flat model of a plan's table: one row per change, and the lines of each open change below it."""

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from wizard.messages.translation import _
from wizard.provisioning.effects import Effect
from wizard.ui.pages.preview.plan_rows import (
    COLUMNS,
    KINDS,
    Audience,
    Kind,
    NameOf,
    PlanLine,
    PlanRows,
    PlanThing,
    lines_of,
    plain_name,
    texts_of,
    title_of,
)
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import wrapped_tip
from wizard.ui.widgets.tables.rows_model import LOOK_ROLE, CellLook, Index, Mark


class PlanModel(QAbstractTableModel):
    """Filters and sorts through a list of positions; the lines of a row are made when it is opened.

    A flat model in a table resets in constant time; a tree view asks for each of 100,000 rows.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = PlanRows()
        self._shown: Sequence[int] = ()
        self._open: dict[int, tuple[PlanLine, ...]] = {}
        """Place of an open row -> its lines."""
        self._open_at: list[int] = []
        """Positions of the open rows among those shown, ascending."""
        self._starts: list[int] = []
        """Rows of the table at which they begin."""
        self._name_of: NameOf = plain_name
        self._filter: tuple[Audience, frozenset[Kind], str, frozenset[Effect]] = (
            "all",
            frozenset(),
            "",
            frozenset(),
        )
        self._sort: tuple[int, bool] = (-1, False)

    @property
    def total(self) -> int:
        """The number of changes and refused people and groups."""
        return len(self._rows.things)

    @property
    def shown(self) -> int:
        """The number of those that match the filter."""
        return len(self._shown)

    @property
    def rows(self) -> PlanRows:
        """The rows of the plan."""
        return self._rows

    def set_rows(self, rows: PlanRows, name_of: NameOf = plain_name) -> None:
        """Show another plan."""
        self.beginResetModel()
        self._rows, self._name_of = rows, name_of
        self._open.clear()
        self._match()
        self.endResetModel()

    def set_filter(
        self,
        audience: Audience = "all",
        kinds: frozenset[Kind] = frozenset(),
        text: str = "",
        wanted: frozenset[Effect] = frozenset(),
    ) -> None:
        """Show the rows of these kinds, with one of the `wanted` effects (none = all), that contain `text`."""
        self.beginResetModel()
        self._filter = (audience, kinds, text, wanted)
        self._match()
        self.endResetModel()

    def thing(self, row: int) -> PlanThing | None:
        """Return what a row of the table is about; a line belongs to the change above it."""
        if not 0 <= row < self.rowCount():
            return None
        return self._rows.things[self._shown[self._place(row)[0]]]

    def line(self, row: int) -> PlanLine | None:
        """Return the line of a row of the table; None for a change."""
        position, line = self._place(row)
        return self._open[self._shown[position]][line] if line >= 0 else None

    def head(self, row: int) -> int:
        """Return the row of the change that a row of the table belongs to."""
        return row - self._place(row)[1] - 1

    def is_open(self, row: int) -> bool:
        """Return whether the lines of a change are shown."""
        position, line = self._place(row)
        return line < 0 and self._shown[position] in self._open

    def is_last_line(self, row: int) -> bool:
        """Return whether a row is the last line of its change."""
        position, line = self._place(row)
        return line >= 0 and line == len(self._open[self._shown[position]]) - 1

    def line_rows(self) -> tuple[range, ...]:
        """Return the rows of the table that are lines, as a range for each open change."""
        return tuple(
            range(start + 1, start + 1 + len(self._open[self._shown[at]]))
            for at, start in zip(self._open_at, self._starts, strict=True)
        )

    def set_open(self, row: int, on: bool) -> None:
        """Show or hide the lines of a change."""
        row = self.head(row)
        position, _line = self._place(row)
        place = self._shown[position]
        if on == (place in self._open):
            return
        if on:
            lines = lines_of(self._rows.things[place], self._name_of)
            if not lines:
                return
            self.beginInsertRows(QModelIndex(), row + 1, row + len(lines))
            self._open[place] = lines
            insort(self._open_at, position)
            self._count()
            self.endInsertRows()
        else:
            self.beginRemoveRows(QModelIndex(), row + 1, row + len(self._open[place]))
            del self._open[place]
            self._open_at.remove(position)
            self._count()
            self.endRemoveRows()
        self.dataChanged.emit(self.index(row, 0), self.index(row, COLUMNS - 1))

    # --- QAbstractTableModel ---

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of changes and of their open lines."""
        if parent.isValid():
            return 0
        return len(self._shown) + sum(len(self._open[self._shown[at]]) for at in self._open_at)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return 3: change, person or group, why."""
        return 0 if parent.isValid() else COLUMNS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the column's title."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped_tip(title_of(section))  # the column may be narrower than its title
        return title_of(section) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        position, line = self._place(index.row())
        place = self._shown[position]
        if line >= 0:
            return _line_data(self._open[place][line], index.column(), role)
        return _thing_data(self._rows.things[place], self._rows.kinds[place], index.column(), role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the changes; column -1 restores the plan's order."""
        self.beginResetModel()
        self._sort = (column, order == Qt.SortOrder.DescendingOrder)
        self._match()
        self.endResetModel()

    def _place(self, row: int) -> tuple[int, int]:
        """Return the position of a row's change among those shown, and the number of the line; -1 = the change."""
        before = bisect_right(self._starts, row) - 1
        if before < 0:
            return row, -1
        start, position = self._starts[before], self._open_at[before]
        lines = len(self._open[self._shown[position]])
        if row <= start + lines:
            return position, row - start - 1
        return position + row - start - lines, -1

    def _count(self) -> None:
        lines = [0, *accumulate(len(self._open[self._shown[at]]) for at in self._open_at)]
        self._starts = [at + above for at, above in zip(self._open_at, lines, strict=False)]

    def _match(self) -> None:
        self._shown = self._rows.matching(*self._filter, self._sort)
        self._open_at = []
        if self._open:  # what was opened stays open
            self._open_at = [at for at, place in enumerate(self._shown) if place in self._open]
        self._count()


def _thing_data(thing: PlanThing, kind: Kind, column: int, role: int) -> Any:
    if role == Qt.ItemDataRole.DisplayRole:
        return texts_of(thing, kind)[column]
    if role == Qt.ItemDataRole.ToolTipRole:
        return wrapped_tip(texts_of(thing, kind)[column])
    if role == LOOK_ROLE:
        icon, ink = KINDS[kind][1:]
        mark = Mark(icon, ink) if column == 0 else None
        inks: tuple[Ink, ...] = (ink, "text", "text2")
        return CellLook(texts_of(thing, kind)[column], inks[column], mark, medium=column == 0)
    if role == Qt.ItemDataRole.AccessibleTextRole and column == 0:
        return _("{change}: {name}").format(change=texts_of(thing, kind)[0], name=thing.label)
    return None


def _line_data(line: PlanLine, column: int, role: int) -> Any:
    cleared = column == 2 and bool(line.before) and not line.after and not line.ends
    if role == Qt.ItemDataRole.DisplayRole:
        return _("no value") if cleared else line[column]
    if role == Qt.ItemDataRole.ToolTipRole:
        return wrapped_tip(_("no value") if cleared else str(line[column]))
    if role == LOOK_ROLE:
        mark = Mark("arrow-right", "text2") if column == 2 else None
        ink: Ink = "text2" if column < 2 or cleared else "text"
        return CellLook(_("no value") if cleared else str(line[column]), ink, mark, medium=column == 2)
    if role == Qt.ItemDataRole.AccessibleTextRole:
        before = _("Before: {value}").format(value=line.before or _("no value"))
        after = _("After: {value}").format(value=line.after or _("no value"))
        return (line.attribute, before, after)[column]
    return None
