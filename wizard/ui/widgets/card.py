"""Frames: the card that things stand in, and the line between two of them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from wizard.ui.theme.apply import px


class Card(QFrame):
    """A frame with a line around it and round corners; `column` is its layout."""

    def __init__(self, *, padded: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.column = QVBoxLayout(self)
        self.column.setSpacing(px(8))
        if padded:
            self.column.setContentsMargins(px(16), px(12), px(16), px(12))
        else:
            self.column.setContentsMargins(0, 0, 0, 0)
            self.column.setSpacing(0)


def line(*, upright: bool = False) -> QFrame:
    """A line of one pixel, lying or upright."""
    made = QFrame()
    made.setProperty("divider", True)
    if upright:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made
