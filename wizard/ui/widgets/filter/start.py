"""What stands where a filter has no condition: that everybody is in, and first conditions made of real values."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpacerItem

from wizard.flow.scope.filter_text import condition
from wizard.flow.scope.filters import RealValues
from wizard.mapping.scoping_filter import Clause, Operator
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import FLAT_PADDING, Button, flat, small
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.labels import Paragraph, label

_MOST = 3
_LONGEST = 22
"""Characters of a value that makes a button."""


class FilterStart(Card):
    """One sentence, a button, and examples to press."""

    begun = Signal(object)
    """The first condition: a `Clause`, or None for one without a value yet."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._words = Paragraph(ink="text2")
        self.first = flat("Add a condition", f"{name}First", icon="plus", size="small")
        self.first.clicked.connect(lambda: self.begun.emit(None))
        self.examples: tuple[Button, ...] = ()
        self._lead = label("For example", "small", "text2")
        self._row = QHBoxLayout()
        self._row.setSpacing(px(8))
        self._row.addWidget(self._lead)
        self._row.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self._words, 1)
        top.addWidget(self.first)
        top.addItem(QSpacerItem(-px(FLAT_PADDING), 0, QSizePolicy.Policy.Fixed))
        self.column.addLayout(top)
        self.column.addLayout(self._row)
        self._lead.hide()

    def show_words(self, words: str, startable: bool) -> None:
        """Say what holds without a condition; not `startable`: nothing can be added here."""
        self._words.setText(words)
        self.first.setVisible(startable)
        for part in (*self.examples, self._lead if self.examples else None):
            if part is not None:
                part.setVisible(startable)

    def show_examples(self, attribute: str, values: RealValues | None) -> None:
        """Offer the most frequent values of an attribute that more than one has."""
        found = values.counts if values is not None else ()
        clauses = [
            (Clause(attribute, Operator.EQUALS, value), count)
            for value, count in found[:_MOST]
            if count > 1 and len(value) <= _LONGEST
        ]
        if [example.text() for example in self.examples] == [clause.value for clause, _count in clauses]:
            return
        for old in self.examples:
            self._row.removeWidget(old)
            old.setObjectName("")
            old.hide()
            old.deleteLater()
        made = []
        for number, (clause, count) in enumerate(clauses, 1):
            example = small(clause.value, f"{self._name}Example{number}")
            example.setAccessibleName(f"Only where {condition(clause)}: {count:,}")
            example.setToolTip(f"{condition(clause)} ({count:,})")
            example.clicked.connect(lambda _on=False, clause=clause: self.begun.emit(clause))
            self._row.insertWidget(number, example)
            made.append(example)
        self.examples = tuple(made)
        self._lead.setText(f"For example, by {attribute}:")
        self._lead.setVisible(bool(made))
