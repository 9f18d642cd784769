"""The scoping filter builder: cards of conditions (all must hold within a card, one card is enough), or as text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from wizard.flow.scope.filter_text import condition
from wizard.flow.scope.filters import FilterKind, RealValues, clauses_of, new_clause, with_group, without
from wizard.mapping.scoping_filter import Clause, FilterGroup, Operator, ScopingFilter
from wizard.messages.attribute_names import friendly_name
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _, ngettext, pgettext
from wizard.ui.formats import grouped
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.buttons import FLAT_PADDING, Button, flat, small
from wizard.ui.widgets.cards import Card, MessageAction, MessageCard, line
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.filter.row import LEAD, AttributeNames, FilterRow
from wizard.ui.widgets.filter.text import FilterText
from wizard.ui.widgets.labels import Paragraph, heading, label

MOST_ROWS = 80
"""Conditions shown in cards; a longer filter can only be edited as text."""
_MOST_EXAMPLES, _LONGEST_EXAMPLE = 3, 22
"""Example buttons of an empty filter, and characters of their values."""
_NONE = {
    "people": N_("No conditions: everyone chosen above is in scope."),
    "groups": N_("No conditions: every group chosen above is in scope."),
}


class FilterBuilder(QWidget):
    """Edits a filter for people and one for groups. Finished or not, every change is emitted."""

    changed = Signal(str, object)
    """"people" or "groups", and the changed filter, finished or not."""
    turned = Signal()
    """The user switched between people and groups."""

    def __init__(self, name: str = "filter") -> None:
        super().__init__()
        self.setObjectName(name)
        self._filters: dict[FilterKind, ScopingFilter] = {"people": ScopingFilter(), "groups": ScopingFilter()}
        self._attribute_names: dict[FilterKind, tuple[str, ...]] = {"people": (), "groups": ()}
        self._values: dict[FilterKind, Mapping[str, RealValues]] = {"people": {}, "groups": {}}
        self._names = AttributeNames()
        self.cards: list[FilterCard] = []
        self.switch = SegmentedSwitch(
            f"{name}Kind", (("people", _("People")), ("groups", _("Groups"))), _("Filter for")
        )
        self.as_text = flat(_("Paste a filter…"), f"{name}AsText", size="small")
        self.as_text.setCheckable(True)
        self.texts: dict[FilterKind, FilterText] = {
            "people": FilterText(f"{name}Text", _("Filter for people as text")),
            "groups": FilterText(f"{name}TextGroups", _("Filter for groups as text")),
        }
        self._unknown = MessageCard()
        self.start = FilterStart(name)
        self._cards = QVBoxLayout()
        self.add = flat(_("Add alternative"), f"{name}Add", icon="plus", size="compact")
        self.add.setToolTip(_("Anyone who matches one of the alternatives is in scope."))
        self._before_removal: tuple[FilterKind, ScopingFilter] | None = None
        self._removed_text = label("", "small", "text2")
        self.undo = flat(_("Undo"), f"{name}Undo", icon="undo", size="small")
        self._lay_out()
        self._listen()
        self._forget_undo()
        self._show()

    @property
    def kind(self) -> FilterKind:
        """Whether the filter for people or for groups is shown."""
        return "groups" if self.switch.choice == "groups" else "people"

    @property
    def filter(self) -> ScopingFilter:
        """The filter that is shown."""
        return self._filters[self.kind]

    @property
    def broken_text(self) -> FilterText | None:
        """A text that cannot be parsed and is therefore not applied, or None."""
        return next((text for text in self.texts.values() if text.is_broken), None)

    def attributes_shown(self) -> frozenset[str]:
        """Return the attributes of all rows, and the default attribute of a new row."""
        usual = new_clause(self._attribute_names[self.kind]).attribute
        return frozenset((usual, *(clause.attribute for clause in clauses_of(self.filter)))) - {""}

    def show_filter(self, kind: FilterKind, shown: ScopingFilter) -> None:
        """Show a filter; rows that show it already are kept."""
        if shown != self._filters[kind]:
            self._filters[kind] = shown
        self.texts[kind].show_filter(shown)
        self.switch.set_count(kind, len(clauses_of(shown)) or None)
        if kind == self.kind:
            self._show()

    def set_attributes(self, kind: FilterKind, names: tuple[str, ...]) -> None:
        """Set the attributes to choose from."""
        self._attribute_names[kind] = names
        if kind == self.kind and self._names.names != names:
            self._show()

    def set_values(self, kind: FilterKind, values: Mapping[str, RealValues]) -> None:
        """Set the values that the directory has, by attribute."""
        self._values[kind] = values
        if kind == self.kind:
            for card in self.cards:
                card.show_values(values)
            self._show_examples()

    def set_kinds(self, people: bool, groups: bool) -> None:
        """Set for which kinds there may be conditions."""
        self.switch.setVisible(people and groups)
        only = "groups" if groups and not people else "people" if people and not groups else ""
        if only and only != self.switch.choice:
            self.switch.choose(only)
            self._switched()

    def forget_texts(self) -> None:
        """Drop texts that cannot be parsed: they belong to another job."""
        self._forget_undo()
        for text in self.texts.values():
            text.forget()
        self.as_text.setChecked(False)
        self.switch.choose("people")
        self._show_text()

    def show_broken(self) -> None:
        """Show the text that cannot be parsed, and focus it."""
        kind = next(kind for kind, text in self.texts.items() if text.is_broken)
        self.switch.choose(kind)
        self.as_text.setChecked(True)
        self._switched()
        self.texts[kind].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        kind, shown = self.kind, self.filter
        if self._names.names != self._attribute_names[kind]:
            self._take_names(self._attribute_names[kind])
        many = len(clauses_of(shown)) > MOST_ROWS
        groups = () if many else shown.groups
        while len(self.cards) > len(groups):
            gone = self.cards.pop()
            self._cards.removeWidget(gone)
            _discard(gone)
        for place in range(len(self.cards), len(groups)):
            self._append(place)
        for card, group in zip(self.cards, groups, strict=True):
            card.show_group(group)
            card.show_values(self._values[kind])
        self._unknown.setVisible(bool(shown.unknown))
        if shown.unknown:
            self._show_unknown(shown.unknown)
        self.start.setVisible(not groups)
        self.start.show_words(_too_many(len(clauses_of(shown))) if many else _(_NONE[kind]), not many)
        self._show_examples()
        self.add.setVisible(bool(groups))
        self._show_text()

    def _show_unknown(self, unknown: tuple[str, ...]) -> None:
        count = len(unknown)
        title = ngettext(
            "{n:,} imported condition is not supported", "{n:,} imported conditions are not supported", count
        ).format(n=count)
        text = _("Unknown operator: {conditions}. Who is in scope cannot be determined.")
        act = MessageAction(_("Remove"), "filterForget", self._forget_unknown)
        self._unknown.show_text("warn", title, text.format(conditions=comma_list(unknown)), (act,))

    def _forget_unknown(self) -> None:
        before = self.filter
        self._filters[self.kind] = replace(before, unknown=())
        self._show()
        self._emit_changed()
        self._offer_undo(before, _("Imported condition removed"))

    def _show_examples(self) -> None:
        usual = new_clause(self._attribute_names[self.kind]).attribute
        self.start.show_examples(usual, self._values[self.kind].get(usual))

    def _take_names(self, names: Sequence[str]) -> None:
        """Replace the attributes to choose from."""
        self._names = AttributeNames(tuple(names))
        for card in self.cards:
            card.set_names(self._names)

    def _show_text(self) -> None:
        open_, broken = self.as_text.isChecked(), self.texts[self.kind].is_broken
        for kind, text in self.texts.items():
            text.setVisible(open_ and kind == self.kind)
        title = _("Hide text") if open_ else _("Edit as text") if self.filter.groups else _("Paste a filter…")
        self.as_text.change_text(title)
        for part in (*self.cards, self.start, self.add):
            part.setEnabled(not broken)

    def _append(self, place: int) -> "FilterCard":
        card = FilterCard(self.objectName(), place, self._names)
        card.changed.connect(self._changed)
        card.row_removed.connect(lambda at: self._remove(self.cards.index(card), at))
        self.cards.append(card)
        self._cards.addWidget(card)
        return card

    def _add_first(self, clause: Clause | None) -> None:
        self._add_card(clause)
        if clause is not None:
            self.cards[0].rows[0].focus_value()

    def _add_card(self, given: Clause | None = None) -> None:
        clause = given or new_clause(self._attribute_names[self.kind])
        self._filters[self.kind] = with_group(self.filter, clause)
        card = self._append(len(self.cards))
        card.show_group(FilterGroup((clause,)), fresh=True)
        self._show()
        card.rows[0].focus_value()
        self._emit_changed()

    def _remove(self, at: int, place: int) -> None:
        before, groups = self.filter, self.filter.groups
        if len(groups[at].clauses) == 1:
            after = without(before, at)
            has_alternatives = len(groups) > 1
            what = _("Alternative removed") if has_alternatives else _("Condition removed")
        else:
            kept = tuple(clause for number, clause in enumerate(groups[at].clauses) if number != place)
            after = replace(before, groups=(*groups[:at], FilterGroup(kept), *groups[at + 1 :]))
            what = _("Condition removed")
        self._filters[self.kind] = after
        self._show()
        self._focus_near(at)
        self._emit_changed()
        self._offer_undo(before, what)

    def _offer_undo(self, before: ScopingFilter, what: str) -> None:
        self._before_removal = (self.kind, before)
        self._removed_text.setText(what)
        self._removed_text.show()
        self.undo.setAccessibleName(_("{change}: undo").format(change=what))
        self.undo.show()
        announce(self, what)

    def _forget_undo(self) -> None:
        self._before_removal = None
        self._removed_text.hide()
        self.undo.hide()

    def _undo_removal(self) -> None:
        if self._before_removal is None:
            return
        kind, before = self._before_removal
        self.switch.choose(kind)
        self._filters[kind] = before
        self._show()
        self._focus_near(len(before.groups) - 1)
        self._emit_changed()

    def _focus_near(self, at: int) -> None:
        if not self.cards:
            self.start.first.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.cards[min(at, len(self.cards) - 1)].rows[-1].cross.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self) -> None:
        self._filters[self.kind] = replace(self.filter, groups=tuple(card.group for card in self.cards))
        self._emit_changed()

    def _emit_changed(self) -> None:
        self._forget_undo()
        self.texts[self.kind].show_filter(self.filter)
        self.switch.set_count(self.kind, len(clauses_of(self.filter)) or None)
        self.changed.emit(self.kind, self.filter)

    def _parsed(self, kind: FilterKind, found: ScopingFilter) -> None:
        self._forget_undo()
        self._filters[kind] = found
        if kind == self.kind:
            self._show()
        self.switch.set_count(kind, len(clauses_of(found)) or None)
        self.changed.emit(kind, found)

    def _switched(self) -> None:
        self._show()
        self.turned.emit()

    def _open_text(self) -> None:
        self._show_text()
        if self.as_text.isChecked():
            self.texts[self.kind].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _listen(self) -> None:
        self.switch.chosen.connect(self._switched)
        self.undo.clicked.connect(self._undo_removal)
        self.as_text.clicked.connect(self._open_text)
        self.add.clicked.connect(lambda: self._add_card())
        self.start.begun.connect(self._add_first)
        for kind, text in self.texts.items():
            text.parsed.connect(lambda found, kind=kind: self._parsed(kind, found))
            text.broken_changed.connect(self._show_text)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(12))
        head.addWidget(heading(_("Scoping filter")))
        head.addWidget(self.switch)
        head.addStretch(1)
        head.addWidget(self.as_text)
        self._cards.setSpacing(px(4))
        foot = QHBoxLayout()
        foot.setSpacing(0)
        foot.addWidget(self.add)
        foot.addStretch(1)
        foot.addWidget(self._removed_text)
        foot.addWidget(self.undo)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        for text in self.texts.values():
            column.addWidget(text)
        column.addWidget(self._unknown)
        column.addWidget(self.start)
        column.addLayout(self._cards)
        column.addLayout(foot)
        column.addStretch(1)


class FilterCard(QWidget):
    """One alternative of a filter: a card with its conditions, and an "or" above it unless it is the first."""

    changed = Signal()
    row_removed = Signal(int)
    """Index of the condition to remove; the card has not removed it."""

    def __init__(self, name: str, place: int, names: AttributeNames) -> None:
        super().__init__()
        self.setObjectName(f"{name}.{place + 1}")
        self._place = place
        self._names = names
        self.rows: list[FilterRow] = []
        self._or = _between()
        self._card = Card(padded=False)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(px(8))
        self.add = flat(_("Add condition"), f"{self.objectName()}.add", icon="plus", size="small")
        self.add.setAccessibleName(_("Alternative {number}: add condition").format(number=place + 1))
        self.add.clicked.connect(self._add)
        self._lay_out()

    @property
    def group(self) -> FilterGroup:
        """The conditions of the card."""
        return FilterGroup(tuple(row.clause for row in self.rows))

    def show_group(self, group: FilterGroup, *, fresh: bool = False) -> None:
        """Show these conditions; rows that show them already are kept."""
        while len(self.rows) > len(group.clauses):
            gone = self.rows.pop()
            self._rows.removeWidget(gone)
            _discard(gone)
        for clause in group.clauses[len(self.rows) :]:
            self._append(clause, fresh=fresh)
        for row, clause in zip(self.rows, group.clauses, strict=True):
            row.show_clause(clause, fresh=fresh)

    def set_names(self, names: AttributeNames) -> None:
        """Replace the attributes to choose from."""
        self._names = names
        for row in self.rows:
            row.set_names(names)

    def show_values(self, values: Mapping[str, RealValues]) -> None:
        """Set the values that the directory has, by attribute."""
        for row in self.rows:
            row.set_values(values.get(row.clause.attribute))

    def _add(self) -> None:
        row = self._append(new_clause(self._names.names), fresh=True)
        row.focus_value()
        self.changed.emit()

    def _append(self, clause: Clause, *, fresh: bool) -> FilterRow:
        number = len(self.rows) + 1
        words = _("Alternative {alternative}, condition {number}").format(
            alternative=self._place + 1, number=number
        )
        row = FilterRow(f"{self.objectName()}.{number}", words, self._names)
        row.set_first(number == 1)
        row.show_clause(clause, fresh=fresh)
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self.row_removed.emit(self.rows.index(row)))
        self.rows.append(row)
        self._rows.addWidget(row)
        return row

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(px(LEAD + 8 - FLAT_PADDING), 0, 0, 0)
        foot.addWidget(self.add)
        foot.addStretch(1)
        inside = self._card.column
        inside.setContentsMargins(px(12), px(14), px(12), px(8))
        inside.setSpacing(px(6))
        inside.addLayout(self._rows)
        inside.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addWidget(self._or)
        column.addWidget(self._card)
        self._or.setHidden(self._place == 0)  # only now: without a parent it would be a window


def _discard(gone: QWidget) -> None:
    """Delete a widget later; clear the object names now, so that they are found in its successor only."""
    gone.hide()
    for part in (gone, *gone.findChildren(QWidget)):
        part.setObjectName("")
    gone.deleteLater()


def _too_many(count: int) -> str:
    return ngettext(
        "{n:,} condition applies. Edit it as text.", "{n:,} conditions apply. Edit them as text.", count
    ).format(n=count)


def _between() -> QWidget:
    """Return a divider with the word "or"."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(px(8))
    row.addWidget(line(), 1, Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(label(pgettext("between alternatives", "or"), ink="text2"))
    row.addWidget(line(), 1, Qt.AlignmentFlag.AlignVCenter)
    return made


class FilterStart(Card):
    """Shown for a filter without conditions: one sentence, a button, and example conditions."""

    begun = Signal(object)
    """The first condition: a `Clause`, or None for an empty one."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._words = Paragraph(ink="text2")
        self.first = flat(_("Add condition"), f"{name}First", icon="plus", size="small")
        self.first.clicked.connect(lambda: self.begun.emit(None))
        self.examples: tuple[Button, ...] = ()
        self._lead = label("", "small", "text2")
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
        """Set the sentence; with `startable` False no condition can be added."""
        self._words.setText(words)
        self.first.setVisible(startable)
        for part in (*self.examples, self._lead if self.examples else None):
            if part is not None:
                part.setVisible(startable)

    def show_examples(self, attribute: str, values: RealValues | None) -> None:
        """Offer the most frequent values of an attribute, if more than one object has them."""
        found = values.counts if values is not None else ()
        clauses = [
            (Clause(attribute, Operator.EQUALS, value), count)
            for value, count in found[:_MOST_EXAMPLES]
            if count > 1 and len(value) <= _LONGEST_EXAMPLE
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
            text = _("{condition} ({count})").format(condition=condition(clause), count=grouped(count))
            example.setAccessibleName(_("Add condition: {condition}").format(condition=text))
            example.setToolTip(wrapped_tip(text))
            example.clicked.connect(lambda _on=False, clause=clause: self.begun.emit(clause))
            self._row.insertWidget(number, example)
            made.append(example)
        self.examples = tuple(made)
        self._lead.setText(_("Examples for {attribute}:").format(attribute=friendly_name(attribute)))
        self._lead.setVisible(bool(made))
