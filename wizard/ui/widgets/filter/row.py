"""One condition of a filter: attribute, comparison, value, and below them an error or a remark."""

from functools import cached_property

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from wizard.flow.scope.filter_text import (
    COMPARISONS,
    clause_of,
    comparison,
    comparison_of,
    separated,
    shown_value,
    trouble,
)
from wizard.flow.scope.filters import MOST_VALUES, RealValues
from wizard.mapping.scoping_filter import Clause
from wizard.messages.attribute_names import friendly_name
from wizard.messages.translation import N_, _, pgettext
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.stylesheet import set_ink, set_property
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.fields import ChoiceField
from wizard.ui.widgets.filter.value import Offer, ValueField
from wizard.ui.widgets.labels import Paragraph, label
from wizard.ui.widgets.search_combo import Choices, SearchCombo, attribute_choices

LEAD, ATTRIBUTE, COMPARE, VALUE, REMOVE = 40, 168, 136, 136, 24
_NARROWEST = 92
_SHORT_WORDS = 114
"""Width of "ends with"."""
_HINTS = {
    "several": N_("Values, separated by commas"),
    "number": N_("Whole number"),
    "pattern": N_("Regular expression"),
}


class AttributeNames:
    """The attributes that conditions can be about; shared by all rows."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.names = names

    @cached_property
    def choices(self) -> Choices:
        """Entries with friendly and raw names."""
        return attribute_choices(self.names)


class _Combo(ChoiceField):
    """A field whose width does not depend on its entries."""

    def __init__(self, name: str, width: int, least: int) -> None:
        super().__init__(name, compact=True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(px(least))
        self.setMaxVisibleItems(16)
        self._width, self._least = width, least
        self.setItemDelegate(QStyledItemDelegate(self))  # this delegate is styled by the style sheet

    def sizeHint(self) -> QSize:
        """Return the preferred width."""
        return QSize(px(self._width), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the width of a short word."""
        return QSize(px(self._least), super().minimumSizeHint().height())


class AttributeBox(SearchCombo):
    """Attributes to choose from by friendly or raw name; any other name can be typed."""

    def __init__(self, name: str, names: AttributeNames) -> None:
        super().__init__(name, _("Attribute"), free=True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(px(_NARROWEST))
        self.setPlaceholderText(_("Attribute"))
        self.set_choices(names.choices)

    def sizeHint(self) -> QSize:
        """Return the preferred width."""
        return QSize(px(ATTRIBUTE), super().sizeHint().height())


class FilterRow(QWidget):
    """One row of a FilterCard: "Where" or "and", three fields, a button to remove it, and a problem below."""

    changed = Signal()
    removed = Signal()

    def __init__(self, name: str, words: str, names: AttributeNames) -> None:
        """`name` is the prefix of the object names, `words` of the accessible names."""
        super().__init__()
        self.setObjectName(name)
        self._names = names
        self._unedited: Clause | None = None
        self._touched = False
        self._last_value = ""
        self._values: RealValues | None = None
        self.lead = label("", ink="text2")
        self.attribute = AttributeBox(f"{name}.attribute", names)
        self.compare = _Combo(f"{name}.comparison", COMPARE, _SHORT_WORDS)
        for one in COMPARISONS:
            self.compare.addItem(one.words, one.id)
            self.compare.setItemData(self.compare.count() - 1, wrapped_tip(one.help), Qt.ItemDataRole.ToolTipRole)
        self.compare.view().setMinimumWidth(px(140))
        self.value = ValueField(f"{name}.value")
        self.cross = Button("", f"{name}.remove", kind="flat", size="square-compact")
        self.cross.change_icon("cross", "text2")
        self.cross.setFixedSize(px(REMOVE), px(28))
        self.cross.setToolTip(_("Remove this condition"))
        self.problem = Paragraph(kind="small", ink="bad")
        self._name_fields(words)
        self._lay_out()
        self._listen()

    @property
    def clause(self) -> Clause:
        """The condition."""
        if self._unedited is not None:
            return self._unedited
        return clause_of(self.attribute.value, comparison(self.compare.currentData()), self.value.text())

    def show_clause(self, clause: Clause, *, fresh: bool = False) -> None:
        """Show a condition; a `fresh` one shows no error until it is edited."""
        if clause != self.clause:
            self._unedited = clause
            self.attribute.show_value(clause.attribute)
            chosen = comparison_of(clause)
            self.compare.setCurrentIndex(self.compare.findData(chosen.id))
            self.value.show_text(shown_value(clause))
            self._last_value = ""
            self._touched = not fresh
            self._values = None
        self._update()

    def set_first(self, first: bool) -> None:
        """Show "Where" before the first condition of a card, "and" before the others."""
        self.lead.setText(pgettext("condition", "Where") if first else pgettext("condition", "and"))

    def set_values(self, values: RealValues | None) -> None:
        """Set the values that the directory has in this attribute; None: not known yet."""
        self._values = values
        self._update()

    def set_names(self, names: AttributeNames) -> None:
        """Replace the attributes to choose from."""
        self._names = names
        self.attribute.set_choices(names.choices)

    def focus_value(self) -> None:
        """Focus the first field that needs input."""
        target = self.attribute if not self.attribute.value else self.value
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show errors once the value field was left."""
        if event.type() == QEvent.Type.FocusOut and not self._touched and self.value.text():
            self._touched = True
            self._update()
        return False

    def _edited(self) -> None:
        before, self._unedited = self._unedited, None
        if before is None or before != self.clause:
            self._touched = self._touched or bool(self.value.text())
            self._update()
            self.changed.emit()

    def _compared(self) -> None:
        chosen = comparison(self.compare.currentData())
        if chosen.takes == "nothing":
            self._last_value = self.value.text() or self._last_value
            self.value.show_text("")
        elif not self.value.text():
            self.value.show_text(self._last_value)  # the user has tried "is empty" and goes back
        self._edited()
        if chosen.takes != "nothing":
            self.value.setFocus(Qt.FocusReason.OtherFocusReason)

    def _renamed(self, _name: str) -> None:
        self._values = None
        self._edited()

    def _update(self) -> None:
        chosen = comparison(self.compare.currentData())
        self.compare.setToolTip(wrapped_tip(chosen.help))
        takes = chosen.takes != "nothing"
        self.value.setEnabled(takes)
        hint = _(_HINTS[chosen.takes]) if chosen.takes in _HINTS else _("Value")
        self.value.setPlaceholderText(hint if takes else "")
        self.value.several = chosen.takes == "several"
        self.value.set_offers(self._offers(chosen.id))
        wrong = trouble(self.clause) if self._touched else ""
        words = wrong or self._remark()
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        set_ink(self.problem, "bad" if wrong else "warn")
        nameless = bool(wrong) and not self.clause.attribute
        set_property(self.attribute, "wrong", nameless)
        set_property(self.value, "wrong", bool(wrong) and not nameless)
        self.value.setAccessibleDescription(words)

    def _offers(self, chosen: str) -> tuple[Offer, ...]:
        if self._values is None or chosen in ("pattern", "not_pattern"):
            return ()
        return (self._values.endings or self._values.counts) if chosen == "ends" else self._values.counts

    def _remark(self) -> str:
        clause, values = self.clause, self._values
        known = self._names.names
        if clause.attribute and known and clause.attribute not in known:
            return _("The directory has no attribute “{attribute}”.").format(attribute=clause.attribute)
        if values is None or len(values.counts) >= MOST_VALUES or not self.value.text():
            return ""
        chosen, real = comparison_of(clause), {value for value, _count in values.counts}
        asked = separated(self.value.text()) if chosen.takes == "several" else (clause.value,)
        unknown = [one for one in asked if one not in real]
        if not unknown or chosen.id not in ("equals", "not", "one_of", "none_of"):
            return ""
        near = next((one for one in real if one.casefold() == unknown[0].casefold()), "")
        text = (
            _("The directory has no {attribute} “{value}”. Did you mean “{near}”?")
            if near
            else _("The directory has no {attribute} “{value}”.")
        )
        return text.format(attribute=friendly_name(clause.attribute), value=unknown[0], near=near)

    def _name_fields(self, words: str) -> None:
        self.lead.setFixedWidth(px(LEAD))
        self.lead.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.attribute.setAccessibleName(_("{condition}: attribute").format(condition=words))
        self.compare.setAccessibleName(_("{condition}: comparison").format(condition=words))
        self.value.setAccessibleName(_("{condition}: value").format(condition=words))
        self.cross.setAccessibleName(_("{condition}: remove").format(condition=words))
        self.value.setMinimumWidth(px(_NARROWEST))

    def _listen(self) -> None:
        self.attribute.chosen.connect(self._renamed)
        self.compare.activated.connect(lambda _at: self._compared())
        self.value.textChanged.connect(self._typed)
        self.cross.clicked.connect(self.removed)
        self.value.installEventFilter(self)

    def _typed(self, _text: str) -> None:
        if self._unedited is None or shown_value(self._unedited) != self.value.text():
            self._edited()

    def _lay_out(self) -> None:
        fields = QHBoxLayout()
        fields.setSpacing(px(8))
        fields.addWidget(self.lead)
        fields.addWidget(self.attribute, ATTRIBUTE)
        fields.addWidget(self.compare, COMPARE)
        fields.addWidget(self.value, VALUE)
        fields.addWidget(self.cross)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(2))
        column.addLayout(fields)
        column.addWidget(self.problem)
        self.problem.setContentsMargins(px(LEAD + 8), 0, px(REMOVE + 8), 0)
        self.problem.hide()
