"""Cards above a plan: concerns with a check box each, and what is worth knowing folded into one."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel

from wizard import messages
from wizard.provisioning.plan import Concern, Plan
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import TONE_ICONS, set_icon
from wizard.ui.theme.stylesheet import set_property
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.cards import Card, MessageAction, MessageCard
from wizard.ui.widgets.labels import Paragraph

MOST_SENTENCES = 100
"""More than these are in the export."""


def concern_card(
    concern: Concern,
    first: bool,
    accepted: bool,
    accept: Callable[[bool], None],
    actions: tuple[MessageAction, ...],
) -> MessageCard:
    """A concern, with a check box of its own; the first one's name is fixed for scripts."""
    card = MessageCard("warn", messages.title(concern), messages.advice(concern), actions)
    card.setObjectName(f"concern_{concern.code}")
    box = QCheckBox(messages.accept(concern))
    box.setObjectName("acceptConcern" if first else f"acceptConcern_{concern.code}")
    box.setAccessibleDescription(messages.title(concern))
    box.setChecked(accepted)
    box.toggled.connect(accept)
    card.add_extra(box)
    return card


class Remarks(Card):
    """Notes and warnings of a plan, folded to one line where there are several."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("planRemarks")
        self._sentences: tuple[str, ...] = ()
        self._all = False
        self._icon = QLabel()
        self._title = Paragraph(kind="section")
        self._text = Paragraph()
        self.more = flat("", "planRemarksMore")
        self.more.clicked.connect(self._toggle)
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._icon)
        head.addWidget(self._title, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.more)
        self.column.setContentsMargins(px(16), px(6), px(8), px(6))
        self.column.setSpacing(px(4))
        self.column.addLayout(head)
        self.column.addWidget(self._text)
        self._text.setContentsMargins(px(24), 0, px(8), px(6))
        self.hide()

    @property
    def title(self) -> str:
        """How many there are, or the one there is."""
        return self._title.text()

    @property
    def text(self) -> str:
        """All of them, where they are shown."""
        return self._text.text()

    def show_plan(self, plan: Plan) -> None:
        """Show what a plan remarks; hidden where it remarks nothing."""
        notes = tuple(f"{messages.title(note)}. {messages.advice(note)}".strip() for note in plan.notes)
        warnings = tuple(f"{warning.label}: {messages.text(warning)}" for warning in plan.warnings)
        self._sentences = (*notes, *warnings)
        tone: Tone = "warn" if plan.warnings else "info"
        set_property(self, "tone", tone)
        set_icon(self._icon, TONE_ICONS[tone], tone)
        self._icon.setAccessibleName("Warning" if plan.warnings else "Note")
        self._all = False
        self.setVisible(bool(self._sentences))
        self._say()

    def _say(self) -> None:
        count = len(self._sentences)
        self.more.setVisible(count > 1)
        self.more.change_text("Show less" if self._all else f"Show all {count:,}")
        self._title.setText(f"{count:,} things to know" if count > 1 else "Good to know")
        text = "\n".join(self._sentences[:MOST_SENTENCES]) if self._all or count == 1 else ""
        if text and count > MOST_SENTENCES:
            text += f"\n{count - MOST_SENTENCES:,} more are in the export."
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(text)

    def _toggle(self) -> None:
        self._all = not self._all
        self._say()
