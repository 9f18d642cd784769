"""Buttons: primary, secondary, flat, danger; in three sizes; busy while they wait."""

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QWidget

from wizard.ui.theme.apply import px, set_icon, theme
from wizard.ui.theme.colors import Ink

ButtonKind = Literal["primary", "secondary", "flat", "danger"]
ButtonSize = Literal["normal", "compact", "small", "square", "square-compact"]

_ICON_INKS: dict[ButtonKind, Ink] = {"primary": "onaccent", "secondary": "text", "flat": "link", "danger": "bad"}
FLAT_PADDING = 6
"""Beside a flat button's words: whoever wants them flush with the text above takes it off."""
_TURN_MILLISECONDS = 40
_TURN_DEGREES = 24


class Button(QPushButton):
    """A button of the look. Its busy state turns an arc, shows other words and keeps the width."""

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
        """`name` is the object name, `busy` the words it may show while it waits ("Testing…")."""
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
        """Show another icon; "" for none."""
        self._icon = icon
        set_icon(self, icon, ink or _ICON_INKS[self._kind])

    def change_text(self, text: str) -> None:
        """Other words, such as "Test again"; a busy button shows them when it is done."""
        self._label = text
        if not self.is_busy:
            self.setText(text)

    @property
    def is_busy(self) -> bool:
        """Whether it waits."""
        return self._turning.isActive()

    def set_busy(self, busy: bool) -> None:
        """Wait, or be done with it. A waiting button is off; it takes the keyboard focus back afterwards."""
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
        """Room for the wider of both texts, so that nothing jumps."""
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
        """No less than the hint: a clipped button cannot be read."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, and the arc over it while it waits."""
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


def paint_arc(painter: QPainter, rect: QRectF, angle: int, colour: str = "") -> None:
    """The turning arc of everything that waits, at an angle in degrees."""
    pen = QPen(QColor(colour or theme().distext), 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(rect, -angle * 16, 270 * 16)


def primary(text: str, name: str, *, icon: str = "", busy: str = "") -> Button:
    """The one button of a page that goes on."""
    return Button(text, name, kind="primary", icon=icon, busy=busy)


def secondary(text: str, name: str, *, icon: str = "", busy: str = "", size: ButtonSize = "normal") -> Button:
    """Every other button."""
    return Button(text, name, icon=icon, busy=busy, size=size)


def flat(text: str, name: str, *, icon: str = "", size: ButtonSize = "compact") -> Button:
    """A button that looks like a link."""
    return Button(text, name, kind="flat", icon=icon, size=size)


def danger(text: str, name: str, *, icon: str = "", busy: str = "") -> Button:
    """A button that ends or deletes something."""
    return Button(text, name, kind="danger", icon=icon, busy=busy)


def small(text: str, name: str, *, icon: str = "", busy: str = "") -> Button:
    """A button inside a card or a row."""
    return Button(text, name, size="small", icon=icon, busy=busy)


def icon_button(icon: str, words: str, name: str, *, compact: bool = True) -> Button:
    """A square button with an icon only; `words` are its accessible name and its tool tip."""
    made = Button("", name, icon=icon, size="square-compact" if compact else "square")
    side = px(28 if compact else 32)
    made.setFixedSize(side, side)
    made.setAccessibleName(words)
    made.setToolTip(words)
    return made
