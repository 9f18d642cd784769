"""A wait: what it waits for, how far it has come, Cancel."""

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from wizard.progress import Progress
from wizard.ui.theme.apply import label, px
from wizard.ui.widgets.buttons import FLAT_PADDING, flat
from wizard.ui.widgets.card import Card
from wizard.ui.widgets.paragraph import Paragraph


class WaitCard(Card):
    """Shown once a wait is longer than a second; the bar moves to and fro where nobody knows the end."""

    cancelled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName(name)
        self._doing = label("", "medium")
        self._number = label("", ink="text2")
        self._text = Paragraph(kind="small", ink="text2")
        self.bar = QProgressBar()
        self.bar.setObjectName(f"{name}Bar")
        self.bar.setTextVisible(False)
        self.cancel = flat("Cancel", f"{name}Cancel", size="small")
        self.cancel.clicked.connect(self.cancelled)
        head = QHBoxLayout()
        head.addWidget(self._doing, 1)
        head.addWidget(self._number)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addSpacing(-px(FLAT_PADDING))
        foot.addWidget(self.cancel)
        foot.addStretch(1)
        self.column.setSpacing(px(10))
        self.column.addLayout(head)
        self.column.addWidget(self.bar)
        self.column.addWidget(self._text)
        self.column.addLayout(foot)
        self.show_progress(Progress(""))

    def show_progress(self, progress: Progress, text: str = "") -> None:
        """What is waited for, how much is done; `text` is a remark under the bar."""
        locale = QLocale()
        self._doing.setText(progress.doing)
        done = locale.toString(progress.done) if progress.done else ""
        of = f" of {locale.toString(progress.total)}" if progress.total else ""
        self._number.setText(f"{done or '0'}{of}" if of else done)
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(min(progress.done, progress.total) if progress.total else 0)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(progress.doing)
        self.bar.setAccessibleName(progress.doing or "Waiting")
        self.bar.setAccessibleDescription(self._number.text())

    @property
    def doing(self) -> str:
        """What is waited for."""
        return self._doing.text()
