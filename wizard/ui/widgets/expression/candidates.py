"""What can stand in an expression: attributes and functions, found by name, listed with their help."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QSize, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QVBoxLayout, QWidget

from wizard.ui.theme.fonts import px, set_type
from wizard.ui.widgets.cards import line
from wizard.ui.widgets.labels import Paragraph, label
from wizard.ui.widgets.tables.row_delegate import Index, RowDelegate

ROWS_SEEN, _ROW = 8, 26


@dataclass(frozen=True, slots=True)
class Candidate:
    """One attribute or function to put into an expression."""

    name: str
    kind: Literal["attribute", "function"]
    signature: str = ""
    """`Left(source, numChars)`; "" = the name says it."""
    help: str = ""
    """Its first line says what it gives."""

    @property
    def written(self) -> str:
        """What is put into the text: `[mail]`, or `Left()` with the cursor between the parentheses."""
        return f"[{self.name}]" if self.kind == "attribute" else f"{self.name}()"


def found(candidates: Iterable[Candidate], typed: str) -> tuple[Candidate, ...]:
    """Those whose name begins with what was typed, then those that hold it, whatever its case."""
    wanted = typed.casefold()
    named = [(candidate.name.casefold(), candidate) for candidate in candidates]
    begin = [candidate for name, candidate in named if name.startswith(wanted)]
    hold = [candidate for name, candidate in named if wanted in name and not name.startswith(wanted)]
    return (*begin, *hold)


def explained(candidates: Iterable[Candidate], typed: str) -> tuple[Candidate, ...]:
    """As `found`, then those whose help speaks of it."""
    candidates = tuple(candidates)
    by_name = found(candidates, typed)
    wanted = typed.casefold()
    return (*by_name, *(c for c in candidates if c not in by_name and wanted in c.help.casefold()))


def _nothing(_name: str) -> str:
    return ""


class _Names(RowDelegate):
    """Names without lines between them."""

    def has_line(self, index: Index) -> bool:
        """No line: the list is short and looked at for a moment."""
        return False


class CandidateList(QWidget):
    """A list at the left; signature and help of the chosen one at the right."""

    opened = Signal(object)
    """The candidate that was clicked."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self.candidates: tuple[Candidate, ...] = ()
        self.explain: Callable[[str], str] = _nothing
        """What to tell of an attribute, such as its value for the person shown."""
        self._names = QStringListModel(self)
        self.view = QListView()
        self.view.setObjectName(name)
        self.view.setAccessibleName(words)
        self.view.setModel(self._names)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setUniformItemSizes(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setItemDelegate(_Names(self.view, _ROW))
        self.view.setFixedWidth(px(208))
        self._signature = Paragraph(kind="code")
        self._signature.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._help = Paragraph(kind="small", ink="text2")
        self._none = label("Nothing matches", ink="text2")
        self._none.setContentsMargins(px(12), px(8), px(12), px(8))
        set_type(self.view, "body")
        self._lay_out()
        self.view.clicked.connect(lambda index: self.opened.emit(self.candidates[index.row()]))
        self.view.selectionModel().currentChanged.connect(lambda _now, _before: self._explain())

    @property
    def current(self) -> Candidate | None:
        """The chosen one."""
        at = self.view.currentIndex().row()
        return self.candidates[at] if 0 <= at < len(self.candidates) else None

    def show_candidates(self, candidates: Sequence[Candidate]) -> None:
        """List these; the first is chosen."""
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
        """Choose another one further down (or up), around the ends."""
        count = len(self.candidates)
        if count:
            at = self.view.currentIndex().row() + by
            at = at % count if abs(by) == 1 else min(max(at, 0), count - 1)
            self.view.setCurrentIndex(self._names.index(at))
            self.view.scrollTo(self._names.index(at))

    def sizeHint(self) -> QSize:
        """Eight rows, and room for the help of most functions."""
        return QSize(px(520), px(ROWS_SEEN * _ROW + 2))

    def _explain(self) -> None:
        chosen = self.current
        signature = (chosen.signature or chosen.written) if chosen else ""
        self._signature.setText(signature)
        told = "" if chosen is None else chosen.help or self.explain(chosen.name)
        self._help.setText(told)

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
