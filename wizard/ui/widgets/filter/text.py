"""A filter as text: parsed while typing; a syntax error is shown at its position and the text is kept."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from wizard import messages
from wizard.mapping.scoping_filter import FilterError, FilterGroup, ScopingFilter, parse_filter, print_filter
from wizard.messages.translation import N_, _
from wizard.ui.theme.current import current_theme, theme
from wizard.ui.theme.fonts import px, set_type
from wizard.ui.theme.stylesheet import set_ink, set_property
from wizard.ui.timers import single_shot
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.buttons import small
from wizard.ui.widgets.labels import Paragraph

_PAUSE_MILLISECONDS = 300
"""Pause in typing after which the text is parsed."""
_HINT = N_("AND takes precedence over OR. Put values with quotes, parentheses, or outer spaces in quotes.")


class _Edit(QPlainTextEdit):
    """A plain text field with a signal for losing the focus."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Emit `left`."""
        super().focusOutEvent(event)
        self.left.emit()


class FilterText(QWidget):
    """The text field, and below it a hint or the syntax error."""

    parsed = Signal(object)
    """The filter parsed from the user's text."""
    broken_changed = Signal()

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self._shown = ScopingFilter()
        self._error: FilterError | None = None
        self._own = False
        self.edit = _Edit()
        self.edit.setObjectName(name)
        self.edit.setAccessibleName(words)
        self.edit.setPlaceholderText(
            'department EQUALS Sales AND city IS NOT NULL OR department EQUALS "Marketing"'
        )
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(px(72))
        set_type(self.edit, "code")
        self.words = Paragraph(_(_HINT), "small", "text2")
        self.discard = small(_("Discard text"), f"{name}Discard", icon="undo")
        self._pause = single_shot(self, _PAUSE_MILLISECONDS, self.read)
        self._lay_out()
        self.edit.textChanged.connect(self._typed)
        self.edit.left.connect(self._left)
        self.discard.clicked.connect(self._discard)
        current_theme().changed.connect(self._underline)

    @property
    def is_broken(self) -> bool:
        """Whether the text cannot be parsed."""
        return self._error is not None

    @property
    def text(self) -> str:
        """The text."""
        return self.edit.toPlainText()

    def show_filter(self, shown: ScopingFilter) -> None:
        """Show a filter in its normal form, unless the text already means it or cannot be parsed."""
        self._shown = shown
        if self.is_broken or self._pause.isActive() or self._spells(shown):
            return
        self._write(print_filter(_printable(shown)))

    def forget(self) -> None:
        """Replace a text that cannot be parsed by the last filter."""
        self._pause.stop()
        self._tell(None)
        self._write(print_filter(_printable(self._shown)))

    def read(self) -> bool:
        """Parse the text now; True if it is a filter."""
        self._pause.stop()
        try:
            found = parse_filter(self.text)
        except FilterError as error:
            self._tell(error)
            return False
        self._tell(None)
        found = replace(found, unknown=self._shown.unknown)
        if found != _printable(self._shown):
            self._shown = found
            self.parsed.emit(found)
        return True

    def _left(self) -> None:
        if self._pause.isActive():
            self.read()

    def _discard(self) -> None:
        self.forget()
        self.edit.setFocus()

    def _spells(self, shown: ScopingFilter) -> bool:
        try:
            return parse_filter(self.text).groups == _printable(shown).groups
        except FilterError:
            return False

    def _typed(self) -> None:
        if not self._own:
            self._pause.start()

    def _write(self, text: str) -> None:
        self._own = True
        cursor = QTextCursor(self.edit.document())  # not setPlainText, so that undo restores the text
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self._own = False

    def _tell(self, error: FilterError | None) -> None:
        was, self._error = self.is_broken, error
        words = _(_HINT) if error is None else _complaint(error)
        if words != self.words.text() and error is not None:
            announce(self.edit, words)
        self.words.setText(words)
        set_ink(self.words, "text2" if error is None else "bad")
        set_property(self.edit, "wrong", error is not None)
        self.edit.setAccessibleDescription(words)
        self.discard.setVisible(error is not None)
        self._underline()
        if was != self.is_broken:
            self.broken_changed.emit()

    def _underline(self) -> None:
        if self._error is None:
            self.edit.setExtraSelections([])
            return
        text, at = self.text, self._error.position
        begin = min(at, max(0, len(text) - 1))
        ends = next((n for n in range(begin, len(text)) if text[n].isspace() and n > begin), len(text))
        mark = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.edit.document())
        cursor.setPosition(_units(text, begin))
        cursor.setPosition(_units(text, ends), QTextCursor.MoveMode.KeepAnchor)
        underline = QTextCharFormat()
        underline.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        underline.setUnderlineColor(QColor(theme().ink("bad")))
        underline.setBackground(QColor(theme().tone("bad").ground))
        mark.cursor, mark.format = cursor, underline
        self.edit.setExtraSelections([mark])

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        foot.addWidget(self.words, 1)
        foot.addWidget(self.discard)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addWidget(self.edit)
        column.addLayout(foot)
        self.discard.hide()


def _printable(shown: ScopingFilter) -> ScopingFilter:
    """Return the filter without conditions that have no attribute yet: they cannot be written as text."""
    groups = (FilterGroup(tuple(c for c in group.clauses if c.attribute.strip())) for group in shown.groups)
    return replace(shown, groups=tuple(group for group in groups if group.clauses))


def _units(text: str, at: int) -> int:
    """Return the offset in UTF-16 units, as Qt counts, of an offset in characters."""
    return at + sum(ord(char) > 0xFFFF for char in text[:at])


def _complaint(error: FilterError) -> str:
    text = (
        _("Character {position}: expected {expected}. {remark}")
        if error.remark
        else _("Character {position}: expected {expected}.")
    )
    remark = messages.text(error.remark) if error.remark else ""
    words = text.format(position=error.position + 1, expected=messages.text(error.expected), remark=remark)
    return words.replace("!&", "!\u2060&")
