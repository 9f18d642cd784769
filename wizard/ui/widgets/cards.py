"""Cards: the frame itself, messages, progress, empty states, detail panes, and rows with the result of a check."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from wizard import messages
from wizard.errors import Message, recorded
from wizard.messages.formats import comma_list
from wizard.messages.row import as_sentence, sentences
from wizard.messages.translation import N_, _
from wizard.progress import Progress
from wizard.ui.formats import grouped
from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import TONE_ICONS, set_icon
from wizard.ui.theme.stylesheet import set_ink, set_property
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.buttons import FLAT_PADDING, Button, flat, secondary, small
from wizard.ui.widgets.labels import LineLabel, Paragraph, label


class Card(QFrame):
    """A frame with a border and round corners; `column` is its layout."""

    def __init__(self, *, padded: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.column = QVBoxLayout(self)
        self.column.setSpacing(px(8))
        if padded:
            self.column.setContentsMargins(px(16), px(12), px(16), px(12))
        else:
            self.column.setContentsMargins(0, 0, 0, 0)
            self.column.setSpacing(0)


def line(*, upright: bool = False) -> QFrame:
    """Return a line of one pixel, horizontal or upright."""
    made = QFrame()
    made.setProperty("divider", True)
    if upright:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


@dataclass(frozen=True, slots=True)
class MessageAction:
    """A button of a message."""

    text: str
    name: str
    """Object name of its button."""
    act: Callable[[], object]
    flat: bool = True
    """False: a secondary button, for the action that helps most."""
    icon: str = ""


class MessageCard(Card):
    """A message in the page: icon, title, text, buttons. `add_extra` adds a control such as a check box."""

    def __init__(
        self,
        tone: Tone = "info",
        title: str = "",
        text: str = "",
        actions: tuple[MessageAction, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.code = ""
        """Code of the message shown; "" for texts of the interface itself."""
        self.buttons: tuple[Button, ...] = ()
        """The buttons of the actions, in order."""
        self._icon = QLabel()
        self._icon.setFixedSize(px(16), px(24))
        self._title = Paragraph(kind="section")
        self._note = label("", "small", "text2")
        self._note.hide()
        self._text = Paragraph()
        self.words = QVBoxLayout()
        """Title, text, actions and a stretch, from top to bottom."""
        self._extras = QWidget()
        self._extras.hide()
        self.extras = QHBoxLayout(self._extras)
        """Controls left of the actions."""
        self.extras.setContentsMargins(0, 0, 0, 0)
        self._row = QWidget()
        self._actions = QHBoxLayout(self._row)
        self._actions.setContentsMargins(0, px(4), 0, 0)
        self._actions.setSpacing(px(12))
        self._lead = QSpacerItem(0, 0, QSizePolicy.Policy.Fixed)
        self._lay_out()
        self.show_text(tone, title, text, actions)

    def show_text(self, tone: Tone, title: str, text: str = "", actions: tuple[MessageAction, ...] = ()) -> None:
        """Replace tone, title, text and actions."""
        self.code = ""
        set_property(self, "tone", tone)
        set_icon(self._icon, TONE_ICONS[tone], tone)
        self._icon.setAccessibleName(_(TONE_WORDS[tone]))
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(_("{name}: {text}").format(name=self._icon.accessibleName(), text=title))
        self.setAccessibleDescription(text)
        self._offer(actions)

    def show_message(
        self, tone: Tone, of: Message | messages.HasMessage, actions: tuple[MessageAction, ...] = ()
    ) -> None:
        """Show a message, or that of an error or a result."""
        self.show_text(tone, messages.title(of), messages.advice(of), actions)
        self.code = (of if isinstance(of, Message) else of.message).code

    @property
    def title(self) -> str:
        """The title: what happened."""
        return self._title.text()

    @property
    def text(self) -> str:
        """The text: why, and what to do."""
        return self._text.text()

    def set_note(self, note: str) -> None:
        """Show a few words at the right of the title."""
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def add_extra(self, control: QWidget) -> None:
        """Add a control at the left; the actions move to the right."""
        self.extras.addWidget(control)
        self.extras.addStretch(1)
        self._actions.setStretchFactor(self._extras, 1)
        self._actions.setStretch(self._actions.count() - 1, 0)
        self._lead.changeSize(0, 0, QSizePolicy.Policy.Fixed)  # a control begins where the text does
        self._extras.show()
        self._row.show()

    def announce(self) -> None:
        """Announce the message to screen readers."""
        announce(self, sentences(as_sentence(self.accessibleName()), self.text), at_once=True)

    def _offer(self, actions: tuple[MessageAction, ...]) -> None:
        for old in self.buttons:
            self._actions.removeWidget(old)
            old.hide()
            old.deleteLater()
        flush = bool(actions) and actions[0].flat and not self.extras.count()
        self._lead.changeSize(-px(FLAT_PADDING) if flush else 0, 0, QSizePolicy.Policy.Fixed)
        made = []
        for action in actions:
            button = (
                flat(action.text, action.name, icon=action.icon)
                if action.flat
                else secondary(action.text, action.name, icon=action.icon)
            )
            button.clicked.connect(action.act)
            button.setProperty("neverFirst", True)  # a page that is shown begins below its messages
            self._actions.insertWidget(self._actions.count() - 1, button)
            made.append(button)
        self.buttons = tuple(made)
        self._row.setVisible(bool(made) or self.extras.count() > 0)

    def _lay_out(self) -> None:
        words = self.words
        words.setSpacing(px(2))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._title, 1)
        head.addWidget(self._note, 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(head)
        words.addWidget(self._text)
        foot = QHBoxLayout()
        foot.setSpacing(0)
        foot.addItem(self._lead)
        foot.addWidget(self._row, 1)
        foot.addStretch(0)  # without actions nothing else in this row may grow, and the text would stay narrow
        words.addLayout(foot)
        words.addStretch(1)  # beside a higher card the words stay at the top
        self._actions.addWidget(self._extras)
        self._actions.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.column.addLayout(row)


class WaitCard(Card):
    """Progress of a wait longer than a second, with Cancel; the bar is indeterminate while no total is known."""

    cancelled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName(name)
        self.code = ""
        """Code of the current activity."""
        self._doing = label("", "medium")
        self._number = label("", ink="text2")
        self._text = Paragraph(kind="small", ink="text2")
        self.bar = QProgressBar()
        self.bar.setObjectName(f"{name}Bar")
        self.bar.setTextVisible(False)
        self.cancel = flat(_("Cancel"), f"{name}Cancel", size="small")
        self.cancel.clicked.connect(self.cancelled)
        self.cancel.setProperty("neverFirst", True)  # the window moves no focus to it: Enter would cancel
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
        self.show_progress(Progress(recorded("")))

    def show_progress(self, progress: Progress, text: str = "") -> None:
        """Show the progress; `text` is a remark under the bar."""
        self.code = progress.doing.code
        doing = messages.title(progress.doing)
        if doing != self.doing and self.isVisible():
            announce(self, doing)
        self._doing.setText(doing)
        number = grouped(progress.done) if progress.done else ""
        if progress.total:
            number = _("{done:,} of {total:,}").format(done=progress.done, total=progress.total)
        self._number.setText(number)
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(min(progress.done, progress.total) if progress.total else 0)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(doing)
        self.bar.setAccessibleName(doing or _("Waiting"))
        self.bar.setAccessibleDescription(self._number.text())

    def showEvent(self, event: QShowEvent) -> None:
        """Announce what is waited for."""
        super().showEvent(event)
        announce(self, self.doing)

    @property
    def doing(self) -> str:
        """The current activity."""
        return self._doing.text()


class EmptyState(QWidget):
    """Shown where there is no content: icon, title, text, one small button."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._icon = QLabel()
        self._title = Paragraph(kind="medium")
        self._text = Paragraph(kind="small", ink="text2")
        self.button: Button = small("", f"{name}Button")
        self._act: Callable[[], object] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(12), px(24), px(12))
        column.setSpacing(px(6))
        column.addStretch(1)
        for part in (self._icon, self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(part)
        column.addSpacing(px(2))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.button.clicked.connect(self._press)

    def show_text(
        self, icon: str, title: str, text: str = "", button: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Set icon, title, text and button ("" = no button)."""
        set_icon(self._icon, icon, "text2", 20)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.change_text(button)
        self.button.setVisible(bool(button))
        self._act = act
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    @property
    def title(self) -> str:
        """The title: why there is no content."""
        return self._title.text()

    def _press(self) -> None:
        if self._act is not None:
            self._act()


class OpenedPanel(QWidget):
    """A panel that takes the place of a part of the page until it is closed: by its `back` button or Escape."""

    closed = Signal()
    back: Button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that no field of the panel used closes it, unless its button is off."""
        if event.key() == Qt.Key.Key_Escape and self.back.isVisibleTo(self):
            self.back.click()
            return
        super().keyPressEvent(event)


class DetailPane(Card):
    """The pane beside a table: details of the selected row, or an empty state while none is selected."""

    def __init__(self, name: str, icon: str, title: str, text: str) -> None:
        super().__init__(padded=False)
        self.setObjectName(name)
        self._empty = EmptyState(f"{name}Empty")
        self._empty.show_text(icon, title, text)
        self._scroll = QScrollArea()
        self._scroll.setObjectName(f"{name}Scroll")
        self._scroll.setAccessibleName(_("Detail"))  # Tab stops here, so that the arrow keys scroll it
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        self.column.addWidget(self._empty)
        self.column.addWidget(self._scroll)
        self.show_content(None)

    def show_content(self, content: QWidget | None) -> None:
        """Show a widget made for the selected row; None: show the empty state."""
        self._empty.setVisible(content is None)
        self._scroll.setVisible(content is not None)
        if content is not None:
            self._scroll.setWidget(content)
            content.setAutoFillBackground(False)  # setWidget turns it on


def content_column(side: int) -> tuple[QWidget, QVBoxLayout]:
    """Return a widget for `show_content` and its layout; `side` is the left and right margin (see `fonts.px`)."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(px(side), px(12), px(side), px(12))
    column.setSpacing(px(8))
    return content, column


CheckState = Literal["ok", "bad", "warn", "untried", "now"]

OUTCOMES: dict[str, CheckState] = {"success": "ok", "failure": "bad", "warning": "warn", "skipped": "untried"}
"""Outcome of a step of *Provision on demand* -> its mark."""
TONE_WORDS: dict[Tone, str] = {"info": N_("Note"), "ok": N_("OK"), "warn": N_("Warning"), "bad": N_("Problem")}

_MARKS: dict[CheckState, tuple[str, Ink, str]] = {
    "ok": ("check", "ok", N_("passed")),
    "bad": ("cross", "bad", N_("failed")),
    "warn": ("warning", "warn", N_("warning")),
    "untried": ("minus", "text3", N_("not tested")),
    "now": ("clock", "info", N_("testing")),
}


class CheckRow(QWidget):
    """One step of a check: icon, text, and a detail at the right."""

    def __init__(
        self, name: str, text: str, state: CheckState = "untried", detail: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFixedHeight(px(28))
        self._mark = QLabel()
        self._words = LineLabel(elide=True, middle=False)
        self._words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._words.setText(text)
        self._detail = label("", ink="text2")
        self.state: CheckState = state
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), 0, px(16), 0)
        row.setSpacing(px(8))
        row.addWidget(self._mark)
        row.addWidget(self._words, 1)
        row.addWidget(self._detail)
        self.show_state(state, detail)

    @property
    def detail(self) -> str:
        """The detail at the right."""
        return self._detail.text()

    def show_state(self, state: CheckState, detail: str = "") -> None:
        """Show the result; `detail` such as "214 ms" or "401"."""
        self.state = state
        icon, ink, words = _MARKS[state]
        set_icon(self._mark, icon, ink)
        set_ink(self._words, "text2" if state == "untried" else "text")
        self._detail.setText(detail or (_("not tested") if state == "untried" else ""))
        self.setAccessibleName(comma_list([part for part in (self._words.text(), _(words), detail) if part]))


def discard_all(layout: QLayout) -> None:
    """Remove all widgets of a layout; their controls are found no more."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
