"""The tree model of a plan: a change per row, its attributes before and after below it."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from wizard import messages
from wizard.errors import Message
from wizard.provisioning.change import Action, Change, differing, short_name, value_text
from wizard.provisioning.effects import Effect, Outcome, effects, outcome
from wizard.ui.theme.colors import Ink
from wizard.ui.widgets.tables.rows_model import LOOK_ROLE, CellLook, Mark

Audience = Literal["all", "people", "groups"]

KINDS: Mapping[Outcome, tuple[str, str, Ink]] = {
    "create": ("Create", "plus", "ok"),
    "update": ("Update", "pencil", "info"),
    "disable": ("Disable", "minus-circle", "warn"),
    "delete": ("Delete", "trash", "bad"),
    "members": ("Members", "people", "text2"),
}
"""Kind -> word, icon, ink."""
_MATCHED: Mapping[str, tuple[str, str, Ink]] = {
    "taken-over": ("Take over", "swap", "warn"),
    "inherited": ("Hand over", "swap", "warn"),
}
"""The same for an update that also gives the account a new owner."""

NameOf = Callable[[Any], str]
"""Returns the name of the object that a reference in a change means."""
Index = QModelIndex | QPersistentModelIndex
TITLES = ("Change", "Person or group", "Why")
_TOP = 0
"""Internal id of a change's index; that of an attribute is its change's position in the plan + 1."""


class PlanLine(NamedTuple):
    """One attribute of a change, before and after."""

    attribute: str
    before: str
    after: str


def look_of_change(change: Change) -> tuple[str, str, Ink]:
    """Return word, icon and ink of a change."""
    kind = outcome(change)
    return _MATCHED[change.match] if change.match and kind == "update" else KINDS[kind]


def kinds_of(change: Change) -> frozenset[Outcome]:
    """Return all kinds a change is shown for: creating a group also adds its first members."""
    return frozenset({outcome(change), "members"} if change.members else {outcome(change)})


def plain_name(reference: Any) -> str:
    """Return the id in a reference, for want of a name."""
    return value_text(reference)


def lines_of(change: Change, name_of: NameOf = plain_name) -> tuple[PlanLine, ...]:
    """Return the attributes of a change, before and after; "" = no value."""
    joins = change.action is not Action.REMOVE_MEMBERS
    members = _member_lines(change.members, change.names, name_of, joins=joins)
    return (*_resource_lines(change.before, change.after, name_of), *members)


def _resource_lines(before: Mapping[str, Any], after: Mapping[str, Any], name_of: NameOf) -> tuple[PlanLine, ...]:
    return tuple(
        PlanLine(short_name(path), _words(before.get(path), name_of), _words(after.get(path), name_of))
        for path in differing(before, after)
    )


def _member_lines(
    members: tuple[Any, ...], names: tuple[str, ...], name_of: NameOf, *, joins: bool
) -> tuple[PlanLine, ...]:
    called = names if len(names) == len(members) else tuple(name_of(member) for member in members)
    return tuple(PlanLine("joins", "", name) if joins else PlanLine("leaves", name, "") for name in called)


def _words(value: Any, name_of: NameOf) -> str:
    plain = value is None or isinstance(value, str | bool | tuple)
    return value_text(value) if plain else name_of(value)


class PlanModel(QAbstractItemModel):
    """Filters and sorts changes through a list of positions; attributes are computed when a change is opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: tuple[Change, ...] = ()
        self._shown: Sequence[int] = ()
        self._rows: dict[int, int] | None = None
        """Position in the plan -> row; filled when an attribute asks for its parent."""
        self._lines: dict[int, tuple[PlanLine, ...]] = {}
        self._hay: list[str] | None = None
        self._name_of: NameOf = plain_name
        self._kinds: frozenset[str] = frozenset()
        self._effects: frozenset[Effect] = frozenset()
        self._audience: Audience = "all"
        self._text = ""
        self._sort: tuple[int, bool] = (-1, False)

    @property
    def total(self) -> int:
        """The number of changes."""
        return len(self._changes)

    @property
    def shown(self) -> int:
        """The number of changes that match the filter."""
        return len(self._shown)

    def set_changes(self, changes: Sequence[Change], name_of: NameOf = plain_name) -> None:
        """Show the changes of another plan."""
        self.beginResetModel()
        self._changes, self._name_of = tuple(changes), name_of
        self._lines.clear()
        self._hay = None
        self._match()
        self.endResetModel()

    def set_filter(
        self,
        kinds: frozenset[str] = frozenset(),
        audience: Audience = "all",
        text: str = "",
        wanted: frozenset[Effect] = frozenset(),
    ) -> None:
        """Show changes of these kinds, with one of the `wanted` effects (none = all), that contain `text`."""
        self.beginResetModel()
        self._kinds, self._audience, self._text, self._effects = kinds, audience, text.casefold(), wanted
        self._match()
        self.endResetModel()

    def change(self, index: Index) -> Change | None:
        """Return the change at an index or above it."""
        if not index.isValid():
            return None
        return self._changes[self._place(index)]

    def line(self, index: Index) -> PlanLine | None:
        """Return the attribute at an index; None at a change."""
        if not index.isValid() or index.internalId() == _TOP:
            return None
        return self._lines_at(self._place(index))[index.row()]

    # --- QAbstractItemModel ---

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's signature
        """Return the index of a change, or of an attribute below it."""
        if not (0 <= row < self.rowCount(parent) and 0 <= column < len(TITLES)):
            return QModelIndex()
        return self.createIndex(row, column, self._place(parent) + 1 if parent.isValid() else _TOP)

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        """Return the index of an attribute's change."""
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        if self._rows is None:
            self._rows = {at: row for row, at in enumerate(self._shown)}
        return self.createIndex(self._rows[index.internalId() - 1], 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of changes, or of a change's attributes."""
        if not parent.isValid():
            return len(self._shown)
        if parent.column() > 0 or parent.internalId() != _TOP:
            return 0
        return len(self._lines_at(self._place(parent)))

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        """Return True for changes; does not compute their attributes."""
        return not parent.isValid() or (parent.column() == 0 and parent.internalId() == _TOP)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return 3: change, person or group, why."""
        return len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the column's title."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        line = self.line(index)
        if line is not None:
            return _line_data(line, index.column(), role)
        return _change_data(self._changes[self._place(index)], index.column(), role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the changes; column -1 restores the plan's order."""
        self.beginResetModel()
        self._sort = (column, order == Qt.SortOrder.DescendingOrder)
        self._match()
        self.endResetModel()

    def _place(self, index: Index) -> int:
        kept = index.internalId()
        return self._shown[index.row()] if kept == _TOP else int(kept) - 1

    def _lines_at(self, place: int) -> tuple[PlanLine, ...]:
        if place not in self._lines:
            self._lines[place] = lines_of(self._changes[place], self._name_of)
        return self._lines[place]

    def _match(self) -> None:
        changes = self._changes
        self._rows = None
        if not (self._kinds or self._effects or self._text or self._audience != "all" or self._sort[0] >= 0):
            self._shown = range(len(changes))
            return
        shown = [at for at, change in enumerate(changes) if self._lets_through(change)]
        if self._text:
            if self._hay is None:
                self._hay = [
                    f"{one.label}\n{_why(one.reason)}\n{look_of_change(one)[0]}".casefold() for one in changes
                ]
            shown = [at for at in shown if self._text in self._hay[at]]
        column, descending = self._sort
        if column >= 0:
            shown.sort(key=lambda at: _change_text(changes[at], column).casefold(), reverse=descending)
        self._shown = shown

    def _lets_through(self, change: Change) -> bool:
        if self._kinds and self._kinds.isdisjoint(kinds_of(change)):
            return False
        if self._effects and self._effects.isdisjoint(effects(change)):
            return False
        return self._audience == "all" or (change.kind == "user") == (self._audience == "people")


def _change_text(change: Change, column: int) -> str:
    return (look_of_change(change)[0], change.label, _why(change.reason))[column]


@lru_cache(maxsize=4096)
def _why(message: Message | None) -> str:
    return messages.title(message) if message is not None else ""


def _change_data(change: Change, column: int, role: int) -> Any:
    word, icon, ink = look_of_change(change)
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        return _change_text(change, column)
    if role == LOOK_ROLE:
        mark = Mark(icon, ink) if column == 0 else None
        inks: tuple[Ink, ...] = (ink, "text", "text2")
        return CellLook(_change_text(change, column), inks[column], mark, medium=column == 0)
    if role == Qt.ItemDataRole.AccessibleTextRole and column == 0:
        return f"{word} {change.label}"
    return None


def _line_data(line: PlanLine, column: int, role: int) -> Any:
    cleared = column == 2 and bool(line.before) and not line.after and line.attribute != "leaves"
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        return "no value" if cleared else line[column]
    if role == LOOK_ROLE:
        mark = Mark("arrow-right", "text2") if column == 2 else None
        ink: Ink = "text2" if column < 2 or cleared else "text"
        return CellLook("no value" if cleared else line[column], ink, mark, medium=column == 2)
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return (line.attribute, f"before: {line.before or 'empty'}", f"after: {line.after or 'empty'}")[column]
    return None
