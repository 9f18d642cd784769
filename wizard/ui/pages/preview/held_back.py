"""Existing accounts and groups in AWS that Preview asks about: created by others, or of people who left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import Message
from wizard.messages.translation import _, ngettext
from wizard.provisioning.plan import HeldBack, Plan
from wizard.ui.formats import grouped, in_order
from wizard.ui.pages.preview.plan_rows import waiting
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard
from wizard.ui.widgets.labels import LineLabel, label
from wizard.ui.widgets.tables.rows_model import Column, Mark
from wizard.ui.widgets.tables.tick_table import TickModel, TickTable

NAMED = 3
"""Names on a card; the table has all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An existing account or group, and whether this job may take it over."""

    target_id: str
    label: str
    kind: str
    held: HeldBack | None
    """None: accepted."""


def asked_in(plan: Plan, code: str) -> tuple[Asked, ...]:
    """Return what a plan asks about with this code, and what was accepted, by label."""
    held = [Asked(one.target_id, one.label, one.kind, one) for one in waiting(plan) if one.message.code == code]
    matched = plan.changes if plan.matched else ()  # there may be 100,000 changes
    labels = {change.target_id: (change.label, change.kind) for change in matched if change.match}
    for target_id, of_code in plan.matched:
        if of_code == code and target_id not in plan.automatic:
            label, kind = labels.get(target_id, (target_id, "user"))
            held.append(Asked(target_id, label, kind, None))
    return tuple(in_order(held, lambda one: one.label))


class AskedCard(MessageCard):
    """The card of one code: how many are accepted, a check box for each of the first, *Accept all*."""

    accepted = Signal(object)
    """A tuple of HeldBack to accept."""
    withdrawn = Signal(object)
    """A tuple of AWS ids whose acceptance is withdrawn."""
    show_asked = Signal()

    def __init__(self, code: str, asked: Sequence[Asked]) -> None:
        super().__init__()
        self.setObjectName(f"held_{code}")
        self._waiting = tuple(one.held for one in asked if one.held is not None)
        people = sum(one.kind == "user" for one in asked)
        names = tuple(one.label for one in asked[:NAMED]) if len(asked) > NAMED else ()
        message = Message(_CARDS[code], people=people, groups=len(asked) - people, names=names)
        self.show_message("warn", message, self._actions_for(code, asked))
        for one in asked[:NAMED] if len(asked) <= NAMED else ():
            self.words.insertWidget(self.words.count() - 2, self._box_row(one))
        done = len(asked) - len(self._waiting)
        self.set_note(_("{n} of {total} accepted").format(n=grouped(done), total=grouped(len(asked))))

    def _actions_for(self, code: str, asked: Sequence[Asked]) -> tuple[MessageAction, ...]:
        actions = []
        if self._waiting:
            number = len(self._waiting)
            words = _("Accept")
            if number > 1:
                words = ngettext("Accept all {n}", "Accept all {n}", number).format(n=grouped(number))
            accept = MessageAction(
                words, f"acceptAll_{code}", lambda: self.accepted.emit(self._waiting), flat=False
            )
            actions.append(accept)
            if len(asked) > NAMED:
                show = ngettext("Show all {n}", "Show all {n}", number).format(n=grouped(number))
                actions.append(MessageAction(show, f"show_{code}", self.show_asked.emit))
        else:
            ids = tuple(one.target_id for one in asked)
            actions.append(MessageAction(_("Undo"), f"undoAccept_{code}", lambda: self.withdrawn.emit(ids)))
        return tuple(actions)

    def _box_row(self, one: Asked) -> QWidget:
        made = QWidget()
        box = QCheckBox(one.label.replace("&", "&&"))
        box.setObjectName(f"accept.{one.target_id}")
        box.setAccessibleName(_("Accept {name}").format(name=one.label))
        box.setChecked(one.held is None)
        box.toggled.connect(lambda on: self._toggled(one, on))
        agrees = LineLabel(ink="text2", elide=True)
        agrees.setText(_agreement(one.held) if one.held is not None else "")
        row = QHBoxLayout(made)
        row.setContentsMargins(0, px(2), 0, px(2))
        row.setSpacing(px(16))
        row.addWidget(box)
        row.addWidget(agrees, 1)
        return made

    def _toggled(self, one: Asked, on: bool) -> None:
        if on and one.held is not None:
            self.accepted.emit((one.held,))
        elif not on and one.held is None:
            self.withdrawn.emit((one.target_id,))


_CARDS = {"take-over": "many-take-overs", "inherited": "many-inherited"}
"""Code of a held-back change -> the message about all of them."""


class HeldBackPanel(QWidget):
    """All of them with a check box each, and the button that accepts the ticked."""

    accepted = Signal(object)
    """The ticked `HeldBack`s."""

    def __init__(self) -> None:
        super().__init__()
        model = TickModel(_columns(), lambda held: (held.kind, held.source_id))
        self.table = TickTable("heldTable", _("Existing accounts to accept"), model)
        self.table.set_empty("check", _("Nothing to accept"))
        self._ticked = label("", "small", "text2")
        self._all = flat(_("Select all shown"), "heldTickAll", size="small")
        self._none = flat(_("Clear selection"), "heldUntick", size="small")
        self.accept = secondary(_("Accept"), "acceptTicked", size="small")
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._ticked, 1)
        head.addWidget(self._all)
        head.addWidget(self._none)
        head.addWidget(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(self.table.frame, 1)
        self.table.toggled.connect(self._toggle)
        self._all.clicked.connect(lambda: self._tick(self.table.rows.shown_rows()))
        self._none.clicked.connect(self._clear)
        self.accept.clicked.connect(lambda: self.accepted.emit(self.ticked))
        self._show_ticked()

    @property
    def ticked(self) -> tuple[HeldBack, ...]:
        """The ticked rows, shown or not."""
        return tuple(held for held in self.table.rows.rows if self.table.ticks.is_ticked(held))

    def show_held(self, held: tuple[HeldBack, ...]) -> None:
        """Show these; nothing is ticked."""
        self.table.rows.set_rows(held)
        self.table.ticks.set_ticked(frozenset())
        self._show_ticked()

    def _toggle(self, rows: Iterable[HeldBack]) -> None:
        self.table.ticks.toggle(rows)
        self._show_ticked()

    def _tick(self, rows: Iterable[HeldBack]) -> None:
        self.table.ticks.tick(rows)
        self._show_ticked()

    def _clear(self) -> None:
        self.table.ticks.set_ticked(frozenset())
        self._show_ticked()

    def _show_ticked(self) -> None:
        count = len(self.ticked)
        self._none.setEnabled(bool(count))
        total = len(self.table.rows.rows)
        self._ticked.setText(_("{n} of {total} selected").format(n=grouped(count), total=grouped(total)))
        accept = ngettext("Accept {n}", "Accept {n}", count).format(n=grouped(count)) if count else _("Accept")
        self.accept.change_text(accept)
        self.accept.setEnabled(bool(count))


def _agreement(held: HeldBack) -> str:
    agreement = held.message.args["agreement"]
    assert isinstance(agreement, Message)
    return messages.title(agreement)


def _mark(held: HeldBack) -> Mark:
    return Mark("people" if held.kind == "group" else "person", "text2")


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("Person or group"), lambda held: held.label, 212, mark=_mark),
        Column(_("In AWS"), lambda held: str(held.message.args["name"]), share=4, ink="text2", elide_middle=True),
        Column(_("Matches on"), _agreement, share=5, ink="text2", tip=messages.text),
    )
