"""The check list of what a person does in the AWS console. A tick is never required, and kept with the job."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.microsoft.sign_on import ATTRIBUTE_STEPS, CONSOLE_STEPS, ConsoleStep
from wizard.messages.translation import N_, _
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.choices import WrappedCheckBox
from wizard.ui.widgets.labels import Paragraph, heading, indent, label

_TEXTS: dict[ConsoleStep, tuple[str, str]] = {
    "open": (
        N_("Open Change identity source"),
        N_("Settings, Identity source, Actions. Then choose External identity provider."),
    ),
    "download": (
        N_("Download the metadata file"),
        N_("Drop it here, and paste the AWS access portal sign-in URL."),
    ),
    "upload": (N_("Upload the file saved here"), N_("As the IdP SAML metadata.")),
    "accept": (N_("Type ACCEPT and confirm"), N_("Read the notice about assignments first.")),
    "provisioning": (N_("Enable automatic provisioning"), N_("Skip this if you did it in step 2.")),
    "test": (N_("Sign in as a test person"), N_("Open the sign-on URL in a private window.")),
    "attributes": (
        N_("Enable attributes for access control"),
        N_("Settings, Attributes for access control, Enable. Do not add keys there that are sent from here."),
    ),
    "policies": (
        N_("Use the keys in permission sets"),
        N_("In a condition, write aws:PrincipalTag/ and the key, with the same capitalization."),
    ),
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
        head.addWidget(heading(_("In the AWS console")))
        head.addStretch(1)
        head.addWidget(self._count)
        card = Card()
        card.column.setSpacing(px(12))
        for step in CONSOLE_STEPS:
            card.column.addWidget(self._row(step))
        self._more = [self._row(step) for step in ATTRIBUTE_STEPS]
        for row in self._more:
            card.column.addWidget(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(card)
        self.show_ticks((), with_attributes=False)

    def show_ticks(self, steps: tuple[str, ...], *, with_attributes: bool) -> None:
        """Show which steps are ticked; the last ones are only for attributes for access control."""
        self._showing = True
        for step, box in self._boxes.items():
            box.setChecked(step in steps)
        for row in self._more:
            row.setVisible(with_attributes)
        self._with_attributes = with_attributes
        self._showing = False
        self._show_count()

    def tick(self, step: ConsoleStep) -> None:
        """Tick a step that the program has seen done."""
        self._boxes[step].setChecked(True)

    def _show_count(self) -> None:
        shown = (*CONSOLE_STEPS, *(ATTRIBUTE_STEPS if self._with_attributes else ()))
        done = sum(self._boxes[step].isChecked() for step in shown)
        self._count.setText(_("{done} of {steps}").format(done=done, steps=len(shown)))

    def _changed(self) -> None:
        self._show_count()
        if not self._showing:
            self.ticked.emit(tuple(step for step, box in self._boxes.items() if box.isChecked()))

    def _row(self, step: ConsoleStep) -> QWidget:
        title, text = (_(each) for each in _TEXTS[step])
        title_box = WrappedCheckBox(f"console.{step}", title, text)
        box = self._boxes[step] = title_box.box
        box.toggled.connect(lambda _on: self._changed())
        words = Paragraph(text, kind="small", ink="text2")
        indent(words)
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(2))
        column.addWidget(title_box)
        column.addWidget(words)
        return row
