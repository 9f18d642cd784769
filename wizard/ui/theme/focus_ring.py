"""The frame around the control that has the keyboard focus: outside the control, and only while the keyboard is used.

Fields show their focus with their own border, see `stylesheet`.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWindow
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from wizard.ui.theme.fonts import px

OUTSET, WIDTH = 5, 2
"""Distance from the control to the outer edge of the ring, and the width of the ring."""
_BORDERED = (QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
_MOVES = {
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.EnabledChange,
    QEvent.Type.ParentChange,
    QEvent.Type.ZOrderChange,
}


class FocusRing(QObject):
    """Draws the ring of the whole program; one exists for each application."""

    def __init__(self, app: QApplication, ink: Callable[[], QColor]) -> None:
        """`ink` returns its colour."""
        super().__init__(app)
        self._ink = ink
        self._by_keyboard = True
        self._control: QWidget | None = None
        self._around: list[QWidget] = []
        """The control and everything whose moves move it."""
        self._ring: _Ring | None = None
        app.focusChanged.connect(lambda _old, new: self._follow(new))
        app.focusWindowChanged.connect(self._listen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice how the program is used, and moves of the control."""
        kind = event.type()
        if isinstance(watched, QWindow):
            if kind == QEvent.Type.KeyPress:
                self._use(True)
            elif kind == QEvent.Type.MouseButtonPress:
                self._use(False)
        elif kind in _MOVES:
            self._place()
        return False

    def _listen(self, window: QWindow | None) -> None:
        if window is not None:
            window.removeEventFilter(self)  # never twice
            window.installEventFilter(self)

    def _use(self, keyboard: bool) -> None:
        if keyboard is not self._by_keyboard:
            self._by_keyboard = keyboard
            self._place()

    def _follow(self, control: QWidget | None) -> None:
        for old in self._around:
            if isValid(old):
                old.removeEventFilter(self)
        self._around = []
        self._control = control if control is not None and _has_ring(control) else None
        if self._control is not None:
            parent = _frame_of(self._control)
            widget: QWidget | None = self._control
            while widget is not None and widget is not parent:
                widget.installEventFilter(self)
                self._around.append(widget)
                widget = widget.parentWidget()
        self._place()

    def _place(self) -> None:
        """Put the ring around the control, or hide it."""
        control = self._control
        if control is not None and not isValid(control):
            control = self._control = None
        shown = control is not None and self._by_keyboard and control.isVisible()
        if self._ring is not None and not isValid(self._ring):
            self._ring = None  # it went with the page that it was on
        if control is None or not shown:
            if self._ring is not None:
                self._ring.hide()
            return
        parent = _frame_of(control)
        if self._ring is None:
            self._ring = _Ring(parent, self._ink)
        elif self._ring.parentWidget() is not parent:
            self._ring.setParent(parent)
        self._ring.surround(control, parent)


class _Ring(QWidget):
    """The ring itself: above everything else in its parent, and transparent for the mouse."""

    def __init__(self, parent: QWidget, ink: Callable[[], QColor]) -> None:
        super().__init__(parent)
        self._ink = ink
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._radius = 0

    def surround(self, control: QWidget, parent: QWidget) -> None:
        """Take the place around a control."""
        outset = across = px(OUTSET)
        inner = QRect(control.mapTo(parent, control.rect().topLeft()), control.size())
        if isinstance(control, QCheckBox | QRadioButton):  # as wide as its text, not as its column
            inner.setWidth(min(inner.width(), control.sizeHint().width()))
            across = px(WIDTH)  # a hint may be right below
        around = inner.adjusted(-outset, -across, outset, across).intersected(parent.rect())
        self._radius = px(_radius_of(control)) + outset - px(WIDTH) // 2
        if self.geometry() != around:
            self.setGeometry(around)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring."""
        width = px(WIDTH)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._ink(), width))
        edge = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(edge, self._radius, self._radius)
        painter.end()


def _has_ring(control: QWidget) -> bool:
    window = control.window()
    return not (isinstance(control, _BORDERED) or control is window or window.windowType() == Qt.WindowType.Popup)


def _frame_of(control: QWidget) -> QWidget:
    """Return the widget that the ring is drawn in: what scrolls with the control, else its window."""
    widget, parent = control, control.parentWidget()
    while parent is not None and not widget.isWindow():
        above = parent.parentWidget()
        if isinstance(above, QAbstractScrollArea) and above.viewport() is parent and widget is not control:
            return widget
        widget, parent = parent, above
    return widget


def _radius_of(control: QWidget) -> int:
    if isinstance(control, QAbstractItemView):
        return 8
    if isinstance(control, QCheckBox | QRadioButton):
        return 4
    asked = control.property("ringRadius")
    return int(asked) if asked else 6
