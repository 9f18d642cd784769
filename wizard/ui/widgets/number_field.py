"""A number typed or stepped."""

from PySide6.QtWidgets import QSpinBox, QWidget

from wizard.ui.theme.apply import px


class NumberField(QSpinBox):
    """A whole number between two others, with its unit."""

    def __init__(
        self,
        name: str,
        lowest: int,
        highest: int,
        suffix: str = "",
        *,
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setRange(lowest, highest)
        self.setSuffix(suffix)
        if compact:
            self.setProperty("fit", "compact")
        # Qt gives the inner line edit no room at its left, whatever the style sheet says.
        self.lineEdit().setTextMargins(px(8), 0, 0, 0)
