"""A message in the page: what happened, why, what to do; announced to screen readers."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from wizard.ui.theme.apply import px, set_icon, set_property
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.icons import TONE_ICONS
from wizard.ui.widgets.buttons import FLAT_PADDING, Button, flat, secondary
from wizard.ui.widgets.card import Card
from wizard.ui.widgets.paragraph import Paragraph


@dataclass(frozen=True, slots=True)
class MessageAction:
    """One thing a message offers to do."""

    text: str
    name: str
    """Object name of its button."""
    act: Callable[[], object]
    flat: bool = True
    """False: a secondary button, for the one thing that helps most."""
    icon: str = ""


class Message(Card):
    """A card in a tone with icon, title, text, actions; `extras` takes a control such as the check box of a concern."""

    def __init__(
        self,
        tone: Tone = "info",
        title: str = "",
        text: str = "",
        actions: tuple[MessageAction, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.buttons: tuple[Button, ...] = ()
        """The actions' buttons, in their order."""
        self._icon = QLabel()
        self._icon.setFixedSize(px(16), px(24))
        self._title = Paragraph(kind="section")
        self._text = Paragraph()
        self._extras = QWidget()
        self._extras.hide()
        self.extras = QHBoxLayout(self._extras)
        """Beside the actions, on the left."""
        self.extras.setContentsMargins(0, 0, 0, 0)
        self._row = QWidget()
        self._actions = QHBoxLayout(self._row)
        self._actions.setContentsMargins(0, px(4), 0, 0)
        self._actions.setSpacing(px(12))
        self._lead = QSpacerItem(0, 0, QSizePolicy.Policy.Fixed)
        self._lay_out()
        self.show_text(tone, title, text, actions)

    def show_text(self, tone: Tone, title: str, text: str = "", actions: tuple[MessageAction, ...] = ()) -> None:
        """Say something else in the same place."""
        set_property(self, "tone", tone)
        set_icon(self._icon, TONE_ICONS[tone], tone)
        self._icon.setAccessibleName({"info": "Note", "ok": "In order", "warn": "Warning", "bad": "Problem"}[tone])
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{self._icon.accessibleName()}: {title}")
        self.setAccessibleDescription(text)
        self._offer(actions)

    @property
    def title(self) -> str:
        """What it says, in one line."""
        return self._title.text()

    @property
    def text(self) -> str:
        """Why, and what to do."""
        return self._text.text()

    def add_extra(self, control: QWidget) -> None:
        """Put a control of the caller's at the left; the actions move to the right."""
        self.extras.addWidget(control)
        self.extras.addStretch(1)
        self._actions.setStretchFactor(self._extras, 1)
        self._actions.setStretch(self._actions.count() - 1, 0)
        self._extras.show()
        self._row.show()

    def announce(self) -> None:
        """Have screen readers say it, now that it has appeared."""
        event = QAccessibleEvent(self, QAccessible.Event.Alert)
        QAccessible.updateAccessibility(event)

    def _offer(self, actions: tuple[MessageAction, ...]) -> None:
        for old in self.buttons:
            self._actions.removeWidget(old)
            old.hide()
            old.deleteLater()
        flush = bool(actions) and actions[0].flat and not self.extras.count()
        self._lead.changeSize(-px(FLAT_PADDING) if flush else 0, 0, QSizePolicy.Policy.Fixed)
        made = []
        for action in actions:
            button = (
                flat(action.text, action.name, icon=action.icon)
                if action.flat
                else secondary(action.text, action.name, icon=action.icon)
            )
            button.clicked.connect(action.act)
            self._actions.insertWidget(self._actions.count() - 1, button)
            made.append(button)
        self.buttons = tuple(made)
        self._row.setVisible(bool(made) or self.extras.count() > 0)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(self._title)
        words.addWidget(self._text)
        foot = QHBoxLayout()
        foot.setSpacing(0)
        foot.addItem(self._lead)
        foot.addWidget(self._row, 1)
        foot.addStretch(0)  # without actions nothing else in this row may grow, and it would hold the words narrow
        words.addLayout(foot)
        self._actions.addWidget(self._extras)
        self._actions.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.column.addLayout(row)
