"""The check list of what a person does in the AWS console. A tick is never required, and kept with the job."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.microsoft.sign_on import CONSOLE_STEPS, ConsoleStep
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.labels import Paragraph, heading, label

_TEXTS: dict[ConsoleStep, tuple[str, str]] = {
    "open": (
        "Open Change identity source",
        "Settings, Identity source, Actions. Choose External identity provider. In older consoles: Change, next to "
        "Identity source.",
    ),
    "download": ("Download the metadata file", "Drop it here and paste the AWS access portal sign-in URL."),
    "upload": ("Upload the file saved here", "As the identity provider's SAML metadata."),
    "accept": ("Type ACCEPT and confirm", "Read AWS's notice about assignments first."),
    "provisioning": ("Enable automatic provisioning", "Only if step 2 has not done it."),
    "test": ("Sign in as a test person", "Open the sign-on URL in a private window."),
}


class ConsoleSteps(QWidget):
    """The steps with their boxes."""

    ticked = Signal(tuple)
    """The ids of all ticked steps."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("consoleSteps")
        self._boxes: dict[ConsoleStep, QCheckBox] = {}
        self._showing = False
        self._count = label("", "small", "text2")
        head = QHBoxLayout()
        head.addWidget(heading("In the AWS console"))
        head.addStretch(1)
        head.addWidget(self._count)
        card = Card()
        card.column.setSpacing(px(12))
        for step in CONSOLE_STEPS:
            card.column.addLayout(self._row(step))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(card)
        self.show_ticks(())

    def show_ticks(self, steps: tuple[str, ...]) -> None:
        """Show which steps are ticked."""
        self._showing = True
        for step, box in self._boxes.items():
            box.setChecked(step in steps)
        self._showing = False
        self._show_count()

    def tick(self, step: ConsoleStep) -> None:
        """Tick a step that the program has seen done."""
        self._boxes[step].setChecked(True)

    def _show_count(self) -> None:
        done = sum(box.isChecked() for box in self._boxes.values())
        self._count.setText(f"{done} of {len(self._boxes)}")

    def _changed(self) -> None:
        self._show_count()
        if not self._showing:
            self.ticked.emit(tuple(step for step, box in self._boxes.items() if box.isChecked()))

    def _row(self, step: ConsoleStep) -> QVBoxLayout:
        title, text = _TEXTS[step]
        box = self._boxes[step] = QCheckBox(title)
        box.setObjectName(f"console.{step}")
        box.setAccessibleDescription(text)
        box.toggled.connect(lambda _on: self._changed())
        words = Paragraph(text, kind="small", ink="text2")
        words.setContentsMargins(px(24), 0, 0, 0)
        column = QVBoxLayout()
        column.setSpacing(px(2))
        column.addWidget(box)
        column.addWidget(words)
        return column
