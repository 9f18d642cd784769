"""What opens over the expression: completion while one types, and a searched list behind a button."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.ui.theme.fonts import px
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.expression.candidates import Candidate, CandidateList, explained
from wizard.ui.widgets.fields import TextField

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


class CompletionPopup(Card):
    """Never takes the focus: the editor hands it the keys it may want."""

    chosen = Signal(object)
    """The candidate to write."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(padded=False, parent=parent)
        self.setWindowFlags(Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("expressionCompletion")
        self.list = CandidateList("expressionCompletions", "Completions")
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.addWidget(self.list)
        self.list.opened.connect(self.chosen)

    def show_at(self, place: QRect, candidates: Sequence[Candidate]) -> None:
        """Open below a place of the screen (above it where there is no room), or close where there is nothing."""
        if not candidates:
            self.hide()
            return
        self.list.show_candidates(candidates)
        self.setFixedSize(self.list.sizeHint())
        self.move(_beside(place, self))
        self.show()

    def take_key(self, event: QKeyEvent) -> bool:
        """Use a key of the editor; False = the editor shall have it."""
        key = Qt.Key(event.key())
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        if key in _STEPS:
            self.list.step(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab) and self.list.current:
            self.chosen.emit(self.list.current)
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True


class ChooserPopup(Card):
    """A search above the list; Enter or a click chooses, Escape closes."""

    chosen = Signal(object)
    """The candidate to write."""

    def __init__(self, name: str, words: str, placeholder: str, parent: QWidget) -> None:
        """`name` is the object name of its search field; `words` says what is listed."""
        super().__init__(padded=False, parent=parent)
        self.setWindowFlags(Qt.WindowType.Popup)
        self.setObjectName(f"{name}Popup")
        self.setAccessibleName(words)
        self._all: tuple[Candidate, ...] = ()
        self.search = TextField(name, placeholder, compact=True)
        self.search.setAccessibleName(placeholder)
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.list = CandidateList(f"{name}List", words)
        self.list.opened.connect(self._choose)
        head = QVBoxLayout()
        head.setContentsMargins(px(8), px(8), px(8), px(8))
        head.addWidget(self.search)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.addLayout(head)
        self.column.addWidget(line())
        self.column.addWidget(self.list)

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """What can be chosen."""
        self._all = tuple(candidates)
        self._search(self.search.text())

    def open_at(self, place: QRect) -> None:
        """Open beside a place of the screen, with an empty search."""
        self.search.clear()
        self._search("")
        hint = self.list.sizeHint()
        self.setFixedSize(hint.width(), hint.height() + px(28 + 16 + 3))
        self.move(_beside(place, self))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter in the search belong to the list."""
        if not (isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress):
            return False
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.list.step(_STEPS[key])
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.list.current is not None:
                self._choose(self.list.current)
            return True
        return False

    def _search(self, text: str) -> None:
        self.list.show_candidates(explained(self._all, text.strip()))

    def _choose(self, candidate: Candidate) -> None:
        self.hide()
        self.chosen.emit(candidate)


def _beside(place: QRect, popup: QWidget) -> QPoint:
    screen = QGuiApplication.screenAt(place.center()) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    left = max(room.left(), min(place.left(), room.right() - popup.width()))
    below = place.bottom() + px(4)
    above = place.top() - px(4) - popup.height()
    fits = below + popup.height() <= room.bottom() or above < room.top()
    return QPoint(left, below if fits else above)
