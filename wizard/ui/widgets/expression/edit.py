"""The text field of an expression: colours, completion, matching brackets, an underlined error."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from wizard.messages.row import as_sentence, sentences
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import px, set_type
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.expression.completion import Candidate, CompletionPopup, match_names
from wizard.ui.widgets.expression.tokens import ExpressionHighlighter, brackets_at, completable_at, token_at

_TWO_LINES, _MOST_LINES = 52, 5
"""Height of two lines (see `fonts.px`); the field grows to five lines."""


class ExpressionEdit(QPlainTextEdit):
    """A plain text field. Ctrl+Space opens suggestions; Tab takes one, and leaves the field while there are none."""

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
        self._highlighter = ExpressionHighlighter(self.document())
        self.completion = CompletionPopup(self)
        self.completion.chosen.connect(self._complete)
        self.completion.list.view.selectionModel().currentChanged.connect(lambda _now, _old: self._announce())
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._grow())
        self.cursorPositionChanged.connect(self._mark)
        current_theme().changed.connect(self._mark)
        self._grow()

    @property
    def text(self) -> str:
        """The text."""
        return self.toPlainText()

    def show_text(self, text: str) -> None:
        """Set another expression and clear its undo history."""
        self.completion.hide()
        self.setPlainText(text)
        self.show_error(-1)

    def set_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Set what can be completed."""
        self._candidates = tuple(candidates)

    def show_error(self, position: int) -> None:
        """Underline the token at a position; -1 for no error."""
        token = token_at(self.text, position) if position >= 0 else None
        self._error = (token.start, token.end) if token else None
        self._mark()

    @property
    def error_range(self) -> tuple[int, int] | None:
        """First and last offset of the underlined token."""
        return self._error

    def insert(self, candidate: Candidate) -> None:
        """Insert an attribute or function at the cursor, as one undo step."""
        wanted = completable_at(self.text, self.textCursor().position())
        begun = (
            wanted is not None and wanted.prefix and candidate.name.casefold().startswith(wanted.prefix.casefold())
        )
        self._write(candidate, wanted.start if wanted is not None and begun else self.textCursor().position())

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace a range of the text, as one undo step."""
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def offer(self) -> None:
        """Open the completion popup at the cursor."""
        at = self.textCursor().position()
        wanted = completable_at(self.text, at)
        if wanted is None:
            self.completion.hide()
            return
        of_kind = [candidate for candidate in self._candidates if candidate.kind == wanted.what]
        if wanted.what == "function" and not wanted.prefix:
            of_kind = [*(c for c in self._candidates if c.kind == "attribute"), *of_kind]
        listed = match_names(of_kind, wanted.prefix)
        if len(listed) == 1 and listed[0].name == wanted.prefix and self.completion.isHidden():
            return  # typed in full
        place = self.cursorRect()
        corner = self.viewport().mapToGlobal(place.topLeft())
        self.completion.show_at(QRect(corner - QPoint(px(8), 0), place.size()), listed)
        self._announce()

    # --- events ---

    def event(self, event: QEvent) -> bool:
        """Leave Undo and Redo to the page while the text has nothing to undo or redo."""
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

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Take the suggestion instead of leaving, while the list is open: Qt asks here before it sends the key."""
        suggested = self.completion.list.current if self.completion.isVisible() else None
        if forward and suggested is not None:
            self.completion.chosen.emit(suggested)
            return True
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer keys to the completion popup first, then to the text."""
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
        """Show matching brackets."""
        super().focusInEvent(event)
        self._mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close the completion popup and hide matching brackets."""
        self.completion.hide()
        super().focusOutEvent(event)
        self._mark()

    def _offer_if_begun(self) -> None:
        wanted = completable_at(self.text, self.textCursor().position())
        if wanted is not None and (wanted.what == "attribute" or wanted.prefix):
            self.offer()
        else:
            self.completion.hide()

    def _complete(self, candidate: Candidate) -> None:
        wanted = completable_at(self.text, self.textCursor().position())
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

    def _selection(self, start: int, end: int, text_format: QTextCharFormat) -> QTextEdit.ExtraSelection:
        length = self.document().characterCount() - 1
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(start, length))
        cursor.setPosition(min(end, length), QTextCursor.MoveMode.KeepAnchor)
        made.cursor, made.format = cursor, text_format
        return made

    def _grow(self) -> None:
        lines = min(max(2, int(self.document().size().height())), _MOST_LINES)
        self.setFixedHeight(px(_TWO_LINES) + (lines - 2) * self.fontMetrics().lineSpacing())
        full = self.document().size().height() > _MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if full else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)

    def _announce(self) -> None:
        chosen = self.completion.list.current
        if chosen is not None and self.completion.isVisible():
            words = sentences(as_sentence(chosen.signature or chosen.name), chosen.help.partition(chr(10))[0])
            announce(self, words)
