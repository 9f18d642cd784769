"""One question with a few answers below each other, each with a line of explanation."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from wizard.ui.theme.apply import label, px
from wizard.ui.widgets.paragraph import Paragraph


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a question."""

    id: str
    text: str
    hint: str = ""
    """What it means, one sentence."""


class RadioGroup(QWidget):
    """A heading, and answers of which exactly one holds; arrow keys move between them."""

    chosen = Signal(str)
    """Id of the answer that a person gave."""

    def __init__(self, name: str, question: str, answers: Sequence[Answer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(question)
        self._buttons: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        tab_stops_at_the_checked(self._group)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(label(question, "section"))
        for answer in answers:
            column.addLayout(self._row(name, question, answer))

    @property
    def choice(self) -> str:
        """Id of the answer that holds, or ""."""
        return next((choice for choice, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, choice: str) -> None:
        """Let an answer hold, without a signal."""
        self._buttons[choice].setChecked(True)

    def reword(self, choice: str, text: str) -> None:
        """Say an answer in other words."""
        self._buttons[choice].setText(text.replace("&", "&&"))
        self._buttons[choice].setAccessibleName(f"{self.accessibleName()}: {text}")

    def _row(self, name: str, question: str, answer: Answer) -> QVBoxLayout:
        button = QRadioButton(answer.text)
        button.setObjectName(f"{name}.{answer.id}")
        button.setAccessibleName(f"{question}: {answer.text}")
        button.setAccessibleDescription(answer.hint)
        button.clicked.connect(lambda _on=False: self.chosen.emit(answer.id))
        self._group.addButton(button)
        self._buttons[answer.id] = button
        row = QVBoxLayout()
        row.setSpacing(0)
        row.addWidget(button)
        if answer.hint:
            hint = Paragraph(answer.hint, "small", "text2")
            hint.setContentsMargins(px(24), 0, 0, 0)
            row.addWidget(hint)
        return row


def tab_stops_at_the_checked(group: QButtonGroup) -> None:
    """Let Tab come to the answer that holds, however it was given; Qt looks after it only where a button had the focus."""

    def settle(button: QAbstractButton, on: bool) -> None:
        for other in group.buttons() if on else ():
            policy = Qt.FocusPolicy.StrongFocus if other is button else Qt.FocusPolicy.ClickFocus
            other.setFocusPolicy(policy)

    group.buttonToggled.connect(settle)
