"""The field an expression is written in: coloured, completed, its brackets matched, its error underlined."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import px, set_type
from wizard.ui.widgets.expression.candidates import Candidate, found
from wizard.ui.widgets.expression.highlighter import ExpressionColours
from wizard.ui.widgets.expression.popups import CompletionPopup
from wizard.ui.widgets.expression.tokens import brackets_at, span_at, wanted_at

LOWEST, MOST_LINES = 52, 5
"""Height in pixels of the drawings, two lines; it grows to five."""


class ExpressionEdit(QPlainTextEdit):
    """Plain text with all the help. Tab leaves it, Ctrl+Space completes."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_type(self, "code")
        self.document().setDocumentMargin(0)
        self._candidates: tuple[Candidate, ...] = ()
        self._error: tuple[int, int] | None = None
        self._colours = ExpressionColours(self.document())
        self.completion = CompletionPopup(self)
        self.completion.chosen.connect(self._complete)
        self.completion.list.view.selectionModel().currentChanged.connect(lambda _now, _old: self._announce())
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._grow())
        self.cursorPositionChanged.connect(self._mark)
        current_theme().changed.connect(self._mark)
        self._grow()

    @property
    def text(self) -> str:
        """What is written."""
        return self.toPlainText()

    def show_text(self, text: str) -> None:
        """Show another expression; undo does not reach behind it."""
        self.completion.hide()
        self.setPlainText(text)
        self.show_error(-1)

    def set_candidates(self, candidates: Sequence[Candidate]) -> None:
        """What can be completed."""
        self._candidates = tuple(candidates)

    def show_error(self, position: int) -> None:
        """Underline what stands at a place; -1 = nothing is wrong."""
        span = span_at(self.text, position) if position >= 0 else None
        self._error = (span.start, span.end) if span else None
        self._mark()

    @property
    def error_range(self) -> tuple[int, int] | None:
        """First and last offset of what is underlined."""
        return self._error

    def insert(self, candidate: Candidate) -> None:
        """Write an attribute or a function where the cursor stands, as one step of undo."""
        wanted = wanted_at(self.text, self.textCursor().position())
        begun = (
            wanted is not None and wanted.prefix and candidate.name.casefold().startswith(wanted.prefix.casefold())
        )
        self._write(candidate, wanted.start if wanted is not None and begun else self.textCursor().position())

    def replace(self, start: int, end: int, text: str) -> None:
        """Write something in the place of a piece, as one step of undo."""
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def offer(self) -> None:
        """Open the completion at the cursor."""
        at = self.textCursor().position()
        wanted = wanted_at(self.text, at)
        if wanted is None:
            self.completion.hide()
            return
        of_kind = [candidate for candidate in self._candidates if candidate.kind == wanted.what]
        if wanted.what == "function" and not wanted.prefix:
            of_kind = [*(c for c in self._candidates if c.kind == "attribute"), *of_kind]
        listed = found(of_kind, wanted.prefix)
        if len(listed) == 1 and listed[0].name == wanted.prefix and self.completion.isHidden():
            return  # it is written already
        place = self.cursorRect()
        corner = self.viewport().mapToGlobal(place.topLeft())
        self.completion.show_at(QRect(corner - QPoint(px(8), 0), place.size()), listed)
        self._announce()

    # What Qt calls.

    def event(self, event: QEvent) -> bool:
        """Undo belongs to the text while it has something to undo, then to the table."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = event.matches(QKeySequence.StandardKey.Undo) and not self.document().isUndoAvailable()
            redo = event.matches(QKeySequence.StandardKey.Redo) and not self.document().isRedoAvailable()
            if undo or redo:
                event.ignore()
                return False
            if event.key() == Qt.Key.Key_Escape and self.completion.isVisible():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Completion first, then the text."""
        if self.completion.isVisible() and self.completion.take_key(event):
            event.accept()
            return
        if event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.offer()
            event.accept()
            return
        super().keyPressEvent(event)
        typed = event.text()
        if (typed and (typed.isalnum() or typed in "[_")) or self.completion.isVisible():
            self._offer_if_begun()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Brackets are matched where one writes."""
        super().focusInEvent(event)
        self._mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nothing is completed in a field that is left."""
        self.completion.hide()
        super().focusOutEvent(event)
        self._mark()

    def _offer_if_begun(self) -> None:
        wanted = wanted_at(self.text, self.textCursor().position())
        if wanted is not None and (wanted.what == "attribute" or wanted.prefix):
            self.offer()
        else:
            self.completion.hide()

    def _complete(self, candidate: Candidate) -> None:
        wanted = wanted_at(self.text, self.textCursor().position())
        if wanted is not None:
            self._write(candidate, wanted.start)
        self.completion.hide()

    def _write(self, candidate: Candidate, start: int) -> None:
        text = self.text
        cursor = self.textCursor()
        end = max(cursor.position(), start)
        written = candidate.written
        if candidate.kind == "attribute":
            start -= text[start - 1 : start] == "["
            end += text[end : end + 1] == "]"
        elif text[end : end + 1] == "(":
            written, end = f"{candidate.name}(", end + 1
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(written)
        if written.endswith("()"):
            cursor.movePosition(QTextCursor.MoveOperation.Left)
        self.setTextCursor(cursor)

    def _mark(self) -> None:
        marks = []
        if self._error is not None:
            wrong = QTextCharFormat()
            wrong.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            wrong.setUnderlineColor(QColor(theme().bad))
            marks.append(self._selection(*self._error, wrong))
        pair = brackets_at(self.text, self.textCursor().position()) if self.hasFocus() else ()
        for at in pair:
            matched = QTextCharFormat()
            matched.setBackground(QColor(theme().sel if len(pair) > 1 else theme().tone("bad").ground))
            marks.append(self._selection(at, at + 1, matched))
        self.setExtraSelections(marks)

    def _selection(self, start: int, end: int, drawn: QTextCharFormat) -> QTextEdit.ExtraSelection:
        length = self.document().characterCount() - 1
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(start, length))
        cursor.setPosition(min(end, length), QTextCursor.MoveMode.KeepAnchor)
        made.cursor, made.format = cursor, drawn
        return made

    def _grow(self) -> None:
        lines = min(max(2, int(self.document().size().height())), MOST_LINES)
        self.setFixedHeight(px(LOWEST) + (lines - 2) * self.fontMetrics().lineSpacing())
        full = self.document().size().height() > MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if full else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)

    def _announce(self) -> None:
        chosen = self.completion.list.current
        if chosen is not None and self.completion.isVisible():
            words = f"{chosen.signature or chosen.name}. {chosen.help.partition(chr(10))[0]}"
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
