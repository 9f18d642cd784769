"""A card below a table: why a person or group was refused or failed, and the way to the fix."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from wizard import messages
from wizard.flow.steps.fix import Failure, Fix, fix_of
from wizard.messages.translation import _
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import small
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.labels import Paragraph


class FailureCard(Card):
    """Hidden until `show_failure` is given one."""

    fix_asked = Signal(object)
    """The Fix of the failure shown."""

    def __init__(self, name: str) -> None:
        """`name` is the object name of the text; that of the button is `name` with "Fix" behind it."""
        super().__init__()
        self._fix: Fix | None = None
        self._text = Paragraph()
        self._text.setObjectName(name)
        self.fix = small(_("Fix"), f"{name}Fix", icon="pencil")
        self.fix.clicked.connect(self.ask_fix)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self._text, 1)
        row.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(row)
        self.hide()

    @property
    def text(self) -> str:
        """The text shown."""
        return self._text.text()

    def show_failure(self, label: str, failure: Failure | None, *, may_fix: bool = True) -> None:
        """Show why this one failed; None hides the card. `may_fix` False: no button, because a run is in progress."""
        self._fix = fix_of(failure) if failure is not None and may_fix else None
        self.setVisible(failure is not None)
        self._text.setText(f"**{label}** {messages.text(failure.message)}" if failure is not None else "")
        self.fix.setVisible(self._fix is not None)
        self.fix.setAccessibleName(_("Fix {name}").format(name=label))

    def ask_fix(self) -> None:
        """Go to the fix of the failure shown, if there is one."""
        if self._fix is not None:
            self.fix_asked.emit(self._fix)
