"""Fields: a label above, a hint or what is wrong below; for text, secrets, files and searches."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from wizard.ui.theme.apply import label, px, set_icon, set_ink, set_property
from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.current import look
from wizard.ui.theme.icons import TONE_ICONS, icon
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.paragraph import Paragraph

SEARCH_MILLISECONDS = 100
"""How long a search waits for the next key before it looks."""


class LabelledField(QWidget):
    """A control with its label above and one line below: a hint, or what is wrong with it."""

    def __init__(
        self, text: str, control: QWidget, hint: str = "", *, hint_icon: str = "", parent: QWidget | None = None
    ) -> None:
        """`text` may hold a mnemonic (`&Tenant URL`); `control` has its object name already."""
        super().__init__(parent)
        self.control = control
        self.label = QLabel(text)
        self.label.setBuddy(getattr(control, "focus_target", control))
        self.label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._hint = hint
        self._hint_icon = hint_icon
        self._mark = QLabel()
        self._words = Paragraph(kind="small", ink="text2")
        self._below = QWidget()
        self._lay_out()
        self._plain_name = text.replace("&", "")
        for target in {control, self.label.buddy()}:
            if not target.accessibleName():
                target.setAccessibleName(self._plain_name)
        self.set_hint(hint, icon=hint_icon)

    @property
    def hint(self) -> str:
        """What stands below, right now."""
        return self._words.text()

    @property
    def is_wrong(self) -> bool:
        """Whether the line below says what is wrong."""
        return bool(self.control.property("wrong"))

    def set_hint(self, hint: str, *, icon: str = "", tone: Tone | None = None) -> None:
        """One line below the control, with an icon in a tone where there is one; nothing is wrong."""
        self._hint, self._hint_icon = hint, icon
        self._mark_wrong(False)
        self._say(hint, icon, tone or "text2", "text2")

    def set_wrong(self, sentence: str) -> None:
        """What is wrong with the answer, in one sentence; "" brings the hint back."""
        if not sentence:
            self.set_hint(self._hint, icon=self._hint_icon)
            return
        self._mark_wrong(True)
        self._say(sentence, TONE_ICONS["bad"], "bad", "bad")

    def _say(self, words: str, icon_name: str, mark: Ink, ink: Ink) -> None:
        self._below.setVisible(bool(words))
        self._words.setText(words)
        set_ink(self._words, ink)
        self._mark.setVisible(bool(icon_name))
        set_icon(self._mark, icon_name, mark, 14)
        target = self.label.buddy() or self.control
        target.setAccessibleDescription(words)

    def _mark_wrong(self, wrong: bool) -> None:
        for target in {self.control, self.label.buddy()}:
            set_property(target, "wrong", wrong)

    def _lay_out(self) -> None:
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(px(6))
        self._mark.setFixedSize(px(14), px(16))
        below.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addWidget(self.label)
        column.addWidget(self.control)
        column.addWidget(self._below)
        column.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred))


class TextField(QLineEdit):
    """A line of text."""

    def __init__(
        self, name: str, placeholder: str = "", *, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setPlaceholderText(placeholder)
        if compact:
            self.setProperty("fit", "compact")


class PasswordField(TextField):
    """A secret: bullets, and an eye that shows it while it is pressed in."""

    def __init__(self, name: str, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, placeholder, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.eye = QAction(self)
        self.eye.setCheckable(True)
        self.eye.setObjectName(f"{name}Eye")
        self.eye.toggled.connect(self._show)
        self.addAction(self.eye, QLineEdit.ActionPosition.TrailingPosition)
        look().changed.connect(self._draw)
        self._draw()

    def _show(self, shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._draw()

    def _draw(self) -> None:
        shown = self.eye.isChecked()
        self.eye.setIcon(icon("eye-off" if shown else "eye", "text2", px(16)))
        self.eye.setText("Hide" if shown else "Show")


class FileField(QWidget):
    """A path typed, dropped or chosen with Browse…"""

    changed = Signal(str)
    """The path, as it stands."""

    def __init__(
        self, name: str, filters: str = "", title: str = "Choose a file", parent: QWidget | None = None
    ) -> None:
        """`filters` are the dialog's patterns: `People (*.csv *.xlsx);;All files (*)`."""
        super().__init__(parent)
        self.edit = TextField(name)
        self.edit.setAcceptDrops(False)
        self.focus_target = self.edit
        self.browse = secondary("Browse…", f"{name}Browse", icon="folder")
        self._filters, self._title = filters, title
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self.edit, 1)
        row.addWidget(self.browse)
        self.edit.textChanged.connect(self.changed)
        self.browse.clicked.connect(self._choose)

    @property
    def path(self) -> str:
        """What stands in the field."""
        return self.edit.text().strip()

    def set_path(self, path: str) -> None:
        """Put a path into the field."""
        self.edit.setText(path)

    def dragEnterEvent(self, event: object) -> None:
        """Take files that are dragged over it."""
        mime = event.mimeData()  # type: ignore[attr-defined]
        if mime.hasUrls() and mime.urls()[0].isLocalFile():
            event.acceptProposedAction()  # type: ignore[attr-defined]

    def dropEvent(self, event: object) -> None:
        """Take the first file that was dropped."""
        self.set_path(event.mimeData().urls()[0].toLocalFile())  # type: ignore[attr-defined]

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, self._title, self.path, self._filters)
        if path:
            self.set_path(path)


class SearchField(TextField):
    """A search: `searched` says what is looked for once typing rests; Escape clears it."""

    searched = Signal(str)

    def __init__(self, name: str, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(name, placeholder, compact=True, parent=parent)
        self.setAccessibleName(placeholder)
        self.setProperty("search", True)
        self.setMinimumWidth(px(160))
        self.setClearButtonEnabled(False)
        self._glass, self._cross = QAction(self), QAction(self)  # made here: the binding loses those that Qt makes
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._cross, QLineEdit.ActionPosition.TrailingPosition)
        self._draw()
        self._cross.setText("Clear the search")
        self._cross.setVisible(False)
        self._cross.triggered.connect(self.clear)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SEARCH_MILLISECONDS)
        self._rest.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(self._typed)
        look().changed.connect(self._draw)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter searches at once and goes no further; Escape clears."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._rest.stop()
            self.searched.emit(self.text().strip())
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        self._cross.setVisible(bool(text))
        self._rest.start()

    def _draw(self) -> None:
        self._glass.setIcon(icon("search", "text2", px(16)))
        self._cross.setIcon(icon("cross", "text2", px(14)))


class EnterStays(QObject):
    """Keeps Enter inside a control, so that it does not press the primary button as well."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Swallow Enter once the control has had it."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            if isinstance(watched, QLineEdit):
                watched.returnPressed.emit()
            return True
        return False


def heading(text: str) -> QLabel:
    """The head of a section."""
    return label(text, "section")
