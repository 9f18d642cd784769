"""Help and about: a small window beside the wizard, with help in short, places, diagnostics, open-source parts."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAccessible, QAccessibleEvent, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import WizardError
from wizard.flow.support.about import About
from wizard.ui.about_parts import HelpPart, PartsPart, ProgramPart
from wizard.ui.step_list import PRODUCT
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.cards import line
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.labels import Paragraph

if TYPE_CHECKING:
    from wizard.flow.services import Services

SIZE = (720, 560)


class AboutWindow(QDialog):
    """It leaves the wizard free to go on; Esc closes it."""

    def __init__(self, tasks: TaskRunner, beside: QWidget) -> None:
        super().__init__(beside)
        self.setObjectName("about")
        self.setWindowTitle(f"Help and about - {PRODUCT}")
        self.resize(px(SIZE[0]), px(SIZE[1]))
        self._tasks, self._beside = tasks, beside
        self._opener: QWidget | None = None
        self.help, self.program, self.parts = HelpPart(), ProgramPart(), PartsPart()
        choices = (("help", "Help"), ("program", "This program"), ("parts", "Open source"))
        self.switch = SegmentedSwitch("aboutPart", choices, "What to show")
        self._told = Paragraph(ink="text2")
        self._told.setObjectName("aboutTold")
        self._close = secondary("Close", "aboutClose")
        self._stack = QStackedWidget()
        for part in (self.help, self.program, self.parts):
            self._stack.addWidget(part)
        self._lay_out()
        self._connect()

    def open_beside(self) -> None:
        """Show it, or bring it to the front, with everything as it is now."""
        if not self.isVisible():
            self._opener = QApplication.focusWidget()
        self.tell("")
        self._ask()
        self.show()
        self.raise_()
        self.activateWindow()
        chosen = self.switch.findChild(QWidget, f"aboutPart.{self.switch.choice}")
        if chosen is not None:
            chosen.setFocus()

    def done(self, result: int) -> None:
        """Close, and give the focus back."""
        super().done(result)
        opener, self._opener = self._opener, None
        self._beside.activateWindow()
        if opener is not None and opener.isVisible():
            opener.setFocus()

    def tell(self, sentence: str) -> None:
        """One sentence beside the button, for eyes and screen readers."""
        self._told.setText(sentence)
        if sentence:
            QAccessible.updateAccessibility(QAccessibleEvent(self._told, QAccessible.Event.Alert))

    def _ask(self) -> None:
        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.support import about, diagnostics

            return await about.about(services), await diagnostics.collect(services)

        def done(found: tuple[About, str]) -> None:
            told, text = found
            self.program.show_places(told.places, text)
            self.parts.show_parts(told.parts, told.licence_texts)

        def failed(error: WizardError) -> None:
            self.tell(f"{messages.title(error)}. {messages.advice(error)}")

        self._tasks.run(Slot.ABOUT, work, on_done=done, on_error=failed)

    def _copy(self, text: str, told: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.tell(told)

    def _open(self, folder: str) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self.tell("This desktop opens no folder from here. Copy the path instead.")

    def _turn(self, choice: str) -> None:
        self._stack.setCurrentWidget({"help": self.help, "program": self.program, "parts": self.parts}[choice])
        self.tell("")

    def _connect(self) -> None:
        self.switch.chosen.connect(self._turn)
        self._close.clicked.connect(self.reject)
        for part in (self.program, self.parts):
            part.copied.connect(self._copy)
            part.open_asked.connect(self._open)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(px(24), px(20), px(24), px(16))
        head.addWidget(self.switch)
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(px(24), px(12), px(24), px(12))
        foot.setSpacing(px(16))
        foot.addWidget(self._told, 1)
        foot.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addWidget(line())
        column.addLayout(foot)
