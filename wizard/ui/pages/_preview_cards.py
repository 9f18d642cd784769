"""Cards above a plan: concerns with a check box each, and what is worth knowing folded into one."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox

from wizard.provisioning.plan import Concern, Plan
from wizard.ui.tokens import Tone
from wizard.ui.widgets.message import Message, MessageAction

MOST_SENTENCES = 100
"""More than these are in the export."""


def concern_card(
    concern: Concern,
    first: bool,
    accepted: bool,
    accept: Callable[[bool], None],
    actions: tuple[MessageAction, ...],
) -> Message:
    """A concern, with a check box of its own; the first one's name is fixed for scripts."""
    card = Message("warn", concern.title, concern.text, actions)
    card.setObjectName(f"concern_{concern.code}")
    box = QCheckBox(concern.accept)
    box.setObjectName("acceptConcern" if first else f"acceptConcern_{concern.code}")
    box.setAccessibleDescription(concern.title)
    box.setChecked(accepted)
    box.toggled.connect(accept)
    card.add_extra(box)
    return card


class Remarks(Message):
    """Notes and warnings of a plan, folded where there are several."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("planRemarks")
        self._sentences: tuple[str, ...] = ()
        self._warns = False
        self._all = False
        self.hide()

    def show_plan(self, plan: Plan) -> None:
        """Show what a plan remarks; hidden where it remarks nothing."""
        notes = tuple(f"{note.title}. {note.text}".strip().replace("..", ".") for note in plan.notes)
        self._sentences = (*notes, *plan.warnings)
        self._warns = bool(plan.warnings)
        self._all = False
        self.setVisible(bool(self._sentences))
        if self._sentences:
            self._say()

    def _say(self) -> None:
        count = len(self._sentences)
        first = self._sentences[0]
        tone: Tone = "warn" if self._warns else "info"
        if count == 1:
            self.show_text(tone, "Good to know", first)
            return
        text = ""
        if self._all:
            text = "\n".join(self._sentences[:MOST_SENTENCES])
            more = count - MOST_SENTENCES
            text += f"\n{more:,} more are in the export." if more > 0 else ""
        words = "Show less" if self._all else f"Show all {count:,}"
        self.show_text(
            tone, f"{count:,} things to know", text, (MessageAction(words, "planRemarksMore", self._toggle),)
        )

    def _toggle(self) -> None:
        self._all = not self._all
        self._say()
