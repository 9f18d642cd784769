"""Open questions about AWS and Microsoft: one small button at the end of a page that shows them."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import Message
from wizard.messages.translation import ngettext
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import FLAT_PADDING, flat
from wizard.ui.widgets.cards import Card, discard_all
from wizard.ui.widgets.labels import Paragraph


class UnknownsNote(QWidget):
    """Hidden while nothing is unknown; folded until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("unknowns")
        self._shown: tuple[Message, ...] = ()
        self.more = flat("", "showUnknowns", size="small")
        self._card = Card()
        self.more.clicked.connect(lambda: self._open(self._card.isHidden()))
        self._card.column.setSpacing(px(12))
        button = QHBoxLayout()
        button.setContentsMargins(-px(FLAT_PADDING), 0, 0, 0)
        button.addWidget(self.more)
        button.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(button)
        column.addWidget(self._card)
        self._open(False)
        self.hide()

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the listed messages."""
        return tuple(message.code for message in self._shown)

    def show_messages(self, unknowns: tuple[Message, ...]) -> None:
        """List these; () = hidden. It stays open or folded."""
        if unknowns != self._shown:
            self._shown = unknowns
            discard_all(self._card.column)
            for each in unknowns:
                self._card.column.addWidget(_entry(each))
            self._label()
        self.setVisible(bool(unknowns))

    def _open(self, shown: bool) -> None:
        self._card.setVisible(shown)
        self.more.change_icon("chevron-down" if shown else "chevron-right")
        self._label()

    def _label(self) -> None:
        count = len(self._shown)
        words = ngettext("{n:,} undocumented detail", "{n:,} undocumented details", count).format(n=count)
        self.more.change_text(words)


def _entry(unknown: Message) -> QWidget:
    entry = QWidget()
    entry.setObjectName(f"unknown.{unknown.code}")
    column = QVBoxLayout(entry)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(px(2))
    column.addWidget(Paragraph(messages.title(unknown), kind="medium"))
    column.addWidget(Paragraph(messages.advice(unknown), kind="small", ink="text2"))
    return entry
