"""What a column shows of a row, and the roles by which models tell delegates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from PySide6.QtCore import Qt

from wizard.ui.tokens import Ink

INK_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""Ink of the text."""
MARK_ROLE = INK_ROLE + 1
"""A `Mark` before the text, or None."""
TAIL_ROLE = INK_ROLE + 2
"""A `Tail` at the right end of the cell, or None."""
MEDIUM_ROLE = INK_ROLE + 3
"""Whether the text is of medium weight."""
ELIDE_ROLE = INK_ROLE + 4
"""Qt.TextElideMode of the text."""


class Mark(NamedTuple):
    """An icon before a cell's text."""

    icon: str
    ink: Ink = "text"


class Tail(NamedTuple):
    """What stands at the right end of a cell: an icon, a word, or both."""

    icon: str = ""
    text: str = ""
    ink: Ink = "text2"


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
                return self._look(row, role)

    def _look(self, row: Any, role: int) -> Any:
        if role == INK_ROLE:
            return self.ink(row) if callable(self.ink) else self.ink
        if role == MARK_ROLE:
            return self.mark(row) if self.mark else None
        if role == TAIL_ROLE:
            return self.tail(row) if self.tail else None
        if role == MEDIUM_ROLE:
            return self.medium
        if role == ELIDE_ROLE:
            return Qt.TextElideMode.ElideMiddle if self.elide_middle else Qt.TextElideMode.ElideRight
        return None

    def heading(self, role: int) -> Any:
        """What a model answers for the header of this column."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
