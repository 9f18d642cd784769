"""The pane beside a table: what is known of the chosen line, or the sentence that none is chosen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from wizard.ui.theme.apply import px
from wizard.ui.widgets.card import Card
from wizard.ui.widgets.empty_state import EmptyState


class DetailPane(Card):
    """Scrolls its content, and says what to do while there is none."""

    def __init__(self, name: str, icon: str, title: str, text: str) -> None:
        super().__init__(padded=False)
        self.setObjectName(name)
        self._empty = EmptyState(f"{name}Empty")
        self._empty.show_text(icon, title, text)
        self._scroll = QScrollArea()
        self._scroll.setObjectName(f"{name}Scroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        self.column.addWidget(self._empty)
        self.column.addWidget(self._scroll)
        self.show_content(None)

    def show_content(self, content: QWidget | None) -> None:
        """Show a widget made for the chosen line; None = nothing is chosen."""
        self._empty.setVisible(content is None)
        self._scroll.setVisible(content is not None)
        if content is not None:
            self._scroll.setWidget(content)
            content.setAutoFillBackground(False)  # setWidget turns it on


def content_column(side: int) -> tuple[QWidget, QVBoxLayout]:
    """A widget for `show_content` and its column; `side` = margin left and right, in pixels of the drawings."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(px(side), px(12), px(side), px(12))
    column.setSpacing(px(8))
    return content, column
