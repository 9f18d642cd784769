"""Beside the editor: who is shown, what the row reads of them, and what comes out."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from wizard.ui.pages.shared.wrap import breakable
from wizard.ui.theme.fonts import px
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.cards import line
from wizard.ui.widgets.labels import LineLabel, Paragraph, label

_NAMES = 104
_MOST = 3
"""Sources listed; how many more there are stands below, their values in its tool tip."""


class PersonValues(QWidget):
    """Name, place among all, sources with values, a line, the result."""

    def __init__(self) -> None:
        super().__init__()
        self._came_out = ""
        self._person = label("", "section")
        self._place = label("", "small", "text2")
        self._rows = tuple((LineLabel(ink="text2", elide=True), LineLabel(elide=True)) for _row in range(_MOST))
        self._more = label("", "small", "text2")
        self._grid = QGridLayout()
        self._heading = QLabel("Result")
        self._gap = QSpacerItem(0, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self._result_row = QHBoxLayout()
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
                name.setText(shown[0])
                name.setToolTip(shown[0])
                value.setText(shown[1] or "no value")
                value.setToolTip(shown[1])
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
        grid = self._grid
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(1, 1)
        for at, (name, value) in enumerate(self._rows):
            grid.addWidget(name, at, 0)
            grid.addWidget(value, at, 1)
        grid.addWidget(self._more, _MOST, 0, 1, 2)
        column.addLayout(grid)
        column.addWidget(line())
        result = self._result_row
        result.setSpacing(0)
        self._heading.setFixedHeight(px(24))  # on the line of the text beside it
        result.addWidget(self._heading, 0, Qt.AlignmentFlag.AlignTop)
        result.addItem(self._gap)
        result.addWidget(self._result, 1)
        column.addLayout(result)
        column.addStretch(1)
        self.set_narrow(False)
        self.show_values((), "")

    def set_narrow(self, narrow: bool) -> None:
        """Where there is little room, the result has most of it."""
        self.setFixedWidth(px(240 if narrow else 296))
        gap = px(8) if narrow else px(_NAMES + 8) - self._heading.sizeHint().width()
        self._gap.changeSize(gap, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self._result_row.invalidate()
        self._grid.setColumnMinimumWidth(0, px(80 if narrow else _NAMES))
