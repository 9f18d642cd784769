"""What AWS would refuse of everyone in scope, attribute by attribute: how many, why, and a way to look at them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.flow.attributes import Trouble
from wizard.flow.monitor_words import counted
from wizard.provisioning.words import short_name
from wizard.ui.style import px, set_icon
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.card import Card, line
from wizard.ui.widgets.paragraph import Paragraph

_ROWS = 2
_WORDS = {
    "required-attribute-missing": "has no value",
    "more-than-one-value": "has several values",
    "forbidden-character": "holds characters that AWS does not take",
    "white-space": "holds white space",
    "too-long": "is too long",
    "reserved-name": "is a name that AWS keeps for itself",
    "not-a-value": "holds what AWS does not take",
}


class Troubles(Card):
    """Rows of 36; more than two fold to one with "N more"."""

    asked = Signal(object)
    """The trouble whose people a person wants to see."""

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("mappingTroubles")
        self._found: tuple[Trouble, ...] = ()
        self._people = True
        self._all = False
        self._narrow = False
        self._rows: list[QWidget] = []
        self._inside = QVBoxLayout()
        self._inside.setSpacing(0)
        self.column.addLayout(self._inside)
        self.hide()

    def show_troubles(self, found: Sequence[Trouble], people: bool) -> None:
        """Show what was found; hidden where it is nothing."""
        self._found, self._people = tuple(found), people
        self._draw()

    def set_narrow(self, narrow: bool) -> None:
        """A narrow window shows one row."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._draw()

    def _draw(self) -> None:
        for row in self._rows:
            self._inside.removeWidget(row)
            row.hide()
            row.deleteLater()
        few = 1 if self._narrow else _ROWS
        listed = self._found if self._all else self._found[:few]
        self._rows = []
        for number, trouble in enumerate(listed):
            if number:
                self._add(line())
            self._add(self._row(trouble, more=number == len(listed) - 1 and len(self._found) > few))
        self.setVisible(bool(self._found))

    def _add(self, row: QWidget) -> None:
        self._rows.append(row)
        self._inside.addWidget(row)

    def _row(self, trouble: Trouble, *, more: bool) -> QWidget:
        made = QWidget()
        made.setMinimumHeight(px(36))
        mark = QLabel()
        set_icon(mark, "alert-circle", "bad")
        whom = counted(len(trouble.ids), *(("person", "people") if self._people else ("group", "groups")))
        what = f"{short_name(trouble.path)} {_WORDS.get(trouble.rule, 'cannot be taken')} for {whom}."
        words = Paragraph(f"**{what}** AWS would refuse {'them' if len(trouble.ids) > 1 else 'this one'}.")
        words.setToolTip(trouble.sentence)
        number = len(trouble.ids)
        show = flat(
            "Show this one" if number == 1 else f"Show the {number:,}",
            f"showTrouble.{trouble.path}.{trouble.rule}",
        )
        show.setAccessibleName(f"Show whom it concerns: {what}")
        show.clicked.connect(lambda: self.asked.emit(trouble))
        row = QHBoxLayout(made)
        row.setContentsMargins(px(12), px(2), px(8), px(2))
        row.setSpacing(px(8))
        row.addWidget(mark)
        row.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(show)
        if more:
            few = 1 if self._narrow else _ROWS
            fold = flat("Show less" if self._all else f"{len(self._found) - few:,} more", "moreTroubles")
            fold.clicked.connect(self._toggle)
            row.addWidget(fold)
        return made

    def _toggle(self) -> None:
        self._all = not self._all
        self._draw()
