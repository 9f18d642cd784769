"""Buttons: primary, secondary, flat, danger, in several sizes, with a busy state; and the button with the themes."""

from typing import Literal, get_args

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QSizePolicy, QWidget

from wizard.messages.translation import N_, _, available_languages
from wizard.ui.language import MATCH_SYSTEM, name_of
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.current import ThemeChoice, apply_theme, current_theme, theme
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_property

ButtonKind = Literal["primary", "secondary", "flat", "danger"]
ButtonSize = Literal["normal", "compact", "small", "square", "square-compact"]

_ICON_INKS: dict[ButtonKind, Ink] = {"primary": "onaccent", "secondary": "text", "flat": "link", "danger": "bad"}
FLAT_PADDING = 6
"""Horizontal padding of flat buttons; subtract it to align their text with text above."""
_TURN_MILLISECONDS = 40
_TURN_DEGREES = 24
_THEME_NAMES: dict[ThemeChoice, str] = {"system": N_("Match system"), "light": N_("Light"), "dark": N_("Dark")}


class Button(QPushButton):
    """A button. While busy it shows a turning arc and another text, and keeps its width."""

    def __init__(
        self,
        text: str,
        name: str,
        *,
        kind: ButtonKind = "secondary",
        size: ButtonSize = "normal",
        icon: str = "",
        busy: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`name` is the object name, `busy` the text while busy ("Testing…")."""
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setProperty("kind", kind)
        self.setProperty("fit", size)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._kind: ButtonKind = kind
        self._label = text
        self._busy_label = busy
        self._icon = icon
        self._angle = 0
        self._held_width = 0
        self._was_focused = False
        self._next_in_focus: QWidget | None = None
        self._turning = QTimer(self)
        self._turning.setInterval(_TURN_MILLISECONDS)
        self._turning.timeout.connect(self._turn)
        self.change_icon(icon)

    def change_icon(self, icon: str, ink: Ink | None = None) -> None:
        """Set the icon; "" for none."""
        self._icon = icon
        set_icon(self, icon, ink or _ICON_INKS[self._kind])

    def change_kind(self, kind: ButtonKind) -> None:
        """Set the kind: danger where what the button does now takes something away."""
        self._kind = kind
        set_property(self, "kind", kind)
        self.change_icon(self._icon)

    def change_text(self, text: str) -> None:
        """Set the text; a busy button shows it when it is no longer busy."""
        self._label = text
        if not self.is_busy:
            self.setText(text)

    @property
    def is_busy(self) -> bool:
        """Whether it is busy."""
        return self._turning.isActive()

    def set_busy(self, busy: bool) -> None:
        """Set the busy state. A busy button is disabled; it takes the keyboard focus back afterwards."""
        if busy == self.is_busy:
            return
        if busy:
            self._held_width = self.sizeHint().width()
            self._was_focused = self.hasFocus()
            self.setText(self._busy_label or self._label)
            set_icon(self, "blank", "distext")
            self._turning.start()
            self.setEnabled(False)
            self._next_in_focus = QApplication.focusWidget()
            return
        self._turning.stop()
        self.setText(self._label)
        self.change_icon(self._icon)
        self.setEnabled(True)
        if self._was_focused and QApplication.focusWidget() in (None, self._next_in_focus):
            self.setFocus()

    def sizeHint(self) -> QSize:
        """Return the size for the wider of both texts, so that the width does not change."""
        hint = super().sizeHint()
        if self.is_busy:
            return QSize(self._held_width, hint.height())
        metrics = self.fontMetrics()
        shown = metrics.horizontalAdvance(self.text().replace("&", "")) + (
            self._icon_room() if self._has_picture() else 0
        )
        widest = max(
            metrics.horizontalAdvance(self._label.replace("&", "")) + (self._icon_room() if self._icon else 0),
            metrics.horizontalAdvance(self._busy_label) + self._icon_room() if self._busy_label else 0,
        )
        return QSize(hint.width() + max(0, widest - shown), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: a clipped button cannot be read."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ignore Enter that is held down: it was pressed before the button was there."""
        if not (event.isAutoRepeat() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take a double click as one click: what a word names is done once. Icons such as arrows are pressed in turn."""
        if not self.text():
            super().mouseDoubleClickEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, and the arc over it while busy."""
        super().paintEvent(event)
        if not self.is_busy:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = px(12)
        content = (
            self._icon_room() + self.fontMetrics().horizontalAdvance(self.text()) if self.text() else size + px(4)
        )
        left = (self.width() - content) / 2 + px(2)
        paint_arc(painter, QRectF(left, (self.height() - size) / 2, size, size), self._angle)
        painter.end()

    def _has_picture(self) -> bool:
        return not self.icon().isNull()

    def _icon_room(self) -> int:
        return self.iconSize().width() + px(4)

    def _turn(self) -> None:
        self._angle = (self._angle + _TURN_DEGREES) % 360
        self.update()


def paint_arc(painter: QPainter, rect: QRectF, angle: int) -> None:
    """Paint the arc of a busy indicator, turned by `angle` degrees."""
    pen = QPen(QColor(theme().distext), 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(rect, -angle * 16, 270 * 16)


def primary(text: str, name: str, *, busy: str = "") -> Button:
    """Return the button for the main action of a page."""
    return Button(text, name, kind="primary", busy=busy)


def secondary(text: str, name: str, *, icon: str = "", busy: str = "", size: ButtonSize = "normal") -> Button:
    """Return a button for any other action."""
    return Button(text, name, icon=icon, busy=busy, size=size)


def flat(text: str, name: str, *, icon: str = "", size: ButtonSize = "compact") -> Button:
    """Return a button that looks like a link."""
    return Button(text, name, kind="flat", icon=icon, size=size)


def danger(text: str, name: str, *, icon: str = "", busy: str = "") -> Button:
    """Return a button that stops or deletes something."""
    return Button(text, name, kind="danger", icon=icon, busy=busy)


def small(text: str, name: str, *, icon: str = "", busy: str = "") -> Button:
    """Return a button for use inside a card or row."""
    return Button(text, name, size="small", icon=icon, busy=busy)


def icon_button(icon: str, words: str, name: str, *, compact: bool = True) -> Button:
    """Return a square button with an icon only; `words` is its accessible name and tool tip."""
    made = Button("", name, icon=icon, size="square-compact" if compact else "square")
    side = px(28 if compact else 32)
    made.setFixedSize(side, side)
    made.setAccessibleName(words)
    made.setToolTip(wrapped_tip(words))
    return made


class AppearanceButton(Button):
    """Shows the current theme, and a menu to change it and the language."""

    chosen = Signal(str)
    """The user chose "system", "light" or "dark"; it is applied already."""
    language_chosen = Signal(str)
    """The user chose a language, or `MATCH_SYSTEM`; it applies from the next start."""

    def __init__(self, name: str = "appearance", parent: QWidget | None = None) -> None:
        super().__init__("", name, kind="flat", size="square-compact", parent=parent)
        self.setFixedSize(px(28), px(28))
        self.language = MATCH_SYSTEM
        """The chosen language; in use from the next start on."""
        menu = QMenu(self)
        menu.setObjectName(f"{name}Menu")
        group = QActionGroup(menu)
        self._actions: dict[ThemeChoice, QAction] = {}
        for choice in get_args(ThemeChoice):
            action = QAction(_(_THEME_NAMES[choice]), group)
            action.setObjectName(f"{name}.{choice}")
            action.setCheckable(True)
            action.triggered.connect(lambda _on=False, choice=choice: self._choose(choice))
            menu.addAction(action)
            self._actions[choice] = action
        menu.addSeparator()
        self._languages = menu.addMenu(_("Language"))
        self._languages.setObjectName("languageMenu")
        self._languages.aboutToShow.connect(self._fill_languages)
        self.setMenu(menu)
        menu.aboutToShow.connect(self._show_choice)
        current_theme().changed.connect(self._show_choice)
        self._show_choice()

    def _fill_languages(self) -> None:
        """List the languages now: the first window does not look for catalogues."""
        self._languages.clear()
        group = QActionGroup(self._languages)
        names = {MATCH_SYSTEM: _("Match system"), **{code: name_of(code) for code in available_languages()}}
        for code, name in names.items():
            action = QAction(name, group)
            action.setObjectName(f"language.{code or 'system'}")
            action.setCheckable(True)
            action.setChecked(code == self.language)
            action.triggered.connect(lambda _on=False, code=code: self._choose_language(code))
            self._languages.addAction(action)

    def _choose_language(self, code: str) -> None:
        self.language = code
        self.language_chosen.emit(code)

    def _choose(self, choice: ThemeChoice) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, choice)
        self.chosen.emit(choice)

    def _show_choice(self) -> None:
        choice = current_theme().choice
        self._actions[choice].setChecked(True)
        self.change_icon("moon" if theme().name == "dark" else "sun", "text2")
        words = _("Theme: {name}").format(name=_(_THEME_NAMES[choice]))
        self.setAccessibleName(words)
        self.setToolTip(wrapped_tip(words))
