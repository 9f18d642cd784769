"""Beside the editor: who is shown, what the row reads of them, and what comes out."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.ui.pages._breakable import breakable
from wizard.ui.style import label, px, set_ink
from wizard.ui.widgets.card import line
from wizard.ui.widgets.paragraph import Paragraph

_MOST = 3
"""Sources listed; how many more there are stands below, their values in its tool tip."""


class PersonValues(QWidget):
    """Name, place among all, sources with values, a line, the result."""

    def __init__(self) -> None:
        super().__init__()
        self._came_out = ""
        self._person = label("", "section")
        self._place = label("", "small", "text2")
        self._rows = tuple((label("", "body", "text2"), Paragraph()) for _row in range(_MOST))
        self._more = label("", "small", "text2")
        self._result = Paragraph(kind="section")
        self._result.setObjectName("mappingResult")
        self._fill()

    @property
    def result(self) -> str:
        """What comes out; "" = nothing."""
        return self._came_out

    def show_person(self, name: str, place: str) -> None:
        """Who is shown, "1 of 289"."""
        self._person.setText(name or "Nobody to show")
        self._person.setToolTip(name)
        self._place.setText(place)

    def show_values(self, sources: Sequence[tuple[str, str]], result: str, problem: str = "") -> None:
        """Names and values of what the row reads, and what comes out or why nothing does."""
        for at, (name, value) in enumerate(self._rows):
            shown = sources[at] if at < len(sources) else None
            name.setVisible(shown is not None)
            value.setVisible(shown is not None)
            if shown is not None:
                name.setText(name.fontMetrics().elidedText(shown[0], Qt.TextElideMode.ElideMiddle, px(104)))
                name.setToolTip(shown[0])
                value.setText(breakable(shown[1] or "no value"))
                set_ink(value, "text" if shown[1] else "text2")
        rest = sources[len(self._rows) :]
        self._more.setVisible(bool(rest))
        self._more.setText(f"and {len(rest)} more")
        self._more.setToolTip("\n".join(f"{name}: {value or 'no value'}" for name, value in rest))
        self._came_out = result
        self._result.setText(breakable(result or "Nothing"))
        set_ink(self._result, "bad" if problem else "text")
        self._result.setToolTip(problem)

    def _fill(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(8))
        head = QHBoxLayout()
        head.addWidget(self._person, 1)
        head.addWidget(self._place)
        column.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(4))
        grid.setColumnMinimumWidth(0, px(96))
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        for at, (name, value) in enumerate(self._rows):
            name.setFixedHeight(px(24))  # on the line of its value
            grid.addWidget(name, at, 0, top)
            grid.addWidget(value, at, 1)
        grid.addWidget(self._more, _MOST, 0, 1, 2)
        grid.addWidget(line(), _MOST + 1, 0, 1, 2)
        heading = QLabel("Result")
        heading.setFixedHeight(px(24))
        grid.addWidget(heading, _MOST + 2, 0, top)
        grid.addWidget(self._result, _MOST + 2, 1)
        column.addLayout(grid)
        column.addStretch(1)
        self.show_values((), "")
