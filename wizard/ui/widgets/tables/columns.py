"""What a column shows of a row, and the roles by which models tell delegates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from PySide6.QtCore import Qt

from wizard.ui.theme.colors import Ink

LOOK_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""A `CellLook`: all that is painted of a cell, in one answer."""


class Mark(NamedTuple):
    """An icon before a cell's text."""

    icon: str
    ink: Ink = "text"


class Tail(NamedTuple):
    """What stands at the right end of a cell: an icon, a word, or both."""

    icon: str = ""
    text: str = ""
    ink: Ink = "text2"


class CellLook(NamedTuple):
    """What a delegate paints of a cell."""

    text: str
    ink: Ink = "text"
    mark: Mark | None = None
    """Before the text."""
    tail: Tail | None = None
    """At the right end of the cell."""
    medium: bool = False
    right: bool = False
    elide_middle: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of rows; every function takes a row."""

    title: str
    text: Callable[[Any], str]
    """What is shown, copied, searched and read out."""
    width: int = 0
    """In pixels of the drawings; 0 = a share of what is left."""
    share: int = 1
    """Weight among the columns without a width."""
    ink: "Ink | Callable[[Any], Ink]" = "text"
    mark: Callable[[Any], Mark | None] | None = None
    """An icon before the text."""
    tail: Callable[[Any], Tail | None] | None = None
    """What stands at the right end of the cell."""
    sort_key: Callable[[Any], Any] | None = None
    """What it is sorted by; the casefolded text where there is none."""
    right: bool = False
    """Numbers stand at the right."""
    medium: bool = False
    elide_middle: bool = False
    """Long paths lose their middle, not their end."""
    tip: Callable[[Any], str] | None = None
    """Tool tip; the text itself where there is none."""

    def data(self, row: Any, role: int) -> Any:
        """What a model answers for this column and a row."""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row)
            case Qt.ItemDataRole.ToolTipRole:
                return (self.tip or self.text)(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case _:
                return self.look(row) if role == LOOK_ROLE else None

    def look(self, row: Any) -> CellLook:
        """What is painted for a row."""
        return CellLook(
            self.text(row),
            self.ink(row) if callable(self.ink) else self.ink,
            self.mark(row) if self.mark else None,
            self.tail(row) if self.tail else None,
            self.medium,
            self.right,
            self.elide_middle,
        )

    def heading(self, role: int) -> Any:
        """What a model answers for the header of this column."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
