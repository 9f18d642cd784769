"""A scoping filter built from cards: inside a card all conditions must hold, of the cards one is enough."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.scope.filters import FilterKind, RealValues, clauses_of, new_clause, with_group, without
from wizard.mapping.scoping_filter import Clause, FilterGroup, ScopingFilter
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.cards import MessageAction, MessageCard
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.filter.card import FilterCard, discard
from wizard.ui.widgets.filter.start import FilterStart
from wizard.ui.widgets.filter.text import FilterText
from wizard.ui.widgets.labels import heading, label

MOST_ROWS = 80
"""Conditions that stand in cards; a longer filter is changed as text."""
_MANY = "{:,} conditions are too many for cards. They are in force, and changed as text."
_NONE = {
    "people": "No condition: everyone chosen above is in scope.",
    "groups": "No condition: every group chosen above is in scope.",
}


class FilterBuilder(QWidget):
    """Switch between people and groups, the text form, the cards."""

    changed = Signal(str, object)
    """"people" or "groups", and the filter as it stands now, finished or not."""
    turned = Signal()
    """People or groups are shown now."""

    def __init__(self, name: str = "filter") -> None:
        super().__init__()
        self.setObjectName(name)
        self._shown: dict[FilterKind, ScopingFilter] = {"people": ScopingFilter(), "groups": ScopingFilter()}
        self._names: dict[FilterKind, tuple[str, ...]] = {"people": (), "groups": ()}
        self._values: dict[FilterKind, Mapping[str, RealValues]] = {"people": {}, "groups": {}}
        self._model = QStringListModel(self)
        self.cards: list[FilterCard] = []
        self.switch = SegmentedSwitch(f"{name}Kind", (("people", "People"), ("groups", "Groups")), "Conditions on")
        self.as_text = flat("Paste a filter…", f"{name}AsText", size="small")
        self.as_text.setCheckable(True)
        self.texts: dict[FilterKind, FilterText] = {
            "people": FilterText(f"{name}Text", "Filter for people as text"),
            "groups": FilterText(f"{name}TextGroups", "Filter for groups as text"),
        }
        self._unknown = MessageCard()
        self.start = FilterStart(name)
        self._cards = QVBoxLayout()
        self.add = flat("Add an alternative", f"{name}Add", icon="plus", size="compact")
        self.add.setToolTip("Who meets one of the cards is in scope.")
        self._before: tuple[FilterKind, ScopingFilter] | None = None
        self._undone_words = label("", "small", "text2")
        self.undo = flat("Undo", f"{name}Undo", icon="undo", size="small")
        self._lay_out()
        self._listen()
        self._forget_undo()
        self._show()

    @property
    def kind(self) -> FilterKind:
        """Whose filter is shown."""
        return "groups" if self.switch.choice == "groups" else "people"

    @property
    def filter(self) -> ScopingFilter:
        """The filter that is shown."""
        return self._shown[self.kind]

    @property
    def broken_text(self) -> FilterText | None:
        """A text that cannot be read, so that it is not in force; None where there is none."""
        return next((text for text in self.texts.values() if text.is_broken), None)

    def attributes_shown(self) -> frozenset[str]:
        """Attributes that the rows ask about, and the one that a new row begins with."""
        usual = new_clause(self._names[self.kind]).attribute
        return frozenset((usual, *(clause.attribute for clause in clauses_of(self.filter)))) - {""}

    def show_filter(self, kind: FilterKind, shown: ScopingFilter) -> None:
        """Show a filter; rows that show it already stay as they are."""
        if shown != self._shown[kind]:
            self._shown[kind] = shown
        self.texts[kind].show_filter(shown)
        self.switch.set_count(kind, len(clauses_of(shown)) or None)
        if kind == self.kind:
            self._show()

    def set_attributes(self, kind: FilterKind, names: tuple[str, ...]) -> None:
        """Attributes to choose from."""
        self._names[kind] = names
        if kind == self.kind and tuple(self._model.stringList()) != names:
            self._show()

    def set_values(self, kind: FilterKind, values: Mapping[str, RealValues]) -> None:
        """What the directory has in some attributes."""
        self._values[kind] = values
        if kind == self.kind:
            for card in self.cards:
                card.show_values(values)
            self._show_examples()
            self._order()

    def set_kinds(self, people: bool, groups: bool) -> None:
        """Of which there may be conditions."""
        self.switch.setVisible(people and groups)
        only = "groups" if groups and not people else "people" if people and not groups else ""
        if only and only != self.switch.choice:
            self.switch.choose(only)
            self._turn()

    def forget_texts(self) -> None:
        """Drop texts that cannot be read: they were another job's."""
        self._forget_undo()
        for text in self.texts.values():
            text.forget()

    def show_broken(self) -> None:
        """Bring the text that cannot be read before the person."""
        kind = next(kind for kind, text in self.texts.items() if text.is_broken)
        self.switch.choose(kind)
        self.as_text.setChecked(True)
        self._turn()
        self.texts[kind].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        kind, shown = self.kind, self.filter
        if tuple(self._model.stringList()) != self._names[kind]:
            self._take_names(self._names[kind])
        many = len(clauses_of(shown)) > MOST_ROWS
        groups = () if many else shown.groups
        while len(self.cards) > len(groups):
            gone = self.cards.pop()
            self._cards.removeWidget(gone)
            discard(gone)
        for place in range(len(self.cards), len(groups)):
            self._append(place)
        for card, group in zip(self.cards, groups, strict=True):
            card.show_group(group)
            card.show_values(self._values[kind])
        self._unknown.setVisible(bool(shown.unknown))
        if shown.unknown:
            self._show_unknown(shown.unknown)
        self.start.setVisible(not groups)
        self.start.show_words(_MANY.format(len(clauses_of(shown))) if many else _NONE[kind], not many)
        self._show_examples()
        self.add.setVisible(bool(groups))
        self._order()
        self._show_text()

    def _show_unknown(self, unknown: tuple[str, ...]) -> None:
        text = f"{', '.join(unknown)}: written with an operator that is not known here. Nobody is judged while it stands."
        act = MessageAction(
            "Remove it" if len(unknown) == 1 else "Remove them", "filterForget", self._forget_unknown
        )
        self._unknown.show_text("warn", "An imported condition is kept as it was", text, (act,))

    def _forget_unknown(self) -> None:
        before = self.filter
        self._shown[self.kind] = replace(before, unknown=())
        self._show()
        self._tell()
        self._offer_undo(before, "The imported condition was removed")

    def _show_examples(self) -> None:
        usual = new_clause(self._names[self.kind]).attribute
        self.start.show_examples(usual, self._values[self.kind].get(usual))

    def _order(self) -> None:
        """Tab goes down the rows, though they were made after all that stands below them."""
        fields = [
            field for card in self.cards for field in (*(f for row in card.rows for f in row.controls()), card.add)
        ]
        texts = [part for text in self.texts.values() for part in (text.edit, text.discard)]
        chain = (
            self.as_text,
            *texts,
            *self._unknown.buttons,
            self.start.first,
            *self.start.examples,
            *fields,
            self.add,
            self.undo,
        )
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _take_names(self, names: Sequence[str]) -> None:
        """A combo box whose model is exchanged takes the first entry; the rows' own names come back."""
        self._model.setStringList(list(names))
        for card in self.cards:
            for row in card.rows:
                row.attribute.show_name(row.attribute.attribute)

    def _show_text(self) -> None:
        open_, broken = self.as_text.isChecked(), self.texts[self.kind].is_broken
        for kind, text in self.texts.items():
            text.setVisible(open_ and kind == self.kind)
        words = "Hide the text" if open_ else "As text" if self.filter.groups else "Paste a filter…"
        self.as_text.change_text(words)
        for part in (*self.cards, self.start, self.add):
            part.setEnabled(not broken)

    def _append(self, place: int) -> FilterCard:
        card = FilterCard(self.objectName(), place, self._model)
        card.changed.connect(self._changed)
        card.grown.connect(self._order)
        card.row_removed.connect(lambda at: self._remove(self.cards.index(card), at))
        self.cards.append(card)
        self._cards.addWidget(card)
        return card

    def _begin(self, clause: Clause | None) -> None:
        self._add_card(clause)
        if clause is not None:
            self.cards[0].rows[0].focus_value()

    def _add_card(self, given: Clause | None = None) -> None:
        clause = given or new_clause(self._names[self.kind])
        self._shown[self.kind] = with_group(self.filter, clause)
        card = self._append(len(self.cards))
        card.show_group(FilterGroup((clause,)), fresh=True)
        self._show()
        card.rows[0].focus_value()
        self._tell()

    def _remove(self, at: int, place: int) -> None:
        before, groups = self.filter, self.filter.groups
        if len(groups[at].clauses) == 1:
            after, what = without(before, at), "The alternative was removed" if len(groups) > 1 else ""
        else:
            kept = tuple(clause for number, clause in enumerate(groups[at].clauses) if number != place)
            after = replace(before, groups=(*groups[:at], FilterGroup(kept), *groups[at + 1 :]))
            what = ""
        self._shown[self.kind] = after
        self._show()
        self._focus_near(at)
        self._tell()
        self._offer_undo(before, what or "The condition was removed")

    def _offer_undo(self, before: ScopingFilter, what: str) -> None:
        self._before = (self.kind, before)
        self._undone_words.setText(what)
        self._undone_words.show()
        self.undo.setAccessibleName(f"{what}: undo")
        self.undo.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, what))

    def _forget_undo(self) -> None:
        self._before = None
        self._undone_words.hide()
        self.undo.hide()

    def _take_back(self) -> None:
        if self._before is None:
            return
        kind, before = self._before
        self.switch.choose(kind)
        self._shown[kind] = before
        self._show()
        self._focus_near(len(before.groups) - 1)
        self._tell()

    def _focus_near(self, at: int) -> None:
        if not self.cards:
            self.start.first.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.cards[min(at, len(self.cards) - 1)].rows[-1].cross.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self) -> None:
        self._shown[self.kind] = replace(self.filter, groups=tuple(card.group for card in self.cards))
        self._tell()

    def _tell(self) -> None:
        self._forget_undo()
        self.texts[self.kind].show_filter(self.filter)
        self.switch.set_count(self.kind, len(clauses_of(self.filter)) or None)
        self.changed.emit(self.kind, self.filter)

    def _parsed(self, kind: FilterKind, found: ScopingFilter) -> None:
        self._forget_undo()
        self._shown[kind] = found
        if kind == self.kind:
            self._show()
        self.switch.set_count(kind, len(clauses_of(found)) or None)
        self.changed.emit(kind, found)

    def _turn(self) -> None:
        self._show()
        self.turned.emit()

    def _open_text(self) -> None:
        self._show_text()
        if self.as_text.isChecked():
            self.texts[self.kind].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _listen(self) -> None:
        self.switch.chosen.connect(self._turn)
        self.undo.clicked.connect(self._take_back)
        self.as_text.clicked.connect(self._open_text)
        self.add.clicked.connect(lambda: self._add_card())
        self.start.begun.connect(self._begin)
        for kind, text in self.texts.items():
            text.parsed.connect(lambda found, kind=kind: self._parsed(kind, found))
            text.broken_changed.connect(self._show_text)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(12))
        head.addWidget(heading("And keep those who match"))
        head.addWidget(self.switch)
        head.addStretch(1)
        head.addWidget(self.as_text)
        self._cards.setSpacing(px(4))
        foot = QHBoxLayout()
        foot.setSpacing(0)
        foot.addWidget(self.add)
        foot.addStretch(1)
        foot.addWidget(self._undone_words)
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
