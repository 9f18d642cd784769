"""What waits for a person on Preview: accounts and groups that others made in AWS, or that belonged to somebody who left."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import Message
from wizard.messages import listed
from wizard.provisioning.plan import HeldBack, Plan
from wizard.ui.formats import grouped
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard
from wizard.ui.widgets.labels import label
from wizard.ui.widgets.tables.rows_model import Column, Mark
from wizard.ui.widgets.tables.tick_table import TickModel, TickTable

Accept = Callable[[tuple[HeldBack, ...]], object]
NAMED = 3
"""Names on a card; the table has all."""


def waiting(plan: Plan) -> tuple[HeldBack, ...]:
    """What a person must accept before this plan may change it."""
    return tuple(held for held in plan.held_back if held.is_asked)


def held_card(code: str, held: Sequence[HeldBack], accept: Accept, show: Callable[[], object]) -> MessageCard:
    """Return the card of one code: how many wait, the first names, *Accept all N*."""
    every = tuple(held)
    one, people = len(every) == 1, sum(each.kind == "user" for each in every)
    names = tuple(each.label for each in every[:NAMED])
    message = Message(_CARDS[code], people=people, groups=len(every) - people, names=names)
    actions = (
        MessageAction(
            "Accept" if one else f"Accept all {grouped(len(every))}",
            f"acceptAll_{code}",
            lambda: accept(every),
            flat=False,
        ),
        MessageAction("Show it" if one else "Show them", f"show_{code}", show),
    )
    card = MessageCard()
    card.show_message("warn", message, actions)
    card.setObjectName(f"held_{code}")
    return card


_CARDS = {"take-over": "many-take-overs", "inherited": "many-inherited"}
"""Code of what is held back -> the message about all of them."""


def accepted_card(codes: Sequence[str], undo: Callable[[], object]) -> MessageCard:
    """Return the card that says how many were accepted, with *Undo*; `codes` has one code for each."""
    handed = codes.count("inherited")
    taken = len(codes) - handed
    parts = [f"{grouped(taken)} {'take-over' if taken == 1 else 'take-overs'}"] if taken else []
    parts += [f"{grouped(handed)} {'hand-over' if handed == 1 else 'hand-overs'}"] if handed else []
    card = MessageCard(
        "ok", f"{listed(parts)} accepted", "Part of this plan.", (MessageAction("Undo", "undoAccept", undo),)
    )
    card.setObjectName("acceptedAccounts")
    return card


class HeldBackPanel(QWidget):
    """All of them with a check box each, and the button that accepts the ticked."""

    accepted = Signal(object)
    """The ticked `HeldBack`s."""

    def __init__(self) -> None:
        super().__init__()
        model = TickModel(_COLUMNS, lambda held: (held.kind, held.source_id))
        self.table = TickTable("heldTable", "Held back until you accept", model)
        self.table.set_empty("check", "Nothing is held back", "No account of others is in the way.")
        self._ticked = label("", "small", "text2")
        self._all = flat("Tick all shown", "heldTickAll", size="small")
        self.accept = secondary("Accept", "acceptTicked", size="small")
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._ticked, 1)
        head.addWidget(self._all)
        head.addWidget(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(self.table.frame, 1)
        self.table.toggled.connect(self._toggle)
        self._all.clicked.connect(lambda: self._tick(self.table.rows.shown_rows()))
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
        self.table.ticks.set_ticked(frozenset((row.kind, row.source_id) for row in rows))
        self._show_ticked()

    def _show_ticked(self) -> None:
        count = len(self.ticked)
        self._ticked.setText(f"{grouped(count)} of {grouped(len(self.table.rows.rows))} ticked")
        self.accept.change_text(f"Accept {grouped(count)}" if count else "Accept")
        self.accept.setEnabled(bool(count))


def _agreement(held: HeldBack) -> str:
    agreement = held.message.args["agreement"]
    assert isinstance(agreement, Message)
    return messages.title(agreement)


def _mark(held: HeldBack) -> Mark:
    return Mark("people" if held.kind == "group" else "person", "text2")


_COLUMNS = (
    Column("Person or group", lambda held: held.label, 212, mark=_mark),
    Column("In AWS", lambda held: str(held.message.args["name"]), share=4, ink="text2", elide_middle=True),
    Column("What agrees", _agreement, share=5, ink="text2", tip=messages.text),
)
