"""The look in force: which theme, which scale, and the signal that says they changed."""

from functools import cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from wizard.ui.theme.colors import LIGHT, Theme


class Look(QObject):
    """The theme and the scale every painted thing asks when it paints."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.scale: float = 1.0
        """Font height / 16: how much larger than the drawings everything is."""


_LOOK = Look()


def look() -> Look:
    """The one look of this process."""
    return _LOOK


def theme() -> Theme:
    """The colours in force."""
    return _LOOK.theme


@cache
def colour(code: str) -> QColor:
    """A colour of a theme, `#RRGGBB`, as painters take it; made once, for a table asks for thousands."""
    return QColor(code)


def px(measure: float) -> int:
    """A measure of the drawings in the pixels of this desktop; a line never vanishes."""
    return max(1, round(measure * _LOOK.scale)) if measure else 0
