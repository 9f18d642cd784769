"""Completion of expressions: candidates, the list that explains them, and the two popups that show it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QVBoxLayout, QWidget

from wizard.messages.translation import _
from wizard.ui.theme.fonts import px, set_type
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.fields import TextField
from wizard.ui.widgets.labels import Paragraph, label
from wizard.ui.widgets.tables.row_delegate import RowDelegate

_VISIBLE_ROWS, _ROW = 8, 26
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An attribute or function that can be inserted."""

    name: str
    kind: Literal["attribute", "function"]
    signature: str = ""
    """Such as `Left(source, numChars)`; "" for attributes."""
    help: str = ""
    """Help text; its first line says what it returns."""

    @property
    def written(self) -> str:
        """The text to insert: `[mail]`, or `Left()` with the cursor between the parentheses."""
        return f"[{self.name}]" if self.kind == "attribute" else f"{self.name}()"


def match_names(candidates: Iterable[Candidate], typed: str) -> tuple[Candidate, ...]:
    """Return candidates whose name starts with the typed text, then those that contain it, ignoring case."""
    wanted = typed.casefold()
    named = [(candidate.name.casefold(), candidate) for candidate in candidates]
    begin = [candidate for name, candidate in named if name.startswith(wanted)]
    hold = [candidate for name, candidate in named if wanted in name and not name.startswith(wanted)]
    return (*begin, *hold)


def _match_names_and_help(candidates: Iterable[Candidate], typed: str) -> tuple[Candidate, ...]:
    """Return the same as `match_names`, then candidates whose help contains the typed text."""
    candidates = tuple(candidates)
    by_name = match_names(candidates, typed)
    wanted = typed.casefold()
    return (*by_name, *(c for c in candidates if c not in by_name and wanted in c.help.casefold()))


class CandidateList(QWidget):
    """A list at the left; signature and help of the selected candidate at the right."""

    opened = Signal(object)
    """The candidate that was clicked."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self.candidates: tuple[Candidate, ...] = ()
        self.explain: Callable[[str], str] = lambda _name: ""
        """Returns the help of an attribute, such as its value for the person shown."""
        self._names = QStringListModel(self)
        self.view = QListView()
        self.view.setObjectName(name)
        self.view.setProperty("embedded", True)
        self.view.setAccessibleName(words)
        self.view.setModel(self._names)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setUniformItemSizes(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setItemDelegate(RowDelegate(self.view, _ROW, lines=False))
        self.view.setFixedWidth(px(208))
        self._signature = Paragraph(kind="code")
        self._signature.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._help = Paragraph(kind="small", ink="text2")
        self._none = label(_("No matches"), ink="text2")
        self._none.setContentsMargins(px(12), px(8), px(12), px(8))
        set_type(self.view, "body")
        self._lay_out()
        self.view.clicked.connect(lambda index: self.opened.emit(self.candidates[index.row()]))
        self.view.selectionModel().currentChanged.connect(lambda _now, _before: self._explain())

    @property
    def current(self) -> Candidate | None:
        """The selected candidate."""
        at = self.view.currentIndex().row()
        return self.candidates[at] if 0 <= at < len(self.candidates) else None

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Set the candidates and select the first."""
        if tuple(candidates) == self.candidates and self.current is not None:
            return
        self.candidates = tuple(candidates)
        self._names.setStringList([candidate.name for candidate in self.candidates])
        self._none.setVisible(not self.candidates)
        self._right.setVisible(bool(self.candidates))
        if self.candidates:
            self.view.setCurrentIndex(self._names.index(0))
        self._explain()

    def step(self, by: int) -> None:
        """Move the selection down or up; single steps wrap around."""
        count = len(self.candidates)
        if count:
            at = self.view.currentIndex().row() + by
            at = at % count if abs(by) == 1 else min(max(at, 0), count - 1)
            self.view.setCurrentIndex(self._names.index(at))
            self.view.scrollTo(self._names.index(at))

    def sizeHint(self) -> QSize:
        """Return the size of eight rows, wide enough for the help of most functions."""
        return QSize(px(520), px(_VISIBLE_ROWS * _ROW + 2))

    def _explain(self) -> None:
        chosen = self.current
        signature = (chosen.signature or chosen.written) if chosen else ""
        self._signature.setText(signature)
        self._help.setText("" if chosen is None else chosen.help or self.explain(chosen.name))

    def _lay_out(self) -> None:
        self._right = QWidget()
        words = QVBoxLayout(self._right)
        words.setContentsMargins(px(12), px(8), px(12), px(8))
        words.setSpacing(px(6))
        words.addWidget(self._signature)
        words.addWidget(self._help)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._none, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.view)
        row.addWidget(line(upright=True))
        row.addWidget(self._right, 1)
        self._none.hide()


class CompletionPopup(Card):
    """The list below the cursor while typing. It never takes the focus: the editor passes its keys to `take_key`."""

    chosen = Signal(object)
    """The candidate to insert."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(padded=False, parent=parent)
        self.setWindowFlags(Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("expressionCompletion")
        self.list = CandidateList("expressionCompletions", _("Completions"))
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.addWidget(self.list)
        self.list.opened.connect(self.chosen)

    def show_at(self, place: QRect, candidates: Sequence[Candidate]) -> None:
        """Open below a rectangle of the screen, or above it if there is no room; close if there are no candidates."""
        if not candidates:
            self.hide()
            return
        self.list.show_candidates(candidates)
        self.setFixedSize(self.list.sizeHint())
        self.move(_beside(place, self))
        self.show()

    def take_key(self, event: QKeyEvent) -> bool:
        """Handle a key of the editor; False if it is not for the list."""
        key = Qt.Key(event.key())
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        if key in _STEPS:
            self.list.step(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.current:
            self.chosen.emit(self.list.current)
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True


class ChooserPopup(Card):
    """The list with a search field, opened by a button; Enter or a click chooses, Escape closes."""

    chosen = Signal(object)
    """The candidate to insert."""

    def __init__(self, name: str, words: str, placeholder: str, parent: QWidget) -> None:
        """`name` is the object name of the search field, `words` the accessible name of the list."""
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
        """Set the candidates."""
        self._all = tuple(candidates)
        self._search(self.search.text())

    def open_at(self, place: QRect) -> None:
        """Open beside a rectangle of the screen, with an empty search."""
        self.search.clear()
        self._search("")
        hint = self.list.sizeHint()
        self.setFixedSize(hint.width(), hint.height() + px(28 + 16 + 3))
        self.move(_beside(place, self))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass arrow keys and Enter of the search field to the list."""
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
        self.list.show_candidates(_match_names_and_help(self._all, text.strip()))

    def _choose(self, candidate: Candidate) -> None:
        self.hide()
        self.chosen.emit(candidate)


def _beside(place: QRect, popup: QWidget) -> QPoint:
    screen = QGuiApplication.screenAt(place.center()) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    parent = popup.parentWidget()
    window = parent.window().frameGeometry() if parent is not None else room
    right = max(min(room.right(), window.right()), min(room.right(), room.left() + popup.width()))
    left = max(room.left(), min(place.left(), right - popup.width()))
    below = place.bottom() + px(4)
    above = place.top() - px(4) - popup.height()
    fits = below + popup.height() <= room.bottom() or above < room.top()
    return QPoint(left, below if fits else above)
