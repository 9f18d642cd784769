"""The expression editor: the text field, and below it the parser's result and buttons to insert attributes or functions."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.flow.mapping.expressions import ExpressionCheck
from wizard.messages.descriptions import about_function
from wizard.messages.row import sentences
from wizard.messages.translation import _
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.timers import single_shot
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.buttons import Button, flat
from wizard.ui.widgets.expression.completion import Candidate, ChooserPopup
from wizard.ui.widgets.expression.edit import ExpressionEdit
from wizard.ui.widgets.expression.tokens import call_at
from wizard.ui.widgets.labels import LineLabel

_ANY_WIDTH = 16_777_215
_PAUSE_MILLISECONDS = 150
"""Pause in typing after which the expression is parsed."""


class FunctionHelp(Protocol):
    """One function of the language (`mapping.expression.expression.FunctionHelp`)."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def signature(self) -> str:
        """Such as `Left(source, numChars)`."""

    @property
    def help(self) -> str:
        """What it returns."""

    @property
    def applies(self) -> bool:
        """False: only Entra has it."""


class ExpressionEditor(QWidget):
    """A text field that does not parse: `paused` asks for it, `show_reading` shows the result."""

    edited = Signal(str)
    """The text, after every change by the user."""
    paused = Signal(str)
    """The text, after a pause in typing."""

    def __init__(self, name: str, words: str) -> None:
        """`name` is the object name of the field, `words` its accessible name."""
        super().__init__()
        self.edit = ExpressionEdit(name)
        self.edit.setAccessibleName(words)
        self.setFocusProxy(self.edit)
        self._attributes: tuple[Candidate, ...] = ()
        self._functions: tuple[Candidate, ...] = ()
        self._said = self._nearest = ""
        self._unsettled = False
        self._last = ""
        self._mark = QLabel()
        self._words = LineLabel("small", "text2", elide=True, middle=False)
        self._words.setObjectName(f"{name}Status")
        self._hint = LineLabel("code", "text2", elide=True)
        self._hint.setObjectName(f"{name}Hint")
        self.use_nearest = flat("", f"{name}UseNearest", size="small")
        self.insert_attribute = flat(_("Insert attribute"), f"{name}Attributes", size="small")
        self.insert_function = flat(_("Functions"), f"{name}Functions", size="small")
        self._attribute_list = ChooserPopup(f"{name}FindAttribute", _("Attributes"), _("Find an attribute"), self)
        self._function_list = ChooserPopup(f"{name}FindFunction", _("Functions"), _("Find a function"), self)
        self._pause = single_shot(self, _PAUSE_MILLISECONDS, lambda: self.paused.emit(self.edit.text))
        self._showing = False
        self._connect()
        self._lay_out()
        self._say("", "text2", "")

    @property
    def text(self) -> str:
        """The text."""
        return self.edit.text

    @property
    def status(self) -> str:
        """The text below the field."""
        return self._said

    @property
    def is_unsettled(self) -> bool:
        """Whether the user has typed text that `show_text` has not confirmed yet."""
        return self._unsettled

    def show_text(self, text: str, *, again: bool = False) -> None:
        """Set the expression; an equal text keeps its undo history.

        `again`: the same row is shown again; text that is being typed is kept.
        """
        if text == self.edit.text:
            self._unsettled = False
            return
        if again and self._unsettled:
            return
        self._showing = True
        self.edit.show_text(text)
        self._showing = self._unsettled = False
        self._pause.stop()
        self._say("", "text2", "")

    def set_attributes(self, names: Sequence[str]) -> None:
        """Set the attributes that can be inserted."""
        self._attributes = tuple(Candidate(name, "attribute") for name in names)
        self._offer()

    def explain_attributes(self, explain: Callable[[str], str]) -> None:
        """Set the function that returns the help of an attribute."""
        self.edit.completion.list.explain = explain
        self._attribute_list.list.explain = explain

    def set_functions(self, functions: Sequence[FunctionHelp]) -> None:
        """Set the functions that can be inserted."""
        usual_first = sorted(functions, key=lambda function: not function.applies)
        self._functions = tuple(
            Candidate(f.name, "function", f.signature, about_function(f.help)) for f in usual_first
        )
        self._offer()

    def show_reading(self, text: str, reading: ExpressionCheck) -> None:
        """Show the parser's result for a text; ignored if the text has changed since."""
        if text != self.edit.text:
            return
        self.edit.show_error(reading.position)
        self._nearest = reading.nearest
        self.use_nearest.change_text(_("Use {name}").format(name=reading.nearest))
        self.use_nearest.setVisible(bool(reading.nearest))
        if reading.problem:
            self._say(_complaint(reading), "bad", "alert-circle")
        elif reading.advice:
            self._say(sentences(*(sentence for _at, sentence in reading.advice)), "warn", "warning")
        else:
            self._say(_("Valid"), "ok", "check")

    def _say(self, words: str, ink: Ink, icon: str) -> None:
        if words and words != self._said and self.edit.hasFocus():
            announce(self.edit, words)
        self._said = words
        if ink != "bad":
            self.use_nearest.hide()
        short = ink in ("ok", "text2")
        self._hint.setVisible(short)
        self._words.setText(words)
        self._words.setToolTip(wrapped_tip("" if short else words))
        # A short word leaves the room to the hint; a long one is elided rather than making the editor higher.
        width = self._words.sizeHint().width()
        self._words.setMinimumWidth(width if short else 0)
        self._words.setMaximumWidth(width if short else _ANY_WIDTH)
        set_ink(self._words, ink)
        self._mark.setVisible(bool(icon))
        set_icon(self._mark, icon, ink, 14)
        self.edit.setAccessibleDescription(words)

    def _offer(self) -> None:
        self.edit.set_candidates((*self._attributes, *self._functions))
        self._attribute_list.show_candidates(self._attributes)
        self._function_list.show_candidates(self._functions)
        self.insert_attribute.setEnabled(bool(self._attributes))
        self.insert_function.setEnabled(bool(self._functions))

    def _show_hint(self) -> None:
        """Show the signature of the function at the cursor."""
        name = call_at(self.edit.text, self.edit.textCursor().position())
        function = next((one for one in self._functions if one.name == name), None)
        self._hint.setText(function.signature if function else "")
        self._hint.setToolTip(wrapped_tip(f"{function.signature}\n{function.help}" if function else ""))

    def _take_nearest(self) -> None:
        where = self.edit.error_range
        if where is not None and self._nearest:
            self.edit.replace(*where, self._nearest)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self) -> None:
        same, self._last = self.edit.text == self._last, self.edit.text
        if not self._showing and not same:  # Qt calls other colours a change of the text
            self._unsettled = True
            self.edited.emit(self.edit.text)
            self._pause.start()

    def _insert(self, candidate: Candidate) -> None:
        self.edit.insert(candidate)
        self.edit.setFocus(Qt.FocusReason.PopupFocusReason)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._changed)
        self.edit.cursorPositionChanged.connect(self._show_hint)
        self.use_nearest.clicked.connect(self._take_nearest)
        for button, popup in (
            (self.insert_attribute, self._attribute_list),
            (self.insert_function, self._function_list),
        ):
            button.clicked.connect(lambda _on=False, button=button, popup=popup: popup.open_at(_place_of(button)))
            popup.chosen.connect(self._insert)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(px(6))
        self._mark.setFixedSize(px(14), px(20))
        self._words.setContentsMargins(0, px(4), 0, 0)  # its first line beside the buttons' words
        self._mark.setContentsMargins(0, px(4), 0, 0)
        below.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._words, 1, Qt.AlignmentFlag.AlignTop)
        self._hint.setContentsMargins(0, px(4), 0, 0)
        below.addWidget(self._hint, 4, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.use_nearest, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.insert_attribute, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.insert_function, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addWidget(self.edit)
        column.addLayout(below)


def _complaint(reading: ExpressionCheck) -> str:
    if not reading.expected:
        return reading.problem
    # Without the title, which is the same for every expression, and without `nearest`, which a button offers.
    where = _("Character {position:,}: expected {expected}.")
    return sentences(where.format(position=reading.position + 1, expected=reading.expected), reading.remark)


def _place_of(button: Button) -> QRect:
    return QRect(button.mapToGlobal(QPoint(0, 0)), button.size())
