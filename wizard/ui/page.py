"""What every page of the wizard is: a heading, its actions, a body that scrolls when it must."""

from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from wizard.ui.theme.colors import Tone
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import MessageAction, MessageCard
from wizard.ui.widgets.labels import Paragraph, label

WIDEST = 1280
"""Of the column, in pixels of the drawings: lines and tables beyond it cannot be read along."""


class Page(QWidget):
    """One page of the wizard. A page fills `body` in its `__init__`, and says `answered` when an answer changed."""

    step_id: ClassVar[str] = ""
    """Id of its step."""
    title: ClassVar[str] = ""
    """What stands above the page."""
    sentence: ClassVar[str] = ""
    """One sentence under the title; gone where the window is narrow."""

    answered = Signal()
    """An answer changed: the shell looks again at what may be done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{self.step_id}Page")
        self.setAccessibleName(self.title)
        self._title = label(self.title, "title")
        self._title.setObjectName("pageTitle")
        self._sentence = Paragraph(self.sentence, ink="text2")
        self._sentence.setObjectName("pageSentence")
        self._narrow = False
        self._messages: dict[str, MessageCard] = {}
        self.actions_row = QHBoxLayout()
        """Secondary buttons right of the title."""
        self.actions_row.setSpacing(px(8))
        self.messages = QVBoxLayout()
        """Messages about the whole page, between heading and body."""
        self.messages.setSpacing(px(8))
        self.body = QVBoxLayout()
        """What the page is about."""
        self.body.setSpacing(px(16))
        self._lay_out()

    def enter(self) -> None:
        """The page is being shown."""

    def leave(self) -> None:
        """The page is being left."""

    def refresh(self) -> None:
        """Something outside the page changed: show it as it is now."""

    def set_title(self, title: str) -> None:
        """Change what stands above the page."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def set_sentence(self, sentence: str) -> None:
        """Change the sentence under the title."""
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence) and not self._narrow)

    def set_narrow(self, narrow: bool) -> None:
        """The shell tells whether the window is below its comfortable width: less margin, no sentence."""
        self._narrow = narrow
        self._set_margins()
        self._column.setSpacing(px(8 if narrow else 16))
        self._sentence.setVisible(bool(self._sentence.text()) and not narrow)

    @property
    def is_narrow(self) -> bool:
        """Whether the window is below its comfortable width."""
        return self._narrow

    def show_message(
        self, tone: Tone, title: str, text: str = "", actions: tuple[MessageAction, ...] = (), cause: str = "page"
    ) -> MessageCard:
        """Show a message between heading and body; one for each cause, the newer in the older one's place."""
        self.clear_message(cause)
        message = MessageCard(tone, title, text, actions)
        message.setObjectName(f"{cause}Message")
        self._messages[cause] = message
        self.messages.addWidget(message)
        message.announce()
        return message

    def clear_message(self, cause: str = "page") -> None:
        """Take a message away: its cause is gone."""
        message = self._messages.pop(cause, None)
        if message is not None:
            self.messages.removeWidget(message)
            message.setObjectName("")  # until it is gone nobody shall find it in its successor's place
            message.hide()
            message.deleteLater()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column at a readable width."""
        super().resizeEvent(event)
        self._set_margins()

    def _set_margins(self) -> None:
        side = px(24 if self._narrow else 32)
        bar = self._scroll.verticalScrollBar()
        # The scroll bar stands in the margin, so the column is as wide with it as without it.
        taken = bar.sizeHint().width() if bar.maximum() > 0 else 0
        spare = self.width() - 2 * side - px(WIDEST)
        right = max(side - taken, spare + side - taken)
        self._column.setContentsMargins(side, px(16 if self._narrow else 24), right, px(16))

    def _lay_out(self) -> None:
        heading = QVBoxLayout()
        heading.setSpacing(px(4))
        heading.addWidget(self._title)
        heading.addWidget(self._sentence)
        top = QHBoxLayout()
        top.setSpacing(px(16))
        top.addLayout(heading, 1)
        top.addLayout(self.actions_row)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.addLayout(top)
        self._column.addLayout(self.messages)
        self._column.addLayout(self.body, 1)
        scroll = self._scroll = QScrollArea()
        scroll.setObjectName("pageScroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        scroll.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._set_margins())
        self.set_narrow(False)
