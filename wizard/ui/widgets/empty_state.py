"""What stands where nothing is: why, what to do, one small button."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from wizard.ui.theme.apply import px, set_icon
from wizard.ui.widgets.buttons import Button, small
from wizard.ui.widgets.paragraph import Paragraph


class EmptyState(QWidget):
    """An icon of 20, a sentence, what to do, one small button."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._icon = QLabel()
        self._title = Paragraph(kind="medium")
        self._text = Paragraph(kind="small", ink="text2")
        self.button: Button = small("", f"{name}Button")
        self._act: Callable[[], object] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(12), px(24), px(12))
        column.setSpacing(px(6))
        column.addStretch(1)
        for part in (self._icon, self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(part)
        column.addSpacing(px(2))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.button.clicked.connect(self._press)

    def show_text(
        self, icon: str, title: str, text: str = "", button: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Say why nothing is here and what to do."""
        set_icon(self._icon, icon, "text2", 20)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.change_text(button)
        self.button.setVisible(bool(button))
        self._act = act
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    @property
    def title(self) -> str:
        """Why nothing is here."""
        return self._title.text()

    def _press(self) -> None:
        if self._act is not None:
            self._act()
